"""The papers of complaints, set anew on each reading: nothing of them is kept."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings

from muara.contacts.models import Complainant, Complaint
from muara.contacts.rules import RESPOND
from muara.documents.contents.complaint import ComplaintReceipt, ComplaintSheet
from muara.documents.letters import LIBRARY, canonical, set_letter
from muara.people.models import office_day
from muara.steps.letters import letterhead, the_office


def receipt_pdf(complaint: Complaint, person: Complainant | None) -> bytes:
    """Tanda terima (Pasal 44(1) and (2)), for whoever complained."""
    office, received = the_office(), complaint.received_at
    address = f"{settings.MUARA_BASE_URL}/pengaduan/lacak/"
    content = ComplaintReceipt(
        letterhead=letterhead(office),
        demo=settings.MUARA_DEMO,
        qr=f"{address}?nomor={complaint.number}",
        number=complaint.number,
        code=complaint.code,
        kind=complaint.get_kind_display(),
        received_at=received,
        channel=complaint.get_channel_display(),
        name=person.name if person else "",
        address=person.address if person else "",
        proxy_for=person.proxy_for if person else "",
        category=complaint.get_category_display(),
        text=complaint.text,
        harm=complaint.harm,
        wanted=complaint.wanted,
        served_on=complaint.served_on,
        place_of_service=complaint.place,
        respond_by=office_day(received) + RESPOND if complaint.is_formal else None,
        office_place=office.seat,
        officer=complaint.entered_by.name if complaint.entered_by else "",
        track_url=address,
    )
    return _set(content, title=f"Tanda terima {complaint.number}", at=received)


def sheet_pdf(*, at: datetime) -> bytes:
    """F30: the empty sheet."""
    content = ComplaintSheet(
        letterhead=letterhead(the_office()),
        demo=settings.MUARA_DEMO,
        qr=f"{settings.MUARA_BASE_URL}/pengaduan/",
        kinds=tuple(str(label) for label in Complaint.Kind.labels),
        categories=tuple(str(label) for label in Complaint.Category.labels),
        complain_url=f"{settings.MUARA_BASE_URL}/pengaduan/",
    )
    return _set(content, title="Lembar pengaduan dan masukan", at=at)


def _set(content: ComplaintReceipt | ComplaintSheet, *, title: str, at: datetime) -> bytes:
    source = (LIBRARY / f"{content.template}.typ").read_text()
    return set_letter(source=source, content=canonical(content), title=title, dated=office_day(at))
