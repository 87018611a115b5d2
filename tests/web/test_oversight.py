"""Oversight: two clicks to why a case is late, figures with their cases, and files without formulas."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta
from xml.etree import ElementTree
from zipfile import ZipFile

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from time_machine import TimeMachineFixture

from muara.cases.models import Case
from muara.people.models import Company
from muara.web.charts import columns
from muara.web.demo import officer
from muara.web.sheets import as_csv, as_xlsx
from tests.clock import MONDAY, WITA, at
from tests.remembered import case_at

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("office")]
H = at("2026-07-10 11:00")
LATER = at("2026-07-21 10:00")
PAGES = ["/pengawasan/", "/pengawasan/berkas/", "/pengawasan/hambatan/", "/pengawasan/kinerja/"]


@pytest.fixture
def auditor(client: Client, time_machine: TimeMachineFixture) -> Client:
    time_machine.move_to(LATER, tick=False)
    client.force_login(officer("auditor"))
    return client


def test_an_auditor_learns_in_two_clicks_why_a_case_is_late_and_who_had_it_when(auditor: Client) -> None:
    case = case_at("endorse_section", at=H)
    board = auditor.get("/pengawasan/").content.decode()
    (first,) = set(
        re.findall(r'href="(/pengawasan/berkas/\?[^"]*langkah=endorse_section[^"]*terlambat)"', board)
    )

    listed = auditor.get(first.replace("&amp;", "&")).content.decode()
    assert "Terlambat 5 hari kerja" in listed
    assert "7 hari kerja pada langkah" in " ".join(listed.split())
    second = f"/meja/berkas/{case.pk}/?bagian=waktu"
    assert f'href="{second}"' in listed

    told = auditor.get(second).content.decode()
    assert "Di tangan siapa, kapan" in told
    assert "Kepala Seksi Layanan" in told


def test_each_number_of_the_board_leads_to_just_so_many_cases(auditor: Client) -> None:
    for key in ("check", "check", "correct", "review", "endorse_section", "hand_over"):
        case_at(key, at=H)
    board = auditor.get("/pengawasan/").content.decode()
    links = re.findall(r'href="(/pengawasan/berkas/\?[^"]*)"\s*>\s*(?:<strong>)?(\d+)', board)
    assert len(links) > 6
    for href, number in links:
        page = auditor.get(href.replace("&amp;", "&"))
        found = page.context["page"].paginator.count
        assert found == int(number), href


def test_a_filter_that_does_not_exist_narrows_nothing(auditor: Client) -> None:
    case_at("check", at=MONDAY)
    page = auditor.get("/pengawasan/berkas/?langkah=tidak-ada&tangan=x&keadaan=%00&layanan=x")
    assert page.context["page"].paginator.count == 1


@pytest.mark.parametrize("actor", ["section_head", "division_head", "head_of_office", "auditor"])
def test_those_who_oversee_find_it_beside_their_desk(client: Client, actor: str) -> None:
    client.force_login(officer(actor))
    desk = client.get("/meja/").content.decode()
    for path in ("/pengawasan/", "/pengawasan/hambatan/", "/pengawasan/kinerja/"):
        assert f'href="{path}"' in desk
        assert client.get(path).status_code == 200


def test_an_officer_is_shown_no_door_that_is_closed(client: Client) -> None:
    client.force_login(officer("verifier"))
    assert "/pengawasan/" not in client.get("/meja/").content.decode()
    for path in PAGES:
        assert client.get(path).status_code == 403
        assert client.get(f"{path}?unduh=csv").status_code == 403


def test_indicators_come_with_definition_denominator_and_honest_gaps(auditor: Client) -> None:
    case_at("end", at=MONDAY)
    page = " ".join(auditor.get("/pengawasan/kinerja/").content.decode().split())
    for number in range(1, 12):
        assert f"K{number}. " in page
    assert "1 dari 1 izin" in page
    assert "Semester 2 2026, dibandingkan dengan Semester 1 2026" in page
    assert "belum ada data" in page
    assert "SOP tidak menetapkan target waktu bagi OPD" in page
    assert "2/2026: 100 %" in page  # the picture, in words


def test_the_cases_behind_a_figure_are_named(auditor: Client) -> None:
    case = Case.objects.get(pk=case_at("end", at=MONDAY).pk)
    page = auditor.get("/pengawasan/kinerja/k1/").content.decode()
    assert f"/meja/berkas/{case.pk}/?bagian=waktu" in page
    assert str(case.registration_number) in page
    assert auditor.get("/pengawasan/kinerja/k1/?periode=2025").context["page"].paginator.count == 0
    for gone in ("k4", "k99", "x"):
        assert auditor.get(f"/pengawasan/kinerja/{gone}/").status_code == 404


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("periode=bebas&dari=2026-07-31&sampai=2026-07-01", "Tanggal akhir harus sama dengan atau sesudah"),
        ("periode=bebas&dari=kemarin&sampai=2026-07-01", "Tulis tanggal mulai seperti 2026-01-31."),
        ("periode=bebas", "Isi tanggal mulai dan tanggal akhir."),
        ("periode=bebas&dari=0001-01-01&sampai=9999-12-31", "Pilih paling banyak lima tahun"),
        ("periode=2026-2&dari=2026-07-31", "Pilih “Tanggal sendiri” untuk memakai tanggalnya"),
        ("periode=1999-3", "Pilih salah satu periode dalam daftar."),
    ],
)
@pytest.mark.parametrize("path", ["/pengawasan/hambatan/", "/pengawasan/kinerja/", "/pengawasan/kinerja/k1/"])
def test_days_that_make_no_sense_are_named_and_kept(
    auditor: Client, path: str, query: str, told: str
) -> None:
    page = auditor.get(f"{path}?{query}").content.decode()
    assert told in page
    if "2026-07-31" in query:
        assert 'value="2026-07-31"' in page


def test_a_free_period_counts_its_own_days_alone(auditor: Client) -> None:
    case_at("end", at=MONDAY)
    address = "/pengawasan/kinerja/k1/?periode=bebas&dari={}&sampai={}"
    on_the_day = auditor.get(address.format("2026-07-06", "2026-07-06"))
    day_before = auditor.get(address.format("2026-07-01", "2026-07-05"))
    assert on_the_day.context["page"].paginator.count == 1
    assert day_before.context["page"].paginator.count == 0


# --- files ------------------------------------------------------------------------------------------------


def cells_of(workbook: bytes) -> list[list[str]]:
    """Read a workbook as a spreadsheet would: by the parts that the package names."""
    spread = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
    with ZipFile(io.BytesIO(workbook)) as package:
        assert package.testzip() is None
        for name in package.namelist():
            ElementTree.fromstring(package.read(name))
        sheet = ElementTree.fromstring(package.read("xl/worksheets/sheet1.xml"))
    assert not list(sheet.iter(f"{spread}f"))  # no formula
    return [["".join(cell.itertext()) for cell in row] for row in sheet.iter(f"{spread}row")]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝"])
def test_no_text_of_a_file_is_a_formula(start: str) -> None:
    evil = f"{start}cmd|' /C calc'!A0"
    ((told, number),) = csv.reader(io.StringIO(as_csv([[evil, -3]]).decode("utf-8-sig"), newline=""))
    assert (told, number) == (f"'{evil}", "-3")
    ((told, number),) = cells_of(as_xlsx([[evil, -3]]))
    # XML reads a carriage return as a line feed; the quote stands before it all the same.
    assert (told, number) == (f"'{evil}".replace("\r", "\n"), "-3")


def test_a_file_keeps_what_xml_and_csv_give_a_meaning_to() -> None:
    odd = 'PT "A" & <B>, Tbk\nCabang\x00'
    ((told,),) = cells_of(as_xlsx([[odd]]))
    assert told == 'PT "A" & <B>, Tbk\nCabang'
    ((told,),) = csv.reader(io.StringIO(as_csv([['PT "A", Tbk']]).decode("utf-8-sig")))
    assert told == 'PT "A", Tbk'


def test_the_board_stands_for_a_minute_and_says_since_when(
    auditor: Client, time_machine: TimeMachineFixture
) -> None:
    case_at("check", at=MONDAY)
    told = f"Dihitung pukul {LATER.astimezone(WITA):%H.%M.%S} WITA"
    assert told in auditor.get("/pengawasan/").content.decode()
    case_at("check", at=MONDAY, company="PT Kedua Contoh")
    time_machine.shift(59)
    again = auditor.get("/pengawasan/")
    assert (again.context["all"], told in again.content.decode()) == (1, True)
    time_machine.shift(2)
    again = auditor.get("/pengawasan/")
    assert (again.context["all"], told in again.content.decode()) == (2, False)


@pytest.mark.parametrize("path", [*PAGES, "/pengawasan/kinerja/k3/"])
def test_what_a_page_tells_can_be_taken_along(auditor: Client, path: str) -> None:
    case_at("end", at=MONDAY)
    case_at("endorse_section", at=H)
    Company.objects.update(name="=HYPERLINK(1)")
    sheet = auditor.get(f"{path}?unduh=xlsx")
    assert 'filename="' in sheet["Content-Disposition"]
    rows = cells_of(sheet.content)
    text = auditor.get(f"{path}?unduh=csv")
    assert text["Content-Type"] == "text/csv; charset=utf-8"
    same = list(csv.reader(io.StringIO(text.content.decode("utf-8-sig"), newline="")))
    assert same == rows
    assert len(rows) > 1
    assert not any(cell.startswith("=") for row in rows for cell in row)
    assert auditor.get(f"{path}?unduh=exe").status_code == 404


# --- cost and pictures ------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", [*PAGES, "/pengawasan/kinerja/k3/"])
def test_a_page_costs_as_many_queries_for_many_cases_as_for_one(auditor: Client, path: str) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as caught:
            assert auditor.get(path).status_code == 200
        return len(caught)

    case_at("endorse_section", at=H)
    case_at("end", at=H)
    queries()
    few = queries()
    for hours in range(3):
        case_at("endorse_section", at=H + timedelta(hours=hours))
        case_at("end", at=H + timedelta(hours=hours))
    assert queries() == few


def test_a_gap_in_a_picture_is_no_zero() -> None:
    chart = columns("k", "K", [("1/2026", None, "–"), ("2/2026", 50.0, "50 %")], target=100)
    empty, half = chart.columns
    assert (empty.known, half.known) == (False, True)
    assert (half.y + half.height, half.height) == (156, 65)  # half of the 130 up to the target
    assert chart.told.startswith("1/2026: –; 2/2026: 50 %")
