"""From the draft to the hand-over: what is endorsed, met about, signed and given (steps 11–18)."""

from __future__ import annotations

import secrets

from django.db import models
from django.db.models import Q

from muara.cases.models.case import Case, Task
from muara.cases.models.referral import Recommendation
from muara.documents.models import Blob, Letter
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
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField("dibuat")

    class Meta:
        ordering = ["case", "number"]
        constraints = [models.UniqueConstraint(fields=["case", "number"], name="draft_numbered_once")]

    def __str__(self) -> str:
        return f"draf {self.number} {self.case_id}"


class DraftCopy(models.Model):
    """One of the printed copies of a draft (SOP step 11: 1 endorsements, 2 applicant, 3 archive)."""

    draft = models.ForeignKey(Draft, on_delete=models.CASCADE, related_name="copies")
    number = models.PositiveSmallIntegerField("rangkap ke")
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
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.title}"


class Meeting(models.Model):
    """A joint meeting (step 14): who came, what was said, what binds the next step."""

    task = models.OneToOneField(Task, on_delete=models.PROTECT, related_name="meeting")
    held_on = models.DateField("tanggal rapat")
    place = models.CharField("tempat", max_length=160)
    agenda = models.TextField("acara")
    attendance = models.TextField("daftar hadir")
    minutes = models.TextField("notulen")
    decision = models.TextField("keputusan bersama")
    scan = models.ForeignKey(Blob, on_delete=models.PROTECT, null=True, related_name="+")

    def __str__(self) -> str:
        return f"rapat {self.held_on}"


class Handover(models.Model):
    """Giving the permit to the right person (17) and that person's receipt (18)."""

    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="handover")
    receiver = models.CharField("penerima", max_length=120)
    capacity = models.CharField("sebagai", max_length=120)
    identity = models.CharField("bukti diri", max_length=120)
    given_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    given_at = models.DateTimeField("diserahkan")
    letter = models.ForeignKey(Letter, on_delete=models.PROTECT, related_name="+")
    confirmed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    confirmed_at = models.DateTimeField("dikonfirmasi", null=True)

    def __str__(self) -> str:
        return f"serah terima {self.case_id}"
