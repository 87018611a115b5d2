"""What heads make of a draft (steps 12, 13 and 15): what they made sure of, advise, remark and look into."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from muara.cases.models.case import Case, Task
from muara.cases.models.decision import Draft
from muara.cases.models.referral import Recommendation
from muara.documents.models import Blob, Letter
from muara.people.models import User


class AdjustedTerms(models.Model):
    """Terms that the drafter sets otherwise than the agency recommended, and why (step 11)."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="adjusted_terms")
    recommendation = models.ForeignKey(Recommendation, on_delete=models.PROTECT, related_name="+")
    terms = models.JSONField("ketentuan teknis")
    reason = models.TextField("alasan")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField("waktu")

    class Meta:
        ordering = ["case", "at", "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="adjusted_terms_have_a_reason"),
        ]

    def __str__(self) -> str:
        return f"penyesuaian ketentuan {self.case_id}"


class Examination(models.Model):
    """What a head made sure of in a draft, clause by clause of the SOP, and advises the next head."""

    task = models.OneToOneField(Task, on_delete=models.PROTECT, related_name="examination")
    draft = models.ForeignKey(Draft, on_delete=models.PROTECT, related_name="examinations")
    clauses = models.JSONField("butir yang dipastikan", default=list)
    advice = models.TextField("pertimbangan dan saran", blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField("waktu")
    letter = models.ForeignKey(Letter, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"hasil verifikasi {self.task}"


class DraftRemark(models.Model):
    """A remark at a place of a draft; the drafter answers it with the next draft."""

    draft = models.ForeignKey(Draft, on_delete=models.PROTECT, related_name="remarks")
    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="remarks")
    place = models.CharField("tempat", max_length=80)
    text = models.TextField("catatan")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField("waktu")
    answer = models.TextField("tanggapan penyusun", blank=True)
    answered_in = models.ForeignKey(
        Draft, on_delete=models.PROTECT, null=True, related_name="answered_remarks"
    )

    class Meta:
        ordering = ["draft", "at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(answered_in=None, answer="") | (Q(answered_in__isnull=False) & ~Q(answer="")),
                name="a_remark_is_answered_in_a_draft",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.place}: {self.text}"


class CareActivity(models.Model):
    """A further assurance before a decision that asks for special care (step 15.b); it moves nothing."""

    class Kind(models.TextChoices):
        CONFIRMATION = "confirmation", "Konfirmasi"
        MEETING = "meeting", "Pertemuan"
        PRESENTATION = "presentation", "Presentasi"
        REVIEW = "review", "Tinjauan teknis"

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="care")
    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="care")
    kind = models.CharField("kegiatan", max_length=12, choices=Kind)
    held_on = models.DateField("tanggal")
    participants = models.TextField("yang terlibat")
    result = models.TextField("hasil")
    scan = models.ForeignKey(Blob, on_delete=models.PROTECT, null=True, related_name="+")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField("dicatat")

    class Meta:
        ordering = ["case", "held_on", "pk"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.held_on}"
