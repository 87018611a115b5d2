"""Talk with citizens: their questions, and the queue."""

from __future__ import annotations

from muara.contacts.models.consultations import Consultation
from muara.contacts.models.queue import Counter, QueueDay, QueueSeries, Ticket, TicketEvent

__all__ = ["Consultation", "Counter", "QueueDay", "QueueSeries", "Ticket", "TicketEvent"]
