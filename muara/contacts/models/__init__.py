"""Talk with citizens: questions, complaints, personal data, the queue, the survey, who was not reached.

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
from muara.contacts.models.privacy import BreachAct, DataAccess, DataBreach, DataRequest, PrivacyYear
from muara.contacts.models.queue import Counter, Kiosk, QueueDay, QueueSeries, Ticket, TicketEvent
from muara.contacts.models.survey import Questionnaire, SurveyAnswer, SurveyFollowUp, SurveySuggestion
from muara.contacts.models.unreached import NoticeLetter, PhoneCall, PhoneTask

__all__ = [
    "Assessment",
    "AssessmentFile",
    "AssessmentItem",
    "BreachAct",
    "Complainant",
    "Complaint",
    "ComplaintAct",
    "ComplaintConcern",
    "ComplaintFile",
    "ComplaintYear",
    "Consultation",
    "Counter",
    "DataAccess",
    "DataBreach",
    "DataRequest",
    "Evaluation",
    "Kiosk",
    "NoticeLetter",
    "PhoneCall",
    "PhoneTask",
    "PrivacyYear",
    "Questionnaire",
    "QueueDay",
    "QueueSeries",
    "SurveyAnswer",
    "SurveyFollowUp",
    "SurveySuggestion",
    "Ticket",
    "TicketEvent",
]
