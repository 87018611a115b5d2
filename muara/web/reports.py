"""A holder's charts and periodic reports: what is missing, what people tell, handing in, what came of it."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from muara.compliance.actions.reports import attach_to_report, hand_in, take_back, write_report
from muara.compliance.arithmetic.schedule import Frequency, period_of
from muara.compliance.letters import agencies_of, content_of, draft_pdf
from muara.compliance.models import Discharge, Report, ReportDraft, ReportFile
from muara.compliance.reports import (
    CHECKED,
    DONE,
    LATE,
    NOT_YET,
    NOW,
    RECEIVED,
    REPAIR,
    Owed,
    assemble,
    charts_of,
    commented_parts,
    draft_of,
    files_of,
    owed_report,
    owed_reports,
    parts_of,
    read_slug,
    review_of,
    slug_of,
)
from muara.compliance.rules import may_enter, overseen_by
from muara.documents import letters
from muara.documents.store import BlobStore
from muara.documents.uploads import PREFERRED
from muara.people.calendar import office_calendar
from muara.people.models import User, office_day
from muara.web.acts import Came, attempt
from muara.web.duties import GET_POST, drawn, duty_page, followed, status_of
from muara.web.files import OWN, file_name, guarded, original, pdf_answer, person
from muara.web.report_forms import AttachForm, SignForm, TellForm, accepted

DAY = timedelta(days=1)
STATE_COLOURS = {
    NOT_YET: "grey",
    NOW: "amber",
    LATE: "red",
    RECEIVED: "teal",
    CHECKED: "teal",
    REPAIR: "amber",
    DONE: "green",
}


def quarter_asked(request: HttpRequest, *, today: date) -> tuple[date, date, dict[str, str]]:
    """The quarter that the address asks for ("?masa=2026-TW3"), else today's; and the ones beside it."""
    found = read_slug(request.GET.get("masa", ""))
    whole = found[1] if found and found[1].first <= today else period_of(Frequency.QUARTERLY, today)
    before = period_of(Frequency.QUARTERLY, whole.first - DAY)
    after = period_of(Frequency.QUARTERLY, whole.last + DAY)
    named = {"name": whole.name, "before": _slug(before.first), "before_name": before.name}
    if after.first <= today:
        named |= {"after": _slug(after.first), "after_name": after.name}
    return whole.first, whole.last, named


def _slug(first: date) -> str:
    return f"{first.year}-TW{(first.month - 1) // 3 + 1}"


@login_required
@require_safe
@never_cache
def charts(request: HttpRequest, pk: int) -> HttpResponse:
    """A quarter in pictures, each with its table."""
    found, today = followed(request, pk), office_day(timezone.now())
    first, last, named = quarter_asked(request, today=today)
    made = charts_of(found, first=first, last=last, until=today)
    return duty_page(request, "charts", found, {"charts": drawn(made), "quarter": named})


# --- reports --------------------------------------------------------------------------------------------


@login_required
@require_safe
@never_cache
def reports(request: HttpRequest, pk: int) -> HttpResponse:
    """Every report that is owed, the newest first, with its state."""
    found, today = followed(request, pk), office_day(timezone.now())
    owed = owed_reports([found], today=today, calendar=office_calendar())
    rows = [{"owed": one, "colour": STATE_COLOURS[one.state]} for one in owed]
    return duty_page(request, "reports", found, {"rows": rows})


def _owed(found: Discharge, period: str, *, today: date) -> Owed:
    """The report that an address names, else 404."""
    named = read_slug(period)
    owed = named and owed_report(found, named[0], named[1], today=today, calendar=office_calendar())
    if not owed:
        raise Http404
    return owed


