"""Rows of a table in a form, as they were typed."""

from __future__ import annotations

from typing import Any

from django import forms


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
