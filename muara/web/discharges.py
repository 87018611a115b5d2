"""What agency and office oversee after the permit: who exceeds, who is silent, reports, rulings, warnings.

What Muara detected and what an officer confirmed stand apart on every page: a detection accuses nobody.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from muara.cases.actions import Refused, Stamp
from muara.compliance.actions.oversight import rule
from muara.compliance.actions.reports import begin_review, close_review
from muara.compliance.arithmetic.figures import rounded
from muara.compliance.detection import Detected, Row, detect, rows_of, worst_parameters
from muara.compliance.models import Discharge, Finding, Report, Review, WarningLetter
from muara.compliance.queries import latest_grant
from muara.compliance.reports import (
    charts_of,
    commented_parts,
    files_with,
    owed_reports,
    review_of,
    state_of,
)
from muara.compliance.rules import agency_that_reviews, may_warn, overseen_by
from muara.documents import letters
from muara.documents.store import BlobStore
from muara.documents.uploads import PREFERRED
from muara.people.calendar import office_calendar
from muara.people.models import office_day
from muara.sop.places import regency
from muara.steps.actions import warnings
from muara.web.acts import Came, attempt, new_key
from muara.web.desk import Officer, beside_the_desk, desk_officer
from muara.web.duties import GET_POST, drawn
from muara.web.files import OWN, file_name, guarded, original, person
from muara.web.report_forms import (
    DropForm,
    PrepareWarningForm,
    ReviewForm,
    RulingForm,
    SendForm,
    SettleForm,
    accepted,
)
from muara.web.reports import STATE_COLOURS, quarter_asked, versioned

DAY = timedelta(days=1)
LOOKED_BACK = 90  # days of the overview
A_PAGE = 30
MOST_LOOKED_AT = 2_000  # discharges whose logs a page reads at once
SHOWN = 200  # detections on one page
NARROWED: dict[str, tuple[str, Callable[[Row], object]]] = {
    "melampaui": ("Melampaui", lambda row: row.exceeding or row.confirmed),
    "diam": ("Berhenti mencatat", lambda row: row.silent),
    "laporan": ("Laporan belum masuk", lambda row: row.missing),
}


def _overseen(here: Officer, pk: int) -> Discharge:
    """A discharge that the person oversees, else 404."""
    rows = overseen_by(here.user, at=here.at).select_related("company")
    return get_object_or_404(rows.prefetch_related("grants__permit__number"), pk=pk)


def _detected(discharges: list[Discharge], here: Officer) -> list[Detected]:
    first = here.today - DAY * LOOKED_BACK
    return detect(discharges, first=first, last=here.today, today=here.today, calendar=office_calendar())


# --- the overview ---------------------------------------------------------------------------------------


@login_required
@never_cache
@require_safe
def discharges(request: HttpRequest) -> HttpResponse:
    """Every discharge that the person oversees, the worst first; narrowed by regency, sector and standing."""
    here = desk_officer(request)
    seen, choices = narrowing(request, here)
    looked, left_out = looked_at(seen, "grants__permit__number")
    found = _detected(looked, here)
    rows = rows_of(looked, found)
    standing = request.GET.get("keadaan", "")
    shown = [row for row in rows if NARROWED[standing][1](row)] if standing in NARROWED else rows
    context = {
        "page": Paginator(shown, A_PAGE).get_page(request.GET.get("halaman")),
        "all": len(rows),
        "left_out": left_out,
        "exceeding": sum(bool(row.exceeding) for row in rows),
        "silent": sum(row.silent for row in rows),
        "missing": sum(bool(row.missing) for row in rows),
        "confirmed": sum(bool(row.confirmed) for row in rows),
        "worst": [
            (name, often, at, rounded(ratio, 2) if ratio else "–")
            for name, often, at, ratio in worst_parameters(found)[:10]
        ],
        "by_regency": summed(rows, lambda row: regency_name(row.discharge.regency)),
        "by_sector": summed(rows, lambda row: sector_name(row.discharge.kbli)),
        "standings": [(key, label) for key, (label, _) in NARROWED.items()],
        "standing": standing,
        "query": without_page(request),
        "days": LOOKED_BACK,
        **choices,
        **beside_the_desk(here, "discharges"),
    }
    return render(request, "desk/discharges.html", context)


def narrowing(request: HttpRequest, here: Officer) -> tuple[QuerySet[Discharge], dict[str, Any]]:
    """The discharges that the person oversees in the regency and sector that were chosen, and the choices."""
    seen = overseen_by(here.user, at=here.at)
    places = sorted({row for row in seen.values_list("regency", flat=True) if row})
    sectors = sorted({row[:2] for row in seen.values_list("kbli", flat=True) if row})
    where, sector = request.GET.get("wilayah", ""), request.GET.get("sektor", "")
    if where in places:
        seen = seen.filter(regency=where)
    if sector in sectors:
        seen = seen.filter(kbli__startswith=sector)
    return seen, {
        "places": [(code, regency_name(code)) for code in places],
        "sectors": [(code, sector_name(code)) for code in sectors],
        "where": where if where in places else "",
        "sector": sector if sector in sectors else "",
    }


def looked_at(seen: QuerySet[Discharge], *fetched: str) -> tuple[list[Discharge], int]:
    """The first MOST_LOOKED_AT discharges, and how many there are beyond: the page says to narrow."""
    rows = list(seen.select_related("company").prefetch_related(*fetched).order_by("pk")[:MOST_LOOKED_AT])
    return rows, seen.count() - len(rows) if len(rows) == MOST_LOOKED_AT else 0


def regency_name(code: str) -> str:
    return place.name if (place := regency(code)) else code or "Wilayah tidak diketahui"


def sector_name(kbli: str) -> str:
    return f"KBLI golongan {kbli[:2]}" if kbli else "Sektor tidak diketahui"


@dataclass(frozen=True, slots=True)
class Summed:
    """How many permits of a regency or a sector exceed, are silent, owe a report, were confirmed."""

    name: str
    all: int
    exceeding: int
    silent: int
    missing: int
    confirmed: int


def summed(rows: Sequence[Row], by: Callable[[Row], str]) -> list[Summed]:
    """The overview's rows counted by a name: permits, not detections, so that all columns compare."""
    of: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        of[by(row)].append(row)
    return [
        Summed(
            name,
            len(mine),
            exceeding=sum(bool(row.exceeding) for row in mine),
            silent=sum(row.silent for row in mine),
            missing=sum(bool(row.missing) for row in mine),
            confirmed=sum(bool(row.confirmed) for row in mine),
        )
        for name, mine in sorted(of.items())
    ]


