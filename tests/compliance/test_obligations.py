"""A permit's issue lays its obligations; a changed permit lays anew what differs and voids the rest."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from muara.audit.models import Entry
from muara.cases.actions import Refused
from muara.cases.terms import Point as Named
from muara.cases.terms import PointKind, Terms
from muara.compliance.actions import regenerate, void_obligations
from muara.compliance.actions.obligations import designate, remove_point
from muara.compliance.actions.readings import Entry as Logged
from muara.compliance.actions.readings import enter_readings
from muara.compliance.arithmetic.presets import Ecosystem, Use
from muara.compliance.arithmetic.schedule import DutyKind, Frequency
from muara.compliance.models import Grant, Obligation, Point
from muara.compliance.queries import dues, limits_of, report_rule
from muara.people.actions import set_office_setting
from muara.sop.working_time import Calendar
from muara.web.demo import officer
from tests.clock import MONDAY, at
from tests.holders import Holder, number
from tests.renewals import fill, start, walk_to_the_end

pytestmark = [pytest.mark.django_db, pytest.mark.both]

ISSUED = date(2026, 7, 6)
A_DAY = timedelta(days=1)


def standing(holder: Holder) -> set[tuple[str, str, str]]:
    rows = holder.discharge.obligations.standing().select_related("point")
    return {(row.kind, str(row.point or ""), row.parameter) for row in rows if row.kind != DutyKind.WORDED}


def with_limit(terms: Terms, name: str, *, high: str) -> Terms:
    return replace(
        terms,
        limits=tuple(replace(row, high=high) if row.parameter == name else row for row in terms.limits),
    )


def test_the_issue_of_a_permit_lays_its_obligations_in_the_same_transaction(holder: Holder) -> None:
    assert standing(holder) == {
        ("max_flow", "", ""),
        ("limits", "", ""),
        ("production", "", ""),
        ("load", "", ""),
        ("procedures", "", ""),
        ("emergency", "", ""),
        ("quarterly_report", "", ""),
        ("semester_report", "", ""),
        ("daily_log", "TP-01", ""),
        ("lab_test", "TP-01", "bod"),
        ("lab_test", "TP-01", "cod"),
        ("lab_test", "TP-01", "tss"),
        ("lab_test", "TP-01", "minyak_lemak"),
        ("lab_test", "TP-01", "ph"),
        ("sea_test", "TL-01", ""),
        ("sea_test", "TL-02 (kontrol)", ""),
    }
    assert {(row.starts, row.ends) for row in Obligation.objects.all()} == {(ISSUED, date(2031, 7, 6))}
    worded = holder.discharge.obligations.filter(kind=DutyKind.WORDED)
    assert [row.wording for row in worded] == list(holder.terms.obligations)
    assert Entry.objects.get(chain=holder.discharge.chain).verb == "obligations.lay"


def test_the_permits_limits_and_flow_bind(holder: Holder) -> None:
    found = {row.parameter: row.value for row in holder.discharge.limits.all()}

    assert {key: limit.shown for key, limit in found.items()} == {
        "bod": "paling banyak 100 mg/L",
        "cod": "paling banyak 350 mg/L",
        "tss": "paling banyak 250 mg/L",
        "minyak_lemak": "paling banyak 25 mg/L",
        "ph": "6 sampai 9",
        "debit": "paling banyak 1.500 m³/hari",
    }
    assert all(limit.certainty.binds for limit in found.values())


def test_a_changed_limit_keeps_its_days_and_changes_no_obligation(holder: Holder) -> None:
    changed = with_limit(holder.terms, "TSS", high="100")

    laid = regenerate(
        holder.permit, terms=changed, reason="Perubahan baku mutu", at=at("2026-08-16 10:00"), by=None
    )

    assert (laid.made, laid.voided) == (0, 0)
    rows = holder.discharge.limits.filter(parameter="tss").order_by("valid_from")
    assert [(int(row.high or 0), row.valid_from, row.valid_to) for row in rows] == [
        (250, ISSUED, date(2026, 8, 15)),
        (100, date(2026, 8, 16), None),
    ]
    in_august = limits_of(holder.discharge, first=date(2026, 8, 1), last=date(2026, 8, 31))
    assert sorted(row.high or 0 for row in in_august if row.parameter == "tss") == [100, 250]
    assert holder.discharge.limits.filter(parameter="cod").count() == 1


def test_an_amendment_lays_anew_only_what_differs(holder: Holder) -> None:
    """One parameter less, one compliance point more."""
    before = set(holder.discharge.obligations.values_list("pk", flat=True))
    terms = replace(
        holder.terms,
        limits=tuple(row for row in holder.terms.limits if row.parameter != "COD"),
        points=(*holder.terms.points, Named(PointKind.COMPLIANCE, "TP-02", "0.504000", "117.633000")),
    )

    laid = regenerate(holder.permit, terms=terms, reason="Outlet kedua", at=at("2026-08-03 10:00"))

    gone = holder.discharge.obligations.exclude(voided_at=None).get()
    assert (gone.parameter, gone.ends, gone.void_reason) == ("cod", date(2026, 8, 2), "Outlet kedua")
    new = holder.discharge.obligations.exclude(pk__in=before).select_related("point")
    assert {(row.kind, row.parameter, str(row.point), row.starts) for row in new} == {
        ("daily_log", "", "TP-02", date(2026, 8, 3)),
        *(("lab_test", key, "TP-02", date(2026, 8, 3)) for key in ("bod", "tss", "minyak_lemak", "ph")),
    }
    assert (laid.made, laid.kept, laid.voided) == (5, len(before) - 1, 1)
    cod = holder.discharge.limits.get(parameter="cod")
    assert cod.valid_to == date(2026, 8, 2)


def test_the_same_terms_again_change_nothing(holder: Holder) -> None:
    before = list(holder.discharge.obligations.values())

    regenerate(holder.permit, terms=holder.terms, reason="Salah ketik alamat", at=at("2026-08-03 10:00"))

    assert list(holder.discharge.obligations.values()) == before


def test_a_change_needs_a_reason(holder: Holder) -> None:
    with pytest.raises(Refused, match="alasan"):
        regenerate(holder.permit, terms=holder.terms, reason=" ", at=MONDAY)
    with pytest.raises(Refused, match="alasan"):
        void_obligations(holder.permit, "", at=MONDAY)


def test_a_revoked_permit_asks_for_nothing_more_and_keeps_what_was_due(holder: Holder) -> None:
    voided = void_obligations(holder.permit, "Izin dicabut", at=at("2026-09-10 10:00"))

    rows = holder.discharge.obligations.all()
    assert voided == len(rows)
    assert {(row.ends, row.void_reason) for row in rows} == {(date(2026, 9, 9), "Izin dicabut")}
    assert Grant.objects.get(permit=holder.permit).end_reason == "Izin dicabut"
    after = dues(holder.discharge, today=date(2026, 12, 1), calendar=Calendar())
    quarter = [due for due in after if due.obligation.kind == DutyKind.QUARTERLY_REPORT]
    assert [(due.period.name, due.period.last, due.due_on) for due in quarter] == [
        ("Triwulan III 2026", date(2026, 9, 9), date(2026, 10, 15))
    ]
    with pytest.raises(Refused, match="sudah tidak berlaku"):
        regenerate(holder.permit, terms=holder.terms, reason="x", at=at("2026-09-10 11:00"))


@pytest.mark.slow
def test_a_renewal_goes_on_with_the_same_discharge(holder: Holder) -> None:
    before = list(holder.discharge.obligations.values_list("pk", flat=True))

    application = start("renewal", holder.permit)
    fill(application)
    new = walk_to_the_end(application).permit

    assert new.grant.discharge == holder.discharge
    rows = holder.discharge.obligations.all()
    assert [row.pk for row in rows] == before
    assert {(row.ends, row.voided_at) for row in rows} == {(new.expires_on, None)}
    old = Grant.objects.get(permit=holder.permit)
    assert (old.ends, new.grant.starts) == (new.issued_on - A_DAY, new.issued_on)
    assert old.end_reason == f"Diganti izin nomor {new.number.text}"
    assert holder.discharge.limits.filter(parameter="bod").count() == 1  # the same limit goes on


@pytest.mark.slow
def test_after_a_gap_the_obligations_begin_anew(holder: Holder) -> None:
    """A permit that ended before its successor came: nothing was owed in between."""
    void_obligations(holder.permit, "Izin berakhir", at=at("2026-08-01 10:00"))

    application = start("renewal", holder.permit)
    fill(application)
    new = walk_to_the_end(application).permit

    log = holder.discharge.obligations.filter(kind=DutyKind.DAILY_LOG).order_by("starts")
    assert [(row.starts, row.ends) for row in log] == [
        (ISSUED, date(2026, 7, 31)),
        (new.issued_on, new.expires_on),
    ]


def test_a_point_with_data_is_never_deleted(holder: Holder) -> None:
    extra = Point.objects.create(
        discharge=holder.discharge, kind="penaatan", name="TP-99", latitude="0.5", longitude="117.6"
    )
    remove_point(extra, by=officer("processing_officer"), at=MONDAY)
    enter_readings(
        holder.discharge,
        [Logged(holder.outlet.pk, ISSUED, number("1000"), number("7"))],
        by=holder.person,
        at=MONDAY,
    )

    with pytest.raises(Refused, match="sudah mempunyai data"):
        remove_point(holder.outlet, by=officer("processing_officer"), at=MONDAY)
    with pytest.raises(Refused, match="tertulis dalam izin"):
        remove_point(holder.sea, by=officer("processing_officer"), at=MONDAY)
    with pytest.raises(IntegrityError), transaction.atomic():
        holder.outlet.delete()


def test_a_point_that_no_permit_names_any_more_is_closed(holder: Holder) -> None:
    terms = replace(holder.terms, points=tuple(p for p in holder.terms.points if p.name != "TL-01"))

    regenerate(holder.permit, terms=terms, reason="Titik pantau dipindah", at=at("2026-08-03 10:00"))

    assert holder.sea.closed_on == date(2026, 8, 3)


def test_only_the_sea_is_designated(holder: Holder) -> None:
    designate(holder.sea, use=Use.BIOTA, ecosystem=Ecosystem.CORAL, by=None, at=MONDAY)

    assert holder.sea.use == "biota"
    with pytest.raises(Refused, match="titik pantau"):
        designate(holder.outlet, use=Use.BIOTA, ecosystem=None, by=None, at=MONDAY)


def test_what_is_due_and_when(holder: Holder) -> None:
    found = dues(holder.discharge, today=date(2026, 8, 20), calendar=Calendar())

    log = [due for due in found if due.obligation.frequency == Frequency.DAILY]
    assert [(due.period.name, due.done, due.required, due.state) for due in log] == [
        ("Juli 2026", 0, 26, "terlambat"),  # from the day of issue: pro rata
        ("Agustus 2026", 0, 20, "belum jatuh tempo"),
    ]
    tss = [due for due in found if due.obligation.parameter == "tss"]
    assert [(due.period.name, due.due_on, due.state) for due in tss] == [
        ("Juli 2026", date(2026, 8, 17), "terlambat"),  # the 15th is a Saturday
        ("Agustus 2026", date(2026, 9, 15), "belum jatuh tempo"),
    ]


def test_the_office_sets_when_reports_are_due(holder: Holder) -> None:
    assert report_rule(on=ISSUED).day_of_month == 15
    with pytest.raises(Refused, match="1 sampai 31"):
        set_office_setting(
            setting="report_due_day",
            value=32,
            effective_from=ISSUED,
            basis="SK",
            by=None,
            at=MONDAY,
        )
    set_office_setting(
        setting="report_due_day", value=10, effective_from=date(2026, 8, 1), basis="SK", by=None, at=MONDAY
    )

    assert report_rule(on=ISSUED).day_of_month == 15
    assert report_rule(on=date(2026, 8, 1)).day_of_month == 10
