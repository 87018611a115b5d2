"""Coordination with the agency that moves nothing (7, 12 and 13 remarks), the liaison's round, monitoring."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from time_machine import TimeMachineFixture

from muara.cases.actions import NotYours, Refused, Stale, take_over
from muara.cases.models import Case, Question, Task
from muara.people.models import Office
from muara.steps.actions.coordination import answer_question, ask_agency
from muara.web.demo import applicant, case_at, officer
from tests.clock import MONDAY
from tests.web.page_forms import form_on

pytestmark = pytest.mark.django_db
LATER = MONDAY + timedelta(hours=1)


def main_task(case: Case) -> Task:
    return Task.objects.select_related("case").get(case=case, closed_at=None, companion=False)


def agency() -> Office:
    return Office.objects.get(kind=Office.Kind.AGENCY)


def asked(step_key: str = "verify") -> Question:
    task = main_task(case_at(step_key, at=MONDAY))
    by = officer(task.actor)
    take_over(task.pk, by=by, at=LATER)
    ask_agency(task, agency=agency(), text="Apakah neraca airnya wajar?", by=by, at=LATER)
    return Question.objects.get()


@pytest.mark.parametrize("step_key", ["verify", "endorse_section", "endorse_division"])
def test_the_agency_answers_on_a_page_of_its_own_and_the_case_stays_where_it_is(
    office: Office, client: Client, time_machine: TimeMachineFixture, step_key: str
) -> None:
    time_machine.move_to(LATER, tick=False)
    task = main_task(case_at(step_key, at=MONDAY))
    asker = officer(task.actor)
    take_over(task.pk, by=asker, at=LATER)
    client.force_login(asker)
    address = f"/meja/tugas/{task.pk}/"
    form = form_on(client.get(address), action=f"{address}tanya-opd/")
    client.post(form.action, form.filled(text="Apakah neraca airnya wajar?"))
    (question,) = Question.objects.all()

    client.force_login(officer("technical_team"))
    page = f"/meja/pertanyaan/{question.pk}/"
    assert page in client.get("/meja/").content.decode()
    form = form_on(client.get(page), action="")
    assert client.post(page, form.filled(answer="Wajar untuk pabrik sebesar ini.")).status_code == 302

    question.refresh_from_db()
    assert (question.answerer, question.channel) == (officer("technical_team").name, "system")
    assert main_task(task.case).pk == task.pk
    client.force_login(asker)
    assert "Wajar untuk pabrik sebesar ini." in client.get(address).content.decode()
    assert page not in client.get("/meja/").content.decode()


def test_who_asked_records_what_was_said_on_the_telephone(
    office: Office, client: Client, time_machine: TimeMachineFixture
) -> None:
    time_machine.move_to(LATER, tick=False)
    question = asked()
    client.force_login(officer("verifier"))
    page = f"/meja/pertanyaan/{question.pk}/"
    form = form_on(client.get(page), action="")
    assert client.post(page, form.filled(answer="Wajar.")).status_code == 422

    said = form.filled(answer="Wajar.", channel="telephone", answerer="Teguh Fiktif, Kepala Seksi")
    assert client.post(page, said).status_code == 302

    question.refresh_from_db()
    assert (question.channel, question.answerer) == ("telephone", "Teguh Fiktif, Kepala Seksi")
    assert question.recorded_by == officer("verifier")


def test_a_question_is_answered_once_by_those_it_concerns(office: Office) -> None:
    question = asked()
    for stranger in (officer("registrar"), applicant()):
        with pytest.raises(NotYours):
            answer_question(
                question, answer="Ya.", channel="letter", answerer="Seseorang", by=stranger, at=LATER
            )
    answer_question(question, answer="Ya.", by=officer("technical_team"), at=LATER)
    with pytest.raises(Stale):
        answer_question(question, answer="Tidak.", by=officer("technical_team"), at=LATER)


def test_a_question_is_asked_by_who_has_the_file(office: Office) -> None:
    task = main_task(case_at("verify", at=MONDAY))
    with pytest.raises(Refused):
        ask_agency(task, agency=agency(), text="Apa?", by=officer("verifier"), at=LATER)
    with pytest.raises(NotYours):
        ask_agency(task, agency=agency(), text="Apa?", by=officer("registrar"), at=LATER)


@pytest.mark.both
def test_an_answer_without_a_name_is_no_answer(office: Office) -> None:
    question = asked()
    with pytest.raises(IntegrityError), transaction.atomic():
        Question.objects.filter(pk=question.pk).update(answer="Ya.", answered_at=LATER)
