"""The checklist of section G: verdict and reason for each of the printed numbers (steps 4 and 7)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms

from muara.cases.models import Attachment, Checklist, ChecklistMark, Task
from muara.cases.queries import attachments_of, latest_submission, material, submitted
from muara.sop.definition import Requirement
from muara.sop.form import Field, show, show_masked
from muara.sop.places import UNCERTAIN
from muara.sop.siting import doubtful
from muara.steps.actions.checklists import Mark, asked_by
from muara.steps.actions.requests import Asked
from muara.steps.forms.fields import Paragraph
from muara.steps.forms.request_rows import KINDS, Kind
from muara.steps.forms.step import StepForm
from muara.steps.letters import GROUPS


@dataclass(frozen=True, slots=True)
class Earlier:
    """What was said of a requirement in a signed checklist before."""

    step_number: int
    by: str
    verdict: str
    reason: str


@dataclass(frozen=True, slots=True)
class Line:
    """One requirement on the page: what the SOP prints, what was handed in, what is marked."""

    group: str
    requirement: Requirement
    mark: forms.BoundField
    reason: forms.BoundField
    kind: forms.BoundField
    answers: tuple[tuple[str, str], ...]
    attachments: tuple[Attachment, ...]
    earlier: tuple[Earlier, ...]
    doubts: tuple[str, ...]  # about the places that it tells; advice
    carried: bool  # this step found it fit before, and nothing of it changed since

    @property
    def verdict(self) -> str:
        return str(self.mark.value() or "")

    @property
    def because(self) -> str:
        return str(self.reason.value() or "")

    @property
    def follow_up(self) -> str:
        return str(self.kind.value() or Kind.REPAIR)

    @property
    def mark_error(self) -> str:
        return " ".join(map(str, self.mark.errors))

    @property
    def reason_error(self) -> str:
        return " ".join(map(str, self.reason.errors))

    @property
    def explained(self) -> str:
        """Our reading, where it says more than what is printed, and what to look at."""
        same = self.requirement.reading.casefold() == self.requirement.printed.casefold()
        return self.requirement.help if same else f"{self.requirement.reading}. {self.requirement.help}"


class ChecklistForm(StepForm):
    """A step that is decided by the checklist; each mark against says what it asks of the applicant."""

    template = "desk/steps/checklist.html"
    marked_outcomes: tuple[str, ...] = ("complete", "incomplete", "resumed")
    uncertain = UNCERTAIN
    by_rows = False  # the checklist's own lines are the rows

    def __init__(self, task: Task, *, at: datetime, **options: Any) -> None:
        super().__init__(task, at=at, **options)
        for requirement in task.case.process.requirements:
            label = f"Nomor {requirement.number}, {requirement.printed}"
            self.fields[f"mark_{requirement.number}"] = forms.ChoiceField(
                label=label,
                choices=ChecklistMark.Verdict.choices,
                widget=forms.RadioSelect,
                required=False,
            )
            self.fields[f"reason_{requirement.number}"] = Paragraph(
                label=f"{label}, alasan", required=False, rows=2
            )
            self.fields[f"kind_{requirement.number}"] = forms.ChoiceField(
                label=f"{label}, tindak lanjut", choices=KINDS, initial=Kind.REPAIR, required=False
            )
        self.carried = frozenset(_still_fit(task))
        for number in self.carried:
            self.fields[f"mark_{number}"].initial = ChecklistMark.Verdict.FIT
        names = [name for item in task.case.process.requirements for name in _names(item.number)]
        self.order_fields(names)

    def clean(self) -> dict[str, Any]:
        """Ask for every missing verdict and reason at once; what they must add up to is the act's to say."""
        cleaned = super().clean()
        if self.chosen in self.marked_outcomes:
            for requirement in self.task.case.process.requirements:
                mark, reason, _ = _names(requirement.number)
                if not cleaned.get(mark) and mark not in self.errors:
                    self.add_error(mark, "Belum dinilai.")
                elif cleaned.get(mark) != ChecklistMark.Verdict.FIT and not cleaned.get(reason):
                    self.add_error(reason, "Tuliskan alasannya.")
        return cleaned

    def marks(self) -> dict[int, Mark]:
        """The verdicts that were given; a reason belongs to one that does not say "sesuai"."""
        found = {}
        for requirement in self.task.case.process.requirements:
            mark, reason, kind = (
                str(self.cleaned_data.get(name) or "") for name in _names(requirement.number)
            )
            if mark:
                against = mark != ChecklistMark.Verdict.FIT
                found[requirement.number] = Mark(mark, reason if against else "", kind or Kind.REPAIR)
        return found

    def asked_items(self) -> list[Asked]:
        return asked_by(self.marks()) if self.asks else []

    def lines(self) -> list[Line]:
        """The checklist as the page shows it."""
        submission = latest_submission(self.task.case)
        values: Any = submitted(submission)["values"]
        fields = self.task.case.revision.definition.form.fields
        attachments = attachments_of(submission)
        earlier = dict(_earlier(self.task))
        places = doubtful(fields, values)
        return [
            Line(
                group=GROUPS[requirement.group],
                requirement=requirement,
                mark=self[f"mark_{requirement.number}"],
                reason=self[f"reason_{requirement.number}"],
                kind=self[f"kind_{requirement.number}"],
                answers=tuple(
                    (field.label, _shown(field, values[field.key]))
                    for field in fields
                    if requirement.number in field.requirements and field.key in values
                ),
                attachments=tuple(
                    item
                    for item in attachments
                    if item.requirement in {requirement.number, requirement.covered_by}
                ),
                earlier=tuple(earlier.get(requirement.number, ())),
                doubts=tuple(
                    f"{place.spot.title}. {doubt}"
                    for place in places
                    if requirement.number in place.spot.requirements
                    for doubt in place.doubts
                ),
                carried=requirement.number in self.carried,
            )
            for requirement in self.task.case.process.requirements
        ]

    @property
    def closing(self) -> list[forms.BoundField]:
        """The fields after the checklist."""
        return [
            field
            for field in self.visible_fields()
            if not field.name.startswith(("mark_", "reason_", "kind_"))
        ]


