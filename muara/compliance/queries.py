"""Reading what is owed, what was entered, and how it stands to the limits."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import Count, Q

from muara.cases.terms import LimitKind, PointKind
from muara.compliance.arithmetic import loads
from muara.compliance.arithmetic.figures import Figure
from muara.compliance.arithmetic.limits import FLOW, PH, Limit, in_force, parameter
from muara.compliance.arithmetic.loads import NoLoad, Sample
from muara.compliance.arithmetic.measured import Measured
from muara.compliance.arithmetic.presets import Ecosystem, Use, sea_limits
from muara.compliance.arithmetic.schedule import (
    DueRule,
    DutyKind,
    Frequency,
    Period,
    due_day,
    period_of,
    periods,
)
from muara.compliance.arithmetic.units import M3_PER_DAY, TON
from muara.compliance.arithmetic.verdicts import (
    Standing,
    Tally,
    Trend,
    Verdict,
    hold_load,
    judge,
    judge_load,
    tally,
    trend,
    worst,
)
from muara.compliance.models import Discharge, Grant, Obligation, Point, Reading, Result
from muara.people.models import OfficeSetting, User
from muara.people.queries import report_day
from muara.sop.working_time import Calendar

DAY = timedelta(days=1)
Key = OfficeSetting.Key


def report_rule(*, on: date) -> DueRule:
    """When reports are due and reminded of, as the office has set it on a day."""
    return DueRule(
        day_of_month=report_day(Key.REPORT_DUE_DAY, on=on),
        before=(report_day(Key.REPORT_REMIND_EARLY, on=on), report_day(Key.REPORT_REMIND_AGAIN, on=on)),
        after=(report_day(Key.REPORT_LATE, on=on), report_day(Key.REPORT_LATE_AGAIN, on=on)),
    )


def discharges_of(user: User, *, on: date) -> list[Discharge]:
    """What a holder's person follows, with the permit that was granted last (`grants` is prefetched)."""
    rows = Discharge.objects.of_holder(user, on=on).select_related("company")
    return list(rows.prefetch_related("grants__permit__number").order_by("company__name", "pk"))


def latest_grant(discharge: Discharge) -> Grant:
    return max(discharge.grants.all(), key=lambda grant: (grant.starts, grant.pk))


# --- limits -------------------------------------------------------------------------------------------


def limits_of(discharge: Discharge, *, first: date, last: date, point: Point | None = None) -> list[Limit]:
    """The permit's limits that hold in a period, those of one point before those of all points."""
    wanted = Q(point=None) if point is None else Q(point=None) | Q(point=point)
    rows = discharge.limits.filter(wanted).overlapping(first, last)
    return [row.value for row in sorted(rows, key=lambda row: row.point_id is None)]


def sea_limits_of(point: Point, *, on: date) -> tuple[Limit, ...]:
    """The seawater standard of a monitoring point by its designated use; none where it was not named."""
    if not point.use:
        return ()
    return sea_limits(
        Use(point.use), on=on, ecosystem=Ecosystem(point.ecosystem) if point.ecosystem else None
    )


def units_at(point: Point, *, on: date) -> dict[str, str]:
    """What is tested at a point and in which unit: what the permit limits, or the seawater standard."""
    if point.kind == PointKind.SEA:
        return {
            limit.parameter: limit.unit or parameter(limit.parameter).unit
            for limit in sea_limits_of(point, on=on)
        }
    rows = point.discharge.limits.exclude(parameter=FLOW).order_by("name", "valid_from")
    return dict(rows.values_list("parameter", "unit"))


def sea_verdicts(discharge: Discharge, *, first: date, last: date) -> list[tuple[Result, Verdict]]:
    """The sea's results in a period, each held against the standard of its point and day.

    Those standards are examples until an officer has confirmed them: the limit of a verdict tells.
    """
    return [
        (result, sea_verdict(result))
        for result in results_of(discharge, first=first, last=last, kind=PointKind.SEA)
    ]


def sea_verdict(result: Result) -> Verdict:
    """Hold a result of the sea against the standard of its point and day."""
    return judge(result.measured, in_force(_sea(result), result.parameter, result.sample.day))


