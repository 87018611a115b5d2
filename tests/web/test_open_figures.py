"""Public statistics: what anybody reads and takes along, who never waits, and what nobody is told."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from time_machine import TimeMachineFixture

from muara.cases.models import Case
from muara.permits.models import Permit
from muara.records import counted
from muara.records.open_figures import COLUMNS, SECTIONS
from tests.clock import MONDAY, at
from tests.remembered import case_at

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("office")]
SLUG = "pembuangan-air-limbah-ke-laut"
LATE_MORNING = MONDAY + timedelta(hours=3)  # what leads there falls into the hours, Friday's too
PAGE, FILE = "/statistik/", f"/statistik/{SLUG}/2026-2."


@pytest.fixture
def visitor(client: Client, time_machine: TimeMachineFixture) -> Client:
    time_machine.move_to(at("2026-07-21 10:00"), tick=False)
    return client


def plain(page: bytes) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page.decode()).split())


@pytest.mark.both
def test_page_csv_and_json_tell_the_same_and_nobody_is_named(visitor: Client) -> None:
    case = case_at("end", at=MONDAY)
    told = json.loads(visitor.get(f"{FILE}json").content)
    table = list(csv.DictReader(io.StringIO(visitor.get(f"{FILE}csv").content.decode("utf-8-sig"))))

    assert (told["dihitung"], told["periode"]["kunci"]) == ("2026-07-21T10:00:00+08:00", "2026-2")
    assert "usulan" in told["catatan_lisensi"]
    assert [list(row) for row in table] == [[column.key for column in COLUMNS]] * len(told["data"])
    own = ("layanan", "periode", "dihitung")
    as_text = [
        {key: "" if value is None else str(value) for key, value in row.items()} for row in told["data"]
    ]
    assert [{key: value for key, value in row.items() if key not in own} for row in table] == as_text
    assert {row["bagian"] for row in told["data"]} <= {section.key for section in SECTIONS}
    rows = {(row["bagian"], row["kunci"]): row["nilai"] for row in told["data"]}
    assert rows["izin_per_bulan", "2026-07"] == 1
    assert rows["izin_per_wilayah", "64.08"] == 1
    assert rows["tepat_waktu", "izin"] == 100

    permit = Permit.objects.get()
    page = visitor.get(PAGE).content
    for private in (permit.company, permit.number.text, str(case), case.application.reference):
        for answer in (page, visitor.get(f"{FILE}json").content, visitor.get(f"{FILE}csv").content):
            assert private not in answer.decode()
    assert "1 dari 1" in plain(page)
    assert "Dihitung 21 Juli 2026 pukul 10.00.00 WITA." in plain(page)
    assert page.decode().count("<desc") == 3


def test_a_time_of_four_cases_is_withheld_and_of_five_told(
    visitor: Client, time_machine: TimeMachineFixture
) -> None:
    def times() -> list[dict[str, object]]:
        data = json.loads(visitor.get(f"{FILE}json").content)["data"]
        return [row for row in data if (row["bagian"], row["kunci"]) == ("langkah", "check")]

    for day in range(4):
        case_at("register", at=LATE_MORNING + timedelta(days=day))
    assert {(row["nilai"], row["n"], row["keterangan"]) for row in times()} == {
        (None, None, "ditahan: kurang dari 5 berkas")
    }
    assert "kurang dari 5 berkas" in plain(visitor.get(PAGE).content)
    case_at("register", at=LATE_MORNING + timedelta(days=4))
    time_machine.shift(counted.FRESH + timedelta(seconds=1))
    assert [(row["ukuran"], row["satuan"], row["nilai"], row["n"]) for row in times()] == [
        ("median", "hari kerja", 0, 5),
        ("p90", "hari kerja", 0, 5),
        ("median", "menit kerja", 5, 5),
        ("p90", "menit kerja", 5, 5),
    ]


def test_a_visitor_has_nothing_long_counted_and_reads_the_last_count(
    visitor: Client, monkeypatch: pytest.MonkeyPatch, time_machine: TimeMachineFixture
) -> None:
    """Also where no counter runs: then there is nothing yet, or what was counted however long ago."""
    monkeypatch.setattr(counted, "FEW", 0)
    case_at("end", at=MONDAY)
    assert "Sedang dihitung" in visitor.get(PAGE).content.decode()
    answer = visitor.get(f"{FILE}json")
    assert (answer.status_code, answer["Retry-After"]) == (503, "60")
    call_command("count", once=True)
    for key in ("2026-2", "2026"):
        assert visitor.get(f"/statistik/{SLUG}/{key}.json").status_code == 200
    time_machine.shift(timedelta(days=30))
    assert "Dihitung 21 Juli 2026" in plain(visitor.get(PAGE).content)


def test_what_was_never_there_is_not_found_or_said(visitor: Client) -> None:
    assert visitor.get(f"/statistik/{SLUG}/1999-1.json").status_code == 404
    assert visitor.get("/statistik/karangan/2026-2.json").status_code == 404
    assert visitor.get(f"{FILE}exe").status_code == 404
    for query, sentence in (
        ("periode=1999-1", "Pilih salah satu periode dalam daftar."),
        ("layanan=<b>", "Pilih salah satu layanan dalam daftar."),
    ):
        answer = visitor.get(f"{PAGE}?{query}")
        assert answer.status_code == 422
        assert sentence in plain(answer.content)
    page = plain(visitor.get("/statistik/kamus/").content)
    assert "tepat_waktu" in page
    assert "usulan" in page
    assert 'href="/statistik/"' in visitor.get("/").content.decode()


def test_what_is_counted_costs_as_many_queries_for_ten_cases_as_for_one(visitor: Client) -> None:
    def cost() -> int:
        counted.forget_all()
        with CaptureQueriesContext(connection) as asked:
            assert visitor.get(PAGE).status_code == 200
        return len(asked)

    case_at("end", at=MONDAY)
    cost()
    one = cost()
    for hour in range(1, 4):
        case_at("end", at=MONDAY + timedelta(hours=hour))
    assert Case.objects.count() == 4
    assert cost() == one
