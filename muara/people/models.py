"""Users, the actors they hold and when, offices and agencies, companies, the office calendar."""

from __future__ import annotations

import secrets
from datetime import date, datetime, time
from typing import ClassVar
from zoneinfo import ZoneInfo

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q

from muara.people.reading import answered

WITA = ZoneInfo("Asia/Makassar")


def office_day(at: datetime) -> date:
    """The law's day of a moment: the calendar date in Samarinda (WITA)."""
    return at.astimezone(WITA).date()


def midnight(day: date) -> datetime:
    """The moment a day begins with, in Samarinda (WITA)."""
    return datetime.combine(day, time(), WITA)


class UserManager(BaseUserManager["User"]):
    def create_user(self, *, email: str, name: str, password: str | None = None, **extra: object) -> User:
        """Open an account by the office's hand: it knows the address, so nobody need confirm it."""
        user = self.model(email=self.normalize_email(email).lower(), name=name, **extra)
        user.set_password(password)
        user.save()
        user.vouch_for_address()
        return user

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email__iexact=username)


class User(AbstractBaseUser):
    """A person who signs in: applicant or official."""

    email = models.EmailField("alamat surel", unique=True)
    name = models.CharField("nama", max_length=120)
    phone = models.CharField("nomor telepon", max_length=20, blank=True)
    nip = models.CharField("NIP", max_length=18, blank=True)
    rank = models.CharField("pangkat/golongan", max_length=60, blank=True)
    is_active = models.BooleanField("aktif", default=True)
    joined_at = models.DateTimeField("terdaftar sejak", auto_now_add=True)

    objects: ClassVar[UserManager] = UserManager()
    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar = ["name"]

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def vouch_for_address(self) -> None:
        """Hold the account's present address as confirmed, and no other."""
        from allauth.account.models import EmailAddress  # its models refer to ours: not before they stand

        EmailAddress.objects.filter(user=self).delete()
        EmailAddress.objects.create(user=self, email=self.email, primary=True, verified=True)

    def get_full_name(self) -> str:
        return self.name

    def actors(self, at: datetime) -> frozenset[str]:
        """The actors this person holds on the office day of `at`."""
        day = office_day(at)
        held = self.holdings.current(day).values_list("actor", flat=True)
        return answered(("actors", self.pk, day), lambda: frozenset(held))

    def holds(self, actor: str, at: datetime) -> bool:
        return actor in self.actors(at)


