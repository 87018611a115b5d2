"""The SOP as a book on paper: everything that its data prints, and apart from it how we read it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from muara.documents.contents import Content


@dataclass(frozen=True, kw_only=True)
class PrintedClause:
    """A clause letter by letter; `parts` where its print stands in columns.

    `level` is how far a row of Lampiran 1 is set in; `starts_page` where the SOP as received begins one.
    """

    id: str
    printed: str = ""
    text: str
    parts: tuple[str, ...] = ()
    level: int = 0
    starts_page: bool = False


@dataclass(frozen=True, kw_only=True)
class PrintedSection:
    """A lettered section; `columns` above one where its clauses stand side by side."""

    title: str
    columns: int = 1
    clauses: tuple[PrintedClause, ...]


@dataclass(frozen=True, kw_only=True)
class PrintedRow:
    """A row of Lampiran 1; the actor is the head of the column in which its symbol stands."""

    number: int
    actor: str
    text: tuple[PrintedClause, ...]
    completeness: tuple[PrintedClause, ...]
    time: tuple[PrintedClause, ...]
    output: tuple[PrintedClause, ...]
    remarks: tuple[PrintedClause, ...]


@dataclass(frozen=True, kw_only=True)
class Approver:
    """Who made, examined or approved the SOP."""

    role: str
    name: str
    position: str
    dated: str = ""


@dataclass(frozen=True, kw_only=True)
class Revised:
    """A row of the revision history."""

    number: str
    dated: str
    text: str
    revised_by: str
    approved_by: str


@dataclass(frozen=True, kw_only=True)
class Listed:
    """A line of the contents; `page` as the SOP prints it."""

    title: str
    page: int


@dataclass(frozen=True, kw_only=True)
class Symbol:
    """A symbol of the legend: `picture` is the text of an SVG."""

    id: str
    text: str
    picture: str


@dataclass(frozen=True, kw_only=True)
class Strip:
    """A sheet of the flow matrix below its heads: the text of an SVG, and what it shows."""

    picture: str
    told: str


@dataclass(frozen=True, kw_only=True)
class Reading:
    """Where we read otherwise than is printed, or say more: both shown."""

    place: str
    printed: str = ""
    read: str = ""
    why: str = ""


@dataclass(frozen=True, kw_only=True)
class SopBook(Content):
    """The whole SOP; `copy` numbers a controlled copy, 0 is the original, None an uncontrolled print."""

    template: ClassVar[str] = "sop_book"

    copy: int | None = None
    office: str
    province: str
    kind: str
    service: str
    number: str
    revision: str
    created: str
    revised: str
    effective: str
    running_office: str
    running_date: str
    approvers: tuple[Approver, ...]
    contents: tuple[Listed, ...]
    history_form: str
    history: tuple[Revised, ...]
    sections: tuple[PrintedSection, ...]
    rows: tuple[PrintedRow, ...]
    matrix_head: str
    matrix: tuple[Strip, ...]
    legend: tuple[Symbol, ...]
    signatures: tuple[Approver, ...]
    corrections: tuple[Reading, ...]
    remarks: tuple[Reading, ...]
    missing: tuple[str, ...]
    sha256: str