def without_page(request: HttpRequest) -> str:
    kept = request.GET.copy()
    kept.pop("halaman", None)
    return kept.urlencode()


# --- one discharge --------------------------------------------------------------------------------------


@login_required
@never_cache
@require_safe
def overseen(request: HttpRequest, pk: int) -> HttpResponse:
    """A discharge: detected, confirmed and dismissed apart; its reports, incidents, warnings and charts."""
    here = desk_officer(request)
    found = _overseen(here, pk)
    first, last, quarter = quarter_asked(request, today=here.today)
    things = _detected([found], here)[:SHOWN]
    # A ruling stays when what it was about was corrected since, or is older than what is looked at.
    rulings = found.findings.standing().select_related("by")
    owed = owed_reports([found], today=here.today, calendar=office_calendar())
    grant = latest_grant(found)
    context = {
        "discharge": found,
        "grant": grant,
        "permit": grant.permit,
        "open": [one for one in things if one.is_open],
        "confirmed": [row for row in rulings if row.outcome == Finding.Outcome.CONFIRMED],
        "dismissed": [row for row in rulings if row.outcome == Finding.Outcome.DISMISSED],
        "reports": [{"owed": one, "colour": STATE_COLOURS[one.state]} for one in owed],
        "incidents": found.incidents.select_related("point").prefetch_related("follow_ups"),
        "warnings": found.warnings.all(),
        "may_rule": agency_that_reviews(here.user, found, at=here.at) is not None,
        "may_warn": may_warn(here.user, at=here.at),
        "charts": drawn(charts_of(found, first=first, last=last, until=here.today)),
        "quarter": quarter,
        "days": LOOKED_BACK,
        **beside_the_desk(here, "discharges"),
    }
    return render(request, "desk/overseen.html", context)


