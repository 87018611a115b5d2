"""Every outcome of every step, by the acts that the pages use: whatever is chosen, a case stays sound."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from muara.audit.models import Entry
from muara.audit.queries import Head, breaks, heads
from muara.cases.models import Application, Case, Correction, Draft, Endorsement, Task
from muara.contacts.models import Consultation
from muara.people.models import Office
from muara.permits.models import Number, Permit, Refusal, SeriesYear
from muara.sop.definition import CALLER, END, Outcome, Process
from muara.web.demo import Clock, answer_question, applicant, ask_question, example, officer
from tests.clock import MONDAY
from tests.steps.wanderer import Choose, Closed, Wanderer, appoint_deputies

pytestmark = [pytest.mark.django_db, pytest.mark.both, pytest.mark.slow]

T = TypeVar("T")
LONG_ENOUGH = 400  # steps: no case needs more for all its ways, or to find its end


# --- what holds after each act ------------------------------------------------------------------------


def check_case(case: Case) -> None:
    """One open main task or an end, no lost time, and nothing endorsed or numbered but what may be."""
    tasks = list(Task.objects.filter(case=case).order_by("pk"))
    main = [task for task in tasks if not task.companion]
    waiting = [task for task in main if task.closed_at is None]
    assert len(waiting) == (0 if case.closed_at else 1)
    assert [task.opened_at for task in main] == [case.opened_at, *(task.closed_at for task in main[:-1])]
    assert main[-1].closed_at == case.closed_at
    beside = [task for task in tasks if task.companion]
    reviews = [task for task in main if task.step_key == "review"]
    assert [(task.opened_at, task.closed_at) for task in beside] == [
        (task.opened_at, task.closed_at) for task in reviews
    ]
    assert case.version == Entry.objects.filter(chain=case.chain).count()
    if case.closed_at is not None:
        assert case.call_stack == ()
        assert not Correction.objects.open().filter(case=case).exists()
    check_drafts(case)


def check_drafts(case: Case) -> None:
    drafts = list(Draft.objects.filter(case=case).order_by("number"))
    valid = Endorsement.objects.filter(draft__case=case, voided_at=None)
    for given_to in valid:
        assert given_to.draft_id == drafts[-1].pk
        assert given_to.sha256 == drafts[-1].sha256 == hashlib.sha256(drafts[-1].content.encode()).hexdigest()
    permits, refusals = Permit.objects.filter(case=case), Refusal.objects.filter(case=case)
    decisions = [*permits.select_related("draft", "number"), *refusals.select_related("draft", "number")]
    in_force = Number.objects.filter(given_to=case.chain, voided_at=None)
    numbered = in_force.filter(counter__series__key__in=("permit", "refusal"))
    assert [number.pk for number in numbered] == [decision.number_id for decision in decisions]
    for decision in decisions:
        assert decision.draft_id == drafts[-1].pk
        assert decision.number.counter.series.key == drafts[-1].kind
        assert valid.filter(kind=Endorsement.Kind.SIGNATURE).count() == 1
    assert len(decisions) <= 1
    if case.closed_at is not None:
        granted_or_refused = [True] if case.result == "received" else []
        assert [decision.scan_id is not None for decision in decisions] == granted_or_refused


def check_office() -> None:
    """All chains hold, and no number is missing in a series."""
    kept = [Head(case.chain, case.version, case.head) for case in Case.objects.all()]
    assert breaks([*heads(), *kept]) == []
    for counter in SeriesYear.objects.all():
        assert list(counter.numbers.values_list("seq", flat=True)) == list(range(1, counter.last + 1))


@dataclass
class WatchedClock(Clock):
    """A clock that, before it hands out the moment of an act, looks at what the act before has left."""

    versions: Counter[int] = field(default_factory=Counter)

    def tick(self) -> datetime:
        self.look()
        return super().tick()

    def look(self) -> None:
        for case in Case.objects.order_by("pk"):
            if case.version == self.versions[case.pk]:
                continue
            assert case.version == self.versions[case.pk] + 1 or case.pk not in self.versions
            self.versions[case.pk] = case.version
            check_case(case)
        check_office()


# --- where the SOP sends a case, read from its definition alone -------------------------------------------

Place = tuple[str, tuple[str, ...]]  # a step, and the steps that wait for the case to come back


def place_of(case: Case) -> Place:
    task = Task.objects.get(case=case, closed_at=None, companion=False)
    return task.step_key, case.call_stack


def after(process: Process, place: Place, way: Outcome) -> Place | None:
    """The place where a way out leads; None where the SOP has none: it ends, or nobody waits."""
    step, callers = place
    if way.to == CALLER:
        return (callers[-1], callers[:-1]) if callers else None
    if way.to == END:
        return None
    if way.kind == "detour":
        return way.to, (*callers, step)
    return way.to, callers if process.is_detour(way.to) else ()


def ways_out(process: Process, place: Place) -> list[Outcome]:
    return [way for way in process.step(place[0]).outcomes if way.to != CALLER or place[1]]


def first_hop(
    process: Process, start: Place, wanted: set[tuple[str, str]], closed: set[str]
) -> Outcome | None:
    """The first of the fewest ways out that lead to one that is wanted, none of `closed` first."""
    reached = {start}
    paths: list[tuple[Place, Outcome | None]] = [(start, None)]
    for place, first in paths:
        for way in ways_out(process, place):
            if first is None and way.key in closed:
                continue
            if (place[0], way.key) in wanted:
                return first or way
            there = after(process, place, way)
            if there is not None and there not in reached and len(there[1]) < 3:
                reached.add(there)
                paths.append((there, first or way))
    return None


def leave(walk: Wanderer, way: Outcome) -> None:
    """Leave the open step by a way out, and see that the case is where the SOP sends it."""
    before, process = walk.dossier, walk.dossier.process
    expected = after(process, place_of(before), way)
    walk.leave(way)
    case = walk.dossier
    assert (None if case.closed_at else place_of(case)) == expected
    assert case.version > before.version
    if way.to == END:
        assert case.result == way.key


def set_out(walk: Wanderer) -> None:
    """Ask, be informed, and hand in: the successor that the office asked for, where it did."""
    question = ask_question(at=walk.clock.tick(), text="Apa saja persyaratannya?", person=walk.applicant)
    answer_question(question, at=walk.clock.tick())
    walk.application = Application.objects.filter(predecessor__case=walk.case, case=None).first()
    walk.case = None
    walk.submit()


def walk_home(walk: Wanderer) -> None:
    """Go on to the end: at each step the way taken least often since, the one that leads on first."""
    taken: Counter[tuple[str, str]] = Counter()
    for _ in range(LONG_ENOUGH):
        if walk.is_over:
            break
        place = place_of(walk.dossier)
        ways = ways_out(walk.dossier.process, place)
        for way in sorted(ways, key=lambda way: taken[place[0], way.key]):
            try:
                leave(walk, way)
            except Closed:
                continue
            taken[place[0], way.key] += 1
            break
    assert walk.is_over


# --- the walks ----------------------------------------------------------------------------------------------


def in_turn() -> Choose[T]:
    """Choose each of some options as often as any other, in their order."""
    chosen: Counter[tuple[str, str]] = Counter()

    def choose(label: str, options: Sequence[T]) -> T:
        option = min(options, key=lambda option: chosen[label, str(option)])
        chosen[label, str(option)] += 1
        return option

    return choose


def taken_so_far() -> set[tuple[str, str]]:
    closed = set(Task.objects.exclude(outcome="").values_list("step_key", "outcome"))
    talks = Consultation.objects.filter(answered_at__isnull=False)
    return closed | ({("ask", "asked"), ("inform", "informed")} if talks.exists() else set())


def take_every_way(walk: Wanderer) -> set[tuple[str, str]]:
    """Set out as often as it takes to leave every step by every way; return the ways that were not taken."""
    set_out(walk)
    process = walk.dossier.process
    every = {(step.key, way.key) for step in process.steps for way in step.outcomes}
    for _ in range(LONG_ENOUGH):
        wanted = every - taken_so_far()
        if not wanted:
            break
        if walk.is_over:
            set_out(walk)
        closed: set[str] = set()
        while way := first_hop(process, place_of(walk.dossier), wanted, closed):
            try:
                leave(walk, way)
                break
            except Closed:
                closed.add(way.key)
        else:
            walk.end("withdrawn")
    return every - taken_so_far()


def test_every_outcome_of_every_step_is_taken_and_leaves_the_case_sound(office: Office) -> None:
    appoint_deputies(office)
    clock = WatchedClock(MONDAY)
    walk = Wanderer(clock, applicant(), choose=in_turn())

    assert take_every_way(walk) == set()

    if not walk.is_over:
        walk_home(walk)
    clock.look()


@pytest.mark.parametrize("ending", ["withdrawn", "lapsed", "redirected"])
def test_every_ending_leaves_the_case_sound(office: Office, ending: str) -> None:
    source = example()
    if ending == "redirected":
        source = source | {"values": source["values"] | {"kbli": "06100"}}
    clock = WatchedClock(MONDAY)
    walk = Wanderer(clock, applicant(), source, choose=in_turn())
    set_out(walk)
    if ending == "lapsed":
        leave(walk, walk.task.step.outcome("incomplete"))
    while ending == "withdrawn" and walk.task.step.activity != "review":  # where monitoring runs beside
        leave(walk, walk.task.step.outcomes[0])

    walk.end(ending)

    clock.look()
    assert (walk.dossier.result, walk.is_over) == (ending, True)
    assert {item.key for item in walk.dossier.process.endings} == {"withdrawn", "lapsed", "redirected"}


@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whatever_is_chosen_cases_stay_sound_and_reach_their_end(office: Office, data: st.DataObject) -> None:
    def choose(label: str, options: Sequence[T]) -> T:
        return data.draw(st.sampled_from(options), label=label)

    with transaction.atomic():
        appoint_deputies(office)
        clock = WatchedClock(MONDAY)
        online = Wanderer(clock, applicant(), choose=choose)
        on_paper = Wanderer(clock, applicant(), choose=choose, on_behalf_by=officer("customer_service"))
        walks = {"online": online, "on paper": on_paper}
        for walk in walks.values():
            set_out(walk)
        for _ in range(data.draw(st.integers(0, 24), label="steps")):
            wander(walks[choose("case", list(walks))], choose)
        for walk in walks.values():
            walk_home(walk)
        clock.look()
        transaction.set_rollback(True)


def wander(walk: Wanderer, choose: Choose[str]) -> None:
    """Do one thing: leave the step by any way, or something beside it; begin anew after an end."""
    if walk.is_over:
        set_out(walk)
        return
    place, asides = place_of(walk.dossier), walk.asides()
    ways = {way.key: way for way in ways_out(walk.dossier.process, place)}
    chosen = choose(f"next after {place[0]}", [*ways, *asides])
    if chosen in asides:
        asides[chosen]()
        return
    with suppress(Closed):
        leave(walk, ways[chosen])
