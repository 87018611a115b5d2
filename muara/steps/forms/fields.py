"""Fields as officers type them: lines, paragraphs, lists, days, and files that are not lost on an error."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from muara.documents.repertoire import allowed
from muara.people.models import WITA
from muara.sop.values import ValueRefused, clean_text, parse_date

LINE, PARAGRAPH = 160, 4000


class Line(forms.CharField):
    """One line of text that a letter can print."""

    def __init__(self, *, longest: int = LINE, **options: Any) -> None:
        self.longest = longest
        super().__init__(**options)

    def to_python(self, value: object) -> str:
        return _clean(super().to_python(value) or "", longest=self.longest, lines=False)


class Paragraph(forms.CharField):
    """Text of several lines that a letter can print."""

    def __init__(self, *, rows: int = 4, longest: int = PARAGRAPH, **options: Any) -> None:
        self.longest = longest
        super().__init__(widget=forms.Textarea(attrs={"rows": rows}), **options)

    def to_python(self, value: object) -> str:
        return _clean(super().to_python(value) or "", longest=self.longest, lines=True)


class Items(forms.CharField):
    """A list of texts, typed one a line."""

    def __init__(self, *, rows: int = 6, **options: Any) -> None:
        super().__init__(widget=forms.Textarea(attrs={"rows": rows}), **options)

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list | tuple) else value

    def clean(self, value: Any) -> tuple[str, ...]:
        text = _clean(str(super().clean(value) or ""), longest=20_000, lines=True)
        return tuple(line for line in text.splitlines() if line)


class Day(forms.CharField):
    """A date as people write it: 10/12/2026, 10-12-2026, 10 Desember 2026, 2026-12-10."""

    def __init__(self, **options: Any) -> None:
        widget = forms.TextInput(attrs={"class": "govuk-input--width-10", "autocomplete": "off"})
        super().__init__(widget=widget, **options)

    def prepare_value(self, value: Any) -> Any:
        return f"{value:%d/%m/%Y}" if isinstance(value, date) else value

    def clean(self, value: Any) -> date | None:
        text = str(super().clean(value) or "")
        if not text:
            return None
        try:
            return parse_date(text)
        except ValueRefused as refusal:
            raise ValidationError(refusal.message) from None


class Moment(forms.CharField):
    """A day and a time in the office's zone (WITA): from the browser's picker, or "10/12/2026 09.30"."""

    def __init__(self, **options: Any) -> None:
        attrs = {"type": "datetime-local", "class": "govuk-input--width-20", "autocomplete": "off"}
        super().__init__(widget=forms.TextInput(attrs=attrs), **options)

    def prepare_value(self, value: Any) -> Any:
        return f"{value.astimezone(WITA):%Y-%m-%dT%H:%M}" if isinstance(value, datetime) else value

    def clean(self, value: Any) -> datetime | None:
        text = " ".join(str(super().clean(value) or "").replace("T", " ").split())
        if not text:
            return None
        day, _, hour = text.rpartition(" ")
        try:
            clock = time.fromisoformat(hour.replace(".", ":"))
            return datetime.combine(parse_date(day), clock, WITA)
        except ValueRefused as refusal:
            raise ValidationError(refusal.message) from None
        except ValueError:
            raise ValidationError("Tulis tanggal dan jam, misalnya 10/12/2026 09.30.") from None


class Scan(forms.FileField):
    """A file; `documents.uploads` judges it, so an empty one gets its sentence too."""

    def __init__(self, **options: Any) -> None:
        widget = forms.FileInput(attrs={"accept": ".pdf,.jpg,.jpeg,.png"})
        super().__init__(allow_empty_file=True, widget=widget, **options)


def _clean(text: str, *, longest: int, lines: bool) -> str:
    try:
        return clean_text(text, printable=allowed, max_length=longest, lines=lines)
    except ValueRefused as refusal:
        raise ValidationError(refusal.message) from None