def _page(
    request: HttpRequest, found: Discharge, owed: Owed, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    at = timezone.now()
    today = office_day(at)
    made = assemble(found, owed.kind, owed.period, due_on=owed.due_on, until=today)
    draft = draft_of(found, owed.kind, owed.period.whole_first)
    versions = found.reports.filter(kind=owed.kind, whole_first=owed.period.whole_first)
    may = may_enter(person(request), found, at=at) and owed.state in (NOT_YET, NOW, LATE, REPAIR)
    shared = {
        "owed": owed,
        "colour": STATE_COLOURS[owed.state],
        "made": made,
        "charts": drawn(made.charts),
        "files": files_of(draft),
        "versions": [versioned(row) for row in versions.select_related("review", "by").order_by("-version")],
        "may_write": may,
        "may_hand_in": may and today > owed.period.last,
        "tell": TellForm(parts_of(owed.kind), initial=made.told),
        "attach": AttachForm(at=at, owner=_owner(request, owed)),
    }
    return duty_page(request, "report", found, shared | context, status=status)


def versioned(row: Report) -> dict[str, Any]:
    """A version with what the agency said of it."""
    review = review_of(row)
    names = commented_parts(row.kind)
    comments = review.comments.all() if review else []
    return {
        "report": row,
        "review": review,
        "comments": [(names.get(one.part, one.part), one.text) for one in comments],
    }


def _owner(request: HttpRequest, owed: Owed) -> str:
    return f"report:{owed.discharge.pk}:{owed.slug}:{person(request).pk}"


@login_required
@GET_POST
@never_cache
def report(request: HttpRequest, pk: int, period: str) -> HttpResponse:
    """A period's report as it stands: what is missing, what people tell, its charts and versions."""
    found, at = followed(request, pk), timezone.now()
    owed = _owed(found, period, today=office_day(at))
    if request.method != "POST":
        return _page(request, found, owed, {})
    form, came = TellForm(parts_of(owed.kind), request.POST), None
    if form.is_valid():
        came = attempt(
            request,
            form,
            lambda stamp, at: write_report(
                found, owed.kind, owed.period, form.cleaned_data, by=person(request), at=at, stamp=stamp
            ),
        )
        if came is Came.DONE:
            messages.success(request, "Uraian laporan tersimpan.")
            return redirect("report", pk, period)
    context = {"tell": form, "stale": came is Came.STALE}
    return _page(request, found, owed, context, status=status_of(form, came))


@login_required
@require_POST
@never_cache
def attach(request: HttpRequest, pk: int, period: str) -> HttpResponse:
    """Attach a file to a report."""
    found, at = followed(request, pk), timezone.now()
    owed = _owed(found, period, today=office_day(at))
    form, came = AttachForm(request.POST, request.FILES, at=at, owner=_owner(request, owed)), None
    if form.is_valid():
        came = attempt(
            request,
            form,
            lambda stamp, at: attach_to_report(
                found,
                owed.kind,
                owed.period,
                title=form.cleaned_data["title"],
                file=accepted(form, "file"),
                by=person(request),
                at=at,
                stamp=stamp,
            ),
        )
        if came is Came.DONE:
            messages.success(request, "Lampiran tersimpan.")
            return redirect("report", pk, period)
    context = {"attach": form, "stale": came is Came.STALE}
    return _page(request, found, owed, context, status=status_of(form, came))


@login_required
@require_POST
@never_cache
def detach(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a file out of the next version of a report."""
    rows = ReportFile.objects.select_related("draft__discharge", "blob")
    row = get_object_or_404(rows, pk=pk)
    followed(request, row.draft.discharge_id)
    form = AttachForm(at=timezone.now(), owner="")
    came = attempt(request, form, lambda stamp, at: take_back(row, by=person(request), at=at, stamp=stamp))
    if came is Came.DONE:
        messages.success(request, "Lampiran ditarik.")
    else:
        messages.error(request, "Lampiran tidak dapat ditarik lagi. Muat ulang halaman ini.")
    return redirect(report_address(row.draft))


def report_address(draft: ReportDraft) -> str:
    return reverse("report", args=[draft.discharge_id, slug_of(draft.kind, draft.whole)])


@login_required
@GET_POST
@never_cache
def submit(request: HttpRequest, pk: int, period: str) -> HttpResponse:
    """Sign a report and hand it in to office and agency, by one act."""
    found, at = followed(request, pk), timezone.now()
    today = office_day(at)
    owed = _owed(found, period, today=today)
    made = assemble(found, owed.kind, owed.period, due_on=owed.due_on, until=today)
    form = SignForm(
        request.POST if request.method == "POST" else None,
        request.FILES if request.method == "POST" else None,
        at=at,
        owner=f"sign:{_owner(request, owed)}",
        initial={"name": person(request).name},
    )
    came = None
    if request.method == "POST" and form.is_valid():
        came = attempt(
            request,
            form,
            lambda stamp, at: hand_in(
                found, owed.kind, owed.period, form.signature, by=person(request), at=at, stamp=stamp
            ),
        )
        if came is Came.DONE:
            messages.success(request, f"{owed.name} sudah diserahkan.")
            return redirect("report", pk, period)
    context = {
        "owed": owed,
        "made": made,
        "form": form,
        "late_by": (today - owed.due_on).days if owed.first_on is None else 0,
        "agencies": agencies_of(found),
        "stale": came is Came.STALE,
    }
    return duty_page(request, "hand_in", found, context, status=status_of(form, came))


# --- papers ---------------------------------------------------------------------------------------------


@login_required
@require_safe
@never_cache
def draft(request: HttpRequest, pk: int, period: str) -> HttpResponse:
    """The report as it stands, to read or to sign in ink; nothing is kept of it."""
    found, at = followed(request, pk), timezone.now()
    today = office_day(at)
    owed = _owed(found, period, today=today)
    made = assemble(found, owed.kind, owed.period, due_on=owed.due_on, until=today)
    over = today > owed.period.last
    content = content_of(made, signing="ink" if over else "account", repairs=owed.report, at=at)
    return pdf_answer(draft_pdf(content, at=at), file_name(owed.name))


def readable(user: User, *, at: datetime) -> Q:
    """Reports that somebody may read: of the discharges that they follow, or oversee."""
    mine = Discharge.objects.of_holder(user, on=office_day(at)).values("pk")
    return Q(discharge__in=mine) | Q(discharge__in=overseen_by(user, at=at).values("pk"))


def _readable_report(request: HttpRequest, pk: int) -> Report:
    rows = Report.objects.filter(readable(person(request), at=timezone.now()))
    return get_object_or_404(rows.select_related("letter__template", "letter__rendered", "scan"), pk=pk)


@login_required
@require_safe
@never_cache
def paper(request: HttpRequest, pk: int) -> HttpResponseBase:
    """A version as it was handed in."""
    found = _readable_report(request, pk)
    blob = letters.pdf(found.letter)
    answer = FileResponse(
        BlobStore().open(blob.sha256), filename=file_name(str(found)), content_type=blob.media_type
    )
    return guarded(answer, policy=OWN)


@login_required
@require_safe
@never_cache
def scan(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The scan of a version that was signed in ink."""
    found = _readable_report(request, pk)
    if found.scan is None:
        raise Http404
    return original(found.scan, f"laporan-{found.pk}{PREFERRED.get(found.scan.media_type, '')}")


@login_required
@require_safe
@never_cache
def file(request: HttpRequest, pk: int) -> HttpResponseBase:
    """A file of a report: to its holder always, to officials once a version went with it."""
    user, at = person(request), timezone.now()
    row = get_object_or_404(ReportFile.objects.select_related("draft", "blob"), pk=pk)
    mine = Discharge.objects.of_holder(user, on=office_day(at)).filter(pk=row.draft.discharge_id).exists()
    if not mine:
        handed = row.draft.reports.filter(at__gte=row.added_at)
        if row.removed_at is not None:
            handed = handed.filter(at__lt=row.removed_at)
        if not (handed.exists() and overseen_by(user, at=at).filter(pk=row.draft.discharge_id).exists()):
            raise Http404
    return original(row.blob, row.filename)
