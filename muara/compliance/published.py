"""What the public reads of a permit's compliance, quarter by quarter, where the office publishes it.

Published is what holds: a quarter whose report is due, how much of what was required complied, and what an
officer confirmed. What was only detected is told to nobody here: a value that exceeds, is missing or cannot
be judged is alike "not shown to comply". No measured value is published.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from muara.compliance.arithmetic.limits import parameter
from muara.compliance.arithmetic.schedule import Frequency, Period, due_day, period_of
from muara.compliance.arithmetic.verdicts import Standing
from muara.compliance.models import Finding, Grant
from muara.compliance.queries import Summary, by_quarter, month_summaries, quarter_tally, report_rule
from muara.people.calendar import office_calendar

DAY = timedelta(days=1)
COMPLIES, EXCEEDED, NOT_SHOWN = "taat", "ada pelampauan yang ditegaskan", "belum seluruhnya terbukti taat"


@dataclass(frozen=True, slots=True)
class PublishedQuarter:
    """A quarter in public: days and tests that complied of those required, and what was confirmed."""

    name: str
    days: int
    days_required: int
    tests: int
    tests_required: int
    confirmed: tuple[str, ...]

    @property
    def state(self) -> str:
        if self.confirmed:
            return EXCEEDED
        whole = self.days == self.days_required and self.tests == self.tests_required
        return COMPLIES if whole else NOT_SHOWN


def published_quarters(grant: Grant, *, number: int, today: date) -> list[PublishedQuarter]:
    """The last `number` quarters of a permit that are published, the newest first, with a report's figures.

    `discharge__grants` is fetched beforehand. A quarter that fell to several permits is told with each.
    """
    discharge, calendar, rule = grant.discharge, office_calendar(), report_rule(on=today)
    quarters: list[Period] = []
    quarter = period_of(Frequency.QUARTERLY, today)
    while len(quarters) < number and quarter.last >= grant.starts:
        if quarter.first <= grant.ends and due_day(quarter, calendar=calendar, rule=rule) < today:
            quarters.append(quarter)
        quarter = period_of(Frequency.QUARTERLY, quarter.first - DAY)
    if not quarters:
        return []
    confirmed = list(
        Finding.objects.standing()
        .filter(
            discharge=discharge,
            kind=Finding.Kind.EXCEEDANCE,
            outcome=Finding.Outcome.CONFIRMED,
            day__range=(quarters[-1].first, quarters[0].last),
        )
        .select_related("point")
        .order_by("day", "pk")
    )
    months = by_quarter(
        month_summaries(discharge, first=quarters[-1].first, last=quarters[0].last, until=today)
    )
    return [_published(one, months[one], confirmed) for one in quarters]


def _published(quarter: Period, months: Sequence[Summary], confirmed: Iterable[Finding]) -> PublishedQuarter:
    owed = [day for month in months for log in month.logs for day in log.days if day.owed]
    tests = quarter_tally(months)
    return PublishedQuarter(
        quarter.name,
        days=sum(day.standing is Standing.COMPLIES for day in owed),
        days_required=len(owed),
        tests=tests.complying,
        tests_required=tests.required,
        confirmed=tuple(_named(row) for row in confirmed if quarter.first <= row.day <= quarter.last),
    )


def _named(row: Finding) -> str:
    where = f" di {row.point.name}" if row.point else ""
    return f"{parameter(row.parameter).name}{where}, {row.day:%d-%m-%Y}"
