"""Permits, and the series that give numbers without a gap."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import F, Q

from muara.cases.models import Case, Draft
from muara.documents.models import Blob
from muara.people.models import User


class Series(models.Model):
    """A register of numbers of one service: its pattern, and the fixed tokens that the pattern names."""

    service = models.CharField("layanan", max_length=20)
    key = models.CharField("kunci", max_length=40)
    label = models.CharField("register", max_length=120)
    pattern = models.CharField("pola nomor", max_length=120)
    tokens = models.JSONField("isian pola", default=dict)
    starts_at = models.PositiveIntegerField("nomor awal", default=1)

    class Meta:
        ordering = ["service", "key"]
        constraints = [
            models.UniqueConstraint(fields=["service", "key"], name="one_series_per_service_and_key")
        ]

    def __str__(self) -> str:
        return f"{self.service}.{self.key}"

    @property
    def chain(self) -> str:
        return f"series:{self}"


class SeriesYear(models.Model):
    """The last number given in a year: the row that whoever takes a number locks."""

    series = models.ForeignKey(Series, on_delete=models.PROTECT, related_name="years")
    year = models.PositiveSmallIntegerField("tahun")
    last = models.PositiveIntegerField("nomor terakhir")

    class Meta:
        ordering = ["series", "-year"]
        constraints = [
            models.UniqueConstraint(fields=["series", "year"], name="one_counter_per_series_and_year")
        ]

    def __str__(self) -> str:
        return f"{self.series} {self.year}: {self.last}"


class Number(models.Model):
    """A number that was given: never reused; a void one stays, with its reason."""

    counter = models.ForeignKey(SeriesYear, on_delete=models.PROTECT, related_name="numbers")
    seq = models.PositiveIntegerField("urut")
    text = models.CharField("nomor", max_length=160, unique=True)
    dated = models.DateField("tanggal")
    given_to = models.CharField("untuk", max_length=80, db_index=True)
    given_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    given_at = models.DateTimeField("diberikan")
    voided_at = models.DateTimeField("batal", null=True)
    void_reason = models.TextField("alasan batal", blank=True)

    class Meta:
        ordering = ["counter", "seq"]
        constraints = [
            models.UniqueConstraint(fields=["counter", "seq"], name="number_given_once"),
            models.CheckConstraint(
                condition=Q(voided_at=None) | ~Q(void_reason=""), name="a_void_number_has_a_reason"
            ),
        ]

    def __str__(self) -> str:
        return self.text


class Registered(models.Model):
    """A decision that has its number: the register's row that anyone may verify.

    The database itself sees to it that the draft is of the row's kind, and the number of that kind's
    series (muara.permits.registers).
    """

    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="%(class)s")
    draft = models.OneToOneField(Draft, on_delete=models.PROTECT, related_name="%(class)s")
    number = models.OneToOneField(Number, on_delete=models.PROTECT, related_name="%(class)s")
    company = models.CharField("pemohon", max_length=160)
    signed_on = models.DateField("ditandatangani")
    issued_on = models.DateField("ditetapkan")
    scan = models.ForeignKey(Blob, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        abstract = True
        ordering = ["-issued_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(issued_on__gte=F("signed_on")), name="%(class)s_is_signed_before_its_issue"
            ),
        ]

    def __str__(self) -> str:
        return self.number.text


class Permit(Registered):
    """A granted application; a renewal or a change names the permit that it takes the place of."""

    kind = Draft.Kind.PERMIT
    expires_on = models.DateField("berlaku sampai")
    replaces = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="replaced_by")
    replaced_on = models.DateField("diganti", null=True)

    class Meta(Registered.Meta):
        constraints = [
            *Registered.Meta.constraints,
            models.CheckConstraint(
                condition=Q(replaced_on=None) | Q(replaced_on__gte=F("issued_on")),
                name="permit_is_replaced_after_its_issue",
            ),
            models.CheckConstraint(
                condition=Q(expires_on__gt=F("issued_on")), name="permit_expires_after_issue"
            ),
        ]

    def status(self, day: date) -> str:
        """The public status on an office day."""
        if self.scan_id is None:
            return "belum disahkan"
        if self.replaced_on is not None and day >= self.replaced_on:
            return "diganti"
        return "berlaku" if day <= self.expires_on else "berakhir"


class Refusal(Registered):
    """A refused application; the SOP prints none, so its register is an extension."""

    kind = Draft.Kind.REFUSAL

    def status(self, day: date) -> str:
        """The public status: a refusal does not end."""
        return "belum disahkan" if self.scan_id is None else "ditolak"


Decision = Permit | Refusal


class Lookups(models.Model):
    """How often the QR of a draft was opened on a day. Of who opened it, and from where, nothing is kept."""

    draft = models.ForeignKey(Draft, on_delete=models.CASCADE, related_name="lookups")
    day = models.DateField("hari")
    times = models.PositiveIntegerField("kali", default=0)

    class Meta:
        ordering = ["draft", "day"]
        constraints = [models.UniqueConstraint(fields=["draft", "day"], name="one_count_per_draft_and_day")]

    def __str__(self) -> str:
        return f"{self.draft_id} {self.day}: {self.times}"
