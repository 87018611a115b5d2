"""After the permit: what its holder owes, the limits that bind it, and what was measured.

A discharge is followed through all its permits: a renewal or a change is another permit, but the same
outfall, the same limits where they stay, the same series of measurements.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from muara.cases.models import Application
from muara.cases.terms import LimitKind, PointKind
from muara.compliance.arithmetic import limits
from muara.compliance.arithmetic.limits import Certainty
from muara.compliance.arithmetic.measured import Measured, Sign
from muara.compliance.arithmetic.presets import Ecosystem, Use
from muara.compliance.arithmetic.schedule import DutyKind, Frequency
from muara.documents.models import Blob
from muara.people.models import Company, User
from muara.permits.models import Permit


def choices(
    kinds: type[PointKind | LimitKind | Certainty | Use | DutyKind | Frequency],
) -> list[tuple[str, str]]:
    """The values of an enumeration with their words, where it has any."""
    return [
        (kind.value, getattr(kind, "label", "") or getattr(kind, "badge", "") or kind.value) for kind in kinds
    ]


class DischargeQuerySet(models.QuerySet["Discharge"]):
    def of_holder(self, user: User, *, on: date) -> DischargeQuerySet:
        """Those of the companies that a person is a member of, or has a power for on that day."""
        theirs = Application.objects.of_applicant(user, on=on)
        return self.filter(grants__permit__case__application__in=theirs).distinct()


class Discharge(models.Model):
    """A discharge to the sea, followed through the permits that allow it one after another."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="discharges")
    service = models.CharField("layanan", max_length=20)
    regency = models.CharField("kabupaten atau kota", max_length=5, blank=True)  # of the latest permit
    kbli = models.CharField("KBLI", max_length=5, blank=True)
    created_at = models.DateTimeField("dibuat")

    objects: ClassVar = DischargeQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"pembuangan {self.company}"

    @property
    def chain(self) -> str:
        return f"discharge:{self.pk}"


class Grant(models.Model):
    """A permit that allows a discharge, from its day of issue to its last day.

    `terms` are the ones that its obligations were read off. Ended early, it says on which day and why.
    """

    discharge = models.ForeignKey(Discharge, on_delete=models.PROTECT, related_name="grants")
    permit = models.OneToOneField(Permit, on_delete=models.PROTECT, related_name="grant")
    terms = models.JSONField("ketentuan teknis")
    starts = models.DateField("berlaku sejak")
    ends = models.DateField("berlaku sampai")
    ended_at = models.DateTimeField("diakhiri", null=True)
    end_reason = models.CharField("alasan diakhiri", max_length=300, blank=True)

    class Meta:
        ordering = ["discharge", "starts", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at=None) | ~Q(end_reason=""), name="a_grant_ended_early_says_why"
            ),
        ]

    def __str__(self) -> str:
        return str(self.permit_id)

    @property
    def never_held(self) -> bool:
        """It was taken back on its first day: there is no day that it allowed."""
        return self.ends < self.starts