@login_required
@never_cache
@GET_POST
def rule_finding(request: HttpRequest, pk: int) -> HttpResponse:
    """Confirm or dismiss one thing that was detected (`?temuan=` names it)."""
    here = desk_officer(request)
    found = _overseen(here, pk)
    if agency_that_reviews(here.user, found, at=here.at) is None:
        raise PermissionDenied
    key = request.GET.get("temuan", "")
    thing = next((one for one in _detected([found], here) if one.key == key), None)
    if thing is None:
        raise Http404
    form, came = RulingForm(request.POST if request.method == "POST" else None), Came.DONE
    if request.method == "POST":
        came = Came.REFUSED
        if form.is_valid():
            said = form.cleaned_data
            came = attempt(
                request,
                form,
                lambda stamp, at: rule(
                    found,
                    thing,
                    outcome=Finding.Outcome(said["outcome"]),
                    reason=said["reason"],
                    by=here.user,
                    at=at,
                    stamp=stamp,
                ),
            )
        if came is Came.DONE:
            messages.success(request, "Putusan atas temuan tersimpan.")
            return redirect("overseen", pk)
    context = {"discharge": found, "thing": thing, "form": form}
    return _form_page(request, "rule_finding", here, context, came)


def _form_page(
    request: HttpRequest, name: str, here: Officer, context: dict[str, Any], came: Came
) -> HttpResponse:
    shared = {"kunci": new_key(), "stale": came is Came.STALE, **beside_the_desk(here, "discharges")}
    return render(request, f"desk/{name}.html", shared | context, status=came.value)


# --- reports --------------------------------------------------------------------------------------------


@login_required
@never_cache
@GET_POST
def review_report(request: HttpRequest, pk: int) -> HttpResponse:
    """A version of a report: taken by the agency, then accepted or asked to repair, part by part."""
    here = desk_officer(request)
    rows = Report.objects.filter(discharge__in=overseen_by(here.user, at=here.at).values("pk"))
    report = get_object_or_404(rows.select_related("discharge__company", "review__agency", "draft"), pk=pk)
    review = review_of(report)
    mine = agency_that_reviews(here.user, report.discharge, at=here.at) is not None
    form = ReviewForm(commented_parts(report.kind), request.POST if request.method == "POST" else None)
    came = Came.DONE
    if request.method == "POST":
        if not mine:
            raise PermissionDenied
        came = Came.REFUSED
        if review is None:
            form = ReviewForm(commented_parts(report.kind), {})
            form.full_clean()
            form.errors.clear()
            came = attempt(
                request, form, lambda stamp, at: begin_review(report, by=here.user, at=at, stamp=stamp)
            )
        elif form.is_valid():
            said = form.cleaned_data
            came = attempt(
                request,
                form,
                lambda stamp, at: close_review(
                    report,
                    outcome=Review.Outcome(said["outcome"]),
                    note=said["note"],
                    comments=form.comments,
                    by=here.user,
                    at=at,
                    stamp=stamp,
                ),
            )
        if came is Came.DONE:
            messages.success(request, "Pemeriksaan laporan tersimpan.")
            return redirect("review_report", pk)
    state = state_of(report, period=report.whole, due_on=report.due_on, today=here.today)
    every = report.draft.reports.select_related("review__agency", "by").order_by("-version")
    context = {
        "report": report,
        "review": review,
        "versions": [versioned(row) for row in every],
        "files": files_with(report),
        "form": form,
        "mine": mine and report.current,
        "state": state,
        "colour": STATE_COLOURS[state],
        "late_by": max((report.handed_in_on - report.due_on).days, 0) if report.version == 1 else 0,
    }
    return _form_page(request, "review_report", here, context, came)


# --- warning letters ------------------------------------------------------------------------------------


