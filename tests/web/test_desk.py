"""The inbox and the list of cases: whose they are, in which order, at which cost."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from time_machine import TimeMachineFixture

from muara.cases.actions import take_over
from muara.cases.models import Application
from muara.people.models import Company, Holding, Office, User, office_day
from muara.steps.actions.verification import ask_applicant
from muara.web.acts import new_key
from muara.web.demo import (
    COMPANIES,
    Clock,
    Walk,
    applicant,
    ask_question,
    asked_several_things,
    officer,
    seed_office,
)
from tests.clock import MONDAY, at
from tests.remembered import case_at

ROW_HEAD = re.compile(r'<th scope="row">\s*<a\s+class="govuk-link"\s+href="([^"]+)"\s*>([^<]+)</a>')


@pytest.fixture
def _office(db: None, blobs: object, time_machine: TimeMachineFixture) -> None:
    seed_office(at("2026-01-05 08:00"))
    time_machine.move_to(MONDAY, tick=False)


pytestmark = pytest.mark.usefixtures("_office")


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def page(user: User, path: str, status: int = 200) -> str:
    answer = signed_in(user).get(path)
    assert answer.status_code == status
    return answer.content.decode()


def companies(html: str) -> list[str]:
    return [company for _, company in ROW_HEAD.findall(html)]


def text(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def test_a_task_is_on_the_desk_of_its_actor_alone() -> None:
    case = case_at("verify", at=MONDAY, company="PT Segara Contoh Makmur")

    mine, others = page(officer("verifier"), "/meja/"), page(officer("section_head"), "/meja/")

    assert ROW_HEAD.findall(mine) == [(f"/meja/tugas/{case.main_task.pk}/", "PT Segara Contoh Makmur")]  # type: ignore[union-attr]
    assert "7. Memverifikasi berkas" in mine
    assert companies(others) == []
    assert "Tidak ada tugas yang menunggu" in others


def test_the_nearest_limit_is_on_top_with_the_working_days_left() -> None:
    # Seen on Monday 6 July: H+11 of Tuesday 30 June (a meeting), H+2 of 1 July and of 3 July (step 12).
    for step, day, company in (
        ("meet", "2026-06-30 14:00", "PT Rapat"),
        ("endorse_section", "2026-07-01 14:00", "PT Terlambat"),
        ("endorse_section", "2026-07-03 14:00", "PT Besok"),
    ):
        case_at(step, at=at(day), company=company)

    html = page(officer("section_head"), "/meja/")

    assert companies(html) == ["PT Terlambat", "PT Besok", "PT Rapat"]
    assert re.findall(r'datetime="(2026-07-\d\d)"', html) == ["2026-07-03", "2026-07-07", "2026-07-15"]
    told = re.findall(r"(?:Terlambat|Sisa) \d+ hari kerja", text(html))
    assert told == ["Terlambat 1 hari kerja", "Sisa 1 hari kerja", "Sisa 7 hari kerja"]


def test_a_limit_that_ended_on_friday_is_over_on_saturday(time_machine: TimeMachineFixture) -> None:
    case_at("endorse_section", at=at("2026-07-01 14:00"))
    time_machine.move_to(at("2026-07-04 10:00"))

    assert "Lewat jatuh tempo" in page(officer("section_head"), "/meja/")


def test_who_has_received_the_file_is_shown() -> None:
    case = case_at("check", at=MONDAY)
    before = page(officer("customer_service"), "/meja/")
    take_over(case.main_task.pk, by=officer("customer_service"), at=MONDAY)  # type: ignore[union-attr]
    after = page(officer("customer_service"), "/meja/")

    assert "Baru masuk" in text(before)
    assert "Anda 6 Juli 2026, 09.00" in text(after)


def test_monitoring_stands_apart_from_work() -> None:
    case_at("review", at=MONDAY, company="PT Dipantau")

    html = page(officer("processing_officer"), "/meja/")

    work, _, watch = html.partition('<h2 class="govuk-heading-m">Pemantauan</h2>')
    assert companies(work) == []
    assert companies(watch) == ["PT Dipantau"]
    assert "11. Memantau kemajuan pertek di OPD" in watch
    assert "Tim Teknis (OPD)" in watch


def test_a_file_without_a_number_says_so_and_gives_its_submission_number() -> None:
    case = case_at("check", at=MONDAY)

    html = page(officer("customer_service"), "/meja/")

    assert "belum terdaftar · nomor pengajuan" in html
    assert case.application.reference in html


def test_a_waiting_correction_is_in_the_applicants_court() -> None:
    case = case_at("correct", at=MONDAY)
    task = case.main_task
    assert task is not None
    take_over(task.pk, by=officer("customer_service"), at=MONDAY)
    before = page(officer("customer_service"), "/meja/")
    ask_applicant(task, by=officer("customer_service"), at=MONDAY)
    after = page(officer("customer_service"), "/meja/")

    assert "Di tangan:" not in text(before)
    assert "Di tangan: Pemohon" in text(after)


def test_an_agency_sees_the_cases_delivered_to_it_alone() -> None:
    case = case_at("review", at=MONDAY, company="PT Milik DLH")
    stranger = User.objects.create_user(email="lain@contoh.example", name="Lain Instansi")
    other = Office.objects.create(kind="agency", name="Dinas Lain", short_name="DL", government="-")
    Holding.objects.create(user=stranger, actor="technical_team", office=other, starts=office_day(MONDAY))

    assert companies(page(officer("technical_team"), "/meja/")) == ["PT Milik DLH"]
    assert companies(page(stranger, "/meja/")) == []
    assert companies(page(stranger, "/meja/berkas/")) == []
    page(stranger, f"/meja/berkas/{case.pk}/", status=404)


def test_a_holding_that_has_ended_opens_no_desk() -> None:
    user = officer("verifier")
    Holding.objects.filter(user=user).update(ends=office_day(MONDAY - timedelta(days=1)))

    page(user, "/meja/", status=403)


@pytest.mark.parametrize("path", ["/meja/", "/meja/berkas/", "/meja/konsultasi/", "/meja/pemohon/baru/"])
def test_the_desk_is_closed_to_applicants_and_strangers(path: str) -> None:
    answer = Client().get(path)

    page(applicant(), path, status=403)
    assert (answer.status_code, answer["Location"]) == (302, f"/akun/masuk/?next={path}")


def test_the_same_person_is_not_offered_a_step_after_the_other_of_its_pair() -> None:
    # process.toml separates 12 and 13; one person holds both offices here.
    Holding.objects.create(
        user=officer("section_head"),
        actor="division_head",
        office=Office.objects.get(kind="issuing"),
        starts=office_day(MONDAY),
    )
    case = case_at("endorse_division", at=MONDAY)

    html = page(officer("section_head"), "/meja/")

    assert "pemisahan tugas" in html
    assert ROW_HEAD.findall(html)[0][0] == f"/meja/berkas/{case.pk}/"


def test_the_counter_does_the_steps_of_people_without_an_account() -> None:
    case = case_at("apply", at=MONDAY, company="CV Tanpa Akun", on_behalf_by=officer("customer_service"))

    html = page(officer("registration_counter"), "/meja/")

    assert ROW_HEAD.findall(html) == [(f"/permohonan/{case.application.reference}/", "CV Tanpa Akun")]
    assert "Atas nama pemohon" in html


def test_an_application_begun_at_the_counter_is_found_again() -> None:
    walk = Walk(
        Clock(MONDAY), applicant(), company="CV Belum Kirim", on_behalf_by=officer("customer_service")
    )
    application = walk.prepare()

    html = page(officer("customer_service"), "/meja/")

    assert f"/permohonan/{application.reference}/" in html
    assert f"/permohonan/{application.reference}/" not in page(officer("verifier"), "/meja/")


def test_the_information_officer_is_told_of_unanswered_questions() -> None:
    ask_question(at=MONDAY, text="Apakah hotel kecil perlu izin?")

    assert "Apakah hotel kecil perlu izin?" in page(officer("information_officer"), "/meja/")
    assert "Apakah hotel kecil perlu izin?" not in page(officer("verifier"), "/meja/")


def queries(user: User, path: str) -> int:
    client = signed_in(user)
    client.get(path)  # what is remembered in the process (parsed SOP) is remembered now
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(path).status_code == 200
    return len(captured)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("actor", "path"), [("customer_service", "/meja/"), ("auditor", "/meja/berkas/"), ("verifier", "/meja/")]
)
def test_thirty_rows_cost_the_queries_of_one(actor: str, path: str) -> None:
    step = "verify" if actor == "verifier" else "check"
    case_at(step, at=MONDAY)
    one = queries(officer(actor), path)
    for number in range(29):
        case_at(step, at=MONDAY, company=f"PT Contoh {number}")

    assert queries(officer(actor), path) == one


# --- all cases -----------------------------------------------------------------------------------------


def test_everybody_in_the_office_and_the_auditor_read_every_case() -> None:
    case_at("check", at=MONDAY, company="PT Terlihat")

    seen = {
        actor: companies(page(officer(actor), "/meja/berkas/"))
        for actor in ("verifier", "registrar", "auditor", "technical_team", "administrator")
    }

    assert seen == {
        "verifier": ["PT Terlihat"],
        "registrar": ["PT Terlihat"],
        "auditor": ["PT Terlihat"],
        "technical_team": [],  # nothing was delivered to it yet
        "administrator": [],
    }


def test_cases_are_found_by_number_reference_company_and_permit_number() -> None:
    wanted = case_at("end", at=MONDAY, company="PT Segara Contoh Makmur")
    case_at("check", at=MONDAY, company="CV Ombak Misalnya")

    for typed in (
        str(wanted.registration_number),
        wanted.application.reference.lower(),
        "segara",
        wanted.permit.number.text,
    ):
        client = signed_in(officer("auditor"))
        html = client.get("/meja/berkas/", {"cari": typed}).content.decode()
        assert companies(html) == ["PT Segara Contoh Makmur"], typed


@pytest.mark.parametrize(
    ("chosen", "found"),
    [
        ({"langkah": "check"}, ["PT Diperiksa"]),
        ({"keadaan": "selesai"}, ["PT Selesai"]),
        ({"keadaan": "berjalan"}, ["PT Diperiksa"]),
        ({"langkah": "tidak-ada"}, ["PT Diperiksa", "PT Selesai"]),
        ({"cari": "tidak ada \0"}, ["PT Diperiksa", "PT Selesai"]),
        ({"cari": "tidak ada"}, []),
    ],
)
def test_cases_are_narrowed_by_step_and_by_being_open(chosen: dict[str, str], found: list[str]) -> None:
    case_at("end", at=MONDAY, company="PT Selesai")
    case_at("check", at=MONDAY, company="PT Diperiksa")

    html = signed_in(officer("auditor")).get("/meja/berkas/", chosen).content.decode()

    assert sorted(companies(html)) == found


@pytest.mark.slow
def test_the_list_of_cases_is_paged() -> None:
    for number in range(26):
        case_at("check", at=MONDAY + timedelta(minutes=number), company=f"PT Contoh {number:02}")

    first = companies(page(officer("auditor"), "/meja/berkas/"))
    second = companies(page(officer("auditor"), "/meja/berkas/?halaman=2&keadaan=berjalan"))

    assert (len(first), first[0], second) == (25, "PT Contoh 25", ["PT Contoh 00"])


# --- the counter ---------------------------------------------------------------------------------------


def entry(**said: str) -> dict[str, str]:
    return {"kunci": new_key(), "cari": "", "company": "baru", "company_name": "", "kind": "LHP:new", **said}


def test_a_counter_officer_enters_an_application_for_a_new_company() -> None:
    answer = signed_in(officer("registration_counter")).post(
        "/meja/pemohon/baru/", entry(company_name="CV Baru Contoh")
    )

    made = Application.objects.get()
    assert (made.applicant, made.entered_by, made.company.name, made.kind) == (
        None,
        officer("registration_counter"),
        "CV Baru Contoh",
        "new",
    )
    assert (answer.status_code, answer["Location"]) == (302, f"/permohonan/{made.reference}/")


def test_a_counter_officer_chooses_a_company_found_by_searching() -> None:
    known = Company.objects.create(name="PT Sudah Tercatat", nib="9999000000011")
    client = signed_in(officer("customer_service"))

    offered = client.get("/meja/pemohon/baru/", {"cari": "tercatat"}).content.decode()
    client.post("/meja/pemohon/baru/", entry(cari="tercatat", company=str(known.pk), kind="LHP:renewal"))

    made = Application.objects.get()
    assert "PT Sudah Tercatat (NIB 9999000000011)" in offered
    assert (made.company, made.kind) == (known, "renewal")


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"company_name": "   "},
        {"company": "1"},
        {"company_name": "PT Contoh", "kind": "LHP:lain"},
        {"company_name": "PT Contoh \U0001f600"},
        {"company_name": "PT \0 Contoh"},
    ],
    ids=["no name", "blank name", "company not offered", "unknown kind", "emoji", "nul"],
)
def test_an_entry_that_cannot_be_is_refused(said: dict[str, str]) -> None:
    Company.objects.create(name="PT Orang Lain")

    answer = signed_in(officer("customer_service")).post("/meja/pemohon/baru/", entry(**said))

    assert (answer.status_code, Application.objects.count()) == (422, 0)
    assert "Ada yang perlu diperbaiki" in answer.content.decode()


def test_an_entry_without_a_key_of_ours_keeps_what_was_typed() -> None:
    answer = signed_in(officer("customer_service")).post(
        "/meja/pemohon/baru/", entry(company_name="CV Baru Contoh", kunci="palsu")
    )

    assert (answer.status_code, Application.objects.count()) == (409, 0)
    assert 'value="CV Baru Contoh"' in answer.content.decode()


@pytest.mark.parametrize("actor", ["verifier", "information_officer", "auditor", "technical_team"])
def test_only_the_counter_enters_for_others(actor: str) -> None:
    client = signed_in(officer(actor))

    assert client.get("/meja/pemohon/baru/").status_code == 403
    assert client.post("/meja/pemohon/baru/", entry(company_name="CV Baru")).status_code == 403
    assert Application.objects.count() == 0


@pytest.mark.parametrize("path", ["/meja/", "/meja/berkas/"])
def test_reading_pages_take_no_post(path: str) -> None:
    assert signed_in(officer("auditor")).post(path).status_code == 405
    assert signed_in(officer("auditor")).put(path).status_code == 405


def test_a_name_that_looks_like_markup_is_shown_as_it_was_typed() -> None:
    case = case_at("endorse_section", at=MONDAY, company='PT <b>Tebal</b> & #strong[Kuat] "Kutip"')

    pages = [page(officer("section_head"), "/meja/"), page(officer("auditor"), "/meja/berkas/")]
    pages += [
        page(officer("auditor"), f"/meja/berkas/{case.pk}/?bagian={name}")
        for name in ("data", "dokumen", "draf")
    ]

    for html in pages:
        assert "PT &lt;b&gt;Tebal&lt;/b&gt; &amp; #strong[Kuat] &quot;Kutip&quot;" in html
        assert "<b>Tebal" not in html
        assert "&amp;lt;" not in html


def test_what_lies_with_the_applicant_is_no_work_of_the_officer() -> None:
    asked_several_things(at=MONDAY)

    shown = page(officer("customer_service"), "/meja/")

    assert "Tidak ada tugas yang menunggu" in shown
    assert companies(shown[shown.index("Menunggu jawaban pemohon") :]) == [COMPANIES[0]]


def test_the_desk_leads_whoever_words_the_decrees_to_their_wording() -> None:
    for actor, leads in (("section_head", True), ("head_of_office", True), ("verifier", False)):
        assert ("/meja/susunan-kata/" in page(officer(actor), "/meja/")) == leads
