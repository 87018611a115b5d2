"""The agency's own work on a referral (step 10): dispositions, visits, presentations, the worksheet."""

from __future__ import annotations

from decimal import Decimal

from django.db import models
from django.db.models import Q

from muara.cases.models.case import Case
from muara.cases.models.referral import Recommendation, Referral
from muara.documents.models import Blob, Letter
from muara.people.models import User
from muara.sop.values import show_latitude, show_longitude


class Disposition(models.Model):
    """Somebody of the agency passes a referral on to a colleague: it hints who works, and bars nobody."""

    referral = models.ForeignKey(Referral, on_delete=models.PROTECT, related_name="dispositions")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    to = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name="diteruskan kepada")
    instruction = models.TextField("arahan")
    at = models.DateTimeField("pada")

    class Meta:
        ordering = ["referral", "at"]

    def __str__(self) -> str:
        return f"{self.by} → {self.to}"


class SiteVisit(models.Model):
    """A visit to the place: planned with the applicant, then reported or called off (SOP step 10.b–c).

    `wish_at` is another time that the applicant asks for. Each side's signatories are "name, position".
    """

    referral = models.ForeignKey(Referral, on_delete=models.PROTECT, related_name="visits")
    starts_at = models.DateTimeField("waktu peninjauan")
    place = models.CharField("tempat", max_length=200)
    purpose = models.TextField("tujuan")
    planned_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    planned_at = models.DateTimeField("direncanakan")
    agreed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    agreed_at = models.DateTimeField("disetujui pemohon", null=True)
    wish_at = models.DateTimeField("waktu usulan pemohon", null=True)
    wish_reason = models.TextField("alasan pemohon", blank=True)
    wished_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    held_on = models.DateField("dilaksanakan", null=True)
    conditions = models.TextField("kondisi lapangan", blank=True)
    findings = models.TextField("temuan", blank=True)
    tests = models.TextField("pengujian", blank=True)
    agency_side = models.JSONField("pihak OPD", default=list)
    applicant_side = models.JSONField("pihak pemohon", default=list)
    record = models.ForeignKey(Letter, on_delete=models.PROTECT, null=True, related_name="+")
    signed_record = models.ForeignKey(Blob, on_delete=models.PROTECT, null=True, related_name="+")
    reported_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    reported_at = models.DateTimeField("dilaporkan", null=True)
    cancelled_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    cancelled_at = models.DateTimeField("dibatalkan", null=True)
    cancel_reason = models.TextField("alasan pembatalan", blank=True)

    class Meta:
        ordering = ["referral", "planned_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["referral"],
                condition=Q(reported_at=None, cancelled_at=None),
                name="one_visit_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(reported_at=None)
                | (
                    Q(signed_record__isnull=False, held_on__isnull=False, cancelled_at=None) & ~Q(findings="")
                ),
                name="a_reported_visit_has_its_signed_record",
            ),
            models.CheckConstraint(
                condition=Q(cancelled_at=None) | (Q(cancelled_by__isnull=False) & ~Q(cancel_reason="")),
                name="a_cancelled_visit_has_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(agreed_at=None) | Q(wish_at=None), name="agreed_or_another_time_asked"
            ),
        ]

    def __str__(self) -> str:
        return f"peninjauan {self.place}"

    @property
    def is_open(self) -> bool:
        return self.reported_at is None and self.cancelled_at is None

    @property
    def state(self) -> str:
        """Where the visit stands, in the words of pages."""
        if self.cancelled_at is not None:
            return "dibatalkan"
        if self.reported_at is not None:
            return "sudah dilaporkan"
        if self.wish_at is not None:
            return "pemohon mengusulkan waktu lain"
        return "disetujui pemohon" if self.agreed_at is not None else "menunggu jawaban pemohon"


