"""What the acts walked keeps to the SOP; what was tampered with does not, and is told by its name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection

from muara.cases.models import Case, Task
from muara.people.models import Office
from muara.records.histories import histories
from muara.sop.history import History, Stay
from muara.sop.replay import KINDS, deviations
from muara.web.demo import Clock, Walk, applicant, refused_at_the_top, seed_service
from tests.clock import MONDAY, WITA
from tests.records.tampering import TAMPERED, line
from tests.remembered import case_at
from tests.steps.test_another_service import FOLDER as SIGNBOARDS
from tests.steps.test_another_service import begin as signboard
from tests.steps.test_paper import enter, on_paper, prepared
from tests.steps.test_refusals import finish
from tests.steps.test_walks import in_turn, leave, set_out, take_every_way, walk_home
from tests.steps.wanderer import Wanderer, appoint_deputies

pytestmark = pytest.mark.django_db
DAY = MONDAY.astimezone(WITA).date()
PERIOD = {"first": DAY, "last": DAY + timedelta(days=2000)}


def history_of(step: str) -> History:
    """A case that the acts walked to a step, as the rows tell it."""
    case = case_at(step, at=MONDAY)
    return next(history for history in histories(**PERIOD) if history.case == case.pk)


def codes(history: History) -> list[str]:
    found = deviations(history)
    assert {item.code for item in found} <= set(KINDS)
    return [item.code for item in found]


def one(history: History, step: str) -> Stay:
    return next(stay for stay in history.main if stay.step == step)


def with_stay(history: History, stay: Stay) -> History:
    """The history with another stay in the place of its own, judged by its rows alone."""
    stays = tuple(stay if old.id == stay.id else old for old in history.stays)
    return replace(history, stays=stays, entries=None)


def test_a_case_that_went_the_shortest_way_keeps_to_the_sop(office: Office) -> None:
    history = history_of("end")
    assert [stay.step for stay in history.main] == line(history.process)
    assert deviations(history) == []


@pytest.mark.slow
@pytest.mark.both
def test_cases_that_take_every_way_of_the_sop_keep_to_it(office: Office) -> None:
    appoint_deputies(office)
    walk = Wanderer(Clock(MONDAY), applicant(), choose=in_turn())
    assert take_every_way(walk) == set()
    if not walk.is_over:
        walk_home(walk)
    found = list(histories(**PERIOD))
    assert len(found) > 3
    assert {history.case: deviations(history) for history in found if deviations(history)} == {}


@pytest.mark.parametrize("step", ["check", "register", "verify", "deliver", "review"])
def test_a_case_taken_over_from_paper_keeps_to_the_sop_from_there(office: Office, step: str) -> None:
    walk = prepared()
    case = enter(walk, on_paper(step))
    walk.clock.now = case.opened_at
    while not Case.objects.filter(pk=case.pk, closed_at__isnull=False).exists():
        walk.forward()
    (history,) = histories(**PERIOD)
    assert (history.entered_at, history.main[0].step) == (step, step)
    assert deviations(history) == []
    assert codes(replace(history, entered_at="")) == ["wrong_start"]


def test_a_refusal_keeps_to_the_sop(office: Office) -> None:
    finish(refused_at_the_top(at=MONDAY))
    (history,) = histories(**PERIOD)
    assert [number.kind for number in history.numbers] == ["refusal"]
    assert deviations(history) == []


def test_a_service_of_other_steps_and_actors_is_judged_by_its_own_sop(office: Office) -> None:
    seed_service(SIGNBOARDS, MONDAY)
    case = finish(signboard())
    (history,) = histories(**PERIOD)
    assert (history.case, history.process.code) == (case.pk, "PPN")
    assert deviations(history) == []
    assert "no_handover" in codes(replace(history, handed=None))


@pytest.mark.parametrize("ending", ["withdrawn", "lapsed"])
def test_a_case_that_ended_early_keeps_to_the_sop_until_it_is_too_late(office: Office, ending: str) -> None:
    walk = Wanderer(Clock(MONDAY), applicant(), choose=in_turn())
    set_out(walk)
    leave(walk, walk.task.step.outcome("incomplete"))
    walk.end(ending)
    (history,) = histories(**PERIOD)
    assert deviations(history) == []


def test_an_ending_after_the_signature_is_too_late(office: Office) -> None:
    history = history_of("number")
    number = one(history, "number")
    at = number.opened_at + timedelta(hours=1)
    ended = replace(number, closed_at=at, closed_by=1, outcome="withdrawn")
    assert codes(replace(with_stay(history, ended), closed_at=at, result="withdrawn")) == ["too_late"]


def test_an_open_case_is_judged_as_far_as_it_came(office: Office) -> None:
    for step in ("check", "review", "meet", "decide", "number", "hand_over", "receive"):
        assert codes(history_of(step)) == []


@pytest.mark.parametrize("kind", TAMPERED)
def test_what_never_was_is_caught(office: Office, kind: str) -> None:
    tamper, expected = TAMPERED[kind]
    found = deviations(tamper(history_of("end")))
    assert expected <= {item.code for item in found}


def test_a_skipped_division_head_is_told_with_whoever_passed_the_file_on(office: Office) -> None:
    history = history_of("end")
    skipped = TAMPERED["skipped division head"][0](history)
    found = next(item for item in deviations(skipped) if item.code == "wrong_step")
    section_head = one(history, "endorse_section")
    assert (found.number, found.actor, found.by) == (12, "section_head", section_head.closed_by)
    assert found.at == section_head.closed_at
    assert "langkah 13" in found.words
    assert found.words.endswith("terlewati.")


def test_one_person_for_both_of_a_separated_pair_is_caught(office: Office) -> None:
    history = history_of("end")
    drafter = one(history, "draft").closed_by
    head = one(history, "endorse_section")
    both = replace(head, closed_by=drafter, received_by=drafter, roles=frozenset({head.actor}))
    assert codes(with_stay(history, both)) == ["not_separated"]


def test_who_did_not_hold_the_actor_that_day_is_caught(office: Office) -> None:
    history = history_of("end")
    verifier = one(history, "verify")
    assert codes(with_stay(history, replace(verifier, roles=frozenset({"liaison"})))) == ["wrong_actor"]


def test_work_that_nobody_received_is_caught(office: Office) -> None:
    history = history_of("end")
    verifier = one(history, "verify")
    assert codes(with_stay(history, replace(verifier, received_by=None, received_at=None))) == [
        "not_received"
    ]


def test_a_paraf_that_was_void_when_the_head_signed_is_caught(office: Office) -> None:
    history = history_of("end")
    division, *others = [item for item in history.endorsements if item.step == "endorse_division"]
    assert others == []
    signed = next(item.at for item in history.endorsements if item.signature)
    void = replace(division, voided_at=signed - timedelta(seconds=1))
    given = tuple(void if item == division else item for item in history.endorsements)
    assert codes(replace(history, endorsements=given)) == ["no_paraf"]


def test_time_between_two_steps_is_caught(office: Office) -> None:
    history = history_of("end")
    late = one(history, "register")
    assert codes(with_stay(history, replace(late, opened_at=late.opened_at + timedelta(seconds=1)))) == [
        "lost_time"
    ]


def test_a_clock_that_was_set_back_a_day_is_told_as_time_and_blames_nobody_for_the_way(
    office: Office,
) -> None:
    walk = Walk(Clock(MONDAY), applicant())
    case = walk.submit()
    while case.closed_at is None:
        if walk.task.step_key == "verify":
            walk.take()
            walk.clock.now -= timedelta(days=1)
        walk.forward()
        case.refresh_from_db()
    (history,) = histories(first=DAY - timedelta(days=3), last=DAY)
    assert [(item.code, item.step) for item in deviations(history)] == [("lost_time", "verify")]


def test_a_return_to_a_caller_that_never_called_is_caught(office: Office) -> None:
    history = history_of("deliver")
    verify = one(history, "verify")
    assert codes(with_stay(history, replace(verify, outcome="resumed"))) == ["nobody_waits"]


def test_an_outcome_and_a_step_that_the_sop_does_not_have_are_caught(office: Office) -> None:
    history = history_of("deliver")
    assert codes(with_stay(history, replace(one(history, "verify"), outcome="waved_through"))) == [
        "unknown_outcome"
    ]
    assert "unknown_step" in codes(with_stay(history, replace(one(history, "verify"), step="wave")))


def test_monitoring_that_did_not_run_beside_the_agency_is_caught(office: Office) -> None:
    history = history_of("draft")
    without = replace(history, stays=tuple(stay for stay in history.stays if not stay.companion))
    assert codes(replace(without, entries=None)) == ["no_monitoring"]


def test_a_row_without_its_entry_and_an_entry_without_its_row_are_caught(office: Office) -> None:
    history = history_of("deliver")
    assert history.entries is not None
    verify = one(history, "verify")
    kept = tuple(item for item in history.entries if not (item.closes and item.task == verify.id))
    assert len(kept) == len(history.entries) - 1
    (found,) = deviations(replace(history, entries=kept))
    assert (found.code, found.step, found.by) == ("no_entry", "verify", verify.closed_by)

    # The rows say another outcome, or another person, than what was signed for.
    for other in (replace(verify, outcome="incomplete"), replace(verify, closed_by=10**6)):
        changed = replace(with_stay(history, other), entries=history.entries)
        assert {"no_entry", "no_task"} <= set(codes(changed))

    (left,) = [stay for stay in history.main if stay.closed_at is None]
    gone = replace(history, stays=tuple(stay for stay in history.stays if stay.id != verify.id))
    assert "no_task" in codes(gone)
    assert codes(replace(history, stays=history.stays)) == []
    assert left.step == "deliver"


def test_rows_changed_behind_the_engine_s_back_are_told_by_the_log(office: Office) -> None:
    case = case_at("register", at=MONDAY)
    Task.objects.filter(case=case, step_key="check").update(closed_by=case.application.applicant_id)
    (history,) = histories(**PERIOD)
    assert {"no_entry", "no_task"} <= set(codes(history))


def test_a_case_closed_with_another_result_is_caught(office: Office) -> None:
    assert codes(replace(history_of("end"), result="withdrawn")) == ["wrong_end"]


def test_a_period_has_the_cases_that_were_under_way_in_it(office: Office) -> None:
    first = case_at("end", at=MONDAY)
    second = case_at("verify", at=MONDAY + timedelta(days=30))
    assert first.closed_at is not None
    assert first.closed_at.astimezone(WITA).date() < DAY + timedelta(days=29)

    def told(begins: int, ends: int) -> list[int]:
        period = {"first": DAY + timedelta(days=begins), "last": DAY + timedelta(days=ends)}
        return [history.case for history in histories(**period)]

    assert told(0, 0) == [first.pk]
    assert told(0, 60) == [first.pk, second.pk]
    assert told(31, 60) == [second.pk]
    assert told(-9, -1) == []


def test_a_case_that_moves_while_it_is_read_is_read_again(office: Office) -> None:
    walk = Walk(Clock(MONDAY), applicant())
    walk.submit()
    moved: list[str] = []

    def meanwhile(
        execute: Callable[..., object], sql: str, params: object, many: bool, context: object
    ) -> object:
        if not moved and "cases_draft" in sql:  # its tasks have been read, the case itself not yet
            moved.append(walk.task.step_key)
            walk.forward()
        return execute(sql, params, many, context)

    with connection.execute_wrapper(meanwhile):
        (history,) = histories(**PERIOD)
    assert (moved, history.main[-1].step) == (["check"], "register")
    assert [history] == list(histories(**PERIOD))
    assert deviations(history) == []
