"""A period's report, put together from what was entered: figures, charts, and honestly what is missing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from muara.cases.terms import PointKind
from muara.compliance.arithmetic.limits import FLOW, PH, Limit, in_force
from muara.compliance.arithmetic.schedule import DutyKind, Period, due_day, period_of, periods
from muara.compliance.arithmetic.units import M3_PER_DAY
from muara.compliance.arithmetic.verdicts import Standing, Verdict, judge
from muara.compliance.models import (
    Discharge,
    Grant,
    Incident,
    Obligation,
    Report,
    ReportDraft,
    ReportFile,
    Result,
    Review,
)
from muara.compliance.models.reports import FREQUENCIES
from muara.compliance.pictures import Amount, Chart, Mark, by_month, calendar, over_time, spans
from muara.compliance.queries import (
    PointLog,
    Summary,
    latest_grant,
    limits_of,
    log_of,
    month_summaries,
    report_rule,
    results_of,
    sea_limits_of,
)
from muara.documents.indonesian import tanggal
from muara.people.models import midnight
from muara.sop.values import MONTHS
from muara.sop.working_time import Calendar

DAY = timedelta(days=1)
ROMAN = {"1": "I", "2": "II", "3": "III", "4": "IV"}
LETTERS = {"TW": DutyKind.QUARTERLY_REPORT, "S": DutyKind.SEMESTER_REPORT}


@dataclass(frozen=True, slots=True)
class Part:
    """A part that only people can tell; `needed` where a report without it lacks something."""

    key: str
    title: str
    asks: str
    needed: bool = False


EVENTS = Part("events", "Kejadian dan keadaan tidak normal", "Tulis “Tidak ada” bila tidak ada.", needed=True)
CAUSES = Part("causes", "Penyebab pelampauan dan tindakan perbaikan", "Bila ada yang melampaui batas.")
UPKEEP = Part(
    "upkeep",
    "Pengoperasian dan pemeliharaan IPAL",
    "Prosedur yang dijalankan, perawatan, kalibrasi alat.",
    needed=True,
)
MAKING = Part("making", "Bahan baku dan lama produksi", "Bahan baku (ton/hari) dan lama produksi (jam/hari).")
QUARTERLY = (EVENTS, CAUSES, UPKEEP, MAKING)
HALF_YEARLY = (
    Part("rkl_rpl", "Pelaksanaan RKL-RPL atau UKL-UPL", "Menurut dokumen lingkungan.", needed=True),
    Part(
        "drills", "Latihan dan kesiapan tanggap darurat", "Tanggal latihan, peserta, hasilnya.", needed=True
    ),
    Part("competence", "Sertifikat kompetensi", "Nama, jenis sertifikat, masa berlakunya.", needed=True),
    EVENTS,
    CAUSES,
    UPKEEP,
)


def parts_of(kind: str) -> tuple[Part, ...]:
    return QUARTERLY if kind == DutyKind.QUARTERLY_REPORT else HALF_YEARLY


# What an agency may comment on, beside what people told.
FIGURES = {
    "log": "Debit dan pH",
    "tests": "Uji laboratorium",
    "loads": "Beban pencemaran",
    "production": "Produksi",
    "sea": "Air laut",
    "files": "Lampiran",
}


def commented_parts(kind: str) -> dict[str, str]:
    figures = {
        key: title for key, title in FIGURES.items() if key != "sea" or kind == DutyKind.SEMESTER_REPORT
    }
    return figures | {part.key: part.title for part in parts_of(kind)}


# --- which reports there are ----------------------------------------------------------------------------


def slug_of(kind: str, whole: Period) -> str:
    """A period in an address: "2026-TW3", "2026-S2"."""
    letters = next(name for name, one in LETTERS.items() if one == kind)
    months = 3 if letters == "TW" else 6
    return f"{whole.first.year}-{letters}{(whole.first.month - 1) // months + 1}"


def read_slug(slug: str) -> tuple[DutyKind, Period] | None:
    """The report and whole period that an address names; None where it names none."""
    year, _, rest = slug.partition("-")
    letters, number = rest[:-1], rest[-1:]
    kind = LETTERS.get(letters)
    if kind is None or not (year.isascii() and year.isdecimal() and len(year) == 4) or number not in ROMAN:
        return None
    months = 3 if letters == "TW" else 6
    month = (int(number) - 1) * months + 1
    if month > 12 or int(year) < 1:
        return None
    return kind, period_of(FREQUENCIES[kind], date(int(year), month, 1))


@dataclass(frozen=True, slots=True)
class Owed:
    """A period that a report is owed of, what was handed in, and how that stands (domain 3.6)."""

    discharge: Discharge
    kind: DutyKind
    period: Period
    due_on: date
    report: Report | None
    first_on: date | None
    state: str

    @property
    def slug(self) -> str:
        return slug_of(self.kind, period_of(FREQUENCIES[self.kind], self.period.whole_first))

    @property
    def name(self) -> str:
        return f"Laporan {self.period.name}"

    @property
    def is_missing(self) -> bool:
        return self.state == LATE

    @property
    def late(self) -> str:
        """By how much the first version came late, in words; empty where it did not."""
        return late_words(self.due_on, self.first_on)


NOT_YET, NOW, LATE = "belum jatuh tempo", "jatuh tempo", "terlambat"
RECEIVED, CHECKED, REPAIR, DONE = "diterima", "diperiksa", "perlu perbaikan", "selesai"
STATES = (NOT_YET, NOW, LATE, RECEIVED, CHECKED, REPAIR, DONE)


def late_words(due_on: date, handed_in: date | None) -> str:
    if handed_in is None or handed_in <= due_on:
        return ""
    return f"terlambat {(handed_in - due_on).days} hari"


def state_of(report: Report | None, *, period: Period, due_on: date, today: date) -> str:
    if report is None:
        return NOT_YET if today <= period.last else NOW if today <= due_on else LATE
    review = review_of(report)
    if review is None:
        return RECEIVED
    return {"": CHECKED, Review.Outcome.ACCEPTED: DONE, Review.Outcome.REPAIR: REPAIR}[review.outcome]


def review_of(report: Report) -> Review | None:
    """The agency's look at a version, once it was begun."""
    found: Review | None = getattr(report, "review", None)
    return found


