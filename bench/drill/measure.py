"""Asking for every page of the office as its officials do, and explaining the queries that take long."""

from __future__ import annotations

import re
import statistics
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.db import connection
from django.test import Client

from muara.audit.models import Entry
from muara.cases.models import Case, Task
from muara.people.models import Membership
from muara.permits.models import Series
from muara.web.case_page import SECTIONS
from muara.web.demo import CAST, officer

WANTED, VERIFIED = 0.150, 20_000  # seconds a page, entries a second
SLOW = 0.020  # seconds of a query whose plan is shown
PERIODS = (
    "/pengawasan/hambatan/",
    "/pengawasan/kinerja/",
    "/pengawasan/kinerja/k3/",
    "/pengawasan/kinerja/k10/",
)
HREF = re.compile(r'href="(/[^"#]*)')
FRONT = {"HTTP_HOST": "127.0.0.1", "secure": False}


@dataclass
class Slow:
    """A query and how long it took."""

    sql: str
    params: Any
    took: float


@dataclass
class Watch:
    """Counts the queries of a page, and keeps the slow ones."""

    queries: int = 0
    slow: list[Slow] = field(default_factory=list)

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        began = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            took = time.perf_counter() - began
            self.queries += 1
            if took > SLOW:
                self.slow.append(Slow(sql, params, took))


def measure(*, rounds: int, plans: Path) -> None:
    """Print every page's median and worst, the plans of slow queries and the speed of the verification."""
    told, late = [f"{Case.objects.count()} berkas, {Entry.objects.count()} entri\n"], 0
    print(f"{'halaman':<66} {'kueri':>5} {'median':>8} {'terlama':>8} {'CPU':>6}  (ms)", flush=True)
    for who, client, path in _pages():
        if path.startswith("/pengawasan/"):
            _count()
        watch = Watch()
        with connection.execute_wrapper(watch):
            answer = _ask(client, path)
        walls, works = zip(*(_timed(client, path) for _ in range(rounds)), strict=True)
        middle, worst, work = statistics.median(walls), max(walls), statistics.median(works)
        late += worst > WANTED
        mark = " <-- lambat" if worst > WANTED else ""
        status = "" if answer.status_code == 200 else f" [{answer.status_code}]"
        name = f"{who} {path}"[:66]
        figures = f"{watch.queries:>5} {middle * 1e3:8.0f} {worst * 1e3:8.0f} {work * 1e3:6.0f}"
        print(f"{name:<66} {figures}{status}{mark}", flush=True)
        told += [f"== {who} {path}\n{_explain(slow)}\n" for slow in watch.slow]
    plans.write_text("\n".join(told))
    print(f"{late} halaman di atas {WANTED * 1e3:.0f} ms; rencana kueri lambat ada di {plans}")
    _verify()


def _count() -> None:
    """What the counter does beside the pages, where something is due; pages never wait for it."""
    began, worked, served = time.perf_counter(), time.process_time(), _backend()
    call_command("count", once=True)
    took = time.perf_counter() - began
    work = time.process_time() - worked + _backend() - served
    if took > WANTED:
        print(
            f"{'(di belakang layar: manage.py count)':<66} {took * 1e3:14.0f} {work * 1e3:15.0f}", flush=True
        )


def _ask(client: Client, path: str) -> Any:
    return client.get(path, **FRONT)  # type: ignore[arg-type]


def _timed(client: Client, path: str) -> tuple[float, float]:
    """Seconds by the clock, and seconds of work: of this process and of its PostgreSQL backend.

    Where others use the machine too, the second is nearer to what a quiet one needs. It leaves out parallel
    workers of PostgreSQL and waiting for disks, so pages are judged by the clock.
    """
    began, worked, served = time.perf_counter(), time.process_time(), _backend()
    _ask(client, path)
    return time.perf_counter() - began, time.process_time() - worked + _backend() - served


def _backend() -> float:
    """The seconds that our backend has worked; 0 where the system does not tell (not Linux)."""
    connection.ensure_connection()
    with suppress(OSError):
        told = Path(f"/proc/{connection.connection.info.backend_pid}/schedstat").read_text()
        return int(told.split()[0]) / 1e9
    return 0.0


