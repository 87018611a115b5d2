"""Abnormal conditions, as a holder reports them: within 24 hours of knowing, with what came after."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.cache import never_cache

from muara.compliance.actions.oversight import follow_up, report_incident
from muara.compliance.models import Incident
from muara.compliance.rules import may_enter
from muara.web.acts import Came, attempt
from muara.web.duties import GET_POST, duty_page, followed, status_of
from muara.web.files import person
from muara.web.report_forms import FollowUpForm, IncidentForm


@login_required
@GET_POST
@never_cache
def incidents(request: HttpRequest, pk: int) -> HttpResponse:
    """What was reported, and the form of the next one."""
    found, at = followed(request, pk), timezone.now()
    points = list(found.points.filter(closed_on=None))
    form, came = IncidentForm(points, request.POST if request.method == "POST" else None), None
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        came = attempt(
            request,
            form,
            lambda stamp, at: report_incident(
                found,
                happened_at=said["happened_at"],
                known_at=said["known_at"],
                what=said["what"],
                action=said["action"],
                point=form.point,
                by=person(request),
                at=at,
                stamp=stamp,
            ),
        )
        if came is Came.DONE:
            messages.success(request, "Kejadian dilaporkan kepada kantor dan OPD.")
            return redirect("incidents", pk)
    context = {
        "form": form,
        "rows": found.incidents.select_related("point").prefetch_related("follow_ups"),
        "may_enter": may_enter(person(request), found, at=at),
        "stale": came is Came.STALE,
    }
    return duty_page(request, "incidents", found, context, status=status_of(form, came))


@login_required
@GET_POST
@never_cache
def incident(request: HttpRequest, pk: int) -> HttpResponse:
    """One incident with what came after it."""
    row = get_object_or_404(Incident.objects.select_related("point", "discharge"), pk=pk)
    found = followed(request, row.discharge_id)
    form, came = FollowUpForm(request.POST if request.method == "POST" else None), None
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        came = attempt(
            request,
            form,
            lambda stamp, at: follow_up(
                row, text=said["text"], over=said["over"], by=person(request), at=at, stamp=stamp
            ),
        )
        if came is Came.DONE:
            messages.success(request, "Tindak lanjut tersimpan.")
            return redirect("incident", pk)
    follow_ups = list(row.follow_ups.select_related("by"))
    context = {
        "incident": row,
        "follow_ups": follow_ups,
        "form": form,
        "open": not any(one.over for one in follow_ups)
        and may_enter(person(request), found, at=timezone.now()),
        "stale": came is Came.STALE,
    }
    return duty_page(request, "incident", found, context, status=status_of(form, came))
