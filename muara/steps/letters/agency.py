"""The agency's papers, under its own letterhead: visit form, record of the visit, worksheet (step 10)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings

from muara.cases.models import Recommendation, Referral, SiteVisit
from muara.cases.terms import read_terms
from muara.compliance.past import record_of
from muara.documents.contents.agency import Party, Photo, Sample, VisitForm, VisitRecord, WorksheetPaper
from muara.documents.models import Letter
from muara.people.calendar import office_calendar
from muara.people.models import User, office_day
from muara.permits.models import Permit
from muara.permits.queries import earlier_permit
from muara.steps.letters import (
    _file,
    case_values,
    company_name,
    letterhead,
    printed_flows,
    printed_terms,
    text_of,
)

PARTIAL = "; surat ini hanya mengenai sebagian ketentuan"


def _shared(referral: Referral) -> dict[str, Any]:
    """What every paper of an agency says of the case."""
    case = referral.case
    return {
        "letterhead": letterhead(referral.agency),
        "demo": settings.MUARA_DEMO,
        "registration_number": case.registration_number or "",
        "service": case.process.title,
        "company": company_name(case),
        "location": text_of(case, case_values(case), "site_address"),
        "agency": referral.agency.name,
    }


def _parties(rows: list[list[str]]) -> tuple[Party, ...]:
    return tuple(Party(name=name, position=position) for name, position in rows)


def _told(visit: SiteVisit) -> dict[str, Any]:
    """What both papers of a visit tell of it."""
    return _shared(visit.referral) | {
        "place": visit.place,
        "held_on": visit.held_on,
        "purpose": visit.purpose,
        "conditions": visit.conditions,
        "findings": visit.findings,
        "samples": tuple(
            Sample(
                code=item.code,
                point=item.point,
                taken_at=item.taken_at,
                parameters=item.parameters,
                laboratory=item.laboratory,
            )
            for item in visit.samples.all()
        ),
        "agency_side": _parties(visit.agency_side),
    }


def visit_form(visit: SiteVisit, *, step: str, by: User, at: datetime) -> Letter:
    """F15: what the visit found, its samples and the list of its photos (step 10.c)."""
    case = visit.referral.case
    content = VisitForm(
        **_told(visit),
        tests=visit.tests,
        photos=tuple(
            Photo(
                taken_at=item.taken_at,
                place=", ".join(part for part in (item.place, item.shown) if part),
                caption=item.caption,
            )
            for item in visit.photos.all()
        ),
        recorded_by=by.name,
    )
    title = f"Formulir tinjauan lapangan {case}"
    return _file(case, "visit_form", content, step=step, title=title, dated=office_day(at), at=at)


def visit_record(visit: SiteVisit, *, step: str, at: datetime) -> Letter:
    """F16: the record of the visit, for both sides to sign (step 10, remark 3)."""
    case = visit.referral.case
    content = VisitRecord(**_told(visit), applicant_side=_parties(visit.applicant_side))
    title = f"Berita acara peninjauan lapangan {case}"
    return _file(case, "visit_record", content, step=step, title=title, dated=office_day(at), at=at)


def worksheet_letter(
    referral: Referral,
    *,
    number: int,
    analysis: str,
    said: Mapping[str, Any],
    step: str,
    by: User,
    at: datetime,
) -> Letter:
    """F17: the worksheet that the agency's signers give their parafs to (steps 10.e and 10.f)."""
    case = referral.case
    terms = read_terms(said["terms"]) if said["terms"] else None
    earlier = earlier_permit(case)
    record = (
        record_of(earlier, today=office_day(at), calendar=office_calendar())
        if isinstance(earlier, Permit)
        else None
    )
    content = WorksheetPaper(
        **_shared(referral),
        subject=referral.subject,
        number=number,
        made_on=office_day(at),
        made_by=by.name,
        analysis=analysis,
        verdict=f"{Recommendation.Verdict(said['verdict']).label}{PARTIAL if said['partial'] else ''}",
        reasons=said["reasons"],
        **({"flows": printed_flows(terms), **printed_terms(terms)} if terms else {}),
        omitted=tuple(f"{name}: {reason}" for name, reason in said["omitted"].items()),
        earlier=str(earlier or ""),
        record=record.lines if record else (),
        signers=tuple(
            Party(name=item.user.name, position=item.position)
            for item in referral.agency.signers.select_related("user")
        ),
    )
    title = f"Lembar kerja rekomendasi {case}, ke-{number}"
    return _file(case, "worksheet", content, step=step, title=title, dated=office_day(at), at=at)
