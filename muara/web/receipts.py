"""The holder reads what was decided about their permit, and confirms that they received it."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from muara.permits.models import LaterDecision
from muara.steps.actions import later_delivery
from muara.web.acts import Came, attempt, new_key
from muara.web.files import person
from muara.web.portal import application_context, own_application, status_of


class ConfirmForm(forms.Form):
    """The holder says that the decision was received."""

    use_required_attribute = False
    received = forms.BooleanField(
        label="Keputusan ini sudah saya terima dan saya baca.",
        error_messages={"required": "Nyatakan bahwa keputusan ini sudah Anda terima."},
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def receive_decision(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """A decision about the permit: its file, how it was delivered, and the confirmation on this page."""
    found, at, user = own_application(request, reference), timezone.now(), person(request)
    decision = (
        LaterDecision.objects.exclude(since=None)
        .select_related("number", "scan", "delivery", "permit__number", "permit__case__application")
        .filter(pk=pk, permit__case__application=found)
        .first()
    )
    if decision is None:
        raise Http404
    form, came = ConfirmForm(request.POST or None), None
    if request.method == "POST" and form.is_valid():
        came = attempt(
            request, form, lambda stamp, at: later_delivery.confirm(decision, by=user, at=at, stamp=stamp)
        )
        if came is Came.DONE:
            messages.success(request, "Terima kasih. Penerimaan keputusan sudah tercatat.")
            return redirect("receive_decision", found.reference, decision.pk)
    context = application_context(
        request,
        found,
        decision=decision,
        given=later_delivery.delivery_of(decision),
        confirms=later_delivery.waits_for_delivery(decision)
        and later_delivery.may_confirm(user, decision, at=at),
        form=form,
        kunci=new_key(),
        stale=came is Came.STALE,
    )
    return render(request, "portal/decision.html", context, status=status_of(form, came))
