"""Files that arrive in pieces over a line that breaks: appended and made durable, beside the blob store."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from muara.documents.store import CHUNK, BlobStore

EDGE = 64 * 1024  # what is read of a file's beginning and end to know it again


class Busy(Exception):
    """Another request is writing to this file."""


class Lost(Exception):
    """The file is not there, or shorter than was promised."""


def path_of(key: str) -> Path:
    """Return where an unfinished file lies: on the store's own filesystem, so that a rename moves it in."""
    return BlobStore().root / "incoming" / f"unfinished-{key}"


def begin(key: str) -> None:
    """Make an unfinished file, with nothing in it yet."""
    path = path_of(key)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()


def drop(key: str) -> None:
    """Remove an unfinished file."""
    path_of(key).unlink(missing_ok=True)


@contextmanager
def locked(key: str) -> Iterator[IO[bytes]]:
    """Open an unfinished file for one writer alone; raises Busy or Lost."""
    try:
        file = path_of(key).open("r+b")
    except FileNotFoundError:
        raise Lost from None
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Busy from None
        yield file


@contextmanager
def spooled(stream: IO[bytes], *, room: int) -> Iterator[IO[bytes]]:
    """Take in a piece from the line, `room` bytes at most; when the line breaks, what came is kept.

    The file itself is not locked meanwhile: a line may hang for minutes while its owner tries another.
    """
    folder = BlobStore().root / "incoming"
    with tempfile.TemporaryFile(dir=folder) as piece:
        while room and (chunk := _read(stream, min(CHUNK, room))):
            piece.write(chunk)
            room -= len(chunk)
        piece.seek(0)
        yield piece


def _read(stream: IO[bytes], size: int) -> bytes:
    try:
        return stream.read(size)
    except OSError:  # the line broke
        return b""


def append(file: IO[bytes], piece: IO[bytes], *, offset: int) -> int:
    """Write a piece at `offset` and return how far the file is durable; what stood behind it goes."""
    if os.fstat(file.fileno()).st_size < offset:
        raise Lost
    file.seek(offset)
    file.truncate()
    shutil.copyfileobj(piece, file, CHUNK)
    file.flush()
    os.fsync(file.fileno())
    return file.tell()


def fingerprint(file: IO[bytes], *, size: int) -> str:
    """Tell a file from another of its name: its size, and a CRC-32 of its first and last 64 KiB."""
    file.seek(0)
    check = zlib.crc32(file.read(EDGE))
    file.seek(max(size - EDGE, 0))
    return f"{size}-{zlib.crc32(file.read(EDGE), check):08x}"


def forgotten(*, before: float) -> Iterator[str]:
    """List the keys of unfinished files that nobody wrote to since `before` (seconds since 1970)."""
    for path in (BlobStore().root / "incoming").glob("unfinished-*"):
        if path.stat().st_mtime < before:
            yield path.name.removeprefix("unfinished-")
