"""The way to the agency and back (steps 7, 9, 10, 11): cover letter, delivery, recommendation."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from muara.cases.models.case import Case
from muara.cases.models.delivery import DeliveryRound
from muara.documents.models import Blob, Letter
from muara.people.models import Office, User


class ReferralQuerySet(models.QuerySet["Referral"]):
    def live(self) -> ReferralQuerySet:
        """Delivered, and not asked for again by a newer letter."""
        return self.filter(delivered_at__isnull=False, replaced_by=None)

    def unanswered(self) -> ReferralQuerySet:
        """Live, and without a recommendation that stands."""
        standing = Recommendation.objects.filter(returned_at=None).values("referral")
        return self.live().exclude(pk__in=standing)


class Referral(models.Model):
    """A case sent to one agency for a technical recommendation of a named kind.

    `visit_needed` is the agency's recorded decision (SOP step 10.b); a newer letter to the same agency
    for the same subject replaces this one. The cover letter of a case taken over from paper is among its
    papers, not among Muara's letters.
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
    replaced_by = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="replaces")
    visit_needed = models.BooleanField("perlu peninjauan lapangan", null=True)
    visit_reason = models.TextField("alasan perlu tidaknya peninjauan", blank=True)
    visit_decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    visit_decided_at = models.DateTimeField("diputuskan", null=True)

    objects: ClassVar = ReferralQuerySet.as_manager()

    class Meta:
        ordering = ["case", "made_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(visit_needed=None)
                | (models.Q(visit_decided_at__isnull=False) & ~models.Q(visit_reason="")),
                name="the_need_of_a_visit_is_decided_with_a_reason",
            ),
            models.CheckConstraint(
                condition=models.Q(delivered_at=None, delivered_by=None)
                | (models.Q(delivered_at__isnull=False, delivered_by__isnull=False) & ~models.Q(receiver="")),
                name="a_delivered_referral_says_by_whom_and_to_whom",
            ),
        ]
        indexes = [
            # What waits to be brought to an agency: few of all that ever went.
            models.Index(
                fields=["agency"], condition=models.Q(delivered_at=None), name="referrals_to_deliver"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.letter_number} → {self.agency}"


class RecommendationQuerySet(models.QuerySet["Recommendation"]):
    def standing(self) -> RecommendationQuerySet:
        """Not returned to the agency, and of a referral that no newer letter replaced."""
        return self.filter(returned_at=None, referral__replaced_by=None)


class Recommendation(models.Model):
    """An agency's technical recommendation: the signed letter and, typed, its terms or its reasons.

    `terms` is what `muara.cases.terms` reads, empty where the agency advises against; they may have gaps
    where the letter is `partial`, so that others settle the rest. `omitted` gives the reason for each thing
    that the application asked for and the agency does not settle. `received_on` is an act of
    the office at step 11; H is the last of them. One that was returned to the agency no longer stands;
    one of an agency that works on paper was entered `on_behalf` of it by the office.
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
    partial = models.BooleanField("hanya sebagian ketentuan", default=False)
    omitted = models.JSONField("tidak dimuat, dengan alasannya", default=dict)
    on_behalf = models.BooleanField("dimasukkan atas nama OPD", default=False)
    issued_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    issued_at = models.DateTimeField("disampaikan")
    agenda_number = models.CharField("nomor agenda masuk", max_length=40, blank=True)
    received_on = models.DateField("diterima di kantor (H)", null=True)
    received_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    booked_at = models.DateTimeField("dibukukan", null=True)
    returned_at = models.DateTimeField("dikembalikan ke OPD", null=True)
    return_reason = models.TextField("alasan pengembalian", blank=True)

    objects: ClassVar = RecommendationQuerySet.as_manager()

    class Meta:
        ordering = ["referral", "issued_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(received_on=None, agenda_number="")
                | models.Q(received_on__isnull=False, booked_at__isnull=False),
                name="receipt_of_a_recommendation_is_booked",
            ),
            models.CheckConstraint(
                condition=(models.Q(verdict="for", reasons="") & ~models.Q(terms={}))
                | (models.Q(verdict="against", terms={}, partial=False) & ~models.Q(reasons="")),
                name="terms_speak_for_and_reasons_against",
            ),
            models.CheckConstraint(
                condition=models.Q(returned_at=None) | ~models.Q(return_reason=""),
                name="a_recommendation_goes_back_with_a_reason",
            ),
            models.UniqueConstraint(
                fields=["referral"],
                condition=models.Q(returned_at=None),
                name="one_standing_recommendation_per_referral",
            ),
        ]

    def __str__(self) -> str:
        return self.letter_number

    @property
    def is_for(self) -> bool:
        return self.verdict == self.Verdict.FOR
