"""Calling, attending, minuting, approving, deciding (SOP step 14)."""

from __future__ import annotations

import re
from datetime import datetime, time
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from muara.cases.actions import Stamp
from muara.cases.models import Meeting, Participant, Task
from muara.people.models import User
from muara.steps.actions import meeting as acts
from muara.steps.actions.meeting import Guest, Plan, meeting_of
from muara.steps.forms.fields import Day, Items, Line, Paragraph, Scan
from muara.steps.forms.step import ActForm, StepForm
from muara.steps.letters import applicant_name, case_values, company_name, the_office

CLOCK = re.compile(r"(\d{1,2})[.:](\d{2})")
MEETS = frozenset({"meet"})


class Clock(forms.CharField):
    """A time of day as people write it: 9.00, 09:00, 13.30 WITA."""

    def __init__(self, **options: Any) -> None:
        widget = forms.TextInput(attrs={"class": "govuk-input--width-5", "autocomplete": "off"})
        super().__init__(widget=widget, **options)

    def prepare_value(self, value: Any) -> Any:
        return f"{value:%H.%M}" if isinstance(value, time) else value

    def clean(self, value: Any) -> time | None:
        text = str(super().clean(value) or "").upper().removesuffix("WITA").strip()
        if not text:
            return None
        found = CLOCK.fullmatch(text)
        if found is None or int(found[1]) > 23 or int(found[2]) > 59:
            raise ValidationError("Tulis waktunya seperti 09.00 atau 13.30.")
        return time(int(found[1]), int(found[2]))


class People(Items):
    """People of one side, one a line: name; institution."""

    def __init__(self, side: Participant.Side, **options: Any) -> None:
        self.side = side
        super().__init__(rows=options.pop("rows", 2), required=False, **options)

    def clean(self, value: Any) -> Any:
        return tuple(self._guest(line) for line in super().clean(value))

    def _guest(self, line: str) -> Guest:
        name, _, institution = (part.strip() for part in line.partition(";"))
        if not name or not institution:
            raise ValidationError(f"Tulis nama, titik koma, lalu instansi atau jabatannya: “{line}”.")
        if len(name) > 120 or len(institution) > 160:
            raise ValidationError(f"Nama atau instansi ini terlalu panjang: “{line[:60]}…”.")
        return Guest(name=name, institution=institution, side=self.side.value)


SIDES = ("office", "agency", "applicant", "expert")


class Sides(ActForm):
    """The four sides that may sit in a joint meeting (SOP step 14, keterangan)."""

    office = People(
        Participant.Side.OFFICE,
        label="Dari kantor (DPMPTSP)",
        help_text="Satu baris satu orang: nama; jabatan.",
    )
    agency = People(
        Participant.Side.AGENCY,
        label="Dari OPD teknis",
        help_text="Satu baris satu orang: nama; instansi.",
    )
    applicant = People(
        Participant.Side.APPLICANT,
        label="Dari pemohon",
        help_text="Satu baris satu orang: nama; perusahaan. Undangannya muncul di halaman pemohon.",
    )
    expert = People(
        Participant.Side.EXPERT,
        label="Nara sumber lain",
        help_text="Satu baris satu orang: nama; instansi.",
    )

    @property
    def guests(self) -> list[Guest]:
        return [guest for side in SIDES for guest in self.cleaned_data[side]]


