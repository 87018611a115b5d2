"""The way to the agency and back (steps 7, 9, 10, 11): cover letter, delivery, recommendation."""

from __future__ import annotations

from django.db import models

from muara.cases.models.case import Case
from muara.documents.models import Blob, Letter
from muara.people.models import Office, User


class Referral(models.Model):
    """A case sent to one agency for a technical recommendation of a named kind."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="referrals")
    agency = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="referrals", verbose_name="OPD")
    subject = models.CharField("jenis pertek", max_length=200)
    letter_number = models.CharField("nomor surat pengantar", max_length=80)
    letter_date = models.DateField("tanggal surat pengantar")
    cover_letter = models.ForeignKey(Letter, on_delete=models.PROTECT, related_name="+")
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField("dibuat")
    delivered_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    delivered_at = models.DateTimeField("diserahkan", null=True)
    receiver = models.CharField("penerima di OPD", max_length=120, blank=True)
    receipt_scan = models.ForeignKey(Blob, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["case", "made_at"]

    def __str__(self) -> str:
        return f"{self.letter_number} → {self.agency}"


class Recommendation(models.Model):
    """An agency's technical recommendation: the signed letter and, typed, its terms or its reasons.

    `terms` is what `muara.cases.terms` reads, empty where the agency advises against; `received_on` is H,
    an act of the office at step 11.
    """

    class Verdict(models.TextChoices):
        FOR = "for", "Mendukung: dapat diterbitkan dengan ketentuan teknis"
        AGAINST = "against", "Tidak mendukung: tidak dapat diterbitkan"

    referral = models.ForeignKey(Referral, on_delete=models.PROTECT, related_name="recommendations")
    letter_number = models.CharField("nomor surat OPD", max_length=80)
    letter_date = models.DateField("tanggal surat OPD")
    signed_by_name = models.CharField("ditandatangani oleh", max_length=160)
    scan = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="+")
    verdict = models.CharField("pendapat", max_length=8, choices=Verdict, default=Verdict.FOR)
    terms = models.JSONField("ketentuan teknis", default=dict)
    reasons = models.TextField("alasan tidak mendukung", blank=True)
    issued_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    issued_at = models.DateTimeField("disampaikan")
    agenda_number = models.CharField("nomor agenda masuk", max_length=40, blank=True)
    received_on = models.DateField("diterima di kantor (H)", null=True)
    received_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    booked_at = models.DateTimeField("dibukukan", null=True)

    class Meta:
        ordering = ["referral", "issued_at"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(received_on=None, agenda_number="")
                | models.Q(received_on__isnull=False, booked_at__isnull=False),
                name="receipt_of_a_recommendation_is_booked",
            ),
            models.CheckConstraint(
                condition=models.Q(verdict="for", reasons="")
                | (models.Q(verdict="against") & ~models.Q(reasons="")),
                name="terms_speak_for_and_reasons_against",
            ),
        ]

    def __str__(self) -> str:
        return self.letter_number

    @property
    def is_for(self) -> bool:
        return self.verdict == self.Verdict.FOR
