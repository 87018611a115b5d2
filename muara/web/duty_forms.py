"""What a permit's holder types after the permit: the daily log, a month of it, production, certificates."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from muara.cases.actions import Refused
from muara.compliance.actions.laboratory import Reported, Taken
from muara.compliance.actions.readings import Asked, Entry, NeedsReason, Unfit
from muara.compliance.arithmetic.limits import parameter
from muara.compliance.arithmetic.measured import exactly, read_measured
from muara.compliance.arithmetic.units import UNITS
from muara.compliance.models import Laboratory, Point, Reading
from muara.documents.indonesian import tanggal
from muara.documents.models import Blob
from muara.documents.uploads import Accepted
from muara.sop.values import ValueRefused, parse_decimal
from muara.steps.forms.fields import Day, Line, Moment, Scan, ScanForm

FLOW, PH = "flow", "ph"
KEPT_BLANK = "Nilai yang sudah dicatat tidak dapat dikosongkan. Tulis nilai yang benar."


class Amount(forms.CharField):
    """A number as people write it, with a comma; "1.000" is asked back."""

    def __init__(self, **options: Any) -> None:
        attrs = {"inputmode": "decimal", "autocomplete": "off", "class": "govuk-input--width-10"}
        super().__init__(widget=forms.TextInput(attrs=attrs), **options)

    def prepare_value(self, value: Any) -> Any:
        # Ungrouped: "1.200" would be asked back when the page is sent again.
        return exactly(value).replace(".", "") if isinstance(value, Decimal) else value

    def clean(self, value: Any) -> Decimal | None:
        text = str(super().clean(value) or "").strip()
        if not text:
            return None
        try:
            return parse_decimal(text)
        except ValueRefused as refusal:
            raise ValidationError(refusal.message) from None


class Logged(Amount):
    """A value of the log: asked for, and it may come later in the day."""

    def validate(self, value: Any) -> None:
        """Take a blank as well."""


class Answering(forms.Form):
    """A form whose act may ask back: for a reason, or whether an odd value is right."""

    use_required_attribute = False
    reason = Line(
        label="Alasan perbaikan, bila nilai yang sudah disimpan diganti",
        longest=300,
        required=False,
        help_text="Nilai yang lama tetap tersimpan bersama alasan ini.",
    )
    sure = forms.BooleanField(label="Ya, nilai yang ditanyakan itu benar", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asked: dict[str, Sequence[str]] = {}
        self.wants_reason = bool(self.data.get("reason"))
        self.wants_answer = bool(self.data.get("sure"))

    def take_back(self, refusal: Refused) -> None:
        """Put what an act refused where it was typed, and show what it asks for."""
        places: Mapping[str, Sequence[str]] = {}
        if isinstance(refusal, NeedsReason):
            self.wants_reason = True
            places = {place: [sentence] for place, sentence in refusal.errors.items()}
        elif isinstance(refusal, Unfit):
            places = {place: [sentence] for place, sentence in refusal.errors.items()}
        elif isinstance(refusal, Asked):
            self.wants_answer, places = True, refusal.questions
        for place, sentences in places.items():
            name = next((name for name in self.fields if name == place or name.startswith(f"{place}.")), None)
            for sentence in sentences:
                self.add_error(name, sentence)


class LogForm(Answering):
    """Days of the log, a flow and a pH each; `rows` are place, label, point, day and what is there."""

    def __init__(self, rows: Sequence[LogRow], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rows = rows
        for row in rows:
            for name, label, there in (
                (FLOW, "Debit (m³/hari)", row.reading and row.reading.flow),
                (PH, "pH", row.reading and row.reading.ph),
            ):
                said = f"{label}, {row.label}" if row.label else label
                self.fields[f"{row.place}.{name}"] = Logged(label=said, initial=there)
        self.order_fields([name for name in self.fields if name not in ("reason", "sure")])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        for row in self.rows:
            for name in (FLOW, PH):
                place = f"{row.place}.{name}"
                if self.fields[place].initial is not None and data.get(place, "") is None:
                    self.add_error(place, KEPT_BLANK)
        return data

    @property
    def entries(self) -> list[Entry]:
        return [
            Entry(
                row.point.pk,
                row.day,
                self.cleaned_data.get(f"{row.place}.{FLOW}"),
                self.cleaned_data.get(f"{row.place}.{PH}"),
                place=row.place,
            )
            for row in self.rows
        ]

    def controls(self, row: LogRow) -> tuple[forms.BoundField, forms.BoundField]:
        return self[f"{row.place}.{FLOW}"], self[f"{row.place}.{PH}"]

    @property
    def lines(self) -> list[tuple[LogRow, forms.BoundField, forms.BoundField]]:
        """Each row with its two controls."""
        return [(row, *self.controls(row)) for row in self.rows]


class LogRow:
    """A day at a point, as a form shows it."""

    def __init__(self, point: Point, day: date, reading: Reading | None, *, place: str, label: str) -> None:
        self.point, self.day, self.reading, self.place, self.label = point, day, reading, place, label


def rows_of_day(points: Iterable[tuple[Point, Reading | None]], day: date) -> list[LogRow]:
    points = list(points)
    return [
        LogRow(point, day, reading, place=f"p{point.pk}", label=point.name if len(points) > 1 else "")
        for point, reading in points
    ]


def rows_of_month(point: Point, days: Iterable[tuple[date, Reading | None]]) -> list[LogRow]:
    return [LogRow(point, day, reading, place=f"d{day:%d}", label=tanggal(day)) for day, reading in days]


class ProductionForm(Answering):
    """A month's production."""

    tons = Amount(label="Produksi bulan ini (ton)", error_messages={"required": "Isi produksinya dalam ton."})
    field_order = ("tons", "reason")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["sure"]


