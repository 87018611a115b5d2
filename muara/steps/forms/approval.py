"""Booking, drafting, endorsing, meeting, deciding (SOP steps 11 to 15)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms

from muara.cases.actions import Stamp, act, note_on
from muara.cases.models import Task
from muara.people.models import User
from muara.sop.definition import Outcome
from muara.steps.actions import approval
from muara.steps.forms.fields import Day, Items, Line, Paragraph, Scan
from muara.steps.forms.step import ActForm, StepForm
from muara.steps.letters import Wording, proposed_wording


class Monitor(ActForm):
    """Step 11.a: what the monitoring of the agency's work found; it moves nothing."""

    slug, activities, companion = "pantau", frozenset({"draft"}), True
    comes_first, done = True, "Pemantauan dicatat."
    title = "Catat pemantauan"
    button = "Catat pemantauan"
    note = Paragraph(
        label="Status kemajuan di OPD",
        help_text="Dengan siapa berkoordinasi, sampai mana pekerjaannya, kapan diperkirakan selesai.",
    )

    def carry_out(self, *, by: User, at: datetime, stamp: Stamp) -> object:
        with act(stamp):
            return note_on(
                self.task.pk,
                verb="draft.monitor",
                by=by,
                at=at,
                facts={},
                note=self.cleaned_data["note"],
                stamp=stamp,
            )


class ReceiveRecommendation(ActForm):
    """Step 11: the recommendation is booked; its day of receipt is H, day 0 of the limits."""

    slug, activities = "rekomendasi", frozenset({"draft"})
    comes_first, done = True, "Rekomendasi teknis dibukukan; H ditetapkan."
    template = "desk/steps/recommendation.html"
    title = "Bukukan penerimaan rekomendasi teknis"
    button = "Bukukan penerimaan"
    agenda_number = Line(label="Nomor agenda surat masuk", help_text="Dari buku agenda kantor.", longest=40)
    received_on = Day(
        label="Tanggal diterima di kantor (H)",
        help_text="Batas waktu langkah 12 sampai 17 dihitung dari hari ini. Misalnya 10/12/2026.",
    )
    reason = Paragraph(
        label="Alasan bila tanggalnya sudah lewat",
        help_text="Hanya bila surat diterima sebelum hari ini tetapi baru dibukukan sekarang.",
        rows=2,
        required=False,
    )

    def __init__(self, task: Task, *, at: datetime, **options: Any) -> None:
        super().__init__(task, at=at, **options)
        self.fields["received_on"].initial = self.today
        self.recommendation = approval.unbooked_recommendation(task.case)

    @classmethod
    def offered(cls, task: Task) -> bool:
        return approval.unbooked_recommendation(task.case) is not None

    def carry_out(self, *, by: User, at: datetime, stamp: Stamp) -> object:
        return approval.receive_recommendation(
            self.task,
            agenda_number=self.cleaned_data["agenda_number"],
            received_on=self.cleaned_data["received_on"],
            reason=self.cleaned_data["reason"],
            by=by,
            at=at,
            stamp=stamp,
        )