def owed_reports(
    discharges: Sequence[Discharge], *, today: date, calendar: Calendar, since: date = date.min
) -> list[Owed]:
    """Every report that these discharges owe up to the running period, the newest first: three queries.

    `since` leaves out periods that ended before.
    """
    rule = report_rule(on=today)
    found: dict[tuple[int, str, date], Report] = {}
    firsts: dict[tuple[int, str, date], date] = {}
    rows = Report.objects.filter(discharge__in=discharges).select_related("review").order_by("version")
    for row in rows:
        key = (row.discharge_id, row.kind, row.whole_first)
        firsts.setdefault(key, row.handed_in_on)
        found[key] = row
    of = {one.pk: one for one in discharges}
    days: dict[Period, date] = {}
    owed: dict[tuple[int, str, date], Owed] = {}
    duties = Obligation.objects.filter(discharge__in=discharges, kind__in=FREQUENCIES).order_by(
        "starts", "pk"
    )
    for duty in duties:
        kind = DutyKind(duty.kind)
        for period in periods(FREQUENCIES[kind], starts=duty.starts, ends=duty.ends, until=today):
            if period.last < since:
                continue
            if period not in days:
                days[period] = due_day(period, calendar=calendar, rule=rule)
            key = (duty.discharge_id, duty.kind, period.whole_first)
            if (before := owed.get(key)) is not None:
                # A duty that goes on under a later permit: one report of the whole period.
                period = Period(
                    before.period.first, period.last, period.whole_first, period.whole_last, period.name
                )
                days.setdefault(period, due_day(period, calendar=calendar, rule=rule))
            report = found.get(key)
            due_on = report.due_on if report is not None else days[period]
            state = state_of(report, period=period, due_on=due_on, today=today)
            owed[key] = Owed(of[duty.discharge_id], kind, period, due_on, report, firsts.get(key), state)
    return sorted(owed.values(), key=lambda one: (one.period.last, one.kind), reverse=True)


def owed_report(
    discharge: Discharge, kind: DutyKind, whole: Period, *, today: date, calendar: Calendar
) -> Owed | None:
    """The report of one period; None where the permit does not ask for it, or not yet."""
    every = owed_reports([discharge], today=today, calendar=calendar)
    wanted = (one for one in every if one.kind is kind and one.period.whole_first == whole.whole_first)
    return next(wanted, None)


def draft_of(discharge: Discharge, kind: str, whole_first: date) -> ReportDraft | None:
    return ReportDraft.objects.filter(discharge=discharge, kind=kind, whole_first=whole_first).first()


def files_of(draft: ReportDraft | None) -> list[ReportFile]:
    return [] if draft is None else list(draft.files.filter(removed_at=None).select_related("blob"))


def files_with(report: Report) -> list[ReportFile]:
    """The files that went with a version: attached by then and not taken back by then."""
    rows = report.draft.files.filter(added_at__lte=report.at).select_related("blob")
    return [row for row in rows if row.removed_at is None or row.removed_at > report.at]


# --- charts ---------------------------------------------------------------------------------------------