class Office(models.Model):
    """The issuing office or an agency (OPD) that gives technical recommendations."""

    class Kind(models.TextChoices):
        ISSUING = "issuing", "Kantor penerbit izin"
        AGENCY = "agency", "OPD teknis"

    kind = models.CharField("jenis", max_length=10, choices=Kind)
    name = models.CharField("nama", max_length=200)
    short_name = models.CharField("nama singkat", max_length=60)
    government = models.CharField("pemerintah daerah", max_length=200)
    address = models.CharField("alamat", max_length=300, blank=True)
    postal_code = models.CharField("kode pos", max_length=5, blank=True)
    phone = models.CharField("telepon", max_length=40, blank=True)
    email = models.EmailField("surel", blank=True)
    website = models.CharField("laman", max_length=100, blank=True)
    seat = models.CharField("tempat kedudukan", max_length=60, blank=True)
    head_title = models.CharField("sebutan jabatan kepala", max_length=200)
    on_behalf_of = models.CharField("penandatangan atas nama", max_length=100, blank=True)
    pledge = models.TextField("maklumat pelayanan", max_length=1000, blank=True)
    pledge_day = models.DateField("maklumat ditetapkan", null=True, blank=True)
    privacy_contact = models.CharField("petugas pelindungan data pribadi", max_length=200, blank=True)
    paper_only = models.BooleanField("hanya bersurat", default=False)

    class Meta:
        ordering = ["kind", "name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="agency") | Q(paper_only=False), name="only_an_agency_works_on_paper"
            ),
            models.UniqueConstraint(fields=["kind"], condition=Q(kind="issuing"), name="one_issuing_office"),
            models.CheckConstraint(
                condition=Q(pledge="", pledge_day=None) | (~Q(pledge="") & Q(pledge_day__isnull=False)),
                name="a_pledge_has_its_day",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class HoldingQuerySet(models.QuerySet["Holding"]):
    def current(self, day: date) -> HoldingQuerySet:
        return self.filter(Q(ends=None) | Q(ends__gte=day), starts__lte=day)


class Holding(models.Model):
    """A person holds an actor of the SOP for a dated period, definitively or as Plt/Plh."""

    class Status(models.TextChoices):
        DEFINITIVE = "definitif", "Definitif"
        PLT = "plt", "Plt."
        PLH = "plh", "Plh."

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="holdings", verbose_name="pengguna")
    actor = models.CharField("pelaksana", max_length=40)
    office = models.ForeignKey(
        Office, on_delete=models.PROTECT, related_name="holdings", verbose_name="kantor"
    )
    status = models.CharField("status", max_length=10, choices=Status, default=Status.DEFINITIVE)
    starts = models.DateField("mulai")
    ends = models.DateField("sampai", null=True, blank=True)

    objects: ClassVar = HoldingQuerySet.as_manager()

    class Meta:
        ordering = ["actor", "-starts"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends=None) | Q(ends__gte=F("starts")), name="holding_ends_after_start"
            ),
            models.UniqueConstraint(
                fields=["user", "actor", "office", "starts"], name="one_holding_per_start"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.actor}"


class AbsenceQuerySet(models.QuerySet["Absence"]):
    def standing(self) -> AbsenceQuerySet:
        return self.filter(withdrawn_at=None)

    def on(self, day: date) -> AbsenceQuerySet:
        """Those that a day falls into."""
        return self.standing().filter(starts__lte=day, ends__gte=day)


class Absence(models.Model):
    """An official is away from one day to another, both included; why is nobody's business (UU 27/2022)."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="absences", verbose_name="pegawai")
    starts = models.DateField("mulai")
    ends = models.DateField("sampai")
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField("dicatat")
    withdrawn_at = models.DateTimeField("dibatalkan", null=True)

    objects: ClassVar = AbsenceQuerySet.as_manager()

    class Meta:
        ordering = ["starts", "user", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(ends__gte=F("starts")), name="absence_ends_after_start"),
            models.UniqueConstraint(
                fields=["user", "starts"], condition=Q(withdrawn_at=None), name="one_absence_per_start"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.starts}"


class Competence(models.Model):
    """What an official learned, as SOP section O asks of them; a mistake is withdrawn, never overwritten."""

    class Kind(models.TextChoices):
        EDUCATION = "pendidikan", "Pendidikan (O.1)"
        RULES = "peraturan", "Peraturan dan SOP (O.2)"
        COMPUTER = "komputer", "Komputer dan aplikasi (O.3)"
        OTHER = "lain", "Pelatihan lain"

    # What the SOP demands of whoever carries it out.
    DEMANDED: ClassVar = (Kind.EDUCATION, Kind.RULES, Kind.COMPUTER)

    user = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="competences", verbose_name="pegawai"
    )
    kind = models.CharField("jenis", max_length=10, choices=Kind)
    title = models.CharField("pendidikan atau pelatihan", max_length=160)
    issuer = models.CharField("penyelenggara", max_length=160)
    number = models.CharField("nomor ijazah atau sertifikat", max_length=60, blank=True)
    obtained_on = models.DateField("diperoleh")
    valid_until = models.DateField("berlaku sampai", null=True, blank=True)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField("dicatat")
    withdrawn_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    withdrawn_at = models.DateTimeField("dibatalkan", null=True)

    class Meta:
        ordering = ["kind", "-obtained_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(title="") & ~Q(issuer=""), name="a_competence_says_what_and_from_whom"
            ),
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_until__gte=F("obtained_on")),
                name="a_competence_lasts_from_when_it_was_obtained",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None, withdrawn_by=None)
                | Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False),
                name="a_withdrawn_competence_has_its_person",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.title}"

    def holds_on(self, day: date) -> bool:
        """Whether it was obtained by that day and had not run out."""
        return self.obtained_on <= day and (self.valid_until is None or self.valid_until >= day)


class AgencySigner(models.Model):
    """Who must give a paraf on an agency's worksheets, in which order, before its letter may go out."""

    agency = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="signers", verbose_name="OPD")
    order = models.PositiveSmallIntegerField("urutan")
    position = models.CharField("jabatan", max_length=120)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name="pengguna")

    class Meta:
        ordering = ["agency", "order"]
        constraints = [
            models.UniqueConstraint(fields=["agency", "order"], name="one_signer_per_place"),
            models.UniqueConstraint(fields=["agency", "user"], name="a_signer_signs_once"),
        ]

    def __str__(self) -> str:
        return f"{self.order}. {self.position}"


