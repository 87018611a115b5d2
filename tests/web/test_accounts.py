"""Signing up, in and out: an applicant's account, and where each person lands."""

from __future__ import annotations

import re

import pytest
from django.core import mail
from django.test import Client
from pytest_django import Settings
from time_machine import TimeMachineFixture

from muara.audit.models import Entry
from muara.people.actions import Refused, change_own_details
from muara.people.actions.notices import send_due
from muara.people.models import User
from muara.steps.notices import is_still_theirs
from muara.web.acts import new_key
from muara.web.demo import PASSWORD, applicant, officer, seed_office
from tests.clock import MONDAY, at
from tests.remembered import case_at
from tests.web.page_forms import forms_on

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


def test_the_demonstration_offers_its_people_at_the_door_and_nothing_else_does(
    client: Client, settings: Settings
) -> None:
    assert "Akun contoh" not in client.get("/akun/masuk/?akun=kasi").content.decode()
    settings.MUARA_DEMO = True

    page = client.get("/akun/masuk/?next=/meja/berkas/&akun=kasi").content.decode()

    assert "Kepala Seksi Layanan" in page
    assert "?next=%2Fmeja%2Fberkas%2F&amp;akun=kabid" in page
    (form,) = [one for one in forms_on(client.get("/akun/masuk/?akun=kasi")) if "login" in one.names]
    assert (form.values["login"], form.values["password"]) == (["kasi@contoh.example"], [PASSWORD])
    assert client.post("/akun/masuk/", form.filled()).status_code == 302
    stranger = client.get("/akun/masuk/?akun=siapa%22%3E").content.decode()
    assert 'value="siapa' not in stranger


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


# --- one's own name and telephone -----------------------------------------------------------------------


def test_an_owner_corrects_their_name_and_number_on_record(client: Client) -> None:
    sari = applicant()
    client.force_login(sari)
    assert 'href="/akun/data/"' in client.get("/akun/").content.decode()
    typed = {"kunci": new_key(), "name": " Sari  Contohwati, S.T. ", "phone": "0811 0000 0009"}

    assert client.post("/akun/data/", typed)["Location"] == "/akun/"
    assert client.post("/akun/data/", typed)["Location"] == "/akun/"  # the same press twice

    sari.refresh_from_db()
    assert (sari.name, sari.phone) == ("Sari Contohwati, S.T.", "+6281100000009")
    [entry] = Entry.objects.filter(chain=f"user:{sari.pk}")
    assert (entry.verb, entry.by_id) == ("user.change", sari.pk)
    assert '"fields":["name","phone"]' in entry.text
    assert "Sari" not in entry.text  # names stand in the erasable note only
    assert (
        entry.note == "name: Sari Contohwati → Sari Contohwati, S.T.; phone: +628110000001 → +6281100000009"
    )


def test_what_was_submitted_and_printed_keeps_the_name_of_its_time(client: Client) -> None:
    case = case_at("verify", at=MONDAY)
    receipt = case.letters.get(kind="receipt").letter
    before = (receipt.content, case.application.submissions.get().content)
    client.force_login(applicant())

    client.post("/akun/data/", {"kunci": new_key(), "name": "Sari Baruwati", "phone": "081100000009"})

    assert applicant().name == "Sari Baruwati"
    receipt.refresh_from_db()
    assert (receipt.content, case.application.submissions.get().content) == before
    assert "Sari Contohwati" in receipt.content


def test_an_official_changes_only_their_number(client: Client) -> None:
    head = officer("head_of_office")
    client.force_login(head)
    assert 'name="name"' not in client.get("/akun/data/").content.decode()

    client.post("/akun/data/", {"kunci": new_key(), "name": "Nama Lain", "phone": "081100000009"})

    head.refresh_from_db()
    assert (head.name, head.phone) == ("Guntur Andaian", "+6281100000009")
    with pytest.raises(Refused, match="Minta administrator"):
        change_own_details(name="Nama Lain", phone="081100000009", by=head, at=MONDAY)


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("name", "  ", "Tuliskan nama Anda."),
        ("name", "Budi \N{GRINNING FACE}", "tidak dapat dicetak pada surat"),
        ("phone", "12345", "awalan 0 atau +62"),
        ("phone", "", "Tuliskan nomor telepon"),
    ],
)
def test_a_slip_changes_nothing_of_an_account_and_keeps_what_was_typed(
    client: Client, field: str, typed: str, said: str
) -> None:
    client.force_login(applicant())
    right = {"kunci": new_key(), "name": "Sari Baruwati", "phone": "081100000009"}

    answer = client.post("/akun/data/", right | {field: typed})

    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert ("Sari Baruwati" if field == "phone" else "081100000009") in answer.content.decode()
    assert applicant().name == "Sari Contohwati"
    assert not Entry.objects.filter(chain=f"user:{applicant().pk}").exists()


def test_the_password_is_called_the_same_when_it_is_asked_again(client: Client) -> None:
    client.force_login(applicant())
    page = client.get("/akun/sandi-lagi/").content.decode()
    assert re.search(r"<label[^>]*>\s*Kata sandi\s*</label>", page)
