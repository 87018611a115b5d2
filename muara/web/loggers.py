"""Data loggers: their holder's page, and the address that they send to (JSON, with a token)."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from muara.cases.actions import NotYours, Refused, Stamp
from muara.cases.terms import PointKind
from muara.compliance.actions.loggers import connect, disconnect, log_by_logger, logger_of
from muara.compliance.actions.measuring import Measured, Sending, measure, measured
from muara.compliance.actions.readings import Asked, Entry, Unfit, told
from muara.compliance.arithmetic.measured import exactly
from muara.compliance.arithmetic.units import M3_PER_DAY, convert, read_unit, same_dimension
from muara.compliance.models import Logger, Point
from muara.people.models import WITA
from muara.sop.values import ValueRefused
from muara.steps.forms.fields import Line
from muara.web.acts import Came, attempt, read_number
from muara.web.duties import GET_POST, duty_page, followed, status_of
from muara.web.files import person

MOST_BYTES, MOST_ROWS = 64 * 1024, 400
HOURLY = 60  # minutes between readings, where nothing is said


class LoggerForm(forms.Form):
    """A logger to connect."""

    use_required_attribute = False
    name = Line(label="Nama alat", longest=80, error_messages={"required": "Beri nama alatnya."})

    every = forms.TypedChoiceField(
        label="Selang bacaan",
        choices=[
            (1, "1 menit"),
            (5, "5 menit"),
            (10, "10 menit"),
            (15, "15 menit"),
            (30, "30 menit"),
            (60, "1 jam"),
        ],
        coerce=int,
        required=False,
        empty_value=None,
        initial=60,
        help_text="Dari sini dihitung berapa bacaan yang diharapkan sehari. Abaikan bila alat mengirim "
        "nilai harian saja.",
    )

    def __init__(self, points: list[Point], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.points = {str(one.pk): one for one in points}
        self.fields["point"] = forms.ChoiceField(
            label="Titik penaatan",
            choices=[(key, one.name) for key, one in self.points.items()],
            error_messages={"required": "Pilih titiknya.", "invalid_choice": "Pilih titik dari daftar."},
        )


@login_required
@GET_POST
@never_cache
def loggers(request: HttpRequest, pk: int) -> HttpResponse:
    """The loggers of a discharge; a new one's token is shown once, in the answer to its form."""
    found = followed(request, pk)
    points = list(found.points.filter(kind=PointKind.COMPLIANCE, closed_on=None))
    form, came, token = LoggerForm(points, request.POST if request.method == "POST" else None), None, ""
    if request.method == "POST" and form.is_valid():
        made: list[str] = []

        def carry_out(stamp: Stamp, at: datetime) -> None:
            point = form.points[form.cleaned_data["point"]]
            name, by = form.cleaned_data["name"], person(request)
            every = form.cleaned_data["every"] or HOURLY
            made.append(connect(found, point=point, name=name, every=every, by=by, at=at, stamp=stamp)[1])

        came = attempt(request, form, carry_out)
        if came is Came.DONE and not made:
            messages.info(request, "Alat ini sudah tersambung. Tokennya hanya ditampilkan sekali.")
            return redirect("loggers", pk)
        token, form = (made[0], LoggerForm(points)) if came is Came.DONE else ("", form)
    rows = Logger.objects.filter(point__discharge=found).select_related("point")
    context = {"rows": rows, "form": form, "token": token, "stale": came is Came.STALE}
    return duty_page(request, "loggers", found, context, status=status_of(form, came))


