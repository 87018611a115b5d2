"""`manage.py count`: counts what oversight's pages tell, before anybody asks, until told to stop."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from datetime import datetime
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
from muara.records.open_compliance import compliance_key, count_compliance
from muara.records.periods import Period, semesters
from muara.web.flow import count_marks, flow_key, watched_revisions
from muara.web.oversight import TREND, board_key, count_load, load_key

PAUSE = 10.0  # seconds between two looks at what is due
Job = tuple[str, Callable[[], object]]


class Command(BaseCommand):
    help = (
        "Menghitung angka pengawasan lebih dulu, supaya halamannya tidak menunggu: papan, alur, beban, dan "
        "periode yang sedang dilihat."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="hitung yang perlu, lalu berhenti")

    def handle(self, *args: Any, once: bool, **options: Any) -> None:
        asked = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: asked.set())
        self.count_due()
        while not once and not asked.wait(PAUSE):
            close_old_connections()
            self.count_due()

    def count_due(self) -> None:
        """Count what has grown old, the present first: it is looked at again after each count."""
        while True:
            at = timezone.now()
            counted.say_the_counter_runs(at)
            due = next((job for job in jobs(at) if counted.is_due(job[0], at=at)), None)
            if due is None:
                return
            key, count = due
            counted.keep(key, at=at, count=count)


def jobs(at: datetime) -> Iterator[Job]:
    """All that is worth counting: the present first, then the last semesters, then what was asked for."""
    today = Today(office_day(at), office_calendar())
    for service in live.services():
        yield board_key(service, today), partial(live.board, service, today)
    for revision in watched_revisions(today.day):
        yield flow_key(revision), partial(count_marks, revision, at=at)
    for service, period in _periods(at):
        yield load_key(service, period, today), partial(count_load, service, period, today)
    for service, period in _periods(at):
        process = live.newest(service)
        count = partial(counted.count_period, service, process, period, on=today.day)
        yield counted.period_key(service, period), count
    if published_quarters_set(on=today.day):
        yield compliance_key(today.day), partial(count_compliance, today.day)


def _periods(at: datetime) -> list[tuple[str, Period]]:
    known = [
        (service, half)
        for service in live.services()
        for half in reversed(semesters(office_day(at), count=TREND))
    ]
    days = {(service, one.first, one.last) for service, one in known}
    asked = counted.wanted_periods(at)
    return [*known, *((service, one) for service, one in asked if (service, one.first, one.last) not in days)]
