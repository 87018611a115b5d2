"""After the permit, for its holder: obligations, the daily log, a month's figures, certificates."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from muara.cases.actions import Refused, Stamp
from muara.cases.terms import PointKind
from muara.compliance.actions.laboratory import enter_certificate, register_laboratory
from muara.compliance.actions.readings import Asked, Unfit, enter_production, enter_readings, told
from muara.compliance.arithmetic.limits import FLOW, parameter
from muara.compliance.arithmetic.schedule import Frequency, period_of
from muara.compliance.arithmetic.verdicts import Standing
from muara.compliance.models import Discharge, Laboratory
from muara.compliance.pictures import Chart
from muara.compliance.queries import (
    DONE,
    HANDED_IN,
    LATE,
    NOW,
    PointLog,
    dues,
    latest_grant,
    limits_of,
    log_of,
    logged_today,
    month_summary,
    sea_verdicts,
    units_at,
)
from muara.compliance.reports import calendars_of
from muara.compliance.rules import may_enter
from muara.people.calendar import office_calendar
from muara.people.models import office_day
from muara.sop.values import MONTHS
from muara.steps.actions.warnings import unanswered
from muara.web.acts import Came, attempt, new_key, read_number
from muara.web.duty_forms import (
    Answering,
    CertificateForm,
    LaboratoryForm,
    LogForm,
    ProductionForm,
    rows_of_day,
    rows_of_month,
    units_of,
)
from muara.web.files import person
from muara.web.lives import badges, decided_later
from muara.web.office import office_page, office_reader

GET_POST = require_http_methods(["GET", "HEAD", "POST"])
DAY = timedelta(days=1)
PER_PAGE = 20
COLOURS = {
    Standing.COMPLIES: "green",
    Standing.EXCEEDS: "red",
    Standing.UNJUDGED: "amber",
    Standing.INCOMPLETE: "amber",
    Standing.NOTHING: "grey",
    DONE: "green",
    HANDED_IN: "green",
    LATE: "red",
    NOW: "amber",
}

# --- loading: the permission is here ------------------------------------------------------------------


def followed(request: HttpRequest, pk: int) -> Discharge:
    """A discharge that the person follows for its holder, else 404."""
    mine = Discharge.objects.of_holder(person(request), on=office_day(timezone.now()))
    rows = mine.select_related("company").prefetch_related("grants__permit__number")
    return get_object_or_404(rows, pk=pk)


def enter(request: HttpRequest, form: Answering, do: Callable[[Stamp, datetime], object]) -> Came:
    """Carry out what a form enters; what the act refuses or asks stands where it was typed."""

    def told(stamp: Stamp, at: datetime) -> None:
        try:
            do(stamp, at)
        except (Unfit, Asked) as refusal:
            form.take_back(refusal)
            asks = isinstance(refusal, Asked)
            raise Refused(
                "Pastikan nilai yang ditanyakan, beri tanda di bawah, lalu simpan lagi."
                if asks
                else "Belum ada yang disimpan. Perbaiki isian yang ditandai."
            ) from None

    return attempt(request, form, told)


def status_of(form: Any, came: Came | None) -> int:
    if came is not None:
        return came.value
    return 422 if form.is_bound and form.errors else 200


def duty_page(
    request: HttpRequest, name: str, discharge: Discharge, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    grant = latest_grant(discharge)
    shared = {"discharge": discharge, "grant": grant, "permit": grant.permit, "kunci": new_key()}
    return render(request, f"duties/{name}.html", shared | context, status=status)


def drawn(charts: Iterable[Chart]) -> list[dict[str, Any]]:
    """Charts with their SVG fit for a page: sop/svg.py escapes every text that it writes."""
    return [{"chart": chart, "svg": mark_safe(chart.svg)} for chart in charts]


def _day(request: HttpRequest, *, today: date) -> date:
    """The day that the address asks for, never later than today; today where it says none."""
    try:
        return min(date.fromisoformat(request.GET.get("hari", "")), today)
    except ValueError:
        return today


def _month(request: HttpRequest, *, today: date) -> date:
    """The first day of the month that the address asks for ("2026-08"), never a later one than this."""
    try:
        asked = date.fromisoformat(f"{request.GET.get('bulan', '')}-01")
    except ValueError:
        asked = today
    return min(asked, today).replace(day=1)


def _months(discharge: Discharge, month: date, *, today: date) -> dict[str, date | None]:
    """The months beside one, as far as the permits reach."""
    first = min(grant.starts for grant in discharge.grants.all()).replace(day=1)
    before, after = (month - DAY).replace(day=1), (month + DAY * 31).replace(day=1)
    return {"before": before if before >= first else None, "after": after if after <= today else None}


# --- the list, and one discharge ----------------------------------------------------------------------


@login_required
@require_safe
@never_cache
def obligations(request: HttpRequest) -> HttpResponse:
    """The discharges that the person follows, and whether today is logged."""
    today = office_day(timezone.now())
    mine = Discharge.objects.of_holder(person(request), on=today).select_related("company")
    rows = mine.prefetch_related(
        "grants__permit__number", "grants__permit__case__application", decided_later("grants__permit__later")
    ).order_by("company__name", "pk")
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("halaman"))
    logged = logged_today([item.pk for item in page], today)
    shown = [
        {
            "discharge": item,
            "grant": (grant := latest_grant(item)),
            "log": logged.get(item.pk),
            "badges": badges(grant.permit, on=today),
        }
        for item in page
    ]
    return render(request, "duties/obligations.html", {"page": page, "rows": shown, "today": today})


@login_required
@require_safe
@never_cache
def discharge(request: HttpRequest, pk: int) -> HttpResponse:
    """What is owed now, what is late, and all that the permit obliges to (SOP G.8 to G.17)."""
    found, at = followed(request, pk), timezone.now()
    today = office_day(at)
    quarter = period_of(Frequency.QUARTERLY, today)
    rows = list(found.obligations.select_related("point").order_by("kind", "point__name", "parameter", "pk"))
    owed = [
        {"due": due, "name": named(due.obligation), "colour": COLOURS.get(due.state, "grey")}
        for due in dues(found, today=today, calendar=office_calendar())
    ]
    return duty_page(
        request,
        "discharge",
        found,
        {
            "today": today,
            "owed": sorted(owed, key=lambda row: (row["due"].due_on, row["name"])),
            "standing": [
                {"row": row, "name": named(row)} for row in rows if row.voided_at is None and not row.wording
            ],
            "worded": [row for row in rows if row.voided_at is None and row.wording],
            "void": [{"row": row, "name": named(row)} for row in rows if row.voided_at is not None],
            "limits": limits_of(found, first=today, last=today),
            "warnings": unanswered(found),
            "charts": drawn(calendars_of(found, first=quarter.first, last=today, until=today)),
            "may_enter": may_enter(person(request), found, at=at),
        },
    )


def named(row: Any) -> str:
    """An obligation in words: "Uji laboratorium air limbah: TSS, TP-01"."""
    what = parameter(row.parameter).name if row.parameter else ""
    where = row.point.name if row.point else ""
    detail = row.wording or ", ".join(part for part in (what, where) if part)
    return f"{row.get_kind_display()}: {detail}" if detail else str(row.get_kind_display())


# --- the daily log ------------------------------------------------------------------------------------


@login_required
@GET_POST
@never_cache
def daily_log(request: HttpRequest, pk: int) -> HttpResponse:
    """One day, every compliance point: two numbers each, made for a phone."""
    found, at = followed(request, pk), timezone.now()
    today = office_day(at)
    day = _day(request, today=today)
    logs = log_of(found, first=day - DAY * 7, last=day, until=today)
    owed = [log for log in logs if log.days[-1].owed]
    rows = rows_of_day([(log.point, log.days[-1].reading) for log in owed], day)
    form, came = LogForm(rows, request.POST if request.method == "POST" else None), None
    if request.method == "POST" and form.is_valid():
        came = enter(request, form, _keeping(found, form, request))
        if came is Came.DONE:
            messages.success(request, f"Catatan {day.day} {MONTHS[day.month - 1]} tersimpan.")
            return redirect(f"{reverse('daily_log', args=[pk])}?hari={day}")
    limit = next((row for row in limits_of(found, first=day, last=day) if row.parameter == FLOW), None)
    context = {
        "day": day,
        "today": today,
        "form": form,
        "limit": limit,
        "lines": [
            {
                "log": log,
                "row": row,
                "flow": flow,
                "ph": ph,
                "state": log.days[-1],
                "colour": COLOURS[log.days[-1].standing],
                "yesterday": told(log.days[-2].reading) if log.days[-2].reading else "",
            }
            for log, (row, flow, ph) in zip(owed, form.lines, strict=True)
        ],
        "gaps": _gaps(logs, today=day),
        "before": day - DAY,
        "after": day + DAY if day < today else None,
        "stale": came is Came.STALE,
    }
    return duty_page(request, "daily_log", found, context, status=status_of(form, came))


def _keeping(found: Discharge, form: LogForm, request: HttpRequest) -> Callable[[Stamp, datetime], object]:
    said = form.cleaned_data

    def keep(stamp: Stamp, at: datetime) -> object:
        return enter_readings(
            found,
            form.entries,
            by=person(request),
            at=at,
            reason=said["reason"],
            sure=said["sure"],
            stamp=stamp,
        )

    return keep


def _gaps(logs: list[PointLog], *, today: date) -> list[date]:
    """Days of the last week that are owed and not wholly logged."""
    return sorted(
        {
            row.day
            for log in logs
            for row in log.days
            if row.owed and row.day < today and len(row.verdicts) < 2
        }
    )


@login_required
@GET_POST
@never_cache
def month_log(request: HttpRequest, pk: int) -> HttpResponse:
    """A month of one compliance point as a table."""
    found, today = followed(request, pk), office_day(timezone.now())
    month = _month(request, today=today)
    whole = period_of(Frequency.MONTHLY, month)
    logs = log_of(found, first=whole.first, last=whole.last, until=today)
    log = next(
        (log for log in logs if str(log.point.pk) == request.GET.get("titik")), logs[0] if logs else None
    )
    days = [row for row in log.days if row.owed] if log else []
    rows = rows_of_month(log.point, [(row.day, row.reading) for row in days]) if log else []
    form, came = LogForm(rows, request.POST if request.method == "POST" else None), None
    if request.method == "POST" and form.is_valid():
        came = enter(request, form, _keeping(found, form, request))
        if came is Came.DONE and log is not None:
            messages.success(request, f"Catatan {whole.name} tersimpan.")
            return redirect(f"{reverse('month_log', args=[pk])}?bulan={month:%Y-%m}&titik={log.point.pk}")
    lines = [
        {"day": day, "row": row, "flow": flow, "ph": ph, "colour": COLOURS[day.standing]}
        for day, (row, flow, ph) in zip(days, form.lines, strict=True)
    ]
    context = {
        "month": month,
        "period": whole,
        "log": log,
        "logs": logs,
        "form": form,
        "lines": lines,
        "stale": came is Came.STALE,
        **_months(found, month, today=today),
    }
    return duty_page(request, "month_log", found, context, status=status_of(form, came))


# --- a month's figures --------------------------------------------------------------------------------


@login_required
@GET_POST
@never_cache
def month_figures(request: HttpRequest, pk: int) -> HttpResponse:
    """Compliance and loads of a month, each figure with its working; the month's production is typed here."""
    found, at = followed(request, pk), timezone.now()
    today = office_day(at)
    month = _month(request, today=today)
    summary = month_summary(found, month, until=today)
    half = period_of(Frequency.HALF_YEARLY, month)
    form = ProductionForm(
        request.POST if request.method == "POST" else None, initial={"tons": summary.production}
    )
    form.wants_reason = summary.production is not None
    came = None
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        came = enter(
            request,
            form,
            lambda stamp, at: enter_production(
                found,
                month=month,
                tons=said["tons"],
                reason=said["reason"],
                by=person(request),
                at=at,
                stamp=stamp,
            ),
        )
        if came is Came.DONE:
            messages.success(request, f"Produksi {summary.period.name} tersimpan.")
            return redirect(f"{reverse('month_figures', args=[pk])}?bulan={month:%Y-%m}")
    context = {
        "summary": summary,
        "month": month,
        "form": form,
        "over": summary.period.last < today,
        "half": half,
        "sea": [
            (result, verdict, COLOURS[verdict.standing])
            for result, verdict in sea_verdicts(found, first=half.first, last=half.last)
        ],
        "colour": COLOURS[summary.standing],
        "tests": [
            {
                "test": test,
                "results": [(result, verdict, COLOURS[verdict.standing]) for result, verdict in test.rows],
                "loads": [(verdict, COLOURS[verdict.standing]) for verdict in test.loads],
                "load_colour": COLOURS.get(test.load_standing or Standing.NOTHING, "grey"),
            }
            for test in summary.tests
        ],
        "stale": came is Came.STALE,
        **_months(found, month, today=today),
    }
    return duty_page(request, "month_figures", found, context, status=status_of(form, came))


