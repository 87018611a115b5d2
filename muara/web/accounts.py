"""Signing up, and where a person lands after signing in."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from allauth.account.adapter import DefaultAccountAdapter
from django import forms
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from muara.documents.repertoire import allowed
from muara.people.actions.notices import Addressee, notify
from muara.people.models import User
from muara.sop.values import ValueRefused, check_phone, clean_text


class SignupForm(forms.Form):
    """What an applicant's account asks beside address and password; allauth adds those."""

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
    field_order = ["name", "email", "phone", "password1", "password2"]

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
