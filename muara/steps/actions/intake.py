"""Checking what was handed in, its authority, and advice (SOP steps 4 and 5)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from muara.audit.chains import canonical, digest
from muara.cases.actions import NO_FORM, Moved, NotYours, Refused, Stamp, act, complete, end_case, note_on
from muara.cases.models import AuthorityCheck, Case, Task
from muara.cases.queries import authority_of, latest_submission
from muara.cases.rules import may_do_step
from muara.contacts.models import Consultation
from muara.documents.repertoire import UnprintableCharacter, check_text
from muara.people.models import User
from muara.steps.actions.checklists import Mark, asked_by, check_marks, marks_digest, sign_checklist
from muara.steps.actions.endings import REDIRECTED, keep_end, replace_case
from muara.steps.actions.requests import asks_applicant, asks_for_a_new_application, raise_round
from muara.steps.letters.correction import correction_request
from muara.steps.letters.forms import checklist_form
from muara.steps.notices import tell_correction


def check(
    task: Task,
    *,
    outcome: str,
    marks: Mapping[int, Mark],
    by: User,
    at: datetime,
    note: str = "",
    stamp: Stamp = NO_FORM,
) -> Moved:
    """Step 4: the CS examines the file by the checklist; "complete" is the CS's signature on it.

    Every mark against becomes an item of one request, which is with the applicant at once.

    Raises:
        Refused: a requirement has no verdict, a mark against has no reason, marks against stand beside
            "complete", or a defect comes late.
    """
    with act(stamp):
        facts: dict[str, object] = {}
        submission = latest_submission(task.case)
        examined = outcome in {"complete", "incomplete"}
        if examined:
            check_marks(task.case.process, marks, approving=outcome == "complete")
            if outcome == "complete":
                demand_authority(task.case)
            facts = {"submission": submission.sha256, "checklist": marks_digest(marks)}
        moved = complete(
            task.pk,
            outcome=outcome,
            by=by,
            at=at,
            note=note,
            facts=facts,
            stamp=stamp,
            activity="check",
        )
        if examined:
            signed = sign_checklist(
                task, submission=submission, marks=marks, approved=outcome == "complete", by=by, at=at
            )
            checklist_form(task.case, signed)
        if asks_for_a_new_application(task.step, outcome):
            replace_case(task, outcome=outcome, asked=asked_by(marks), note=note, by=by, at=at)
        elif asks_applicant(task.step, outcome, task.case.process):
            asked = raise_round(task, asked=asked_by(marks), note=note, by=by, at=at, sent=True)
            correction_request(asked, step=task.step_key, at=at)
            tell_correction(asked, at=at)
        return moved


def demand_authority(case: Case) -> None:
    """Nothing goes on to be registered while it may be another authority's and nobody has decided."""
    if authority_of(case).undecided:
        raise Refused(
            "Permohonan ini mungkin bukan kewenangan provinsi. CS memutuskan kewenangannya lebih dahulu, "
            'dengan alasan (tindakan "Putuskan kewenangan" pada langkah 4).',
            "outcome",
        )


def decide_authority(
    task: Task,
    *,
    decision: str,
    reason: str,
    by: User,
    at: datetime,
    apply_to: str = "",
    stamp: Stamp = NO_FORM,
) -> Moved:
    """Before step 6: the CS decides whether the province may go on; to redirect ends the case.

    `apply_to` names who has the authority where the applicant is redirected; the notice tells it.

    Raises:
        Refused: nothing speaks against the province's authority, no reason was given, or it is not said
            where to apply. NotYours: the person does not do the step.
    """
    with act(stamp):
        warnings = authority_of(task.case).warnings
        if not warnings:
            raise Refused("Tidak ada yang meragukan kewenangan provinsi pada permohonan ini.")
        if not reason.strip():
            raise Refused("Tuliskan alasan keputusan ini.", "reason")
        redirects = decision == AuthorityCheck.Decision.REDIRECT
        apply_to = " ".join(apply_to.split()) if redirects else ""
        if redirects and not apply_to:
            raise Refused("Sebutkan instansi tempat pemohon mengajukan permohonannya.", "apply_to")
        try:
            check_text(apply_to)
        except UnprintableCharacter as problem:
            raise Refused(str(problem), "apply_to") from None
        facts = {"decision": decision, "warnings": digest(canonical(list(warnings))), "apply_to": apply_to}
        if redirects:
            if task.step.activity != "check" or not may_do_step(by, task, at=at):
                raise NotYours
            moved = end_case(task.pk, ending=REDIRECTED, by=by, at=at, note=reason, facts=facts, stamp=stamp)
            keep_end(task, REDIRECTED, reason=reason, by=by, at=at, apply_to=apply_to)
        else:
            moved = note_on(
                task.pk,
                verb="check.authority",
                by=by,
                at=at,
                facts=facts,
                note=reason,
                stamp=stamp,
                activity="check",
            )
        AuthorityCheck.objects.create(
            case=task.case,
            submission=latest_submission(task.case),
            warnings=list(warnings),
            decision=decision,
            reason=reason,
            apply_to=apply_to,
            by=by,
            at=at,
        )
        return moved


def advise(task: Task, *, question: str, given: str, by: User, at: datetime, stamp: Stamp = NO_FORM) -> Moved:
    """Step 5: the help desk explains; the file goes back to the CS, who signs the checklist."""
    if not given.strip():
        raise Refused("Tuliskan penjelasan teknis yang diberikan.", "given")
    with act(stamp):
        moved = complete(
            task.pk,
            outcome="advised",
            by=by,
            at=at,
            note=given,
            stamp=stamp,
            activity="advise",
        )
        application = task.case.application
        Consultation.objects.create(
            service=application.service,
            channel=Consultation.Channel.VISIT,
            person=application.applicant,
            name=str(application.data.get("applicant_name") or application.company.name),
            question=question,
            asked_at=task.opened_at,
            application=application,
            case=task.case,
            given=given,
            answered_by=by,
            answered_at=at,
        )
        return moved
