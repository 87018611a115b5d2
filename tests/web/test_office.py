"""The administration pages: who gets in, what is kept, what is refused, what it costs."""

from __future__ import annotations

import re
from datetime import date, timedelta
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings
from time_machine import TimeMachineFixture

from muara.audit.models import Entry
from muara.cases.models import SigningWay, Task
from muara.documents.models import Certificate
from muara.documents.signing.certificates import seal_certificate
from muara.people.models import CalendarDay, Holding, Office, OfficeSetting, User
from muara.permits.actions import take_number
from muara.permits.models import Series
from muara.web.acts import new_key
from muara.web.demo import CAST, PASSWORD, applicant, officer, seed_office, seed_signing
from tests.clock import MONDAY, at
from tests.remembered import case_at
from tests.web.page_forms import form_on

READ = [
    "/kantor/tanda-tangan/",
    "/kantor/",
    "/kantor/identitas/",
    "/kantor/opd/",
    "/kantor/opd/{agency}/",
    "/kantor/pengguna/",
    "/kantor/pengguna/{user}/",
    "/kantor/nomor/",
    "/kantor/nomor/LHP/permit/",
    "/kantor/kalender/",
]
ACTS = [
    "/kantor/opd/baru/",
    "/kantor/pengguna/baru/",
    "/kantor/pengguna/{user}/pelaksana/",
    "/kantor/pelaksana/{holding}/akhiri/",
    "/kantor/kalender/{day}/hapus/",
    "/kantor/kalender/impor/",
]
POSTS = [
    path for path in READ if path not in {"/kantor/", "/kantor/opd/", "/kantor/pengguna/", "/kantor/nomor/"}
]
OTHERS = [person.actor for person in CAST if person.actor not in {"administrator", "auditor"}]


@pytest.fixture
def _office(db: None, blobs: object, time_machine: TimeMachineFixture) -> None:
    seed_office(at("2026-01-05 08:00"))
    time_machine.move_to(MONDAY, tick=False)


pytestmark = pytest.mark.usefixtures("_office")


def address(pattern: str) -> str:
    return pattern.format(
        agency=Office.objects.get(kind="agency").pk,
        user=officer("verifier").pk,
        holding=Holding.objects.get(actor="verifier").pk,
        day=CalendarDay.objects.all()[0].pk,
    )


def signed_in(actor: str = "administrator") -> Client:
    client = Client()
    client.force_login(officer(actor))
    return client


def open_page(client: Client, path: str) -> HttpResponse:
    answer = client.get(path)
    assert isinstance(answer, HttpResponse)
    return answer


def send(client: Client, path: str, *, code: int, action: str = "", **typed: Any) -> str:
    """Open a page, fill in its form, send it; return the page that follows."""
    form = form_on(open_page(client, path), action)
    answer = client.post(action or path, form.filled(**typed))
    assert answer.status_code == code, answer.content.decode()
    return answer.content.decode()


def words(page: str) -> str:
    """What a page says, without its markup."""
    return " ".join(unescape(re.sub(r"<[^>]+>", "", page)).split())


# --- who gets in -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", READ + ACTS)
def test_an_administrator_opens_every_page(path: str) -> None:
    assert signed_in().get(address(path)).status_code == 200


@pytest.mark.parametrize("path", READ)
def test_an_auditor_reads_without_a_button(path: str) -> None:
    answer = signed_in("auditor").get(address(path))
    assert answer.status_code == 200
    main = answer.content.decode().partition('id="utama"')[2].partition("</main>")[0]
    buttons = re.findall(r"<button\b.*?</button>|<a\b[^>]*govuk-button.*?</a>", main, re.S)
    assert {words(button) for button in buttons} <= {"Cari"}


@pytest.mark.parametrize("path", ACTS)
def test_an_auditor_does_not_open_what_only_changes(path: str) -> None:
    assert signed_in("auditor").get(address(path)).status_code == 403


