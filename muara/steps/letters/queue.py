"""The papers of the queue, set anew on each reading: nothing of them is kept."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings

from muara.contacts.models import Ticket
from muara.documents.contents.queue import QueuePoster, QueueTicket
from muara.documents.letters import LIBRARY, canonical, set_letter
from muara.people.hours import hours_in_force
from muara.people.models import office_day
from muara.steps.letters import letterhead, the_office


def ticket_url(ticket: Ticket) -> str:
    """The public page of a ticket, as its QR says it."""
    return f"{settings.MUARA_BASE_URL}/antrean/tiket/{ticket.token}/"


def ticket_pdf(ticket: Ticket) -> bytes:
    """F01, F02: the ticket on 80 mm paper."""
    content = QueueTicket(
        letterhead=letterhead(the_office()),
        demo=settings.MUARA_DEMO,
        qr=ticket_url(ticket),
        number=str(ticket),
        series=ticket.series.name,
        taken_at=ticket.taken_at,
        priority=ticket.get_priority_display() if ticket.has_priority else "",
    )
    return _set(content, title=f"Nomor antrean {ticket}", at=ticket.taken_at)


def poster_pdf(*, at: datetime) -> bytes:
    """The poster at the door, with the hours in force."""
    address = f"{settings.MUARA_BASE_URL}/antrean/"
    content = QueuePoster(
        letterhead=letterhead(the_office()),
        demo=settings.MUARA_DEMO,
        qr=address,
        address=address,
        hours=tuple(str(row) for _, row in sorted(hours_in_force(office_day(at)).items()) if row.opens),
    )
    return _set(content, title="Ambil nomor antrean dengan ponsel", at=at)


def _set(content: QueueTicket | QueuePoster, *, title: str, at: datetime) -> bytes:
    source = (LIBRARY / f"{content.template}.typ").read_text()
    return set_letter(source=source, content=canonical(content), title=title, dated=office_day(at))
