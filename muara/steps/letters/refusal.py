"""The decree that refuses an application."""

from __future__ import annotations

from datetime import date

from django.conf import settings

from muara.cases.models import Case
from muara.documents.contents.refusal import Refusal
from muara.permits.queries import number_blanks
from muara.steps.letters import (
    Wording,
    company_name,
    letterhead,
    particulars,
    signatory,
    the_office,
    verification_url,
)


def refusal_content(case: Case, *, wording: Wording, token: str, on: date) -> Refusal:
    """The refusal's content, the same for every copy; number, date and signature stay blank for ink."""
    office = the_office()
    before, after = number_blanks(case.process.code, "refusal")
    return Refusal(
        letterhead=letterhead(office),
        demo=settings.MUARA_DEMO,
        number_before=before,
        number_after=after,
        place=office.seat,
        issuer=office.head_title,
        service=case.process.product,
        considering=wording.considering,
        laws=wording.laws,
        company=company_name(case),
        registration_number=case.registration_number or "",
        particulars=particulars(case, wording.particulars),
        reasons=wording.reasons,
        remedies=wording.remedies,
        signatory=signatory(office, case, on=on),
        tembusan=wording.tembusan,
        verification_url=verification_url(token),
        template_sha256=wording.template,
    )
