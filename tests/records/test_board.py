"""The live board counts every open case once, where its timeline says it is; what is late is listed why."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from muara.cases.actions import take_over
from muara.cases.models import Case, Task
from muara.cases.timeline import AGENCY, ELSEWHERE, OFFICE, timeline
from muara.people.calendar import office_calendar
from muara.people.models import User, office_day
from muara.records.board import LATE, SOON, Today, board, loads, newest, open_tasks, standings, waiting
from muara.records.rules import OVERSEERS, may_oversee
from muara.sop.working_time import add_working_days, working_day_before
from muara.steps.actions.pausing import begin_pause
from muara.web.demo import applicant, officer
from tests.clock import MONDAY, at
from tests.remembered import case_at

pytestmark = [pytest.mark.django_db, pytest.mark.both, pytest.mark.usefixtures("office")]

H = at("2026-07-10 11:00")  # a Friday; H+2 is Tuesday 14 July, H+14 Thursday 30 July


def today(moment: datetime) -> Today:
    return Today(office_day(moment), office_calendar())


def standing(moment: datetime) -> Any:
    """The open tasks of a moment; the types know nothing of what is annotated."""
    return open_tasks("LHP", today(moment))


def state_of(case: Case, moment: datetime) -> str:
    return str(standing(moment).get(case=case).state)


def test_the_heads_and_the_auditor_oversee_and_nobody_else() -> None:
    actors = {actor.key for actor in newest("LHP").actors} | {"auditor", "administrator"}
    allowed = {key for key in actors - {"applicant", "joint_meeting"} if may_oversee(officer(key), at=MONDAY)}
    assert allowed == OVERSEERS == {"section_head", "division_head", "head_of_office", "auditor"}
    assert not may_oversee(applicant(), at=MONDAY)


def test_an_ended_post_oversees_no_longer() -> None:
    head: User = officer("section_head")
    head.holdings.update(ends=date(2026, 7, 31))
    assert may_oversee(head, at=at("2026-07-31 23:59"))
    assert not may_oversee(head, at=at("2026-08-01 00:00"))


def test_every_open_case_is_counted_once_in_the_court_that_its_timeline_names() -> None:
    for key in ("check", "correct", "review", "endorse_section", "number", "receive", "end"):
        case_at(key, at=MONDAY)
    for category, key in (("agency", "endorse_section"), ("other", "draft")):
        case = case_at(key, at=MONDAY)
        task = Task.objects.get(case=case, closed_at=None, companion=False)
        take_over(task.pk, by=officer(task.actor), at=MONDAY + timedelta(hours=1))
        begin_pause(
            task,
            category=category,
            reason="Menunggu.",
            starts=MONDAY + timedelta(hours=1),
            by=officer(task.actor),
            at=MONDAY + timedelta(hours=2),
        )

    expected = Counter(
        (timeline(case)[-1].step.key, timeline(case)[-1].side) for case in Case.objects.filter(closed_at=None)
    )
    lines = board("LHP", today(MONDAY))
    counted = Counter(
        {(line.step.key, side): n for line in lines if line.step for side, n in line.sides.items() if n}
    )
    assert counted == expected
    assert expected["endorse_section", AGENCY] == expected["draft", ELSEWHERE] == 1
    assert expected["endorse_section", OFFICE] == 1
    assert [line.step.number for line in lines if line.step] == list(range(1, 19))
    for (key, side), number in expected.items():
        assert standing(MONDAY).filter(step_key=key, court=side).count() == number


@pytest.mark.parametrize(
    ("moment", "state"),
    [
        ("2026-07-10 12:00", SOON),  # two working days to Tuesday the 14th
        ("2026-07-14 23:59", SOON),  # its last day
        ("2026-07-15 00:00", LATE),
    ],
)
def test_a_step_is_late_the_day_after_its_limit_and_near_two_working_days_before(
    moment: str, state: str
) -> None:
    assert state_of(case_at("endorse_section", at=H), at(moment)) == state


@pytest.mark.parametrize(
    ("moment", "state"),
    [
        ("2026-07-27 12:00", ""),  # Monday: 28, 29, 30 are three working days
        ("2026-07-28 12:00", SOON),
        ("2026-07-30 23:59", SOON),  # H+14
        ("2026-07-31 00:00", LATE),
    ],
)
def test_a_step_without_a_limit_is_late_when_the_promise_has_passed(moment: str, state: str) -> None:
    """SOP step 10 prints no time; sent there again after H, the promise of section I still runs."""
    case = case_at("decide", at=H)
    Task.objects.filter(case=case, closed_at=None).update(
        step_key="review", actor="technical_team", due_on=None
    )
    assert state_of(case, at(moment)) == state


def test_a_decision_that_lies_ready_has_kept_its_promise() -> None:
    case = case_at("hand_over", at=H)
    Task.objects.filter(case=case, closed_at=None).update(due_on=None)
    assert state_of(case, at("2026-12-01 09:00")) == ""


def test_the_last_start_of_a_limit_is_found_across_holidays() -> None:
    # 17 August 2026 is a holiday: H+14 of 28 July is 18 August.
    here = today(MONDAY)
    assert add_working_days(here.calendar, date(2026, 7, 28), 14) == date(2026, 8, 18)
    assert working_day_before(here.calendar, date(2026, 8, 17), 14) == date(2026, 7, 27)
    assert working_day_before(here.calendar, date(2026, 8, 18), 14) == date(2026, 7, 28)


def test_a_late_case_says_by_how_much_where_and_which_stay_cost_most() -> None:
    case = case_at("endorse_section", at=H)
    now = at("2026-07-21 10:00")
    late = standing(now).filter(state=LATE)
    (item,) = standings(late, today(now), now=now)

    # H+2 was Tuesday the 14th: 15, 16, 17, 20, 21 July are five working days; since H seven at this step.
    assert (item.case, item.late_by, item.step_due) == (case, 5, date(2026, 7, 14))
    assert item.promise_due == date(2026, 7, 30)
    assert (item.longest.step.key, item.longest.who, item.longest_days) == (
        "endorse_section",
        "Kepala Seksi Layanan",
        7,
    )
    assert (item.now.step.number, item.days) == (12, 7)


def test_what_waits_is_counted_in_working_days() -> None:
    for moment in (MONDAY, MONDAY + timedelta(days=1), MONDAY + timedelta(days=2)):
        case_at("verify", at=moment)
    found = waiting("LHP", today(MONDAY + timedelta(days=7)))["verify"]
    # Next Monday: 5, 4 and 3 working days.
    assert (found.cases, found.median, found.most) == (3, 4, 5)


def test_load_tells_open_from_received() -> None:
    case_at("verify", at=MONDAY)
    task = Task.objects.get(step_key="verify")
    by = officer("verifier")
    take_over(task.pk, by=by, at=MONDAY + timedelta(hours=1))
    case_at("verify", at=MONDAY)

    actors, people = loads("LHP", begins=at("2026-07-01 00:00"), ends=at("2026-08-01 00:00"))
    verifier = next(one for one in actors if one.name == "Petugas Verifikasi")
    assert (verifier.open, verifier.received) == (2, 1)
    mine = next(one for one in people if one.name == by.name and one.actor == "Petugas Verifikasi")
    assert (mine.open, mine.received) == (1, 1)


def test_thirty_cases_cost_as_many_queries_as_one() -> None:
    def queries() -> int:
        here = today(MONDAY)
        with CaptureQueriesContext(connection) as caught:
            board("LHP", here)
            waiting("LHP", here)
            standings(open_tasks("LHP", here), here, now=MONDAY)
        return len(caught)

    case_at("decide", at=MONDAY)
    queries()
    one = queries()
    for key in ("check", "correct", "review", "meet"):
        case_at(key, at=MONDAY)
    assert queries() == one
