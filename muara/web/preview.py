"""An application before it is sent: as it will be printed, and where its points lie."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from muara.cases.queries import is_with_applicant
from muara.documents.uploads import PDF
from muara.sop.places import UNCERTAIN, beside_the_sea
from muara.sop.values import ValueRefused, parse_coordinate, split_coordinate
from muara.steps.actions.filing import content_of
from muara.steps.letters.forms import unsent_form_pdf
from muara.web.files import OWN, _guarded, file_name
from muara.web.portal import _application


@login_required
@require_safe
def unsent_form(request: HttpRequest, reference: str) -> HttpResponse:
    """The filled-in form as a PDF, marked as not yet sent."""
    found = _application(request, reference)
    if not is_with_applicant(found) or "application_form" not in found.revision.definition.letters:
        raise Http404
    answer = HttpResponse(unsent_form_pdf(found, content_of(found), at=timezone.now()), content_type=PDF)
    name = file_name(f"Formulir permohonan {found.reference} belum dikirim")
    answer["Content-Disposition"] = f'inline; filename="{name}"'
    return _guarded(answer, policy=OWN)


@login_required
@require_safe
def point(request: HttpRequest) -> HttpResponse:
    """Say where a typed point lies, beside the map that it is picked from; advice, never a refusal."""
    try:
        found = parse_coordinate(*split_coordinate(request.GET.get("titik", "")[:200]), box=None)
    except ValueRefused as refusal:
        said = refusal.message
    else:
        said = f"{beside_the_sea(found.latitude, found.longitude)} {UNCERTAIN}"
    return HttpResponse(said, content_type="text/plain; charset=utf-8")
