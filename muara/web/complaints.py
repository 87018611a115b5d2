"""Complaints at the desk: the list, one page a complaint with its handler's acts, and writing one down."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from muara.contacts.models import Complainant, Complaint
from muara.contacts.queries import complaint_targets, complaints_for
from muara.contacts.rules import (
    ComplaintClock,
    complaint_clocks,
    may_handle,
    may_read_complaints,
    may_record_complaint,
)
from muara.people.calendar import office_calendar
from muara.people.models import office_day
from muara.steps.letters.complaint import receipt_pdf
from muara.web.acts import Came, new_key
from muara.web.complaint_forms import HANDLER_FORMS, ComplaintFilter, HandlerForm, Recording
from muara.web.desk import A_PAGE, Officer, attempt_once, desk_links, desk_officer
from muara.web.files import file_name, original, pdf_answer
from muara.web.paging import AT_MOST, Pages

IDENTITY = "identitas"
COLOURS = {
    Complaint.State.RECEIVED: "amber",
    Complaint.State.INCOMPLETE: "amber",
    Complaint.State.PROCESSED: "teal",
    Complaint.State.DECIDED: "amber",
    Complaint.State.DELIVERED: "green",
    Complaint.State.DONE: "green",
}


@dataclass(frozen=True, slots=True)
class Row:
    """A complaint in the list, and the limit that comes next."""

    complaint: Complaint
    clock: ComplaintClock | None
    late: bool

    @property
    def colour(self) -> str:
        return COLOURS.get(Complaint.State(self.complaint.state), "grey")


@login_required
@never_cache
@require_safe
def complaints(request: HttpRequest) -> HttpResponse:
    """The complaints that I may read, the newest first."""
    here = _reader(request)
    form = ComplaintFilter(request.GET)
    found = form.narrow(complaints_for(here.user, at=here.at), user=here.user)
    page = Pages(found, A_PAGE, at_most=AT_MOST).get_page(request.GET.get("halaman"))
    query = request.GET.copy()
    query.pop("halaman", None)
    context = {
        "filter": form,
        "filtered": any(query.values()),
        "page": page,
        "rows": [_row(one, clocks, today=here.today) for one, clocks in _clocked(page.object_list, here)],
        "query": query.urlencode(),
        "records": may_record_complaint(here.user, at=here.at),
    }
    return render(request, "desk/complaints.html", context | _beside(here, "complaints"))


@login_required
@never_cache
@require_safe
def complaint(request: HttpRequest, pk: int) -> HttpResponse:
    """One complaint: what is said, its clocks side by side, what was done, what may be done."""
    here = _reader(request)
    return _page(request, here, _found(here, pk))


@login_required
@never_cache
@require_POST
def complaint_act(request: HttpRequest, pk: int, act: str) -> HttpResponse:
    """An act of the handler; opening an identity shows it in this answer alone."""
    here = _reader(request)
    found = _found(here, pk)
    if not may_handle(here.user, found, at=here.at):
        raise PermissionDenied
    if act not in HANDLER_FORMS:
        raise Http404
    form = HANDLER_FORMS[act](request.POST, complaint=found, at=here.at)
    given: list[object] = []
    came = attempt_once(
        request, form, lambda stamp, at: given.append(form.carry_out(by=here.user, at=at, stamp=stamp))
    )
    if came is Came.DONE and act == IDENTITY and given:  # the same form again is no look of its own
        return _page(request, here, found, opened=True, person=given[0])
    if came is Came.DONE:
        messages.success(request, f"{form.title}: tersimpan untuk {found}.")
        readable = complaints_for(here.user, at=here.at).filter(pk=pk).exists()
        return redirect("complaint", pk) if readable else redirect("complaints")
    return _page(request, here, found, came=came, failed=(act, form))


@login_required
@never_cache
@require_safe
def complaint_file(request: HttpRequest, pk: int, file: int) -> HttpResponseBase:
    """What was handed in, for whoever handles the complaint."""
    here = _reader(request)
    found = _found(here, pk)
    wanted = found.files.select_related("blob").filter(pk=file).first()
    if wanted is None or not may_handle(here.user, found, at=here.at):
        raise Http404
    return original(wanted.blob, wanted.filename)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new_complaint(request: HttpRequest) -> HttpResponse:
    """Write down what was said at the counter, by telephone, by message, or lay in the box."""
    here = _recorder(request)
    form = Recording(request.POST, request.FILES) if request.method == "POST" else Recording()
    came, made = None, list[Complaint]()
    if request.method == "POST":
        came = attempt_once(
            request, form, lambda stamp, at: made.append(form.carry_out(by=here.user, at=at, stamp=stamp))
        )
        if came is Came.DONE:
            return redirect("recorded_complaint", made[0].pk) if made else redirect("new_complaint")
    context = {"form": form, "kunci": new_key(), "stale": came is Came.STALE}
    return render(
        request,
        "desk/new_complaint.html",
        context | _beside(here, "new_complaint"),
        status=came.value if came else 200,
    )


@login_required
@never_cache
@require_safe
def recorded_complaint(request: HttpRequest, pk: int) -> HttpResponse:
    """Number, code and receipt to give to whoever complained: today, to whoever wrote it down."""
    here = _recorder(request)
    context = {"complaint": _recorded(here, pk)}
    return render(request, "desk/recorded_complaint.html", context | _beside(here, "new_complaint"))


@login_required
@never_cache
@require_safe
def complaint_receipt(request: HttpRequest, pk: int) -> HttpResponse:
    """The receipt (UU 25/2009, Pasal 44(1)), on the day it was written down, for whoever wrote it."""
    here = _recorder(request)
    found = _recorded(here, pk)
    content = receipt_pdf(found, Complainant.objects.filter(complaint=found).first())
    return pdf_answer(content, file_name(f"Tanda terima {found}"))


def _reader(request: HttpRequest) -> Officer:
    here = desk_officer(request)
    if not may_read_complaints(here.user, at=here.at):
        raise PermissionDenied
    return here


def _recorder(request: HttpRequest) -> Officer:
    here = desk_officer(request)
    if not may_record_complaint(here.user, at=here.at):
        raise PermissionDenied
    return here


def _found(here: Officer, pk: int) -> Complaint:
    found: Complaint | None = (
        complaints_for(here.user, at=here.at)
        .select_related("case__revision", "case__application", "entered_by")
        .filter(pk=pk)
        .first()
    )
    if found is None:
        raise Http404
    return found


def _recorded(here: Officer, pk: int) -> Complaint:
    found = Complaint.objects.filter(pk=pk, entered_by=here.user).first()
    if found is None or office_day(found.received_at) != here.today:
        raise Http404
    return found


def _clocked(found: Any, here: Officer) -> list[tuple[Complaint, list[ComplaintClock]]]:
    calendar, targets = office_calendar(), complaint_targets(on=here.today)
    return [(one, complaint_clocks(one, calendar=calendar, targets=targets)) for one in found]


def _row(found: Complaint, clocks: list[ComplaintClock], *, today: date) -> Row:
    running = [clock for clock in clocks if clock.met is None and clock.due] if found.is_open else []
    return Row(found, running[-1] if running else None, any(clock.is_late(on=today) for clock in clocks))


def _page(
    request: HttpRequest,
    here: Officer,
    found: Complaint,
    *,
    came: Came | None = None,
    failed: tuple[str, HandlerForm] | None = None,
    opened: bool = False,
    person: object = None,
) -> HttpResponse:
    handles = may_handle(here.user, found, at=here.at)
    [(_, clocks)] = _clocked([found], here)
    context = {
        "complaint": found,
        "row": _row(found, clocks, today=here.today),
        "handles": handles,
        "clocks": [
            (clock, clock.is_past(clock.legal, on=here.today), clock.is_past(clock.target, on=here.today))
            for clock in clocks
        ],
        "acts": found.acts.select_related("by"),
        "files": found.files.all(),
        "concerned": found.concerns.select_related("user"),
        "step": found.case.process.step(found.step_key) if found.case and found.step_key else None,
        "forms": _forms(found, at=here.at, failed=failed) if handles else {},
        "opened": opened,
        "person": person,
        "kunci": new_key(),
        "stale": came is Came.STALE,
    }
    context |= _beside(here, "complaints")
    return render(request, "desk/complaint.html", context, status=came.value if came else 200)


def _forms(
    found: Complaint, *, at: datetime, failed: tuple[str, HandlerForm] | None
) -> dict[str, HandlerForm]:
    """What may be done now; a form that was refused stands in its place with what was typed."""
    offered = {
        slug: kind(complaint=found, at=at)
        for slug, kind in HANDLER_FORMS.items()
        if found.state in kind.states and not (slug == IDENTITY and found.anonymous)
    }
    return offered | dict([failed] if failed else [])


def _beside(here: Officer, current: str) -> dict[str, Any]:
    return {"side": desk_links(here, current), "side_title": "Meja kerja"}
