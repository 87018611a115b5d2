"""Every open case at this moment: at which step, in whose court, late or nearly so, and why."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import Case as Choose
from django.db.models import CharField, Count, Exists, OuterRef, Prefetch, Q, Value, When
from django.db.models.functions import TruncDate

from muara.cases.forecast import percentile
from muara.cases.limits import promise_over
from muara.cases.models import Case, CaseQuerySet, Correction, Pause, Revision, Task, TaskQuerySet
from muara.cases.queries import promise_due, promise_starts, ready_at
from muara.cases.timeline import AGENCY, APPLICANT, ELSEWHERE, OFFICE, Span, side_of, timeline
from muara.people.models import WITA, office_day
from muara.sop.definition import Process, Step
from muara.sop.working_time import DAY, Calendar, day_zero, working_day_after, working_days_in

SIDES = {OFFICE: "Kantor", AGENCY: "OPD", APPLICANT: "Pemohon", ELSEWHERE: "Pihak lain"}
LATE, SOON = "terlambat", "dekat"
SOON_DAYS = 2  # working days; what the tag "Sisa" colours amber, too


# --- what is overdue -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Today:
    """The office day that limits are measured against, and its calendar."""

    day: date
    calendar: Calendar

    @property
    def soon(self) -> date:
        """The last day that lies no more than two working days ahead."""
        return working_day_after(self.calendar, self.day, SOON_DAYS)


def newest(service: str) -> Process:
    """The process of a service as it stands in its newest revision."""
    rows = Revision.objects.filter(service=service).order_by("-effective_from", "-pk")
    return rows.defer("files")[0].process


def services() -> list[str]:
    return list(Revision.objects.order_by("service").values_list("service", flat=True).distinct())


def open_tasks(service: str, today: Today) -> TaskQuerySet:
    """The main task of every open case, with `court` (whose side) and `state` (late, near its limit, or "").

    The court is what `timeline` says of the stay that runs: the applicant's while a request is with them,
    else that of a running pause, else the step's own.
    """
    tasks = Task.objects.open().main().filter(case__revision__service=service)
    asked = Correction.objects.with_applicant().filter(case=OuterRef("case"))
    running = Pause.objects.filter(task=OuterRef("pk"), ends=None)
    paused = [
        When(
            Exists(running.filter(category__in=[key for key in Pause.Category if side_of(key) == side])),
            then=Value(side),
        )
        for side in (APPLICANT, AGENCY, ELSEWHERE)
    ]
    actors = newest(service).actors
    by_actor = [
        When(actor__in=[actor.key for actor in actors if actor.side == side], then=Value(side))
        for side in (APPLICANT, AGENCY)
    ]
    court = Choose(
        When(Exists(asked), then=Value(APPLICANT)),
        *paused,
        *by_actor,
        default=Value(OFFICE),
        output_field=CharField(),
    )
    over = today.day - DAY
    late = Q(due_on__lte=over) | promise_over(by=over, calendar=today.calendar)
    soon = Q(due_on__lte=today.soon) | promise_over(by=today.soon, calendar=today.calendar)
    state = Choose(
        When(late, then=Value(LATE)),
        When(soon, then=Value(SOON)),
        default=Value(""),
        output_field=CharField(),
    )
    return tasks.annotate(court=court, state=state)


# --- the board --------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Line:
    """A step of the board: its open cases by side, and how many are late or near their limit.

    Without a step: the cases under an older revision that stand where the newest has no step.
    """

    step: Step | None
    actor: str
    sides: dict[str, int] = field(default_factory=lambda: dict.fromkeys(SIDES, 0))
    late: int = 0
    soon: int = 0

    @property
    def all(self) -> int:
        return sum(self.sides.values())


def board(service: str, today: Today) -> list[Line]:
    """Count every open case once; the SOP's steps in order, those that no case stands at too."""
    process = newest(service)
    lines = {step.key: Line(step, process.actor(step.actor).label) for step in process.steps}
    rows: Any = open_tasks(service, today)  # the types know nothing of what is annotated
    for row in rows.values("step_key", "court", "state").annotate(cases=Count("pk")).order_by():
        line = lines.get(row["step_key"]) or lines.setdefault("", Line(None, ""))
        line.sides[row["court"]] += row["cases"]
        line.late += row["cases"] if row["state"] == LATE else 0
        line.soon += row["cases"] if row["state"] == SOON else 0
    return list(lines.values())