class Company(models.Model):
    """A company on whose behalf applications are made."""

    name = models.CharField("nama perusahaan", max_length=160)
    nib = models.CharField("NIB", max_length=13, blank=True)
    npwp = models.CharField("NPWP", max_length=16, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name"]
        verbose_name = "perusahaan"

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """A person may act for a company."""

    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["company", "user"], name="one_membership_per_person")]

    def __str__(self) -> str:
        return f"{self.user} · {self.company}"


def new_token() -> str:
    return secrets.token_urlsafe(24)


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def open(self, at: datetime) -> InvitationQuerySet:
        """Neither accepted nor withdrawn, and not over."""
        return self.filter(accepted_at=None, withdrawn_at=None, expires_at__gt=at)


class Invitation(models.Model):
    """A member of a company asks whoever has this address to act for it too.

    Whether there is an account with the address is told to nobody; only such an account can accept.
    """

    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="invitations")
    address = models.EmailField("alamat surel")
    token = models.CharField(max_length=40, unique=True, default=new_token)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField("diundang")
    expires_at = models.DateTimeField("berlaku sampai")
    accepted_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    accepted_at = models.DateTimeField("diterima", null=True)
    withdrawn_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    withdrawn_at = models.DateTimeField("ditarik", null=True)

    objects: ClassVar = InvitationQuerySet.as_manager()

    class Meta:
        ordering = ["company", "made_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["company", "address"],
                condition=Q(accepted_at=None, withdrawn_at=None),
                name="one_open_invitation_per_address",
            ),
            models.CheckConstraint(
                condition=Q(accepted_at=None, accepted_by=None)
                | Q(accepted_at__isnull=False, accepted_by__isnull=False, withdrawn_at=None),
                name="an_accepted_invitation_has_its_person_and_is_not_withdrawn",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None, withdrawn_by=None)
                | Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False),
                name="a_withdrawn_invitation_has_its_person",
            ),
            models.CheckConstraint(condition=Q(expires_at__gt=F("made_at")), name="invitation_lasts"),
        ]

    def __str__(self) -> str:
        return f"undangan {self.company_id}"


class CalendarDay(models.Model):
    """A day on which the office differs from Monday to Friday."""

    class Kind(models.TextChoices):
        PUBLIC_HOLIDAY = "LIBUR_NASIONAL", "Libur nasional"
        COLLECTIVE_LEAVE = "CUTI_BERSAMA", "Cuti bersama"
        LOCAL_HOLIDAY = "LIBUR_DAERAH", "Libur daerah"
        CLOSURE = "PENUTUPAN_KANTOR", "Penutupan luar biasa"
        REPLACEMENT = "HARI_KERJA_PENGGANTI", "Hari kerja pengganti"

    date = models.DateField("tanggal")
    kind = models.CharField("jenis", max_length=20, choices=Kind)
    name = models.CharField("nama", max_length=120)
    estimated = models.BooleanField("perkiraan", default=False)
    basis = models.CharField("dasar", max_length=200, blank=True)
    source = models.CharField("sumber", max_length=200, blank=True)

    class Meta:
        ordering = ["date", "kind"]
        constraints = [models.UniqueConstraint(fields=["date", "kind", "name"], name="calendar_day_once")]

    def __str__(self) -> str:
        return f"{self.date} {self.name}"


