"""Whatever officers choose, a case keeps one open main task, an unbroken chain, all its time, and an end."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from muara.audit.queries import Head, breaks
from muara.cases.actions import act, complete, take_over
from muara.cases.models import Case, Task
from muara.cases.models.case import definition_of
from muara.people.models import Office
from muara.sop.definition import CALLER
from muara.web.demo import applicant, officer
from tests.clock import MONDAY
from tests.remembered import case_at

pytestmark = [pytest.mark.django_db, pytest.mark.both]

ENOUGH = 200


def holder_of(task: Task) -> str:
    case = Case.objects.get(pk=task.case_id)
    return case.process.step(case.call_stack[-1]).actor if task.actor == "joint_meeting" else task.actor


def one_act(task: Task, outcome: str, minutes: int) -> None:
    by = applicant() if task.actor == "applicant" else officer(holder_of(task))
    at = MONDAY + timedelta(minutes=minutes)
    if task.actor != "applicant":
        take_over(task.pk, by=by, at=at)
    with act():
        complete(task.pk, outcome=outcome, by=by, at=at, note="alasan")


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(choices=st.lists(st.integers(min_value=0, max_value=7), min_size=10, max_size=40))
def test_any_walk_keeps_one_open_task_and_reaches_the_end(office: Office, choices: list[int]) -> None:
    case = case_at("review", at=MONDAY)
    minutes = 0

    for choice in [*choices, *[0] * ENOUGH]:
        waiting = list(Task.objects.filter(case=case, closed_at=None, companion=False))
        if not waiting:
            break
        [task] = waiting
        case.refresh_from_db()
        ways = definition_of(case.revision_id).process.step(task.step_key).outcomes
        outcomes = [way for way in ways if way.to != CALLER or case.call_stack]
        minutes += 1
        one_act(task, outcomes[choice % len(outcomes)].key, minutes)
        monitored = Task.objects.filter(case=case, closed_at=None, companion=True).count()
        stands_at = Task.objects.filter(case=case, closed_at=None, companion=False).first()
        assert monitored == (stands_at is not None and stands_at.step_key == "review")

    case.refresh_from_db()
    assert case.closed_at == MONDAY + timedelta(minutes=minutes)
    assert case.call_stack == ()
    times = list(case.tasks.filter(companion=False).order_by("pk").values_list("opened_at", "closed_at"))
    assert [closed for _, closed in times[:-1]] == [opened for opened, _ in times[1:]]
    assert [b for b in breaks([Head(case.chain, case.version, case.head)]) if b.chain == case.chain] == []
