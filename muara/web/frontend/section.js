// A form that saves itself: leaving it asks only while something typed has not arrived.
const autosaved = document.querySelector("[data-autosave]");
if (autosaved) {
  const status = document.querySelector(autosaved.dataset.autosave);
  let typed = 0;
  let sent = 0;
  let saved = 0;
  const fail = () => {
    status.innerHTML =
      '<p class="govuk-error-message">Belum tersimpan. Periksa sambungan, lalu tekan Simpan.</p>';
  };
  const touched = () => {
    typed += 1;
  };
  autosaved.addEventListener("input", touched);
  autosaved.addEventListener("change", touched);
  let busy = false;
  let pressed = null; // waits for what is still on its way, which must not arrive after it
  autosaved.addEventListener("submit", (event) => {
    saved = typed;
    if (busy) {
      event.preventDefault();
      pressed = event.submitter;
    }
  });
  autosaved.addEventListener("htmx:beforeRequest", (event) => {
    if (pressed) {
      event.preventDefault();
      return;
    }
    sent = typed;
    busy = true;
  });
  autosaved.addEventListener("htmx:afterRequest", () => {
    busy = false;
    if (pressed) {
      saved = typed;
      autosaved.requestSubmit(pressed);
    }
  });
  autosaved.addEventListener("htmx:sendError", fail);
  autosaved.addEventListener("htmx:timeout", fail);
  autosaved.addEventListener("htmx:responseError", fail);
  status.addEventListener("htmx:afterSwap", () => {
    if (status.querySelector("[data-saved]")) {
      saved = sent;
    } else if (!status.textContent.trim()) {
      fail(); // the sign-in page came instead
    }
  });
  window.addEventListener("beforeunload", (event) => {
    if (saved < typed) {
      event.preventDefault();
    }
  });
}

// Coordinates may be picked on a map, which is loaded when it is asked for; one map serves all fields.
const panel = document.querySelector("[data-map-panel]");
if (panel) {
  const part = (name) => panel.querySelector(`[data-map-${name}]`);
  const { script, style, land, check } = panel.dataset;
  let opener = null; // whose field the map is open for
  let picker = null;
  let tries = 0;
  const fieldOf = (button) => document.getElementById(button.dataset.mapFor);
  const ask = async (texts, more = {}) => {
    const asked = new URLSearchParams(more);
    texts.forEach((text) => asked.append("titik", text));
    const answer = await fetch(`${check}?${asked}`).catch(() => null);
    const said = answer && answer.ok ? await answer.json().catch(() => null) : null;
    return said ? said.points : texts.map(() => ({ told: "", at: null }));
  };
  const kindOf = (button) => {
    const known = Object.fromEntries(button.dataset.mapKind.split(" ").filter(Boolean).map((kind) => [kind, 1]));
    const distance = document.getElementById(button.dataset.mapDistance);
    return distance ? { ...known, jarak: distance.value } : known;
  };
  const close = () => {
    panel.hidden = true;
    opener.setAttribute("aria-expanded", "false");
    opener = null;
  };
  const take = (text) => {
    const field = fieldOf(opener);
    field.value = text;
    for (const name of ["input", "change"]) {
      field.dispatchEvent(new Event(name, { bubbles: true }));
    }
    close();
    field.focus();
  };
  const styled = () =>
    new Promise((resolve, reject) => {
      const sheet = document.createElement("link");
      Object.assign(sheet, { rel: "stylesheet", href: style, onload: resolve });
      sheet.onerror = () => {
        sheet.remove();
        reject(new Error(style));
      };
      document.head.append(sheet);
    });
  const drawn = async () => {
    const answer = await fetch(land);
    if (!answer.ok) {
      throw new Error(land);
    }
    return answer.json();
  };
  const load = async () => {
    // A module that failed once may stay failed under its address, so another try has another one.
    const address = tries ? `${script}?lagi=${tries}` : script;
    tries += 1;
    const [map, shapes] = await Promise.all([import(address), drawn(), styled()]);
    return { map, shapes };
  };
  let loading = null;
  // The form's own points: the field's, where the map opens, and the others, which it shows.
  const typed = async () => {
    const buttons = [...document.querySelectorAll("[data-map-for]")].filter((one) => fieldOf(one).value.trim());
    const lies = buttons.length ? await ask(buttons.map((one) => fieldOf(one).value)) : [];
    return buttons
      .map((button, place) => ({
        button,
        at: lies[place] && lies[place].at,
        name: document.getElementById(button.dataset.mapName)?.value.trim() || button.dataset.mapLabel,
      }))
      .filter(({ at }) => at);
  };
  const show = async (button) => {
    part("state").hidden = false;
    part("state").textContent = "Peta sedang dimuat …";
    part("again").hidden = true;
    part("ready").hidden = true;
    try {
      loading = loading || load();
      const [{ map, shapes }, points] = await Promise.all([loading, typed()]);
      if (opener !== button) {
        return;
      }
      part("state").hidden = true;
      part("ready").hidden = false;
      picker =
        picker ||
        map.draw({
          panel,
          land: shapes,
          ask: async (text) => (opener ? (await ask([text], kindOf(opener)))[0].told : ""),
          take,
        });
      const own = points.find((one) => one.button === button);
      const first = own || points[0];
      picker.aim({
        label: button.dataset.mapLabel,
        centre: first ? first.at : null,
        points: points.filter((one) => one !== own),
      });
      if (document.activeElement === button || document.activeElement === document.body) {
        picker.place.focus();
      }
    } catch {
      loading = null;
      if (opener === button) {
        part("state").textContent =
          "Peta tidak dapat dimuat. Periksa sambungan, lalu tekan Coba lagi, atau ketik koordinatnya.";
        part("again").hidden = false;
      }
    }
  };
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-map-for]"); // rows may come later than this script
    if (!button || event.defaultPrevented) {
      return; // elsewhere, or the second press of a double one
    }
    const again = button === opener;
    if (opener) {
      close();
    }
    if (!again) {
      opener = button;
      button.setAttribute("aria-expanded", "true");
      button.parentElement.after(panel);
      panel.hidden = false;
      show(button);
    }
  });
  part("again").addEventListener("click", () => show(opener));
}
