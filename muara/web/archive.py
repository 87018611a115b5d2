"""The archive (step 17, section U): which closed cases are filed, where their paper lies."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from muara.cases.models import ArchivePlace, ArchiveRule, Case
from muara.cases.rules import is_on_applicants_side, keeps_archive, may_archive
from muara.people.models import office_day
from muara.records.searching import found_by
from muara.steps.actions.archive import set_archive_rule
from muara.steps.forms.archive import FilePaper
from muara.web.acts import Came, attempt, new_key, was_answered
from muara.web.desk import A_PAGE, READS_ARCHIVE, desk_links, desk_officer
from muara.web.desk_forms import LABEL
from muara.web.office import carry_out_once, office_page, office_reader
from muara.web.office_forms import ArchiveRuleForm
from muara.web.paging import AT_MOST, Pages


class ArchiveFilter(forms.Form):
    """Narrow the list of closed cases."""

    cari = forms.CharField(label="Nomor, perusahaan, atau tempat", max_length=100, required=False)
    keadaan = forms.ChoiceField(
        label="Keadaan",
        required=False,
        choices=[("", "Semua"), ("belum", "Belum diarsipkan"), ("sudah", "Sudah diarsipkan")],
    )

    def scanned(self) -> int | None:
        """The case whose folder's label was read into the search box by a hand scanner."""
        found = LABEL.search(str(self.data.get("cari") or ""))
        return int(found[1]) if found else None

    def narrow(self, cases: QuerySet[Case]) -> QuerySet[Case]:
        """Apply what was chosen; a choice that does not exist narrows nothing."""
        said = self.cleaned_data if self.is_valid() else {}
        if text := str(said.get("cari") or "").strip():
            cases = cases.filter(Q(pk__in=found_by(text)) | Q(pk__in=_lying_at(text)))
        if state := said.get("keadaan"):
            filed = Exists(ArchivePlace.objects.filter(case=OuterRef("pk")))
            cases = cases.filter(filed if state == "sudah" else ~filed)
        return cases


def _lying_at(text: str) -> QuerySet[Any, Any]:
    """The cases whose paper lies where each of these words is told: "lemari" alone finds none."""
    places = ArchivePlace.objects.current().order_by()
    for word in text.split():
        places = places.filter(
            Q(room__icontains=word)
            | Q(cabinet__icontains=word)
            | Q(box__icontains=word)
            | Q(folder__icontains=word)
        )
    return places.values("case")


@login_required
@never_cache
@require_safe
def archive(request: HttpRequest) -> HttpResponse:
    """The closed cases, the newest end first: filed and where, or not filed yet."""
    here = desk_officer(request)
    if not here.actors & READS_ARCHIVE:
        raise PermissionDenied
    form = ArchiveFilter(request.GET)
    closed = Case.objects.visible_to(here.user, at=here.at).filter(closed_at__isnull=False)
    if (scanned := form.scanned()) and closed.filter(pk=scanned).exists():
        return redirect(f"{reverse('case', args=[scanned])}?bagian=arsip#bagian")
    listed = form.narrow(closed).order_by("-closed_at", "-pk").values_list("pk", flat=True)
    page = Pages(listed, A_PAGE, at_most=AT_MOST).get_page(request.GET.get("halaman"))
    places = ArchivePlace.objects.current().select_related("by")
    shown = (
        Case.objects.filter(pk__in=list(page.object_list))
        .select_related("application__company", "permit__number", "refusal__number")
        .defer("application__data")
        .prefetch_related(Prefetch("archive_places", places, to_attr="lies_at"))
        .order_by("-closed_at", "-pk")
    )
    query = request.GET.copy()
    query.pop("halaman", None)
    context = {
        "filter": form,
        "filtered": any(query.values()),
        "page": page,
        "cases": shown,
        "query": query.urlencode(),
        "archives": keeps_archive(here.user, at=here.at),
        "side": desk_links(here, "archive"),
        "side_title": "Meja kerja",
    }
    return render(request, "desk/archive.html", context)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def file_case(request: HttpRequest, pk: int) -> HttpResponse:
    """Step 17: say where a closed case's paper lies, or where it was moved to and why."""
    here = desk_officer(request)
    rows = Case.objects.visible_to(here.user, at=here.at).select_related("application__company")
    found = rows.filter(pk=pk).first()
    if found is None or is_on_applicants_side(here.user, found.application):
        raise Http404
    if not may_archive(here.user, found, at=here.at) and not was_answered(request):
        raise PermissionDenied
    place = found.archive_places.current().first()
    form, came = FilePaper(found, request.POST or None, place=place), None
    if request.method == "POST":
        came = Came.REFUSED
        if form.is_valid():
            came = attempt(request, form, lambda stamp, at: form.carry_out(by=here.user, at=at, stamp=stamp))
        if came is Came.DONE:
            messages.success(request, "Tempat arsip berkas ini tersimpan.")
            return redirect(f"{reverse('case', args=[found.pk])}?bagian=arsip#bagian")
    context = {
        "case": found,
        "place": place,
        "form": form,
        "kunci": new_key(),
        "stale": came is Came.STALE,
        "side": desk_links(here, "archive"),
        "side_title": "Meja kerja",
    }
    return render(request, "desk/file_case.html", context, status=came.value if came else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def archive_rules(request: HttpRequest) -> HttpResponse:
    """How the files of each service are classified and kept, as the office has set it."""
    by, at = office_reader(request)
    form = ArchiveRuleForm(request.POST or None, initial={"effective_from": office_day(at)})
    came = Came.DONE
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        came = carry_out_once(
            request, form, lambda at, stamp: set_archive_rule(by=by, at=at, stamp=stamp, **said)
        )
        if came is Came.DONE:
            messages.success(request, "Ketentuan arsip disimpan. Yang lama tetap tercatat.")
            return redirect("archive_rules")
    rules = list(ArchiveRule.objects.all())
    return office_page(request, "archive_rules", {"form": form, "rules": rules}, came=came)
