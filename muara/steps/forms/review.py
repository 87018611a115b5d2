"""The agency's signed letter and, typed, its terms (SOP step 10; PP 22/2021, Pasal 253)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.db.models import Q

from muara.cases.actions import Stamp
from muara.cases.models import Recommendation, Task, Worksheet
from muara.cases.terms import LimitKind, PointKind, Terms, TermsRefused, clean_terms, lacking, read_terms
from muara.documents.repertoire import allowed
from muara.people.models import User
from muara.sop.values import ValueRefused, clean_text
from muara.steps.actions import paper, review
from muara.steps.actions.review import Verdict
from muara.steps.forms.fields import Day, Items, Line, Paragraph, Scan
from muara.steps.forms.referrals import answered_referral, offer_referrals, referral_of
from muara.steps.forms.rows import said
from muara.steps.forms.step import MORE, RowsForm, StepForm

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


class TermsForm(RowsForm):
    """Technical terms as they are typed: flows, limits, points, duties and prohibitions."""

    row_sets: ClassVar[Mapping[str, Any]] = {"limits": LimitRows, "points": PointRows}
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

    flow_fields = ("flow_per_day", "flow_per_hour")
    list_fields = ("obligations", "prohibitions")

    def __init__(self, task: Task, *, at: datetime, **options: Any) -> None:
        super().__init__(task, at=at, **options)
        self.terms: Terms | None = None

    @property
    def limits(self) -> Any:
        return self.rows["limits"]

    @property
    def points(self) -> Any:
        return self.rows["points"]

    def read_terms(self, *, partial: bool = False) -> None:
        """Read what was typed into `terms`, noting at each cell what cannot be read."""
        self.limits.is_valid()
        self.points.is_valid()
        raw: dict[str, Any] = {
            name: self.cleaned_data.get(name) for name in (*self.flow_fields, *self.list_fields)
        }
        for name in PLACES:
            raw[name] = [said(row) for row in self.rows[name]]
        self._check_characters(raw)
        try:
            self.terms = clean_terms(raw, partial=partial)
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
            row = self.rows[name][int(cell[0])]
            row.add_error(cell[1], message)
            label = str(row.fields[cell[1]].label)
            self.add_error(
                None, f"{PLACES[name]}, baris {int(cell[0]) + 1}, {label[:1].lower()}{label[1:]}: {message}"
            )
        else:
            self.add_error(None, f"{PLACES[name]}: {message}")

    def section(self, names: Iterable[str]) -> Iterator[forms.BoundField]:
        for name in names:
            if name in self.fields:
                yield self[name]

    def flows(self) -> Iterator[forms.BoundField]:
        return self.section(self.flow_fields)

    def lists(self) -> Iterator[forms.BoundField]:
        return self.section(self.list_fields)


class SubstanceForm(TermsForm):
    """What a recommendation says: verdict, then terms or reasons, and why something asked for is left out."""

    verdict = forms.ChoiceField(
        label="Pendapat OPD",
        choices=Recommendation.Verdict.choices,
        initial=Recommendation.Verdict.FOR,
        widget=forms.RadioSelect,
        help_text="Bila tidak mendukung, tuliskan alasannya dan kosongkan ketentuan teknis di bawah.",
    )
    reasons = Paragraph(
        label="Alasan tidak mendukung",
        help_text="Seperti tertulis dalam surat. Pemohon membacanya dalam keputusan penolakan.",
        rows=5,
    )
    partial = forms.BooleanField(
        label="Surat ini hanya mengenai sebagian ketentuan",
        help_text="Yang lain ditetapkan rekomendasi OPD lain. Kosongkan yang tidak dimuat surat ini.",
        required=False,
    )
    opinion_fields = ("verdict", "reasons", "partial")
    asked: ClassVar[tuple[str, ...]] = ("verdict", "reasons", "flow_per_day", *TermsForm.list_fields)

    def __init__(self, task: Task, *, at: datetime, **options: Any) -> None:
        self.asked_for = review.asked_for(task.case)
        self.is_shared = review.is_shared(task.case)
        super().__init__(task, at=at, **options)
        if not self.is_shared:
            del self.fields["partial"]
        for number in range(len(self.asked_for)):
            # Of several agencies one may say why something is left out that no other will settle either.
            if self.is_shared or _omission(number) in (self.data if self.is_bound else self.initial):
                self._ask_why(number)

    def begin(self) -> dict[str, Any]:
        return _start(self.task)

    def _ask_why(self, number: int) -> None:
        asked = self.asked_for[number]
        field = Line(label=f"Alasan tidak memuat {asked.name}", longest=400, required=False)
        self.fields.setdefault(_omission(number), field)

    def judge(self) -> None:
        """Read what was typed as terms or reasons, and ask why something asked for is left out."""
        if self.is_against:
            if not self.cleaned_data.get("reasons"):
                self.add_error("reasons", "Isian ini wajib diisi.")
            return
        self.read_terms(partial=self.is_partial)
        if self.terms is None or self.is_partial:
            return
        missing = lacking(self.terms, self.asked_for)
        for number, asked in enumerate(self.asked_for):
            if asked in missing and not self.cleaned_data.get(_omission(number)):
                self._ask_why(number)
                self.add_error(
                    _omission(number),
                    f"{asked.name} diminta dalam permohonan. Lengkapi ketentuannya, atau tuliskan alasannya.",
                )

    @property
    def is_partial(self) -> bool:
        """The letter leaves the rest of the terms to other agencies."""
        return bool(self.cleaned_data.get("partial"))

    @property
    def is_against(self) -> bool:
        """The agency advises against: reasons take the place of terms."""
        return self.cleaned_data.get("verdict") == Recommendation.Verdict.AGAINST

    def substance(self) -> review.Substance:
        """What the form says, for the act."""
        if self.is_against:
            return review.Substance(verdict=Verdict.AGAINST, reasons=self.cleaned_data["reasons"])
        missing = lacking(self.terms, self.asked_for) if self.terms else []
        return review.Substance(
            terms=self.terms,
            omitted={
                asked.name: reason
                for number, asked in enumerate(self.asked_for)
                if asked in missing and (reason := self.cleaned_data.get(_omission(number)))
            },
            partial=self.is_partial,
        )

    def opinion(self) -> Iterator[forms.BoundField]:
        return self.section(self.opinion_fields)

    def omissions(self) -> list[forms.BoundField]:
        """The reasons asked for what the terms leave out; none while nothing is left out."""
        return list(self.section(map(_omission, range(len(self.asked_for)))))


class LetterForm(SubstanceForm):
    """The agency's signed letter, and typed what it says."""

    letter_number = Line(label="Nomor surat rekomendasi", longest=80)
    letter_date = Day(label="Tanggal surat", help_text="Misalnya 10/12/2026.")
    signed_by_name = Line(label="Ditandatangani oleh")
    scan = Scan(label="Surat rekomendasi yang sudah ditandatangani", help_text="PDF, JPEG, atau PNG.")
    letter_fields = ("letter_number", "letter_date", "signed_by_name", "scan")


