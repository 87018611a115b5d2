"""The SOP as printed: every clause with its words letter by letter, and our reading beside the damage."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal, get_args

from muara.sop.broken import BrokenSop, Fault
from muara.sop.tables import Table, read_toml

FILE = "document.toml"


Standing = Literal["", "repealed", "replaced", "amended", "unfound"]


class UnknownClause(LookupError):
    """The document has no clause, section or step text of this id."""


@dataclass(frozen=True, slots=True)
class Clause:
    """A printed sentence: `text` letter by letter, `printed` its letter or number as printed (may be empty).

    `corrected` is our reading where the print is damaged or wrong, `note` says why; `pieces` are the parts
    of a text that a page break tore apart, as they stand in the source. `standing` is what became of a law
    since, where that was found; empty says nothing.
    """

    id: str
    text: str
    printed: str = ""
    corrected: str = ""
    note: str = ""
    pieces: tuple[str, ...] = ()
    standing: Standing = ""

    @property
    def inferred(self) -> str:
        """Return the letter that counting gives where the print lost it; empty where one is printed."""
        last = self.id.rpartition(".")[2]
        return last if not self.printed and len(last) == 1 and last.isalpha() else ""

    @property
    def reading(self) -> str:
        """Return the corrected text where there is one, else the printed one."""
        return self.corrected or self.text


@dataclass(frozen=True, slots=True)
class SectionText:
    """A lettered section of the SOP, A to U."""

    letter: str
    title: str
    note: str
    clauses: tuple[Clause, ...]


@dataclass(frozen=True, slots=True)
class StepText:
    """A row of Lampiran 1: what is done, and its quality standard (mutu baku)."""

    number: int
    text: tuple[Clause, ...]
    completeness: tuple[Clause, ...]
    time: Clause | None
    output: tuple[Clause, ...]
    remarks: tuple[Clause, ...]
    cell: str
    note: str

    @property
    def clauses(self) -> tuple[Clause, ...]:
        """List all clauses of the row in the order of its columns."""
        time = (self.time,) if self.time else ()
        return (*self.text, *self.completeness, *time, *self.output, *self.remarks)


@dataclass(frozen=True, slots=True)
class Approval:
    """A name on the approval page."""

    role: str
    name: str
    position: str
    printed_date: str
    date: date


@dataclass(frozen=True, slots=True)
class Signature:
    """A name under the flow, as it is printed there (which is not quite as on the approval page)."""

    role: str
    name: str
    position: str


@dataclass(frozen=True, slots=True)
class Change:
    """A row of the revision history."""

    number: str
    printed_date: str
    date: date
    text: str
    revised_by: str
    approved_by: str


@dataclass(frozen=True, slots=True)
class Document:
    """The SOP document of one revision.

    `running_office` and `running_date` stand at the head of every page; `page_starts` are the ids of the
    clauses at which the pages from section A on begin.
    """

    office: str
    province: str
    kind: str
    title: str
    number: str
    revision: str
    created: str
    revised: str
    effective: str
    running_office: str
    running_date: str
    page_starts: tuple[str, ...]
    approvals: tuple[Approval, ...]
    history_form: str
    history: tuple[Change, ...]
    contents: tuple[tuple[str, int], ...]
    sections: tuple[SectionText, ...]
    steps: tuple[StepText, ...]
    legend: tuple[Clause, ...]
    signatures: tuple[Signature, ...]
    missing: tuple[str, ...]

    @property
    def clauses(self) -> tuple[Clause, ...]:
        """List every clause of the document in its printed order."""
        return tuple(self._clauses())

    def clause(self, clause_id: str) -> Clause:
        """Find a clause by its id ("L7.b", "U.3"); raises UnknownClause."""
        for clause in self._clauses():
            if clause.id == clause_id:
                return clause
        raise UnknownClause(f"Tidak ada butir '{clause_id}' dalam {self.number} rev. {self.revision}.")

    def clauses_of(self, ids: Iterable[str]) -> tuple[Clause, ...]:
        """Find clauses by their ids, in the order asked for; one that is not printed is left out."""
        by_id = {clause.id: clause for clause in self.clauses}
        return tuple(by_id[key] for key in ids if key in by_id)

    def section(self, letter: str) -> SectionText:
        """Find a section by its letter; raises UnknownClause."""
        for section in self.sections:
            if section.letter == letter:
                return section
        raise UnknownClause(f"Tidak ada bagian '{letter}' dalam {self.number} rev. {self.revision}.")

    def step(self, number: int) -> StepText:
        """Find the printed row of a step; raises UnknownClause."""
        for step in self.steps:
            if step.number == number:
                return step
        raise UnknownClause(f"Tidak ada langkah {number} dalam {self.number} rev. {self.revision}.")

    def _clauses(self) -> Iterator[Clause]:
        for section in self.sections:
            yield from section.clauses
        for step in self.steps:
            yield from step.clauses
        yield from self.legend


def read_document(text: str) -> Document:
    """Read and check a `document.toml`; raises BrokenSop listing every fault."""
    faults: list[Fault] = []
    top = read_toml(text, file=FILE, faults=faults)
    cover = top.table("cover")
    found = Document(
        office=cover.text("office"),
        province=cover.text("province"),
        kind=cover.text("kind"),
        title=cover.text("title"),
        number=cover.text("number"),
        revision=cover.text("revision"),
        created=cover.text("created"),
        revised=cover.text("revised"),
        effective=cover.text("effective"),
        running_office=cover.text("running_office", ""),
        running_date=cover.text("running_date", ""),
        page_starts=cover.texts("page_starts"),
        approvals=tuple(_approval(item) for item in top.tables("approvals", name="role", required=False)),
        history_form=cover.text("history_form", ""),
        history=tuple(_change(item) for item in top.tables("history", name="number", required=False)),
        contents=tuple(_content(item) for item in top.tables("contents", required=False)),
        sections=tuple(_section(item) for item in top.tables("sections", name="letter")),
        steps=tuple(_step(item) for item in top.tables("steps", name="number")),
        legend=_clauses(top, "legend", prefix="legenda"),
        signatures=tuple(_signature(item) for item in top.tables("signatures", name="role", required=False)),
        missing=cover.texts("missing"),
    )
    cover.finish()
    top.finish()
    ids = Counter(clause.id for clause in found.clauses)
    faults += [
        Fault(FILE, f"butir '{key}'", "dipakai lebih dari sekali") for key, times in ids.items() if times > 1
    ]
    faults += [
        Fault(FILE, "page_starts", f"butir '{key}' tidak tercetak")
        for key in found.page_starts
        if key not in ids
    ]
    if faults:
        raise BrokenSop(faults)
    return found


def _approval(table: Table) -> Approval:
    approval = Approval(
        table.text("role"),
        table.text("name"),
        table.text("position"),
        table.text("printed_date"),
        table.day("date"),
    )
    table.finish()
    return approval


def _signature(table: Table) -> Signature:
    signature = Signature(table.text("role"), table.text("name"), table.text("position"))
    table.finish()
    return signature


def _change(table: Table) -> Change:
    change = Change(
        table.text("number"),
        table.text("printed_date"),
        table.day("date"),
        table.text("text"),
        table.text("revised_by"),
        table.text("approved_by"),
    )
    table.finish()
    return change


def _content(table: Table) -> tuple[str, int]:
    content = (table.text("title"), table.integer("page"))
    table.finish()
    return content


def _section(table: Table) -> SectionText:
    letter = table.text("letter")
    section = SectionText(
        letter, table.text("title"), table.text("note", ""), _clauses(table, "clauses", prefix=letter)
    )
    table.finish()
    return section


def _step(table: Table) -> StepText:
    number = table.integer("number")
    row = f"L{number}"
    times = _clauses(table, "time", prefix=row)
    step = StepText(
        number=number,
        text=_clauses(table, "text", prefix=row),
        completeness=_clauses(table, "completeness", prefix=row),
        time=times[0] if times else None,
        output=_clauses(table, "output", prefix=row),
        remarks=_clauses(table, "remarks", prefix=row),
        cell=table.text("cell", ""),
        note=table.text("note", ""),
    )
    table.finish()
    return step


def _clauses(table: Table, key: str, *, prefix: str) -> tuple[Clause, ...]:
    """Read clauses; an id is its prefix and the key `id` written in the file, joined by a point."""
    found = []
    for item in table.tables(key, name="id", required=False):
        clause = Clause(
            id=f"{prefix}.{item.text('id')}",
            text=item.text("text"),
            printed=item.text("printed", ""),
            corrected=item.text("corrected", ""),
            note=item.text("note", ""),
            pieces=item.texts("pieces"),
            standing=_standing(item),
        )
        item.finish()
        found.append(clause)
    return tuple(found)


def _standing(table: Table) -> Standing:
    written = table.text("standing", "")
    if written not in get_args(Standing):
        table.refuse(f"standing harus satu dari {', '.join(filter(None, get_args(Standing)))}")
        return ""
    return written  # type: ignore[return-value]
