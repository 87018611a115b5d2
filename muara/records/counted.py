"""Figures that are counted once for all processes, with the moment that they are from.

They lie in a cache that may be emptied at any time: what they say is always counted from the rows. Where
`manage.py count` runs, pages leave the counting to it; where it does not, a page counts for itself.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Generic, TypeVar, cast

from django.core.cache import caches
from django.core.cache.backends.base import BaseCache

from muara.cases.models import Task
from muara.people.models import office_day
from muara.records.evaluation import Measured, measure
from muara.records.facts import facts_of
from muara.records.figures import Proof, Ref, Summary, indicators, proofs, summary
from muara.records.open_figures import published
from muara.records.periods import Period, between
from muara.sop.definition import Process

FRESH = timedelta(minutes=1)  # for which what a page counts stands
AHEAD = timedelta(seconds=30)  # after which the counter counts again, so that no page finds it stale
SETTLED = timedelta(hours=6)  # the same for days that are past: little changes them but a calendar's edit
QUICK = 0.1  # seconds: what took no longer is counted again by the page that finds it stale
RESTS = 10  # times as long as a count took, the counter leaves it alone
KEPT = timedelta(minutes=15)  # for which a page shows what the counter has not counted again
WANTED = timedelta(minutes=15)  # for which the counter goes on with days that somebody asked for
AT_MOST = 50  # such periods at a time
FEW = 1_000  # passages that a page counts for itself
A_PIECE = 2_000  # rows of a proof that are read at once
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Counted(Generic[T]):
    """What was counted, of which moment, and how many seconds it took."""

    value: T
    at: datetime
    took: float
    least: timedelta = AHEAD

    def stands(self, now: datetime, longest: timedelta) -> bool:
        """Neither too old nor, after a clock was set back, from the future."""
        return timedelta(0) <= now - self.at <= longest

    @property
    def rests_for(self) -> timedelta:
        """How long the counter leaves it alone."""
        return max(self.least, RESTS * timedelta(seconds=self.took))

    @property
    def shown_for(self) -> timedelta:
        """How long a page shows it while the counter should have renewed it."""
        return max(KEPT, 3 * self.rests_for)


def recent(
    key: str, *, at: datetime, count: Callable[[], T], is_quick: Callable[[], bool] = lambda: True
) -> Counted[T] | None:
    """What was counted at most a minute ago; where the counter runs and counting takes long, its last count.

    None: it takes long, and the counter has not counted it yet.
    """
    found = cast("Counted[T] | None", _look(key))
    if found is not None and found.stands(at, FRESH):
        return found
    if counter_runs(at):
        if found is not None and found.took > QUICK and found.stands(at, found.shown_for):
            return found
        if not is_quick():
            return None
    return keep(key, at=at, count=count)


def keep(key: str, *, at: datetime, count: Callable[[], T], least: timedelta = AHEAD) -> Counted[T]:
    """Count, and let every process know; the counter rests at least so long afterwards."""
    began = time.perf_counter()
    made = Counted(count(), at, time.perf_counter() - began, least)
    _store().set(key, made, timeout=None)
    return made


def is_due(key: str, *, at: datetime) -> bool:
    """Tell whether the counter should count again: soon, but never without a rest."""
    found = _look(key)
    return found is None or not found.stands(at, found.rests_for)


def counter_runs(at: datetime) -> bool:
    """Tell whether `manage.py count` was at work lately."""
    seen: datetime | None = _store().get("counter")
    return seen is not None and abs(at - seen) <= KEPT


def say_the_counter_runs(at: datetime) -> None:
    _store().set("counter", at, timeout=None)


def forget_all() -> None:
    """Throw away what was counted: another version of Muara may have counted it."""
    _store().clear()


def _store() -> BaseCache:
    return caches["counted"]


def _look(key: str) -> Counted[object] | None:
    return cast("Counted[object] | None", _store().get(key))


# --- periods ----------------------------------------------------------------------------------------------


def period_key(service: str, period: Period) -> str:
    return f"period:{service}:{period.first}:{period.last}"


def of_period(service: str, process: Process, period: Period, *, at: datetime) -> Counted[Summary] | None:
    """The figures of a period; None where they take long: the counter is asked for them."""
    found = recent(
        period_key(service, period),
        at=at,
        count=lambda: count_period(service, process, period, on=office_day(at)),
        is_quick=lambda: is_short(period),
    )
    _want(service, period, at=at)
    return found


def for_everybody(service: str, process: Process, period: Period, *, at: datetime) -> Counted[Summary] | None:
    """The figures of a period for visitors from outside: nothing that takes long is counted for them.

    What was counted last is shown with its moment, however old; None: nobody has counted it yet.
    """
    key = period_key(service, period)
    if is_short(period):
        return recent(key, at=at, count=lambda: count_period(service, process, period, on=office_day(at)))
    return cast("Counted[Summary] | None", _look(key))


def count_period(service: str, process: Process, period: Period, *, on: date) -> Summary:
    """Count a period's figures as told on a day; the cases behind them are laid down beside, in pieces."""
    facts = facts_of(service, period, on=on)
    told = indicators(facts, process)
    lengths = {}
    for code in (one.code for one in told if one.drill):
        rows = proofs(code, facts, process)
        lengths[code] = len(rows)
        for start in range(0, len(rows), A_PIECE):
            piece = [_plain(row) for row in rows[start : start + A_PIECE]]
            _store().set(_piece(service, period, code, start), piece, timeout=None)
    found = summary(facts, process, told, lengths)
    return replace(found, published=tuple(published(facts, service, process, period, on=on)))


