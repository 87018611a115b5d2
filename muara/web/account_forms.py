"""allauth's forms in the words of the rest of Muara.

A module of its own: allauth imports `muara.web.accounts` while it makes the forms that these extend.
"""

from __future__ import annotations

from typing import Any

from allauth.account import forms as account
from allauth.mfa.base import forms as second_factor
from allauth.mfa.totp import forms as totp
from django import forms
from django.utils import timezone

from muara.people.models import User
from muara.people.passwords import HELP
from muara.web.second_factor import demo_code

LABELS = {
    "login": "Surel",
    "email": "Surel",
    "password": "Kata sandi",
    "password1": "Kata sandi",
    "password2": "Ulangi kata sandi",
    "oldpassword": "Kata sandi sekarang",
    "code": "Kode dari aplikasi",
}


class InOurWords:
    """Calls things as the rest of Muara does, whatever allauth's own catalogue says."""

    fields: dict[str, forms.Field]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in LABELS.keys() & self.fields.keys():
            self.fields[name].label = LABELS[name]
            self.fields[name].widget.attrs.pop("placeholder", None)
        if "code" in self.fields:
            self.fields["code"].widget.attrs |= {"inputmode": "numeric", "class": "govuk-input--width-10"}
            self.fields["code"].error_messages["required"] = "Tulis kode dari aplikasi di ponsel Anda."
        if "password1" in self.fields:  # a new password; the hint at sign-in is the way to reset it
            self.fields["password1"].help_text = HELP


class LoginForm(InOurWords, account.LoginForm):  # type: ignore[misc]
    """allauth's, in our words."""


class FullSignupForm(InOurWords, account.SignupForm):  # type: ignore[misc]
    """allauth's address and password with our name and telephone, in our words."""

    def clean(self) -> dict[str, Any]:
        """Tell at once that two passwords differ, whatever else is wrong with the first."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        typed = [self.data.get(self.add_prefix(name)) for name in ("password1", "password2")]
        if "password1" in self.errors and "password2" not in self.errors and typed[0] != typed[1]:
            self.add_error("password2", "Kedua kata sandi tidak sama. Ketik kata sandi yang sama dua kali.")
        return cleaned


class ResetPasswordForm(InOurWords, account.ResetPasswordForm):  # type: ignore[misc]
    """allauth's, in our words."""


class ResetPasswordKeyForm(InOurWords, account.ResetPasswordKeyForm):  # type: ignore[misc]
    """allauth's, in our words."""


class ChangePasswordForm(InOurWords, account.ChangePasswordForm):  # type: ignore[misc]
    """allauth's, in our words."""


class ReauthenticateForm(InOurWords, account.ReauthenticateForm):  # type: ignore[misc]
    """allauth's, in our words."""


class ActivateForm(InOurWords, totp.ActivateTOTPForm):  # type: ignore[misc]
    """allauth's, in our words."""


class AsksForCode(InOurWords):
    """A form that takes the code of a telephone, or one of the recovery codes instead."""

    user: User

    @property
    def demo_code(self) -> str:
        """What the telephone shows now, where it is a demonstration's; the page says so."""
        return demo_code(self.user, at=timezone.now())


class CodeForm(AsksForCode, second_factor.AuthenticateForm):  # type: ignore[misc]
    """allauth's, in our words."""


class CodeAgainForm(AsksForCode, second_factor.ReauthenticateForm):  # type: ignore[misc]
    """allauth's, in our words."""