@login_required
@require_POST
@never_cache
def disconnect_logger(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a logger's token count no more."""
    row = get_object_or_404(Logger.objects.select_related("point__discharge"), pk=pk)
    followed(request, row.point.discharge_id)
    came = attempt(
        request, forms.Form({}), lambda stamp, at: disconnect(row, by=person(request), at=at, stamp=stamp)
    )
    if came is Came.DONE:
        messages.success(request, f"{row.name} diputus.")
    return redirect("loggers", row.point.discharge_id)


@login_required
@require_safe
@never_cache
def measured_day(request: HttpRequest, pk: int) -> HttpResponse:
    """What the instruments of a point sent on a day, and how the day's log follows from it."""
    found = followed(request, pk)
    point = get_object_or_404(found.points, pk=read_number(request.GET.get("titik")))
    try:
        day = date.fromisoformat(request.GET.get("hari", ""))
    except ValueError:
        raise Http404 from None
    told_of = measured(point, day)
    reading = point.readings.filter(day=day, current=True).first()
    series = [
        (name, one, *("" if value is None else exactly(value) for value in (one.low, one.high)))
        for name, one in (("Debit (m³/hari)", told_of.flow), ("pH", told_of.ph))
    ]
    context = {
        "day": day,
        "point": point,
        "series": series,
        "rows": told_of.rows,
        "reading": reading,
        "kept": told(reading) if reading else "",
    }
    return duty_page(request, "measured_day", found, context)


# --- what a logger sends --------------------------------------------------------------------------------


class Unreadable(Exception):
    """A body that is none of ours; the sentence says what is expected."""


def _answer(message: str, status: int, **more: object) -> JsonResponse:
    return JsonResponse({"pesan": message, **more}, status=status)


def _logger(request: HttpRequest) -> Logger | None:
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    return logger_of(token.strip()) if kind == "Bearer" and token.strip() else None


def _answered(
    request: HttpRequest, name: str, take: Callable[[Logger, Mapping[str, Any]], JsonResponse]
) -> JsonResponse:
    """Let a known instrument hand in a list, and tell in JSON what is wrong with it."""
    logger = _logger(request)
    if logger is None:
        return _answer("Token tidak dikenal atau sudah diputus.", 401)
    try:
        return take(logger, _read(request, name))
    except Unreadable as fault:
        return _answer(str(fault), 400)
    except Unfit as refusal:
        return _answer("Belum ada yang disimpan.", 422, salah=dict(refusal.errors))
    except Asked as refusal:
        return _answer("Pastikan nilainya, lalu kirim lagi dengan “pasti”.", 422, tanya=refusal.questions)
    except Refused as refusal:
        return _answer(refusal.message, 422)
    except NotYours:
        return _answer("Yang menyambungkan alat ini tidak lagi bertindak untuk pemegang izin.", 403)


@csrf_exempt  # no session: a bearer token, which no browser sends by itself
@require_POST
@never_cache
def log_api(request: HttpRequest) -> JsonResponse:
    """Keep days of one point: {"catatan": [{"hari": "2026-08-10", "debit": "1200,5", "ph": 7.1}]}.

    The same day with the same values is answered alike and kept once; other values need "alasan", odd ones
    "pasti": true.
    """

    def take(logger: Logger, said: Mapping[str, Any]) -> JsonResponse:
        kept = log_by_logger(
            logger,
            _entries(said),
            at=timezone.now(),
            reason=str(said.get("alasan", ""))[:300],
            sure=said.get("pasti") is True,
        )
        return _answer("Tersimpan.", 200, baru=kept.new, diperbaiki=kept.corrected, sama=kept.unchanged)

    return _answered(request, "catatan", take)


@csrf_exempt  # as above
@require_POST
@never_cache
def measure_api(request: HttpRequest) -> JsonResponse:
    """Keep readings: {"bacaan": [{"waktu": "2026-08-10T07:05:00+08:00", "debit": 50, "ph": 7.1}]}.

    "satuan_debit" says in what the flow is told (m³/jam unless it says otherwise).
    """

    def take(logger: Logger, said: Mapping[str, Any]) -> JsonResponse:
        taken = measure(logger, _sendings(said), at=timezone.now())
        return _answer(
            "Tersimpan.", 200, baru=taken.new, sama=taken.unchanged, hari=[_day(one) for one in taken.days]
        )

    return _answered(request, "bacaan", take)


def _day(found: Measured) -> dict[str, object]:
    return {
        "hari": found.day.isoformat(),
        **{
            name: {"ada": one.filled, "diharapkan": one.expected, "lengkap": one.is_complete}
            for name, one in (("debit", found.flow), ("ph", found.ph))
        },
    }


def _sendings(said: Mapping[str, Any]) -> list[Sending]:
    try:
        unit = read_unit(str(said.get("satuan_debit", "m³/jam")))
    except ValueRefused as refusal:
        raise Unreadable(refusal.message) from None
    if not same_dimension(unit, M3_PER_DAY):
        raise Unreadable("“satuan_debit” adalah satuan debit, misalnya m³/jam atau L/detik.")
    found = []
    for number, row in enumerate(said["bacaan"], start=1):
        place = f"bacaan {number}"
        if not isinstance(row, dict):
            raise Unreadable(f"{place}: kirim objek dengan “waktu”, “debit”, “ph”.")
        try:
            moment = datetime.fromisoformat(str(row.get("waktu", "")))
        except ValueError:
            raise Unreadable(f"{place}: “waktu” ditulis seperti 2026-08-10T07:05:00+08:00.") from None
        if moment.utcoffset() is None:
            raise Unreadable(f"{place}: “waktu” tanpa zona. Tulis selisihnya, misalnya +08:00 untuk WITA.")
        try:
            moment = moment.astimezone(WITA)
        except OverflowError:
            raise Unreadable(f"{place}: tahun pada “waktu” tidak masuk akal. Periksa jam alat.") from None
        flow = _number(row, "debit", place)
        flow = None if flow is None else _converted(flow, unit, place)
        found.append(Sending(moment, flow, _number(row, "ph", place), place=place))
    return found


def _converted(flow: Decimal, unit: str, place: str) -> Decimal:
    try:
        return round(convert(flow, unit, M3_PER_DAY), 4)
    except InvalidOperation:
        raise Unreadable(f"{place}: “debit” bukan angka yang masuk akal.") from None


def _read(request: HttpRequest, name: str) -> Mapping[str, Any]:
    if int(request.headers.get("Content-Length") or 0) > MOST_BYTES:
        raise Unreadable(f"Kirim paling banyak {MOST_BYTES // 1024} KB sekali kirim.")
    try:
        said = json.loads(request.body, parse_float=Decimal)
    except (ValueError, RecursionError):
        raise Unreadable("Kirim JSON (UTF-8).") from None
    if not isinstance(said, dict) or not isinstance(said.get(name), list):
        raise Unreadable(f"Kirim objek dengan daftar “{name}”.")
    if not 1 <= len(said[name]) <= MOST_ROWS:
        raise Unreadable(f"“{name}” berisi 1 sampai {MOST_ROWS} baris.")
    return said


def _entries(said: Mapping[str, Any]) -> list[Entry]:
    found = []
    for number, row in enumerate(said["catatan"], start=1):
        place = f"catatan {number}"
        if not isinstance(row, dict):
            raise Unreadable(f"{place}: kirim objek dengan “hari”, “debit”, “ph”.")
        try:
            day = date.fromisoformat(str(row.get("hari", "")))
        except ValueError:
            raise Unreadable(f"{place}: “hari” ditulis seperti 2026-08-10.") from None
        found.append(Entry(0, day, _number(row, "debit", place), _number(row, "ph", place), place=place))
    return found


def _number(row: Mapping[str, Any], name: str, place: str) -> Decimal | None:
    """A JSON number, or a text with a decimal comma; no thousands are grouped here."""
    value = row.get(name)
    if value is None or value == "":
        return None
    try:
        number = Decimal(str(value).replace(",", "."))
    except InvalidOperation:
        number = Decimal("NaN")
    if isinstance(value, bool) or not number.is_finite():
        raise Unreadable(f"{place}: “{name}” bukan angka.")
    return number
