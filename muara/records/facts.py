"""Reading a period's cases into the facts that figures are counted from; some hundreds at a time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q

from muara.audit.models import Entry
from muara.cases.actions import due_day
from muara.cases.models import Case, CorrectionItem, Endorsement, Task
from muara.cases.models.case import chain_of
from muara.cases.queries import promise_starts, ready_at
from muara.cases.timeline import AGENCY, Span, Stretch, elapsed, timeline
from muara.contacts.queries import figures_of
from muara.people.calendar import office_calendar
from muara.people.hours import minutes_served
from muara.people.models import office_day
from muara.records.board import with_life
from muara.records.figures import AtAgency, Decided, Facts, Passage, Ref, sends_back
from muara.records.periods import Period
from muara.sop.working_time import Calendar, working_days_in

AT_ONCE = 500  # cases held in memory


def facts_of(service: str, period: Period) -> Facts:
    """Read everything that the figures of a period are counted from."""
    calendar = office_calendar()
    passages: list[Passage] = []
    decided: list[Decided] = []
    at_agency: list[AtAgency] = []
    done = Task.objects.main().filter(closed_at__gte=period.begins, closed_at__lt=period.ends).values("case")
    wanted = Case.objects.filter(revision__service=service).filter(
        Q(pk__in=done) | Q(recommended_on__range=(period.first, period.last))
    )
    for lives in _some(wanted.values_list("pk", flat=True)):
        passages += _passages(lives, period, calendar)
        decided += _decided(lives, period, calendar)
        at_agency += _at_agency(lives, period, calendar)
    return Facts(
        passages=passages,
        decided=decided,
        at_agency=at_agency,
        waits=[one for queue in figures_of(period.first, until=period.last).values() for one in queue.waits],
        asked=_asked(service, period),
    )


def decided_in(service: str, period: Period) -> list[Decided]:
    """Read only the decisions of a period: enough for a trend over years."""
    calendar = office_calendar()
    numbered = Task.objects.main().filter(
        case__revision__service=service, closed_at__gte=period.begins, closed_at__lt=period.ends
    )
    decided = Q(case__permit__isnull=False) | Q(case__refusal__isnull=False)
    found: list[Decided] = []
    for lives in _some(numbered.filter(decided).values_list("case", flat=True).order_by("case").distinct()):
        found += _decided(lives, period, calendar)
    return found


@dataclass(frozen=True, slots=True)
class _Life:
    case: Case
    spans: list[Span]
    ref: Ref


def _some(keys: Iterable[int]) -> Iterator[list[_Life]]:
    """Fetch cases with their timelines, some hundreds at a time; the keys of all are small."""
    wanted = sorted(set(keys))
    for start in range(0, len(wanted), AT_ONCE):
        rows = with_life(Case.objects.filter(pk__in=wanted[start : start + AT_ONCE]))
        yield [
            _Life(case, timeline(case), Ref(case.pk, str(case), str(case.application.company)))
            for case in rows.select_related("permit", "refusal").order_by("pk")
        ]


# --- passages ---------------------------------------------------------------------------------------------


def _passages(lives: Sequence[_Life], period: Period, calendar: Calendar) -> list[Passage]:
    rows: list[tuple[_Life, Task, bool]] = []
    for life in lives:
        seen: set[str] = set()
        for task in life.case.main_line:
            if task.closed_at is None:
                continue
            first = task.step_key not in seen
            seen.add(task.step_key)
            if period.holds(office_day(task.closed_at)):
                rows.append((life, task, first))
    return [
        _passage(life, task, first=first, minutes=minutes, calendar=calendar)
        for (life, task, first), minutes in zip(
            rows, _touch([(life, task) for life, task, _ in rows]), strict=True
        )
    ]


def _passage(life: _Life, task: Task, *, first: bool, minutes: int | None, calendar: Calendar) -> Passage:
    case, process = life.case, life.case.process
    assert task.closed_at is not None
    opened, closed = office_day(task.opened_at), office_day(task.closed_at)
    way = next((one for one in task.step.outcomes if one.key == task.outcome), None)
    return Passage(
        case=life.ref,
        step=task.step_key,
        opened=opened,
        closed=closed,
        days=working_days_in(calendar, after=opened, until=closed),
        returned=way is not None and sends_back(way, process),
        first=first,
        due=due_day(
            task.step,
            process=process,
            registered_on=case.registered_on,
            recommended_on=case.recommended_on,
            calendar=calendar,
        ),
        minutes=minutes,
        new_application=way is not None and way.kind == "close" and sends_back(way, process),
    )


def _touch(rows: Sequence[tuple[_Life, Task]]) -> list[int | None]:
    """Minutes of the office's hours in the hands of whoever received a task, without its time elsewhere."""
    stretches = [
        [stretch for span in life.spans if span.task == task and (stretch := _worked(span))]
        for life, task in rows
    ]
    minutes = iter(minutes_served(stretch for some in stretches for stretch in some))
    return [
        sum(next(minutes) for _ in some) if task.received_at is not None else None
        for (_, task), some in zip(rows, stretches, strict=True)
    ]


