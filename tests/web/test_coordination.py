"""Coordination with the agency that moves nothing (7, 12 and 13 remarks), the liaison's round, monitoring."""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from time_machine import TimeMachineFixture

from muara.audit.models import Entry
from muara.cases.actions import NotYours, Refused, Stale, take_over
from muara.cases.models import Case, DeliveryRound, MonitoringNote, Question, Task
from muara.people.models import Office
from muara.steps.actions.coordination import answer_question, ask_agency
from muara.steps.actions.delivery import deliver_round
from muara.web.demo import applicant, officer, sample_pdf
from tests.clock import MONDAY
from tests.remembered import case_at
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
    form = form_on(client.get(f"{address}tanya-opd/"), action=f"{address}tanya-opd/")
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


def test_the_liaison_brings_several_cases_in_one_round(
    office: Office, client: Client, time_machine: TimeMachineFixture
) -> None:
    time_machine.move_to(LATER, tick=False)
    cases = [case_at("deliver", at=MONDAY) for _ in range(3)]
    tasks = [main_task(case) for case in cases]
    client.force_login(officer("liaison"))
    form = form_on(client.get("/meja/penyerahan/"), action="")

    to_sign = client.post("/meja/penyerahan/", form.filled(tasks=[tasks[0].pk, tasks[1].pk], cetak="1"))
    assert to_sign.content.startswith(b"%PDF")
    assert DeliveryRound.objects.count() == 0

    said = form.filled(
        tasks=[tasks[0].pk, tasks[1].pk],
        receiver="Penerima Rekaan",
        scan=SimpleUploadedFile("tanda-terima.pdf", sample_pdf("Tanda terima"), "application/pdf"),
    )
    assert client.post("/meja/penyerahan/", said).status_code == 302

    assert [main_task(case).step_key for case in cases] == ["review", "review", "deliver"]
    made = DeliveryRound.objects.get()
    assert [referral.receiver for referral in made.referrals.all()] == ["Penerima Rekaan"] * 2
    assert {referral.receipt_scan for referral in made.referrals.all()} == {made.scan}
    assert Entry.objects.filter(verb="deliver.delivered").count() == 2
    assert client.get(f"/meja/penyerahan/{made.pk}/daftar.pdf").content.startswith(b"%PDF")
    assert "2 berkas, diterima Penerima Rekaan" in client.get("/meja/penyerahan/").content.decode()


def test_the_same_round_sent_twice_is_recorded_once(
    office: Office, client: Client, time_machine: TimeMachineFixture
) -> None:
    time_machine.move_to(LATER, tick=False)
    task = main_task(case_at("deliver", at=MONDAY))
    client.force_login(officer("liaison"))
    said = form_on(client.get("/meja/penyerahan/"), action="").filled(tasks=[task.pk], receiver="Penerima")
    for _ in range(2):
        assert client.post("/meja/penyerahan/", said).status_code == 302
    assert DeliveryRound.objects.count() == 1


def test_a_receipt_that_was_scanned_survives_a_refused_round(
    office: Office, client: Client, time_machine: TimeMachineFixture
) -> None:
    time_machine.move_to(LATER, tick=False)
    task = main_task(case_at("deliver", at=MONDAY))
    client.force_login(officer("liaison"))
    form = form_on(client.get("/meja/penyerahan/"), action="")
    signed = SimpleUploadedFile("tanda-terima.pdf", sample_pdf("Tanda terima"), "application/pdf")
    refused = client.post("/meja/penyerahan/", form.filled(tasks=[task.pk], receiver="", scan=signed))
    assert refused.status_code == 422
    assert "Sudah diunggah: <strong>tanda-terima.pdf</strong>" in refused.content.decode()
    again = form_on(refused, action="").filled(receiver="Penerima Rekaan")
    assert client.post("/meja/penyerahan/", again).status_code == 302
    kept = DeliveryRound.objects.get().scan
    assert kept is not None
    assert kept.sha256 == sha256(sample_pdf("Tanda terima")).hexdigest()


@pytest.mark.both
def test_one_case_that_cannot_go_keeps_all_from_going(office: Office) -> None:
    tasks = [main_task(case_at("deliver", at=MONDAY)) for _ in range(2)]
    gone = main_task(case_at("review", at=MONDAY))
    before = Entry.objects.count()
    with pytest.raises(Refused):
        deliver_round([*tasks, gone], agency=agency(), receiver="Penerima", by=officer("liaison"), at=LATER)
    assert [main_task(task.case).step_key for task in tasks] == ["deliver", "deliver"]
    assert (Entry.objects.count(), DeliveryRound.objects.count()) == (before, 0)


def test_only_the_liaison_goes_on_a_round(office: Office, client: Client) -> None:
    task = main_task(case_at("deliver", at=MONDAY))
    with pytest.raises(NotYours):
        deliver_round([task], agency=agency(), receiver="Penerima", by=officer("verifier"), at=LATER)
    client.force_login(officer("verifier"))
    assert client.get("/meja/penyerahan/").status_code == 403


def test_monitoring_notes_whom_how_what_and_when(
    office: Office, client: Client, time_machine: TimeMachineFixture
) -> None:
    time_machine.move_to(LATER, tick=False)
    case = case_at("review", at=MONDAY)
    watch = Task.objects.get(case=case, companion=True, closed_at=None)
    client.force_login(officer("processing_officer"))
    take_over(watch.pk, by=officer("processing_officer"), at=LATER)
    address = f"/meja/tugas/{watch.pk}/"
    form = form_on(client.get(address), action=f"{address}pantau/")
    assert client.post(form.action, form.filled(status="Diperiksa.")).status_code == 422

    said = form.filled(
        whom="Teguh Fiktif, DLH",
        channel="telephone",
        status="Menunggu hasil laboratorium.",
        expected_on="20/7/2026",
        follow_up_on="13/7/2026",
    )
    assert client.post(form.action, said).status_code == 302

    note = MonitoringNote.objects.get()
    assert (note.whom, note.channel, note.status) == (
        "Teguh Fiktif, DLH",
        "telephone",
        "Menunggu hasil laboratorium.",
    )
    page = client.get("/meja/pemantauan/").content.decode()
    assert "Menunggu hasil laboratorium." in page
    assert "13 Juli 2026" in page
    assert client.get(f"/meja/berkas/{case.pk}/pemantauan.pdf").content.startswith(b"%PDF")
    time_machine.move_to(MONDAY + timedelta(days=7), tick=False)
    client.force_login(officer("processing_officer"))
    page = client.get("/meja/pemantauan/").content.decode()
    assert "5 hari kerja" in page
    assert "Perlu dipantau" in page


def test_six_cases_at_the_agency_cost_no_more_queries_than_one(
    office: Office, client: Client, django_assert_num_queries: Any
) -> None:
    client.force_login(officer("processing_officer"))
    case_at("review", at=MONDAY)
    with CaptureQueriesContext(connection) as one:
        client.get("/meja/pemantauan/")
    for _ in range(5):
        case_at("review", at=MONDAY)
    with django_assert_num_queries(len(one)):
        client.get("/meja/pemantauan/")
