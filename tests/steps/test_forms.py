"""The steps' forms: what is typed is read as meant, and every activity that officers work has one."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.http import QueryDict

from muara.cases.actions import take_over
from muara.cases.models import Recommendation, Task
from muara.cases.terms import clean_terms, read_terms
from muara.sop.values import parse_coordinate
from muara.steps.actions.issuance import assign_number
from muara.steps.actions.review import call_back
from muara.steps.forms import FORMS, Review, first_act
from muara.steps.forms.drafting import DraftDecree, ReceiveRecommendation
from muara.steps.forms.fields import Day, Items, Line, Paragraph
from muara.steps.forms.issuance import AssignNumber, Number
from muara.steps.forms.review import _angles, typed_terms
from muara.steps.forms.rows import said
from muara.web import demo
from tests.clock import MONDAY
from tests.remembered import case_at

LATER = MONDAY + timedelta(hours=3)


def open_task(step_key: str) -> Task:
    demo.seed_office(MONDAY)
    case = case_at(step_key, at=MONDAY + timedelta(hours=2))
    return case.tasks.get(closed_at=None, companion=False)


@pytest.mark.parametrize(
    "typed", ["10/12/2026", "10-12-2026", "10 Desember 2026", "2026-12-10", " 10.12.2026 "]
)
def test_a_day_is_read_as_people_write_it(typed: str) -> None:
    assert Day().clean(typed) == date(2026, 12, 10)


@pytest.mark.parametrize("typed", ["12/31/2026", "31/11/2026", "besok", "10/12/26"])
def test_a_day_that_is_none_is_refused(typed: str) -> None:
    with pytest.raises(ValidationError):
        Day().clean(typed)


def test_a_day_is_shown_as_it_may_betyped_terms_back() -> None:
    assert Day().prepare_value(date(2026, 12, 10)) == "10/12/2026"


def test_items_are_the_lines_that_hold_something() -> None:
    assert Items().clean("bahwa satu\r\n\r\n  bahwa   dua  \n") == ("bahwa satu", "bahwa dua")
    assert Items().prepare_value(("a", "b")) == "a\nb"


@pytest.mark.parametrize("text", ["Surat \N{FISH}", "nol\x00", "\u202egnp.exe"])
def test_what_no_letter_can_print_is_refused_where_it_istyped_terms(text: str) -> None:
    for field in (Line(), Paragraph(), Items()):
        with pytest.raises(ValidationError):
            field.clean(text)


def test_typst_markup_is_only_text() -> None:
    assert Line().clean('#import "x": * $ _a_ `b`') == '#import "x": * $ _a_ `b`'


@pytest.mark.django_db
def test_every_activity_that_opens_a_task_has_a_form_but_the_application_itself() -> None:
    process = open_task("check").case.process
    activities = {step.activity for step in process.steps if step.number > 2}
    assert set(FORMS) == activities - {"apply"}


@pytest.mark.parametrize(("latitude", "longitude"), [("0.504167", "117.583333"), ("-1.258333", "117.036111")])
def test_stored_degrees_are_shown_as_they_may_betyped_terms_back(latitude: str, longitude: str) -> None:
    shown = _angles(latitude, longitude)
    back = parse_coordinate(shown["latitude"], shown["longitude"])
    assert (str(back.latitude), str(back.longitude)) == (latitude, longitude)


@pytest.mark.django_db
def test_termstyped_terms_back_are_the_terms_that_were_stored() -> None:
    task = open_task("draft")
    stored = read_terms(Recommendation.objects.get(referral__case=task.case_id).terms)
    assert clean_terms(typed_terms(stored)) == stored


@pytest.mark.django_db
def test_a_second_review_starts_from_the_recommendation_before() -> None:
    task = open_task("draft")
    call_back(task.case, reason="Tinjau kembali.", at=LATER)
    form = Review(task, at=LATER)
    assert [said(row)["parameter"] for row in form.limits][:5] == [
        "BOD5",
        "COD",
        "TSS",
        "Minyak dan lemak",
        "pH",
    ]
    assert form["flow_per_day"].value() == "1500"


@pytest.mark.django_db
def test_no_limit_is_ever_proposed_to_the_agency() -> None:
    form = Review(open_task("review"), at=LATER)
    assert [any(v for k, v in said(row).items() if k != "kind") for row in form.limits] == [False] * 3
    assert form["flow_per_day"].value() is None


@pytest.mark.django_db
def test_the_duties_start_from_section_g_and_article_253() -> None:
    form = Review(open_task("review"), at=LATER)
    obligations = form["obligations"].value().splitlines()
    assert len(obligations) == 10 + 8
    assert obligations[0] == "Tidak melampaui debit maksimum yang ditetapkan dalam keputusan ini"
    assert len(form["prohibitions"].value().splitlines()) == 3


@pytest.mark.django_db
def test_a_review_posted_without_its_rows_is_refused_not_broken() -> None:
    form = Review(open_task("review"), at=LATER, data=QueryDict("outcome=recommended"))
    assert not form.is_valid()
    assert "Baku mutu" in str(form.non_field_errors())


@pytest.mark.django_db
def test_before_h_is_booked_the_only_outcome_is_the_way_back() -> None:
    task = open_task("draft")
    assert first_act(task) is ReceiveRecommendation
    form = DraftDecree(task, at=LATER)
    assert [outcome.key for outcome in form.outcomes()] == ["recommendation_incomplete"]
    assert set(form.fields) == {"outcome", "note"}


@pytest.mark.django_db
def test_a_number_is_assigned_before_the_final_checklist() -> None:
    assert first_act(open_task("number")) is AssignNumber


@pytest.mark.django_db
def test_what_an_act_demands_is_not_called_optional_nor_demanded_of_another_way() -> None:
    task = open_task("number")
    take_over(task.pk, by=demo.officer("registrar"), at=LATER)
    assign_number(task, by=demo.officer("registrar"), at=LATER)
    fresh = Number(task, at=LATER)
    assert (fresh.fields["checked"].required, fresh.fields["scan"].required) == (True, True)
    assert Number(task, at=LATER, data=QueryDict("outcome=faulty&note=Salah+ketik")).is_valid()


@pytest.mark.django_db
def test_what_an_outcome_needs_is_not_called_optional_even_after_a_refusal() -> None:
    task = open_task("review")
    fresh, refused = Review(task, at=LATER), Review(task, at=LATER, data=QueryDict("outcome=recommended"))
    assert not refused.is_valid()
    for form in (fresh, refused):
        assert [name for name, field in form.fields.items() if not field.required] == ["flow_per_hour"]
    assert Review(task, at=LATER, data=QueryDict("outcome=unfit&note=Belum+layak")).is_valid()
