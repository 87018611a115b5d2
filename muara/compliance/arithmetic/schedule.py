"""What a permit obliges its holder to do, where and how often, and by when each time (SOP G.8 to G.17)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from muara.cases.terms import PointKind, Terms
from muara.compliance.arithmetic.limits import FLOW, parameter_key
from muara.sop.values import MONTHS
from muara.sop.working_time import Calendar, day_zero, working_day_before

DAY = timedelta(days=1)
ROMAN = ("I", "II", "III", "IV")


class Frequency(StrEnum):
    """How often something is due; `STANDING` holds every day and is due on none."""

    DAILY = "daily"
    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    HALF_YEARLY = "half_yearly"
    STANDING = "standing"

    @property
    def label(self) -> str:
        return {
            "daily": "setiap hari",
            "monthly": "setiap bulan",
            "quarterly": "setiap triwulan",
            "half_yearly": "setiap semester",
            "standing": "selama izin berlaku",
        }[self.value]


# Months of a period.
MONTHS_OF = {Frequency.MONTHLY: 1, Frequency.QUARTERLY: 3, Frequency.HALF_YEARLY: 6}


class DutyKind(StrEnum):
    """The kinds of obligation, each the answer to a clause of SOP G.B."""

    MAX_FLOW = "max_flow"
    LIMITS = "limits"
    DAILY_LOG = "daily_log"
    PRODUCTION = "production"
    LAB_TEST = "lab_test"
    SEA_TEST = "sea_test"
    LOAD = "load"
    PROCEDURES = "procedures"
    EMERGENCY = "emergency"
    QUARTERLY_REPORT = "quarterly_report"
    SEMESTER_REPORT = "semester_report"
    WORDED = "worded"

    @property
    def clause(self) -> str:
        """The clause of the SOP that it comes from; a worded one comes from the permit itself."""
        return {
            "max_flow": "G.8",
            "limits": "G.9",
            "daily_log": "G.10",
            "production": "G.11",
            "lab_test": "G.12",
            "sea_test": "G.12",
            "load": "G.13",
            "procedures": "G.14",
            "emergency": "G.15",
            "quarterly_report": "G.16",
            "semester_report": "G.17",
            "worded": "",
        }[self.value]

    @property
    def label(self) -> str:
        return {
            "max_flow": "Debit maksimum",
            "limits": "Baku mutu air limbah",
            "daily_log": "Catatan debit dan pH",
            "production": "Produksi",
            "lab_test": "Uji laboratorium air limbah",
            "sea_test": "Uji laboratorium air laut",
            "load": "Beban pencemaran",
            "procedures": "Prosedur pengoperasian IPAL",
            "emergency": "Kesiapan tanggap darurat",
            "quarterly_report": "Laporan triwulan",
            "semester_report": "Laporan semester",
            "worded": "Kewajiban menurut bunyi izin",
        }[self.value]


@dataclass(frozen=True, slots=True)
class Duty:
    """One obligation. `point` and `parameter` say where and what, as the permit names them."""

    kind: DutyKind
    frequency: Frequency
    point: str = ""
    parameter: str = ""
    wording: str = ""

    @property
    def key(self) -> tuple[str, str, str, str, str]:
        """What makes it the same duty under a changed permit."""
        point = " ".join(self.point.split()).casefold()
        name = parameter_key(self.parameter) if self.parameter else ""
        return (self.kind, self.frequency, point, name, " ".join(self.wording.split()))


def duties(terms: Terms) -> list[Duty]:
    """Read the obligations off a permit's terms: of the permit as a whole, and of each of its points."""
    outlets = [point.name for point in terms.points if point.kind is PointKind.COMPLIANCE]
    seas = [point.name for point in terms.points if point.kind is PointKind.SEA]
    tested = [limit.parameter for limit in terms.limits if parameter_key(limit.parameter) != FLOW]
    whole = (
        (DutyKind.MAX_FLOW, Frequency.STANDING),
        (DutyKind.LIMITS, Frequency.STANDING),
        (DutyKind.PRODUCTION, Frequency.MONTHLY),
        (DutyKind.LOAD, Frequency.MONTHLY),
        (DutyKind.PROCEDURES, Frequency.STANDING),
        (DutyKind.EMERGENCY, Frequency.HALF_YEARLY),
        (DutyKind.QUARTERLY_REPORT, Frequency.QUARTERLY),
        (DutyKind.SEMESTER_REPORT, Frequency.HALF_YEARLY),
    )
    return [
        *(Duty(kind, frequency) for kind, frequency in whole),
        *(Duty(DutyKind.DAILY_LOG, Frequency.DAILY, point) for point in outlets),
        *(
            Duty(DutyKind.LAB_TEST, Frequency.MONTHLY, point, parameter)
            for point in outlets
            for parameter in tested
        ),
        *(Duty(DutyKind.SEA_TEST, Frequency.HALF_YEARLY, point) for point in seas),
        *(
            Duty(DutyKind.WORDED, Frequency.STANDING, wording=" ".join(words.split()))
            for words in dict.fromkeys(terms.obligations)
        ),
    ]


