#!/usr/bin/env python3
"""muara-verify: memeriksa izin dan catatan kantor pengguna Muara tanpa mempercayai kantor atau programnya.

Satu berkas, Python 3.9 atau lebih baru, tanpa yang lain. Ambil berkas ini dan berkas kunci publik dari tempat
yang Anda percayai, simpan sendiri sebuah titik periksa sekali-sekali, lalu jalankan

    python3 muara-verify.py pdf IZIN.pdf --keys kunci-publik.json
    python3 muara-verify.py qr "ISI QR" --keys kunci-publik.json
    python3 muara-verify.py log EKSPOR [--keys kunci-publik.json] [--kept titik-periksa.json ...]

EKSPOR adalah folder atau ZIP: bukti satu berkas permohonan, atau seluruh catatan. Kode keluar: 0 dapat
dipercaya, 1 tidak, 2 tidak dapat diperiksa atau tidak ada tanda tangan yang dapat diperiksa.

Yang diperiksa pada PDF keputusan elektronik:

  1  dua tanda tangan (PAdES): pejabat (ttd), lalu segel kantor (segel); masing-masing utuh atas seluruh
     berkas pada waktunya kecuali lubangnya sendiri, dengan sertifikat yang disebut berkas kunci untuk peran
     itu, di bawah akarnya, berlaku pada waktu tanda tangan dan tidak dicabut
  2  segel menutup berkas sampai bita terakhir
  3  di antara keduanya hanya nomor dan tanggal yang diisi, persis dengan cara kantor mengisinya: setiap bita
     sesudah tanda tangan pejabat harus dikenal
  4  nomor dan tanggal sama di semua tempatnya dan sama dengan yang terlihat
  QR bertanda tangan di dalamnya, bila ada

Yang tidak: apakah isi yang ditandatangani pejabat itu benar, apakah nomornya tercatat dan keputusannya
masih berlaku (itu dijawab register kantor), dan apa yang dicabut sesudah berkas kunci dibuat. PDF yang
disusun dengan cara lain daripada cara kantor (xref stream, algoritma lain) dijawab "tidak dapat diperiksa",
bukan "sah".

Cara menghitungnya, agar Anda dapat menulis pemeriksa sendiri (LF: ganti baris):

  entri        sidik = SHA-256("muara/entry/1" LF rantai LF urutan LF sidik sebelumnya LF teks); urutan 1, 2,
               3 ...; sidik sebelum yang pertama 64 nol
  catatan      SHA-256(garam LF catatan) tertulis dalam teks; keduanya boleh sudah dihapus, sisanya cocok
  titik        SHA-256("muara/checkpoint/1" LF isi) adalah "prev" berikutnya; Ed25519 atas bita yang sama;
  periksa      akarnya pohon RFC 6962 atas daun "rantai LF urutan LF sidik kepala"
  saat         titik periksa menyaksikan setiap entri yang sepuluh menit lebih tua, atau yang sebelumnya
  kunci        diperkenalkan kunci sebelumnya: Ed25519 atas "muara/keys/1" LF kegunaan LF kunci publik (heksa)
  ekspor       Ed25519 atas "muara/export/1" LF isi; isinya menyebut SHA-256 setiap berkas; dokumen bernama
               SHA-256-nya ketika disimpan, dan "sha256": null pada indeks berarti dokumen itu hilang
  QR           alamat "#" base64url(1, jenis, 4 bita nama kunci, 16 bita SHA-256 naskah, nama, 64 bita tanda
               tangan); Ed25519 atas "muara/permit-qr/1" LF alamat LF semua sebelum tanda tangan
  sertifikat   "certificates" dalam berkas kunci: peran, PEM beserta yang di atasnya, SHA-256, saat dicabut
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import re
import sys
import zipfile
import zlib
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import IO, Any, NamedTuple, NoReturn

Point = tuple[int, int, int, int]
Place = tuple[int, int]  # a point of an elliptic curve; None stands for the one at infinity
Kept = Sequence[tuple[str, str]]

GENESIS = "0" * 64
# All signatures are checked up to this number; of more, the last one and each key's last one: a signed body
# holds the hash of the body before, so that these vouch for all.
MANY = 500
LATE = timedelta(minutes=10)  # what clocks and a slow transaction may differ by
MOMENT = '{"at":"'  # how an entry's text begins: then 26 characters and the offset


# What reading something that was meddled with may run into.
UNREADABLE = (
    *(ValueError, LookupError, TypeError, AttributeError, RecursionError, NotImplementedError),
    *(EOFError, zlib.error, zipfile.BadZipFile),
)


class Broken(Exception):
    """What was given does not hold."""


class Unreadable(Exception):
    """What was given cannot be read."""


class Unsigned(Exception):
    """What was given is a decree's address without a signature: neither good nor bad."""


# --- Ed25519 (RFC 8032, 5.1), verification only ----------------------------------------------------------

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT_OF_MINUS_1 = pow(2, (P - 1) // 4, P)


def _point(data: bytes) -> Point | None:
    """Decode a point into extended coordinates; None for what RFC 8032 would not write so."""
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & (2**255 - 1)
    if y >= P:
        return None
    xx = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(xx, (P + 3) // 8, P)
    if (x * x - xx) % P:
        x = x * ROOT_OF_MINUS_1 % P
    if (x * x - xx) % P or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = P - x
    return x, y, 1, x * y % P


def _add(p: Point, q: Point) -> Point:
    a = (p[1] - p[0]) * (q[1] - q[0]) % P
    b = (p[1] + p[0]) * (q[1] + q[0]) % P
    c = 2 * p[3] * q[3] * D % P
    d = 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def _double(p: Point) -> Point:
    a, b = p[0] * p[0] % P, p[1] * p[1] % P
    c = 2 * p[2] * p[2] % P
    h = a + b
    e = h - (p[0] + p[1]) ** 2 % P
    g = a - b
    f = c + g
    return e * f % P, g * h % P, f * g % P, e * h % P


def _base() -> Point:
    found = _point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))
    assert found is not None
    return found


BASE = _base()


def ed25519_holds(public: bytes, signature: bytes, message: bytes) -> bool:
    """Tell whether a signature (64 bytes) is the key's (32 bytes) over a message."""
    if len(public) != 32 or len(signature) != 64:
        return False
    key = _point(public)
    s = int.from_bytes(signature[32:], "little")
    if key is None or s >= L:
        return False
    h = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % L
    # s B - h A must be R: both products in one run, bit by bit.
    minus = (P - key[0], key[1], 1, P - key[3])
    both = _add(BASE, minus)
    found = (0, 1, 1, 0)
    for bit in range(252, -1, -1):
        found = _double(found)
        one, other = s >> bit & 1, h >> bit & 1
        if one and other:
            found = _add(found, both)
        elif one:
            found = _add(found, BASE)
        elif other:
            found = _add(found, minus)
    inverse = pow(found[2], P - 2, P)
    x, y = found[0] * inverse % P, found[1] * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little") == signature[:32]


# --- hashes -----------------------------------------------------------------------------------------------


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def leaf(chain: str, seq: int, head: str) -> bytes:
    return hashlib.sha256(b"\x00" + f"{chain}\n{seq}\n{head}".encode()).digest()


def node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def merkle_root(leaves: Sequence[bytes]) -> bytes:
    """RFC 6962, 2.1, as it is written there."""
    if len(leaves) == 1:
        return leaves[0]
    half = 1
    while half * 2 < len(leaves):
        half *= 2
    return node(merkle_root(leaves[:half]), merkle_root(leaves[half:]))


# --- keys -------------------------------------------------------------------------------------------------


class Keys:
    """The public keys that are trusted, by id."""

    def __init__(self, told: dict[str, Any], use: str) -> None:
        self.use = use
        self.known = {row["id"]: bytes.fromhex(row["public"]) for row in told["keys"] if row["use"] == use}
        for key, public in self.known.items():
            if hashlib.sha256(public).hexdigest()[:16] != key:
                raise Broken(f"kunci {key} tidak cocok dengan namanya")

    def introduce(self, told: dict[str, Any]) -> None:
        """Take over newer keys that a known one introduced."""
        for row in told["keys"]:
            if row["use"] != self.use or row["id"] in self.known:
                continue
            before = self.known.get(row.get("introduced_by") or "")
            message = f"muara/keys/1\n{self.use}\n{row['public']}".encode()
            if before and ed25519_holds(before, bytes.fromhex(row["introduction"]), message):
                public = bytes.fromhex(row["public"])
                self.known[hashlib.sha256(public).hexdigest()[:16]] = public

    def check(self, key: str, signature: str, message: bytes, what: str) -> None:
        if key not in self.known:
            raise Broken(f"{what}: ditandatangani kunci {key} yang tidak Anda percayai")
        if not ed25519_holds(self.known[key], bytes.fromhex(signature), message):
            raise Broken(f"{what}: tanda tangan tidak sah")


# --- the export -------------------------------------------------------------------------------------------


class Export:
    """A folder or a ZIP, read alike."""

    def __init__(self, path: str) -> None:
        self.folder = Path(path)
        try:
            self.zip = None if self.folder.is_dir() else zipfile.ZipFile(path)
        except (OSError, zipfile.BadZipFile) as problem:
            raise Unreadable(f"{path} bukan folder dan bukan ZIP: {problem}") from None

    def open(self, name: str) -> IO[bytes]:
        try:
            return self.zip.open(name) if self.zip else (self.folder / name).open("rb")
        except (OSError, KeyError, zipfile.BadZipFile):
            raise Broken(f"{name} tidak ada dalam ekspor") from None

    def names(self) -> list[str]:
        if self.zip:
            return [name for name in self.zip.namelist() if not name.endswith("/")]
        files = (path for path in self.folder.rglob("*") if path.is_file())
        return [path.relative_to(self.folder).as_posix() for path in files]

    def json(self, name: str) -> Any:
        with self.open(name) as file:
            return json.load(file)

    def lines(self, name: str) -> Iterator[Any]:
        """Read a JSON value a line."""
        with self.open(name) as file:
            for line in file:
                yield json.loads(line)

    def sha256(self, name: str) -> str:
        digest = hashlib.sha256()
        with self.open(name) as file:
            for piece in iter(lambda: file.read(1 << 20), b""):
                digest.update(piece)
        return digest.hexdigest()


