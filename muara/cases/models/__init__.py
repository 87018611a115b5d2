"""Every noun of the dossier, split by chapter."""

from __future__ import annotations

from muara.cases.models.agency import (
    BindingChoice,
    Disposition,
    Presentation,
    SiteVisit,
    VisitPhoto,
    VisitSample,
    Worksheet,
    WorksheetEndorsement,
)
from muara.cases.models.application import Application, Attachment, Submission, Upload
from muara.cases.models.archive import ArchiveLoan, ArchivePlace, ArchiveRule
from muara.cases.models.case import Case, CaseQuerySet, Revision, Task, TaskQuerySet, UnfinishedWork
from muara.cases.models.coordination import MonitoringNote, Question
from muara.cases.models.copies import ControlledCopy
from muara.cases.models.correction import (
    Confirmation,
    Correction,
    CorrectionItem,
    EarlyEnd,
    LateDefectPermission,
)
from muara.cases.models.decision import Draft, DraftCopy, Endorsement
from muara.cases.models.delivery import DeliveryRound
from muara.cases.models.examination import Checklist, ChecklistMark
from muara.cases.models.issuance import FinalCheck, Handover, Reminder
from muara.cases.models.letters import CaseLetter
from muara.cases.models.meeting import Meeting, Participant
from muara.cases.models.paper import PaperCase, PaperDocument
from muara.cases.models.pause import Pause
from muara.cases.models.power import PowerOfAttorney
from muara.cases.models.precheck import AuthorityCheck, Outfall
from muara.cases.models.recusal import Recusal
from muara.cases.models.referral import Recommendation, Referral
from muara.cases.models.review import AdjustedTerms, CareActivity, DraftRemark, Examination
from muara.cases.models.signing import ElectronicDecree, SigningWay
from muara.cases.models.watch import Assignment, Escalation, LegalAlert, Rung
from muara.cases.models.wording import DecreeTemplate

__all__ = [
    "AdjustedTerms",
    "Application",
    "ArchiveLoan",
    "ArchivePlace",
    "ArchiveRule",
    "Assignment",
    "Attachment",
    "AuthorityCheck",
    "BindingChoice",
    "CareActivity",
    "Case",
    "CaseLetter",
    "CaseQuerySet",
    "Checklist",
    "ChecklistMark",
    "Confirmation",
    "ControlledCopy",
    "Correction",
    "CorrectionItem",
    "DecreeTemplate",
    "DeliveryRound",
    "Disposition",
    "Draft",
    "DraftCopy",
    "DraftRemark",
    "EarlyEnd",
    "ElectronicDecree",
    "Endorsement",
    "Escalation",
    "Examination",
    "FinalCheck",
    "Handover",
    "LateDefectPermission",
    "LegalAlert",
    "Meeting",
    "MonitoringNote",
    "Outfall",
    "PaperCase",
    "PaperDocument",
    "Participant",
    "Pause",
    "PowerOfAttorney",
    "Presentation",
    "Question",
    "Recommendation",
    "Recusal",
    "Referral",
    "Reminder",
    "Revision",
    "Rung",
    "SigningWay",
    "SiteVisit",
    "Submission",
    "Task",
    "TaskQuerySet",
    "UnfinishedWork",
    "Upload",
    "VisitPhoto",
    "VisitSample",
    "Worksheet",
    "WorksheetEndorsement",
]