# --- certificates -------------------------------------------------------------------------------------


@login_required
@require_safe
@never_cache
def certificates(request: HttpRequest, pk: int) -> HttpResponse:
    """The certificates that were entered, the newest first; corrected ones stay in the list."""
    found = followed(request, pk)
    rows = found.certificates.select_related("laboratory", "corrected_by").prefetch_related(
        "samples__point", "samples__results"
    )
    page = Paginator(rows.order_by("-dated", "-pk"), PER_PAGE).get_page(request.GET.get("halaman"))
    return duty_page(request, "certificates", found, {"page": page})


@login_required
@GET_POST
@never_cache
def new_certificate(request: HttpRequest, pk: int) -> HttpResponse:
    """Enter a certificate, or the corrected version of one (`?perbaiki=`)."""
    found, at = followed(request, pk), timezone.now()
    corrects = None
    if asked := request.GET.get("perbaiki"):
        corrects = get_object_or_404(found.certificates, current=True, pk=read_number(asked))
    points = list(
        found.points.exclude(kind=PointKind.DISCHARGE).filter(closed_on=None).order_by("kind", "name")
    )
    asked_for = [row for row in points if str(row.pk) == request.GET.get("titik")]
    outlets = [row for row in points if row.kind == PointKind.COMPLIANCE]
    point = next(iter([*asked_for, *outlets, *points]), None)
    if point is None:
        raise Http404
    form = CertificateForm(
        point,
        units_of(units_at(point, on=office_day(at))),
        request.POST if request.method == "POST" else None,
        request.FILES if request.method == "POST" else None,
        owner=f"certificate:{pk}:{person(request).pk}",
        at=at,
        laboratories=list(Laboratory.objects.all()),
    )
    form.wants_reason = corrects is not None
    came = None
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        came = enter(
            request,
            form,
            lambda stamp, at: enter_certificate(
                found,
                laboratory=form.laboratories[said["laboratory"]],
                number=said["number"],
                dated=said["dated"],
                file=form.accepted,
                samples=[form.sample],
                corrects=corrects,
                reason=said["reason"],
                sure=said["sure"],
                by=person(request),
                at=at,
                stamp=stamp,
            ),
        )
        if came is Came.DONE:
            messages.success(request, "Sertifikat tersimpan bersama hasil ujinya.")
            return redirect("certificates", pk)
    context = {
        "form": form,
        "corrects": corrects,
        "point": point,
        "points": points,
        "stale": came is Came.STALE,
    }
    return duty_page(request, "new_certificate", found, context, status=status_of(form, came))


# --- the office's list of laboratories ----------------------------------------------------------------


@login_required
@GET_POST
@never_cache
def laboratories(request: HttpRequest) -> HttpResponse:
    """The laboratories that are registered with the Minister (PP 22/2021, Pasal 144), and one more."""
    by, _ = office_reader(request)
    form, came = LaboratoryForm(request.POST if request.method == "POST" else None), Came.DONE
    if request.method == "POST" and not form.is_valid():
        came = Came.REFUSED
    elif request.method == "POST":
        came = attempt(
            request,
            form,
            lambda stamp, at: register_laboratory(**form.cleaned_data, by=by, at=at, stamp=stamp),
        )
        if came is Came.DONE:
            messages.success(request, "Laboratorium tercatat.")
            return redirect("laboratories")
    return office_page(request, "laboratories", {"form": form, "rows": Laboratory.objects.all()}, came=came)
