"""The checklist of section G: verdict and reason for each of the printed numbers (steps 4 and 7)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from django import forms

from muara.cases.models import Attachment, ChecklistMark, Correction, Task
from muara.cases.queries import attachments_of, latest_submission, submitted
from muara.sop.definition import Requirement
from muara.sop.form import show
from muara.steps.actions.intake import Mark
from muara.steps.forms.fields import Paragraph
from muara.steps.forms.step import StepForm

GROUPS = {"document": "A. Persyaratan", "obligation": "B. Kewajiban"}


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
    answers: tuple[tuple[str, str], ...]
    attachments: tuple[Attachment, ...]
    earlier: tuple[Earlier, ...]

    @property
    def verdict(self) -> str:
        return str(self.mark.value() or "")

    @property
    def because(self) -> str:
        return str(self.reason.value() or "")

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
    """A step that is decided by the checklist; what kind of follow-up a return asks for."""

    template = "desk/steps/checklist.html"
    marked_outcomes: tuple[str, ...] = ("complete", "incomplete", "resumed")
    kind = forms.ChoiceField(
        label="Tindak lanjut bila dikembalikan",
        choices=Correction.Kind.choices,
        initial=Correction.Kind.REPAIR,
        widget=forms.RadioSelect,
    )
    asked: ClassVar[tuple[str, ...]] = ("kind",)

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
        names = [name for item in task.case.process.requirements for name in _names(item.number)]
        self.order_fields([*names, "outcome", "kind", "note"])

    def clean(self) -> dict[str, Any]:
        """Ask for every missing verdict and reason at once; what they must add up to is the act's to say."""
        cleaned = super().clean()
        if self.chosen in self.marked_outcomes:
            for requirement in self.task.case.process.requirements:
                mark, reason = _names(requirement.number)
                if not cleaned.get(mark) and mark not in self.errors:
                    self.add_error(mark, "Belum dinilai.")
                elif cleaned.get(mark) != ChecklistMark.Verdict.FIT and not cleaned.get(reason):
                    self.add_error(reason, "Tuliskan alasannya.")
        return cleaned

    def marks(self) -> dict[int, Mark]:
        """The verdicts that were given; a reason belongs to one that does not say "sesuai"."""
        found = {}
        for requirement in self.task.case.process.requirements:
            mark, reason = (str(self.cleaned_data.get(name) or "") for name in _names(requirement.number))
            if mark:
                found[requirement.number] = Mark(mark, "" if mark == ChecklistMark.Verdict.FIT else reason)
        return found

    @property
    def follow_up(self) -> str:
        return str(self.cleaned_data.get("kind") or Correction.Kind.REPAIR)

    def lines(self) -> list[Line]:
        """The checklist as the page shows it."""
        submission = latest_submission(self.task.case)
        values: Any = submitted(submission)["values"]
        fields = self.task.case.revision.definition.form.fields
        attachments = attachments_of(submission)
        earlier = dict(_earlier(self.task))
        return [
            Line(
                group=GROUPS[requirement.group],
                requirement=requirement,
                mark=self[f"mark_{requirement.number}"],
                reason=self[f"reason_{requirement.number}"],
                answers=tuple(
                    (field.label, show(field, values[field.key]))
                    for field in fields
                    if requirement.number in field.requirements and field.key in values
                ),
                attachments=tuple(
                    item
                    for item in attachments
                    if item.requirement in {requirement.number, requirement.covered_by}
                ),
                earlier=tuple(earlier.get(requirement.number, ())),
            )
            for requirement in self.task.case.process.requirements
        ]

    @property
    def closing(self) -> list[forms.BoundField]:
        """The fields after the checklist."""
        return [field for field in self.visible_fields() if not field.name.startswith(("mark_", "reason_"))]


def _names(number: int) -> tuple[str, str]:
    return f"mark_{number}", f"reason_{number}"


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