class VisitPhoto(models.Model):
    """Proof of a visit: a picture with the time and the place it was taken at."""

    visit = models.ForeignKey(SiteVisit, on_delete=models.PROTECT, related_name="photos")
    blob = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="+")
    taken_at = models.DateTimeField("diambil")
    latitude = models.CharField("lintang", max_length=12, blank=True)
    longitude = models.CharField("bujur", max_length=12, blank=True)
    place = models.CharField("tempat", max_length=160, blank=True)
    caption = models.CharField("keterangan", max_length=200)
    added_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField("ditambahkan")

    class Meta:
        ordering = ["visit", "taken_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=(Q(latitude="", longitude="") & ~Q(place=""))
                | (~Q(latitude="") & ~Q(longitude="")),
                name="a_photo_says_where",
            ),
            models.UniqueConstraint(fields=["visit", "blob"], name="a_photo_once_per_visit"),
        ]

    def __str__(self) -> str:
        return self.caption

    @property
    def shown(self) -> str:
        """The coordinates as people read them; empty where there are none."""
        if not self.latitude:
            return ""
        return f"{show_latitude(Decimal(self.latitude))} {show_longitude(Decimal(self.longitude))}"


class VisitSample(models.Model):
    """A sample taken during a visit, and the laboratory that tests it."""

    visit = models.ForeignKey(SiteVisit, on_delete=models.PROTECT, related_name="samples")
    code = models.CharField("kode contoh uji", max_length=40)
    point = models.CharField("titik", max_length=160)
    taken_at = models.DateTimeField("diambil")
    parameters = models.CharField("parameter", max_length=400)
    laboratory = models.CharField("laboratorium", max_length=160)
    added_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField("ditambahkan")

    class Meta:
        ordering = ["visit", "taken_at", "pk"]
        constraints = [models.UniqueConstraint(fields=["visit", "code"], name="a_sample_code_once_per_visit")]

    def __str__(self) -> str:
        return self.code


class Presentation(models.Model):
    """A meeting with the applicant, or their presentation, for the analysis (SOP step 10.d)."""

    referral = models.ForeignKey(Referral, on_delete=models.PROTECT, related_name="presentations")
    held_on = models.DateField("tanggal")
    place = models.CharField("tempat", max_length=160)
    attendance = models.TextField("yang hadir")
    result = models.TextField("hasil")
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField("dicatat")

    class Meta:
        ordering = ["referral", "held_on", "pk"]

    def __str__(self) -> str:
        return f"pertemuan {self.held_on}"


class Worksheet(models.Model):
    """The recommendation as the agency works it out: canonical content, which parafs are given to."""

    referral = models.ForeignKey(Referral, on_delete=models.PROTECT, related_name="worksheets")
    number = models.PositiveSmallIntegerField("lembar kerja ke")
    content = models.TextField()
    sha256 = models.CharField(max_length=64)
    letter = models.ForeignKey(Letter, on_delete=models.PROTECT, related_name="+")
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField("dibuat")

    class Meta:
        ordering = ["referral", "number"]
        constraints = [models.UniqueConstraint(fields=["referral", "number"], name="worksheet_numbered_once")]

    def __str__(self) -> str:
        return f"lembar kerja {self.number}"


class WorksheetEndorsement(models.Model):
    """A paraf of somebody in the agency's signing order on the exact content of a worksheet."""

    worksheet = models.ForeignKey(Worksheet, on_delete=models.PROTECT, related_name="endorsements")
    position = models.CharField("jabatan", max_length=120)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField("pada")
    sha256 = models.CharField(max_length=64)
    voided_at = models.DateTimeField("gugur", null=True)
    void_reason = models.CharField("alasan gugur", max_length=300, blank=True)

    class Meta:
        ordering = ["worksheet", "at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["worksheet", "by"], condition=Q(voided_at=None), name="one_paraf_per_signer"
            ),
            models.CheckConstraint(
                condition=Q(voided_at=None) | ~Q(void_reason=""), name="a_void_paraf_has_a_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.position}: {self.by}"


class BindingChoice(models.Model):
    """The drafter's record of which of several contradicting recommendations binds, and why (step 11).

    It holds only for exactly the recommendations in `among`: another one asks the question anew.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="binding_choices")
    recommendation = models.ForeignKey(Recommendation, on_delete=models.PROTECT, related_name="+")
    among = models.JSONField("di antara")
    reason = models.TextField("alasan")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField("pada")

    class Meta:
        ordering = ["case", "at"]
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="a_binding_choice_has_a_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.recommendation} mengikat"
