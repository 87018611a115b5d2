"""The letter for somebody whom no notice reached."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings

from muara.cases.models import Case
from muara.documents.contents import Signatory
from muara.documents.contents.notice import NoticeOnPaper
from muara.documents.letters import LIBRARY, compose, keep_template
from muara.documents.models import Letter
from muara.people.models import Notice, office_day
from muara.steps.letters import case_values, company_name, letterhead, text_of, the_office


def postal_address(case: Case) -> str:
    """Where the applicant receives letters: the company's office, else the place of the activity."""
    values = case_values(case)
    return text_of(case, values, "office_address") or text_of(case, values, "site_address")


def notice_on_paper(notice: Notice, case: Case, *, address: str, at: datetime) -> Letter:
    """Word a notice as a letter; its salutation and the office's name have places of their own there."""
    office = the_office()
    middle = notice.text.split("\n\n")[1:-1]
    content = NoticeOnPaper(
        letterhead=letterhead(office),
        demo=settings.MUARA_DEMO,
        place=office.seat,
        dated=office_day(at),
        subject=notice.subject,
        reference=str(case),
        applicant=notice.name,
        company=company_name(case),
        address=address,
        paragraphs=tuple(middle),
        signatory=Signatory(position="Petugas Customer Service", name=""),
    )
    source = (LIBRARY / f"{content.template}.typ").read_text()
    template = keep_template(name=content.template, source=source)
    title = f"Surat pemberitahuan {case}: {notice.subject}"
    return compose(template=template, content=content, title=title, dated=office_day(at), at=at)
