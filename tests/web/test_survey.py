"""The survey's pages: the questionnaire by its code, what the public reads, the counter, the heads."""

from __future__ import annotations

import csv
import io
import subprocess

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from time_machine import TimeMachineFixture

from muara.contacts.models import Questionnaire, SurveyAnswer, SurveyFollowUp, SurveySuggestion
from muara.contacts.survey import CODES
from muara.web.acts import new_key
from muara.web.demo import applicant, officer
from tests.clock import MONDAY, at
from tests.records.test_survey import say
from tests.remembered import case_at

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("office")]
AUGUST = at("2026-08-03 09:00")
MARKS = {code: "3" for code in CODES}


@pytest.fixture
def monday(time_machine: TimeMachineFixture) -> None:
    time_machine.move_to(MONDAY, tick=False)


@pytest.fixture
def august(time_machine: TimeMachineFixture) -> None:
    time_machine.move_to(AUGUST, tick=False)


def given() -> Questionnaire:
    return Questionnaire.objects.get(case=case_at("receive", at=MONDAY))


def pdf_text(content: bytes) -> str:
    done = subprocess.run(["pdftotext", "-layout", "-", "-"], input=content, capture_output=True, check=True)
    return done.stdout.decode()


# --- the questionnaire ------------------------------------------------------------------------------------


@pytest.mark.usefixtures("monday")
def test_a_questionnaire_is_opened_by_its_code_and_answered_once(client: Client) -> None:
    code = given().code
    opened = client.post("/survei/", {"kode": code.lower().replace("-", " ")})
    assert opened["Location"] == f"/survei/{code}/"

    page = client.get(f"/survei/{code}/")
    text = page.content.decode()
    assert text.index("sarana dan prasarana?") < text.index("penanganan pengaduan pengguna layanan?")
    assert page["Referrer-Policy"] == "no-referrer"

    sent = client.post(f"/survei/{code}/", {**MARKS, "u8": "4", "u9": "1", "suggestion": "<b>Bagus</b>"})
    assert sent.status_code == 302
    answer = SurveyAnswer.objects.get()
    assert (answer.u8, answer.u9) == (4, 1)
    assert "sudah diisi" in client.get(f"/survei/{code}/").content.decode()

    replayed = Client().post(f"/survei/{code}/", {**MARKS, "u1": "1"})
    assert replayed.status_code == 409
    assert "sudah diisi" in replayed.content.decode()
    assert SurveyAnswer.objects.count() == 1


@pytest.mark.usefixtures("monday")
@pytest.mark.parametrize("wrong", [{}, {"u1": "5"}, {"u1": "dua"}, {**MARKS, "suggestion": "x" * 2001}])
def test_bad_input_gets_a_sentence_and_keeps_what_was_typed(client: Client, wrong: dict[str, str]) -> None:
    code = given().code
    page = client.post(f"/survei/{code}/", {"u2": "4", "suggestion": "Tetap", **wrong} if wrong else {})
    assert page.status_code == 422
    assert "Ada yang perlu diperbaiki" in page.content.decode()
    if wrong:
        assert 'id="id_u2_3" checked' in " ".join(page.content.decode().split()) or "u2" in wrong
    assert not SurveyAnswer.objects.exists()


@pytest.mark.usefixtures("monday")
@pytest.mark.parametrize("code", ["AAAA-BBBB-CCCC", "x", "'--", "%00", "²" * 40])
def test_a_code_that_there_is_not_opens_nothing(client: Client, code: str) -> None:
    assert client.get(f"/survei/{code}/").status_code == 404
    assert client.post(f"/survei/{code}/", MARKS).status_code == 404
    assert client.post("/survei/", {"kode": code}).status_code == 422


def test_after_its_last_day_a_questionnaire_is_closed(
    client: Client, time_machine: TimeMachineFixture
) -> None:
    code = given().code
    time_machine.move_to(at("2027-02-01 08:00"), tick=False)
    assert "Masa pengisian sudah berakhir" in client.get(f"/survei/{code}/").content.decode()
    assert client.post(f"/survei/{code}/", MARKS).status_code == 409
    assert not SurveyAnswer.objects.exists()


@pytest.mark.usefixtures("monday")
def test_the_applicants_page_offers_the_questionnaire_until_it_is_answered(client: Client) -> None:
    found = given()
    client.force_login(applicant())
    page = f"/permohonan/{found.case.application.reference}/"
    assert f"/survei/{found.code}/" in client.get(page).content.decode()
    client.post(f"/survei/{found.code}/", MARKS)
    assert f"/survei/{found.code}/" not in client.get(page).content.decode()


# --- the counter ------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("monday")
def test_the_counter_prints_the_questionnaire_and_enters_it_by_its_code(client: Client) -> None:
    found = given()
    client.force_login(officer("collection_counter"))
    paper = f"/meja/survei/{found.pk}/kuesioner.pdf"
    assert paper in client.get("/meja/survei/").content.decode()
    assert paper in client.get(f"/meja/tugas/{found.case.tasks.get(closed_at=None).pk}/").content.decode()

    printed = " ".join(pdf_text(client.get(paper).content).split())
    assert found.code in printed
    assert "8. Bagaimana pendapat Saudara tentang kualitas sarana dan prasarana?" in printed
    assert str(found.case.application.company) not in printed

    client.post(f"/survei/{found.code}/", MARKS)
    assert client.get(paper).status_code == 404
    assert "Sudah diisi" in client.get("/meja/survei/").content.decode()


