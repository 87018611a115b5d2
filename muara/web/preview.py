"""Papers before they count: an application not sent yet, a decree not handed on; and where points lie."""

from __future__ import annotations

from decimal import Decimal

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from django.views.decorators.http import require_http_methods, require_safe

from muara.cases.actions import Refused
from muara.cases.queries import is_with_applicant
from muara.cases.rules import may_do_step
from muara.sop.form import Spot
from muara.sop.places import UNCERTAIN, beside_the_sea
from muara.sop.siting import doubts
from muara.sop.values import ValueRefused, parse_coordinate, parse_decimal, split_coordinate
from muara.steps.actions.filing import content_of
from muara.steps.forms.drafting import DraftDecree
from muara.steps.letters.forms import unsent_form_pdf
from muara.web.acts import Came
from muara.web.files import file_name, pdf_answer, person
from muara.web.portal import own_application
from muara.web.tasks import task_page, visible_task

LONGEST = 200  # characters of a typed coordinate or number
MOST = 40  # points of one question


@login_required
@require_safe
def unsent_form(request: HttpRequest, reference: str) -> HttpResponse:
    """The filled-in form as a PDF, marked as not yet sent."""
    found = own_application(request, reference)
    if not is_with_applicant(found) or "application_form" not in found.revision.definition.letters:
        raise Http404
    content = unsent_form_pdf(found, content_of(found), at=timezone.now())
    return pdf_answer(content, file_name(f"Formulir permohonan {found.reference} belum dikirim"))


@login_required
@require_http_methods(["GET", "POST"])
def draft_preview(request: HttpRequest, pk: int) -> HttpResponse:
    """Step 11: the decree as it would be handed on, from what is typed now, or from what was saved half done.

    Nothing is recorded and no letter is filed, however often it is asked for.
    """
    item, me, at = visible_task(request, pk), person(request), timezone.now()
    if item.companion or item.step.activity != "draft":
        raise Http404
    if not item.is_open or not may_do_step(me, item, at=at) or item.received_by_id != me.pk:
        raise PermissionDenied
    work = item.unfinished.filter(user=me, form=DraftDecree.slug).first()
    typed = request.POST if request.method == "POST" else MultiValueDict(work.typed) if work else None
    form = DraftDecree(item, at=at, data=typed)
    if not form.may_draft:
        messages.error(request, "Belum ada yang dapat disusun: bukukan rekomendasi teknis lebih dahulu.")
        return redirect("task", item.pk)
    if not form.previewable:
        for name in set(form.errors) - set(form.worded):  # the rest of the step is not asked for yet
            del form.errors[name]
        return task_page(request, item, bound=form, came=Came.REFUSED)
    try:
        content = form.preview()
    except Refused as refusal:
        form.add_error(None, refusal.message)
        return task_page(request, item, bound=form, came=Came.REFUSED)
    return pdf_answer(content, file_name(f"Pratinjau draf {item.case}"))


@login_required
@require_safe
def point(request: HttpRequest) -> HttpResponse:
    """Say where each typed point lies, for the map that one is picked from; advice, never a refusal.

    Each `titik` is a text of a coordinate. What the first must be stands beside it: `laut` at sea, `outfall`
    the outfall, `jarak` its distance from the shore as typed.
    """
    said = request.GET
    texts = said.getlist("titik")[:MOST]
    lies = [_lies(text[:LONGEST], said, first=place == 0) for place, text in enumerate(texts)]
    return JsonResponse({"points": lies})


def _lies(text: str, said: QueryDict, *, first: bool) -> dict[str, object]:
    try:
        found = parse_coordinate(*split_coordinate(text), box=None)
    except ValueRefused as refusal:
        return {"told": refusal.message, "at": None}
    told = ""
    if first:
        spot = Spot(
            "",
            "",
            found.latitude,
            found.longitude,
            at_sea="laut" in said,
            outfall="outfall" in said,
            told=_number(said.get("jarak", "")),
        )
        lies = doubts(spot) or (beside_the_sea(found.latitude, found.longitude),)  # a doubt tells it, too
        told = " ".join([*lies, UNCERTAIN])
    return {"told": told, "at": [float(found.latitude), float(found.longitude)]}


def _number(text: str) -> Decimal | None:
    try:
        return parse_decimal(text[:LONGEST])
    except ValueRefused:
        return None
