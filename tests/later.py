"""Decisions about an issued permit, carried through by the people whose turn it is."""

from __future__ import annotations

from datetime import date, datetime

from muara.permits.models import LaterDecision, Permit
from muara.steps.actions import later
from muara.steps.letters.later import Said, Warned
from muara.web.demo import officer, sample_upload


def because(day: date) -> Said:
    """Reasons that are enough for a suspension."""
    return Said(
        reasons=("debit air limbah berulang kali melampaui ketentuan izin",),
        bases=("Undang-Undang Nomor 30 Tahun 2014 tentang Administrasi Pemerintahan",),
        found_on=day,
        warnings=(Warned(dated=day, number="660/12/DLH/2026"),),
        told_on=day,
        heard=f"pemegang izin menjawab dengan surat tanggal {day:%d-%m-%Y}",
    )


def sign(decision: LaterDecision, *, at: datetime) -> None:
    for actor in ("section_head", "division_head", "head_of_office"):
        later.endorse(decision, shown=decision.sha256, by=officer(actor), at=at)


def carry_through(permit: Permit, kind: LaterDecision.Kind, said: Said, *, at: datetime) -> LaterDecision:
    evidence = sample_upload("Putusan", at=at).blob if kind is LaterDecision.Kind.ANNULMENT else None
    made = later.propose(
        permit, kind=kind, said=said, evidence=evidence, by=officer("processing_officer"), at=at
    )
    sign(made, at=at)
    registrar = officer("registrar")
    later.number(made, by=registrar, at=at)
    later.bring_into_force(made, scan=sample_upload("Asli", at=at).blob, by=registrar, at=at)
    return LaterDecision.objects.select_related("number", "letter").get(pk=made.pk)
