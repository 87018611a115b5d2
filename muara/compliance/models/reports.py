"""Periodic reports (SOP G.16, G.17): what is prepared, each version that was handed in, its review."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import F, Q

from muara.compliance.arithmetic.schedule import DutyKind, Frequency, Period, period_of
from muara.compliance.models.followed import Discharge
from muara.documents.models import Blob, Letter
from muara.people.models import Office, User, office_day

FREQUENCIES = {
    DutyKind.QUARTERLY_REPORT: Frequency.QUARTERLY,
    DutyKind.SEMESTER_REPORT: Frequency.HALF_YEARLY,
}
KINDS = [(kind.value, kind.label) for kind in FREQUENCIES]


class ReportDraft(models.Model):
    """A period's report as its holder prepares it: what only people can tell, beside what was entered.

    It stays when a version is handed in, so that a repaired version begins where the earlier one ended.
    `whole_first` is the first day of the whole quarter or half-year; the permit may have begun within it.
    """

    discharge = models.ForeignKey(Discharge, on_delete=models.PROTECT, related_name="report_drafts")
    kind = models.CharField("jenis", max_length=20, choices=KINDS)
    whole_first = models.DateField("masa sejak")
    told = models.JSONField("uraian", default=dict)
    saved_at = models.DateTimeField("disimpan")

    class Meta:
        ordering = ["discharge", "kind", "whole_first"]
        constraints = [
            models.UniqueConstraint(
                fields=["discharge", "kind", "whole_first"], name="one_draft_report_a_period"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """What it is called: "Laporan Triwulan III 2026"."""
        return f"Laporan {self.whole.name}"

    @property
    def whole(self) -> Period:
        return period_of(FREQUENCIES[DutyKind(self.kind)], self.whole_first)


class ReportFile(models.Model):
    """A file that goes with a period's report; one taken back stays for the versions that it went with."""

    draft = models.ForeignKey(ReportDraft, on_delete=models.PROTECT, related_name="files")
    title = models.CharField("nama lampiran", max_length=160)
    blob = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="+")
    filename = models.CharField("nama berkas", max_length=200)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField("dilampirkan")
    removed_at = models.DateTimeField("ditarik", null=True)

    class Meta:
        ordering = ["draft", "added_at", "pk"]

    def __str__(self) -> str:
        return self.title


class Report(models.Model):
    """A version of a report as it was handed in to office and agency; it never changes (SOP G.16, G.17).

    `due_on` is the day as it was reckoned then.
    """

    class Signing(models.TextChoices):
        ACCOUNT = "account", "dengan akun"
        INK = "ink", "di atas kertas"

    draft = models.ForeignKey(ReportDraft, on_delete=models.PROTECT, related_name="reports")
    discharge = models.ForeignKey(Discharge, on_delete=models.PROTECT, related_name="reports")
    kind = models.CharField("jenis", max_length=20, choices=KINDS)
    whole_first = models.DateField("masa sejak")
    first = models.DateField("dari")
    last = models.DateField("sampai")
    version = models.PositiveSmallIntegerField("versi")
    due_on = models.DateField("jatuh tempo")
    letter = models.OneToOneField(Letter, on_delete=models.PROTECT, related_name="+")
    missing = models.PositiveIntegerField("yang tidak ada")
    exceeding = models.PositiveIntegerField("pelampauan")
    signing = models.CharField("penandatanganan", max_length=8, choices=Signing)
    signer = models.CharField("penanda tangan", max_length=160)
    position = models.CharField("jabatan", max_length=160)
    scan = models.ForeignKey(Blob, on_delete=models.PROTECT, null=True, related_name="+")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField("diserahkan")
    current = models.BooleanField(default=True, null=True)  # NULL once a repaired version took its place

    class Meta:
        ordering = ["discharge", "kind", "whole_first", "version"]
        constraints = [
            models.UniqueConstraint(
                fields=["discharge", "kind", "whole_first", "version"], name="a_report_version_once"
            ),
            models.UniqueConstraint(
                fields=["discharge", "kind", "whole_first", "current"], name="one_current_version_of_a_report"
            ),
            models.CheckConstraint(condition=~Q(current=False), name="a_report_is_current_or_not"),
            models.CheckConstraint(
                condition=Q(signing="ink", scan__isnull=False) | Q(signing="account", scan=None),
                name="a_report_signed_in_ink_has_its_scan",
            ),
            models.CheckConstraint(condition=~Q(signer="") & ~Q(position=""), name="a_report_is_signed"),
            models.CheckConstraint(condition=Q(last__gte=F("first")), name="a_report_has_a_period"),
            models.CheckConstraint(condition=Q(version__gte=1), name="report_versions_begin_at_one"),
        ]

    def __str__(self) -> str:
        return f"Laporan {self.whole.name}, versi {self.version}"

    @property
    def whole(self) -> Period:
        return period_of(FREQUENCIES[DutyKind(self.kind)], self.whole_first)

    @property
    def handed_in_on(self) -> date:
        return office_day(self.at)


class Review(models.Model):
    """The agency's look at a version of a report: begun by taking it, ended by its outcome."""

    class Outcome(models.TextChoices):
        ACCEPTED = "accepted", "diterima"
        REPAIR = "repair", "minta perbaikan"

    report = models.OneToOneField(Report, on_delete=models.PROTECT, related_name="review")
    agency = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="+")
    taken_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    taken_at = models.DateTimeField("mulai diperiksa")
    outcome = models.CharField("hasil", max_length=10, choices=Outcome, blank=True)
    note = models.TextField("catatan", blank=True)
    closed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    closed_at = models.DateTimeField("selesai diperiksa", null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome="", closed_at=None, closed_by=None)
                | (~Q(outcome="") & Q(closed_at__isnull=False, closed_by__isnull=False)),
                name="a_closed_review_has_its_outcome",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.report}: {self.get_outcome_display() or 'diperiksa'}"


class Comment(models.Model):
    """What the agency says about one part of a report."""

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="comments")
    part = models.CharField("bagian", max_length=20)
    text = models.TextField("catatan")

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["review", "part"], name="one_comment_a_part"),
            models.CheckConstraint(condition=~Q(text=""), name="a_comment_says_something"),
        ]

    def __str__(self) -> str:
        return f"{self.part}: {self.text[:40]}"