class Seen:
    """What the checkpoints of an export saw: heads, each with its checkpoint; and when they were made."""

    def __init__(self) -> None:
        self.heads: dict[str, dict[int, tuple[str, int]]] = {}
        self.first = 0
        self.before: list[str] = []  # moments before which a checkpoint saw everything, one a checkpoint
        self.older = ""  # the same of the newest checkpoint that somebody kept and the export leaves out

    def must_have_seen(self, moment: str) -> int | None:
        """The number of the first checkpoint that cannot have missed an entry; 0 for one that is left out."""
        if moment < self.older:
            return 0
        place = bisect_left(self.before, moment)
        return self.first + place if place < len(self.before) else None


def _earlier(moment: str) -> str:
    return (datetime.fromisoformat(moment) - LATE).isoformat(timespec="microseconds")


class Told:
    """What was found, for the report."""

    def __init__(self) -> None:
        self.entries = self.chains = self.erased = self.uncovered = 0
        self.checkpoints = self.signatures = self.documents = self.named = 0
        self.kept: list[str] = []
        self.warnings: list[str] = []
        self.lacking: list[str] = []  # documents that are missing or are not what was kept
        self.set_back: list[str] = []
        self.late: list[str] = []
        self.until = ""


def check_log(path: str, trusted: dict[str, Any] | None = None, kept: Kept = (), every: bool = False) -> Told:
    """Check an export; Broken at the first thing that does not hold."""
    export, told = Export(path), Told()
    own = export.json("keys.json")
    if trusted is None:
        told.warnings.append(
            "Kunci publik diambil dari ekspor itu sendiri: pemeriksaan ini hanya menunjukkan bahwa isinya "
            "saling cocok. Pakai --keys dengan berkas kunci yang Anda simpan sendiri."
        )
    keys = Keys(trusted or own, "checkpoint")
    keys.introduce(own)
    manifest = export.json("manifest.json")
    body = json.loads(manifest["body"])
    keys.check(
        body["key"], manifest["signature"], b"muara/export/1\n" + manifest["body"].encode(), "daftar isi"
    )
    names = export.names()
    if len(set(names)) != len(names):
        raise Broken("ada berkas yang bernama sama dalam ekspor")
    extra = set(names) - set(body["files"]) - {"manifest.json"}
    if extra:
        raise Broken(f"{min(extra)} tidak ada dalam daftar isi: disisipkan")
    for name, digest in body["files"].items():
        if export.sha256(name) != digest:
            raise Broken(f"{name} berbeda dari daftar isi")
    seen = _checkpoints(export, keys, body, kept, told, every)
    texts: list[str] | None = [] if "documents/index.json" in body["files"] else None
    _entries(export, seen, body, told, texts)
    if texts is not None:
        _documents(export, body, told, "\n".join(texts))
    # A clock that was set back gives entries moments that older checkpoints could not see: then it is told.
    if told.late and not told.set_back:
        raise Broken(told.late[0])
    return told


def _checkpoints(
    export: Export, keys: Keys, manifest: dict[str, Any], kept: Kept, told: Told, every: bool
) -> Seen:
    """Check the row of checkpoints; return what they saw."""
    wanted: dict[int, tuple[str, str, str]] = {}
    for name, text in kept:
        outside = json.loads(text)
        body = json.loads(outside["body"])
        message = f"muara/checkpoint/1\n{outside['body']}".encode()
        keys.check(body["key"], outside["signature"], message, f"simpanan {name}")
        wanted[body["number"]] = (name, hashlib.sha256(message).hexdigest(), body["at"])
    seen = Seen()
    before: tuple[int, str, str] | None = None
    last_of: dict[str, tuple[str, str, str, bytes]] = {}
    number = 0
    total = manifest["checkpoints"]
    for row in export.lines("checkpoints.jsonl"):
        body = json.loads(row["body"])
        digest = sha256(f"muara/checkpoint/1\n{row['body']}")
        number = body["number"]
        what = f"titik periksa {number}"
        if before is None:
            seen.first = number
            if (number == 1) != (body["prev"] == GENESIS):
                raise Broken(f"{what}: yang sebelumnya hilang")
            if number - 1 in wanted and wanted[number - 1][1] != body["prev"]:
                raise Broken(f"{what} tidak bersambung dengan {wanted[number - 1][0]}: riwayat ditulis ulang")
        elif number != before[0] + 1 or body["prev"] != before[1]:
            raise Broken(f"{what} tidak bersambung dengan titik periksa {before[0]}")
        elif body["at"] < before[2]:
            raise Broken(f"{what} mengaku lebih awal daripada titik periksa {before[0]}")
        if "clock" in body:
            told.set_back.append(f"{what}: jam kantor menunjukkan {body['clock']}, dicatat {body['at']}")
        if manifest.get("kind") != "dossier":
            leaves = [leaf(*head) for head in row["heads"]]
            if not leaves or len(leaves) != body["count"] or merkle_root(leaves).hex() != body["root"]:
                raise Broken(f"{what}: kepala rantai tidak cocok dengan akarnya")
            heads = row["heads"]
        else:
            heads = []
            for proof in row["proofs"]:
                found = leaf(proof["chain"], proof["seq"], proof["head"])
                for side, beside in proof["path"]:
                    other = bytes.fromhex(beside)
                    found = node(other, found) if side == "L" else node(found, other)
                if found.hex() != body["root"]:
                    raise Broken(f"{what}: bukti rantai {proof['chain']} tidak cocok dengan akarnya")
                heads.append((proof["chain"], proof["seq"], proof["head"]))
        for chain, seq, head in heads:
            if seen.heads.setdefault(chain, {}).setdefault(seq, (head, number))[0] != head:
                raise Broken(
                    f"{what} bertentangan dengan yang lebih lama: {chain}, entri {seq} ditulis ulang"
                )
        if number in wanted:
            name, kept_digest, _ = wanted[number]
            if kept_digest != digest:
                raise Broken(f"{what} berbeda dari simpanan Anda ({name}): riwayat ditulis ulang")
            told.kept.append(f"{name} (titik periksa {number}, {body['at']})")
        message = f"muara/checkpoint/1\n{row['body']}".encode()
        last_of[body["key"]] = (what, body["key"], row["signature"], message)
        if every or total["count"] <= MANY:
            keys.check(body["key"], row["signature"], message, what)
            told.signatures += 1
        seen.before.append(_earlier(body["at"]))
        before = (number, digest, body["at"])
        told.checkpoints += 1
        told.until = body["at"]
    if not (every or total["count"] <= MANY):
        for what, key, signature, message in last_of.values():
            keys.check(key, signature, message, what)
            told.signatures += 1
    if told.checkpoints != total["count"] or number != total["last"]:
        raise Broken("jumlah titik periksa berbeda dari daftar isi")
    for kept_number, (name, _, moment) in wanted.items():
        if kept_number > number:
            raise Broken(
                f"{name} (titik periksa {kept_number}) lebih baru daripada ekspor: ekspornya terpotong"
            )
        if kept_number < seen.first:
            seen.older = max(seen.older, _earlier(moment))
        if kept_number < seen.first - 1:
            told.warnings.append(
                f"{name} lebih lama daripada perbuatan pertama berkas ini: tidak ada yang dapat dibandingkan."
            )
    return seen


def _entries(
    export: Export,
    seen: Seen,
    manifest: dict[str, Any],
    told: Told,
    texts: list[str] | None,
) -> None:
    hashed = hashlib.sha256
    wanted: dict[int, tuple[str, int]] = {}
    seq, prev, chain, covered = 0, GENESIS, "", 0
    done: set[str] = set()
    waiting: list[tuple[int, str]] = []  # entries, with their moments, that no checkpoint saw so far

    def covered_by(number: int | None) -> None:
        for place, moment in waiting:
            due = seen.must_have_seen(moment)
            if due is not None and (number is None or due < number):
                missed = f"titik periksa {due}" if due else "simpanan Anda"
                told.late.append(
                    f"{chain}, entri {place}: bertanggal {moment[:19]} UTC, tetapi {missed} yang lebih baru "
                    "tidak menyaksikannya: disisipkan atau ditulis ulang kemudian"
                )
        waiting.clear()

    def close() -> None:
        covered_by(None)
        if wanted and max(wanted) > seq:
            raise Broken(f"{chain}: terpotong sesudah entri {seq}; titik periksa menyaksikan {max(wanted)}")
        told.uncovered += seq - covered

    for row in export.lines("entries.jsonl"):
        if row["chain"] != chain:
            close()
            chain, seq, prev, covered = row["chain"], 0, GENESIS, 0
            if chain in done:
                raise Broken(f"{chain}: entri-entrinya tidak berurutan")
            done.add(chain)
            wanted = seen.heads.pop(chain, {})
            if manifest.get("kind") == "dossier" and chain not in _chains(manifest):
                raise Broken(f"{chain} bukan rantai berkas ini")
        seq += 1
        text = row["text"]
        if row["seq"] != seq or row["prev"] != prev:
            raise Broken(f"{chain}, entri {seq}: tidak bersambung (dihapus, disisipkan, atau ditukar)")
        line = f"muara/entry/1\n{chain}\n{seq}\n{prev}\n{text}"
        if hashed(line.encode()).hexdigest() != row["hash"]:
            raise Broken(f"{chain}, entri {seq}: isinya diubah")
        prev = row["hash"]
        if texts is not None:
            texts.append(text)
        if text.startswith(MOMENT):
            waiting.append((seq, text[7:39]))
        if row.get("note"):
            digest = json.loads(text)["note"]
            if digest != sha256(f"{row['salt']}\n{row['note']}"):
                raise Broken(f"{chain}, entri {seq}: catatannya diubah")
        elif "note" in row and row["note"] is None:
            told.erased += 1
        if seq in wanted:
            if wanted[seq][0] != prev:
                raise Broken(f"{chain}, entri {seq}: ditulis ulang sesudah disaksikan titik periksa")
            covered_by(wanted[seq][1])
            covered = seq
        told.entries += 1
    close()
    if manifest.get("kind") == "dossier" and (gone := set(_chains(manifest)) - done):
        raise Broken(f"{min(gone)}: semua entri hilang, padahal disebut daftar isi")
    if seen.heads:
        raise Broken(f"{min(seen.heads)}: semua entri hilang, padahal disaksikan titik periksa")
    told.chains = len(done)
    if told.entries != manifest["entries"]:
        raise Broken("jumlah entri berbeda dari daftar isi")


