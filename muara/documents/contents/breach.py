"""The written notice that personal data got out (UU 27/2022, Pasal 46)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from muara.documents.contents import Content, Signatory


@dataclass(frozen=True, kw_only=True)
class BreachNotice(Content):
    """Which data, when and how, and what was done; number and date stay blank for ink.

    `persons` is told to the agency alone, `contact` is whom to ask.
    """

    template: ClassVar[str] = "breach_notice"

    number: str
    to_agency: bool
    place: str
    letter_number: str = ""
    dated: date | None = None
    began_at: datetime
    ended_at: datetime | None = None
    known_at: datetime
    due_at: datetime
    what: str
    how: str
    handling: str
    persons: str = ""
    contact: str = ""
    signatory: Signatory
