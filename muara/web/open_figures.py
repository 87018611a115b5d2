"""Statistics and open data: what the office publishes of a semester or a year, as a page and as files.

A visitor counts nothing: the figures are those of `records.counted`, with the moment that they are from.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from muara.cases.models import Case
from muara.documents.indonesian import angka
from muara.people.models import office_day
from muara.records import board, counted
from muara.records.counted import Counted
from muara.records.figures import OpenRow, Summary
from muara.records.open_figures import COLUMNS, FEWEST, SECTIONS, as_record
from muara.records.open_register import LICENCE, LICENCE_NAME, PROPOSED, described, explained
from muara.records.periods import Period, open_periods, semester
from muara.sop.definition import Process
from muara.web import sheets
from muara.web.charts import Chart, columns, lengths

TREND = 4  # semesters
FORMS = ("csv", "xlsx", "json")
RETRY = "60"  # seconds, until what is not counted may be asked for again
DASH = "–"


def open_services() -> dict[str, tuple[str, Process]]:
    """Each service with its newest process, by the short address that its figures are found at."""
    found = ((service, board.newest(service)) for service in board.services())
    return {process.slug: (service, process) for service, process in found}


def _since(service: str, today: date) -> date:
    """The day of a service's first case."""
    cases = Case.objects.filter(revision__service=service).order_by("opened_at")
    first = cases.values_list("opened_at", flat=True).first()
    return office_day(first) if first else today


def everybodys(today: date) -> Iterator[tuple[str, Process, Period]]:
    """Every period that a visitor may ask for, service by service, for the counter to count."""
    for service, process in open_services().values():
        for period in open_periods(_since(service, today), today):
            yield service, process, period


class Choice(forms.Form):
    """Which service, and which semester or year; the newest semester where nothing is said."""

    layanan = forms.ChoiceField(
        label="Layanan", error_messages={"invalid_choice": "Pilih salah satu layanan dalam daftar."}
    )
    periode = forms.ChoiceField(
        label="Semester atau tahun",
        error_messages={"invalid_choice": "Pilih salah satu periode dalam daftar."},
    )

    def __init__(self, said: Any, *, services: dict[str, tuple[str, Process]], today: date) -> None:
        wanted = said.get("layanan") or next(iter(services))
        service, _ = services.get(wanted, next(iter(services.values())))
        self.periods = {one.key: one for one in open_periods(_since(service, today), today)}
        super().__init__({"layanan": wanted, "periode": said.get("periode") or semester(today).key})
        for name, choices in (
            ("layanan", [(slug, process.title) for slug, (_, process) in services.items()]),
            ("periode", [(key, period.label) for key, period in self.periods.items()]),
        ):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = choices


@require_safe
def open_figures(request: HttpRequest) -> HttpResponse:
    """The figures of a semester or a year with charts, and the files of the same."""
    at, services = timezone.now(), open_services()
    if not services:
        return render(request, "public/open_figures.html")
    today = office_day(at)
    form = Choice(request.GET, services=services, today=today)
    context: dict[str, Any] = {"form": form, "several": len(services) > 1, "fewest": FEWEST}
    if not form.is_valid():
        return render(request, "public/open_figures.html", context, status=422)
    slug = form.cleaned_data["layanan"]
    service, process = services[slug]
    period = form.periods[form.cleaned_data["periode"]]
    found = counted.for_everybody(service, process, period, at=at)
    context |= {
        "slug": slug,
        "process": process,
        "period": period,
        "running": period.last >= today,
        "query": f"layanan={slug}&periode={period.key}",
        "licence": LICENCE,
        "licence_name": LICENCE_NAME,
        "proposed": PROPOSED,
    }
    if found is not None:
        rows = found.value.published
        context |= {
            "counted_at": found.at,
            "tables": _tables(rows),
            "steps": _steps(rows),
            "charts": [*_charts(rows, process), _trend(service, process, at=at)],
        }
    return render(request, "public/open_figures.html", context)


