"""Checking what was handed in (steps 4, 6, 7) and asking the applicant to mend it (3, 8)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from muara.cases.models.application import Submission
from muara.cases.models.case import Case, Task
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


class Correction(models.Model):
    """A request to the applicant: raised at a step, with the applicant from `sent_at` to `answered_at`."""

    class Kind(models.TextChoices):
        CONFIRM = "confirm", "Konfirmasi kejelasan & kelengkapan data"
        REPAIR = "repair", "Perbaiki / lengkapi berkas"
        ADDITIONAL = "additional", "Tambahan persyaratan"

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="corrections")
    raised_at_step = models.CharField("langkah", max_length=40)
    raised_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    raised_at = models.DateTimeField("diminta")
    kind = models.CharField("jenis", max_length=12, choices=Kind, default=Kind.REPAIR)
    reason = models.TextField("kekurangan")
    sent_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    sent_at = models.DateTimeField("disampaikan", null=True)
    answered_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField("dijawab", null=True)
    answer = models.TextField("jawaban", blank=True)

    class Meta:
        ordering = ["raised_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=Q(answered_at=None), name="one_open_correction_per_case"
            ),
            models.CheckConstraint(
                condition=Q(answered_at=None) | Q(sent_at__isnull=False), name="an_answer_follows_a_request"
            ),
        ]

    def __str__(self) -> str:
        return f"permintaan perbaikan {self.case_id}"

    @property
    def with_applicant(self) -> bool:
        return self.sent_at is not None and self.answered_at is None
