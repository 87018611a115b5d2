"""How each point stands, for the map: what exceeds, who is silent, what is missing, permits not in force."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from muara.compliance.actions.laboratory import Reported, Taken, enter_certificate
from muara.compliance.actions.obligations import designate
from muara.compliance.actions.oversight import rule
from muara.compliance.actions.readings import Entry, enter_readings
from muara.compliance.arithmetic.limits import FLOW, PH
from muara.compliance.arithmetic.measured import read_measured
from muara.compliance.arithmetic.presets import Ecosystem, Use
from muara.compliance.models import Discharge, Finding
from muara.compliance.points import PlacedPoint, PointState, placed_points
from muara.people.calendar import office_calendar
from muara.people.models import midnight, office_day
from muara.people.reading import only_reading
from muara.permits.models import LaterDecision
from muara.web.demo import officer, sample_upload
from tests.clock import MONDAY, at
from tests.compliance.test_oversight import found
from tests.compliance.test_reports import certify
from tests.holders import Holder
from tests.later import because, carry_through
from tests.remembered import case_at

pytestmark = pytest.mark.django_db

AUGUST = at("2026-08-20 09:00")  # July's tests were due on Tuesday the 18th, after the holiday


def placed(when: datetime) -> dict[str, PlacedPoint]:
    today = office_day(when)
    rows = Discharge.objects.select_related("company").prefetch_related("grants__permit__later")
    points = placed_points(
        list(rows), first=today - timedelta(days=90), today=today, calendar=office_calendar()
    )
    return {one.point.name: one for one in points}


def states(when: datetime) -> dict[str, PointState]:
    return {name: one.state for name, one in placed(when).items()}


def logged(holder: Holder, *, until: date, without: tuple[date, ...] = ()) -> None:
    first = holder.permit.issued_on
    days = [first + timedelta(days=number) for number in range((until - first).days + 1)]
    enter_readings(
        holder.discharge,
        [Entry(holder.outlet.pk, day, Decimal(1200), Decimal("7.1")) for day in days if day not in without],
        by=holder.person,
        at=at(f"{until + timedelta(days=1)} 09:00"),
        sure=True,
    )


def _certify_all(holder: Holder, keys: list[str]) -> None:
    """July's tests of everything that the permit limits, each within its limit."""
    units = {key: "" if key == PH else "mg/L" for key in keys}
    values = {key: "7" if key == PH else "0,1" for key in keys}
    reported = [Reported(key, read_measured(values[key], unit=units[key]), "SNI") for key in keys]
    enter_certificate(
        holder.discharge,
        laboratory=holder.laboratory,
        number="C-ALL",
        dated=date(2026, 7, 23),
        file=sample_upload("C-ALL", at=AUGUST),
        samples=[
            Taken(holder.outlet.pk, midnight(date(2026, 7, 20)) + timedelta(hours=9), "Petugas", reported)
        ],
        by=holder.person,
        at=AUGUST,
        sure=True,
    )


def test_a_point_complies_only_when_every_day_and_every_test_is_there(holder: Holder) -> None:
    assert states(MONDAY)["TP-01"] is PointState.NOTHING

    logged(holder, until=date(2026, 8, 19))
    assert placed(AUGUST)["TP-01"].state is PointState.INCOMPLETE
    wanting = holder.discharge.obligations.filter(kind="lab_test").count()
    assert placed(AUGUST)["TP-01"].told == (f"{wanting} uji bulanan belum ada.",)

    keys = dict.fromkeys(row.parameter for row in holder.discharge.limits.all())
    _certify_all(holder, [key for key in keys if key != FLOW])
    assert (placed(AUGUST)["TP-01"].state, placed(AUGUST)["TP-01"].told) == (PointState.COMPLIES, ())


def test_what_is_not_due_yet_is_not_missing(holder: Holder) -> None:
    logged(holder, until=date(2026, 8, 14))
    # The days before the due day owe no test yet; today's log is not owed either.
    early = placed(at("2026-08-15 09:00"))["TP-01"]
    assert (early.state, early.told) == (PointState.COMPLIES, ())