def _chains(manifest: dict[str, Any]) -> list[str]:
    """The chains of a dossier: the case's, and that of what was decided about its permit after the issue."""
    found: list[str] = manifest.get("chains") or [manifest["chain"]]
    return found


def _documents(export: Export, manifest: dict[str, Any], told: Told, log: str) -> None:
    listed: set[str] = set()
    for row in export.json("documents/index.json"):
        name = f"documents/{row['file']}"
        if manifest["files"].get(name) != row["sha256"]:
            raise Broken(f"dokumen {row['title']} tidak cocok dengan sidiknya")
        if row["sha256"] is None:
            told.lacking.append(f"{row['title']}: tidak ada lagi di kantor ({row['file']})")
            continue
        listed.add(name)
        if row["file"].partition(".")[0] != row["sha256"]:
            told.lacking.append(f"{row['title']}: isinya bukan lagi yang disimpan dahulu ({row['file']})")
            continue
        told.documents += 1
        told.named += row["sha256"] in log
    for name in manifest["files"]:
        if name.startswith("documents/") and name != "documents/index.json" and name not in listed:
            raise Broken(f"{name} tidak ada dalam indeks dokumen")


# --- the QR of a permit -------------------------------------------------------------------------------


BARE = re.compile(r"https?://[^\s#?]+/izin/[0-9a-f]{32}/")  # a decree's address and nothing more


def check_qr(text: str, trusted: dict[str, Any]) -> dict[str, str]:
    """Check a permit's QR; return its address, its kind, to whom it is, and the content's hash prefix."""
    if BARE.fullmatch(text.strip()):
        raise Unsigned(text.strip())
    address, mark, written = text.strip().partition("#")
    try:
        payload = base64.urlsafe_b64decode(written + "=" * (-len(written) % 4))
    except ValueError:
        payload = b""
    # Written in the one way there is: no spare bits, no other alphabet.
    if not mark or base64.urlsafe_b64encode(payload).decode().rstrip("=") != written or len(payload) < 86:
        raise Broken("QR ini tidak memuat tanda tangan yang utuh")
    signed, signature = payload[:-64], payload[-64:]
    kind = {b"P": "izin", b"R": "penolakan"}.get(signed[1:2])
    if signed[0] != 1 or kind is None:
        raise Broken("QR ini ditulis dengan cara yang tidak dikenal")
    message = b"muara/permit-qr/1\n" + address.encode() + b"\n" + signed
    for key, public in Keys(trusted, "permit").known.items():
        if key.startswith(signed[2:6].hex()) and ed25519_holds(public, signature, message):
            return {
                "address": address,
                "kind": kind,
                "content": signed[6:22].hex(),
                "name": signed[22:].decode("utf-8", "replace"),
                "key": key,
            }
    raise Broken("tanda tangan QR ini bukan dari kunci yang Anda percayai")


# A decree's address with what may be a signature behind it (a page's own "#part" is shorter), or without.
LINKED = re.compile(
    rb"https?://[^\s()<>#]+(?:/izin/[0-9a-f]{32}/(?:#[^\s()<>]{40,})?|#[A-Za-z0-9_-]{115,400})"
)
MOST = 64 << 20  # bytes that one stream of a PDF may unpack to


def decree_addresses(pdf: bytes) -> list[str]:
    """Find what a PDF links to that looks like a decree's address, in packed streams too.

    Bare ones are left out where there is any other: the signed one is what can be judged.
    """
    parts = [pdf]
    for found in re.finditer(rb"stream\r?\n", pdf):
        try:
            parts.append(zlib.decompressobj().decompress(pdf[found.end() :], MOST))
        except zlib.error:
            continue
    texts = {match.group().decode(errors="replace") for part in parts for match in LINKED.finditer(part)}
    return sorted(text for text in texts if not BARE.fullmatch(text)) or sorted(texts)


# --- signatures: DER, RSA, ECDSA --------------------------------------------------------------------------


