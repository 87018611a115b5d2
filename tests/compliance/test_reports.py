"""Periodic reports: put together, signed, handed in, reviewed, repaired (SOP G.16, G.17; domain 3.6)."""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.db import DatabaseError, transaction

from muara.audit.models import Entry as AuditEntry
from muara.cases.actions import NotYours, Refused
from muara.compliance.actions.laboratory import Reported, Taken, enter_certificate
from muara.compliance.actions.readings import Entry, enter_production, enter_readings
from muara.compliance.actions.reminders import remind_of_reports
from muara.compliance.actions.reports import (
    Signature,
    attach_to_report,
    begin_review,
    close_review,
    hand_in,
    take_back,
    write_report,
)
from muara.compliance.arithmetic.measured import read_measured
from muara.compliance.arithmetic.schedule import DutyKind, Frequency, Period, period_of
from muara.compliance.models import Report, ReportFile, Review
from muara.compliance.queries import dues
from muara.compliance.reports import (
    CHECKED,
    DONE,
    LATE,
    NOT_YET,
    NOW,
    RECEIVED,
    REPAIR,
    Owed,
    assemble,
    files_with,
    owed_reports,
    read_slug,
)
from muara.documents.letters import pdf
from muara.documents.store import BlobStore
from muara.people.calendar import office_calendar
from muara.people.models import midnight, office_day
from muara.web.demo import officer, other_applicant, sample_upload
from tests.clock import at
from tests.documents.test_letters import text_of
from tests.holders import Holder

pytestmark = pytest.mark.django_db

QUARTER = DutyKind.QUARTERLY_REPORT
THIRD = period_of(Frequency.QUARTERLY, date(2026, 8, 1))
OVER = at("2026-10-05 09:00")
SIGNED = Signature("Sari Contoh", "Direktur", declared=True)
TOLD = {"events": "Tidak ada.", "upkeep": "Dirawat setiap pekan.", "causes": "Hujan; saringan dibersihkan."}


def log(holder: Holder, *, first: date, last: date, flow: int = 1200) -> None:
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    enter_readings(
        holder.discharge,
        [Entry(holder.outlet.pk, day, Decimal(flow + day.day), Decimal("7.1")) for day in days],
        by=holder.person,
        at=OVER,
        sure=True,
    )


def certify(holder: Holder, day: date, number: str, **results: str) -> None:
    tested = [
        Reported(name, read_measured(text, unit="mg/L"), "SNI (contoh)") for name, text in results.items()
    ]
    enter_certificate(
        holder.discharge,
        laboratory=holder.laboratory,
        number=number,
        dated=day + timedelta(days=3),
        file=sample_upload(f"Sertifikat {number}", at=OVER),
        samples=[Taken(holder.outlet.pk, midnight(day) + timedelta(hours=9), "Petugas Contoh", tested)],
        by=holder.person,
        at=OVER,
        sure=True,
    )


def owed(holder: Holder, on: datetime) -> Owed:
    rows = owed_reports([holder.discharge], today=office_day(on), calendar=office_calendar())
    return next(row for row in rows if row.kind is QUARTER and row.period.whole_first == THIRD.first)


def handed_in(holder: Holder, when: datetime = OVER, signature: Signature = SIGNED) -> Report:
    return hand_in(holder.discharge, QUARTER, THIRD, signature, by=holder.person, at=when)


def test_the_states_of_a_report_are_those_of_the_domain(holder: Holder) -> None:
    states = {
        day: owed(holder, at(f"{day} 09:00")).state for day in ("2026-09-30", "2026-10-01", "2026-10-15")
    }
    assert states == {"2026-09-30": NOT_YET, "2026-10-01": NOW, "2026-10-15": NOW}
    assert owed(holder, at("2026-10-16 09:00")).state == LATE

    report, agency = handed_in(holder), officer("technical_team")
    assert owed(holder, OVER).state == RECEIVED
    begin_review(report, by=agency, at=OVER)
    assert owed(holder, OVER).state == CHECKED
    close_review(
        report, outcome=Review.Outcome.REPAIR, note="", comments={"log": "Jelaskan."}, by=agency, at=OVER
    )
    assert owed(holder, OVER).state == REPAIR
    again = handed_in(holder, at("2026-10-09 09:00"))
    assert owed(holder, OVER).state == RECEIVED
    begin_review(again, by=agency, at=OVER)
    close_review(again, outcome=Review.Outcome.ACCEPTED, note="", comments={}, by=agency, at=OVER)
    assert owed(holder, OVER).state == DONE


