"""Many at once, twice by mistake, and killed half-way: one effect, or none, and an unbroken chain."""

from __future__ import annotations

import time

import pytest

from muara.audit.models import Entry
from muara.audit.queries import breaks, heads
from muara.cases.actions import AlreadyDone, Moved, Stale, Stamp
from muara.cases.models import Case, Task
from muara.cases.queries import case_heads
from muara.permits.actions import take_number
from muara.permits.models import Number, SeriesYear
from muara.steps.actions import verification
from muara.web.demo import Clock, Walk, applicant, officer, seed_office
from tests.clock import MONDAY
from tests.databases import OwnDatabase
from tests.remembered import case_at

pytestmark = pytest.mark.both

AT_ONCE = 20
WRITERS = 16


def received_delivery() -> Task:
    case = case_at("deliver", at=MONDAY)
    return Walk(Clock(MONDAY), applicant(), case=case).take()


def is_unbroken() -> bool:
    return breaks([*heads(), *case_heads()]) == []


def test_twenty_posts_of_one_form_have_one_effect(own_database: OwnDatabase) -> None:
    seed_office(MONDAY)
    task, liaison = received_delivery(), officer("liaison")
    stamp = Stamp(key="k" * 32, body="b" * 64, version=task.case.version)

    def post() -> Moved:
        return verification.deliver(task, receiver="Penerima", by=liaison, at=MONDAY, stamp=stamp)

    came = own_database.together(*[post] * AT_ONCE)

    assert sum(isinstance(one, Moved) for one in came) == 1
    assert sum(isinstance(one, AlreadyDone) for one in came) == AT_ONCE - 1
    assert Task.objects.filter(case=task.case, step_key="review").count() == 1
    assert is_unbroken()


def test_twenty_people_who_finish_one_task_at_once_finish_it_once(own_database: OwnDatabase) -> None:
    seed_office(MONDAY)
    task, liaison = received_delivery(), officer("liaison")

    def post_of(number: int) -> Moved:
        stamp = Stamp(key=f"{number:032d}", body="b" * 64, version=task.case.version)
        return verification.deliver(task, receiver="Penerima", by=liaison, at=MONDAY, stamp=stamp)

    came = own_database.together(*[lambda n=n: post_of(n) for n in range(AT_ONCE)])

    assert sum(isinstance(one, Moved) for one in came) == 1
    assert sum(type(one) is Stale for one in came) == AT_ONCE - 1
    assert Entry.objects.filter(chain=task.case.chain, verb="deliver.delivered").count() == 1
    assert is_unbroken()


def test_sixteen_writers_take_numbers_without_a_gap_or_a_double(own_database: OwnDatabase) -> None:
    seed_office(MONDAY)
    registrar = officer("registrar")

    def take() -> Number:
        return take_number(service="LHP", series="permit", given_to="uji", by=registrar, at=MONDAY)

    came = own_database.together(*[take] * WRITERS)

    assert [one for one in came if isinstance(one, Exception)] == []
    assert sorted(Number.objects.values_list("seq", flat=True)) == list(range(1, WRITERS + 1))
    assert SeriesYear.objects.get(series__service="LHP", series__key="permit").last == WRITERS
    assert is_unbroken()


DELIVER = """
import sys, time
from muara.cases.actions import Stamp
from muara.cases.models import Task
from muara.steps.actions import verification
from muara.web.demo import officer
from tests.clock import MONDAY

task = Task.objects.select_related("case__revision", "case__application__company").get(pk=int(sys.argv[1]))
stamp = Stamp(key="k" * 32, body="b" * 64, version=task.case.version)
if sys.argv[2] == "before":
    from django.db import transaction
    with transaction.atomic():
        verification.deliver(task, receiver="Penerima", by=officer("liaison"), at=MONDAY, stamp=stamp)
        print("written", flush=True)
        time.sleep(60)
verification.deliver(task, receiver="Penerima", by=officer("liaison"), at=MONDAY, stamp=stamp)
print("written", flush=True)
time.sleep(60)
"""


@pytest.mark.slow
@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_kill_around_the_commit_leaves_all_of_the_act_or_nothing(
    own_database: OwnDatabase, moment: str
) -> None:
    seed_office(MONDAY)
    task = received_delivery()
    worker = own_database.start(DELIVER, str(task.pk), moment)
    assert worker.stdout is not None
    assert worker.stdout.readline() == "written\n"
    worker.kill()
    worker.communicate()
    time.sleep(0.2)  # PostgreSQL notices a lost client when it next reads from it

    stamp = Stamp(key="k" * 32, body="b" * 64, version=task.case.version)
    if moment == "after":
        with pytest.raises(AlreadyDone):
            verification.deliver(task, receiver="Penerima", by=officer("liaison"), at=MONDAY, stamp=stamp)
    else:
        verification.deliver(task, receiver="Penerima", by=officer("liaison"), at=MONDAY, stamp=stamp)

    assert Task.objects.filter(case=task.case, step_key="review").count() == 1
    assert Case.objects.get(pk=task.case_id).referrals.get().receiver == "Penerima"
    assert is_unbroken()
