"""After the signature (steps 16–18): the final checklist, who takes the permit, what still waits for them."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from muara.cases.models.case import Case, Task
from muara.documents.models import Blob, Letter
from muara.people.models import User


class FinalCheck(models.Model):
    """A line of the final checklist as the registrar found it (step 16.c)."""

    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="final_checks")
    key = models.CharField("butir", max_length=40)
    label = models.CharField("bunyi", max_length=200)
    fits = models.BooleanField("terpenuhi")
    checked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    checked_at = models.DateTimeField("diperiksa")

    class Meta:
        ordering = ["task", "pk"]
        constraints = [models.UniqueConstraint(fields=["task", "key"], name="final_check_once")]

    def __str__(self) -> str:
        return self.label


class PowerOfAttorney(models.Model):
    """A letter by which the applicant lets somebody else sign (F05) or handle (F06) the matter."""

    class Scope(models.TextChoices):
        SIGNING = "signing", "Penandatanganan"
        HANDLING = "handling", "Pengurusan"

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="powers")
    scope = models.CharField("lingkup", max_length=10, choices=Scope)
    company = models.CharField("perusahaan pemberi kuasa", max_length=160)
    giver = models.CharField("pemberi kuasa", max_length=120)
    holder = models.CharField("penerima kuasa", max_length=120)
    dated = models.DateField("tanggal surat kuasa")
    starts = models.DateField("berlaku sejak")
    ends = models.DateField("berlaku sampai", null=True)
    scan = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="+")
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField("dicatat")

    class Meta:
        ordering = ["case", "recorded_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends=None) | Q(ends__gte=F("starts")), name="power_ends_after_start"
            ),
        ]

    def __str__(self) -> str:
        return f"kuasa {self.giver} kepada {self.holder}"


class Handover(models.Model):
    """Giving the permit to the right person, or sending it (17), and the receipt for it (18).

    Of an identity card only the kind and a masked number are kept: who it was is told by the name, and
    the card itself was seen by the officer.
    """

    class Way(models.TextChoices):
        COUNTER = "counter", "Diserahkan di loket"
        POST = "post", "Pos tercatat"
        COURIER = "courier", "Kurir"
        ELECTRONIC = "electronic", "Elektronik"

    class Identity(models.TextChoices):
        KTP = "ktp", "KTP"
        LICENCE = "sim", "SIM"
        PASSPORT = "passport", "Paspor"

    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="handover")
    way = models.CharField("cara", max_length=10, choices=Way, default=Way.COUNTER)
    receiver = models.CharField("penerima", max_length=120)
    capacity = models.CharField("sebagai", max_length=120)
    identity = models.CharField("bukti diri", max_length=10, choices=Identity, blank=True)
    masked_number = models.CharField("nomor bukti diri (disamarkan)", max_length=40, blank=True)
    power = models.ForeignKey(PowerOfAttorney, on_delete=models.PROTECT, null=True, related_name="handovers")
    address = models.CharField("alamat tujuan", max_length=300, blank=True)
    tracking_number = models.CharField("nomor resi", max_length=80, blank=True)
    sending_proof = models.ForeignKey(Blob, on_delete=models.PROTECT, null=True, related_name="+")
    given_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    given_at = models.DateTimeField("diserahkan")
    letter = models.ForeignKey(Letter, on_delete=models.PROTECT, related_name="+")
    receipt_scan = models.ForeignKey(Blob, on_delete=models.PROTECT, null=True, related_name="+")
    confirmed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    confirmed_at = models.DateTimeField("dikonfirmasi", null=True)
    downloaded_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    downloaded_at = models.DateTimeField("diunduh", null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=(Q(way="counter") & ~Q(identity="") & ~Q(masked_number=""))
                | (~Q(way="counter") & ~Q(tracking_number="") & Q(sending_proof__isnull=False)),
                name="handover_shows_identity_or_proof_of_sending",
            ),
            models.CheckConstraint(
                condition=Q(downloaded_by=None, downloaded_at=None)
                | Q(way="electronic", downloaded_by__isnull=False, downloaded_at__isnull=False),
                name="only_what_was_sent_electronically_is_downloaded",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_at=None, confirmed_by=None)
                | Q(confirmed_at__isnull=False, confirmed_by__isnull=False),
                name="a_confirmed_handover_has_its_person_and_moment",
            ),
        ]

    def __str__(self) -> str:
        return f"serah terima {self.case_id}"

    @property
    def waits_for_download(self) -> bool:
        """Sent electronically, and not taken from the portal yet."""
        return self.way == self.Way.ELECTRONIC and self.downloaded_at is None

    @property
    def shown_identity(self) -> str:
        """The card that was checked, its number masked: "KTP 6472••••••••0001"."""
        return f"{self.get_identity_display()} {self.masked_number}".strip()


class Reminder(models.Model):
    """The applicant was told that the permit waits; `after` days mark one that the clock gave."""

    class Channel(models.TextChoices):
        EMAIL = "email", "Surel"
        PHONE = "phone", "Telepon"
        MESSAGE = "message", "Pesan singkat"
        LETTER = "letter", "Surat"

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="reminders")
    channel = models.CharField("saluran", max_length=10, choices=Channel)
    at = models.DateTimeField("diingatkan")
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    after = models.PositiveSmallIntegerField("hari kerja sejak siap diambil", null=True)

    class Meta:
        ordering = ["case", "at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["case", "after"], name="one_reminder_of_the_clock_per_day"),
            models.CheckConstraint(
                condition=Q(by=None, after__isnull=False) | Q(by__isnull=False, after=None),
                name="a_reminder_is_a_persons_or_the_clocks",
            ),
        ]

    def __str__(self) -> str:
        return f"pengingat {self.case_id} {self.at:%Y-%m-%d}"
