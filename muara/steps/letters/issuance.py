"""The papers after the signature (SOP steps 16 to 18): checklist, rights and duties, receipt, register."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any

from django.conf import settings

from muara.cases.models import Case, Draft, FinalCheck, Handover
from muara.documents.contents import Enclosure, HandoverReceipt, Limit, Monitoring
from muara.documents.contents.issuance import FinalChecklist, NumberRegister, RegisterRow, RightsAndDuties
from muara.documents.letters import LIBRARY, canonical, set_letter
from muara.documents.models import Letter
from muara.people.models import User, office_day
from muara.permits.models import Decision, Permit, Series
from muara.permits.queries import holders, register, with_holders
from muara.steps.letters import (
    _file,
    company_name,
    letterhead,
    the_office,
    verification_url,
    wording_in_force,
)

CHECKLIST, DUTIES = "final_checklist", "rights_and_duties"


def rights(decision: Decision) -> tuple[str, ...]:
    """What the permit gives, as the service's wording says it; of a refusal, the legal remedies."""
    if decision.kind == Draft.Kind.REFUSAL:
        return tuple(decree_of(decision)["remedies"])
    words, _ = wording_in_force(decision.case, decision.kind, on=office_day(decision.draft.made_at))
    return tuple(words.rights)


def decree_of(decision: Decision) -> dict[str, Any]:
    """What the signed decree says, as data."""
    content: dict[str, Any] = json.loads(decision.draft.content)
    return content


def duties(decision: Decision) -> tuple[str, ...]:
    return tuple(decree_of(decision).get("obligations", ()))


def final_checklist(
    case: Case, decision: Decision, checks: list[FinalCheck], *, step: str, by: User, at: datetime
) -> Letter:
    """F26: what the registrar made sure of before the permit goes to the counter (16.c)."""
    office = the_office()
    content = FinalChecklist(
        letterhead=letterhead(office),
        demo=settings.MUARA_DEMO,
        registration_number=case.registration_number or "",
        service=case.process.title,
        company=decision.company,
        permit_number=decision.number.text,
        permit_dated=decision.issued_on,
        items=tuple(check.label for check in checks),
        place=office.seat,
        checked_by=by.name,
        checked_by_nip=by.nip,
        checked_at=at,
    )
    title = f"Checklist akhir {decision.number.text}"
    return _file(case, content.template, content, step=step, title=title, dated=office_day(at), at=at)


def rights_and_duties(case: Case, permit: Permit, *, step: str, at: datetime) -> Letter:
    """What is told and handed over with the permit, from the decree itself (17, 18)."""
    said = decree_of(permit)
    content = RightsAndDuties(
        letterhead=letterhead(the_office()),
        demo=settings.MUARA_DEMO,
        qr=verification_url(permit.draft.token),
        registration_number=case.registration_number or "",
        service=case.process.title,
        company=permit.company,
        permit_number=permit.number.text,
        permit_dated=permit.issued_on,
        valid_until=permit.expires_on,
        supervising_agency=str(said.get("supervising_agency", "")),
        rights=rights(permit),
        flows=tuple(_flow(row) for row in said.get("flows", ())),
        limits=tuple(Limit(**row) for row in said.get("limits", ())),
        monitoring=tuple(Monitoring(**row) for row in said.get("monitoring", ())),
        duties=duties(permit),
        prohibitions=tuple(said.get("prohibitions", ())),
    )
    title = f"Hak dan kewajiban, izin {permit.number.text}"
    return _file(case, content.template, content, step=step, title=title, dated=office_day(at), at=at)


def _flow(row: dict[str, Any]) -> str:
    hourly = f" dan {row['per_hour']} m³/jam" if row.get("per_hour") else ""
    return f"{row['point']}: {row['per_day']} m³/hari{hourly}"


def handover_receipt(
    case: Case, *, step: str, decision: Decision, handover: Handover, at: datetime
) -> Letter:
    """Steps 17 and 18: what was handed or sent to whom, with rights and duties, or the remedies, told."""
    office = the_office()
    refused = decision.kind == Draft.Kind.REFUSAL
    name = case.process.product if not refused else f"Keputusan penolakan {case.process.product}"
    items = [Enclosure(title=f"{name}, rangkap 2 (asli untuk pemohon)", amount="1 berkas")]
    if not refused:
        items.append(Enclosure(title="Lembar hak dan kewajiban pemegang izin", amount="1 berkas"))
    sent = handover.way != Handover.Way.COUNTER
    content = HandoverReceipt(
        letterhead=letterhead(office),
        demo=settings.MUARA_DEMO,
        registration_number=case.registration_number or "",
        service=case.process.title,
        company=company_name(case),
        permit_number=decision.number.text,
        permit_dated=decision.issued_on,
        valid_until=decision.expires_on if isinstance(decision, Permit) else None,
        refused=refused,
        items=tuple(items),
        recipient=handover.receiver,
        recipient_capacity=handover.capacity,
        recipient_identity=handover.shown_identity,
        sent_by=f"{handover.get_way_display()}, nomor resi {handover.tracking_number}" if sent else "",
        sent_to=handover.address,
        handed_at=at,
        officer=handover.given_by.name,
        officer_nip=handover.given_by.nip,
        rights=rights(decision),
        duties=duties(decision),
        place=office.seat,
    )
    title = f"Bukti serah terima {decision.number.text}"
    return _file(case, content.template, content, step=step, title=title, dated=office_day(at), at=at)


def number_register(series: Series, *, year: int, at: datetime) -> bytes:
    """F25: the register of one year as PDF, every number in order, the void ones with their reason."""
    numbers = with_holders(register(series, year))
    names = holders(numbers)
    content = NumberRegister(
        letterhead=letterhead(the_office()),
        demo=settings.MUARA_DEMO,
        register=series.label,
        year=str(year),
        rows=tuple(
            RegisterRow(
                number=number.text,
                dated=number.dated,
                company=names.get(number.pk, ""),
                remark=f"BATAL: {number.void_reason}" if number.voided_at else "",
            )
            for number in numbers
        ),
        printed_at=at,
    )
    return set_letter(
        source=(LIBRARY / f"{content.template}.typ").read_text(),
        content=canonical(content),
        title=f"Register {series.label} {year}",
        dated=date(year, 1, 1) if year < office_day(at).year else office_day(at),
    )
