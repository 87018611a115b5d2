"""A letter of power as it is typed, and who stands at the counter in an applicant's place."""

from __future__ import annotations

from typing import Any

from django import forms

from muara.cases.models import Application, PowerOfAttorney
from muara.cases.rules import COVERED, Doing
from muara.documents.indonesian import tanggal

THEMSELF = "self"


def powers_on_file(application: Application, doing: Doing) -> list[PowerOfAttorney]:
    """The powers whose scope covers an act, in force or not: the act itself says why one is not."""
    scopes = [scope for scope, covered in COVERED.items() if doing in covered]
    found = PowerOfAttorney.objects.covering(application).filter(scope__in=scopes, revoked_at=None)
    return list(found.select_related("scan"))


def described(power: PowerOfAttorney) -> str:
    """A power in a list: whose, for what, by which letter, until when."""
    until = f"berlaku sampai {tanggal(power.ends)}" if power.ends else "tanpa batas waktu"
    return (
        f"{power.holder_name}, kuasa {power.get_scope_display().lower()} tercatat, "
        f"surat {tanggal(power.dated)}, {until}"
    )


class WhoStands(forms.ChoiceField):
    """Who stands at the counter: the applicant themself, or a holder of a power that is on file."""

    def __init__(
        self, application: Application, doing: Doing, *, label: str = "Siapa yang menghadap?"
    ) -> None:
        self.powers = {str(power.pk): power for power in powers_on_file(application, doing)}
        super().__init__(
            label=label,
            help_text="Kuasa yang suratnya belum tercatat, catat dahulu di halaman Kuasa permohonan ini.",
            choices=[
                (THEMSELF, "Pemohon sendiri"),
                *((key, described(power)) for key, power in self.powers.items()),
            ],
            widget=forms.RadioSelect,
            error_messages={
                "required": "Pilih siapa yang menghadap.",
                "invalid_choice": "Kuasa ini sudah dicabut atau tidak mencakup hal ini. Pilih lagi.",
            },
        )

    def shown(self, cleaned: dict[str, Any], name: str = "stands") -> PowerOfAttorney | None:
        """The power that was shown; None for the applicant themself."""
        return self.powers.get(str(cleaned.get(name)))
