"""The brochure of a service (SOP M.24): a sheet to fold in three, for the rack in the hall."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from muara.documents.contents import Content


@dataclass(frozen=True, kw_only=True)
class Described:
    """A title with what it means."""

    title: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Brochure(Content):
    """What a visitor takes home; the QR leads to the service's page."""

    template: ClassVar[str] = "brochure"

    service: str
    document: str
    notice: str = ""
    promise: str
    fee: str = "Gratis"
    validity: str
    documents: tuple[Described, ...]
    obligations: tuple[str, ...]
    phases: tuple[Described, ...]
    hours: str = ""
