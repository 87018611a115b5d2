"""How a permit was kept, for whoever judges its renewal: by quarter, what was confirmed, what is missing.

Nothing here decides: a renewal is for those who "masih memenuhi persyaratan" (SOP L), and people say whether.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import QuerySet

from muara.compliance.arithmetic.schedule import Period
from muara.compliance.arithmetic.verdicts import Tally
from muara.compliance.detection import exceedances
from muara.compliance.models import Finding, Grant, Incident, WarningLetter
from muara.compliance.queries import Summary, by_quarter, month_summaries, quarter_tally
from muara.compliance.reports import Owed, owed_reports
from muara.people.models import midnight
from muara.permits.models import Permit
from muara.sop.working_time import Calendar

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Quarter:
    """A quarter under the permit: days of the log and tests that complied, of those that were required."""

    period: Period
    days: Tally
    tests: Tally

    @property
    def all(self) -> Tally:
        return self.days + self.tests


@dataclass(frozen=True, slots=True)
class Record:
    """How a permit was kept from its first day to a day; detected and confirmed stay apart."""

    permit: Permit
    discharge: int
    first: date
    last: date
    quarters: tuple[Quarter, ...]
    confirmed: tuple[Finding, ...]
    unruled: int  # exceedances that Muara detected and no officer has ruled on
    warnings: tuple[WarningLetter, ...]
    missing: tuple[Owed, ...]
    late: tuple[Owed, ...]
    incidents: tuple[Incident, ...]

    @property
    def total(self) -> Tally:
        return sum((quarter.all for quarter in self.quarters), Tally())

    @property
    def exceedances(self) -> int:
        """Those that an officer confirmed."""
        return sum(one.kind == Finding.Kind.EXCEEDANCE for one in self.confirmed)

    @property
    def lines(self) -> tuple[str, ...]:
        """The record in sentences, for a paper."""
        return (
            *(_line(quarter) for quarter in self.quarters),
            f"Pelampauan yang ditegaskan: {self.exceedances}; terdeteksi, belum diputuskan: {self.unruled}.",
            f"Surat teguran: {_listed(one.name for one in self.warnings)}.",
            f"Laporan yang tidak masuk: {_listed(one.name for one in self.missing)}.",
            f"Laporan yang terlambat: {_listed(f'{one.name} ({one.late})' for one in self.late)}.",
            f"Kejadian yang dilaporkan: {len(self.incidents)}.",
        )


def _line(quarter: Quarter) -> str:
    told = [
        f"{number} {word}"
        for number, word in (
            (quarter.all.exceeding, "melampaui"),
            (quarter.all.missing, "tidak ada datanya"),
            (quarter.all.unjudged, "tidak dapat dinilai"),
        )
        if number
    ]
    return (
        f"{quarter.period.name}: taat {quarter.days.shown} catatan harian dan {quarter.tests.shown} uji"
        f"{': ' if told else ''}{', '.join(told)}."
    )


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names) or "tidak ada"


def record_of(permit: Permit, *, today: date, calendar: Calendar) -> Record | None:
    """How a permit was kept so far; None for one whose obligations are not followed here."""
    rows: QuerySet[Grant] = Grant.objects.filter(permit=permit).select_related("discharge__company")
    grant = rows.prefetch_related("discharge__grants").first()
    if grant is None or grant.never_held:
        return None
    discharge, first, last = grant.discharge, grant.starts, min(grant.ends, today)
    if last < first:
        return None
    summaries = month_summaries(discharge, first=first, last=last, until=last)
    rulings = discharge.findings.standing().filter(day__range=(first, last))
    found = exceedances([discharge], first=first, last=last)
    owed = [
        one for one in owed_reports([discharge], today=today, calendar=calendar) if one.period.first >= first
    ]
    sent = discharge.warnings.filter(sent_at__isnull=False, dated__range=(first, today))
    return Record(
        permit=permit,
        discharge=discharge.pk,
        first=first,
        last=last,
        quarters=tuple(_quarters(summaries)),
        confirmed=tuple(rulings.filter(outcome=Finding.Outcome.CONFIRMED)),
        unruled=sum(one.is_open for one in found),
        warnings=tuple(sent.order_by("dated", "pk")),
        missing=tuple(one for one in owed if one.is_missing),
        late=tuple(one for one in owed if one.late),
        incidents=tuple(
            discharge.incidents.filter(happened_at__gte=midnight(first), happened_at__lt=midnight(last + DAY))
        ),
    )


def _quarters(summaries: Iterable[Summary]) -> Iterable[Quarter]:
    for period, months in by_quarter(summaries).items():
        days = sum((month.flows + month.phs for month in months), Tally())
        yield Quarter(period, days, quarter_tally(months))