@login_required
@never_cache
@GET_POST
def prepare_warning(request: HttpRequest, pk: int) -> HttpResponse:
    """Prepare a teguran from what the agency confirmed."""
    here = desk_officer(request)
    found = _overseen(here, pk)
    if not may_warn(here.user, at=here.at):
        raise PermissionDenied
    rows = found.findings.standing().filter(outcome=Finding.Outcome.CONFIRMED)
    form, came = PrepareWarningForm(rows, request.POST if request.method == "POST" else None), Came.DONE
    step, why_not = 0, ""
    try:
        step = warnings.next_step(found, today=here.today)
    except Refused as refusal:
        why_not = refusal.message
    if request.method == "POST":
        came = Came.REFUSED
        if form.is_valid():
            said = form.cleaned_data
            came = attempt(
                request,
                form,
                lambda stamp, at: warnings.prepare(
                    found,
                    findings=form.findings,
                    demand=said["demand"],
                    answer_by=said["answer_by"],
                    by=here.user,
                    at=at,
                    stamp=stamp,
                ),
            )
        if came is Came.DONE:
            messages.success(request, "Surat teguran disiapkan. Cetak, tandatangani, lalu kirim pindaiannya.")
            return redirect("overseen", pk)
    context = {"discharge": found, "form": form, "step": step, "why_not": why_not}
    return _form_page(request, "prepare_warning", here, context, came)


@login_required
@never_cache
@GET_POST
def warning(request: HttpRequest, pk: int) -> HttpResponse:
    """A teguran: send its signed scan, say that it was answered, or drop it."""
    here = desk_officer(request)
    row = _warning(here, pk)
    mine = may_warn(here.user, at=here.at)
    every = {
        "kirim": SendForm(at=here.at, owner=f"warning:{pk}"),
        "selesai": SettleForm(),
        "batal": DropForm(),
    }
    came = Came.DONE
    if request.method == "POST":
        wanted = request.POST.get("lakukan", "")
        if not mine or wanted not in every:
            raise PermissionDenied
        form = _posted(request, wanted, at=here.at, owner=f"warning:{pk}")
        every[wanted] = form
        came = Came.REFUSED
        if form.is_valid():
            came = attempt(request, form, _acting(row, wanted, form, here))
        if came is Came.DONE:
            messages.success(request, "Surat teguran tersimpan.")
            return redirect("warning", pk)
    context = {
        "warning": row,
        "mine": mine,
        "send": every["kirim"],
        "settle": every["selesai"],
        "drop": every["batal"],
    }
    return _form_page(request, "warning", here, context, came)


def _warning(here: Officer, pk: int) -> WarningLetter:
    rows = WarningLetter.objects.filter(discharge__in=overseen_by(here.user, at=here.at).values("pk"))
    return get_object_or_404(rows.select_related("discharge__company").prefetch_related("findings"), pk=pk)


def _posted(request: HttpRequest, wanted: str, *, at: datetime, owner: str) -> Any:
    if wanted == "kirim":
        return SendForm(request.POST, request.FILES, at=at, owner=owner)
    return SettleForm(request.POST) if wanted == "selesai" else DropForm(request.POST)


def _acting(row: WarningLetter, wanted: str, form: Any, here: Officer) -> Callable[[Stamp, datetime], object]:
    said = form.cleaned_data
    if wanted == "kirim":
        return lambda stamp, at: warnings.send(
            row,
            number=said["number"],
            dated=said["dated"],
            scan=accepted(form, "scan"),
            by=here.user,
            at=at,
            stamp=stamp,
        )
    if wanted == "selesai":
        return lambda stamp, at: warnings.settle(row, why=said["why"], by=here.user, at=at, stamp=stamp)
    return lambda stamp, at: warnings.drop(row, reason=said["reason"], by=here.user, at=at, stamp=stamp)


@login_required
@never_cache
@require_safe
def warning_pdf(request: HttpRequest, pk: int) -> HttpResponseBase:
    """A teguran to print and sign."""
    row = _warning(desk_officer(request), pk)
    blob = letters.pdf(row.letter)
    answer = FileResponse(
        BlobStore().open(blob.sha256), filename=file_name(row.letter.title), content_type=blob.media_type
    )
    return guarded(answer, policy=OWN)


@login_required
@never_cache
@require_safe
def warning_scan(request: HttpRequest, pk: int) -> HttpResponseBase:
    """A teguran as it was sent: for its holder and for whoever oversees it."""
    user, at = person(request), timezone.now()
    row = get_object_or_404(WarningLetter.objects.exclude(sent_at=None).select_related("scan"), pk=pk)
    seen = Discharge.objects.of_holder(user, on=office_day(at)).filter(pk=row.discharge_id).exists()
    if not seen and not overseen_by(user, at=at).filter(pk=row.discharge_id).exists():
        raise Http404
    assert row.scan is not None
    return original(row.scan, f"teguran-{row.pk}{PREFERRED.get(row.scan.media_type, '')}")
