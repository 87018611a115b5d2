"""The liaison's round to an agency (step 9)."""

from __future__ import annotations

from django.db import models

from muara.documents.models import Blob
from muara.people.models import Office, User


class DeliveryRound(models.Model):
    """Several cases handed to one agency at once: one receiver, one time, one receipt."""

    agency = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="rounds", verbose_name="OPD")
    receiver = models.CharField("penerima di OPD", max_length=120)
    delivered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    delivered_at = models.DateTimeField("diserahkan")
    scan = models.ForeignKey(Blob, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["-delivered_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=~models.Q(receiver=""), name="a_round_has_a_receiver")
        ]

    def __str__(self) -> str:
        return f"{self.agency} {self.delivered_at:%Y-%m-%d}"