# --- what is told -----------------------------------------------------------------------------------------


@pytest.mark.usefixtures("august")
def test_the_public_reads_index_elements_and_follow_up(client: Client) -> None:
    say(*["344444444"] * 6)
    SurveyFollowUp.objects.create(
        service="LHP",
        semester="2026-1",
        element="u1",
        plan="Ringkas <syarat>",
        owner="Kepala Seksi",
        due="2026-12-31",
        planned_by=officer("section_head"),
        planned_at=AUGUST,
    )
    page = client.get("/survei/hasil/").content.decode()
    for told in ("97,22", "Sangat baik", "75,00", "Ringkas &lt;syarat&gt;", "31 Desember 2026", "indikatif"):
        assert told in page, told


@pytest.mark.usefixtures("august")
def test_a_semester_of_four_answers_and_one_still_open_are_not_published(client: Client) -> None:
    say(*["344444444"] * 4)
    say(*["344444444"] * 9, semester="2026-2")
    page = client.get("/survei/hasil/").content.decode()
    assert "kurang dari" in page
    assert "97,22" not in page
    assert "Semester 2 2026" not in page
    assert client.get("/survei/hasil/2026-2.pdf").status_code == 404
    table = client.get("/survei/hasil.csv").content.decode()
    assert len(table.splitlines()) == 1


@pytest.mark.usefixtures("august")
def test_the_report_of_a_semester_is_a_pdf_with_every_element(client: Client) -> None:
    say(*["344444444"] * 6)
    text = " ".join(pdf_text(client.get("/survei/hasil/2026-1.pdf").content).split())
    for told in ("97,22", "A (Sangat baik)", "Semester 1 2026", "Persyaratan", "U9", "Indikatif."):
        assert told in text, told


@pytest.mark.usefixtures("august")
def test_the_table_holds_index_and_elements_as_numbers(client: Client) -> None:
    say(*["344444444"] * 6)
    body = client.get("/survei/hasil.csv").content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(body)))
    assert [row["kode"] for row in rows] == ["IKM", *(code.upper() for code in CODES)]
    assert (rows[0]["nilai"], rows[0]["mutu"], rows[1]["rata_rata"]) == ("97.22", "A", "3.0")
    assert client.get("/survei/hasil.xlsx").status_code == 200
    assert client.get("/survei/hasil.docx").status_code == 404


# --- the heads ----------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("august")
def test_a_head_plans_for_the_lowest_element_and_says_what_came_of_it(client: Client) -> None:
    say(*["344444444"] * 6)
    client.force_login(officer("section_head"))
    place = "/pengawasan/survei/2026-1/rencana/"
    page = client.get(place).content.decode()
    assert page.index("Persyaratan (terendah)") < page.index('value="u9"')
    said = {"element": "u1", "plan": "=Ringkas syarat", "owner": "Kepala Seksi", "due": "2026-12-31"}
    assert client.post(place, {**said, "due": "2026-01-01", "kunci": new_key()}).status_code == 422

    assert client.post(place, {**said, "kunci": new_key()}).status_code == 302
    made = SurveyFollowUp.objects.get()
    assert "Catat" in client.get("/pengawasan/survei/").content.decode()
    place = f"/pengawasan/survei/rencana/{made.pk}/"
    assert client.post(place, {"result": "", "kunci": new_key()}).status_code == 422
    assert client.post(place, {"result": "Selesai.", "kunci": new_key()}).status_code == 302
    assert client.post(place, {"result": "Lagi.", "kunci": new_key()}).status_code == 422
    made.refresh_from_db()
    assert made.result == "Selesai."


@pytest.mark.usefixtures("august")
def test_an_auditor_reads_everything_and_plans_nothing(client: Client) -> None:
    say(*["344444444"] * 6)
    client.force_login(officer("auditor"))
    assert client.get("/pengawasan/survei/").status_code == 200
    assert client.get("/pengawasan/survei/2026-1/rencana/").status_code == 403


@pytest.mark.usefixtures("august")
def test_one_suggestion_or_thirty_cost_the_same_queries(client: Client) -> None:
    say(*["344444444"] * 6)
    client.force_login(officer("auditor"))

    def queries(count: int) -> int:
        for place in range(count):
            SurveySuggestion.objects.create(service="LHP", semester="2026-1", text=f"Saran {place}")
        with CaptureQueriesContext(connection) as asked:
            assert client.get("/pengawasan/survei/saran/?cari=saran").status_code == 200
        return len(asked)

    queries(1)
    assert queries(1) == queries(28)


@pytest.mark.usefixtures("monday")
def test_one_questionnaire_or_several_cost_the_same_queries(client: Client) -> None:
    given()
    client.force_login(officer("collection_counter"))

    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert client.get("/meja/survei/").status_code == 200
        return len(asked)

    queries()
    one = queries()
    for step in ("receive", "end"):
        case_at(step, at=MONDAY, company=f"PT Contoh {step}")
    assert queries() == one
