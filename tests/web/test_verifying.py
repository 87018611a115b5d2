"""Verification by anybody: opened codes are counted, files held against the register, the register open."""

from __future__ import annotations

import csv
import io
import json
import random
import secrets
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries, Settings
from time_machine import TimeMachineFixture

from muara.documents.letters import pdf
from muara.documents.store import BlobStore
from muara.people.models import Office, office_day
from muara.permits.models import Lookups, Permit
from muara.web.demo import COMPANIES, sample_pdf, seed_signing, sign_electronically
from tests.clock import MONDAY, at
from tests.remembered import case_at
from tests.web.test_public import plain, text_of

NOW = at("2026-07-20 09:00")


@pytest.fixture(autouse=True)
def _day(office: Office, time_machine: TimeMachineFixture) -> None:
    time_machine.move_to(NOW, tick=False)


def issued(company: str = COMPANIES[0]) -> Permit:
    return case_at("hand_over", at=MONDAY, company=company).permit


def bytes_of(sha256: str) -> bytes:
    return BlobStore().path(sha256).read_bytes()


def printed(permit: Permit) -> bytes:
    """The decree as the system prints it for its signature, copy 2."""
    return bytes_of(pdf(permit.draft.copies.get(number=2).letter).sha256)


def told(client: Client, content: bytes, *, page: str = "/izin/cocokkan/", name: str = "izin.pdf") -> str:
    answer = client.post(page, {"berkas": SimpleUploadedFile(name, content)})
    assert answer.status_code == 200
    (result,) = answer.content.decode().split('role="status"')[1:]
    return plain(result.partition("</section>")[0])


# --- the code of the QR ------------------------------------------------------------------------------


def test_each_opening_of_a_code_is_counted_by_day_and_nothing_else_is_kept(
    client: Client, time_machine: TimeMachineFixture
) -> None:
    permit = issued()
    page = f"/izin/{permit.draft.token}/"
    client.get(page)
    client.head(page)
    time_machine.move_to(at("2026-07-21 09:00"), tick=False)

    shown = text_of(client, page)

    assert list(Lookups.objects.values_list("day", "times")) == [
        (office_day(NOW), 1),
        (office_day(at("2026-07-21 09:00")), 1),
    ]
    assert {field.name for field in Lookups._meta.get_fields()} == {"id", "draft", "day", "times"}
    assert "Kode ini sudah dibuka 2 kali" in shown
    assert "cocokkan alamatnya huruf demi huruf" in shown


def mutations(token: str, *, among: random.Random) -> list[str]:
    """The same code with a character another, missing, doubled or written otherwise; and what is no code."""
    place = among.randrange(len(token))
    other = among.choice([char for char in "0123456789abcdef" if char != token[place]])
    return [
        token[:place] + other + token[place + 1 :],
        token[:place] + token[place + 1 :],
        token[:place] + token[place] + token[place:],
        token.upper() if token.upper() != token else f"{token}a",
        f"{token} ",
        f"{token}\0",
        token.replace(token[place], "\N{FULLWIDTH DIGIT ONE}"),
        f"%{token[1:]}",
        "_" * 32,
        secrets.token_hex(16),
    ]


def test_no_random_or_mutated_code_opens_a_permit(client: Client) -> None:
    token = issued().draft.token
    among = random.Random(6)

    for wrong in {code for _ in range(20) for code in mutations(token, among=among)} - {token}:
        answer = client.get(f"/izin/{wrong}/".replace("%", "%25"))
        assert answer.status_code == 404, wrong
    assert not Lookups.objects.exists()


# --- a file against the register ---------------------------------------------------------------------


def test_the_scan_that_we_keep_is_recognised_by_its_bytes(client: Client) -> None:
    permit = issued()
    assert permit.scan is not None

    result = told(client, bytes_of(permit.scan.sha256))

    assert "Sama dengan yang kami simpan" in result
    assert permit.number.text in result
    assert "Keadaan hari ini Berlaku" in result


def test_one_byte_more_makes_it_another_file(client: Client) -> None:
    permit = issued()
    assert permit.scan is not None

    result = told(client, bytes_of(permit.scan.sha256) + b"\n")

    assert "Tidak dikenal" in result
    assert permit.number.text not in result


def test_a_print_of_ours_is_no_permit_and_a_changed_one_is_told_from_it(client: Client) -> None:
    permit = issued()
    ours = printed(permit)

    assert "Cetakan dari sistem kami" in told(client, ours)
    changed = told(client, ours + b"\n% changed\n%%EOF\n")
    assert "Menyebut surat kami, tetapi bukan berkas kami" in changed
    assert permit.number.text in changed


def test_a_file_that_only_names_our_number_is_not_ours(client: Client) -> None:
    permit = issued()

    result = told(client, sample_pdf(f"Izin nomor {permit.number.text} untuk siapa saja"))

    assert "Menyebut surat kami, tetapi bukan berkas kami" in result
    assert permit.company in result


def test_another_permits_file_below_this_permit_is_told_as_that(client: Client) -> None:
    this, other = issued(), issued(COMPANIES[1])
    assert other.scan is not None

    result = told(client, bytes_of(other.scan.sha256), page=f"/izin/{this.draft.token}/cocokkan/")

    assert "Ini surat lain" in result
    assert other.number.text in result


