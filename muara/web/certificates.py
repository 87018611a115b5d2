"""The office's electronic signing: its certificates, and how the decrees of each service are signed.

Keys are made or brought in on the server (`manage.py certificates`), never through a browser.
"""

from __future__ import annotations

from functools import partial

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect

from muara.cases.models import SigningWay
from muara.cases.queries import newest_processes
from muara.documents.models import Certificate
from muara.people.models import office_day
from muara.steps.actions.signing import revoke_certificate, set_way
from muara.web.acts import Came
from muara.web.office import GET_POST, carry_out_once, office_administrator, office_page, office_reader
from muara.web.office_forms import ReasonForm, SigningWayForm


@login_required
@GET_POST
def signing_setup(request: HttpRequest) -> HttpResponse:
    """Every certificate with its state, and the way of signing as the office has decided it."""
    by, at = office_reader(request)
    form = SigningWayForm(request.POST or None, initial={"effective_from": office_day(at)})
    came = Came.DONE
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        came = carry_out_once(request, form, lambda at, stamp: set_way(by=by, at=at, stamp=stamp, **said))
        if came is Came.DONE:
            messages.success(request, "Cara menandatangani disimpan. Yang lama tetap tercatat.")
            return redirect("signing_setup")
    day = office_day(at)
    titles = {service: process.title for service, process in newest_processes().items()}
    today = [(title, SigningWay.Way(SigningWay.objects.on(key, day)).label) for key, title in titles.items()]
    rows = Certificate.objects.select_related("holder")
    context = {
        "form": form,
        "certificates": [(row, row.standing(at)) for row in rows],
        "today": today,
        "ways": [(row, titles.get(row.service, row.service)) for row in SigningWay.objects.all()],
    }
    return office_page(request, "signing_setup", context, came=came)


@login_required
@GET_POST
def withdraw_certificate(request: HttpRequest, pk: int) -> HttpResponse:
    """A key is lost or its holder left: revoke the certificate from now on."""
    by, _ = office_administrator(request)
    certificate = get_object_or_404(Certificate, pk=pk)
    form, came = ReasonForm(request.POST or None), Came.DONE
    form.fields["reason"].help_text = "Misalnya: kunci hilang, pejabat berganti."
    form.fields["reason"].error_messages["required"] = "Tuliskan alasannya, misalnya kunci hilang."
    if request.method == "POST" and form.is_valid():
        act = partial(revoke_certificate, certificate, reason=form.cleaned_data["reason"], by=by)
        came = carry_out_once(request, form, lambda at, stamp: act(at=at, stamp=stamp))
        if came is Came.DONE:
            messages.success(request, f"Sertifikat {certificate.subject} dicabut.")
            return redirect("signing_setup")
    return office_page(request, "withdraw_certificate", {"form": form, "certificate": certificate}, came=came)
