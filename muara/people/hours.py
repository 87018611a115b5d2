"""When the office serves visitors: its hours, on the days that its calendar leaves open."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from muara.people.calendar import office_calendar
from muara.people.models import WITA, ServiceHours, office_day
from muara.sop.working_time import Calendar

MONDAY = ServiceHours.Weekday.MONDAY
LOOK_AHEAD = 90  # days; an office that is closed longer has not said when it opens


@dataclass(frozen=True, slots=True)
class Opening:
    """A day's service: from `opens` until just before `closes`, in the office's own time."""

    day: date
    opens: time
    closes: time

    @property
    def begins(self) -> datetime:
        return datetime.combine(self.day, self.opens, WITA)

    @property
    def ends(self) -> datetime:
        return datetime.combine(self.day, self.closes, WITA)

    @property
    def told(self) -> str:
        """The hours as one reads them."""
        return f"{self.opens:%H.%M}–{self.closes:%H.%M}"


def hours_in_force(on: date) -> dict[int, ServiceHours]:
    """The hours of each weekday as they stand on a day."""
    rows = ServiceHours.objects.filter(effective_from__lte=on).order_by("effective_from")
    return {row.weekday: row for row in rows}


def opening_on(day: date) -> Opening | None:
    """The hours of a day; None when the office serves nobody.

    A holiday is closed whatever its weekday, unless the hours say otherwise. A replacement working day on a
    weekday without hours keeps Monday's.
    """
    return _opening(day, calendar=office_calendar(), hours=hours_in_force(day))


def minutes_served(spans: Iterable[tuple[datetime, datetime]]) -> list[int]:
    """How many minutes of the office's hours fall into each stretch of time; the tables are read once."""
    calendar, rows = office_calendar(), list(ServiceHours.objects.order_by("effective_from"))
    known: dict[date, Opening | None] = {}

    def opening(day: date) -> Opening | None:
        if day not in known:
            hours = {row.weekday: row for row in rows if row.effective_from <= day}
            known[day] = _opening(day, calendar=calendar, hours=hours)
        return known[day]

    return [
        sum(_minutes(opening(day), starts, ends) for day in _days(starts, ends)) for starts, ends in spans
    ]


def _days(starts: datetime, ends: datetime) -> Iterator[date]:
    first = office_day(starts)
    for ahead in range((office_day(ends) - first).days + 1):
        yield first + timedelta(days=ahead)


def _minutes(opening: Opening | None, starts: datetime, ends: datetime) -> int:
    if opening is None:
        return 0
    shared = min(ends, opening.ends) - max(starts, opening.begins)
    return max(0, int(shared.total_seconds() // 60))


def _opening(day: date, *, calendar: Calendar, hours: Mapping[int, ServiceHours]) -> Opening | None:
    row = hours.get(day.weekday())
    if day in calendar.closed and not (row and row.on_holidays):
        return None
    if day in calendar.opened and (row is None or row.opens is None):
        row = hours.get(MONDAY)
    if row is None or row.opens is None or row.closes is None:
        return None
    return Opening(day, row.opens, row.closes)


def open_at(at: datetime) -> Opening | None:
    """The opening that a moment falls into."""
    opening = opening_on(office_day(at))
    return opening if opening and opening.begins <= at < opening.ends else None


def next_opening(at: datetime) -> Opening | None:
    """The first opening that begins after a moment; None when none is known."""
    today = office_day(at)
    for ahead in range(LOOK_AHEAD):
        opening = opening_on(today + timedelta(days=ahead))
        if opening is not None and opening.begins > at:
            return opening
    return None
