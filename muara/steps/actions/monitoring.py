"""Monitoring the agency's work beside step 10 (SOP step 11.a)."""

from __future__ import annotations

from datetime import date, datetime

from muara.cases.actions import NO_FORM, Moved, NotYours, Refused, Stamp, act, note_on
from muara.cases.models import MonitoringNote, Task
from muara.people.models import User, office_day


def monitor(
    task: Task,
    *,
    whom: str,
    channel: str,
    status: str,
    expected_on: date | None,
    follow_up_on: date | None,
    by: User,
    at: datetime,
    stamp: Stamp = NO_FORM,
) -> Moved:
    """Record how far the agency has come: with whom it was talked, how, and when it is expected.

    Raises:
        Refused: who was asked or what they said is missing, or the next look lies in the past.
        NotYours: the task is not the one that runs beside step 10.
    """
    if not task.companion:
        raise NotYours
    if not whom.strip():
        raise Refused("Tuliskan dengan siapa berkoordinasi.", "whom")
    if not status.strip():
        raise Refused("Tuliskan status kemajuannya.", "status")
    if follow_up_on is not None and follow_up_on < office_day(at):
        raise Refused("Tanggal pemantauan berikutnya sudah lewat.", "follow_up_on")
    with act(stamp):
        moved = note_on(
            task.pk,
            verb="draft.monitor",
            by=by,
            at=at,
            facts={"channel": channel, "expected_on": expected_on.isoformat() if expected_on else None},
            note=status,
            stamp=stamp,
            activity="draft",
        )
        MonitoringNote.objects.create(
            case=task.case,
            whom=whom,
            channel=channel,
            status=status,
            expected_on=expected_on,
            follow_up_on=follow_up_on,
            by=by,
            at=at,
        )
        return moved