def charts_of(discharge: Discharge, *, first: date, last: date, until: date) -> list[Chart]:
    """Flow, pH and each parameter against its limit, load by month, and the calendar, point by point."""
    logs = log_of(discharge, first=first, last=last, until=until)
    limits = limits_of(discharge, first=first, last=last)
    results = results_of(discharge, first=first, last=last, kind=PointKind.COMPLIANCE)
    months = month_summaries(discharge, first=first, last=min(last, until), until=until)
    return _charts(logs, limits, results, months, first=first, last=last)


def _charts(
    logs: Sequence[PointLog],
    limits: Sequence[Limit],
    results: Sequence[Result],
    months: Sequence[Summary],
    *,
    first: date,
    last: date,
) -> list[Chart]:
    charts: list[Chart] = []
    for log in logs:
        name = log.point.name
        charts.append(_calendar(log, first=first, last=last))
        for key, label, unit in (("flow", "Debit", M3_PER_DAY), ("ph", "pH", "")):
            marks = []
            for row in log.days:
                verdict: Verdict | None = getattr(row, key)
                if row.owed or verdict is not None:
                    marks.append(_mark(row.day, verdict))
            charts.append(
                over_time(
                    f"{key}-{log.point.pk}",
                    f"{label} {name}",
                    unit,
                    marks,
                    limits=limits,
                    parameter=FLOW if key == "flow" else PH,
                    first=first,
                    last=last,
                    joined=True,
                )
            )
    of_point: dict[tuple[int, str], list[Result]] = defaultdict(list)
    for result in results:
        of_point[result.sample.point_id, result.parameter].append(result)
    for (point, key), rows in sorted(of_point.items(), key=lambda item: (item[0][0], item[1][0].name)):
        limit = in_force(limits, key, last)
        unit = limit.unit if limit is not None else rows[0].unit
        marks = [
            Mark(
                row.sample.day,
                row.measured,
                judge(row.measured, in_force(limits, key, row.sample.day)).standing,
            )
            for row in rows
        ]
        title = f"{rows[0].name} {rows[0].sample.point.name}"
        charts.append(
            over_time(
                f"{key}-{point}",
                title,
                unit,
                marks,
                limits=limits,
                parameter=key,
                first=first,
                last=last,
                joined=False,
            )
        )
    return [*charts, *_load_charts(months)]


def calendars_of(discharge: Discharge, *, first: date, last: date, until: date) -> list[Chart]:
    """The compliance calendar of every point: a field a day."""
    return [
        _calendar(log, first=first, last=last)
        for log in log_of(discharge, first=first, last=last, until=until)
    ]


def _calendar(log: PointLog, *, first: date, last: date) -> Chart:
    days = {row.day: row.standing for row in log.days if row.owed}
    title = f"Kalender ketaatan {log.point.name}"
    return calendar(f"kalender-{log.point.pk}", title, days, first=first, last=last)


def _mark(day: date, verdict: Verdict | None) -> Mark:
    if verdict is None:
        return Mark(day, None, Standing.INCOMPLETE)
    return Mark(day, verdict.measured, verdict.standing)


def _load_charts(months: Sequence[Summary]) -> list[Chart]:
    found: dict[tuple[int, str], list[Amount]] = {}
    titles: dict[tuple[int, str], tuple[str, str]] = {}
    for summary in months:
        for test in summary.tests:
            if test.load is None:
                continue
            titles[test.key] = (f"Beban {test.name} {test.point.name}", test.load.unit)
            found.setdefault(test.key, []).append(
                Amount(
                    MONTHS[summary.period.first.month - 1][:3],
                    test.load.value,
                    test.load.shown,
                    test.permitted.value if test.permitted else None,
                    over=test.load_standing is Standing.EXCEEDS,
                )
            )
    return [
        by_month(f"beban-{key[1]}-{key[0]}", titles[key][0], titles[key][1], amounts)
        for key, amounts in sorted(found.items(), key=lambda item: titles[item[0]])
    ]


