"""A pause of a case's clocks: time that the office waits for somebody else, with its reason."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from muara.cases.models.case import Task
from muara.people.models import User


class Pause(models.Model):
    """From `starts` to `ends` the file waits for somebody outside the office's power, at one task.

    The SOP is silent on pauses (domain 1.8.3): the gross count never stops for one, the net count does.
    A pause without an end ends with its task, so two of a case never overlap while one of a task does not.
    """

    class Category(models.TextChoices):
        APPLICANT = "applicant", "Menunggu pemohon"
        AGENCY = "agency", "Menunggu OPD teknis"
        OTHER = "other", "Menunggu instansi atau pihak lain"
        FORCE_MAJEURE = "force_majeure", "Keadaan kahar"

    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="pauses")
    category = models.CharField("jenis jeda", max_length=16, choices=Category)
    reason = models.TextField("alasan")
    starts = models.DateTimeField("mulai")
    begun_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    begun_at = models.DateTimeField("dicatat")
    ends = models.DateTimeField("sampai", null=True)
    ended_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField("akhir dicatat", null=True)

    class Meta:
        ordering = ["task", "starts", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["task"], condition=Q(ends=None), name="one_running_pause_per_task"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="a_pause_has_its_reason"),
            models.CheckConstraint(
                condition=Q(starts__lte=F("begun_at")), name="a_pause_begins_not_in_the_future"
            ),
            models.CheckConstraint(
                condition=Q(ends=None, ended_by=None, ended_at=None)
                | Q(
                    ends__gt=F("starts"),
                    ends__lte=F("ended_at"),
                    ended_by__isnull=False,
                    ended_at__isnull=False,
                ),
                name="a_pause_ends_after_it_began_and_not_in_the_future",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.task}: {self.category}"
