"""What an official's half year comes to (SOP T.1), and a unit's: counted so that nobody answers for others.

- What counts is who finished a step; who had it before them, was away or kept out of it does not.
- A step's limit is asked only of its first passage (as K3), and of an officer only where it could still be
  kept when the file came to them: when they received it, or it was assigned to them.
- Days on which the file lay with applicant, agency or in a pause do not count, nor an officer's days away.
- A file that lies ready for its applicant to fetch (17) waits for the applicant: no limit, no minutes.
- A return counts where it found fault with a step of this office: never one to the applicant or an agency,
  nor what a joint meeting decided anew.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db.models import Count, Q

from muara.audit.models import Entry
from muara.cases.actions import due_day
from muara.cases.models import Assignment, Case, Recusal, Task
from muara.cases.models.case import chain_of
from muara.cases.timeline import AGENCY, APPLICANT, Stretch
from muara.contacts.models import Complaint, ComplaintConcern, Consultation, TicketEvent
from muara.people.calendar import office_calendar
from muara.people.hours import minutes_served
from muara.people.models import Absence, midnight, office_day
from muara.records.facts import Life, lives_of, worked
from muara.records.figures import Share, Spread, sends_back, share, spread
from muara.records.periods import Period
from muara.sop.definition import Outcome, Process
from muara.sop.working_time import DAY, Calendar, is_working_day, working_days_in

WAITS_TO_BE_FETCHED = frozenset({"hand_over"})
FOUNDED = (Complaint.Verdict.FOUNDED, Complaint.Verdict.PARTLY)
OTHERS_CAUSE = (Complaint.Cause.APPLICANT, Complaint.Cause.AGENCY, Complaint.Cause.OTHER)
Away = Sequence[tuple[date, date]]
NONE = Share(0, 0)


@dataclass(frozen=True, slots=True)
class StepRef:
    """A step of a service, as a sheet names it."""

    service: str
    number: int
    title: str


@dataclass(frozen=True, slots=True)
class Time:
    """Working days that a step took, and those that its limit left when it came."""

    used: int
    left: int  # below zero: the limit was past already

    @property
    def kept(self) -> bool | None:
        """None: it could not be kept any more."""
        return None if self.left < 0 else self.used <= self.left


@dataclass(frozen=True, slots=True)
class Done:
    """A step that an officer finished; times are None where there is nothing to measure."""

    case: int
    step: StepRef
    actor: str
    by: int
    sent_back: bool = False  # it found fault and returned the file: its duty
    came_back: bool = False  # it was done again because somebody had returned it
    mine: Time | None = None  # since the file was with this officer
    units: Time | None = None  # since it came to the unit
    minutes: int | None = None


@dataclass(frozen=True, slots=True)
class AtStep:
    """What somebody did of a step."""

    step: StepRef
    done: int
    in_time: Share
    not_judged: int  # first passages whose limit was past when they came
    minutes: Spread | None
    sent_back: int


@dataclass(frozen=True, slots=True)
class Measures:
    """A half year of an officer, or of a unit."""

    steps: tuple[AtStep, ...] = ()
    cases: int = 0
    in_time: Share = NONE
    caused: int = 0  # returns that found fault with what they had done
    received: int = 0  # passages that they did again after a return
    complaints: int = 0
    talks: int = 0
    visitors: int = 0


NOTHING = Measures()


@dataclass(frozen=True, slots=True)
class Measured:
    """A half year by officer and by unit (the SOP's actors)."""

    people: Mapping[int, Measures] = field(default_factory=dict)
    units: Mapping[str, Measures] = field(default_factory=dict)


# --- arithmetic -------------------------------------------------------------------------------------------


def days_used(calendar: Calendar, *, since: date, until: date, others: Away = (), away: Away = ()) -> int:
    """Working days after `since` up to `until`, without those of others and those away.

    A stay with others counts as H does: its first day is day 0, its last day counts as theirs. An absence
    has both its days.
    """
    used, day = 0, since
    while day < until:
        day += DAY
        used += (
            is_working_day(calendar, day)
            and not any(first < day <= last for first, last in others)
            and not any(first <= day <= last for first, last in away)
        )
    return used


def days_left(calendar: Calendar, *, since: date, due: date) -> int:
    return working_days_in(calendar, after=since, until=due) if since <= due else -1


def without(stretch: Stretch, away: Away) -> Iterator[Stretch]:
    """The pieces of a stretch of time that lie outside somebody's days away."""
    starts, ends = stretch
    for first, last in sorted(away):
        begins, stops = midnight(first), midnight(last + DAY)
        if stops <= starts or begins >= ends:
            continue
        if begins > starts:
            yield starts, begins
        starts = stops
        if starts >= ends:
            return
    yield starts, ends


def measures(
    done: Iterable[Done], *, of_unit: bool = False, caused: int = 0, others: Mapping[str, int] | None = None
) -> Measures:
    """Put together what somebody finished."""
    rows = list(done)
    by_step: dict[StepRef, list[Done]] = defaultdict(list)
    for row in rows:
        by_step[row.step].append(row)
    steps = [
        _at_step(step, by_step[step], of_unit=of_unit)
        for step in sorted(by_step, key=lambda one: (one.service, one.number))
    ]
    return Measures(
        steps=tuple(steps),
        cases=len({row.case for row in rows}),
        in_time=Share(sum(one.in_time.part for one in steps), sum(one.in_time.whole for one in steps)),
        caused=caused,
        received=sum(row.came_back for row in rows),
        **(others or {}),
    )


def _at_step(step: StepRef, rows: Sequence[Done], *, of_unit: bool) -> AtStep:
    times = [time for row in rows if (time := row.units if of_unit else row.mine) is not None]
    return AtStep(
        step=step,
        done=len(rows),
        in_time=share(time.kept for time in times if time.kept is not None),
        not_judged=sum(time.kept is None for time in times),
        minutes=spread(row.minutes for row in rows if row.minutes is not None),
        sent_back=sum(row.sent_back for row in rows),
    )


# --- reading ----------------------------------------------------------------------------------------------


def measure(period: Period, *, only: int | None = None) -> Measured:
    """Read a half year; `only` of one officer (by their id) is enough for their sheet, and has no units."""
    closed = Task.objects.main().filter(closed_at__gte=period.begins, closed_at__lt=period.ends)
    wanted = Case.objects.filter(pk__in=closed.values("case"))
    if only is not None:
        wanted = wanted.filter(pk__in=Task.objects.main().filter(closed_by=only).values("case"))
    reading = _Reading(period, office_calendar())
    for lives in lives_of(wanted.values_list("pk", flat=True)):
        reading.add(lives)
    others = _beside(period)
    people: dict[int, list[Done]] = defaultdict(list)
    units: dict[str, list[Done]] = defaultdict(list)
    for row in reading.done:
        people[row.by].append(row)
        units[row.actor].append(row)
    everybody = {*people, *reading.caused_by, *others} if only is None else {only}
    return Measured(
        {
            user: measures(people[user], caused=reading.caused_by[user], others=others.get(user))
            for user in everybody
        },
        {}
        if only is not None
        else {
            actor: measures(rows, of_unit=True, caused=reading.caused_at[actor])
            for actor, rows in units.items()
        },
    )


def _beside(period: Period) -> dict[int, dict[str, int]]:
    """What officers did, and what was found of them, beside the steps of cases."""

    def during(name: str) -> Q:
        return Q(**{f"{name}__gte": period.begins, f"{name}__lt": period.ends})

    founded = ComplaintConcern.objects.filter(
        during("complaint__decided_at"),
        complaint__kind__in=Complaint.FORMAL,
        complaint__verdict__in=FOUNDED,
    ).exclude(complaint__cause__in=OTHERS_CAUSE)
    talks = Consultation.objects.filter(during("answered_at"), answered_by__isnull=False)
    visitors = TicketEvent.objects.filter(during("at"), kind=TicketEvent.Kind.FINISH, by__isnull=False)
    found: dict[int, dict[str, int]] = defaultdict(dict)
    for name, counts in (
        ("complaints", founded.values_list("user").annotate(Count("pk")).order_by()),
        ("talks", talks.values_list("answered_by").annotate(Count("pk")).order_by()),
        ("visitors", visitors.values_list("by").annotate(Count("pk")).order_by()),
    ):
        for user, number in counts:
            found[user][name] = number
    return found


class _Reading:
    """Goes through lives, and keeps of each step of the office what evaluations need."""

    def __init__(self, period: Period, calendar: Calendar) -> None:
        self.period, self.calendar = period, calendar
        self.done: list[Done] = []
        self.since: dict[int, _Since] = {}
        self.caused_by: Counter[int] = Counter()
        self.caused_at: Counter[str] = Counter()
        self.away: dict[int, list[tuple[date, date]]] = defaultdict(list)
        rows = Absence.objects.standing().order_by("user", "starts")
        for user, starts, ends in rows.values_list("user", "starts", "ends"):
            self.away[user].append((starts, ends))

    def add(self, lives: Sequence[Life]) -> None:
        self.since = _in_hand_since(lives)
        kept_out = {
            (case, user): at
            for case, user, at in Recusal.objects.filter(
                case__in=[life.ref.pk for life in lives]
            ).values_list("case", "user", "at")
        }
        rows = []
        for life in lives:
            for place, task in enumerate(life.tasks):
                if task.closed_at is not None and self.period.begins <= task.closed_at < self.period.ends:
                    self._note_return(life, place, kept_out)
                    if task.closed_by is not None and _is_ours(life.process, task.actor):
                        rows.append((life, place))
        minutes = iter(minutes_served(piece for row in rows for piece in self._worked(*row)))
        for life, place in rows:
            measured = [next(minutes) for _ in self._worked(life, place)]
            self.done.append(self._done(life, place, measured))

    def _worked(self, life: Life, place: int) -> list[Stretch]:
        """When whoever finished a step had it in their hands, without others' time and their days away."""
        task = life.tasks[place]
        since = self.since.get(task.pk)
        if task.closed_by is None or since is None or _is_fetched(life, place):
            return []
        own = [(max(starts, since.received), ends) for starts, ends in worked(life, place)]
        away = self.away[task.closed_by]
        return [piece for stretch in own if stretch[0] < stretch[1] for piece in without(stretch, away)]

    def _done(self, life: Life, place: int, minutes: Sequence[int]) -> Done:
        task, process = life.tasks[place], life.process
        assert task.closed_at is not None
        assert task.closed_by is not None
        step, way = process.step(task.step), _way(life, place)
        since = self.since.get(task.pk)
        derived = step.limit is not None and step.limit.days is not None and step.limit.derived
        return Done(
            case=life.ref.pk,
            step=StepRef(process.code, step.number, step.title + (" (batas turunan)" if derived else "")),
            actor=task.actor,
            by=task.closed_by,
            sent_back=way is not None and sends_back(way, process),
            came_back=_is_again(life, place),
            mine=self._time(
                life,
                place,
                since=office_day(since.answers if since else task.closed_at),
                away=self.away[task.closed_by],
            ),
            units=self._time(life, place, since=office_day(task.opened_at)),
            minutes=sum(minutes) if since is not None and not _is_fetched(life, place) else None,
        )

    def _time(self, life: Life, place: int, *, since: date, away: Away = ()) -> Time | None:
        task, process = life.tasks[place], life.process
        assert task.closed_at is not None
        if _is_fetched(life, place) or any(one.step == task.step for one in life.tasks[:place]):
            return None
        due = due_day(
            process.step(task.step),
            process=process,
            registered_on=life.registered_on,
            recommended_on=life.recommended_on,
            calendar=self.calendar,
        )
        if due is None:
            return None
        closed = office_day(task.closed_at)
        others = [
            (office_day(stay.starts), office_day(stay.ends) if stay.ends else closed)
            for stay in life.stays(place)
            if stay.away
        ]
        return Time(
            days_used(self.calendar, since=since, until=closed, others=others, away=away),
            days_left(self.calendar, since=since, due=due),
        )

    def _note_return(self, life: Life, place: int, kept_out: Mapping[tuple[int, int], datetime]) -> None:
        """Count a return against whoever had last done the step that it goes back to."""
        task, process, way = life.tasks[place], life.process, _way(life, place)
        if way is None or way.kind != "return" or way.drafts == "refusal":
            return
        if way.to not in {step.key for step in process.steps} or not _is_ours(process, task.actor):
            return
        if process.step(task.step).activity == "meet" or process.step(way.to).activity == "correct":
            return
        if not _is_ours(process, process.step(way.to).actor):
            return
        before = next((one for one in reversed(life.tasks[:place]) if one.step == way.to), None)
        if before is None or before.closed_by is None or before.closed_by == task.closed_by:
            return
        out = kept_out.get((life.ref.pk, before.closed_by))
        assert task.closed_at is not None
        self.caused_at[before.actor] += 1
        if out is None or out > task.closed_at:
            self.caused_by[before.closed_by] += 1


@dataclass(frozen=True, slots=True)
class _Since:
    """When whoever finished a step had received it, and from when they answer for it."""

    received: datetime
    answers: datetime


HANDED_ON = frozenset({"assign", "pass_on"})


def _in_hand_since(lives: Sequence[Life]) -> dict[int, _Since]:
    """By task, for those that whoever received them finished.

    A task keeps the moment of its first receipt, whoever takes it over later; who took it when stands in the
    log. A superior's assignment to the same person before that is where their answering begins.
    """
    acts: dict[int, list[tuple[str, int | None, datetime]]] = defaultdict(list)
    rows = Entry.objects.filter(
        chain__in=[chain_of(life.ref.pk) for life in lives], verb__in=["take_over", *HANDED_ON]
    )
    for task, verb, by, at in rows.order_by("chain", "seq").values_list("task_id", "verb", "by_id", "at"):
        if task is not None:
            acts[task].append((verb, by, at))
    assigned: dict[tuple[int, int], list[datetime]] = defaultdict(list)
    given = Assignment.objects.filter(task__case__in=[life.ref.pk for life in lives])
    for task, user, at in given.values_list("task", "to", "at"):
        assigned[task, user].append(at)
    found = {}
    for life in lives:
        for one in life.tasks:
            if one.closed_by is None or one.received_by != one.closed_by or one.received_at is None:
                continue
            received, holder = one.received_at, None
            for verb, by, at in acts[one.pk]:
                if verb in HANDED_ON:
                    holder = None
                elif by != holder:
                    received, holder = at, by
            known = [at for at in assigned[one.pk, one.closed_by] if at <= received]
            found[one.pk] = _Since(received, max(known, default=received))
    return found


def _way(life: Life, place: int) -> Outcome | None:
    task = life.tasks[place]
    ways = life.process.step(task.step).outcomes
    return next((one for one in ways if one.key == task.outcome), None)


def _is_ours(process: Process, actor: str) -> bool:
    return process.actor(actor).side not in {APPLICANT, AGENCY}


def _is_fetched(life: Life, place: int) -> bool:
    return life.process.step(life.tasks[place].step).activity in WAITS_TO_BE_FETCHED


def _is_again(life: Life, place: int) -> bool:
    """Whether a step was opened by a return of the one before it, and had been done before."""
    way = _way(life, place - 1) if place else None
    step = life.tasks[place].step
    return (
        way is not None
        and way.kind == "return"
        and way.drafts != "refusal"
        and way.to == step
        and any(one.step == step for one in life.tasks[:place])
    )