def _explain(slow: Slow) -> str:
    with suppress(Exception), connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS) {slow.sql}", slow.params)
        plan = "\n".join(row[0] for row in cursor.fetchall())
        return f"{slow.took * 1e3:.0f} ms\n{slow.sql}\n{slow.params}\n{plan}\n"
    return f"{slow.took * 1e3:.0f} ms\n{slow.sql}\n"


def _pages() -> Iterator[tuple[str, Client, str]]:
    """Every official's desk and the lists beside it, the case list narrowed, all of a case's sections."""
    seen: set[str] = set()
    for person in CAST:
        client = _client(officer(person.actor))
        yield person.login, client, "/meja/"
        text = _ask(client, "/meja/").content.decode()
        beside = dict.fromkeys(HREF.findall(text[text.find("Meja kerja") :]))
        for path in [p for p in beside if p.startswith(("/meja/", "/pengawasan/")) and p != "/meja/"]:
            kind = re.sub(r"\d+", "0", path)
            if kind not in seen or path == "/meja/berkas/":
                seen.add(kind)
                yield person.login, client, path
    head = _client(officer("head_of_office"))
    one = Case.objects.exclude(registration_number=None).order_by("-pk")[1000 % Case.objects.count()]
    for query in (
        "halaman=2",
        "halaman=200",
        "langkah=verify",
        "langkah=verify&keadaan=berjalan",
        "keadaan=berjalan",
        "keadaan=selesai",
        f"cari={one.registration_number}",
        f"cari={one.application.reference}",
        "cari=rekaan+energi+7",
        "cari=tidak+ada+yang+begini",
    ):
        yield "kadis", head, f"/meja/berkas/?{query}"
    for query in ("", "langkah=verify", "tangan=agency", "keadaan=terlambat", "halaman=40"):
        yield "kadis", head, f"/pengawasan/berkas/?{query}"
    for path in PERIODS:
        for query in (
            "",
            "periode=2025-1",
            "periode=2025",
            "periode=bebas&dari=2026-02-03&sampai=2026-07-04",
        ):
            yield "kadis", head, f"{path}?{query}"
    for query in ("halaman=2", "halaman=200"):
        yield "kadis", head, f"/pengawasan/kinerja/k3/?{query}"
    for series in Series.objects.all():
        for query in ("", "halaman=200"):
            yield "kadis", head, f"/meja/register/{series.service}/{series.key}/?{query}"
    for name, cases in _samples():
        for case in cases:
            for key in SECTIONS:
                yield f"kadis ({name})", head, f"/meja/berkas/{case.pk}/?bagian={key}"
    for task in Task.objects.open().main().filter(actor__in=["verifier", "customer_service"])[:2]:
        yield task.actor, _client(officer(task.actor)), f"/meja/tugas/{task.pk}/"
    agency = _client(officer("technical_team"))
    found = Case.objects.filter(referrals__delivered_at__isnull=False, closed_at=None).first()
    if found is not None:
        yield "dlh", agency, f"/meja/berkas/{found.pk}/"
    running = Case.objects.filter(closed_at=None, application__applicant__isnull=False).latest("pk")
    member = Membership.objects.filter(company=running.application.company_id)[0].user
    mine = _client(member)
    for path in ("/permohonan/", f"/permohonan/{running.application.reference}/"):
        yield "pemohon", mine, path


def _samples() -> Iterator[tuple[str, list[Case]]]:
    """Cases from the middle of the years, closed and open."""
    whole = Case.objects.order_by("pk")
    yield "selesai", list(whole.filter(result="received", pk__gt=whole.count() // 2)[:1])
    yield "berjalan", list(whole.filter(closed_at=None, tasks__step_key="number").order_by("-pk")[:1])


def _client(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def _verify() -> None:
    entries = Entry.objects.count()
    began, worked, served = time.perf_counter(), time.process_time(), _backend()
    call_command("audit", "verify")
    took = time.perf_counter() - began
    work = time.process_time() - worked + _backend() - served
    enough = "" if entries / took >= VERIFIED else f" <-- di bawah {VERIFIED}"
    print(
        f"audit verify: {entries} entri, {entries / took:.0f}/s menurut jam, "
        f"{entries / work:.0f}/s menurut kerja{enough}"
    )
