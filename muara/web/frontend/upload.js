// Files sent piece by piece, so that a line that breaks loses nothing; without scripts the form sends them whole.
import { Upload } from "tus-js-client";

const PIECE = 4 * 1024 * 1024;
const EDGE = 64 * 1024;
const DELAYS = [0, 1000, 3000, 5000, 10000, 20000, 30000];

const form = document.querySelector("form[data-resumable]");
if (form) {
  prepare(form);
}

function prepare(form) {
  const chooser = form.querySelector('input[type="file"]');
  const submit = form.querySelector('button[type="submit"]');
  const panel = document.querySelector("[data-progress]");
  const bar = panel.querySelector("progress");
  const told = panel.querySelector("[data-told]");
  const state = panel.querySelector("[data-state]");
  const pause = panel.querySelector("[data-pause]");
  const cancel = panel.querySelector("[data-cancel]");
  const token = form.querySelector('[name="csrfmiddlewaretoken"]').value;
  let upload = null;
  let running = false;

  const say = (text, wrong = false) => {
    state.textContent = text;
    state.className = wrong ? "govuk-error-message" : "govuk-body m-small";
  };
  const run = (on) => {
    running = on;
    pause.textContent = on ? "Jeda" : "Lanjutkan";
  };
  const stop = () => {
    upload = null;
    running = false;
    submit.hidden = chooser.disabled = false;
    pause.hidden = cancel.hidden = true;
  };
  const fail = (text) => {
    panel.hidden = false;
    say(text, true);
    stop();
  };

  const start = async (file) => {
    const fingerprint = await sidik(file);
    const begun = [...document.querySelectorAll("[data-unfinished]")];
    const same = begun.find((item) => item.dataset.fingerprint === fingerprint);
    if (!same && begun.some((item) => item.dataset.filename === file.name)) {
      fail(
        `“${file.name}” berbeda dari yang mulai diunggah: isi atau ukurannya berubah. ` +
          "Pilih berkas yang semula, atau buang unggahan itu lalu mulai dari awal.",
      );
      return;
    }
    if (file.size > Number(form.dataset.limit)) {
      fail(`Berkas ini lebih besar dari ${form.dataset.readableLimit}. Perkecil atau bagi, lalu unggah kembali.`);
      return;
    }
    upload = new Upload(file, {
      endpoint: form.dataset.resumable,
      uploadUrl: same ? same.dataset.unfinished : null,
      chunkSize: PIECE,
      retryDelays: DELAYS,
      storeFingerprintForResuming: false,
      headers: { "X-CSRFToken": token, "Upload-Fingerprint": fingerprint },
      metadata: {
        filename: file.name,
        application: form.dataset.application,
        requirement: form.dataset.requirement,
        fingerprint,
      },
      onProgress(sent, all) {
        bar.value = (100 * sent) / all;
        told.textContent = `${size(sent)} dari ${size(all)} (${Math.floor((100 * sent) / all)} %)`;
        if (sent === all) {
          say("Semua bagian terkirim. Berkas sedang diperiksa …");
        } else if (running && state.textContent !== SENDING) {
          say(SENDING);
        }
      },
      onShouldRetry(error) {
        const status = error.originalResponse ? error.originalResponse.getStatus() : 0;
        const again = status === 0 || status >= 500 || status === 409 || status === 423;
        if (again) {
          say("Sambungan putus. Dicoba lagi sebentar lagi; yang sudah terkirim tidak hilang.");
        }
        return again;
      },
      onError(error) {
        const answer = error.originalResponse;
        if (answer && answer.getStatus() >= 400 && answer.getStatus() < 500) {
          const plain = (answer.getHeader("Content-Type") || "").startsWith("text/plain");
          fail(plain ? answer.getBody() : "Unggahan ditolak. Muat ulang halaman, lalu coba lagi.");
        } else {
          run(false);
          say("Sambungan putus. Tekan Lanjutkan bila sambungan sudah ada; yang sudah terkirim tidak hilang.", true);
        }
      },
      onSuccess() {
        running = false;
        window.location.assign(window.location.pathname);
      },
    });
    submit.hidden = chooser.disabled = true;
    panel.hidden = pause.hidden = cancel.hidden = false;
    say(SENDING);
    run(true);
    upload.start();
    pause.focus();
  };

  form.addEventListener("submit", (event) => {
    const [file] = chooser.files;
    if (file && file.size) {
      event.preventDefault();
      start(file).catch(() => fail("Berkas ini tidak dapat dibaca lagi. Pilih berkasnya sekali lagi."));
    }
  });
  pause.addEventListener("click", () => {
    if (running) {
      upload.abort();
      run(false);
      say("Dijeda. Yang sudah terkirim tersimpan.");
    } else {
      run(true);
      say(SENDING);
      upload.start();
    }
  });
  cancel.addEventListener("click", async () => {
    await upload.abort(true).catch(() => {});
    running = false;
    window.location.assign(window.location.pathname);
  });
  window.addEventListener("online", () => {
    if (upload && !running && state.className === "govuk-error-message") {
      run(true);
      upload.start();
    }
  });
  window.addEventListener("beforeunload", (event) => {
    if (running) {
      event.preventDefault();
    }
  });
  for (const item of document.querySelectorAll("[data-unfinished]")) {
    const drop = item.querySelector("[data-drop]");
    drop.hidden = false;
    drop.addEventListener("click", async () => {
      const headers = { "X-CSRFToken": token, "Tus-Resumable": "1.0.0" };
      const answer = await fetch(item.dataset.unfinished, { method: "DELETE", headers }).catch(() => null);
      if (answer && (answer.ok || answer.status === 404)) {
        item.remove();
        chooser.focus();
      }
    });
  }
}

const SENDING = "Mengunggah …";

const size = (bytes) => `${(bytes / 1024 / 1024).toFixed(1).replace(".", ",")} MB`;

// As muara/documents/partial.py reads it. Not from crypto.subtle, which an office without TLS does not have.
async function sidik(file) {
  const edges = [file.slice(0, EDGE), file.slice(Math.max(file.size - EDGE, 0))];
  let check = 0xffffffff;
  for (const edge of edges) {
    for (const byte of new Uint8Array(await edge.arrayBuffer())) {
      check ^= byte;
      for (let bit = 0; bit < 8; bit += 1) {
        check = (check >>> 1) ^ (check & 1 ? 0xedb88320 : 0);
      }
    }
  }
  return `${file.size}-${((check ^ 0xffffffff) >>> 0).toString(16).padStart(8, "0")}`;
}
