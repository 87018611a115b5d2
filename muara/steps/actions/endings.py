"""Turning a case to its applicant; its ends before a decision: replaced, withdrawn, lapsed, redirected."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from muara.audit.actions import record
from muara.cases.actions import NO_FORM, Moved, Refused, Stamp, act, end_case
from muara.cases.models import Application, Attachment, Case, Correction, EarlyEnd, Revision, Task
from muara.cases.queries import latest_submission, open_correction, submitted
from muara.documents.indonesian import tanggal
from muara.documents.models import Blob
from muara.people.calendar import office_calendar
from muara.people.models import OfficeSetting, User, office_day
from muara.people.queries import office_setting
from muara.sop.working_time import add_working_days
from muara.steps.actions.requests import (
    Asked,
    Kind,
    asks_applicant,
    asks_for_a_new_application,
    demand_proof,
    raise_round,
)
from muara.steps.letters.correction import ending_notice, problem_note
from muara.steps.notices import tell_ended

WITHDRAWN, LAPSED, REDIRECTED = "withdrawn", "lapsed", "redirected"


def turn_to_applicant(
    task: Task, outcome: str, *, asked: Sequence[Asked], note: str, by: User, at: datetime
) -> None:
    """Keep what an outcome asks of the applicant, where it does: a round for the CS, or a new application."""
    if asks_for_a_new_application(task.step, outcome):
        replace_case(task, outcome=outcome, asked=asked, note=note, by=by, at=at)
    elif asks_applicant(task.step, outcome, task.case.process):
        made = raise_round(task, asked=asked, note=note, by=by, at=at)
        problem_note(made, step=task.step_key, at=at)


def replace_case(
    task: Task, *, outcome: str, asked: Sequence[Asked], note: str, by: User, at: datetime
) -> Application:
    """The fourth kind of the SOP: the case is closed; its applicant continues a filled-in successor.

    Call inside the act that closed the case.
    """
    case = Case.objects.select_related("application__company", "revision").get(pk=task.case_id)
    items = [*(Asked(item.reason, Kind.NEW, item.requirement) for item in asked), Asked(note, Kind.NEW)]
    made = raise_round(task, asked=items, note=note, by=by, at=at)
    Correction.objects.filter(pk=made.pk).update(ended_at=at)
    end = EarlyEnd.objects.create(case=case, ending=outcome, reason=note, ended_by=by, ended_at=at)
    successor = _successor(case, by=by, at=at)
    ending_notice(end, step=task.step_key, successor=successor, at=at)
    tell_ended(end, step=task.step_key, successor=successor, at=at)
    return successor


def _successor(case: Case, *, by: User, at: datetime) -> Application:
    """A new application, filled in with what was last submitted, its files carried over."""
    old, last = case.application, latest_submission(case)
    said = submitted(last)
    in_force = Revision.objects.filter(service=old.service, effective_from__lte=office_day(at))
    successor = Application.objects.create(
        service=old.service,
        revision=in_force.latest("effective_from", "pk"),
        kind=old.kind,
        company=old.company,
        applicant=old.applicant,
        entered_by=old.entered_by,
        data=said["values"],
        predecessor=old,
        created_at=at,
        updated_at=at,
    )
    handed_in = [row["attachment"] for row in said["files"]]  # type: ignore[attr-defined]
    Attachment.objects.bulk_create(
        Attachment(
            application=successor,
            requirement=item.requirement,
            blob_id=item.blob_id,
            filename=item.filename,
            uploaded_by_id=item.uploaded_by_id,
            uploaded_at=item.uploaded_at,
        )
        for item in Attachment.objects.filter(pk__in=handed_in)
    )
    record(
        chain=f"application:{successor.reference}",
        verb="application.succeed",
        by_id=by.pk,
        at=at,
        facts={"predecessor": old.reference},
    )
    return successor


def withdraw_application(
    task: Task,
    *,
    reason: str,
    by: User,
    at: datetime,
    proof: Blob | None = None,
    stamp: Stamp = NO_FORM,
) -> Moved:
    """The applicant withdraws, or an officer records it with the letter that they signed (extension).

    Raises:
        Refused: no reason, no signed letter, or the decision is signed. NotYours: not the applicant's side.
    """
    with act(stamp):
        moved = end_case(
            task.pk,
            ending=WITHDRAWN,
            by=by,
            at=at,
            note=reason,
            facts={"proof": proof.sha256 if proof else None},
            stamp=stamp,
        )
        demand_proof(task.case.application, proof, by=by)
        keep_end(task, WITHDRAWN, reason=reason, proof=proof, by=by, at=at)
        return moved


def let_lapse(task: Task, *, reason: str, by: User, at: datetime, stamp: Stamp = NO_FORM) -> Moved:
    """The CS closes a case whose applicant has kept silent for as long as the office has set (extension).

    Raises:
        Refused: nothing is asked, or the silence has not lasted long enough. NotYours: not the CS.
    """
    with act(stamp):
        moved = end_case(task.pk, ending=LAPSED, by=by, at=at, note=reason, stamp=stamp)
        asked = open_correction(Case.objects.get(pk=task.case_id))
        if asked is None or not asked.with_applicant:
            raise Refused(
                "Tidak ada permintaan yang menunggu jawaban pemohon, jadi berkas tidak dapat gugur."
            )
        first = may_lapse_from(asked)
        if first is None:
            raise Refused(
                "Kantor belum mengatur setelah berapa lama berkas gugur. Minta administrator mengaturnya di "
                "halaman Kantor, Ketentuan."
            )
        if office_day(at) < first:
            raise Refused(
                f"Berkas baru dapat digugurkan mulai {tanggal(first)}, bila pemohon tetap tidak menjawab."
            )
        keep_end(task, LAPSED, reason=reason, by=by, at=at)
        return moved


def may_lapse_from(asked: Correction) -> date | None:
    """The first day on which a silent applicant's case may lapse; None while the office has not said."""
    if asked.due_on is None:
        return None
    days = office_setting(OfficeSetting.Key.SILENCE_DAYS, on=asked.due_on)
    return None if days is None else add_working_days(office_calendar(), asked.due_on, days)


def keep_end(
    task: Task,
    ending: str,
    *,
    reason: str,
    by: User,
    at: datetime,
    proof: Blob | None = None,
    apply_to: str = "",
) -> None:
    """Keep how a case ended before its decision and tell the applicant; call inside the act that ended it."""
    case = Case.objects.select_related("application__company", "revision").get(pk=task.case_id)
    Correction.objects.open().filter(case=case).update(ended_at=at)
    end = EarlyEnd.objects.create(
        case=case, ending=ending, reason=reason, proof=proof, ended_by=by, ended_at=at
    )
    ending_notice(end, step=task.step_key, apply_to=apply_to, at=at)
    tell_ended(end, step=task.step_key, apply_to=apply_to, at=at)
