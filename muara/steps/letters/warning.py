"""What a teguran says: findings that officers confirmed, what is asked, by when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.conf import settings

from muara.compliance.letters import agencies_of
from muara.compliance.models import Discharge, Finding, WarningLetter
from muara.compliance.queries import latest_grant
from muara.documents.contents.warning import Teguran
from muara.documents.indonesian import romawi, tanggal
from muara.documents.letters import LIBRARY, compose, keep_template
from muara.documents.models import Letter
from muara.people.models import office_day
from muara.steps.letters import letterhead, signatory, the_office

TEMPLATE = "warning_letter"


def compose_warning(
    discharge: Discharge,
    *,
    step: int,
    findings: Sequence[Finding],
    earlier: Sequence[WarningLetter],
    demand: Sequence[str],
    answer_by: date,
    at: datetime,
) -> Letter:
    """Write the letter down, with blanks for number, date and signature."""
    office, permit = the_office(), latest_grant(discharge).permit
    today = office_day(at)
    content = Teguran(
        letterhead=letterhead(office),
        demo=settings.MUARA_DEMO,
        step=romawi(step),
        place=office.seat,
        company=discharge.company.name,
        permit_number=permit.number.text,
        permit_dated=permit.issued_on,
        product=permit.case.process.product,
        earlier=tuple(
            f"{one.name} nomor {one.number} tanggal {tanggal(one.dated)}" for one in earlier if one.dated
        ),
        findings=tuple(one.told for one in findings),
        demand=tuple(demand),
        answer_by=answer_by,
        agencies=tuple(one.head_title for one in agencies_of(discharge)),
        signatory=signatory(office, permit.case, on=today),
    )
    source = (LIBRARY / f"{TEMPLATE}.typ").read_text(encoding="utf-8")
    template = keep_template(name=TEMPLATE, source=source)
    title = f"Surat teguran {romawi(step)}, {discharge.company.name}"
    return compose(template=template, content=content, title=title, dated=today, at=at)