@dataclass(frozen=True, slots=True)
class Period:
    """A span for which something is due, cut to the time of the duty: a first one may be short."""

    first: date
    last: date
    whole_first: date
    whole_last: date
    name: str

    @property
    def is_partial(self) -> bool:
        return (self.first, self.last) != (self.whole_first, self.whole_last)

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1


def period_of(frequency: Frequency, day: date) -> Period:
    """The whole calendar period that a day lies in: a day, a month, a quarter, half a year."""
    months = MONTHS_OF.get(frequency)
    if months is None:
        return Period(day, day, day, day, f"{day.day} {MONTHS[day.month - 1]} {day.year}")
    index = (day.month - 1) // months
    first = date(day.year, index * months + 1, 1)
    last = _next_month(date(day.year, (index + 1) * months, 1)) - DAY
    name = {
        1: f"{MONTHS[day.month - 1]} {day.year}",
        3: f"Triwulan {ROMAN[min(index, 3)]} {day.year}",
        6: f"Semester {ROMAN[min(index, 3)]} {day.year}",
    }[months]
    return Period(first, last, first, last, name)


def periods(frequency: Frequency, *, starts: date, ends: date, until: date | None = None) -> Iterator[Period]:
    """Every period of a duty from its first day to its last, pro rata at both ends.

    `until` stops with the period that the day lies in.
    """
    if frequency is Frequency.STANDING:
        return
    last = ends if until is None else min(ends, until)
    day = starts
    while day <= last:
        whole = period_of(frequency, day)
        yield Period(max(whole.first, starts), min(whole.last, ends), whole.first, whole.last, whole.name)
        day = whole.last + DAY


@dataclass(frozen=True, slots=True)
class DueRule:
    """When a periodic report is due and who is reminded when; neither SOP nor law that was found fixes it.

    `day_of_month` of the month after the period; `before` and `after` in calendar days around that day.
    """

    day_of_month: int = 15
    before: tuple[int, ...] = (14, 3)
    after: tuple[int, ...] = (1, 7)


@dataclass(frozen=True, slots=True)
class Reminder:
    """A working day to remind on, and its distance in days from the due day: −14 is two weeks before."""

    day: date
    offset: int


DEFAULT_RULE = DueRule()


def due_day(period: Period, *, calendar: Calendar, rule: DueRule = DEFAULT_RULE) -> date:
    """The last day to report on a period: the 15th of the next month, or the next working day.

    A period that the permit's end cut short is due after its own last month. A month without such a day
    ends on its last.
    """
    month = _next_month(period.last)
    last = _next_month(month) - DAY
    return day_zero(calendar, month.replace(day=min(rule.day_of_month, last.day)))


def reminders(due: date, *, calendar: Calendar, rule: DueRule = DEFAULT_RULE) -> list[Reminder]:
    """When to remind: before on the working day at or before, after on the one at or after."""
    early = [Reminder(working_day_before(calendar, due - DAY * days, 0), -days) for days in rule.before]
    late = [Reminder(day_zero(calendar, due + DAY * days), days) for days in rule.after]
    return sorted([*early, *late], key=lambda reminder: (reminder.day, reminder.offset))


def _next_month(day: date) -> date:
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)
