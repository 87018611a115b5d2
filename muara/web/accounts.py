"""Signing up, and where a person lands after signing in."""

from __future__ import annotations

import base64
import hashlib
from datetime import datetime
from typing import Any
from uuid import uuid4

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet
from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from muara.cases.actions import BINDING, Stamp, act
from muara.cases.models import Revision
from muara.documents.letters import qr_svg
from muara.documents.repertoire import allowed
from muara.people.actions import change_own_details
from muara.people.actions.notices import Addressee, notify
from muara.people.models import User, office_day
from muara.people.queries import issuing_office
from muara.people.rules import has_second_factor, may_administer, may_change_own_name
from muara.sop.values import ValueRefused, check_phone, clean_text
from muara.web.acts import Came, attempt, new_key


class DetailsForm(forms.Form):
    """Who somebody is and how they are telephoned."""

    name = forms.CharField(
        label="Nama lengkap",
        max_length=120,
        help_text="Sesuai kartu identitas.",
        error_messages={"required": "Tuliskan nama Anda."},
        widget=forms.TextInput({"autocomplete": "name"}),
    )
    phone = forms.CharField(
        label="Nomor telepon",
        max_length=30,
        help_text="Awali dengan 0 atau +62. Petugas menghubungi nomor ini bila ada yang perlu diperbaiki.",
        error_messages={"required": "Tuliskan nomor telepon yang dapat dihubungi."},
        widget=forms.TextInput({"inputmode": "tel", "class": "govuk-input--width-20"}),
    )

    def clean_name(self) -> str:
        """Refuse what a letter could not print."""
        try:
            return clean_text(self.cleaned_data["name"], printable=allowed, max_length=120)
        except ValueRefused as refusal:
            raise forms.ValidationError(refusal.message) from None

    def clean_phone(self) -> str:
        """Normalise to +62…"""
        try:
            return check_phone(self.cleaned_data["phone"])
        except ValueRefused as refusal:
            raise forms.ValidationError(refusal.message) from None


class SignupForm(DetailsForm):
    """What an applicant's account asks beside address and password; allauth adds those."""

    field_order = ["name", "email", "phone", "password1", "password2"]

    def signup(self, request: HttpRequest, user: User) -> None:
        """Keep name and telephone on the account that allauth has just made."""
        user.name, user.phone = self.cleaned_data["name"], self.cleaned_data["phone"]
        user.save(update_fields=["name", "phone"])


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Sends each person to where their work is."""

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Officers to the desk, administrators to the office, readers to the cases, others to the portal."""
        user = request.user
        actors = user.actors(timezone.now()) if user.is_authenticated else frozenset()
        if actors - {"administrator", "auditor"}:
            return reverse("desk")
        if "administrator" in actors:
            return reverse("office")
        return reverse("cases") if actors else reverse("portal")

    def get_signup_redirect_url(self, request: HttpRequest) -> str:
        """A new account is an applicant's."""
        return reverse("portal")

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Leave it to the worker: a page never waits for a mail server. A link in it is a secret."""
        made = self.render_mail(template_prefix, email, context)
        user = context.get("user")
        known = user if isinstance(user, User) and user.pk else None
        notify(
            key=f"account:{uuid4()}",
            kind="account",
            to=Addressee(name=known.name if known else email, user=known, email=email),
            subject=made.subject,
            text=str(made.body).strip(),
            secret=True,
            at=timezone.now(),
        )


@login_required
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """What a person's account holds, and the way to change each part."""
    user, at = request.user, timezone.now()
    assert user.is_authenticated
    binding = {
        step.actor
        for revision in Revision.objects.filter(effective_from__lte=office_day(at)).defer("files")
        for step in revision.process.steps
        if step.activity in BINDING
    }
    return render(
        request,
        "account/overview.html",
        {
            "own_name": may_change_own_name(user, at=at),
            "second_factor": has_second_factor(user),
            "needs_second_factor": settings.MUARA_SECOND_FACTOR and bool(user.actors(at) & binding),
        },
    )


class OwnDetailsForm(DetailsForm):
    """One's own name and number; an official's name is the office's to change."""

    use_required_attribute = False

    def __init__(self, data: Any, *, user: User, at: datetime) -> None:
        super().__init__(data, initial={"name": user.name, "phone": user.phone})
        self.user = user
        if not may_change_own_name(user, at=at):
            del self.fields["name"]


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def details(request: HttpRequest) -> HttpResponse:
    """Correct one's own name and telephone number."""
    user, at = request.user, timezone.now()
    assert isinstance(user, User)
    form, came = OwnDetailsForm(request.POST if request.method == "POST" else None, user=user, at=at), None
    if request.method == "POST":

        def change(stamp: Stamp, at: datetime) -> None:
            said = {"name": user.name} | form.cleaned_data
            with act(stamp):
                change_own_details(**said, by=user, at=at, key=stamp.key, body=stamp.body)

        came = attempt(request, form, change) if form.is_valid() else Came.REFUSED
        if came is Came.DONE:
            messages.success(request, "Data Anda tersimpan. Surat yang sudah terbit tidak berubah.")
            return redirect("account")
    shown = {
        "form": form,
        "kunci": new_key(),
        "stale": came is Came.STALE,
        "is_administrator": may_administer(user, at=at),
    }
    return render(request, "account/details.html", shown, status=came.value if came else 200)


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """The second factor in our words, drawn by our own QR, its secrets encrypted where they lie."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": "Kode ini tidak cocok. Tulis 6 angka yang sedang tampil di aplikasi Anda.",
        "unverified_email": "Pastikan alamat surel Anda lebih dahulu, baru aktifkan pengaman dua langkah.",
        "add_email_blocked": "Alamat surel tidak dapat ditambah selama pengaman dua langkah aktif.",
        "cannot_delete_authenticator": "Pengaman dua langkah ini tidak dapat dimatikan.",
        "cannot_generate_recovery_codes": "Aktifkan pengaman dua langkah lebih dahulu.",
    }

    def get_totp_issuer(self) -> str:
        """What the telephone's app calls us."""
        office = issuing_office()
        return f"Muara {office.short_name}" if office else "Muara"

    def build_totp_svg(self, url: str) -> str:
        """Draw the secret's address for the telephone's camera."""
        return qr_svg(url, scalable=True)

    def encrypt(self, text: str) -> str:
        """Keep a secret so that a copy of the database alone does not tell it."""
        return _vault().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Read a secret back; a changed secret key makes it unreadable (InvalidToken)."""
        return _vault().decrypt(encrypted_text.encode()).decode()


def _vault() -> Fernet:
    key = hashlib.sha256(b"muara second factor" + settings.SECRET_KEY.encode()).digest()
    return Fernet(base64.urlsafe_b64encode(key))
