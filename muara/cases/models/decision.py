"""From the draft to the signature: what is endorsed and signed (steps 11–15)."""

from __future__ import annotations

import secrets

from django.db import models
from django.db.models import Q

from muara.cases.models.case import Case, Task
from muara.cases.models.referral import Recommendation
from muara.documents.models import Letter
from muara.people.models import User


def new_token() -> str:
    """Make the 128-bit token of the verification page; it says nothing about the number."""
    return secrets.token_hex(16)


class Draft(models.Model):
    """A draft decision with canonical content; endorsements and the signature are given to its hash.

    A service without an agency drafts without a recommendation.
    """

    class Kind(models.TextChoices):
        PERMIT = "permit", "Izin"
        REFUSAL = "refusal", "Penolakan"

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="drafts")
    kind = models.CharField("jenis", max_length=10, choices=Kind, default=Kind.PERMIT)
    recommendation = models.ForeignKey(
        Recommendation, on_delete=models.PROTECT, null=True, related_name="drafts"
    )
    number = models.PositiveSmallIntegerField("draf ke")
    content = models.TextField()
    sha256 = models.CharField(max_length=64)
    token = models.CharField(max_length=32, unique=True, default=new_token)
    # What the QR says: the address of the token, and a signature that is checked without our site.
    qr = models.TextField("isi QR", blank=True)
    # Where the draft does not say what the agency recommended, place by place, and why.
    deviations = models.JSONField("penyimpangan dari rekomendasi", default=list)
    deviation_reason = models.TextField("alasan penyimpangan", blank=True)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField("dibuat")

    class Meta:
        ordering = ["case", "number"]
        constraints = [
            models.UniqueConstraint(fields=["case", "number"], name="draft_numbered_once"),
            models.CheckConstraint(
                condition=Q(deviations=[]) | ~Q(deviation_reason=""), name="a_draft_differs_with_a_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"draf {self.number} {self.case_id}"


class DraftCopy(models.Model):
    """One of the printed copies of a draft (SOP step 11: 1 endorsements, 2 applicant, 3 archive)."""

    draft = models.ForeignKey(Draft, on_delete=models.CASCADE, related_name="copies")
    number = models.PositiveSmallIntegerField("rangkap ke")
    purpose = models.CharField("untuk", max_length=120)
    letter = models.ForeignKey(Letter, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["draft", "number"]
        constraints = [models.UniqueConstraint(fields=["draft", "number"], name="copy_numbered_once")]

    def __str__(self) -> str:
        return f"{self.draft} rangkap {self.number}"


class Endorsement(models.Model):
    """A person's paraf on, or signature under, the exact content of a draft."""

    class Kind(models.TextChoices):
        PARAF = "paraf", "Paraf"
        SIGNATURE = "signature", "Tanda tangan"

    draft = models.ForeignKey(Draft, on_delete=models.PROTECT, related_name="endorsements")
    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="endorsements")
    kind = models.CharField("jenis", max_length=10, choices=Kind)
    step_key = models.CharField("langkah", max_length=40)
    title = models.CharField("jabatan", max_length=160)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField("waktu")
    sha256 = models.CharField(max_length=64)
    voided_at = models.DateTimeField("batal", null=True)
    void_reason = models.CharField("sebab batal", max_length=300, blank=True)

    class Meta:
        ordering = ["draft", "at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["draft", "step_key"],
                condition=Q(voided_at=None),
                name="one_valid_endorsement_per_step",
            ),
            models.CheckConstraint(
                condition=Q(voided_at=None) | ~Q(void_reason=""), name="a_void_endorsement_has_a_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.title}"
