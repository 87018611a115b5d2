"""What officers found and asked of an applicant, round by round, and what changed in answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from muara.cases.models import (
    Attachment,
    Case,
    Checklist,
    ChecklistMark,
    Confirmation,
    Correction,
    LateDefectPermission,
    Submission,
)
from muara.cases.models.case import definition_of
from muara.cases.queries import attachments_of
from muara.sop.definition import Requirement, Step
from muara.sop.form import show_masked
from muara.steps.letters.correction import about
from muara.web.dossier import Paper, answers_in, attachment_paper


@dataclass(frozen=True, slots=True)
class Against:
    """A requirement that was not found in order, with the reason."""

    requirement: Requirement
    mark: ChecklistMark


@dataclass(frozen=True, slots=True)
class Verdict:
    """A signed checklist, and what it says against the file."""

    checklist: Checklist
    step: Step
    against: tuple[Against, ...]


def verdicts(case: Case) -> list[Verdict]:
    process = case.process
    rows = Checklist.objects.filter(task__case=case).select_related("task", "submission", "signed_by")
    return [
        Verdict(
            checklist=item,
            step=process.step(item.task.step_key),
            against=tuple(
                Against(process.requirement(mark.requirement), mark)
                for mark in item.marks.all()
                if mark.verdict != ChecklistMark.Verdict.FIT
            ),
        )
        for item in rows.prefetch_related("marks").order_by("signed_at")
    ]


@dataclass(frozen=True, slots=True)
class Item:
    """One thing asked, with what the applicant said of it."""

    number: int
    about: str
    kind: str
    kind_label: str
    reason: str
    answer: str
    disputed: bool
    grounds: str
    requirement: int | None


@dataclass(frozen=True, slots=True)
class Round:
    """A round of requests with the step that raised it."""

    correction: Correction
    step: Step
    items: tuple[Item, ...]
    late: bool = False

    @property
    def note(self) -> str:
        """What the step noted beside the items; empty where it only says them over again."""
        reasons = [item.reason for item in self.items]
        said = self.correction.reason
        return "" if said in reasons or said == "\n".join(reasons) else said


def rounds(case: Case, *, on: date) -> list[Round]:
    """Every round of requests to the applicant, the first one first."""
    rows = case.corrections.select_related("raised_by", "sent_by", "answered_by", "submission")
    return [a_round(item, case, on=on) for item in rows.prefetch_related("items")]


def a_round(correction: Correction, case: Case, *, on: date) -> Round:
    return Round(
        correction,
        case.process.step(correction.raised_at_step),
        tuple(
            Item(
                number=item.number,
                about=about(item, case.process),
                kind=item.kind,
                kind_label=item.get_kind_display(),
                reason=item.reason,
                answer=item.answer,
                disputed=item.disputed,
                grounds=item.grounds,
                requirement=item.requirement,
            )
            for item in correction.items.all()
        ),
        late=correction.is_late(on),
    )


@dataclass(frozen=True, slots=True)
class Changed:
    """A field whose answer differs between two submissions."""

    section: str
    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Replaced:
    """A requirement whose files differ: what was there beside what is there now."""

    requirement: Requirement
    before: tuple[Paper, ...]
    after: tuple[Paper, ...]


def changed_fields(case: Case, before: Submission, after: Submission) -> list[Changed]:
    old, new = answers_in(before), answers_in(after)
    return [
        Changed(
            section.title,
            item.label,
            show_masked(item, old.get(item.key)),
            show_masked(item, new.get(item.key)),
        )
        for section in definition_of(case.revision_id).form.sections
        for item in section.fields
        if old.get(item.key) != new.get(item.key)
    ]


def replaced_files(case: Case, before: Submission, after: Submission) -> list[Replaced]:
    old, new = _by_requirement(before), _by_requirement(after)
    found = []
    for requirement in case.process.requirements:
        gone, came = old.get(requirement.number, {}), new.get(requirement.number, {})
        if gone.keys() != came.keys():
            found.append(
                Replaced(
                    requirement,
                    tuple(attachment_paper(item) for item in gone.values()),
                    tuple(attachment_paper(item) for item in came.values()),
                )
            )
    return found


def _by_requirement(submission: Submission) -> dict[int, dict[str, Attachment]]:
    files: dict[int, dict[str, Attachment]] = {}
    for item in attachments_of(submission):
        files.setdefault(item.requirement, {})[item.blob.sha256] = item
    return files


def late_defects(case: Case) -> list[LateDefectPermission]:
    rows = LateDefectPermission.objects.filter(task__case=case).select_related("task", "granted_by")
    return list(rows.order_by("granted_at"))


def confirmations(case: Case) -> list[Confirmation]:
    rows = Confirmation.objects.filter(task__case=case).select_related("task__case", "made_by")
    return list(rows.order_by("made_at"))