@pytest.mark.parametrize("path", [*POSTS, *ACTS, "/kantor/pengguna/{user}/tautan/"])
def test_an_auditor_changes_nothing(path: str) -> None:
    entries = Entry.objects.count()
    assert signed_in("auditor").post(address(path), {"kunci": new_key()}).status_code == 403
    assert Entry.objects.count() == entries


@pytest.mark.parametrize("actor", OTHERS)
def test_other_officers_are_kept_out(actor: str) -> None:
    client = signed_in(actor)
    assert {client.get(address(path)).status_code for path in READ + ACTS} == {403}
    assert {client.post(address(path)).status_code for path in POSTS + ACTS} == {403}


def test_an_applicant_is_kept_out_and_a_stranger_is_sent_to_sign_in() -> None:
    client = Client()
    assert client.get("/kantor/").status_code == 302
    client.force_login(applicant())
    assert {client.get(address(path)).status_code for path in READ + ACTS} == {403}


# --- the office ------------------------------------------------------------------------------------------


def test_a_fresh_office_is_told_what_is_missing() -> None:
    Holding.objects.filter(actor="registrar").update(ends=date(2026, 7, 5))
    CalendarDay.objects.filter(date__year=2027, kind="CUTI_BERSAMA").delete()
    OfficeSetting.objects.filter(key="silence_days").delete()
    page = signed_in().get("/kantor/").content.decode()
    assert "4 hal perlu dilengkapi" in page
    assert "Server surel belum diatur" in page
    assert "Belum diatur: hari kerja tanpa jawaban sebelum berkas dapat digugurkan." in page
    assert "Belum dipegang siapa pun hari ini: Petugas Tata Usaha." in page
    assert "Cuti bersama tahun 2027 belum ada" in page


def test_a_complete_office_is_told_so(settings: Settings) -> None:
    settings.MUARA_SMTP = "smtp://surel.contoh.example"
    assert "Semua siap" in signed_in().get("/kantor/").content.decode()


def test_the_letterhead_is_kept_as_typed() -> None:
    send(signed_in(), "/kantor/identitas/", code=302, seat="Balikpapan", on_behalf_of="GUBERNUR CONTOH")
    office = Office.objects.get(kind="issuing")
    assert (office.seat, office.on_behalf_of) == ("Balikpapan", "GUBERNUR CONTOH")


def test_what_a_letter_cannot_print_is_refused_and_stays_on_the_page() -> None:
    page = send(signed_in(), "/kantor/identitas/", code=200, seat="Samarinda 🌊", phone="0541-1")
    assert "U+1F30A" in page
    assert 'value="Samarinda 🌊"' in page
    assert 'value="0541-1"' in page
    assert Office.objects.get(kind="issuing").seat == "Samarinda"


def test_the_same_form_twice_is_one_act_and_another_body_is_stale() -> None:
    client = signed_in()
    form = form_on(open_page(client, "/kantor/opd/baru/"), "").filled(
        name="Dinas Contoh", short_name="DC", head_title="Kepala", government="Contoh", seat="Bontang"
    )
    answers = [client.post("/kantor/opd/baru/", form).status_code for _ in range(2)]
    assert answers == [302, 302]
    assert Office.objects.filter(name="Dinas Contoh").count() == 1
    assert client.post("/kantor/opd/baru/", {**form, "name": "Dinas Lain"}).status_code == 409
    assert not Office.objects.filter(name="Dinas Lain").exists()


def test_a_form_without_our_key_is_stale_and_keeps_what_was_typed() -> None:
    form = form_on(open_page(signed_in(), "/kantor/identitas/"), "").filled(seat="Bontang", kunci="palsu")
    answer = signed_in().post("/kantor/identitas/", form)
    assert answer.status_code == 409
    assert 'value="Bontang"' in answer.content.decode()


# --- users -----------------------------------------------------------------------------------------------


