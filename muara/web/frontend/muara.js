// What the pages gain with scripts; every page works without them.
import {
  Button,
  CharacterCount,
  Checkboxes,
  ErrorSummary,
  NotificationBanner,
  PasswordInput,
  Radios,
  SkipLink,
  createAll,
} from "govuk-frontend";

document.body.classList.add("js-enabled", "govuk-frontend-supported");

createAll(Button);
createAll(Checkboxes);
createAll(ErrorSummary);
createAll(NotificationBanner);
createAll(Radios);
createAll(SkipLink);
createAll(CharacterCount, {
  i18n: {
    charactersUnderLimit: { other: "Sisa %{count} karakter" },
    charactersAtLimit: "Sisa 0 karakter",
    charactersOverLimit: { other: "Kelebihan %{count} karakter" },
    wordsUnderLimit: { other: "Sisa %{count} kata" },
    wordsAtLimit: "Sisa 0 kata",
    wordsOverLimit: { other: "Kelebihan %{count} kata" },
    textareaDescription: { other: "Paling banyak %{count} karakter." },
  },
});
createAll(PasswordInput, {
  i18n: {
    showPassword: "Lihat",
    hidePassword: "Tutup",
    showPasswordAriaLabel: "Lihat kata sandi",
    hidePasswordAriaLabel: "Sembunyikan kata sandi",
    passwordShownAnnouncement: "Kata sandi terlihat",
    passwordHiddenAnnouncement: "Kata sandi tersembunyi",
  },
});

// Details that close the phone menu when the Escape key is pressed, as people expect of a menu.
const menu = document.querySelector(".m-menu");
if (menu) {
  menu.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && menu.open) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });
}

// The screen in the hall goes back to its start when nobody touches it, and asks first.
const home = document.body.dataset.idleHome;
if (home && window.location.pathname !== home) {
  const [PATIENCE, ASKING] = [90_000, 30_000];
  const question = document.createElement("div");
  question.className = "m-idle";
  question.setAttribute("role", "alert");
  let timer;
  const leave = () => window.location.assign(home);
  const ask = () => {
    question.innerHTML =
      '<p class="govuk-heading-m">Masih membaca?</p><button type="button" class="govuk-button">Ya, lanjutkan</button>';
    document.body.append(question);
    timer = setTimeout(leave, ASKING);
  };
  const wake = () => {
    question.remove();
    clearTimeout(timer);
    timer = setTimeout(ask, PATIENCE);
  };
  for (const touch of ["pointerdown", "keydown", "scroll"]) {
    document.addEventListener(touch, wake, { passive: true });
  }
  wake();
}

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
