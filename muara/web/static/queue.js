// What the queue's pages gain with scripts: print, a chime for a new call, word when the server is away.
const all = (selector) => document.querySelectorAll(selector);

for (const button of all("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
if (document.querySelector("[data-prints]")) {
  window.print();
}

// --- the server away and back
let away = false;
document.body.addEventListener("htmx:afterRequest", (event) => {
  const now = !event.detail.successful;
  if (now && !away) {
    const since = new Date().toLocaleTimeString("id-ID", { hour: "2-digit", minute: "2-digit" });
    for (const place of all("[data-since]")) {
      place.textContent = since;
    }
  }
  if (!now && away) {
    for (const word of all("[data-online]")) {
      word.hidden = false;
      setTimeout(() => {
        word.hidden = true;
      }, 8000);
    }
  }
  away = now;
  for (const word of all("[data-offline]")) {
    word.hidden = !away;
  }
});

// --- two tones for a new call; browsers allow sound only after somebody has asked for it
const sound = document.querySelector("[data-sound]");
if (sound) {
  let player = null;
  const newest = () => Number(document.querySelector("[data-newest]").dataset.newest);
  let heard = newest();
  const chime = () => {
    for (const [tone, after] of [[660, 0], [523, 0.35]]) {
      const wave = player.createOscillator();
      const volume = player.createGain();
      const at = player.currentTime + after;
      wave.frequency.value = tone;
      volume.gain.setValueAtTime(0.4, at);
      volume.gain.exponentialRampToValueAtTime(0.001, at + 0.6);
      wave.connect(volume).connect(player.destination);
      wave.start(at);
      wave.stop(at + 0.6);
    }
  };
  sound.hidden = false;
  sound.addEventListener("click", () => {
    if (player) {
      player.close();
      player = null;
    } else {
      player = new AudioContext();
      chime();
    }
    sound.textContent = player ? "Matikan bunyi" : "Nyalakan bunyi";
  });
  if (new URLSearchParams(location.search).has("bunyi")) {
    sound.click(); // a television has nobody to press it; its browser must allow sound unasked
  }
  document.body.addEventListener("htmx:afterSettle", () => {
    const now = newest();
    if (now > heard && player) {
      chime();
    }
    heard = now;
  });
}