def _worked(span: Span) -> Stretch | None:
    return span.worked(until=span.ends) if span.ends is not None else None


# --- decisions --------------------------------------------------------------------------------------------


def _decided(lives: Sequence[_Life], period: Period, calendar: Calendar) -> list[Decided]:
    rows: list[tuple[_Life, date, date]] = []
    for life in lives:
        ready, started = ready_at(life.case), promise_starts(life.case)
        if ready is not None and started is not None and period.holds(office_day(ready)):
            rows.append((life, started, office_day(ready)))
    gaps = _gaps([life.case for life, _, _ in rows])
    found = []
    for life, started, ready_on in rows:
        used = elapsed(life.spans, calendar, since=started, until=ready_on)
        kind = "refusal" if hasattr(life.case, "refusal") else "permit"
        promise = life.case.process.promise_days
        found.append(Decided(life.ref, kind, ready_on, used.gross, used.net, promise, gaps[life.case.pk]))
    return found


def _gaps(cases: Sequence[Case]) -> dict[int, tuple[str, ...]]:
    """What the control sheets lack: who received and did a step, its entry, the parafs of the decision."""
    chains = [chain_of(case.pk) for case in cases]
    written = set(Entry.objects.filter(chain__in=chains).values_list("task_id", "verb"))
    given: dict[int, set[str]] = defaultdict(set)
    rows = Endorsement.objects.filter(draft__case__in=cases, voided_at=None)
    for draft, step in rows.values_list("draft", "step_key"):
        given[draft].add(step)
    return {case.pk: tuple(_lacking(case, written, given)) for case in cases}


def _lacking(case: Case, written: set[tuple[int | None, str]], given: dict[int, set[str]]) -> Iterator[str]:
    process = case.process
    for task in case.main_line:
        if task.closed_at is None:
            continue
        where = f"langkah {task.step.number}"
        if task.actor != "applicant" and (task.received_by_id is None or task.closed_by_id is None):
            yield f"{where} tanpa petugas"
        if (task.pk, f"{task.step_key}.{task.outcome}") not in written:
            yield f"{where} tanpa catatan"
    decision = getattr(case, "permit", None) or getattr(case, "refusal", None)
    if decision is not None:
        for key in (*process.doing("endorse"), *process.doing("decide")):
            if key not in given[decision.draft_id]:
                yield f"langkah {process.step(key).number} tanpa paraf atau tanda tangan"


# --- the agency -------------------------------------------------------------------------------------------


def _at_agency(lives: Sequence[_Life], period: Period, calendar: Calendar) -> Iterator[AtAgency]:
    for life in lives:
        case, received = life.case, life.case.recommended_on
        delivering = case.process.doing("deliver")
        gone = [task.closed_at for task in case.main_line if task.closed_at and task.step_key in delivering]
        if received is None or not gone or not period.holds(received):
            continue
        delivered = office_day(min(gone))
        with_agency = (span for span in life.spans if span.side == AGENCY)
        yield AtAgency(
            case=life.ref,
            delivered=delivered,
            received=received,
            days=working_days_in(calendar, after=delivered, until=received),
            in_hand=sum(
                working_days_in(
                    calendar,
                    after=max(office_day(span.starts), delivered),
                    until=min(office_day(span.ends) if span.ends else received, received),
                )
                for span in with_agency
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
