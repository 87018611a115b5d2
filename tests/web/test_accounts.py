"""Signing up, in and out: an applicant's account, and where each person lands."""

from __future__ import annotations

import re

import pytest
from django.core import mail
from django.test import Client
from time_machine import TimeMachineFixture

from muara.people.actions.notices import send_due
from muara.people.models import User
from muara.steps.notices import is_still_theirs
from muara.web.demo import PASSWORD, applicant, officer, seed_office
from tests.clock import MONDAY, at

NEW = {
    "name": "Budi Misalnya",
    "email": "pemohon.baru@contoh.example",
    "phone": "0811 0000 0002",
    "password1": "muara-sungai-laut",
    "password2": "muara-sungai-laut",
}


@pytest.fixture
def _office(db: None, blobs: object, time_machine: TimeMachineFixture) -> None:
    seed_office(at("2026-01-05 08:00"))
    time_machine.move_to(MONDAY, tick=False)


pytestmark = pytest.mark.usefixtures("_office")


def test_a_new_account_opens_the_portal_once_its_address_is_confirmed(client: Client) -> None:
    answer = client.post("/akun/daftar/", NEW)

    assert (answer.status_code, answer["Location"]) == (302, "/akun/surel/terkirim/")
    made = User.objects.get(email="pemohon.baru@contoh.example")
    assert (made.name, made.phone, made.actors(MONDAY)) == ("Budi Misalnya", "+6281100000002", frozenset())
    assert client.get("/permohonan/").status_code == 302

    list(send_due(clock=lambda: MONDAY, still_theirs=is_still_theirs))
    (letter,) = mail.outbox
    link = re.search(r"/akun/surel/konfirmasi/[^\s]+", str(letter.body))
    assert link is not None
    confirmed = client.post(link[0])

    assert (confirmed.status_code, confirmed["Location"]) == (302, "/permohonan/")
    assert client.get("/permohonan/").status_code == 200


def test_registering_with_an_existing_address_looks_like_any_other_and_warns_its_owner(
    client: Client,
) -> None:
    taken = client.post("/akun/daftar/", NEW | {"email": "sari@contoh.example"})

    assert (taken.status_code, taken["Location"]) == (302, "/akun/surel/terkirim/")
    assert User.objects.filter(email="sari@contoh.example").count() == 1
    list(send_due(clock=lambda: MONDAY, still_theirs=is_still_theirs))
    (letter,) = mail.outbox
    assert letter.to == ["sari@contoh.example"]
    assert "konfirmasi" not in str(letter.body)
    assert applicant().name == "Sari Contohwati"


def test_an_outsiders_failed_attempts_do_not_lock_an_official_out() -> None:
    outsider, head = Client(REMOTE_ADDR="10.9.9.9"), Client(REMOTE_ADDR="10.1.1.1")
    address = officer("head_of_office").email

    pages = [
        outsider.post("/akun/masuk/", {"login": address, "password": f"tebakan-nomor-{number}"})
        for number in range(11)
    ]

    # Whoever guesses is stopped …
    assert "Terlalu banyak percobaan masuk yang gagal" in pages[-1].content.decode()
    answer = head.post("/akun/masuk/", {"login": address, "password": PASSWORD})
    assert (answer.status_code, answer["Location"]) == (302, "/meja/")  # … the official is not


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("name", "Budi \N{GRINNING FACE}", "tidak dapat dicetak pada surat"),
        ("name", "Budi\x00", "tidak diizinkan"),
        ("name", "   ", "Tuliskan nama Anda."),
        ("phone", "12345", "awalan 0 atau +62"),
        ("password2", "muara-sungai-lain", "sama"),
        ("password1", "pendek", "Kedua kata sandi tidak sama"),
    ],
)
def test_an_account_with_a_slip_is_not_made_and_keeps_what_was_typed(
    client: Client, field: str, typed: str, said: str
) -> None:
    before = User.objects.count()

    page = client.post("/akun/daftar/", NEW | {field: typed}).content.decode()

    assert User.objects.count() == before
    errors = " ".join(re.findall(r'govuk-error-message">(.*?)</p>', page, re.DOTALL))
    assert said in errors
    assert 'value="0811 0000 0002"' in page or field == "phone"


@pytest.mark.parametrize(
    ("actor", "lands"),
    [
        ("customer_service", "/meja/"),
        ("technical_team", "/meja/"),
        ("administrator", "/kantor/"),
        ("auditor", "/meja/berkas/"),
    ],
)
def test_an_officer_lands_where_the_work_is(client: Client, actor: str, lands: str) -> None:
    answer = client.post("/akun/masuk/", {"login": officer(actor).email, "password": PASSWORD})

    assert (answer.status_code, answer["Location"]) == (302, lands)


def test_an_applicant_lands_in_the_portal_or_where_they_were_going(client: Client) -> None:
    typed = {"login": applicant().email.upper(), "password": PASSWORD}

    assert client.post("/akun/masuk/", typed)["Location"] == "/permohonan/"
    client.post("/akun/keluar/")
    going = client.post("/akun/masuk/?next=/permohonan/baru/", typed | {"next": "/permohonan/baru/"})
    assert going["Location"] == "/permohonan/baru/"


def test_a_wrong_password_opens_nothing_and_says_so_in_indonesian(client: Client) -> None:
    answer = client.post("/akun/masuk/", {"login": applicant().email, "password": "salah-sama-sekali"})

    assert answer.status_code == 200
    assert "tidak benar" in answer.content.decode() or "salah" in answer.content.decode()
    assert client.get("/permohonan/").status_code == 302


def test_signing_out_closes_the_portal(client: Client) -> None:
    client.force_login(applicant())

    assert client.post("/akun/keluar/")["Location"] == "/"
    assert client.get("/permohonan/")["Location"] == "/akun/masuk/?next=/permohonan/"


def test_a_forgotten_password_is_set_anew_by_the_link_in_the_letter(client: Client) -> None:
    client.post("/akun/lupa/", {"email": applicant().email})

    assert not mail.outbox  # the page spoke to no mail server
    list(send_due(clock=lambda: MONDAY, still_theirs=is_still_theirs))
    (letter,) = mail.outbox
    found = re.search(r"/akun/lupa/[^\s]+", str(letter.body))
    assert found is not None
    page = client.get(found[0], follow=True)
    (shown, _) = page.redirect_chain[-1]
    client.post(shown, {"password1": "laut-sungai-muara", "password2": "laut-sungai-muara"})
    again = client.post("/akun/masuk/", {"login": applicant().email, "password": "laut-sungai-muara"})
    assert again["Location"] == "/permohonan/"


@pytest.mark.django_db
def test_the_sign_in_page_leads_to_a_forgotten_password() -> None:
    page = Client().get("/akun/masuk/").content.decode()

    assert 'href="/akun/lupa/"' in page
    assert "Paling sedikit 12 huruf" not in page