def _shown(field: Field, value: object) -> str:
    """The company's NPWP is compared with its papers here; a person's NIK stays masked."""
    return show_masked(field, value) if field.kind == "nik" else show(field, value)


def _names(number: int) -> tuple[str, str, str]:
    return f"mark_{number}", f"reason_{number}", f"kind_{number}"


def _still_fit(task: Task) -> Iterator[int]:
    """The requirements that this very step found fit in its last round and whose material is the same."""
    last = (
        Checklist.objects.filter(task__case=task.case_id, task__step_key=task.step_key)
        .exclude(task=task)
        .select_related("submission__application")
        .order_by("signed_at")
        .last()
    )
    if last is None:
        return
    now = latest_submission(task.case)
    for mark in last.marks.filter(verdict=ChecklistMark.Verdict.FIT):
        if material(last.submission, mark.requirement) == material(now, mark.requirement):
            yield mark.requirement


def _earlier(task: Task) -> Iterator[tuple[int, list[Earlier]]]:
    """The latest signed verdicts of each checking step of this case."""
    process = task.case.process
    marks = (
        ChecklistMark.objects.filter(checklist__task__case=task.case_id)
        .exclude(checklist__task=task)
        .select_related("checklist__task", "checklist__signed_by")
        .order_by("checklist__signed_at")
    )
    found: dict[int, dict[str, Earlier]] = {}
    for mark in marks:
        step = process.step(mark.checklist.task.step_key)
        found.setdefault(mark.requirement, {})[step.key] = Earlier(
            step.number, mark.checklist.signed_by.name, mark.get_verdict_display(), mark.reason
        )
    for number, by_step in found.items():
        yield number, list(by_step.values())
