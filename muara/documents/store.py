"""The blob store: every file once, under the hash of its bytes, never overwritten."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from django.conf import settings

CHUNK = 1024 * 1024
SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class StoredBlob:
    """What the store knows of a file: its hash (hex) and its size in bytes."""

    sha256: str
    size: int


@dataclass(frozen=True)
class StagedBlob:
    """A file on its way in: hashed and on disk, not yet under its name."""

    path: Path
    sha256: str
    size: int


class TooLarge(Exception):
    """The stream held more bytes than its limit."""

    def __init__(self, limit_bytes: int) -> None:
        super().__init__(f"more than {limit_bytes} bytes")
        self.limit_bytes = limit_bytes


class BlobStore:
    """Files by the SHA-256 of their bytes in one folder."""

    def __init__(self, root: Path | None = None) -> None:
        self.root = Path(settings.MUARA_BLOBS) if root is None else root

    def path(self, sha256: str) -> Path:
        """Return where a blob lies; ValueError unless the key is 64 lower-case hex digits."""
        if not SHA256.fullmatch(sha256):
            raise ValueError("not a SHA-256 in lower-case hexadecimal")
        return self.root / sha256[:2] / sha256[2:4] / sha256

    def derived(self, sha256: str, name: str) -> Path:
        """Return where a file computed from a blob (a page picture) lies; it may be deleted at any time."""
        folder = self.path(sha256).relative_to(self.root)
        return self.root / "derived" / folder / name

    def open(self, sha256: str) -> IO[bytes]:
        """Open a blob for reading; FileNotFoundError when the store does not hold it."""
        return self.path(sha256).open("rb")

    def put(self, stream: IO[bytes], *, limit_bytes: int) -> StoredBlob:
        """Store a stream durably under its hash; TooLarge beyond `limit_bytes`."""
        with self.staged(stream, limit_bytes=limit_bytes) as staged:
            return self.keep(staged)

    @contextmanager
    def staged(self, stream: IO[bytes], *, limit_bytes: int) -> Iterator[StagedBlob]:
        """Write a stream to a temporary file of the same filesystem, hashing; it goes unless kept."""
        incoming = self.root / "incoming"
        incoming.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=incoming)
        path = Path(name)
        try:
            digest, size = hashlib.sha256(), 0
            with os.fdopen(descriptor, "wb") as file:
                while chunk := stream.read(CHUNK):
                    size += len(chunk)
                    if size > limit_bytes:
                        raise TooLarge(limit_bytes)
                    digest.update(chunk)
                    file.write(chunk)
                file.flush()
                os.fsync(file.fileno())
            yield StagedBlob(path, digest.hexdigest(), size)
        finally:
            path.unlink(missing_ok=True)

    def staged_file(self, path: Path) -> StagedBlob:
        """Hash a file that lies durable on the store's filesystem, ready to be kept."""
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256")
            return StagedBlob(path, digest.hexdigest(), file.tell())

    def keep(self, staged: StagedBlob) -> StoredBlob:
        """Give a staged file its name, unless the same bytes are already there, and make that durable."""
        target = self.path(staged.sha256)
        made = _make_folders(target.parent)
        if not target.exists():  # two writers at once rename equal bytes onto each other: harmless
            staged.path.rename(target)
        for folder in {target.parent, *made}:
            _sync_folder(folder)
        return StoredBlob(staged.sha256, staged.size)


def write_atomically(path: Path, content: bytes) -> None:
    """Write a derived file so that a reader sees all of it or nothing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    Path(name).replace(path)


def _make_folders(folder: Path) -> list[Path]:
    """Create a folder and its parents; return every folder whose listing changed."""
    missing = []
    while not folder.is_dir():
        missing.append(folder)
        folder = folder.parent
    for one in reversed(missing):
        one.mkdir(exist_ok=True)
    return [one.parent for one in missing]


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
