"""When a case may be ready, from how long earlier ones took from the same step: a range, never a promise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import ceil
from typing import TypeVar

from django.db.models import Min

from muara.cases.models import Case, Task
from muara.cases.queries import ready_at
from muara.people.models import office_day
from muara.sop.working_time import Calendar, add_working_days, working_days_between

ENOUGH, AT_MOST = 20, 500  # earlier cases: fewer say nothing, more say nothing new
BACK = timedelta(days=365)
Figure = TypeVar("Figure", int, timedelta)
LOW, HIGH = 10, 90  # per cent: eight of ten cases lie between


@dataclass(frozen=True, slots=True)
class Forecast:
    """Between which days eight of ten earlier cases would have been ready, had they stood here."""

    cases: int
    soonest: date
    latest: date
    longer: bool  # this case already took longer than nine of ten


def forecast(case: Case, *, now: datetime, calendar: Calendar) -> Forecast | None:
    """Look at the cases of the last year that went through this step; None where they are too few."""
    task = case.main_task
    if task is None or ready_at(case) is not None:
        return None
    came = min(one.opened_at for one in case.tasks.all() if one.step_key == task.step_key)
    days = _days_until_ready(case, task.step_key, since=now - BACK, calendar=calendar)
    if len(days) < ENOUGH:
        return None
    today, from_day = office_day(now), office_day(came)
    soonest, latest = (add_working_days(calendar, from_day, percentile(days, share)) for share in (LOW, HIGH))
    return Forecast(len(days), max(soonest, today), latest, longer=latest < today)


def _days_until_ready(case: Case, step_key: str, *, since: datetime, calendar: Calendar) -> list[int]:
    """Working days from an earlier case's first arrival at a step until its decision lay ready."""
    process = case.process
    steps = process.doing("number")
    ways = {way.key for step in steps for way in process.step(step).outcomes if way.kind == "forward"}
    alike = Task.objects.main().filter(case__revision__service=case.revision.service)
    # Rows, not groups: the newest come straight off an index, however many years lie behind them.
    ready = (
        alike.filter(step_key__in=steps, outcome__in=ways, closed_at__gte=since)
        .exclude(case=case)
        .order_by("-closed_at")
        .values_list("case", "closed_at")[:AT_MOST]
    )
    ended: dict[int, datetime] = {}
    for pk, at in ready:
        assert at is not None
        ended.setdefault(pk, at)  # a decision given back by the registrar was ready when it was last
    arrived = (
        alike.filter(case__in=list(ended), step_key=step_key).values_list("case").annotate(Min("opened_at"))
    )
    return [working_days_between(calendar, office_day(came), office_day(ended[pk])) for pk, came in arrived]


def percentile(values: Sequence[Figure], share: int) -> Figure:
    """The nearest-rank percentile of at least one value: one that was there (50 is our median)."""
    return sorted(values)[ceil(len(values) * share / 100) - 1]
