"""What a head makes sure of, remarks and takes care of before deciding (SOP steps 12, 13 and 15)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

from muara.cases.actions import NO_FORM, Moved, Refused, Stamp, act, note_on
from muara.cases.changes import said_at
from muara.cases.models import CareActivity, Draft, DraftRemark, Examination, Task
from muara.documents.models import Blob
from muara.people.models import User, office_day
from muara.steps.actions.drafting import current_draft, decree
from muara.steps.letters.review import examination_form

EXAMINATION = "examination_form"


def examine(
    task: Task, current: Draft, *, outcome: str, clauses: Collection[str], advice: str, by: User, at: datetime
) -> None:
    """Keep what a head made sure of; a file goes on only when every clause of the step is ticked.

    Raises:
        Refused: a clause is not ticked.
    """
    step = task.step
    if step.outcome(outcome).kind == "forward":
        demand_clauses(task, clauses)
    examination = Examination.objects.create(
        task=task,
        draft=current,
        clauses=[key for key in step.examines if key in clauses],
        advice=advice.strip(),
        by=by,
        at=at,
    )
    if EXAMINATION in step.letters:
        examination.letter = examination_form(examination, outcome=step.outcome(outcome).label, at=at)
        examination.save(update_fields=["letter"])


def demand_clauses(task: Task, clauses: Collection[str]) -> None:
    """Every clause that the step asks to make sure of is ticked.

    Raises:
        Refused: one is not.
    """
    for clause in task.case.revision.definition.document.clauses_of(task.step.examines):
        if clause.id not in clauses:
            raise Refused(f"Pastikan lebih dahulu, lalu beri tanda: {clause.reading}", "clauses")


def remark(task: Task, *, place: str, text: str, by: User, at: datetime, stamp: Stamp = NO_FORM) -> Moved:
    """Steps 12, 13 and 15: pin a remark to a place of the draft; the drafter must answer it.

    Raises:
        Refused: nothing was written, or the draft has no such place.
    """
    if not text.strip():
        raise Refused("Tuliskan catatannya.", "text")
    with act(stamp):
        current = current_draft(task.case)
        if not said_at(decree(current), place):
            raise Refused("Draf ini tidak mempunyai tempat itu. Pilih tempat yang tersedia.", "place")
        moved = note_on(
            task.pk,
            verb="draft.remark",
            by=by,
            at=at,
            facts={"draft": current.sha256, "place": place},
            note=text,
            stamp=stamp,
        )
        DraftRemark.objects.create(draft=current, task=task, place=place, text=text.strip(), by=by, at=at)
        return moved


def take_care(
    task: Task,
    *,
    kind: str,
    held_on: date,
    participants: str,
    result: str,
    scan: Blob | None = None,
    by: User,
    at: datetime,
    stamp: Stamp = NO_FORM,
) -> Moved:
    """Step 15.b: record a further assurance for a decision that asks for special care; it moves nothing.

    Raises:
        Refused: the day is to come, or who took part or what came of it is not told.
    """
    if held_on > office_day(at):
        raise Refused("Tanggal kegiatan tidak boleh sesudah hari ini.", "held_on")
    for name, value in (("participants", participants), ("result", result)):
        if not value.strip():
            raise Refused("Isian ini wajib diisi.", name)
    with act(stamp):
        moved = note_on(
            task.pk,
            verb="decide.care",
            by=by,
            at=at,
            facts={"kind": kind, "held_on": held_on.isoformat(), "scan": scan.sha256 if scan else None},
            note=result,
            stamp=stamp,
            activity="decide",
        )
        CareActivity.objects.create(
            case_id=task.case_id,
            task=task,
            kind=kind,
            held_on=held_on,
            participants=participants.strip(),
            result=result.strip(),
            scan=scan,
            by=by,
            at=at,
        )
        return moved
