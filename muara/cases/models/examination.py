"""Checking what was handed in (steps 4, 6, 7)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from muara.cases.models.application import Submission
from muara.cases.models.case import Task
from muara.people.models import User


class Checklist(models.Model):
    """The signed verdict on one submission at one step; the CS's signature is the gate of step 6."""

    task = models.OneToOneField(Task, on_delete=models.PROTECT, related_name="checklist")
    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="checklists")
    approved = models.BooleanField("disetujui")
    signed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    signed_at = models.DateTimeField("ditandatangani")

    def __str__(self) -> str:
        return f"daftar periksa {self.task}"


class ChecklistMark(models.Model):
    """One requirement's verdict, with the reason where it does not hold."""

    class Verdict(models.TextChoices):
        FIT = "fit", "Sesuai"
        UNFIT = "unfit", "Tidak sesuai"
        NOT_APPLICABLE = "none", "Tidak berlaku"

    checklist = models.ForeignKey(Checklist, on_delete=models.CASCADE, related_name="marks")
    requirement = models.PositiveSmallIntegerField("nomor persyaratan")
    verdict = models.CharField("penilaian", max_length=5, choices=Verdict)
    reason = models.TextField("alasan", blank=True)

    class Meta:
        ordering = ["requirement"]
        constraints = [
            models.UniqueConstraint(fields=["checklist", "requirement"], name="one_mark_per_requirement"),
            models.CheckConstraint(
                condition=Q(verdict="fit") | ~Q(reason=""), name="a_mark_against_has_a_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.requirement}: {self.get_verdict_display()}"
