"""Going live: running cases are taken over from paper, at the step where they stand."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from muara.cases.models import Application, Case
from muara.steps.actions.filing import gaps
from muara.steps.actions.paper import may_enter_paper
from muara.steps.forms.paper import RunningCase
from muara.web.acts import Came, attempt, new_key
from muara.web.desk import Officer, begun_at_the_counter, desk_links, desk_officer


@login_required
@never_cache
@require_safe
def running_cases(request: HttpRequest) -> HttpResponse:
    """How it is done, and the applications at the counter that may be taken over."""
    here = _enterer(request)
    return render(
        request,
        "desk/running_cases.html",
        {
            "begun": begun_at_the_counter(),
            "here": here,
            "side": desk_links(here, "running_cases"),
            "side_title": "Meja kerja",
        },
    )


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def running_case(request: HttpRequest, reference: str) -> HttpResponse:
    """Enter one: its step, its number and days from paper, its papers."""
    here = _enterer(request)
    rows = Application.objects.entered_at_the_counter().select_related("company", "revision")
    found = rows.filter(reference=reference).first()
    if found is None:
        raise Http404
    entered = Case.objects.filter(application=found).first()
    if entered is not None and request.method != "POST":
        return redirect("case", entered.pk)
    given = (request.POST, request.FILES) if request.method == "POST" else ()
    form = RunningCase(found, *given, at=here.at)
    came = None
    if request.method == "POST":
        came = Came.REFUSED
        if form.is_valid():
            came = attempt(request, form, lambda stamp, at: form.carry_out(by=here.user, at=at, stamp=stamp))
        if came is Came.DONE:
            messages.success(request, "Berkas berjalan dimasukkan dan menunggu di langkahnya.")
            return redirect("cases")
    return render(
        request,
        "desk/running_case.html",
        {
            "application": found,
            "gaps": gaps(found),
            "form": form,
            "kunci": new_key(),
            "stale": came is Came.STALE,
            "here": here,
            "side": desk_links(here, "running_cases"),
            "side_title": "Meja kerja",
        },
        status=came.value if came else 200,
    )


def _enterer(request: HttpRequest) -> Officer:
    here = desk_officer(request)
    if not may_enter_paper(here.user, at=here.at):
        raise PermissionDenied
    return here
