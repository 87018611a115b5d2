"""Complaints for everybody: the form, following by number and code, the year's figures, F30 on paper."""

from __future__ import annotations

import re
from secrets import compare_digest
from typing import Any

from allauth.core.internal import ratelimit
from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from muara.audit.models import Entry
from muara.contacts.models import Complainant, Complaint, ComplaintAct
from muara.contacts.queries import complaint_figures, complaint_targets
from muara.contacts.rules import complaint_clocks
from muara.people.calendar import office_calendar
from muara.people.models import office_day
from muara.people.queries import holder
from muara.people.rules import COMPLAINT_MANAGER
from muara.records.counted import recent
from muara.records.periods import year as period_of_year
from muara.steps.letters.complaint import receipt_pdf, sheet_pdf
from muara.web.acts import Came, attempt, new_key, read_number, stamp_of
from muara.web.complaint_forms import Complaining, own_forms
from muara.web.files import file_name, pdf_answer
from muara.web.follow import bare

MINE, NEW = "pengaduan", "pengaduan-baru"  # the session's keys: the complaint that this browser may read
FILINGS = {"complain": "10/h/ip"}
GUESSES = {"track_complaint": "10/m/ip,60/h/ip"}  # as /lacak/: at this pace 30^8 codes are safe
NUMBER = re.compile(r"ADU\D*(\d{4})\D+(\d{1,6})")
SPOKEN = frozenset({ComplaintAct.Kind.ASK, ComplaintAct.Kind.FORWARD, ComplaintAct.Kind.COMPLETE})
SPOKEN |= {ComplaintAct.Kind.RATE, ComplaintAct.Kind.REOPEN}
GET_POST = require_http_methods(["GET", "HEAD", "POST"])


class TrackForm(forms.Form):
    """The number on the receipt, and the code beside it."""

    use_required_attribute = False
    nomor = forms.CharField(
        label="Nomor pengaduan",
        help_text="Misalnya ADU/2026/0001.",
        max_length=60,
        error_messages={"required": "Tulis nomor yang ada di tanda terima."},
        widget=forms.TextInput({"class": "govuk-input--width-20", "autocomplete": "off"}),
    )
    kode = forms.CharField(
        label="Kode rahasia",
        help_text="8 huruf dan angka di tanda terima, misalnya 7K2M-9QXA.",
        max_length=20,
        error_messages={"required": "Tulis kode rahasia yang ada di tanda terima."},
        widget=forms.TextInput(
            {"class": "govuk-input--width-10", "autocomplete": "off", "autocapitalize": "characters"}
        ),
    )

    def complaint(self) -> Complaint | None:
        """Find the complaint; the wrong number and the wrong code are told by the same silence."""
        read = NUMBER.search(self.cleaned_data["nomor"].upper())
        found = Complaint.objects.filter(year=read[1], serial=read[2]).first() if read else None
        code = found.code if found else "XXXX-XXXX"
        return found if compare_digest(bare(self.cleaned_data["kode"].upper()), code) else None


@never_cache
@GET_POST
def complain(request: HttpRequest) -> HttpResponse:
    """Say what was wrong, what could be better, or ask: without an account, without a name if need be."""
    form = Complaining(request.POST or None, request.FILES or None)
    came = None
    if request.method == "POST":
        form = Complaining(request.POST, request.FILES)
        came = _file(request, form)
        if came is Came.DONE:
            return redirect("own_complaint")
    today = office_day(timezone.now())
    context = {"form": form, "kunci": new_key(), "stale": came is Came.STALE}
    context["manager"] = holder(COMPLAINT_MANAGER, on=today)
    return render(request, "public/complain.html", context, status=came.value if came else 200)


def _file(request: HttpRequest, form: Complaining) -> Came:
    if not form.is_valid():
        return Came.REFUSED
    if not ratelimit.consume(request, app="muara", action="complain", config=FILINGS):
        form.add_error(None, "Terlalu banyak yang dikirim dari sambungan ini. Coba lagi satu jam lagi.")
        return Came.REFUSED
    came = attempt(request, form, lambda stamp, at: form.carry_out(by=None, at=at, stamp=stamp))
    if came is Came.DONE:
        # Also the second time that the same form comes: its key was ours and its body the same.
        chain = Entry.objects.values_list("chain", flat=True).get(key=stamp_of(request).key)
        request.session[MINE], request.session[NEW] = int(chain.removeprefix("complaint:")), True
    return came


