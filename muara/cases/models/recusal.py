"""Who keeps out of a case because of a conflict of interest (UU 30/2014, Pasal 42-45)."""

from __future__ import annotations

from django.db import models

from muara.cases.models.case import Case
from muara.people.models import User


class Recusal(models.Model):
    """An official has declared a conflict of interest: from then on they do nothing in this case.

    The reason is for the superior (Pasal 43) and stands here alone, not on the control sheet.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="recusals")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="recusals")
    step_key = models.CharField("langkah", max_length=40)
    reason = models.TextField("alasan")
    at = models.DateTimeField("dinyatakan")

    class Meta:
        ordering = ["case", "at"]
        constraints = [
            models.UniqueConstraint(fields=["case", "user"], name="one_recusal_per_case_and_person"),
            models.CheckConstraint(condition=~models.Q(reason=""), name="a_recusal_has_a_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.case_id}"
