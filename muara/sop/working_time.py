"""Working days: H is day 0, limits are cumulative, and every count can explain itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import count

from muara.sop.definition import Limit

DAY = timedelta(days=1)
WEEKEND = {5: "Sabtu", 6: "Minggu"}


class CalendarTooClosed(ValueError):
    """The calendar closes every day for a whole year, so no working day can be found."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """An office's days: Monday to Friday without `closed`, plus `opened` (replacement working days).

    `known_until` is the last year with decreed leave: a count that runs past it rests on guesses.
    `national` are the national holidays among the closed days: only they and Sundays move the end of a
    decision (`end_of_decision`). `names` say why a day is closed; they serve explanations only.
    """

    closed: frozenset[date] = frozenset()
    opened: frozenset[date] = frozenset()
    known_until: int | None = None
    names: Mapping[date, str] = field(default_factory=dict)
    national: frozenset[date] = frozenset()


@dataclass(frozen=True, slots=True)
class TraceDay:
    """A calendar day of a count: its number where it counts (0 is H), and why."""

    day: date
    counted: int | None
    reason: str


def is_working_day(calendar: Calendar, day: date) -> bool:
    """Tell whether the office works on a day."""
    return day in calendar.opened or (day.weekday() not in WEEKEND and day not in calendar.closed)


def day_zero(calendar: Calendar, day: date) -> date:
    """Find H: the day itself, or the next working day when it is not one."""
    return add_working_days(calendar, day, 0)


def add_working_days(calendar: Calendar, day: date, days: int) -> date:
    """Find the `days`-th working day after H, in working days (domain: H is day 0)."""
    *_, last = trace(calendar, day, days)
    return last.day


def working_days_between(calendar: Calendar, first: date, last: date) -> int:
    """Count working days after the day 0 of `first` up to and including `last`; 0 where `last` is earlier.

    The inverse of add_working_days: `working_days_between(c, h, add_working_days(c, h, n)) == n`.
    """
    return working_days_in(calendar, after=day_zero(calendar, first), until=last)


def working_days_in(calendar: Calendar, *, after: date, until: date) -> int:
    """Count the working days after one day up to and including another; 0 where `until` is not later."""
    days = (after + DAY * step for step in range(1, (until - after).days + 1))
    return sum(is_working_day(calendar, day) for day in days)


def working_day_before(calendar: Calendar, day: date, days: int) -> date:
    """Find the working day from which `days` working days lead to a day; raises CalendarTooClosed.

    `days` 0 is the day itself, or the working day before it. The inverse of
    working_days_in: `working_days_in(c, after=working_day_before(c, d, n), until=d) == n` where d is one.
    """
    left, idle, today = days, 0, day
    while True:
        if is_working_day(calendar, today):
            if left == 0:
                return today
            left, idle = left - 1, 0
        else:
            idle += 1
            if idle > 366:
                raise CalendarTooClosed(f"Tidak ada hari kerja dalam setahun sebelum {day.isoformat()}.")
        today -= DAY


def working_day_after(calendar: Calendar, day: date, days: int) -> date:
    """Find the `days`-th working day that comes after a day, be it a working day itself or not (days ≥ 1)."""
    return add_working_days(calendar, day + DAY, days - 1)


def due(calendar: Calendar, limit: Limit | None, base: date, *, again: bool = False) -> date | None:
    """Find the last day of a step's limit, counted from its clock's day; None where the SOP sets none.

    `again` asks for a pass of the step after its first one (domain 1.8.3).
    """
    days = limit.days_of(again=again) if limit else None
    return None if days is None else add_working_days(calendar, base, days)


def trace(calendar: Calendar, day: date, days: int) -> tuple[TraceDay, ...]:
    """Explain add_working_days day by day, from `day` to the day found; raises CalendarTooClosed."""
    if days < 0:
        raise ValueError("days must not be negative")
    return tuple(_counted(calendar, day, days))


def is_guess(calendar: Calendar, day: date) -> bool:
    """Tell whether a deadline falls in a year for which no leave has been decreed yet."""
    return calendar.known_until is not None and day.year > calendar.known_until


def add_years(day: date, years: int) -> date:
    """Find the same calendar date years later; 29 February becomes 28 February (SOP L; domain 2.1).

    Where the end falls on a Sunday or holiday, `end_of_decision` says what the law makes of it.
    """
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


SUNDAY = 6


def end_of_decision(calendar: Calendar, day: date) -> date:
    """Find the last day of a decision that names a day: on a Sunday or national holiday the next working day.

    UU 30/2014, Pasal 58(3). A Saturday, collective leave and a closure of the office move nothing.
    """
    moves = day.weekday() == SUNDAY or day in calendar.national
    return day_zero(calendar, day) if moves else day


def _counted(calendar: Calendar, day: date, days: int) -> Iterator[TraceDay]:
    number = idle = 0
    for offset in count():
        today = day + DAY * offset
        if not is_working_day(calendar, today):
            idle += 1
            if idle > 366:
                raise CalendarTooClosed(f"Tidak ada hari kerja dalam setahun sejak {day.isoformat()}.")
            yield TraceDay(today, None, _why_closed(calendar, today))
            continue
        idle = 0
        yield TraceDay(today, number, "H" if number == 0 else f"H+{number}")
        if number == days:
            return
        number += 1


def _why_closed(calendar: Calendar, day: date) -> str:
    return calendar.names.get(day) or WEEKEND.get(day.weekday(), "Hari libur")
