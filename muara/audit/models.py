"""The proof: entries that are only ever appended, each carrying the hash of the one before."""

from __future__ import annotations

from django.db import models


class Chain(models.Model):
    """The head of a chain that no other row carries (a case carries its own: `Case.head`)."""

    key = models.CharField(max_length=80, unique=True)
    seq = models.PositiveIntegerField(default=0)
    head = models.CharField(max_length=64)

    def __str__(self) -> str:
        return self.key


class Entry(models.Model):
    """One act, in words that are hashed (`text`) and words that may be erased (`note`)."""

    chain = models.CharField(max_length=80)
    seq = models.PositiveIntegerField()
    at = models.DateTimeField("waktu")
    by_id = models.BigIntegerField("oleh", null=True)
    task_id = models.BigIntegerField(null=True)
    verb = models.CharField("tindakan", max_length=80)
    text = models.TextField()
    prev = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)
    note = models.TextField("catatan", null=True)
    salt = models.CharField(max_length=32, null=True)
    key = models.CharField(max_length=64, null=True, unique=True)
    body = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["chain", "seq"], name="one_entry_per_place_in_a_chain"),
        ]

    def __str__(self) -> str:
        return f"{self.chain} {self.seq} {self.verb}"


class Covered(models.Model):
    """How far the checkpoints reach into a chain, and which one reaches so far.

    An index of the checkpoint files (muara.audit.checkpoints), which alone are the proof.
    """

    chain = models.CharField(max_length=80, unique=True)
    seq = models.PositiveIntegerField()
    checkpoint = models.PositiveBigIntegerField(db_index=True)

    def __str__(self) -> str:
        return f"{self.chain} {self.seq}: {self.checkpoint}"
