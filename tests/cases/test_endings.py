"""Ends that the SOP does not print: withdrawn by the applicant, lapsed after silence."""

from __future__ import annotations

from datetime import timedelta

import pytest

from muara.audit.queries import Head, breaks
from muara.cases.actions import NotYours, Refused, Stale, act, end_case
from muara.cases.models import Case, Task
from muara.people.models import Office
from muara.web.demo import applicant, officer, other_applicant
from tests.clock import MONDAY
from tests.remembered import case_at

pytestmark = [pytest.mark.django_db, pytest.mark.both]
LATER = MONDAY + timedelta(days=1)


def main_task(case: Case) -> Task:
    return Task.objects.get(case=case, closed_at=None, companion=False)


def test_an_applicant_withdraws_with_a_reason_and_no_task_stays_open(office: Office) -> None:
    case = case_at("review", at=MONDAY)
    task = main_task(case)

    with pytest.raises(Refused), act():
        end_case(task.pk, ending="withdrawn", by=applicant(), at=LATER, note=" ")
    with act():
        end_case(task.pk, ending="withdrawn", by=applicant(), at=LATER, note="Pabrik batal dibangun.")

    case.refresh_from_db()
    assert (case.result, case.closed_at) == ("withdrawn", LATER)
    assert not case.tasks.filter(closed_at=None).exists()  # monitoring beside the review ends too
    heads = [Head(case.chain, case.version, case.head)]
    assert [found for found in breaks(heads) if found.chain == case.chain] == []
    with pytest.raises(Stale), act():
        end_case(task.pk, ending="withdrawn", by=applicant(), at=LATER, note="Sekali lagi.")


@pytest.mark.parametrize("ending", ["withdrawn", "lapsed"])
def test_strangers_end_nothing(office: Office, ending: str) -> None:
    task = main_task(case_at("verify", at=MONDAY))
    for person in (other_applicant(), officer("verifier"), officer("registrar")):
        with pytest.raises(NotYours), act():
            end_case(task.pk, ending=ending, by=person, at=LATER, note="Alasan.")
    with pytest.raises(NotYours), act():
        end_case(task.pk, ending="lapsed", by=applicant(), at=LATER, note="Alasan.")


def test_a_signed_decision_is_not_withdrawn(office: Office) -> None:
    task = main_task(case_at("number", at=MONDAY))
    with pytest.raises(Refused), act():
        end_case(task.pk, ending="withdrawn", by=applicant(), at=LATER, note="Batal.")
    assert main_task(task.case).pk == task.pk
