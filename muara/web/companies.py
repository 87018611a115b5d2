"""A company's people and its powers of attorney (SOP U.3, U.4), for its members, holders and the counters.

Nobody learns here whether an e-mail address has an account: an invitation or a power waits for whoever has
confirmed the address, and is shown to nobody else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from muara.cases.actions import NotYours, Stamp, act
from muara.cases.models import Application, PowerOfAttorney
from muara.cases.rules import is_member, may_record_power, may_revoke_power
from muara.people.actions import companies as people
from muara.people.models import Company, Invitation, Membership, User, office_day
from muara.people.queries import confirmed_addresses
from muara.sop.definition import Process
from muara.steps.actions import powers
from muara.steps.actions.powers import PowerLetter
from muara.steps.forms.fields import Day, Line, Scan, ScanForm
from muara.web.acts import Came, attempt, new_key
from muara.web.files import person
from muara.web.portal import application_context, own_application
from muara.web.progress import case_of
from muara.web.public import revisions_in_force

GET_POST = require_http_methods(["GET", "HEAD", "POST"])
EMPTY_POWERS = ("power_to_sign", "power_to_handle")

# --- loading: the permission is here -------------------------------------------------------------------


def _company(request: HttpRequest, pk: int) -> Company:
    """A company that the person is a member of, else 404."""
    return get_object_or_404(Company, pk=pk, memberships__user=person(request))


def _carry_out(request: HttpRequest, form: forms.Form, do: Callable[[Stamp, datetime], object]) -> Came:
    """Carry out what a form of the company's pages asks, once however often it is sent."""

    def once(stamp: Stamp, at: datetime) -> None:
        with act(stamp):
            try:
                do(stamp, at)
            except people.NotMember:
                raise NotYours from None

    return attempt(request, form, once)


def _status(form: forms.Form, came: Came | None) -> int:
    if came is not None:
        return came.value
    return 422 if form.is_bound and form.errors else 200


def _told(request: HttpRequest, form: forms.Form, came: Came, done: str) -> None:
    """Say above the next page what came of a button that stands alone."""
    if came is Came.DONE:
        messages.success(request, done)
        return
    for reason in form.non_field_errors() or ["Halaman sudah usang. Coba sekali lagi."]:
        messages.error(request, str(reason))


def _pressed(request: HttpRequest) -> forms.Form:
    """A form that is one button."""
    button = forms.Form(request.POST)
    button.is_valid()
    return button


# --- my companies, and what waits for me ----------------------------------------------------------------


@login_required
@require_safe
@never_cache
def companies(request: HttpRequest) -> HttpResponse:
    """The companies that the person acts for, the powers they hold, and what waits for their yes."""
    user, at = person(request), timezone.now()
    addresses = confirmed_addresses(user)
    held = PowerOfAttorney.objects.filter(holder=user).select_related("company", "application__case")
    waiting = PowerOfAttorney.objects.waiting_for(addresses).select_related("company", "application__case")
    return render(
        request,
        "portal/companies.html",
        {
            "companies": Company.objects.filter(memberships__user=user).order_by("name", "pk"),
            "invitations": Invitation.objects.open(at)
            .filter(address__in=addresses)
            .select_related("company", "made_by"),
            "waiting": _rows(
                (power for power in waiting if power.ends is None or power.ends >= office_day(at)), at=at
            ),
            "held": _rows(held.order_by("-recorded_at", "-pk"), at=at),
            "kunci": new_key(),
        },
    )


def _rows(powers: Iterable[PowerOfAttorney], *, at: datetime, own: bool = True) -> list[dict[str, object]]:
    """Powers with how each stands today, and whether it may be ended: at the counter, not a company's."""
    return [
        {
            "power": power,
            "number": _number(power.application) if power.application else "",
            "state": state_of(power, on=office_day(at)),
            "may_revoke": power.revoked_at is None and (own or power.application is not None),
        }
        for power in powers
    ]


def state_of(power: PowerOfAttorney, *, on: date) -> str:
    """How a power stands on a day, in one word or two."""
    if power.revoked_at is not None:
        return "Dicabut"
    if power.ends is not None and power.ends < on:
        return "Berakhir"
    if power.holder_address and power.holder is None:
        return "Menunggu"
    return "Berlaku" if power.starts <= on else "Akan datang"


