"""A report of a few tables, the same on the page, as a PDF and as a spreadsheet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from django.conf import settings

from muara.documents.contents.figures import Figures, FigureTable
from muara.documents.letters import LIBRARY, canonical, set_letter
from muara.steps.letters import letterhead, the_office

Value = str | int | None


@dataclass(frozen=True, slots=True)
class Table:
    """A table; `numbers` are the columns that hold numbers, `widths` parts of a line on paper."""

    heading: str
    header: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]
    widths: tuple[int, ...]
    numbers: tuple[int, ...] = ()
    note: str = ""

    @property
    def labelled(self) -> list[list[tuple[str, Value]]]:
        """Each cell with the head of its column, for a page that is narrow."""
        return [list(zip(self.header, row, strict=True)) for row in self.rows]


@dataclass(frozen=True, slots=True)
class Report:
    """Labels with their values, tables, and how it was counted."""

    title: str
    about: str
    lead: tuple[tuple[str, str], ...] = ()
    tables: tuple[Table, ...] = ()
    notes: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """What is kept of it, to be read again by `of_json`."""
        return asdict(self)

    @classmethod
    def of_json(cls, kept: Mapping[str, Any]) -> Report:
        return cls(
            title=kept["title"],
            about=kept["about"],
            lead=tuple((label, value) for label, value in kept["lead"]),
            tables=tuple(
                Table(
                    heading=one["heading"],
                    header=tuple(one["header"]),
                    rows=tuple(tuple(row) for row in one["rows"]),
                    widths=tuple(one["widths"]),
                    numbers=tuple(one["numbers"]),
                    note=one["note"],
                )
                for one in kept["tables"]
            ),
            notes=tuple(kept["notes"]),
        )

    def lines(self, texts: Sequence[tuple[str, str]] = ()) -> Iterator[tuple[Value, ...]]:
        """The whole as lines of a spreadsheet."""
        yield (self.about,)
        yield from self.lead
        for one in self.tables:
            yield ()
            yield (one.heading,)
            yield one.header
            yield from one.rows
            if one.note:
                yield (one.note,)
        for label, words in texts:
            yield ()
            yield (label, words)
        yield ()
        yield from ((note,) for note in self.notes)

    def pdf(self, *, dated: date, texts: Sequence[tuple[str, str]] = ()) -> bytes:
        """The whole on paper, set anew on each reading."""
        content = Figures(
            letterhead=letterhead(the_office()),
            demo=settings.MUARA_DEMO,
            title=self.title,
            about=self.about,
            lead=self.lead,
            tables=tuple(
                FigureTable(
                    heading=one.heading,
                    header=one.header,
                    widths=one.widths,
                    rows=tuple(tuple("" if cell is None else str(cell) for cell in row) for row in one.rows),
                    numbers=one.numbers,
                    note=one.note,
                )
                for one in self.tables
            ),
            texts=tuple(texts),
            notes=self.notes,
        )
        source = (LIBRARY / f"{content.template}.typ").read_text()
        title = f"{self.title}, {self.about}"
        return set_letter(source=source, content=canonical(content), title=title, dated=dated)