def test_a_new_officer_sets_their_own_password_by_a_link_that_is_shown_once() -> None:
    client = signed_in()
    send(client, "/kantor/pengguna/baru/", code=302, name="Baru Contohwan", email="baru@contoh.example")
    person = User.objects.get(email="baru@contoh.example")
    here = f"/kantor/pengguna/{person.pk}/"
    page = send(client, here, action=f"{here}tautan/", code=200)
    link = page.partition('id="tautan"')[2].partition('value="')[2].partition('"')[0]
    path = link[link.index("/akun/") :]

    visitor = Client()
    form_page = visitor.get(path, follow=True)
    assert form_page.status_code == 200
    fields = {"password1": "sungai-ke-laut-7", "password2": "sungai-ke-laut-7"}
    visitor.post(form_page.redirect_chain[-1][0], fields)
    person.refresh_from_db()
    assert person.check_password("sungai-ke-laut-7")

    again = Client().get(path, follow=True).content.decode()
    assert 'name="password1"' not in again
    verbs = [e.verb for e in Entry.objects.filter(chain=f"user:{person.pk}").order_by("seq")]
    assert verbs == ["user.add", "user.invite"]
    assert path not in client.get(here).content.decode()


def test_a_taken_address_is_refused_beside_its_field() -> None:
    page = send(signed_in(), "/kantor/pengguna/baru/", code=422, name="Sari", email=applicant().email.upper())
    assert "Alamat surel: Alamat surel ini sudah dipakai akun lain." in words(page)


def test_a_closed_account_is_signed_out_at_once() -> None:
    theirs = signed_in("verifier")
    assert theirs.get("/meja/").status_code == 200
    here = f"/kantor/pengguna/{officer('verifier').pk}/"
    send(signed_in(), here, action=here, code=302, is_active=None)
    assert theirs.get("/meja/").status_code == 302
    refused = Client().post("/akun/masuk/", {"login": officer("verifier").email, "password": PASSWORD})
    assert refused.headers.get("Location", "") != "/meja/"


def test_an_acting_head_is_granted_and_ended() -> None:
    client, person = signed_in(), officer("division_head")
    path = f"/kantor/pengguna/{person.pk}/pelaksana/"
    typed = {"actor": "head_of_office", "status": "plt", "starts": "2026-07-06"}
    assert "Isi tanggal berakhirnya" in send(client, path, code=422, **typed)
    send(client, path, code=302, **typed, ends="10/07/2026")
    held = Holding.objects.get(user=person, actor="head_of_office")
    assert (held.status, held.ends) == ("plt", date(2026, 7, 10))
    page = words(client.get("/kantor/identitas/").content.decode())
    assert "Kartika Misalnya (Plt.)" in page

    send(client, f"/kantor/pelaksana/{held.pk}/akhiri/", code=302, ends="2026-07-07")
    held.refresh_from_db()
    assert held.ends == date(2026, 7, 7)


def test_users_are_found_by_name_and_by_what_they_hold() -> None:
    client = signed_in()
    assert "Vino Andaikata" in client.get("/kantor/pengguna/?cari=vino").content.decode()
    assert "Vino Andaikata" not in client.get("/kantor/pengguna/?pelaksana=liaison").content.decode()
    nobody = client.get("/kantor/pengguna/?pelaksana=tanpa").content.decode()
    assert "Sari Contohwati" in nobody
    assert "Vino Andaikata" not in nobody


@pytest.mark.parametrize("path", ["/kantor/pengguna/", "/kantor/opd/", "/kantor/nomor/"])
def test_a_list_costs_the_same_for_one_row_and_for_thirty(path: str) -> None:
    client = signed_in()
    client.get(path)
    with CaptureQueriesContext(connection) as few:
        client.get(path)
    for number in range(29):
        user = User.objects.create_user(email=f"u{number}@contoh.example", name=f"Umpama {number}")
        office = Office.objects.create(kind="agency", name=f"Dinas {number}", short_name="D", government="P")
        Holding.objects.create(user=user, actor="technical_team", office=office, starts=date(2026, 1, 1))
        Series.objects.create(
            service="UJI", key=f"s{number}", label=f"Seri {number}", pattern="{urut}/{tahun}"
        )
    with CaptureQueriesContext(connection) as many:
        client.get(path)
    assert len(many) == len(few)


