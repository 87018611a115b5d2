"""What the papers after the signature say (SOP steps 16 to 18): F25, F26, rights and duties."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from muara.documents.contents import Content, Limit, Monitoring


@dataclass(frozen=True, kw_only=True)
class FinalChecklist(Content):
    """F26: checklist akhir, each line with whether it holds, by whom and when."""

    template: ClassVar[str] = "final_checklist"

    registration_number: str
    service: str
    company: str
    permit_number: str
    permit_dated: date
    items: tuple[str, ...]
    place: str
    checked_by: str
    checked_by_nip: str = ""
    checked_at: datetime


@dataclass(frozen=True, kw_only=True)
class RightsAndDuties(Content):
    """What a permit gives and asks, from its own content: handed over with it (steps 17 and 18)."""

    template: ClassVar[str] = "rights_and_duties"

    registration_number: str
    service: str
    company: str
    permit_number: str
    permit_dated: date
    valid_until: date
    supervising_agency: str
    rights: tuple[str, ...]
    flows: tuple[str, ...] = ()
    limits: tuple[Limit, ...] = ()
    monitoring: tuple[Monitoring, ...] = ()
    duties: tuple[str, ...] = ()
    prohibitions: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class RegisterRow:
    """A number in its place; a void one keeps it, with the reason."""

    number: str
    dated: date
    company: str
    remark: str = ""


@dataclass(frozen=True, kw_only=True)
class NumberRegister(Content):
    """F25: register nomor izin of one year, every number in order, none left out."""

    template: ClassVar[str] = "number_register"

    register: str
    year: str
    rows: tuple[RegisterRow, ...]
    printed_at: datetime
