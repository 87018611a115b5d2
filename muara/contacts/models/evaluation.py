"""Section T: the evaluation of an official's half year (T.1), and the office's own of its quality (T.2)."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from muara.contacts.models.survey import SEMESTER
from muara.documents.models import Blob
from muara.people.models import User


class Evaluation(models.Model):
    """An official's half year: what they said of it, and the sheet as it was when a superior closed it.

    While it is open there is no row before the comment: the figures are counted anew on each reading. Once
    closed, `figures` is the sheet, whatever happens to what it was counted from.
    """

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="evaluations")
    semester = models.CharField("semester", max_length=6)
    comment = models.TextField("tanggapan pegawai", blank=True)
    commented_at = models.DateTimeField("ditanggapi", null=True)
    conclusion = models.TextField("penilaian atasan", blank=True)
    figures = models.JSONField("lembar penilaian", null=True)
    closed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    closed_at = models.DateTimeField("ditutup", null=True)

    class Meta:
        ordering = ["-semester", "user"]
        constraints = [
            models.UniqueConstraint(fields=["user", "semester"], name="one_evaluation_a_half_year"),
            models.CheckConstraint(condition=SEMESTER, name="evaluations_have_a_semester"),
            models.CheckConstraint(
                condition=Q(comment="", commented_at=None) | (~Q(comment="") & Q(commented_at__isnull=False)),
                name="a_comment_has_its_moment",
            ),
            models.CheckConstraint(
                condition=Q(closed_at=None, closed_by=None, conclusion="", figures=None)
                | (
                    Q(closed_at__isnull=False, closed_by__isnull=False, figures__isnull=False)
                    & ~Q(conclusion="")
                ),
                name="a_closed_evaluation_is_whole",
            ),
            models.CheckConstraint(
                condition=Q(closed_by=None) | ~Q(closed_by=F("user")), name="nobody_evaluates_themself"
            ),
            models.CheckConstraint(
                condition=Q(closed_at=None) | Q(commented_at=None) | Q(commented_at__lte=F("closed_at")),
                name="nobody_comments_on_a_closed_evaluation",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.semester} {self.user_id}"


class Assessment(models.Model):
    """The office's own view of its quality in a year (T.2): questions with weights, answered once.

    The questions are the office's data: without `basis` they are an example and nothing official.
    """

    year = models.PositiveSmallIntegerField("tahun", unique=True)
    basis = models.CharField("dasar daftar pertanyaan", max_length=200, blank=True)
    opened_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField("dibuka")
    conclusion = models.TextField("kesimpulan", blank=True)
    closed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    closed_at = models.DateTimeField("ditutup", null=True)

    class Meta:
        ordering = ["-year"]
        constraints = [
            models.CheckConstraint(
                condition=Q(closed_at=None, closed_by=None, conclusion="")
                | (Q(closed_at__isnull=False, closed_by__isnull=False) & ~Q(conclusion="")),
                name="a_closed_assessment_has_its_conclusion",
            ),
        ]

    def __str__(self) -> str:
        return f"penilaian mutu {self.year}"

    @property
    def is_official(self) -> bool:
        return bool(self.basis)


class AssessmentItem(models.Model):
    """A question of an assessment with its weight, and what was answered: 0 to 4, with a note."""

    class Mark(models.IntegerChoices):
        NONE = 0, "0 – belum ada"
        BEGUN = 1, "1 – baru dirintis"
        PARTLY = 2, "2 – ada, belum konsisten"
        MOSTLY = 3, "3 – berjalan konsisten"
        FULLY = 4, "4 – berjalan, dievaluasi, diperbaiki"

    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="items")
    order = models.PositiveSmallIntegerField("urutan")
    code = models.CharField("kode", max_length=12)
    weight = models.PositiveSmallIntegerField("bobot")
    needs_evidence = models.BooleanField("wajib bukti")
    question = models.CharField("pertanyaan", max_length=300)
    mark = models.PositiveSmallIntegerField("nilai", null=True, choices=Mark)
    note = models.TextField("penjelasan", blank=True)
    answered_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField("dijawab", null=True)

    class Meta:
        ordering = ["assessment", "order"]
        constraints = [
            models.UniqueConstraint(fields=["assessment", "code"], name="one_question_per_code"),
            models.CheckConstraint(
                condition=Q(weight__gte=1) & ~Q(question="") & ~Q(code=""), name="a_question_has_weight"
            ),
            models.CheckConstraint(
                condition=Q(mark=None, answered_by=None, answered_at=None)
                | Q(mark__range=(0, 4), answered_by__isnull=False, answered_at__isnull=False),
                name="an_answered_question_has_its_person",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.assessment_id} {self.code}"


class AssessmentFile(models.Model):
    """Evidence for an answer."""

    item = models.ForeignKey(AssessmentItem, on_delete=models.PROTECT, related_name="files")
    blob = models.ForeignKey(Blob, on_delete=models.PROTECT, related_name="+")
    filename = models.CharField("nama berkas", max_length=140)
    added_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField("diterima")

    class Meta:
        ordering = ["added_at", "pk"]

    def __str__(self) -> str:
        return self.filename
