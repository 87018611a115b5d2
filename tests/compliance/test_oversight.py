"""What is detected, what an officer rules, warnings in steps, and incidents within 24 hours."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from muara.cases.actions import NotYours, Refused
from muara.compliance.actions.oversight import follow_up, report_incident, rule
from muara.compliance.actions.readings import Entry, enter_readings
from muara.compliance.detection import Detected, detect, rows_of, worst_parameters
from muara.compliance.models import Discharge, Finding, Incident, WarningLetter
from muara.documents.letters import pdf
from muara.people.calendar import office_calendar
from muara.people.models import Notice, office_day
from muara.steps.actions import warnings
from muara.web.demo import officer, other_applicant, sample_upload
from tests.clock import at
from tests.compliance.test_reports import certify, handed_in, log
from tests.holders import Holder

pytestmark = pytest.mark.django_db

NOW = at("2026-10-05 09:00")
LATER = at("2026-10-20 09:00")
CONFIRMED, DISMISSED = Finding.Outcome.CONFIRMED, Finding.Outcome.DISMISSED


def found(when: datetime = NOW) -> list[Detected]:
    today = office_day(when)
    return detect(
        list(Discharge.objects.select_related("company").prefetch_related("grants__permit__number")),
        first=today - timedelta(days=90),
        last=today,
        today=today,
        calendar=office_calendar(),
    )


def told(when: datetime = NOW) -> list[str]:
    return [one.told for one in found(when)]


def test_what_exceeds_is_detected_and_a_correction_takes_it_away(holder: Holder) -> None:
    log(holder, first=date(2026, 9, 1), last=date(2026, 10, 4))
    certify(holder, date(2026, 9, 5), "C-1", TSS="310", COD="120", BOD5="<2")
    entry = Entry(holder.outlet.pk, date(2026, 10, 4), Decimal(1800), Decimal("9.5"))
    enter_readings(holder.discharge, [entry], by=holder.person, at=NOW, reason="Salah", sure=True)

    assert told() == [
        "pH di TP-01 pada 4 Oktober 2026: 9,5 di luar batas 6 sampai 9.",
        "Debit di TP-01 pada 4 Oktober 2026: 1.800 m³/hari di luar batas paling banyak 1.500 m³/hari.",
        "TSS di TP-01 pada 5 September 2026: 310 mg/L di luar batas paling banyak 250 mg/L.",
    ]
    assert worst_parameters(found())[2] == ("pH", 1, 1, None)
    mended = Entry(holder.outlet.pk, date(2026, 10, 4), Decimal(1200), Decimal("7"))
    enter_readings(holder.discharge, [mended], by=holder.person, at=NOW, reason="Salah baca", sure=True)
    assert [one.name for one in found()] == ["TSS"]


def test_who_is_silent_and_what_was_not_handed_in_is_detected(holder: Holder) -> None:
    log(holder, first=date(2026, 7, 6), last=date(2026, 9, 20))

    assert "Debit dan pH tidak dicatat lebih dari 7 hari; catatan terakhir 20 September 2026." in told()
    assert not [one for one in found() if one.kind == Finding.Kind.MISSING_REPORT]
    late = told(LATER)
    assert "Laporan Triwulan III 2026 belum diserahkan; jatuh tempo 15 Oktober 2026." in late
    handed_in(holder, LATER)
    assert not any("belum diserahkan" in one for one in told(LATER))


def test_detected_and_confirmed_are_counted_apart(holder: Holder) -> None:
    certify(holder, date(2026, 9, 5), "C-1", TSS="310", COD="900")
    tss, cod = sorted(
        (one for one in found() if one.kind == Finding.Kind.EXCEEDANCE),
        key=lambda one: one.name,
        reverse=True,
    )
    agency = officer("technical_team")
    discharges = list(Discharge.objects.prefetch_related("grants"))

    (row,) = rows_of(discharges, found())
    assert (row.exceeding, row.confirmed, row.dismissed) == (2, 0, 0)
    first = rule(holder.discharge, tss, outcome=CONFIRMED, reason="Sesuai sertifikat.", by=agency, at=NOW)
    rule(holder.discharge, cod, outcome=DISMISSED, reason="Contoh tertukar.", by=agency, at=NOW)
    (row,) = rows_of(discharges, found())
    assert (row.exceeding, row.confirmed, row.dismissed) == (0, 1, 1)
    assert [name for name, *_ in worst_parameters(found())] == ["TSS"]

    with pytest.raises(Refused, match="sudah ditegaskan"):
        rule(holder.discharge, tss, outcome=CONFIRMED, reason="Lagi.", by=agency, at=NOW)
    with pytest.raises(Refused, match="alasannya"):
        rule(holder.discharge, tss, outcome=DISMISSED, reason=" ", by=agency, at=NOW)
    for stranger in (holder.person, other_applicant(), officer("processing_officer")):
        with pytest.raises(NotYours):
            rule(holder.discharge, tss, outcome=DISMISSED, reason="x", by=stranger, at=NOW)
    rule(holder.discharge, tss, outcome=DISMISSED, reason="Diuji ulang.", by=agency, at=NOW)
    assert Finding.objects.get(pk=first.pk).current is None
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Finding.objects.filter(pk=first.pk).update(reason="lain")


def test_detection_costs_the_same_for_a_day_as_for_a_month(holder: Holder) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            found()
        return len(seen)

    certify(holder, date(2026, 9, 5), "C-1", TSS="310")
    log(holder, first=date(2026, 10, 1), last=date(2026, 10, 1), flow=1600)
    found()  # the calendar is read once
    few = queries()
    log(holder, first=date(2026, 9, 1), last=date(2026, 9, 30), flow=1600)
    assert len(found()) > 30
    assert queries() == few


def confirmed(holder: Holder) -> Finding:
    if not holder.discharge.certificates.exists():
        certify(holder, date(2026, 9, 5), "C-1", TSS="310")
    thing = next(one for one in found() if one.kind == Finding.Kind.EXCEEDANCE)
    return rule(
        holder.discharge, thing, outcome=CONFIRMED, reason="Benar.", by=officer("technical_team"), at=NOW
    )


def prepared(holder: Holder, finding: Finding, when: datetime) -> WarningLetter:
    return warnings.prepare(
        holder.discharge,
        findings=[finding],
        demand=["Perbaiki IPAL", "Uji ulang TSS"],
        answer_by=office_day(when) + timedelta(days=14),
        by=officer("processing_officer"),
        at=when,
    )


def sent(warning: WarningLetter, number: str, when: datetime) -> WarningLetter:
    scan = sample_upload(f"Teguran {number}", at=when)
    by = officer("processing_officer")
    return warnings.send(warning, number=number, dated=office_day(when), scan=scan, by=by, at=when)


def test_warnings_go_in_steps_and_rest_on_what_was_confirmed(holder: Holder) -> None:
    finding, office = confirmed(holder), officer("processing_officer")
    first = prepared(holder, finding, NOW)
    assert (first.step, first.state, pdf(first.letter).pages) == (1, "menunggu tanda tangan", 1)
    assert "Perbaiki IPAL" in first.letter.content
    with pytest.raises(Refused, match="masih menunggu tanda tangan"):
        prepared(holder, finding, NOW)
    sent(first, "660/1/TEGURAN", NOW)
    assert Notice.objects.filter(kind="warning", recipient=holder.person).count() == 1
    with pytest.raises(Refused, match=r"Surat teguran I masih berjalan sampai 19 Oktober 2026\."):
        prepared(holder, finding, NOW)

    second = prepared(holder, finding, LATER)
    assert second.step == 2
    assert "Surat teguran I nomor 660/1/TEGURAN tanggal 5 Oktober 2026" in second.letter.content
    sent(second, "660/2/TEGURAN", LATER)
    third = sent(prepared(holder, finding, LATER + timedelta(days=20)), "660/3/T", LATER + timedelta(days=20))
    with pytest.raises(Refused, match="keputusan tentang izinnya"):
        prepared(holder, finding, LATER + timedelta(days=60))
    done = LATER + timedelta(days=61)
    warnings.settle(third, why="IPAL diperbaiki, TSS 90 mg/L.", by=office, at=done)
    assert {one.state for one in WarningLetter.objects.all()} == {"selesai"}
    assert warnings.next_step(holder.discharge, today=office_day(done)) == 1


def test_a_warning_cannot_be_had_without_its_grounds(holder: Holder) -> None:
    finding, office, agency = confirmed(holder), officer("processing_officer"), officer("technical_team")
    soon = office_day(NOW) + timedelta(days=14)
    right = {"findings": [finding], "demand": ["Perbaiki"], "answer_by": soon, "by": office, "at": NOW}
    lacking: list[tuple[str, object]] = [("findings", []), ("demand", []), ("answer_by", office_day(NOW))]
    for name, wrong in lacking:
        with pytest.raises(Refused):
            warnings.prepare(holder.discharge, **{**right, name: wrong})  # type: ignore[arg-type]
    for stranger in (agency, holder.person):
        with pytest.raises(NotYours):
            warnings.prepare(holder.discharge, **{**right, "by": stranger})  # type: ignore[arg-type]
    row = warnings.prepare(holder.discharge, **right)  # type: ignore[arg-type]
    thing = next(one for one in found() if one.ruling)
    with pytest.raises(Refused, match="Surat teguran memuat temuan ini"):
        rule(holder.discharge, thing, outcome=DISMISSED, reason="Keliru.", by=agency, at=NOW)
    with pytest.raises(Refused, match="Tuliskan alasan"):
        warnings.drop(row, reason="", by=office, at=NOW)
    warnings.drop(row, reason="Salah alamat.", by=office, at=NOW)
    with pytest.raises(Refused, match="sudah dibatalkan"):
        sent(row, "1", NOW)
    rule(holder.discharge, thing, outcome=DISMISSED, reason="Keliru.", by=agency, at=NOW)
    with pytest.raises(Refused, match="sudah ditegaskan OPD"):
        warnings.prepare(holder.discharge, **right)  # type: ignore[arg-type]


def test_an_incident_is_told_within_24_hours_or_told_as_late(holder: Holder) -> None:
    def report(known: datetime, happened: datetime | None = None) -> Incident:
        return report_incident(
            holder.discharge,
            happened_at=happened or known,
            known_at=known,
            what="Pipa bocor.",
            action="Katup ditutup.",
            point=holder.outlet,
            by=holder.person,
            at=NOW,
        )

    assert not report(NOW - timedelta(hours=24)).was_late
    late = report(NOW - timedelta(hours=24, seconds=1))
    assert late.was_late
    assert Notice.objects.filter(kind="incident", recipient=officer("technical_team")).count() == 2
    with pytest.raises(Refused, match="belum tiba"):
        report(NOW + timedelta(hours=1))
    with pytest.raises(Refused, match="lebih awal"):
        report(NOW - timedelta(hours=2), NOW - timedelta(hours=1))
    follow_up(late, text="Pipa diganti.", over=True, by=holder.person, at=NOW)
    with pytest.raises(Refused, match="sudah dinyatakan pulih"):
        follow_up(late, text="Lagi.", over=False, by=holder.person, at=NOW)
    with pytest.raises(NotYours):
        follow_up(late, text="x", over=False, by=other_applicant(), at=NOW)