def _sea(result: Result) -> tuple[Limit, ...]:
    return sea_limits_of(result.sample.point, on=result.sample.day)


# --- the daily log ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LogDay:
    """A day of the log of one point: what was logged, and how it stands to the limits of that day."""

    day: date
    reading: Reading | None
    owed: bool
    flow: Verdict | None
    ph: Verdict | None

    @property
    def verdicts(self) -> list[Verdict]:
        return [verdict for verdict in (self.flow, self.ph) if verdict is not None]

    @property
    def standing(self) -> Standing:
        """Of the whole day: both values are owed."""
        return tally((FLOW, PH), {FLOW: _listed(self.flow), PH: _listed(self.ph)}).standing


def _listed(verdict: Verdict | None) -> list[Verdict]:
    return [] if verdict is None else [verdict]


@dataclass(frozen=True, slots=True)
class PointLog:
    """The log of a point in a period, day by day, with its tally of flows and of pH."""

    point: Point
    days: tuple[LogDay, ...]

    def within(self, first: date, last: date) -> PointLog:
        """The part of it that lies in a shorter period."""
        return PointLog(self.point, tuple(row for row in self.days if first <= row.day <= last))

    @property
    def flow(self) -> Tally:
        return self._tally("flow")

    @property
    def ph(self) -> Tally:
        return self._tally("ph")

    def _tally(self, name: str) -> Tally:
        owed = [row.day for row in self.days if row.owed]
        return tally(owed, {row.day: _listed(getattr(row, name)) for row in self.days})

    @property
    def flows(self) -> dict[date, Decimal]:
        """The flows that were logged, in m³ a day."""
        return {
            row.day: row.reading.flow
            for row in self.days
            if row.reading is not None and row.reading.flow is not None
        }


def log_of(discharge: Discharge, *, first: date, last: date, until: date) -> list[PointLog]:
    """The daily log of every compliance point that has one in a period; `until` is the last day that is owed.

    Three queries, however long the period is.
    """
    owed = _owed(discharge, DutyKind.DAILY_LOG, first=first, last=last)
    points = {row.point for row in owed if row.point is not None}
    rows = Reading.objects.filter(
        point__in=[point.pk for point in points], day__range=(first, last), current=True
    )
    readings = {(row.point_id, row.day): row for row in rows}
    found = limits_of(discharge, first=first, last=last)
    days = [first + DAY * number for number in range((last - first).days + 1)]
    return [
        PointLog(
            point,
            tuple(
                _log_day(
                    day,
                    readings.get((point.pk, day)),
                    owed=day <= until
                    and any(row.point_id == point.pk and row.starts <= day <= row.ends for row in owed),
                    limits=found,
                )
                for day in days
            ),
        )
        for point in sorted(points, key=lambda point: (point.name, point.pk))
    ]


def _owed(discharge: Discharge, kind: DutyKind, *, first: date, last: date) -> list[Obligation]:
    """The obligations of a kind that hold on some day of a period, void ones until their last day."""
    rows = discharge.obligations.filter(kind=kind, starts__lte=last, ends__gte=first)
    return list(rows.select_related("point"))


def _log_day(day: date, reading: Reading | None, *, owed: bool, limits: Sequence[Limit]) -> LogDay:
    flow = ph = None
    if reading is not None and reading.flow is not None:
        flow = judge(Measured(reading.flow, M3_PER_DAY), in_force(limits, FLOW, day))
    if reading is not None and reading.ph is not None:
        ph = worst(judge(Measured(value), in_force(limits, PH, day)) for value in reading.phs)
    return LogDay(day, reading, owed, flow, ph)


def versions_of(point: Point, day: date) -> list[Reading]:
    """Every version of a day's log, the newest first."""
    return list(point.readings.filter(day=day).select_related("by").order_by("-version"))


# --- laboratory results -------------------------------------------------------------------------------


def results_of(discharge: Discharge, *, first: date, last: date, kind: PointKind) -> list[Result]:
    """The results that count in a period, at points of a kind, in the order of sampling."""
    rows = Result.objects.filter(
        sample__certificate__current=True,
        sample__certificate__discharge=discharge,
        sample__point__kind=kind,
        sample__day__range=(first, last),
    )
    return list(
        rows.select_related("sample__point", "sample__certificate__laboratory").order_by(
            "sample__taken_at", "pk"
        )
    )


