"""The register of the SOP's controlled copies: which numbered print somebody holds."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from muara.cases.models.case import Revision
from muara.people.models import User


class ControlledCopy(models.Model):
    """A numbered print of a revision, from the day it was handed out to the day it came back.

    A number is given once for each revision. What a newer revision supersedes is to be withdrawn.
    """

    revision = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="copies")
    number = models.PositiveSmallIntegerField("nomor salinan")
    holder = models.CharField("pemegang", max_length=160)
    given_on = models.DateField("diserahkan")
    given_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    withdrawn_on = models.DateField("ditarik", null=True)
    withdrawn_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["revision", "number"]
        constraints = [
            models.UniqueConstraint(fields=["revision", "number"], name="a_copy_number_once_a_revision"),
            models.CheckConstraint(condition=Q(number__gte=1), name="copies_are_numbered_from_1"),
            models.CheckConstraint(
                condition=Q(withdrawn_on=None, withdrawn_by=None)
                | Q(withdrawn_on__gte=F("given_on"), withdrawn_by__isnull=False),
                name="a_copy_is_withdrawn_by_somebody_after_it_was_given",
            ),
        ]

    def __str__(self) -> str:
        return f"Salinan no. {self.number} {self.revision}"
