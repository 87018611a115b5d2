"""The calendar that comes with Muara, and what an administrator does to it."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest

from muara.audit.models import Entry
from muara.people.actions import (
    NotAdministrator,
    Refused,
    add_calendar_day,
    import_calendar,
    remove_calendar_day,
    shipped_calendar,
)
from muara.people.calendar import office_calendar
from muara.people.models import CalendarDay
from muara.sop.working_time import add_working_days, is_working_day
from muara.web.demo import officer
from tests.clock import MONDAY

pytestmark = pytest.mark.django_db

ROW = {"tanggal": "2028-01-01", "jenis": "LIBUR_NASIONAL", "nama": "Tahun Baru Masehi", "perkiraan": "N"}


def working_days(year: int) -> int:
    calendar, first = office_calendar(), date(year, 1, 1)
    return sum(
        is_working_day(calendar, first + timedelta(days=n))
        for n in range((date(year + 1, 1, 1) - first).days)
    )


def shipped() -> int:
    return import_calendar(rows=shipped_calendar(), source="uji", by=None, at=MONDAY)


@pytest.mark.parametrize(("year", "days"), [(2024, 238), (2025, 237), (2026, 240), (2027, 242)])
def test_a_year_has_the_working_days_that_were_decreed(year: int, days: int) -> None:
    """Domain 8, counted independently."""
    shipped()
    assert working_days(year) == days


@pytest.mark.parametrize(
    ("h", "days", "due"),
    [
        ("2024-04-01", 14, "2024-04-29"),
        ("2025-03-20", 14, "2025-04-21"),
        ("2026-03-10", 11, "2026-04-01"),
        ("2026-12-10", 14, "2027-01-04"),
        ("2027-05-03", 13, "2027-05-27"),
    ],
)
def test_deadlines_fall_on_the_golden_dates(h: str, days: int, due: str) -> None:
    shipped()
    assert add_working_days(office_calendar(), date.fromisoformat(h), days) == date.fromisoformat(due)


def test_the_same_table_twice_adds_nothing_and_records_nothing() -> None:
    assert shipped() == 108
    assert shipped() == 0
    assert CalendarDay.objects.count() == 108
    assert [entry.verb for entry in Entry.objects.filter(chain="calendar")] == ["calendar.import"]


def test_a_decreed_day_loses_its_mark_of_an_estimate() -> None:
    import_calendar(rows=[{**ROW, "perkiraan": "Y"}], source="uji", by=None, at=MONDAY)
    assert import_calendar(rows=[ROW], source="uji", by=None, at=MONDAY) == 0
    assert not CalendarDay.objects.get().estimated


@pytest.mark.parametrize(
    "broken",
    [
        {"tanggal": "2028-02-30"},
        {"tanggal": "1/1/2028"},
        {"jenis": "LIBUR"},
        {"nama": " "},
        {"nama": "Tahun Baru \x00"},
        {"perkiraan": "mungkin"},
    ],
)
def test_a_broken_line_is_named_and_nothing_is_imported(broken: dict[str, str]) -> None:
    with pytest.raises(Refused, match="Baris 3: ") as refusal:
        import_calendar(rows=[ROW, {**ROW, **broken}], source="uji", by=None, at=MONDAY)
    assert "Tidak ada baris yang diimpor" in refusal.value.message
    assert CalendarDay.objects.count() == 0


def test_a_table_without_a_column_is_named() -> None:
    rows = [{name: text for name, text in ROW.items() if name != "perkiraan"}]
    with pytest.raises(Refused, match="Baris 2: kolom perkiraan tidak ada"):
        import_calendar(rows=rows, source="uji", by=None, at=MONDAY)


@pytest.mark.usefixtures("_office")
def test_a_local_holiday_closes_a_day_and_removing_it_opens_it_again() -> None:
    by, day = officer("administrator"), date(2026, 7, 8)
    row = add_calendar_day(day=day, kind="LIBUR_DAERAH", name="Hari Jadi", by=by, at=MONDAY)
    assert not is_working_day(office_calendar(), day)
    remove_calendar_day(row.pk, by=by, at=MONDAY)
    assert is_working_day(office_calendar(), day)
    told = [json.loads(e.text)["facts"] for e in Entry.objects.filter(chain="calendar").order_by("seq")][-2:]
    assert [(fact["date"], fact["name"]) for fact in told] == [("2026-07-08", "Hari Jadi")] * 2


@pytest.mark.usefixtures("_office")
def test_a_replacement_day_opens_a_saturday() -> None:
    day = date(2026, 7, 11)
    add_calendar_day(
        day=day, kind="HARI_KERJA_PENGGANTI", name="Pengganti", by=officer("administrator"), at=MONDAY
    )
    assert is_working_day(office_calendar(), day)


@pytest.mark.usefixtures("_office")
def test_a_day_stands_in_the_calendar_once() -> None:
    with pytest.raises(Refused) as refusal:
        add_calendar_day(
            day=date(2026, 8, 17),
            kind="LIBUR_NASIONAL",
            name="Proklamasi",
            by=officer("administrator"),
            at=MONDAY,
        )
    assert refusal.value.field == "date"


@pytest.mark.usefixtures("_office")
@pytest.mark.parametrize("actor", ["auditor", "head_of_office", "registrar"])
def test_only_an_administrator_edits_the_calendar(actor: str) -> None:
    by, some = officer(actor), CalendarDay.objects.all()[0]
    with pytest.raises(NotAdministrator):
        add_calendar_day(day=date(2026, 7, 8), kind="LIBUR_DAERAH", name="Libur", by=by, at=MONDAY)
    with pytest.raises(NotAdministrator):
        remove_calendar_day(some.pk, by=by, at=MONDAY)
    with pytest.raises(NotAdministrator):
        import_calendar(rows=[ROW], source="uji", by=by, at=MONDAY)
