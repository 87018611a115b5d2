"""What is asked of the applicant, and how a case ended early: F11, the request for mending, the notice."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from muara.documents.contents import Content, Signatory


@dataclass(frozen=True, kw_only=True)
class AskedItem:
    """One thing asked: of which kind, about which requirement, why."""

    number: int
    kind: str
    about: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class ProblemNote(Content):
    """Catatan masalah (F11): what a step found wanting, handed to the customer service (7 → 8)."""

    template: ClassVar[str] = "problem_note"

    registration_number: str
    round: int
    submission: int
    service: str
    company: str
    location: str = ""
    step: str
    items: tuple[AskedItem, ...]
    note: str = ""
    raised_by: str
    raised_by_nip: str = ""
    raised_by_position: str
    raised_at: datetime
    place: str


@dataclass(frozen=True, kw_only=True)
class CorrectionRequest(Content):
    """Permintaan perbaikan to the applicant, with the day until which to answer."""

    template: ClassVar[str] = "correction_request"

    number: str = ""
    place: str
    dated: date
    subject: str
    reference: str
    round: int
    service: str
    applicant: str
    company: str
    items: tuple[AskedItem, ...]
    explanation: str = ""
    due_on: date | None = None
    status_url: str
    officer: str
    officer_nip: str = ""


@dataclass(frozen=True, kw_only=True)
class EndingNotice(Content):
    """Pemberitahuan that a case ended undecided: withdrawn, lapsed, to be applied for anew or elsewhere."""

    template: ClassVar[str] = "ending_notice"

    number: str = ""
    place: str
    dated: date
    reference: str
    service: str
    applicant: str
    company: str
    how: str
    reason: str
    successor: str = ""
    apply_to: str = ""
    status_url: str
    signatory: Signatory
