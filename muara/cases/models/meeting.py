"""The joint meeting (step 14): called, attended, minuted, approved; its decision binds the next step."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from muara.cases.models.case import Task
from muara.documents.models import Blob, Letter
from muara.people.models import User


class Meeting(models.Model):
    """One joint meeting; a case that comes to step 14 again has another one.

    `day` and `starts` are the office's own time (WITA). Minutes are a draft until whoever called the
    meeting has approved them; only then can it decide.
    """

    task = models.OneToOneField(Task, on_delete=models.PROTECT, related_name="meeting")
    day = models.DateField("hari rapat")
    starts = models.TimeField("pukul (WITA)")
    place = models.CharField("tempat", max_length=160)
    agenda = models.TextField("acara")
    letter_number = models.CharField("nomor surat undangan", max_length=80, blank=True)
    invitation = models.ForeignKey(Letter, on_delete=models.PROTECT, related_name="+")
    called_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    called_at = models.DateTimeField("diundang")
    attended_at = models.DateTimeField("kehadiran dicatat", null=True)
    minutes = models.TextField("notulen", blank=True)
    minuted_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    approved_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    approved_at = models.DateTimeField("notulen disetujui", null=True)
    opinion = models.TextField("pendapat hukum", blank=True)
    opinion_scan = models.ForeignKey(Blob, on_delete=models.PROTECT, null=True, related_name="+")
    decision = models.TextField("keputusan bersama", blank=True)
    decided_at = models.DateTimeField("diputuskan", null=True)
    scan = models.ForeignKey(Blob, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["task__case", "day", "starts"]
        constraints = [
            models.CheckConstraint(
                condition=Q(approved_at=None, approved_by=None)
                | (
                    Q(approved_at__isnull=False, approved_by__isnull=False, attended_at__isnull=False)
                    & ~Q(minutes="")
                ),
                name="approved_minutes_say_something_of_an_attended_meeting",
            ),
            models.CheckConstraint(
                condition=Q(decided_at=None, decision="")
                | (Q(decided_at__isnull=False, approved_at__isnull=False) & ~Q(decision="")),
                name="a_meeting_decides_on_approved_minutes",
            ),
        ]

    def __str__(self) -> str:
        return f"rapat {self.day}"


class Participant(models.Model):
    """Somebody invited to a meeting, or who came without; they need no account (SOP 14, keterangan)."""

    class Side(models.TextChoices):
        OFFICE = "office", "DPMPTSP"
        AGENCY = "agency", "OPD teknis"
        APPLICANT = "applicant", "Pemohon"
        EXPERT = "expert", "Nara sumber"

    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="participants")
    side = models.CharField("unsur", max_length=10, choices=Side)
    name = models.CharField("nama", max_length=120)
    institution = models.CharField("instansi", max_length=160)
    invited = models.BooleanField("diundang", default=True)
    present = models.BooleanField("hadir", null=True)

    class Meta:
        ordering = ["meeting", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["meeting", "name", "institution"], name="one_seat_per_participant"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}, {self.institution}"
