"""Acts about what is asked of the applicant, beside the outcomes (4, 7, 8, 10, 12 to 15), and early ends."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms

from muara.cases.actions import Stamp
from muara.cases.models import Confirmation, Correction, Task
from muara.cases.queries import open_correction
from muara.cases.rules import may_end
from muara.documents.indonesian import tanggal
from muara.people.models import User
from muara.sop.definition import Ending
from muara.steps.actions import endings, requests, verification
from muara.steps.forms.fields import Day, Line, Paragraph, Scan
from muara.steps.forms.request_rows import requirement_choices
from muara.steps.forms.step import ActForm, RequestingForm

EXAMINE = frozenset({"check", "verify", "review", "endorse", "meet", "decide"})
DUE_HELP = "Usulan menurut ketentuan kantor. Misalnya 10/12/2026."


class Confirm(ActForm):
    """The first of the SOP's four kinds: confirm data with the applicant, without moving the case."""

    slug, activities = "konfirmasi", EXAMINE
    done = "Konfirmasi dicatat. Berkas tetap pada langkah ini."
    title = "Konfirmasi kepada pemohon"
    button = "Catat konfirmasi"
    asked_of = Line(label="Ditanyakan kepada", help_text="Nama orang yang dihubungi.")
    channel = forms.ChoiceField(
        label="Melalui", choices=Confirmation.Channel.choices, widget=forms.RadioSelect
    )
    question = Paragraph(label="Yang ditanyakan", rows=2)
    answer = Paragraph(label="Jawaban", rows=3)

    def carry_out(self, *, by: User, at: datetime, stamp: Stamp) -> object:
        said = self.typed("asked_of", "channel", "question", "answer")
        return requests.confirm(self.task, by=by, at=at, stamp=stamp, **said)


class PermitLateDefect(ActForm):
    """A superior lets a step raise a defect on material examined before: all at once is the rule."""

    slug, activities, for_holder = "kekurangan-susulan", EXAMINE | {"correct"}, False
    done = "Izin dicatat. Kekurangan itu kini dapat diminta kepada pemohon."
    title = "Izinkan kekurangan susulan (atasan)"
    button = "Beri izin"
    requirement = forms.ChoiceField(label="Mengenai", required=False)
    reason = Paragraph(
        label="Mengapa baru ditemukan sekarang",
        help_text="Semua kekurangan disampaikan sekaligus; yang menyusul pada bahan yang tidak berubah perlu "
        "alasan atasan.",
        rows=3,
    )

    def __init__(self, task: Task, *, at: datetime, **options: Any) -> None:
        super().__init__(task, at=at, **options)
        choice = self.fields["requirement"]
        assert isinstance(choice, forms.ChoiceField)
        choice.choices = requirement_choices(task.case.process)

    @classmethod
    def may(cls, user: User, task: Task, *, at: datetime) -> bool:
        return requests.may_permit_late_defect(user, task, at=at)

    def carry_out(self, *, by: User, at: datetime, stamp: Stamp) -> object:
        number = self.cleaned_data["requirement"]
        return requests.permit_late_defect(
            self.task,
            requirement=int(number) if number else None,
            reason=self.cleaned_data["reason"],
            by=by,
            at=at,
            stamp=stamp,
        )


class ExtendTime(ActForm):
    """A superior gives the applicant more time to answer."""

    slug, activities, for_holder = "perpanjang-jawaban", frozenset({"correct", "apply"}), False
    done = "Batas jawaban diperpanjang."
    title = "Perpanjang waktu menjawab (atasan)"
    button = "Perpanjang"
    due_on = Day(label="Jawaban ditunggu sampai", help_text="Misalnya 10/12/2026.")
    reason = Paragraph(
        label="Mengapa diperpanjang",
        help_text="Misalnya: pemohon meminta waktu karena menunggu hasil laboratorium.",
        rows=3,
    )

    @classmethod
    def offered(cls, task: Task) -> bool:
        asked = open_correction(task.case)
        return asked is not None and asked.with_applicant and asked.due_on is not None

    @classmethod
    def may(cls, user: User, task: Task, *, at: datetime) -> bool:
        return requests.may_permit_late_defect(user, task, at=at)

    def carry_out(self, *, by: User, at: datetime, stamp: Stamp) -> object:
        return requests.extend_time(
            self.task,
            due_on=self.cleaned_data["due_on"],
            reason=self.cleaned_data["reason"],
            by=by,
            at=at,
            stamp=stamp,
        )


class AskApplicant(ActForm):
    """Step 8: the CS passes on what has to be mended; from then the file is in the applicant's court."""

    slug, activities = "permintaan", frozenset({"correct"})
    comes_first, done = True, "Permintaan disampaikan kepada pemohon."
    template = "desk/steps/ask.html"
    title = "Sampaikan permintaan kepada pemohon"
    button = "Sampaikan kepada pemohon"
    explanation = Paragraph(
        label="Penjelasan tambahan untuk pemohon",
        help_text="Perjelas bila perlu; hal yang diminta tetap seperti tertulis di atas.",
        rows=4,
        required=False,
    )
    due_on = Day(label="Jawaban ditunggu sampai", help_text=DUE_HELP)

    def __init__(self, task: Task, *, at: datetime, **options: Any) -> None:
        super().__init__(task, at=at, **options)
        self.fields["due_on"].initial = requests.days_to_answer(self.today)

    @property
    def pending(self) -> Correction | None:
        return open_correction(self.task.case)

    @classmethod
    def offered(cls, task: Task) -> bool:
        pending = open_correction(task.case)
        return pending is not None and pending.sent_at is None

    def carry_out(self, *, by: User, at: datetime, stamp: Stamp) -> object:
        return verification.ask_applicant(
            self.task,
            explanation=self.cleaned_data["explanation"],
            due_on=self.cleaned_data["due_on"],
            by=by,
            at=at,
            stamp=stamp,
        )