class CallMeeting(Sides):
    """Steps 12.d, 13.d and 14: day, time, place, agenda and who is invited; the invitation is made."""

    slug, activities, comes_first = "undang", MEETS, True
    title = "Undang rapat gabungan"
    button = "Buat undangan"
    done = "Undangan dan daftar hadir dibuat; cetak dari daftar surat."
    day = Day(label="Hari rapat", help_text="Misalnya 10/12/2026.")
    starts = Clock(label="Pukul (WITA)", help_text="Misalnya 09.00.")
    place = Line(label="Tempat")
    agenda = Paragraph(label="Acara", rows=2, longest=600)
    letter_number = Line(
        label="Nomor surat undangan",
        help_text="Dari buku agenda surat keluar. Dikosongkan: nomornya ditulis tangan pada cetakan.",
        required=False,
        longest=80,
    )
    field_order = ("day", "starts", "place", "agenda", "letter_number", *SIDES)

    def __init__(self, task: Task, *, at: datetime, **options: Any) -> None:
        super().__init__(task, at=at, **options)
        meeting = meeting_of(task)
        if meeting is not None:
            self._as_called(meeting)
        else:
            self._as_usual()

    def _as_called(self, meeting: Meeting) -> None:
        for name in ("day", "starts", "place", "agenda", "letter_number"):
            self.fields[name].initial = getattr(meeting, name)
        people = list(meeting.participants.all())
        for side in SIDES:
            self.fields[side].initial = [f"{p.name}; {p.institution}" for p in people if p.side == side]

    def _as_usual(self) -> None:
        """Propose the heads that examine the draft, and the agencies asked for their recommendation."""
        case = self.task.case
        reason = case.tasks.filter(closed_at__isnull=False).order_by("-closed_at", "-pk").first()
        if reason is not None and reason.closed_by is not None:
            label = case.process.actor(reason.actor).label
            self.fields["office"].initial = [f"{reason.closed_by.name}; {label}"]
        agencies = dict.fromkeys(case.referrals.values_list("agency__name", flat=True))
        self.fields["agency"].initial = [f"Tim teknis; {name}" for name in agencies]
        name, company = applicant_name(case, case_values(case)), company_name(case)
        self.fields["applicant"].help_text += f" Pemohonnya: {name}; {company}"
        self.fields["place"].initial = f"Ruang rapat {the_office().short_name}"

    @classmethod
    def offered(cls, task: Task) -> bool:
        return meeting_of(task) is None

    def carry_out(self, *, by: User, at: datetime, stamp: Stamp) -> object:
        return acts.plan(
            self.task,
            plan=Plan(**self.typed("day", "starts", "place", "agenda", "letter_number")),
            invited=self.guests,
            by=by,
            at=at,
            stamp=stamp,
        )


class CallAgain(CallMeeting):
    """The meeting is put off, or others are invited: a new invitation replaces the one before."""

    slug, comes_first = "undang-ulang", False
    title = "Ubah rencana dan buat undangan baru"
    done = "Undangan baru dibuat; undangan yang lama tidak berlaku."

    @classmethod
    def offered(cls, task: Task) -> bool:
        meeting = meeting_of(task)
        return meeting is not None and meeting.attended_at is None


class RecordAttendance(Sides):
    """Who of the invited was there, and who came without an invitation."""

    slug, activities, comes_first = "hadir", MEETS, True
    template = "desk/steps/attendance.html"
    title = "Catat daftar hadir"
    button = "Simpan daftar hadir"
    done = "Daftar hadir dicatat."
    present = forms.MultipleChoiceField(
        label="Yang hadir",
        widget=forms.CheckboxSelectMultiple,
    )
    asked = ("present",)
    field_order = ("present", *SIDES)

    def __init__(self, task: Task, *, at: datetime, **options: Any) -> None:
        super().__init__(task, at=at, **options)
        meeting = meeting_of(task)
        people = list(meeting.participants.all()) if meeting is not None else []
        choice = self.fields["present"]
        assert isinstance(choice, forms.MultipleChoiceField)
        choice.choices = [(str(person.pk), str(person)) for person in people if person.invited]
        choice.initial = [str(person.pk) for person in people if person.invited and person.present]
        for side in SIDES:
            came_too = [p for p in people if p.side == side and not p.invited]
            self.fields[side].initial = [f"{p.name}; {p.institution}" for p in came_too]
            self.fields[side].help_text = "Satu baris satu orang: nama; instansi atau jabatan."

    @classmethod
    def offered(cls, task: Task) -> bool:
        meeting = meeting_of(task)
        return meeting is not None and meeting.attended_at is None

    @property
    def sides(self) -> list[Any]:
        return [self[side] for side in SIDES]

    def carry_out(self, *, by: User, at: datetime, stamp: Stamp) -> object:
        present = {int(pk) for pk in self.cleaned_data["present"]}
        return acts.record_attendance(
            self.task, present=present, came_too=self.guests, by=by, at=at, stamp=stamp
        )


class RecordAttendanceAgain(RecordAttendance):
    """Mend the attendance; approved minutes then need approval again."""

    slug, comes_first = "hadir-ulang", False
    title = "Betulkan daftar hadir"

    @classmethod
    def offered(cls, task: Task) -> bool:
        meeting = meeting_of(task)
        return meeting is not None and meeting.attended_at is not None


