"""The satisfaction survey (SOP 17.4, 18.3, T.3): who was given a questionnaire, and apart what was said.

Nothing joins an answer, or a suggestion, to a questionnaire, to a case or to the other of the two: no key, no
time, no order (adr/0023). What they share is the service and the semester alone.
"""

from __future__ import annotations

import secrets
import uuid
from datetime import date

from django.db import models
from django.db.models import Q

from muara.cases.models import Case
from muara.contacts.survey import CODES, ELEMENTS, is_counted
from muara.people.models import User

ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # no look-alikes: it is typed off paper
SEMESTER = Q(semester__regex=r"^[0-9]{4}-[12]$")


def new_code() -> str:
    """A code that nobody guesses (58 bits) and everybody can type."""
    letters = "".join(secrets.choice(ALPHABET) for _ in range(12))
    return f"{letters[:4]}-{letters[4:8]}-{letters[8:]}"


class Questionnaire(models.Model):
    """F29, given once a case at its handover; `returned` says that it was answered, never when or what."""

    case = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="questionnaire")
    code = models.CharField("kode", max_length=14, unique=True, default=new_code)
    service = models.CharField("layanan", max_length=20)
    semester = models.CharField("semester", max_length=6)
    returned = models.BooleanField("sudah diisi", default=False)

    class Meta:
        indexes = [
            models.Index(fields=["service", "semester"], name="questionnaire_of"),
            models.Index(fields=["returned", "-id"], name="questionnaires_not_returned"),
        ]
        constraints = [models.CheckConstraint(condition=SEMESTER, name="questionnaires_have_a_semester")]

    def __str__(self) -> str:
        return f"kuesioner {self.case_id}"

    def is_open(self, *, on: date) -> bool:
        """Whether it may still be answered."""
        return not self.returned and not is_counted(self.semester, on=on)


def _mark(code: str) -> models.PositiveSmallIntegerField[int | None, int | None]:
    return models.PositiveSmallIntegerField(code.upper(), null=True)


class SurveyAnswer(models.Model):
    """What one questionnaire said, by element, 1 to 4; None where it was left open."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    service = models.CharField("layanan", max_length=20)
    semester = models.CharField("semester", max_length=6)
    u1, u2, u3 = _mark("u1"), _mark("u2"), _mark("u3")
    u4, u5, u6 = _mark("u4"), _mark("u5"), _mark("u6")
    u7, u8, u9 = _mark("u7"), _mark("u8"), _mark("u9")

    class Meta:
        indexes = [models.Index(fields=["service", "semester"], name="survey_answer_of")]
        constraints = [
            models.CheckConstraint(condition=SEMESTER, name="answers_have_a_semester"),
            *(
                models.CheckConstraint(
                    condition=Q(**{code: None}) | Q(**{f"{code}__range": (1, 4)}),
                    name=f"{code}_is_one_to_four",
                )
                for code in CODES
            ),
            models.CheckConstraint(condition=~Q(**dict.fromkeys(CODES)), name="an_answer_says_something"),
        ]

    def __str__(self) -> str:
        return f"jawaban {self.semester}"


class SurveySuggestion(models.Model):
    """What somebody wrote in the open question, apart from how they marked."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    service = models.CharField("layanan", max_length=20)
    semester = models.CharField("semester", max_length=6)
    text = models.TextField("saran")

    class Meta:
        ordering = ["-semester", "id"]
        indexes = [models.Index(fields=["service", "semester"], name="survey_suggestion_of")]
        constraints = [
            models.CheckConstraint(condition=SEMESTER, name="suggestions_have_a_semester"),
            models.CheckConstraint(condition=~Q(text=""), name="a_suggestion_says_something"),
        ]

    def __str__(self) -> str:
        return f"saran {self.semester}"


class SurveyFollowUp(models.Model):
    """What is done about an element of a semester, by whom, until when (rencana tindak lanjut)."""

    service = models.CharField("layanan", max_length=20)
    semester = models.CharField("semester", max_length=6)
    element = models.CharField("unsur", max_length=2, choices=[(one.code, one.element) for one in ELEMENTS])
    plan = models.TextField("rencana tindak lanjut")
    owner = models.CharField("penanggung jawab", max_length=120)
    due = models.DateField("selesai paling lambat")
    planned_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    planned_at = models.DateTimeField("direncanakan")
    result = models.TextField("hasil", blank=True)
    done_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    done_at = models.DateTimeField("selesai", null=True)

    class Meta:
        ordering = ["due", "pk"]
        constraints = [
            models.CheckConstraint(condition=SEMESTER, name="plans_have_a_semester"),
            models.CheckConstraint(condition=~Q(plan="") & ~Q(owner=""), name="a_plan_says_what_and_who"),
            models.CheckConstraint(
                condition=Q(done_at=None, done_by=None, result="")
                | (Q(done_at__isnull=False, done_by__isnull=False) & ~Q(result="")),
                name="a_plan_is_done_with_a_result",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.semester} {self.element}"
