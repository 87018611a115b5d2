"""Where a closed case's paper lies, who borrowed it, how long it is kept (17, U; UU 43/2009, PP 28/2012)."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import F, Q

from muara.cases.models.case import Case
from muara.people.models import User


class ArchivePlaceQuerySet(models.QuerySet["ArchivePlace"]):
    def current(self) -> ArchivePlaceQuerySet:
        """The newest place of each case: a move adds a row and leaves the earlier one."""
        return self.filter(next=None)


class ArchivePlace(models.Model):
    """Where the paper of a closed case was put, and by whom; the newest row is where it lies now."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="archive_places")
    previous = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, related_name="next", verbose_name="tempat sebelumnya"
    )
    room = models.CharField("ruang", max_length=60)
    cabinet = models.CharField("lemari", max_length=60)
    box = models.CharField("boks", max_length=60)
    folder = models.CharField("folder", max_length=60)
    reason = models.CharField("alasan", max_length=300, blank=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField("dicatat")

    objects = ArchivePlaceQuerySet.as_manager()

    class Meta:
        ordering = ["case", "-at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=Q(previous=None), name="a_case_is_filed_first_once"
            ),
            models.CheckConstraint(
                condition=~Q(room="") & ~Q(cabinet="") & ~Q(box="") & ~Q(folder=""),
                name="an_archive_place_is_told_whole",
            ),
            models.CheckConstraint(
                condition=Q(previous=None) | ~Q(reason=""), name="a_move_in_the_archive_has_its_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"Ruang {self.room}, lemari {self.cabinet}, boks {self.box}, folder {self.folder}"


class ArchiveLoanQuerySet(models.QuerySet["ArchiveLoan"]):
    def open(self) -> ArchiveLoanQuerySet:
        return self.filter(returned_on=None)

    def overdue(self, *, on: date) -> ArchiveLoanQuerySet:
        """Lent, and to be back before that day."""
        return self.open().filter(due_on__lt=on)


class ArchiveLoan(models.Model):
    """A filed paper that was taken out of the archive: by whom, for what, until when, when it came back."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="archive_loans")
    borrower = models.CharField("peminjam", max_length=120)
    unit = models.CharField("bagian atau instansi", max_length=120)
    purpose = models.CharField("keperluan", max_length=300)
    lent_on = models.DateField("dipinjam")
    due_on = models.DateField("harus kembali")
    lent_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    lent_at = models.DateTimeField("dicatat")
    returned_on = models.DateField("kembali", null=True)
    returned_to = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    returned_at = models.DateTimeField("pengembalian dicatat", null=True)
    condition = models.CharField("keadaan ketika kembali", max_length=300, blank=True)

    objects = ArchiveLoanQuerySet.as_manager()

    class Meta:
        ordering = ["case", "-lent_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["case"], condition=Q(returned_on=None), name="one_open_loan_per_file"
            ),
            models.CheckConstraint(
                condition=~Q(borrower="") & ~Q(unit="") & ~Q(purpose="") & Q(due_on__gte=F("lent_on")),
                name="a_loan_says_who_why_and_until_when",
            ),
            models.CheckConstraint(
                condition=Q(returned_on=None, returned_to=None, returned_at=None, condition="")
                | Q(
                    returned_on__gte=F("lent_on"),
                    returned_to__isnull=False,
                    returned_at__isnull=False,
                )
                & ~Q(condition=""),
                name="a_returned_file_says_when_to_whom_and_how",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.borrower} ({self.unit})"


class ArchiveRuleQuerySet(models.QuerySet["ArchiveRule"]):
    def in_force(self, service: str, *, on: date) -> ArchiveRule | None:
        return self.filter(service=service, effective_from__lte=on).order_by("-effective_from").first()


class ArchiveRule(models.Model):
    """How the office classifies and keeps the files of a service, from a day on.

    No official schedule for licences was found, so nothing stands in for a rule that the office has not
    entered, and an entered one says whether it was `confirmed` by the office's own schedule (JRA).
    """

    class Fate(models.TextChoices):
        REVIEW = "review", "Dinilai kembali"
        KEEP = "keep", "Permanen"
        DESTROY = "destroy", "Musnah"

    service = models.CharField("layanan", max_length=20)
    code = models.CharField("kode klasifikasi", max_length=40)
    active_years = models.PositiveSmallIntegerField("tahun aktif")
    inactive_years = models.PositiveSmallIntegerField("tahun inaktif")
    fate = models.CharField("nasib akhir", max_length=10, choices=Fate)
    basis = models.CharField("dasar", max_length=200)
    confirmed = models.BooleanField("sesuai JRA resmi kantor", default=False)
    effective_from = models.DateField("berlaku sejak")

    objects = ArchiveRuleQuerySet.as_manager()

    class Meta:
        ordering = ["service", "-effective_from"]
        constraints = [
            models.UniqueConstraint(fields=["service", "effective_from"], name="one_archive_rule_per_day"),
            models.CheckConstraint(
                condition=~Q(code="") & ~Q(basis="") & Q(fate__in=["review", "keep", "destroy"]),
                name="an_archive_rule_has_code_fate_and_basis",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.service} {self.code}"
