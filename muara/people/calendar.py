"""The office calendar as the pure arithmetic of `muara.sop.working_time` wants it."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from django.db import connection

from muara.people.models import CalendarDay
from muara.people.reading import answered
from muara.sop.working_time import Calendar

HEAD = "SELECT head FROM audit_chain WHERE key = 'calendar'"


def office_calendar() -> Calendar:
    """Read the calendar: Monday to Friday, minus holidays and collective leave, plus replacement days.

    Every edit is an entry of the chain `calendar`, so its head tells whether what was read before is
    still true, in this process and in any other.
    """
    return read_calendar(answered("calendar", _head))


def _head() -> str:
    with connection.cursor() as cursor:
        cursor.execute(HEAD)
        row = cursor.fetchone()
    return row[0] if row else ""


@lru_cache(maxsize=4)
def read_calendar(head: str) -> Calendar:
    """Read the calendar as it stands at a head of its chain."""
    closed: set[date] = set()
    opened: set[date] = set()
    names: dict[date, str] = {}
    decreed: set[int] = set()
    national: set[date] = set()
    for day, kind, name in CalendarDay.objects.values_list("date", "kind", "name"):
        (opened if kind == CalendarDay.Kind.REPLACEMENT else closed).add(day)
        names[day] = name
        if kind == CalendarDay.Kind.COLLECTIVE_LEAVE:
            decreed.add(day.year)
        if kind == CalendarDay.Kind.PUBLIC_HOLIDAY:
            national.add(day)
    return Calendar(
        closed=frozenset(closed - opened),
        opened=frozenset(opened),
        known_until=max(decreed, default=None),
        names=names,
        national=frozenset(national - opened),
    )
