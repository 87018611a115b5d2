"""Oversight (SOP P): the board of all open cases, why a case is late, bottlenecks, and K1–K11.

Lists are read when a page is opened; what was counted stands for a minute, and says since when.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from muara.cases.models import CorrectionItem, Task
from muara.people.calendar import office_calendar
from muara.records import board as live
from muara.records import counted
from muara.records.board import Standing, Today, Waiting
from muara.records.counted import Counted
from muara.records.evaluation_report import figures_of
from muara.records.figures import (
    NOTHING,
    RETURNING,
    AtStep,
    Facts,
    Indicator,
    Line,
    Proof,
    Share,
    Spread,
    Summary,
    indicators,
    percent,
)
from muara.records.periods import Period, semesters
from muara.records.rules import may_oversee
from muara.sop.definition import Process, Step
from muara.web import dossier
from muara.web.charts import Chart, columns, lengths
from muara.web.desk import A_PAGE, Officer, desk_links, desk_officer
from muara.web.oversight_forms import CaseChoice, PeriodChoice
from muara.web.paging import AT_MOST, Pages
from muara.web.report_files import answer_with
from muara.web.sheets import Cell, download

AT_ONCE = 500  # cases of a file held in memory
TREND = 4  # semesters
KINDS = dict(CorrectionItem.Kind.choices)
T = TypeVar("T")


def overseer(request: HttpRequest) -> Officer:
    """The heads at every level and the auditor; anybody else is refused (403)."""
    here = desk_officer(request)
    if not may_oversee(here.user, at=here.at):
        raise PermissionDenied
    return here


def _service(request: HttpRequest) -> str:
    """The service that is looked at: the one asked for, else the first."""
    known = live.services()
    if not known:
        raise Http404
    wanted = request.GET.get("layanan", "")
    return wanted if wanted in known else known[0]


def _frame(here: Officer, current: str, service: str) -> dict[str, Any]:
    return {
        "now": here.at,
        "service": service,
        "services": live.services(),
        "side": desk_links(here, current),
        "side_title": "Meja kerja",
    }


# --- the live board --------------------------------------------------------------------------------------


@login_required
@never_cache
@require_safe
def board(request: HttpRequest) -> HttpResponse:
    """Every open case by step and by whose court it is in; each number leads to just those cases."""
    here, service = overseer(request), _service(request)
    today = Today(here.today, office_calendar())
    found = now(board_key(service, today), at=here.at, count=lambda: live.board(service, today))
    lines = found.value
    if kind := request.GET.get("unduh"):
        rows = (_board_row(line) for line in lines)
        return download(kind, name=f"papan-berkas-{here.today:%Y-%m-%d}", head=BOARD_HEAD, rows=rows)
    totals = {side: sum(line.sides[side] for line in lines) for side in live.SIDES}
    context = {
        "lines": [_row(line) for line in lines],
        "heads": live.SIDES,
        "totals": totals,
        "all": sum(totals.values()),
        "late": sum(line.late for line in lines),
        "soon": sum(line.soon for line in lines),
        "until": today.soon,
        "query": _query(request),
        "counted_at": found.at,
        **_frame(here, "oversight", service),
    }
    return render(request, "oversight/board.html", context)


LoadNow = tuple[list[live.Load], list[live.Load], dict[str, Waiting]]


def board_key(service: str, today: Today) -> str:
    return f"board:{service}:{today.day}"


def load_key(service: str, period: Period, today: Today) -> str:
    return f"load:{today.day}:{counted.period_key(service, period)}"


def count_load(service: str, period: Period, today: Today) -> LoadNow:
    """By actor and by officer what is open, and what waits at each step; officers' receipts of a period."""
    actors, people = live.loads(service, begins=period.begins, ends=period.ends)
    return actors, people, live.waiting(service, today)


def now(key: str, *, at: datetime, count: Callable[[], T]) -> Counted[T]:
    """What was counted of the present: quick enough for a page to wait where nobody has counted it yet."""
    found = counted.recent(key, at=at, count=count)
    assert found is not None  # only what is not quick is left to the counter
    return found


BOARD_HEAD = ("Langkah", "Judul", "Pelaksana", *live.SIDES.values(), "Semua", "Terlambat", "≤ 2 hari kerja")


def _board_row(line: live.Line) -> tuple[Cell, ...]:
    step = line.step
    named = (step.number, step.title, line.actor) if step else (None, "Langkah revisi lama", None)
    return (*named, *line.sides.values(), line.all, line.late, line.soon)


