"""Surat teguran: a written warning to a permit holder, in steps."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from muara.documents.contents import Content, Signatory


@dataclass(frozen=True, kw_only=True)
class Teguran(Content):
    """A warning of step I, II or III; number and date stay blank for ink.

    `earlier` tells the warnings before it that were not answered, `findings` what officers confirmed.
    """

    template: ClassVar[str] = "warning_letter"

    step: str
    place: str
    number: str = ""
    dated: date | None = None
    company: str
    permit_number: str
    permit_dated: date
    product: str
    earlier: tuple[str, ...] = ()
    findings: tuple[str, ...]
    demand: tuple[str, ...]
    answer_by: date
    agencies: tuple[str, ...] = ()
    signatory: Signatory