class ProofRows(Sequence[Proof]):
    """The cases behind an indicator; a page of them reads one piece or two."""

    def __init__(self, service: str, period: Period, code: str, length: int) -> None:
        self.service, self.period, self.code, self.length = service, period, code, length

    def __len__(self) -> int:
        return self.length

    def __getitem__(self, wanted):  # type: ignore[no-untyped-def]  # overloads would say it at three times the length
        if not isinstance(wanted, slice):
            return self[wanted : wanted + 1][0]
        start, stop, _ = wanted.indices(self.length)
        base = start - start % A_PIECE
        rows = [row for piece in range(base, stop, A_PIECE) for row in self._piece(piece)]
        return [_proof(row) for row in rows[start - base : stop - base]]

    def __iter__(self) -> Iterator[Proof]:
        for start in range(0, self.length, A_PIECE):
            yield from map(_proof, self._piece(start))

    def _piece(self, start: int) -> list[Plain]:
        return _store().get(_piece(self.service, self.period, self.code, start)) or []


def _piece(service: str, period: Period, code: str, start: int) -> str:
    return f"{period_key(service, period)}:{code}:{start}"


Plain = tuple[int, str, str, date, str, bool]  # a page reads thousands of rows to show some: no objects


def _plain(row: Proof) -> Plain:
    return row.case.pk, row.case.number, row.case.company, row.day, row.what, row.against


def _proof(row: Plain) -> Proof:
    pk, number, company, day, what, against = row
    return Proof(Ref(pk, number, company), day, what, against)


def evaluation_key(period: Period) -> str:
    return f"evaluation:{period.key}"


def of_staff(period: Period, *, at: datetime) -> Counted[Measured] | None:
    """A half year by officer and unit; None where it takes long and is not counted yet."""
    return recent(
        evaluation_key(period), at=at, count=lambda: measure(period), is_quick=lambda: is_short(period)
    )


def is_short(period: Period) -> bool:
    """Few enough passages fall into the period for a page to count them."""
    closed = Task.objects.main().filter(closed_at__gte=period.begins, closed_at__lt=period.ends)
    return closed.order_by()[: FEW + 1].count() <= FEW


# --- what was asked for -----------------------------------------------------------------------------------

Wish = tuple[str, date, date]


def _want(service: str, period: Period, *, at: datetime) -> None:
    """Remember for a while that somebody looks at a period; of two wishes at once one may be lost."""
    wishes: dict[Wish, datetime] = _store().get("wanted") or {}
    wish = (service, period.first, period.last)
    if wish in wishes and abs(at - wishes[wish]) < FRESH:
        return
    wishes[wish] = at
    newest = sorted(wishes, key=wishes.__getitem__, reverse=True)[:AT_MOST]
    _store().set("wanted", {one: wishes[one] for one in newest}, timeout=None)


def wanted_periods(at: datetime) -> list[tuple[str, Period]]:
    """The periods that somebody looked at lately, by service."""
    wishes: dict[Wish, datetime] = _store().get("wanted") or {}
    return [
        (service, between(first, last))
        for (service, first, last), seen in wishes.items()
        if abs(at - seen) <= WANTED
    ]
