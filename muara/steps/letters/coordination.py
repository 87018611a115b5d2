"""Set on demand, never filed: the liaison's delivery list and a case's monitoring form."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings

from muara.cases.models import Case, DeliveryRound, Referral
from muara.documents.contents.coordination import Delivered, DeliveryList, Monitored, MonitoringForm
from muara.documents.letters import canonical, set_letter
from muara.people.models import Office, User, office_day
from muara.steps.letters import company_name, letterhead, the_office


def delivery_list(
    referrals: Sequence[Referral],
    *,
    agency: Office,
    by: User,
    at: datetime,
    made: DeliveryRound | None = None,
) -> bytes:
    """Step 9, F13: the receipt that the agency signs; blank until the round `made` is recorded."""
    office = the_office()
    content = DeliveryList(
        letterhead=letterhead(office),
        demo=settings.MUARA_DEMO,
        agency=agency.name,
        rows=tuple(
            Delivered(
                registration_number=str(item.case),
                company=company_name(item.case),
                letter_number=item.letter_number,
                letter_date=item.letter_date,
                subject=item.subject,
            )
            for item in referrals
        ),
        place=office.seat,
        liaison=by.name,
        liaison_nip=by.nip,
        receiver=made.receiver if made else "",
        delivered_at=made.delivered_at if made else None,
    )
    return set_letter(
        source=referrals[0].case.revision.definition.letters["delivery_list"],
        content=canonical(content),
        title=f"Bukti tanda terima berkas {agency.name}",
        dated=office_day(at),
    )


def monitoring_form(case: Case, *, at: datetime) -> bytes:
    """Steps 9 and 11.a, F14: what the monitoring of a case noted so far."""
    referral = case.referrals.select_related("agency").order_by("made_at").last()
    content = MonitoringForm(
        letterhead=letterhead(the_office()),
        demo=settings.MUARA_DEMO,
        registration_number=str(case),
        company=company_name(case),
        service=case.process.title,
        agency=referral.agency.name if referral else "OPD",
        letter_number=referral.letter_number if referral else "",
        delivered_at=referral.delivered_at if referral else None,
        recommended_on=case.recommended_on,
        rows=tuple(
            Monitored(
                at=note.at,
                by=note.by.name,
                whom=note.whom,
                channel=note.get_channel_display(),
                status=note.status,
                expected_on=note.expected_on,
            )
            for note in case.monitoring.select_related("by")
        ),
        printed_at=at,
    )
    return set_letter(
        source=case.revision.definition.letters["monitoring_form"],
        content=canonical(content),
        title=f"Form monitoring {case}",
        dated=office_day(at),
    )
