"""The agency's signed letter and, typed, its terms (SOP step 10; PP 22/2021, Pasal 253)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.utils.datastructures import MultiValueDict

from muara.cases.actions import Refused, Stamp
from muara.cases.models import Recommendation, Referral, Task
from muara.cases.queries import latest_submission, submitted
from muara.cases.terms import LimitKind, PointKind, Terms, TermsRefused, clean_terms, read_terms
from muara.documents.repertoire import allowed
from muara.people.models import User, office_day
from muara.sop.values import ValueRefused, clean_text
from muara.steps.actions import review
from muara.steps.forms.fields import Day, Items, Line, Scan
from muara.steps.forms.step import MORE, ActForm, StepForm

# PP 22/2021, Pasal 253 huruf f: a start for the agency's own words, never a limit.
OBLIGATIONS = (
    "Memantau air limbah di titik penaatan",
    "Memantau mutu air laut di titik pantau",
    "Melaporkan hasil pemantauan air limbah dan air laut",
    "Memisahkan saluran air limbah dari saluran air hujan",
    "Menyalurkan air limbah melalui saluran yang kedap air",
    "Memasang alat ukur debit atau alat ukur lain yang setara",
    "Memiliki dan menjalankan sistem tanggap darurat IPAL",
    "Memiliki dan menjalankan sistem penanggulangan keadaan darurat pencemaran laut",
)
PROHIBITIONS = (
    "Membuang air limbah sekaligus dalam 1 (satu) kali pembuangan",
    "Mengencerkan air limbah untuk menaati baku mutu",
    "Membuang air limbah di luar titik penaatan",
)
# The form's keys for what the applicant named (docs/glossary.md); a form without them starts empty.
NAMED_POINTS = (
    (PointKind.COMPLIANCE, "compliance_name", "compliance_coordinate"),
    (PointKind.DISCHARGE, "outfall_name", "outfall_coordinate"),
)
SPARE = 3
PLACES = {"limits": "Baku mutu", "points": "Titik"}


class LimitRow(forms.Form):
    """One parameter; numbers stay text here, `cases.terms` reads them."""

    parameter = forms.CharField(label="Parameter", required=False)
    kind = forms.ChoiceField(
        label="Jenis batas", choices=[(kind.value, kind.label) for kind in LimitKind], required=False
    )
    low = forms.CharField(label="Paling rendah", required=False)
    high = forms.CharField(label="Paling tinggi", required=False)
    unit = forms.CharField(label="Satuan", required=False)
    load = forms.CharField(label="Beban (kg/hari)", required=False)
    basis = forms.CharField(label="Dasar", required=False)


class PointRow(forms.Form):
    """One named place."""

    kind = forms.ChoiceField(
        label="Jenis titik", choices=[(kind.value, kind.label) for kind in PointKind], required=False
    )
    name = forms.CharField(label="Nama", required=False)
    latitude = forms.CharField(label="Lintang (LU/LS)", required=False)
    longitude = forms.CharField(label="Bujur (BT)", required=False)


LimitRows = forms.formset_factory(LimitRow, extra=SPARE, max_num=200, absolute_max=200)
PointRows = forms.formset_factory(PointRow, extra=SPARE, max_num=100, absolute_max=100)


class Review(StepForm):
    """Step 10: recommended: letter, scan and terms; unfit: only the reason."""

    template = "desk/steps/review.html"
    wide: ClassVar[bool] = True
    letter_number = Line(label="Nomor surat rekomendasi", longest=80)
    letter_date = Day(label="Tanggal surat", help_text="Misalnya 10/12/2026.")
    signed_by_name = Line(label="Ditandatangani oleh")
    scan = Scan(label="Surat rekomendasi yang sudah ditandatangani", help_text="PDF, JPEG, atau PNG.")
    flow_per_day = forms.CharField(
        label="Debit maksimum (m³/hari)",
        widget=forms.TextInput(attrs={"class": "govuk-input--width-10", "inputmode": "decimal"}),
    )
    flow_per_hour = forms.CharField(
        label="Debit maksimum (m³/jam)",
        required=False,
        widget=forms.TextInput(attrs={"class": "govuk-input--width-10", "inputmode": "decimal"}),
    )
    obligations = Items(
        label="Kewajiban",
        rows=14,
        help_text="Satu baris satu butir. Usulan awal dari PP 22/2021 Pasal 253 huruf f dan bagian G SOP; "
        "sesuaikan dengan surat rekomendasi.",
    )
    prohibitions = Items(
        label="Larangan",
        rows=4,
        help_text="Satu baris satu butir. Usulan awal dari PP 22/2021 Pasal 253 huruf f.",
    )

    letter_fields = ("letter_number", "letter_date", "signed_by_name", "scan")
    flow_fields = ("flow_per_day", "flow_per_hour")
    list_fields = ("obligations", "prohibitions")
    asked = (*letter_fields, "flow_per_day", *list_fields)

    def __init__(
        self,
        task: Task,
        *,
        at: datetime,
        rows: Mapping[str, list[dict[str, Any]]] | None = None,
        **options: Any,
    ) -> None:
        super().__init__(task, at=at, rows=rows, **options)
        self.terms: Terms | None = None
        start = _start(task) if not self.is_bound and rows is None else {}
        for name in (*self.flow_fields, *self.list_fields):
            self.fields[name].initial = start.get(name, "")
        data = self.data if self.is_bound else None
        given = rows if rows is not None else start
        self.limits = LimitRows(data, prefix="limits", initial=given.get("limits"))
        self.points = PointRows(data, prefix="points", initial=given.get("points"))

    def said_rows(self) -> dict[str, list[dict[str, Any]]]:
        said = {name: [_said(row) for row in getattr(self, name) if _filled(row)] for name in PLACES}
        return super().said_rows() | said

    @classmethod
    def resume(cls, task: Task, *, at: datetime, typed: Mapping[str, list[str]]) -> ActForm:
        data = MultiValueDict({name: list(values) for name, values in typed.items()})
        return cls.with_more_rows(task, at=at, data=data)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if MORE in self.data or not self.is_forward():
            return cleaned
        self.require("letter_number", "letter_date", "signed_by_name")
        if cleaned.get("scan") is None and "scan" not in self.errors:
            self.add_error("scan", "Unggah surat rekomendasi yang sudah ditandatangani.")
        self._clean_terms()
        return cleaned

    def _clean_terms(self) -> None:
        self.limits.is_valid()
        self.points.is_valid()
        raw: dict[str, Any] = {
            name: self.cleaned_data.get(name) for name in (*self.flow_fields, *self.list_fields)
        }
        for name in PLACES:
            raw[name] = [_said(row) for row in getattr(self, name)]
        self._check_characters(raw)
        try:
            self.terms = clean_terms(raw)
        except TermsRefused as refusal:
            for place, message in refusal.errors.items():
                self._place(place, message)

    def _check_characters(self, raw: dict[str, Any]) -> None:
        """A name or unit that no letter can print is refused where it was typed."""
        for name in PLACES:
            for index, row in enumerate(raw[name]):
                for key, text in row.items():
                    try:
                        row[key] = clean_text(str(text), printable=allowed, max_length=200)
                    except ValueRefused as refusal:
                        self._place(f"{name}.{index}.{key}", refusal.message)

    def _place(self, place: str, message: str) -> None:
        """Put an error at its cell, and name the cell in the summary; a list's own error heads the form."""
        name, *cell = place.split(".")
        if name in self.fields:
            self.add_error(name, message)
        elif cell:
            row = getattr(self, name)[int(cell[0])]
            row.add_error(cell[1], message)
            label = str(row.fields[cell[1]].label)
            self.add_error(
                None, f"{PLACES[name]}, baris {int(cell[0]) + 1}, {label[:1].lower()}{label[1:]}: {message}"
            )
        else:
            self.add_error(None, f"{PLACES[name]}: {message}")

    def section(self, names: tuple[str, ...]) -> Iterator[dict[str, Any]]:
        for name in names:
            yield {"field": self[name], "kept": self.kept.get(name, "")}

    def letter(self) -> Iterator[dict[str, Any]]:
        return self.section(self.letter_fields)

    def flows(self) -> Iterator[dict[str, Any]]:
        return self.section(self.flow_fields)

    def lists(self) -> Iterator[dict[str, Any]]:
        return self.section(self.list_fields)

    def closing(self) -> Iterator[dict[str, Any]]:
        return self.section(("outcome", "note"))

    def referral(self, by: User) -> Referral:
        """What was delivered to this person's agency; the last one, where there were several."""
        agencies = by.holdings.current(office_day(self.at)).filter(actor=self.task.actor).values("office")
        found = (
            self.task.case.referrals.filter(agency__in=agencies, delivered_at__isnull=False)
            .order_by("-made_at")
            .first()
        )
        if found is None:
            raise Refused("Berkas ini belum diserahkan kepada OPD Anda.")
        return found

    def carry_out(self, *, by: User, at: datetime, stamp: Stamp) -> object:
        if not self.is_forward():
            return review.find_unfit(
                self.task,
                outcome=self.chosen,
                asked=self.asked_items(),
                note=self.note_text,
                by=by,
                at=at,
                stamp=stamp,
            )
        assert self.terms is not None
        return review.recommend(
            self.task,
            referral=self.referral(by),
            letter_number=self.cleaned_data["letter_number"],
            letter_date=self.cleaned_data["letter_date"],
            signed_by_name=self.cleaned_data["signed_by_name"],
            scan=self.cleaned_data["scan"],
            terms=self.terms,
            by=by,
            at=at,
            note=self.note_text,
            stamp=stamp,
        )


