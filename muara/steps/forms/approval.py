"""Examining a draft, remarking on it, endorsing and deciding (SOP steps 12, 13 and 15)."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django import forms

from muara.cases.actions import AlreadyDone, Refused, Stamp
from muara.cases.changes import places
from muara.cases.models import CareActivity, SigningWay, Task
from muara.people.models import User
from muara.steps.actions import approval, drafting, examination, signing, signing_day
from muara.steps.forms.fields import Day, Paragraph, Scan
from muara.steps.forms.step import ActForm, StepForm

EXAMINING = frozenset({"endorse", "decide"})


def ask_clauses(form: ActForm, task: Task) -> None:
    """Let a form's `clauses` offer what the SOP asks a head to make sure of at this step."""
    clauses = task.case.revision.definition.document.clauses_of(task.step.examines)
    choice = form.fields["clauses"]
    assert isinstance(choice, forms.MultipleChoiceField)
    choice.choices = [(clause.id, clause.reading) for clause in clauses]
    if not clauses:
        del form.fields["clauses"]


class Examine(StepForm):
    """A head looks at exactly the draft that the page shows; its hash travels along."""

    template = "desk/steps/decree.html"
    draft_sha256 = forms.CharField(widget=forms.HiddenInput, required=False)
    clauses = forms.MultipleChoiceField(
        label="Yang sudah dipastikan (menurut keterangan SOP)",
        help_text="Semua harus ditandai sebelum draf diteruskan; tidak perlu bila dikembalikan.",
        widget=forms.CheckboxSelectMultiple,
    )
    asked: ClassVar[tuple[str, ...]] = ("clauses",)

    def __init__(self, task: Task, *, at: datetime, **options: Any) -> None:
        super().__init__(task, at=at, **options)
        current = drafting.latest_draft(task.case)
        self.fields["draft_sha256"].initial = current.sha256 if current else ""
        ask_clauses(self, task)

    @property
    def ticked(self) -> list[str]:
        return list(self.cleaned_data.get("clauses") or ())


class Endorse(Examine):
    """Steps 12 and 13: a head examines the draft and gives a paraf, or sends it back (12.a–12.e)."""

    advice = Paragraph(
        label="Pertimbangan dan saran untuk pimpinan berikutnya",
        help_text="Dibaca kepala yang memeriksa sesudah Anda (langkah 12.c dan 13.c).",
        rows=3,
        required=False,
    )

    def carry_out(self, *, by: User, at: datetime, stamp: Stamp) -> object:
        return approval.endorse(
            self.task,
            outcome=self.chosen,
            draft_sha256=self.cleaned_data["draft_sha256"],
            clauses=self.ticked,
            advice=self.cleaned_data["advice"],
            by=by,
            at=at,
            note=self.note_text,
            asked=self.asked_items(),
            stamp=stamp,
        )


class Decide(Examine):
    """Step 15: the head signs exactly the draft that this page showed, in ink or not, or sends it on."""

    passphrase = forms.CharField(
        label="Passphrase BSrE",
        help_text="Hanya diteruskan ke layanan BSrE untuk tanda tangan ini; tidak disimpan.",
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        strip=False,
        required=False,
    )
    never_kept = ("passphrase",)

    def __init__(self, task: Task, *, at: datetime, **options: Any) -> None:
        super().__init__(task, at=at, **options)
        self.way = signing.way_of(task.case, at=at)
        self.way_label = SigningWay.Way(self.way).label
        self.waiting = signing.waiting_signature(task.case)
        if self.way != SigningWay.Way.BSRE:
            del self.fields["passphrase"]

    @property
    def electronic(self) -> bool:
        return self.way != SigningWay.Way.INK

    def carry_out(self, *, by: User, at: datetime, stamp: Stamp) -> object:
        if self.electronic and self.chosen == "signed":
            return self._sign(by=by, at=at, stamp=stamp)
        return approval.decide(
            self.task,
            outcome=self.chosen,
            draft_sha256=self.cleaned_data["draft_sha256"],
            clauses=self.ticked,
            by=by,
            at=at,
            note=self.note_text,
            asked=self.asked_items(),
            stamp=stamp,
        )

    def _sign(self, *, by: User, at: datetime, stamp: Stamp) -> object:
        """Sign; a signature that does not come is no success, however often the same form is sent."""
        try:
            row = signing.sign(
                self.task,
                draft_sha256=self.cleaned_data["draft_sha256"],
                clauses=self.ticked,
                passphrase=self.cleaned_data.get("passphrase", ""),
                by=by,
                at=at,
                note=self.note_text,
                stamp=stamp,
            )
        except AlreadyDone:
            if (waiting := signing.waiting_signature(self.task.case)) is None:
                raise
            row = waiting
        if row.waits_for_signature:
            self.waiting = row
            raise Refused(
                f"Keputusan belum ditandatangani. {row.failure or 'Tanda tangannya sedang diproses.'} "
                "Tidak ada yang berubah; coba lagi sebentar lagi."
            )
        return row


