"""Reading a period's cases into the facts that figures are counted from; some thousands at a time.

A year may have a hundred thousand cases: their columns are read, not their objects, and a life is cut by the
same `pieces` as in `cases.timeline`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple

from django.db.models import Count, Q

from muara.audit.models import Entry
from muara.cases.actions import due_day
from muara.cases.models import Case, Correction, CorrectionItem, Endorsement, Pause, Task
from muara.cases.models.case import chain_of, definition_of
from muara.cases.timeline import AGENCY, APPLICANT, OFFICE, Stretch, elapsed, pieces, side_of
from muara.contacts.queries import complaints_decided, figures_of
from muara.people.calendar import office_calendar
from muara.people.hours import minutes_served
from muara.people.models import office_day
from muara.records.figures import AtAgency, Decided, Facts, Passage, Ref, Surveyed, sends_back
from muara.records.periods import Period
from muara.records.survey import results
from muara.sop.definition import Process
from muara.sop.working_time import Calendar, working_days_in

AT_ONCE = 2_000  # cases held in memory


def facts_of(service: str, period: Period, *, on: date | None = None) -> Facts:
    """Read everything that the figures of a period are counted from; the survey as it is told on a day."""
    calendar = office_calendar()
    passages: list[Passage] = []
    decided: list[Decided] = []
    at_agency: list[AtAgency] = []
    done = Task.objects.main().filter(closed_at__gte=period.begins, closed_at__lt=period.ends).values("case")
    wanted = Case.objects.filter(revision__service=service).filter(
        Q(pk__in=done) | Q(recommended_on__range=(period.first, period.last))
    )
    for lives in lives_of(wanted.values_list("pk", flat=True)):
        passages += _passages(lives, period, calendar)
        decided += _decided(lives, period, calendar)
        at_agency += _at_agency(lives, period, calendar)
    return Facts(
        passages=passages,
        decided=decided,
        at_agency=at_agency,
        waits=[one for queue in figures_of(period.first, until=period.last).values() for one in queue.waits],
        asked=_asked(service, period),
        survey=_surveyed(service, period, on=on) if on else None,
        complaints=complaints_decided(period.first, period.last, calendar=calendar),
    )


def _surveyed(service: str, period: Period, *, on: date) -> Surveyed | None:
    """The survey of a period that is a semester."""
    found = results(service, on=on, only=period.key) if "-" in period.key else []
    for one in found:
        if one.is_told:
            values = {row.question.code: row.value for row in one.elements if row.value is not None}
            return Surveyed(one.index, values, one.answers, one.given)
    return None


def decided_in(service: str, period: Period) -> list[Decided]:
    """Read only the decisions of a period: enough for a trend over years."""
    calendar = office_calendar()
    numbered = Task.objects.main().filter(
        case__revision__service=service, closed_at__gte=period.begins, closed_at__lt=period.ends
    )
    decided = Q(case__permit__isnull=False) | Q(case__refusal__isnull=False)
    found: list[Decided] = []
    for lives in lives_of(
        numbered.filter(decided).values_list("case", flat=True).order_by("case").distinct()
    ):
        found += _decided(lives, period, calendar)
    return found


# --- reading: columns, no objects --------------------------------------------------------------------------


class _Task(NamedTuple):
    """A row of the main line, as far as the figures need it."""

    case: int
    pk: int
    step: str
    actor: str
    opened_at: datetime
    received_at: datetime | None
    received_by: int | None
    closed_at: datetime | None
    closed_by: int | None
    outcome: str


class _Stay(NamedTuple):
    """From when to when a case lay with one side; `task` is where among the case's tasks."""

    task: int
    starts: datetime
    ends: datetime | None
    side: str

    @property
    def away(self) -> bool:
        return self.side != OFFICE


@dataclass(slots=True)
class Life:
    """A case with its main line, and what was elsewhere meanwhile."""

    ref: Ref
    process: Process
    registered_on: date | None
    recommended_on: date | None
    permit_draft: int | None
    refusal_draft: int | None
    tasks: list[_Task] = field(default_factory=list)
    asked: list[_Stay] = field(default_factory=list)
    paused: dict[int, list[_Stay]] = field(default_factory=dict)

    @property
    def promise_starts(self) -> date | None:
        process = self.process
        return process.day_zero(
            process.promise_clock, registered_on=self.registered_on, recommended_on=self.recommended_on
        )

    @property
    def ready_at(self) -> datetime | None:
        """As cases.queries.ready_at says it."""
        process = self.process
        ways = {
            (step, outcome.key)
            for step in process.doing("number")
            for outcome in process.step(step).outcomes
            if outcome.kind == "forward"
        }
        done = [task.closed_at for task in self.tasks if task.closed_at and (task.step, task.outcome) in ways]
        return max(done, default=None)

    def stays(self, place: int) -> Iterator[_Stay]:
        """The stays of one task, cut as cases.timeline cuts them."""
        task = self.tasks[place]
        side = self.process.actor(task.actor).side
        cuts = [
            one
            for one in self.asked
            if one.starts >= task.opened_at and (task.closed_at is None or one.starts < task.closed_at)
        ]
        cuts += self.paused.get(task.pk, ())
        for starts, ends, cut in pieces(task.opened_at, task.closed_at, cuts):
            own = side if side in {APPLICANT, AGENCY} else OFFICE
            yield _Stay(place, starts, ends, cut.side if cut else own)

    def life(self) -> Iterator[_Stay]:
        for place in range(len(self.tasks)):
            yield from self.stays(place)


