"""How late a task is, net of what the office could not do; which cases are past their legal limit."""

from __future__ import annotations

from datetime import date

from django.db.models import Q

from muara.cases.models import Case, CaseQuerySet, Task, TaskQuerySet
from muara.cases.models.case import definition_of, stored_revisions
from muara.cases.queries import promise_due
from muara.cases.timeline import elapsed, timeline
from muara.people.calendar import office_calendar
from muara.people.models import office_day
from muara.sop.definition import Process
from muara.sop.working_time import DAY, Calendar, working_day_before

# The decision is out and waits for whoever collects it: what section I promises is kept (16.d).
OUT = ("hand_over", "receive")


def is_out(process: Process, step_key: str) -> bool:
    """Tell whether a case that stands at a step has its numbered decision."""
    return process.step(step_key).activity in OUT


def counts_from(task: Task) -> date:
    """The day after which a task is late: its limit, or the day the file came when that was over by then.

    A file sent back to a step whose cumulative limit has passed is late as a case, but whoever gets it has
    had no day of it (domain 1.8.3: H+2 is for the first examination).
    """
    assert task.due_on is not None
    return max(task.due_on, office_day(task.opened_at))


def days_late(task: Task, *, today: date, calendar: Calendar) -> int:
    """Working days since a limit, without those on which the file lay with somebody else; else 0."""
    since = counts_from(task)
    if since >= today:
        return 0
    return elapsed(timeline(task.case), calendar, since=since, until=today).net


def legal_limit(case: Case, *, calendar: Calendar) -> date | None:
    """The last day for the decision: what section I promises, which is the limit that UU 30/2014 Pasal 53(1)
    means; None where its clock has not begun, or the decision is out, or the case has ended."""
    main = case.main_task
    if case.closed_at is not None or main is None or is_out(case.process, main.step_key):
        return None
    return promise_due(case, calendar=calendar)


def promise_over(*, by: date, calendar: Calendar) -> Q:
    """The open main tasks of cases whose promise (SOP I) ended by a day, and whose decision is not out."""
    over = Q(pk__in=[])
    for pk in stored_revisions():
        process = definition_of(pk).process
        day_0, last = _promised_since(process, by=by, calendar=calendar)
        out = [step for activity in OUT for step in process.doing(activity)]
        over |= Q(case__revision=pk, **{f"case__{day_0}__lte": last}) & ~Q(step_key__in=out)
    return over


def past_legal_limit(*, today: date) -> CaseQuerySet:
    """The open cases without a decision whose legal limit is over, whoever has them (no pause helps)."""
    by, calendar = today - DAY, office_calendar()
    old = Q(pk__in=[])  # said of the case too, so that its index is used and not every open case looked at
    for pk in stored_revisions():
        day_0, last = _promised_since(definition_of(pk).process, by=by, calendar=calendar)
        old |= Q(revision=pk, **{f"{day_0}__lte": last})
    over = Task.objects.open().main().filter(promise_over(by=by, calendar=calendar))
    found: CaseQuerySet = Case.objects.filter(old, closed_at=None, pk__in=over.values("case"))
    return found


def past_legal_limit_among(tasks: TaskQuerySet, *, today: date, most: int) -> CaseQuerySet:
    """The cases of these open tasks, of the main line or beside it, that are past it; at most the oldest.

    By way of the tasks: a desk has far fewer of them than the office may have cases that old.
    """
    over = tasks.filter(promise_over(by=today - DAY, calendar=office_calendar())).order_by()
    rows = set(over.values_list("case__recommended_on", "case__registered_on", "case"))
    oldest = sorted(rows, key=lambda row: (row[0] or date.max, row[1] or date.max, row[2]))
    found: CaseQuerySet = Case.objects.filter(pk__in=[pk for *_, pk in oldest[:most]])
    return found


def _promised_since(process: Process, *, by: date, calendar: Calendar) -> tuple[str, date]:
    """From which day a promise runs, and the latest such day whose promise has ended by another."""
    day_0 = "recommended_on" if process.promise_awaits_agency else "registered_on"
    return day_0, working_day_before(calendar, by, process.promise_days)
