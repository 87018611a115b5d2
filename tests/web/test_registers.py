"""The register books: every entry in its place, to read, to take along, to print."""

from __future__ import annotations

import csv
import io
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from time_machine import TimeMachineFixture

from muara.cases.models import Recommendation, Referral
from muara.contacts.actions.complaints import Filing, file_complaint
from muara.contacts.models import Complaint, ComplaintConcern
from muara.people.models import Office
from muara.people.rules import ADMINISTRATOR, AUDITOR, COMPLAINT_MANAGER
from muara.permits.models import Permit
from muara.web.demo import officer
from tests.clock import MONDAY
from tests.remembered import case_at

pytestmark = [pytest.mark.django_db, pytest.mark.both]


@pytest.fixture(autouse=True)
def _now(time_machine: TimeMachineFixture) -> None:
    time_machine.move_to(MONDAY + timedelta(days=1), tick=False)


def as_(actor: str) -> Client:
    client = Client()
    client.force_login(officer(actor))
    return client


def entries(book: str, actor: str = "registrar", asked: str = "") -> list[dict[str, str]]:
    answer = as_(actor).get(f"/meja/buku/{book}/?unduh=csv{asked}")
    assert answer.status_code == 200
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


def test_a_case_that_went_all_the_way_stands_in_the_books(office: Office) -> None:
    case = case_at("end", at=MONDAY)
    referral, permit = Referral.objects.get(case=case), Permit.objects.get(case=case)
    recommendation = Recommendation.objects.get(referral=referral)

    [came_in] = entries("surat-masuk")
    assert came_in["Nomor agenda"] == recommendation.agenda_number
    assert came_in["Nomor surat"] == recommendation.letter_number
    assert came_in["Diterima"] == str(recommendation.received_on)
    assert came_in["Dari"] == str(referral.agency)
    went_out = entries("surat-keluar")
    assert [row["Nomor surat"] for row in went_out if row["Kepada"] == str(referral.agency)] == [
        referral.letter_number
    ]
    [decided] = entries("keputusan")
    assert (decided["Nomor"], decided["Jenis"], decided["Berkas"]) == (str(permit), "Izin", str(case))
    assert decided["Berlaku sampai"] == str(permit.expires_on)
    assert entries("nomor-batal") == []
    assert entries("keputusan", asked="&periode=bebas&dari=2020-01-01&sampai=2020-12-31") == []


def test_a_formula_as_a_companys_name_stays_a_text(office: Office) -> None:
    case = case_at("end", at=MONDAY)
    Permit.objects.filter(case=case).update(company="=HYPERLINK(1)")

    [row] = entries("keputusan")

    assert row["Atas nama"] == "'=HYPERLINK(1)"
    assert as_("registrar").get("/meja/buku/keputusan/?unduh=xlsx").content.startswith(b"PK")


def test_the_book_of_complaints_names_nobody_and_tells_whom_it_concerns_nothing(office: Office) -> None:
    for name in ("Laras Pengandaian", "Wira Rekaan"):
        file_complaint(
            Filing(
                kind="pengaduan", category="perilaku", text=f"{name} kecewa.", name=name, confidential=True
            ),
            at=MONDAY,
        )
    first, second = Complaint.objects.order_by("serial")
    ComplaintConcern.objects.create(complaint=first, user=officer(COMPLAINT_MANAGER))

    for kind in ("csv", "pdf"):
        answer = as_(AUDITOR).get(f"/meja/buku/pengaduan/?unduh={kind}")
        assert b"Laras" not in answer.content
    assert "Laras" not in as_(AUDITOR).get("/meja/buku/pengaduan/").content.decode()
    assert [row["Nomor"] for row in entries("pengaduan", AUDITOR)] == [first.number, second.number]
    assert [row["Nomor"] for row in entries("pengaduan", COMPLAINT_MANAGER)] == [second.number]


@pytest.mark.parametrize(
    ("actor", "letters", "complaints"),
    [
        ("registrar", 200, 403),
        ("customer_service", 200, 403),
        (COMPLAINT_MANAGER, 200, 200),
        (AUDITOR, 200, 200),
        ("technical_team", 403, 403),
        (ADMINISTRATOR, 403, 403),
    ],
)
def test_who_opens_which_book(office: Office, actor: str, letters: int, complaints: int) -> None:
    client = as_(actor)
    for kind in ("", "?unduh=csv", "?unduh=pdf"):
        assert client.get(f"/meja/buku/surat-masuk/{kind}").status_code == letters
        assert client.get(f"/meja/buku/pengaduan/{kind}").status_code == complaints
    assert client.get("/meja/buku/tak-ada/").status_code == 404


def test_bad_days_are_told_and_an_unknown_form_is_not_there(office: Office) -> None:
    client = as_("registrar")
    answer = client.get("/meja/buku/rapat/?periode=bebas&dari=2026-05-01&sampai=2026-04-01")
    assert answer.status_code == 422
    assert "Tanggal akhir harus sama dengan atau sesudah tanggal mulai." in answer.content.decode()
    assert client.get("/meja/buku/rapat/?unduh=exe").status_code == 404
    assert client.get("/meja/buku/rapat/?halaman=999").status_code == 200


def test_the_printed_book_numbers_its_pages_and_closes_with_its_count(office: Office, tmp_path: Path) -> None:
    case = case_at("end", at=MONDAY)

    def printed(asked: str) -> str:
        paper = tmp_path / "buku.pdf"
        paper.write_bytes(as_("registrar").get(f"/meja/buku/keputusan/?unduh=pdf{asked}").content)
        done = subprocess.run(
            ["pdftotext", "-layout", str(paper), "-"], capture_output=True, text=True, check=True
        )
        return " ".join(done.stdout.split())

    running = printed("")
    assert "Cetakan sementara." in running
    assert "Halaman 1 dari 1" in running
    assert str(case) in running
    closed = printed(f"&periode=bebas&dari=2026-01-01&sampai={MONDAY:%Y-%m-%d}")
    assert "Buku register ini ditutup pada 7 Juli 2026" in closed
    assert "dengan jumlah 1 (satu) entri" in closed


def test_a_book_asks_as_much_of_many_entries_as_of_one(office: Office) -> None:
    client = as_("registrar")

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get("/meja/buku/surat-keluar/").status_code == 200
        return len(queries)

    case_at("deliver", at=MONDAY)
    first = asked()
    for _ in range(4):
        case_at("deliver", at=MONDAY)
    assert asked() == first