# --- number series ---------------------------------------------------------------------------------------


def test_a_way_of_signing_is_set_with_its_basis_and_never_for_days_gone_by() -> None:
    client, path = signed_in(), "/kantor/tanda-tangan/"
    said = {"service": "LHP", "way": "local", "basis": "Keputusan Kepala Dinas CONTOH"}
    page = send(client, path, code=422, **said, effective_from="2026-07-06")
    assert "Kantor belum mempunyai sertifikat segel" in page
    seed_signing(MONDAY)
    page = send(client, path, code=422, **said, effective_from="2026-07-03")
    assert "tidak dapat berlaku surut" in page
    assert SigningWay.objects.count() == 0
    send(client, path, code=302, **said, effective_from="2026-07-06")
    page = words(open_page(client, path).content.decode())
    assert "LHP: Tanda tangan elektronik dengan sertifikat kantor" in page
    assert Entry.objects.get(verb="signing.set").by_id == officer("administrator").pk


def test_a_certificate_is_revoked_with_a_reason_and_signs_nothing_more() -> None:
    seed_signing(MONDAY)
    client, seal = signed_in(), Certificate.objects.get(kind="seal")
    path = f"/kantor/tanda-tangan/{seal.pk}/cabut/"
    assert "Tuliskan alasannya" in send(client, path, code=200, reason=" ")
    send(client, path, code=302, reason="Kunci hilang.")
    page = words(open_page(client, "/kantor/tanda-tangan/").content.decode())
    assert "Dicabut 6 Juli 2026 Kunci hilang." in page
    assert seal_certificate(at=MONDAY) is None
    assert "sudah dicabut" in send(client, path, code=422, reason="Lagi.")


def test_a_series_goes_on_from_the_paper_register() -> None:
    client = signed_in()
    assert "503/1/DPMPTSP-III/2026" in client.get("/kantor/nomor/").content.decode()
    send(client, "/kantor/nomor/LHP/permit/", code=302, starts_at="269")
    assert "503/269/DPMPTSP-III/2026" in client.get("/kantor/nomor/").content.decode()
    number = take_number(service="LHP", series="permit", given_to="uji", by=officer("registrar"), at=MONDAY)
    assert number.text == "503/269/DPMPTSP-III/2026"


def test_a_series_that_has_given_numbers_keeps_its_start() -> None:
    take_number(service="LHP", series="permit", given_to="uji", by=officer("registrar"), at=MONDAY)
    client = signed_in()
    send(client, "/kantor/nomor/LHP/permit/", code=302, starts_at="900", isian_bidang_romawi="IV")
    series = Series.objects.get(service="LHP", key="permit")
    assert (series.starts_at, series.tokens["bidang_romawi"]) == (1, "IV")
    assert "503/2/DPMPTSP-IV/2026" in client.get("/kantor/nomor/").content.decode()


@pytest.mark.parametrize(
    ("pattern", "told"),
    [
        ("503/DPMPTSP/{tahun}", "harus memuat {urut}"),
        ("503/{urut}", "harus memuat {tahun}"),
        ("503/{urut}/{entah}/{tahun}", "tidak dikenal: entah"),
    ],
)
def test_a_pattern_that_cannot_give_distinct_numbers_is_refused(pattern: str, told: str) -> None:
    page = send(signed_in(), "/kantor/nomor/LHP/permit/", code=422, pattern=pattern)
    assert told in page
    assert (
        Series.objects.get(service="LHP", key="permit").pattern
        == "503/{urut}/DPMPTSP-{bidang_romawi}/{tahun}"
    )


def test_an_example_is_shown_before_anything_is_saved() -> None:
    page = send(
        signed_in(),
        "/kantor/nomor/LHP/permit/",
        code=200,
        contoh="1",
        pattern="{urut4}/{bulan_romawi}/{tahun}",
    )
    assert "0001/VII/2026" in page
    assert (
        Series.objects.get(service="LHP", key="permit").pattern
        == "503/{urut}/DPMPTSP-{bidang_romawi}/{tahun}"
    )


