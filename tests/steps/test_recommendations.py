"""What the agency says and how the office takes it (SOP steps 10 and 11)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError

from muara.cases.actions import Refused
from muara.cases.models import Case, Recommendation, Referral, Task
from muara.cases.terms import clean_terms
from muara.people.models import Office, office_day
from muara.steps.actions import review, visits
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
    return reviewed().task


def reviewed() -> Walk:
    """A case at the agency, which decided that no visit is needed."""
    walk = walk_to("review")
    for referral in walk.task.case.referrals.all():
        decide(walk.task, referral, needed=False)
    return walk


def decide(task: Task, referral: Referral, *, needed: bool) -> None:
    visits.decide_visit(
        task,
        referral=referral,
        needed=needed,
        reason="Menurut telaah.",
        by=officer("technical_team"),
        at=MONDAY,
    )


def test_an_agency_may_advise_against_with_reasons_in_the_place_of_terms(task: Task) -> None:
    review.recommend(task, referral=task.case.referrals.get(), **against())

    said = Recommendation.objects.get()
    assert (said.is_for, said.terms, said.reasons) == (False, {}, "Laut penerima tercemar berat.")


def test_advice_against_without_reasons_is_refused(task: Task) -> None:
    with pytest.raises(Refused) as refusal:
        review.recommend(task, referral=task.case.referrals.get(), **against(reasons=" "))
    assert refusal.value.field == "reasons"


def test_no_permit_is_drafted_from_advice_against(office: Office) -> None:
    walk = reviewed()
    review.recommend(walk.task, referral=walk.task.case.referrals.get(), **against(at=walk.clock.tick()))
    walk.take()
    with pytest.raises(Refused, match="tidak mendukung"):
        walk.do_draft(walk.task, officer("processing_officer"))
    assert not Case.objects.get().drafts.exists()
    binding = review.binding_terms(walk.task.case)
    assert binding is not None
    assert binding.terms is None


@pytest.mark.both
def test_the_database_keeps_reasons_and_terms_apart(task: Task) -> None:
    review.recommend(task, referral=task.case.referrals.get(), **letter())
    with pytest.raises(IntegrityError):
        Recommendation.objects.update(verdict=Recommendation.Verdict.AGAINST)