class AskAgain(RequestingForm):
    """Step 8: the answer does not suffice; one more round before the file goes on."""

    slug, activities = "minta-lagi", frozenset({"correct"})
    done = "Permintaan disampaikan sekali lagi kepada pemohon."
    title = "Minta perbaikan sekali lagi"
    button = "Sampaikan kepada pemohon"
    note = Paragraph(
        label="Penjelasan untuk pemohon",
        help_text="Bila baris di bawah kosong, tulisan ini menjadi satu-satunya hal yang diminta.",
        rows=3,
    )
    due_on = Day(label="Jawaban ditunggu sampai", help_text=DUE_HELP)
    asks_always = True

    def __init__(self, task: Task, *, at: datetime, **options: Any) -> None:
        super().__init__(task, at=at, **options)
        self.fields["due_on"].initial = requests.days_to_answer(self.today)

    @classmethod
    def offered(cls, task: Task) -> bool:
        return open_correction(task.case) is None

    def carry_out(self, *, by: User, at: datetime, stamp: Stamp) -> object:
        return verification.ask_again(
            self.task,
            asked=self.asked_items(),
            note=self.cleaned_data["note"],
            due_on=self.cleaned_data["due_on"],
            by=by,
            at=at,
            stamp=stamp,
        )


class Withdraw(ActForm):
    """An applicant's signed letter of withdrawal, recorded by the CS (an extension: the SOP prints none)."""

    slug, for_holder = "penarikan", False
    done = "Penarikan dicatat; berkas ditutup."
    title = "Catat penarikan oleh pemohon"
    button = "Tutup berkas: ditarik pemohon"
    template = "desk/steps/extension.html"
    reason = Paragraph(label="Alasan pemohon", rows=3)
    proof = Scan(
        label="Pindaian surat penarikan yang ditandatangani pemohon", help_text="PDF, JPEG, atau PNG."
    )
    asked = ("proof",)

    @classmethod
    def ending(cls, task: Task) -> Ending | None:
        return ending_of(task, endings.WITHDRAWN)

    @classmethod
    def offered(cls, task: Task) -> bool:
        return cls.ending(task) is not None

    @classmethod
    def may(cls, user: User, task: Task, *, at: datetime) -> bool:
        return may_end_on_behalf(user, task, endings.WITHDRAWN, at=at)

    @property
    def extension(self) -> str:
        way = self.ending(self.task)
        return way.note if way else ""

    def carry_out(self, *, by: User, at: datetime, stamp: Stamp) -> object:
        return endings.withdraw_application(
            self.task,
            reason=self.cleaned_data["reason"],
            proof=self.cleaned_data["proof"],
            by=by,
            at=at,
            stamp=stamp,
        )


class Lapse(ActForm):
    """The CS closes a case whose applicant has not answered for long enough (an extension)."""

    slug, activities, for_holder = "gugur", frozenset({"correct", "apply"}), False
    done = "Berkas ditutup: gugur karena pemohon tidak menjawab."
    title = "Gugurkan karena pemohon tidak menjawab"
    button = "Gugurkan berkas"
    template = "desk/steps/extension.html"
    reason = Paragraph(
        label="Alasan", help_text="Sebutkan bagaimana dan kapan pemohon sudah diingatkan.", rows=3
    )

    @classmethod
    def offered(cls, task: Task) -> bool:
        asked = open_correction(task.case)
        return ending_of(task, endings.LAPSED) is not None and asked is not None and asked.with_applicant

    @classmethod
    def may(cls, user: User, task: Task, *, at: datetime) -> bool:
        return may_end_on_behalf(user, task, endings.LAPSED, at=at)

    @property
    def extension(self) -> str:
        way, asked = ending_of(self.task, endings.LAPSED), open_correction(self.task.case)
        first = endings.may_lapse_from(asked) if asked else None
        when = f" Menurut ketentuan kantor, paling awal {tanggal(first)}." if first else ""
        return f"{way.note}{when}" if way else ""

    def carry_out(self, *, by: User, at: datetime, stamp: Stamp) -> object:
        return endings.let_lapse(self.task, reason=self.cleaned_data["reason"], by=by, at=at, stamp=stamp)


def ending_of(task: Task, key: str) -> Ending | None:
    """An early end that the case's process has and that is not too late for it yet."""
    process = task.case.process
    way = next((item for item in process.endings if item.key == key), None)
    return way if way and task.step.number < process.step(way.before).number else None


def may_end_on_behalf(user: User, task: Task, key: str, *, at: datetime) -> bool:
    """An officer whose actor the ending names; the applicant ends their case in the portal."""
    way = ending_of(task, key)
    if way is None or not user.actors(at) & set(way.by):
        return False
    return may_end(user, case_id=task.case_id, ending=way, at=at)
