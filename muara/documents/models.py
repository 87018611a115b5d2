"""Files and letters. Whose they are is the business of the rooms that own them."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Length
from django.db.models.lookups import Exact


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
    """A letter: what it says (canonical JSON) and, once somebody read it, its PDF."""

    template = models.ForeignKey(Template, on_delete=models.PROTECT, related_name="letters")
    content = models.TextField("isi")
    content_sha256 = models.CharField("SHA-256 isi", max_length=64, db_index=True)
    title = models.CharField("judul", max_length=300)
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