def lives_of(keys: Iterable[int]) -> Iterator[list[Life]]:
    """Read cases with their main lines, some thousands at a time; the keys of all are small."""
    wanted = sorted(set(keys))
    for start in range(0, len(wanted), AT_ONCE):
        some = wanted[start : start + AT_ONCE]
        rows = (
            Case.objects.filter(pk__in=some)
            .order_by("pk")
            .values_list(
                "pk",
                "registration_number",
                "application__reference",
                "application__company__name",
                "revision",
                "registered_on",
                "recommended_on",
                "permit__draft",
                "refusal__draft",
            )
        )
        lives = {
            pk: Life(
                Ref(pk, number or reference, company),
                definition_of(revision).process,
                registered_on,
                recommended_on,
                permit_draft,
                refusal_draft,
            )
            for (
                pk,
                number,
                reference,
                company,
                revision,
                registered_on,
                recommended_on,
                permit_draft,
                refusal_draft,
            ) in rows
        }
        tasks = Task.objects.main().filter(case__in=some).order_by("case", "opened_at", "pk")
        for row in tasks.values_list(
            "case",
            "pk",
            "step_key",
            "actor",
            "opened_at",
            "received_at",
            "received_by",
            "closed_at",
            "closed_by",
            "outcome",
        ):
            lives[row[0]].tasks.append(_Task(*row))
        asked = Correction.objects.filter(case__in=some, sent_at__isnull=False)
        for case, sent, answered, ended in asked.values_list("case", "sent_at", "answered_at", "ended_at"):
            assert sent is not None
            lives[case].asked.append(_Stay(0, sent, answered or ended, APPLICANT))
        paused = Pause.objects.filter(task__case__in=some).order_by("starts")
        for case, task, category, starts, ends in paused.values_list(
            "task__case", "task", "category", "starts", "ends"
        ):
            cut = _Stay(0, starts, ends, side_of(category))
            lives[case].paused.setdefault(task, []).append(cut)
        yield list(lives.values())


# --- passages ---------------------------------------------------------------------------------------------


def _passages(lives: Sequence[Life], period: Period, calendar: Calendar) -> list[Passage]:
    rows: list[tuple[Life, int, bool]] = []
    for life in lives:
        seen: set[str] = set()
        for place, task in enumerate(life.tasks):
            if task.closed_at is None:
                continue
            first = task.step not in seen
            seen.add(task.step)
            if period.begins <= task.closed_at < period.ends:
                rows.append((life, place, first))
    count = _Counting(calendar)
    return [
        count.passage(life, life.tasks[place], first=first, minutes=minutes)
        for (life, place, first), minutes in zip(
            rows, _touch([(life, place) for life, place, _ in rows]), strict=True
        )
    ]


class _Counting:
    """Counts what many passages share once: the days between two days, the limit of a step on a day."""

    def __init__(self, calendar: Calendar) -> None:
        self.calendar = calendar
        self.between: dict[tuple[date, date], int] = {}
        self.limits: dict[tuple[object, ...], date | None] = {}

    def passage(self, life: Life, task: _Task, *, first: bool, minutes: int | None) -> Passage:
        process = life.process
        assert task.closed_at is not None
        opened, closed = office_day(task.opened_at), office_day(task.closed_at)
        step = process.step(task.step)
        way = next((one for one in step.outcomes if one.key == task.outcome), None)
        if (opened, closed) not in self.between:
            self.between[opened, closed] = working_days_in(self.calendar, after=opened, until=closed)
        key = (id(process), task.step, life.registered_on, life.recommended_on)
        if key not in self.limits:
            self.limits[key] = due_day(
                step,
                process=process,
                registered_on=life.registered_on,
                recommended_on=life.recommended_on,
                calendar=self.calendar,
            )
        return Passage(
            case=life.ref,
            step=task.step,
            opened=opened,
            closed=closed,
            days=self.between[opened, closed],
            returned=way is not None and sends_back(way, process),
            first=first,
            due=self.limits[key],
            minutes=minutes,
            new_application=way is not None and way.kind == "close" and sends_back(way, process),
        )


