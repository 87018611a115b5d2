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
from muara.steps.actions import drafting, review, verification, visits
from muara.steps.forms import Review, first_act
from muara.steps.forms.drafting import AdjustTerms, ChooseBinding
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
    drafting.receive_recommendation(
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
    drafting.return_recommendation(
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


# --- a letter that concerns only some of the terms ----------------------------------------------------------


def narrow(**more: Any) -> dict[str, Any]:
    """A letter of the agency for the sea's space: it settles the places and says nothing of the water."""
    told = example()["recommendation"]
    terms = clean_terms(
        {"points": told["points"], "prohibitions": "Menambatkan kapal di atas pipa"}, partial=True
    )
    return {"letter_number": "660/2", "terms": terms, "partial": True} | more


def test_a_narrower_recommendation_stands_beside_a_whole_one(two: Walk) -> None:
    binding = review.binding_terms(booked(two, **narrow()).task.case)
    assert binding is not None
    assert (binding.disputes, binding.lacks) == ((), ())
    assert binding.terms is not None
    assert binding.terms.flow_per_day == "1500"
    assert binding.terms.prohibitions[-1] == "Menambatkan kapal di atas pipa"
    two.forward()
    assert Draft.objects.get().deviations == []


def water(*, lacking: str = "") -> Any:
    """What a letter that settles the water alone says."""
    told = example()["recommendation"]
    limits = [row for row in told["limits"] if row["parameter"] != lacking]
    return clean_terms({**told, "limits": limits, "points": []}, partial=True)


def test_what_two_narrow_recommendations_leave_open_together_is_found_and_stops_the_draft(two: Walk) -> None:
    first, last = two.task.case.referrals.order_by("pk")
    letters = (
        (first, letter(terms=water(lacking="BOD5"), partial=True, at=two.clock.tick())),
        (last, letter(**narrow())),
    )
    for referral, said in letters:
        review.recommend(two.task, referral=referral, **said)
    two.take()
    for _ in letters:
        book(two, office_day(NEXT_MONDAY))

    binding = review.binding_terms(two.task.case)
    assert binding is not None
    assert binding.lacks == ("BOD5",)
    assert not AdjustTerms.offered(two.task)
    with pytest.raises(Refused, match="belum memuat: BOD5"):
        two.forward()

    given = Recommendation.objects.get(referral=first)
    drafting.return_recommendation(
        two.task, only=[given], note="BOD5 belum ada.", by=officer("processing_officer"), at=NEXT_MONDAY
    )
    two.take()
    review.recommend(two.task, referral=first, **letter(terms=water(), partial=True, at=NEXT_MONDAY))
    two.take()
    book(two, office_day(NEXT_MONDAY))
    two.forward()


def test_what_a_narrow_recommendation_leaves_out_with_a_reason_is_not_looked_for(two: Walk) -> None:
    first, last = two.task.case.referrals.order_by("pk")
    omitted = {"BOD5": "Tidak ada dalam air limbah ini."}
    review.recommend(
        two.task, referral=first, **letter(terms=water(lacking="BOD5"), partial=True, omitted=omitted)
    )
    review.recommend(two.task, referral=last, **letter(**narrow()))
    two.take()
    for _ in range(2):
        book(two, office_day(NEXT_MONDAY))
    binding = review.binding_terms(two.task.case)
    assert binding is not None
    assert binding.lacks == ()


def test_a_narrow_recommendation_may_contradict_the_first_all_the_same(two: Walk) -> None:
    points = example()["recommendation"]["points"]
    moved = [{**points[0], "latitude": "0°31'15,0\" LU"}, *points[1:]]
    booked(two, **narrow(terms=clean_terms({"points": moved}, partial=True)))
    binding = review.binding_terms(two.task.case)
    assert binding is not None
    assert [point.subject for point in binding.disputes[0].points] == ["Titik penaatan TP-01"]


def test_the_only_recommendation_says_everything(task: Task) -> None:
    with pytest.raises(Refused, match="memuat semua ketentuan"):
        review.recommend(task, referral=task.case.referrals.get(), **letter(**narrow()))
    assert "partial" not in Review(task, at=MONDAY).fields


def test_the_form_takes_a_narrow_letter_where_several_were_asked_for(two: Walk) -> None:
    first, last = two.task.case.referrals.order_by("pk")
    review.recommend(two.task, referral=first, **letter(at=two.clock.tick()))
    form = Review(two.task, at=two.clock.tick())
    assert form["flow_per_day"].value() is None
    typed = {
        "outcome": "recommended",
        "referral": last.pk,
        "letter_number": "660/2",
        "letter_date": "06/07/2026",
        "signed_by_name": "Rahmat Andaian",
        "verdict": "for",
        "partial": "on",
        "obligations": "Memasang rambu di atas pipa",
        "limits-TOTAL_FORMS": "0",
        "limits-INITIAL_FORMS": "0",
        "points-TOTAL_FORMS": "0",
        "points-INITIAL_FORMS": "0",
    }
    form = Review(two.task, at=two.clock.tick(), data=typed)
    form.is_valid()
    assert list(form.errors) == ["scan"]
    assert form.substance().partial
    whole = Review(two.task, at=two.clock.tick(), data=typed | {"partial": ""})
    assert not whole.is_valid()
    assert "Baku mutu: Isi paling sedikit satu parameter baku mutu." in whole.non_field_errors()


def test_adjustments_hold_only_for_the_recommendations_they_were_set_against(two: Walk) -> None:
    booked(two, **narrow())
    officer_by: dict[str, Any] = {"by": officer("processing_officer")}
    drafting.adjust_terms(
        two.task,
        terms=other_terms(flow_per_day="1400"),
        reason="Kapasitas IPAL.",
        at=NEXT_MONDAY,
        **officer_by,
    )
    binding = review.binding_terms(two.task.case)
    assert binding is not None
    assert drafting.adjusted_terms(two.task.case, binding) is not None

    second = Recommendation.objects.get(letter_number="660/2")
    later = NEXT_MONDAY + timedelta(days=1)
    drafting.return_recommendation(
        two.task, only=[second], note="Kurang jelas.", at=NEXT_MONDAY, **officer_by
    )
    two.take()
    review.recommend(two.task, referral=second.referral, **letter(**narrow(letter_number="660/3", at=later)))
    two.take()
    drafting.receive_recommendation(
        two.task, agenda_number="18", received_on=office_day(later), at=later, **officer_by
    )
    binding = review.binding_terms(two.task.case)
    assert binding is not None
    assert drafting.adjusted_terms(two.task.case, binding) is None


@pytest.mark.both
def test_the_database_wants_terms_where_the_advice_is_for(task: Task) -> None:
    review.recommend(task, referral=task.case.referrals.get(), **letter())
    with pytest.raises(IntegrityError):
        Recommendation.objects.update(terms={})
