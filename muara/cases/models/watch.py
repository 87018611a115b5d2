"""Who shall do a task, and what the office was told of its limit: the desk's own records."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from muara.cases.models.case import Case, Task
from muara.people.models import User


class Assignment(models.Model):
    """A task is meant for one person: a superior gave it to them, or a colleague handed it over.

    It says who shall receive the file, not that they did; "menerima" stays their own act (SOP steps 4-17).
    """

    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="assignments")
    to = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField("ditugaskan")
    note = models.TextField("pesan", blank=True)
    replaced_at = models.DateTimeField("digantikan", null=True)

    class Meta:
        ordering = ["task", "at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["task"], condition=Q(replaced_at=None), name="one_assignment_per_task"
            ),
            models.CheckConstraint(
                condition=Q(replaced_at=None) | Q(replaced_at__gte=F("at")),
                name="an_assignment_is_replaced_after_it_was_made",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.task}: {self.to}"


class Rung(models.TextChoices):
    """A step of the ladder that a limit climbs: whom it reaches when. The SOP is silent; the office chose."""

    BEFORE = "before", "Pengingat sebelum jatuh tempo"
    DUE = "due", "Jatuh tempo"
    SECTION_HEAD = "section_head", "Terlambat: kepala seksi"
    DIVISION_HEAD = "division_head", "Terlambat: kepala bidang"
    HEAD_OF_OFFICE = "head_of_office", "Terlambat: kepala dinas"


class Escalation(models.Model):
    """A rung was reached and told of: each once for a task, whatever the clock or a second tick does."""

    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="escalations")
    rung = models.CharField("jenjang", max_length=20, choices=Rung)
    due_on = models.DateField("jatuh tempo waktu itu")
    late = models.SmallIntegerField("hari kerja sesudah jatuh tempo")
    at = models.DateTimeField("disampaikan")

    class Meta:
        ordering = ["task", "at", "pk"]
        constraints = [models.UniqueConstraint(fields=["task", "rung"], name="a_rung_fires_once_per_task")]

    def __str__(self) -> str:
        return f"{self.task}: {self.rung}"


class LegalAlert(models.Model):
    """The office was told once that a case is past its legal limit (UU 30/2014, Pasal 53).

    Nothing is granted by it, and whether a case is past the limit now is computed, never read here.
    """

    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="legal_alert")
    limit_on = models.DateField("batas waktu itu")
    at = models.DateTimeField("disampaikan")

    class Meta:
        ordering = ["case"]

    def __str__(self) -> str:
        return f"{self.case_id}: {self.limit_on}"