class OfficeSetting(models.Model):
    """A number that the SOP leaves to the office, from the day on which the office set it so."""

    class Key(models.TextChoices):
        CORRECTION_DAYS = "correction_days", "Hari kerja untuk menjawab permintaan perbaikan"
        SILENCE_DAYS = "silence_days", "Hari kerja tanpa jawaban sebelum berkas dapat digugurkan"
        PRIORITY_RUN = "priority_run", "Nomor antrean prioritas berturut-turut sebelum satu nomor biasa"
        REMIND_BEFORE = "remind_before", "Hari kerja sebelum jatuh tempo ketika pelaksana diingatkan"
        TELL_SECTION_HEAD = "tell_section_head", "Hari kerja terlambat sebelum kepala seksi diberi tahu"
        TELL_DIVISION_HEAD = "tell_division_head", "Hari kerja terlambat sebelum kepala bidang diberi tahu"
        TELL_HEAD_OF_OFFICE = "tell_head_of_office", "Hari kerja terlambat sebelum kepala dinas diberi tahu"
        REPORT_DUE_DAY = "report_due_day", "Tanggal jatuh tempo laporan pemegang izin pada bulan berikutnya"
        REPORT_REMIND_EARLY = "report_remind_early", "Hari sebelum laporan jatuh tempo: pengingat pertama"
        REPORT_REMIND_AGAIN = "report_remind_again", "Hari sebelum laporan jatuh tempo: pengingat kedua"
        REPORT_LATE = "report_late", "Hari sesudah laporan jatuh tempo: pengingat pertama"
        REPORT_LATE_AGAIN = "report_late_again", "Hari sesudah laporan jatuh tempo: pengingat kedua"
        LOGGER_SHARE = "logger_share", "Bagian bacaan alat ukur yang harus ada agar sehari lengkap"
        COMPLAINT_RESPONSE = "complaint_response", "Sasaran tanggapan pertama atas pengaduan"
        COMPLAINT_SIMPLE = "complaint_simple", "Sasaran jawaban: informasi atau tanpa pemeriksaan"
        COMPLAINT_EXAMINED = "complaint_examined", "Sasaran jawaban: dengan pemeriksaan"
        COMPLAINT_FIELD = "complaint_field", "Sasaran jawaban: dengan peninjauan lapangan"
        EVALUATION_COMMENT = "evaluation_comment", "Hari kerja pegawai menanggapi penilaian semesternya"
        PUBLISHED_QUARTERS = (
            "published_quarters",
            "Triwulan ketaatan yang diumumkan pada halaman publik izin (0: tidak diumumkan)",
        )

        @property
        def unit(self) -> str:
            """What the value counts."""
            if self.value == "report_due_day":
                return "tanggal"
            if self.value == "logger_share":
                return "persen"
            if self.value.startswith("report_"):
                return "hari"
            if self.value == "published_quarters":
                return "triwulan"
            return "nomor" if self.value == "priority_run" else "hari kerja"

    # Nothing stands in for these until the office has decided them.
    DAYS: ClassVar = (Key.CORRECTION_DAYS, Key.SILENCE_DAYS)
    # The SOP sets limits and is silent on whom a late file is told to: so until the office chooses otherwise.
    RUNGS: ClassVar = {
        Key.REMIND_BEFORE: 1,
        Key.TELL_SECTION_HEAD: 1,
        Key.TELL_DIVISION_HEAD: 3,
        Key.TELL_HEAD_OF_OFFICE: 5,
    }
    # Neither the SOP nor a law that was found says when a holder's reports are due (domain 3.6).
    REPORTS: ClassVar = {
        Key.REPORT_DUE_DAY: 15,
        Key.REPORT_REMIND_EARLY: 14,
        Key.REPORT_REMIND_AGAIN: 3,
        Key.REPORT_LATE: 1,
        Key.REPORT_LATE_AGAIN: 7,
    }
    # No law that was found says how much of a day an instrument may miss: this design's own.
    LOGGERS: ClassVar = {Key.LOGGER_SHARE: 75}
    # Service targets beside the law's clocks, known from a second hand only (SP4N; domain 5.3).
    COMPLAINTS: ClassVar = {
        Key.COMPLAINT_RESPONSE: 3,
        Key.COMPLAINT_SIMPLE: 5,
        Key.COMPLAINT_EXAMINED: 14,
        Key.COMPLAINT_FIELD: 60,
    }
    # The SOP evaluates staff every six months (T.1) and does not say how long they may answer.
    EVALUATION: ClassVar = {Key.EVALUATION_COMMENT: 10}

    # Of these 0 says no; every other value counts something that there is.
    MAY_BE_ZERO: ClassVar = (Key.PUBLISHED_QUARTERS,)
    MOST_QUARTERS: ClassVar = 20  # five years

    key = models.CharField("ketentuan", max_length=40, choices=Key)
    value = models.PositiveSmallIntegerField("nilai")
    effective_from = models.DateField("berlaku sejak")
    basis = models.CharField("dasar", max_length=200)

    class Meta:
        ordering = ["key", "-effective_from"]
        constraints = [
            models.UniqueConstraint(fields=["key", "effective_from"], name="one_setting_per_day"),
            models.CheckConstraint(
                condition=(Q(value__gte=1) | Q(key="published_quarters")) & ~Q(basis=""),
                name="a_setting_is_a_number_with_its_basis",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key}: {self.value}"

    @property
    def unit(self) -> str:
        return self.Key(self.key).unit


class ServiceHours(models.Model):
    """From when to when the office serves visitors on a weekday, from the day on which it set it so."""

    class Weekday(models.IntegerChoices):
        MONDAY = 0, "Senin"
        TUESDAY = 1, "Selasa"
        WEDNESDAY = 2, "Rabu"
        THURSDAY = 3, "Kamis"
        FRIDAY = 4, "Jumat"
        SATURDAY = 5, "Sabtu"
        SUNDAY = 6, "Minggu"

    weekday = models.PositiveSmallIntegerField("hari", choices=Weekday)
    opens = models.TimeField("buka", null=True)
    closes = models.TimeField("tutup", null=True)
    on_holidays = models.BooleanField("juga pada hari libur", default=False)
    effective_from = models.DateField("berlaku sejak")
    basis = models.CharField("dasar", max_length=200)

    class Meta:
        ordering = ["weekday", "-effective_from"]
        constraints = [
            models.CheckConstraint(
                condition=Q(opens=None, closes=None) | Q(opens__isnull=False, closes__gt=F("opens")),
                name="hours_open_before_they_close",
            ),
            models.UniqueConstraint(
                fields=["weekday", "effective_from"], name="one_hours_per_weekday_and_day"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()}: {self.told}"

    @property
    def told(self) -> str:
        """The hours as one reads them."""
        if self.opens is None or self.closes is None:
            return "tutup"
        hours = f"{self.opens:%H.%M}–{self.closes:%H.%M}"
        return f"{hours}, juga pada hari libur" if self.on_holidays else hours


class NoticeQuerySet(models.QuerySet["Notice"]):
    def waiting(self) -> NoticeQuerySet:
        """Neither sent, nor given up, nor moot."""
        return self.filter(sent_at=None, failed_at=None, withdrawn_at=None)

    def about_case(self, case_id: int) -> NoticeQuerySet:
        return self.filter(about=f"case:{case_id}")


class Notice(models.Model):
    """Something told to a person: a row of the outbox, written in the transaction of the act that tells it.

    `key` says what is told, so that it is told once. The address is the one that held when it was made.
    """

    class Channel(models.TextChoices):
        EMAIL = "email", "Surel"
        MESSAGE = "message", "Pesan singkat (SMS/WhatsApp)"
        NONE = "", "Tanpa alamat"

    key = models.CharField("tanda", max_length=120, unique=True)
    kind = models.CharField("jenis", max_length=40)
    about = models.CharField("tentang", max_length=60, blank=True, db_index=True)
    recipient = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="notices")
    name = models.CharField("nama penerima", max_length=160)
    channel = models.CharField("saluran", max_length=10, choices=Channel, blank=True)
    address = models.CharField("alamat", max_length=254, blank=True)
    phone = models.CharField("telepon", max_length=20, blank=True)
    subject = models.CharField("perihal", max_length=200)
    text = models.TextField("isi", blank=True)
    link = models.CharField("tautan", max_length=200, blank=True)
    important = models.BooleanField("penting", default=False)
    secret = models.BooleanField("rahasia", default=False)
    made_at = models.DateTimeField("dibuat")
    due_at = models.DateTimeField("dikirim mulai")
    attempts = models.PositiveSmallIntegerField("percobaan", default=0)
    tries_before = models.PositiveSmallIntegerField("percobaan sebelum dikirim lagi", default=0)
    next_try_at = models.DateTimeField("dicoba lagi")
    leased_until = models.DateTimeField("dipegang pengirim sampai", null=True)
    last_error = models.CharField("kegagalan terakhir", max_length=200, blank=True)
    sent_at = models.DateTimeField("terkirim", null=True)
    failed_at = models.DateTimeField("gagal", null=True)
    withdrawn_at = models.DateTimeField("tidak perlu lagi", null=True)
    digested_on = models.DateField("masuk ringkasan", null=True)

    objects: ClassVar = NoticeQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(sent_at=None) | Q(failed_at=None, withdrawn_at=None),
                name="a_notice_is_sent_or_given_up",
            ),
            models.CheckConstraint(
                condition=~Q(channel="") | Q(sent_at=None), name="a_notice_goes_by_a_channel"
            ),
            models.CheckConstraint(
                condition=Q(important=False) | Q(about__startswith="case:", secret=False),
                name="an_important_notice_is_about_a_case",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_try_at"],
                condition=Q(sent_at=None, failed_at=None, withdrawn_at=None),
                name="notices_to_send",
            ),
            models.Index(
                fields=["failed_at"], condition=Q(failed_at__isnull=False), name="notices_that_failed"
            ),
        ]

    def __str__(self) -> str:
        return self.key

    @property
    def standing(self) -> str:
        """How it stands, in one Indonesian word or two."""
        if self.sent_at is not None:
            return "Terkirim"
        if self.withdrawn_at is not None:
            return "Tidak perlu lagi"
        return "Gagal" if self.failed_at is not None else "Menunggu dikirim"

    @property
    def colour(self) -> str:
        """The colour that goes with the standing on a page."""
        return {"Terkirim": "green", "Gagal": "red"}.get(self.standing, "grey")


class NoticeAttempt(models.Model):
    """A try to send a notice; one without an end belongs to a worker that was killed, or is at it now."""

    notice = models.ForeignKey(Notice, on_delete=models.CASCADE, related_name="tries")
    number = models.PositiveSmallIntegerField("percobaan ke")
    channel = models.CharField("saluran", max_length=10, choices=Notice.Channel)
    began_at = models.DateTimeField("mulai")
    ended_at = models.DateTimeField("selesai", null=True)
    error = models.CharField("kegagalan", max_length=200, blank=True)

    class Meta:
        ordering = ["notice", "number"]
        constraints = [
            models.UniqueConstraint(fields=["notice", "number"], name="notice_tries_are_numbered"),
        ]

    def __str__(self) -> str:
        return f"{self.notice} ({self.number})"
