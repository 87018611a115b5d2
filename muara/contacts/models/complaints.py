"""Complaints, suggestions and requests for information (SOP section Q; UU 25/2009, Pasal 36 to 50).

Who complains stands in a row of its own: reading it is an act that is logged.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from muara.cases.models import Case
from muara.cases.models.application import new_reference
from muara.documents.models import Blob
from muara.people.models import User


class ComplaintYear(models.Model):
    """The last number of a year. Raising it is the lock: numbers run without a gap."""

    year = models.PositiveSmallIntegerField("tahun", primary_key=True)
    last = models.PositiveIntegerField("nomor terakhir", default=0)

    def __str__(self) -> str:
        return f"{self.year}: {self.last}"


class ComplaintQuerySet(models.QuerySet["Complaint"]):
    def open(self) -> ComplaintQuerySet:
        """Those in which the office still owes something."""
        return self.filter(state__in=Complaint.OPEN)

    def not_about(self, user: User) -> ComplaintQuerySet:
        """Whom a complaint concerns never reads it."""
        return self.exclude(concerns__user=user)


class Complaint(models.Model):
    """What somebody complains of, suggests or asks, and where the office is with it.

    `kind` is what it counts as, `filed_as` what its author called it: without a name, or too long after the
    service, a complaint counts as input (masukan) and no clock of the law runs (Pasal 42).
    """

    class Kind(models.TextChoices):
        COMPLAINT = "pengaduan", "Pengaduan"
        GRIEVANCE = "keluhan", "Keluhan"
        SUGGESTION = "saran", "Saran"
        INPUT = "masukan", "Masukan"
        INFORMATION = "permintaan_informasi", "Permintaan informasi"
        PRAISE = "apresiasi", "Apresiasi"

    class Channel(models.TextChoices):
        WEB = "web", "Laman"
        COUNTER = "langsung", "Langsung kepada petugas"
        PHONE = "telepon", "Telepon"
        SMS = "sms", "SMS"
        EMAIL = "email", "Surel"
        BOX = "kotak_saran", "Kotak saran"
        LAPOR = "lapor", "SP4N-LAPOR!"

    class Category(models.TextChoices):
        REQUIREMENTS = "persyaratan", "Persyaratan"
        PROCEDURE = "prosedur", "Prosedur"
        TIME = "waktu", "Waktu penyelesaian"
        COST = "biaya", "Biaya atau pungutan liar"
        PRODUCT = "produk", "Hasil pelayanan"
        COMPETENCE = "kompetensi", "Kompetensi petugas"
        CONDUCT = "perilaku", "Perilaku petugas"
        FACILITIES = "sarana", "Sarana dan prasarana"
        POLLUTION = "pencemaran", "Dugaan pencemaran"
        INTEGRITY = "integritas", "Integritas (suap, benturan kepentingan)"
        OTHER = "lain", "Lainnya"

    class State(models.TextChoices):
        RECEIVED = "diterima", "Diterima"
        INCOMPLETE = "perlu_dilengkapi", "Perlu dilengkapi"
        LAPSED = "dianggap_dicabut", "Dianggap dicabut"
        PROCESSED = "diproses", "Diproses"
        DECIDED = "diputus", "Diputus, belum disampaikan"
        DELIVERED = "disampaikan", "Jawaban disampaikan"
        DONE = "selesai", "Selesai"
        FORWARDED = "diteruskan", "Diteruskan"

    class Handling(models.TextChoices):
        """How much work it takes: what the service target is counted by (domain 5.3)."""

        SIMPLE = "sederhana", "Informasi atau tanpa pemeriksaan"
        EXAMINED = "diperiksa", "Dengan pemeriksaan, tanpa peninjauan lapangan"
        FIELD = "lapangan", "Dengan peninjauan lapangan"

    class Verdict(models.TextChoices):
        FOUNDED = "beralasan", "Beralasan"
        PARTLY = "sebagian", "Beralasan sebagian"
        UNFOUNDED = "tidak", "Tidak beralasan"
        ANSWERED = "dijawab", "Dijawab (bukan pengaduan)"

    class Recipient(models.TextChoices):
        AGENCY = "opd", "OPD atau instansi teknis"
        INSPECTORATE = "inspektorat", "Inspektorat"
        ELSEWHERE = "lain", "Instansi lain: bukan kewenangan kantor ini"

    class Cause(models.TextChoices):
        """Why a file was late, where that is the complaint: whose hands it lay in."""

        APPLICANT = "applicant", "Menunggu pemohon"
        AGENCY = "agency", "Menunggu OPD teknis"
        OFFICE = "office", "Antrean atau kelalaian di kantor ini"
        OTHER = "other", "Pihak lain atau keadaan kahar"

    # To these the law's clocks apply: the others are answered, not decided (UU 25/2009, Pasal 42 to 50).
    FORMAL: ClassVar = (Kind.COMPLAINT, Kind.GRIEVANCE)
    OPEN: ClassVar = (State.RECEIVED, State.INCOMPLETE, State.PROCESSED, State.DECIDED, State.FORWARDED)
    ANSWERED: ClassVar = (State.DELIVERED, State.DONE)

    year = models.PositiveSmallIntegerField("tahun")
    serial = models.PositiveIntegerField("nomor urut")
    code = models.CharField("kode rahasia", max_length=9, default=new_reference, editable=False)
    filed_as = models.CharField("disampaikan sebagai", max_length=24, choices=Kind)
    kind = models.CharField("jenis", max_length=24, choices=Kind)
    category = models.CharField("kategori", max_length=16, choices=Category)
    channel = models.CharField("kanal", max_length=12, choices=Channel)
    anonymous = models.BooleanField("tanpa nama", default=False)
    confidential = models.BooleanField("identitas dirahasiakan", default=False)
    text = models.TextField("uraian")
    harm = models.TextField("kerugian", blank=True)
    wanted = models.TextField("penyelesaian yang diminta", blank=True)
    claims_compensation = models.BooleanField("menuntut ganti rugi", default=False)
    served_on = models.DateField("tanggal pelayanan", null=True)
    place = models.CharField("tempat pelayanan", max_length=120, blank=True)
    about = models.CharField("siapa yang diadukan", max_length=120, blank=True)
    elsewhere = models.CharField("nomor di kanal lain", max_length=60, blank=True)
    received_at = models.DateTimeField("diterima")
    entered_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    state = models.CharField("keadaan", max_length=20, choices=State, default=State.RECEIVED)
    handler = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="complaints")
    handling = models.CharField("cara penanganan", max_length=12, choices=Handling, blank=True)
    case_number = models.CharField("nomor berkas yang disebut", max_length=60, blank=True)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, null=True, related_name="complaints")
    step_key = models.CharField("langkah", max_length=40, blank=True)
    cause = models.CharField("sebab keterlambatan", max_length=12, choices=Cause, blank=True)
    responded_at = models.DateTimeField("ditanggapi", null=True)
    complete_at = models.DateTimeField("lengkap sejak", null=True)
    verdict = models.CharField("hasil pemeriksaan", max_length=12, choices=Verdict, blank=True)
    decision = models.TextField("keputusan atau jawaban", blank=True)
    decided_at = models.DateTimeField("diputus", null=True)
    delivered_at = models.DateTimeField("disampaikan", null=True)
    recipient = models.CharField("diteruskan kepada", max_length=12, choices=Recipient, blank=True)
    recipient_name = models.CharField("nama instansi", max_length=160, blank=True)
    confirmed_at = models.DateTimeField("penerusan dikonfirmasi", null=True)
    satisfied = models.BooleanField("puas", null=True)
    reopened_at = models.DateTimeField("dibuka kembali", null=True)

    objects: ClassVar = ComplaintQuerySet.as_manager()

    class Meta:
        ordering = ["-received_at", "-pk"]
        indexes = [models.Index(fields=["state", "received_at"], name="complaint_state")]
        constraints = [
            models.UniqueConstraint(fields=["year", "serial"], name="a_complaint_has_its_number"),
            models.CheckConstraint(
                condition=Q(serial__gte=1) & ~Q(code=""), name="complaints_count_from_one"
            ),
            models.CheckConstraint(condition=~Q(text=""), name="a_complaint_says_something"),
            models.CheckConstraint(
                condition=Q(anonymous=False)
                | (Q(confidential=False) & ~Q(kind__in=("pengaduan", "keluhan"))),
                name="without_a_name_it_counts_as_input",
            ),
            models.CheckConstraint(
                condition=Q(state="diterima", responded_at=None, decided_at=None, delivered_at=None)
                | Q(
                    state__in=("perlu_dilengkapi", "dianggap_dicabut"),
                    responded_at__isnull=False,
                    complete_at=None,
                    decided_at=None,
                )
                | Q(state="diproses", responded_at__isnull=False, complete_at__isnull=False, decided_at=None)
                | Q(state="diputus", complete_at__isnull=False, decided_at__isnull=False, delivered_at=None)
                | Q(state="disampaikan", decided_at__isnull=False, delivered_at__isnull=False)
                | Q(state="selesai", delivered_at__isnull=False, decided_at__isnull=False)
                | Q(state="selesai", confirmed_at__isnull=False)
                | (Q(state="diteruskan", confirmed_at=None, decided_at=None) & ~Q(recipient="")),
                name="a_complaint_is_where_its_times_say",
            ),
            models.CheckConstraint(
                condition=Q(decided_at=None, decision="", verdict="")
                | (Q(decided_at__isnull=False) & ~Q(decision="") & ~Q(verdict="")),
                name="a_decided_complaint_has_its_decision",
            ),
            models.CheckConstraint(
                condition=Q(delivered_at=None) | Q(delivered_at__gte=F("decided_at")),
                name="what_is_delivered_was_decided",
            ),
            models.CheckConstraint(
                condition=Q(recipient="", recipient_name="", confirmed_at=None)
                | (~Q(recipient="") & ~Q(recipient_name="")),
                name="what_is_forwarded_goes_to_somebody",
            ),
            models.CheckConstraint(
                condition=Q(case__isnull=False) | Q(step_key=""), name="a_step_is_of_a_case"
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """The number as it is printed: ADU/2026/0001."""
        return f"ADU/{self.year}/{self.serial:04d}"

    @property
    def chain(self) -> str:
        return f"complaint:{self.pk}"

    @property
    def is_open(self) -> bool:
        return self.state in self.OPEN

    @property
    def is_formal(self) -> bool:
        return self.kind in self.FORMAL

    @property
    def may_be_reopened(self) -> bool:
        return self.state in self.ANSWERED and self.delivered_at is not None and self.reopened_at is None


class Complainant(models.Model):
    """Who complains, apart from what they say: only a complaint manager opens it, and each look is kept."""

    complaint = models.OneToOneField(Complaint, on_delete=models.CASCADE, related_name="complainant")
    name = models.CharField("nama lengkap", max_length=120)
    address = models.CharField("alamat lengkap", max_length=300, blank=True)
    phone = models.CharField("telepon", max_length=20, blank=True)
    email = models.EmailField("surel", blank=True)
    proxy_for = models.CharField("sebagai kuasa dari", max_length=120, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(name=""), name="a_complainant_has_a_name")]

    def __str__(self) -> str:
        return f"pelapor {self.complaint_id}"


class ComplaintConcern(models.Model):
    """An official whom a complaint concerns: they neither handle nor read it."""

    complaint = models.ForeignKey(Complaint, on_delete=models.CASCADE, related_name="concerns")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["complaint", "user"], name="a_complaint_concerns_somebody_once"),
        ]

    def __str__(self) -> str:
        return f"{self.complaint_id}: {self.user_id}"


class ComplaintFile(models.Model):
    """What was handed in with a complaint."""

    complaint = models.ForeignKey(Complaint, on_delete=models.CASCADE, related_name="files")
    blob = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="+")
    filename = models.CharField("nama berkas", max_length=140)
    added_at = models.DateTimeField("diterima")

    class Meta:
        ordering = ["added_at", "pk"]

    def __str__(self) -> str:
        return self.filename


class ComplaintAct(models.Model):
    """What was done with a complaint; what is `told` stands on the complainant's page too."""

    class Kind(models.TextChoices):
        RECEIVE = "receive", "Diterima"
        ASSIGN = "assign", "Diserahkan kepada pengelola"
        ACCEPT = "accept", "Dinyatakan lengkap, diproses"
        ASK = "ask", "Diminta melengkapi"
        COMPLETE = "complete", "Dilengkapi pelapor"
        LAPSE = "lapse", "Dianggap dicabut: tidak dilengkapi dalam 30 hari"
        FORWARD = "forward", "Diteruskan"
        CONFIRM = "confirm", "Penerusan dikonfirmasi"
        LINK = "link", "Ditautkan dengan berkas"
        CONCERN = "concern", "Dicatat menyangkut pegawai"
        DECIDE = "decide", "Diputus"
        DELIVER = "deliver", "Jawaban disampaikan"
        RATE = "rate", "Dinilai pelapor"
        REOPEN = "reopen", "Dibuka kembali atas permintaan pelapor"
        LOOK = "look", "Identitas pelapor dibuka"

    TOLD: ClassVar = frozenset(
        {Kind.RECEIVE, Kind.ACCEPT, Kind.ASK, Kind.COMPLETE, Kind.LAPSE, Kind.FORWARD, Kind.CONFIRM}
        | {Kind.DELIVER, Kind.RATE, Kind.REOPEN}
    )

    complaint = models.ForeignKey(Complaint, on_delete=models.CASCADE, related_name="acts")
    kind = models.CharField("tindakan", max_length=10, choices=Kind)
    at = models.DateTimeField("waktu")
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    text = models.TextField("isi", blank=True)

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(kind="look") | (Q(by__isnull=False) & ~Q(text="")),
                name="a_look_at_an_identity_has_its_reader_and_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.complaint_id} {self.kind}"

    @property
    def is_told(self) -> bool:
        return self.kind in self.TOLD