# --- putting a report together --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SeaRow:
    """A result of the sea with its verdict by the standard of its place and day."""

    result: Result
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Assembled:
    """Everything that a report says; `missing` in sentences, what people have to tell among it."""

    discharge: Discharge
    grant: Grant
    kind: DutyKind
    period: Period
    due_on: date
    logs: tuple[PointLog, ...]
    months: tuple[Summary, ...]
    sea: tuple[SeaRow, ...]
    incidents: tuple[Incident, ...]
    charts: tuple[Chart, ...]
    told: Mapping[str, str]
    files: tuple[ReportFile, ...]
    missing: tuple[str, ...]

    @property
    def exceedances(self) -> list[tuple[str, str, str]]:
        """Day, where and what, and the verdict's sentence, in the order of days."""
        found: list[tuple[date, str, str]] = []
        for log in self.logs:
            for row in log.days:
                for name, verdict in (("Debit", row.flow), ("pH", row.ph)):
                    if verdict is not None and verdict.standing is Standing.EXCEEDS:
                        found.append((row.day, f"{name}, {log.point.name}", verdict.why))
        for summary in self.months:
            for test in summary.tests:
                for result, verdict in test.rows:
                    if verdict.standing is Standing.EXCEEDS and self._within(result.sample.day):
                        found.append((result.sample.day, f"{test.name}, {test.point.name}", verdict.why))
                if test.load_standing is Standing.EXCEEDS and test.load and test.permitted:
                    why = f"{test.load.shown}, padahal diizinkan {test.permitted.shown}."
                    found.append((summary.period.last, f"Beban sebulan {test.name}, {test.point.name}", why))
                found += [
                    (summary.period.last, f"Beban {test.name}, {test.point.name}", verdict.why)
                    for verdict in test.loads
                    if verdict.standing is Standing.EXCEEDS
                ]
        found += [
            (row.result.sample.day, f"{row.result.name}, {row.result.sample.point.name}", row.verdict.why)
            for row in self.sea
            if row.verdict.standing is Standing.EXCEEDS
        ]
        return [(tanggal(day), where, why) for day, where, why in sorted(found)]

    def _within(self, day: date) -> bool:
        return self.period.first <= day <= self.period.last


def assemble(discharge: Discharge, kind: DutyKind, period: Period, *, due_on: date, until: date) -> Assembled:
    """Put a period's report together as things stand; `until` is the last day that is owed, today."""
    first, last = period.first, period.last
    logs = log_of(discharge, first=first, last=last, until=until)
    months = month_summaries(discharge, first=first, last=min(last, until), until=until)
    limits = limits_of(discharge, first=first, last=last)
    results = results_of(discharge, first=first, last=last, kind=PointKind.COMPLIANCE)
    draft = draft_of(discharge, kind, period.whole_first)
    told = {part.key: str(draft.told.get(part.key, "")) if draft else "" for part in parts_of(kind)}
    sea: list[SeaRow] = []
    if kind is DutyKind.SEMESTER_REPORT:
        sea = [_sea_row(row) for row in results_of(discharge, first=first, last=last, kind=PointKind.SEA)]
    incidents = discharge.incidents.filter(
        happened_at__gte=midnight(first), happened_at__lt=midnight(last + DAY)
    ).prefetch_related("follow_ups")
    made = Assembled(
        discharge=discharge,
        grant=latest_grant(discharge),
        kind=kind,
        period=period,
        due_on=due_on,
        logs=tuple(logs),
        months=tuple(months),
        sea=tuple(sea),
        incidents=tuple(incidents),
        charts=tuple(_charts(logs, limits, results, months, first=first, last=last)),
        told=told,
        files=tuple(files_of(draft)),
        missing=(),
    )
    missing = (*_missing_figures(made, until=until), *_missing_words(made))
    return replace(made, missing=missing)


def _sea_row(row: Result) -> SeaRow:
    day = row.sample.day
    standard = in_force(sea_limits_of(row.sample.point, on=day), row.parameter, day)
    return SeaRow(row, judge(row.measured, standard))


def _missing_figures(made: Assembled, *, until: date) -> list[str]:
    found = []
    for log in made.logs:
        by_of: dict[date, list[int]] = defaultdict(list)
        for row in log.days:
            if row.owed and len(row.verdicts) < 2:
                by_of[row.day.replace(day=1)].append(row.day.day)
        for month, days in by_of.items():
            found.append(
                f"Debit dan pH {log.point.name}: {len(days)} hari tidak tercatat lengkap pada "
                f"{MONTHS[month.month - 1]} {month.year} (tanggal {', '.join(spans(days))})."
            )
    for summary in made.months:
        found += [f"Hasil uji {one}, {summary.period.name}." for one in summary.missing]
        if summary.production is None and summary.period.last <= until:
            found.append(f"Produksi {summary.period.name}.")
    if made.kind is DutyKind.SEMESTER_REPORT:
        tested = {row.result.sample.point_id for row in made.sea}
        for point in made.discharge.points.filter(kind=PointKind.SEA, closed_on=None):
            if point.pk not in tested:
                found.append(f"Hasil uji air laut di {point.name}.")
            if not point.use:
                found.append(f"Peruntukan laut di {point.name}: baku mutu air laut belum dapat ditentukan.")
    return found


def _missing_words(made: Assembled) -> list[str]:
    needed = [part for part in parts_of(made.kind) if part.needed]
    if made.exceedances:
        needed.append(CAUSES)
    return [f"Uraian “{part.title}”." for part in needed if not made.told.get(part.key, "").strip()]
