"""What the public reads of a permit's compliance: nothing before the office decides so, then what holds."""

from __future__ import annotations

import csv
import io
import json
from datetime import date

import pytest
from django.core.cache import caches
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from time_machine import TimeMachineFixture

from muara.compliance.actions.oversight import rule
from muara.compliance.models import Finding, Grant
from muara.compliance.published import published_quarters
from muara.compliance.queries import month_summary, quarter_tally
from muara.people.actions import Refused, set_office_setting
from muara.people.calendar import office_calendar
from muara.people.models import office_day
from muara.web.demo import officer
from tests.clock import at
from tests.compliance.test_oversight import found
from tests.compliance.test_reports import certify, log
from tests.holders import Holder
from tests.web.test_duties import said

pytestmark = pytest.mark.django_db

NOW = at("2026-10-20 09:00")  # the report of the third quarter was due on the 15th


def publish(quarters: int, day: str = "2026-10-19") -> None:
    set_office_setting(
        setting="published_quarters",
        value=quarters,
        effective_from=date.fromisoformat(day),
        basis="Keputusan contoh",
        by=None,
        at=at("2026-10-19 08:00"),
    )
    caches["counted"].clear()


@pytest.fixture
def anybody(holder: Holder, time_machine: TimeMachineFixture) -> Client:
    """July without a gap, then silence; COD exceeds, TSS exceeds, one of them is confirmed."""
    log(holder, first=date(2026, 7, 6), last=date(2026, 7, 31))
    certify(holder, date(2026, 8, 3), "C-1", TSS="310", COD="900", BOD5="2")
    caches["counted"].clear()
    time_machine.move_to(NOW, tick=False)
    return Client()


def confirm(holder: Holder, name: str, outcome: Finding.Outcome = Finding.Outcome.CONFIRMED) -> None:
    thing = next(one for one in found(NOW) if one.name == name)
    rule(holder.discharge, thing, outcome=outcome, reason="Rahasia.", by=officer("technical_team"), at=NOW)
    caches["counted"].clear()


def pages(holder: Holder) -> tuple[str, str]:
    number = holder.permit.number.text
    return f"/izin/{holder.permit.draft.token}/", f"/izin/register/ketaatan/?nomor={number}"


def test_nothing_is_published_until_the_office_decides_so_and_again_after(
    holder: Holder, anybody: Client
) -> None:
    qr, register = pages(holder)

    def shown() -> tuple[bool, int, int, bool]:
        return (
            "Ketaatan menurut triwulan" in said(anybody.get(qr)),
            anybody.get(register).status_code,
            anybody.get("/izin/register/ketaatan.csv").status_code,
            "Ketaatan" in said(anybody.get("/izin/register/")),
        )

    assert shown() == (False, 404, 404, False)
    publish(4)
    assert shown() == (True, 200, 200, True)
    assert anybody.get("/izin/register/ketaatan/?nomor=x").status_code == 404
    publish(0, day="2026-10-20")
    assert shown() == (False, 404, 404, False)
    with pytest.raises(Refused, match="0 sampai 20"):
        publish(21, day="2026-10-21")


def test_a_quarter_tells_numerator_and_denominator_and_only_what_was_confirmed(
    holder: Holder, anybody: Client
) -> None:
    publish(4)
    qr, register = pages(holder)
    before = said(anybody.get(qr))
    # 87 days from 6 July to 30 September, of which 26 were logged and within their limits.
    assert "Triwulan III 2026 Belum seluruhnya terbukti taat 26 dari 87" in before
    months = [
        month_summary(holder.discharge, date(2026, month, 1), until=office_day(NOW)) for month in (7, 8, 9)
    ]
    tests = quarter_tally(months)
    assert (tests.complying, tests.exceeding) == (1, 2)
    assert f"1 dari {tests.required} tidak ada" in before
    # Neither what was detected nor a measured value is anywhere.
    for hidden in ("310", "900", "terdeteksi", "TSS", "COD"):
        assert hidden not in said(anybody.get(register))

    confirm(holder, "TSS")
    confirm(holder, "COD", Finding.Outcome.DISMISSED)
    after = said(anybody.get(register))
    assert "Triwulan III 2026 Ada pelampauan yang ditegaskan 26 dari 87" in after
    assert "TSS di TP-01, 03-08-2026" in after
    for hidden in ("310", "COD", "Rahasia"):
        assert hidden not in after


def test_a_quarter_is_published_only_once_its_report_is_due(
    holder: Holder, anybody: Client, time_machine: TimeMachineFixture
) -> None:
    publish(1)
    time_machine.move_to(at("2026-10-19 09:00"), tick=False)
    _, register = pages(holder)
    assert "Triwulan III 2026" in said(anybody.get(register))
    assert "Triwulan IV 2026" not in said(anybody.get(register))
    time_machine.move_to(at("2027-01-18 09:00"), tick=False)
    assert "Triwulan III 2026" not in said(anybody.get(register))  # only the last one is told
    assert "Triwulan IV 2026" in said(anybody.get(register))


def test_many_quarters_are_read_with_as_many_queries_as_one(holder: Holder, anybody: Client) -> None:
    grant = Grant.objects.select_related("discharge").prefetch_related("discharge__grants").get()
    office_calendar()  # it is read once, whoever asks
    told = []
    for number in (1, 3):
        with CaptureQueriesContext(connection) as seen:
            found = published_quarters(grant, number=number, today=date(2027, 4, 20))
        told.append(([one.name for one in found], len(seen)))

    (one, queries), (three, same) = told
    assert (one, three) == (
        ["Triwulan I 2027"],
        ["Triwulan I 2027", "Triwulan IV 2026", "Triwulan III 2026"],
    )
    assert same == queries


def test_the_open_data_say_the_same_in_every_form(holder: Holder, anybody: Client) -> None:
    publish(4)
    confirm(holder, "TSS")
    told = json.loads(anybody.get("/izin/register/ketaatan.json").content)
    (line,) = told["ketaatan"]
    assert line["nomor_izin"] == holder.permit.number.text
    assert (line["triwulan"], line["hari_taat"], line["hari_wajib"]) == ("Triwulan III 2026", 26, 87)
    assert (line["uji_taat"], line["pelampauan_ditegaskan"]) == (1, 1)
    assert [column["nama"] for column in told["kolom"]] == list(line)
    text = anybody.get("/izin/register/ketaatan.csv").content.decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(text))
    assert row == {key: str(value) for key, value in line.items()}
    assert anybody.get("/izin/register/ketaatan.xlsx").content[:2] == b"PK"
    assert anybody.get("/izin/register/ketaatan.exe").status_code == 404
