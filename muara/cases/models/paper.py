"""Cases that ran on paper before Muara: where they were taken over, and the papers they brought."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from muara.cases.models.case import Case
from muara.documents.models import Blob
from muara.people.models import User


class PaperCase(models.Model):
    """A running case entered from paper: everything before `step_key` was done on paper, not in Muara.

    The days that paper says stand on the case too, for its clocks; here they are marked as paper's.
    """

    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="paper")
    step_key = models.CharField("dimasukkan pada langkah", max_length=40)
    checked_by = models.CharField("disetujui CS di kertas oleh", max_length=120, blank=True)
    checked_on = models.DateField("disetujui CS di kertas tanggal", null=True)
    registered_on = models.DateField("terdaftar menurut kertas", null=True)
    recommended_on = models.DateField("H menurut kertas", null=True)
    note = models.TextField("keterangan")
    entered_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField("dimasukkan")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(note=""), name="a_paper_case_is_explained"),
            models.CheckConstraint(
                condition=Q(checked_by="", checked_on=None)
                | (~Q(checked_by="") & Q(checked_on__isnull=False)),
                name="a_paper_approval_has_its_name_and_day",
            ),
        ]

    def __str__(self) -> str:
        return f"dari kertas {self.case_id}"


class PaperDocument(models.Model):
    """A paper of such a case: what it is and the date written on it."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="papers")
    title = models.CharField("surat", max_length=160)
    dated = models.DateField("tanggal di kertas")
    blob = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["case", "dated", "pk"]

    def __str__(self) -> str:
        return self.title
