"""What an application is checked for before it is registered: its place, and whose authority it is."""

from __future__ import annotations

from django.db import models

from muara.cases.models.application import Application, Submission
from muara.cases.models.case import Case
from muara.people.models import User


class Outfall(models.Model):
    """Where an application, as last submitted, lets its water into the sea: to find others near by."""

    application = models.OneToOneField(Application, on_delete=models.PROTECT, related_name="outfall")
    latitude = models.FloatField("lintang")
    longitude = models.FloatField("bujur")

    class Meta:
        indexes = [models.Index(fields=["latitude", "longitude"], name="outfalls_by_place")]

    def __str__(self) -> str:
        return f"{self.latitude}; {self.longitude}"


class AuthorityCheck(models.Model):
    """The decision of the CS on what speaks against the province's authority, for one submission."""

    class Decision(models.TextChoices):
        CONTINUE = "continue", "Lanjutkan: tetap kewenangan provinsi"
        REDIRECT = "redirect", "Arahkan pemohon ke instansi yang berwenang"

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="authority_checks")
    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="+")
    warnings = models.JSONField("peringatan")
    decision = models.CharField("keputusan", max_length=10, choices=Decision)
    apply_to = models.CharField("instansi yang berwenang", max_length=160, blank=True)
    reason = models.TextField("alasan")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField("diputuskan")

    class Meta:
        ordering = ["case", "at"]
        constraints = [
            models.CheckConstraint(condition=~models.Q(reason=""), name="an_authority_check_has_a_reason"),
            models.CheckConstraint(
                condition=models.Q(decision="continue", apply_to="")
                | (models.Q(decision="redirect") & ~models.Q(apply_to="")),
                name="who_is_redirected_is_told_where",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_decision_display()} · {self.case_id}"
