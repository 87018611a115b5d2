"""How a permit stands on a day, read from its dates and from the decisions after its issue."""

from __future__ import annotations

from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from muara.people.actions import add_calendar_day
from muara.permits.models import LaterDecision
from muara.permits.standing import Status, life, moved_end, standing, term_ends
from tests.clock import MONDAY

Kind = LaterDecision.Kind
# Printed is Sunday, 6 July 2031: by UU 30/2014, Pasal 58(3), Monday is the last day.
ISSUED, PRINTED, LAST, AFTER = date(2026, 7, 6), date(2031, 7, 6), date(2031, 7, 7), date(2031, 7, 8)

pytestmark = pytest.mark.django_db  # the calendar says which days are holidays


def permit(
    *later: tuple[Kind, date],
    replaced_on: date | None = None,
    scan: int | None = 1,
    printed: date = PRINTED,
) -> Any:
    """A permit with decisions that count, each from its day."""
    rows = [
        SimpleNamespace(pk=pk, since=since, leads_to=LaterDecision.LEADS_TO.get(kind))
        for pk, (kind, since) in enumerate(later, start=1)
    ]
    return SimpleNamespace(
        scan_id=scan,
        issued_on=ISSUED,
        expires_on=printed,
        replaced_on=replaced_on,
        later=SimpleNamespace(all=lambda: rows),
    )


def spans(found: Any) -> list[tuple[str, date, date | None]]:
    return [(span.status.value, span.starts, span.ends) for span in life(found)]


def test_a_permit_runs_to_its_last_day_and_is_over_on_the_next() -> None:
    assert spans(permit()) == [("berlaku", ISSUED, LAST), ("berakhir", AFTER, None)]
    assert standing(permit(), on=LAST).is_in_force
    assert standing(permit(), on=AFTER).status is Status.EXPIRED


def test_a_permit_without_its_scan_has_no_life_yet() -> None:
    assert (spans(permit(scan=None)), standing(permit(scan=None), on=ISSUED).status) == ([], Status.UNISSUED)


def test_a_suspension_holds_until_it_is_lifted_and_adds_no_day() -> None:
    found = permit((Kind.SUSPENSION, date(2027, 1, 4)), (Kind.LIFTING, date(2027, 3, 1)))

    assert spans(found) == [
        ("berlaku", ISSUED, date(2027, 1, 3)),
        ("dibekukan", date(2027, 1, 4), date(2027, 2, 28)),
        ("berlaku", date(2027, 3, 1), LAST),
        ("berakhir", AFTER, None),
    ]
    assert not standing(found, on=date(2027, 2, 1)).is_in_force
    assert standing(found, on=date(2026, 12, 31)).is_in_force


@pytest.mark.parametrize(
    ("kind", "status"), [(Kind.REVOCATION, Status.REVOKED), (Kind.ANNULMENT, Status.ANNULLED)]
)
def test_what_ends_a_permit_ends_it_for_good(kind: Kind, status: Status) -> None:
    found = permit((Kind.SUSPENSION, date(2027, 1, 4)), (kind, date(2027, 3, 1)))

    assert standing(found, on=date(2027, 3, 1)).status is status
    assert standing(found, on=date(2040, 1, 1)).status is status
    assert standing(found, on=date(2027, 2, 28)).status is Status.SUSPENDED


def test_a_court_may_annul_a_permit_that_was_replaced() -> None:
    found = permit((Kind.ANNULMENT, date(2028, 1, 3)), replaced_on=date(2027, 6, 1))

    assert [span.status for span in life(found)] == [Status.ACTIVE, Status.REPLACED, Status.ANNULLED]


def test_a_correction_leaves_the_permit_as_it_stands() -> None:
    assert spans(permit((Kind.CORRECTION, date(2027, 1, 4)))) == spans(permit())


def test_two_decisions_of_one_day_count_in_their_order() -> None:
    day = date(2027, 1, 4)

    assert standing(permit((Kind.SUSPENSION, day), (Kind.LIFTING, day)), on=day).status is Status.ACTIVE
    assert standing(permit((Kind.SUSPENSION, ISSUED)), on=ISSUED).status is Status.SUSPENDED


@pytest.mark.parametrize(("day", "soon"), [(date(2031, 1, 7), False), (date(2031, 1, 8), True), (LAST, True)])
def test_a_permit_expires_soon_in_its_last_180_days(day: date, soon: bool) -> None:
    assert standing(permit(), on=day).expires_soon is soon


@pytest.mark.parametrize(
    ("printed", "kind", "last"),
    [
        ("2027-08-17", "LIBUR_NASIONAL", "2027-08-18"),  # a Tuesday
        ("2027-08-17", "CUTI_BERSAMA", "2027-08-17"),  # the law names Sundays and national holidays only
        ("2027-08-14", "", "2027-08-14"),  # a Saturday
        ("2027-08-15", "LIBUR_NASIONAL", "2027-08-16"),  # a Sunday
    ],
)
def test_an_end_on_a_sunday_or_national_holiday_is_the_next_working_day(
    printed: str, kind: str, last: str
) -> None:
    day = date.fromisoformat(printed)
    if kind:
        add_calendar_day(day=day, kind=kind, name="Contoh", by=None, at=MONDAY)
    found = permit(printed=day)

    assert (term_ends(found).isoformat(), moved_end(found) is None) == (last, last == printed)
    assert standing(found, on=date.fromisoformat(last)).is_in_force
    assert standing(found, on=date.fromisoformat(last) + timedelta(days=1)).status is Status.EXPIRED
