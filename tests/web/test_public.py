"""What anybody may read: the services, a permit's authenticity, and the pages of refusal."""

from __future__ import annotations

import html
import re
from datetime import timedelta

import pytest
from django.test import Client, RequestFactory
from pytest_django import Settings
from time_machine import TimeMachineFixture

from muara.cases.actions import take_over
from muara.cases.models import Case, Draft, Task
from muara.people.models import office_day
from muara.permits.models import Permit
from muara.steps.actions import approval, drafting, issuance
from muara.steps.letters import proposed_wording
from muara.web import public
from muara.web.demo import applicant, officer, seed_office
from tests.clock import MONDAY, at
from tests.remembered import case_at

SERVICE = "/layanan/pembuangan-air-limbah-ke-laut/"
# domain.md 2.5, item 3, word for word.
BANNER = (
    "Sejak PP 22/2021, pembuangan air limbah ke laut diatur melalui Persetujuan Teknis dan SLO; layanan ini "
    "mengikuti SOP-LP2N-LHP-02 rev. 03. Konfirmasikan rezim yang berlaku kepada petugas."
)


@pytest.fixture
def _office(db: None, blobs: object, time_machine: TimeMachineFixture) -> None:
    seed_office(at("2026-01-05 08:00"))
    time_machine.move_to(MONDAY, tick=False)