@login_required
@GET_POST
@never_cache
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Accept an invitation, with the account whose confirmed address was invited."""
    user, at = person(request), timezone.now()
    found = get_object_or_404(Invitation.objects.select_related("company", "made_by"), token=token)
    mine = found.address in confirmed_addresses(user)
    form, came = forms.Form(request.POST if request.method == "POST" else None), None
    if request.method == "POST" and form.is_valid() and mine:
        came = _carry_out(
            request,
            form,
            lambda stamp, at: people.accept_invitation(found, by=user, at=at, key=stamp.key, body=stamp.body),
        )
        if came is Came.DONE:
            messages.success(request, f"Anda sekarang bertindak untuk {found.company.name}.")
            return redirect("company", found.company_id)
    shown = {
        "form": form,
        "mine": mine,
        "invitation": found,
        "open": Invitation.objects.open(at).filter(pk=found.pk).exists(),
        "kunci": new_key(),
        "stale": came is Came.STALE,
    }
    status = _status(form, came) if mine else 403
    return render(request, "portal/invitation.html", shown, status=status)


# --- one company --------------------------------------------------------------------------------------


@login_required
@require_safe
@never_cache
def company(request: HttpRequest, pk: int) -> HttpResponse:
    """Its people, its open invitations, its powers of attorney and its applications."""
    at = timezone.now()
    found = _company(request, pk)
    given = found.powers.select_related("company", "application__case", "holder").order_by(
        "-recorded_at", "-pk"
    )
    invited = Invitation.objects.open(at).filter(company=found).select_related("made_by")
    return render(
        request,
        "portal/company.html",
        {
            "company": found,
            "members": found.memberships.select_related("user").order_by("user__name", "pk"),
            "invitations": [
                (item, f"{settings.MUARA_BASE_URL}{reverse('invitation', args=[item.token])}")
                for item in invited
            ],
            "powers": _rows(given, at=at),
            "applications": found.applications.select_related("case").order_by("-created_at", "-pk"),
            "kunci": new_key(),
        },
    )


class InviteForm(forms.Form):
    """Whom to invite."""

    use_required_attribute = False
    address = forms.EmailField(
        label="Alamat surel orang yang diundang",
        error_messages={
            "required": "Tuliskan alamat surelnya.",
            "invalid": "Tuliskan alamat surel yang lengkap, misalnya nama@contoh.id.",
        },
        widget=forms.EmailInput({"autocomplete": "off"}),
    )


@login_required
@GET_POST
@never_cache
def invite_member(request: HttpRequest, pk: int) -> HttpResponse:
    """Invite another person to act for the company."""
    user, found = person(request), _company(request, pk)
    form, came = InviteForm(request.POST if request.method == "POST" else None), None
    if request.method == "POST" and form.is_valid():
        address = form.cleaned_data["address"]
        came = _carry_out(
            request,
            form,
            lambda stamp, at: people.invite(
                found.pk, address=address, by=user, at=at, key=stamp.key, body=stamp.body
            ),
        )
        if came is Came.DONE:
            messages.success(request, f"Undangan untuk {address} dibuat dan dikirim ke alamat itu.")
            return redirect("company", found.pk)
    shown = {"company": found, "form": form, "kunci": new_key(), "stale": came is Came.STALE}
    return render(request, "portal/invite_member.html", shown, status=_status(form, came))


@login_required
@require_POST
def withdraw_invitation(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an invitation back."""
    user = person(request)
    found = get_object_or_404(Invitation, pk=pk, company__memberships__user=user)
    button = _pressed(request)
    came = _carry_out(
        request,
        button,
        lambda stamp, at: people.withdraw_invitation(found, by=user, at=at, key=stamp.key, body=stamp.body),
    )
    _told(request, button, came, f"Undangan untuk {found.address} ditarik.")
    return redirect("company", found.company_id)


@login_required
@GET_POST
@never_cache
def end_membership(request: HttpRequest, pk: int) -> HttpResponse:
    """Remove a member, or leave, after a page that says what it means."""
    user = person(request)
    rows = Membership.objects.select_related("company", "user")
    found = rows.filter(pk=pk, company__memberships__user=user).first()
    if found is None:
        raise Http404
    form, came = forms.Form(request.POST if request.method == "POST" else None), None
    leaves, name = found.user_id == user.pk, found.user.name
    if request.method == "POST" and form.is_valid():
        came = _carry_out(
            request,
            form,
            lambda stamp, at: people.remove_member(found, by=user, at=at, key=stamp.key, body=stamp.body),
        )
        if came is Came.DONE:
            gone = "Anda tidak lagi" if leaves else f"{name} tidak lagi"
            messages.success(request, f"{gone} bertindak untuk {found.company.name}.")
            return redirect("companies") if leaves else redirect("company", found.company_id)
    shown = {
        "membership": found,
        "leaves": leaves,
        "form": form,
        "kunci": new_key(),
        "stale": came is Came.STALE,
    }
    return render(request, "portal/end_membership.html", shown, status=_status(form, came))


