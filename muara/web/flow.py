"""The flow picture: for anybody, for one case, and for those who watch over all of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise

from django.contrib.auth.decorators import login_required
from django.db.models import Count, Q
from django.db.models.functions import TruncDate
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from muara.cases.forecast import percentile
from muara.cases.models import Case, Revision, Task
from muara.cases.queries import control_sheet, court_of
from muara.people.calendar import office_calendar
from muara.people.models import WITA, office_day
from muara.permits.queries import decision_of
from muara.sop.definition import CALLER, END, Outcome, Process
from muara.sop.flow import NO_MARKS, WORDS, Flow, Marks, Symbol, read_flow
from muara.sop.matrix import lay_out
from muara.sop.svg import draw, emblem
from muara.sop.working_time import Calendar, working_days_between
from muara.web.desk import desk_links
from muara.web.dossier import BEFORE_THE_CASE, legs, talk_before
from muara.web.oversight import now, overseer
from muara.web.portal import own_application
from muara.web.progress import case_of, standing
from muara.web.public import revision_by_slug, revisions_in_force

PERIOD = timedelta(days=90)  # whose closed tasks the oversight's picture counts
Closed = tuple[str, str, date, date, int]  # step, outcome, day it came, day it went, how often


@dataclass(frozen=True, slots=True)
class Drawn:
    """A flow with its picture in four parts: actors and titles stay while the matrix scrolls."""

    flow: Flow
    corner: SafeString
    actors: SafeString
    titles: SafeString
    matrix: SafeString
    emblems: Mapping[Symbol, SafeString]
    standards: bool


def drawn(
    process: Process,
    *,
    kind: str = "",
    marks: Marks = NO_MARKS,
    standards: bool = False,
    told: str = "Matriks Lampiran 1",
) -> Drawn:
    """Draw a service's way; `told` says what the picture is of."""
    flow = read_flow(process, kind=kind, marks=marks)
    picture = lay_out(flow, standards=standards)
    title = f"{told}: {process.title}"
    text = (
        f"{len(flow.stages)} langkah dalam baris, {len(flow.actors)} pelaksana dalam kolom. "
        "Isi yang sama ada dalam daftar sesudah gambar ini."
    )
    # The module escapes every text that it writes (sop/svg.py).
    return Drawn(
        flow,
        mark_safe(draw(picture, part="corner")),
        mark_safe(draw(picture, part="actors")),
        mark_safe(draw(picture, part="titles")),
        mark_safe(draw(picture, part="matrix", title=title, text=text)),
        {symbol: mark_safe(emblem(symbol)) for symbol in WORDS},
        standards,
    )


@require_safe
def flow(request: HttpRequest, slug: str) -> HttpResponse:
    """The matrix of Lampiran 1 for anybody; "?mutu=1" adds the columns of the quality standard."""
    process = revision_by_slug(slug, on=office_day(timezone.now())).process
    standards = "mutu" in request.GET
    return render(
        request,
        "public/flow.html",
        {"process": process, "drawn": drawn(process, standards=standards), "standards": standards},
    )


# --- one case ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Turn:
    """A way back, or aside, that a case took."""

    at: datetime
    start: int
    reached: int | None
    label: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Path:
    """The way that a case went: the marks for its picture, and its turns in order."""

    marks: Marks
    turns: tuple[Turn, ...]


def path_of(case: Case, *, kind: str, notes: Mapping[int, str] | None = None) -> Path:
    """Read a case's way off its tasks.

    `notes` are what was written at each task (by its id). Without them the path is the applicant's: what went
    back and forth inside the office is not told, as their timeline does not tell it either.
    """
    process, inside = case.process, notes is not None
    tasks = case.main_line
    taken: Counter[tuple[str, str]] = Counter()
    walked: set[tuple[str, str, str]] = set()
    turns: list[Turn] = []
    for task, after in [*pairwise(tasks), *((task, None) for task in tasks[-1:])]:
        way = process.way_out(task.step_key, task.outcome) if task.closed_at else None
        if task.closed_at is None or not isinstance(way, Outcome):
            continue
        shown = inside or not _is_internal(way, process)
        if shown:
            taken[task.step_key, way.key] += 1
            walked.add((task.step_key, way.key, after.step_key if after else END))
        reached = process.step(after.step_key).number if after else None
        if after is not None and _turns(way, task, after, process):
            label = way.said(kind) if shown else "Diperiksa kembali di dalam kantor"
            note = notes.get(task.pk, "") if notes is not None else ""
            turns.append(Turn(task.closed_at, task.step.number, reached, label, note))
    main, talk = case.main_task, talk_before(case)
    done = Counter(task.step_key for task in tasks if task.closed_at)
    if talk is not None:
        walked |= _talked(process, done)
    return Path(
        Marks(
            here=frozenset({main.step_key} if main else ()),
            done=done,
            taken=taken,
            walked=frozenset(walked),
            notes=_notes(case, done),
        ),
        tuple(turns),
    )


def _turns(way: Outcome, task: Task, after: Task, process: Process) -> bool:
    back = process.step(after.step_key).number < task.step.number
    return way.kind in {"return", "detour"} or way.to == CALLER or back


def _is_internal(way: Outcome, process: Process) -> bool:
    """A way back that stays inside the office: neither to the applicant nor on the way to them."""
    if way.kind != "return":
        return False
    target = process.step(way.to)
    return target.actor != "applicant" and target.activity != "correct"


def _talked(process: Process, done: Counter[str]) -> set[tuple[str, str, str]]:
    """The steps before the case, where it came of a talk."""
    walked = set()
    for step in process.steps:
        if step.activity in BEFORE_THE_CASE:
            done[step.key] += 1
            walked |= {(step.key, way.key, way.to) for way in step.outcomes if way.kind == "forward"}
    return walked


