#!/usr/bin/env python3
"""muara-verify: check what an office using Muara exported, without trusting the office or its software.

One file, Python 3.9 or newer, nothing else. Get it and the file of public keys from a place that you trust,
keep a checkpoint of your own now and then, and run

    python3 muara-verify.py log EXPORT [--keys kunci-publik.json] [--kept titik-periksa.json ...]
    python3 muara-verify.py qr "TEXT OF THE QR" --keys kunci-publik.json
    python3 muara-verify.py pdf PERMIT.pdf --keys kunci-publik.json

EXPORT is a folder or a ZIP: a case's dossier, or the whole log. Exit status: 0 it holds, 1 it does not, 2 it
could not be checked, or there is no signature to check. What is checked, and the recipes, so that you may
write a verifier of your own:

  entry       hash = SHA-256("muara/entry/1" LF chain LF seq LF prev LF text); seq 1, 2, 3 ...; the first
              prev is 64 zeros
  note        SHA-256(salt LF note) is what the text says; both may have been erased, the rest still holds
  checkpoint  SHA-256("muara/checkpoint/1" LF body) is the prev of the next; Ed25519 over those same bytes;
              root = RFC 6962 tree over the leaves "chain LF seq LF head"
  moment      a checkpoint saw every entry that is ten minutes older than itself, or one before it did
  key         introduced by the one before: Ed25519 over "muara/keys/1" LF use LF public (hex)
  export      Ed25519 over "muara/export/1" LF body; the body names the SHA-256 of every file
  QR          address "#" base64url(1, kind, 4 bytes of the key's id, 16 bytes of the content's SHA-256, name,
              64 bytes of signature); Ed25519 over "muara/permit-qr/1" LF address LF all before the signature
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
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, Any

Point = tuple[int, int, int, int]
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
        listed.add(name)
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


# --- the command --------------------------------------------------------------------------------------


def _read(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        raise Unreadable(f"{path}: {problem}") from None


def _report(told: Told) -> None:
    print(f"UTUH: {told.entries} entri dalam {told.chains} rantai, {told.checkpoints} titik periksa")
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


def _in_pdf(path: str) -> list[str]:
    try:
        found = decree_addresses(Path(path).read_bytes())
    except OSError as problem:
        raise Unreadable(f"{path}: {problem}") from None
    if not found:
        raise Unreadable("PDF ini tidak memuat alamat keputusan, jadi tidak ada yang dapat diperiksa padanya")
    return found


def _tell(found: dict[str, str]) -> None:
    print(f"ASLI: QR {found['kind']} untuk {found['name']}, kunci {found['key']}")
    print(f"  alamat: {found['address']}")
    print(f"  sidik isi keputusan: {found['content']}…")
    print("  Bandingkan nama itu dengan yang tertulis pada surat. QR dibuat ketika naskah disusun: nomor,")
    print("  tanda tangan, dan masa berlaku tidak dibuktikannya; lihat statusnya di alamat itu.")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return its exit status."""
    parser = argparse.ArgumentParser(
        prog="muara-verify", description="Memeriksa ekspor atau QR izin dari kantor pengguna Muara."
    )
    commands = parser.add_subparsers(dest="command", required=True)
    log = commands.add_parser("log", help="ekspor satu berkas permohonan, atau seluruh catatan")
    log.add_argument("export", help="folder atau ZIP")
    log.add_argument("--keys", help="kunci publik yang Anda simpan sendiri (JSON)")
    log.add_argument("--kept", action="append", default=[], help="titik periksa yang Anda simpan sendiri")
    log.add_argument(
        "--every", action="store_true", help="periksa tanda tangan setiap titik periksa (lambat)"
    )
    qr = commands.add_parser("qr", help="isi QR sebuah izin")
    qr.add_argument("text", help="alamat lengkap yang terbaca dari QR")
    qr.add_argument("--keys", required=True, help="kunci publik yang Anda simpan sendiri (JSON)")
    pdf = commands.add_parser("pdf", help="alamat bertanda tangan di dalam PDF sebuah keputusan")
    pdf.add_argument("file", help="berkas PDF")
    pdf.add_argument("--keys", required=True, help="kunci publik yang Anda simpan sendiri (JSON)")
    asked = parser.parse_args(arguments)
    try:
        if asked.command == "log":
            kept = [(path, _read(path)) for path in asked.kept]
            trusted = json.loads(_read(asked.keys)) if asked.keys else None
            _report(check_log(asked.export, trusted, kept, asked.every))
        else:
            keys = json.loads(_read(asked.keys))
            texts = [asked.text] if asked.command == "qr" else _in_pdf(asked.file)
            for text in texts:
                _tell(check_qr(text, keys))
    except Broken as problem:
        print(f"TIDAK UTUH: {problem}")
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
        print(f"TIDAK UTUH: isinya tidak dapat dibaca ({type(problem).__name__}: {problem})")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