def _row(line: live.Line) -> dict[str, Any]:
    return {
        "line": line,
        "before": line.step is not None and line.step.activity in dossier.BEFORE_THE_CASE,
        "sides": [(side, label, line.sides[side]) for side, label in live.SIDES.items()],
    }


@login_required
@never_cache
@require_safe
def overseen_cases(request: HttpRequest) -> HttpResponse:
    """The open cases behind a number of the board: how late, where, and which stay cost most days."""
    here, service = overseer(request), _service(request)
    today = Today(here.today, office_calendar())
    process = live.newest(service)
    form = CaseChoice(request.GET, steps=_case_steps(process))
    tasks = live.open_tasks(service, today).filter(**form.narrowing()).by_due()
    if kind := request.GET.get("unduh"):
        rows = (_sheet_row(item) for item in _all(tasks, today, here))
        return download(kind, name=f"berkas-terbuka-{here.today:%Y-%m-%d}", head=CASE_HEAD, rows=rows)
    page = Pages(tasks, A_PAGE, at_most=AT_MOST).get_page(request.GET.get("halaman"))
    context = {
        "filter": form,
        "filtered": bool(form.narrowing()),
        "page": page,
        "rows": live.standings(page.object_list, today, now=here.at),
        "sides": live.SIDES,
        "query": _query(request),
        **_frame(here, "oversight", service),
    }
    return render(request, "oversight/cases.html", context)


def _case_steps(process: Process) -> list[Step]:
    return [step for step in process.steps if step.activity not in dossier.BEFORE_THE_CASE]


def _query(request: HttpRequest, *without: str) -> str:
    query = request.GET.copy()
    for name in ("halaman", "unduh", *without):
        query.pop(name, None)
    return query.urlencode()


def _all(tasks: Any, today: Today, here: Officer) -> Iterator[Standing]:
    found: list[Task] = list(tasks)
    for start in range(0, len(found), AT_ONCE):
        yield from live.standings(found[start : start + AT_ONCE], today, now=here.at)


CASE_HEAD = (
    "Berkas",
    "Perusahaan",
    "Langkah",
    "Di tangan",
    "Pemegang",
    "Hari kerja di sini",
    "Batas langkah",
    "Batas janji (I)",
    "Terlambat (hari kerja)",
    "Paling lama di",
    "Langkah paling lama",
    "Hari kerja paling lama",
)


def _sheet_row(item: Standing) -> tuple[Cell, ...]:
    return (
        str(item.case),
        str(item.case.application.company),
        item.now.step.number,
        item.now.who,
        item.now.holder,
        item.days,
        item.step_due,
        item.promise_due,
        item.late_by,
        item.longest.who,
        item.longest.step.number,
        item.longest_days,
    )


# --- bottlenecks ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Neck:
    """A step: what waits there now, how long it took in the period, and how many minutes."""

    step: Step
    waiting: Waiting | None
    took: Spread | None
    minutes: Spread | None
    now_bar: float = 0
    took_bar: float = 0


@dataclass(frozen=True, slots=True)
class Back:
    """A step that sends files back: how often, and what was asked, by the four kinds that the SOP prints."""

    step: Step
    returned: Share
    at_once: Share
    kinds: list[tuple[str, int]]

    @property
    def rate(self) -> str:
        return percent(self.returned)

    @property
    def first_time(self) -> str:
        return percent(self.at_once)


@login_required
@never_cache
@require_safe
def bottlenecks(request: HttpRequest) -> HttpResponse:
    """Where files wait, who has how many, how long work takes, and what sends files back."""
    here, service = overseer(request), _service(request)
    form = PeriodChoice(request.GET, today=here.today)
    period, process = form.period(), live.newest(service)
    context: dict[str, Any] = {"form": form, "period": period, "query": _query(request)}
    figures = counted.of_period(service, process, period, at=here.at) if period is not None else None
    if period is not None and figures is not None:
        today = Today(here.today, office_calendar())
        load = now(
            load_key(service, period, today), at=here.at, count=lambda: count_load(service, period, today)
        )
        actors, people, waiting = load.value
        necks, backs = _necks(process, figures.value.steps, waiting), _backs(process, figures.value)
        if kind := request.GET.get("unduh"):
            name = f"hambatan-{period.first:%Y%m%d}-{period.last:%Y%m%d}"
            return download(kind, name=name, head=NECK_HEAD, rows=[_neck_row(one, backs) for one in necks])
        context |= {
            "necks": necks,
            "backs": backs,
            "kinds": KINDS.values(),
            "actors": [one for one in actors if one.open],
            "people": people,
            "agency": next(one for one in figures.value.indicators if one.code == "K6"),
            "counted_at": load.at,
            "period_counted_at": figures.at,
        }
    return render(request, "oversight/bottlenecks.html", context | _frame(here, "bottlenecks", service))


