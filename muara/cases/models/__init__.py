"""Every noun of the dossier, split by chapter."""

from __future__ import annotations

from muara.cases.models.application import Application, Attachment, Submission
from muara.cases.models.case import Case, CaseQuerySet, Revision, Task, TaskQuerySet, UnfinishedWork
from muara.cases.models.correction import (
    Confirmation,
    Correction,
    CorrectionItem,
    EarlyEnd,
    LateDefectPermission,
)
from muara.cases.models.decision import Draft, DraftCopy, Endorsement, Handover, Meeting
from muara.cases.models.examination import Checklist, ChecklistMark
from muara.cases.models.letters import CaseLetter
from muara.cases.models.referral import Recommendation, Referral

__all__ = [
    "Application",
    "Attachment",
    "Case",
    "CaseLetter",
    "CaseQuerySet",
    "Checklist",
    "ChecklistMark",
    "Confirmation",
    "Correction",
    "CorrectionItem",
    "Draft",
    "DraftCopy",
    "EarlyEnd",
    "Endorsement",
    "Handover",
    "LateDefectPermission",
    "Meeting",
    "Recommendation",
    "Referral",
    "Revision",
    "Submission",
    "Task",
    "TaskQuerySet",
    "UnfinishedWork",
]
