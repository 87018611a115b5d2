"""When the office serves visitors: its hours, on the days that its calendar leaves open."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from muara.people.calendar import office_calendar
from muara.people.models import WITA, ServiceHours, office_day

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
    calendar = office_calendar()
    hours = hours_in_force(day)
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
