"""A report that is a few tables: evaluations, self-assessments, the office's figures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from muara.documents.contents import Content


@dataclass(frozen=True, kw_only=True)
class FigureTable:
    """A table; `widths` are parts of the line, `numbers` the columns that stand to the right."""

    heading: str
    header: tuple[str, ...]
    widths: tuple[int, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: tuple[int, ...] = ()
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Figures(Content):
    """Labels with their values, then tables, then texts under headings, then how it was counted."""

    template: ClassVar[str] = "figures"

    title: str
    about: str
    lead: tuple[tuple[str, str], ...] = ()
    tables: tuple[FigureTable, ...] = ()
    texts: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()
