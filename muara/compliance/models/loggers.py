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
    every = models.PositiveSmallIntegerField("selang bacaan (menit)", default=60)
    digest = models.CharField("SHA-256 token", max_length=64, unique=True)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField("disambungkan")
    revoked_at = models.DateTimeField("diputus", null=True)

    class Meta:
        ordering = ["point", "pk"]
        constraints = [
            models.CheckConstraint(condition=~models.Q(name=""), name="a_logger_has_a_name"),
            models.CheckConstraint(
                condition=models.Q(every__gte=1, every__lte=1440), name="a_logger_reads_within_a_day"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Measurement(models.Model):
    """One reading of an instrument within a day: flow as m³/day at that moment, pH. Never changed.

    `day` is the office's day of the moment. The day's own log (`Reading`) is derived from these once the day
    is over; what a person corrects is there, not here.
    """

    point = models.ForeignKey(Point, on_delete=models.PROTECT, related_name="measurements", db_index=False)
    logger = models.ForeignKey(Logger, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField("waktu")
    day = models.DateField("hari")
    flow = models.DecimalField("debit (m³/hari)", max_digits=14, decimal_places=4, null=True)
    ph = models.DecimalField("pH", max_digits=5, decimal_places=3, null=True)
    received_at = models.DateTimeField("diterima")

    class Meta:
        ordering = ["point", "at"]
        indexes = [models.Index(fields=["point", "day"], name="measurements_of_a_day")]
        constraints = [
            models.UniqueConstraint(fields=["point", "at"], name="one_measurement_a_moment"),
            models.CheckConstraint(
                condition=models.Q(flow__isnull=False) | models.Q(ph__isnull=False),
                name="a_measurement_says_something",
            ),
            models.CheckConstraint(
                condition=models.Q(flow=None) | models.Q(flow__gte=0), name="a_measured_flow_is_not_negative"
            ),
            models.CheckConstraint(
                condition=models.Q(ph=None) | models.Q(ph__gte=0, ph__lte=14),
                name="a_measured_ph_is_between_0_and_14",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.point_id} {self.at:%Y-%m-%d %H:%M}"
