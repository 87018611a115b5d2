"""Talk with the agency that moves nothing: questions (7, 12, 13) and monitoring (11.a)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from muara.cases.models.case import Case
from muara.people.models import Office, User


class Channel(models.TextChoices):
    """How the office and an agency came to speak."""

    SYSTEM = "system", "Muara"
    LETTER = "letter", "Surat"
    TELEPHONE = "telephone", "Telepon"
    VISIT = "visit", "Tatap muka"
    MESSAGE = "message", "Surel atau pesan"


class Question(models.Model):
    """A question of the office to an agency about a case, and its answer; the case stays where it is."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="questions")
    agency = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="questions", verbose_name="OPD")
    step_key = models.CharField("langkah", max_length=40)
    text = models.TextField("pertanyaan")
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField("ditanyakan")
    answer = models.TextField("jawaban", blank=True)
    channel = models.CharField("dijawab melalui", max_length=10, choices=Channel, blank=True)
    answerer = models.CharField("dijawab oleh", max_length=120, blank=True)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField("dijawab", null=True)

    class Meta:
        ordering = ["case", "asked_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(answered_at=None, answer="", recorded_by=None)
                | (
                    Q(answered_at__isnull=False, recorded_by__isnull=False)
                    & ~Q(answer="")
                    & ~Q(channel="")
                    & ~Q(answerer="")
                ),
                name="an_answer_says_whose_it_is_and_how_it_came",
            ),
        ]

    def __str__(self) -> str:
        return f"pertanyaan kepada {self.agency} · {self.case_id}"


class MonitoringNote(models.Model):
    """What the monitoring of the agency's work found (step 11.a): a line of the monitoring form."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="monitoring")
    whom = models.CharField("dengan siapa", max_length=120)
    channel = models.CharField("melalui", max_length=10, choices=Channel)
    status = models.TextField("status kemajuan")
    expected_on = models.DateField("perkiraan selesai", null=True)
    follow_up_on = models.DateField("pantau lagi", null=True)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField("dicatat")

    class Meta:
        ordering = ["case", "at", "pk"]

    def __str__(self) -> str:
        return f"pemantauan {self.case_id}"
