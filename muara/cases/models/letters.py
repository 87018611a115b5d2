"""The letters of a case: who may read a letter follows from the case it was filed in."""

from __future__ import annotations

from django.db import models

from muara.cases.models.case import Case
from muara.documents.models import Letter


class CaseLetter(models.Model):
    """A letter filed in a case's folder, at the step that made it."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="letters")
    letter = models.OneToOneField(Letter, on_delete=models.PROTECT, related_name="filed")
    kind = models.CharField("jenis", max_length=40)
    step_key = models.CharField("langkah", max_length=40)
    made_at = models.DateTimeField("dibuat")

    class Meta:
        ordering = ["case", "made_at", "pk"]

    def __str__(self) -> str:
        return f"{self.kind} {self.case_id}"
