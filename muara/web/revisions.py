"""The stored revisions of each SOP: since when each counts, what runs under it, what changed between two."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

from django.contrib.auth.decorators import login_required
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from muara.cases.models import Revision
from muara.people.models import office_day
from muara.sop.changes import changes
from muara.web.office import office_page, office_reader
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
    rows = (
        Revision.objects.defer("files")
        .annotate(
            open=Count("cases", filter=Q(cases__closed_at=None), distinct=True),
            drafts=Count("applications", filter=Q(applications__case=None), distinct=True),
        )
        .order_by("service", "-effective_from", "-pk")
    )
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
                        revision.open,
                        revision.drafts,
                        before,
                    )
                    for revision, before in zip(listed, [*listed[1:], None], strict=True)
                ],
            )
        )
    return office_page(request, "revisions", {"services": services})


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
