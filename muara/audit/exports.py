"""Exports that `muara-verify` checks: entries, the checkpoints that saw them, keys, a signed contents list.

The verifier shares no code with this file, on purpose. Files go into a folder or a ZIP, as the name says.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, Any, Literal, TypeVar

from django.db import connection, transaction
from django.db.models import Min

from muara.audit.chains import canonical
from muara.audit.checkpoints import Checkpoint, checkpoints, latest, read
from muara.audit.keys import CHECKPOINT, published, signer
from muara.audit.models import Entry

T = TypeVar("T")
DOMAIN = "muara/export/1"
AT_ONCE = 5000
CHUNK = 1 << 20


class Sink:
    """Where an export is written; it remembers the SHA-256 of every file."""

    def __init__(self, target: Path | IO[bytes]) -> None:
        self.digests: dict[str, str] = {}
        self.folder = target if isinstance(target, Path) and target.suffix != ".zip" else None
        self.zip: zipfile.ZipFile | None = None
        if self.folder is not None:
            self.folder.mkdir(parents=True)
        else:
            mode: Literal["x", "w"] = "x" if isinstance(target, Path) else "w"
            self.zip = zipfile.ZipFile(target, mode, zipfile.ZIP_DEFLATED)

    def add(self, name: str, pieces: Iterable[bytes], *, packed: bool = False) -> str:
        """Write a file; return its SHA-256. What is `packed` already (PDF, pictures) is not packed again."""
        digest = hashlib.sha256()
        with self._open(name, packed=packed) as file:
            for piece in pieces:
                digest.update(piece)
                file.write(piece)
        self.digests[name] = digest.hexdigest()
        return self.digests[name]

    @contextmanager
    def _open(self, name: str, *, packed: bool) -> Iterator[IO[bytes]]:
        if self.folder is not None:
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("xb") as file:
                yield file
        else:
            assert self.zip is not None
            told = zipfile.ZipInfo(name)
            told.compress_type = zipfile.ZIP_STORED if packed else zipfile.ZIP_DEFLATED
            with self.zip.open(told, "w", force_zip64=True) as entry:
                yield entry

    def close(self) -> None:
        if self.zip is not None:
            self.zip.close()


@dataclass(frozen=True, slots=True)
class Document:
    """A file of a dossier: under which name (its SHA-256, and an ending), what it is, and how to open it."""

    file: str
    title: str
    open: Callable[[], IO[bytes]]

    @property
    def sha256(self) -> str:
        """What its bytes gave when it was kept."""
        return self.file.partition(".")[0]


@dataclass(frozen=True, slots=True)
class Found:
    """A document as the store gives it today: its SHA-256 (empty where it cannot be opened) and its size."""

    document: Document
    sha256: str
    size: int

    @property
    def missing(self) -> bool:
        return not self.sha256

    @property
    def altered(self) -> bool:
        return bool(self.sha256) and self.sha256 != self.document.sha256

    @property
    def whole(self) -> bool:
        return self.sha256 == self.document.sha256


Cover = Callable[[Sequence[Found]], Iterable[tuple[str, bytes]]]


def look_at(documents: Iterable[Document]) -> list[Found]:
    """Read every document to its end and tell what the store holds of it; nothing is kept in memory."""

    def hashed(pieces: Iterable[bytes]) -> str:
        digest = hashlib.sha256()
        for piece in pieces:
            digest.update(piece)
        return digest.hexdigest()

    return [_found(document, hashed) for document in documents]


def _found(document: Document, take: Callable[[Iterable[bytes]], str]) -> Found:
    try:
        file = document.open()
    except OSError:
        return Found(document, "", 0)
    size = 0

    def pieces() -> Iterator[bytes]:
        nonlocal size
        for piece in _pieces(file):
            size += len(piece)
            yield piece

    with file:
        digest = take(pieces())
    return Found(document, digest, size)


def export_log(target: Path, *, office: str, notes: bool, at: datetime) -> dict[str, Any]:
    """Write the whole log with every checkpoint; notes (personal data) only where they are asked for.

    Returns the table of contents. Raises NoKey and UnsafeKey.
    """
    last = latest()
    told: dict[str, Any] = {"kind": "log", "office": office}
    witnesses = (_witness(found) for found in checkpoints(last=last.number)) if last else iter(())
    return _export(target, told, _entries("", [], notes=notes), witnesses, (), at=at)


def export_chain(
    target: Path | IO[bytes],
    chain: str,
    *,
    beside: Sequence[str] = (),
    office: str,
    facts: Mapping[str, object],
    documents: Sequence[Document],
    cover: Cover | None = None,
    at: datetime,
) -> dict[str, Any]:
    """Write one chain with its notes, the proof of every checkpoint that saw it, and its documents.

    Of the chains beside it those that were begun go with it, in the same way. `cover` makes what people read
    of it, once it is known what was found of each document. Returns the table of contents, which names under
    "lacking" every document that is missing or altered. Raises NoKey and UnsafeKey.
    """
    begun = set(Entry.objects.filter(chain__in=beside, seq=1).values_list("chain", flat=True))
    chains = [chain, *sorted(begun)]
    told = {"kind": "dossier", "office": office, "chain": chain, "chains": chains, **facts}
    marks = ", ".join(["%s"] * len(chains))
    entries = _entries(f"WHERE chain IN ({marks})", chains, notes=True)
    return _export(target, told, entries, _proofs(chains), documents, cover=cover, at=at)


Witness = tuple[int, bytes]  # a checkpoint's number, and its line


def _witness(found: Checkpoint) -> Witness:
    heads = [[head.chain, head.seq, head.head] for head in found.heads]
    return found.number, _line({"body": found.body, "signature": found.signature, "heads": heads})


def _proofs(chains: Sequence[str]) -> Iterator[Witness]:
    """From the first checkpoint that saw one of the chains to the newest: those in between link them."""
    last = latest()
    if last is None:
        return
    begun = False
    for found in checkpoints(_first_after(chains, last.number), last.number):
        saw = [head.chain for head in found.heads if head.chain in chains]
        begun = begun or bool(saw)
        if begun:
            proofs = [found.proof(chain) for chain in saw]
            told = {"body": found.body, "signature": found.signature, "proofs": proofs}
            yield found.number, _line(told)


def _first_after(chains: Sequence[str], last: int) -> int:
    """The number of a checkpoint before the chains' first entry: times of checkpoints never go back."""
    opened = Entry.objects.filter(chain__in=chains, seq=1).aggregate(first=Min("at"))["first"]
    if opened is None:
        return 1
    # The clocks of whoever wrote the entry and of whoever signed may differ, but not by a day.
    return max(
        1, bisect_left(range(1, last + 1), opened - timedelta(days=1), key=lambda number: read(number).at)
    )


