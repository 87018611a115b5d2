"""The wording of decrees that the office approved in place of the one its SOP came with."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from django.db import models
from django.db.models import Q

from muara.cases.models.decision import Draft
from muara.people.models import User


class DecreeTemplateQuerySet(models.QuerySet["DecreeTemplate"]):
    def in_force(self, *, service: str, kind: str, on: date) -> DecreeTemplate | None:
        """The approved wording that counts on a day; of two from one day, the one approved last."""
        approved = self.filter(service=service, kind=kind, approved_at__isnull=False, effective_from__lte=on)
        return approved.order_by("-effective_from", "-approved_at").first()


class DecreeTemplate(models.Model):
    """A wording proposed for a service's permit or refusal; it counts once the head of office approved it."""

    service = models.CharField("layanan", max_length=20)
    kind = models.CharField("jenis keputusan", max_length=10, choices=Draft.Kind)
    text = models.TextField("susunan kata")
    sha256 = models.CharField(max_length=64)
    effective_from = models.DateField("berlaku sejak")
    proposed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField("diusulkan")
    approved_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    approved_at = models.DateTimeField("disetujui", null=True)

    objects: ClassVar = DecreeTemplateQuerySet.as_manager()

    class Meta:
        ordering = ["service", "kind", "-effective_from", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(approved_by=None, approved_at=None)
                | Q(approved_by__isnull=False, approved_at__isnull=False),
                name="approval_of_a_wording_has_its_person_and_moment",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.service} sejak {self.effective_from}"
