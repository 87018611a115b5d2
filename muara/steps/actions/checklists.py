"""The checklist of section G: what an officer marks, and what follows from it (SOP steps 4 and 7)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from muara.audit.chains import canonical, digest
from muara.cases.actions import Refused
from muara.cases.models import Checklist, ChecklistMark, Submission, Task
from muara.people.models import User
from muara.sop.definition import Process
from muara.steps.actions.requests import Asked, Kind


@dataclass(frozen=True, slots=True)
class Mark:
    """An officer's verdict on one of the 17 requirements, and what a defect asks of the applicant."""

    verdict: str
    reason: str = ""
    kind: str = Kind.REPAIR


def check_marks(process: Process, marks: Mapping[int, Mark], *, approving: bool) -> None:
    """Refuse a checklist that is not filled in, or that contradicts the outcome."""
    for requirement in process.requirements:
        mark = marks.get(requirement.number)
        field = f"mark_{requirement.number}"
        if mark is None or mark.verdict not in ChecklistMark.Verdict.values:
            raise Refused(f"Beri penilaian untuk nomor {requirement.number}, {requirement.reading}.", field)
        if mark.verdict != ChecklistMark.Verdict.FIT and not mark.reason.strip():
            raise Refused(f"Tuliskan alasan untuk nomor {requirement.number}, {requirement.reading}.", field)
        if approving and mark.verdict == ChecklistMark.Verdict.UNFIT:
            raise Refused(
                f"Nomor {requirement.number} dinilai tidak sesuai: berkas belum dapat dinyatakan lengkap.",
                field,
            )


def asked_by(marks: Mapping[int, Mark]) -> list[Asked]:
    """What a checklist asks of the applicant: each mark against is an item with its own kind."""
    return [
        Asked(mark.reason, mark.kind, number)
        for number, mark in sorted(marks.items())
        if mark.verdict == ChecklistMark.Verdict.UNFIT
    ]


def marks_digest(marks: Mapping[int, Mark]) -> str:
    return digest(canonical({str(number): mark.verdict for number, mark in sorted(marks.items())}))


def sign_checklist(
    task: Task, *, submission: Submission, marks: Mapping[int, Mark], approved: bool, by: User, at: datetime
) -> Checklist:
    """Keep a signed checklist of one submission."""
    checklist = Checklist.objects.create(
        task=task, submission=submission, approved=approved, signed_by=by, signed_at=at
    )
    ChecklistMark.objects.bulk_create(
        ChecklistMark(checklist=checklist, requirement=number, verdict=mark.verdict, reason=mark.reason)
        for number, mark in sorted(marks.items())
    )
    return checklist
