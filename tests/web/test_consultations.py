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
from muara.people.models import User
from muara.web.acts import new_key
from muara.web.demo import answer_question, applicant, ask_question, officer, seed_office
from tests.clock import MONDAY, TUESDAY, at


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
