"""Verifying, asking for a repair, sending to the agency (SOP steps 7, 8 and 9)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from django import forms

from muara.cases.actions import Stamp
from muara.cases.models import Correction, Task
from muara.cases.queries import open_correction
from muara.documents.indonesian import tanggal
from muara.people.models import Office, User, office_day
from muara.steps.actions import verification
from muara.steps.forms.checklist import ChecklistForm
from muara.steps.forms.fields import Day, Line, Scan
from muara.steps.forms.rows import filled
from muara.steps.forms.step import MORE, RowsForm, StepForm


class ReferralRow(forms.Form):
    """One more recommendation to ask for, where the permit needs several."""

    agency = forms.ModelChoiceField(
        label="OPD yang dituju", queryset=Office.objects.none(), empty_label="Pilih OPD", required=False
    )
    subject = Line(label="Jenis pertek", longest=200, required=False)
    letter_number = Line(label="Nomor surat pengantar", longest=80, required=False)
    letter_date = Day(label="Tanggal surat", required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        choice = self.fields["agency"]
        assert isinstance(choice, forms.ModelChoiceField)
        choice.queryset = Office.objects.filter(kind=Office.Kind.AGENCY)


ReferralRows = forms.formset_factory(ReferralRow, extra=1, max_num=10, absolute_max=10)


class Verify(ChecklistForm, RowsForm):
    """Step 7: complete: which recommendation is needed, of which agency (remark 2); else back through CS."""

    row_sets: ClassVar[Mapping[str, Any]] = {"more": ReferralRows}
    agency = forms.ModelChoiceField(
        label="OPD yang dituju", queryset=Office.objects.none(), empty_label="Pilih OPD"
    )
    subject = Line(label="Jenis pertek yang diminta", longest=200)
    letter_number = Line(
        label="Nomor surat pengantar",
        longest=80,
        help_text="Dari buku agenda surat keluar.",
    )
    letter_date = Day(label="Tanggal surat pengantar", help_text="Misalnya 10/12/2026.")

    request_fields = ("agency", "subject", "letter_number", "letter_date")
    asked = request_fields

    def __init__(self, task: Task, *, at: datetime, **options: Any) -> None:
        super().__init__(task, at=at, **options)
        agencies = Office.objects.filter(kind=Office.Kind.AGENCY)
        choice = self.fields["agency"]
        assert isinstance(choice, forms.ModelChoiceField)
        choice.queryset = agencies
        self.sent_before = list(task.case.referrals.select_related("agency"))
        subjects = [item.subject for item in self.sent_before]
        about = task.case.process.title.removeprefix("Izin ").lower()
        self.fields["subject"].initial = subjects[-1] if subjects else f"rekomendasi teknis {about}"
        if self.sent_before:
            choice.help_text = "Kosongkan OPD, nomor, dan tanggal bila surat yang dahulu tetap dipakai."
        else:
            choice.initial = agencies.first() if agencies.count() == 1 else None
            self.fields["letter_date"].initial = self.today

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if MORE not in self.data and self.refers and (not self.sent_before or self._asks()):
            self.require(*self.request_fields)
        for number, row in enumerate(self.more(), start=1):
            if not row.is_valid() or not all(row.cleaned_data.get(name) for name in self.request_fields):
                self.add_error(None, f"Permintaan lain, baris {number}: isi keempat kolomnya.")
        return cleaned

    def more(self) -> list[forms.Form]:
        """The rows of further requests that something was typed into."""
        return [row for row in self.rows["more"] if filled(row) or row["agency"].value()]

    def referrals(self) -> list[verification.Request]:
        """Every recommendation that is asked for now."""
        told = [self.cleaned_data] if self._asks() else []
        told += [row.cleaned_data for row in self.more()]
        return [verification.Request(**{name: one[name] for name in self.request_fields}) for one in told]

    @property
    def refers(self) -> bool:
        """The file goes to an agency, so a cover letter may be needed."""
        return self.chosen == "complete"

    def _asks(self) -> bool:
        """A kind alone asks for nothing: it is proposed."""
        return any(self.cleaned_data.get(name) for name in ("agency", "letter_number", "letter_date"))

    @property
    def closing(self) -> list[forms.BoundField]:
        return [field for field in super().closing if field.name not in self.request_fields]

    @property
    def request(self) -> list[forms.BoundField]:
        """The fields of the cover letter."""
        return [self[name] for name in self.request_fields]

    def carry_out(self, *, by: User, at: datetime, stamp: Stamp) -> object:
        return verification.verify(
            self.task,
            outcome=self.chosen,
            marks=self.marks(),
            requests=self.referrals() if self.refers else [],
            by=by,
            at=at,
            note=self.note_text,
            stamp=stamp,
        )


class Correct(StepForm):
    """Step 8: the mended file goes back to the verifier."""

    def answered(self) -> list[Correction]:
        """The rounds that the applicant answered during this task, the last first."""
        rows = self.task.case.corrections.filter(answered_at__gte=self.task.opened_at)
        return list(rows.order_by("-number"))

    @property
    def blocked(self) -> str:
        pending = open_correction(self.task.case)
        if pending is not None and pending.sent_at is not None:
            return (
                f"Permintaan ada pada pemohon sejak {tanggal(office_day(pending.sent_at))}. "
                "Pantau jawabannya; berkas diserahkan ke verifikasi sesudah pemohon menjawab."
            )
        if pending is not None or not self.answered():
            return "Sampaikan permintaan kepada pemohon lebih dahulu."
        return ""

    def carry_out(self, *, by: User, at: datetime, stamp: Stamp) -> object:
        return verification.hand_back(self.task, by=by, at=at, note=self.note_text, stamp=stamp)


class Deliver(StepForm):
    """Step 9: the letter and the file are handed to the agency, and its receipt is brought back."""

    template = "desk/steps/deliver.html"
    receiver = Line(
        label="Diterima di OPD oleh",
        help_text="Nama penerima sesuai bukti tanda terima.",
        longest=120,
    )
    receipt_scan = Scan(label="Pindaian bukti tanda terima", help_text="PDF, JPEG, atau PNG.", required=False)

    def carry_out(self, *, by: User, at: datetime, stamp: Stamp) -> object:
        return verification.deliver(
            self.task,
            receiver=self.cleaned_data["receiver"],
            receipt_scan=self.cleaned_data["receipt_scan"],
            by=by,
            at=at,
            note=self.note_text,
            stamp=stamp,
        )
