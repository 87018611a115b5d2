"""What Muara detects of itself: exceedances, missing reports, logs that stopped. Never a ruling.

Nothing of it is stored: it is read from what was entered, so a corrected value takes its exceedance away. An
officer's ruling is a row (`Finding`), found again by the key of the thing.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import F, Max, Q

from muara.cases.terms import PointKind
from muara.compliance.arithmetic.limits import FLOW, PH, Limit, in_force
from muara.compliance.arithmetic.measured import Measured
from muara.compliance.arithmetic.schedule import DutyKind
from muara.compliance.arithmetic.units import M3_PER_DAY
from muara.compliance.arithmetic.verdicts import Standing, Verdict, judge, worst
from muara.compliance.models import Discharge, Finding, Grant, Obligation, Point, Reading, Result
from muara.compliance.models import Limit as LimitRow
from muara.compliance.queries import latest_grant
from muara.compliance.reports import Owed, owed_reports
from muara.documents.indonesian import tanggal
from muara.sop.working_time import Calendar

DAY = timedelta(days=1)
SILENT_AFTER = 7  # days without a log; a week of holidays is no reason not to read a meter
Kind = Finding.Kind


@dataclass(frozen=True, slots=True)
class Detected:
    """Something that was detected, what is known of it, and the ruling on it if there is one."""

    discharge: int
    key: str
    kind: Finding.Kind
    day: date
    told: str
    point: Point | None = None
    parameter: str = ""
    name: str = ""
    ratio: Decimal | None = None
    ruling: Finding | None = None

    @property
    def is_open(self) -> bool:
        return self.ruling is None


def detect(
    discharges: Sequence[Discharge], *, first: date, last: date, today: date, calendar: Calendar
) -> list[Detected]:
    """Everything detected of a period, the newest first, each with the ruling that counts.

    A fixed number of queries, however many discharges there are.
    """
    found = [
        *_exceeding(discharges, first=first, last=last),
        *_missing_reports(discharges, first=first, today=today, calendar=calendar),
        *_silent(discharges, today=today),
    ]
    return _ruled(discharges, found)


def exceedances(discharges: Sequence[Discharge], *, first: date, last: date) -> list[Detected]:
    """What exceeds in a period, and nothing else, the newest first."""
    return _ruled(discharges, _exceeding(discharges, first=first, last=last))


def _exceeding(discharges: Sequence[Discharge], *, first: date, last: date) -> list[Detected]:
    return [
        *_exceeding_days(discharges, first=first, last=last),
        *_exceeding_results(discharges, first=first, last=last),
    ]


def _ruled(discharges: Sequence[Discharge], found: Iterable[Detected]) -> list[Detected]:
    rulings = {
        (row.discharge_id, row.key): row
        for row in Finding.objects.standing().filter(discharge__in=discharges).select_related("by")
    }
    ruled = [replace(one, ruling=rulings.get((one.discharge, one.key))) for one in found]
    return sorted(ruled, key=lambda one: (one.day, one.key), reverse=True)


def limits_by_discharge(
    discharges: Iterable[int], *, first: date, last: date
) -> dict[int, list[tuple[int | None, Limit]]]:
    found: dict[int, list[tuple[int | None, Limit]]] = defaultdict(list)
    for row in LimitRow.objects.filter(discharge__in=discharges).overlapping(first, last):
        found[row.discharge_id].append((row.point_id, row.value))
    return found


def held_limit(
    limits: dict[int, list[tuple[int | None, Limit]]], point: Point, key: str, day: date
) -> Limit | None:
    """The limit of a point, its own before that of all points."""
    rows = limits.get(point.discharge_id, [])
    own = in_force([limit for of, limit in rows if of == point.pk], key, day)
    return own or in_force([limit for of, limit in rows if of is None], key, day)


def _exceeding_days(discharges: Sequence[Discharge], *, first: date, last: date) -> list[Detected]:
    """Days whose flow or pH lies outside; the database sorts out those that lie within every limit."""
    held = LimitRow.objects.filter(discharge__in=discharges, parameter__in=(FLOW, PH)).overlapping(
        first, last
    )
    if not held:
        return []
    most = _least_high(held, FLOW)
    low, high = _widest(held)
    outside = Q()
    if most is not None:
        outside |= Q(flow__gt=most)
    if low is not None and high is not None:
        outside |= Q(ph__lt=low) | Q(ph__gt=high) | Q(ph_low__lt=low) | Q(ph_high__gt=high)
    if not outside:
        return []
    rows = Reading.objects.filter(
        outside, point__discharge__in=discharges, day__range=(first, last), current=True
    ).select_related("point")
    limits = limits_by_discharge([one.pk for one in discharges], first=first, last=last)
    found = []
    for row in rows:
        for key, label, values in (
            (FLOW, "Debit", [] if row.flow is None else [Measured(row.flow, M3_PER_DAY)]),
            (PH, "pH", [Measured(value) for value in row.phs]),
        ):
            limit = held_limit(limits, row.point, key, row.day)
            verdict = worst(judge(value, limit) for value in values) if values else None
            if verdict and verdict.standing is Standing.EXCEEDS:
                found.append(_exceedance(row.point, key, label, row.day, verdict, of=f"{row.day:%Y%m%d}"))
    return found


def _least_high(rows: Iterable[LimitRow], key: str) -> Decimal | None:
    return min((row.high for row in rows if row.parameter == key and row.high is not None), default=None)


def _widest(rows: Iterable[LimitRow]) -> tuple[Decimal | None, Decimal | None]:
    """The narrowest bounds of pH that any of the limits sets: what lies between exceeds none."""
    bounds = [row for row in rows if row.parameter == PH]
    low = max((row.low for row in bounds if row.low is not None), default=None)
    high = min((row.high for row in bounds if row.high is not None), default=None)
    return low, high


def _exceeding_results(discharges: Sequence[Discharge], *, first: date, last: date) -> list[Detected]:
    """Results outside their limits. One in the unit of its limit and below every bound is never fetched."""
    own = Q(sample__point__discharge__limits__parameter=F("parameter"))
    beyond = (
        Q(value__gt=F("sample__point__discharge__limits__high"))
        | Q(value__lt=F("sample__point__discharge__limits__low"))
        | ~Q(unit=F("sample__point__discharge__limits__unit"))
        | Q(sample__point__discharge__limits__kind="nihil")
        | Q(sign=">")
    )
    keys = Result.objects.filter(
        own & beyond,
        sample__certificate__current=True,
        sample__certificate__discharge__in=discharges,
        sample__point__kind=PointKind.COMPLIANCE,
        sample__day__range=(first, last),
    ).values("pk")
    rows = Result.objects.filter(pk__in=keys).select_related("sample__point")
    limits = limits_by_discharge([one.pk for one in discharges], first=first, last=last)
    found = []
    for row in rows:
        verdict = judge(row.measured, held_limit(limits, row.sample.point, row.parameter, row.sample.day))
        if verdict.standing is Standing.EXCEEDS:
            found.append(
                _exceedance(
                    row.sample.point, row.parameter, row.name, row.sample.day, verdict, of=f"r{row.pk}"
                )
            )
    return found


def _exceedance(point: Point, key: str, name: str, day: date, verdict: Verdict, *, of: str) -> Detected:
    return Detected(
        point.discharge_id,
        f"{Kind.EXCEEDANCE}:{point.pk}:{key}:{of}",
        Kind.EXCEEDANCE,
        day,
        f"{name} di {point.name} pada {tanggal(day)}: {verdict.why}",
        point,
        key,
        name,
        verdict.ratio,
    )


def _missing_reports(
    discharges: Sequence[Discharge], *, first: date, today: date, calendar: Calendar
) -> list[Detected]:
    """Reports that fell due and were not handed in; those that fell due long before are told as well."""
    return [
        _missing(one) for one in owed_reports(discharges, today=today, calendar=calendar) if one.is_missing
    ]


def _missing(owed: Owed) -> Detected:
    return Detected(
        owed.discharge.pk,
        f"{Kind.MISSING_REPORT}:{owed.slug}",
        Kind.MISSING_REPORT,
        owed.due_on,
        f"{owed.name} belum diserahkan; jatuh tempo {tanggal(owed.due_on)}.",
        parameter=owed.kind,
        name=owed.kind.label,
    )


def _silent(discharges: Sequence[Discharge], *, today: date) -> list[Detected]:
    """Discharges that owe a log today and whose last logged day is more than a week ago."""
    duties = Obligation.objects.on(today).filter(kind=DutyKind.DAILY_LOG, discharge__in=discharges)
    starts: dict[int, date] = {}
    for discharge, begun in duties.values_list("discharge", "starts"):
        starts[discharge] = min(begun, starts.get(discharge, begun))
    recent = Reading.objects.filter(
        point__discharge__in=starts, day__gt=today - DAY * (SILENT_AFTER + 1), current=True
    )
    speaking = set(recent.values_list("point__discharge", flat=True).distinct())
    quiet = [pk for pk, begun in starts.items() if pk not in speaking and (today - begun).days > SILENT_AFTER]
    if not quiet:
        return []
    last = dict(
        Reading.objects.filter(point__discharge__in=quiet, current=True)
        .values_list("point__discharge")
        .annotate(last=Max("day"))
    )
    found = []
    for pk in quiet:
        since = last.get(pk)
        told = f"catatan terakhir {tanggal(since)}" if since else "belum pernah ada catatan"
        day = since or starts[pk]
        found.append(
            Detected(
                pk,
                f"{Kind.SILENCE}:{day:%Y%m%d}",
                Kind.SILENCE,
                day,
                f"Debit dan pH tidak dicatat lebih dari {SILENT_AFTER} hari; {told}.",
                name="Debit dan pH",
            )
        )
    return found


# --- the overview ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Row:
    """A discharge in the overview: what was detected and is open, what officers confirmed."""

    discharge: Discharge
    grant: Grant
    exceeding: int
    missing: int
    silent: bool
    confirmed: int
    dismissed: int

    @property
    def worst(self) -> tuple[int, int, bool]:
        return self.exceeding + self.confirmed, self.missing, self.silent


def rows_of(discharges: Sequence[Discharge], found: Iterable[Detected]) -> list[Row]:
    """One row a discharge, the worst first; `grants` are prefetched."""
    of: dict[int, list[Detected]] = defaultdict(list)
    for one in found:
        of[one.discharge].append(one)
    rows = []
    for discharge in discharges:
        mine = of[discharge.pk]
        still = [one for one in mine if one.is_open]
        ruled = Counter(one.ruling.outcome for one in mine if one.ruling is not None)
        rows.append(
            Row(
                discharge,
                latest_grant(discharge),
                exceeding=sum(one.kind is Kind.EXCEEDANCE for one in still),
                missing=sum(one.kind is Kind.MISSING_REPORT for one in still),
                silent=any(one.kind is Kind.SILENCE for one in still),
                confirmed=ruled[Finding.Outcome.CONFIRMED],
                dismissed=ruled[Finding.Outcome.DISMISSED],
            )
        )
    return sorted(rows, key=lambda row: (row.worst, row.discharge.company.name), reverse=True)


def worst_parameters(found: Iterable[Detected]) -> list[tuple[str, int, int, Decimal | None]]:
    """Parameters by how often they exceed: name, how often, at how many discharges, the greatest ratio.

    What an officer dismissed does not count.
    """
    of: dict[str, list[Detected]] = defaultdict(list)
    for one in found:
        if one.kind is Kind.EXCEEDANCE and not (
            one.ruling is not None and one.ruling.outcome == Finding.Outcome.DISMISSED
        ):
            of[one.name].append(one)
    rows = [
        (
            name,
            len(ones),
            len({one.discharge for one in ones}),
            max((one.ratio for one in ones if one.ratio is not None), default=None),
        )
        for name, ones in of.items()
    ]
    return sorted(rows, key=lambda row: (-row[1], row[0]))