class ReadThrough(ActForm):
    """Step 15, several on a day: the head has read exactly the draft that this page showed."""

    button = "Sudah saya baca, siap ditandatangani"
    draft_sha256 = forms.CharField(widget=forms.HiddenInput, required=False)
    clauses = forms.MultipleChoiceField(
        label="Yang sudah dipastikan (menurut keterangan SOP)",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Tandai setiap hal yang sudah Anda pastikan."},
    )

    def __init__(self, task: Task, *, at: datetime, **options: Any) -> None:
        super().__init__(task, at=at, **options)
        current = drafting.latest_draft(task.case)
        self.fields["draft_sha256"].initial = current.sha256 if current else ""
        self.way_label = SigningWay.Way(signing.way_of(task.case, at=at)).label
        ask_clauses(self, task)

    def carry_out(self, *, by: User, at: datetime, stamp: Stamp) -> None:
        said = self.cleaned_data
        signing_day.read_through(
            self.task,
            draft_sha256=said["draft_sha256"],
            clauses=said.get("clauses", ()),
            by=by,
            at=at,
            stamp=stamp,
        )


class Remark(ActForm):
    """Steps 12, 13 and 15: a remark pinned to a place of the draft; the drafter answers it."""

    slug, activities = "catatan", EXAMINING
    done = "Catatan disimpan pada draf."
    title = "Beri catatan pada draf"
    button = "Simpan catatan"
    place = forms.ChoiceField(label="Tempat dalam draf")
    text = Paragraph(label="Catatan", help_text="Apa yang harus diperbaiki atau dijelaskan.", rows=3)

    def __init__(self, task: Task, *, at: datetime, **options: Any) -> None:
        super().__init__(task, at=at, **options)
        current = drafting.latest_draft(task.case)
        choice = self.fields["place"]
        assert isinstance(choice, forms.ChoiceField)
        choice.choices = [(place, place) for place in places(drafting.decree(current))] if current else []

    def carry_out(self, *, by: User, at: datetime, stamp: Stamp) -> object:
        return examination.remark(
            self.task,
            place=self.cleaned_data["place"],
            text=self.cleaned_data["text"],
            by=by,
            at=at,
            stamp=stamp,
        )


class TakeCare(ActForm):
    """Step 15.b: a further assurance before a decision that asks for special care; it moves nothing."""

    slug, activities = "pemastian", frozenset({"decide"})
    done = "Kegiatan pemastian dicatat."
    title = "Catat kegiatan pemastian (15.b)"
    button = "Catat kegiatan"
    kind = forms.ChoiceField(label="Kegiatan", choices=CareActivity.Kind.choices, widget=forms.RadioSelect)
    held_on = Day(label="Tanggal", help_text="Misalnya 10/12/2026.")
    participants = Paragraph(label="Yang terlibat", help_text="Satu baris satu orang atau lembaga.", rows=3)
    result = Paragraph(label="Hasil", rows=4)
    scan = Scan(label="Bukti kegiatan", help_text="PDF, JPEG, atau PNG.", required=False)

    def carry_out(self, *, by: User, at: datetime, stamp: Stamp) -> object:
        said = self.typed("kind", "held_on", "participants", "result", "scan")
        return examination.take_care(self.task, by=by, at=at, stamp=stamp, **said)
