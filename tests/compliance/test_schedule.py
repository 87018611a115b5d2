"""When what is due: calendar periods, pro rata at both ends, the 15th of the next month on a working day."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muara.cases.terms import Limit, LimitKind, Point, PointKind, Terms
from muara.compliance.arithmetic.schedule import (
    DueRule,
    DutyKind,
    Frequency,
    due_day,
    duties,
    period_of,
    periods,
    reminders,
)
from muara.sop.working_time import Calendar, is_working_day

OPEN = Calendar()
DAYS = st.dates(min_value=date(2024, 1, 1), max_value=date(2032, 12, 31))


def test_the_first_period_is_pro_rata_and_so_is_the_last() -> None:
    found = list(periods(Frequency.QUARTERLY, starts=date(2026, 8, 10), ends=date(2027, 2, 9)))

    assert [(period.name, period.first, period.last, period.is_partial) for period in found] == [
        ("Triwulan III 2026", date(2026, 8, 10), date(2026, 9, 30), True),
        ("Triwulan IV 2026", date(2026, 10, 1), date(2026, 12, 31), False),
        ("Triwulan I 2027", date(2027, 1, 1), date(2027, 2, 9), True),
    ]


@pytest.mark.parametrize(
    ("frequency", "day", "name", "first", "last"),
    [
        (Frequency.MONTHLY, date(2028, 2, 29), "Februari 2028", date(2028, 2, 1), date(2028, 2, 29)),
        (Frequency.QUARTERLY, date(2026, 12, 31), "Triwulan IV 2026", date(2026, 10, 1), date(2026, 12, 31)),
        (Frequency.HALF_YEARLY, date(2026, 6, 30), "Semester I 2026", date(2026, 1, 1), date(2026, 6, 30)),
        (Frequency.HALF_YEARLY, date(2026, 7, 1), "Semester II 2026", date(2026, 7, 1), date(2026, 12, 31)),
        (Frequency.DAILY, date(2026, 7, 1), "1 Juli 2026", date(2026, 7, 1), date(2026, 7, 1)),
    ],
)
def test_periods_are_those_of_the_calendar(
    frequency: Frequency, day: date, name: str, first: date, last: date
) -> None:
    found = period_of(frequency, day)

    assert (found.name, found.first, found.last) == (name, first, last)


@given(DAYS, DAYS, st.sampled_from([f for f in Frequency if f is not Frequency.STANDING]))
def test_periods_cover_every_day_once(one: date, other: date, frequency: Frequency) -> None:
    starts, ends = min(one, other), max(one, other)
    found = list(periods(frequency, starts=starts, ends=ends))

    assert (found[0].first, found[-1].last) == (starts, ends)
    assert sum(period.days for period in found) == (ends - starts).days + 1


def test_what_stands_all_the_time_has_no_periods() -> None:
    assert list(periods(Frequency.STANDING, starts=date(2026, 1, 1), ends=date(2026, 12, 31))) == []


def test_a_report_is_due_on_the_15th_of_the_next_month() -> None:
    assert due_day(period_of(Frequency.QUARTERLY, date(2026, 8, 1)), calendar=OPEN) == date(2026, 10, 15)
    assert due_day(period_of(Frequency.QUARTERLY, date(2026, 11, 1)), calendar=OPEN) == date(2027, 1, 15)


def test_a_due_day_on_a_closed_day_is_the_next_working_day() -> None:
    """15 August 2026 is a Saturday, 17 August a holiday."""
    calendar = Calendar(closed=frozenset({date(2026, 8, 17)}))

    assert due_day(period_of(Frequency.MONTHLY, date(2026, 7, 1)), calendar=calendar) == date(2026, 8, 18)


def test_the_office_may_choose_another_day() -> None:
    january = period_of(Frequency.MONTHLY, date(2026, 1, 1))

    assert due_day(january, calendar=OPEN, rule=DueRule(day_of_month=10)) == date(2026, 2, 10)
    assert due_day(january, calendar=OPEN, rule=DueRule(day_of_month=31)) == date(
        2026, 3, 2
    )  # 28 is Saturday


def test_reminders_come_on_working_days_before_and_after() -> None:
    """−14, −3, +1, +7 days around Thursday 15 October 2026 (domain 3.6)."""
    found = reminders(date(2026, 10, 15), calendar=OPEN)

    assert [(reminder.day, reminder.offset) for reminder in found] == [
        (date(2026, 10, 1), -14),
        (date(2026, 10, 12), -3),
        (date(2026, 10, 16), 1),
        (date(2026, 10, 22), 7),
    ]


@given(DAYS)
def test_no_reminder_comes_on_a_closed_day_nor_on_the_wrong_side(due: date) -> None:
    for reminder in reminders(due, calendar=OPEN):
        assert is_working_day(OPEN, reminder.day)
        assert reminder.day < due if reminder.offset < 0 else reminder.day > due


TERMS = Terms(
    flow_per_day="1500",
    limits=(
        Limit("TSS", LimitKind.MOST, "mg/L", high="100"),
        Limit("pH", LimitKind.RANGE, low="6", high="9"),
    ),
    points=(
        Point(PointKind.COMPLIANCE, "TP-1", "-1.0", "117.0"),
        Point(PointKind.COMPLIANCE, "TP-2", "-1.0", "117.1"),
        Point(PointKind.DISCHARGE, "OF-1", "-1.0", "117.2"),
        Point(PointKind.SEA, "TL-1", "-1.0", "117.3"),
    ),
    obligations=("Menjaga saluran kedap air",),
)


def test_the_duties_of_a_permit_answer_every_clause_of_the_sop() -> None:
    """G.B of the SOP: obligations 8 to 17."""
    found = duties(TERMS)

    assert {duty.kind.clause for duty in found} == {f"G.{number}" for number in range(8, 18)} | {""}
    assert [(duty.point, duty.frequency) for duty in found if duty.kind is DutyKind.DAILY_LOG] == [
        ("TP-1", Frequency.DAILY),
        ("TP-2", Frequency.DAILY),
    ]
    assert [(duty.point, duty.parameter) for duty in found if duty.kind is DutyKind.LAB_TEST] == [
        ("TP-1", "TSS"),
        ("TP-1", "pH"),
        ("TP-2", "TSS"),
        ("TP-2", "pH"),
    ]
    assert [duty.point for duty in found if duty.kind is DutyKind.SEA_TEST] == ["TL-1"]
    assert [duty.wording for duty in found if duty.kind is DutyKind.WORDED] == ["Menjaga saluran kedap air"]
