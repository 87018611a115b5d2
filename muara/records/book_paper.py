"""A register book on paper, set anew on each reading: nothing of it is kept."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.conf import settings

from muara.documents.contents import Signatory
from muara.documents.contents.books import BookColumn, BookRow, RegisterBook
from muara.documents.indonesian import terbilang
from muara.documents.letters import LIBRARY, canonical, set_letter
from muara.people.models import Holding, Office, User, office_day
from muara.people.queries import holder
from muara.records.books import Book, Cell, Line
from muara.records.periods import Period
from muara.steps.letters import letterhead, the_office


def book_pdf(book: Book, lines: Sequence[Line], *, period: Period, by: User, at: datetime) -> bytes:
    """The entries of a period, closed by a line that counts them; not closed while the period lasts."""
    office, today = the_office(), office_day(at)
    content = RegisterBook(
        letterhead=letterhead(office),
        demo=settings.MUARA_DEMO,
        register=book.title.lower(),
        holds=book.holds,
        period=period.label,
        first=period.first,
        last=period.last,
        columns=tuple(BookColumn(label=one.label, width=one.width) for one in book.columns),
        rows=tuple(BookRow(cells=tuple(told(cell) for cell in line.cells)) for line in lines),
        count_in_words=terbilang(len(lines)),
        closed=period.last < today,
        place=office.seat,
        closed_on=today,
        keeper=by.name,
        keeper_nip=by.nip,
        head=_head(office, on=today),
        printed_at=at,
    )
    return set_letter(
        source=(LIBRARY / f"{content.template}.typ").read_text(),
        content=canonical(content),
        title=f"Buku register {book.title.lower()}, {period.label}",
        dated=today,
    )


def told(cell: Cell) -> str:
    """A cell as a page or a print tells it."""
    if isinstance(cell, date):
        return f"{cell:%d-%m-%Y}"
    return "" if cell is None else str(cell)


def _head(office: Office, *, on: date) -> Signatory:
    held = holder("head_of_office", on=on)
    if held is None:
        return Signatory(position=office.head_title, name="")
    standing = "" if held.status == Holding.Status.DEFINITIVE else held.get_status_display()
    return Signatory(position=office.head_title, name=held.user.name, nip=held.user.nip, standing=standing)
