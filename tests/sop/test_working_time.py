"""Working days against golden dates that were counted by hand and with another library."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import holidays
import pytest
from holidays.constants import GOVERNMENT, PUBLIC
from hypothesis import given
from hypothesis import strategies as st

import muara.people
from muara.sop.definition import Limit
from muara.sop.working_time import (
    Calendar,
    CalendarTooClosed,
    add_working_days,
    add_years,
    day_zero,
    due,
    is_guess,
    is_working_day,
    trace,
    working_day_after,
    working_day_before,
    working_days_between,
    working_days_in,
)

CSV = Path(muara.people.__file__).parent / "data" / "hari_libur_2024_2027.csv"


def shipped(*, leave: bool = True) -> Calendar:
    """Read the calendar that Muara ships, with collective leave honoured or not."""
    with CSV.open(encoding="utf-8") as rows:
        days = {
            date.fromisoformat(row["tanggal"]): row["nama"]
            for row in csv.DictReader(rows)
            if leave or row["jenis"] != "CUTI_BERSAMA"
        }
    return Calendar(closed=frozenset(days), known_until=2027, names=days)


def of_2017(*, leave: bool = True) -> Calendar:
    """Ask the holidays library for 2017, when the SOP came into force."""
    kinds = (PUBLIC, GOVERNMENT) if leave else (PUBLIC,)
    return Calendar(closed=frozenset(holidays.country_holidays("ID", years=2017, categories=kinds)))


# H, then H+2, H+11, H+12, H+13, H+14, and H+14 where collective leave counts as work.
GOLDEN = [
    ("2017-06-07", "2017-06-09", "2017-06-22", "2017-07-03", "2017-07-04", "2017-07-05", "2017-06-28"),
    ("2024-04-01", "2024-04-03", "2024-04-24", "2024-04-25", "2024-04-26", "2024-04-29", "2024-04-23"),
    ("2025-03-20", "2025-03-24", "2025-04-15", "2025-04-16", "2025-04-17", "2025-04-21", "2025-04-11"),
    ("2026-03-10", "2026-03-12", "2026-04-01", "2026-04-02", "2026-04-06", "2026-04-07", "2026-03-31"),
    ("2026-05-11", "2026-05-13", "2026-06-02", "2026-06-03", "2026-06-04", "2026-06-05", "2026-06-03"),
    ("2026-12-10", "2026-12-14", "2026-12-29", "2026-12-30", "2026-12-31", "2027-01-04", "2026-12-31"),
    ("2027-03-01", "2027-03-03", "2027-03-24", "2027-03-29", "2027-03-30", "2027-03-31", "2027-03-24"),
    ("2027-05-03", "2027-05-05", "2027-05-25", "2027-05-26", "2027-05-27", "2027-05-28", "2027-05-26"),
]
DAYS = [2, 11, 12, 13, 14]


def calendar_for(day: date, *, leave: bool = True) -> Calendar:
    return of_2017(leave=leave) if day.year == 2017 else shipped(leave=leave)


@pytest.mark.parametrize("row", GOLDEN, ids=[row[0] for row in GOLDEN])
def test_golden_dates_of_every_limit(row: tuple[str, ...]) -> None:
    start = date.fromisoformat(row[0])

    found = [add_working_days(calendar_for(start), start, days).isoformat() for days in DAYS]

    assert found == list(row[1:6])


@pytest.mark.parametrize("row", GOLDEN, ids=[row[0] for row in GOLDEN])
def test_golden_dates_of_the_promise_where_collective_leave_is_ignored(row: tuple[str, ...]) -> None:
    start = date.fromisoformat(row[0])

    assert add_working_days(calendar_for(start, leave=False), start, 14).isoformat() == row[6]


@pytest.mark.parametrize(("year", "count"), [(2024, 238), (2025, 237), (2026, 240), (2027, 242)])
def test_working_days_of_a_year(year: int, count: int) -> None:
    calendar = shipped()
    days = (date(year, 1, 1) + timedelta(days=offset) for offset in range(366))

    assert sum(is_working_day(calendar, day) for day in days if day.year == year) == count


@pytest.mark.parametrize("leave", [True, False])
def test_the_shipped_calendar_is_what_the_holidays_library_says(leave: bool) -> None:
    kinds = (PUBLIC, GOVERNMENT) if leave else (PUBLIC,)
    said = holidays.country_holidays("ID", years=range(2024, 2028), categories=kinds)

    assert {day for day in said if 2024 <= day.year <= 2027} == set(shipped(leave=leave).closed)


def test_h_on_a_closed_day_is_the_next_working_day() -> None:
    saturday = date(2026, 6, 6)

    assert day_zero(shipped(), saturday) == date(2026, 6, 8)
    assert add_working_days(shipped(), saturday, 2) == date(2026, 6, 10)


def test_a_replacement_working_day_counts_even_on_a_saturday() -> None:
    saturday = date(2026, 6, 6)
    calendar = Calendar(opened=frozenset({saturday}))

    assert add_working_days(calendar, date(2026, 6, 5), 1) == saturday


def test_a_limit_without_days_has_no_due_date() -> None:
    printed = Limit("Sesuai kebutuhan & keperluan pemohon", None, None, False, "")
    counted = Limit("Hari H - H+13 5 - 15 menit", "recommendation", 13, False, "")

    assert due(shipped(), None, date(2026, 3, 10)) is None
    assert due(shipped(), printed, date(2026, 3, 10)) is None
    assert due(shipped(), counted, date(2026, 3, 10)) == date(2026, 4, 6)


def test_a_count_explains_every_day() -> None:
    explained = [
        (step.day.isoformat(), step.counted, step.reason) for step in trace(shipped(), date(2026, 12, 23), 2)
    ]

    assert explained == [
        ("2026-12-23", 0, "H"),
        ("2026-12-24", None, "Cuti Bersama Hari Raya Natal"),
        ("2026-12-25", None, "Hari Raya Natal"),
        ("2026-12-26", None, "Sabtu"),
        ("2026-12-27", None, "Minggu"),
        ("2026-12-28", 1, "H+1"),
        ("2026-12-29", 2, "H+2"),
    ]


def test_a_deadline_beyond_the_decreed_years_is_a_guess() -> None:
    assert is_guess(shipped(), date(2028, 1, 3))
    assert not is_guess(shipped(), date(2027, 12, 31))
    assert not is_guess(Calendar(), date(2040, 1, 1))


def test_a_calendar_without_working_days_is_refused_instead_of_searched_for_ever() -> None:
    start = date(2026, 1, 1)
    closed = Calendar(closed=frozenset(start + timedelta(days=offset) for offset in range(400)))

    with pytest.raises(CalendarTooClosed):
        day_zero(closed, start)
    with pytest.raises(ValueError, match="negative"):
        add_working_days(Calendar(), start, -1)


@given(st.dates(date(2024, 1, 1), date(2027, 6, 30)), st.integers(0, 60))
def test_counting_back_gives_the_number_that_was_added(day: date, days: int) -> None:
    calendar = shipped()
    last = add_working_days(calendar, day, days)

    assert working_days_between(calendar, day, last) == days
    assert is_working_day(calendar, last)


@given(st.dates(date(2024, 1, 1), date(2027, 6, 30)), st.integers(0, 30))
def test_a_trace_leaves_no_day_out(day: date, days: int) -> None:
    steps = trace(shipped(), day, days)

    assert steps[0].day == day
    assert all(later.day - earlier.day == timedelta(days=1) for earlier, later in pairwise(steps))
    assert [step.counted for step in steps if step.counted is not None] == list(range(days + 1))


@given(st.dates(date(2025, 1, 1), date(2027, 6, 30)), st.integers(0, 30))
def test_the_working_day_before_is_found_again_by_counting_forwards(day: date, days: int) -> None:
    calendar = shipped()
    here = day_zero(calendar, day)
    found = working_day_before(calendar, here, days)

    assert is_working_day(calendar, found)
    assert add_working_days(calendar, found, days) == here


@given(st.dates(date(2025, 1, 1), date(2027, 6, 30)), st.integers(1, 30))
def test_the_working_day_after_any_day_is_as_far_as_the_desk_counts(day: date, days: int) -> None:
    found = working_day_after(shipped(), day, days)

    assert is_working_day(shipped(), found)
    assert working_days_in(shipped(), after=day, until=found) == days


def test_no_working_day_in_a_year_is_refused_backwards_too() -> None:
    closed = Calendar(closed=frozenset(date(2026, 1, 1) + timedelta(days=n) for n in range(-400, 400)))
    with pytest.raises(CalendarTooClosed):
        working_day_before(closed, date(2026, 6, 1), 1)


def test_an_earlier_day_is_no_working_days_away() -> None:
    assert working_days_between(shipped(), date(2026, 6, 10), date(2026, 6, 8)) == 0


@pytest.mark.parametrize(
    ("issued", "ends"),
    [
        ("2013-10-11", "2018-10-11"),
        ("2024-02-29", "2029-02-28"),
        ("2027-02-28", "2032-02-28"),
        ("2026-12-31", "2031-12-31"),
    ],
)
def test_five_years_end_on_the_same_calendar_date(issued: str, ends: str) -> None:
    assert add_years(date.fromisoformat(issued), 5).isoformat() == ends
