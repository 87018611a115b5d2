"""The papers of complaints: the receipt (UU 25/2009, Pasal 44) and the empty sheet for the box (F30)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from muara.documents.contents import Content


@dataclass(frozen=True, kw_only=True)
class ComplaintReceipt(Content):
    """Who said what, when and to whom, and what to follow it by; no name where none was given."""

    template: ClassVar[str] = "complaint_receipt"

    number: str
    code: str
    kind: str
    received_at: datetime
    channel: str
    name: str = ""
    address: str = ""
    proxy_for: str = ""
    category: str
    text: str
    harm: str = ""
    wanted: str = ""
    served_on: date | None = None
    place_of_service: str = ""
    respond_by: date | None = None
    office_place: str
    officer: str = ""
    track_url: str


@dataclass(frozen=True, kw_only=True)
class ComplaintSheet(Content):
    """F30: lembar pengaduan dan masukan, to be filled in by hand."""

    template: ClassVar[str] = "complaint_sheet"

    kinds: tuple[str, ...]
    categories: tuple[str, ...]
    complain_url: str