class CertificateForm(Answering, ScanForm):
    """A certificate with one sample: a line for every parameter that is limited at its point.

    A second sample of the same certificate is entered with a certificate number of its own.
    """

    def __init__(
        self,
        point: Point,
        parameters: Sequence[tuple[str, str]],
        *args: Any,
        owner: str,
        at: datetime,
        laboratories: Sequence[Laboratory],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.owner, self.at, self.point = owner, at, point
        self.parameters = list(parameters)
        self.laboratories = {str(row.pk): row for row in laboratories}
        required = {"required": "Isi bagian ini."}
        self.fields["taken_at"] = Moment(label="Waktu pengambilan contoh (WITA)", error_messages=required)
        self.fields["taken_by"] = Line(label="Petugas pengambil contoh", longest=120, error_messages=required)
        self.fields["laboratory"] = forms.ChoiceField(
            label="Laboratorium teregistrasi",
            choices=[
                ("", "Pilih laboratorium"),
                *((key, row.name) for key, row in self.laboratories.items()),
            ],
            error_messages={"required": "Pilih laboratorium.", "invalid_choice": "Pilih dari daftar."},
        )
        self.fields["number"] = Line(label="Nomor sertifikat", longest=80, error_messages=required)
        self.fields["dated"] = Day(label="Tanggal sertifikat", error_messages=required)
        self.fields["method"] = Line(
            label="Metode uji, bila sama untuk semua parameter", longest=120, required=False
        )
        for key, unit in self.parameters:
            name = parameter(key).name
            self.fields[f"r_{key}"] = forms.CharField(
                label=f"{name} ({unit})" if unit else name,
                required=False,
                max_length=40,
                widget=forms.TextInput({"autocomplete": "off", "class": "govuk-input--width-10"}),
            )
            self.fields[f"m_{key}"] = Line(label=f"Metode uji {name}", longest=120, required=False)
        self.fields["file"] = Scan(label="Sertifikat (PDF)", error_messages={"required": "Unggah PDF-nya."})
        self.order_fields([name for name in self.fields if name not in ("reason", "sure")])

    @property
    def head(self) -> list[forms.BoundField]:
        names = ("taken_at", "taken_by", "laboratory", "number", "dated", "method")
        return [self[name] for name in names]

    @property
    def lines(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        return [(self[f"r_{key}"], self[f"m_{key}"]) for key, _ in self.parameters]

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        for key, unit in self.parameters:
            text = str(data.get(f"r_{key}") or "").strip()
            if not text:
                continue
            try:
                data[f"v_{key}"] = read_measured(text, unit=unit)
            except ValueRefused as refusal:
                self.add_error(f"r_{key}", refusal.message)
            if not (data.get(f"m_{key}") or data.get("method")):
                self.add_error(f"m_{key}", "Isi metode uji seperti pada sertifikat.")
        return data

    @property
    def sample(self) -> Taken:
        said = self.cleaned_data
        return Taken(
            point=self.point.pk,
            at=said["taken_at"],
            by=said["taken_by"],
            results=[
                Reported(
                    key, said[f"v_{key}"], said.get(f"m_{key}") or said.get("method") or "", place=f"r_{key}"
                )
                for key, _ in self.parameters
                if f"v_{key}" in said
            ],
            place="taken_at",
        )

    @property
    def accepted(self) -> Accepted:
        kept = self.kept["file"]
        blob: Blob = kept.blob
        return Accepted(blob, kept.filename, blob.media_type, blob.pages or 0)


class LaboratoryForm(forms.Form):
    """A laboratory and its registration, as the office enters it."""

    use_required_attribute = False
    name = Line(label="Nama laboratorium", error_messages={"required": "Isi namanya."})
    registration = Line(
        label="Nomor registrasi", longest=80, error_messages={"required": "Isi nomor registrasinya."}
    )
    registered_from = Day(label="Teregistrasi sejak", error_messages={"required": "Isi tanggalnya."})
    registered_to = Day(label="Teregistrasi sampai", error_messages={"required": "Isi tanggalnya."})


def units_of(limits: Mapping[str, str]) -> list[tuple[str, str]]:
    """Parameters to type results of, each with the unit to type them in: the limit's, if it is readable."""
    return [(key, unit if unit in UNITS else parameter(key).unit) for key, unit in limits.items()]