def proof_of(result: Result) -> str:
    """Where a result is proved: certificate and laboratory."""
    certificate = result.sample.certificate
    return f"sertifikat {certificate.number}, {certificate.laboratory}"


@dataclass(frozen=True, slots=True)
class Tested:
    """A parameter at a point in a period: its results with their verdicts, and what went out of it.

    `loads` are the verdicts on the loads that the permit limits beside the concentration: both must hold.
    """

    point: Point
    parameter: str
    name: str
    results: tuple[Result, ...]
    verdicts: tuple[Verdict, ...]
    load: Figure | None = None
    permitted: Figure | None = None
    load_standing: Standing | None = None
    per_ton: Figure | None = None
    loads: tuple[Verdict, ...] = ()
    excess: tuple[Figure, ...] = ()
    trend: Trend | None = None
    no_load: str = ""

    @property
    def key(self) -> tuple[int, str]:
        return self.point.pk, self.parameter

    @property
    def rows(self) -> list[tuple[Result, Verdict]]:
        return list(zip(self.results, self.verdicts, strict=True))

    @property
    def all_verdicts(self) -> list[Verdict]:
        """What the parameter is judged by; where only its load is limited, the concentration is not."""
        judged = [found for found in self.verdicts if found.limit is None or found.limit.limits_level]
        return [*judged, *self.loads]


@dataclass(frozen=True, slots=True)
class Summary:
    """How a month stands: logs, tests and loads, each with numerator and denominator."""

    period: Period
    logs: tuple[PointLog, ...]
    tests: tuple[Tested, ...]
    parameters: Tally
    production: Decimal | None
    missing: tuple[str, ...]

    @property
    def flows(self) -> Tally:
        return sum((log.flow for log in self.logs), Tally())

    @property
    def phs(self) -> Tally:
        return sum((log.ph for log in self.logs), Tally())

    @property
    def samples(self) -> Tally:
        """Results that comply, of those that there are: none of them can be missing."""
        found = [verdict for test in self.tests for verdict in test.all_verdicts]
        return tally(range(len(found)), {number: [verdict] for number, verdict in enumerate(found)})

    @property
    def loads(self) -> Tally:
        """Loads that keep to the permitted one, of those that have one."""
        kinds = [test.load_standing for test in self.tests if test.load_standing is not None]
        return Tally(
            required=len(kinds),
            complying=kinds.count(Standing.COMPLIES),
            exceeding=kinds.count(Standing.EXCEEDS),
            unjudged=kinds.count(Standing.UNJUDGED),
        )

    @property
    def standing(self) -> Standing:
        return (self.flows + self.phs + self.parameters).standing


def month_summary(discharge: Discharge, month: date, *, until: date) -> Summary:
    """How a month stands, with the load of every parameter; what is not yet over is not yet missing.

    `until` is the last day that is owed: today.
    """
    (summary,) = month_summaries(discharge, first=month, last=month, until=until)
    return summary


def month_summaries(discharge: Discharge, *, first: date, last: date, until: date) -> list[Summary]:
    """How each month stands, from that of a first day to that of a last: as many queries as for one."""
    first, last = period_of(Frequency.MONTHLY, first).first, period_of(Frequency.MONTHLY, last).last
    daily = _owed(discharge, DutyKind.DAILY_LOG, first=first, last=last)
    logs = log_of(discharge, first=first, last=last, until=until)
    owed = _owed(discharge, DutyKind.LAB_TEST, first=first, last=last)
    results = results_of(discharge, first=first, last=last, kind=PointKind.COMPLIANCE)
    limits = limits_of(discharge, first=first, last=last)
    made = discharge.production.filter(current=True, month__range=(first, last))
    tons = dict(made.values_list("month", "tons"))
    found = []
    month = first
    while month <= last:
        whole = period_of(Frequency.MONTHLY, month)
        begins, ends = whole.first, whole.last
        logged = {row.point_id for row in daily if row.starts <= ends and row.ends >= begins}
        found.append(
            _summary(
                discharge,
                whole,
                logs=[log.within(begins, ends) for log in logs if log.point.pk in logged],
                owed=[row for row in owed if row.starts <= ends and row.ends >= begins],
                results=[row for row in results if begins <= row.sample.day <= ends],
                limits=[
                    limit
                    for limit in limits
                    if (limit.valid_from is None or limit.valid_from <= ends)
                    and (limit.valid_to is None or limit.valid_to >= begins)
                ],
                tons=tons.get(begins),
                until=until,
            )
        )
        month = ends + DAY
    return found


