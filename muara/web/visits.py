"""The applicant answers a planned site visit (SOP step 10.b), themselves or at the counter."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from muara.cases.actions import Stamp
from muara.cases.models import Application, SiteVisit
from muara.cases.rules import Doing, is_on_applicants_side
from muara.people.models import User
from muara.steps.actions import visits
from muara.steps.forms.fields import Moment, Paragraph
from muara.steps.forms.powers import WhoStands
from muara.web.acts import Came, attempt, new_key
from muara.web.files import person
from muara.web.portal import application_context, own_application


class AnswerForm(forms.Form):
    """Agree to time and place, or ask for another time with the reason."""

    use_required_attribute = False
    answer = forms.ChoiceField(
        label="Jawaban",
        choices=[("setuju", "Setuju, kami hadir"), ("lain", "Kami mengusulkan waktu lain")],
        widget=forms.RadioSelect,
        error_messages={"required": "Pilih salah satu."},
    )
    wish_at = Moment(label="Waktu lain yang diusulkan (WITA)", required=False)
    reason = Paragraph(label="Alasan mengusulkan waktu lain", rows=3, required=False)

    def __init__(self, data: Any, *, application: Application, by: User) -> None:
        super().__init__(data)
        at_counter = not is_on_applicants_side(by, application)
        self.stands = WhoStands(application, Doing.VISIT) if at_counter else None
        if self.stands is not None:
            self.fields["stands"] = self.stands

    def clean(self) -> dict[str, Any]:
        """Another time needs the time and the reason."""
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("answer") == "lain":
            if not cleaned.get("wish_at") and "wish_at" not in self.errors:
                self.add_error("wish_at", "Isi waktu yang Anda usulkan.")
            if not cleaned.get("reason"):
                self.add_error("reason", "Tuliskan mengapa waktu yang direncanakan tidak dapat.")
        return cleaned


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def answer_visit(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """Show a visit's plan; while it is open the applicant may agree or ask for another time."""
    found, user = own_application(request, reference), person(request)
    visit = get_object_or_404(
        SiteVisit.objects.select_related("referral__case__application", "referral__agency", "record"),
        pk=pk,
        referral__case__application=found,
    )
    form, came = AnswerForm(request.POST or None, application=found, by=user), None
    if request.method == "POST" and form.is_valid():
        came = attempt(request, form, lambda stamp, at: _answer(visit, form, by=user, at=at, stamp=stamp))
        if came is Came.DONE:
            messages.success(request, "Jawaban Anda disampaikan kepada OPD.")
            return redirect("application", found.reference)
    context = application_context(
        request,
        found,
        form=form,
        visit=visit,
        kunci=new_key(),
        versi=visit.referral.case.version,
        stale=came is Came.STALE,
    )
    status = came.value if came else 422 if request.method == "POST" else 200
    return render(request, "portal/visit.html", context, status=status)


def _answer(visit: SiteVisit, form: AnswerForm, *, stamp: Stamp, **who: Any) -> object:
    who["shown"] = form.stands.shown(form.cleaned_data) if form.stands is not None else None
    if form.cleaned_data["answer"] == "setuju":
        return visits.agree_visit(visit, stamp=stamp, **who)
    return visits.wish_other_time(
        visit,
        wish_at=form.cleaned_data["wish_at"],
        reason=form.cleaned_data["reason"],
        stamp=stamp,
        **who,
    )
