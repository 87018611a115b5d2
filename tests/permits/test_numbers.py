"""Numbers run without a gap, a year at a time, in the office's own pattern; permits run five years."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from muara.cases.actions import Refused
from muara.people.models import Office
from muara.permits.actions import set_up_series, take_number
from muara.permits.models import Number, Permit, Series
from muara.permits.queries import number_blanks
from muara.web.demo import officer
from tests.clock import MONDAY, at
from tests.remembered import case_at

pytestmark = [pytest.mark.django_db, pytest.mark.both]

NEW_YEARS_EVE = at("2026-12-31 23:59")
NEW_YEAR = at("2027-01-01 00:00")


def give(moment: object = MONDAY, series: str = "permit") -> Number:
    return take_number(service="LHP", series=series, given_to="uji", by=officer("registrar"), at=moment)  # type: ignore[arg-type]


def test_the_pattern_of_the_sop_is_the_default(office: Office) -> None:
    assert [give().text for _ in range(3)] == [
        "503/1/DPMPTSP-III/2026",
        "503/2/DPMPTSP-III/2026",
        "503/3/DPMPTSP-III/2026",
    ]
    assert give(series="registration").text == "LHP/2026/0001"


def test_the_count_begins_anew_at_midnight_in_samarinda(office: Office) -> None:
    assert give(NEW_YEARS_EVE).text == "503/1/DPMPTSP-III/2026"
    assert give(NEW_YEAR).text == "503/1/DPMPTSP-III/2027"


def test_no_number_is_dated_before_the_one_before_it(office: Office) -> None:
    give(at("2026-07-07 09:00"))

    with pytest.raises(Refused, match="sesudah hari ini"):
        give(at("2026-07-06 09:00"))


def test_a_number_taken_in_an_act_that_fails_is_given_again(office: Office) -> None:
    @transaction.atomic
    def fails_after_taking() -> None:
        give()
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fails_after_taking()

    assert give().seq == 1


def test_a_register_taken_over_from_paper_starts_where_paper_ended(office: Office) -> None:
    values = {"klasifikasi": "503", "unit": "DPMPTSP", "bidang_romawi": "II"}
    pattern = "{klasifikasi}/{urut}/{unit}-{bidang_romawi}/{bulan_romawi}/{tahun}"
    set_up_series(
        service="LHP",
        key="permit",
        label="Izin",
        pattern=pattern,
        values=values,
        starts_at=268,
        by=None,
        at=MONDAY,
    )

    assert give().text == "503/268/DPMPTSP-II/VII/2026"
    assert give(NEW_YEAR).text == "503/1/DPMPTSP-II/I/2027"
    with pytest.raises(Refused, match="tidak dapat diubah"):
        set_up_series(
            service="LHP",
            key="permit",
            label="Izin",
            pattern=pattern,
            values=values,
            starts_at=1,
            by=None,
            at=MONDAY,
        )


def test_two_services_never_share_a_counter(office: Office) -> None:
    give()
    set_up_series(
        service="UJI",
        key="permit",
        label="Izin uji",
        pattern="UJI/{urut}/{tahun}",
        values={},
        starts_at=1,
        by=None,
        at=MONDAY,
    )

    first = take_number(service="UJI", series="permit", given_to="uji", by=officer("registrar"), at=MONDAY)

    assert (first.text, give().text) == ("UJI/1/2026", "503/2/DPMPTSP-III/2026")


def test_a_pattern_of_another_register_is_refused(office: Office) -> None:
    taken = Series.objects.get(service="LHP", key="permit")

    with pytest.raises(Refused, match="register lain"):
        set_up_series(
            service="UJI",
            key="permit",
            label="Izin uji",
            pattern=taken.pattern,
            values=taken.tokens,
            starts_at=1,
            by=None,
            at=MONDAY,
        )


@pytest.mark.parametrize("pattern", ["503/{tahun}", "503/{urut}", "503/{urut}/{kota}/{tahun}"])
def test_a_pattern_that_could_repeat_or_that_nothing_fills_is_refused(office: Office, pattern: str) -> None:
    with pytest.raises(Refused):
        set_up_series(
            service="LHP",
            key="permit",
            label="Izin",
            pattern=pattern,
            values={},
            starts_at=1,
            by=None,
            at=MONDAY,
        )


def test_the_database_refuses_the_same_number_twice(office: Office) -> None:
    first = give()

    with pytest.raises(IntegrityError), transaction.atomic():
        Number.objects.create(
            counter=first.counter,
            seq=first.seq,
            text="lain",
            dated=first.dated,
            given_to="uji",
            given_by=first.given_by,
            given_at=MONDAY,
        )


def test_what_the_registrar_writes_by_hand_is_left_blank(office: Office) -> None:
    assert number_blanks("LHP", "permit") == ("503/", "/DPMPTSP-III/……")


@pytest.mark.parametrize(
    ("issued", "ends"), [("2026-07-06", date(2031, 7, 6)), ("2024-02-29", date(2029, 2, 28))]
)
def test_a_permit_runs_five_years_to_the_same_date(office: Office, issued: str, ends: date) -> None:
    permit = Permit.objects.get(case=case_at("end", at=at(f"{issued} 11:00")))

    assert permit.issued_on == date.fromisoformat(issued)
    assert permit.expires_on == ends
    assert (permit.status(ends), permit.status(date(2032, 1, 1))) == ("berlaku", "berakhir")
