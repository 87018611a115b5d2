"""The joint meeting (SOP step 14): called, attended, minuted, approved, and what it decides."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from muara.cases.actions import (
    NO_FORM,
    Moved,
    NotYours,
    Refused,
    Stamp,
    act,
    complete,
    note_from_outside,
    note_on,
    standing,
)
from muara.cases.models import Case, Meeting, Participant, Task
from muara.cases.rules import may_do_step
from muara.documents.models import Blob
from muara.people.models import WITA, User, office_day
from muara.steps.actions.approval import void_what_must_be_done_again
from muara.steps.actions.drafting import latest_draft
from muara.steps.actions.endings import turn_to_applicant
from muara.steps.actions.requests import Asked
from muara.steps.letters import meeting as papers


@dataclass(frozen=True, slots=True)
class Plan:
    """When and where a meeting is, and about what; the time is the office's own (WITA)."""

    day: date
    starts: time
    place: str
    agenda: str
    letter_number: str = ""


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody at a meeting: no account is needed."""

    name: str
    institution: str
    side: str


def meeting_of(task: Task) -> Meeting | None:
    """The meeting of a task of step 14, once it was called."""
    return Meeting.objects.filter(task=task).select_related("task").first()


def last_decision(case: Case) -> Meeting | None:
    """The last meeting of the case that decided something."""
    decided = Meeting.objects.filter(task__case=case, decided_at__isnull=False)
    return decided.select_related("task").order_by("-decided_at").first()


def plan(
    task: Task,
    *,
    plan: Plan,
    invited: Sequence[Guest],
    by: User,
    at: datetime,
    stamp: Stamp = NO_FORM,
) -> Meeting:
    """Call the meeting, or call it anew for another day: the invitation and the attendance list are made.

    Raises:
        Refused: the day is past, place or agenda is missing, nobody is invited, or it was held already.
    """
    if plan.day < office_day(at):
        raise Refused("Hari rapat tidak boleh sebelum hari ini.", "day")
    if not plan.place.strip():
        raise Refused("Isi tempat rapat.", "place")
    if not plan.agenda.strip():
        raise Refused("Isi acara rapat.", "agenda")
    if not invited:
        raise Refused("Undang sekurang-kurangnya satu orang.", "office")
    with act(stamp):
        note_on(
            task.pk,
            verb="meet.plan",
            by=by,
            at=at,
            facts={"day": plan.day.isoformat(), "starts": f"{plan.starts:%H:%M}", "invited": len(invited)},
            stamp=stamp,
            activity="meet",
        )
        meeting = meeting_of(task) or Meeting(task=task)
        if meeting.attended_at is not None:
            raise Refused("Rapat sudah berlangsung; rencananya tidak dapat diubah lagi.")
        meeting.day, meeting.starts = plan.day, plan.starts
        meeting.place, meeting.agenda = plan.place, plan.agenda
        meeting.letter_number = plan.letter_number
        meeting.called_by, meeting.called_at = by, at
        people = [
            Participant(side=guest.side, name=guest.name, institution=guest.institution)
            for guest in dict.fromkeys(invited)
        ]
        meeting.invitation = papers.invitation(meeting, people, by=by, at=at)
        meeting.save()
        meeting.participants.all().delete()
        for person in people:
            person.meeting = meeting
        Participant.objects.bulk_create(people)
        papers.attendance_list(meeting, at=at)
        return meeting


def record_attendance(
    task: Task,
    *,
    present: Collection[int],
    came_too: Sequence[Guest] = (),
    by: User,
    at: datetime,
    stamp: Stamp = NO_FORM,
) -> Meeting:
    """Note who of the invited was there (`present`: their rows) and who came without an invitation.

    Raises:
        Refused: the meeting was not called, its hour has not come, nobody was there, or it has decided.
    """
    with act(stamp):
        meeting = _called(task)
        if at < datetime.combine(meeting.day, meeting.starts, WITA):
            raise Refused("Rapat belum dimulai. Ubah rencananya bila rapat dimajukan.")
        invited = list(meeting.participants.filter(invited=True))
        there = {person.pk for person in invited} & set(present)
        if not there and not came_too:
            raise Refused("Catat sekurang-kurangnya satu orang yang hadir.", "present")
        note_on(
            task.pk,
            verb="meet.attend",
            by=by,
            at=at,
            facts={"present": len(there) + len(came_too), "invited": len(invited)},
            stamp=stamp,
            activity="meet",
        )
        meeting.participants.filter(invited=False).delete()
        for person in invited:
            person.present = person.pk in there
        Participant.objects.bulk_update(invited, ["present"])
        known = {(person.name, person.institution) for person in invited}
        Participant.objects.bulk_create(
            Participant(
                meeting=meeting,
                side=guest.side,
                name=guest.name,
                institution=guest.institution,
                invited=False,
                present=True,
            )
            for guest in dict.fromkeys(came_too)
            if (guest.name, guest.institution) not in known
        )
        meeting.attended_at = at
        _unapprove(meeting)
        meeting.save()
        papers.attendance_list(meeting, at=at)
        return meeting


def write_minutes(task: Task, *, text: str, by: User, at: datetime, stamp: Stamp = NO_FORM) -> Meeting:
    """Write the minutes, or write them anew: they are a draft until whoever called the meeting approves.

    Raises:
        Refused: the attendance is not recorded, or nothing is said.
    """
    if not text.strip():
        raise Refused("Isi notulen.", "minutes")
    with act(stamp):
        meeting = _called(task)
        if meeting.attended_at is None:
            raise Refused("Catat dahulu siapa yang hadir.")
        note_on(task.pk, verb="meet.minutes", by=by, at=at, facts={}, stamp=stamp, activity="meet")
        meeting.minutes, meeting.minuted_by = text, by
        _unapprove(meeting)
        meeting.save()
        return meeting


def approve_minutes(task: Task, *, by: User, at: datetime, stamp: Stamp = NO_FORM) -> Meeting:
    """Approve the minutes: the act of whoever called the meeting, who need not hold the file.

    Raises:
        NotYours: the person does not hold the actor that called the meeting.
        Refused: there are no minutes, or they are approved.
    """
    with act(stamp):
        if not may_approve(by, task, at=at):
            raise NotYours
        meeting = _called(task)
        if not meeting.minutes:
            raise Refused("Notulen belum disusun.")
        if meeting.approved_at is not None:
            raise Refused("Notulen sudah disetujui.")
        letter = papers.minutes(meeting, by=by, at=at)
        note_from_outside(
            task.pk,
            verb="meet.approve",
            by=by,
            at=at,
            facts={"minutes": letter.content_sha256},
            stamp=stamp,
        )
        meeting.approved_by, meeting.approved_at = by, at
        meeting.save()
        return meeting


def may_approve(user: User, task: Task, *, at: datetime) -> bool:
    """Whoever holds the actor that called the meeting, and may do this step at all."""
    case = task.case
    called = task.is_open and task.step.activity == "meet" and bool(case.call_stack)
    return (
        called
        and user.holds(case.process.step(case.call_stack[-1]).actor, at)
        and may_do_step(user, task, at=at)
    )


def attach_opinion(
    task: Task, *, summary: str, scan: Blob | None, by: User, at: datetime, stamp: Stamp = NO_FORM
) -> Meeting:
    """Step 14.c: the legal opinion that the meeting needed, in short and as it was written.

    Raises:
        Refused: the meeting was not called, or the summary or the scan is missing.
    """
    if not summary.strip():
        raise Refused("Tuliskan pokok pendapat hukumnya.", "summary")
    if scan is None:
        raise Refused("Unggah pindaian pendapat hukum.", "opinion_scan")
    with act(stamp):
        meeting = _called(task)
        facts = {"scan": scan.sha256}
        note_on(task.pk, verb="meet.opinion", by=by, at=at, facts=facts, stamp=stamp, activity="meet")
        meeting.opinion, meeting.opinion_scan = summary, scan
        _unapprove(meeting)
        meeting.save()
        return meeting


def decide(
    task: Task,
    *,
    outcome: str,
    decision: str,
    scan: Blob | None = None,
    by: User,
    at: datetime,
    note: str = "",
    asked: Sequence[Asked] = (),
    stamp: Stamp = NO_FORM,
) -> Moved:
    """Step 14.d: the joint decision; where it sends the case is the outcome, and its words bind there.

    Raises:
        Refused: the attendance or the approval of the minutes is missing, or nothing was decided.
    """
    if not decision.strip():
        raise Refused("Isi keputusan bersama.", "decision")
    with act(stamp):
        standing(task.pk, by=by, at=at, stamp=stamp)  # a closed task has no caller to write to
        meeting = _called(task)
        if meeting.attended_at is None:
            raise Refused("Catat dahulu siapa yang hadir; rapat tanpa daftar hadir tidak dapat memutuskan.")
        if meeting.approved_at is None:
            raise Refused(
                "Notulen belum disetujui pengundang rapat; rapat tanpa notulen tidak dapat memutuskan."
            )
        current = latest_draft(task.case)
        if current is None:
            raise Refused("Belum ada draf untuk berkas ini.")
        meeting.decision, meeting.decided_at, meeting.scan = decision, at, scan
        letter = papers.decision(
            meeting,
            draft=current,
            outcome=task.step.outcome(outcome).label,
            reason=note,
            by=by,
            at=at,
        )
        moved = complete(
            task.pk,
            outcome=outcome,
            by=by,
            at=at,
            note=note,
            facts={
                "draft": current.sha256,
                "decision": letter.content_sha256,
                "scan": scan.sha256 if scan else None,
            },
            stamp=stamp,
            activity="meet",
        )
        meeting.save()
        void_what_must_be_done_again(current, task, outcome, at=at, note=note)
        turn_to_applicant(task, outcome, asked=asked, note=note, by=by, at=at)
        return moved


def _called(task: Task) -> Meeting:
    meeting = meeting_of(task)
    if meeting is None:
        raise Refused("Undang rapat lebih dahulu.")
    return meeting


def _unapprove(meeting: Meeting) -> None:
    """What was approved is no longer what the minutes say."""
    meeting.approved_by, meeting.approved_at = None, None
