"""What the forms of all steps share: the outcome, the note, files that survive a refused form."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, ClassVar, Self

from django import forms
from django.forms.utils import ErrorDict
from django.utils.datastructures import MultiValueDict

from muara.cases.actions import Stamp
from muara.cases.models import Task
from muara.cases.rules import may_do_step
from muara.people.models import User, office_day
from muara.sop.definition import CALLER, Outcome
from muara.steps.actions.requests import Asked, asks_applicant
from muara.steps.forms.fields import Paragraph, Scan, ScanForm
from muara.steps.forms.request_rows import PREFIX, RequestRows
from muara.steps.forms.rows import filled, said

MORE = "tambah"
REQUIRED = forms.Field.default_error_messages["required"]


class ActForm(ScanForm):
    """A form that makes one act on a task when it is carried out.

    `at` is the moment of the request; `title` heads the form, `button` is what its button says.
    """

    template: ClassVar[str] = "desk/steps/plain.html"
    title: ClassVar[str] = ""
    button: str = "Simpan"
    # An act beside the outcomes: its address below the task, the activities it belongs to (none: every
    # step), whether it belongs to the companion task, whether it comes before (or instead of) the
    # outcome, and what is said when it is done.
    slug: ClassVar[str] = ""
    activities: ClassVar[frozenset[str]] = frozenset()
    companion: ClassVar[bool] = False
    comes_first: ClassVar[bool] = False
    done: ClassVar[str] = "Dicatat."
    # Beside the outcomes: whether half-done work may be kept, whether the page shows it unfolded.
    saves: ClassVar[bool] = False
    opened: bool = False
    # Beside the outcomes: whether only whoever received the file is offered it.
    for_holder: ClassVar[bool] = True
    # Whoever did it goes on to the case's next task, where the same hands have more to do.
    goes_on: ClassVar[bool] = False
    use_required_attribute = False
    # Fields that a posted form may leave empty although the page asks for them: the act, or the outcome,
    # says when they are needed.
    asked: ClassVar[tuple[str, ...]] = ()
    # What is too private to be kept half done.
    never_kept: ClassVar[tuple[str, ...]] = ()

    def __init__(
        self,
        task: Task,
        *,
        at: datetime,
        data: Mapping[str, Any] | None = None,
        files: MultiValueDict[str, Any] | None = None,
        initial: Mapping[str, Any] | None = None,
    ) -> None:
        self.task, self.at, self.owner = task, at, f"task:{task.pk}"
        super().__init__(data, files, initial=dict(initial or {}))
        for field in self.fields.values():
            if field.error_messages["required"] == field.default_error_messages.get("required", REQUIRED):
                field.error_messages["required"] = "Isian ini wajib diisi."
        self.lenient: set[str] = {name for name in self.asked if self.fields[name].required}

    @classmethod
    def belongs_to(cls, task: Task) -> bool:
        """Tell whether the act is one of this task's step at all."""
        fits = not cls.activities or task.step.activity in cls.activities
        return fits and task.companion == cls.companion

    @classmethod
    def offered(cls, task: Task) -> bool:
        """Tell whether there is something to do with it now."""
        return True

    @classmethod
    def may(cls, user: User, task: Task, *, at: datetime) -> bool:
        """Tell whether a person may do it: whoever may do the step, unless the act is somebody else's."""
        return may_do_step(user, task, at=at)

    @classmethod
    def resume(cls, task: Task, *, at: datetime, typed: Mapping[str, list[str]]) -> ActForm:
        """The form as it was left half done: as typed, files kept, not yet judged."""
        data = MultiValueDict({name: list(values) for name, values in typed.items()})
        form = cls(task, at=at, data=data)
        form.full_clean()
        form._errors = ErrorDict()  # type: ignore[attr-defined]
        return form

    def carry_out(self, *, by: User, at: datetime, stamp: Stamp) -> object:
        """Do what the form says, in one call to an act; raises what the act raises."""
        raise NotImplementedError

    def name_inputs(self, auto_id: str) -> None:
        """Give the inputs ids of their own, where a page shows several forms."""
        self.auto_id = auto_id

    def typed(self, *names: str) -> dict[str, Any]:
        """What was typed into these fields, for an act that asks for them by the same names."""
        return {name: self.cleaned_data[name] for name in names}

    def told(self) -> str:
        """What the officer is told first once it is done, beside what was recorded; mostly nothing."""
        return ""

    @property
    def today(self) -> date:
        return office_day(self.at)


