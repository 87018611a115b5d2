"""Every noun of the dossier, split by chapter."""

from __future__ import annotations

from muara.cases.models.application import Application, Attachment, Submission
from muara.cases.models.case import Case, CaseQuerySet, Revision, Task, TaskQuerySet, UnfinishedWork
from muara.cases.models.coordination import MonitoringNote, Question
from muara.cases.models.decision import Draft, DraftCopy, Endorsement, Handover, Meeting
from muara.cases.models.delivery import DeliveryRound
from muara.cases.models.examination import Checklist, ChecklistMark, Correction
from muara.cases.models.letters import CaseLetter
from muara.cases.models.paper import PaperCase, PaperDocument
from muara.cases.models.precheck import AuthorityCheck, Outfall
from muara.cases.models.recusal import Recusal
from muara.cases.models.referral import Recommendation, Referral

__all__ = [
    "Application",
    "Attachment",
    "AuthorityCheck",
    "Case",
    "CaseLetter",
    "CaseQuerySet",
    "Checklist",
    "ChecklistMark",
    "Correction",
    "DeliveryRound",
    "Draft",
    "DraftCopy",
    "Endorsement",
    "Handover",
    "Meeting",
    "MonitoringNote",
    "Outfall",
    "PaperCase",
    "PaperDocument",
    "Question",
    "Recommendation",
    "Recusal",
    "Referral",
    "Revision",
    "Submission",
    "Task",
    "TaskQuerySet",
    "UnfinishedWork",
]
