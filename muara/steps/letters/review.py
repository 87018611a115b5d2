"""The form of a head's examination, and the one page for the head of the office (steps 12, 13, 15)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.conf import settings

from muara.cases.models import Case, Draft, Examination, Task
from muara.cases.queries import authority_of
from muara.documents.contents.review import ExaminationForm, Fact, Said, Summary, Ticked
from muara.documents.indonesian import tanggal
from muara.documents.letters import canonical, set_letter
from muara.documents.models import Letter
from muara.people.models import office_day
from muara.steps.letters import _file, company_name, kind_of, letterhead, the_office


def examination_form(examination: Examination, *, outcome: str, at: datetime) -> Letter:
    """Steps 12.b and 13.b: what the head made sure of, remarked and advises."""
    task, draft = examination.task, examination.draft
    case, office = task.case, the_office()
    step = task.step
    content = ExaminationForm(
        letterhead=letterhead(office),
        demo=settings.MUARA_DEMO,
        registration_number=case.registration_number or "",
        service=case.process.title,
        company=company_name(case),
        position=case.process.actor(task.actor).label,
        draft=f"draf ke-{draft.number}, sidik {draft.sha256[:16]}",
        clauses=tuple(
            Ticked(text=clause.reading, sure=clause.id in examination.clauses)
            for clause in case.revision.definition.document.clauses_of(step.examines)
        ),
        remarks=tuple(_remarks(draft, task)),
        deviations=tuple(deviations_of(draft)),
        deviation_reason=draft.deviation_reason,
        advice=examination.advice,
        outcome=outcome,
        examiner=examination.by.name,
        examiner_nip=examination.by.nip,
        examined_at=at,
        place=office.seat,
    )
    return _file(
        case,
        "examination_form",
        content,
        step=step.key,
        title=f"Form verifikasi proses {case}, langkah {step.number}",
        dated=office_day(at),
        at=at,
    )


def _remarks(draft: Draft, task: Task) -> Iterator[Said]:
    for item in draft.remarks.filter(task=task):
        yield Said(place=item.place, text=item.text)


def deviations_of(draft: Draft) -> Iterator[Said]:
    """Where a draft differs from the recommendation."""
    for item in draft.deviations:
        yield Said(place=item["place"], before=item["before"] or "–", after=item["after"] or "–")


def summary(case: Case, draft: Draft, *, at: datetime) -> Summary:
    """Everything that the head of the office weighs, on one page (step 15)."""
    said: dict[str, Any] = json.loads(draft.content)
    return Summary(
        letterhead=letterhead(the_office()),
        demo=settings.MUARA_DEMO,
        registration_number=case.registration_number or "",
        service=case.process.title,
        company=company_name(case),
        facts=tuple(Fact(label=label, value=value) for label, value in _facts(case, said) if value),
        limits=tuple(
            Fact(label=item["parameter"], value=f"{item['level']} {item['unit']}".strip())
            for item in said.get("limits", ())
        ),
        way=tuple(_way(case)),
        authority=tuple(_authority(case)),
        concerns=tuple(_concerns(case, draft)),
        advice=tuple(advice_on(case)),
        due_on=case.main_task.due_on if case.main_task else None,
        printed_at=at,
    )


def _facts(case: Case, said: dict[str, Any]) -> Iterator[tuple[str, str]]:
    yield "Kegiatan", said.get("business", "")
    yield "Lokasi", said.get("location", "")
    yield "Penanggung jawab", said.get("responsible", "")
    yield "Jenis permohonan", kind_of(case).label
    for point in said.get("points", ()):
        yield point["kind"], f"{point['name']}, {point['latitude']} {point['longitude']}"
    for flow in said.get("flows", ()):
        yield "Debit maksimum", f"{flow['per_day']} m³/hari"


def _way(case: Case) -> Iterator[Fact]:
    if case.registered_on:
        yield Fact(label="Terdaftar", value=tanggal(case.registered_on))
    if case.recommended_on:
        yield Fact(label="Rekomendasi teknis diterima (H)", value=tanggal(case.recommended_on))
    yield Fact(label="Putaran perbaikan pemohon", value=str(case.corrections.count()))
    yield Fact(label="Draf yang disusun", value=str(case.drafts.count()))
    for item in case.care.all():
        yield Fact(label=f"{item.get_kind_display()} {tanggal(item.held_on)}", value=item.result)


def _authority(case: Case) -> Iterator[Fact]:
    """What spoke against the province's authority, and what the CS decided on it (before step 6)."""
    check = case.authority_checks.select_related("by").order_by("-at", "-pk").first()
    now = authority_of(case)
    if check is not None:
        yield Fact(label="Yang meragukan", value=" ".join(check.warnings))
        yield Fact(label="Keputusan", value=check.get_decision_display())
        yield Fact(label="Alasan", value=check.reason)
        yield Fact(label="Diputuskan oleh", value=f"{check.by.name}, {tanggal(office_day(check.at))}")
    if now.undecided:
        yield Fact(label="Belum diputuskan", value=" ".join(now.warnings))


def _concerns(case: Case, draft: Draft) -> Iterator[Said]:
    yield from deviations_of(draft)
    if draft.deviation_reason:
        yield Said(place="Alasan penyimpangan", text=draft.deviation_reason)
    for item in draft.remarks.all():
        yield Said(place=f"Catatan pada {item.place}", text=item.text)


def advice_on(case: Case) -> Iterator[Said]:
    """What the heads before advise the next one (12.c, 13.c), the newest last."""
    given = Examination.objects.filter(task__case=case).exclude(advice="").select_related("task", "by")
    for item in given:
        actor = case.process.actor(item.task.actor).label
        yield Said(place=f"{actor}, {item.by.name}", text=item.advice)


def summary_pdf(case: Case, draft: Draft, *, at: datetime) -> bytes:
    """The summary as it stands now; not filed, because it is no act."""
    return set_letter(
        source=case.revision.definition.letters["summary"],
        content=canonical(summary(case, draft, at=at)),
        title=f"Ringkasan {case}",
        dated=office_day(at),
    )
