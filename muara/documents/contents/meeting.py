"""What the letters of the joint meeting say (SOP step 14): F20 invitation, F21, F22 and F23."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from muara.documents.contents import Content, Signatory


@dataclass(frozen=True, kw_only=True)
class Seat:
    """A person of the attendance list; `present` as printed: "Hadir", "Tidak hadir" or "" for ink."""

    name: str
    institution: str
    side: str
    present: str = ""


@dataclass(frozen=True, kw_only=True)
class MeetingPaper(Content):
    """What every paper of a meeting names: the case, and the day, time, place and agenda of the meeting.

    `day` is printed with its weekday ("Senin, 6 Juli 2026"), `starts` as "09.00 WITA".
    """

    registration_number: str
    service: str
    company: str
    day: str
    starts: str
    place: str
    agenda: str


@dataclass(frozen=True, kw_only=True)
class MeetingInvitation(MeetingPaper):
    """F20: surat undangan pertemuan, from whoever calls the meeting."""

    template: ClassVar[str] = "meeting_invitation"

    number: str = ""
    seat: str
    dated: date
    subject: str
    invited: tuple[Seat, ...]
    signatory: Signatory


@dataclass(frozen=True, kw_only=True)
class AttendanceList(MeetingPaper):
    """F21: daftar hadir; `blank_rows` are left for whoever comes without an invitation."""

    template: ClassVar[str] = "attendance_list"

    people: tuple[Seat, ...]
    blank_rows: int = 0


@dataclass(frozen=True, kw_only=True)
class MinutesOfMeeting(MeetingPaper):
    """F22: notulen, as whoever called the meeting approved them."""

    template: ClassVar[str] = "meeting_minutes"

    people: tuple[Seat, ...]
    minutes: tuple[str, ...]
    opinion: tuple[str, ...] = ()
    minuted_by: str
    approved_at: datetime
    seat: str
    signatory: Signatory


@dataclass(frozen=True, kw_only=True)
class MeetingDecision(MeetingPaper):
    """F23: hasil keputusan/rekomendasi rapat, and where it sends the case."""

    template: ClassVar[str] = "meeting_decision"

    decision: tuple[str, ...]
    outcome: str
    reason: tuple[str, ...] = ()
    draft: str
    present: int
    seat: str
    dated: date
    signatory: Signatory
