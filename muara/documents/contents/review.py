"""What heads read and sign beside the draft (SOP steps 12, 13 and 15)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from muara.documents.contents import Content


@dataclass(frozen=True, kw_only=True)
class Ticked:
    """A printed clause of the SOP, and whether the head made sure of it."""

    text: str
    sure: bool


@dataclass(frozen=True, kw_only=True)
class Said:
    """Something said at a place of the draft; `before` and `after` where it is a difference."""

    place: str
    before: str = ""
    after: str = ""
    text: str = ""


@dataclass(frozen=True, kw_only=True)
class ExaminationForm(Content):
    """Form verifikasi proses, hasil verifikasi surat izin (steps 12.b and 13.b)."""

    template: ClassVar[str] = "examination_form"

    registration_number: str
    service: str
    company: str
    position: str
    draft: str
    clauses: tuple[Ticked, ...]
    remarks: tuple[Said, ...] = ()
    deviations: tuple[Said, ...] = ()
    deviation_reason: str = ""
    advice: str = ""
    outcome: str
    note: str = ""
    examiner: str
    examiner_nip: str = ""
    examined_at: datetime
    place: str


@dataclass(frozen=True, kw_only=True)
class Fact:
    """A labelled line of the summary."""

    label: str
    value: str


@dataclass(frozen=True, kw_only=True)
class Summary(Content):
    """One page for the head before deciding (step 15); what is too much for it is cut, and it says so."""

    template: ClassVar[str] = "summary"

    registration_number: str
    service: str
    company: str
    facts: tuple[Fact, ...]
    limits: tuple[Fact, ...] = ()
    way: tuple[Fact, ...] = ()
    authority: tuple[Fact, ...] = ()
    concerns: tuple[Said, ...] = ()
    advice: tuple[Said, ...] = ()
    due_on: date | None = None
    printed_at: datetime