def test_a_live_example_is_only_that_part_of_the_page() -> None:
    client = signed_in()
    form = form_on(open_page(client, "/kantor/nomor/LHP/permit/"), "").filled(contoh="1", starts_at="42")
    answer = client.post("/kantor/nomor/LHP/permit/", form, headers={"HX-Request": "true"})
    assert "503/42/DPMPTSP-III/2026" in answer.content.decode()
    assert "<h1" not in answer.content.decode()


# --- the calendar ----------------------------------------------------------------------------------------


def test_the_calendar_tells_the_working_days_of_a_year() -> None:
    page = words(signed_in().get("/kantor/kalender/?tahun=2027").content.decode())
    assert "242 hari kerja" in page
    assert "3 tanggal masih perkiraan" in page


def test_a_year_without_decreed_leave_says_so() -> None:
    page = signed_in().get("/kantor/kalender/?tahun=2028").content.decode()
    assert "Tahun 2028 tanpa cuti bersama" in page


@pytest.mark.parametrize("year", ["0", "9999", "abc", "²⁰²⁶", "-1"])
def test_a_year_that_makes_no_sense_shows_this_one(year: str) -> None:
    assert "Kalender kerja 2026" in signed_in().get("/kantor/kalender/", {"tahun": year}).content.decode()


def test_a_new_holiday_moves_the_deadlines_of_open_tasks() -> None:
    case = case_at("endorse_section", at=MONDAY)
    task = Task.objects.get(case=case, closed_at=None, companion=False)
    assert task.due_on is not None
    due = task.due_on
    client = signed_in()
    typed = {"date": due.isoformat(), "kind": "LIBUR_DAERAH", "name": "Hari Jadi"}
    send(client, "/kantor/kalender/", action="/kantor/kalender/", code=302, **typed)
    task.refresh_from_db()
    assert task.due_on > due

    added = CalendarDay.objects.get(name="Hari Jadi")
    send(client, f"/kantor/kalender/{added.pk}/hapus/", code=302)
    task.refresh_from_db()
    assert task.due_on == due
    verbs = [entry.verb for entry in Entry.objects.filter(chain="calendar").order_by("seq")]
    assert verbs[-4:] == ["calendar.add", "calendar.reproject", "calendar.remove", "calendar.reproject"]


def test_a_new_holiday_is_looked_at_before_it_is_kept() -> None:
    case = case_at("endorse_section", at=MONDAY)
    task = Task.objects.get(case=case, closed_at=None, companion=False)
    assert task.due_on is not None
    entries, days = Entry.objects.count(), CalendarDay.objects.count()

    typed = {"date": task.due_on.isoformat(), "kind": "PENUTUPAN_KANTOR", "name": "Banjir", "tinjau": "1"}
    page = send(signed_in(), "/kantor/kalender/", action="/kantor/kalender/", code=200, **typed)

    assert str(case) in words(page)
    assert "1 jatuh tempo bergeser" in words(page)
    assert 'value="Banjir"' in page  # what was typed waits to be kept
    assert (Entry.objects.count(), CalendarDay.objects.count()) == (entries, days)
    task.refresh_from_db()
    assert task.due_on.isoformat() == typed["date"]


def test_a_removal_says_which_limits_come_earlier_and_which_are_then_over() -> None:
    # H = Thursday 10 December 2026: with the 11th and 14th closed, H+2 is Wednesday the 16th.
    case = case_at("endorse_section", at=at("2026-12-10 14:00"))
    client = signed_in()
    for day in ("2026-12-11", "2026-12-14"):
        typed = {"date": day, "kind": "PENUTUPAN_KANTOR", "name": f"Banjir {day}"}
        send(client, "/kantor/kalender/", action="/kantor/kalender/", code=302, **typed)
    assert Task.objects.get(case=case, closed_at=None, companion=False).due_on == date(2026, 12, 16)

    flood = CalendarDay.objects.get(date=date(2026, 12, 14), kind="PENUTUPAN_KANTOR")
    page = words(open_page(client, f"/kantor/kalender/{flood.pk}/hapus/").content.decode())

    assert "16 Desember 2026 15 Desember 2026" in page
    assert CalendarDay.objects.filter(pk=flood.pk).exists()


