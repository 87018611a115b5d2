"""What the applicant says and hands in: worked on freely, then submitted as immutable snapshots."""

from __future__ import annotations

import secrets
from datetime import date, datetime
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from muara.cases.models.power import PowerOfAttorney
from muara.documents.models import Blob
from muara.people.models import Company, User

ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # no look-alikes: it is read aloud on the telephone


def new_reference() -> str:
    """Make a number that cannot be guessed: a submission's, and the code that goes with it."""
    letters = "".join(secrets.choice(ALPHABET) for _ in range(8))
    return f"{letters[:4]}-{letters[4:]}"


class ApplicationQuerySet(models.QuerySet["Application"]):
    def of_applicant(self, user: User, *, on: date) -> ApplicationQuerySet:
        """Applications of the companies that a person is a member of, or has a power for on that day."""
        powers = PowerOfAttorney.objects.in_force(on).filter(holder=user)
        # A union, each part off its index: an OR of them would read every application there is.
        found = [
            Application.objects.filter(company__in=user.memberships.values("company")),
            Application.objects.filter(company__in=powers.filter(application=None).values("company")),
            Application.objects.filter(pk__in=powers.filter(application__isnull=False).values("application")),
        ]
        first, *others = (rows.order_by().values("pk") for rows in found)
        return self.filter(pk__in=first.union(*others))

    def entered_at_the_counter(self) -> ApplicationQuerySet:
        """Applications of people without an account, entered by an officer on their behalf."""
        return self.filter(applicant=None)


class Application(models.Model):
    """The applicant's working copy; officers read the submissions made from it, never this."""

    reference = models.CharField("nomor pengajuan", max_length=9, unique=True, default=new_reference)
    service = models.CharField("layanan", max_length=20)
    # With the number it opens the public page that says where the case stands; printed on the receipt.
    follow_code = models.CharField("kode rahasia", max_length=9, default=new_reference, editable=False)
    kind = models.CharField("jenis permohonan", max_length=20, default="new")
    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="applications")
    applicant = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="applications")
    entered_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="entered_applications"
    )
    data = models.JSONField("isian", default=dict)
    # What was typed and could not be read yet, by control; shown again with its fault until it is mended.
    unread = models.JSONField("belum terbaca", default=dict)
    # By section, which opened page saved it last: another page must not overwrite it unseen.
    saved_from = models.JSONField("disimpan dari", default=dict)
    revision = models.ForeignKey("cases.Revision", on_delete=models.PROTECT, related_name="applications")
    predecessor = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, related_name="successor", verbose_name="menggantikan"
    )
    created_at = models.DateTimeField("dibuat")
    updated_at = models.DateTimeField("diperbarui")

    objects: ClassVar = ApplicationQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(applicant__isnull=False) | Q(entered_by__isnull=False),
                name="application_has_somebody_behind_it",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reference} {self.company}"


class Attachment(models.Model):
    """A file handed in for one requirement; a replaced one stays, for the history."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="attachments")
    requirement = models.PositiveSmallIntegerField("nomor persyaratan")
    blob = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="+")
    filename = models.CharField("nama berkas", max_length=200)
    uploaded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField("diunggah")
    withdrawn_at = models.DateTimeField("ditarik", null=True)

    class Meta:
        ordering = ["requirement", "uploaded_at"]

    def __str__(self) -> str:
        return self.filename


def new_key() -> str:
    """Make the part of an upload's address that nobody guesses."""
    return secrets.token_urlsafe(18)


class Upload(models.Model):
    """A file on its way in, piece by piece; once it is whole and sound it is an attachment."""

    key = models.CharField("kunci", max_length=24, unique=True, default=new_key)
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="uploads")
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    requirement = models.PositiveSmallIntegerField("nomor persyaratan")
    filename = models.CharField("nama berkas", max_length=200)
    length = models.PositiveBigIntegerField("ukuran (bita)")
    received = models.PositiveBigIntegerField("sudah diterima (bita)", default=0)
    # Tells the file from another of its name (documents.partial); empty when its sender does not say.
    fingerprint = models.CharField("sidik", max_length=40, blank=True)
    attachment = models.ForeignKey(Attachment, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField("dimulai")
    expires_at = models.DateTimeField("kedaluwarsa", db_index=True)

    class Meta:
        ordering = ["created_at"]
        constraints = [
            models.CheckConstraint(condition=Q(length__gt=0), name="upload_is_not_empty"),
            models.CheckConstraint(condition=Q(received__lte=F("length")), name="upload_ends_at_its_length"),
            models.CheckConstraint(
                condition=Q(attachment=None) | Q(received=F("length")), name="attached_upload_is_whole"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.filename} {self.received}/{self.length}"


class Submission(models.Model):
    """An immutable snapshot of an application: its values and the hashes of its files."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="submissions")
    number = models.PositiveSmallIntegerField("penyampaian ke")
    content = models.TextField()
    sha256 = models.CharField(max_length=64)
    at: models.DateTimeField[datetime, datetime] = models.DateTimeField("disampaikan")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    # The paper that the applicant signed, where an officer recorded the submission on their behalf.
    proof = models.ForeignKey(Blob, on_delete=models.PROTECT, null=True, related_name="+")
    # The power under which it was signed or answered; None where the applicant did so themselves.
    power = models.ForeignKey(PowerOfAttorney, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["application", "number"]
        constraints = [
            models.UniqueConstraint(fields=["application", "number"], name="submission_numbered_once"),
        ]

    def __str__(self) -> str:
        return f"{self.application_id}/{self.number}"
