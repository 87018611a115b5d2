"""The periodic report that a permit holder hands in to office and agency (SOP G.16 and G.17)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar, Literal

from muara.documents.contents import Content, Particular


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table of texts; `title` stands above it, `note` below, `wide` which column takes what is left."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""
    wide: int = 0


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A chart: the SVG of the page, its title, and what it shows in words."""

    title: str
    told: str
    chart_svg: str


@dataclass(frozen=True, kw_only=True)
class Section:
    """A numbered part of the report."""

    title: str
    paragraphs: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    pictures: tuple[Picture, ...] = ()


@dataclass(frozen=True, kw_only=True)
class PeriodicReport(Content):
    """A quarterly or semester report; the holder's own paper, so without the office's letterhead.

    `signing` "ink" leaves room for a pen and a stamp; "account" says who signed with which account and when.
    `late` tells by how much it came after its due day, `repairs` which version it takes the place of.
    """

    template: ClassVar[str] = "periodic_report"

    status: Literal["draft", "final"] = "draft"
    title: str
    period: str
    company: str
    particulars: tuple[Particular, ...]
    addressees: tuple[str, ...]
    sections: tuple[Section, ...]
    missing: tuple[str, ...]
    attachments: tuple[str, ...]
    declaration: str
    signing: Literal["ink", "account"]
    signer: str = ""
    position: str = ""
    signed_at: datetime | None = None
    due_on: date
    late: str = ""
    repairs: str = ""
