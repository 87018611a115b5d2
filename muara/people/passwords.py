"""What a password must be, said in the words of the rest of Muara (domain 10.2: at least 12 characters)."""

from __future__ import annotations

from django.contrib.auth import password_validation as django

HELP = "Paling sedikit 12 huruf, angka atau tanda. Jangan yang lazim, dan jangan mirip nama atau surel Anda."


class LongEnough(django.MinimumLengthValidator):
    """At least `min_length` characters."""

    def get_error_message(self) -> str:
        return f"Kata sandi terlalu pendek. Pakai paling sedikit {self.min_length} huruf, angka atau tanda."

    def get_help_text(self) -> str:
        return HELP


class NotCommon(django.CommonPasswordValidator):
    """Not one of the passwords that everybody tries first."""

    def get_error_message(self) -> str:
        return "Kata sandi ini terlalu lazim dan mudah ditebak. Pilih yang lain."

    def get_help_text(self) -> str:
        return ""


class UnlikeThePerson(django.UserAttributeSimilarityValidator):
    """Not the person's own name or address."""

    def get_error_message(self) -> str:
        return "Kata sandi ini mirip nama atau surel Anda. Pilih yang lain."

    def get_help_text(self) -> str:
        return ""
