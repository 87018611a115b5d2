"""What is overseen after the permit: rulings on what was detected, warning letters, incidents."""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from muara.compliance.models.followed import Discharge, Point
from muara.documents.models import Blob, Letter
from muara.people.models import User

NOTIFY_WITHIN = timedelta(hours=24)  # PP 22/2021, Pasal 263: within 24 hours of being known


class FindingQuerySet(models.QuerySet["Finding"]):
    def standing(self) -> FindingQuerySet:
        """The ruling that counts of each thing that was detected."""
        return self.filter(current=True)


class Finding(models.Model):
    """An officer's ruling on something that Muara detected: confirmed or dismissed, with a reason.

    What was only detected is no row: it is derived, and goes with a corrected value.
    `key` names the thing (compliance.detection); `told` is what it was when it was ruled on. Another ruling
    on the same thing is another row, and the one before stops being current.
    """

    class Kind(models.TextChoices):
        EXCEEDANCE = "exceedance", "pelampauan baku mutu"
        MISSING_REPORT = "missing_report", "laporan tidak masuk"
        SILENCE = "silence", "pencatatan berhenti"

    class Outcome(models.TextChoices):
        CONFIRMED = "confirmed", "ditegaskan"
        DISMISSED = "dismissed", "dikesampingkan"

    discharge = models.ForeignKey(Discharge, on_delete=models.PROTECT, related_name="findings")
    key = models.CharField("kunci", max_length=120)
    kind = models.CharField("jenis", max_length=16, choices=Kind)
    point = models.ForeignKey(Point, on_delete=models.PROTECT, null=True, related_name="+")
    parameter = models.CharField("parameter", max_length=40, blank=True)
    day = models.DateField("hari")
    told = models.CharField("temuan", max_length=300)
    outcome = models.CharField("hasil", max_length=10, choices=Outcome)
    reason = models.CharField("alasan", max_length=500)
    current = models.BooleanField(default=True, null=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField("diputuskan")

    objects: ClassVar = FindingQuerySet.as_manager()

    class Meta:
        ordering = ["-day", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["discharge", "key", "current"], name="one_ruling_counts"),
            models.CheckConstraint(condition=~Q(current=False), name="a_ruling_counts_or_not"),
            models.CheckConstraint(condition=~Q(reason=""), name="a_ruling_has_a_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.told}: {self.get_outcome_display()}"


class WarningLetter(models.Model):
    """A teguran I, II or III: prepared from confirmed findings, signed in ink, sent by its scan.

    Settled when the holder did what it asks for: the next one then begins at I again.
    """

    discharge = models.ForeignKey(Discharge, on_delete=models.PROTECT, related_name="warnings")
    step = models.PositiveSmallIntegerField("tingkat")
    findings = models.ManyToManyField(Finding, related_name="warnings")
    demand = models.TextField("yang diminta")
    answer_by = models.DateField("batas waktu")
    letter = models.OneToOneField(Letter, on_delete=models.PROTECT, related_name="+")
    prepared_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    prepared_at = models.DateTimeField("disiapkan")
    number = models.CharField("nomor surat", max_length=80, blank=True)
    dated = models.DateField("tanggal surat", null=True)
    scan = models.ForeignKey(Blob, on_delete=models.PROTECT, null=True, related_name="+")
    sent_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    sent_at = models.DateTimeField("dikirim", null=True)
    settled_at = models.DateTimeField("selesai", null=True)
    settled_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    settled_why = models.CharField("bagaimana selesai", max_length=500, blank=True)
    dropped_at = models.DateTimeField("dibatalkan", null=True)
    drop_reason = models.CharField("alasan dibatalkan", max_length=300, blank=True)

    class Meta:
        ordering = ["-prepared_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(step__gte=1, step__lte=3), name="a_warning_has_its_step"),
            models.CheckConstraint(
                condition=Q(sent_at=None)
                | (~Q(number="") & Q(dated__isnull=False, scan__isnull=False, dropped_at=None)),
                name="a_warning_is_sent_with_number_and_scan",
            ),
            models.CheckConstraint(
                condition=Q(settled_at=None) | (Q(sent_at__isnull=False) & ~Q(settled_why="")),
                name="a_settled_warning_says_how",
            ),
            models.CheckConstraint(
                condition=Q(dropped_at=None) | ~Q(drop_reason=""), name="a_dropped_warning_says_why"
            ),
            models.UniqueConstraint(
                fields=["discharge"],
                condition=Q(sent_at=None, dropped_at=None),
                name="one_warning_is_prepared_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return f"Surat teguran {'I' * self.step}"

    @property
    def state(self) -> str:
        if self.dropped_at is not None:
            return "dibatalkan"
        if self.settled_at is not None:
            return "selesai"
        return "dikirim" if self.sent_at is not None else "menunggu tanda tangan"


class Incident(models.Model):
    """An emergency as its holder reports it: within 24 hours of knowing (PP 22/2021, Pasal 263)."""

    discharge = models.ForeignKey(Discharge, on_delete=models.PROTECT, related_name="incidents")
    point = models.ForeignKey(Point, on_delete=models.PROTECT, null=True, related_name="+")
    happened_at = models.DateTimeField("terjadi")
    known_at = models.DateTimeField("diketahui")
    what = models.TextField("apa yang terjadi")
    action = models.TextField("tindakan pertama")
    reported_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    reported_at = models.DateTimeField("dilaporkan")

    class Meta:
        ordering = ["-reported_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(known_at__gte=F("happened_at"), reported_at__gte=F("known_at")),
                name="an_incident_is_known_before_it_is_reported",
            ),
            models.CheckConstraint(condition=~Q(what="") & ~Q(action=""), name="an_incident_is_told"),
        ]

    def __str__(self) -> str:
        return self.what[:60]

    @property
    def was_late(self) -> bool:
        return self.reported_at - self.known_at > NOTIFY_WITHIN


class FollowUp(models.Model):
    """What came after an incident, as its holder tells it; the last one may say that it is over."""

    incident = models.ForeignKey(Incident, on_delete=models.PROTECT, related_name="follow_ups")
    text = models.TextField("tindak lanjut")
    over = models.BooleanField("keadaan sudah pulih", default=False)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField("ditulis")

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["incident"], condition=Q(over=True), name="an_incident_is_over_once"
            ),
            models.CheckConstraint(condition=~Q(text=""), name="a_follow_up_says_something"),
        ]

    def __str__(self) -> str:
        return self.text[:60]
