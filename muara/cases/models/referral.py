"""The way to the agency and back (steps 7, 9, 10, 11): cover letter, delivery, recommendation."""

from __future__ import annotations

from django.db import models

from muara.cases.models.case import Case
from muara.cases.models.delivery import DeliveryRound
from muara.documents.models import Blob, Letter
from muara.people.models import Office, User


class Referral(models.Model):
    """A case sent to one agency for a technical recommendation of a named kind.

    The cover letter of a case taken over from paper is among its papers, not among Muara's letters.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="referrals")
    agency = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="referrals", verbose_name="OPD")
    subject = models.CharField("jenis pertek", max_length=200)
    letter_number = models.CharField("nomor surat pengantar", max_length=80)
    letter_date = models.DateField("tanggal surat pengantar")
    cover_letter = models.ForeignKey(Letter, on_delete=models.PROTECT, null=True, related_name="+")
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField("dibuat")
    delivered_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    delivered_at = models.DateTimeField("diserahkan", null=True)
    receiver = models.CharField("penerima di OPD", max_length=120, blank=True)
    receipt_scan = models.ForeignKey(Blob, on_delete=models.PROTECT, null=True, related_name="+")
    round = models.ForeignKey(DeliveryRound, on_delete=models.PROTECT, null=True, related_name="referrals")

    class Meta:
        ordering = ["case", "made_at"]

    def __str__(self) -> str:
        return f"{self.letter_number} → {self.agency}"


class Recommendation(models.Model):
    """An agency's technical recommendation: the signed letter and its terms, typed.

    `terms` is what `muara.cases.terms` reads; `received_on` is H, an act of the office at step 11.
    """

    referral = models.ForeignKey(Referral, on_delete=models.PROTECT, related_name="recommendations")
    letter_number = models.CharField("nomor surat OPD", max_length=80)
    letter_date = models.DateField("tanggal surat OPD")
    signed_by_name = models.CharField("ditandatangani oleh", max_length=160)
    scan = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="+")
    terms = models.JSONField("ketentuan teknis")
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
        ]

    def __str__(self) -> str:
        return self.letter_number
