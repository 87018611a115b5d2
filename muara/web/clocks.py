"""A case's limits and clocks: what the SOP prints, the day it means, how it was counted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from muara.cases.actions import due_day
from muara.cases.models import (
    Case,
)
from muara.cases.queries import promise_starts
from muara.people.calendar import office_calendar
from muara.people.models import office_day
from muara.sop.definition import Limit, Step
from muara.sop.working_time import Calendar, TraceDay, add_working_days, is_guess, trace
from muara.web.dossier import Due, due_of, legs


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


def clocks(case: Case, *, today: date) -> Clocks:
    """Compute every limit of a case from its two clocks (domain 1.8.3), day by day."""
    calendar, process = office_calendar(), case.process
    started = promise_starts(case)
    first: dict[str, datetime] = {}
    for task in case.tasks.all():
        if task.closed_at is not None and not task.companion:
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
    return Clocks(
        has_h=bool(process.doing("review")),
        deadlines=deadlines,
        promise=due_of(add_working_days(calendar, started, days), today=today, calendar=calendar)
        if started
        else Due(),
        promise_days=days,
        days=trace(calendar, started, days) if started else (),
    )


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
