"""The written notice of a breach of personal data, set anew on each reading: nothing of it is kept."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings

from muara.contacts.models import DataBreach
from muara.documents.contents import Signatory
from muara.documents.contents.breach import BreachNotice
from muara.documents.letters import LIBRARY, canonical, set_letter
from muara.people.models import Holding, office_day
from muara.people.queries import holder
from muara.steps.letters import letterhead, the_office


def breach_pdf(breach: DataBreach, *, to_agency: bool, at: datetime) -> bytes:
    """To the agency, or to each person whose data they are (Pasal 46(1)); number and date are for ink."""
    office, head = the_office(), holder("head_of_office", on=office_day(at))
    acting = head is not None and head.status != Holding.Status.DEFINITIVE
    content = BreachNotice(
        letterhead=letterhead(office),
        demo=settings.MUARA_DEMO,
        number=breach.number,
        to_agency=to_agency,
        place=office.seat,
        began_at=breach.began_at,
        ended_at=breach.ended_at,
        known_at=breach.known_at,
        due_at=breach.due_at,
        what=breach.data,
        how=breach.how,
        handling=breach.handling,
        persons="" if breach.persons is None else str(breach.persons),
        contact=office.privacy_contact,
        signatory=Signatory(
            position=office.head_title,
            name=head.user.name if head else "",
            rank=head.user.rank if head else "",
            nip=head.user.nip if head else "",
            standing=head.get_status_display() if head and acting else "",
            on_behalf_of=office.on_behalf_of,
        ),
    )
    source = (LIBRARY / f"{content.template}.typ").read_text()
    title = f"Pemberitahuan {breach.number}"
    return set_letter(source=source, content=canonical(content), title=title, dated=office_day(at))