@require_safe
def dictionary(request: HttpRequest) -> HttpResponse:
    """What each column and each group of figures means, where the files are, and the licence."""
    today = office_day(timezone.now())
    return render(
        request,
        "public/open_figures_dictionary.html",
        {
            "columns": COLUMNS,
            "sections": SECTIONS,
            "forms": FORMS,
            "files": [(process, period) for _, process, period in everybodys(today)],
            "fewest": FEWEST,
            "licence": LICENCE,
            "licence_name": LICENCE_NAME,
            "proposed": PROPOSED,
        },
    )


@require_safe
def take_along(request: HttpRequest, slug: str, period: str, form: str) -> HttpResponse:
    """A period's figures as CSV, XLSX or JSON, at an address that stays; 503 while not counted."""
    at = timezone.now()
    today = office_day(at)
    service, process = open_services().get(slug, ("", None))
    if process is None or form not in FORMS:
        raise Http404
    periods = {one.key: one for one in open_periods(_since(service, today), today)}
    if period not in periods:
        raise Http404
    found = counted.for_everybody(service, process, periods[period], at=at)
    if found is None:
        answer = HttpResponse(
            "Angka periode ini sedang dihitung. Coba lagi satu menit lagi.",
            content_type="text/plain; charset=utf-8",
            status=503,
        )
        answer["Retry-After"] = RETRY
        return answer
    name = f"statistik-{slug}-{period}"
    if form == "json":
        return sheets.json_file(_as_json(found, process, periods[period]), name=name)
    moment = _moment(found)
    head = [column.key for column in COLUMNS]
    rows = [[slug, period, moment, *as_record(row).values()] for row in found.value.published]
    return sheets.download(form, name=name, head=head, rows=rows)


def _moment(found: Counted[Summary]) -> str:
    return timezone.localtime(found.at).isoformat(timespec="seconds")


def _as_json(found: Counted[Summary], process: Process, period: Period) -> dict[str, Any]:
    return {
        **described(f"Statistik pelayanan {process.title}"),
        "layanan": process.slug,
        "periode": {
            "kunci": period.key,
            "nama": period.label,
            "dari": period.first.isoformat(),
            "sampai": period.last.isoformat(),
        },
        "dihitung": _moment(found),
        "kolom": explained(COLUMNS),
        "bagian": [{"nama": section.key, "arti": section.meaning} for section in SECTIONS],
        "data": [as_record(row) for row in found.value.published],
    }


# --- the page ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Shown:
    """A row as the page tells it: its value in words, what it was counted from, a bar of 100."""

    row: OpenRow
    value: str
    counted: str
    bar: float = 0


@dataclass(frozen=True, slots=True)
class Table:
    """A group of figures with its meaning; `bars` where they are parts of one whole."""

    key: str
    title: str
    meaning: str
    rows: list[Shown]
    bars: bool


@dataclass(frozen=True, slots=True)
class StepTold:
    """A step's median and 90th percentile, in days and in minutes; the dash where there is nothing to say."""

    label: str
    days: str
    minutes: str
    counted: str


TITLES = {
    "izin_per_bulan": "Izin menurut bulan",
    "izin_per_wilayah": "Izin menurut kabupaten atau kota",
    "izin_per_sektor": "Izin menurut sektor usaha",
    "penolakan": "Penolakan",
    "tepat_waktu": "Selesai tepat waktu",
    "lama_proses": "Lama proses sejak rekomendasi teknis diterima",
    "langkah": "Lama tiap langkah",
    "survei": "Kepuasan masyarakat",
    "pengaduan": "Pengaduan, saran, dan pertanyaan",
    "pengaduan_jenis": "Pengaduan menurut jenis",
    "pengaduan_kategori": "Pengaduan menurut hal",
    "pengaduan_tepat_waktu": "Pengaduan dalam batas waktu UU 25/2009",
}
PARTS = frozenset(
    {"izin_per_bulan", "izin_per_wilayah", "izin_per_sektor", "pengaduan_jenis", "pengaduan_kategori"}
)


