"""Administration: the series of queue numbers, and the counters at which they are called."""

from __future__ import annotations

import secrets

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from muara.contacts.actions import queue as acts
from muara.contacts.actions.queue import save_counter, save_series
from muara.contacts.models import Counter, Kiosk, QueueSeries
from muara.contacts.rules import FRONT_OFFICE
from muara.web.acts import Came
from muara.web.office import (
    GET_POST,
    assignable_actors,
    carry_out_once,
    office_administrator,
    office_page,
    office_reader,
)
from muara.web.office_forms import CounterForm, Empty, KioskForm, QueueSeriesForm


@login_required
@require_safe
def queue_setup(request: HttpRequest) -> HttpResponse:
    office_reader(request)
    labels = assignable_actors()
    rows = [(item, labels.get(item.actor, item.actor)) for item in QueueSeries.objects.all()]
    counters = Counter.objects.prefetch_related("series")
    return office_page(request, "queue", {"rows": rows, "counters": counters, "kiosks": _standing()})


@login_required
@GET_POST
def queue_series(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """Add a series of queue numbers, or change one."""
    by, _ = office_reader(request)
    item = get_object_or_404(QueueSeries, pk=pk) if pk else None
    labels = assignable_actors()
    form = QueueSeriesForm(
        item, request.POST or None, actors=[(key, labels[key]) for key in FRONT_OFFICE if key in labels]
    )
    came = Came.DONE
    if request.method == "POST" and form.is_valid():
        came = carry_out_once(
            request,
            form,
            lambda at, stamp: save_series(pk, **form.cleaned_data, by=by, at=at, stamp=stamp),
        )
        if came is Came.DONE:
            messages.success(request, f"Seri {form.cleaned_data['letter']} disimpan.")
            return redirect("queue_setup")
    return office_page(request, "queue_series", {"form": form, "item": item}, came=came)


@login_required
@GET_POST
def counter(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """Add a counter, or change one and what is called there."""
    by, _ = office_reader(request)
    item = get_object_or_404(Counter, pk=pk) if pk else None
    form, came = CounterForm(item, request.POST or None, series=QueueSeries.objects.all()), Came.DONE
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        came = carry_out_once(
            request,
            form,
            lambda at, stamp: save_counter(
                pk,
                name=said["name"],
                series=[int(key) for key in said["series"]],
                active=said["active"],
                by=by,
                at=at,
                stamp=stamp,
            ),
        )
        if came is Came.DONE:
            messages.success(request, f"{said['name']} disimpan.")
            return redirect("queue_setup")
    return office_page(request, "counter", {"form": form, "item": item}, came=came)


@login_required
@GET_POST
def kiosks(request: HttpRequest) -> HttpResponse:
    """The kiosks at the door, and another one; its link is shown in this answer and never again."""
    by, _ = office_reader(request)
    form, came, link = KioskForm(request.POST or None), Came.DONE, ""
    if request.method == "POST" and form.is_valid():
        secret, made = secrets.token_urlsafe(32), list[Kiosk]()
        came = carry_out_once(
            request,
            form,
            lambda at, stamp: made.append(
                acts.add_kiosk(form.cleaned_data["name"], secret=secret, by=by, at=at, stamp=stamp)
            ),
        )
        if came is Came.DONE and not made:  # sent twice: the link went with the first answer
            messages.info(request, "Kios itu sudah dibuat. Tautannya hanya ditampilkan sekali.")
            return redirect("kiosks")
        if made:
            link = kiosk_link(secret)
            messages.success(request, f"{made[0]} dibuat.")
            form = KioskForm()
    context = {"form": form, "link": link, "kiosks": _standing()}
    return office_page(request, "kiosks", context, came=came)


@login_required
@require_POST
def revoke_kiosk(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a kiosk's right to give numbers away."""
    by, _ = office_administrator(request)
    item, form = get_object_or_404(Kiosk, pk=pk), Empty(request.POST)
    form.full_clean()
    came = carry_out_once(request, form, lambda at, stamp: acts.revoke_kiosk(item, by=by, at=at, stamp=stamp))
    if came is Came.DONE:
        messages.success(request, f"{item} dicabut. Browsernya tidak memberi nomor lagi.")
        return redirect("kiosks")
    context = {
        "form": KioskForm(),
        "kiosks": _standing(),
        "fault": " ".join(map(str, form.non_field_errors())),
    }
    return office_page(request, "kiosks", context, came=came)


def kiosk_link(secret: str) -> str:
    """The address that makes the browser that opens it a kiosk."""
    return f"{settings.MUARA_BASE_URL}{reverse('install_kiosk', args=[secret])}"


def _standing() -> list[Kiosk]:
    return list(Kiosk.objects.filter(revoked_at=None))
