"""Files and letters. Whose they are is the business of the rooms that own them."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Length
from django.db.models.lookups import Exact

from muara.people.models import User


def _is_sha256(field: str, *, name: str) -> models.CheckConstraint:
    return models.CheckConstraint(condition=Exact(Length(field), 64), name=name)


class Blob(models.Model):
    """A file of the store: bytes by hash, with what a parser found in them; never changed."""

    sha256 = models.CharField("SHA-256", max_length=64, unique=True)
    size = models.PositiveBigIntegerField("ukuran (bita)")
    media_type = models.CharField("jenis", max_length=100)
    pages = models.PositiveIntegerField("halaman", null=True)
    created_at = models.DateTimeField("disimpan")

    class Meta:
        constraints = [
            _is_sha256("sha256", name="blob_sha256_has_64_digits"),
            models.CheckConstraint(condition=Q(size__gt=0), name="blob_is_not_empty"),
            models.CheckConstraint(condition=Q(pages=None) | Q(pages__gt=0), name="blob_has_a_page"),
        ]

    def __str__(self) -> str:
        return f"{self.media_type} {self.sha256[:12]}"


class Template(models.Model):
    """The Typst source of a letter as it stood when a letter was made from it; never changed."""

    sha256 = models.CharField("SHA-256", max_length=64, unique=True)
    name = models.CharField("nama", max_length=80)
    source = models.TextField("sumber Typst")

    class Meta:
        constraints = [
            _is_sha256("sha256", name="template_sha256_has_64_digits"),
            models.CheckConstraint(condition=~Q(name=""), name="template_has_a_name"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.sha256[:12]}"


class Letter(models.Model):
    """A letter: what it says (canonical JSON) and, once somebody read it, its PDF.

    `words` are those of title and content, each once, by which it is found.
    """

    template = models.ForeignKey(Template, on_delete=models.PROTECT, related_name="letters")
    content = models.TextField("isi")
    content_sha256 = models.CharField("SHA-256 isi", max_length=64, db_index=True)
    title = models.CharField("judul", max_length=300)
    words = models.TextField("kata-kata", blank=True)
    dated = models.DateField("tanggal")
    rendered = models.ForeignKey(Blob, on_delete=models.PROTECT, null=True, related_name="letters")
    created_at = models.DateTimeField("dibuat")

    class Meta:
        constraints = [
            _is_sha256("content_sha256", name="letter_content_sha256_has_64_digits"),
            models.CheckConstraint(condition=~Q(content=""), name="letter_says_something"),
            models.CheckConstraint(condition=~Q(title=""), name="letter_has_a_title"),
        ]

    def __str__(self) -> str:
        return self.title


class CertificateQuerySet(models.QuerySet["Certificate"]):
    def usable(self, at: datetime) -> CertificateQuerySet:
        """Valid at that moment, not revoked by then, and with its private key here."""
        return self.filter(
            Q(revoked_at=None) | Q(revoked_at__gt=at), starts__lte=at, ends__gte=at, key__isnull=False
        )


class Certificate(models.Model):
    """A certificate of the office's electronic signing: whose, from when to when, and whether revoked.

    Its private key, where the office holds it, is sealed by a secret outside the database
    (documents.signing.pki); a row without one only tells whom to believe.
    """

    class Kind(models.TextChoices):
        ROOT = "root", "Akar kantor"
        OFFICIAL = "official", "Pejabat"
        SEAL = "seal", "Segel kantor"
        CERTIFIER = "certifier", "Akar BSrE"
        TIMESTAMPER = "timestamper", "Akar layanan stempel waktu"

    kind = models.CharField("jenis", max_length=12, choices=Kind)
    holder = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="certificates")
    subject = models.CharField("atas nama", max_length=200)
    fingerprint = models.CharField("sidik SHA-256", max_length=64, unique=True)
    pem = models.TextField("sertifikat dan rantainya (PEM)")
    key = models.BinaryField("kunci privat tersegel", null=True)
    starts = models.DateTimeField("berlaku sejak")
    ends = models.DateTimeField("berlaku sampai")
    made_at = models.DateTimeField("dicatat")
    revoked_at = models.DateTimeField("dicabut", null=True)
    revocation_reason = models.CharField("alasan pencabutan", max_length=300, blank=True)

    objects = CertificateQuerySet.as_manager()

    class Meta:
        ordering = ["kind", "-starts", "pk"]
        constraints = [
            _is_sha256("fingerprint", name="certificate_fingerprint_has_64_digits"),
            models.CheckConstraint(
                condition=Q(kind="official", holder__isnull=False) | (~Q(kind="official") & Q(holder=None)),
                name="an_officials_certificate_has_its_holder",
            ),
            models.CheckConstraint(
                condition=Q(ends__gt=F("starts")), name="certificate_ends_after_its_start"
            ),
            models.CheckConstraint(
                condition=Q(revoked_at=None) | ~Q(revocation_reason=""),
                name="a_revoked_certificate_has_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.subject}"

    def standing(self, at: datetime) -> str:
        """What the list of certificates says of it at a moment."""
        if self.revoked_at is not None and self.revoked_at <= at:
            return "dicabut"
        if at < self.starts:
            return "belum berlaku"
        return "berlaku" if at <= self.ends else "habis masa berlaku"