def _entries(where: str, params: list[str], *, notes: bool) -> Iterator[bytes]:
    with connection.chunked_cursor() as cursor:
        cursor.execute(
            f"SELECT chain, seq, prev, hash, text, note, salt FROM audit_entry {where} ORDER BY chain, seq",
            params,
        )
        while rows := cursor.fetchmany(AT_ONCE):
            for chain, seq, prev, hashed, text, note, salt in rows:
                told = {"chain": chain, "seq": seq, "prev": prev, "hash": hashed, "text": text}
                yield _line(told | {"note": note, "salt": salt} if notes else told)


def _export(
    target: Path | IO[bytes],
    told: Mapping[str, Any],
    entries: Iterator[bytes],
    witnesses: Iterator[Witness],
    documents: Sequence[Document],
    *,
    cover: Cover | None = None,
    at: datetime,
) -> dict[str, Any]:
    key = signer(CHECKPOINT)
    counted, seen = Counted(), Counted()
    sink = Sink(target)
    sink.add("BACA-SAYA.txt", [README.encode()])
    sink.add("keys.json", [published(str(told["office"])).encode()])
    # The checkpoints first: what is written in the meantime is told as not yet seen by any.
    sink.add("checkpoints.jsonl", (line for _, line in seen.of(witnesses, number=lambda one: one[0])))
    with transaction.atomic():
        sink.add("entries.jsonl", counted.of(entries))
    found = [_put(sink, document) for document in documents]
    if found:
        index = [
            {"file": one.document.file, "sha256": one.sha256 or None, "title": one.document.title}
            for one in found
        ]
        sink.add("documents/index.json", [json.dumps(index, ensure_ascii=False, indent=1).encode()])
        told = {**told, "lacking": [one.document.file for one in found if not one.whole]}
    for name, content in cover(found) if cover else ():
        sink.add(name, [content])
    body = {
        **told,
        "checkpoints": {"count": seen.count, "last": seen.last},
        "entries": counted.count,
        "files": sink.digests,
        "key": key.id,
        "made_at": at.astimezone(UTC).isoformat(timespec="seconds"),
    }
    text = canonical(body)
    signature = key.sign(f"{DOMAIN}\n{text}".encode()).hex()
    sink.add("manifest.json", [json.dumps({"body": text, "signature": signature}).encode()])
    sink.close()
    return body


def _put(sink: Sink, document: Document) -> Found:
    packed = not document.file.endswith(".json")
    return _found(document, lambda pieces: sink.add(f"documents/{document.file}", pieces, packed=packed))


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    """Read to the end, or as far as the disk can: then the hash tells."""
    with suppress(OSError):
        while piece := file.read(CHUNK):
            yield piece


class Counted:
    """Counts what passes by, and remembers the last number."""

    count = last = 0

    def of(self, items: Iterable[T], *, number: Callable[[T], int] = lambda item: 0) -> Iterator[T]:
        for item in items:
            self.count, self.last = self.count + 1, number(item)
            yield item


def _line(told: Mapping[str, object]) -> bytes:
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


README = """\
Ekspor catatan proses dari Muara.

Periksa dengan muara-verify.py dan berkas kunci publik yang Anda ambil dari sumber yang Anda percayai,
bukan dari ekspor ini:

    python3 muara-verify.py log FOLDER-ATAU-ZIP-INI --keys kunci-publik.json --kept titik-periksa.json

entries.jsonl      setiap perbuatan, satu baris satu catatan, tiap catatan memuat sidik catatan sebelumnya
checkpoints.jsonl  titik periksa: kepala rantai pada suatu saat, ditandatangani
keys.json          kunci publik kantor, untuk dibandingkan dengan yang Anda simpan
documents/         dokumen berkas, masing-masing bernama sidiknya, dengan indeks (pada ekspor satu berkas);
                   dokumen yang hilang atau berubah disebut di sana, di daftar-isi.html, dan oleh muara-verify
daftar-isi.html    daftar isi untuk dibaca orang; lembar-pengendali.pdf: riwayat prosesnya (satu berkas)
manifest.json      daftar isi yang ditandatangani

Cara menghitung setiap sidik tertulis di awal muara-verify.py.
"""
