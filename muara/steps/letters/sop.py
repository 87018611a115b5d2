"""The SOP on paper, from the data that runs: as printed, with our reading apart from it at the end."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from django.conf import settings

from muara.cases.models import Revision
from muara.documents.contents import Letterhead
from muara.documents.contents.sop import (
    Approver,
    Listed,
    PrintedClause,
    PrintedRow,
    PrintedSection,
    Reading,
    Revised,
    SopBook,
    Strip,
    Symbol,
)
from muara.documents.letters import (
    LIBRARY,
    SAMPLE_EMBLEM,
    canonical,
    compose_once,
    keep_template,
    set_letter,
)
from muara.documents.models import Letter
from muara.sop.document import Clause, Document, SectionText
from muara.sop.flow import LEGEND, read_flow
from muara.sop.matrix import Picture, lay_out
from muara.sop.service import Service
from muara.sop.svg import draw_strip, emblem

# A list of many short lines stands in columns, as section M does.
MANY, SHORT, ACROSS = 9, 40, 3
# What a landscape sheet of A4 has for the matrix, as a share of its width (265 mm by 156 mm).
SHEET = 156 / 265


def source() -> str:
    """The Typst source: the book is the office's own paper, the same for each service."""
    return (LIBRARY / f"{SopBook.template}.typ").read_text()


def book_title(service: Service) -> str:
    return f"{service.document.number} revisi {service.document.revision}"


def print_book(service: Service, *, sha256: str, copy: int | None) -> bytes:
    """Set the printed SOP without the database; the same revision and copy give the same bytes."""
    content = canonical(sop_book(service, sha256=sha256, copy=copy))
    dated = service.process.effective
    return set_letter(source=source(), content=content, title=book_title(service), dated=dated)


def public_book(revision: Revision, *, at: datetime) -> Letter:
    """The uncontrolled print that anybody may take, composed once for a revision."""
    service = revision.definition
    return compose_once(
        template=keep_template(name=SopBook.template, source=source()),
        content=sop_book(service, sha256=revision.sha256, copy=None),
        title=book_title(service),
        dated=service.process.effective,
        at=at,
    )


def sop_book(service: Service, *, sha256: str, copy: int | None) -> SopBook:
    """Say what the printed SOP says.

    `copy` numbers a controlled copy, 0 is the original, None an uncontrolled print; `sha256` is the digest of
    the revision's files, so that a print can be told from another.
    """
    document = service.document
    picture = lay_out(read_flow(service.process))
    return SopBook(
        letterhead=Letterhead(
            government=document.province,
            office=document.office,
            logo_svg=SAMPLE_EMBLEM.read_text() if settings.MUARA_DEMO else "",
        ),
        demo=settings.MUARA_DEMO,
        copy=copy,
        office=document.office,
        province=document.province,
        kind=document.kind,
        service=document.title,
        number=document.number,
        revision=document.revision,
        created=document.created,
        revised=document.revised,
        effective=document.effective,
        running_office=document.running_office or document.office,
        running_date=document.running_date or document.effective,
        approvers=tuple(
            Approver(role=row.role, name=row.name, position=row.position, dated=row.printed_date)
            for row in document.approvals
        ),
        contents=tuple(Listed(title=title, page=page) for title, page in document.contents),
        history_form=document.history_form,
        history=tuple(
            Revised(
                number=row.number,
                dated=row.printed_date,
                text=row.text,
                revised_by=row.revised_by,
                approved_by=row.approved_by,
            )
            for row in document.history
        ),
        sections=tuple(_section(section, document) for section in document.sections),
        rows=_rows(service),
        matrix_head=draw_strip(picture, top=0, bottom=picture.head),
        matrix=_matrix(picture),
        legend=_legend(document),
        signatures=tuple(
            Approver(role=row.role, name=row.name, position=row.position) for row in document.signatures
        ),
        corrections=tuple(_corrections(service)),
        remarks=tuple(_remarks(service)),
        missing=document.missing,
        sha256=sha256,
    )


def _section(section: SectionText, document: Document) -> PrintedSection:
    bare = [clause for clause in section.clauses if clause.printed == "-" and len(clause.text) < SHORT]
    many = len(bare) == len(section.clauses) >= MANY
    return PrintedSection(
        title=section.title,
        columns=ACROSS if many else 1,
        clauses=tuple(
            PrintedClause(
                id=clause.id,
                printed=clause.printed,
                text=clause.text,
                parts=clause.pieces,
                starts_page=clause.id in document.page_starts,
            )
            for clause in section.clauses
        ),
    )


