"""Questions at the information desk (SOP steps 1 and 2), answered with the SOP's letters as a guide."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from time_machine import TimeMachineFixture

from muara.audit.models import Entry
from muara.contacts.models import Consultation
from muara.people.models import Notice, User
from muara.web.acts import new_key
from muara.web.demo import answer_question, applicant, ask_question, officer, other_applicant, seed_office
from tests.clock import MONDAY, TUESDAY, at
from tests.remembered import case_at


@pytest.fixture
def _office(db: None, blobs: object, time_machine: TimeMachineFixture) -> None:
    seed_office(at("2026-01-05 08:00"))
    time_machine.move_to(MONDAY, tick=False)


pytestmark = pytest.mark.usefixtures("_office")


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def desk(_office: None) -> Client:
    return signed_in(officer("information_officer"))


def visit(**said: object) -> dict[str, object]:
    return {
        "kunci": new_key(),
        "service": "LHP",
        "channel": "datang",
        "name": "Rahmat Andaian",
        "contact": "0811-0000-0001",
        "question": "Berapa lama prosesnya?",
        "covered": ["a", "e"],
        "given": "Paling lama 14 hari kerja sejak rekomendasi teknis diterima.",
        **said,
    }


def test_a_visit_is_recorded_with_its_answer(desk: Client) -> None:
    answer = desk.post("/meja/konsultasi/baru/", visit())

    talk = Consultation.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, "/meja/konsultasi/")
    assert (talk.channel, talk.name, talk.covered, talk.answered_by, talk.answered_at) == (
        "datang",
        "Rahmat Andaian",
        ["a", "e"],
        officer("information_officer"),
        MONDAY,
    )
    verbs = Entry.objects.filter(chain=f"consultation:{talk.pk}").order_by("seq")
    assert [(entry.verb, entry.by_id) for entry in verbs] == [
        ("consultation.ask", officer("information_officer").pk),
        ("consultation.inform", officer("information_officer").pk),
    ]


def test_a_call_may_be_answered_later(desk: Client) -> None:
    desk.post("/meja/konsultasi/baru/", visit(channel="telepon", given="", covered=[]))

    talk = Consultation.objects.get()
    assert (talk.channel, talk.answered_at) == ("telepon", None)
    assert "Berapa lama prosesnya?" in desk.get("/meja/konsultasi/").content.decode()


def test_a_question_is_answered_with_the_sops_letters_as_a_guide(desk: Client) -> None:
    talk = ask_question(at=MONDAY, text="Apakah hotel kecil perlu izin?")
    html = desk.get(f"/meja/konsultasi/{talk.pk}/").content.decode()

    # Lampiran 1, langkah 2: six lines, verbatim.
    assert re.findall(r'name="covered"\s+value="(\w)"', html) == ["a", "b", "c", "d", "e", "f"]
    assert "Meminta umpan balik atas pemahaman pemohon dan mengucapkan terima kasih" in html

    desk.post(
        f"/meja/konsultasi/{talk.pk}/", {"kunci": new_key(), "given": "Ya, perlu.", "covered": ["b", "d"]}
    )
    talk.refresh_from_db()
    assert (talk.given, talk.covered, talk.answered_by) == (
        "Ya, perlu.",
        ["b", "d"],
        officer("information_officer"),
    )
    html = desk.get(f"/meja/konsultasi/{talk.pk}/").content.decode()
    assert "Menanyakan keperluan pengurusan" in html
    assert "Meminta umpan balik" not in html


def test_a_question_is_answered_once(desk: Client) -> None:
    talk = answer_question(ask_question(at=MONDAY, text="Apa syaratnya?"), at=MONDAY)

    answer = desk.post(f"/meja/konsultasi/{talk.pk}/", {"kunci": new_key(), "given": "Jawaban lain."})

    talk.refresh_from_db()
    assert answer.status_code == 422
    assert "sudah dijawab petugas lain" in answer.content.decode()
    assert talk.given != "Jawaban lain."


@pytest.mark.parametrize(
    "said",
    [
        {"question": " "},
        {"name": ""},
        {"name": "Rahmat \0"},
        {"channel": "daring"},
        {"channel": "burung"},
        {"service": "LAIN"},
        {"covered": ["z"]},
        {"question": "x" * 5001},
    ],
    ids=["question", "name", "nul", "online", "channel", "service", "letter", "long"],
)
def test_a_record_with_a_gap_is_refused_and_keeps_what_was_typed(
    desk: Client, said: dict[str, object]
) -> None:
    answer = desk.post("/meja/konsultasi/baru/", visit(**said))

    assert (answer.status_code, Consultation.objects.count()) == (422, 0)
    assert "Paling lama 14 hari kerja sejak rekomendasi teknis diterima." in answer.content.decode()


@pytest.mark.parametrize("key", ["", "palsu", "a:b"])
def test_a_form_without_our_key_is_shown_again_with_what_was_typed(desk: Client, key: str) -> None:
    answer = desk.post("/meja/konsultasi/baru/", visit(kunci=key))

    assert (answer.status_code, Consultation.objects.count()) == (409, 0)
    html = answer.content.decode()
    assert "Belum tersimpan" in html
    assert "Berapa lama prosesnya?" in html


def test_the_help_desk_records_a_technical_talk_with_step_5_as_its_guide() -> None:
    cs = signed_in(officer("customer_service"))
    html = cs.get("/meja/konsultasi/baru/").content.decode()

    # Lampiran 1, langkah 5: three lines, verbatim.
    assert re.findall(r'name="covered"\s+value="(\w)"', html) == ["1", "2", "3"]
    assert "Memberikan penjelasan teknis terkait persyaratan perizinan" in html
    cs.post("/meja/konsultasi/baru/", visit(covered=["2"]))

    talk = Consultation.objects.get()
    assert (talk.desk, talk.covered, talk.answered_by) == ("helpdesk", ["2"], officer("customer_service"))


def test_a_technical_question_is_handed_on_to_the_help_desk(desk: Client) -> None:
    talk = ask_question(at=MONDAY, text="Bagaimana menghitung beban pencemaran?")
    cs = signed_in(officer("customer_service"))
    assert cs.get(f"/meja/konsultasi/{talk.pk}/").status_code == 404

    desk.post(f"/meja/konsultasi/{talk.pk}/teruskan/", {"kunci": new_key()})

    assert desk.get(f"/meja/konsultasi/{talk.pk}/").status_code == 404
    cs.post(
        f"/meja/konsultasi/{talk.pk}/", {"kunci": new_key(), "given": "Debit dikali kadar.", "covered": []}
    )
    talk.refresh_from_db()
    assert (talk.desk, talk.answered_by) == ("helpdesk", officer("customer_service"))


def test_the_forms_that_were_given_are_on_record(desk: Client) -> None:
    desk.post("/meja/konsultasi/baru/", visit(papers=["F03", "F04"]))

    talk = Consultation.objects.get()
    assert (talk.forms_given, talk.sent_to) == (["F03", "F04"], "")
    html = desk.get(f"/meja/konsultasi/{talk.pk}/").content.decode()
    assert re.findall(r"formulir/(\w+)\.pdf", html) == ["F03", "F04"]


def test_forms_that_go_by_email_are_said_to_and_their_mail_names_the_office(desk: Client) -> None:
    said = visit(papers=["F03", "F04"], channel="telepon", send_to="tamu@contoh.example")
    told = desk.post("/meja/konsultasi/baru/", said, follow=True).content.decode()

    assert "Formulir F03, F04 dan jawaban ini dikirim lewat surel ke tamu@contoh.example." in told
    mail = Notice.objects.get(kind="answered")
    assert mail.text.endswith("\n\nDINAS PENANAMAN MODAL DAN PELAYANAN TERPADU SATU PINTU")
    told = desk.post("/meja/konsultasi/baru/", visit(papers=["F03"]), follow=True).content.decode()
    assert "tersimpan." in told
    assert "dikirim" not in told


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"send_to": "rahmat@contoh.example"}, "Pilih formulir yang dikirim"),
        ({"papers": ["F03"], "send_to": "rahmat(at)contoh"}, "Tulis alamat surel seperti"),
        ({"papers": ["F99"]}, "F99"),
    ],
)
def test_forms_go_only_to_an_address_and_an_address_only_gets_forms(
    desk: Client, said: dict[str, object], told: str
) -> None:
    answer = desk.post("/meja/konsultasi/baru/", visit(**said))

    assert (answer.status_code, Consultation.objects.count()) == (422, 0)
    assert told in answer.content.decode()


def test_a_talk_is_tied_to_the_application_that_came_of_it(desk: Client) -> None:
    talk = answer_question(ask_question(at=MONDAY, text="Apa syaratnya?"), at=MONDAY)
    case = case_at("verify", at=MONDAY)
    Consultation.objects.filter(pk=talk.pk).update(application=None, case=None)
    path = f"/meja/konsultasi/{talk.pk}/tautkan/"

    wrong = desk.post(path, {"kunci": new_key(), "number": "LHP/1999/0001"})
    assert "Tidak ada permohonan dengan nomor itu" in wrong.content.decode()
    assert "LHP/1999/0001" in wrong.content.decode()
    desk.post(path, {"kunci": new_key(), "number": f" {case.registration_number} "})

    talk.refresh_from_db()
    assert (talk.application_id, talk.case_id) == (case.application_id, case.pk)
    again = desk.post(path, {"kunci": new_key(), "number": str(case.registration_number)})
    assert "sudah ditautkan" in again.content.decode()


def test_the_next_officer_reads_a_tied_talk_on_the_page_of_their_task() -> None:
    asked = ask_question(at=MONDAY, text="Apakah saluran lama boleh dipakai lagi?", person=other_applicant())
    talk = answer_question(asked, at=MONDAY)
    case, another = case_at("verify", at=MONDAY), case_at("verify", at=MONDAY)
    Consultation.objects.filter(pk=talk.pk).update(application=case.application, case=case)
    verifier, task = signed_in(officer("verifier")), case.main_task
    assert task is not None

    page = verifier.get(f"/meja/tugas/{task.pk}/").content.decode()
    there = f"/meja/berkas/{case.pk}/?bagian=perbaikan#konsultasi-{talk.pk}"

    for told in (f"{talk.name}, 6 Juli 2026", talk.question, talk.given, there):
        assert told in page
    assert f"/meja/konsultasi/{talk.pk}/" not in page  # a verifier would meet 403 there
    assert f'id="konsultasi-{talk.pk}"' in verifier.get(there).content.decode()
    other = another.main_task
    assert other is not None
    assert talk.question not in verifier.get(f"/meja/tugas/{other.pk}/").content.decode()
    reader = signed_in(officer("information_officer")).get(f"/meja/tugas/{task.pk}/").content.decode()
    assert f'href="/meja/konsultasi/{talk.pk}/"' in reader


def test_only_the_information_officer_answers_and_the_auditor_reads() -> None:
    talk = ask_question(at=MONDAY, text="Apa syaratnya?")
    path = f"/meja/konsultasi/{talk.pk}/"
    said = {"kunci": new_key(), "given": "Jawaban."}

    read = {a: signed_in(officer(a)).get(path).status_code for a in ("auditor", "verifier", "technical_team")}
    wrote = {a: signed_in(officer(a)).post(path, said).status_code for a in read}

    assert read == {"auditor": 200, "verifier": 403, "technical_team": 403}
    assert set(wrote.values()) == {403}
    assert signed_in(applicant()).get(path).status_code == 403
    assert signed_in(officer("auditor")).get("/meja/konsultasi/baru/").status_code == 403
    assert signed_in(officer("auditor")).post("/meja/konsultasi/baru/", visit()).status_code == 403
    assert Client().get(path)["Location"] == f"/akun/masuk/?next={path}"
    assert Consultation.objects.filter(answered_at=None).count() == 1


def test_a_number_without_a_talk_is_not_there(desk: Client) -> None:
    assert desk.get("/meja/konsultasi/99/").status_code == 404
    assert desk.get("/meja/konsultasi/9999999999999999999999/").status_code == 404


def test_the_unanswered_stand_first_the_oldest_on_top(desk: Client) -> None:
    answer_question(ask_question(at=MONDAY, text="Pertanyaan A"), at=MONDAY)
    ask_question(at=TUESDAY, text="Pertanyaan B")
    ask_question(at=MONDAY, text="Pertanyaan C")

    html = desk.get("/meja/konsultasi/").content.decode()

    assert re.findall(r"Pertanyaan [ABC]", html) == ["Pertanyaan C", "Pertanyaan B", "Pertanyaan A"]


def test_thirty_talks_cost_the_queries_of_one(desk: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert desk.get("/meja/konsultasi/").status_code == 200
        return len(captured)

    def talk(number: int) -> None:
        ask_question(at=MONDAY, text=f"Pertanyaan {number}")
        answer_question(ask_question(at=MONDAY, text=f"Pertanyaan lain {number}"), at=MONDAY)

    talk(0)
    queries()  # what is remembered in the process is remembered now
    one = queries()
    for number in range(1, 30):
        talk(number)

    assert queries() == one
