"""While nobody comes for the permit (SOP step 17): who was turned away, who was reminded and when."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db import IntegrityError

from muara.cases.actions import NO_FORM, Moved, Refused, Stale, Stamp, act, note_from_outside, note_on
from muara.cases.models import Reminder, Task
from muara.cases.queries import tasks_doing
from muara.people.calendar import office_calendar
from muara.people.models import Notice, User, office_day
from muara.permits.queries import decision_of
from muara.sop.working_time import Calendar, working_days_between
from muara.steps.notices import tell_uncollected


def turn_away(task: Task, *, who: str, reason: str, by: User, at: datetime, stamp: Stamp = NO_FORM) -> Moved:
    """Step 17: whoever came is not the applicant nor holds a mandate; the permit stays at the counter.

    Raises:
        Refused: who came, or why they were turned away, was not said.
    """
    if not who.strip():
        raise Refused("Tuliskan nama orang yang datang.", "who")
    if not reason.strip():
        raise Refused("Tuliskan mengapa izin tidak diserahkan.", "reason")
    with act(stamp):
        return note_on(
            task.pk,
            verb="hand_over.refuse",
            by=by,
            at=at,
            facts={},
            note=f"{who}: {reason}",
            stamp=stamp,
            activity="hand_over",
        )


def remind(
    task: Task, *, channel: str, note: str, by: User, at: datetime, stamp: Stamp = NO_FORM
) -> Reminder:
    """The counter told the applicant that the permit waits, and notes how."""
    if channel not in Reminder.Channel.values:
        raise Refused("Pilih saluran yang dipakai.", "channel")
    with act(stamp):
        note_on(
            task.pk,
            verb="hand_over.remind",
            by=by,
            at=at,
            facts={"channel": channel},
            note=note,
            stamp=stamp,
            activity="hand_over",
        )
        return Reminder.objects.create(case_id=task.case_id, channel=channel, at=at, by=by)


def days_waiting(task: Task, *, at: datetime, calendar: Calendar) -> int:
    """How many working days a permit has been ready for collection (16.d)."""
    return working_days_between(calendar, office_day(task.opened_at), office_day(at))


def remind_by_the_clock(*, at: datetime) -> Iterator[Notice]:
    """Make the reminders that have fallen due, each once; of several that were missed only the last."""
    calendar = office_calendar()
    for task in tasks_doing("hand_over").select_related("case__application__applicant").order_by("pk"):
        waited = days_waiting(task, at=at, calendar=calendar)
        due = [day for day in task.case.process.collection.remind_after if day <= waited]
        decision = decision_of(task.case_id) if due else None
        if decision is None or Reminder.objects.filter(case=task.case_id, after__gte=due[-1]).exists():
            continue
        try:
            with act():
                note_from_outside(task.pk, verb="hand_over.remind", by=None, at=at, facts={"after": due[-1]})
                made = tell_uncollected(decision, after=due[-1], at=at)
                Reminder.objects.create(
                    case_id=task.case_id, channel=CHANNELS[Notice.Channel(made.channel)], at=at, after=due[-1]
                )
        except (IntegrityError, Stale):
            continue  # the permit was handed over, or another tick was quicker, in this very moment
        yield made


CHANNELS = {
    Notice.Channel.EMAIL: Reminder.Channel.EMAIL,
    Notice.Channel.MESSAGE: Reminder.Channel.MESSAGE,
    Notice.Channel.NONE: Reminder.Channel.PHONE,  # customer service telephones
}
