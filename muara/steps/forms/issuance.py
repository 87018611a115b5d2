"""Numbering, handing over, receiving (SOP steps 16, 17 and 18)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms

from muara.cases.actions import Stamp
from muara.cases.models import Draft, Task
from muara.cases.queries import latest_submission, submitted
from muara.people.models import User
from muara.permits.queries import decision_of
from muara.sop.definition import Outcome
from muara.steps.actions import issuance
from muara.steps.actions.approval import decree
from muara.steps.forms.fields import Line, Scan
from muara.steps.forms.step import ActForm, StepForm

CAPACITIES = [("Pemohon", "Pemohon sendiri"), ("Penerima kuasa", "Penerima kuasa (membawa surat kuasa)")]


class AssignNumber(ActForm):
    """Step 16.a: the next number and today's date, to be written and stamped by hand."""

    slug, activities = "nomor", frozenset({"number"})
    comes_first, done = True, "Nomor diberikan. Tulis dan stempel pada surat."
    template = "desk/steps/assign_number.html"
    title = "16.a Beri nomor dan tanggal pengesahan"
    button = "Ambil nomor"

    @classmethod
    def offered(cls, task: Task) -> bool:
        return decision_of(task.case_id) is None

    def carry_out(self, *, by: User, at: datetime, stamp: Stamp) -> object:
        return issuance.assign_number(self.task, by=by, at=at, stamp=stamp)


class Number(StepForm):
    """Step 16.b–d: the final checklist and the scan of the signed, numbered, stamped original."""

    template = "desk/steps/number.html"
    checked = forms.MultipleChoiceField(
        label="Checklist akhir (16.b dan 16.c)",
        widget=forms.CheckboxSelectMultiple,
    )
    scan = Scan(
        label="Pindaian surat keputusan asli",
        help_text="Sudah bertanda tangan, bernomor, bertanggal, dan bercap. PDF, JPEG, atau PNG.",
    )
    asked = ("checked", "scan")
    aside = "Checklist akhir tidak terpenuhi: kembalikan kepada kepala dinas"

    def __init__(self, task: Task, *, at: datetime, **options: Any) -> None:
        super().__init__(task, at=at, **options)
        self.decision = decision_of(task.case_id)
        if self.decision is None:
            del self.fields["checked"], self.fields["scan"]
            return
        choice = self.fields["checked"]
        assert isinstance(choice, forms.MultipleChoiceField)
        choice.choices = [(item.key, item.label) for item in task.case.process.final_checklist]

    def outcomes(self) -> tuple[Outcome, ...]:
        """Once it has its number a decree does not go back."""
        offered = self.task.step.outcomes
        wanted = "forward" if decision_of(self.task.case_id) is not None else "return"
        return tuple(item for item in offered if item.kind == wanted)

    def carry_out(self, *, by: User, at: datetime, stamp: Stamp) -> object:
        if not self.is_forward():
            return issuance.return_to_head(self.task, note=self.note_text, by=by, at=at, stamp=stamp)
        return issuance.issue(
            self.task,
            scan=self.cleaned_data["scan"],
            checked=self.cleaned_data["checked"],
            by=by,
            at=at,
            note=self.note_text,
            stamp=stamp,
        )


class HandOver(StepForm):
    """Step 17: the permit goes to the right person, against the receipt; rights and duties are told."""

    template = "desk/steps/number.html"
    receiver = Line(label="Nama yang mengambil", longest=120)
    capacity = forms.ChoiceField(
        label="Sebagai", choices=CAPACITIES, initial="Pemohon", widget=forms.RadioSelect
    )
    identity = Line(
        label="Bukti diri yang diperiksa",
        help_text="Misalnya KTP; untuk penerima kuasa: KTP dan surat kuasa pengurusan.",
        longest=120,
    )
    brought_receipt = forms.BooleanField(
        label="Bukti pengambilan (tanda terima berkas) sudah diterima", required=False
    )
    told_duties = forms.BooleanField(
        label="Isi keputusan sudah disampaikan: hak dan kewajiban, termasuk kepada OPD; atau upaya hukumnya",
        required=False,
    )

    def __init__(self, task: Task, *, at: datetime, **options: Any) -> None:
        super().__init__(task, at=at, **options)
        self.decision = decision_of(task.case_id)
        refused = self.decision is not None and self.decision.kind == Draft.Kind.REFUSAL
        self.remedies = decree(self.decision.draft)["remedies"] if self.decision and refused else ()
        values: Any = submitted(latest_submission(task.case))["values"]
        self.fields["receiver"].initial = values.get("applicant_name", "")

    def carry_out(self, *, by: User, at: datetime, stamp: Stamp) -> object:
        said = {
            name: self.cleaned_data[name]
            for name in ("receiver", "capacity", "identity", "brought_receipt", "told_duties")
        }
        return issuance.hand_over(self.task, by=by, at=at, note=self.note_text, stamp=stamp, **said)


class Receive(StepForm):
    """Step 18, for somebody without an account: the counter notes that the permit was received."""

    template = "desk/steps/number.html"

    def __init__(self, task: Task, *, at: datetime, **options: Any) -> None:
        super().__init__(task, at=at, **options)
        self.decision = decision_of(task.case_id)

    def carry_out(self, *, by: User, at: datetime, stamp: Stamp) -> object:
        return issuance.confirm_receipt(self.task, by=by, at=at, note=self.note_text, stamp=stamp)
