"""What the agency says and how the office takes it (SOP steps 10 and 11)."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError

from muara.cases.actions import Refused
from muara.cases.models import Case, Draft, Recommendation, Referral, Task
from muara.cases.terms import clean_terms
from muara.people.models import Office, office_day
from muara.steps.actions import approval, review, verification, visits
from muara.steps.forms import first_act
from muara.steps.forms.approval import ChooseBinding
from muara.web.demo import Clock, Walk, all_fit, applicant, example, officer, sample_upload
from tests.clock import MONDAY, NEXT_MONDAY, THURSDAY, TUESDAY

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


def test_advice_against_is_drafted_as_a_refusal_for_the_agencys_reasons(office: Office) -> None:
    walk = reviewed()
    review.recommend(walk.task, referral=walk.task.case.referrals.get(), **against(at=walk.clock.tick()))
    walk.forward()

    draft = Case.objects.get().drafts.get()
    assert draft.kind == "refusal"
    [reason] = json.loads(draft.content)["reasons"]
    assert reason["basis"] == "Rekomendasi teknis nomor 660/045/CONTOH-DLH/2026"
    binding = review.binding_terms(walk.task.case)
    assert binding is not None
    assert binding.terms is None


@pytest.mark.both
def test_the_database_keeps_reasons_and_terms_apart(task: Task) -> None:
    review.recommend(task, referral=task.case.referrals.get(), **letter())
    with pytest.raises(IntegrityError):
        Recommendation.objects.update(verdict=Recommendation.Verdict.AGAINST)


# --- what the application asked for -----------------------------------------------------------------------


def without(parameter: str, **more: Any) -> Any:
    told = example()["recommendation"]
    limits = [row for row in told["limits"] if row["parameter"] != parameter]
    return clean_terms(told | {"limits": limits} | more)


def test_a_recommendation_that_lacks_a_limit_asked_for_is_refused(task: Task) -> None:
    with pytest.raises(Refused, match="BOD5"):
        review.recommend(task, referral=task.case.referrals.get(), **letter(terms=without("BOD5")))


def test_a_lacking_flow_or_point_is_refused_too(task: Task) -> None:
    told = example()["recommendation"]
    points = [row for row in told["points"] if row["kind"] != "pantau"]
    elsewhere = {"kind": "pantau", "name": "TL-09", "latitude": "0,6 LU", "longitude": "117,7 BT"}
    terms = clean_terms(told | {"flow_per_hour": "", "points": [*points, elsewhere]})
    with pytest.raises(Refused) as refusal:
        review.recommend(task, referral=task.case.referrals.get(), **letter(terms=terms))
    for name in ("Debit maksimum per jam", "TL-01", "TL-02"):
        assert name in refusal.value.message


def test_what_is_left_out_with_a_reason_is_kept_with_it(task: Task) -> None:
    omitted = {"BOD5": "Tidak ada dalam air limbah ini."}
    review.recommend(
        task, referral=task.case.referrals.get(), **letter(terms=without("BOD5"), omitted=omitted)
    )
    assert Recommendation.objects.get().omitted == omitted


# --- several recommendations ------------------------------------------------------------------------------


@pytest.fixture
def two(office: Office) -> Walk:
    """A case for which the verifier asked two recommendations; both were delivered."""
    walk = walk_to("verify")
    agency = Office.objects.get(kind=Office.Kind.AGENCY)
    requests = [
        verification.Request(agency, kind, f"500/{number}/CONTOH/2026", office_day(MONDAY))
        for number, kind in enumerate(("rekomendasi air limbah", "rekomendasi tata ruang laut"), start=1)
    ]
    verification.verify(
        walk.task,
        outcome="complete",
        marks=all_fit(walk.task),
        requests=requests,
        by=officer("verifier"),
        at=walk.clock.tick(),
    )
    walk.forward()
    walk.take()
    for referral in walk.task.case.referrals.all():
        decide(walk.task, referral, needed=False)
    return walk


def answer(walk: Walk, **second: Any) -> tuple[Referral, Referral]:
    """Give both recommendations, the second with something else in it."""
    first, last = walk.task.case.referrals.order_by("pk")
    review.recommend(walk.task, referral=first, **letter(at=walk.clock.tick()))
    review.recommend(walk.task, referral=last, **(letter(letter_number="660/2") | second))
    walk.take()
    return first, last


def book(walk: Walk, day: date, **more: Any) -> None:
    approval.receive_recommendation(
        walk.task,
        agenda_number="17",
        received_on=day,
        by=officer("processing_officer"),
        at=NEXT_MONDAY,
        **more,
    )


def test_the_case_moves_with_the_last_recommendation(two: Walk) -> None:
    first, last = two.task.case.referrals.order_by("pk")
    review.recommend(two.task, referral=first, **letter(at=two.clock.tick()))
    assert two.task.step.activity == "review"
    with pytest.raises(Refused, match="sudah diberikan"):
        review.recommend(two.task, referral=first, **letter(at=two.clock.tick()))

    review.recommend(two.task, referral=last, **letter(letter_number="660/2", at=two.clock.tick()))
    assert two.task.step.activity == "draft"


def test_h_is_the_last_day_on_which_a_recommendation_was_received(two: Walk) -> None:
    answer(two)
    late = {"reason": "Surat terlambat dibukukan."}
    book(two, office_day(THURSDAY), **late)
    assert Case.objects.get().recommended_on is None
    assert review.binding_terms(two.task.case) is None
    book(two, office_day(TUESDAY), **late)
    assert Case.objects.get().recommended_on == date(2026, 7, 9)


def booked(walk: Walk, **second: Any) -> Walk:
    answer(walk, **second)
    for _ in range(2):
        book(walk, office_day(NEXT_MONDAY))
    return walk


def other_terms(**more: Any) -> Any:
    return clean_terms(example()["recommendation"] | more)


def test_recommendations_that_agree_bind_together(two: Walk) -> None:
    told = example()["recommendation"]
    extra = [*told["limits"], {"parameter": "Amonia", "kind": "maks", "high": "5", "unit": "mg/L"}]
    binding = review.binding_terms(booked(two, terms=other_terms(limits=extra)).task.case)
    assert binding is not None
    assert (binding.disputes, len(binding.standing)) == ((), 2)
    assert binding.terms is not None
    assert [limit.parameter for limit in binding.terms.limits][-2:] == ["pH", "Amonia"]


def test_a_second_recommendation_contradicting_the_first_is_found_and_stops_the_draft(two: Walk) -> None:
    told = example()["recommendation"]
    limits = [{**told["limits"][0], "high": "50"}, *told["limits"][1:]]
    points = [{**told["points"][0], "latitude": "0°31'15,0\" LU"}, *told["points"][1:]]
    moved = {"TP-01 Outlet kolam sedimentasi": "Titik penaatan dipindahkan."}
    booked(two, terms=other_terms(flow_per_day="1200", limits=limits, points=points), omitted=moved)

    binding = review.binding_terms(two.task.case)
    assert binding is not None
    found = [(point.subject, point.first, point.second) for point in binding.disputes[0].points]
    assert found[:2] == [
        ("Debit maksimum (m³/hari)", "1500", "1200"),
        ("BOD5", "paling banyak 100 mg/L", "paling banyak 50 mg/L"),
    ]
    assert found[2][0] == "Titik penaatan TP-01"
    assert first_act(two.task) is ChooseBinding
    with pytest.raises(Refused, match="bertentangan"):
        two.forward()


def test_the_drafter_records_which_one_binds_and_why(two: Walk) -> None:
    booked(two, terms=other_terms(flow_per_day="1200"))
    second = Recommendation.objects.get(letter_number="660/2")
    choice: dict[str, Any] = {
        "recommendation": second,
        "by": officer("processing_officer"),
        "at": NEXT_MONDAY,
    }
    with pytest.raises(Refused) as refusal:
        review.choose_binding(two.task, reason=" ", **choice)
    assert refusal.value.field == "reason"
    review.choose_binding(two.task, reason="OPD ini berwenang atas debit.", **choice)

    binding = review.binding_terms(two.task.case)
    assert binding is not None
    assert (binding.recommendation, binding.disputes) == (second, ())
    assert binding.terms is not None
    assert binding.terms.flow_per_day == "1200"
    two.forward()
    assert Draft.objects.get().recommendation == second


def test_the_one_that_goes_back_is_asked_for_anew_and_the_other_stands(two: Walk) -> None:
    booked(two, terms=other_terms(flow_per_day="1200"))
    second = Recommendation.objects.get(letter_number="660/2")
    approval.return_recommendation(
        two.task, only=[second], note="Selaraskan debit.", by=officer("processing_officer"), at=NEXT_MONDAY
    )
    assert [item.pk for item in two.task.case.referrals.unanswered()] == [second.referral_id]
    two.take()
    review.recommend(
        two.task, referral=second.referral, **letter(letter_number="660/3", at=NEXT_MONDAY + timedelta(1))
    )
    standing = review.standing_recommendations(two.task.case)
    assert [item.letter_number for item in standing] == ["660/045/CONTOH-DLH/2026", "660/3"]


def test_for_and_against_contradict_each_other(two: Walk) -> None:
    booked(two, **against(letter_number="660/2"))
    binding = review.binding_terms(two.task.case)
    assert binding is not None
    points = binding.disputes[0].points
    assert [(one.subject, one.first, one.second) for one in points] == [
        ("Pendapat", "Mendukung", "Tidak mendukung")
    ]


def test_a_newer_letter_for_the_same_kind_replaces_the_one_before(two: Walk) -> None:
    first = two.task.case.referrals.order_by("pk")[0]
    review.find_unfit(two.task, note="Skema belum jelas.", by=officer("technical_team"), at=two.clock.tick())
    two.forward()
    two.take()
    verification.verify(
        two.task,
        outcome="complete",
        marks=all_fit(two.task),
        requests=[
            verification.Request(first.agency, first.subject.upper(), "500/9/CONTOH/2026", office_day(MONDAY))
        ],
        by=officer("verifier"),
        at=two.clock.tick(),
    )
    two.forward()
    waiting = two.task.case.referrals.unanswered()
    assert [item.letter_number for item in waiting] == ["500/2/CONTOH/2026", "500/9/CONTOH/2026"]


@pytest.mark.both
def test_the_database_keeps_one_standing_recommendation_a_referral(two: Walk) -> None:
    answer(two)
    first = Recommendation.objects.order_by("pk")[0]
    with pytest.raises(IntegrityError):
        Recommendation.objects.exclude(pk=first.pk).update(referral=first.referral)
