"""Which cases, and which days, an overseer looks at."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms

from muara.records.board import LATE, SIDES, SOON, SOON_DAYS
from muara.records.periods import Period, between, semester, semesters, year
from muara.sop.definition import Step

FREE = "bebas"
SEMESTERS, YEARS = 6, 3  # that may be chosen by name
LONGEST = 366 * 5  # days


class CaseChoice(forms.Form):
    """Narrow the open cases; a choice that does not exist narrows nothing."""

    langkah = forms.ChoiceField(label="Langkah", required=False)
    tangan = forms.ChoiceField(label="Di tangan", required=False, choices=[("", "Siapa pun"), *SIDES.items()])
    keadaan = forms.ChoiceField(
        label="Batas waktu",
        required=False,
        choices=[("", "Semua"), (LATE, "Terlambat"), (SOON, f"Dalam {SOON_DAYS} hari kerja")],
    )

    def __init__(self, *args: Any, steps: Iterable[Step], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = self.fields["langkah"]
        assert isinstance(chosen, forms.ChoiceField)
        chosen.choices = [("", "Semua langkah"), *((s.key, f"{s.number}. {s.title}") for s in steps)]

    def narrowing(self) -> dict[str, str]:
        """What was chosen, by the name that the open tasks know it by."""
        self.is_valid()
        names = {"langkah": "step_key", "tangan": "court", "keadaan": "state"}
        return {names[key]: value for key, value in self.cleaned_data.items() if value}


class PeriodChoice(forms.Form):
    """A semester, a year, or any days; `unsaid` where nothing is said, else this semester."""

    periode = forms.ChoiceField(label="Periode", required=False)
    dari = forms.DateField(
        label="Dari (tanggal sendiri)",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": "Tulis tanggal mulai seperti 2026-01-31."},
    )
    sampai = forms.DateField(
        label="Sampai",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": "Tulis tanggal akhir seperti 2026-06-30."},
    )

    def __init__(self, said: Any, *, today: date, unsaid: Period | None = None) -> None:
        unsaid = unsaid or semester(today)
        super().__init__(said if said.get("periode") else {"periode": unsaid.key})
        halves = semesters(today, count=SEMESTERS)[::-1]
        whole = [year(today.year - back) for back in range(YEARS)]
        self.named = {period.key: period for period in (*halves, *whole)}
        chosen = self.fields["periode"]
        assert isinstance(chosen, forms.ChoiceField)
        chosen.choices = [
            *((key, period.label) for key, period in self.named.items()),
            (FREE, "Tanggal sendiri"),
        ]
        chosen.error_messages["invalid_choice"] = "Pilih salah satu periode dalam daftar."

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if self.errors:
            return data
        if data.get("periode") != FREE:
            if data.get("dari") or data.get("sampai"):
                self.add_error(
                    "periode", "Pilih “Tanggal sendiri” untuk memakai tanggalnya, atau kosongkan tanggalnya."
                )
            return data
        first, last = data.get("dari"), data.get("sampai")
        if first is None or last is None:
            self.add_error("dari", "Isi tanggal mulai dan tanggal akhir.")
        elif first > last:
            self.add_error("sampai", "Tanggal akhir harus sama dengan atau sesudah tanggal mulai.")
        elif (last - first).days >= LONGEST or not 2000 <= first.year <= last.year <= 2100:
            self.add_error("dari", "Pilih paling banyak lima tahun, antara tahun 2000 dan 2100.")
        return data

    def period(self) -> Period | None:
        """The days that were chosen; None where they make no sense, and the form says why."""
        if not self.is_valid():
            return None
        data = self.cleaned_data
        return self.named.get(data["periode"]) or between(data["dari"], data["sampai"])
