"""The files of an application: hand in, look at, take back (SOP step 3)."""

from __future__ import annotations

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from muara.cases.actions import NotYours, Refused
from muara.cases.models import Application, Attachment, Upload
from muara.cases.models.case import definition_of
from muara.cases.queries import is_with_applicant
from muara.documents.uploads import Accepted, accept, readable_size
from muara.people.models import User
from muara.sop.definition import Requirement
from muara.sop.service import Service
from muara.steps.actions import filing
from muara.web.files import person
from muara.web.portal import application_context, asked_about, carried_out, own_application, status_of


class UploadForm(forms.Form):
    """A file for one requirement."""

    use_required_attribute = False
    file = forms.FileField(
        label="Pilih berkas",
        allow_empty_file=True,  # documents.uploads says in its own words that it is empty
        error_messages={"required": "Pilih berkas yang akan diunggah."},
        widget=forms.FileInput({"accept": "application/pdf,image/jpeg,image/png"}),
    )


def _requirement(service: Service, number: int) -> Requirement:
    for item in service.process.uploads():
        if item.number == number:
            return item
    raise Http404


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def upload(request: HttpRequest, reference: str, requirement: int) -> HttpResponse:
    """The files of one requirement: hand in, look at, take back."""
    found = own_application(request, reference)
    service, user = definition_of(found.revision_id), person(request)
    wanted = _requirement(service, requirement)
    if request.method != "POST" and not is_with_applicant(found):
        return redirect("application", found.reference)
    form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()
    if form.is_valid() and carried_out(form, lambda: _hand_in(found, wanted, form, by=user)):
        messages.success(request, f"Berkas “{form.cleaned_data['file'].name}” sudah diterima.")
        return redirect("application_upload", found.reference, wanted.number)
    numbers = [item.number for item in service.process.uploads()]
    place = numbers.index(wanted.number)
    context = application_context(
        request,
        found,
        requirement=wanted,
        form=form,
        asked=asked_about(
            found,
            wanted.number,
            *(one.number for one in service.process.requirements if one.covered_by == wanted.number),
        ),
        files=[_with_pages(item) for item in _held(found, wanted)],
        unfinished=_unfinished(found, wanted, by=user),
        limit=readable_size(settings.MUARA_UPLOAD_LIMIT),
        resumable_limit=settings.MUARA_RESUMABLE_LIMIT,
        readable_limit=readable_size(settings.MUARA_RESUMABLE_LIMIT),
        following=_requirement(service, numbers[place + 1]) if place + 1 < len(numbers) else None,
    )
    return render(request, "portal/upload.html", context, status=status_of(form))


def _hand_in(found: Application, wanted: Requirement, form: UploadForm, *, by: User) -> Attachment:
    at = timezone.now()
    filing.demand_change(found, by=by, at=at)  # before anything is kept of a file that may not come
    accepted: Accepted = accept(form.cleaned_data["file"], at=at)
    return filing.attach(found, requirement=wanted.number, accepted=accepted, by=by, at=at)


def _held(found: Application, wanted: Requirement) -> QuerySet[Attachment]:
    return found.attachments.filter(requirement=wanted.number, withdrawn_at=None).select_related("blob")


def _unfinished(found: Application, wanted: Requirement, *, by: User) -> list[dict[str, object]]:
    """What this person began to hand in here and has not finished; another's is not told."""
    waiting = Upload.objects.filter(
        application=found,
        requirement=wanted.number,
        owner=by,
        attachment=None,
        expires_at__gt=timezone.now(),
    )
    return [
        {"upload": item, "received": readable_size(item.received), "size": readable_size(item.length)}
        for item in waiting
    ]


def _with_pages(item: Attachment) -> dict[str, object]:
    pages = [
        {"url": reverse("attachment_page", args=[item.pk, number]), "alt": item.filename, "number": number}
        for number in range(1, (item.blob.pages or 1) + 1)
    ]
    return {"attachment": item, "pages": pages, "size": readable_size(item.blob.size)}


@login_required
@require_POST
def withdraw(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """Take a file back."""
    found = own_application(request, reference)
    item = get_object_or_404(Attachment, pk=pk, application=found)
    try:
        filing.withdraw(item, by=person(request), at=timezone.now())
    except Refused as refusal:
        messages.error(request, refusal.message)
        return redirect("application", found.reference)
    except NotYours:
        raise PermissionDenied from None
    messages.success(request, f"Berkas “{item.filename}” ditarik.")
    return redirect("application_upload", found.reference, item.requirement)