def test_an_exceedance_outweighs_what_is_missing_until_it_is_dismissed(holder: Holder) -> None:
    logged(holder, until=date(2026, 8, 19))
    certify(holder, date(2026, 7, 20), "C-1", TSS="310")
    outlet = placed(AUGUST)["TP-01"]
    assert outlet.state is PointState.EXCEEDS
    assert outlet.told[0] == "TSS melampaui: 1 kali terdeteksi."
    # Nothing is measured at the outfall itself.
    outfall = next(one for one in placed(AUGUST).values() if one.point.kind == "pembuangan")
    assert (outfall.state, outfall.told) == (PointState.EXCEEDS, outlet.told)

    (thing,) = (one for one in found(AUGUST) if one.kind == Finding.Kind.EXCEEDANCE)
    agency = officer("technical_team")
    rule(holder.discharge, thing, outcome=Finding.Outcome.CONFIRMED, reason="Benar.", by=agency, at=AUGUST)
    assert placed(AUGUST)["TP-01"].told[0] == "TSS melampaui: 1 kali ditegaskan petugas."
    rule(holder.discharge, thing, outcome=Finding.Outcome.DISMISSED, reason="Tertukar.", by=agency, at=AUGUST)
    assert placed(AUGUST)["TP-01"].state is PointState.INCOMPLETE


def test_a_result_that_cannot_be_judged_is_not_compliant(holder: Holder) -> None:
    logged(holder, until=date(2026, 8, 14))
    certify(holder, date(2026, 7, 20), "C-1", TSS="<300")

    outlet = placed(at("2026-08-15 09:00"))["TP-01"]
    assert (outlet.state, outlet.told) == (PointState.INCOMPLETE, ("1 hasil uji tidak dapat dinilai.",))


def test_a_gap_is_incomplete_and_a_week_without_a_log_is_silence(holder: Holder) -> None:
    logged(holder, until=date(2026, 7, 20), without=(date(2026, 7, 10), date(2026, 7, 12)))

    assert placed(at("2026-07-21 09:00"))["TP-01"].told == ("2 dari 15 hari belum tercatat lengkap.",)
    assert states(at("2026-07-27 09:00"))["TP-01"] is PointState.INCOMPLETE
    silent = placed(at("2026-07-28 09:00"))["TP-01"]
    assert silent.state is PointState.SILENT
    assert silent.told[0] == "Debit dan pH tidak dicatat sejak 20 Juli 2026."


def test_the_sea_is_held_against_the_standard_of_its_use(holder: Holder) -> None:
    assert states(AUGUST)["TL-01"] is PointState.NOTHING
    assert placed(at("2027-01-20 09:00"))["TL-01"].told == ("Uji air laut Semester II 2026 belum ada.",)
    designate(holder.sea, use=Use.BIOTA, ecosystem=Ecosystem.MANGROVE, by=None, at=AUGUST)
    taken = midnight(date(2026, 8, 3)) + timedelta(hours=9)

    def sampled(number: str, **results: str) -> PlacedPoint:
        reported = [Reported(name, read_measured(text, unit="mg/L"), "SNI") for name, text in results.items()]
        enter_certificate(
            holder.discharge,
            laboratory=holder.laboratory,
            number=number,
            dated=date(2026, 8, 10),
            file=sample_upload(number, at=AUGUST),
            samples=[Taken(holder.sea.pk, taken, "Petugas Contoh", reported)],
            by=holder.person,
            at=AUGUST,
            sure=True,
        )
        return placed(AUGUST)["TL-01"]

    assert sampled("L-1", BOD5="5").state is PointState.COMPLIES
    over = sampled("L-2", BOD5="25")
    assert over.state is PointState.EXCEEDS
    assert "contoh" in over.told[0]  # no standard of the sea binds before an officer confirmed it


def test_a_permit_that_is_not_in_force_is_told_before_what_was_measured(holder: Holder) -> None:
    certify(holder, date(2026, 7, 20), "C-1", TSS="310")
    carry_through(
        holder.permit, LaterDecision.Kind.SUSPENSION, because(date(2026, 8, 17)), at=at("2026-08-19 09:00")
    )
    outlet = placed(AUGUST)["TP-01"]
    assert outlet.state is PointState.SUSPENDED
    assert outlet.told[:2] == (
        "Izin dibekukan sejak 19 Agustus 2026.",
        "TSS melampaui: 1 kali terdeteksi.",
    )
    assert set(states(at("2031-07-08 09:00")).values()) == {PointState.ENDED}


@pytest.mark.slow
def test_states_cost_the_same_for_one_permit_as_for_three(holder: Holder) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as seen, only_reading():  # as every page is read
            placed(AUGUST)
        return len(seen)

    certify(holder, date(2026, 7, 20), "C-1", TSS="310")
    queries()  # the calendar is read once
    one = queries()
    for company in ("PT Tanjung Andaikan Pupuk", "PT Karang Umpama Batubara"):
        case_at("hand_over", at=MONDAY, company=company)
    assert len({found.discharge.pk for found in placed(AUGUST).values()}) == 1  # same names: the last wins
    assert Discharge.objects.count() == 3
    assert queries() == one
