"""Permits, and the series that give numbers without a gap."""

from __future__ import annotations

from datetime import date, timedelta
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from muara.cases.models import Case, Draft, Endorsement, Handover
from muara.cases.models.decision import new_token
from muara.documents.models import Blob, Letter
from muara.people.models import User
from muara.permits.standing import EXPIRES_SOON, Status, standing


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
    """The last number given in a year; whoever takes one locks the series."""

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


class OldPermit(models.Model):
    """A permit of the time before Muara, taken over from the office's old register (a table).

    It has no case and no number of our series. `plain` and `holder_plain` are number and holder as they are
    compared: however they were spaced and written. `points` says what the table told of its outfalls.
    """

    ORIGIN: ClassVar = "diimpor dari register lama"

    service = models.CharField("layanan", max_length=20)
    number = models.CharField("nomor izin", max_length=160)
    plain = models.CharField(max_length=160, unique=True)
    company = models.CharField("pemegang izin", max_length=160)
    holder_plain = models.CharField(max_length=160, db_index=True)
    nib = models.CharField("NIB", max_length=13, blank=True, db_index=True)
    issued_on = models.DateField("ditetapkan")
    expires_on = models.DateField("berlaku sampai")
    location = models.CharField("lokasi kegiatan", max_length=300, blank=True)
    regency = models.CharField("kabupaten atau kota", max_length=5)
    basis = models.CharField("dasar hukum", max_length=500, blank=True)
    points = models.JSONField("titik pembuangan", default=list)
    replaced_on = models.DateField("diganti", null=True)
    sheet = models.CharField("hash tabel", max_length=64)
    imported_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    imported_at = models.DateTimeField("diimpor")

    class Meta:
        ordering = ["-issued_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_on__gt=F("issued_on")), name="old_permit_expires_after_issue"
            ),
            models.CheckConstraint(
                condition=Q(replaced_on=None) | Q(replaced_on__gte=F("issued_on")),
                name="old_permit_is_replaced_after_its_issue",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def status(self, day: date) -> str:
        """The public status on an office day; no later decision about it is known here."""
        if self.replaced_on is not None and self.replaced_on <= day:
            return Status.REPLACED.value
        return (Status.ACTIVE if day <= self.expires_on else Status.EXPIRED).value

    def expires_soon(self, day: date) -> bool:
        """It is in force and its holder should think of renewing."""
        left = self.expires_on - day
        return self.status(day) == Status.ACTIVE and left < timedelta(days=EXPIRES_SOON)


class Permit(Registered):
    """A granted application; a renewal or a change names the permit that it takes the place of."""

    kind = Draft.Kind.PERMIT
    expires_on = models.DateField("berlaku sampai")
    replaces = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="replaced_by")
    replaces_old = models.OneToOneField(
        OldPermit, on_delete=models.PROTECT, null=True, related_name="replaced_by"
    )
    replaced_on = models.DateField("diganti", null=True)

    class Meta(Registered.Meta):
        constraints = [
            *Registered.Meta.constraints,
            models.CheckConstraint(
                condition=Q(replaces=None) | Q(replaces_old=None), name="permit_replaces_one_at_most"
            ),
            models.CheckConstraint(
                condition=Q(replaced_on=None) | Q(replaced_on__gte=F("issued_on")),
                name="permit_is_replaced_after_its_issue",
            ),
            models.CheckConstraint(
                condition=Q(expires_on__gt=F("issued_on")), name="permit_expires_after_issue"
            ),
        ]

    @property
    def chain(self) -> str:
        """Where the log of what was decided after the issue is; all before it is on the case's."""
        return f"permit:{self.pk}"

    @property
    def takes_the_place_of(self) -> Permit | OldPermit | None:
        """The permit that this one renews or changes."""
        return self.replaces or self.replaces_old

    def status(self, day: date) -> str:
        """The public status on an office day; `standing` says more."""
        return standing(self, on=day).status.value


class Refusal(Registered):
    """A refused application; the SOP prints none, so its register is an extension."""

    kind = Draft.Kind.REFUSAL

    def status(self, day: date) -> str:
        """The public status: a refusal does not end."""
        return "belum disahkan" if self.scan_id is None else "ditolak"


Decision = Permit | Refusal
Earlier = Permit | OldPermit  # what a renewal or a change may take the place of


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


