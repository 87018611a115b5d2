"""Asking the applicant: rounds of typed requests pinned to what was submitted; how a case may end early."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from django.db import models
from django.db.models import Q

from muara.cases.models.application import Submission
from muara.cases.models.case import Case, Task
from muara.documents.models import Blob
from muara.people.models import User

OPEN = Q(answered_at=None, ended_at=None)


class CorrectionQuerySet(models.QuerySet["Correction"]):
    def open(self) -> CorrectionQuerySet:
        return self.filter(OPEN)

    def with_applicant(self) -> CorrectionQuerySet:
        """Those that were sent and wait for an answer."""
        return self.filter(OPEN, sent_at__isnull=False)


class Correction(models.Model):
    """A round of requests to the applicant, all raised at once on one submission.

    With the applicant from `sent_at` to `answered_at`; `ended_at` where the case ended without an answer.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="corrections")
    number = models.PositiveSmallIntegerField("putaran ke")
    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="corrections")
    raised_at_step = models.CharField("langkah", max_length=40)
    raised_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    raised_at = models.DateTimeField("diminta")
    reason = models.TextField("catatan masalah", blank=True)
    explanation = models.TextField("penjelasan customer service", blank=True)
    due_on = models.DateField("ditunggu sampai", null=True)
    sent_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    sent_at = models.DateTimeField("disampaikan", null=True)
    answered_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField("dijawab", null=True)
    answer = models.TextField("jawaban", blank=True)
    answering = models.OneToOneField(
        Submission, on_delete=models.PROTECT, null=True, related_name="answered_correction"
    )
    ended_at = models.DateTimeField("berakhir tanpa jawaban", null=True)

    objects: ClassVar = CorrectionQuerySet.as_manager()

    class Meta:
        ordering = ["case", "number"]
        constraints = [
            models.UniqueConstraint(fields=["case", "number"], name="correction_numbered_once"),
            models.UniqueConstraint(fields=["case"], condition=OPEN, name="one_open_correction_per_case"),
            models.CheckConstraint(
                condition=Q(sent_at=None, sent_by=None, answered_at=None)
                | Q(sent_at__isnull=False, sent_by__isnull=False),
                name="an_answer_follows_a_request_that_somebody_sent",
            ),
            models.CheckConstraint(
                condition=Q(answered_at=None, answered_by=None, answering=None)
                | Q(answered_at__isnull=False, answered_by__isnull=False, answering__isnull=False),
                name="an_answer_is_a_submission",
            ),
            models.CheckConstraint(
                condition=Q(answered_at=None) | Q(ended_at=None), name="answered_or_ended_not_both"
            ),
        ]

    def __str__(self) -> str:
        return f"permintaan perbaikan {self.case_id}/{self.number}"

    @property
    def is_open(self) -> bool:
        return self.answered_at is None and self.ended_at is None

    @property
    def with_applicant(self) -> bool:
        return self.sent_at is not None and self.is_open

    def is_late(self, day: date) -> bool:
        """The applicant has not answered by the day that was set."""
        return self.with_applicant and self.due_on is not None and day > self.due_on


class CorrectionItem(models.Model):
    """One thing asked of the applicant, of one of the four kinds that the SOP prints at steps 4, 7 and 10.

    A requirement's number, or none where the whole form is meant. A disputed item asks for no change.
    """

    class Kind(models.TextChoices):
        CONFIRM = "confirm", "Konfirmasi kejelasan & kelengkapan data"
        REPAIR = "repair", "Perbaiki / lengkapi berkas"
        ADDITIONAL = "additional", "Tambahan persyaratan"
        NEW = "new", "Buat permohonan baru"

    correction = models.ForeignKey(Correction, on_delete=models.PROTECT, related_name="items")
    number = models.PositiveSmallIntegerField("hal ke")
    kind = models.CharField("jenis", max_length=12, choices=Kind, default=Kind.REPAIR)
    requirement = models.PositiveSmallIntegerField("nomor persyaratan", null=True)
    reason = models.TextField("kekurangan")
    answer = models.TextField("jawaban", blank=True)
    disputed = models.BooleanField("keberatan", default=False)
    grounds = models.TextField("alasan keberatan", blank=True)

    class Meta:
        ordering = ["correction", "number"]
        constraints = [
            models.UniqueConstraint(fields=["correction", "number"], name="correction_item_numbered_once"),
            models.CheckConstraint(condition=~Q(reason=""), name="correction_item_says_what"),
            models.CheckConstraint(
                condition=Q(disputed=False) | ~Q(grounds=""), name="a_dispute_has_its_grounds"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.correction}: {self.number}"


class LateDefectPermission(models.Model):
    """A superior's reason for letting a step raise a defect late, on material examined before."""

    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="late_defects")
    requirement = models.PositiveSmallIntegerField("nomor persyaratan", null=True)
    reason = models.TextField("alasan")
    granted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    granted_at = models.DateTimeField("diizinkan")

    class Meta:
        ordering = ["task", "requirement"]
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="a_late_defect_has_its_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.task}: {self.requirement}"


class Confirmation(models.Model):
    """What an officer confirmed with the applicant, of whom and how; it moves nothing."""

    class Channel(models.TextChoices):
        PHONE = "telepon", "Telepon"
        MESSAGE = "pesan", "Pesan singkat"
        EMAIL = "surel", "Surel"
        VISIT = "tatap_muka", "Tatap muka"

    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="confirmations")
    asked_of = models.CharField("ditanyakan kepada", max_length=160)
    channel = models.CharField("melalui", max_length=12, choices=Channel)
    question = models.TextField("yang ditanyakan")
    answer = models.TextField("jawaban")
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField("dicatat")

    class Meta:
        ordering = ["made_at"]

    def __str__(self) -> str:
        return f"konfirmasi {self.task}"


class EarlyEnd(models.Model):
    """How and why a case ended before its decision: withdrawn, lapsed, redirected, replaced."""

    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="early_end")
    ending = models.CharField("cara berakhir", max_length=40)
    reason = models.TextField("alasan")
    proof = models.ForeignKey(Blob, on_delete=models.PROTECT, null=True, related_name="+")
    ended_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField("berakhir")

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(reason=""), name="an_early_end_has_its_reason")]

    def __str__(self) -> str:
        return f"{self.case_id} {self.ending}"
