"""Taking files from people: what they are, whether they open, and a safe name for them."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import IO

from django.conf import settings
from django.core.files import File

from muara.documents.blobs import keep_blob
from muara.documents.inspection import WorkerFailed, WorkerRefused, run_worker
from muara.documents.models import Blob
from muara.documents.repertoire import allowed as printable_char
from muara.documents.store import BlobStore, StagedBlob, TooLarge

PDF, JPEG, PNG = "application/pdf", "image/jpeg", "image/png"
ALLOWED = frozenset({PDF, JPEG, PNG})
MAGIC = {PDF: b"%PDF-", JPEG: b"\xff\xd8\xff", PNG: b"\x89PNG\r\n\x1a\n"}
NAMES = {PDF: "PDF", JPEG: "JPEG", PNG: "PNG"}
EXTENSIONS = {".pdf": PDF, ".jpg": JPEG, ".jpeg": JPEG, ".png": PNG}
PREFERRED = {PDF: ".pdf", JPEG: ".jpg", PNG: ".png"}
MAX_PAGES = 500
MAX_POINTS = 5000  # about 176 cm: an A0 drawing passes, a page made to exhaust memory does not
MAX_PIXELS = 80_000_000  # an A3 scan at 600 dpi passes
NAME_LENGTH = 120

SENTENCES = {
    "truncated": "Berkas PDF ini terpotong: bagian akhirnya tidak ada. Unggah kembali berkas yang utuh.",
    "damaged": "Berkas ini rusak dan tidak dapat dibuka. Periksa berkasnya, lalu unggah kembali.",
    "encrypted": "Berkas PDF ini dikunci dengan kata sandi. Simpan tanpa kata sandi, lalu unggah kembali.",
    "too_many_pages": f"Berkas PDF ini lebih dari {MAX_PAGES} halaman. Bagi menjadi beberapa berkas.",
    "page_too_large": "Halaman PDF ini terlalu besar (lebih dari 176 cm). Simpan dengan ukuran kertas biasa.",
    "image_too_large": "Gambar ini terlalu besar (lebih dari 80 megapiksel). Perkecil, lalu unggah kembali.",
}
TOO_HEAVY = "Berkas ini tidak selesai diperiksa karena terlalu berat dibuka. Sederhanakan atau pindai ulang."


class UploadRefused(Exception):
    """A file cannot be taken; `message` tells the person why and what to do."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


@dataclass(frozen=True)
class Accepted:
    """A file that was taken: its blob, a safe name with the right ending, its type, its pages."""

    blob: Blob
    filename: str
    media_type: str
    pages: int


def accept(
    upload: File[bytes], *, at: datetime, allowed: Collection[str] = ALLOWED, limit: int | None = None
) -> Accepted:
    """Check and store an uploaded file; `limit` in bytes (settings.MUARA_UPLOAD_LIMIT when not given).

    Raises UploadRefused; nothing of a refused file stays in the store.
    """
    limit = settings.MUARA_UPLOAD_LIMIT if limit is None else limit
    store = BlobStore()
    try:
        with store.staged(_rewound(upload), limit_bytes=limit) as staged:
            return _take(store, staged, upload.name or "", at=at, allowed=allowed)
    except TooLarge as error:
        raise _too_large(limit) from error


def accept_file(path: Path, *, name: str, at: datetime, limit: int) -> Accepted:
    """Check a file that lies complete beside the store, and move it in; `limit` in bytes.

    Raises UploadRefused; the file is then where it was.
    """
    store = BlobStore()
    staged = store.staged_file(path)
    if staged.size > limit:
        raise _too_large(limit)
    return _take(store, staged, name, at=at, allowed=ALLOWED)


def _take(
    store: BlobStore, staged: StagedBlob, name: str, *, at: datetime, allowed: Collection[str]
) -> Accepted:
    media_type = _media_type(staged, name, allowed)
    pages = _pages(staged, media_type)
    stored = store.keep(staged)
    blob = keep_blob(sha256=stored.sha256, size=stored.size, media_type=media_type, pages=pages, at=at)
    return Accepted(blob, safe_name(name, media_type), media_type, pages)


def _too_large(limit: int) -> UploadRefused:
    return UploadRefused(
        f"Berkas ini lebih besar dari {readable_size(limit)}. Perkecil atau bagi, lalu unggah kembali."
    )


def _rewound(stream: IO[bytes]) -> IO[bytes]:
    stream.seek(0)
    return stream


def _media_type(staged: StagedBlob, name: str, allowed: Collection[str]) -> str:
    """Tell the type from the first bytes; it must be wanted and agree with the name's ending."""
    if staged.size == 0:
        raise UploadRefused("Berkas ini kosong (0 bita). Pilih berkas yang benar.")
    with staged.path.open("rb") as file:
        head = file.read(16)
    found = next((kind for kind, magic in MAGIC.items() if head.startswith(magic)), None)
    *others, last = (name for kind, name in NAMES.items() if kind in allowed)
    wanted = f"{', '.join(others)}, atau {last}" if others else last
    if found is None or found not in allowed:
        raise UploadRefused(f"Isi berkas ini bukan {wanted}. Simpan sebagai salah satu jenis itu.")
    ending = PurePosixPath(name.lower()).suffix
    if EXTENSIONS.get(ending, found) != found:
        raise UploadRefused(
            f"Nama berkas berakhiran {ending}, tetapi isinya {NAMES[found]}. Perbaiki namanya."
        )
    return found


def _pages(staged: StagedBlob, media_type: str) -> int:
    try:
        answer = run_worker(
            task="inspect",
            path=str(staged.path),
            media_type=media_type,
            max_pages=MAX_PAGES,
            max_points=MAX_POINTS,
            max_pixels=MAX_PIXELS,
        )
    except WorkerRefused as refusal:
        raise UploadRefused(SENTENCES[refusal.reason]) from refusal
    except WorkerFailed as failure:
        raise UploadRefused(TOO_HEAVY) from failure
    return int(json.loads(answer)["pages"])


def safe_name(name: str, media_type: str) -> str:
    """Return a name to show and to download by: no path, no control, bidi or unprintable characters."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    stem = last[: -len(ending)] if (ending := _ending(last)) else last
    kept = "".join(char for char in stem if printable_char(char) and char not in '\n<>:"|?*')
    tidy = re.sub(r"\s+", " ", kept).strip(" .")[:NAME_LENGTH].strip(" .")
    return (tidy or "berkas") + (ending or PREFERRED[media_type])


def _ending(name: str) -> str:
    ending = PurePosixPath(name.lower()).suffix
    return ending if ending in EXTENSIONS else ""


def readable_size(size: int) -> str:
    """Write a size in bytes for people: 20971520 → "20 MB", 1536 → "1,5 kB"."""
    value, unit = (size / 1024**2, "MB") if size >= 1024**2 else (size / 1024, "kB")
    return f"{value:.1f}".removesuffix(".0").replace(".", ",") + f" {unit}"