def _summary(
    discharge: Discharge,
    whole: Period,
    *,
    logs: Sequence[PointLog],
    owed: Sequence[Obligation],
    results: Iterable[Result],
    limits: Sequence[Limit],
    tons: Decimal | None,
    until: date,
) -> Summary:
    first, last = whole.first, whole.last
    of_point: dict[tuple[int, str], list[Result]] = defaultdict(list)
    for result in results:
        of_point[result.sample.point_id, result.parameter].append(result)
    points = {row.point_id: row.point for row in owed if row.point is not None}
    points |= {found[0].sample.point_id: found[0].sample.point for found in of_point.values()}
    starts, ends = _granted(discharge, first, last)
    month_of = _Month(
        first=starts,
        last=min(ends, max(until, starts)),
        limits=limits,
        flows={log.point.pk: log.flows for log in logs},
        tons=tons,
    )
    keys = {(row.point_id or 0, row.parameter) for row in owed} | set(of_point)
    tests = [
        month_of.tested(points[point], key, of_point.get((point, key), []))
        for point, key in sorted(keys, key=lambda pair: (points[pair[0]].name, parameter(pair[1]).name))
    ]
    verdicts = {test.key: test.all_verdicts for test in tests}
    over = {(row.point_id or 0, row.parameter) for row in owed if min(row.ends, whole.last) <= until}
    required = [test.key for test in tests if test.key in over or verdicts[test.key]]
    return Summary(
        period=whole,
        logs=tuple(logs),
        tests=tuple(tests),
        parameters=tally(required, verdicts),
        production=month_of.tons,
        missing=tuple(
            f"{test.point}: {test.name}" for test in tests if test.key in over and not test.results
        ),
    )


def _granted(discharge: Discharge, first: date, last: date) -> tuple[date, date]:
    """The days of a month from the first that a permit allowed to the last: before it there was no load."""
    held = [grant for grant in discharge.grants.all() if grant.starts <= last and grant.ends >= first]
    starts = min((grant.starts for grant in held), default=first)
    ends = max((grant.ends for grant in held), default=last)
    return max(first, starts), min(last, ends)


@dataclass(frozen=True, slots=True)
class _Month:
    """What the results of a month are reckoned with; its days are those that a permit allowed, till today."""

    first: date
    last: date
    limits: Sequence[Limit]
    flows: Mapping[int, Mapping[date, Decimal]]
    tons: Decimal | None

    def tested(self, point: Point, key: str, results: Sequence[Result]) -> Tested:
        held = [(result, in_force(self.limits, key, result.sample.day)) for result in results]
        samples = [Sample(result.sample.day, result.measured, proof_of(result)) for result in results]
        flows = self.flows.get(point.pk, {})
        first, last = self.first, self.last
        named = Tested(
            point=point,
            parameter=key,
            name=next((limit.name for limit in self.limits if limit.parameter == key), parameter(key).name),
            results=tuple(results),
            verdicts=tuple(judge(result.measured, limit) for result, limit in held),
            permitted=loads.permitted_monthly_load(self.limits, key, first=first, last=last),
            trend=trend(samples, in_force(self.limits, key, last)),
        )
        try:
            load = loads.monthly_load(flows, samples, first=first, last=last)
            per_ton = self._per_ton(samples, flows)
            each_day = [_loaded(result, limit, flows) for result, limit in held]
        except NoLoad as refusal:
            return replace(named, no_load=refusal.message)
        standing = judge_load(load, named.permitted) if load and named.permitted else None
        limit = in_force(self.limits, key, last)
        a_ton = [hold_load(per_ton, limit.load_per_ton, limit)] if per_ton and limit else []
        return replace(
            named,
            load=load,
            load_standing=standing,
            per_ton=per_ton,
            loads=tuple(verdict for verdict in (*each_day, *a_ton) if verdict is not None),
            excess=tuple(_excess(held, flows)),
        )

    def _per_ton(self, samples: Sequence[Sample], flows: Mapping[date, Decimal]) -> Figure | None:
        """The load a ton of product; None without production, samples, or a whole month of flows."""
        level = loads.mean_concentration(samples)
        if self.tons is None or level is None:
            return None
        water = loads.volume(flows, first=self.first, last=self.last)
        ratio = loads.water_per_ton(water, Measured(self.tons, TON))
        if ratio is None or ratio.lacks:
            return None
        return loads.load_per_ton(level.amount, ratio.amount)


