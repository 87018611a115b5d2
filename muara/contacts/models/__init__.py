"""Talk with citizens: questions, complaints, the queue, the survey, and whom a notice did not reach."""

from __future__ import annotations

from muara.contacts.models.complaints import (
    Complainant,
    Complaint,
    ComplaintAct,
    ComplaintConcern,
    ComplaintFile,
    ComplaintYear,
)
from muara.contacts.models.consultations import Consultation
from muara.contacts.models.queue import Counter, Kiosk, QueueDay, QueueSeries, Ticket, TicketEvent
from muara.contacts.models.survey import Questionnaire, SurveyAnswer, SurveyFollowUp, SurveySuggestion
from muara.contacts.models.unreached import NoticeLetter, PhoneCall, PhoneTask

__all__ = [
    "Complainant",
    "Complaint",
    "ComplaintAct",
    "ComplaintConcern",
    "ComplaintFile",
    "ComplaintYear",
    "Consultation",
    "Counter",
    "Kiosk",
    "NoticeLetter",
    "PhoneCall",
    "PhoneTask",
    "Questionnaire",
    "QueueDay",
    "QueueSeries",
    "SurveyAnswer",
    "SurveyFollowUp",
    "SurveySuggestion",
    "Ticket",
    "TicketEvent",
]
