"""Forms with tables of rows, which grow by "Tambah baris" without judging what was typed so far."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar, Self

from django import forms
from django.utils.datastructures import MultiValueDict

from muara.cases.models import Task
from muara.steps.forms.fields import Scan
from muara.steps.forms.step import ActForm


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
        rows = {name: [said(row) for row in table if filled(row)] for name, table in typed.rows.items()}
        initial = {
            name: typed[name].value() for name in typed.fields if not isinstance(typed.fields[name], Scan)
        }
        form = cls(task, at=at, initial=initial, rows=rows)
        form.kept, form.opened = typed.kept, True
        return form

    @classmethod
    def resume(cls, task: Task, *, at: datetime, typed: Mapping[str, list[str]]) -> Self:
        data = MultiValueDict({name: list(values) for name, values in typed.items()})
        return cls.with_more_rows(task, at=at, data=data)


def said(row: forms.Form) -> dict[str, Any]:
    """A row as it was typed."""
    return {name: row[name].value() or "" for name in row.fields}


def filled(row: forms.Form) -> bool:
    """Tell whether anything was typed into a row; a choice alone says nothing."""
    return any(
        str(value).strip()
        for name, value in said(row).items()
        if not isinstance(row.fields[name], forms.ChoiceField)
    )
