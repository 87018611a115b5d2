"""Permits of the time before: imported from a table of the office's old register, listed, read one by one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from muara.permits.actions import OldPreview, OldRow, import_old_permits, preview_old_permits
from muara.permits.models import OldPermit
from muara.permits.rules import may_import_old
from muara.permits.sheets import HEAD, NoRegister, read_old_register
from muara.sop.places import regency
from muara.sop.values import Coordinate, parse_decimal, show_coordinate
from muara.web.acts import Came, attempt, new_key
from muara.web.desk import A_PAGE, Officer, desk_links, desk_officer
from muara.web.imports import TableForm, cells, seal, unseal
from muara.web.paging import AT_MOST, Pages
from muara.web.public import revisions_in_force
from muara.web.sheets import download

READ = signing.TimestampSigner(salt="muara.read-old-register")
ROWS_SHOWN = 20  # permits of a preview; the rest is counted


class KeepForm(forms.Form):
    """What was read, sealed: it is kept as it was shown."""

    read = forms.CharField(widget=forms.HiddenInput)


def _page(
    request: HttpRequest, here: Officer, name: str, context: dict[str, Any], status: int
) -> HttpResponse:
    shared = {
        "kunci": new_key(),
        "may_import": may_import_old(here.user, _service(here), at=here.at),
        "side": desk_links(here, "old_permits"),
        "side_title": "Meja kerja",
    }
    return render(request, f"desk/{name}.html", shared | context, status=status)


def _service(here: Officer) -> str:
    """Whose register it is: the office's first service, as everywhere where none is named."""
    offered = revisions_in_force(here.today)
    if not offered:
        raise Http404
    return offered[0].service


@login_required
@never_cache
@require_safe
def old_permits(request: HttpRequest) -> HttpResponse:
    """The imported permits, those that end last on top of the others; searched by number or holder."""
    here = desk_officer(request)
    words = " ".join(request.GET.get("cari", "").replace("\0", "").split())[:100]
    rows = OldPermit.objects.order_by("-expires_on", "-pk")
    if words:
        rows = rows.filter(Q(number__icontains=words) | Q(company__icontains=words))
    page = Pages(rows, A_PAGE, at_most=AT_MOST).get_page(request.GET.get("halaman"))
    context = {
        "page": page,
        "rows": [_row(old, on=here.today) for old in page.object_list],
        "cari": words,
        "query": urlencode({"cari": words}) if words else "",
    }
    return _page(request, here, "old_permits", context, 200)


def _row(old: OldPermit, *, on: date) -> dict[str, Any]:
    place = regency(old.regency)
    return {
        "old": old,
        "status": old.status(on),
        "soon": old.expires_soon(on),
        "regency": place.name if place else "",
    }


@login_required
@never_cache
@require_safe
def old_permit(request: HttpRequest, pk: int) -> HttpResponse:
    """What the old register says of a permit: points, limits, legal basis, and what took its place."""
    here = desk_officer(request)
    old = get_object_or_404(OldPermit.objects.select_related("imported_by"), pk=pk)
    successor = getattr(old, "replaced_by", None)
    points = [
        {**point, "place": _coordinate(point), "limits": [_limit(one) for one in point["limits"]]}
        for point in old.points
    ]
    context = _row(old, on=here.today) | {"points": points, "successor": successor}
    return _page(request, here, "old_permit", context, 200)


def _coordinate(point: dict[str, Any]) -> str:
    if "latitude" not in point:
        return ""
    return show_coordinate(Coordinate(parse_decimal(point["latitude"]), parse_decimal(point["longitude"])))


def _limit(limit: dict[str, str]) -> str:
    """A limit in words: "TSS paling banyak 200 mg/L"."""
    low, high = (limit.get(side, "").replace(".", ",") for side in ("min", "maks"))
    said = (
        f"{low} sampai {high}"
        if low and high
        else f"paling sedikit {low}"
        if low
        else f"paling banyak {high}"
    )
    return f"{limit['parameter']} {said} {limit['unit']}".strip()


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def import_old(request: HttpRequest) -> HttpResponse:
    """Read a table and show what would come of it; kept only when it is sent again from the preview."""
    here = desk_officer(request)
    service = _service(here)
    if not may_import_old(here.user, service, at=here.at):
        raise PermissionDenied
    if "read" in request.POST:
        return _keep(request, here, service)
    form = TableForm(request.POST, request.FILES) if request.method == "POST" else TableForm()
    if request.method != "POST" or not form.is_valid():
        return _page(request, here, "import_old", {"form": form, "head": HEAD}, 422 if form.errors else 200)
    try:
        read = read_old_register(form.cleaned_data["table"], today=here.today)
    except NoRegister as refusal:
        form.add_error("table", refusal.message)
        return _page(request, here, "import_old", {"form": form, "head": HEAD}, 422)
    found = preview_old_permits(read.rows, service=service, at=here.at)
    sealed = _sealed(read.rows, service, form.sha256)
    return _preview(
        request, here, found, KeepForm(initial={"read": sealed}), errors={**read.errors, **found.errors}
    )


def _preview(
    request: HttpRequest,
    here: Officer,
    found: OldPreview,
    form: forms.Form,
    *,
    errors: dict[str, str],
    came: Came = Came.DONE,
) -> HttpResponse:
    context = {
        "form": form,
        "found": found,
        "shown": [(row, regency(row.regency)) for row in found.fresh[:ROWS_SHOWN]],
        "more_rows": max(len(found.fresh) - ROWS_SHOWN, 0),
        **cells("errors", errors),
        "stale": came is Came.STALE,
    }
    return _page(request, here, "import_old_preview", context, 422 if errors else came.value)


def _keep(request: HttpRequest, here: Officer, service: str) -> HttpResponse:
    form = KeepForm(request.POST)
    said = _unsealed(request.POST["read"], service)
    if said is None:
        return _page(request, here, "import_old", {"form": TableForm(), "head": HEAD, "outdated": True}, 409)
    rows, sheet = said
    form.is_valid()
    came = attempt(
        request,
        form,
        lambda stamp, at: import_old_permits(
            rows, service=service, sheet=sheet, by=here.user, at=at, stamp=stamp
        ),
    )
    if came is Came.DONE:
        messages.success(
            request, f"Register lama tersimpan. Semua izin dalam tabel ini kini tercatat: {len(rows)}."
        )
        return redirect("old_permits")
    found = preview_old_permits(rows, service=service, at=here.at)
    return _preview(request, here, found, form, errors=dict(found.errors), came=came)


def _sealed(rows: Sequence[OldRow], service: str, sheet: str) -> str:
    said = [
        {**row.says(), "cell": row.cell, "issued_on": str(row.issued_on), "expires_on": str(row.expires_on)}
        for row in rows
    ]
    return seal(READ, of=service, sheet=sheet, rows=said)


def _unsealed(sealed: str, service: str) -> tuple[list[OldRow], str] | None:
    said = unseal(READ, sealed, of=service)
    if said is None:
        return None
    dates = ("issued_on", "expires_on")
    rows = [OldRow(**{**row, **{key: date.fromisoformat(row[key]) for key in dates}}) for row in said["rows"]]
    return rows, said["sheet"]


@login_required
@require_safe
def old_template(request: HttpRequest, ending: str) -> HttpResponse:
    """A table to fill in."""
    desk_officer(request)
    return download(ending, name="register-lama", head=HEAD, rows=[])
