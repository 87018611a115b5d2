"""Registering a file that the CS has approved (SOP step 6)."""

from __future__ import annotations

from datetime import datetime

from muara.cases.actions import NO_FORM, Moved, Refused, Stamp, act, complete, demand_power
from muara.cases.models import Case, Checklist, PowerOfAttorney, Task
from muara.cases.queries import approved_on_paper, latest_submission
from muara.cases.rules import Doing
from muara.documents.models import Letter
from muara.documents.strokes import NoSignature, picture
from muara.people.models import User, office_day
from muara.permits.actions import take_number
from muara.steps.actions.intake import demand_authority
from muara.steps.actions.powers import named
from muara.steps.letters import printed_proxy, receipt
from muara.steps.letters.forms import first_proof
from muara.steps.notices import tell_registered


def cs_approval(case: Case) -> Checklist | None:
    """The CS's signed approval of what was last submitted, if there is one (SOP step 6, remark 1)."""
    return (
        Checklist.objects.filter(
            task__case=case,
            task__step_key__in=case.process.doing("check"),
            approved=True,
            submission=latest_submission(case),
        )
        .order_by("-signed_at")
        .first()
    )


def register(
    task: Task,
    *,
    outcome: str,
    applicant_signed: bool = False,
    signature: str = "",
    shown: PowerOfAttorney | None = None,
    by: User,
    at: datetime,
    note: str = "",
    stamp: Stamp = NO_FORM,
) -> tuple[Moved, Letter | None]:
    """Step 6: number the file and make the receipt; nothing is accepted without the CS's approval.

    The applicant signs the first proof in ink (`applicant_signed` says that the counter saw it) or on the
    counter's screen (`signature`: its strokes, documents.strokes); `shown` is the power of whoever signs in
    their place.

    Raises:
        Refused: there is no CS approval, here or on the paper that was taken over, or the applicant has not
            signed in the folder (6.c), what was drawn is no signature, or the power does not cover signing.
    """
    with act(stamp):
        case = Case.objects.select_related("application__company", "revision").get(pk=task.case_id)
        if outcome != "registered":
            return complete(
                task.pk,
                outcome=outcome,
                by=by,
                at=at,
                note=note,
                stamp=stamp,
                activity="register",
            ), None
        approval, on_paper = cs_approval(case), approved_on_paper(case)
        if approval is None and on_paper is None:
            raise Refused(
                "Berkas ini belum disetujui CS. Kembalikan ke CS: loket tidak menerima berkas tanpa "
                "daftar periksa yang ditandatangani (langkah 6, keterangan 1).",
                "outcome",
            )
        demand_authority(case)
        drawn = _drawn(signature)
        if not (applicant_signed or drawn):
            raise Refused(
                "Minta pemohon menandatangani bukti awal proses, di layar atau di map, lalu beri tanda "
                "(langkah 6.c).",
                "applicant_signed",
            )
        if shown is not None:
            demand_power(shown, case.application, doing=Doing.SIGN, at=at)
        day = office_day(at)
        # Before the task opens: the limit of the next step runs from the day of registration.
        Case.objects.filter(pk=case.pk).update(registered_on=day)
        number = take_number(
            service=case.process.code, series="registration", given_to=case.chain, by=by, at=at
        )
        moved = complete(
            task.pk,
            outcome=outcome,
            by=by,
            at=at,
            note=note,
            facts={
                "registration_number": number.text,
                "approval": approval.pk if approval else "paper",
                "signed_on": "screen" if drawn else "paper",
                **({"signed_by_power": shown.pk} if shown else {}),
            },
            stamp=stamp,
            activity="register",
        )
        Case.objects.filter(pk=case.pk).update(registration_number=number.text)
        case.registration_number, case.registered_on = number.text, day
        proxy = printed_proxy(named(shown)) if shown else None
        first_proof(case, approval, step=task.step_key, by=by, at=at, signature=drawn, proxy=proxy)
        tell_registered(case, at=at)
        signer = shown.holder_name if shown else ""
        return moved, receipt(case, step=task.step_key, by=by, at=at, signature=drawn, signer=signer)


def _drawn(strokes: str) -> str:
    if not strokes.strip():
        return ""
    try:
        return picture(strokes)
    except NoSignature as problem:
        raise Refused(str(problem), "applicant_signed") from None