class LaterDecision(models.Model):
    """What is decided about a permit after its issue: prepared, endorsed, signed, numbered, then in force.

    Its text never changes: what is found wanting is dropped with a reason and prepared anew. It counts from
    `since`, the day of its number, once the scan of the signed original is there. The database itself sees
    to it that its number is of the series of such decisions (muara.permits.registers).
    """

    class Kind(models.TextChoices):
        CORRECTION = "correction", "Ralat"
        SUSPENSION = "suspension", "Pembekuan"
        LIFTING = "lifting", "Pengakhiran pembekuan"
        REVOCATION = "revocation", "Pencabutan"
        ANNULMENT = "annulment", "Pembatalan"

    SERIES: ClassVar = "later"
    LEADS_TO: ClassVar = {
        Kind.SUSPENSION: Status.SUSPENDED,
        Kind.LIFTING: Status.ACTIVE,
        Kind.REVOCATION: Status.REVOKED,
        Kind.ANNULMENT: Status.ANNULLED,
    }

    ENDS: ClassVar = (Kind.REVOCATION, Kind.ANNULMENT)

    permit = models.ForeignKey(Permit, on_delete=models.PROTECT, related_name="later")
    kind = models.CharField("jenis", max_length=12, choices=Kind)
    content = models.TextField()
    sha256 = models.CharField(max_length=64)
    token = models.CharField(max_length=32, unique=True, default=new_token)
    reasons = models.JSONField("alasan")
    found_on = models.DateField("diketahui")
    corrections = models.JSONField("yang diralat", default=list)
    evidence = models.ForeignKey(Blob, on_delete=models.PROTECT, null=True, related_name="+")
    proposed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField("disiapkan")
    number = models.OneToOneField(Number, on_delete=models.PROTECT, null=True, related_name="later_decision")
    scan = models.ForeignKey(Blob, on_delete=models.PROTECT, null=True, related_name="+")
    letter = models.ForeignKey(Letter, on_delete=models.PROTECT, null=True, related_name="+")
    since = models.DateField("berlaku sejak", null=True)
    dropped_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    dropped_at = models.DateTimeField("dibatalkan", null=True)
    drop_reason = models.TextField("alasan batal", blank=True)

    class Meta:
        ordering = ["permit", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["permit"],
                condition=Q(since=None, dropped_at=None),
                name="one_later_decision_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(since=None) | Q(number__isnull=False, scan__isnull=False, dropped_at=None),
                name="a_later_decision_counts_by_number_and_scan",
            ),
            models.CheckConstraint(
                condition=Q(dropped_at=None, dropped_by=None)
                | (Q(dropped_at__isnull=False, dropped_by__isnull=False) & ~Q(drop_reason="")),
                name="a_dropped_later_decision_has_its_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.permit_id}"

    @property
    def leads_to(self) -> Status | None:
        """How the permit stands once this counts; a correction leaves it as it is."""
        return self.LEADS_TO.get(self.Kind(self.kind))

    @property
    def is_open(self) -> bool:
        """It is on its way: neither in force nor dropped."""
        return self.since is None and self.dropped_at is None


class LaterEndorsement(models.Model):
    """A person's paraf on, or signature under, the exact content of a later decision."""

    decision = models.ForeignKey(LaterDecision, on_delete=models.PROTECT, related_name="endorsements")
    kind = models.CharField("jenis", max_length=10, choices=Endorsement.Kind)
    step_key = models.CharField("langkah", max_length=40)
    title = models.CharField("jabatan", max_length=160)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField("waktu")
    sha256 = models.CharField(max_length=64)

    class Meta:
        ordering = ["decision", "at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["decision", "step_key"], name="later_endorsement_once_a_step")
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.title}"


class LaterDelivery(models.Model):
    """A later decision came to the holder: who received it, when, and how (UU 30/2014, Pasal 60 and 62).

    Sent electronically, it came when the holder's own side confirms it (`recorded_by`): a download alone
    proves nothing. Whatever went on paper has its signed receipt or its proof of sending.
    """

    Way: ClassVar = Handover.Way

    decision = models.OneToOneField(LaterDecision, on_delete=models.PROTECT, related_name="delivery")
    way = models.CharField("cara", max_length=10, choices=Handover.Way)
    receiver = models.CharField("penerima", max_length=120)
    capacity = models.CharField("sebagai", max_length=220)
    received_on = models.DateField("diterima")
    tracking_number = models.CharField("nomor resi", max_length=80, blank=True)
    proof = models.ForeignKey(Blob, on_delete=models.PROTECT, null=True, related_name="+")
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField("dicatat")

    class Meta:
        ordering = ["decision"]
        constraints = [
            models.CheckConstraint(
                condition=Q(way="electronic", proof=None, tracking_number="")
                | Q(way="counter", proof__isnull=False)
                | (Q(way__in=["post", "courier"], proof__isnull=False) & ~Q(tracking_number="")),
                name="a_delivery_on_paper_has_its_proof",
            ),
        ]

    def __str__(self) -> str:
        return f"penyampaian {self.decision_id}"