# --- why a case is late -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Standing:
    """An open case in a list: its running stay, the limits it has passed, and the stay that cost most.

    Days are working days. `days` counts the running stay; `longest` and its `longest_days` count from the
    day that the promise's clock began, or from the submission while it has not.
    """

    case: Case
    task: Task
    now: Span
    days: int
    step_due: date | None
    promise_due: date | None
    ready: bool
    late_by: int | None  # None: in time; 0: over, but no working day has passed since
    longest: Span
    longest_days: int
    on_paper_until: date | None  # taken over from paper that day: what came before has no stays here


def with_life(cases: CaseQuerySet) -> CaseQuerySet:
    """Fetch what a case's timeline is read from."""
    tasks = Task.objects.select_related("received_by", "closed_by").prefetch_related("pauses")
    rows = cases.select_related("application__company").defer("application__data")
    return rows.prefetch_related(Prefetch("tasks", tasks), "corrections")


def standings(tasks: Iterable[Task], today: Today, *, now: datetime) -> list[Standing]:
    """Say of each open task's case why it stands where it does, in the order given."""
    rows = list(tasks)
    wanted = with_life(Case.objects.filter(pk__in=[task.case_id for task in rows]))
    cases = {case.pk: case for case in wanted.select_related("paper")}
    return [_standing(cases[task.case_id], task, today, now=now) for task in rows]


def _standing(case: Case, task: Task, today: Today, *, now: datetime) -> Standing:
    spans, started = timeline(case), promise_starts(case)
    since = day_zero(today.calendar, started) if started else office_day(case.opened_at)
    spent = [(span, _days(span, today, since=since)) for span in spans]
    longest, longest_days = max(spent, key=lambda one: one[1])
    ready = ready_at(case) is not None
    promise = None if ready else promise_due(case, calendar=today.calendar)
    over = [day for day in (task.due_on, promise) if day is not None and day < today.day]
    return Standing(
        case=case,
        task=task,
        now=spans[-1],
        days=_days(spans[-1], today, since=office_day(spans[-1].starts)),
        step_due=task.due_on,
        promise_due=promise,
        ready=ready,
        late_by=max(
            (working_days_in(today.calendar, after=day, until=today.day) for day in over), default=None
        ),
        longest=longest,
        longest_days=longest_days,
        on_paper_until=office_day(spans[0].starts) if hasattr(case, "paper") else None,
    )


def _days(span: Span, today: Today, *, since: date) -> int:
    last = office_day(span.ends) if span.ends else today.day
    return working_days_in(today.calendar, after=max(office_day(span.starts), since), until=last)


# --- what waits, and before whom --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Waiting:
    """The open cases at a step: how many, and for how many working days half of them have waited."""

    cases: int
    median: int
    most: int


def waiting(service: str, today: Today) -> dict[str, Waiting]:
    """Read by step how long what is open now has been there."""
    days: dict[str, list[int]] = defaultdict(list)
    rows = Task.objects.open().main().filter(case__revision__service=service)
    grouped = rows.values("step_key", since=TruncDate("opened_at", tzinfo=WITA)).annotate(cases=Count("pk"))
    for row in grouped.order_by():
        waited = working_days_in(today.calendar, after=row["since"], until=today.day)
        days[row["step_key"]] += [waited] * row["cases"]
    return {key: Waiting(len(found), percentile(found, 50), max(found)) for key, found in days.items()}


@dataclass(slots=True)
class Load:
    """What lies before an actor or an officer: open, taken over by them, and taken over in the period."""

    name: str
    actor: str
    open: int = 0
    received: int = 0


def loads(service: str, *, begins: datetime, ends: datetime) -> tuple[list[Load], list[Load]]:
    """By actor (open, and how many of these were taken over); by officer (open, and received in a period)."""
    process = newest(service)
    labels = {actor.key: actor.label for actor in process.actors}
    tasks = Task.objects.main().filter(case__revision__service=service)
    actors = {key: Load(label, label) for key, label in labels.items()}
    for row in tasks.open().values("actor").annotate(open=Count("pk"), taken=Count("received_by")).order_by():
        load = actors.setdefault(row["actor"], Load(row["actor"], row["actor"]))
        load.open, load.received = row["open"], row["taken"]
    people: dict[tuple[int, str], Load] = {}
    who = ("received_by", "received_by__name", "actor")
    held = tasks.exclude(received_by=None)
    for name, rows in (
        ("open", held.open()),
        ("received", held.filter(received_at__gte=begins, received_at__lt=ends)),
    ):
        for row in rows.values(*who).annotate(tasks=Count("pk")).order_by():
            key = (row["received_by"], row["actor"])
            load = people.setdefault(
                key, Load(row["received_by__name"], labels.get(row["actor"], row["actor"]))
            )
            setattr(load, name, row["tasks"])
    return list(actors.values()), sorted(
        people.values(), key=lambda one: (-one.open, -one.received, one.name)
    )