def _notes(case: Case, done: Mapping[str, int]) -> dict[str, tuple[str, ...]]:
    process, main, court = case.process, case.main_task, court_of(case)
    told = {step.number: step.key for step in process.steps}
    notes: dict[str, tuple[str, ...]] = {
        key: (f"Selesai {times} kali",) for key, times in done.items() if times > 1
    }
    notes |= {told[leg.number]: ("Di atas kertas",) for leg in legs(case, talk=None) if leg.state == "paper"}
    if main is not None:
        before = notes.get(main.step_key, ())
        notes[main.step_key] = ("Sekarang di sini", f"Di tangan {court.label}", *before)
    return notes


def read_case_flow(found: Case, at: datetime) -> dict[str, object]:
    """What the section of the officers' case page shows."""
    notes: dict[int, str] = {}
    for line in control_sheet(found):
        task = line.task
        if task is not None and line.entry.verb == f"{task.step_key}.{task.outcome}":
            notes[task.pk] = line.entry.note or ""
    kind = found.drafted_at(at)
    path = path_of(found, kind=kind, notes=notes)
    return {
        "drawn": drawn(found.process, kind=kind, marks=path.marks, told=f"Alur berkas {found}"),
        "turns": path.turns,
    }


@login_required
@never_cache
@require_safe
def application_flow(request: HttpRequest, reference: str) -> HttpResponse:
    """The way that the applicant's own case went, and where it stands."""
    application = own_application(request, reference)
    case = case_of(application)
    if case is None:
        return redirect("application", reference)
    decision = decision_of(case.pk)
    kind = decision.kind if decision else ""
    path = path_of(case, kind=kind)
    return render(
        request,
        "portal/flow.html",
        {
            "application": application,
            "case": case,
            "process": case.process,
            "standing": standing(application),
            "drawn": drawn(case.process, kind=kind, marks=path.marks, told="Alur permohonan Anda"),
            "turns": path.turns,
        },
    )


# --- all cases --------------------------------------------------------------------------------------------


def watched_revisions(on: date) -> list[Revision]:
    """The revisions in force, and those that an open case still goes by."""
    in_force = {revision.pk for revision in revisions_in_force(on)}
    running = Task.objects.open().main().values("case__revision")
    rows = Revision.objects.filter(Q(pk__in=in_force) | Q(pk__in=running)).defer("files")
    return list(rows.order_by("service", "-effective_from", "-pk"))


def flow_key(revision: Revision) -> str:
    return f"flow:{revision.sha256}"


def count_marks(revision: Revision, *, at: datetime) -> Marks:
    """Count a revision's open cases at each step, and what was closed in the last 90 days.

    The median is in working days from a task's opening to its close (0 is the same day), by nearest rank.
    """
    tasks = Task.objects.main().filter(case__revision=revision)
    waiting = dict(tasks.open().values_list("step_key").annotate(cases=Count("pk")).order_by())
    closed = _closed_since(revision, at=at)
    ways: Counter[tuple[str, str]] = Counter()
    for step, outcome, _, _, times in closed:
        ways[step, outcome] += times
    medians = _medians(closed, office_calendar())
    notes = {
        step.key: (
            f"{waiting[step.key]} berkas terbuka" if waiting.get(step.key) else "Tidak ada berkas",
            *([_worded(medians[step.key])] if step.key in medians else []),
        )
        for step in revision.process.steps
        if step.activity not in BEFORE_THE_CASE
    }
    return Marks(taken=ways, notes=notes, open=waiting)


def _closed_since(revision: Revision, *, at: datetime) -> list[Closed]:
    """The tasks of a revision closed in the last 90 days, counted by their step, outcome and days.

    The database counts: a busy office closes hundreds of thousands of tasks in that time.
    """
    rows = Task.objects.main().filter(case__revision=revision, closed_at__gt=at - PERIOD, closed_at__lte=at)
    counted = (
        rows.order_by()
        .annotate(came=TruncDate("opened_at", tzinfo=WITA), went=TruncDate("closed_at", tzinfo=WITA))
        .values_list("step_key", "outcome", "came", "went")
    )
    return list(counted.annotate(times=Count("pk")))


def _medians(rows: Iterable[Closed], calendar: Calendar) -> dict[str, int]:
    known: dict[tuple[date, date], int] = {}
    lasted: dict[str, Counter[int]] = {}
    for step, _, came, went, times in rows:
        if (came, went) not in known:
            known[came, went] = working_days_between(calendar, came, went)
        lasted.setdefault(step, Counter())[known[came, went]] += times
    return {step: percentile(list(days.elements()), 50) for step, days in lasted.items()}


def _worded(days: int) -> str:
    return f"Median {days} hari kerja" if days else "Median: hari yang sama"


@login_required
@never_cache
@require_safe
def oversight(request: HttpRequest) -> HttpResponse:
    """The matrix with counts and medians, for the heads and the auditor; a revision at a time."""
    here = overseer(request)
    listed = watched_revisions(here.today)
    if not listed:
        raise Http404
    wanted = request.GET.get("revisi", str(listed[0].pk))
    shown = next((revision for revision in listed if str(revision.pk) == wanted), None)
    if shown is None:
        raise Http404
    found = now(flow_key(shown), at=here.at, count=lambda: count_marks(shown, at=here.at))
    return render(
        request,
        "desk/oversight_flow.html",
        {
            "side": desk_links(here, "oversight_flow"),
            "process": shown.process,
            "shown": shown,
            "revisions": listed,
            "drawn": drawn(shown.process, marks=found.value, told="Berkas terbuka pada tiap langkah"),
            "open": sum(found.value.open.values()),
            "days": PERIOD.days,
            "counted_at": found.at,
        },
    )