class DraftPermit(StepForm):
    """Step 11: the decree's wording around the recommended terms; or the recommendation goes back."""

    template = "desk/steps/draft.html"
    considering = Items(
        label="Menimbang",
        help_text='Satu baris satu butir, masing-masing diawali "bahwa". Huruf a, b, c diberi sendiri.',
        rows=8,
    )
    laws = Items(
        label="Mengingat",
        help_text="Satu baris satu peraturan, menurut urutan surat. Periksa keberlakuannya: daftar ini dari "
        "bagian A SOP, dan sebagian peraturannya sudah dicabut (lihat catatan di halaman layanan).",
        rows=14,
    )
    tembusan = Items(label="Tembusan", help_text="Satu baris satu penerima.", rows=4, required=False)

    aside = "Rekomendasi teknis belum lengkap: kembalikan ke OPD"
    worded = ("considering", "laws", "tembusan")
    asked = ("considering", "laws")

    def __init__(self, task: Task, *, at: datetime, **options: Any) -> None:
        self.recommendation = approval.booked_recommendation(task.case)
        self.unbooked = approval.unbooked_recommendation(task.case)
        super().__init__(task, at=at, **options)
        if not self.may_draft:
            for name in self.worded:
                del self.fields[name]
            return
        proposed = self._start()
        for name in self.worded:
            self.fields[name].initial = getattr(proposed, name)

    @property
    def may_draft(self) -> bool:
        """H is set: the recommendation is booked."""
        return self.recommendation is not None and self.unbooked is None

    def outcomes(self) -> tuple[Outcome, ...]:
        """Before H is booked a draft is not offered; sending the recommendation back is."""
        offered = self.task.step.outcomes
        return offered if self.may_draft else tuple(item for item in offered if item.kind != "forward")

    def _proposed(self) -> Wording:
        assert self.recommendation is not None
        return proposed_wording(self.task.case, self.recommendation)

    def _start(self) -> Wording:
        """The wording of the draft before, where it was made from the same recommendation."""
        proposed, previous = self._proposed(), approval.latest_draft(self.task.case)
        if (
            previous is None
            or self.recommendation is None
            or previous.recommendation_id != self.recommendation.pk
        ):
            return proposed
        said: Any = approval.decree(previous)
        return Wording(
            considering=tuple(said["considering"]),
            laws=tuple(said["laws"]),
            monitoring=proposed.monitoring,
            tembusan=tuple(said.get("tembusan", ())),
        )

    def carry_out(self, *, by: User, at: datetime, stamp: Stamp) -> object:
        if not self.is_forward():
            return approval.return_recommendation(self.task, note=self.note_text, by=by, at=at, stamp=stamp)
        return approval.draft(
            self.task,
            wording=Wording(
                considering=self.cleaned_data["considering"],
                laws=self.cleaned_data["laws"],
                monitoring=self._proposed().monitoring,
                tembusan=self.cleaned_data["tembusan"],
            ),
            by=by,
            at=at,
            note=self.note_text,
            stamp=stamp,
        )


class Endorse(StepForm):
    """Steps 12 and 13: a head examines the draft and gives a paraf, or sends it back (12.a–12.e)."""

    template = "desk/steps/decree.html"

    def carry_out(self, *, by: User, at: datetime, stamp: Stamp) -> object:
        return approval.endorse(
            self.task,
            outcome=self.chosen,
            by=by,
            at=at,
            note=self.note_text,
            asked=self.asked_items(),
            stamp=stamp,
        )


class Meet(StepForm):
    """Step 14: attendance, minutes and the joint decision; whoever called the meeting records it."""

    template = "desk/steps/decree.html"
    held_on = Day(label="Tanggal rapat", help_text="Misalnya 10/12/2026.")
    place = Line(label="Tempat")
    agenda = Paragraph(label="Acara", rows=2)
    attendance = Paragraph(
        label="Daftar hadir",
        help_text="Satu baris satu orang: nama dan instansi (kantor, OPD teknis, pemohon, nara sumber).",
        rows=5,
    )
    minutes = Paragraph(label="Notulen", rows=6)
    decision = Paragraph(label="Keputusan bersama", rows=3)
    scan = Scan(label="Pindaian daftar hadir dan notulen", help_text="PDF, JPEG, atau PNG.", required=False)

    def __init__(self, task: Task, *, at: datetime, **options: Any) -> None:
        super().__init__(task, at=at, **options)
        self.fields["held_on"].initial = self.today

    def carry_out(self, *, by: User, at: datetime, stamp: Stamp) -> object:
        said = {
            name: self.cleaned_data[name]
            for name in ("held_on", "place", "agenda", "attendance", "minutes", "decision")
        }
        return approval.meet(
            self.task,
            outcome=self.chosen,
            minutes=approval.Minutes(**said),
            scan=self.cleaned_data["scan"],
            by=by,
            at=at,
            note=self.note_text,
            asked=self.asked_items(),
            stamp=stamp,
        )


class Decide(StepForm):
    """Step 15: the head signs in ink exactly the draft that this page showed; its hash travels along."""

    template = "desk/steps/decree.html"
    draft_sha256 = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, task: Task, *, at: datetime, **options: Any) -> None:
        super().__init__(task, at=at, **options)
        current = approval.latest_draft(task.case)
        self.fields["draft_sha256"].initial = current.sha256 if current else ""

    def carry_out(self, *, by: User, at: datetime, stamp: Stamp) -> object:
        return approval.decide(
            self.task,
            outcome=self.chosen,
            draft_sha256=self.cleaned_data["draft_sha256"],
            by=by,
            at=at,
            note=self.note_text,
            asked=self.asked_items(),
            stamp=stamp,
        )