def test_a_report_says_what_was_entered_and_what_is_missing(holder: Holder) -> None:
    log(holder, first=date(2026, 7, 6), last=date(2026, 9, 28))
    certify(holder, date(2026, 7, 15), "C-1", TSS="310", BOD5="<2")
    enter_production(holder.discharge, month=date(2026, 7, 1), tons=Decimal(620), by=holder.person, at=OVER)

    due = owed(holder, OVER)
    made = assemble(holder.discharge, QUARTER, due.period, due_on=due.due_on, until=office_day(OVER))

    assert (due.period.first, due.period.last, due.due_on) == (
        date(2026, 7, 6),
        date(2026, 9, 30),
        date(2026, 10, 15),
    )
    assert made.exceedances[0][1:] == ("TSS, TP-01", "310 mg/L di luar batas paling banyak 250 mg/L.")
    assert (
        "Debit dan pH TP-01: 2 hari tidak tercatat lengkap pada September 2026 (tanggal 29–30)."
        in made.missing
    )
    assert "Produksi Agustus 2026." in made.missing
    assert "Produksi Juli 2026." not in made.missing
    assert "Hasil uji TP-01: TSS, Agustus 2026." in made.missing
    assert "Uraian “Penyebab pelampauan dan tindakan perbaikan”." in made.missing
    titles = [chart.title for chart in made.charts]
    assert titles[:3] == ["Kalender ketaatan TP-01", "Debit TP-01 (m³/hari)", "pH TP-01"]
    assert "TSS TP-01 (mg/L)" in titles


def test_a_report_is_handed_in_to_office_and_agency_by_one_act_and_stands_on_paper(
    holder: Holder, tmp_path: Path
) -> None:
    log(holder, first=date(2026, 7, 6), last=date(2026, 9, 30))
    certify(holder, date(2026, 8, 5), "C-2", TSS="310", COD="120")
    write_report(holder.discharge, QUARTER, THIRD, TOLD, by=holder.person, at=OVER)
    attach_to_report(
        holder.discharge,
        QUARTER,
        THIRD,
        title="Peta titik penaatan",
        file=sample_upload("Peta", at=OVER),
        by=holder.person,
        at=OVER,
    )

    report = handed_in(holder)

    paper = tmp_path / "report.pdf"
    with BlobStore().open(pdf(report.letter).sha256) as stored:
        paper.write_bytes(stored.read())
    text = text_of(paper)
    for words in (
        "LAPORAN TRIWULAN",
        "Triwulan III 2026: 6 Juli 2026 sampai 30 September 2026 (sebagian masa)",
        "tepat waktu",
        "310 mg/L di luar batas paling banyak 250 mg/L.",
        "Hujan; saringan dibersihkan.",
        "Peta titik penaatan",
        "Sertifikat C-2",
        "Sari Contoh",
        "Direktur",
        "Ditandatangani dengan akun Muara pada 5 Oktober 2026",
        "CONTOH",
        "Produksi Juli 2026.",
    ):
        assert words in text
    content = json.loads(report.letter.content)
    assert len(content["addressees"]) == 2
    entry = AuditEntry.objects.filter(chain=holder.discharge.chain, verb="report.hand_in").get()
    assert report.letter.content_sha256 in entry.text
    states = {
        due.state for due in dues(holder.discharge, today=date(2026, 10, 5), calendar=office_calendar())
    }
    assert "diserahkan" in states


def test_a_late_report_is_told_as_late_and_a_repair_does_not_make_it_later(holder: Holder) -> None:
    report = handed_in(holder, at("2026-10-27 09:00"))
    assert json.loads(report.letter.content)["late"].endswith("terlambat 12 hari")
    agency = officer("technical_team")
    begin_review(report, by=agency, at=at("2026-11-02 09:00"))
    close_review(
        report,
        outcome=Review.Outcome.REPAIR,
        note="Lengkapi.",
        comments={},
        by=agency,
        at=at("2026-11-02 10:00"),
    )

    again = handed_in(holder, at("2026-11-09 09:00"))

    assert (again.version, again.due_on) == (2, date(2026, 10, 15))
    assert owed(holder, at("2026-11-10 09:00")).late == "terlambat 12 hari"
    assert "Memperbaiki versi 1 tanggal 27 Oktober 2026" in again.letter.content
    earlier = Report.objects.get(pk=report.pk)
    assert (earlier.current, earlier.letter_id) == (None, report.letter_id)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        Report.objects.filter(pk=report.pk).update(signer="Orang lain")


def test_what_may_not_be_handed_in_is_refused_with_what_to_do(holder: Holder) -> None:
    with pytest.raises(Refused, match=r"belum berakhir\. Serahkan sesudah 30 September 2026"):
        handed_in(holder, at("2026-09-30 09:00"))
    for lacking in (
        Signature("", "Direktur", True),
        Signature("Sari", "", True),
        Signature("Sari", "Direktur", False),
    ):
        with pytest.raises(Refused):
            handed_in(holder, signature=lacking)
    with pytest.raises(NotYours):
        hand_in(holder.discharge, QUARTER, THIRD, SIGNED, by=other_applicant(), at=OVER)
    before = period_of(Frequency.QUARTERLY, date(2026, 5, 1))
    with pytest.raises(Refused, match="tidak meminta laporan"):
        hand_in(holder.discharge, QUARTER, before, SIGNED, by=holder.person, at=OVER)
    handed_in(holder)
    with pytest.raises(Refused, match="sudah diserahkan dan keadaannya diterima"):
        handed_in(holder)