def _necks(process: Process, steps: Mapping[str, AtStep], waiting: Mapping[str, Waiting]) -> list[Neck]:
    listed = [(step, steps.get(step.key, NOTHING)) for step in _case_steps(process)]
    now = [waiting[step.key].median if step.key in waiting else 0 for step, _ in listed]
    past = [done.took.median if done.took else 0 for _, done in listed]
    bars = lengths([*now, *past])
    return [
        Neck(step, waiting.get(step.key), done.took, done.minutes, now_bar, took_bar)
        for (step, done), now_bar, took_bar in zip(
            listed, bars[: len(listed)], bars[len(listed) :], strict=True
        )
    ]


def _backs(process: Process, figures: Summary) -> list[Back]:
    found = []
    for step in process.steps:
        if step.number in RETURNING:
            done = figures.steps.get(step.key, NOTHING)
            kinds = [
                (label, figures.asked.get((step.key, kind), 0) + (done.closing if kind == "new" else 0))
                for kind, label in KINDS.items()
            ]
            found.append(Back(step, done.returned, done.at_once, kinds))
    return found


NECK_HEAD = (
    "Langkah",
    "Judul",
    "Terbuka sekarang",
    "Menunggu, median hari kerja",
    "Menunggu, terlama hari kerja",
    "Selesai dalam periode",
    "Lama, median hari kerja",
    "Lama, persentil 95 hari kerja",
    "Waktu kerja, median menit",
    "Tercetak, paling sedikit menit",
    "Tercetak, paling banyak menit",
    "Dikembalikan",
    "Lintasan",
)


def _neck_row(one: Neck, backs: Sequence[Back]) -> tuple[Cell, ...]:
    back = next((item.returned for item in backs if item.step == one.step), None)
    return (
        one.step.number,
        one.step.title,
        one.waiting.cases if one.waiting else 0,
        one.waiting.median if one.waiting else None,
        one.waiting.most if one.waiting else None,
        one.took.count if one.took else 0,
        one.took.median if one.took else None,
        one.took.p95 if one.took else None,
        one.minutes.median if one.minutes else None,
        one.step.touch.least if one.step.touch else None,
        one.step.touch.most if one.step.touch else None,
        back.part if back else None,
        back.whole if back else None,
    )


# --- K1–K11 -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Compared:
    """An indicator's line in a period, beside the same in the period before."""

    line: Line
    before: str


@login_required
@never_cache
@require_safe
def performance(request: HttpRequest) -> HttpResponse:
    """K1–K11 of a period beside the one before, with definitions; the last semesters as pictures."""
    here, service = overseer(request), _service(request)
    form = PeriodChoice(request.GET, today=here.today)
    period, process = form.period(), live.newest(service)
    context: dict[str, Any] = {"form": form, "period": period, "query": _query(request)}
    shown = _compared_periods(service, process, period, here) if period is not None else None
    if period is not None and shown is not None:
        this, before = shown.this.indicators, shown.before.indicators
        if kind := request.GET.get("unduh"):
            name = f"kinerja-{period.first:%Y%m%d}-{period.last:%Y%m%d}"
            return download(kind, name=name, head=_sheet_head(period), rows=_sheet_rows(this, before))
        context |= {
            "indicators": [(one, _compared(one, was)) for one, was in zip(this, before, strict=True)],
            "charts": _charts(shown.halves, process),
            "counted_at": shown.at,
            "rest_at": shown.rest_at,
        }
    return render(request, "oversight/performance.html", context | _frame(here, "performance", service))


@login_required
@never_cache
@require_safe
def performance_pdf(request: HttpRequest) -> HttpResponse:
    """K1–K11 of a period on paper; while it is still counted the page says so."""
    here, service = overseer(request), _service(request)
    period, process = PeriodChoice(request.GET, today=here.today).period(), live.newest(service)
    if period is None:
        raise Http404
    this = counted.of_period(service, process, period, at=here.at)
    before = counted.of_period(service, process, period.before, at=here.at)
    if this is None or before is None:
        return redirect(f"{reverse('performance')}?{_query(request)}")
    report = figures_of(this.value.indicators, before.value.indicators, period=period, service=process.title)
    name = f"kinerja-{period.first:%Y%m%d}-{period.last:%Y%m%d}"
    return answer_with(report, "pdf", name=name, dated=min(period.last, here.today))