class CopyRecommendation(LetterForm):
    """Step 11 of a case taken over from paper there: what the agency recommended on paper."""

    template = "desk/steps/worksheet.html"
    slug, activities = "salin-rekomendasi", frozenset({"draft"})
    comes_first, done = True, "Rekomendasi dari kertas disalin. Bukukan penerimaannya untuk menetapkan H."
    title = "Salin rekomendasi teknis dari kertas"
    button = "Simpan salinan rekomendasi"
    saves: ClassVar[bool] = True
    asked = ("scan", *SubstanceForm.asked)

    @classmethod
    def offered(cls, task: Task) -> bool:
        return paper.referral_to_copy(task) is not None

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if MORE not in self.data:
            self.judge()
        return cleaned

    def about(self) -> Iterator[forms.BoundField]:
        return self.section(self.letter_fields)

    def carry_out(self, *, by: User, at: datetime, stamp: Stamp) -> object:
        return paper.copy_recommendation(
            self.task, **self.typed(*self.letter_fields), said=self.substance(), by=by, at=at, stamp=stamp
        )


class Review(LetterForm, StepForm):
    """Step 10: recommended: letter, scan, and terms or reasons; unfit: only the reason."""

    template = "desk/steps/review.html"
    referral = answered_referral()
    asked = (*LetterForm.letter_fields, *SubstanceForm.asked)

    def __init__(self, task: Task, *, at: datetime, **options: Any) -> None:
        super().__init__(task, at=at, **options)
        offer_referrals(self)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if MORE in self.data or not self.is_forward():
            return cleaned
        self.require("letter_number", "letter_date", "signed_by_name")
        if cleaned.get("scan") is None and "scan" not in self.errors:
            self.add_error("scan", "Unggah surat rekomendasi yang sudah ditandatangani.")
        self.judge()
        return cleaned

    def due(self) -> list[str]:
        """What stands in the way of a recommendation now, of agencies that work here."""
        waiting = self.task.case.referrals.unanswered().select_related("agency")
        return [due for item in waiting if not item.agency.paper_only for due in review.what_is_due(item)]

    def letter(self) -> Iterator[forms.BoundField]:
        return self.section(("referral", *self.letter_fields))

    def closing(self) -> Iterator[forms.BoundField]:
        return self.section(("outcome", "note"))

    def told(self) -> str:
        """Say whose recommendation is still waited for: then the case has not moved."""
        waiting = [item.agency.short_name for item in self.task.case.referrals.unanswered()]
        return f"Masih menunggu rekomendasi: {', '.join(waiting)}. " if waiting else ""

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
        substance = self.substance()
        return review.recommend(
            self.task,
            referral=referral_of(self, by),
            **self.typed(*self.letter_fields),
            terms=substance.terms,
            verdict=substance.verdict,
            reasons=substance.reasons,
            omitted=substance.omitted,
            partial=substance.partial,
            by=by,
            at=at,
            note=self.note_text,
            stamp=stamp,
        )


