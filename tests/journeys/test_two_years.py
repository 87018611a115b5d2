"""A company lives two years under its permit: what it enters, forgets, corrects and reports, and its renewal.

What is expected is counted here from the story's own days, in integers and fractions.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from html import unescape

import pytest
from django.test import Client
from time_machine import TimeMachineFixture

from muara.compliance.actions.laboratory import Reported, Taken, enter_certificate, register_laboratory
from muara.compliance.actions.oversight import report_incident, rule
from muara.compliance.actions.readings import Entry, enter_readings
from muara.compliance.actions.reports import Signature, begin_review, close_review, hand_in
from muara.compliance.arithmetic.measured import read_measured
from muara.compliance.arithmetic.schedule import DutyKind, Frequency, period_of
from muara.compliance.arithmetic.verdicts import Standing
from muara.compliance.detection import detect
from muara.compliance.models import Certificate, Finding, Laboratory, Report, Review
from muara.compliance.past import record_of
from muara.compliance.queries import month_summary
from muara.people.calendar import office_calendar
from muara.people.models import midnight, office_day
from muara.steps.actions import warnings
from muara.web.demo import Clock, Walk, applicant, officer, sample_upload
from tests.clock import at
from tests.holders import Holder
from tests.renewals import fill, start

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
ISSUED, TODAY = date(2026, 7, 6), date(2028, 7, 3)
NOW = at("2028-07-03 09:00")
DAYS = [ISSUED + DAY * number for number in range((TODAY - ISSUED).days + 1)]
FORGOTTEN = (2027, 11)
TOO_MUCH, TOO_ACID = date(2027, 3, 14), date(2028, 2, 2)
DIRTY = (2027, 5)  # TSS 310 of 250
SIGNED = Signature("Sari Contoh", "Direktur", declared=True)
QUARTERS = [(2026, 3), (2026, 4), (2027, 1), (2027, 2), (2027, 3), (2027, 4), (2028, 1)]
NEVER, LATE, REPAIRED = (2027, 2), (2027, 1), (2026, 4)


def flow(day: date) -> int:
    return 1800 if day == TOO_MUCH else 1100 + day.toordinal() * 37 % 260


def ph(day: date) -> str:
    return "5.5" if day == TOO_ACID else f"7.{day.toordinal() % 6}"


def forgotten(day: date) -> bool:
    return (day.year, day.month) == FORGOTTEN


def quarter_of(day: date) -> tuple[int, int]:
    return day.year, (day.month + 2) // 3


def months() -> list[tuple[int, int]]:
    return sorted({(day.year, day.month) for day in DAYS} - {(2028, 7)})


def certify(
    holder: Holder, laboratory: Laboratory, month: tuple[int, int], number: str, tss: str, **more: object
) -> Certificate:
    taken = midnight(date(*month, 20)) + timedelta(hours=9)
    results = {"BOD5": "40", "COD": "120", "TSS": tss, "Minyak dan lemak": "<1", "pH": "7,2"}
    tested = [
        Reported(name, read_measured(text, unit="" if name == "pH" else "mg/L"), "SNI (contoh)")
        for name, text in results.items()
    ]
    return enter_certificate(
        holder.discharge,
        laboratory=laboratory,
        number=number,
        dated=taken.date() + DAY * 4,
        file=sample_upload(f"Sertifikat {number}", at=taken),
        samples=[Taken(holder.outlet.pk, taken, "Petugas Contoh", tested)],
        by=holder.person,
        at=taken + DAY * 5,
        sure=True,
        **more,  # type: ignore[arg-type]
    )


def live(holder: Holder) -> None:
    """Two years of logs and certificates: a month is forgotten, one certificate was typed wrongly."""
    laboratory = register_laboratory(
        name="Laboratorium Dua Tahun",
        registration="LAB-2",
        registered_from=date(2026, 1, 1),
        registered_to=date(2030, 12, 31),
        by=None,
        at=at("2026-07-06 09:00"),
    )
    outlet = holder.outlet.pk
    entries = [
        Entry(outlet, day, Decimal(flow(day)), Decimal(ph(day)), place=day.isoformat())
        for day in DAYS
        if not forgotten(day)
    ]
    enter_readings(holder.discharge, entries, by=holder.person, at=NOW, sure=True)
    for month in months():
        if month == FORGOTTEN:
            continue
        tss = "310" if month == DIRTY else "900" if month == (2027, 2) else "90"
        made = certify(holder, laboratory, month, f"C-{month}", tss)
        if tss == "900":
            certify(holder, laboratory, month, "C-ralat", "90", corrects=made, reason="Salah ketik")


def report(holder: Holder, kind: DutyKind, first: date, when: datetime) -> Report:
    frequency = Frequency.QUARTERLY if kind is DutyKind.QUARTERLY_REPORT else Frequency.HALF_YEARLY
    return hand_in(holder.discharge, kind, period_of(frequency, first), SIGNED, by=holder.person, at=when)


def hand_in_all(holder: Holder) -> None:
    """Every report but one, one of them five days late, one repaired as the agency asked."""
    for year, quarter in QUARTERS:
        if (year, quarter) == NEVER:
            continue
        first = date(year, quarter * 3 - 2, 1)
        after = period_of(Frequency.QUARTERLY, first).last + DAY * (20 if (year, quarter) == LATE else 5)
        when = midnight(after) + timedelta(hours=9)
        made = report(holder, DutyKind.QUARTERLY_REPORT, first, when)
        if quarter in (2, 4) or (year, quarter) == (2027, 1):
            half = date(year, 7 if quarter == 4 else 1, 1)
            if quarter == 4:
                report(holder, DutyKind.SEMESTER_REPORT, half, when)
        if (year, quarter) == REPAIRED:
            agency = officer("technical_team")
            begin_review(made, by=agency, at=when + DAY)
            close_review(
                made,
                outcome=Review.Outcome.REPAIR,
                note="Lengkapi.",
                comments={"log": "Periksa."},
                by=agency,
                at=when + DAY,
            )
            report(holder, DutyKind.QUARTERLY_REPORT, first, when + DAY * 3)
    report(holder, DutyKind.SEMESTER_REPORT, date(2027, 1, 1), at("2027-07-05 09:00"))


def warn(holder: Holder) -> None:
    """The agency confirms the flow and the TSS; the office warns, and the company mends it."""
    june = at("2027-06-10 09:00")
    found = detect(
        [holder.discharge],
        first=date(2027, 3, 1),
        last=office_day(june),
        today=office_day(june),
        calendar=office_calendar(),
    )
    exceeding = [one for one in found if one.kind == Finding.Kind.EXCEEDANCE]
    assert sorted(one.name for one in exceeding) == ["Debit", "TSS"]
    agency, office = officer("technical_team"), officer("processing_officer")
    confirmed = [
        rule(holder.discharge, one, outcome=Finding.Outcome.CONFIRMED, reason="Benar.", by=agency, at=june)
        for one in exceeding
    ]
    letter = warnings.prepare(
        holder.discharge,
        findings=confirmed,
        demand=["Perbaiki IPAL"],
        answer_by=office_day(june) + DAY * 14,
        by=office,
        at=june,
    )
    scan = sample_upload("Teguran", at=june)
    warnings.send(letter, number="660/1/T", dated=office_day(june), scan=scan, by=office, at=june)
    letter.refresh_from_db()
    warnings.settle(letter, why="IPAL diperbaiki.", by=office, at=june + DAY * 12)
    report_incident(
        holder.discharge,
        happened_at=at("2027-08-03 02:00"),
        known_at=at("2027-08-03 06:00"),
        what="Pipa bocor.",
        action="Katup ditutup.",
        point=holder.outlet,
        by=holder.person,
        at=at("2027-08-03 10:00"),
    )


def text_of(page: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


def test_a_company_lives_two_years_under_its_permit_and_renews_it(
    holder: Holder, time_machine: TimeMachineFixture
) -> None:
    live(holder)
    hand_in_all(holder)
    warn(holder)

    # The first month counts from the day of issue: 26 days, the load of their flows at 90 mg/L.
    july = month_summary(holder.discharge, date(2026, 7, 1), until=TODAY)
    (tss,) = (test for test in july.tests if test.parameter == "tss")
    kilograms = sum(Fraction(flow(day) * 90, 1000) for day in DAYS if (day.year, day.month) == (2026, 7))
    assert july.flows.shown == "26 dari 26"
    assert tss.load is not None
    assert Fraction(tss.load.amount.value) == kilograms
    may = month_summary(holder.discharge, date(*DIRTY, 1), until=TODAY)
    (tss,) = (test for test in may.tests if test.parameter == "tss")
    above = Fraction((310 - 250) * flow(date(*DIRTY, 20)), 1000)
    assert [Fraction(figure.amount.value) for figure in tss.excess] == [above]
    november = month_summary(holder.discharge, date(*FORGOTTEN, 1), until=TODAY)
    assert (november.standing, november.flows.shown, len(november.missing)) == (
        Standing.INCOMPLETE,
        "0 dari 30",
        5,
    )
    february = month_summary(holder.discharge, date(2027, 2, 1), until=TODAY)
    assert february.standing is Standing.COMPLIES  # the certificate with 900 mg/L was corrected

    # The record: two values a day and five tests a month, quarter by quarter.
    found = record_of(holder.permit, today=TODAY, calendar=office_calendar())
    assert found is not None
    required, complying = Counter[tuple[int, int]](), Counter[tuple[int, int]]()
    for day in DAYS:
        bad = (day == TOO_MUCH) + (day == TOO_ACID)
        required[quarter_of(day)] += 2
        complying[quarter_of(day)] += 0 if forgotten(day) else 2 - bad
    tests, kept = Counter[tuple[int, int]](), Counter[tuple[int, int]]()
    for month in months():
        quarter = quarter_of(date(*month, 1))
        tests[quarter] += 5
        kept[quarter] += 0 if month == FORGOTTEN else 4 if month == DIRTY else 5
    assert [
        (
            quarter_of(one.period.first),
            one.days.required,
            one.days.complying,
            one.tests.required,
            one.tests.complying,
        )
        for one in found.quarters
    ] == [(key, required[key], complying[key], tests[key], kept[key]) for key in sorted(required)]
    assert (found.total.required, found.total.exceeding, found.total.missing) == (
        729 * 2 + 24 * 5,
        3,
        30 * 2 + 5,
    )
    assert sorted(one.parameter for one in found.confirmed) == ["debit", "tss"]
    assert found.unruled == 1  # the pH of 2 February 2028
    assert [(one.name, one.state) for one in found.warnings] == [("Surat teguran I", "selesai")]
    assert [one.name for one in found.missing] == ["Laporan Triwulan II 2027"]
    assert [(one.name, one.late) for one in found.late] == [("Laporan Triwulan I 2027", "terlambat 5 hari")]
    assert [one.was_late for one in found.incidents] == [False]
    versions = Report.objects.filter(kind=DutyKind.QUARTERLY_REPORT, whole_first=date(2026, 10, 1))
    assert list(versions.values_list("version", "current")) == [(1, None), (2, True)]

    # The renewal: the verifier and the agency have that before them, on the page and on the worksheet.
    application = start("renewal", holder.permit, at=NOW)
    assert application.data["previous_permit"] == holder.permit.number.text
    fill(application, at=NOW)
    walk = Walk(Clock(NOW), applicant(), application=application)
    case = walk.submit()
    for activity, actor in (("verify", "verifier"), ("review", "technical_team")):
        while walk.task.step.activity != activity:
            walk.forward()
        time_machine.move_to(NOW + timedelta(hours=9), tick=False)
        client = Client()
        client.force_login(officer(actor))
        shown = text_of(client.get(f"/meja/tugas/{walk.task.pk}/").content.decode())
        assert (
            f"{found.total.complying} dari {found.total.required}; 3 melampaui, 65 tidak ada datanya" in shown
        )
        assert "Laporan Triwulan II 2027, jatuh tempo 15 Juli 2027" in shown
        assert "Surat teguran I 660/1/T, 10 Juni 2027 (selesai)" in shown
    walk.write_worksheet(case.referrals.earliest("pk"))
    sheets = [
        json.loads(row.letter.content)
        for row in case.letters.filter(kind="worksheet").select_related("letter")
    ]
    assert any("Laporan yang tidak masuk: Laporan Triwulan II 2027." in str(sheet) for sheet in sheets)