class Point(models.Model):
    """A place that a permit names: where compliance is judged, where it flows out, where the sea is watched.

    `use` and `ecosystem` say which seawater standard holds at a monitoring point. A point with data is
    never deleted; one that no permit names any more is closed.
    """

    discharge = models.ForeignKey(Discharge, on_delete=models.PROTECT, related_name="points")
    kind = models.CharField("jenis", max_length=10, choices=choices(PointKind))
    name = models.CharField("nama", max_length=160)
    latitude = models.DecimalField("lintang", max_digits=8, decimal_places=6)
    longitude = models.DecimalField("bujur", max_digits=9, decimal_places=6)
    use = models.CharField("peruntukan laut", max_length=10, choices=choices(Use), blank=True)
    ecosystem = models.CharField(
        "ekosistem", max_length=10, choices=[(kind.value, kind.value) for kind in Ecosystem], blank=True
    )
    closed_on = models.DateField("ditutup", null=True)

    class Meta:
        ordering = ["discharge", "kind", "name"]
        constraints = [
            models.UniqueConstraint(fields=["discharge", "kind", "name"], name="a_point_once_per_discharge"),
            models.CheckConstraint(
                condition=Q(use="", ecosystem="") | Q(kind="pantau"), name="only_the_sea_has_a_designated_use"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class LimitQuerySet(models.QuerySet["Limit"]):
    def overlapping(self, first: date, last: date) -> LimitQuerySet:
        """Those that hold on some day of a period."""
        return self.filter(Q(valid_to=None) | Q(valid_to__gte=first), valid_from__lte=last)


class Limit(models.Model):
    """A limit that binds: typed from the agency's letter into the permit. The flow is one of them.

    `point` None: at every compliance point. A changed limit is another row: the old one keeps its days.
    """

    discharge = models.ForeignKey(Discharge, on_delete=models.PROTECT, related_name="limits")
    permit = models.ForeignKey(Permit, on_delete=models.PROTECT, related_name="limits")
    point = models.ForeignKey(Point, on_delete=models.PROTECT, null=True, related_name="limits")
    parameter = models.CharField("parameter", max_length=40)
    name = models.CharField("nama", max_length=120)
    kind = models.CharField("jenis", max_length=8, choices=choices(LimitKind))
    unit = models.CharField("satuan", max_length=20, blank=True)
    low = models.DecimalField("batas bawah", max_digits=24, decimal_places=10, null=True)
    high = models.DecimalField("batas atas", max_digits=24, decimal_places=10, null=True)
    load_per_day = models.DecimalField("beban kg/hari", max_digits=24, decimal_places=10, null=True)
    load_per_ton = models.DecimalField("beban kg/ton", max_digits=24, decimal_places=10, null=True)
    basis = models.CharField("dasar", max_length=300, blank=True)
    certainty = models.CharField("kepastian", max_length=10, choices=choices(Certainty), default="izin")
    valid_from = models.DateField("berlaku sejak")
    valid_to = models.DateField("berlaku sampai", null=True)

    objects: ClassVar = LimitQuerySet.as_manager()

    class Meta:
        ordering = ["discharge", "parameter", "valid_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["discharge", "parameter", "valid_from"],
                condition=Q(point=None),
                name="one_limit_per_parameter_and_day",
            ),
            models.UniqueConstraint(
                fields=["point", "parameter", "valid_from"], name="one_limit_per_point_parameter_and_day"
            ),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")), name="a_limit_lasts"
            ),
            models.CheckConstraint(
                condition=Q(kind="maks", low=None, high__isnull=False)
                | Q(kind="min", low__isnull=False, high=None)
                | Q(kind="rentang", low__isnull=False, high__gte=F("low"))
                | Q(kind__in=["nihil", "alami"], low=None, high=None)
                | Q(kind="maks", low=None, high=None, load_per_day__isnull=False)
                | Q(kind="maks", low=None, high=None, load_per_ton__isnull=False),
                name="a_limit_has_the_bounds_of_its_kind",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}: {self.value.shown}"

    @property
    def value(self) -> limits.Limit:
        """The limit as the arithmetic reads it."""
        return limits.Limit(
            parameter=self.parameter,
            name=self.name,
            kind=LimitKind(self.kind),
            unit=self.unit,
            low=self.low,
            high=self.high,
            load_per_day=self.load_per_day,
            load_per_ton=self.load_per_ton,
            basis=self.basis,
            certainty=Certainty(self.certainty),
            valid_from=self.valid_from,
            valid_to=self.valid_to,
        )


class ObligationQuerySet(models.QuerySet["Obligation"]):
    def standing(self) -> ObligationQuerySet:
        return self.filter(voided_at=None)

    def on(self, day: date) -> ObligationQuerySet:
        """Those that hold on a day: begun, not over; one that was voided held until its last day."""
        return self.filter(starts__lte=day, ends__gte=day)


class Obligation(models.Model):
    """Something that the holder owes, where and how often (SOP G.8 to G.17); its periods are derived.

    `permit` is the one that first asked for it. A later permit that asks for the same moves `ends`; one that
    does not ask for it any more, or a revocation, voids it with a reason and its last day.
    """

    discharge = models.ForeignKey(Discharge, on_delete=models.PROTECT, related_name="obligations")
    permit = models.ForeignKey(Permit, on_delete=models.PROTECT, related_name="obligations")
    kind = models.CharField("jenis", max_length=20, choices=choices(DutyKind))
    frequency = models.CharField("frekuensi", max_length=12, choices=choices(Frequency))
    point = models.ForeignKey(Point, on_delete=models.PROTECT, null=True, related_name="obligations")
    parameter = models.CharField("parameter", max_length=40, blank=True)
    wording = models.TextField("bunyi", blank=True)
    starts = models.DateField("sejak")
    ends = models.DateField("sampai")
    made_at = models.DateTimeField("dibuat")
    voided_at = models.DateTimeField("gugur", null=True)
    void_reason = models.CharField("alasan gugur", max_length=300, blank=True)

    objects: ClassVar = ObligationQuerySet.as_manager()

    class Meta:
        ordering = ["discharge", "kind", "point", "parameter", "starts", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(voided_at=None, void_reason="")
                | (Q(voided_at__isnull=False) & ~Q(void_reason="")),
                name="a_void_obligation_has_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(ends__gte=F("starts")) | Q(voided_at__isnull=False), name="an_obligation_lasts"
            ),
            models.CheckConstraint(
                condition=~Q(kind="worded") | ~Q(wording=""), name="a_worded_obligation_has_its_words"
            ),
        ]

    def __str__(self) -> str:
        return DutyKind(self.kind).label


