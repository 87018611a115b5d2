"""Checking, advising and registering (SOP steps 4, 5 and 6)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms

from muara.audit.models import Entry
from muara.cases.actions import Stamp
from muara.cases.models import AuthorityCheck, Case, Checklist, PaperCase, Task
from muara.cases.queries import Authority, approved_on_paper, authority_of
from muara.cases.rules import Doing
from muara.people.models import User
from muara.permits.queries import Lookalike, lookalikes
from muara.steps.actions import intake, registration
from muara.steps.forms.checklist import ChecklistForm
from muara.steps.forms.fields import Paragraph
from muara.steps.forms.powers import THEMSELF, WhoStands
from muara.steps.forms.step import ActForm, StepForm


class Check(ChecklistForm):
    """Step 4: the CS examines the file; "complete" is the CS's signature on the checklist (4.d, 4.e)."""

    template = "desk/steps/check.html"

    def lookalikes(self) -> list[Lookalike]:
        """Other cases and permits that may be the same: told, never refused."""
        return lookalikes(self.task.case, day=self.today)

    def carry_out(self, *, by: User, at: datetime, stamp: Stamp) -> object:
        return intake.check(
            self.task,
            outcome=self.chosen,
            marks=self.marks(),
            by=by,
            at=at,
            note=self.note_text,
            stamp=stamp,
        )


class DecideAuthority(ActForm):
    """Before step 6: what speaks against the province's authority needs a decision with its reason."""

    slug, activities = "kewenangan", frozenset({"check"})
    done = "Keputusan tentang kewenangan dicatat."
    title = "Putuskan kewenangan"
    button = "Catat keputusan"
    template = "desk/steps/authority.html"
    decision = forms.ChoiceField(
        label="Keputusan", choices=AuthorityCheck.Decision.choices, widget=forms.RadioSelect
    )
    reason = Paragraph(
        label="Alasan",
        help_text="Petugas berikutnya dan Kepala Dinas membacanya. Bila diarahkan ke instansi lain, berkas "
        "ditutup dan pemohon membaca alasan ini.",
    )
    apply_to = forms.CharField(
        label="Instansi yang berwenang",
        required=False,
        max_length=160,
        help_text="Hanya bila diarahkan ke instansi lain: disebut dalam surat kepada pemohon.",
    )

    @classmethod
    def offered(cls, task: Task) -> bool:
        return bool(authority_of(task.case).warnings)

    def authority(self) -> Authority:
        return authority_of(self.task.case)

    def carry_out(self, *, by: User, at: datetime, stamp: Stamp) -> object:
        return intake.decide_authority(
            self.task,
            decision=self.cleaned_data["decision"],
            reason=self.cleaned_data["reason"],
            apply_to=self.cleaned_data["apply_to"],
            by=by,
            at=at,
            stamp=stamp,
        )


class Advise(StepForm):
    """Step 5: the help desk explains, then the file goes back to the CS."""

    question = Paragraph(label="Masalah atau pertanyaan pemohon", rows=3)
    given = Paragraph(label="Penjelasan teknis yang diberikan", rows=6)

    def __init__(self, task: Task, *, at: datetime, **options: Any) -> None:
        super().__init__(task, at=at, **options)
        del self.fields["note"]
        asked = Entry.objects.filter(chain=task.case.chain, at=task.opened_at).values_list("note", flat=True)
        self.fields["question"].initial = asked.first() or ""

    def carry_out(self, *, by: User, at: datetime, stamp: Stamp) -> object:
        return intake.advise(
            self.task,
            question=self.cleaned_data["question"],
            given=self.cleaned_data["given"],
            by=by,
            at=at,
            stamp=stamp,
        )


class Register(StepForm):
    """Step 6: nothing is accepted without the CS's approval (remark 1); the applicant signs first (6.c)."""

    template = "desk/steps/register.html"
    signature = forms.CharField(required=False, widget=forms.HiddenInput)
    applicant_signed = forms.BooleanField(
        label="Pemohon sudah menandatangani bukti awal proses di kertas (langkah 6.c)", required=False
    )

    def __init__(self, task: Task, *, at: datetime, **options: Any) -> None:
        super().__init__(task, at=at, **options)
        self.stands = WhoStands(task.case.application, Doing.SIGN, label="Siapa yang menandatangani?")
        if self.stands.powers:
            self.fields["stands"] = self.stands
            self.fields["stands"].initial = THEMSELF

    def approval(self) -> Checklist | None:
        """The CS's signed checklist, for the counter to see."""
        return registration.cs_approval(self.task.case)

    def on_paper(self) -> PaperCase | None:
        """The approval that the CS signed on paper before the case was taken over."""
        return approved_on_paper(self.task.case)

    def told(self) -> str:
        number = Case.objects.values_list("registration_number", flat=True).get(pk=self.task.case_id)
        return f"Nomor registrasi {number}. Cetak tanda terima di bawah. " if number else ""

    def carry_out(self, *, by: User, at: datetime, stamp: Stamp) -> object:
        return registration.register(
            self.task,
            outcome=self.chosen,
            applicant_signed=self.cleaned_data["applicant_signed"],
            signature=self.cleaned_data["signature"],
            shown=self.stands.shown(self.cleaned_data),
            by=by,
            at=at,
            note=self.note_text,
            stamp=stamp,
        )
