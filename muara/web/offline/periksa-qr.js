// Checks the signature in a permit's QR. No module and no network: the page works from a disk too.
// The recipe stands in muara/permits/qr.py and at the top of muara-verify.py.
(() => {
    "use strict";

    const DOMAIN = "muara/permit-qr/1\n";
    const KINDS = { 80: "Izin", 82: "Keputusan penolakan" };
    const FIXED = 22;
    const SIGNATURE = 64;
    const UNABLE =
        "Peramban ini tidak dapat memeriksa tanda tangan Ed25519. Pakailah peramban yang lebih baru " +
        "(halaman dibuka dari berkas atau lewat https), atau muara-verify.py.";

    const BARE = /^https?:\/\/[^\s#?]+\/izin\/[0-9a-f]{32}\/$/;

    class NotGenuine extends Error {}
    class Unsigned extends Error {}
    class Unable extends Error {}

    const byId = (id) => document.getElementById(id);
    let published = null;

    function hex(bytes) {
        return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
    }

    function fromHex(text) {
        if (!/^([0-9a-f]{2})+$/.test(text)) throw new NotGenuine();
        return Uint8Array.from(text.match(/../g), (pair) => parseInt(pair, 16));
    }

    function decode(written) {
        if (!/^[A-Za-z0-9_-]+$/.test(written)) throw new NotGenuine();
        let raw;
        try {
            raw = atob(written.replaceAll("-", "+").replaceAll("_", "/"));
        } catch {
            throw new NotGenuine();
        }
        // Written in the one way there is: bits that base64 leaves over are nought.
        const again = btoa(raw).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
        if (again !== written) throw new NotGenuine();
        return Uint8Array.from(raw, (letter) => letter.charCodeAt(0));
    }

    function join(...parts) {
        const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
        let at = 0;
        for (const part of parts) {
            whole.set(part, at);
            at += part.length;
        }
        return whole;
    }

    async function holds(key, signature, message) {
        if (!globalThis.crypto?.subtle) throw new Unable();
        let imported;
        try {
            imported = await crypto.subtle.importKey("raw", key, { name: "Ed25519" }, false, ["verify"]);
        } catch {
            throw new Unable();
        }
        return crypto.subtle.verify({ name: "Ed25519" }, imported, signature, message);
    }

    async function check(text, keys) {
        if (BARE.test(text)) throw new Unsigned();
        const cut = text.indexOf("#");
        if (cut < 0) throw new NotGenuine();
        const address = text.slice(0, cut);
        const payload = decode(text.slice(cut + 1));
        if (payload.length < FIXED + SIGNATURE) throw new NotGenuine();
        const said = payload.slice(0, -SIGNATURE);
        const kind = KINDS[said[1]];
        if (said[0] !== 1 || !kind) throw new NotGenuine();
        const message = join(new TextEncoder().encode(`${DOMAIN}${address}\n`), said);
        const hint = hex(said.slice(2, 6));
        for (const key of keys) {
            if (key.use !== "permit" || !String(key.id).startsWith(hint)) continue;
            if (await holds(fromHex(key.public), payload.slice(-SIGNATURE), message)) {
                return {
                    kind,
                    address,
                    key,
                    content: hex(said.slice(6, FIXED)),
                    name: new TextDecoder("utf-8", { fatal: true }).decode(said.slice(FIXED)),
                };
            }
        }
        throw new NotGenuine();
    }

    function show(kind, title, rows) {
        const box = document.createElement("div");
        box.className = `answer ${kind}`;
        const heading = document.createElement("h2");
        heading.textContent = title;
        box.append(heading);
        if (typeof rows === "string") {
            const words = document.createElement("p");
            words.textContent = rows;
            box.append(words);
        } else {
            const list = document.createElement("dl");
            for (const [label, value] of rows) {
                const term = document.createElement("dt");
                const said = document.createElement("dd");
                term.textContent = label;
                said.textContent = value;
                list.append(term, said);
            }
            box.append(list);
        }
        byId("answer").replaceChildren(box);
        byId("answer").focus();
    }

    async function keysChosen() {
        const file = byId("keys").files[0];
        if (!file) return published;
        try {
            const told = JSON.parse(await file.text());
            return Array.isArray(told.keys) ? told : null;
        } catch {
            return null;
        }
    }

    async function answer(event) {
        event.preventDefault();
        const text = byId("text").value.trim();
        if (!text) {
            show("bad", "Belum ada yang diperiksa", "Tempel dahulu alamat yang terbaca dari QR.");
            return;
        }
        const told = await keysChosen();
        if (!told) {
            show("bad", "Belum ada kunci publik", "Pilih berkas kunci-publik.json yang Anda simpan sendiri.");
            return;
        }
        try {
            const seal = await check(text, told.keys);
            show("good", "Tanda tangan QR ini asli", [
                ["Jenis naskah", seal.kind],
                ["Untuk", seal.name],
                ["Alamat status terakhir", seal.address],
                ["Kunci", `${seal.key.id}${told.office ? `, ${told.office}` : ""}`],
                ["Sidik isi keputusan", `${seal.content}…`],
            ]);
        } catch (problem) {
            if (problem instanceof Unable) {
                show("bad", "Tidak dapat diperiksa di sini", UNABLE);
            } else if (problem instanceof Unsigned) {
                show(
                    "neutral",
                    "QR ini tidak memuat tanda tangan",
                    "Periksa alamatnya di register, atau tanda tangan elektronik PDF-nya. Bila alamat dari QR " +
                        "itu memuat tanda #, salin juga yang di belakangnya.",
                );
            } else {
                show(
                    "bad",
                    "Tanda tangan QR ini tidak sah",
                    "Isi QR tidak lengkap, sudah diubah, atau bukan dari kantor yang kuncinya Anda pakai. " +
                        "Salin seluruh alamat dari QR, lalu periksa sekali lagi; bila tetap begini, surat itu " +
                        "jangan dipercaya.",
                );
            }
        }
    }

    async function fetchKeys() {
        if (!location.protocol.startsWith("http")) return;
        try {
            const given = await fetch("../kunci-publik.json");
            if (!given.ok) return;
            published = await given.json();
            byId("keys-state").textContent =
                "Bila tidak dipilih, dipakai kunci yang diumumkan situs ini.";
        } catch {
            // Without a network the file is chosen by hand.
        }
    }

    byId("form").addEventListener("submit", answer);
    fetchKeys();
})();
