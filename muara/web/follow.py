"""Following a case without an account: its number and its code tell where it stands, and nothing personal."""

from __future__ import annotations

import re
from secrets import compare_digest

from allauth.core.internal import ratelimit
from django import forms
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from muara.cases.forecast import forecast
from muara.cases.models import Application
from muara.cases.models.case import definition_of
from muara.cases.queries import promise_due
from muara.people.calendar import office_calendar
from muara.people.models import office_day
from muara.permits.queries import decision_of
from muara.sop.working_time import is_guess
from muara.web.progress import case_of, open_request, standing, timeline

GUESSES = {"follow": "10/m/ip,60/h/ip"}  # 30^8 codes: at this pace a code is safe for longer than a permit
CODE = re.compile(r"[^0-9A-Z]")


class FollowForm(forms.Form):
    """The number on the receipt, and the code beside it."""

    use_required_attribute = False
    nomor = forms.CharField(
        label="Nomor registrasi atau nomor pengajuan",
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

    def application(self) -> Application | None:
        """Find the application; the wrong number and the wrong code are told by the same silence."""
        number = " ".join(self.cleaned_data["nomor"].upper().split())
        wanted = Q(case__registration_number__iexact=number) | Q(reference=bare(number))
        found = (
            Application.objects.select_related("case__permit__number", "case__refusal__number")
            .prefetch_related("case__tasks__pauses", "case__corrections__items")
            .filter(wanted)
            .first()
        )
        code = found.follow_code if found else "XXXX-XXXX"
        right = compare_digest(bare(self.cleaned_data["kode"].upper()), code)
        return found if right else None


def bare(typed: str) -> str:
    """Write a number or code as it is printed: four characters, a dash, four."""
    letters = CODE.sub("", typed)
    return f"{letters[:4]}-{letters[4:]}"


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def follow(request: HttpRequest) -> HttpResponse:
    """Ask for number and code, and tell where the case stands."""
    typed = request.POST if request.method == "POST" else None
    form = FollowForm(typed, initial={"nomor": request.GET.get("nomor", "")})
    if request.method != "POST" or not form.is_valid():
        return _asked(request, form)
    if not ratelimit.consume(request, app="muara", action="follow", config=GUESSES):
        form.add_error(None, "Terlalu banyak percobaan. Tunggu beberapa menit, lalu coba lagi.")
        return _asked(request, form, status=429)
    found = form.application()
    if found is None:
        form.add_error(
            None,
            "Nomor dan kode itu tidak cocok. Periksa keduanya di tanda terima; huruf O dan I tidak dipakai.",
        )
        return _asked(request, form)
    case, today = case_of(found), office_day(timezone.now())
    calendar, process = office_calendar(), definition_of(found.revision_id).process
    due = promise_due(case, calendar=calendar) if case else None
    request_open = open_request(case) if case else None
    return render(
        request,
        "public/follow.html",
        {
            "application": found,
            "case": case,
            "process": process,
            "standing": standing(found),
            "due": due,
            "late": due is not None and due < today and case is not None and case.closed_at is None,
            "guess": due is not None and is_guess(calendar, due),
            "request_open": request_open,
            "expected": forecast(case, now=timezone.now(), calendar=calendar) if case else None,
            "events": timeline(case) if case else [],
            "decision": decision_of(case.pk) if case else None,
        },
    )


def _asked(request: HttpRequest, form: FollowForm, *, status: int | None = None) -> HttpResponse:
    return render(
        request, "public/follow_ask.html", {"form": form}, status=status or (422 if form.errors else 200)
    )
