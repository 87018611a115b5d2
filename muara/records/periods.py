"""The periods that figures are told of: a semester, a year, or any days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from muara.people.models import midnight
from muara.sop.working_time import DAY

YEARS_PUBLISHED = 10


@dataclass(frozen=True, slots=True)
class Period:
    """Office days from the first to the last, both counted; `key` names a semester or a year ("2026-1")."""

    first: date
    last: date
    label: str
    key: str = ""

    @property
    def begins(self) -> datetime:
        return midnight(self.first)

    @property
    def ends(self) -> datetime:
        """The moment that no longer belongs to the period."""
        return midnight(self.last + DAY)

    def holds(self, day: date | None) -> bool:
        return day is not None and self.first <= day <= self.last

    @property
    def before(self) -> Period:
        """What it is compared with: the semester or year before, or as many days before."""
        if "-" in self.key:
            return semester(self.first - DAY)
        if self.key:
            return year(self.first.year - 1)
        days = (self.last - self.first).days + 1
        return between(self.first - days * DAY, self.first - DAY)


def semester(day: date) -> Period:
    """The half of a year that a day falls into (SOP T: once in six months)."""
    if day.month <= 6:
        return Period(date(day.year, 1, 1), date(day.year, 6, 30), f"Semester 1 {day.year}", f"{day.year}-1")
    return Period(date(day.year, 7, 1), date(day.year, 12, 31), f"Semester 2 {day.year}", f"{day.year}-2")


def semesters(day: date, *, count: int) -> list[Period]:
    """The last semesters up to that of a day, the oldest first."""
    found = [semester(day)]
    while len(found) < count:
        found.append(found[-1].before)
    return found[::-1]


def year(number: int) -> Period:
    return Period(date(number, 1, 1), date(number, 12, 31), f"Tahun {number}", str(number))


def between(first: date, last: date) -> Period:
    return Period(first, last, f"{first:%d-%m-%Y} s.d. {last:%d-%m-%Y}")


def open_periods(first: date, today: date) -> list[Period]:
    """The semesters and years that are published, the newest first; at most ten years."""
    since = max(first, date(today.year - YEARS_PUBLISHED + 1, 1, 1))
    halves = [semester(today)]
    while halves[-1].first > since:
        halves.append(halves[-1].before)
    return [*halves, *(year(number) for number in range(today.year, since.year - 1, -1))]