def _compared(one: Indicator, was: Indicator) -> list[Compared]:
    return [Compared(line, earlier.value) for line, earlier in zip(one.lines, was.lines, strict=True)]


def _sheet_head(period: Period) -> tuple[str, ...]:
    said = (period.label, period.before.label)
    return (
        "Kode",
        "Indikator",
        "Rincian",
        said[0],
        "Dihitung dari",
        "Target",
        said[1],
        "Definisi",
        "Catatan",
    )


def _sheet_rows(now: Sequence[Indicator], before: Sequence[Indicator]) -> Iterator[tuple[Cell, ...]]:
    for one, was in zip(now, before, strict=True):
        for item in _compared(one, was):
            line = item.line
            yield (
                one.code,
                one.name,
                line.label,
                line.value,
                line.counted,
                line.target,
                item.before,
                one.definition,
                one.note,
            )


@dataclass(frozen=True, slots=True)
class Shown:
    """A period counted at `at`, the one before and the last semesters, the oldest of them at `rest_at`."""

    this: Summary
    before: Summary
    halves: list[tuple[Period, Summary]]
    at: datetime
    rest_at: datetime


def _compared_periods(service: str, process: Process, period: Period, here: Officer) -> Shown | None:
    """All that the page tells; None while one of its periods is still to be counted."""
    halves = semesters(here.today, count=TREND)
    listed = (period, period.before, *halves)
    found = [counted.of_period(service, process, one, at=here.at) for one in listed]
    known = [one for one in found if one is not None]
    if len(known) < len(found):
        return None
    this, before, *trend = (one.value for one in known)
    shown = list(zip(halves, trend, strict=True))
    return Shown(this, before, shown, at=known[0].at, rest_at=min(one.at for one in known))


def _charts(halves: Sequence[tuple[Period, Summary]], process: Process) -> list[Chart]:
    """The last semesters, by what is told of section I."""
    kept, took = [], []
    for half, figures in halves:
        met, days = figures.kept, figures.gross
        label = f"{half.key[-1]}/{half.first.year}"
        kept.append((label, met.percent, percent(met) if met.whole else "–"))
        took.append((label, float(days.median) if days else None, str(days.median) if days else "–"))
    days_promised = process.promise_days
    return [
        columns("k1", "K1: izin dalam waktu (%)", kept, target=100, target_told="Target 100 %."),
        columns(
            "k2",
            "K2: median hari kerja sejak H (bruto)",
            took,
            target=days_promised,
            target_told=f"Garis: {days_promised} hari kerja (bagian I).",
        ),
    ]


@login_required
@never_cache
@require_safe
def proof(request: HttpRequest, figure: str) -> HttpResponse:
    """The cases that an indicator was counted from, those that speak against it first."""
    here, service = overseer(request), _service(request)
    form = PeriodChoice(request.GET, today=here.today)
    period, process = form.period(), live.newest(service)
    empty = {one.code.lower(): one for one in indicators(Facts(), process) if one.drill}
    if figure not in empty:
        raise Http404
    rows: Sequence[Proof] = ()
    figures = counted.of_period(service, process, period, at=here.at) if period is not None else None
    if period is not None and figures is not None:
        code = empty[figure].code
        rows = counted.ProofRows(service, period, code, figures.value.proofs[code])
        if kind := request.GET.get("unduh"):
            cells = (
                (one.case.number, one.case.company, one.day, one.what, "ya" if one.against else "")
                for one in rows
            )
            head = ("Berkas", "Perusahaan", "Tanggal", "Keterangan", "Tidak memenuhi")
            return download(kind, name=f"kinerja-{figure}-{here.today:%Y-%m-%d}", head=head, rows=cells)
    context = {
        "indicator": empty[figure],
        "form": form,
        "period": period,
        "page": Pages(rows, A_PAGE, counted=len(rows)).get_page(request.GET.get("halaman")),
        "counted_at": figures.at if figures else None,
        "query": _query(request),
        "back": f"{reverse('performance')}?{_query(request)}",
        **_frame(here, "performance", service),
    }
    return render(request, "oversight/proof.html", context)