# --- powers of attorney ---------------------------------------------------------------------------------


class PowerForm(ScanForm):
    """A signed letter of power: who gives whom what, for which applications, from when until when."""

    use_required_attribute = False
    ALL = "semua"
    scope = forms.ChoiceField(
        label="Lingkup kuasa",
        choices=[
            (PowerOfAttorney.Scope.SIGNING, "Penandatanganan: mengirim permohonan dan pernyataannya"),
            (
                PowerOfAttorney.Scope.HANDLING,
                "Pengurusan: mengisi, mengunggah, menjawab petugas, mengambil keputusan",
            ),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": "Pilih lingkup kuasa."},
    )
    giver = Line(
        label="Nama pemberi kuasa",
        longest=120,
        error_messages={"required": "Tuliskan nama pemberi kuasa."},
    )
    giver_position = Line(label="Jabatan pemberi kuasa", longest=120, required=False)
    holder_name = Line(
        label="Nama penerima kuasa",
        help_text="Sesuai kartu identitas.",
        longest=120,
        error_messages={"required": "Tuliskan nama penerima kuasa."},
    )
    address = forms.EmailField(
        label="Alamat surel penerima kuasa",
        help_text=(
            "Agar ia dapat bertindak dengan akunnya sendiri, setelah alamat itu dipastikan. Kosongkan bila "
            "ia hanya datang ke loket."
        ),
        required=False,
        error_messages={"invalid": "Tuliskan alamat surel yang lengkap, misalnya nama@contoh.id."},
        widget=forms.EmailInput({"autocomplete": "off"}),
    )
    applies = forms.ChoiceField(
        label="Berlaku untuk",
        widget=forms.RadioSelect,
        error_messages={"required": "Pilih permohonannya.", "invalid_choice": "Pilih dari daftar."},
    )
    dated = Day(
        label="Tanggal surat kuasa",
        help_text="Misalnya 10/12/2026.",
        error_messages={"required": "Isi tanggal surat kuasa."},
    )
    starts = Day(label="Berlaku sejak", help_text="Dikosongkan: sejak tanggal suratnya.", required=False)
    ends = Day(label="Berlaku sampai", help_text="Dikosongkan: tanpa batas.", required=False)
    power_scan = Scan(
        label="Pindaian surat kuasa yang ditandatangani",
        help_text="PDF, JPEG, atau PNG.",
        error_messages={"required": "Unggah pindaian surat kuasa."},
    )

    def __init__(
        self,
        data: Any,
        files: Any,
        *,
        company: Company,
        application: Application | None,
        by: User,
        at: datetime,
    ) -> None:
        self.at, self.owner = at, f"company:{company.pk}"
        super().__init__(data, files)
        self.company, self.application = company, application
        if not is_member(by, company.pk):
            del self.fields["address"]
        if application is not None:
            del self.fields["applies"]
            return
        rows = company.applications.select_related("case").order_by("-created_at")
        self.choosable = {item.reference: item for item in rows}
        applies = self.fields["applies"]
        assert isinstance(applies, forms.ChoiceField)
        applies.choices = [
            (self.ALL, "Semua permohonan perusahaan ini"),
            *((key, f"Hanya permohonan {_number(item)}") for key, item in self.choosable.items()),
        ]

    def record(self, *, by: User, at: datetime, stamp: Stamp) -> PowerOfAttorney:
        """Record the letter as it was typed."""
        said = self.cleaned_data
        return powers.record_power(
            self.company,
            PowerLetter(
                scope=said["scope"],
                giver=said["giver"],
                giver_position=said["giver_position"],
                holder_name=said["holder_name"],
                dated=said["dated"],
                starts=said["starts"] or said["dated"],
                ends=said["ends"],
                scan=said["power_scan"],
            ),
            application=self.application or self.choosable.get(said.get("applies", "")),
            holder_address=said.get("address", ""),
            by=by,
            at=at,
            stamp=stamp,
        )


def _number(application: Application) -> str:
    """An application's number as its people know it: the registration's, before that the submission's."""
    case = case_of(application)
    return str(case) if case else application.reference


def _power_form(
    request: HttpRequest, found: Company, application: Application | None
) -> tuple[PowerForm, Came | None]:
    user = person(request)
    posted = request.method == "POST"
    form = PowerForm(
        request.POST if posted else None,
        request.FILES if posted else None,
        company=found,
        application=application,
        by=user,
        at=timezone.now(),
    )
    came = None
    if posted and form.is_valid():
        came = attempt(request, form, lambda stamp, at: form.record(by=user, at=at, stamp=stamp))
    if came is Came.DONE:
        name = form.cleaned_data["holder_name"]
        messages.success(request, f"Surat kuasa untuk {name} tercatat.")
    return form, came


def _empty_forms(process: Process | None) -> list[dict[str, str]]:
    """The empty letters of power that a service offers (F05, F06), with where they lie."""
    offered = (
        [form for form in process.forms if form.empty and form.letter in EMPTY_POWERS] if process else []
    )
    return [
        {
            "code": form.code,
            "title": form.title.lower(),
            "href": reverse("form", args=[process.slug, form.code]) if process else "",
        }
        for form in offered
    ]


@login_required
@GET_POST
@never_cache
def new_power(request: HttpRequest, pk: int) -> HttpResponse:
    """A member records a letter of power, for all the company's applications or for one."""
    found = _company(request, pk)
    form, came = _power_form(request, found, None)
    if came is Came.DONE:
        return redirect("company", found.pk)
    offered = revisions_in_force(office_day(timezone.now()))
    shown = {
        "company": found,
        "form": form,
        "power_forms": _empty_forms(offered[0].process if offered else None),
        "kunci": new_key(),
        "stale": came is Came.STALE,
    }
    return render(request, "portal/new_power.html", shown, status=_status(form, came))


@login_required
@GET_POST
@never_cache
def application_powers(request: HttpRequest, reference: str) -> HttpResponse:
    """The powers that cover an application, and another to record: by a member, or at the counter."""
    found, user, at = own_application(request, reference), person(request), timezone.now()
    if not may_record_power(user, found.company_id, found, at=at):
        raise Http404
    form, came = _power_form(request, found.company, found)
    if came is Came.DONE:
        return redirect("application_powers", found.reference)
    rows = PowerOfAttorney.objects.covering(found).select_related("company", "application__case", "holder")
    context = application_context(
        request,
        found,
        form=form,
        given=_rows(rows.order_by("-recorded_at", "-pk"), at=at, own=is_member(user, found.company_id)),
        power_forms=_empty_forms(found.revision.process),
        kunci=new_key(),
        stale=came is Came.STALE,
    )
    return render(request, "portal/application_powers.html", context, status=_status(form, came))


@login_required
@require_POST
def take_up_power(request: HttpRequest, pk: int) -> HttpResponse:
    """The holder says yes to a power that was given to their address."""
    user = person(request)
    mine = Q(holder_address__in=confirmed_addresses(user)) | Q(holder=user)
    found = get_object_or_404(PowerOfAttorney.objects.select_related("company"), mine, pk=pk)
    button = _pressed(request)
    came = attempt(request, button, lambda stamp, at: powers.take_up(found, by=user, at=at, stamp=stamp))
    _told(request, button, came, f"Anda menerima kuasa dari {found.company.name}.")
    return redirect("companies")


class RevokeForm(forms.Form):
    """Why a power ends before its day."""

    use_required_attribute = False
    reason = Line(
        label="Alasan pencabutan",
        longest=powers.REASON_LENGTH,
        error_messages={"required": "Tuliskan alasan pencabutan."},
    )


@login_required
@GET_POST
@never_cache
def revoke_power(request: HttpRequest, pk: int) -> HttpResponse:
    """End a power now: the company takes it back, or its holder gives it back."""
    user, at = person(request), timezone.now()
    found = PowerOfAttorney.objects.select_related("company", "application").filter(pk=pk).first()
    if found is None or not may_revoke_power(user, found, at=at):
        raise Http404
    form, came = RevokeForm(request.POST if request.method == "POST" else None), None
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        came = attempt(
            request,
            form,
            lambda stamp, at: powers.revoke_power(found, reason=reason, by=user, at=at, stamp=stamp),
        )
        if came is Came.DONE:
            messages.success(request, f"Kuasa {found.holder_name} dicabut.")
            return redirect(_back(user, found))
    shown = {
        "power": found,
        "form": form,
        "back": _back(user, found),
        "kunci": new_key(),
        "stale": came is Came.STALE,
    }
    return render(request, "portal/revoke_power.html", shown, status=_status(form, came))


def _back(user: User, power: PowerOfAttorney) -> str:
    """Where a power was seen: the company's page, the holder's own, or the application's at the counter."""
    if is_member(user, power.company_id):
        return reverse("company", args=[power.company_id])
    if power.holder_id == user.pk or power.application is None:
        return reverse("companies")
    return reverse("application_powers", args=[power.application.reference])
