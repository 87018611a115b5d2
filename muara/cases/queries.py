"""Reading cases for pages: whose court, what was last submitted, what is asked."""

from __future__ import annotations

import json
from dataclasses import dataclass

from muara.audit.models import Entry
from muara.audit.queries import Head
from muara.cases.models import Application, Attachment, Case, Correction, Submission, Task
from muara.cases.models.case import chain_of, definition_of
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


def material(submission: Submission, requirement: int | None) -> tuple[object, ...]:
    """What a submission gives for a requirement: its answers and the hashes of its files.

    With None, the whole: every answer and every file.
    """
    content = submitted(submission)
    values, files = content["values"], content["files"]
    assert isinstance(values, dict)
    assert isinstance(files, list)
    definition = definition_of(submission.application.revision_id)
    if requirement is None:
        return (values, sorted((row["requirement"], row["sha256"]) for row in files))
    wanted = {requirement, definition.process.requirement(requirement).covered_by}
    return (
        {f.key: values.get(f.key) for f in definition.form.fields if requirement in f.requirements},
        sorted((row["requirement"], row["sha256"]) for row in files if row["requirement"] in wanted),
    )


def open_correction(case: Case) -> Correction | None:
    """The correction that waits for an answer; uses a prefetch where a page made one."""
    return next((one for one in case.corrections.all() if one.is_open), None)


def is_with_applicant(application: Application) -> bool:
    """Nothing was submitted yet, the case stands at step 3 again, or a correction request is with them."""
    case = Case.objects.filter(application=application).first()
    if case is None:
        return True
    if case.closed_at is not None:
        return False
    at_step_3 = case.process.doing("apply")
    if case.tasks.filter(closed_at=None, companion=False, step_key__in=at_step_3).exists():
        return True
    return Correction.objects.open().filter(case=case, sent_at__isnull=False).exists()


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
        told = ended_early(case) or "Selesai"
        return Court(None, told, None, told)
    step = task.step
    asked = correction or open_correction(case)
    actor = "applicant" if asked is not None and asked.with_applicant else task.actor
    return Court(actor, case.process.actor(actor).label, step.number, step.title)


def ended_early(case: Case) -> str:
    """How a case ended without a decision, in the words of its SOP; empty where it did not."""
    process = case.process
    ways = [
        *((way.key, way.label) for way in process.endings),
        *(
            (way.key, "Ditutup: permohonan baru diminta")
            for step in process.steps
            for way in step.outcomes
            if way.to == END and step.actor != "applicant"
        ),
    ]
    return dict(ways).get(case.result, "")


VERBS = {
    "take_over": "Menerima berkas",
    "confirm": "Konfirmasi kepada pemohon",
    "late_defect.permit": "Mengizinkan kekurangan susulan",
    "correct.again": "Meminta perbaikan sekali lagi",
    "correct.ask": "Menyampaikan permintaan perbaikan kepada pemohon",
    "correct.answer": "Pemohon menyampaikan perbaikan",
    "draft.receive": "Membukukan rekomendasi teknis (H)",
    "draft.monitor": "Mencatat pemantauan di OPD",
    "number.assign": "Memberi nomor izin",
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
