"""allauth's forms in the words of the rest of Muara.

A module of its own: allauth imports `muara.web.accounts` while it makes the forms that these extend.
"""

from __future__ import annotations

from typing import Any

from allauth.account import forms as account
from django import forms

from muara.people.passwords import HELP


def _in_our_words(form: forms.Form) -> None:
    """Call things as the rest of Muara does, whatever allauth's own catalogue says."""
    words = {
        "login": "Surel",
        "email": "Surel",
        "password": "Kata sandi",
        "password1": "Kata sandi",
        "password2": "Ulangi kata sandi",
        "oldpassword": "Kata sandi sekarang",
    }
    for name, label in words.items():
        if name in form.fields:
            form.fields[name].label = label
            if form.fields[name].help_text:
                form.fields[name].help_text = HELP
            form.fields[name].widget.attrs.pop("placeholder", None)


class LoginForm(account.LoginForm):  # type: ignore[misc]
    """allauth's, in our words."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _in_our_words(self)


class FullSignupForm(account.SignupForm):  # type: ignore[misc]
    """allauth's address and password with our name and telephone, in our words."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _in_our_words(self)


class ResetPasswordForm(account.ResetPasswordForm):  # type: ignore[misc]
    """allauth's, in our words."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _in_our_words(self)


class ResetPasswordKeyForm(account.ResetPasswordKeyForm):  # type: ignore[misc]
    """allauth's, in our words."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _in_our_words(self)


class ChangePasswordForm(account.ChangePasswordForm):  # type: ignore[misc]
    """allauth's, in our words."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _in_our_words(self)
