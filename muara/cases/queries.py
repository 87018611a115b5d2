"""Reading cases for pages: whose court, what was last submitted, what is asked."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date

from muara.audit.models import Entry
from muara.audit.queries import Head
from muara.cases.models import Application, Attachment, Case, Correction, Submission, Task
from muara.cases.models.case import chain_of
from muara.people.models import User
from muara.sop.definition import END, Process


def latest_submission(case: Case) -> Submission:
    return Submission.objects.filter(application=case.application_id).order_by("-number")[0]


def submitted(submission: Submission) -> dict[str, object]:
    """What a submission says: `values` by field key, `files`, `company`, `kind`."""
    content: dict[str, object] = json.loads(submission.content)
    return content


def attachments_of(submission: Submission) -> list[Attachment]:
    """The files as they were submitted, in the order of the requirements."""
    files = submitted(submission)["files"]
    wanted = [row["attachment"] for row in files]  # type: ignore[attr-defined]
    return list(Attachment.objects.filter(pk__in=wanted).select_related("blob").order_by("requirement", "pk"))


def open_correction(case: Case) -> Correction | None:
    """The correction that waits for an answer; uses a prefetch where a page made one."""
    return next((one for one in case.corrections.all() if one.answered_at is None), None)


def is_with_applicant(application: Application) -> bool:
    """Nothing was submitted yet, the case stands at step 3 again, or a correction request is with them."""
    case = Case.objects.filter(application=application).first()
    if case is None:
        return True
    at_step_3 = case.process.doing("apply")
    if case.tasks.filter(closed_at=None, companion=False, step_key__in=at_step_3).exists():
        return True
    return Correction.objects.filter(case=case, sent_at__isnull=False, answered_at=None).exists()


def promise_starts(case: Case) -> date | None:
    """Day 0 of the service's promise; None while its clock has not begun."""
    process = case.process
    return process.day_zero(
        process.promise_clock, registered_on=case.registered_on, recommended_on=case.recommended_on
    )


@dataclass(frozen=True, slots=True)
class Court:
    """Who has to act now: an actor of the SOP, or nobody any more."""

    actor: str | None
    label: str
    step_number: int | None
    step_title: str


def court_of(case: Case, *, task: Task | None = None, correction: Correction | None = None) -> Court:
    """Whose court the case is in: the open task's actor, unless a request is with the applicant."""
    task = task or case.main_task
    if task is None:
        return Court(None, "Selesai", None, "Selesai")
    step = task.step
    asked = correction or open_correction(case)
    actor = "applicant" if asked is not None and asked.with_applicant else task.actor
    return Court(actor, case.process.actor(actor).label, step.number, step.title)


VERBS = {
    "take_over": "Menerima berkas",
    "correct.ask": "Menyampaikan permintaan perbaikan kepada pemohon",
    "correct.answer": "Pemohon menyampaikan perbaikan",
    "draft.receive": "Membukukan rekomendasi teknis (H)",
    "draft.monitor": "Mencatat pemantauan di OPD",
    "number.assign": "Memberi nomor keputusan",
}


@dataclass(frozen=True, slots=True)
class ControlLine:
    """One act on the control sheet, with its task where it belongs to one."""

    entry: Entry
    task: Task | None
    by: str
    label: str


def control_sheet(case: Case) -> list[ControlLine]:
    """Every act of a case in order: the digital "map pengendali proses" (SOP P.5)."""
    entries = list(Entry.objects.filter(chain=chain_of(case.pk)).order_by("seq"))
    tasks = {task.pk: task for task in case.tasks.select_related("case")}
    names = dict(User.objects.filter(pk__in={e.by_id for e in entries}).values_list("pk", "name"))
    return [
        ControlLine(
            entry,
            tasks.get(entry.task_id or 0),
            names.get(entry.by_id or 0, ""),
            verb_label(case.process, entry.verb),
        )
        for entry in entries
    ]


def verb_label(process: Process, verb: str) -> str:
    """Say an act in the officer's words: an outcome's label, or what was done beside the outcomes."""
    if verb in VERBS:
        return VERBS[verb]
    step, _, outcome = verb.partition(".")
    if step == END:
        return process.ending(outcome).label
    return process.step(step).outcome(outcome).label


def case_heads() -> list[Head]:
    """Where every case says that its chain ends (for `audit verify`)."""
    rows = Case.objects.order_by("pk").values_list("pk", "version", "head")
    return [Head(chain_of(pk), version, head) for pk, version, head in rows.iterator()]
