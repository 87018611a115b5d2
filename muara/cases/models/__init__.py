"""Every noun of the dossier, split by chapter."""

from __future__ import annotations

from muara.cases.models.application import Application, Attachment, Submission
from muara.cases.models.case import Case, CaseQuerySet, Revision, Task, TaskQuerySet, UnfinishedWork
from muara.cases.models.decision import Draft, DraftCopy, Endorsement
from muara.cases.models.examination import Checklist, ChecklistMark, Correction
from muara.cases.models.issuance import FinalCheck, Handover, PowerOfAttorney, Reminder
from muara.cases.models.letters import CaseLetter
from muara.cases.models.meeting import Meeting, Participant
from muara.cases.models.referral import Recommendation, Referral

__all__ = [
    "Application",
    "Attachment",
    "Case",
    "CaseLetter",
    "CaseQuerySet",
    "Checklist",
    "ChecklistMark",
    "Correction",
    "Draft",
    "DraftCopy",
    "Endorsement",
    "FinalCheck",
    "Handover",
    "Meeting",
    "Participant",
    "PowerOfAttorney",
    "Recommendation",
    "Referral",
    "Reminder",
    "Revision",
    "Submission",
    "Task",
    "TaskQuerySet",
    "UnfinishedWork",
]
