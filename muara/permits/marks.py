"""How far each series has counted, written down outside the database (ADR 19).

A restored backup forgets the numbers that were given after it was made. So each series has a book for a
year, a file of lines that are only ever appended and reach the disk before they count:

    {"issued": 41, "reserved": 42, "seq": 42, "text": "503/42/DPMPTSP-III/2026", "dated": …, "to": "case:17"}

A number is `reserved` before its transaction commits, under the lock of its series: the book is never behind
the database. It is `issued` once that transaction is committed and before anybody is told. A database whose
last number is below what was issued was restored: nothing is given until an official has reconciled the two.
A number that is only reserved was told to nobody (its act failed, or its process was killed): it is given
again.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

TAIL = 4096  # bytes; a line has some 150
_NAME = re.compile(r"[\w.-]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Mark:
    """The highest number that was given, and the highest that somebody began to give."""

    issued: int
    reserved: int


@dataclass(frozen=True, slots=True)
class Given:
    """A number as the book has it."""

    seq: int
    text: str
    dated: date
    to: str


def read(series: str, year: int) -> Mark | None:
    """The mark of a series' year; None where nothing was ever written (or the file was lost)."""
    try:
        with _path(series, year).open("rb") as book:
            line = _last(book.fileno())
    except FileNotFoundError:
        return None
    return Mark(line["issued"], line["reserved"]) if line else None


def reserve(series: str, year: int, given: Given) -> None:
    """Write that a number is about to be given, and after the commit that it was; OSError when it cannot be.

    Call with the series locked, inside the transaction that gives the number.
    """
    with _open(series, year) as book:
        line = _last(book) or {"issued": given.seq - 1}
        _append(book, issued=line["issued"], given=given)
    transaction.on_commit(partial(issued, series, year, given), robust=True)


def issued(series: str, year: int, given: Given) -> None:
    """Write that a number's transaction is committed, unless a later one's says so already."""
    with _open(series, year) as book:
        line = _last(book)
        if line is None or line["issued"] < given.seq:
            _append(
                book, issued=given.seq, given=given, reserved=max(given.seq, (line or {}).get("reserved", 0))
            )


def book(series: str, year: int) -> dict[int, Given]:
    """Every number that the book knows, by its place; of one given again, the last."""
    try:
        text = _path(series, year).read_bytes()
    except FileNotFoundError:
        return {}
    lines = filter(None, map(_parsed, text.splitlines()))
    return {
        line["seq"]: Given(line["seq"], line["text"], date.fromisoformat(line["dated"]), line["to"])
        for line in lines
        if line.get("text")
    }


# --- the file ------------------------------------------------------------------------------------------


def _path(series: str, year: int) -> Path:
    if not _NAME.fullmatch(series):
        raise ValueError(series)
    return Path(settings.MUARA_NUMBER_BOOKS) / f"{series}.{year}.jsonl"


@contextmanager
def _open(series: str, year: int) -> Iterator[int]:
    """Open a book to append to it; one process at a time."""
    path = _path(series, year)
    is_new = not path.exists()
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        if is_new:
            _sync_folder(path.parent)
        fcntl.flock(descriptor, fcntl.LOCK_EX)  # given back when the file is closed
        yield descriptor
    finally:
        os.close(descriptor)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _append(book: int, *, issued: int, given: Given, reserved: int | None = None) -> None:
    line = {
        "issued": issued,
        "reserved": given.seq if reserved is None else reserved,
        "seq": given.seq,
        "text": given.text,
        "dated": given.dated.isoformat(),
        "to": given.to,
    }
    written = json.dumps(line, ensure_ascii=False).encode() + b"\n"
    if not _ends_whole(book):
        written = b"\n" + written  # a line torn by a power cut: it never counted
    if os.write(book, written) != len(written):
        raise OSError("the book of numbers took only a part of a line")
    os.fsync(book)


def _ends_whole(book: int) -> bool:
    size = os.fstat(book).st_size
    return size == 0 or os.pread(book, 1, size - 1) == b"\n"


def _last(book: int) -> dict[str, Any] | None:
    """The last whole line; a torn one at the end was never waited for, so nothing rests on it."""
    size = os.fstat(book).st_size
    reach = TAIL
    while True:
        start = max(0, size - reach)
        lines = os.pread(book, size - start, start).split(b"\n")
        # What stands after the last newline is torn; what stands first may have lost its beginning.
        for line in reversed(lines[1 if start else 0 : -1]):
            if (found := _parsed(line)) is not None:
                return found
        if start == 0:
            return None
        reach *= 8


def _parsed(line: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(line)
    except ValueError:
        return None
    return found if isinstance(found, dict) and {"issued", "reserved", "seq"} <= found.keys() else None
