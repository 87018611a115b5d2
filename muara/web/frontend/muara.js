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
if (home && window.location.pathname !== new URL(home, window.location).pathname) {
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

// A signature drawn with a finger or pen: strokes go into a hidden field as "M10 20 L12 22 …".
for (const place of document.querySelectorAll("[data-signature]")) {
  const field = document.getElementById(place.dataset.signature);
  const sheet = place.querySelector("canvas");
  const state = place.querySelector("[data-signature-state]");
  if (!field || !sheet) continue;
  place.hidden = false;
  const pen = sheet.getContext("2d");
  Object.assign(pen, { lineWidth: 4, lineCap: "round", lineJoin: "round", strokeStyle: "#10243a" });
  let drawing = false;
  const point = (event) => {
    const box = sheet.getBoundingClientRect();
    const within = (value, most) => Math.round(Math.min(Math.max(value, 0), most));
    return [
      within(((event.clientX - box.left) * sheet.width) / box.width, sheet.width),
      within(((event.clientY - box.top) * sheet.height) / box.height, sheet.height),
    ];
  };
  const clear = () => {
    field.value = "";
    pen.clearRect(0, 0, sheet.width, sheet.height);
    state.textContent = "Belum ditandatangani di layar.";
  };
  // What was drawn before the form was refused or saved for later.
  const redraw = () => {
    const kept = field.value;
    clear();
    if (!/^(M\d+ \d+( L\d+ \d+)+ ?)+$/.test(kept)) return;
    field.value = kept;
    pen.stroke(new Path2D(kept));
    state.textContent = "Sudah ditandatangani di layar.";
  };
  redraw();
  sheet.addEventListener("pointerdown", (event) => {
    drawing = true;
    sheet.setPointerCapture(event.pointerId);
    const [x, y] = point(event);
    field.value = `${field.value} M${x} ${y}`.trim();
    pen.beginPath();
    pen.moveTo(x, y);
    event.preventDefault();
  });
  sheet.addEventListener("pointermove", (event) => {
    if (!drawing) return;
    const [x, y] = point(event);
    field.value += ` L${x} ${y}`;
    pen.lineTo(x, y);
    pen.stroke();
  });
  for (const end of ["pointerup", "pointercancel"]) {
    sheet.addEventListener(end, () => {
      drawing = false;
      state.textContent = "Sudah ditandatangani di layar.";
    });
  }
  place.querySelector("[data-signature-clear]").addEventListener("click", clear);
}
