"""Personal data: a person's own page, and the desk of who answers for them (UU 27/2022)."""

from __future__ import annotations

import io
import json
from datetime import datetime
from itertools import islice
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from muara.cases.models import Case
from muara.cases.queries import latest_submission, submitted
from muara.cases.rules import is_on_applicants_side
from muara.contacts.actions import privacy as acts
from muara.contacts.actions.privacy import Asking
from muara.contacts.models import DataAccess, DataBreach, DataRequest
from muara.contacts.rules import (
    may_answer_request,
    may_protect_data,
    may_read_privacy,
    may_record_data_request,
    may_reveal_numbers,
)
from muara.people.models import WITA, office_day
from muara.records.privacy import (
    Kept,
    activities,
    affected,
    all_told,
    files_past_retention,
    kept_of,
    older_than_kept,
    persons_in,
    seen_of,
    stored_of,
    told,
)
from muara.sop.form import NUMBERS_OF_PERSONS, show
from muara.steps.letters.breach import breach_pdf
from muara.web.acts import Came, form_page
from muara.web.desk import A_PAGE, Officer, attempt_once, beside_the_desk, desk_officer
from muara.web.files import file_name, pdf_answer, person
from muara.web.paging import AT_MOST, Pages
from muara.web.privacy_forms import (
    Answer,
    BreachForm,
    BreachStep,
    CounterRequest,
    OwnRequest,
    Reveal,
    Taking,
    WhoseData,
)
from muara.web.sheets import as_csv, download

GET_POST = require_http_methods(["GET", "HEAD", "POST"])
KEPT_SHOWN = 10  # files of theirs that a page names
PAST_SHOWN = 200  # files past their retention that the page lists; the command lists all
ACCESS_HEAD = ("Waktu (WITA)", "Siapa", "Cara", "Data", "Halaman", "Berkas", "Langkah", "Alasan")


# --- a person's own page -----------------------------------------------------------------------------------


@login_required
@never_cache
@GET_POST
def my_data(request: HttpRequest) -> HttpResponse:
    """What is stored of me, who saw it and why, and what I ask about it."""
    me, at = person(request), timezone.now()
    form = OwnRequest(request.POST if request.method == "POST" else None)
    came = None
    if request.method == "POST":
        came = attempt_once(
            request,
            form,
            lambda stamp, at: acts.ask_about_own_data(Asking(**form.cleaned_data), by=me, at=at, stamp=stamp),
        )
        if came is Came.DONE:
            messages.success(request, "Permintaan Anda tercatat. Jawabannya tampil di halaman ini.")
            return redirect("my_data")
    kept = kept_of(me, on=office_day(at), at_most=KEPT_SHOWN + 1)
    page = Pages(seen_of(me), A_PAGE, at_most=AT_MOST).get_page(request.GET.get("halaman"))
    context = {
        "stored": stored_of(me, on=office_day(at)),
        "kept": kept[:KEPT_SHOWN],
        "kept_more": len(kept) > KEPT_SHOWN,
        "page": page,
        "rows": [(one, _step(one)) for one in page.object_list],
        "requests": DataRequest.objects.filter(subject=me).select_related("answered_by"),
    }
    return form_page(request, "account/my_data.html", form, came, context)


@login_required
@never_cache
@require_safe
def my_data_file(request: HttpRequest, ending: str) -> HttpResponse:
    """A copy to take along, for people and machines (Pasal 7 and 13)."""
    me, at = person(request), timezone.now()
    if ending not in {"json", "zip"}:
        raise Http404
    stored = json.dumps(stored_of(me, on=office_day(at)), ensure_ascii=False, indent=2)
    if ending == "json":
        body, media = stored.encode(), "application/json"
    else:
        out = io.BytesIO()
        with ZipFile(out, "w", ZIP_DEFLATED) as package:
            package.writestr("data-pribadi.json", stored)
            rows = seen_of(me)[:AT_MOST]
            package.writestr("yang-melihat.csv", as_csv([ACCESS_HEAD, *(_seen_row(one) for one in rows)]))
        body, media = out.getvalue(), "application/zip"
    name = f'attachment; filename="data-pribadi.{ending}"'
    return HttpResponse(body, content_type=media, headers={"Content-Disposition": name})


