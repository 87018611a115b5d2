"""Talk with citizens: questions, complaints, the queue, the survey, and whom a notice did not reach.

And section T, whose other half the survey is: evaluating staff and the office's own quality.
"""

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
from muara.contacts.models.evaluation import Assessment, AssessmentFile, AssessmentItem, Evaluation
from muara.contacts.models.queue import Counter, Kiosk, QueueDay, QueueSeries, Ticket, TicketEvent
from muara.contacts.models.survey import Questionnaire, SurveyAnswer, SurveyFollowUp, SurveySuggestion
from muara.contacts.models.unreached import NoticeLetter, PhoneCall, PhoneTask

__all__ = [
    "Assessment",
    "AssessmentFile",
    "AssessmentItem",
    "Complainant",
    "Complaint",
    "ComplaintAct",
    "ComplaintConcern",
    "ComplaintFile",
    "ComplaintYear",
    "Consultation",
    "Counter",
    "Evaluation",
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
