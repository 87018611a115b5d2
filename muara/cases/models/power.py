"""Powers of attorney (SOP U.3 and U.4): who may sign or handle what for a company, and until when."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, ClassVar

from django.db import models
from django.db.models import F, Q

from muara.documents.models import Blob
from muara.people.models import Company, User

if TYPE_CHECKING:
    from muara.cases.models.application import Application


class PowerQuerySet(models.QuerySet["PowerOfAttorney"]):
    def in_force(self, day: date) -> PowerQuerySet:
        """Begun, not over and not revoked."""
        return self.filter(Q(ends=None) | Q(ends__gte=day), starts__lte=day, revoked_at=None)

    def covering(self, application: Application) -> PowerQuerySet:
        """Given by the application's company, for this application or for all."""
        return self.filter(Q(application=None) | Q(application=application), company=application.company_id)

    def waiting_for(self, addresses: frozenset[str]) -> PowerQuerySet:
        """Given to one of these addresses and not taken up yet."""
        return self.filter(holder=None, holder_address__in=addresses, revoked_at=None)


class PowerOfAttorney(models.Model):
    """A letter by which a company lets somebody else sign (F05) or handle (F06) its applications.

    `application` None means all of them. A holder with an account is named by address and has the power
    once they took it up; one without an account uses it at the counter only.
    """

    class Scope(models.TextChoices):
        SIGNING = "signing", "Penandatanganan"
        HANDLING = "handling", "Pengurusan"

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="powers")
    application = models.ForeignKey(
        "cases.Application", on_delete=models.PROTECT, null=True, related_name="powers"
    )
    scope = models.CharField("lingkup", max_length=10, choices=Scope)
    giver = models.CharField("pemberi kuasa", max_length=120)
    giver_position = models.CharField("jabatan pemberi kuasa", max_length=120, blank=True)
    holder_name = models.CharField("penerima kuasa", max_length=120)
    holder_address = models.EmailField("surel penerima kuasa", blank=True)
    holder = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="powers")
    taken_up_at = models.DateTimeField("diterima pemegang", null=True)
    dated = models.DateField("tanggal surat kuasa")
    starts = models.DateField("berlaku sejak")
    ends = models.DateField("berlaku sampai", null=True)
    scan = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="+")
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField("dicatat")
    revoked_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    revoked_at = models.DateTimeField("dicabut", null=True)
    revoke_reason = models.CharField("alasan pencabutan", max_length=300, blank=True)

    objects: ClassVar = PowerQuerySet.as_manager()

    class Meta:
        ordering = ["company", "recorded_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends=None) | Q(ends__gte=F("starts")), name="power_ends_after_start"
            ),
            models.CheckConstraint(
                condition=Q(scope__in=["signing", "handling"]), name="a_power_is_for_signing_or_handling"
            ),
            models.CheckConstraint(
                condition=~Q(giver="") & ~Q(holder_name=""), name="a_power_has_giver_and_holder"
            ),
            models.CheckConstraint(
                condition=Q(holder=None, taken_up_at=None)
                | (Q(holder__isnull=False, taken_up_at__isnull=False) & ~Q(holder_address="")),
                name="a_power_is_taken_up_by_whom_it_was_addressed_to",
            ),
            models.CheckConstraint(
                condition=Q(revoked_at=None, revoked_by=None, revoke_reason="")
                | (Q(revoked_at__isnull=False, revoked_by__isnull=False) & ~Q(revoke_reason="")),
                name="a_revoked_power_has_its_person_moment_and_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"kuasa {self.giver} kepada {self.holder_name}"

    def is_in_force(self, day: date) -> bool:
        """The same as `PowerQuerySet.in_force`, for a power at hand."""
        return self.revoked_at is None and self.starts <= day and (self.ends is None or day <= self.ends)