@never_cache
@GET_POST
def track_complaint(request: HttpRequest) -> HttpResponse:
    """Ask for number and code; who has both follows the complaint in this browser."""
    typed = request.POST if request.method == "POST" else None
    form, status = TrackForm(typed, initial={"nomor": request.GET.get("nomor", "")}), 200
    if request.method == "POST" and form.is_valid():
        if not ratelimit.consume(request, app="muara", action="track_complaint", config=GUESSES):
            form.add_error(None, "Terlalu banyak percobaan. Tunggu beberapa menit, lalu coba lagi.")
            status = 429
        elif found := form.complaint():
            request.session[MINE] = found.pk
            request.session.pop(NEW, None)
            return redirect("own_complaint")
        else:
            form.add_error(
                None,
                "Nomor dan kode itu tidak cocok. Periksa keduanya di tanda terima; huruf O dan I tidak "
                "dipakai.",
            )
    if form.errors and status == 200:
        status = 422
    return render(request, "public/track_complaint.html", {"form": form}, status=status)


@never_cache
@GET_POST
def own_complaint(request: HttpRequest) -> HttpResponse:
    """Where a complaint stands and what its author may do; nothing of who they are is shown."""
    found = _own(request)
    if found is None:
        return redirect("track_complaint")
    if request.method == "POST" and "lupakan" in request.POST:
        request.session.pop(MINE, None)
        return redirect("track_complaint")
    offered: dict[str, Any] = {slug: form() for slug, form in own_forms(found).items()}
    came, slug = None, request.POST.get("tindakan", "")
    if request.method == "POST":
        came = Came.REFUSED
        if kind := own_forms(found).get(slug):
            form: Any = kind(request.POST, request.FILES)
            offered[slug] = form
            if form.is_valid():
                came = attempt(request, form, lambda stamp, at: form.carry_out(found, at=at, stamp=stamp))
        if came is Came.DONE:
            request.session.pop(NEW, None)
            return redirect("own_complaint")
    today = office_day(timezone.now())
    clocks = complaint_clocks(
        found, calendar=office_calendar(), targets=complaint_targets(on=office_day(found.received_at))
    )
    context = {
        "complaint": found,
        "new": request.session.get(NEW),
        "forms": offered,
        "kunci": new_key(),
        "stale": came is Came.STALE,
        "clocks": [
            (clock, clock.is_late(on=today))
            for clock in clocks
            if found.is_open and clock.due and clock.met is None
        ],
        "acts": [(act, act.kind in SPOKEN) for act in found.acts.all() if act.is_told],
        "answered": found.state in Complaint.ANSWERED and found.delivered_at is not None,
    }
    return render(request, "public/own_complaint.html", context, status=came.value if came else 200)


@never_cache
@require_safe
def own_receipt(request: HttpRequest) -> HttpResponse:
    """The receipt (UU 25/2009, Pasal 44(1)), for the browser that has shown number and code."""
    found = _own(request)
    if found is None:
        raise Http404
    content = receipt_pdf(found, Complainant.objects.filter(complaint=found).first())
    return pdf_answer(content, file_name(f"Tanda terima {found}"))


@require_safe
def complaint_sheet(request: HttpRequest) -> HttpResponse:
    """F30: the empty sheet for the box at the counter."""
    return pdf_answer(sheet_pdf(at=timezone.now()), file_name("Lembar pengaduan dan masukan"))


@require_safe
def public_complaints(request: HttpRequest) -> HttpResponse:
    """How many complaints a year brought and how they were answered; nobody is told by it."""
    today = office_day(timezone.now())
    years = sorted({*Complaint.objects.values_list("year", flat=True), today.year}, reverse=True)
    wanted = read_number(request.GET.get("tahun"))
    year = wanted if wanted in years else today.year
    whole = period_of_year(year)
    found = recent(
        f"complaints:{year}:{today}",
        at=timezone.now(),
        count=lambda: complaint_figures(whole.first, whole.last, on=today, calendar=office_calendar()),
    )
    assert found is not None  # nobody counts it beforehand
    figures = found.value
    tables = (("Jenis", figures.by_kind), ("Kategori", figures.by_category), ("Kanal", figures.by_channel))
    context = {"year": year, "years": years, "figures": figures, "tables": tables}
    return render(request, "public/complaint_figures.html", context)


def _own(request: HttpRequest) -> Complaint | None:
    return Complaint.objects.filter(pk=request.session.get(MINE, 0)).prefetch_related("acts").first()
