"""The papers of the queue: the ticket of 80 mm (F01, F02) and the poster at the door."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from muara.documents.contents import Content


@dataclass(frozen=True, kw_only=True)
class QueueTicket(Content):
    """F01, F02: a visitor's number; the QR leads to its page."""

    template: ClassVar[str] = "queue_ticket"

    number: str
    series: str
    taken_at: datetime
    priority: str = ""


@dataclass(frozen=True, kw_only=True)
class QueuePoster(Content):
    """The poster at the door: take a number with your own phone."""

    template: ClassVar[str] = "queue_poster"

    address: str
    hours: tuple[str, ...] = ()
