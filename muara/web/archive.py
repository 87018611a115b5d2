"""The archive (step 17, section U): which closed cases are filed, where their paper lies, who has it."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from muara.cases.models import ArchiveLoan, ArchivePlace, ArchiveRule, Case
from muara.cases.rules import is_on_applicants_side, keeps_archive, may_archive
from muara.people.models import office_day
from muara.records.dossiers import look_into
from muara.records.searching import found_by
from muara.steps.actions.archive import set_archive_rule
from muara.steps.forms.archive import FilePaper, LendPaper, TakePaperBack
from muara.steps.letters.forms import archive_label as print_label
from muara.web.acts import Came, attempt, new_key, was_answered
from muara.web.desk import A_PAGE, READS_ARCHIVE, Officer, desk_links, desk_officer
from muara.web.desk_forms import LABEL
from muara.web.files import pdf_answer
from muara.web.office import carry_out_once, office_page, office_reader
from muara.web.office_forms import ArchiveRuleForm
from muara.web.paging import AT_MOST, Pages
from muara.web.trust import dossier_of

LOANS = {"dipinjam": "Sedang dipinjam", "terlambat": "Terlambat kembali"}


class ArchiveFilter(forms.Form):
    """Narrow the list of closed cases."""

    cari = forms.CharField(label="Nomor, perusahaan, atau tempat", max_length=100, required=False)
    keadaan = forms.ChoiceField(
        label="Keadaan",
        required=False,
        choices=[("", "Semua"), ("belum", "Belum diarsipkan"), ("sudah", "Sudah diarsipkan"), *LOANS.items()],
    )

    def scanned(self) -> int | None:
        """The case whose folder's label was read into the search box by a hand scanner."""
        found = LABEL.search(str(self.data.get("cari") or ""))
        return int(found[1]) if found else None

    def narrow(self, cases: QuerySet[Case], *, on: date) -> QuerySet[Case]:
        """Apply what was chosen; a choice that does not exist narrows nothing."""
        said = self.cleaned_data if self.is_valid() else {}
        if text := str(said.get("cari") or "").strip():
            cases = cases.filter(Q(pk__in=found_by(text)) | Q(pk__in=_lying_at(text)))
        state = said.get("keadaan")
        if state in LOANS:
            loans = ArchiveLoan.objects
            cases = cases.filter(
                pk__in=(loans.open() if state == "dipinjam" else loans.overdue(on=on))
                .order_by()
                .values("case")
            )
        elif state:
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
    listed = form.narrow(closed, on=here.today).order_by("-closed_at", "-pk").values_list("pk", flat=True)
    page = Pages(listed, A_PAGE, at_most=AT_MOST).get_page(request.GET.get("halaman"))
    places = ArchivePlace.objects.current().select_related("by")
    shown = (
        Case.objects.filter(pk__in=list(page.object_list))
        .select_related("application__company", "permit__number", "refusal__number")
        .defer("application__data")
        .prefetch_related(
            Prefetch("archive_places", places, to_attr="lies_at"),
            Prefetch("archive_loans", ArchiveLoan.objects.open(), to_attr="lent_to"),
        )
        .order_by("-closed_at", "-pk")
    )
    query = request.GET.copy()
    query.pop("halaman", None)
    context = {
        "filter": form,
        "filtered": any(query.values()),
        "page": page,
        "cases": shown,
        "today": here.today,
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
    here, found = _to_keep(request, pk)
    place = found.archive_places.current().first()
    form = FilePaper(found, request.POST or None, place=place)
    context = {"case": found, "place": place}
    told = "Tempat arsip berkas ini tersimpan."
    return _act_on_paper(request, here, form, "desk/file_case.html", context, done=told)


@login_required
@never_cache
@require_safe
def archive_labels(request: HttpRequest) -> HttpResponse:
    """Every box that holds a filed paper, with the labels of its room, its cabinet and itself to print."""
    here = desk_officer(request)
    if not here.actors & READS_ARCHIVE:
        raise PermissionDenied
    boxes = _places(here).values("room", "cabinet", "box").annotate(files=Count("pk"))
    ordered = boxes.order_by("room", "cabinet", "box")
    page = Pages(ordered, A_PAGE, at_most=AT_MOST).get_page(request.GET.get("halaman"))
    rows = [
        {
            **row,
            "of_room": urlencode({"ruang": row["room"]}),
            "of_cabinet": urlencode({"ruang": row["room"], "lemari": row["cabinet"]}),
            "of_box": urlencode({"ruang": row["room"], "lemari": row["cabinet"], "boks": row["box"]}),
        }
        for row in page.object_list
    ]
    context = {
        "rows": rows,
        "page": page,
        "side": desk_links(here, "archive"),
        "side_title": "Meja kerja",
    }
    return render(request, "desk/archive_labels.html", context)


@login_required
@never_cache
@require_safe
def archive_label(request: HttpRequest) -> HttpResponseBase:
    """The label of a room, a cabinet or a box, with what lies in it; 404 where nothing lies there."""
    here = desk_officer(request)
    if not here.actors & READS_ARCHIVE:
        raise PermissionDenied
    shelf = [name for name in (request.GET.get(key, "") for key in ("ruang", "lemari", "boks")) if name]
    fields = ("room", "cabinet", "box", "folder")
    places = _places(here).filter(**dict(zip(fields, shelf, strict=False)))
    rows: list[tuple[str, str]]
    if len(shelf) == 3:
        held = places.order_by("folder", "pk").select_related("case__application__company")
        rows = [(place.folder, f"{place.case} · {place.case.application.company}") for place in held]
    elif shelf:
        inner = fields[len(shelf)]
        counted = places.values(inner).annotate(files=Count("pk")).order_by(inner)
        rows = [(row[inner], f"{row['files']} berkas") for row in counted]
    else:
        rows = []
    if not rows:
        raise Http404
    address = f"{reverse('archive')}?{urlencode({'cari': ' '.join(shelf)})}"
    return pdf_answer(print_label(shelf, rows, address=address, on=here.today), "label-arsip.pdf")


def _places(here: Officer) -> QuerySet[ArchivePlace]:
    """Where the paper of the cases lies that the person may read."""
    seen = Case.objects.visible_to(here.user, at=here.at)
    return ArchivePlace.objects.current().filter(case__in=seen.order_by().values("pk"))


def _to_keep(request: HttpRequest, pk: int) -> tuple[Officer, Case]:
    """The person at the desk and a closed case whose paper they keep: 404 for a stranger, 403 for others."""
    here = desk_officer(request)
    rows = Case.objects.visible_to(here.user, at=here.at).select_related("application__company")
    found = rows.filter(pk=pk).first()
    if found is None or is_on_applicants_side(here.user, found.application):
        raise Http404
    if not may_archive(here.user, found, at=here.at) and not was_answered(request):
        raise PermissionDenied
    return here, found


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def paper_loan(request: HttpRequest, pk: int) -> HttpResponse:
    """Lend a filed paper, or record that it came back."""
    here, found = _to_keep(request, pk)
    loan, place = found.archive_loans.open().first(), found.archive_places.current().first()
    form: LendPaper | TakePaperBack
    form = TakePaperBack(loan, request.POST or None) if loan else LendPaper(found, request.POST or None)
    late = loan is not None and loan.due_on < here.today
    context = {"case": found, "place": place, "loan": loan, "late": late}
    told = "Peminjaman berkas kertas ini tercatat."
    return _act_on_paper(request, here, form, "desk/paper_loan.html", context, done=told)


def _act_on_paper(
    request: HttpRequest,
    here: Officer,
    form: FilePaper | LendPaper | TakePaperBack,
    template: str,
    context: dict[str, Any],
    *,
    done: str,
) -> HttpResponse:
    """A form about a case's paper, and back to its place on the case's page once it is done.

    Whether it was answered before is asked first: what it did may have made another form of it.
    """
    came = None
    if request.method == "POST":
        came = Came.DONE if was_answered(request) else Came.REFUSED
        if came is Came.REFUSED and form.is_valid():
            came = attempt(request, form, lambda stamp, at: form.carry_out(by=here.user, at=at, stamp=stamp))
        if came is Came.DONE:
            messages.success(request, done)
            return redirect(f"{reverse('case', args=[context['case'].pk])}?bagian=arsip#bagian")
    context |= {
        "form": form,
        "kunci": new_key(),
        "stale": came is Came.STALE,
        "side": desk_links(here, "archive"),
        "side_title": "Meja kerja",
    }
    return render(request, template, context, status=came.value if came else 200)


@login_required
@never_cache
@require_safe
def dossier_check(request: HttpRequest, pk: int) -> HttpResponse:
    """Every document of a case, read now to its end: which are whole, which are missing or altered."""
    found, at = dossier_of(request, pk)
    documents = look_into(found)
    context = {
        "case": found,
        "documents": documents,
        "lacking": [one for one in documents if not one.whole],
        "at": at,
        "side": desk_links(desk_officer(request), "archive"),
        "side_title": "Meja kerja",
    }
    return render(request, "desk/dossier_check.html", context)


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