TABLE = "tanggal,jenis,nama,perkiraan"


def test_a_table_is_looked_at_then_imported_as_a_whole() -> None:
    client, before = signed_in(), CalendarDay.objects.count()
    table = (
        f"{TABLE}\n2028-01-03,CUTI_BERSAMA,Cuti Bersama Tahun Baru,N\n2028-12-26,CUTI_BERSAMA,Cuti Natal,Y"
    )
    address = "/kantor/kalender/impor/"
    page = send(client, address, action=address, code=200, table=table, source="SKB contoh", tinjau="1")
    assert "2 hari baru" in words(page)
    for shown in ("Sekarang Menjadi", "tidak ada"):
        assert shown in words(page)
    assert CalendarDay.objects.count() == before

    send(client, address, action=address, code=302, table=table, source="SKB contoh")
    assert CalendarDay.objects.count() == before + 2
    assert Entry.objects.filter(chain="calendar").latest("seq").verb == "calendar.import"


@pytest.mark.parametrize(
    ("table", "told"),
    [
        (f"{TABLE}\n2028-01-03,CUTI_BERSAMA,Cuti,N\n2028-02-30,CUTI_BERSAMA,Cuti,N", "Baris 3:"),
        (f"{TABLE}\n2028-01-03,LIBUR,Cuti,N", "Baris 2: jenis “LIBUR” tidak dikenal"),
        (f"{TABLE}\n2028-01-03,CUTI_BERSAMA,Cuti", "Baris 2: kolom perkiraan tidak ada"),
        ("2028-01-03,CUTI_BERSAMA,Cuti,N", "Baris pertama harus berisi nama kolom"),
        (TABLE, "tidak berisi hari"),
    ],
)
def test_a_broken_line_imports_nothing_and_is_named(table: str, told: str) -> None:
    client, before = signed_in(), CalendarDay.objects.count()
    for more in ({"tinjau": "1"}, {}):
        code = 200 if more else 422
        address = "/kantor/kalender/impor/"
        page = send(client, address, action=address, code=code, table=table, source="SKB contoh", **more)
        assert told in words(page)
        assert CalendarDay.objects.count() == before


def test_a_broken_date_stays_on_the_page() -> None:
    page = send(
        signed_in(),
        "/kantor/kalender/",
        action="/kantor/kalender/",
        code=200,
        date="31/02/2026",
        kind="LIBUR_DAERAH",
        name="Hari Jadi",
    )
    assert "tidak ada dalam kalender" in page
    assert 'value="31/02/2026"' in page


def test_sessions_of_an_administrator_end_with_the_last_day(time_machine: TimeMachineFixture) -> None:
    Holding.objects.create(
        user=officer("liaison"),
        actor="administrator",
        office=Office.objects.get(kind="issuing"),
        starts=MONDAY.date(),
        ends=MONDAY.date(),
    )
    client = signed_in("liaison")
    assert client.get("/kantor/").status_code == 200
    time_machine.move_to(MONDAY + timedelta(days=1), tick=False)
    client.force_login(officer("liaison"))
    assert client.get("/kantor/").status_code == 403


def test_an_address_that_was_changed_no_longer_signs_in() -> None:
    person = applicant()
    here = f"/kantor/pengguna/{person.pk}/"
    send(signed_in(), here, action=here, code=302, email="baru@contoh.example")

    answers = [
        Client().post("/akun/masuk/", {"login": login, "password": PASSWORD}).status_code
        for login in (person.email, "baru@contoh.example")
    ]

    assert answers == [200, 302]
