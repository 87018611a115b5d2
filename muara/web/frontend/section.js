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

// Coordinates may be picked on a map, which is loaded when it is asked for.
for (const panel of document.querySelectorAll("[data-map-panel]")) {
  const field = document.getElementById(panel.dataset.mapPanel);
  const opener = document.querySelector(`[data-map-for="${panel.dataset.mapPanel}"]`);
  let map = null;
  opener.hidden = false;
  opener.addEventListener("click", async () => {
    panel.hidden = !panel.hidden;
    opener.setAttribute("aria-expanded", String(!panel.hidden));
    if (map || panel.hidden) {
      return;
    }
    const { script, style, land, check, centre } = panel.dataset;
    const sheet = document.createElement("link");
    Object.assign(sheet, { rel: "stylesheet", href: style });
    document.head.append(sheet);
    const picker = await import(script);
    map = await picker.open({ field, panel, land, check, centre: centre ? centre.split(" ").map(Number) : null });
  });
}