def test_a_report_signed_in_ink_keeps_its_scan(holder: Holder) -> None:
    scan = sample_upload("Laporan bertanda tangan", at=OVER)
    report = handed_in(holder, signature=Signature("Sari Contoh", "Direktur", declared=True, scan=scan))

    assert (report.signing, report.scan) == ("ink", scan.blob)
    assert json.loads(report.letter.content)["signed_at"] is None


def test_only_the_agency_that_recommended_reviews(holder: Holder) -> None:
    report = handed_in(holder)

    for person in (holder.person, other_applicant(), officer("processing_officer"), officer("administrator")):
        with pytest.raises(NotYours):
            begin_review(report, by=person, at=OVER)
    agency = officer("technical_team")
    with pytest.raises(Refused, match="Mulai pemeriksaan"):
        close_review(report, outcome=Review.Outcome.ACCEPTED, note="", comments={}, by=agency, at=OVER)
    begin_review(report, by=agency, at=OVER)
    with pytest.raises(Refused, match="apa yang perlu diperbaiki"):
        close_review(report, outcome=Review.Outcome.REPAIR, note=" ", comments={"x": "?"}, by=agency, at=OVER)
    with pytest.raises(Refused, match="sudah diperiksa"):
        begin_review(report, by=agency, at=OVER)


def test_a_report_is_reminded_of_on_the_days_that_the_office_set(holder: Holder) -> None:
    """Due on Thursday, 15 October 2026: −14, −3, +1 and +7 days, moved to working days."""
    told: dict[str, list[str]] = {}
    for number in range(40):
        day = at("2026-09-25 09:00") + timedelta(days=number)
        for notice in remind_of_reports(at=day):
            told.setdefault(notice.subject, []).append(f"{office_day(day):%d-%m}")

    assert told == {
        "Segera jatuh tempo: Laporan Triwulan III 2026": ["01-10", "12-10"],
        "Terlambat: Laporan Triwulan III 2026": ["16-10", "22-10"],
    }


def test_a_report_that_was_handed_in_is_not_reminded_of(holder: Holder) -> None:
    handed_in(holder)

    assert list(remind_of_reports(at=at("2026-10-16 09:00"))) == []


def test_a_semester_report_asks_for_the_sea_and_for_drills(holder: Holder) -> None:
    half = period_of(Frequency.HALF_YEARLY, date(2026, 8, 1))
    whole = Period(date(2026, 7, 6), half.last, half.first, half.last, half.name)

    made = assemble(
        holder.discharge,
        DutyKind.SEMESTER_REPORT,
        whole,
        due_on=date(2027, 1, 15),
        until=date(2027, 1, 4),
    )

    assert "Hasil uji air laut di TL-01." in made.missing
    assert "Uraian “Latihan dan kesiapan tanggap darurat”." in made.missing
    assert "Uraian “Pelaksanaan RKL-RPL atau UKL-UPL”." in made.missing
    assert [summary.period.name for summary in made.months][::5] == ["Juli 2026", "Desember 2026"]


def test_a_file_taken_back_stays_with_the_version_that_it_went_with(holder: Holder) -> None:
    file = sample_upload("Peta", at=OVER)
    args = {"title": "Peta", "file": file, "by": holder.person, "at": OVER}
    attach_to_report(holder.discharge, QUARTER, THIRD, **args)  # type: ignore[arg-type]
    with pytest.raises(Refused, match="sudah dilampirkan"):
        attach_to_report(holder.discharge, QUARTER, THIRD, **args)  # type: ignore[arg-type]
    report = handed_in(holder)

    take_back(ReportFile.objects.get(), by=holder.person, at=OVER + timedelta(hours=1))

    assert [row.title for row in files_with(report)] == ["Peta"]


@pytest.mark.parametrize(
    ("slug", "first"),
    [("2026-TW3", date(2026, 7, 1)), ("2026-S2", date(2026, 7, 1)), ("2026-TW1", date(2026, 1, 1))],
)
def test_an_address_names_a_period(slug: str, first: date) -> None:
    found = read_slug(slug)
    assert found is not None
    assert found[1].first == first


@pytest.mark.parametrize(
    "slug", ["", "2026", "2026-TW5", "2026-S3", "x-TW1", "0000-TW1", "2026-TW", "2026-TW١"]
)
def test_an_address_that_names_none_is_none(slug: str) -> None:
    assert read_slug(slug) is None
