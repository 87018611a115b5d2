"""Filling in the sections of an application (SOP step 3): saved as one goes, resumed anywhere."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from muara.cases.actions import NotYours, Refused, Stale
from muara.cases.models import Application
from muara.cases.models.case import definition_of
from muara.cases.queries import is_with_applicant
from muara.sop.form import Section, UnknownSection
from muara.sop.places import UNCERTAIN
from muara.sop.service import Service
from muara.sop.siting import Doubtful, doubtful
from muara.steps.actions import filing
from muara.web.acts import Came
from muara.web.files import person
from muara.web.form_fields import SectionForm
from muara.web.portal import application_context, asked_about, own_application
from muara.web.progress import is_begun, lacking_in, prefilled

PAGE, SEEN = "halaman", "terakhir"  # the page's own key, and that of the page that saved last
TOLD = 3  # doubtful places that one message tells; the section shows each
NOT_KEPT = (
    "Nomor yang diketik sebelumnya tidak terbaca. Nomor identitas yang belum terbaca tidak disimpan: "
    "ketik ulang atau biarkan kosong, lalu simpan."
)
CHANGED = (
    "Bagian ini diubah dari perangkat atau jendela lain. Tekan Simpan untuk melanjutkan dengan yang Anda "
    "ketik di sini, atau muat ulang halaman untuk melihat perubahannya."
)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def section(request: HttpRequest, reference: str, section: str) -> HttpResponse:
    """One section of the form, saved as one goes: by its buttons, and by itself where scripts run."""
    found = own_application(request, reference)
    service = definition_of(found.revision_id)
    try:
        part = service.form.section(section)
    except UnknownSection:
        raise Http404 from None
    if request.method == "POST":
        return _save(request, found, service, part)
    if not is_with_applicant(found):
        return redirect("application", found.reference)
    return _show(request, found, service, part, _resumed(request, found, service, part))


def _resumed(request: HttpRequest, found: Application, service: Service, part: Section) -> SectionForm:
    """The section as it was left; with its faults, where something could not be read."""
    values = prefilled(found, service, by=person(request))
    fresh, unread = SectionForm(part, values=values), filing.unread_in(found, part)
    again = SectionForm(part, values=values, data=fresh.typed_before(unread))
    if again.is_valid() and not unread:
        return fresh
    _tell_what_was_not_kept(again, unread)
    return again


def _tell_what_was_not_kept(form: SectionForm, unread: Mapping[str, str]) -> None:
    for control, text in unread.items():
        if not text and control in form.fields:
            form.add_error(control, NOT_KEPT)


def _save(request: HttpRequest, found: Application, service: Service, part: Section) -> HttpResponse:
    form, now = SectionForm(part, values={}, data=request.POST), timezone.now()
    form.is_valid()
    errors: dict[str, str] = {}
    came = Came.DONE
    try:
        errors = filing.save_section(
            found, section=part, raw=form.said, by=person(request), at=now, page=_page(request)
        )
    except Stale:
        came = Came.STALE
    except Refused as refusal:
        form.add_error(None, refusal.message)
        came = Came.REFUSED
    except NotYours:
        raise PermissionDenied from None
    if request.htmx:  # type: ignore[attr-defined]
        return _saved_by_itself(request, form, came, at=now)
    if came is Came.DONE and not errors:
        return _after(request, found, service, part)
    status = came.value if came is not Came.DONE else 422
    kept = came is Came.DONE and is_begun(found, part)
    found.refresh_from_db(fields=["data", "unread", "saved_from"])
    return _show(request, found, service, part, form, status=status, kept=kept, changed=came is Came.STALE)


def _page(request: HttpRequest) -> filing.Page | None:
    key = request.POST.get(PAGE, "")[:40]
    return filing.Page(key, request.POST.get(SEEN, "")) if key else None


def _saved_by_itself(request: HttpRequest, form: SectionForm, came: Came, *, at: datetime) -> HttpResponse:
    """Say beside the buttons what became of the typed text; the page itself stays as it is."""
    told: dict[str, Any] = {"saved_at": at if came is Came.DONE else None, "uncertain": UNCERTAIN}
    if came is Came.STALE:
        told["trouble"] = CHANGED
    elif came is Came.REFUSED:
        told["trouble"] = " ".join(map(str, form.non_field_errors()))
    else:
        told["form"] = form
    return render(request, "portal/section.html#saved", told)


def _show(
    request: HttpRequest,
    found: Application,
    service: Service,
    part: Section,
    form: SectionForm,
    *,
    status: int = 200,
    kept: bool = False,
    changed: bool = False,
) -> HttpResponse:
    order = [item.key for item in service.form.sections]
    context = application_context(
        request,
        found,
        section=part,
        form=form,
        halaman=secrets.token_hex(8),
        terakhir=found.saved_from.get(part.key, ""),
        kept=kept,
        changed=CHANGED if changed else "",
        with_map=any(item.kind == "coordinate" for field in part.fields for item in (field, *field.columns)),
        asked=asked_about(found, *(number for field in part.fields for number in field.requirements)),
        number=order.index(part.key) + 1,
        total=len(order),
        last=part.key == order[-1],
        lacking=lacking_in(found, part) if is_begun(found, part) and not form.is_bound else [],
    )
    return render(request, "portal/section.html", context, status=status)


def _doubts_told(places: tuple[Doubtful, ...]) -> str:
    told = " ".join(f"{item.spot.title}. {' '.join(item.doubts)}" for item in places[:TOLD])
    more = f" Dan {len(places) - TOLD} titik lain." if len(places) > TOLD else ""
    return f"Periksa letak titik. {told}{more} {UNCERTAIN}"


def _after(request: HttpRequest, found: Application, service: Service, part: Section) -> HttpResponse:
    """Go on where the pressed button says: more rows, the next section, or the overview."""
    messages.success(request, f"Bagian “{part.title}” tersimpan.")
    here = reverse("application_section", args=[found.reference, part.key])
    if table := request.POST.get("tambah"):
        return redirect(f"{here}#tabel-{table}" if table.isidentifier() else here)
    if places := doubtful(part.fields, found.data):
        messages.warning(request, _doubts_told(places))
    order = [item.key for item in service.form.sections]
    following = order[order.index(part.key) + 1 :]
    if "lanjut" in request.POST and following:
        return redirect("application_section", found.reference, following[0])
    return redirect("application", found.reference)