class WriteMinutes(ActForm):
    """The minutes, a draft until whoever called the meeting approves them (14.a, 14.b)."""

    slug, activities, comes_first = "notulen", MEETS, True
    title = "Susun notulen"
    button = "Simpan notulen untuk disetujui"
    done = "Notulen disimpan; pengundang rapat perlu menyetujuinya."
    minutes = Paragraph(
        label="Notulen",
        help_text="Permasalahan yang dibahas dan tinjauan aspek teknisnya (14.a dan 14.b).",
        rows=10,
        longest=20_000,
    )

    def __init__(self, task: Task, *, at: datetime, **options: Any) -> None:
        super().__init__(task, at=at, **options)
        meeting = meeting_of(task)
        self.fields["minutes"].initial = meeting.minutes if meeting is not None else ""

    @classmethod
    def offered(cls, task: Task) -> bool:
        meeting = meeting_of(task)
        return meeting is not None and meeting.attended_at is not None and not meeting.minutes

    def carry_out(self, *, by: User, at: datetime, stamp: Stamp) -> object:
        return acts.write_minutes(self.task, text=self.cleaned_data["minutes"], by=by, at=at, stamp=stamp)


class WriteMinutesAgain(WriteMinutes):
    """Mend the minutes; they need approval again."""

    slug, comes_first = "notulen-ulang", False
    title = "Betulkan notulen"

    @classmethod
    def offered(cls, task: Task) -> bool:
        meeting = meeting_of(task)
        return meeting is not None and bool(meeting.minutes)


class ApproveMinutes(ActForm):
    """A separate act of whoever called the meeting: the minutes say what was said."""

    slug, activities, comes_first, for_holder = "setujui-notulen", MEETS, True, False
    template = "desk/steps/approve_minutes.html"
    title = "Setujui notulen"
    button = "Setujui notulen ini"
    done = "Notulen disetujui; hasil rapat dapat dicatat."

    def __init__(self, task: Task, *, at: datetime, **options: Any) -> None:
        super().__init__(task, at=at, **options)
        self.meeting = meeting_of(task)

    @classmethod
    def offered(cls, task: Task) -> bool:
        meeting = meeting_of(task)
        return meeting is not None and bool(meeting.minutes) and meeting.approved_at is None

    @classmethod
    def may(cls, user: User, task: Task, *, at: datetime) -> bool:
        return acts.may_approve(user, task, at=at)

    def carry_out(self, *, by: User, at: datetime, stamp: Stamp) -> object:
        return acts.approve_minutes(self.task, by=by, at=at, stamp=stamp)


class AttachOpinion(ActForm):
    """Step 14.c: the legal opinion, where the meeting needs one."""

    slug, activities = "pendapat-hukum", MEETS
    title = "14.c Lampirkan pendapat hukum (bila diperlukan)"
    button = "Lampirkan pendapat hukum"
    done = "Pendapat hukum dilampirkan."
    summary = Paragraph(
        label="Pokok pendapat hukum",
        help_text="Dicetak dalam notulen; notulen yang sudah disetujui perlu disetujui lagi.",
        rows=4,
    )
    opinion_scan = Scan(label="Pindaian pendapat hukum", help_text="PDF, JPEG, atau PNG.", required=False)

    @classmethod
    def offered(cls, task: Task) -> bool:
        return meeting_of(task) is not None

    def carry_out(self, *, by: User, at: datetime, stamp: Stamp) -> object:
        return acts.attach_opinion(
            self.task,
            summary=self.cleaned_data["summary"],
            scan=self.cleaned_data["opinion_scan"],
            by=by,
            at=at,
            stamp=stamp,
        )


class Meet(StepForm):
    """Step 14.d: the joint decision, and where it sends the case."""

    template = "desk/steps/meeting.html"
    decision = Paragraph(
        label="Keputusan bersama",
        help_text="Dicetak dalam hasil rapat dan ditunjukkan kepada penerima berkas berikutnya.",
        rows=4,
    )
    scan = Scan(
        label="Pindaian daftar hadir dan notulen bertanda tangan",
        help_text="PDF, JPEG, atau PNG.",
        required=False,
    )

    def __init__(self, task: Task, *, at: datetime, **options: Any) -> None:
        super().__init__(task, at=at, **options)
        self.meeting = meeting_of(task)

    @property
    def blocked(self) -> str:
        if self.meeting is not None and self.meeting.approved_at is not None:
            return ""
        return "Rapat memutuskan sesudah daftar hadir dicatat dan notulennya disetujui pengundang rapat."

    def carry_out(self, *, by: User, at: datetime, stamp: Stamp) -> object:
        return acts.decide(
            self.task,
            outcome=self.chosen,
            decision=self.cleaned_data["decision"],
            scan=self.cleaned_data["scan"],
            by=by,
            at=at,
            note=self.note_text,
            asked=self.asked_items(),
            stamp=stamp,
        )


# In the order in which a page offers them.
MEETING_ACTS: tuple[type[ActForm], ...] = (
    CallMeeting,
    RecordAttendance,
    WriteMinutes,
    ApproveMinutes,
    AttachOpinion,
    WriteMinutesAgain,
    RecordAttendanceAgain,
    CallAgain,
)
