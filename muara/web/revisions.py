"""The stored revisions of each SOP: since when each counts, what runs under it, what changed between two."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count, F, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from muara.cases.copies import hand_out, next_number, withdraw
from muara.cases.models import Application, Case, ControlledCopy, Revision
from muara.people.models import office_day
from muara.sop.changes import changes
from muara.web.acts import Came, read_number
from muara.web.office import (
    GET_POST,
    carry_out_once,
    office_administrator,
    office_page,
    office_reader,
)
from muara.web.office_forms import CopyForm, Empty
from muara.web.public import revisions_in_force


@dataclass(frozen=True, slots=True)
class Kept:
    """A stored revision, what is pinned to it, and the one before it."""

    revision: Revision
    standing: str
    open: int
    drafts: int
    before: Revision | None


@login_required
@require_safe
def revisions(request: HttpRequest) -> HttpResponse:
    """Each service's revisions, the newest first, with the open cases pinned to each."""
    _, at = office_reader(request)
    day = office_day(at)
    in_force = {revision.pk for revision in revisions_in_force(day)}
    rows = Revision.objects.defer("files").order_by("service", "-effective_from", "-pk")
    # Two counts, not two joins: joined, every case would be counted with every application.
    opened = dict(_by_revision(Case.objects.filter(closed_at=None)))
    drafts = dict(_by_revision(Application.objects.filter(case=None)))
    services = []
    for _, found in groupby(rows, key=lambda revision: revision.service):
        listed = list(found)
        services.append(
            (
                listed[0].process.title,
                [
                    Kept(
                        revision,
                        "Berlaku"
                        if revision.pk in in_force
                        else "Akan berlaku"
                        if revision.effective_from > day
                        else "Digantikan",
                        opened.get(revision.pk, 0),
                        drafts.get(revision.pk, 0),
                        before,
                    )
                    for revision, before in zip(listed, [*listed[1:], None], strict=True)
                ],
                listed if len(listed) > 2 else [],
            )
        )
    return office_page(request, "revisions", {"services": services})


def _by_revision(rows: QuerySet[Any]) -> list[tuple[int, int]]:
    return list(rows.order_by().values_list("revision").annotate(Count("pk")))


@login_required
@require_safe
def compare(request: HttpRequest) -> HttpResponse:
    """Lead to what changed between any two revisions of a service."""
    office_reader(request)
    old, new = (read_number(request.GET.get(name)) for name in ("dari", "ke"))
    found = Revision.objects.filter(pk__in=[pk for pk in (old, new) if pk is not None])
    if len({*found.values_list("pk", flat=True)}) != 2:
        messages.warning(request, "Pilih dua revisi yang berbeda untuk dibandingkan.")
        return redirect("sop_revisions")
    return redirect("sop_difference", old, new)


@login_required
@require_safe
def difference(request: HttpRequest, old: int, new: int) -> HttpResponse:
    """What changed between two revisions of a service, in words."""
    office_reader(request)
    kept = Revision.objects.defer("files")
    before, after = get_object_or_404(kept, pk=old), get_object_or_404(kept, pk=new)
    if before.service != after.service:
        raise Http404
    found = changes(before.definition, after.definition)
    groups = [(group, list(rows)) for group, rows in groupby(found, key=lambda change: change.group)]
    context = {"old": before, "new": after, "title": after.process.title, "groups": groups}
    return office_page(request, "difference", context)


# --- controlled copies ------------------------------------------------------------------------------------


@login_required
@GET_POST
def copies(request: HttpRequest) -> HttpResponse:
    """Who holds which numbered print of which revision, what is to be withdrawn, and another one."""
    by, at = office_reader(request)
    form, came = _copy_form(request), Came.DONE
    if request.method == "POST" and form.is_valid():
        came = carry_out_once(
            request, form, lambda at, stamp: hand_out(**form.cleaned_data, by=by, at=at, stamp=stamp)
        )
        if came is Came.DONE:
            messages.success(request, f"Salinan nomor {form.cleaned_data['number']} dicatat.")
            return redirect("sop_copies")
    return office_page(request, "copies", {"form": form, "rows": _copies(office_day(at))}, came=came)


@login_required
@require_POST
def withdraw_copy(request: HttpRequest, pk: int) -> HttpResponse:
    """Note that a print came back."""
    by, at = office_administrator(request)
    item, form = get_object_or_404(ControlledCopy, pk=pk), Empty(request.POST)
    form.full_clean()
    came = carry_out_once(request, form, lambda at, stamp: withdraw(item, by=by, at=at, stamp=stamp))
    if came is Came.DONE:
        messages.success(request, f"{item} ditarik.")
        return redirect("sop_copies")
    context = {
        "form": _copy_form(request),
        "rows": _copies(office_day(at)),
        "fault": " ".join(map(str, form.non_field_errors())),
    }
    return office_page(request, "copies", context, came=came)


def _copy_form(request: HttpRequest) -> CopyForm:
    listed = list(Revision.objects.defer("files").order_by("service", "-effective_from", "-pk"))
    current = next(iter(revisions_in_force(office_day(timezone.now()))), None)
    here = request.resolver_match is not None and request.resolver_match.url_name == "sop_copies"
    return CopyForm(
        (request.POST or None) if here else None,
        revisions=listed,
        initial={
            "revision": current.pk if current else None,
            "number": next_number(current) if current else 1,
            "given_on": office_day(timezone.now()),
        },
    )


def _copies(day: date) -> list[tuple[ControlledCopy, bool]]:
    """The register, what is still out first; and whether a newer revision supersedes a print."""
    current = {revision.service: revision for revision in revisions_in_force(day)}
    rows = ControlledCopy.objects.select_related("revision", "given_by", "withdrawn_by").defer(
        "revision__files"
    )
    return [
        (copy, copy.withdrawn_on is None and _superseded(copy.revision, current.get(copy.revision.service)))
        for copy in rows.order_by(
            F("withdrawn_on").desc(nulls_first=True),
            "revision__service",
            "-revision__effective_from",
            "number",
        )
    ]


def _superseded(revision: Revision, current: Revision | None) -> bool:
    return (
        current is not None
        and current.pk != revision.pk
        and (revision.effective_from, revision.pk) < (current.effective_from, current.pk)
    )
