"""Rows of requests to the applicant, shared by every step that may ask (7, 8, 10, 12 to 15)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms

from muara.cases.models import CorrectionItem
from muara.sop.definition import Process
from muara.steps.actions.requests import Asked
from muara.steps.forms.fields import Paragraph
from muara.steps.forms.rows import said

Kind = CorrectionItem.Kind
PREFIX = "asked"
SPARE = 2
# A new application is an outcome of its own, so a row does not offer it.
KINDS = [(kind.value, kind.label) for kind in (Kind.REPAIR, Kind.CONFIRM, Kind.ADDITIONAL)]


def requirement_choices(process: Process) -> list[tuple[str, str]]:
    """Every line of section G, and the form as a whole."""
    numbered = [(str(item.number), f"{item.number}. {item.reading}") for item in process.requirements]
    return [("", "Seluruh formulir"), *numbered]


class RequestRow(forms.Form):
    """One thing to ask of the applicant; a row without a reason is not one."""

    use_required_attribute = False
    requirement = forms.ChoiceField(label="Mengenai", required=False)
    kind = forms.ChoiceField(label="Jenis permintaan", choices=KINDS, required=False)
    reason = Paragraph(label="Yang harus dikerjakan pemohon", rows=2, required=False)

    def __init__(self, *args: Any, process: Process, **options: Any) -> None:
        super().__init__(*args, **options)
        choice = self.fields["requirement"]
        assert isinstance(choice, forms.ChoiceField)
        choice.choices = requirement_choices(process)

    def is_filled(self) -> bool:
        return bool(str(self["reason"].value() or "").strip() or self["requirement"].value())


RequestFormSet = forms.formset_factory(RequestRow, extra=SPARE, max_num=40, absolute_max=40)


class RequestRows:
    """The rows of a form; every row that says something is an item of one round."""

    def __init__(
        self, process: Process, *, data: Mapping[str, Any] | None, initial: Sequence[Mapping[str, Any]] = ()
    ) -> None:
        self.formset = RequestFormSet(
            data, prefix=PREFIX, initial=list(initial), form_kwargs={"process": process}
        )

    @property
    def is_filled(self) -> bool:
        return any(row.is_filled() for row in self.formset)

    def said(self) -> list[dict[str, Any]]:
        return [said(row) for row in self.formset if row.is_filled()]

    def judge(self) -> list[str]:
        """Say what is wrong, row by row; the rows themselves show it at their cells."""
        self.formset.is_valid()
        wrong = []
        for number, row in enumerate(self.formset, start=1):
            if row.is_filled() and not row.errors and not row.cleaned_data.get("reason"):
                row.add_error("reason", "Tuliskan apa yang harus dikerjakan pemohon.")
            wrong += [
                f"Permintaan, baris {number}: {' '.join(map(str, messages))}"
                for messages in row.errors.values()
            ]
        return wrong

    def asked(self) -> list[Asked]:
        return [
            Asked(
                reason=row.cleaned_data["reason"],
                kind=row.cleaned_data["kind"] or Kind.REPAIR,
                requirement=int(row.cleaned_data["requirement"]) if row.cleaned_data["requirement"] else None,
            )
            for row in self.formset
            if row.is_filled() and row.is_valid()
        ]