class RowsForm(ActForm):
    """An act with formsets beside its fields; `row_sets` names them by the prefix of their inputs."""

    row_sets: ClassVar[Mapping[str, Any]] = {}

    def __init__(
        self,
        task: Task,
        *,
        at: datetime,
        rows: Mapping[str, list[dict[str, Any]]] | None = None,
        **options: Any,
    ) -> None:
        super().__init__(task, at=at, **options)
        begun = {} if self.is_bound or rows is not None else self.begin()
        for name in self.fields:
            if name in begun:
                self.fields[name].initial = begun[name]
        given = rows if rows is not None else begun
        data = self.data if self.is_bound else None
        self.rows = {
            name: kind(data, prefix=name, initial=given.get(name)) for name, kind in self.row_sets.items()
        }

    def name_inputs(self, auto_id: str) -> None:
        super().name_inputs(auto_id)
        for table in self.rows.values():
            table.auto_id = auto_id
            for row in (*table.forms, table.management_form):
                row.auto_id = auto_id

    def begin(self) -> dict[str, Any]:
        """What a form that nobody has typed into starts with: values of fields, rows of the tables."""
        return {}

    @classmethod
    def with_more_rows(cls, task: Task, *, at: datetime, data: Mapping[str, Any], files: Any = None) -> Self:
        """The form as typed, unjudged, with more empty rows under the filled ones ("Tambah baris")."""
        typed = cls(task, at=at, data=data, files=files)
        typed.full_clean()
        initial = {
            name: typed[name].value() for name in typed.fields if not isinstance(typed.fields[name], Scan)
        }
        form = cls(task, at=at, initial=initial, rows=typed.said_rows())
        form.recall(typed.data)
        form.opened = True
        return form

    @classmethod
    def resume(cls, task: Task, *, at: datetime, typed: Mapping[str, list[str]]) -> Self:
        data = MultiValueDict({name: list(values) for name, values in typed.items()})
        return cls.with_more_rows(task, at=at, data=data)

    def said_rows(self) -> dict[str, list[dict[str, Any]]]:
        """The filled rows as they were typed, by the name of their table."""
        return {name: [said(row) for row in table if filled(row)] for name, table in self.rows.items()}


class RequestingForm(RowsForm):
    """A form that may ask things of the applicant, row by row; "Tambah baris" gives more rows."""

    by_rows: ClassVar[bool] = True
    asks_always: ClassVar[bool] = False

    def __init__(
        self,
        task: Task,
        *,
        at: datetime,
        rows: Mapping[str, list[dict[str, Any]]] | None = None,
        **options: Any,
    ) -> None:
        super().__init__(task, at=at, rows=rows, **options)
        self.requests: RequestRows | None = None
        if self.by_rows and self.may_ask:
            self.requests = RequestRows(
                task.case.process,
                data=self.data if self.is_bound else None,
                initial=(rows or {}).get(PREFIX, []),
            )

    @property
    def may_ask(self) -> bool:
        """Some way out of this form asks something of the applicant."""
        return self.asks_always

    @property
    def asks(self) -> bool:
        """The way that was chosen asks something of the applicant."""
        return self.asks_always

    def said_rows(self) -> dict[str, list[dict[str, Any]]]:
        return super().said_rows() | ({PREFIX: self.requests.said()} if self.requests else {})

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if self.requests is not None and self.asks and MORE not in self.data:
            for message in self.requests.judge():
                self.add_error(None, message)
        return cleaned

    def asked_items(self) -> list[Asked]:
        """What the chosen way asks of the applicant, item by item."""
        return self.requests.asked() if self.requests is not None and self.asks else []


class StepForm(RequestingForm):
    """The form of a step: its own fields, then the outcome with its reason."""

    outcome = forms.ChoiceField(
        label="Hasil",
        widget=forms.RadioSelect,
        error_messages={"required": "Pilih hasil langkah ini."},
    )
    note = Paragraph(label="Catatan", required=False)

    def __init__(self, task: Task, *, at: datetime, **options: Any) -> None:
        super().__init__(task, at=at, **options)
        outcomes = tuple(item for item in self.outcomes() if item.to != CALLER or task.case.callers)
        choice = self.fields["outcome"]
        assert isinstance(choice, forms.ChoiceField)
        choice.choices = [(outcome.key, outcome.label) for outcome in outcomes]
        if len(outcomes) == 1:
            choice.widget = forms.HiddenInput()
            choice.initial = outcomes[0].key
            self.button = outcomes[0].label
        else:
            self.button = "Catat hasil"
        if any(outcome.needs_reason for outcome in outcomes) and "note" in self.fields:
            self.fields["note"].required = True
            self.lenient.add("note")  # the engine asks for it where it is needed
            self.fields["note"].label = "Catatan atau alasan"
            self.fields[
                "note"
            ].help_text = (
                "Wajib bila berkas dikembalikan atau dialihkan: tuliskan apa yang harus dikerjakan penerima."
            )
        self.order_fields([name for name in self.fields if name not in {"outcome", "note"}])

    def outcomes(self) -> tuple[Outcome, ...]:
        """The ways out that this form offers."""
        return self.task.step.outcomes

    def order_fields(self, field_order: Any) -> None:
        """Keep outcome and note last: they close the form."""
        super().order_fields(field_order)
        for name in ("outcome", "note"):
            if name in self.fields:
                self.fields[name] = self.fields.pop(name)

    @property
    def chosen(self) -> str:
        return str(self.cleaned_data.get("outcome") or "")

    def is_forward(self) -> bool:
        """The chosen outcome leads on, so the step's own papers are needed."""
        chosen = next((item for item in self.outcomes() if item.key == self.chosen), None)
        return chosen is not None and chosen.kind == "forward"

    def require(self, *names: str) -> None:
        """Ask for fields that only the chosen outcome needs."""
        for name in names:
            if name not in self.errors and self.cleaned_data.get(name) in (None, "", ()):
                self.add_error(name, "Isian ini wajib diisi.")

    @property
    def blocked(self) -> str:
        """Why the outcome cannot be given yet; empty when it can."""
        return ""

    @property
    def may_ask(self) -> bool:
        process = self.task.case.process
        return any(asks_applicant(self.task.step, way.key, process) for way in self.outcomes())

    @property
    def asks(self) -> bool:
        return bool(self.chosen) and asks_applicant(self.task.step, self.chosen, self.task.case.process)

    @property
    def note_text(self) -> str:
        """What was noted; where only single things are asked of the applicant, they are the reason."""
        said = str(self.cleaned_data.get("note") or "")
        return said or "\n".join(item.reason for item in self.asked_items())
