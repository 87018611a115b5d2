"""What the office must tell everybody: standard, SOP book, self-check, privacy, the screen in the hall."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from time_machine import TimeMachineFixture

from muara.people.actions import end_holding
from muara.people.models import Holding, Office
from muara.web.demo import seed_office
from tests.clock import MONDAY, at
from tests.web.test_public import SERVICE, plain, text_of

# UU 25/2009, Pasal 21, letters a to n, as domain.md 6.2 lists them.
FOURTEEN = (
    "dasar hukum",
    "persyaratan",
    "sistem, mekanisme, dan prosedur",
    "jangka waktu penyelesaian",
    "biaya/tarif",
    "produk pelayanan",
    "sarana, prasarana, dan/atau fasilitas",
    "kompetensi pelaksana",
    "pengawasan internal",
    "penanganan pengaduan, saran, dan masukan",
    "jumlah pelaksana",
    "jaminan pelayanan",
    "jaminan keamanan dan keselamatan pelayanan",
    "evaluasi kinerja pelaksana",
)


@pytest.fixture(autouse=True)
def office(db: None, blobs: object, time_machine: TimeMachineFixture) -> Office:
    made = seed_office(at("2026-01-05 08:00"))
    time_machine.move_to(MONDAY, tick=False)
    return made


# --- the service standard ---------------------------------------------------------------------------


def test_the_standard_has_the_fourteen_components_of_the_law(client: Client) -> None:
    page = client.get(f"{SERVICE}standar/").content.decode()
    titles = {
        letter: plain(rest).removeprefix(letter).strip().lower()
        for letter, rest in re.findall(r'id="huruf-(\w)">\s*<h3[^>]*>(.*?)</h3>', page, re.DOTALL)
    }

    assert titles == dict(zip("abcdefghijklmn", FOURTEEN, strict=True))


def test_the_standard_counts_the_people_who_hold_each_actor_today(client: Client) -> None:
    def counted(label: str) -> str:
        page = client.get(f"{SERVICE}standar/").content.decode()
        found = re.search(rf"<td>{label}</td>\s*<td[^>]*>(\d+)</td>", page)
        assert found
        return found[1]

    assert counted("Petugas Verifikasi") == "1"

    end_holding(
        Holding.objects.get(actor="verifier").pk,
        ends=at("2026-01-31").date(),
        reason="",
        by=None,
        at=at("2026-01-30 08:00"),
    )

    assert counted("Petugas Verifikasi") == "0"


def test_a_pledge_that_was_not_established_is_not_claimed(client: Client, office: Office) -> None:
    office.pledge, office.pledge_day = "", None
    office.save()

    assert "belum menetapkan maklumat pelayanannya" in text_of(client, f"{SERVICE}standar/")


def test_the_standard_says_that_its_review_is_overdue(client: Client) -> None:
    # In force from 7 June 2017 (the SOP), reviewed every three years (PP 96/2012, Pasal 33; domain 6.2).
    assert "seharusnya sudah dilakukan 7 Juni 2020" in text_of(client, f"{SERVICE}standar/")


# --- the SOP as a book ------------------------------------------------------------------------------


def test_the_book_prints_every_section_and_every_step(client: Client) -> None:
    page = client.get(f"{SERVICE}sop/").content.decode()
    words = plain(page)

    assert re.findall(r'id="bagian-(\w)"', page) == list("ABCDEFGHIJKLMNOPQRSTU")
    assert [int(number) for number in re.findall(r'id="langkah-(\d+)"', page)] == list(range(1, 19))
    for printed in (
        "Menyerahkan kuesioner survey kepuasan pelanggan.",
        "Peraturan Presiden No. 87 Tahun 2014",
        "Tidak menerima berkas sebelum ada bukti / persetujuan dari CS",
        "Brosur/pamflet & Buku SOP",
    ):
        assert printed in words


# --- the self-check ---------------------------------------------------------------------------------

MINE = {
    "where": "sea",
    "how": "regular",
    "what": "no",
    "sector": "no",
    "place": "near",
    "approval": "yes",
}


def checked(client: Client, **changed: str) -> str:
    answer = client.get(f"{SERVICE}cek-mandiri/", {**MINE, **changed, "periksa": "1"})
    assert answer.status_code == 200
    return plain(answer.content.decode())


def test_fitting_answers_lead_to_an_application(client: Client) -> None:
    words = checked(client)

    assert "Tampaknya ya, izin ini untuk Anda" in words
    assert "Mulai permohonan" in words


@pytest.mark.parametrize(
    ("question", "answer", "said"),
    [
        # SOP F.3 and F.4; PP 22/2021, Pasal 221.
        ("where", "elsewhere", "hanya untuk pembuangan ke laut"),
        ("what", "yes", "mengandung radioaktif tidak termasuk izin ini"),
        ("sector", "yes", "minyak dan gas bumi gubernur tidak berwenang"),
        ("place", "far", "Lebih dari 12 mil laut dari garis pantai adalah kewenangan Menteri"),
    ],
)
def test_what_is_not_this_permit_is_said_with_the_reason(
    client: Client, question: str, answer: str, said: str
) -> None:
    words = checked(client, **{question: answer, "approval": "no"})

    assert "Tampaknya bukan izin ini" in words
    assert said in words
    assert "Mulai permohonan" not in words


def test_a_doubt_leads_to_an_officer(client: Client) -> None:
    words = checked(client, place="nusantara")

    assert "Mungkin. Tanyakan dahulu" in words
    assert "Tetap mulai permohonan" in words


def test_an_unanswered_question_keeps_the_other_answers(client: Client) -> None:
    answer = client.get(f"{SERVICE}cek-mandiri/", {"where": "sea", "periksa": "1"})
    page = answer.content.decode()

    assert answer.status_code == 422
    assert "Pilih salah satu jawaban." in plain(page)
    assert re.search(r'value="sea"[^>]*checked', page)


# --- privacy ----------------------------------------------------------------------------------------


def test_the_privacy_notice_names_whom_to_ask(client: Client, office: Office) -> None:
    assert "hubungi Pandu Misalkan, petugas pelindungan data pribadi" in text_of(client, "/privasi/")

    office.privacy_contact = ""
    office.save()

    assert "Petugas pelindungan data pribadi belum ditunjuk" in text_of(client, "/privasi/")


# --- the screen in the hall -------------------------------------------------------------------------


def test_the_screen_in_the_hall_shows_the_same_pages_without_accounts(client: Client) -> None:
    assert "Sentuh yang ingin Anda ketahui" in text_of(client, "/layar/?pasang=1")

    page = client.get(SERVICE).content.decode()
    assert 'data-idle-home="/layar/?pasang=1"' in page
    assert "Buat akun" not in page
    assert "/akun/masuk/" not in page

    other = Client()
    other.get("/layar/")
    assert "data-idle-home" not in other.get(SERVICE).content.decode()
    client.get("/layar/keluar/")
    assert "data-idle-home" not in client.get(SERVICE).content.decode()