def test_an_applicants_own_papers_are_not_given_away_by_their_bytes(client: Client) -> None:
    permit = issued()
    paper = permit.case.application.attachments.order_by("pk")[0].blob

    assert "Tidak dikenal" in told(client, bytes_of(paper.sha256))


def test_another_letter_of_ours_is_told_by_its_kind_and_nothing_more(client: Client) -> None:
    permit = issued()
    case = permit.case
    private = [permit.company, permit.number.text, str(case.registration_number)]
    for kind, said in {
        "receipt": "Tanda terima berkas permohonan",
        "cover_letter": "Surat pengantar ke OPD",
        "rights_and_duties": "Lembar hak dan kewajiban",
    }.items():
        letter = case.letters.get(kind=kind).letter

        result = told(client, bytes_of(pdf(letter).sha256))

        assert "Surat kami, tetapi bukan izin" in result
        assert f"Jenisnya: {said}" in result
        assert [text for text in private if text in result] == []


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "Berkas ini kosong (0 bita)."),
        (b"PK\x03\x04", "Isi berkas ini bukan PDF, JPEG, atau PNG."),
        (b"%PDF-" + b"0" * 2000, "Berkas ini lebih besar dari"),
    ],
    ids=["empty", "a zip", "too large"],
)
def test_what_cannot_be_compared_is_refused(
    client: Client, settings: Settings, content: bytes, sentence: str
) -> None:
    settings.MUARA_UPLOAD_LIMIT = 1000

    answer = client.post("/izin/cocokkan/", {"berkas": SimpleUploadedFile("izin.pdf", content)})

    assert answer.status_code == 422
    assert sentence in plain(answer.content.decode())


@pytest.mark.parametrize("content", [b"%PDF-1.7\nrubbish", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"])
def test_a_broken_file_is_unknown_and_breaks_nothing(client: Client, content: bytes, blobs: Path) -> None:
    assert "Tidak dikenal" in told(client, content)
    assert list((blobs / "incoming").iterdir()) == []


# --- an electronic original --------------------------------------------------------------------------


def test_an_electronic_original_is_judged_by_its_signatures_and_the_register(client: Client) -> None:
    seed_signing(MONDAY)
    sign_electronically(MONDAY - timedelta(days=3))
    permit = issued()
    assert permit.scan is not None
    ours = bytes_of(permit.scan.sha256)

    result = told(client, ours)

    assert "tanda tangan dan segel utuh, sama dengan register" in result
    assert permit.number.text in result
    altered = {
        "a byte after the seal": ours + b"\n",
        "a byte of the decree": ours[:1000] + bytes([ours[1000] ^ 1]) + ours[1001:],
        "cut after the official's signature": ours[: ours.index(b"%%EOF", ours.index(b"/ByteRange")) + 6],
    }
    for spoilt, content in altered.items():
        result = told(client, content)
        assert "Menyebut surat kami, tetapi bukan berkas kami" in result, spoilt
        assert "Tanda tangan elektronik pada berkas ini" in result, spoilt
        assert permit.number.text in result, spoilt


# --- the open register -------------------------------------------------------------------------------


def test_the_register_is_searched_by_number_and_holder_and_shows_no_persons_number(client: Client) -> None:
    first, second = issued(), issued(COMPANIES[1])
    waiting = case_at("number", at=MONDAY, company=COMPANIES[2])

    everything = text_of(client, "/izin/register/")
    found = text_of(client, f"/izin/register/?cari={second.company}")

    assert {first.number.text in everything, second.number.text in everything} == {True}
    assert COMPANIES[2] not in everything
    assert "1 izin memuat" in found
    assert first.number.text not in found
    assert waiting.application.data["company_npwp"] not in everything
    assert "Tidak ada izin yang cocok" in text_of(client, "/izin/register/?cari=%00")


def test_the_open_data_says_what_it_is_and_holds_no_formula(client: Client) -> None:
    permit = issued()
    Permit.objects.filter(pk=permit.pk).update(company="=HYPERLINK(1)")

    rows = list(
        csv.DictReader(
            io.StringIO(client.get("/izin/register/register-izin.csv").content.decode("utf-8-sig"))
        )
    )
    data = json.loads(client.get("/izin/register/register-izin.json").content)

    assert [row["pemegang"] for row in rows] == ["'=HYPERLINK(1)"]
    assert (data["lisensi"], data["izin"][0]["nomor_izin"]) == ("CC BY 4.0", permit.number.text)
    assert [column["nama"] for column in data["kolom"]] == list(rows[0]) == list(data["izin"][0])
    assert client.get("/izin/register/register-izin.exe").status_code == 404


@pytest.mark.slow
def test_four_permits_cost_the_queries_of_one(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    permit = issued()
    client.get("/izin/register/")
    with CaptureQueriesContext(connection) as one:
        client.get("/izin/register/")
    for company in COMPANIES[1:4]:
        issued(company)

    with django_assert_num_queries(len(one)):
        shown = text_of(client, "/izin/register/")
    assert "4 izin." in shown
    assert permit.number.text in shown