class Der(NamedTuple):
    """One value of ASN.1 in its one right encoding."""

    tag: int
    body: bytes
    whole: bytes

    @property
    def parts(self) -> list[Der]:
        return read_der(self.body)

    @property
    def number(self) -> int:
        if self.tag != 0x02 or not self.body:
            raise Broken("tanda tangannya memuat bilangan yang rusak")
        return int.from_bytes(self.body, "big", signed=True)

    @property
    def oid(self) -> str:
        if self.tag != 0x06 or not self.body or self.body[-1] & 128:
            raise Broken("tanda tangannya memuat nama algoritma yang rusak")
        arcs, arc = [], 0
        for octet in self.body:
            arc = arc << 7 | octet & 127
            if not octet & 128:
                arcs.append(arc)
                arc = 0
        first = min(arcs[0] // 40, 2)
        return ".".join(map(str, [first, arcs[0] - 40 * first, *arcs[1:]]))

    @property
    def bits(self) -> bytes:
        if self.tag != 0x03 or self.body[:1] != b"\0":
            raise Broken("tanda tangannya memuat deret bit yang rusak")
        return self.body[1:]

    @property
    def moment(self) -> datetime:
        """A time of X.509 or of a timestamp, always in UTC."""
        text = self.body.decode("ascii")
        if self.tag == 0x17 and re.fullmatch(r"\d{12}Z", text):
            text = ("19" if text[:2] >= "50" else "20") + text
        elif self.tag != 0x18 or not re.fullmatch(r"\d{14}(\.\d+)?Z", text):
            raise Broken("tanda tangannya memuat waktu yang rusak")
        return datetime.strptime(text[:14], "%Y%m%d%H%M%S").replace(tzinfo=timezone(timedelta(0)))


def read_der(data: bytes) -> list[Der]:
    """Read values one after the other to the last byte; Broken for any encoding but the shortest."""
    found, at = [], 0
    while at < len(data):
        head, body = data[at : at + 2], at + 2
        if len(head) < 2 or head[0] & 31 == 31:
            raise Broken("susunan tanda tangannya rusak")
        length = head[1]
        if length >= 128:
            told = data[body : body + length - 128]
            length, body = int.from_bytes(told, "big"), body + len(told)
            if not 1 <= len(told) <= 4 or told[0] == 0 or length < 128:
                raise Broken("susunan tanda tangannya rusak")
        end = body + length
        if end > len(data):
            raise Broken("susunan tanda tangannya rusak")
        found.append(Der(head[0], data[body:end], data[at:end]))
        at = end
    return found


def one_der(data: bytes) -> Der:
    found = read_der(data)
    if len(found) != 1:
        raise Broken("susunan tanda tangannya rusak")
    return found[0]


NULL = b"\x05\x00"
HASH_NUMBERS = {"sha256": 1, "sha384": 2, "sha512": 3}
HASHES = {f"2.16.840.1.101.3.4.2.{last}": name for name, last in HASH_NUMBERS.items()}
RSA, RSA_PSS, MGF1, EC = (
    *("1.2.840.113549.1.1.1", "1.2.840.113549.1.1.10", "1.2.840.113549.1.1.8", "1.2.840.10045.2.1"),
)
RSA_WITH = {
    f"1.2.840.113549.1.1.{last}": name for last, name in ((11, "sha256"), (12, "sha384"), (13, "sha512"))
}
ECDSA_WITH = {
    f"1.2.840.10045.4.3.{last}": name for last, name in ((2, "sha256"), (3, "sha384"), (4, "sha512"))
}
# The prime, a = -3, b, the base point and its order (SEC 2).
CURVES = {
    "1.2.840.10045.3.1.7": (
        0xFFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF,
        0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B,
        0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
        0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
        0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551,
    ),
    "1.3.132.0.34": (
        0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEFFFFFFFF0000000000000000FFFFFFFF,
        0xB3312FA7E23EE7E4988E056BE3F82D19181D9C6EFE8141120314088F5013875AC656398D8A2ED19D2A85C8EDD3EC2AEF,
        0xAA87CA22BE8B05378EB1C71EF320AD746E1D3B628BA79B9859F741E082542A385502F25DBF55296C3A545E3872760AB7,
        0x3617DE4A96262C6F5D9E98BF9292DC29F8F41DBD289A147CE9DA3113B5F0B8C00A60B1CE1D7E819D7A431D7C90EA0E5F,
        0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973,
    ),
}
LEAST_RSA = 2048  # bits


def hash_of(algorithm: Der) -> str:
    """The hash that an AlgorithmIdentifier names; the weak and the unknown are refused by their number."""
    parts = algorithm.parts
    if parts[0].oid not in HASHES:
        raise Unreadable(f"sidiknya dihitung dengan algoritma {parts[0].oid}, yang tidak dikenal alat ini")
    if len(parts) > 2 or (len(parts) == 2 and parts[1].whole != NULL):
        raise Broken("susunan tanda tangannya rusak")
    return HASHES[parts[0].oid]


def signature_holds(key: Der, algorithm: Der, message: bytes, signature: bytes, digest: str = "") -> bool:
    """Tell whether a signature is the key's (SubjectPublicKeyInfo) over a message.

    `digest` is the hash that was named elsewhere: the algorithm has to agree with it.
    """
    named, *parameters = algorithm.parts
    kind, *curve = key.parts[0].parts
    name, bits = named.oid, key.parts[1].bits
    if name in ECDSA_WITH and kind.oid == EC:
        hashed = ECDSA_WITH[name]
        if parameters or (digest and digest != hashed):
            return False
        return _ecdsa_holds(curve[0].oid, bits, hashlib.new(hashed, message).digest(), signature)
    if kind.oid == RSA and (name in RSA_WITH or name == RSA_PSS or (name == RSA and digest)):
        n, e = (part.number for part in one_der(bits).parts)
        if n.bit_length() < LEAST_RSA or e < 3 or not e & 1:
            raise Unreadable(f"kunci RSA {n.bit_length()} bit terlalu lemah")
        size = (n.bit_length() + 7) // 8
        number = int.from_bytes(signature, "big")
        if len(signature) != size or number >= n:
            return False
        opened = pow(number, e, n).to_bytes(size, "big")
        if name == RSA_PSS:
            return _pss_holds(parameters, opened, n.bit_length(), message, digest)
        hashed = RSA_WITH.get(name, digest)
        if (digest and digest != hashed) or any(one.whole != NULL for one in parameters):
            return False
        told = hashlib.new(hashed, message).digest()
        # DigestInfo: the hash's name with NULL, then the hash; PKCS#1 v1.5 has no other form.
        name_of = bytes.fromhex("300d06096086480165030402") + bytes([HASH_NUMBERS[hashed]]) + NULL
        info = name_of + bytes([0x04, len(told)]) + told
        info = bytes([0x30, len(info)]) + info
        return opened == b"\0\1" + b"\xff" * (size - len(info) - 3) + b"\0" + info
    raise Unreadable(f"tanda tangannya memakai algoritma {name} ({kind.oid}), yang tidak dikenal alat ini")


def _pss_holds(parameters: list[Der], opened: bytes, bits: int, message: bytes, digest: str) -> bool:
    """RFC 8017, 9.1.2."""
    told = {part.tag: part.parts[0] for part in parameters[0].parts} if parameters else {}
    if not {0xA0, 0xA1, 0xA2} <= set(told) <= {0xA0, 0xA1, 0xA2, 0xA3}:
        raise Unreadable("tanda tangannya memakai RSA-PSS dengan SHA-1, yang terlalu lemah")
    hashed, salt_size = hash_of(told[0xA0]), told[0xA2].number
    mask = told[0xA1].parts
    if mask[0].oid != MGF1 or hash_of(mask[1]) != hashed or (digest and digest != hashed):
        raise Unreadable("tanda tangannya memakai RSA-PSS dengan cara yang tidak dikenal alat ini")
    size = hashlib.new(hashed).digest_size
    spare = 8 * len(opened) - (bits - 1)
    if spare == 8:  # a byte more than the encoded message has
        if opened[0]:
            return False
        opened, spare = opened[1:], 0
    start = len(opened) - size - 1
    if salt_size < 0 or start < salt_size + 1 or opened[-1] != 0xBC or (spare and opened[0] >> (8 - spare)):
        return False
    middle = opened[start:-1]
    blocks = (hashlib.new(hashed, middle + n.to_bytes(4, "big")).digest() for n in range(-(-start // size)))
    mask_of = b"".join(blocks)
    plain = bytearray(opened[n] ^ mask_of[n] for n in range(start))
    plain[0] &= 0xFF >> spare
    gap = start - salt_size - 1
    if any(plain[:gap]) or plain[gap] != 1:
        return False
    seen = hashlib.new(hashed, message).digest()
    return hashlib.new(hashed, bytes(8) + seen + bytes(plain[gap + 1 :])).digest() == middle


def _ecdsa_holds(curve: str, public: bytes, digest: bytes, signature: bytes) -> bool:
    if curve not in CURVES:
        raise Unreadable(f"kuncinya memakai kurva {curve}, yang tidak dikenal alat ini")
    p, b, gx, gy, n = CURVES[curve]
    size = (p.bit_length() + 7) // 8
    x, y = int.from_bytes(public[1 : size + 1], "big"), int.from_bytes(public[size + 1 :], "big")
    on_curve = x < p and y < p and (y * y - x * x * x + 3 * x - b) % p == 0
    if len(public) != 2 * size + 1 or public[0] != 4 or not on_curve:
        return False
    r, s = (part.number for part in one_der(signature).parts)
    if not (0 < r < n and 0 < s < n):
        return False

    def add(one: Place | None, other: Place | None) -> Place | None:
        if one is None or other is None:
            return one or other
        if one[0] == other[0]:
            if (one[1] + other[1]) % p == 0:
                return None
            slope = (3 * one[0] * one[0] - 3) * pow(2 * one[1], -1, p)
        else:
            slope = (other[1] - one[1]) * pow(other[0] - one[0], -1, p)
        there = (slope * slope - one[0] - other[0]) % p
        return there, (slope * (one[0] - there) - one[1]) % p

    z = int.from_bytes(digest, "big") >> max(0, 8 * len(digest) - n.bit_length())
    u, v = z * pow(s, -1, n) % n, r * pow(s, -1, n) % n
    base, key = (gx, gy), (x, y)
    steps: dict[Place, Place | None] = {(0, 1): key, (1, 0): base, (1, 1): add(base, key)}
    found: Place | None = None
    for bit in range(n.bit_length() - 1, -1, -1):
        found = add(found, found)
        step = (u >> bit & 1, v >> bit & 1)
        if step != (0, 0):
            found = add(found, steps[step])
    return found is not None and found[0] % n == r


# --- certificates -----------------------------------------------------------------------------------------

COMMON_NAME, BASIC, USAGE, EXTENDED = "2.5.4.3", "2.5.29.19", "2.5.29.15", "2.5.29.37"
# Critical extensions that do not change the judgement: the key's names and the issuer's policies.
HARMLESS = {"2.5.29.14", "2.5.29.35", "2.5.29.32"}
TIMESTAMPING = "1.3.6.1.5.5.7.3.8"


class Certificate:
    """An X.509 certificate, read as far as it is judged here."""

    def __init__(self, der: bytes) -> None:
        self.der, self.sha256 = der, hashlib.sha256(der).hexdigest()
        self.signed, self.algorithm, signature = one_der(der).parts
        self.signature = signature.bits
        parts = self.signed.parts
        if parts[0].tag != 0xA0:
            raise Unreadable("sertifikatnya bukan X.509 versi 3")
        _, serial, algorithm, issuer, validity, subject, self.key, *rest = parts
        if algorithm.whole != self.algorithm.whole:
            raise Broken("sebuah sertifikat menyebut dua algoritma")
        self.serial, self.issuer, self.subject = serial.whole, issuer.whole, subject.whole
        self.starts, self.ends = (one.moment for one in validity.parts)
        self.extensions: dict[str, tuple[bool, Der]] = {}
        for row in (one for part in rest if part.tag == 0xA3 for one in part.parts[0].parts):
            name, *critical, value = row.parts
            if name.oid in self.extensions:
                raise Broken("sebuah sertifikat memuat dua keterangan yang sama")
            told = bool(critical) and critical[0].body != b"\0"
            self.extensions[name.oid] = (told, one_der(value.body))
        named = (pair.parts for group in subject.parts for pair in group.parts)
        names = [value.body.decode("utf-8", "replace") for kind, value in named if kind.oid == COMMON_NAME]
        self.name = names[0] if names else self.sha256[:16]

    def usages(self) -> set[int] | None:
        """Which bits of the key's usage are set; None where nothing is said."""
        if USAGE not in self.extensions:
            return None
        _, *octets = self.extensions[USAGE][1].body  # first how many bits of the last octet are spare
        return {8 * i + bit for i, octet in enumerate(octets) for bit in range(8) if octet >> (7 - bit) & 1}

    def extended(self) -> set[str] | None:
        told = self.extensions.get(EXTENDED)
        return {one.oid for one in told[1].parts} if told else None

    def demand_known(self) -> None:
        for name, (critical, _) in self.extensions.items():
            if critical and name not in {BASIC, USAGE, EXTENDED} | HARMLESS:
                raise Unreadable(f"sertifikat {self.name} memuat syarat {name}, yang tidak dikenal alat ini")

    def may_certify(self, below: int) -> bool:
        """It is a certifier's, with room for so many certifiers below it."""
        basic = self.extensions[BASIC][1].parts if BASIC in self.extensions else []
        is_one = bool(basic) and basic[0].tag == 0x01 and basic[0].body != b"\0"
        room = basic[1].number if len(basic) > 1 else below
        usages = self.usages()
        return is_one and below <= room and (usages is None or 5 in usages)


def from_pem(text: str) -> list[Certificate]:
    blocks = re.findall("-----BEGIN CERTIFICATE-----(.+?)-----END CERTIFICATE-----", text, re.DOTALL)
    return [Certificate(base64.b64decode(block)) for block in blocks]


class Named(NamedTuple):
    """A certificate that the office names for a role, and when it was revoked."""

    role: str
    certificate: Certificate
    revoked_at: datetime | None


class Office:
    """The "certificates" of the file of public keys: whom its holder believes."""

    def __init__(self, told: dict[str, Any]) -> None:
        self.named: dict[str, Named] = {}
        self.roots: dict[str, list[Certificate]] = {"root": [], "certifier": [], "timestamper": []}
        self.known: dict[str, Certificate] = {}
        for row in told.get("certificates", []):
            chain = from_pem(row["pem"])
            if chain[0].sha256 != row["sha256"]:
                raise Unreadable(f"berkas kunci rusak: sertifikat {row['sha256'][:16]} tidak cocok")
            revoked = row["revoked_at"]
            moment = datetime.fromisoformat(revoked) if revoked else None
            if moment is not None and moment.tzinfo is None:
                raise Unreadable("berkas kunci rusak: waktu pencabutan tanpa zona waktu")
            self.named[chain[0].sha256] = Named(row["role"], chain[0], moment)
            self.known.update((one.sha256, one) for one in chain)
            if row["role"] in self.roots:
                self.roots[row["role"]] += chain
            elif row["role"] in ROLES:
                # A certificate from elsewhere brings its own root: who names it vouches for it.
                self.roots["root"].append(chain[-1])

    def chain(
        self, leaf: Certificate, carried: list[Certificate], kind: str, at: datetime
    ) -> list[Certificate]:
        """The certificates from a leaf up to a root of this kind, each valid then; Broken for none."""
        trusted = {root.sha256 for root in self.roots[kind]}
        pool = {one.sha256: one for one in [*carried, *self.known.values()]}.values()
        chain = [leaf]
        while True:
            last = chain[-1]
            last.demand_known()
            if not last.starts <= at <= last.ends:
                raise Broken(f"sertifikat {last.name} tidak berlaku pada waktu tanda tangan")
            if last.sha256 in trusted:
                return chain
            above = [
                one
                for one in pool
                if one.subject == last.issuer
                and one not in chain
                and one.may_certify(len(chain) - 1)
                and signature_holds(one.key, last.algorithm, last.signed.whole, last.signature)
            ]
            if not above or len(chain) > 5:
                raise Broken(f"sertifikat {leaf.name} tidak berasal dari penerbit yang Anda percayai")
            chain.append(next((one for one in above if one.sha256 in trusted), above[0]))


# --- CMS (RFC 5652): what a signature of a PDF is made of ----------------------------------------------

DATA, SIGNED_DATA, TST_INFO = "1.2.840.113549.1.7.1", "1.2.840.113549.1.7.2", "1.2.840.113549.1.9.16.1.4"
CONTENT_TYPE, DIGEST, SIGNING_TIME = (f"1.2.840.113549.1.9.{last}" for last in (3, 4, 5))
SIGNING_CERTIFICATE = "1.2.840.113549.1.9.16.2.47"  # version 2 (ESS)
ALGORITHMS = "1.2.840.113549.1.9.52"
TIMESTAMP = "1.2.840.113549.1.9.16.2.14"


class Signed:
    """A SignedData with one signer, over these bytes; Broken unless it holds to the last byte."""

    def __init__(self, der: bytes, covered: bytes | None) -> None:
        kind, wrapped = one_der(der).parts
        version, algorithms, content, *between, infos = one_der(wrapped.body).parts
        kinds = [part.tag for part in between]
        inner = content.parts
        expected = DATA if covered is not None else TST_INFO
        if kind.oid != SIGNED_DATA or wrapped.tag != 0xA0 or kinds not in ([0xA0], [0xA0, 0xA1]):
            raise Broken("susunan tanda tangannya rusak")
        if inner[0].oid != expected or (len(inner) > 1) == (covered is not None):
            raise Broken("tanda tangannya dibuat atas isi lain")
        self.content = one_der(inner[1].body).body if covered is None else covered
        if version.number != (1 if covered is not None else 3) or len(infos.parts) != 1:
            raise Broken("susunan tanda tangannya rusak")
        self.lists = 0xA1 in kinds  # lists of revoked certificates, which nothing signs
        self.carried = [Certificate(one.whole) for one in between[0].parts]
        version, who, algorithm, attributes, how, signature, *more = infos.parts[0].parts
        if version.number != 1 or attributes.tag != 0xA0 or signature.tag != 0x04:
            raise Broken("susunan tanda tangannya rusak")
        if [one.whole for one in algorithms.parts] != [algorithm.whole]:
            raise Broken("tanda tangannya menyebut dua algoritma")
        self.signature = signature.body
        signers = [one for one in self.carried if one.issuer + one.serial == who.body]
        if who.tag != 0x30 or not signers:
            raise Broken("tanda tangannya tidak memuat sertifikat penanda tangan")
        self.signer = signers[0]
        digest = hash_of(algorithm)
        told = _attributes(attributes)
        if told[CONTENT_TYPE].oid != expected:
            raise Broken("tanda tangannya dibuat atas isi lain")
        if told[DIGEST].body != hashlib.new(digest, self.content).digest():
            raise Broken("isinya berubah sesudah ditandatangani")
        if ALGORITHMS in told:
            protected = told[ALGORITHMS].parts
            if [protected[0].whole, protected[1].body] != [algorithm.whole, how.body]:
                raise Broken("tanda tangannya menyebut dua algoritma")
        if SIGNING_CERTIFICATE in told:
            self._names_its_signer(told[SIGNING_CERTIFICATE])
        message = b"\x31" + attributes.whole[1:]  # RFC 5652, 5.4: as a SET
        if not signature_holds(self.signer.key, how, message, self.signature, digest):
            raise Broken("tanda tangannya rusak")
        self.at = told[SIGNING_TIME].moment if SIGNING_TIME in told else None
        self.timestamp: bytes | None = None
        if more:
            unsigned = _attributes(more[0])
            if len(more) > 1 or more[0].tag != 0xA1 or set(unsigned) != {TIMESTAMP}:
                raise Broken("tanda tangannya memuat tambahan yang tidak dikenal")
            self.timestamp = unsigned[TIMESTAMP].whole

    def _names_its_signer(self, told: Der) -> None:
        row = told.parts[0].parts[0].parts
        hashed = hash_of(row[0]) if row[0].tag == 0x30 else "sha256"
        digest = row[1] if row[0].tag == 0x30 else row[0]
        if digest.body != hashlib.new(hashed, self.signer.der).digest():
            raise Broken("tanda tangannya menyebut sertifikat lain")


def _attributes(told: Der) -> dict[str, Der]:
    found: dict[str, Der] = {}
    for row in told.parts:
        name, values = row.parts
        if name.oid in found or len(values.parts) != 1:
            raise Broken("tanda tangannya memuat dua keterangan yang sama")
        found[name.oid] = values.parts[0]
    return found


def _stamped_at(signed: Signed, role: str, office: Office, now: datetime) -> datetime | None:
    """When a timestamp service that the office names saw the signature (RFC 3161); None without one."""
    if signed.timestamp is None:
        return None
    token = Signed(signed.timestamp, None)
    _, _, imprint, _, told, *_ = one_der(token.content).parts
    digest = hash_of(imprint.parts[0])
    if imprint.parts[1].body != hashlib.new(digest, signed.signature).digest():
        raise Broken("stempel waktunya milik tanda tangan lain")
    moment = told.moment
    if not office.roots["timestamper"]:
        return None
    try:
        office.chain(token.signer, token.carried, "timestamper", moment)
    except Broken:
        if role == "official":  # whoever signs elsewhere may use a clock of theirs, which proves nothing here
            return None
        raise
    if TIMESTAMPING not in (token.signer.extended() or ()) or moment > now:
        raise Broken("stempel waktunya bukan dari layanan stempel waktu")
    return moment


# --- PDF: what was signed, and the one thing that may have been added since ------------------------------

OFFICIAL, SEAL = "ttd", "segel"
ROLES = {"official": "pejabat", "seal": "segel kantor"}
BLANK = re.compile(r"(nomor|tanggal|berlaku)_\d+")
MAY_CHANGE = re.compile(r"(nomor|tanggal|berlaku)_\d+|segel|stempel_waktu")
LARGEST = 50 << 20
RANGE = re.compile(rb"/ByteRange\s*\[\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s*\]")
FACE, SIZE = "Bonum", 10.5
# The seal's own drawing: a frame, and lines of text in the face of the form.
MARK = re.compile(
    rb"q 0\.35 w 0\.6 G 0\.5 0\.5 [\d.]+ [\d.]+ re S"
    rb"(?: BT /Bonum 6\.0 Tf 0 g 3 -?[\d.]+ Td \((?:[^()\\]|\\[()\\])*\) Tj ET)* Q"
)
# What the seal's writer tells of the format, where the official's did not.
EXTENSIONS = (
    b"<< /ESIC << /Type /DeveloperExtensions /BaseVersion /1.7 /ExtensionLevel 1 >> "
    b"/ISO_ [ << /Type /DeveloperExtensions /BaseVersion /2.0 /ExtensionLevel 32002 "
    b"/URL (https://www.iso.org/standard/75839.html) /ExtensionRevision (:2022) >> ] >>"
)

Value = Any  # a PDF value: ("name", x), ("number", x), ("word", x), ("ref", n), bytes, list or dict
SPACE = re.compile(rb"[\x00\t\n\x0c\r ]*")
NUMBER = re.compile(rb"[+-]?(?:\d+\.?\d*|\.\d+)(?=[\x00\t\n\x0c\r ()<>\[\]{}/%]|\Z)")
REFERENCE = re.compile(rb"(\d{1,7}) 0 R(?=[\x00\t\n\x0c\r ()<>\[\]{}/%]|\Z)")
WORD = re.compile(rb"(true|false|null)(?=[\x00\t\n\x0c\r ()<>\[\]{}/%]|\Z)")
NAME = re.compile(rb"/([^\x00\t\n\x0c\r ()<>\[\]{}/%]*)")
HEX = re.compile(rb"<([0-9A-Fa-f]*)>")
ESCAPES = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


def slash(text: str) -> Value:
    """A name of PDF: /text."""
    return ("name", text)


class Reader:
    """Values of a PDF from one place on, read strictly: whatever else stands there is Broken."""

    def __init__(self, pdf: bytes, at: int) -> None:
        self.pdf, self.at = pdf, at
        self.hexadecimals: set[tuple[int, int]] = set()

    def skip(self) -> None:
        found = SPACE.match(self.pdf, self.at)
        self.at = found.end() if found else self.at

    def take(self, pattern: re.Pattern[bytes]) -> re.Match[bytes] | None:
        found = pattern.match(self.pdf, self.at)
        if found:
            self.at = found.end()
        return found

    def demand(self, text: bytes) -> None:
        self.skip()
        if not self.pdf.startswith(text, self.at):
            raise Broken(f"susunan berkasnya rusak di bita {self.at}")
        self.at += len(text)

    def value(self) -> Value:
        self.skip()
        if self.pdf.startswith(b"<<", self.at):
            return self._dictionary()
        if self.pdf.startswith(b"[", self.at):
            self.at += 1
            row: list[Value] = []
            while True:
                self.skip()
                if self.pdf.startswith(b"]", self.at):
                    self.at += 1
                    return row
                row.append(self.value())
        if self.pdf.startswith(b"(", self.at):
            return self._string()
        start = self.at
        if found := self.take(HEX):
            self.hexadecimals.add((start, self.at))
            digits = found[1].decode()
            return bytes.fromhex(digits + "0" * (len(digits) % 2))
        if found := self.take(NAME):
            plain = re.sub(rb"#([0-9A-Fa-f]{2})", lambda two: bytes.fromhex(two[1].decode()), found[1])
            return slash(plain.decode("latin-1"))
        if found := self.take(REFERENCE):
            return ("ref", int(found[1]))
        if found := self.take(NUMBER):
            return ("number", Decimal(found[0].decode()))
        if found := self.take(WORD):
            return ("word", found[1].decode())
        raise Broken(f"susunan berkasnya rusak di bita {self.at}")

    def _dictionary(self) -> Value:
        self.at += 2
        told: dict[str, Value] = {}
        while True:
            self.skip()
            if self.pdf.startswith(b">>", self.at):
                self.at += 2
                return told
            key = self.value()
            if not isinstance(key, tuple) or key[0] != "name" or key[1] in told:
                raise Broken(f"susunan berkasnya rusak di bita {self.at}")
            told[key[1]] = self.value()

    def _string(self) -> bytes:
        self.at += 1
        out, depth = bytearray(), 1
        while True:
            mark = self.pdf[self.at : self.at + 1]
            self.at += 1
            if mark == b"\\":
                if octal := self.take(re.compile(rb"[0-7]{1,3}")):
                    out.append(int(octal[0], 8) & 255)
                    continue
                mark = self.pdf[self.at : self.at + 1]
                self.at += 1
                if mark in (b"\r", b"\n", b""):
                    raise Broken(f"susunan berkasnya rusak di bita {self.at}")
                out += ESCAPES.get(mark, mark)
                continue
            depth += (mark == b"(") - (mark == b")")
            if not mark:
                raise Broken("susunan berkasnya rusak: ada teks yang tidak ditutup")
            if not depth:
                return bytes(out)
            out += mark

    def object(self, number: int | None = None) -> Object:
        """Read "N 0 obj … endobj", with a stream where there is one."""
        self.skip()
        start = self.at
        found = self.take(re.compile(rb"(\d{1,7}) 0 obj(?=[\s<\[])"))
        if not found or (number is not None and int(found[1]) != number):
            raise Broken(f"susunan berkasnya rusak di bita {self.at}")
        value, stream = self.value(), None
        self.skip()
        if self.pdf.startswith(b"stream\n", self.at):
            self.at += len(b"stream\n")
            kind, length = value["Length"]
            if kind != "number" or length != int(length):
                raise Broken(f"susunan berkasnya rusak di bita {self.at}")
            stream = self.pdf[self.at : self.at + int(length)]
            self.at += int(length)
            self.demand(b"endstream")
        self.demand(b"endobj")
        return Object(int(found[1]), value, stream, start, self.at)


class Object(NamedTuple):
    number: int
    value: Value
    stream: bytes | None
    start: int
    end: int


END = re.compile(rb"\s*startxref\s+(\d+)\s+%%EOF\s*")
SECTION = re.compile(rb"\s*(\d{1,7}) (\d{1,7})\s*?\n")
ENTRY = re.compile(rb"(\d{10}) (\d{5}) ([nf])(?: \n| \r|\r\n)")


def read_table(pdf: bytes, at: int) -> tuple[dict[int, int], dict[str, Value], int]:
    """Read a cross-reference table and its trailer: where each object stands, and where the trailer ends."""
    reader, places = Reader(pdf, at), {}
    if not pdf.startswith(b"xref", at):
        raise Unreadable("daftar isi berkasnya ditulis dengan cara (xref stream) yang tidak dibaca alat ini")
    reader.at += len(b"xref")
    while found := reader.take(SECTION):
        for number in range(int(found[1]), int(found[1]) + int(found[2])):
            entry = reader.take(ENTRY)
            if entry is None or number in places:
                raise Broken("daftar isi berkasnya rusak")
            if entry[3] == b"n":
                if entry[2] != b"00000":
                    raise Broken("daftar isi berkasnya rusak")
                places[number] = int(entry[1])
            elif number:
                raise Broken("daftar isi berkasnya menghapus sesuatu")
    reader.demand(b"trailer")
    trailer = reader.value()
    if not isinstance(trailer, dict) or trailer.keys() & {"XRefStm", "Encrypt"}:
        raise Unreadable("berkasnya disandikan, atau ditulis dengan cara yang tidak dibaca alat ini")
    return places, trailer, reader.at


class Revision:
    """A PDF up to one of its ends, as a reader of PDF finds its objects."""

    def __init__(self, pdf: bytes) -> None:
        tail = max(0, len(pdf) - 64)
        found = re.search(END.pattern + rb"\Z", pdf[tail:])
        if found is None:
            raise Broken("yang ditandatangani pejabat bukan seluruh berkas pada waktu itu")
        self.pdf, self.table = pdf, int(found[1])
        self.places, self.trailer, _ = read_table(pdf, self.table)
        before, seen = self.trailer.get("Prev"), {self.table}
        while before is not None:
            place = int(before[1])
            if place in seen or len(seen) > 20:
                raise Broken("daftar isi berkasnya rusak")
            seen.add(place)
            places, trailer, _ = read_table(pdf, place)
            self.places = {**places, **self.places}
            before = trailer.get("Prev")

    def object(self, number: int) -> Object:
        return self.read(number)[0]

    def read(self, number: int) -> tuple[Object, set[tuple[int, int]]]:
        """An object, and where hexadecimal texts stand in it."""
        reader = Reader(self.pdf, self.places[number])
        return reader.object(number), reader.hexadecimals

    def get(self, value: Value) -> Value:
        """What a reference leads to; anything else is itself."""
        return self.object(value[1]).value if isinstance(value, tuple) and value[0] == "ref" else value


class Field(NamedTuple):
    number: int
    value: dict[str, Value]


def read_fields(revision: Revision) -> tuple[dict[str, Field], Value]:
    """The form's fields by name, and the face in which its blanks are drawn."""
    catalog = revision.get(revision.trailer["Root"])
    form = revision.get(catalog["AcroForm"])
    found: dict[str, Field] = {}
    for kind, number in revision.get(form["Fields"]):
        row = revision.get((kind, number))
        title = row["T"].decode("latin-1")
        if kind != "ref" or title in found or row.keys() & {"Kids", "Parent"}:
            raise Broken("susunan isian dalam berkas ini bukan buatan kantor")
        if not BLANK.fullmatch(title) and row.get("FT") != slash("Sig"):
            raise Broken("berkas ini memuat isian lain selain nomor dan tanggal")
        found[title] = Field(number, row)
    return found, revision.get(revision.get(form["DR"])["Font"])[FACE]


class Signature(NamedTuple):
    """A signature as it was found to hold."""

    name: str
    at: datetime
    fingerprint: str
    timestamped: bool
    certified: bool


class Permit(NamedTuple):
    """A permit that may be trusted: by whom, and what was filled in."""

    official: Signature
    seal: Signature
    values: dict[str, str]
    sha256: str


def check_permit(pdf: bytes, trusted: dict[str, Any], now: datetime) -> Permit | None:
    """Judge a decree's signatures, number and seal; None for a PDF that has none and is not made for any.

    Broken where it is not to be trusted, Unreadable where this tool cannot tell.
    """
    if len(pdf) > LARGEST or not pdf.startswith(b"%PDF-"):
        raise Broken("berkas ini bukan PDF keputusan")
    ranges = [tuple(map(int, found.groups())) for found in RANGE.finditer(pdf)]
    if not ranges and not re.search(rb"/FT\s*/Sig", pdf):
        return None
    office = Office(trusted)
    if not office.named:
        raise Unreadable("berkas kunci tidak memuat sertifikat kantor; unduh yang terbaru dari halaman kunci")
    try:
        return _judge(pdf, sorted(ranges, key=lambda row: row[2] + row[3]), office, now)
    except UNREADABLE as problem:
        raise Broken(f"susunan berkasnya rusak ({type(problem).__name__})") from problem


def _judge(pdf: bytes, ranges: list[tuple[int, ...]], office: Office, now: datetime) -> Permit:
    if len(ranges) < 2:
        missing = (
            "hanya satu dari tanda tangan pejabat dan segel kantor" if ranges else "tanda tangan yang kosong"
        )
        raise Broken(f"berkas ini memuat {missing}; keputusan sah hanya dengan tanda tangan dan segel")
    if len(ranges) > 2:
        raise Broken("berkas ini memuat tanda tangan lain selain milik pejabat dan segel kantor")
    for start, length, after, rest in ranges:
        if start != 0 or not length < after <= after + rest <= len(pdf):
            raise Broken("tanda tangannya tidak menutup berkas dari awal")
    ends = [after + rest for _, _, after, rest in ranges]
    if ends[1] != len(pdf):
        raise Broken("ada yang ditambahkan sesudah segel kantor")
    before = Revision(pdf[: ends[0]])
    fields, face = read_fields(before)
    signed = [title for title, field in fields.items() if "V" in field.value and not BLANK.fullmatch(title)]
    if len(signed) != 1 or SEAL not in fields or signed[0] == SEAL:
        raise Broken("tanda tangan pejabat dan segel kantor tidak pada tempatnya")
    if signed[0] != OFFICIAL and not office.roots["certifier"]:
        raise Broken("tanda tangan pejabat tidak pada tempatnya")
    kind, number = fields[signed[0]].value["V"]
    if kind != "ref":
        raise Broken("susunan tanda tangan pejabat bukan buatan kantor")
    dictionary, places = before.read(number)
    official = _signature(pdf, dictionary.value, places, ranges[0], "official", office, now)
    if signed[0] == OFFICIAL:
        _demand_lock(dictionary.value)
    sealing, places, values = _filled(pdf, ends[0], before, fields, face)
    seal = _signature(pdf, sealing, places, ranges[1], "seal", office, now)
    return Permit(official, seal, values, hashlib.sha256(pdf).hexdigest())


def _signature(
    pdf: bytes,
    told: dict[str, Value],
    places: set[tuple[int, int]],
    covered: tuple[int, ...],
    role: str,
    office: Office,
    now: datetime,
) -> Signature:
    """Rules 1 and 2: whole, over all but its own hole, by a certificate of the office for this role."""
    said = ROLES[role]
    _, length, after, rest = covered
    if [part[1] for part in told["ByteRange"]] != list(covered) or (length, after) not in places:
        raise Broken(f"tanda tangan {said} tidak menutup seluruh berkas")
    if pdf[length + 1 : after - 1].upper() != told["Contents"].hex().upper().encode():
        raise Broken(f"tanda tangan {said} tidak menutup seluruh berkas")
    how = told.get("SubFilter")
    if how not in (slash("ETSI.CAdES.detached"), slash("adbe.pkcs7.detached")):
        raise Unreadable(f"tanda tangan {said} dibuat dengan cara yang tidak dikenal alat ini: {how}")
    content = told["Contents"]
    size = _der_size(content)
    if content[size:].strip(b"\0"):
        raise Broken(f"di belakang tanda tangan {said} ada yang disisipkan")
    try:
        signed = Signed(content[:size], pdf[:length] + pdf[after : after + rest])
        stamped = _stamped_at(signed, role, office, now)
    except Broken as problem:
        raise Broken(f"tanda tangan {said}: {problem}") from None
    if role == "seal":
        # Nothing signs the seal's own hole: it is as it was written, and carries what the office names.
        written = content[:size].hex().upper().encode()
        if not pdf[length + 1 : after - 1].startswith(written) or signed.lists:
            raise Broken("berkas ini diubah pada bagian yang memuat segel kantor")
        if {one.sha256 for one in signed.carried} - set(office.known):
            raise Broken("segel kantor memuat sertifikat yang tidak disebut kantor")
    signer = signed.signer
    moment = stamped or signed.at or _moment(told.get("M"))
    if moment is None or moment > now:
        raise Broken(f"waktu tanda tangan {said} tidak ada atau belum tiba")
    named = office.named.get(signer.sha256)
    certified = role == "official" and named is None and bool(office.roots["certifier"])
    if not certified and (named is None or named.role != role):
        raise Broken(f"sertifikat {signer.name} bukan sertifikat {said} yang disebut kantor")
    usages = signer.usages()
    if usages is None or not usages & {0, 1}:
        raise Broken(f"sertifikat {signer.name} tidak untuk menandatangani")
    chain = office.chain(signer, signed.carried, "certifier" if certified else "root", moment)
    for one in chain:
        revoked = office.named[one.sha256].revoked_at if one.sha256 in office.named else None
        if revoked is None:
            continue
        if moment >= revoked:
            raise Broken(f"sertifikat {said} ({one.name}) sudah dicabut ketika ini ditandatangani")
        if stamped is None:
            raise Broken(
                f"sertifikat {said} ({one.name}) sudah dicabut, dan tanpa stempel waktu tidak terbukti bahwa "
                "tanda tangannya lebih lama; tanyakan kepada kantor, yang menyimpan berkas aslinya"
            )
    return Signature(signer.name, moment, signer.sha256, stamped is not None, certified)


def _der_size(content: bytes) -> int:
    """How many bytes the first DER value takes; what follows is padding."""
    if content[:2] not in (b"\x30\x82", b"\x30\x83"):
        raise Broken("susunan tanda tangannya rusak")
    count = content[1] - 128
    return 2 + count + int.from_bytes(content[2 : 2 + count], "big")


def _moment(told: Value) -> datetime | None:
    found = re.fullmatch(rb"D:(\d{14})(?:Z|([+-]\d\d)'(\d\d)'?)", told if isinstance(told, bytes) else b"")
    if found is None:
        return None
    zone = f"{found[2].decode()}{found[3].decode()}" if found[2] else "+0000"
    return datetime.strptime(found[1].decode() + zone, "%Y%m%d%H%M%S%z")


def _demand_lock(told: dict[str, Value]) -> None:
    """The official's signature locks everything except number, dates and the seal."""
    (reference,) = told["Reference"]
    lock = reference["TransformParams"]
    names = [row.decode("latin-1") for row in lock["Fields"]]
    exact = reference["TransformMethod"] == slash("FieldMDP") and lock["Action"] == slash("Exclude")
    if not exact or not all(MAY_CHANGE.fullmatch(one) for one in names):
        raise Broken("tanda tangan pejabat tidak mengunci isi keputusan")


def _filled(
    pdf: bytes, start: int, before: Revision, fields: dict[str, Field], face: Value
) -> tuple[dict[str, Value], set[tuple[int, int]], dict[str, str]]:
    """Rules 3 and 4: behind the official's signature stand the filled blanks and the seal, and nothing else.

    Every byte from there to the end is accounted for: each object is one that the office's way of filling in
    writes, each is in the table, and the table knows no other. Return the seal's dictionary, where its
    hexadecimal texts stand, and the values.
    """
    reader, added = Reader(pdf, start), {}
    while True:
        reader.skip()
        if pdf.startswith(b"xref", reader.at):
            break
        one = reader.object()
        if one.number in added:
            raise Broken("sesudah tanda tangan pejabat satu bagian ditulis dua kali")
        added[one.number] = one
    table = reader.at
    places, trailer, at = read_table(pdf, table)
    end = END.fullmatch(pdf, at)
    if places != {one.number: one.start for one in added.values()} or end is None or int(end[1]) != table:
        raise Broken("daftar isi berkasnya tidak cocok dengan yang diisikan sesudah tanda tangan pejabat")
    old = before.trailer
    fixed = {"Root": old["Root"], "Prev": ("number", Decimal(before.table))}
    if "Info" in old:
        fixed["Info"] = old["Info"]
    told = {key: value for key, value in trailer.items() if key not in ("ID", "Size")}
    if told != fixed or trailer["ID"][0] != old["ID"][0]:
        raise Broken("daftar isi berkasnya diubah sesudah ditandatangani pejabat")
    first_new = int(old["Size"][1])
    if trailer["Size"] != ("number", Decimal(max(first_new, max(added) + 1))):
        raise Broken("daftar isi berkasnya diubah sesudah ditandatangani pejabat")

    expected: set[int] = set()
    values: dict[str, str] = {}
    for title, field in fields.items():
        if not BLANK.fullmatch(title):
            continue
        if field.number not in added:
            raise Broken("nomor atau tanggal keputusan belum diisi")
        row = added[field.number].value
        text = row.get("V", b"")
        if "V" in field.value or not isinstance(text, bytes) or not re.fullmatch(rb"[\x20-\x7e]+", text):
            raise Broken("nomor atau tanggal keputusan belum diisi")
        plain = text.decode("ascii")
        if values.setdefault(title.partition("_")[0], plain) != plain:
            raise Broken("nomor atau tanggal tidak sama di semua tempatnya")
        flags = ("number", Decimal(int(field.value["Ff"][1]) | 1))
        drawing = _same_but(row, field.value, {"V": text, "Ff": flags})
        width, height = _size(row)
        drawn = text.replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
        wanted = b"/Tx BMC q 0 0 %.2f %.2f re W n BT /%s %.2f Tf 0 g 1 %.2f Td (%s) Tj ET Q EMC" % (
            *(width, height, FACE.encode(), SIZE, (height - SIZE) / 2 + 2.2, drawn),
        )
        if _drawing(added, drawing, face, width, height) != wanted:
            raise Broken("nomor atau tanggal yang terlihat tidak sama dengan isinya")
        expected |= {field.number, drawing}
    if "nomor" not in values:
        raise Broken("nomor keputusan tidak ada")

    field = fields[SEAL]
    if "V" in field.value or field.number not in added:
        raise Broken("segel kantor tidak pada tempatnya")
    row = added[field.number].value
    if row["V"][0] != "ref":
        raise Broken("segel kantor tidak pada tempatnya")
    drawing = _same_but(row, field.value, {"V": row["V"]})
    width, height = _size(row)
    if not MARK.fullmatch(_drawing(added, drawing, face, int(width), int(height))):
        raise Broken("gambar segel kantor bukan buatan kantor")
    sealing = added[row["V"][1]]
    expected |= {field.number, drawing, sealing.number}
    root = old["Root"][1]
    if root in added:
        _demand_same_catalog(added[root].value, before.object(root).value)
        expected.add(root)
    kept = {number for number in expected if number < first_new}
    rewritten = {one.number for title, one in fields.items() if BLANK.fullmatch(title) or title == SEAL}
    if set(added) != expected or kept - rewritten - {root} or sealing.stream is not None:
        raise Broken("sesudah ditandatangani pejabat, yang diubah bukan hanya nomor, tanggal, dan segel")
    again = Reader(pdf, sealing.start)
    again.object(sealing.number)
    return sealing.value, again.hexadecimals, values


def _same_but(row: dict[str, Value], old: dict[str, Value], changed: dict[str, Value]) -> int:
    """A field is as it was but for these and its drawing; return the drawing's number."""
    drawing = row["AP"]
    if {**old, **changed, "AP": drawing} != row or set(drawing) != {"N"} or drawing["N"][0] != "ref":
        raise Broken("isian nomor, tanggal, atau segel diubah lebih daripada diisi")
    number: int = drawing["N"][1]
    return number


def _size(row: dict[str, Value]) -> tuple[float, float]:
    left, bottom, right, top = (float(side[1]) for side in row["Rect"])
    return round(right - left, 2), round(top - bottom, 2)


def _drawing(added: dict[int, Object], number: int, face: Value, width: float, height: float) -> bytes:
    """What a new drawing draws, in the face that the official signed and in the size of its field."""
    told = dict(added[number].value)
    stream = added[number].stream
    sides = [float(side[1]) for side in told.pop("BBox")]
    told.pop("Length")
    wanted = {"Type": slash("XObject"), "Subtype": slash("Form"), "Resources": {"Font": {FACE: face}}}
    if stream is None or told != wanted or sides != [0, 0, width, height]:
        raise Broken("nomor atau tanggal digambar dengan cara lain daripada cara kantor")
    return stream


def _demand_same_catalog(new: dict[str, Value], old: dict[str, Value]) -> None:
    format_ = {"Extensions": Reader(EXTENSIONS, 0).value(), "Version": slash("2.0")}
    if new not in ({**old, **format_}, old):
        raise Broken("isi keputusan diubah sesudah ditandatangani pejabat")


# --- the command --------------------------------------------------------------------------------------


def _read(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        raise Unreadable(f"{path}: {problem}") from None


def _keys(path: str) -> dict[str, Any]:
    try:
        told = json.loads(_read(path))
    except ValueError:
        told = None
    if not isinstance(told, dict) or not {"keys", "certificates"} & set(told):
        raise Unreadable(f"{path} bukan berkas kunci publik")
    return {"keys": [], **told}


def _content(path: str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError as problem:
        raise Unreadable(f"{path}: {problem}") from None


def _report(told: Told) -> None:
    if told.lacking:
        print(f"TIDAK LENGKAP: {len(told.lacking)} dokumen hilang atau berubah di kantor")
        for line in told.lacking:
            print(f"  {line}")
    whole = "catatannya UTUH" if told.lacking else "UTUH"
    print(f"{whole}: {told.entries} entri dalam {told.chains} rantai, {told.checkpoints} titik periksa")
    print(f"  tanda tangan diperiksa: {told.signatures} titik periksa dan daftar isi; terakhir {told.until}")
    if told.documents:
        print(
            f"  dokumen: {told.documents} cocok dengan sidiknya, {told.named} disebut sidiknya dalam catatan"
        )
    if told.erased:
        print(f"  catatan yang dihapus atau tidak disertakan: {told.erased} (rantainya tetap utuh)")
    if told.uncovered:
        print(f"  belum disaksikan titik periksa mana pun: {told.uncovered} entri terakhir")
    for line in told.set_back:
        print(f"  jam dimundurkan: {line}")
    for line in told.late:
        print(f"  PERHATIAN: {line} (atau jam dimundurkan)")
    for line in told.kept:
        print(f"  cocok dengan simpanan Anda: {line}")
    if not told.kept:
        print(
            "  tanpa titik periksa simpanan sendiri (--kept) penulisan ulang oleh pemegang kunci tak terlihat"
        )
    for line in told.warnings:
        print(f"  PERHATIAN: {line}")


def _permit_keys(trusted: dict[str, Any]) -> bool:
    return any(row["use"] == "permit" for row in trusted.get("keys", []))


def judge_pdf(content: bytes, trusted: dict[str, Any], now: datetime) -> int:
    """Judge a PDF and say so: by its signatures, or else by its QR alone, which decides nothing."""
    permit = check_permit(content, trusted, now)
    addresses = decree_addresses(content)
    if permit is None:
        if not addresses:
            raise Unreadable("PDF ini tidak memuat tanda tangan elektronik dan tidak memuat alamat keputusan")
        for text in addresses:
            _tell(check_qr(text, trusted))
        print("TIDAK DAPAT DIPERIKSA: PDF ini tidak memuat tanda tangan elektronik. Bila ini pindaian atau")
        print("  cetakan surat bertanda tangan basah, cocokkan dengan register di alamat itu.")
        return 2
    signed = [text for text in addresses if not BARE.fullmatch(text)]
    judged = signed if _permit_keys(trusted) else []
    names = sorted({check_qr(text, trusted)["name"] for text in judged})
    _tell_permit(permit, names, addresses, trusted)
    return 0


def _wita(moment: datetime) -> str:
    return moment.astimezone(timezone(timedelta(hours=8))).strftime("%d-%m-%Y %H.%M WITA")


def _tell_permit(permit: Permit, names: list[str], addresses: list[str], trusted: dict[str, Any]) -> None:
    told = {"nomor": "nomor", "tanggal": "ditetapkan", "berlaku": "berlaku sampai"}
    values = ", ".join(f"{told[kind]} {permit.values[kind]}" for kind in told if kind in permit.values)
    print(f"SAH: tanda tangan pejabat dan segel kantor utuh; {values}.")
    for did, found in (("ditandatangani", permit.official), ("disegel", permit.seal)):
        proof = "dibuktikan stempel waktu" if found.timestamped else "menurut penanda tangan"
        print(f"  {did}: {found.name}, {_wita(found.at)} ({proof})")
        issuer = ", dari penyelenggara sertifikasi yang dipercaya kantor" if found.certified else ""
        print(f"    sertifikat {found.fingerprint}{issuer}")
    for qr_name in names:
        print(f"  QR di dalamnya asli, untuk {qr_name}")
    if made := trusted.get("made_at"):
        told_at = _wita(datetime.fromisoformat(made))
        print(f"  menurut berkas kunci yang dibuat {told_at}; pencabutan sesudah itu tidak diketahui")
    address = addresses[0].partition("#")[0] if addresses else "alamat QR pada surat"
    print("  Tidak diperiksa: apakah nomor itu tercatat dan keputusannya masih berlaku. Itu dijawab register")
    print(f"  kantor: {address}")
    print(f"  SHA-256 berkas: {permit.sha256}")


def _tell(found: dict[str, str]) -> None:
    print(f"ASLI: QR {found['kind']} untuk {found['name']}, kunci {found['key']}")
    print(f"  alamat: {found['address']}")
    print(f"  sidik isi keputusan: {found['content']}…")
    print("  Bandingkan nama itu dengan yang tertulis pada surat. QR dibuat ketika naskah disusun: nomor,")
    print("  tanda tangan, dan masa berlaku tidak dibuktikannya; lihat statusnya di alamat itu.")


class Help(argparse.HelpFormatter):
    """Help in Indonesian."""

    def add_usage(self, usage: Any, actions: Any, groups: Any, prefix: str | None = None) -> None:
        super().add_usage(usage, actions, groups, "Cara pakai: " if prefix is None else prefix)


class Parser(argparse.ArgumentParser):
    """A command line that speaks Indonesian, and whose options stand under such a heading."""

    def __init__(self, **options: Any) -> None:
        super().__init__(formatter_class=Help, add_help=False, **options)
        self.told = self.add_argument_group("Keterangan")
        self.told.add_argument("-h", "--help", action="help", help="tampilkan petunjuk ini")

    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        self.exit(2, f"Perintah tidak lengkap atau keliru; petunjuknya: {self.prog} --help\n")


def _parser() -> Parser:
    parser = Parser(
        prog="muara-verify.py",
        description="Memeriksa izin, QR, atau ekspor catatan dari kantor pengguna Muara, tanpa jaringan.",
        epilog="Kode keluar: 0 dapat dipercaya, 1 tidak dapat dipercaya, 2 tidak dapat diperiksa.",
    )
    commands = parser.add_subparsers(dest="command", required=True, title="Perintah", metavar="PERINTAH")
    keys_help = "kunci publik yang Anda simpan sendiri (JSON)"
    pdf = commands.add_parser("pdf", help="PDF sebuah keputusan: tanda tangan, segel, nomor, dan QR-nya")
    pdf.told.add_argument("file", metavar="PDF", help="berkas PDF")
    pdf.told.add_argument("--keys", required=True, metavar="KUNCI", help=keys_help)
    qr = commands.add_parser("qr", help="isi QR sebuah izin")
    qr.told.add_argument("text", metavar="ISI", help="alamat lengkap yang terbaca dari QR")
    qr.told.add_argument("--keys", required=True, metavar="KUNCI", help=keys_help)
    log = commands.add_parser("log", help="ekspor satu berkas permohonan, atau seluruh catatan")
    log.told.add_argument("export", metavar="EKSPOR", help="folder atau ZIP")
    log.told.add_argument("--keys", metavar="KUNCI", help=keys_help)
    kept_help = "titik periksa yang Anda simpan sendiri; boleh diulang"
    log.told.add_argument("--kept", action="append", default=[], metavar="TITIK", help=kept_help)
    log.told.add_argument(
        "--every", action="store_true", help="periksa tanda tangan setiap titik periksa (lambat)"
    )
    return parser


NOT = {"log": "TIDAK UTUH", "qr": "TIDAK ASLI", "pdf": "TIDAK SAH"}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return its exit status."""
    asked = _parser().parse_args(arguments)
    refusal = NOT[asked.command]
    try:
        if asked.command == "log":
            kept = [(path, _read(path)) for path in asked.kept]
            trusted = _keys(asked.keys) if asked.keys else None
            told = check_log(asked.export, trusted, kept, asked.every)
            _report(told)
            return 1 if told.lacking else 0
        if asked.command == "qr":
            _tell(check_qr(asked.text, _keys(asked.keys)))
        else:
            return judge_pdf(_content(asked.file), _keys(asked.keys), datetime.now(timezone(timedelta(0))))
    except Broken as problem:
        print(f"{refusal}: {problem}")
        if asked.command == "pdf":
            print("  Jangan percayai berkas ini.")
        return 1
    except Unsigned as problem:
        print(
            "QR ini tidak memuat tanda tangan: periksa alamatnya di register, atau tanda tangan elektronik "
            "PDF-nya."
        )
        print(f"  alamat: {problem}")
        return 2
    except Unreadable as problem:
        print(f"TIDAK DAPAT DIPERIKSA: {problem}")
        return 2
    except UNREADABLE as problem:
        print(f"{refusal}: isinya tidak dapat dibaca ({type(problem).__name__}: {problem})")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
