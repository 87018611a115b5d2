"""What the liaison carries and what monitoring leaves: the delivery list (F13), the monitoring form (F14)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from muara.documents.contents import Content


@dataclass(frozen=True, kw_only=True)
class Delivered:
    """One case on the delivery list."""

    registration_number: str
    company: str
    letter_number: str
    letter_date: date
    subject: str


@dataclass(frozen=True, kw_only=True)
class DeliveryList(Content):
    """Bukti tanda terima berkas di OPD (step 9): several cases in one round; blanks until it is delivered."""

    template: ClassVar[str] = "delivery_list"

    agency: str
    rows: tuple[Delivered, ...]
    place: str
    liaison: str
    liaison_nip: str = ""
    receiver: str = ""
    delivered_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Monitored:
    """One note of the monitoring: with whom, how, what they said, when it is expected."""

    at: datetime
    by: str
    whom: str
    channel: str
    status: str
    expected_on: date | None = None


@dataclass(frozen=True, kw_only=True)
class MonitoringForm(Content):
    """Form monitoring (steps 9 and 11.a): how the agency's work on a case came along."""

    template: ClassVar[str] = "monitoring_form"

    registration_number: str
    company: str
    service: str
    agency: str
    letter_number: str
    delivered_at: datetime | None = None
    recommended_on: date | None = None
    rows: tuple[Monitored, ...]
    printed_at: datetime
