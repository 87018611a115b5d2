"""How decrees are worded: read, tried out and proposed by who drafts, approved by who signs."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from muara.cases.models import DecreeTemplate, Draft, Revision
from muara.people.models import User, office_day
from muara.people.rules import may_read_administration
from muara.sop.definition import Process
from muara.sop.wording import (
    LABELS,
    OF_AN_EARLIER_PERMIT,
    DecreeWording,
    fill,
    known_places,
    quotable,
    unknown_places,
    wording_of,
)
from muara.steps.actions.wording import approve_wording, may_approve, may_propose, propose_wording
from muara.steps.forms.fields import Day, Items
from muara.web.acts import Came, attempt, new_key, read_number
from muara.web.files import person
from muara.web.public import revisions_in_force

LISTS = ("considering", "considering_again", "laws", "copies_to", "rights", "remedies")
# What stands in a place, as its writer reads it; the names are those of the data.
PLACES = {
    "company": "nama perusahaan",
    "registration_number": "nomor registrasi",
    "registered_on": "tanggal registrasi",
    "service": "nama layanan",
    "product": "nama izin",
    "agency": "nama OPD",
    "agency_head": "kepala OPD",
    "recommendation_number": "nomor rekomendasi teknis",
    "recommendation_date": "tanggal rekomendasi teknis",
    "application_kind": "perpanjangan atau perubahan",
    "earlier_number": "nomor izin sebelumnya",
    "earlier_date": "tanggal izin sebelumnya",
}


class WordingForm(forms.Form):
    """A wording as it is typed: one text a line. What is not asked here stays as it is in force."""

    use_required_attribute = False
    considering = Items(label=LABELS["considering"], rows=6)
    considering_again = Items(
        label=LABELS["considering_again"],
        rows=6,
        required=False,
        help_text="Dipakai sebagai ganti bagian di atas. Isian izin sebelumnya hanya berlaku di sini.",
    )
    laws = Items(label=LABELS["laws"], rows=12)
    copies_to = Items(label=LABELS["copies_to"], rows=4, required=False)
    rights = Items(label=LABELS["rights"], rows=3, required=False)
    remedies = Items(label=LABELS["remedies"], rows=5, required=False)
    effective_from = Day(label="Berlaku sejak", help_text="Hari ini atau sesudahnya. Misalnya 10/12/2026.")

    def __init__(self, process: Process, kind: str, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        del self.fields["rights" if kind == Draft.Kind.REFUSAL else "remedies"]
        if kind == Draft.Kind.REFUSAL or not process.renews:
            del self.fields["considering_again"]

    def over(self, wording: DecreeWording) -> DecreeWording:
        """The wording in force with what was typed in its place."""
        return replace(wording, **{name: self.cleaned_data[name] for name in LISTS if name in self.fields})


@login_required
@require_safe
def wordings(request: HttpRequest) -> HttpResponse:
    at, me = timezone.now(), person(request)
    rows = [
        {"process": revision.process, "kinds": [Draft.Kind(kind) for kind in revision.process.drafted]}
        for revision in revisions_in_force(office_day(at))
        if _may_read(me, revision, at=at)
    ]
    if not rows:
        raise PermissionDenied
    return render(request, "desk/wordings.html", {"rows": rows})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def wording(request: HttpRequest, service: str, kind: str) -> HttpResponse:
    """One kind of decree: what is in force, what is proposed, and a form to propose or try out another."""
    at, me = timezone.now(), person(request)
    revision = _revision(service, kind, at=at)
    if not _may_read(me, revision, at=at):
        raise PermissionDenied
    if "setujui" in request.POST:
        return _approve(request, revision, kind)
    proposes = may_propose(me, revision.definition, at=at)
    if request.method == "POST" and not proposes:
        raise PermissionDenied
    current = DecreeTemplate.objects.in_force(service=service, kind=kind, on=office_day(at))
    base = wording_of(json.loads(current.text)) if current else revision.definition.wordings[kind]
    first: dict[str, object] = {name: getattr(base, name) for name in LISTS}
    form = WordingForm(
        revision.process,
        kind,
        request.POST or None,
        initial=first | {"effective_from": office_day(at)},
    )
    shown, came = base, Came.DONE
    if request.method == "POST" and form.is_valid():
        shown = form.over(base)
        if "lihat" not in request.POST:
            came = attempt(
                request,
                form,
                lambda stamp, at: propose_wording(
                    revision,
                    kind=kind,
                    wording=shown,
                    effective_from=form.cleaned_data["effective_from"],
                    by=me,
                    at=at,
                    stamp=stamp,
                ),
            )
            if came is Came.DONE:
                messages.success(request, "Usulan dicatat. Kepala Dinas menyetujuinya di halaman ini.")
                return redirect("wording", service, kind)
    if form.errors and came is Came.DONE:
        came = Came.REFUSED
    return _page(request, revision, kind, form=form, shown=shown, current=current, came=came)


def _page(
    request: HttpRequest,
    revision: Revision,
    kind: str,
    *,
    form: WordingForm,
    shown: DecreeWording,
    current: DecreeTemplate | None,
    came: Came,
) -> HttpResponse:
    at, me, definition = timezone.now(), person(request), revision.definition
    known = known_places(definition.process, definition.document)
    usable = known | (OF_AN_EARLIER_PERMIT if "considering_again" in form.fields else frozenset())
    rows = DecreeTemplate.objects.filter(service=revision.service, kind=kind)
    context = {
        "process": definition.process,
        "kind": Draft.Kind(kind),
        "form": form,
        "current": current,
        "proposed": [
            (item, _tried_out(wording_of(json.loads(item.text)), revision))
            for item in rows.filter(approved_at=None).select_related("proposed_by")
        ],
        "proposes": may_propose(me, definition, at=at),
        "approves": may_approve(me, definition, at=at),
        "preview": _tried_out(shown, revision) if not unknown_places(shown, known) else [],
        "places": [(name, label) for name, label in PLACES.items() if name in usable],
        "kunci": new_key(),
        "stale": came is Came.STALE,
    }
    return render(request, "desk/wording.html", context, status=came.value)


def _approve(request: HttpRequest, revision: Revision, kind: str) -> HttpResponse:
    template = get_object_or_404(
        DecreeTemplate, pk=read_number(request.POST["setujui"]), service=revision.service, kind=kind
    )
    form = forms.Form(request.POST)
    by = person(request)
    came = attempt(
        request, form, lambda stamp, at: approve_wording(template, revision, by=by, at=at, stamp=stamp)
    )
    if came is Came.DONE:
        messages.success(request, "Susunan kata disetujui.")
    else:
        for reason in form.non_field_errors() or ["Halaman sudah usang. Coba sekali lagi."]:
            messages.error(request, str(reason))
    return redirect("wording", revision.service, kind)


def _revision(service: str, kind: str, *, at: datetime) -> Revision:
    for revision in revisions_in_force(office_day(at)):
        if revision.service == service and kind in revision.process.drafted:
            return revision
    raise Http404


def _may_read(user: User, revision: Revision, *, at: datetime) -> bool:
    definition = revision.definition
    return (
        may_propose(user, definition, at=at)
        or may_approve(user, definition, at=at)
        or may_read_administration(user, at=at)
    )


def _tried_out(wording: DecreeWording, revision: Revision) -> list[tuple[str, list[str]]]:
    """The texts as a draft would start from, with what stands in their places named."""
    definition = revision.definition
    values = {name: f"[{label}]" for name, label in PLACES.items()} | quotable(definition.document)
    values |= {"service": definition.process.title, "product": definition.process.product}
    values |= {place: f"{{{place}}}" for _, place in unknown_places(wording, frozenset(values))}
    found = (
        (str(WordingForm.base_fields[name].label), [fill(text, values) for text in getattr(wording, name)])
        for name in LISTS
    )
    return [(label, texts) for label, texts in found if texts]