class Source(models.TextChoices):
    """How data came in."""

    FORM = "form", "diketik"
    SHEET = "sheet", "berkas tabel"
    LOGGER = "logger", "alat ukur"


class Reading(models.Model):
    """What was logged of a day at a compliance point: flow in m³ that day, and pH (SOP G.10).

    Append-only: a correction is another row with its reason, and the row before stops being current. Rows
    are narrow, since there are three a day for each permit.
    """

    point = models.ForeignKey(Point, on_delete=models.PROTECT, related_name="readings", db_index=False)
    day = models.DateField("hari")
    flow = models.DecimalField("debit (m³/hari)", max_digits=14, decimal_places=4, null=True)
    ph = models.DecimalField("pH", max_digits=5, decimal_places=3, null=True)
    # What an instrument saw within the day; of what a person typed there is one value.
    ph_low = models.DecimalField("pH terendah", max_digits=5, decimal_places=3, null=True)
    ph_high = models.DecimalField("pH tertinggi", max_digits=5, decimal_places=3, null=True)
    version = models.PositiveSmallIntegerField("versi", default=1)
    current = models.BooleanField(default=True, null=True)  # NULL once corrected: NULLs are all distinct
    source = models.CharField("asal", max_length=6, choices=Source)
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    at = models.DateTimeField("dicatat")
    reason = models.CharField("alasan perbaikan", max_length=300, blank=True)

    class Meta:
        ordering = ["point", "day", "version"]
        constraints = [
            models.UniqueConstraint(fields=["point", "day", "current"], name="one_current_reading_a_day"),
            models.CheckConstraint(condition=~Q(current=False), name="a_reading_is_current_or_not"),
            models.CheckConstraint(
                condition=Q(flow__isnull=False) | Q(ph__isnull=False), name="a_reading_says_something"
            ),
            models.CheckConstraint(condition=Q(flow=None) | Q(flow__gte=0), name="a_flow_is_not_negative"),
            models.CheckConstraint(
                condition=Q(ph=None) | Q(ph__gte=0, ph__lte=14), name="a_ph_is_between_0_and_14"
            ),
            models.CheckConstraint(
                condition=Q(ph_low=None, ph_high=None) | Q(ph_low__lte=F("ph"), ph_high__gte=F("ph")),
                name="a_mean_ph_lies_between_its_extremes",
            ),
            models.CheckConstraint(
                condition=Q(version=1) | ~Q(reason=""), name="a_corrected_reading_has_a_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.point_id} {self.day}"

    @property
    def phs(self) -> list[Decimal]:
        """The values of pH that must lie within the limit: lowest and highest, else the one that there is."""
        if self.ph_low is not None and self.ph_high is not None:
            return [self.ph_low, self.ph_high]
        return [] if self.ph is None else [self.ph]


class Production(models.Model):
    """A month's production in tons (SOP G.11), corrected like a reading. `month` is its first day."""

    discharge = models.ForeignKey(Discharge, on_delete=models.PROTECT, related_name="production")
    month = models.DateField("bulan")
    tons = models.DecimalField("produksi (ton)", max_digits=16, decimal_places=4)
    version = models.PositiveSmallIntegerField("versi", default=1)
    current = models.BooleanField(default=True, null=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField("dicatat")
    reason = models.CharField("alasan perbaikan", max_length=300, blank=True)

    class Meta:
        ordering = ["discharge", "month", "version"]
        constraints = [
            models.UniqueConstraint(
                fields=["discharge", "month", "current"], name="one_current_production_a_month"
            ),
            models.CheckConstraint(condition=Q(tons__gte=0), name="a_production_is_not_negative"),
            models.CheckConstraint(
                condition=Q(version=1) | ~Q(reason=""), name="a_corrected_production_has_a_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.discharge_id} {self.month:%Y-%m}"


class Laboratory(models.Model):
    """A laboratory and its registration with the Minister (PP 22/2021, Pasal 144), as the office knows it."""

    name = models.CharField("nama laboratorium", max_length=160)
    registration = models.CharField("nomor registrasi", max_length=80)
    registered_from = models.DateField("teregistrasi sejak")
    registered_to = models.DateField("teregistrasi sampai")

    class Meta:
        ordering = ["name"]
        verbose_name = "laboratorium"
        constraints = [
            models.UniqueConstraint(fields=["registration", "registered_from"], name="a_registration_once"),
            models.CheckConstraint(
                condition=Q(registered_to__gte=F("registered_from")), name="a_registration_lasts"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def is_registered(self, on: date) -> bool:
        return self.registered_from <= on <= self.registered_to


class Certificate(models.Model):
    """A laboratory's certificate: the PDF that proves its results. A PDF proves one certificate only.

    `corrects` is the certificate whose results this one takes the place of.
    """

    discharge = models.ForeignKey(Discharge, on_delete=models.PROTECT, related_name="certificates")
    laboratory = models.ForeignKey(Laboratory, on_delete=models.PROTECT, related_name="certificates")
    number = models.CharField("nomor sertifikat", max_length=80)
    dated = models.DateField("tanggal sertifikat")
    blob = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="+")
    filename = models.CharField("nama berkas", max_length=200)
    current = models.BooleanField(default=True, null=True)
    corrects = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="corrected_by")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField("dicatat")
    reason = models.CharField("alasan perbaikan", max_length=300, blank=True)

    class Meta:
        ordering = ["discharge", "dated", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["laboratory", "number", "current"], name="a_certificate_counts_once"
            ),
            models.UniqueConstraint(fields=["blob", "current"], name="a_pdf_proves_one_certificate"),
            models.CheckConstraint(condition=~Q(current=False), name="a_certificate_is_current_or_not"),
            models.CheckConstraint(
                condition=Q(corrects=None) | ~Q(reason=""), name="a_corrected_certificate_has_a_reason"
            ),
        ]

    def __str__(self) -> str:
        return self.number


class Sample(models.Model):
    """A sample that a certificate reports on: where, when and by whom it was taken."""

    certificate = models.ForeignKey(Certificate, on_delete=models.PROTECT, related_name="samples")
    point = models.ForeignKey(Point, on_delete=models.PROTECT, related_name="samples")
    taken_at = models.DateTimeField("waktu pengambilan")
    day = models.DateField("hari pengambilan")  # the office day (WITA): limits and periods go by it
    taken_by = models.CharField("petugas pengambil contoh", max_length=120)
    code = models.CharField("kode contoh uji", max_length=40, blank=True)

    class Meta:
        ordering = ["point", "taken_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["certificate", "point", "taken_at"], name="a_sample_once_per_certificate"
            ),
            models.CheckConstraint(condition=~Q(taken_by=""), name="a_sample_says_who_took_it"),
        ]
        indexes = [models.Index(fields=["point", "day"], name="samples_of_a_point")]

    def __str__(self) -> str:
        return f"{self.point_id} {self.day}"


class Result(models.Model):
    """One parameter's result in a sample; with a sign only a bound of it is known."""

    sample = models.ForeignKey(Sample, on_delete=models.PROTECT, related_name="results")
    parameter = models.CharField("parameter", max_length=40)
    sign = models.CharField("tanda", max_length=1, choices=[("<", "<"), (">", ">")], blank=True)
    value = models.DecimalField("hasil", max_digits=24, decimal_places=10)
    unit = models.CharField("satuan", max_length=20, blank=True)
    method = models.CharField("metode uji", max_length=120)

    class Meta:
        ordering = ["sample", "parameter"]
        constraints = [
            models.UniqueConstraint(fields=["sample", "parameter"], name="a_result_once_per_sample"),
            models.CheckConstraint(condition=Q(sign__in=["", "<", ">"]), name="a_result_has_a_known_sign"),
            models.CheckConstraint(condition=~Q(method=""), name="a_result_says_its_method"),
            models.CheckConstraint(
                condition=~Q(sign="<") | Q(value__gt=0), name="a_limit_of_detection_is_above_zero"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.parameter} {self.measured.shown}"

    @property
    def name(self) -> str:
        return limits.parameter(self.parameter).name

    @property
    def measured(self) -> Measured:
        return Measured(_plain(self.value), self.unit, Sign(self.sign))


def _plain(value: Decimal) -> Decimal:
    """A stored decimal without the zeros that its column adds."""
    return value.normalize() + 0 if value else Decimal(0)
