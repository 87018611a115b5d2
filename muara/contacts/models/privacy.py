"""Personal data: who saw whose and why, what people ask about theirs, and when it got out (UU 27/2022)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from muara.cases.models import Case
from muara.people.models import User

HOURS = timedelta(hours=3 * 24)  # "3 x 24 jam": hours, no working days (Pasal 30, 32, 40, 41 and 46)


class DataAccess(models.Model):
    """An official saw a person's data: whose, when, on which page, at which step and why. Only appended.

    `subject` is the person's account where there is one; of somebody without one the case tells who it is.
    Complainants and the survey are not in here: their own records say who looked, or nobody can (adr 23, 24).
    """

    class Kind(models.TextChoices):
        PAGE = "page", "Halaman dibuka"
        FILE = "file", "Berkas dibuka"
        REVEAL = "reveal", "NIK dan NPWP dibuka"
        EXPORT = "export", "Daftar diunduh"

    # Told once a day: the second look at the same page on the same day says nothing more.
    DAILY: ClassVar = (Kind.PAGE, Kind.FILE)

    viewer = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name="yang melihat")
    subject = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="seen", verbose_name="pemilik data"
    )
    case = models.ForeignKey(Case, on_delete=models.PROTECT, null=True, related_name="seen")
    about = models.CharField("tentang", max_length=40)  # "case:12", "consultation:3"
    kind = models.CharField("cara", max_length=8, choices=Kind)
    place = models.CharField("halaman", max_length=90)
    what = models.CharField("data", max_length=160)
    step_key = models.CharField("langkah", max_length=40, blank=True)
    reason = models.CharField("alasan", max_length=200, blank=True)
    at = models.DateTimeField("waktu")
    day = models.DateField("hari")

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [
            models.Index(fields=["at"], name="accesses_by_time"),
            models.Index(fields=["viewer", "at"], name="accesses_by_viewer"),
            models.Index(fields=["subject", "at"], name="accesses_by_subject"),
            models.Index(fields=["case", "at"], name="accesses_by_case"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["viewer", "about", "place", "day"],
                condition=Q(kind__in=("page", "file")),
                name="a_look_is_told_once_a_day",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=("page", "file")) | ~Q(reason=""), name="a_reveal_has_its_reason"
            ),
            models.CheckConstraint(
                condition=~Q(about="") & ~Q(place="") & ~Q(what=""), name="a_look_tells_what_was_seen"
            ),
            models.CheckConstraint(
                condition=Q(subject=None) | ~Q(viewer=F("subject")), name="ones_own_data_are_no_look"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.viewer_id}: {self.about} {self.place}"


class PrivacyYear(models.Model):
    """The last number of a register in a year. Raising it is the lock: numbers run without a gap."""

    register = models.CharField("register", max_length=3)
    year = models.PositiveSmallIntegerField("tahun")
    last = models.PositiveIntegerField("nomor terakhir", default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["register", "year"], name="one_privacy_register_per_year")
        ]

    def __str__(self) -> str:
        return f"{self.register} {self.year}: {self.last}"


class Registered(models.Model):
    """A row of a register with its number of a year."""

    REGISTER: ClassVar[str]

    year = models.PositiveSmallIntegerField("tahun")
    serial = models.PositiveIntegerField("nomor urut")

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        return f"{self.REGISTER}/{self.year}/{self.serial:04d}"


class DataRequest(Registered):
    """What a person asks about their own data (Pasal 5 to 14), and what the office answered."""

    REGISTER: ClassVar = "PDP"

    class Kind(models.TextChoices):
        ACCESS = "akses", "Salinan data atau keterangan pemakaiannya"
        CORRECTION = "pembetulan", "Pembetulan atau pelengkapan"
        ERASURE = "penghapusan", "Penghapusan"
        RESTRICTION = "pembatasan", "Penundaan atau pembatasan pemakaian"
        WITHDRAWAL = "penarikan", "Penarikan persetujuan atau keberatan"

    class Channel(models.TextChoices):
        WEB = "web", "Laman, sesudah masuk"
        COUNTER = "loket", "Langsung di kantor"

    class Identity(models.TextChoices):
        ACCOUNT = "akun", "Masuk dengan akunnya"
        KTP = "ktp", "KTP"
        SIM = "sim", "SIM"
        PASSPORT = "passport", "Paspor"

    class Verdict(models.TextChoices):
        DONE = "dipenuhi", "Dipenuhi"
        PARTLY = "sebagian", "Dipenuhi sebagian"
        REFUSED = "ditolak", "Ditolak"

    class Erased(models.TextChoices):
        PHONE = "telepon", "Nomor telepon akun"
        ACCOUNT = "akun", "Seluruh akun"

    # Of these the law itself says 3 x 24 hours (Pasal 30, 32, 40, 41); of erasure it says no number.
    TIMED_BY_LAW: ClassVar = (Kind.ACCESS, Kind.CORRECTION, Kind.RESTRICTION, Kind.WITHDRAWAL)

    kind = models.CharField("jenis", max_length=12, choices=Kind)
    channel = models.CharField("kanal", max_length=8, choices=Channel)
    subject = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="data_requests")
    name = models.CharField("nama", max_length=120)
    contact = models.CharField("surel atau alamat jawaban", max_length=200)
    identity = models.CharField("bukti diri", max_length=10, choices=Identity)
    masked_number = models.CharField("nomor bukti diri (disamarkan)", max_length=40, blank=True)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, null=True, related_name="data_requests")
    text = models.TextField("yang diminta")
    received_at = models.DateTimeField("diterima")
    entered_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    verdict = models.CharField("hasil", max_length=10, choices=Verdict, blank=True)
    answer = models.TextField("jawaban", blank=True)
    erased = models.JSONField("yang dihapus", default=list)
    answered_at = models.DateTimeField("dijawab", null=True)
    answered_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["-received_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["year", "serial"], name="a_data_request_has_its_number"),
            models.CheckConstraint(
                condition=~Q(text="") & ~Q(name="") & ~Q(contact=""), name="a_data_request_says_who_and_what"
            ),
            models.CheckConstraint(
                condition=Q(identity="akun", channel="web", subject__isnull=False, entered_by=None)
                | (Q(channel="loket", entered_by__isnull=False) & ~Q(identity="akun") & ~Q(masked_number="")),
                name="who_asks_for_data_has_shown_who_they_are",
            ),
            models.CheckConstraint(
                condition=Q(answered_at=None, answered_by=None, verdict="", answer="")
                | (Q(answered_at__isnull=False, answered_by__isnull=False) & ~Q(verdict="") & ~Q(answer="")),
                name="an_answered_data_request_has_verdict_and_reason",
            ),
        ]

    @property
    def chain(self) -> str:
        return f"data_request:{self.pk}"

    @property
    def due_at(self) -> datetime:
        """3 x 24 hours after it came, nights and holidays included."""
        return self.received_at + HOURS

    @property
    def is_open(self) -> bool:
        return self.answered_at is None

    @property
    def timed_by_law(self) -> bool:
        return self.kind in self.TIMED_BY_LAW

    def is_late(self, *, at: datetime) -> bool:
        return (self.answered_at or at) > self.due_at


class DataBreach(Registered):
    """Personal data got out, was lost or changed (Pasal 46): which, when, how, and what was done."""

    REGISTER: ClassVar = "INS"

    began_at = models.DateTimeField("terjadi sejak")
    ended_at = models.DateTimeField("sampai", null=True)
    known_at = models.DateTimeField("diketahui")
    data = models.TextField("data yang terungkap")
    how = models.TextField("bagaimana terjadi")
    handling = models.TextField("penanganan dan pemulihan")
    persons = models.PositiveIntegerField("jumlah orang", null=True)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField("dicatat")
    subjects_told_at = models.DateTimeField("pemilik data diberi tahu", null=True)
    agency_told_at = models.DateTimeField("lembaga diberi tahu", null=True)
    closed_at = models.DateTimeField("ditutup", null=True)

    class Meta:
        ordering = ["-known_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["year", "serial"], name="a_breach_has_its_number"),
            models.CheckConstraint(
                condition=~Q(data="") & ~Q(how="") & ~Q(handling=""), name="a_breach_tells_what_46_asks"
            ),
            models.CheckConstraint(
                condition=Q(known_at__gte=F("began_at"))
                & (Q(ended_at=None) | Q(ended_at__gte=F("began_at"))),
                name="a_breach_begins_before_it_is_known",
            ),
            models.CheckConstraint(
                condition=Q(closed_at=None) | Q(subjects_told_at__isnull=False, agency_told_at__isnull=False),
                name="a_breach_is_closed_once_all_are_told",
            ),
        ]

    @property
    def chain(self) -> str:
        return f"data_breach:{self.pk}"

    @property
    def due_at(self) -> datetime:
        """By when subjects and agency have the written notice (Pasal 46(1))."""
        return self.known_at + HOURS

    @property
    def told_at(self) -> datetime | None:
        """When the last of both was told."""
        if self.subjects_told_at is None or self.agency_told_at is None:
            return None
        return max(self.subjects_told_at, self.agency_told_at)

    def is_late(self, *, at: datetime) -> bool:
        return (self.told_at or at) > self.due_at


class BreachAct(models.Model):
    """What was done about a breach, and when."""

    class Kind(models.TextChoices):
        RECORD = "record", "Dicatat"
        NOTE = "note", "Penanganan"
        SUBJECTS = "subjects", "Pemilik data diberi tahu"
        AGENCY = "agency", "Lembaga diberi tahu"
        CLOSE = "close", "Ditutup"

    breach = models.ForeignKey(DataBreach, on_delete=models.PROTECT, related_name="acts")
    kind = models.CharField("tindakan", max_length=10, choices=Kind)
    at = models.DateTimeField("waktu")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    text = models.TextField("isi")

    class Meta:
        ordering = ["at", "pk"]
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="a_breach_act_says_something")]

    def __str__(self) -> str:
        return f"{self.breach_id} {self.kind}"