def _touch(rows: Sequence[tuple[Life, int]]) -> list[int | None]:
    """Minutes of the office's hours in the hands of whoever received a task, without its time elsewhere."""
    stretches = [list(worked(life, place)) for life, place in rows]
    minutes = iter(minutes_served(stretch for some in stretches for stretch in some))
    return [
        sum(next(minutes) for _ in some) if life.tasks[place].received_at is not None else None
        for (life, place), some in zip(rows, stretches, strict=True)
    ]


def worked(life: Life, place: int) -> Iterator[Stretch]:
    """From when whoever of the office received a task had it here, as cases.timeline.Span.worked says it."""
    received = life.tasks[place].received_at
    if received is not None:
        for stay in life.stays(place):
            if not stay.away and stay.ends is not None:
                yield max(received, stay.starts), stay.ends


# --- decisions --------------------------------------------------------------------------------------------


def _decided(lives: Sequence[Life], period: Period, calendar: Calendar) -> list[Decided]:
    rows: list[tuple[Life, date, date]] = []
    for life in lives:
        ready, started = life.ready_at, life.promise_starts
        if ready is not None and started is not None and period.holds(office_day(ready)):
            rows.append((life, started, office_day(ready)))
    gaps = _gaps([life for life, _, _ in rows])
    found = []
    for life, started, ready_on in rows:
        used = elapsed(life.life(), calendar, since=started, until=ready_on)
        kind = "permit" if life.refusal_draft is None else "refusal"
        promise = life.process.promise_days
        found.append(Decided(life.ref, kind, ready_on, used.gross, used.net, promise, gaps[life.ref.pk]))
    return found


def _gaps(lives: Sequence[Life]) -> dict[int, tuple[str, ...]]:
    """What the control sheets lack: who received and did a step, its entry, the parafs of the decision."""
    chains = [chain_of(life.ref.pk) for life in lives]
    written = set(Entry.objects.filter(chain__in=chains).order_by().values_list("task_id", "verb"))
    given: dict[int, set[str]] = defaultdict(set)
    rows = Endorsement.objects.filter(draft__case__in=[life.ref.pk for life in lives], voided_at=None)
    for draft, step in rows.order_by().values_list("draft", "step_key"):
        given[draft].add(step)
    return {life.ref.pk: tuple(_lacking(life, written, given)) for life in lives}


def _lacking(life: Life, written: set[tuple[int | None, str]], given: dict[int, set[str]]) -> Iterator[str]:
    process = life.process
    for task in life.tasks:
        if task.closed_at is None:
            continue
        where = f"langkah {process.step(task.step).number}"
        if task.actor != "applicant" and (task.received_by is None or task.closed_by is None):
            yield f"{where} tanpa petugas"
        if (task.pk, f"{task.step}.{task.outcome}") not in written:
            yield f"{where} tanpa catatan"
    draft = life.permit_draft or life.refusal_draft
    if draft is not None:
        for key in (*process.doing("endorse"), *process.doing("decide")):
            if key not in given[draft]:
                yield f"langkah {process.step(key).number} tanpa paraf atau tanda tangan"


# --- the agency -------------------------------------------------------------------------------------------


def _at_agency(lives: Sequence[Life], period: Period, calendar: Calendar) -> Iterator[AtAgency]:
    for life in lives:
        received, delivering = life.recommended_on, life.process.doing("deliver")
        gone = [task.closed_at for task in life.tasks if task.closed_at and task.step in delivering]
        if received is None or not gone or not period.holds(received):
            continue
        delivered = office_day(min(gone))
        with_agency = (stay for stay in life.life() if stay.side == AGENCY)
        yield AtAgency(
            case=life.ref,
            delivered=delivered,
            received=received,
            days=working_days_in(calendar, after=delivered, until=received),
            in_hand=sum(
                working_days_in(
                    calendar,
                    after=max(office_day(stay.starts), delivered),
                    until=min(office_day(stay.ends) if stay.ends else received, received),
                )
                for stay in with_agency
            ),
        )


def _asked(service: str, period: Period) -> dict[tuple[str, str], int]:
    """How many things were asked of applicants, by the step that asked and the kind that the SOP prints."""
    rows = CorrectionItem.objects.filter(
        correction__case__revision__service=service,
        correction__raised_at__gte=period.begins,
        correction__raised_at__lt=period.ends,
    )
    counted = rows.values_list("correction__raised_at_step", "kind").annotate(asked=Count("pk")).order_by()
    return {(step, kind): asked for step, kind, asked in counted}
