"""A register book on paper: the entries of a period, with its closing line."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from muara.documents.contents import Content, Signatory


@dataclass(frozen=True, kw_only=True)
class BookColumn:
    """A heading, and its width as Typst writes it ("24mm", "1fr")."""

    label: str
    width: str


@dataclass(frozen=True, kw_only=True)
class BookRow:
    """An entry, already as it is printed."""

    cells: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class RegisterBook(Content):
    """Buku register: every entry of a period in the order of its days, closed by a line that counts them."""

    template: ClassVar[str] = "register_book"

    register: str
    holds: str
    period: str
    first: date
    last: date
    columns: tuple[BookColumn, ...]
    rows: tuple[BookRow, ...]
    count_in_words: str
    closed: bool  # the period is over: no entry will be added
    place: str
    closed_on: date
    keeper: str
    keeper_nip: str
    head: Signatory
    printed_at: datetime
