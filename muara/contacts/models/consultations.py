"""Questions at the information desk and the help desk (SOP steps 1, 2 and 5)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from muara.cases.models import Application, Case
from muara.people.models import User


class Consultation(models.Model):
    """A question (step 1) and what was given and explained (step 2); linked to the case later."""

    class Channel(models.TextChoices):
        VISIT = "datang", "Datang langsung"
        PHONE = "telepon", "Telepon"
        EMAIL = "email", "Surel"
        ONLINE = "daring", "Daring"

    class Desk(models.TextChoices):
        INFORMATION = "informasi", "Layanan informasi"
        HELP_DESK = "helpdesk", "Help desk"

    service = models.CharField("layanan", max_length=20)
    desk = models.CharField("meja", max_length=10, choices=Desk, default=Desk.INFORMATION)
    channel = models.CharField("saluran", max_length=10, choices=Channel)
    person = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="consultations")
    name = models.CharField("nama", max_length=120)
    contact = models.CharField("kontak", max_length=120, blank=True)
    question = models.TextField("pertanyaan")
    asked_at = models.DateTimeField("ditanyakan")
    application = models.ForeignKey(
        Application, on_delete=models.PROTECT, null=True, related_name="consultations"
    )
    case = models.ForeignKey(Case, on_delete=models.PROTECT, null=True, related_name="consultations")
    given = models.TextField("penjelasan", blank=True)
    covered = models.JSONField("butir yang dijelaskan", default=list)
    forms_given = models.JSONField("formulir yang diberikan", default=list)
    sent_to = models.EmailField("formulir dikirim ke", blank=True)
    answered_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField("dijawab", null=True)

    class Meta:
        ordering = ["-asked_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(answered_at=None) | Q(answered_by__isnull=False), name="an_answer_has_an_officer"
            ),
            models.CheckConstraint(
                condition=Q(sent_to="") | ~Q(forms_given=[]), name="what_is_sent_are_forms"
            ),
        ]

    def __str__(self) -> str:
        return f"konsultasi {self.pk}"