def _rows(service: Service) -> tuple[PrintedRow, ...]:
    process = service.process
    found = []
    for step in sorted(process.steps, key=lambda step: step.number):
        row = service.document.step(step.number)
        found.append(
            PrintedRow(
                number=row.number,
                actor=process.actor(step.actor).printed,
                text=_told(row.text),
                completeness=_told(row.completeness),
                time=_told((row.time,) if row.time else ()),
                output=_told(row.output),
                remarks=_told(row.remarks),
            )
        )
    return tuple(found)


def _told(clauses: Iterable[Clause]) -> tuple[PrintedClause, ...]:
    return tuple(
        PrintedClause(id=clause.id, printed=clause.printed, text=clause.text, level=_level(clause))
        for clause in clauses
    )


def _level(clause: Clause) -> int:
    """How far a line of a step is set in: its head, its lettered lines, and what hangs on a letter."""
    inside = clause.id.partition(".")[2]
    if "." in inside and not inside.startswith(("kelengkapan", "output", "keterangan")):
        return 2
    return 1 if inside.isalpha() and len(inside) == 1 else 0


def _matrix(picture: Picture) -> tuple[Strip, ...]:
    strips = []
    stages = list(zip(picture.flow.stages, picture.feet, strict=True))
    for top, bottom in picture.sheets(picture.width * SHEET - picture.head):
        here = [stage for stage, foot in stages if top < foot <= bottom]
        told = " ".join(
            f"Langkah {stage.number}, {stage.title}: {stage.actor}; {stage.symbols}. "
            + " ".join(f"{way.label}: {way.leads}." for way in stage.ways)
            for stage in here
        )
        picture_text = draw_strip(picture, top=top, bottom=bottom)
        strips.append(Strip(picture=picture_text, told=told or "Keterangan simbol bagan."))
    return tuple(strips)


def _legend(document: Document) -> tuple[Symbol, ...]:
    """The printed legend, each line with its symbol; a service that prints none has none."""
    symbols = {label: symbol for symbol, label in LEGEND}
    return tuple(
        Symbol(id=clause.id, text=clause.text, picture=emblem(symbols[clause.text]))
        for clause in document.legend
        if clause.text in symbols
    )


def _corrections(service: Service) -> Iterator[Reading]:
    """Where what runs reads otherwise than the print."""
    process = service.process
    for clause in service.document.clauses:
        if clause.corrected:
            yield Reading(place=clause.id, printed=clause.text, read=clause.corrected, why=clause.note)
    for step in process.steps:
        if step.limit and step.limit.derived and step.limit.days is not None:
            clock = next(item.label for item in process.clocks if item.key == step.limit.clock)
            yield Reading(
                place=f"Langkah {step.number}",
                printed=step.limit.printed or "(waktu tidak tercetak)",
                read=f"Paling lama {step.limit.days} hari kerja sejak {clock[0].lower()}{clock[1:]}",
                why=step.limit.note,
            )
    for actor in process.actors:
        for other in actor.also_printed:
            yield Reading(
                place=f"Kolom {actor.column}",
                printed=other,
                read=actor.printed,
                why="Kepala kolom tercetak lebih dari satu cara.",
            )
    for step in process.steps:
        for way in step.outcomes:
            if way.extension:
                yield Reading(
                    place=f"Langkah {step.number}",
                    printed="(tidak tercetak)",
                    read=f"Hasil tambahan: {way.label}",
                    why="Diperlukan oleh peraturan atau praktik.",
                )
    for ending in process.endings:
        yield Reading(
            place="Lampiran 1",
            printed="(tidak tercetak)",
            read=f"Dapat berakhir: {ending.label}",
            why=ending.note,
        )


def _remarks(service: Service) -> Iterator[Reading]:
    """What we say of the print without reading it otherwise; the same words are said once."""
    said: dict[str, list[str]] = {}
    for clause in service.document.clauses:
        if clause.note and not clause.corrected:
            said.setdefault(clause.note, []).append(clause.id)
    for section in service.document.sections:
        if section.note:
            said.setdefault(section.note, []).append(f"Bagian {section.letter}")
    for row in service.document.steps:
        if row.note:
            said.setdefault(row.note, []).append(f"Langkah {row.number}")
    for note, places in said.items():
        yield Reading(place=", ".join(places), why=note)
