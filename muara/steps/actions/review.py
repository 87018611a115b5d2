"""The agency's technical review and its recommendation (SOP step 10)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from muara.audit.chains import canonical, digest
from muara.cases.actions import NO_FORM, Moved, NotYours, Refused, Stamp, act, complete
from muara.cases.models import Recommendation, Referral, Task
from muara.cases.terms import Terms
from muara.documents.models import Blob
from muara.people.models import User, office_day
from muara.steps.actions.endings import turn_to_applicant
from muara.steps.actions.requests import Asked


def recommend(
    task: Task,
    *,
    referral: Referral,
    letter_number: str,
    letter_date: date,
    signed_by_name: str,
    scan: Blob | None,
    terms: Terms,
    by: User,
    at: datetime,
    note: str = "",
    stamp: Stamp = NO_FORM,
) -> Moved:
    """Step 10.f: the agency gives its signed letter and, typed, the terms that the permit will bind to.

    Raises:
        Refused: the letter's number, date, signatory or scan is missing or impossible.
    """
    if not letter_number.strip():
        raise Refused("Isi nomor surat rekomendasi teknis.", "letter_number")
    if not signed_by_name.strip():
        raise Refused("Isi nama pejabat yang menandatangani rekomendasi.", "signed_by_name")
    if letter_date > office_day(at):
        raise Refused("Tanggal surat rekomendasi tidak boleh sesudah hari ini.", "letter_date")
    if scan is None:
        raise Refused("Unggah surat rekomendasi yang sudah ditandatangani.", "scan")
    theirs = by.holdings.current(office_day(at)).filter(actor=task.actor, office=referral.agency_id)
    if referral.case_id != task.case_id or referral.delivered_at is None or not theirs.exists():
        raise NotYours
    with act(stamp):
        facts = {"scan": scan.sha256, "terms": digest(canonical(terms.data()))}
        moved = complete(
            task.pk,
            outcome="recommended",
            by=by,
            at=at,
            note=note,
            facts=facts,
            stamp=stamp,
            activity="review",
        )
        Recommendation.objects.create(
            referral=referral,
            letter_number=letter_number,
            letter_date=letter_date,
            signed_by_name=signed_by_name,
            scan=scan,
            terms=terms.data(),
            issued_by=by,
            issued_at=at,
        )
        return moved


def find_unfit(
    task: Task,
    *,
    outcome: str = "unfit",
    asked: Sequence[Asked] = (),
    note: str,
    by: User,
    at: datetime,
    stamp: Stamp = NO_FORM,
) -> Moved:
    """Step 10: the file does not conform: back to the applicant through the CS (8), or a new application."""
    with act(stamp):
        moved = complete(
            task.pk,
            outcome=outcome,
            by=by,
            at=at,
            note=note,
            stamp=stamp,
            activity="review",
        )
        turn_to_applicant(task, outcome, asked=asked, note=note, by=by, at=at)
        return moved
