"""What follows when a permit's standing changes after its issue, and what is told as its end comes near."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta

from django.db import transaction

from muara.cases.models import Application, Case
from muara.compliance.actions.obligations import void_obligations
from muara.people.calendar import office_calendar
from muara.people.models import Notice, office_day
from muara.people.reading import only_reading
from muara.permits.models import LaterDecision, Permit
from muara.permits.standing import Status, standing
from muara.sop.working_time import Calendar, working_day_before
from muara.steps.notices import moot, tell_expiry, tell_later_decision

DAY = timedelta(days=1)
REMIND_BEFORE = (180, 90, 60, 30)  # days before the printed end; neither SOP nor law fixes them (domain 2.1)
BY_TELEPHONE = (60, 30)  # of these customer service telephones where no message reaches the holder
STILL_GOOD = 7  # days: what a standing machine missed is told later, but not for ever
INVITED = tuple(f"expiry:{days}" for days in REMIND_BEFORE)


def after_change(decision: LaterDecision, *, at: datetime) -> None:
    """What follows when a later decision comes into force: called once, inside its act.

    A permit that ends for good ends what its holder owes; a suspended one is monitored on.
    """
    if decision.kind in LaterDecision.ENDS:
        assert decision.number is not None
        why = f"{decision.get_kind_display()} nomor {decision.number.text}"
        void_obligations(decision.permit, why, at=at, on=decision.since)
        moot(decision.permit.case, *INVITED, at=at)
    tell_later_decision(decision, at=at)


def remind_of_expiry(*, at: datetime) -> Iterator[Notice]:
    """Invite the holders of permits that end soon to renew them, once for each of the days before the end.

    A permit that was replaced, revoked or annulled is reminded of no more, nor one whose renewal the office
    has before it.
    """
    today, calendar = office_day(at), office_calendar()
    with only_reading():
        permits = expiring(today, within=REMIND_BEFORE[0])
        asked = being_renewed(permits)
    for permit in permits:
        days = reminder_due(permit, today=today, calendar=calendar)
        if days is None or permit.pk in asked:
            continue
        with transaction.atomic():
            made = tell_expiry(permit, days=days, important=days in BY_TELEPHONE, at=at)
        if made.made_at == at:
            yield made


def expiring(today: date, *, within: int) -> list[Permit]:
    """The permits whose printed end comes within so many days and that still stand, the nearest first."""
    rows = Permit.objects.filter(
        scan__isnull=False,
        replaced_on=None,
        expires_on__range=(today, today + DAY * (within + STILL_GOOD)),
    )
    found = (
        rows.select_related("number", "case__revision", "case__application__company")
        .prefetch_related("later")
        .order_by("expires_on", "pk")
    )
    alive = (Status.ACTIVE, Status.SUSPENDED)
    return [permit for permit in found if standing(permit, on=today).status in alive]


def reminder_due(permit: Permit, *, today: date, calendar: Calendar) -> int | None:
    """Which reminder is due: the last whose working day has come, unless that was long ago."""
    days = [
        (number, working_day_before(calendar, permit.expires_on - DAY * number, 0))
        for number in REMIND_BEFORE
    ]
    come = [(number, day) for number, day in days if day <= today]
    if not come or come[-1][1] < today - DAY * STILL_GOOD:
        return None
    return come[-1][0]


def being_renewed(permits: Iterable[Permit]) -> dict[int, Case]:
    """The open case that renews or changes each of these permits, where the office has one before it."""
    numbers = {permit.number.text: permit.pk for permit in permits}
    rows = Application.objects.filter(
        data__previous_permit__in=list(numbers), case__isnull=False, case__closed_at=None
    ).select_related("case")
    return {numbers[str(row.data["previous_permit"])]: row.case for row in rows}
