"""Letters about what is asked of the applicant, and about a case that ended early."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings

from muara.cases.models import Application, Correction, CorrectionItem, EarlyEnd
from muara.documents.contents.correction import AskedItem, CorrectionRequest, EndingNotice, ProblemNote
from muara.documents.models import Letter
from muara.people.models import office_day
from muara.sop.definition import Ending, Outcome, Process
from muara.steps.letters import (
    _file,
    applicant_name,
    case_values,
    company_name,
    letterhead,
    signatory,
    status_url,
    text_of,
    the_office,
)


def _items(correction: Correction, process: Process) -> tuple[AskedItem, ...]:
    return tuple(
        AskedItem(
            number=item.number,
            kind=item.get_kind_display(),
            about=about(item, process),
            reason=item.reason,
        )
        for item in correction.items.all()
    )


def about(item: CorrectionItem, process: Process) -> str:
    """Name what an item is about, as a person reads it."""
    if item.requirement is None:
        return "Seluruh formulir"
    return f"Nomor {item.requirement}, {process.requirement(item.requirement).reading}"


def problem_note(correction: Correction, *, step: str, at: datetime) -> Letter:
    """F11: what a step found wanting, for the customer service to pass on."""
    case = correction.case
    office, values, process = the_office(), case_values(case), case.process
    raised, by = process.step(correction.raised_at_step), correction.raised_by
    content = ProblemNote(
        letterhead=letterhead(office),
        demo=settings.MUARA_DEMO,
        registration_number=str(case),
        round=correction.number,
        submission=correction.submission.number,
        service=process.title,
        company=company_name(case),
        location=text_of(case, values, "site_address"),
        step=f"Langkah {raised.number}: {raised.title}",
        items=_items(correction, process),
        note=correction.reason,
        raised_by=by.name,
        raised_by_nip=by.nip,
        raised_by_position=process.actor(raised.actor).label,
        raised_at=correction.raised_at,
        place=office.seat,
    )
    title = f"Catatan masalah {case}, putaran ke-{correction.number}"
    return _file(case, "problem_note", content, step=step, title=title, dated=office_day(at), at=at)


def correction_request(correction: Correction, *, step: str, at: datetime) -> Letter:
    """Steps 4 and 8: tell the applicant what is wanting, item by item, and until when to answer."""
    case = correction.case
    office, by = the_office(), correction.sent_by or correction.raised_by
    content = CorrectionRequest(
        letterhead=letterhead(office),
        qr=status_url(case),
        demo=settings.MUARA_DEMO,
        place=office.seat,
        dated=office_day(at),
        subject="Pemberitahuan kekurangan dan permintaan perbaikan",
        reference=str(case),
        round=correction.number,
        service=case.process.title,
        applicant=applicant_name(case, case_values(case)),
        company=company_name(case),
        items=_items(correction, case.process),
        explanation=correction.explanation,
        due_on=correction.due_on,
        status_url=status_url(case),
        officer=by.name,
        officer_nip=by.nip,
    )
    title = f"Permintaan perbaikan {case}, putaran ke-{correction.number}"
    return _file(case, "correction_request", content, step=step, title=title, dated=office_day(at), at=at)


def ending_notice(
    end: EarlyEnd, *, step: str, at: datetime, successor: Application | None = None, apply_to: str = ""
) -> Letter:
    """Tell the applicant that the case ended without a decision, why, and where to go on or to apply."""
    case = end.case
    office, way = the_office(), case.process.way_out(step, end.ending)
    content = EndingNotice(
        letterhead=letterhead(office),
        qr=status_url(case),
        demo=settings.MUARA_DEMO,
        place=office.seat,
        dated=office_day(at),
        reference=str(case),
        service=case.process.title,
        applicant=applicant_name(case, case_values(case)),
        company=company_name(case),
        how=how_it_ended(way),
        reason=end.reason,
        successor=successor.reference if successor else "",
        apply_to=apply_to,
        status_url=status_url(case),
        signatory=signatory(office, case, on=office_day(at)),
    )
    title = f"Pemberitahuan berkas {case} ditutup"
    return _file(case, "ending_notice", content, step=step, title=title, dated=office_day(at), at=at)


def how_it_ended(way: Outcome | Ending) -> str:
    """Say how a case ended as it is told to its applicant."""
    if isinstance(way, Ending):
        return way.label[:1].lower() + way.label[1:]
    return "ditutup agar Saudara mengajukan permohonan baru"
