"""What a holder and its overseers are told after the permit: called inside the act, each key once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from muara.cases.rules import who_sees
from muara.compliance.arithmetic.schedule import Reminder
from muara.compliance.letters import agencies_of
from muara.compliance.models import Discharge, Incident, Report, Review
from muara.compliance.reports import Owed
from muara.compliance.rules import REVIEWER, WARNER, application_of
from muara.documents.indonesian import tanggal, waktu
from muara.people.actions.notices import addressee, notify
from muara.people.models import Holding, Notice, User, office_day


def tell_holder(
    discharge: Discharge, *, key: str, kind: str, subject: str, body: str, link: str, at: datetime
) -> list[Notice]:
    """Tell everybody whom the company lets see its permit."""
    people = who_sees(application_of(discharge), at=at)
    return _tell(people, discharge, key=key, kind=kind, subject=subject, body=body, link=link, at=at)


def tell_overseers(
    discharge: Discharge, *, key: str, kind: str, subject: str, body: str, link: str, at: datetime
) -> list[Notice]:
    """Tell who reviews at the agencies of the permit, and who prepares the office's letters."""
    held = Holding.objects.current(office_day(at)).select_related("user")
    agencies = held.filter(actor=REVIEWER, office__in=agencies_of(discharge))
    people = {row.user.pk: row.user for row in (*agencies, *held.filter(actor=WARNER))}
    return _tell(people.values(), discharge, key=key, kind=kind, subject=subject, body=body, link=link, at=at)


def _tell(
    people: Iterable[User],
    discharge: Discharge,
    *,
    key: str,
    kind: str,
    subject: str,
    body: str,
    link: str,
    at: datetime,
) -> list[Notice]:
    return [
        notify(
            key=f"{discharge.chain}:{key}:user:{user.pk}",
            kind=kind,
            about=discharge.chain,
            to=addressee(user),
            subject=subject,
            text=f"Yth. {user.name},\n\n{body}",
            link=link,
            at=at,
        )
        for user in people
    ]


def tell_review(report: Report, review: Review, *, link: str, at: datetime) -> list[Notice]:
    """What the agency decided about a report."""
    repair = review.outcome == Review.Outcome.REPAIR
    asks = "meminta perbaikan atas" if repair else "menerima"
    further = " Serahkan versi yang diperbaiki; catatannya ada pada halaman laporan." if repair else ""
    return tell_holder(
        report.discharge,
        key=f"review:{review.pk}",
        kind="report_review",
        subject=f"{'Perlu perbaikan' if repair else 'Diterima'}: Laporan {report.whole.name}",
        body=f"{review.agency.name} {asks} Laporan {report.whole.name} versi {report.version}.{further}",
        link=link,
        at=at,
    )


def tell_incident(incident: Incident, *, at: datetime) -> list[Notice]:
    """A holder reports an abnormal condition: whoever oversees it knows at once."""
    discharge = incident.discharge
    return tell_overseers(
        discharge,
        key=f"incident:{incident.pk}",
        kind="incident",
        subject=f"Kejadian dilaporkan: {discharge.company.name}",
        body=f"{discharge.company.name} melaporkan kejadian {waktu(incident.happened_at)}.",
        link=f"/meja/pembuangan/{discharge.pk}/",
        at=at,
    )


def tell_report_due(owed: Owed, reminder: Reminder, *, at: datetime) -> list[Notice]:
    """A report is nearly due, or overdue."""
    day, late = tanggal(owed.due_on), reminder.offset > 0
    body = (
        f"{owed.name} belum diserahkan; jatuh temponya {day} sudah lewat. Serahkan sekarang, juga bila belum "
        "lengkap: laporan menyebut apa yang belum ada."
        if late
        else f"{owed.name} jatuh tempo {day}. Yang belum ada disebut pada halaman laporannya."
    )
    return tell_holder(
        owed.discharge,
        key=f"report:{owed.slug}:{reminder.offset}",
        kind="report_due",
        subject=f"{'Terlambat' if late else 'Segera jatuh tempo'}: {owed.name}",
        body=body,
        link=f"/kewajiban/{owed.discharge.pk}/laporan/{owed.slug}/",
        at=at,
    )
