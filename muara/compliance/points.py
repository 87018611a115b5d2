"""How each point of many permits stands today, for the map: in a fixed number of queries.

A state is read from what was entered, like every detection (docs/adr/0022): it accuses nobody. A point where
nothing is measured itself, the outfall, stands like the compliance points of its discharge.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

from django.db.models import Count, F, Max, Q

from muara.cases.terms import LimitKind, PointKind
from muara.compliance.arithmetic.schedule import DueRule, DutyKind, Frequency, due_day, periods
from muara.compliance.arithmetic.verdicts import Standing, Verdict, judge
from muara.compliance.detection import (
    SILENT_AFTER,
    Detected,
    exceedances,
    held_limit,
    limits_by_discharge,
)
from muara.compliance.models import Discharge, Finding, Grant, Obligation, Point, Reading, Result
from muara.compliance.queries import latest_grant, report_rule, sea_verdict
from muara.documents.indonesian import tanggal
from muara.permits.standing import Status, standing
from muara.sop.working_time import Calendar

DAY = timedelta(days=1)
SEA_LOOKED_BACK = 400  # days: two half-years and their due days


class PointState(StrEnum):
    """How a point stands, the gravest first: a permit that is not in force comes before what was measured."""

    ENDED = "izin tidak berlaku"
    SUSPENDED = "izin dibekukan"
    EXCEEDS = "melampaui"
    SILENT = "tidak ada catatan"
    INCOMPLETE = "tidak lengkap"
    COMPLIES = "taat"
    NOTHING = "belum ada yang wajib"


GRAVEST = tuple(PointState)


@dataclass(frozen=True, slots=True)
class PlacedPoint:
    """A point with its state and, in sentences, why."""

    point: Point
    discharge: Discharge
    grant: Grant
    state: PointState
    told: tuple[str, ...]


@dataclass(slots=True)
class _Seen:
    """What is known of one point: what exceeds, whether it fell silent, what is missing."""

    owed: bool = False
    exceeding: list[str] = field(default_factory=list)
    silent: str = ""
    missing: list[str] = field(default_factory=list)

    @property
    def state(self) -> PointState:
        if self.exceeding:
            return PointState.EXCEEDS
        if self.silent:
            return PointState.SILENT
        if self.missing:
            return PointState.INCOMPLETE
        return PointState.COMPLIES if self.owed else PointState.NOTHING

    @property
    def told(self) -> list[str]:
        return [*self.exceeding, *([self.silent] if self.silent else []), *self.missing]


def placed_points(
    discharges: Sequence[Discharge], *, first: date, today: date, calendar: Calendar
) -> list[PlacedPoint]:
    """Every point that is not closed, with its state since `first`, the gravest first.

    `grants__permit__later` are fetched beforehand. What an officer dismissed counts no more. Today's log is
    not owed before the day is over, a test not before its due day.
    """
    of = {one.pk: one for one in discharges}
    points = list(
        Point.objects.filter(discharge__in=of, closed_on=None).order_by("discharge", "kind", "name")
    )
    seen: dict[int, _Seen] = defaultdict(_Seen)
    rule = report_rule(on=today)
    _exceeding(seen, exceedances(discharges, first=first, last=today))
    _logged(seen, of, first=first, today=today)
    _tested(seen, of, first=first, today=today, calendar=calendar, rule=rule)
    _sea(seen, of, today=today, calendar=calendar, rule=rule)
    outlets: dict[int, list[_Seen]] = defaultdict(list)
    for point in points:
        if point.kind == PointKind.COMPLIANCE:
            outlets[point.discharge_id].append(seen[point.pk])
    placed = []
    for point in points:
        here = seen[point.pk]
        if point.kind == PointKind.DISCHARGE:
            here = min(outlets[point.discharge_id], key=lambda one: GRAVEST.index(one.state), default=here)
        placed.append(_placed(point, of[point.discharge_id], here, today=today))
    return sorted(
        placed, key=lambda one: (GRAVEST.index(one.state), one.discharge.company.name, one.point.pk)
    )


def _placed(point: Point, discharge: Discharge, seen: _Seen, *, today: date) -> PlacedPoint:
    grant = latest_grant(discharge)
    now, state, told = standing(grant.permit, on=today), seen.state, seen.told
    if not now.is_in_force:
        state = PointState.SUSPENDED if now.status is Status.SUSPENDED else PointState.ENDED
        since = f" sejak {tanggal(now.since)}" if now.since else ""
        told = [f"Izin {now.status}{since}.", *told]
    return PlacedPoint(point, discharge, grant, state, tuple(told))


def _exceeding(seen: dict[int, _Seen], found: Iterable[Detected]) -> None:
    """What exceeds at the compliance points: how often it was detected, how often confirmed."""
    detected: dict[tuple[int, str], int] = defaultdict(int)
    confirmed: dict[tuple[int, str], int] = defaultdict(int)
    for one in found:
        if one.point is None:
            continue
        if one.ruling is None:
            detected[one.point.pk, one.name] += 1
        elif one.ruling.outcome == Finding.Outcome.CONFIRMED:
            confirmed[one.point.pk, one.name] += 1
    for point, name in sorted({*detected, *confirmed}):
        counts = [
            f"{number} kali {word}"
            for number, word in (
                (detected[point, name], "terdeteksi"),
                (confirmed[point, name], "ditegaskan petugas"),
            )
            if number
        ]
        seen[point].exceeding.append(f"{name} melampaui: {', '.join(counts)}.")


def _logged(seen: dict[int, _Seen], of: Mapping[int, Discharge], *, first: date, today: date) -> None:
    """Which points fell silent, and which have days without flow and pH."""
    eve = today - DAY
    duties = Obligation.objects.filter(
        kind=DutyKind.DAILY_LOG, discharge__in=of, starts__lte=eve, ends__gte=first
    )
    owed: dict[int, set[date]] = defaultdict(set)
    going: dict[int, date] = {}
    for point, starts, ends in duties.values_list("point", "starts", "ends"):
        begins, last = max(starts, first), min(ends, eve)
        owed[point] |= {begins + DAY * step for step in range((last - begins).days + 1)}
        if ends >= today:
            going[point] = min(starts, going.get(point, starts))
    whole = Q(flow__isnull=False, ph__isnull=False)
    rows = Reading.objects.filter(point__discharge__in=of, day__range=(first, today), current=True)
    logged = {
        point: (last, full)
        for point, last, full in rows.values_list("point").annotate(
            last=Max("day"), full=Count("pk", filter=whole & Q(day__lte=eve))
        )
    }
    for point, days in owed.items():
        last_day, full = logged.get(point, (None, 0))
        here = seen[point]
        here.owed = here.owed or bool(days)
        begun = going.get(point)
        if begun is not None and (today - max(last_day or begun, begun)).days > SILENT_AFTER:
            since = (
                f"sejak {tanggal(last_day)}" if last_day else f"dalam {(today - first).days} hari terakhir"
            )
            here.silent = f"Debit dan pH tidak dicatat {since}."
        lacking = len(days) - full
        if lacking > 0:
            here.missing.append(f"{lacking} dari {len(days)} hari belum tercatat lengkap.")


def _tested(
    seen: dict[int, _Seen],
    of: Mapping[int, Discharge],
    *,
    first: date,
    today: date,
    calendar: Calendar,
    rule: DueRule,
) -> None:
    """Which monthly tests are wanting, and which results cannot be judged."""
    results = Result.objects.filter(
        sample__certificate__current=True,
        sample__point__discharge__in=of,
        sample__point__kind=PointKind.COMPLIANCE,
        sample__day__range=(first.replace(day=1), today),
    )
    done: dict[tuple[int, str], set[date]] = defaultdict(set)
    for point, key, day in results.values_list("sample__point", "parameter", "sample__day").distinct():
        done[point, key].add(day)
        seen[point].owed = True
    duties = Obligation.objects.filter(
        kind=DutyKind.LAB_TEST, discharge__in=of, starts__lte=today, ends__gte=first
    )
    lacking: dict[int, int] = defaultdict(int)
    for point, key, starts, ends in duties.values_list("point", "parameter", "starts", "ends"):
        for period in periods(Frequency.MONTHLY, starts=max(starts, first), ends=ends, until=today):
            if due_day(period, calendar=calendar, rule=rule) >= today:
                continue
            seen[point].owed = True
            lacking[point] += not any(
                period.whole_first <= day <= period.whole_last for day in done[point, key]
            )
    for point, number in lacking.items():
        if number:
            seen[point].missing.append(f"{number} uji bulanan belum ada.")
    unsure: dict[int, int] = defaultdict(int)
    limited = Q(sample__point__discharge__limits__parameter=F("parameter"))
    natural = Q(sample__point__discharge__limits__kind=LimitKind.NATURAL)
    odd = results.filter(limited & (Q(sign="<") | natural)).values("pk")
    limits = limits_by_discharge(of, first=first, last=today)
    for row in Result.objects.filter(pk__in=odd).select_related("sample__point"):
        verdict = judge(row.measured, held_limit(limits, row.sample.point, row.parameter, row.sample.day))
        unsure[row.sample.point_id] += verdict.standing is Standing.UNJUDGED
    _say_unsure(seen, unsure)


def _say_unsure(seen: dict[int, _Seen], unsure: Mapping[int, int]) -> None:
    for point, number in unsure.items():
        if number:
            seen[point].missing.append(f"{number} hasil uji tidak dapat dinilai.")


def _sea(
    seen: dict[int, _Seen], of: Mapping[int, Discharge], *, today: date, calendar: Calendar, rule: DueRule
) -> None:
    """The sea's newest samples against the standard of its use, and half-years whose test is wanting."""
    since = today - DAY * SEA_LOOKED_BACK
    rows = Result.objects.filter(
        sample__certificate__current=True,
        sample__point__discharge__in=of,
        sample__point__kind=PointKind.SEA,
        sample__day__range=(since, today),
    ).select_related("sample__point")
    results: dict[int, list[Result]] = defaultdict(list)
    for row in rows:
        results[row.sample.point_id].append(row)
    duties = Obligation.objects.filter(
        kind=DutyKind.SEA_TEST, discharge__in=of, starts__lte=today, ends__gte=since
    )
    for point, starts, ends in duties.values_list("point", "starts", "ends"):
        over = [
            period
            for period in periods(Frequency.HALF_YEARLY, starts=max(starts, since), ends=ends, until=today)
            if due_day(period, calendar=calendar, rule=rule) < today
        ]
        if not over:
            continue
        seen[point].owed = True
        last = over[-1]
        if not any(last.whole_first <= row.sample.day for row in results.get(point, ())):
            seen[point].silent = f"Uji air laut {last.name} belum ada."
    for point, mine in results.items():
        newest = max(row.sample.day for row in mine)
        verdicts = [(row, sea_verdict(row)) for row in mine if row.sample.day == newest]
        _judge_sea(seen[point], newest, verdicts)


def _judge_sea(here: _Seen, day: date, verdicts: Sequence[tuple[Result, Verdict]]) -> None:
    here.owed = True
    over = [(row, found) for row, found in verdicts if found.standing is Standing.EXCEEDS]
    for row, found in over:
        badge = f" ({found.limit.certainty.badge})" if found.limit else ""
        here.exceeding.append(f"{row.name} pada {tanggal(day)}: {found.why.removesuffix('.')}{badge}.")
    unsure = sum(found.standing is Standing.UNJUDGED for _, found in verdicts)
    if unsure:
        here.missing.append(f"{unsure} dari {len(verdicts)} hasil uji {tanggal(day)} tidak dapat dinilai.")