# --- revealing numbers -------------------------------------------------------------------------------------


@login_required
@never_cache
@GET_POST
def reveal_numbers(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask why, then show the whole NIK and NPWP of a case in this answer alone."""
    here = desk_officer(request)
    seen = Case.objects.visible_to(here.user, at=here.at)
    found = seen.select_related("application__applicant", "revision").filter(pk=pk).first()
    if found is None or is_on_applicants_side(here.user, found.application):
        raise Http404
    if not may_reveal_numbers(here.user, found, at=here.at):
        raise PermissionDenied
    form = Reveal(request.POST if request.method == "POST" else None)
    came, given = None, list[DataAccess]()
    if request.method == "POST":
        came = attempt_once(
            request,
            form,
            lambda stamp, at: given.append(
                acts.reveal_numbers(
                    found, reason=form.cleaned_data["reason"], by=here.user, at=at, stamp=stamp
                )
            ),
        )
    context = {
        "case": found,
        "again": came is Came.DONE and not given,  # the same form once more is no look of its own
        "numbers": numbers_of(found) if given else None,
        **beside_the_desk(here, "cases"),
    }
    return form_page(request, "desk/privacy_reveal.html", form, came, context)


def numbers_of(case: Case) -> list[tuple[str, str]]:
    """The whole numbers of a case by the names of their fields, as they were submitted last."""
    values: Any = submitted(latest_submission(case))["values"]
    return [
        (item.label, show(item, values.get(item.key)))
        for item in case.revision.definition.form.fields
        if item.kind in NUMBERS_OF_PERSONS and values.get(item.key)
    ]


# --- the desk ----------------------------------------------------------------------------------------------


@login_required
@never_cache
@require_safe
def privacy_desk(request: HttpRequest) -> HttpResponse:
    """The registers of requests and breaches, what waits first."""
    here = _reader(request)
    rows = DataRequest.objects.select_related("subject", "answered_by")
    page = Pages(rows.exclude(answered_at=None), A_PAGE, at_most=AT_MOST)
    context = {
        "waiting": [(one, one.is_late(at=here.at)) for one in rows.filter(answered_at=None)],
        "page": page.get_page(request.GET.get("halaman")),
        "breaches": [(one, one.is_late(at=here.at)) for one in DataBreach.objects.all()[:A_PAGE]],
        "protects": may_protect_data(here.user, at=here.at),
        **beside_the_desk(here, "privacy_desk"),
    }
    return render(request, "desk/privacy.html", context)


@login_required
@never_cache
@GET_POST
def new_data_request(request: HttpRequest) -> HttpResponse:
    """Write down what somebody asks in person about their data."""
    here = desk_officer(request)
    if not may_record_data_request(here.user, at=here.at):
        raise PermissionDenied
    form = CounterRequest(request.POST if request.method == "POST" else None)
    came, made = None, list[DataRequest]()
    if request.method == "POST":
        came = attempt_once(
            request,
            form,
            lambda stamp, at: made.append(
                acts.record_data_request(Asking(**form.cleaned_data), by=here.user, at=at, stamp=stamp)
            ),
        )
        if came is Came.DONE:
            number = f" {made[0].number}" if made else ""
            messages.success(request, f"Permintaan{number} tercatat; dijawab paling lambat 3 × 24 jam.")
            return redirect("new_data_request")
    context = beside_the_desk(here, "new_data_request")
    return form_page(request, "desk/privacy_new_request.html", form, came, context)


@login_required
@never_cache
@GET_POST
def data_request(request: HttpRequest, pk: int) -> HttpResponse:
    """One request: who asks what, how long still, and the answer."""
    here = _reader(request)
    rows = DataRequest.objects.select_related("subject", "entered_by", "answered_by", "case__application")
    found = get_object_or_404(rows, pk=pk)
    answers = may_answer_request(here.user, found, at=here.at)
    if request.method == "POST" and not answers:
        raise PermissionDenied
    form = Answer(request.POST if request.method == "POST" else None, asked=found, at=here.at)
    came = None
    if request.method == "POST":
        came = attempt_once(
            request,
            form,
            lambda stamp, at: acts.answer_request(
                found.pk, **form.cleaned_data, by=here.user, at=at, stamp=stamp
            ),
        )
        if came is Came.DONE:
            messages.success(request, f"Jawaban atas {found} tersimpan.")
            return redirect("data_request", pk)
    context = {
        "asked": found,
        "late": found.is_late(at=here.at),
        "answers": answers and found.is_open,
        "erased": [DataRequest.Erased(one).label for one in found.erased],
        "kept": _kept(found, here) if found.is_open else [],
        **beside_the_desk(here, "privacy_desk"),
    }
    return form_page(request, "desk/privacy_request.html", form, came, context)


@login_required
@never_cache
@GET_POST
def data_accesses(request: HttpRequest) -> HttpResponse:
    """Whose data were seen: by whom, when, of which case; to take along with a reason (a post)."""
    here = _reader(request)
    form = WhoseData(request.GET)
    rows = form.rows()
    people = affected(rows)
    taking = Taking(request.POST if request.method == "POST" else None, initial={"bentuk": "xlsx"})
    came, noted = None, list[DataAccess]()
    if request.method == "POST":
        persons = persons_in(rows)
        came = attempt_once(
            request,
            taking,
            lambda stamp, at: noted.append(
                acts.note_export(
                    what=f"Daftar orang yang datanya dilihat: {form.told()}",
                    persons=persons,
                    reason=taking.cleaned_data["alasan"],
                    by=here.user,
                    at=at,
                    stamp=stamp,
                )
            ),
        )
        if came is Came.DONE and not noted:
            came = Came.STALE  # the same form once more, perhaps with another query, is noted nowhere
        if came is Came.DONE:
            return download(
                taking.cleaned_data["bentuk"],
                name="pemilik-data",
                head=("Nama", "Kontak", "Berkas", "Kali dilihat", "Oleh (orang)", "Pertama", "Terakhir"),
                rows=[
                    (
                        one.name,
                        one.contact,
                        str(one.case or one.about),
                        one.looks,
                        one.viewers,
                        _wita(one.first),
                        _wita(one.last),
                    )
                    for one in all_told(people)
                ],
            )
    page = Pages(people, A_PAGE, at_most=AT_MOST).get_page(request.GET.get("halaman"))
    query = request.GET.copy()
    query.pop("halaman", None)
    latest = rows.select_related("viewer", "case__revision", "case__application__company")
    context = {
        "filter": form,
        "filtered": any(query.values()),
        "query": query.urlencode(),
        "page": page,
        "people": told(page.object_list),
        "persons": persons_in(rows),
        "latest": [(one, _step(one)) for one in latest[:A_PAGE]],
        **beside_the_desk(here, "privacy_desk"),
    }
    return form_page(request, "desk/privacy_accesses.html", taking, came, context)


@login_required
@never_cache
@GET_POST
def new_breach(request: HttpRequest) -> HttpResponse:
    """Record that personal data got out."""
    here = _protector(request)
    form = BreachForm(request.POST if request.method == "POST" else None)
    came, made = None, list[DataBreach]()
    if request.method == "POST":
        came = attempt_once(
            request,
            form,
            lambda stamp, at: made.append(
                acts.record_breach(**form.cleaned_data, by=here.user, at=at, stamp=stamp)
            ),
        )
        if came is Came.DONE:
            return redirect("breach", made[0].pk) if made else redirect("privacy_desk")
    context = beside_the_desk(here, "privacy_desk")
    return form_page(request, "desk/privacy_new_breach.html", form, came, context)


@login_required
@never_cache
@GET_POST
def breach(request: HttpRequest, pk: int) -> HttpResponse:
    """One breach: what is known, the clock of the notices, what was done."""
    here = _reader(request)
    found = get_object_or_404(DataBreach.objects.select_related("recorded_by"), pk=pk)
    protects = may_protect_data(here.user, at=here.at)
    if request.method == "POST" and not protects:
        raise PermissionDenied
    form, came = BreachStep(request.POST if request.method == "POST" else None), None
    if request.method == "POST":
        came = attempt_once(
            request,
            form,
            lambda stamp, at: acts.note_breach(
                found.pk, **form.cleaned_data, by=here.user, at=at, stamp=stamp
            ),
        )
        if came is Came.DONE:
            messages.success(request, f"Tindakan atas {found} tersimpan.")
            return redirect("breach", pk)
    days = f"dari={found.began_at.astimezone(WITA).date()}"
    if found.ended_at:
        days += f"&sampai={found.ended_at.astimezone(WITA).date()}"
    context = {
        "breach": found,
        "late": found.is_late(at=here.at),
        "acts": found.acts.select_related("by"),
        "whose": f"{reverse('data_accesses')}?{days}",
        "protects": protects and found.closed_at is None,
        **beside_the_desk(here, "privacy_desk"),
    }
    return form_page(request, "desk/privacy_breach.html", form, came, context)


@login_required
@never_cache
@require_safe
def breach_letter(request: HttpRequest, pk: int, recipient: str) -> HttpResponse:
    """The written notice of Pasal 46, to whom the data are about or to the agency; set anew each time."""
    here = _reader(request)
    found = get_object_or_404(DataBreach, pk=pk)
    if recipient not in {"pemilik-data", "lembaga"}:
        raise Http404
    letter = breach_pdf(found, to_agency=recipient == "lembaga", at=here.at)
    return pdf_answer(letter, file_name(f"Pemberitahuan {found} {recipient}"))


@login_required
@never_cache
@require_safe
def processing(request: HttpRequest) -> HttpResponse:
    """The record of processing (Pasal 31)."""
    here = _reader(request)
    context = {"activities": activities(), **beside_the_desk(here, "privacy_desk")}
    return render(request, "desk/privacy_processing.html", context)


@login_required
@never_cache
@require_safe
def retention(request: HttpRequest) -> HttpResponse:
    """What has passed its retention; nothing is deleted by it."""
    here = _reader(request)
    files = list(islice(files_past_retention(on=here.today), PAST_SHOWN + 1))
    context = {
        "files": files[:PAST_SHOWN],
        "more": len(files) > PAST_SHOWN,
        "older": older_than_kept(on=here.today),
        **beside_the_desk(here, "privacy_desk"),
    }
    return render(request, "desk/privacy_retention.html", context)


# --- by all of them ----------------------------------------------------------------------------------------


def _reader(request: HttpRequest) -> Officer:
    here = desk_officer(request)
    if not may_read_privacy(here.user, at=here.at):
        raise PermissionDenied
    return here


def _protector(request: HttpRequest) -> Officer:
    here = desk_officer(request)
    if not may_protect_data(here.user, at=here.at):
        raise PermissionDenied
    return here


def _kept(asked: DataRequest, here: Officer) -> list[Kept]:
    """What archive law keeps of whoever asks for an erasure."""
    if asked.subject is None or asked.kind != DataRequest.Kind.ERASURE:
        return []
    return kept_of(asked.subject, on=here.today, at_most=KEPT_SHOWN)


def _step(row: DataAccess) -> str:
    """The step at which the case stood, by its name."""
    if row.case is None or not row.step_key:
        return ""
    found = next((one for one in row.case.process.steps if one.key == row.step_key), None)
    return f"{found.number}. {found.title}" if found else row.step_key


def _seen_row(row: DataAccess) -> tuple[str, ...]:
    who = row.viewer.name
    case = str(row.case) if row.case else ""
    return (_wita(row.at), who, row.get_kind_display(), row.what, row.place, case, _step(row), row.reason)


def _wita(at: datetime) -> str:
    return f"{at.astimezone(WITA):%Y-%m-%d %H:%M}"
