"""Who had a case when: its whole life as spans that touch and never overlap (domain 1.8.3)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime

from muara.cases.models import Case, Correction, Pause, Task
from muara.people.models import office_day
from muara.sop.definition import Step
from muara.sop.working_time import Calendar, day_zero, working_days_between, working_days_in

OFFICE, AGENCY, APPLICANT, ELSEWHERE = "office", "agency", "applicant", "elsewhere"
PAUSED_BY = {Pause.Category.APPLICANT: APPLICANT, Pause.Category.AGENCY: AGENCY}


@dataclass(frozen=True, slots=True)
class Span:
    """From `starts` to `ends` (None: until now) the case lay with one side, at one step.

    `holder` is whoever received the file there; `reason` says why it waited for somebody else.
    """

    starts: datetime
    ends: datetime | None
    side: str
    who: str
    step: Step
    holder: str = ""
    received_at: datetime | None = None
    reason: str = ""
    pause: Pause | None = None
    correction: Correction | None = None

    @property
    def away(self) -> bool:
        """The office could do nothing meanwhile: it does not count in the net time."""
        return self.side != OFFICE


def timeline(case: Case) -> list[Span]:
    """Every stay of a case, in order; reads tasks, corrections and pauses, prefetched or not."""
    tasks = sorted(
        (task for task in case.tasks.all() if not task.companion), key=lambda task: (task.opened_at, task.pk)
    )
    corrections = [one for one in case.corrections.all() if one.sent_at is not None]
    return [span for task in tasks for span in _stays(task, case, corrections)]


def _stays(task: Task, case: Case, corrections: Iterable[Correction]) -> Iterator[Span]:
    """A task's time, cut where a request was with the applicant or a pause ran."""
    actor, step = case.process.actor(task.actor), task.step
    whole = Span(
        starts=task.opened_at,
        ends=task.closed_at,
        side=actor.side if actor.side in {APPLICANT, AGENCY} else OFFICE,
        who=actor.label,
        step=step,
        holder=task.received_by.name if task.received_by else "",
        received_at=task.received_at,
    )
    at = task.opened_at
    for starts, ends, cut in sorted(_cuts(task, case, corrections), key=lambda one: one[0]):
        begins = max(starts, at)
        stops = _earlier(ends, task.closed_at)
        if (task.closed_at is not None and begins >= task.closed_at) or (stops is not None and stops <= at):
            continue
        if begins > at:
            yield _between(whole, at, begins)
        yield _between(cut, begins, stops)
        if stops is None:
            return
        at = stops
    if task.closed_at is None or at < task.closed_at or at == task.opened_at:
        yield _between(whole, at, task.closed_at)


def _cuts(
    task: Task, case: Case, corrections: Iterable[Correction]
) -> Iterator[tuple[datetime, datetime | None, Span]]:
    actor, step = case.process.actor("applicant"), task.step
    for one in corrections:
        assert one.sent_at is not None
        ends = one.answered_at or one.ended_at
        if one.sent_at >= task.opened_at and (task.closed_at is None or one.sent_at < task.closed_at):
            yield (
                one.sent_at,
                ends,
                Span(one.sent_at, ends, APPLICANT, actor.label, step, reason=one.reason, correction=one),
            )
    for pause in task.pauses.all():
        side = PAUSED_BY.get(Pause.Category(pause.category), ELSEWHERE)
        label = pause.get_category_display()
        yield (
            pause.starts,
            pause.ends,
            Span(pause.starts, pause.ends, side, label, step, reason=pause.reason, pause=pause),
        )


def _earlier(one: datetime | None, other: datetime | None) -> datetime | None:
    return min((moment for moment in (one, other) if moment is not None), default=None)


def _between(span: Span, starts: datetime, ends: datetime | None) -> Span:
    return replace(span, starts=starts, ends=ends)


@dataclass(frozen=True, slots=True)
class Elapsed:
    """Working days that have passed of a promise: gross never stops, net leaves out what was elsewhere."""

    gross: int
    away: int

    @property
    def net(self) -> int:
        return self.gross - self.away


def elapsed(spans: Iterable[Span], calendar: Calendar, *, since: date, until: date) -> Elapsed:
    """Count the working days after day 0 of `since` up to `until`, and how many of them were elsewhere.

    A stay elsewhere counts as H does: its first day is day 0, its last day counts.
    """
    gross = working_days_between(calendar, since, until)
    away, counted = 0, day_zero(calendar, since)
    for span in spans:
        if not span.away:
            continue
        first = max(office_day(span.starts), counted)
        last = min(office_day(span.ends) if span.ends else until, until)
        if last > first:
            away += working_days_in(calendar, after=first, until=last)
            counted = last
    return Elapsed(gross, min(away, gross))


def days_by_side(spans: Iterable[Span], calendar: Calendar, *, until: date) -> dict[str, int]:
    """Working days with each side over the whole life, each day counted for whoever had it at its end."""
    found: dict[str, int] = {}
    for span in spans:
        last = office_day(span.ends) if span.ends else until
        days = working_days_in(calendar, after=office_day(span.starts), until=last)
        found[span.side] = found.get(span.side, 0) + days
    return found