def _said(row: forms.Form) -> dict[str, Any]:
    """A row as it was typed."""
    return {name: row[name].value() or "" for name in row.fields}


def _filled(row: forms.Form) -> bool:
    return any(str(value).strip() for name, value in _said(row).items() if name != "kind")


def _start(task: Task) -> dict[str, Any]:
    """What the form begins with: the recommendation before, else the applicant's points and suggestions."""
    previous = Recommendation.objects.filter(referral__case=task.case_id).order_by("-issued_at").first()
    if previous is not None:
        return _typed(read_terms(previous.terms))
    obligations = tuple(item.duty for item in task.case.process.requirements if item.duty)
    return {
        "points": list(_named_points(task)),
        "obligations": (*obligations, *OBLIGATIONS),
        "prohibitions": PROHIBITIONS,
    }


def _typed(terms: Terms) -> dict[str, Any]:
    """Terms as a person would type them."""
    limits = [
        {
            "parameter": limit.parameter,
            "kind": limit.kind.value,
            "low": limit.low.replace(".", ","),
            "high": limit.high.replace(".", ","),
            "unit": limit.unit,
            "load": limit.load.replace(".", ","),
            "basis": limit.basis,
        }
        for limit in terms.limits
    ]
    points = [
        {"kind": point.kind.value, "name": point.name, **_angles(point.latitude, point.longitude)}
        for point in terms.points
    ]
    return {
        "flow_per_day": terms.flow_per_day.replace(".", ","),
        "flow_per_hour": terms.flow_per_hour.replace(".", ","),
        "limits": limits,
        "points": points,
        "obligations": terms.obligations,
        "prohibitions": terms.prohibitions,
    }


def _named_points(task: Task) -> Iterator[dict[str, str]]:
    values: Any = submitted(latest_submission(task.case))["values"]
    for kind, name, coordinate in NAMED_POINTS:
        if place := values.get(coordinate):
            yield {"kind": kind.value, "name": values.get(name, ""), **_angles(**place)}
    for row in values.get("sea_points", ()):
        if place := row.get("coordinate"):
            yield {"kind": PointKind.SEA.value, "name": row.get("name", ""), **_angles(**place)}


def _angles(latitude: str, longitude: str) -> dict[str, str]:
    """Stored degrees as one may type them back: "0,504167 LU", "117,583333 BT"."""
    south = Decimal(latitude) < 0
    return {
        "latitude": f"{latitude.lstrip('+-').replace('.', ',')} {'LS' if south else 'LU'}",
        "longitude": f"{longitude.lstrip('+').replace('.', ',')} BT",
    }