def _loaded(result: Result, limit: Limit | None, flows: Mapping[date, Decimal]) -> Verdict | None:
    """The verdict on a sampling day's load, where the permit limits it and the flow was logged."""
    flow = flows.get(result.sample.day)
    if limit is None or limit.load_per_day is None or flow is None:
        return None
    figure = loads.load_per_day(result.measured, Measured(flow, M3_PER_DAY), source=proof_of(result))
    return hold_load(figure, limit.load_per_day, limit)


def _excess(held: Iterable[tuple[Result, Limit | None]], flows: Mapping[date, Decimal]) -> Iterable[Figure]:
    """What went out above the limit on the days of samples; how much longer, an officer establishes."""
    for result, limit in held:
        flow = flows.get(result.sample.day)
        if limit is None or limit.kind is not LimitKind.MOST or limit.high is None or flow is None:
            continue
        found = loads.excess_load(result.measured, limit, Measured(flow, M3_PER_DAY), days=Decimal(1))
        if found is not None:
            yield found


def by_quarter(summaries: Iterable[Summary]) -> dict[Period, list[Summary]]:
    """The months by the quarter that each is of, in their order."""
    found: dict[Period, list[Summary]] = {}
    for summary in summaries:
        found.setdefault(period_of(Frequency.QUARTERLY, summary.period.first), []).append(summary)
    return found


def quarter_tally(summaries: Iterable[Summary]) -> Tally:
    """Compliance of several months: parameters that complied of those that were required."""
    return sum((summary.parameters for summary in summaries), Tally())


# --- obligations and what is due of them --------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Due:
    """One period of an obligation and how it stands, in the words of domain 3.6."""

    obligation: Obligation
    period: Period
    due_on: date
    done: int
    required: int
    state: str

    @property
    def is_entered(self) -> bool:
        """It is met by what is entered here; a report is not."""
        return self.obligation.kind in ENTERED


NOT_YET, NOW, DONE, LATE, BY_REPORT, HANDED_IN = (
    "belum jatuh tempo",
    "jatuh tempo",
    "lengkap",
    "terlambat",
    "menunggu laporan",
    "diserahkan",
)
# What is entered here; the others are answered by the reports that are made of it.
ENTERED = (DutyKind.DAILY_LOG, DutyKind.LAB_TEST, DutyKind.SEA_TEST, DutyKind.PRODUCTION)
# Which report answers a duty that is no entry of its own, and the period that the report is of.
ANSWERED_BY = {
    DutyKind.QUARTERLY_REPORT: (DutyKind.QUARTERLY_REPORT, Frequency.QUARTERLY),
    DutyKind.SEMESTER_REPORT: (DutyKind.SEMESTER_REPORT, Frequency.HALF_YEARLY),
    DutyKind.LOAD: (DutyKind.QUARTERLY_REPORT, Frequency.QUARTERLY),
    DutyKind.EMERGENCY: (DutyKind.SEMESTER_REPORT, Frequency.HALF_YEARLY),
}