def _omission(number: int) -> str:
    """The input that says why the n-th thing asked for is left out."""
    return f"omit_{number}"


def _start(task: Task) -> dict[str, Any]:
    """What the form begins with: what whoever has to answer said before, else what was applied for.

    That is its worksheet, or its recommendation that went back or that a newer letter asked for again.
    """
    waiting = task.case.referrals.unanswered()
    worksheet = Worksheet.objects.filter(referral__in=waiting).order_by("-made_at").first()
    if worksheet is not None:
        return _said_before(review.worksheet_substance(worksheet))
    theirs = Q(referral__in=waiting) | Q(referral__replaced_by__in=waiting)
    previous = Recommendation.objects.filter(theirs, verdict=Verdict.FOR).order_by("-issued_at").first()
    if previous is not None:
        return _said_before({"verdict": Verdict.FOR, "terms": previous.terms, "partial": previous.partial})
    obligations = tuple(item.duty for item in task.case.process.requirements if item.duty)
    return {
        "points": list(_named_points(task)),
        "obligations": (*obligations, *OBLIGATIONS),
        "prohibitions": PROHIBITIONS,
    }


def _said_before(told: Mapping[str, Any]) -> dict[str, Any]:
    opinion = {name: told[name] for name in ("verdict", "reasons", "partial") if name in told}
    return {**opinion, **(typed_terms(read_terms(told["terms"])) if told["terms"] else {})}


def typed_terms(terms: Terms) -> dict[str, Any]:
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
    """The places that the applicant named (the form's `proposes` marks)."""
    for asked in review.asked_for(task.case):
        if isinstance(asked.value, Mapping):
            place = asked.value
            angles = _angles(str(place["latitude"]), str(place["longitude"]))
            yield {"kind": asked.kind, "name": asked.name, **angles}


def _angles(latitude: str, longitude: str) -> dict[str, str]:
    """Stored degrees as one may type them back: "0,504167 LU", "117,583333 BT"."""
    south = Decimal(latitude) < 0
    return {
        "latitude": f"{latitude.lstrip('+-').replace('.', ',')} {'LS' if south else 'LU'}",
        "longitude": f"{longitude.lstrip('+').replace('.', ',')} BT",
    }
