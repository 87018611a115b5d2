"""Fields as officers type them: lines, paragraphs, lists, days, and files that are not lost on an error."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django import forms
from django.core import signing
from django.core.exceptions import ValidationError

from muara.documents.models import Blob
from muara.documents.repertoire import allowed
from muara.documents.uploads import UploadRefused, accept
from muara.people.models import WITA
from muara.sop.values import ValueRefused, clean_text, parse_date

LINE, PARAGRAPH = 160, 4000
SLIP = signing.Signer(salt="muara.kept-upload")


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


class ScanInput(forms.FileInput):
    """The control of a scan: beside it the name of a file that was kept, and the slip that fetches it."""

    template_name = "django/forms/widgets/scan.html"
    kept = slip = ""

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["widget"] |= {"kept": self.kept, "slip": self.slip, "slip_name": slip_of(name)}
        return context


class Scan(forms.FileField):
    """A file; `documents.uploads` judges it, so an empty one gets its sentence too."""

    def __init__(self, **options: Any) -> None:
        widget = ScanInput(attrs={"accept": ".pdf,.jpg,.jpeg,.png"})
        super().__init__(allow_empty_file=True, widget=widget, **options)


def slip_of(name: str) -> str:
    """Name the hidden input that says which file was kept for a scan."""
    return f"{name}_kept"


@dataclass(frozen=True, slots=True)
class Kept:
    """A file that an earlier try of a form handed in."""

    blob: Blob
    filename: str
    slip: str


class ScanForm(forms.Form):
    """A form whose scans are kept when it is refused, and are blobs once it is clean.

    `at` is the moment of the request; `owner` says what the files are for: a slip of another is not taken.
    `lenient` names fields that the page asks for and a posted form may still leave empty: the act, or the
    form's own `clean`, says when they are needed.
    """

    at: datetime
    owner: str
    lenient: Collection[str] = ()

    @property
    def scans(self) -> list[str]:
        return [name for name, field in self.fields.items() if isinstance(field, Scan)]

    @property
    def kept(self) -> dict[str, Kept]:
        """The kept files by the name of their field."""
        if not hasattr(self, "_kept"):
            self._kept: dict[str, Kept] = {}
        return self._kept

    def recall(self, said: Mapping[str, Any]) -> None:
        """Take the files whose slips come with what was typed before."""
        for name in self.scans:
            if (kept := self._read(said.get(self.add_prefix(slip_of(name))))) is not None:
                self._hold(name, kept)

    def full_clean(self) -> None:
        """Judge the form; a scan that was kept need not be chosen again."""
        self.recall(self.data)
        may_lack = {*self.kept, *self.lenient}
        spared = [field for name, field in self.fields.items() if name in may_lack and field.required]
        for field in spared:
            field.required = False
        super().full_clean()
        for field in spared:
            field.required = True

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for name in self.scans:
            cleaned[name] = self._take(name, cleaned.get(name))
        return cleaned

    def _take(self, name: str, upload: Any) -> Blob | None:
        if upload is not None:
            try:
                accepted = accept(upload, at=self.at)
            except UploadRefused as refusal:
                self.add_error(name, refusal.message)
                return None
            said = {"owner": self.owner, "sha256": accepted.blob.sha256, "name": accepted.filename}
            self._hold(name, Kept(accepted.blob, accepted.filename, SLIP.sign_object(said)))
        return self.kept[name].blob if name in self.kept else None

    def _read(self, slip: object) -> Kept | None:
        try:
            said = SLIP.unsign_object(str(slip or ""))
        except signing.BadSignature:
            return None
        blob = Blob.objects.filter(sha256=said["sha256"]).first() if said["owner"] == self.owner else None
        return Kept(blob, said["name"], str(slip)) if blob is not None else None

    def _hold(self, name: str, kept: Kept) -> None:
        """Keep a file: beside its control, and with what was typed."""
        self.kept[name] = kept
        widget = self.fields[name].widget
        assert isinstance(widget, ScanInput)
        widget.kept, widget.slip = kept.filename, kept.slip
        if self.is_bound:
            data: Any = self.data.copy() if hasattr(self.data, "copy") else dict(self.data)
            data[self.add_prefix(slip_of(name))] = kept.slip
            self.data = data


def _clean(text: str, *, longest: int, lines: bool) -> str:
    try:
        return clean_text(text, printable=allowed, max_length=longest, lines=lines)
    except ValueRefused as refusal:
        raise ValidationError(refusal.message) from None
