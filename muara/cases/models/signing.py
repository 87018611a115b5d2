"""The electronic original of a decree: prepared, signed by the official, numbered and sealed (ADR 16)."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import Q

from muara.cases.models.case import Task
from muara.cases.models.decision import Draft
from muara.documents.models import Blob, Letter
from muara.people.models import User


class SigningWayQuerySet(models.QuerySet["SigningWay"]):
    def on(self, service: str, day: date) -> str:
        """How a service's decrees are signed on a day; in ink until the office decides otherwise."""
        rows = self.filter(service=service, effective_from__lte=day).order_by("-effective_from")
        return rows.values_list("way", flat=True).first() or SigningWay.Way.INK


class SigningWay(models.Model):
    """How the decrees of a service are signed, from the day on which the office decided it."""

    class Way(models.TextChoices):
        INK = "ink", "Tanda tangan basah dan cap"
        LOCAL = "local", "Tanda tangan elektronik dengan sertifikat kantor"
        BSRE = "bsre", "Tanda tangan elektronik tersertifikasi BSrE"

    service = models.CharField("layanan", max_length=20)
    way = models.CharField("cara", max_length=10, choices=Way)
    effective_from = models.DateField("berlaku sejak")
    basis = models.CharField("dasar", max_length=200)

    objects = SigningWayQuerySet.as_manager()

    class Meta:
        ordering = ["service", "-effective_from"]
        constraints = [
            models.UniqueConstraint(fields=["service", "effective_from"], name="one_signing_way_per_day"),
            models.CheckConstraint(condition=~Q(basis=""), name="a_signing_way_has_its_basis"),
        ]

    def __str__(self) -> str:
        return f"{self.service}: {self.get_way_display()}"


class ElectronicDecreeQuerySet(models.QuerySet["ElectronicDecree"]):
    def standing(self) -> ElectronicDecreeQuerySet:
        return self.filter(withdrawn_at=None)


class ElectronicDecree(models.Model):
    """A decree on its way to being an electronic original; nothing counts before it is sealed.

    The row is made when the head has decided to sign exactly the `prepared` bytes. Signing and sealing
    happen outside every transaction; while a service does not answer the row waits, and `failure` says why.
    """

    draft = models.ForeignKey(Draft, on_delete=models.PROTECT, related_name="electronic")
    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="+")
    way = models.CharField("cara", max_length=10, choices=SigningWay.Way)
    letter = models.ForeignKey(Letter, on_delete=models.PROTECT, related_name="+")
    prepared = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="+")
    requested_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField("diputuskan")
    clauses = models.JSONField("yang dipastikan", default=list)
    note = models.TextField("catatan", blank=True)
    tried_at = models.DateTimeField("terakhir dicoba")
    tries = models.PositiveSmallIntegerField("percobaan gagal", default=0)
    failure = models.CharField("sebab tertunda", max_length=300, blank=True)
    signed = models.ForeignKey(Blob, on_delete=models.PROTECT, null=True, related_name="+")
    signed_at = models.DateTimeField("ditandatangani", null=True)
    signed_with = models.CharField("sidik sertifikat pejabat", max_length=64, blank=True)
    sealed = models.ForeignKey(Blob, on_delete=models.PROTECT, null=True, related_name="+")
    sealed_at = models.DateTimeField("disegel", null=True)
    sealed_with = models.CharField("sidik sertifikat segel", max_length=64, blank=True)
    withdrawn_at = models.DateTimeField("ditarik", null=True)

    objects = ElectronicDecreeQuerySet.as_manager()

    class Meta:
        ordering = ["draft", "requested_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["draft"], condition=Q(withdrawn_at=None), name="one_electronic_original_per_draft"
            ),
            models.CheckConstraint(
                condition=Q(signed=None, signed_at=None, signed_with="")
                | (Q(signed__isnull=False, signed_at__isnull=False) & ~Q(signed_with="")),
                name="a_signed_decree_has_its_moment_and_certificate",
            ),
            models.CheckConstraint(
                condition=Q(sealed=None, sealed_at=None, sealed_with="")
                | (
                    Q(sealed__isnull=False, sealed_at__isnull=False, signed__isnull=False)
                    & ~Q(sealed_with="")
                ),
                name="a_sealed_decree_was_signed",
            ),
            models.CheckConstraint(condition=~Q(way="ink"), name="an_electronic_decree_is_not_in_ink"),
        ]

    def __str__(self) -> str:
        return f"asli elektronik {self.draft}"

    @property
    def waits_for_signature(self) -> bool:
        return self.signed_id is None and self.withdrawn_at is None

    @property
    def waits_for_seal(self) -> bool:
        """Signed, and not closed yet; before step 16 gives a number that is how it should be."""
        return self.signed_id is not None and self.sealed_id is None and self.withdrawn_at is None
