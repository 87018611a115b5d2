"""What the agency says and how the office takes it (SOP steps 10 and 11)."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError

from muara.cases.actions import Refused
from muara.cases.models import Case, Recommendation, Task
from muara.cases.terms import clean_terms
from muara.people.models import Office, office_day
from muara.steps.actions import review
from muara.web.demo import Clock, Walk, applicant, example, officer, sample_upload
from tests.clock import MONDAY

pytestmark = pytest.mark.django_db


def walk_to(activity: str) -> Walk:
    """A new case on its way, standing at a step and received there."""
    walk = Walk(Clock(MONDAY - timedelta(hours=2)), applicant())
    walk.submit()
    while walk.task.step.activity != activity:
        walk.forward()
    walk.take()
    return walk


def letter(**more: Any) -> dict[str, Any]:
    """A signed letter of the agency, with the terms of the example."""
    return {
        "letter_number": "660/045/CONTOH-DLH/2026",
        "letter_date": office_day(MONDAY),
        "signed_by_name": "Rahmat Andaian",
        "scan": sample_upload("Rekomendasi", at=MONDAY).blob,
        "terms": clean_terms(example()["recommendation"]),
        "by": officer("technical_team"),
        "at": MONDAY,
    } | more


def against(**more: Any) -> dict[str, Any]:
    return (
        letter(terms=None, verdict=Recommendation.Verdict.AGAINST, reasons="Laut penerima tercemar berat.")
        | more
    )


@pytest.fixture
def task(office: Office) -> Task:
    return walk_to("review").task


def test_an_agency_may_advise_against_with_reasons_in_the_place_of_terms(task: Task) -> None:
    review.recommend(task, referral=task.case.referrals.get(), **against())

    said = Recommendation.objects.get()
    assert (said.is_for, said.terms, said.reasons) == (False, {}, "Laut penerima tercemar berat.")


def test_advice_against_without_reasons_is_refused(task: Task) -> None:
    with pytest.raises(Refused) as refusal:
        review.recommend(task, referral=task.case.referrals.get(), **against(reasons=" "))
    assert refusal.value.field == "reasons"


def test_advice_against_is_drafted_as_a_refusal_for_the_agencys_reasons(office: Office) -> None:
    walk = walk_to("review")
    review.recommend(walk.task, referral=walk.task.case.referrals.get(), **against(at=walk.clock.tick()))
    walk.forward()

    draft = Case.objects.get().drafts.get()
    assert draft.kind == "refusal"
    assert json.loads(draft.content)["reasons"] == [
        {
            "text": "Laut penerima tercemar berat.",
            "basis": "Rekomendasi teknis nomor 660/045/CONTOH-DLH/2026",
        }
    ]


@pytest.mark.both
def test_the_database_keeps_reasons_and_terms_apart(task: Task) -> None:
    review.recommend(task, referral=task.case.referrals.get(), **letter())
    with pytest.raises(IntegrityError):
        Recommendation.objects.update(verdict=Recommendation.Verdict.AGAINST)
