"""Instruments that send the daily log by themselves."""

from __future__ import annotations

from django.db import models

from muara.compliance.models.followed import Point
from muara.people.models import User


class Logger(models.Model):
    """A data logger at a compliance point: whoever has its token may log for that point alone.

    Only the token's digest is kept. What it sends counts as sent by whoever connected it: once they may not
    act for the holder any more, neither may it.
    """

    point = models.ForeignKey(Point, on_delete=models.PROTECT, related_name="loggers")
    name = models.CharField("nama alat", max_length=80)
    digest = models.CharField("SHA-256 token", max_length=64, unique=True)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField("disambungkan")
    revoked_at = models.DateTimeField("diputus", null=True)

    class Meta:
        ordering = ["point", "pk"]
        constraints = [
            models.CheckConstraint(condition=~models.Q(name=""), name="a_logger_has_a_name"),
        ]

    def __str__(self) -> str:
        return self.name
