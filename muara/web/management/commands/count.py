"""`manage.py count`: counts what oversight's pages tell, before anybody asks, until told to stop."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import close_old_connections
from django.utils import timezone

from muara.people.calendar import office_calendar
from muara.people.models import office_day
from muara.people.queries import published_quarters_set
from muara.records import board as live
from muara.records import counted
from muara.records.board import Today
from muara.records.evaluation import measure
from muara.records.open_compliance import compliance_key, count_compliance
from muara.records.periods import Period, semesters
from muara.web.evaluations import over
from muara.web.flow import count_marks, flow_key, watched_revisions
from muara.web.open_figures import everybodys
from muara.web.oversight import TREND, board_key, count_load, load_key

PAUSE = 10.0  # seconds between two looks at what is due


@dataclass(frozen=True, slots=True)
class Job:
    """A figure to keep counted, and how long it rests at least after a count."""

    key: str
    count: Callable[[], object]
    least: timedelta = counted.AHEAD


Lane = Callable[[datetime], Iterator[Job]]


class Command(BaseCommand):
    help = (
        "Menghitung angka pengawasan lebih dulu, supaya halamannya tidak menunggu: papan, alur, beban, dan "
        "periode yang sedang dilihat."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="hitung yang perlu, lalu berhenti")

    def handle(self, *args: Any, once: bool, **options: Any) -> None:
        if once:
            for lane in LANES:
                count_due(lane)
            return
        asked = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: asked.set())
        failed: list[Exception] = []
        for lane in LANES:
            threading.Thread(target=_go_on, args=(lane, asked, failed), daemon=True).start()
        asked.wait()
        if failed:
            raise failed[0]  # whoever runs us starts us again


def _go_on(lane: Lane, asked: threading.Event, failed: list[Exception]) -> None:
    try:
        count_due(lane)
        while not asked.wait(PAUSE):
            close_old_connections()
            count_due(lane)
    except Exception as problem:
        failed.append(problem)
        asked.set()


def count_due(lane: Lane) -> None:
    """Count what has grown old in a lane, the first of it first: it is looked at again after each count."""
    while True:
        at = timezone.now()
        counted.say_the_counter_runs(at)
        due = next((job for job in lane(at) if counted.is_due(job.key, at=at)), None)
        if due is None:
            return
        counted.keep(due.key, at=at, count=due.count, least=due.least)


def present(at: datetime) -> Iterator[Job]:
    """What stands now, and how it moves; never behind a long period, so never older than a minute."""
    today = _today(at)
    for service in live.services():
        yield Job(board_key(service, today), partial(live.board, service, today))
    for revision in watched_revisions(today.day):
        yield Job(flow_key(revision), partial(count_marks, revision, at=at))


def periods(at: datetime) -> Iterator[Job]:
    """The last semesters, then what was asked for."""
    today = _today(at)
    for service, period in _periods(at):
        load = partial(count_load, service, period, today)
        yield Job(load_key(service, period, today), load, _rest(period, today))
    for service, period in _periods(at):
        process = live.newest(service)
        count = partial(counted.count_period, service, process, period, on=today.day)
        yield Job(counted.period_key(service, period), count, _rest(period, today))
    for half in over(today.day):
        yield Job(counted.evaluation_key(half), partial(measure, half), _rest(half, today))
    if published_quarters_set(on=today.day):
        yield Job(compliance_key(today.day), partial(count_compliance, today.day))
    for service, process, period in everybodys(today.day):  # what visitors may ask for, and never wait for
        count = partial(counted.count_period, service, process, period, on=today.day)
        yield Job(counted.period_key(service, period), count, _rest(period, today))


LANES: tuple[Lane, ...] = (present, periods)


def _today(at: datetime) -> Today:
    return Today(office_day(at), office_calendar())


def _rest(period: Period, today: Today) -> timedelta:
    return counted.SETTLED if period.last < today.day else counted.AHEAD


def _periods(at: datetime) -> list[tuple[str, Period]]:
    known = [
        (service, half)
        for service in live.services()
        for half in reversed(semesters(office_day(at), count=TREND))
    ]
    days = {(service, one.first, one.last) for service, one in known}
    asked = counted.wanted_periods(at)
    return [*known, *((service, one) for service, one in asked if (service, one.first, one.last) not in days)]