def _tables(rows: Sequence[OpenRow]) -> list[Table]:
    """Every group but the steps, which have a table of their own, in the order of the dictionary."""
    told: dict[str, list[OpenRow]] = {section.key: [] for section in SECTIONS}
    for row in rows:
        told[row.section].append(row)
    found = []
    for section in SECTIONS:
        listed = told[section.key]
        parts = section.key in PARTS
        bars = lengths([int(row.value or 0) if parts else 0 for row in listed])
        most = {row.key: row.value for row in listed if row.measure == "p90"}
        pairs = [(row, bar) for row, bar in zip(listed, bars, strict=True) if row.measure != "p90"]
        shown = [_shown(row, bar, most.get(row.key)) for row, bar in pairs]
        if section.key != "langkah":
            title = TITLES[section.key]
            found.append(Table(section.key, title, section.meaning, shown, parts))
    return found


def _shown(row: OpenRow, bar: float, most: float | None) -> Shown:
    """A row in words; a median has `most`, its 90th percentile, beside it."""
    if row.value is None:
        return Shown(row, row.remark.capitalize(), "")
    value = _number(row.value)
    if row.measure == "persen":
        return Shown(row, f"{value} %", f"{row.part} dari {row.whole}")
    if row.measure == "median" and most is not None:
        told = f"Median {value} {row.unit}; 90 % paling lama {_number(most)}"
        return Shown(row, told, f"dari {row.counted} izin")
    if row.measure == "nilai":
        return Shown(row, value, f"{row.counted} dari {row.whole} kuesioner; {row.remark}")
    return Shown(row, value, "", bar)


def _number(value: float) -> str:
    return angka(Decimal(str(value).removesuffix(".0")))


def _steps(rows: Sequence[OpenRow]) -> list[StepTold]:
    listed = [row for row in rows if row.section == "langkah"]
    found = []
    for label, of_step in groupby(listed, key=lambda row: row.label):
        told: dict[str, dict[str, OpenRow]] = {}
        for row in of_step:
            told.setdefault(row.unit, {})[row.measure] = row
        days, minutes = told["hari kerja"], told.get("menit kerja")
        measured = days["median"].counted
        found.append(
            StepTold(
                label,
                _times(days),
                _times(minutes) if minutes else DASH,
                str(measured) if measured is not None else f"kurang dari {FEWEST} berkas",
            )
        )
    return found


def _times(told: dict[str, OpenRow]) -> str:
    median, most = told["median"], told["p90"]
    if median.value is None:
        return "ditahan" if median.remark.startswith("ditahan") else DASH
    return f"{median.value}; 90 % paling lama {most.value}"


def _charts(rows: Sequence[OpenRow], process: Process) -> Iterator[Chart]:
    months = [row for row in rows if row.section == "izin_per_bulan"]
    values = [(row.label[:3], float(row.value or 0), str(row.value)) for row in months]
    yield columns("bulan", "Izin yang ditetapkan, menurut bulan", values)
    numbers = {step.key: str(step.number) for step in process.steps}
    steps = [
        row
        for row in rows
        if row.section == "langkah" and row.measure == "median" and row.unit == "hari kerja"
    ]
    times = [
        (numbers[row.key], None if row.value is None else float(row.value), _or_dash(row)) for row in steps
    ]
    if times:
        withheld = any(value is None for _, value, _ in times)
        told = f"({DASH} ditahan: kurang dari {FEWEST} berkas)" if withheld else ""
        yield columns(
            "langkah-grafik", "Median hari kerja tiap langkah, menurut nomor langkah", times, target_told=told
        )


def _or_dash(row: OpenRow) -> str:
    return DASH if row.value is None else str(row.value)


def _trend(service: str, process: Process, *, at: datetime) -> Chart:
    """The share of permits in time over the last semesters, as far as they are counted."""
    halves = [one for one in open_periods(_since(service, office_day(at)), office_day(at)) if "-" in one.key]
    values: list[tuple[str, float | None, str]] = []
    for half in reversed(halves[:TREND]):
        found = counted.for_everybody(service, process, half, at=at)
        kept = found.value.kept.percent if found is not None else None
        told = DASH if kept is None else _number(round(kept, 1))
        values.append((f"{half.key[-1]}/{half.first.year}", kept, told))
    return columns(
        "tepat", "Izin tepat waktu tiap semester (%)", values, target=100, target_told="Garis: 100 %."
    )
