"""Who had a case when: its whole life as spans that touch and never overlap (domain 1.8.3)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Protocol, TypeVar

from muara.cases.models import Case, Correction, Pause, Task
from muara.people.models import office_day
from muara.sop.definition import Step
from muara.sop.working_time import Calendar, day_zero, working_days_between, working_days_in

OFFICE, AGENCY, APPLICANT, ELSEWHERE = "office", "agency", "applicant", "elsewhere"
Stretch = tuple[datetime, datetime]
PAUSED_BY = {Pause.Category.APPLICANT: APPLICANT, Pause.Category.AGENCY: AGENCY}


class Stay(Protocol):
    """What time is counted from: when it began and ended, and whether the file lay outside the office."""

    @property
    def starts(self) -> datetime: ...
    @property
    def ends(self) -> datetime | None: ...
    @property
    def away(self) -> bool: ...


C = TypeVar("C", bound=Stay)


@dataclass(frozen=True, slots=True)
class Span:
    """From `starts` to `ends` (None: until now) a case lay with one side, at the step of one task.

    `pause` or `correction` is why it lay elsewhere than with the step's own actor.
    """

    task: Task
    starts: datetime
    ends: datetime | None
    side: str
    who: str
    pause: Pause | None = None
    correction: Correction | None = None

    @property
    def step(self) -> Step:
        return self.task.step

    @property
    def away(self) -> bool:
        """The office could do nothing meanwhile: it does not count in the net time."""
        return self.side != OFFICE

    @property
    def reason(self) -> str:
        """Why it waited for somebody else."""
        cause = self.pause or self.correction
        return cause.reason if cause else ""

    @property
    def holder(self) -> str:
        """Whoever received the file there; while it waits for somebody else, nobody."""
        cut = self.pause or self.correction
        return self.task.received_by.name if self.task.received_by and not cut else ""

    def worked(self, *, until: datetime) -> Stretch | None:
        """From when whoever of the office received the file had it here; over before it began, if later."""
        received = self.task.received_at
        return None if self.away or received is None else (max(received, self.starts), self.ends or until)


def side_of(category: str) -> str:
    """Whose court a file is in while a pause runs."""
    return PAUSED_BY.get(Pause.Category(category), ELSEWHERE)


def timeline(case: Case) -> list[Span]:
    """Every stay of a case, in order; reads tasks, corrections and pauses, prefetched or not."""
    corrections = [one for one in case.corrections.all() if one.sent_at is not None]
    return [span for task in case.main_line for span in _stays(task, case, corrections)]


def _stays(task: Task, case: Case, corrections: Iterable[Correction]) -> Iterator[Span]:
    """A task's time, cut where a request was with the applicant or a pause ran."""
    actor = case.process.actor(task.actor)
    side = actor.side if actor.side in {APPLICANT, AGENCY} else OFFICE
    whole = Span(task, task.opened_at, task.closed_at, side, actor.label)
    for starts, ends, cut in pieces(task.opened_at, task.closed_at, _cuts(task, case, corrections)):
        yield replace(cut or whole, starts=starts, ends=ends)


def pieces(
    opened: datetime, closed: datetime | None, cuts: Iterable[C]
) -> Iterator[tuple[datetime, datetime | None, C | None]]:
    """Cut a stay where the file lay elsewhere: pieces that touch and cover it, each with its cut, if any."""
    at = opened
    for cut in sorted(cuts, key=lambda one: one.starts):
        begins = max(cut.starts, at)
        stops = min((end for end in (cut.ends, closed) if end is not None), default=None)
        if (closed is not None and begins >= closed) or (stops is not None and stops <= at):
            continue
        if begins > at:
            yield at, begins, None
        yield begins, stops, cut
        if stops is None:
            return
        at = stops
    if closed is None or at < closed or at == opened:
        yield at, closed, None


def _cuts(task: Task, case: Case, corrections: Iterable[Correction]) -> Iterator[Span]:
    applicant = case.process.actor("applicant").label
    for one in corrections:
        assert one.sent_at is not None
        if one.sent_at >= task.opened_at and (task.closed_at is None or one.sent_at < task.closed_at):
            ends = one.answered_at or one.ended_at
            yield Span(task, one.sent_at, ends, APPLICANT, applicant, correction=one)
    for pause in task.pauses.all():
        side = side_of(pause.category)
        yield Span(task, pause.starts, pause.ends, side, pause.get_category_display(), pause=pause)


@dataclass(frozen=True, slots=True)
class Elapsed:
    """Working days that have passed of a promise: gross never stops, net leaves out what was elsewhere."""

    gross: int
    away: int

    @property
    def net(self) -> int:
        return self.gross - self.away


def elapsed(spans: Iterable[Stay], calendar: Calendar, *, since: date, until: date) -> Elapsed:
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
