"""Whom an important notice did not reach: calls of customer service, and letters."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from muara.cases.models import Case
from muara.documents.models import Letter
from muara.people.models import Notice, User


class PhoneTask(models.Model):
    """An important notice that could not be sent: customer service telephones, and says the same."""

    class Outcome(models.TextChoices):
        REACHED = "reached", "Tersampaikan lewat telepon"
        LETTER = "letter", "Tidak tersambung; dikirim surat"
        MOOT = "moot", "Tidak perlu lagi"

    notice = models.OneToOneField(Notice, on_delete=models.PROTECT, related_name="phone_task")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="phone_tasks")
    name = models.CharField("nama", max_length=160)
    phone = models.CharField("telepon", max_length=20)
    say = models.TextField("yang disampaikan")
    made_at = models.DateTimeField("dibuat")
    outcome = models.CharField("hasil", max_length=10, choices=Outcome, blank=True)
    closed_at = models.DateTimeField("selesai", null=True)
    closed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["made_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(closed_at=None, closed_by=None, outcome="")
                | (Q(closed_at__isnull=False, closed_by__isnull=False) & ~Q(outcome="")),
                name="a_phone_task_closes_with_an_outcome",
            ),
            models.CheckConstraint(condition=~Q(phone=""), name="a_phone_task_has_a_number"),
        ]

    def __str__(self) -> str:
        return f"telepon {self.case_id}: {self.notice_id}"


class PhoneCall(models.Model):
    """One call of a phone task."""

    task = models.ForeignKey(PhoneTask, on_delete=models.PROTECT, related_name="calls")
    at = models.DateTimeField("ditelepon")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    reached = models.BooleanField("tersambung")
    note = models.TextField("catatan", blank=True)

    class Meta:
        ordering = ["task", "at", "pk"]

    def __str__(self) -> str:
        return f"{self.task} {self.at:%Y-%m-%d}"


class NoticeLetter(models.Model):
    """An important notice on paper, after nothing else reached the person: printed, posted, dated."""

    notice = models.OneToOneField(Notice, on_delete=models.PROTECT, related_name="on_paper")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="notice_letters")
    name = models.CharField("nama", max_length=160)
    address = models.CharField("alamat", max_length=300, blank=True)
    letter = models.ForeignKey(Letter, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField("dibuat")
    posted_on = models.DateField("diposkan", null=True)
    posted_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    tracking_number = models.CharField("nomor resi", max_length=80, blank=True)

    class Meta:
        ordering = ["made_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(posted_on=None, posted_by=None, tracking_number="")
                | Q(posted_on__isnull=False, posted_by__isnull=False),
                name="a_posted_letter_has_its_day_and_officer",
            ),
        ]

    def __str__(self) -> str:
        return f"surat pemberitahuan {self.case_id}: {self.notice_id}"