def dues(discharge: Discharge, *, today: date, calendar: Calendar, rule: DueRule | None = None) -> list[Due]:
    """What is owed in the period of today and in the one before it, of every obligation with periods.

    The daily log counts by month.
    """
    rule = rule or report_rule(on=today)
    found: list[Due] = []
    rows = discharge.obligations.exclude(frequency=Frequency.STANDING).select_related("point")
    counted = _Counted(discharge, today=today)
    for row in rows:
        frequency = Frequency.MONTHLY if row.frequency == Frequency.DAILY else Frequency(row.frequency)
        spans = [
            period
            for period in periods(frequency, starts=row.starts, ends=row.ends, until=today)
            if period.last >= counted.since
        ]
        for period in spans[-2:]:
            required, done = counted.of(row, period)
            due_on = due_day(period, calendar=calendar, rule=rule)
            found.append(
                Due(
                    row,
                    period,
                    due_on,
                    done,
                    required,
                    _state(row, period, due_on, done >= required, today=today),
                )
            )
    return found


def _state(row: Obligation, period: Period, due_on: date, complete: bool, *, today: date) -> str:
    if row.kind not in ENTERED:
        if complete:
            return HANDED_IN
        late = LATE if row.kind in (DutyKind.QUARTERLY_REPORT, DutyKind.SEMESTER_REPORT) else BY_REPORT
        return NOW if period.last < today <= due_on else late if today > due_on else NOT_YET
    if complete and period.last < today:
        return DONE
    if today > due_on:
        return LATE
    return NOW if period.last < today else NOT_YET


class _Counted:
    """How much was entered of every obligation in a period: a handful of queries for all of them."""

    def __init__(self, discharge: Discharge, *, today: date) -> None:
        self.today = today
        self.since = since = period_of(
            Frequency.HALF_YEARLY, period_of(Frequency.HALF_YEARLY, today).first - DAY
        ).first
        points = list(discharge.points.values_list("pk", flat=True))
        complete = Reading.objects.filter(
            point__in=points, day__gte=since, current=True, flow__isnull=False, ph__isnull=False
        )
        self.days: dict[int, list[date]] = defaultdict(list)
        for point, day in complete.values_list("point", "day"):
            self.days[point].append(day)
        results = Result.objects.filter(
            sample__certificate__current=True,
            sample__certificate__discharge=discharge,
            sample__day__gte=since,
        )
        self.results = [
            (point, key, day, number)
            for point, key, day, number in results.values_list(
                "sample__point", "parameter", "sample__day"
            ).annotate(number=Count("pk"))
        ]
        made = discharge.production.filter(current=True, month__gte=since)
        self.months = set(made.values_list("month", flat=True))
        handed_in = discharge.reports.filter(whole_first__gte=since)
        self.reports = set(handed_in.values_list("kind", "whole_first"))

    def of(self, row: Obligation, period: Period) -> tuple[int, int]:
        """Required and done: days of a log, a test, a month's production."""
        if row.kind == DutyKind.DAILY_LOG:
            last = min(period.last, self.today)
            logged = sum(period.first <= day <= last for day in self.days[row.point_id or 0])
            return (last - period.first).days + 1, logged
        if row.kind in (DutyKind.LAB_TEST, DutyKind.SEA_TEST):
            done = any(
                point == row.point_id and row.parameter in ("", key) and period.first <= day <= period.last
                for point, key, day, _ in self.results
            )
            return 1, int(done)
        if row.kind == DutyKind.PRODUCTION:
            return 1, int(period.whole_first in self.months)
        kind, frequency = ANSWERED_BY[DutyKind(row.kind)]
        return 1, int((kind.value, period_of(frequency, period.first).first) in self.reports)


def logged_today(discharges: Sequence[int], today: date) -> dict[int, tuple[int, int]]:
    """Of each discharge how many points are wholly logged today, of how many that owe it: two queries."""
    owed = Obligation.objects.on(today).filter(kind=DutyKind.DAILY_LOG, discharge__in=discharges)
    points = dict(owed.values_list("point", "discharge"))
    done = Reading.objects.filter(
        point__in=points, day=today, current=True, flow__isnull=False, ph__isnull=False
    )
    logged = set(done.values_list("point", flat=True))
    found: dict[int, tuple[int, int]] = {}
    for point, of in points.items():
        ready, required = found.get(of, (0, 0))
        found[of] = (ready + (point in logged), required + 1)
    return found
