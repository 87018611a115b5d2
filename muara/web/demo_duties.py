"""What a fictional holder logged after the permit: days with a gap, and a certificate with an exceedance."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal

from muara.cases.terms import PointKind
from muara.compliance.actions.laboratory import Reported, Taken, enter_certificate, register_laboratory
from muara.compliance.actions.loggers import connect
from muara.compliance.actions.measuring import Sending, measure
from muara.compliance.actions.obligations import designate
from muara.compliance.actions.oversight import report_incident
from muara.compliance.actions.readings import Entry, enter_readings
from muara.compliance.actions.reports import Signature, hand_in, write_report
from muara.compliance.arithmetic.measured import read_measured
from muara.compliance.arithmetic.presets import Ecosystem, Use
from muara.compliance.models import Discharge, Laboratory
from muara.compliance.reports import owed_reports, parts_of
from muara.people.actions import set_office_setting
from muara.people.calendar import office_calendar
from muara.people.models import OfficeSetting, midnight, office_day
from muara.web.demo import applicant, sample_upload

DAY = timedelta(days=1)
RESULTS = {"BOD5": "62", "COD": "214", "TSS": "262", "Minyak dan lemak": "<1"}  # TSS above the permit's 250
FORGOTTEN = 3  # days ago


def seed_duties(at: datetime) -> Iterator[str]:
    """Log the permits that were issued so far; the first one has a certificate."""
    today = office_day(at)
    laboratory = register_laboratory(
        name="Laboratorium Lingkungan Contoh",
        registration="LAB-CONTOH-0001",
        registered_from=date(today.year - 1, 1, 1),
        registered_to=date(today.year + 3, 12, 31),
        by=None,
        at=at,
    )
    set_office_setting(
        setting=OfficeSetting.Key.PUBLISHED_QUARTERS,
        value=4,
        effective_from=today,
        basis="Contoh: keputusan kepala dinas",
        by=None,
        at=at,
    )
    for number, discharge in enumerate(Discharge.objects.order_by("pk")):
        entries = _log(discharge, today=today)
        if entries:
            enter_readings(discharge, entries, by=applicant(), at=at, sure=True)
        for point in discharge.points.filter(kind=PointKind.SEA):
            designate(point, use=Use.BIOTA, ecosystem=Ecosystem.MANGROVE, by=None, at=at)
        if number == 0:
            _certify(discharge, laboratory, at=at)
            _measure(discharge, at=at)
            _prepare_report(discharge, at=at)
        yield f"{discharge} · {len(entries)} hari tercatat"


def _log(discharge: Discharge, *, today: date) -> list[Entry]:
    """Every day from the issue to yesterday but one."""
    starts = discharge.grants.get().starts
    outlet = discharge.points.get(kind=PointKind.COMPLIANCE)
    days = [starts + DAY * number for number in range((today - starts).days)]
    return [
        Entry(
            outlet.pk,
            day,
            Decimal(1180 + (day.toordinal() * 37) % 260),
            Decimal("6.9") + Decimal((day.toordinal() * 7) % 6) / 10,
        )
        for day in days
        if day != today - DAY * FORGOTTEN
    ]


def _measure(discharge: Discharge, *, at: datetime) -> None:
    """An instrument that read every hour of the day that nobody logged, but for two hours."""
    outlet = discharge.points.get(kind=PointKind.COMPLIANCE)
    day = office_day(at) - DAY * FORGOTTEN
    if day < discharge.grants.get().starts:
        return
    logger, _ = connect(outlet.discharge, point=outlet, name="Alat contoh", by=applicant(), at=at)
    sent = [
        Sending(
            midnight(day) + timedelta(hours=hour),
            Decimal(1200 + 10 * hour),
            Decimal("6.8") + Decimal(hour % 5) / 10,
            place=str(hour),
        )
        for hour in range(22)
    ]
    measure(logger, sent, at=at)


def _certify(discharge: Discharge, laboratory: Laboratory, *, at: datetime) -> None:
    day = discharge.grants.get().starts
    outlet = discharge.points.get(kind=PointKind.COMPLIANCE)
    results = [
        Reported(name, read_measured(text, unit="mg/L"), "SNI (contoh)") for name, text in RESULTS.items()
    ]
    enter_certificate(
        discharge,
        laboratory=laboratory,
        number="LC-0001/CONTOH",
        dated=office_day(at),
        file=sample_upload("Sertifikat hasil uji", at=at),
        samples=[Taken(outlet.pk, midnight(day) + timedelta(hours=9), "Petugas Contoh", results)],
        by=applicant(),
        at=at,
        sure=True,
    )


def _prepare_report(discharge: Discharge, *, at: datetime) -> None:
    """Write a report; hand the newest one in whose period is over."""
    owed = owed_reports([discharge], today=office_day(at), calendar=office_calendar())
    for one in owed:
        told = {part.key: "Uraian contoh: tidak ada kejadian." for part in parts_of(one.kind)}
        write_report(discharge, one.kind, one.period, told, by=applicant(), at=at)
    over = next((one for one in owed if one.period.last < office_day(at)), None)
    if over is not None:
        signature = Signature(applicant().name, "Direktur", declared=True)
        hand_in(discharge, over.kind, over.period, signature, by=applicant(), at=at)
    report_incident(
        discharge,
        happened_at=at - timedelta(hours=5),
        known_at=at - timedelta(hours=4),
        what="Contoh: pompa berhenti, air limbah ditahan di kolam penampungan.",
        action="Contoh: aliran dihentikan, pompa cadangan dinyalakan.",
        point=discharge.points.get(kind=PointKind.COMPLIANCE),
        by=applicant(),
        at=at,
    )
