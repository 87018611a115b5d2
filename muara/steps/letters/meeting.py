"""The letters of the joint meeting (SOP step 14): F20 invitation, F21 attendance, F22, F23."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TypedDict

from django.conf import settings

from muara.cases.models import Case, Draft, Meeting, Participant
from muara.documents.contents import Letterhead, Signatory
from muara.documents.contents.meeting import (
    AttendanceList,
    MeetingDecision,
    MeetingInvitation,
    MinutesOfMeeting,
    Seat,
)
from muara.documents.indonesian import hari_tanggal
from muara.documents.models import Letter
from muara.people.models import User, office_day
from muara.steps.letters import _file, company_name, letterhead, the_office

ROOM = 8  # rows of the attendance list for whoever comes without an invitation


class Frame(TypedDict):
    """What every paper of a meeting names."""

    letterhead: Letterhead
    demo: bool
    registration_number: str
    service: str
    company: str
    day: str
    starts: str
    place: str
    agenda: str


def _frame(meeting: Meeting) -> Frame:
    case = meeting.task.case
    return {
        "letterhead": letterhead(the_office()),
        "demo": settings.MUARA_DEMO,
        "registration_number": case.registration_number or "",
        "service": case.process.title,
        "company": company_name(case),
        "day": hari_tanggal(meeting.day),
        "starts": f"{meeting.starts:%H.%M} WITA",
        "place": meeting.place,
        "agenda": meeting.agenda,
    }


PRESENCE = {True: "Hadir", False: "Tidak hadir", None: ""}


def _seats(people: Iterable[Participant]) -> tuple[Seat, ...]:
    return tuple(
        Seat(
            name=person.name,
            institution=person.institution,
            side=person.get_side_display(),
            present=PRESENCE[person.present],
        )
        for person in people
    )


def caller_signs(case: Case, by: User, *, at: datetime) -> Signatory:
    """Whoever called the meeting signs its papers; a note-taker leaves the line blank for them."""
    actor = case.process.step(case.call_stack[-1]).actor
    holding = by.holdings.current(office_day(at)).filter(actor=actor).first()
    position = case.process.actor(actor).label
    if holding is None:
        return Signatory(position=position, name="")
    return Signatory(
        position=position,
        name=by.name,
        rank=by.rank,
        nip=by.nip,
        standing="" if holding.status == holding.Status.DEFINITIVE else holding.get_status_display(),
    )


def invitation(meeting: Meeting, people: Iterable[Participant], *, by: User, at: datetime) -> Letter:
    """F20: the invitation, with everybody who is invited."""
    case = meeting.task.case
    content = MeetingInvitation(
        **_frame(meeting),
        number=meeting.letter_number,
        seat=the_office().seat,
        dated=office_day(at),
        subject="Undangan rapat gabungan",
        invited=_seats(people),
        signatory=caller_signs(case, by, at=at),
    )
    return _filed(meeting, content, title=f"Undangan rapat {hari_tanggal(meeting.day)}", at=at)


def attendance_list(meeting: Meeting, *, at: datetime) -> Letter:
    """F21: to be signed at the meeting; afterwards with who was there."""
    content = AttendanceList(
        **_frame(meeting),
        people=_seats(meeting.participants.all()),
        blank_rows=0 if meeting.attended_at else ROOM,
    )
    name = "Daftar hadir" if meeting.attended_at else "Daftar hadir untuk ditandatangani,"
    return _filed(meeting, content, title=f"{name} rapat {hari_tanggal(meeting.day)}", at=at)


def minutes(meeting: Meeting, *, by: User, at: datetime) -> Letter:
    """F22: the minutes as they were approved."""
    assert meeting.minuted_by is not None
    content = MinutesOfMeeting(
        **_frame(meeting),
        people=_seats(meeting.participants.filter(present=True)),
        minutes=_paragraphs(meeting.minutes),
        opinion=_paragraphs(meeting.opinion),
        minuted_by=meeting.minuted_by.name,
        approved_at=at,
        seat=the_office().seat,
        signatory=caller_signs(meeting.task.case, by, at=at),
    )
    return _filed(meeting, content, title=f"Notulen rapat {hari_tanggal(meeting.day)}", at=at)


def decision(meeting: Meeting, *, draft: Draft, outcome: str, reason: str, by: User, at: datetime) -> Letter:
    """F23: what the meeting decided, and where that sends the case."""
    content = MeetingDecision(
        **_frame(meeting),
        decision=_paragraphs(meeting.decision),
        outcome=outcome,
        reason=_paragraphs(reason),
        draft=f"Draf ke-{draft.number}, sidik {draft.sha256[:16]}",
        present=meeting.participants.filter(present=True).count(),
        seat=the_office().seat,
        dated=office_day(at),
        signatory=caller_signs(meeting.task.case, by, at=at),
    )
    return _filed(meeting, content, title=f"Hasil rapat {hari_tanggal(meeting.day)}", at=at)


def _filed(
    meeting: Meeting,
    content: MeetingInvitation | AttendanceList | MinutesOfMeeting | MeetingDecision,
    *,
    title: str,
    at: datetime,
) -> Letter:
    task = meeting.task
    return _file(
        task.case,
        content.template,
        content,
        step=task.step_key,
        title=title,
        dated=office_day(at),
        at=at,
    )


def _paragraphs(text: str) -> tuple[str, ...]:
    return tuple(line for line in text.splitlines() if line.strip())