def text_of(client: Client, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status
    return plain(answer.content.decode())


def plain(page: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


@pytest.mark.usefixtures("_office")
def test_the_front_page_names_the_service_its_promise_and_the_motto(client: Client) -> None:
    page = client.get("/").content.decode()

    assert f'href="{SERVICE}"' in page
    assert "14 hari kerja sejak rekomendasi teknis diterima" in plain(page)
    assert "C epat, E mpaty, R amah, a D il dan p AS ti" in plain(page)


@pytest.mark.usefixtures("_office")
def test_a_revision_that_is_not_yet_in_force_is_not_offered(
    client: Client, time_machine: TimeMachineFixture
) -> None:
    time_machine.move_to(at("2017-06-06 09:00"), tick=False)  # the SOP is in force from 7 June 2017

    assert SERVICE not in client.get("/").content.decode()
    assert client.get(SERVICE).status_code == 404


@pytest.mark.usefixtures("_office")
def test_the_service_page_tells_all_that_the_sop_tells(client: Client) -> None:
    page = client.get(SERVICE).content.decode()
    words = plain(page)

    assert BANNER in words
    assert "14 hari kerja sejak rekomendasi teknis diterima" in words
    assert "Biaya Proses perizinan ini adalah tidak ada / tanpa tarif / gratis." in words
    assert "5 (lima) tahun sejak diterbitkannya izin" in words
    assert "Senin-Kamis 08.00-19.00 WITA Jum'at 08.00-11.00 WITA" in words
    assert "Kamis: 08.00–19.00; Jumat: 08.00–11.00; Sabtu: tutup" in words
    # Section G prints 17 numbers, Lampiran 1 prints 18 rows, section A prints 16 bases.
    assert len(re.findall(r'class="m-check__number"', page)) == 17
    assert len(re.findall(r'class="m-stepper__number"', page)) == 18
    bases = page.split('id="dasar"')[1].split("</ol>")[0]
    assert len(re.findall(r"<li>", bases)) == 16
    assert "No. 87 Tahun 2014" in plain(bases)
    assert "No. 97 Tahun 2014" in plain(bases)
    assert "“Titik Penataan”" in words
    assert 'href="/permohonan/baru/?layanan=pembuangan-air-limbah-ke-laut"' in page


@pytest.mark.usefixtures("_office")
def test_an_unknown_service_is_not_there(client: Client) -> None:
    assert "Halaman tidak ditemukan" in text_of(client, "/layanan/izin-terbang/", 404)


# --- verifying a permit -----------------------------------------------------------------------------


@pytest.mark.usefixtures("_office")
@pytest.mark.parametrize(
    "pasted",
    [
        "https://muara.contoh.example/izin/0123456789abcdef0123456789abcdef/",
        "  0123456789ABCDEF 0123456789ABCDEF ",
    ],
)
def test_what_the_qr_says_leads_to_the_permits_page(client: Client, settings: Settings, pasted: str) -> None:
    settings.MUARA_BASE_URL = "https://muara.contoh.example"

    answer = client.post("/izin/", {"token": pasted})

    assert (answer.status_code, answer["Location"]) == (302, "/izin/0123456789abcdef0123456789abcdef/")


@pytest.mark.usefixtures("_office")
def test_an_address_that_is_not_ours_is_called_so(client: Client, settings: Settings) -> None:
    settings.MUARA_BASE_URL = "https://muara.contoh.example"

    answer = client.post("/izin/", {"token": f"https://muara-contoh.example/izin/{'0123456789abcdef' * 2}/"})

    assert answer.status_code == 422
    assert "suratnya bukan dari kami" in plain(answer.content.decode())


@pytest.mark.usefixtures("_office")
@pytest.mark.parametrize("pasted", ["503/1/DPMPTSP-III/2026", "0123456789abcdef", "<b>x</b>"])
def test_a_number_or_half_a_code_is_explained_and_kept(client: Client, pasted: str) -> None:
    answer = client.post("/izin/", {"token": pasted})

    assert answer.status_code == 422
    assert "Salin seluruh alamat dari QR" in plain(answer.content.decode())
    assert f'value="{html.escape(pasted)}"' in answer.content.decode()


@pytest.fixture
def issued(_office: None) -> Permit:
    case_at("end", at=MONDAY)
    return Permit.objects.select_related("number", "draft").get()


def test_an_issued_permit_shows_the_registers_row_and_no_personal_data(
    client: Client, issued: Permit
) -> None:
    answer = client.get(f"/izin/{issued.draft.token}/")
    words = plain(answer.content.decode())

    assert "Izin ini tercatat dan berlaku" in words
    assert (issued.number.text in words, "PT Segara Contoh Makmur" in words) == (True, True)
    assert "Ditetapkan 6 Juli 2026" in words
    assert "Berlaku sampai 6 Juli 2031" in words
    assert "harus sama dengan yang tertulis di sini" in words
    assert "noindex" in answer["X-Robots-Tag"]
    for private in ("Sari Contohwati", "sari@contoh.example", "6400004107850009", "+62811"):
        assert private not in words


def test_a_permit_ends_after_its_last_day(
    client: Client, issued: Permit, time_machine: TimeMachineFixture
) -> None:
    time_machine.move_to(at("2031-07-07 23:59"), tick=False)  # the 6th is a Sunday
    words = text_of(client, f"/izin/{issued.draft.token}/")
    assert "tercatat dan berlaku" in words
    assert "sampai hari kerja berikutnya, 7 Juli 2031 (UU 30/2014, Pasal 58 ayat 3)" in words

    time_machine.move_to(at("2031-07-08 00:01"), tick=False)
    assert "sudah berakhir" in text_of(client, f"/izin/{issued.draft.token}/")


@pytest.mark.usefixtures("_office")
def test_a_numbered_permit_without_its_stamped_original_is_not_in_force(client: Client) -> None:
    case = case_at("number", at=MONDAY)
    task = _received(case, "registrar")
    issuance.assign_number(task, by=officer("registrar"), at=MONDAY)

    words = text_of(client, f"/izin/{Permit.objects.get().draft.token}/")

    assert "belum disahkan" in words
    assert "tercatat dan berlaku" not in words


@pytest.mark.usefixtures("_office")
def test_a_draft_says_that_nothing_is_issued_yet_and_a_replaced_one_that_it_is_void(client: Client) -> None:
    case = case_at("endorse_section", at=MONDAY)
    first = Draft.objects.get()
    assert "belum terbit" in text_of(client, f"/izin/{first.token}/")

    task = _received(case, "section_head")
    approval.endorse(task, outcome="faulty", by=officer("section_head"), at=MONDAY, note="Salah ketik.")
    task = _received(case, "processing_officer")
    recommendation = drafting.booked_recommendation(case)
    assert recommendation is not None
    wording = proposed_wording(task.case, recommendation, on=office_day(MONDAY))
    drafting.draft(task, wording=wording, by=officer("processing_officer"), at=MONDAY)

    assert "Draf ini sudah diganti" in text_of(client, f"/izin/{first.token}/")
    assert "belum terbit" in text_of(client, f"/izin/{Draft.objects.get(number=2).token}/")
    assert case.application.company.name not in text_of(client, f"/izin/{first.token}/")


def _received(case: Case, actor: str) -> Task:
    task = Task.objects.get(case=case, closed_at=None, companion=False)
    take_over(task.pk, by=officer(actor), at=MONDAY - timedelta(minutes=1))
    return Task.objects.select_related("case__application__company", "case__revision").get(pk=task.pk)


@pytest.mark.usefixtures("_office")
@pytest.mark.parametrize("token", ["f" * 32, "x", "503-1", "%00"])
def test_an_unknown_code_is_answered_with_what_to_check(client: Client, token: str) -> None:
    words = text_of(client, f"/izin/{token}/", 404)

    assert "tidak ada dalam register" in words
    assert "32 huruf dan angka" in words


# --- watching, refusing -----------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_server_says_ok_while_the_database_answers(client: Client) -> None:
    answer = client.get("/sehat/")

    assert (answer.status_code, answer.content) == (200, b"ok")


def test_a_breakdown_is_explained_without_the_database(rf: RequestFactory) -> None:
    answer = public.broken(rf.get("/"))

    assert answer.status_code == 500
    assert "Ada gangguan pada layanan" in answer.content.decode()


@pytest.mark.usefixtures("_office")
def test_a_form_without_its_safety_mark_is_refused_in_plain_words() -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(applicant())

    answer = client.post("/permohonan/baru/", {"kind": "new", "company_name": "PT X"})

    assert answer.status_code == 403
    assert "Tidak ada yang disimpan" in plain(answer.content.decode())
