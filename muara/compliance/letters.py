"""A period's report on paper: the holder's own letter, set from what was put together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Literal

from django.conf import settings

from muara.cases.terms import PointKind
from muara.compliance.arithmetic.figures import Figure, rounded
from muara.compliance.arithmetic.loads import mean_production
from muara.compliance.arithmetic.schedule import DutyKind
from muara.compliance.arithmetic.verdicts import Standing, Tally
from muara.compliance.models import Certificate, Discharge, Report
from muara.compliance.pictures import Chart
from muara.compliance.queries import Tested, proof_of, quarter_tally
from muara.compliance.reports import Assembled, late_words, parts_of
from muara.documents.contents import Letterhead, Particular
from muara.documents.contents.report import PeriodicReport, Picture, Section, Table
from muara.documents.indonesian import tanggal, waktu
from muara.documents.letters import LIBRARY, canonical, compose, keep_template, set_letter
from muara.documents.models import Letter
from muara.people.models import Office, office_day
from muara.people.queries import issuing_office

TEMPLATE = "periodic_report"
DECLARATION = (
    "Dengan ini dinyatakan bahwa isi laporan ini benar menurut catatan perusahaan dan sertifikat hasil uji "
    "yang disebut di dalamnya, dan bahwa yang tidak ada telah disebut sebagai tidak ada."
)
COUNTS = ("Kewajiban", "Taat", "Melampaui", "Tidak dapat dinilai", "Tidak ada", "Keadaan")


def agencies_of(discharge: Discharge) -> list[Office]:
    """The agencies that recommended the permit: those that its holder reports to (SOP, step 17)."""
    asked = Office.objects.filter(
        kind=Office.Kind.AGENCY, referrals__case__permit__grant__discharge=discharge
    )
    return list(asked.distinct().order_by("name"))


def recipients(discharge: Discharge) -> tuple[str, ...]:
    office = issuing_office()
    return tuple(one.name for one in (office, *agencies_of(discharge)) if one is not None)


def content_of(
    made: Assembled,
    *,
    signing: Literal["ink", "account"],
    at: datetime,
    signer: str = "",
    position: str = "",
    repairs: Report | None = None,
    handed_in: datetime | None = None,
    first_on: datetime | None = None,
) -> PeriodicReport:
    """What the report says; without `handed_in` it is a draft to read, or to sign in ink."""
    company = made.discharge.company
    told = ""
    if handed_in is not None:
        late = late_words(made.due_on, office_day(first_on or handed_in))
        told = f"{waktu(handed_in)}, {late or 'tepat waktu'}"
    return PeriodicReport(
        letterhead=Letterhead(government="", office=company.name),
        demo=settings.MUARA_DEMO,
        status="final" if handed_in is not None or signing == "ink" else "draft",
        title=f"{made.kind.label} pembuangan air limbah ke laut",
        period=_period(made),
        company=company.name,
        particulars=_particulars(made),
        addressees=recipients(made.discharge),
        sections=tuple(_sections(made)),
        missing=made.missing,
        attachments=(*_certificates(made), *(f"{row.title} ({row.filename})" for row in made.files)),
        declaration=DECLARATION,
        signing=signing,
        signer=signer,
        position=position,
        signed_at=handed_in if signing == "account" else None,
        due_on=made.due_on,
        late=told,
        repairs=f"Memperbaiki versi {repairs.version} tanggal {tanggal(repairs.handed_in_on)}"
        if repairs
        else "",
    )


def compose_report(content: PeriodicReport, *, at: datetime) -> Letter:
    template = keep_template(name=TEMPLATE, source=_source())
    return compose(
        template=template,
        content=content,
        title=f"{content.title}, {content.period}",
        dated=office_day(at),
        at=at,
    )


def draft_pdf(content: PeriodicReport, *, at: datetime) -> bytes:
    """Set a report as things stand; nothing is kept of it."""
    return set_letter(
        source=_source(),
        content=canonical(content),
        title=f"{content.title}, {content.period}",
        dated=office_day(at),
    )


def _source() -> str:
    return (LIBRARY / f"{TEMPLATE}.typ").read_text(encoding="utf-8")


def _period(made: Assembled) -> str:
    whole = f"{made.period.name}: {tanggal(made.period.first)} sampai {tanggal(made.period.last)}"
    return f"{whole} (sebagian masa)" if made.period.is_partial else whole


def _particulars(made: Assembled) -> tuple[Particular, ...]:
    permit = made.grant.permit
    outlets = made.discharge.points.exclude(kind=PointKind.DISCHARGE).filter(closed_on=None)
    places = tuple(
        Particular(
            label=point.get_kind_display(),
            value=f"{point.name} ({point.latitude:f}, {point.longitude:f})",
        )
        for point in outlets
    )
    return (
        Particular(label="Perusahaan", value=made.discharge.company.name),
        Particular(label="Nomor izin", value=permit.number.text),
        Particular(label="Tanggal izin", value=tanggal(permit.issued_on)),
        *places,
    )


def _certificates(made: Assembled) -> list[str]:
    rows = Certificate.objects.filter(
        discharge=made.discharge,
        current=True,
        samples__day__range=(made.period.first, made.period.last),
    )
    return [
        f"Sertifikat {row.number} tanggal {tanggal(row.dated)}, {row.laboratory} ({row.filename})"
        for row in rows.select_related("laboratory").distinct().order_by("dated", "pk")
    ]


# --- the sections ---------------------------------------------------------------------------------------


def _sections(made: Assembled) -> list[Section]:
    drawn: dict[str, list[Chart]] = defaultdict(list)
    for chart in made.charts:
        drawn[chart.key.partition("-")[0]].append(chart)
    daily = [chart for key in ("kalender", "flow", "ph") for chart in drawn.pop(key, [])]
    loads = drawn.pop("beban", [])
    tested = [chart for charts in drawn.values() for chart in charts]
    sections = [
        _summary(made),
        Section(title="Debit dan pH", tables=(_daily(made),), pictures=_pictures(daily)),
        Section(
            title="Hasil uji laboratorium air limbah", tables=(_tests(made),), pictures=_pictures(tested)
        ),
        Section(title="Beban pencemaran", tables=(_loads(made),), pictures=_pictures(loads)),
        Section(title="Produksi", tables=(_production(made),)),
    ]
    if made.kind is DutyKind.SEMESTER_REPORT:
        sections.append(Section(title="Air laut di titik pantau", tables=(_sea(made),)))
    sections.append(Section(title="Pelampauan", tables=(_exceedances(made),)))
    if made.incidents:
        sections.append(Section(title="Kejadian yang dilaporkan", items=_incidents(made)))
    sections += [
        Section(title=part.title, paragraphs=tuple(line for line in words.splitlines() if line.strip()))
        for part in parts_of(made.kind)
        if (words := made.told.get(part.key, "").strip())
    ]
    return sections


def _pictures(charts: Sequence[Chart]) -> tuple[Picture, ...]:
    return tuple(Picture(title=chart.title, told=chart.told, chart_svg=chart.svg) for chart in charts)


def _tally(name: str, tally: Tally) -> tuple[str, ...]:
    return (
        name,
        tally.shown,
        str(tally.exceeding),
        str(tally.unjudged),
        str(tally.missing),
        tally.standing.value,
    )


def _summary(made: Assembled) -> Section:
    flow = sum((log.flow for log in made.logs), Tally())
    ph = sum((log.ph for log in made.logs), Tally())
    return Section(
        title="Ringkasan ketaatan",
        tables=(
            Table(
                title="",
                head=COUNTS,
                rows=(
                    _tally("Debit (hari)", flow),
                    _tally("pH (hari)", ph),
                    _tally("Parameter air limbah (parameter dan bulan)", quarter_tally(made.months)),
                ),
                note="“Taat”: yang taat dari yang diwajibkan. Yang tidak ada tidak dihitung taat.",
            ),
        ),
    )


def _daily(made: Assembled) -> Table:
    rows = []
    for log in made.logs:
        for row in log.days:
            if not row.owed and row.reading is None:
                continue
            reading = row.reading
            rows.append(
                (
                    tanggal(row.day),
                    log.point.name,
                    _number(reading.flow if reading else None),
                    _number(reading.ph if reading else None),
                    row.standing.value,
                )
            )
    return Table(
        title="Catatan harian",
        head=("Tanggal", "Titik", "Debit (m³/hari)", "pH", "Penilaian"),
        rows=tuple(rows),
        wide=1,
    )


def _number(value: Decimal | None) -> str:
    return "–" if value is None else rounded(value)


def _tests(made: Assembled) -> Table:
    rows = []
    for summary in made.months:
        for test in summary.tests:
            for result, verdict in test.rows:
                if not made.period.first <= result.sample.day <= made.period.last:
                    continue
                limit = verdict.limit.shown if verdict.limit else "–"
                rows.append(
                    (
                        f"{tanggal(result.sample.day)}, {test.point.name}",
                        test.name,
                        result.measured.shown,
                        limit,
                        verdict.standing.value,
                        f"{result.method}; {proof_of(result)}; {result.sample.taken_by}",
                    )
                )
    return Table(
        title="",
        head=("Contoh", "Parameter", "Hasil", "Batas", "Penilaian", "Metode, bukti, petugas"),
        rows=tuple(rows),
        wide=5,
    )


def _loads(made: Assembled) -> Table:
    rows = []
    for summary in made.months:
        rows += [
            (
                summary.period.name,
                f"{test.name}, {test.point.name}",
                _shown(test.load),
                _shown(test.permitted),
                _shown(test.per_ton),
                _standing(test),
            )
            for test in summary.tests
            if test.load is not None
        ]
    return Table(
        title="",
        head=("Bulan", "Parameter dan titik", "Beban", "Diizinkan", "Tiap ton", "Penilaian"),
        rows=tuple(rows),
        note="Beban sebulan = jumlah debit harian × kadar rata-rata hasil uji bulan itu ÷ 1000.",
        wide=1,
    )


def _shown(figure: Figure | None) -> str:
    if figure is None:
        return "–"
    return f"{figure.shown} ({figure.lacks})" if figure.lacks else figure.shown


def _standing(test: Tested) -> str:
    return (test.load_standing or Standing.UNJUDGED).value if test.permitted else "–"


def _production(made: Assembled) -> Table:
    rows = [(summary.period.name, _number(summary.production)) for summary in made.months]
    made_tons = {one.period.first: one.production for one in made.months if one.production is not None}
    mean = mean_production(made_tons)
    return Table(
        title="",
        head=("Bulan", "Produksi (ton)"),
        rows=tuple(rows),
        note=f"Rata-rata {mean.shown}." if mean else "",
    )


def _sea(made: Assembled) -> Table:
    return Table(
        title="",
        head=("Contoh", "Parameter", "Hasil", "Baku mutu air laut", "Penilaian", "Bukti"),
        rows=tuple(
            (
                f"{tanggal(row.result.sample.day)}, {row.result.sample.point.name}",
                row.result.name,
                row.result.measured.shown,
                f"{row.verdict.limit.shown} ({row.verdict.limit.certainty.badge})"
                if row.verdict.limit
                else "–",
                row.verdict.standing.value,
                proof_of(row.result),
            )
            for row in made.sea
        ),
        wide=5,
    )


def _exceedances(made: Assembled) -> Table:
    return Table(
        title="", head=("Hari", "Apa dan di mana", "Penilaian"), rows=tuple(made.exceedances), wide=2
    )


def _incidents(made: Assembled) -> tuple[str, ...]:
    found = []
    for one in made.incidents:
        late = " (lebih dari 24 jam sesudah diketahui)" if one.was_late else ""
        follow = "; ".join(f"{tanggal(office_day(row.at))}: {row.text}" for row in one.follow_ups.all())
        found.append(
            f"{waktu(one.happened_at)}: {one.what} Tindakan pertama: {one.action} Dilaporkan "
            f"{waktu(one.reported_at)}{late}.{f' Tindak lanjut: {follow}' if follow else ''}"
        )
    return tuple(found)
