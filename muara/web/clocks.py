"""A case's limits and clocks: what the SOP prints, the day it means, how it was counted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from muara.cases.actions import due_day
from muara.cases.models import Case, Recommendation
from muara.cases.queries import promise_due, promise_starts, ready_at
from muara.cases.timeline import Elapsed, Span, elapsed, timeline
from muara.people.calendar import office_calendar
from muara.people.hours import minutes_served
from muara.people.models import office_day
from muara.sop.definition import Limit, Step
from muara.sop.working_time import (
    Calendar,
    TraceDay,
    add_working_days,
    is_guess,
    trace,
    working_days_in,
)
from muara.web.dossier import Due, due_of, legs

WIDTH, LEAST = 960, 2  # of the picture of a case's life, in units of its own


@dataclass(frozen=True, slots=True)
class Deadline:
    """A step's limit: what the SOP prints, the day it means, and when the step was first done."""

    step: Step
    state: str  # of the step, as the stepper draws it
    limit: Limit
    due: Due
    done_at: datetime | None
    late: bool
    guess: bool

    @property
    def counts(self) -> bool:
        """Time still runs for this step: it is neither done, here or on paper, nor passed over."""
        return self.done_at is None and self.state not in {"paper", "skipped"} and not self.step.optional


@dataclass(frozen=True, slots=True)
class Clocks:
    """A case's clocks and all that hangs on them; a service that asks no agency has no H."""

    has_h: bool
    deadlines: list[Deadline]
    promise: Due
    promise_days: int
    days: tuple[TraceDay, ...]
    life: Life


@dataclass(frozen=True, slots=True)
class Stay:
    """A line of "who had it when": a span, its working days, and where it stands in the picture."""

    span: Span
    days: int
    minutes: int | None  # of the office's hours, in the hands of whoever received it; statistics only
    x: float
    width: float


@dataclass(frozen=True, slots=True)
class Life:
    """A case from its submission to its end, or to now: every stay, and what the promise counts of it.

    `later` are the recommendations that came after H, which moves for none of them.
    """

    stays: list[Stay]
    elapsed: Elapsed | None
    net_due: date | None
    late_by: int
    later: list[date]
    width: int = WIDTH

    @property
    def days(self) -> dict[str, int]:
        """Working days with each side, each counted for whoever had it at its end."""
        found: dict[str, int] = {}
        for stay in self.stays:
            found[stay.span.side] = found.get(stay.span.side, 0) + stay.days
        return found


def clocks(case: Case, *, now: datetime) -> Clocks:
    """Compute every limit of a case from its two clocks (domain 1.8.3), day by day."""
    today, calendar, process = office_day(now), office_calendar(), case.process
    started = promise_starts(case)
    first: dict[str, datetime] = {}
    for task in case.main_line:
        if task.closed_at is not None:
            first.setdefault(task.step_key, task.closed_at)
    state = {leg.number: leg.state for leg in legs(case, talk=None)}
    deadlines = [
        _deadline(
            step,
            step.limit,
            case,
            state=state[step.number],
            calendar=calendar,
            today=today,
            done_at=first.get(step.key),
        )
        for step in process.steps
        if step.limit is not None and step.limit.days is not None
    ]
    days = process.promise_days
    due_on = promise_due(case, calendar=calendar)
    return Clocks(
        has_h=bool(process.doing("review")),
        deadlines=deadlines,
        promise=due_of(due_on, today=today, calendar=calendar),
        promise_days=days,
        days=trace(calendar, started, days) if started else (),
        life=life(case, started=started, due_on=due_on, now=now, calendar=calendar),
    )


def life(case: Case, *, started: date | None, due_on: date | None, now: datetime, calendar: Calendar) -> Life:
    """Lay out who had a case when, and count gross and net what its promise has used (domain 1.8.3)."""
    spans = timeline(case)
    reached = office_day(ready_at(case) or case.closed_at or now)  # the promise was counted up to there
    used = elapsed(spans, calendar, since=started, until=reached) if started else None
    later = [
        day
        for day in Recommendation.objects.filter(referral__case=case, received_on__isnull=False)
        .order_by("received_on")
        .values_list("received_on", flat=True)
        if day is not None and case.recommended_on is not None and day > case.recommended_on
    ]
    return Life(
        stays=_stays(spans, now=now, calendar=calendar),
        elapsed=used,
        net_due=add_working_days(calendar, started, case.process.promise_days + used.away)
        if started and used
        else None,
        late_by=working_days_in(calendar, after=due_on, until=reached) if due_on else 0,
        later=later,
    )


def _stays(spans: list[Span], *, now: datetime, calendar: Calendar) -> list[Stay]:
    if not spans:
        return []
    ends = [span.ends or now for span in spans]
    worked = [span.worked(until=now) for span in spans]
    minutes = iter(minutes_served(stretch for stretch in worked if stretch is not None))
    first, last = spans[0].starts, ends[-1]
    scale = WIDTH / max((last - first).total_seconds(), 1)
    return [
        Stay(
            span,
            working_days_in(calendar, after=office_day(span.starts), until=office_day(end)),
            next(minutes) if stretch is not None else None,
            round((span.starts - first).total_seconds() * scale, 1),
            round(max((end - span.starts).total_seconds() * scale, LEAST), 1),
        )
        for span, end, stretch in zip(spans, ends, worked, strict=True)
    ]


def _deadline(
    step: Step,
    limit: Limit,
    case: Case,
    *,
    state: str,
    calendar: Calendar,
    today: date,
    done_at: datetime | None,
) -> Deadline:
    on = due_day(
        step,
        process=case.process,
        registered_on=case.registered_on,
        recommended_on=case.recommended_on,
        calendar=calendar,
    )
    return Deadline(
        step=step,
        state=state,
        limit=limit,
        due=due_of(on, today=today, calendar=calendar, limit=limit),
        done_at=done_at,
        late=on is not None and done_at is not None and office_day(done_at) > on,
        guess=on is not None and is_guess(calendar, on),
    )
