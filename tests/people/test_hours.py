"""Service hours: what the SOP prints, what the office sets, and what the calendar closes."""

from __future__ import annotations

from datetime import date, time

import pytest

from muara.people.actions import NotAdministrator, Refused, add_calendar_day, set_hours
from muara.people.hours import hours_in_force, next_opening, open_at, opening_on
from muara.people.models import Office
from muara.web.demo import officer
from tests.clock import MONDAY, at

pytestmark = pytest.mark.django_db

WEEKDAYS = [0, 1, 2, 3]


def change(**given: object) -> None:
    said = {
        "weekdays": WEEKDAYS,
        "opens": time(8),
        "closes": time(15),
        "effective_from": date(2026, 8, 3),
        "basis": "Surat edaran contoh",
        "by": officer("administrator"),
        "at": MONDAY,
    }
    set_hours(**said | given)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("moment", "open_"),
    [
        ("2026-07-06 07:59", False),
        ("2026-07-06 08:00", True),
        ("2026-07-09 18:59", True),
        ("2026-07-09 19:00", False),
        ("2026-07-10 10:59", True),  # Friday
        ("2026-07-10 11:00", False),
        ("2026-07-11 09:00", False),  # Saturday
        ("2026-08-17 09:00", False),  # Independence Day, a Monday
    ],
)
def test_the_office_is_open_in_the_hours_of_the_sop_on_working_days(
    office: Office, moment: str, open_: bool
) -> None:
    assert (open_at(at(moment)) is not None) == open_


@pytest.mark.parametrize(
    ("moment", "opens"),
    [
        ("2026-07-06 07:00", "2026-07-06 08:00"),
        ("2026-07-06 09:00", "2026-07-07 08:00"),
        ("2026-07-10 11:00", "2026-07-13 08:00"),
        ("2026-08-14 12:00", "2026-08-18 08:00"),  # over a weekend and the 17th
    ],
)
def test_a_closed_office_says_when_it_opens_next(office: Office, moment: str, opens: str) -> None:
    following = next_opening(at(moment))
    assert following is not None
    assert following.begins == at(opens)


def test_new_hours_hold_from_their_day_and_the_old_ones_before_it(office: Office) -> None:
    change()

    before, after = opening_on(date(2026, 7, 30)), opening_on(date(2026, 8, 3))
    assert before is not None
    assert after is not None
    assert (before.told, after.told) == ("08.00–19.00", "08.00–15.00")
    assert hours_in_force(date(2026, 8, 3))[4].told == "08.00–11.00"


def test_a_replacement_working_day_has_mondays_hours(office: Office) -> None:
    add_calendar_day(
        day=date(2026, 7, 11),
        kind="HARI_KERJA_PENGGANTI",
        name="Pengganti",
        by=officer("administrator"),
        at=MONDAY,
    )
    opening = opening_on(date(2026, 7, 11))
    assert opening is not None
    assert opening.told == "08.00–19.00"


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"weekdays": []}, "Pilih hari"),
        ({"weekdays": [7]}, "Pilih hari"),
        ({"closes": time(8)}, "sesudah jam buka"),
        ({"closes": None}, "kosongkan keduanya"),
        ({"effective_from": date(2026, 7, 5)}, "berlaku surut"),
        ({"basis": " "}, "dasar"),
    ],
)
def test_hours_that_cannot_be_are_refused(office: Office, wrong: dict[str, object], told: str) -> None:
    with pytest.raises(Refused, match=told):
        change(**wrong)


def test_hours_are_set_once_a_day_by_an_administrator(office: Office) -> None:
    change()
    with pytest.raises(Refused, match="sudah diatur"):
        change()
    with pytest.raises(NotAdministrator):
        change(by=officer("customer_service"), effective_from=date(2026, 9, 1))


def test_an_office_that_set_no_hours_is_closed_and_does_not_know_when_it_opens() -> None:
    assert open_at(MONDAY) is None
    assert next_opening(MONDAY) is None
