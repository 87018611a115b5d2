"""What the agency does before it recommends: dispositions, presentations, the worksheet (SOP step 10)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime

from muara.audit.chains import canonical, digest
from muara.cases.actions import NO_FORM, Moved, NotYours, Refused, Stamp, act, note_from_outside
from muara.cases.models import Disposition, Presentation, Referral, Task, Worksheet, WorksheetEndorsement
from muara.cases.rules import is_of_agency, may_work_on_task, speaks_for
from muara.people.models import AgencySigner, Holding, User, office_day
from muara.steps.actions.review import Substance, check_substance, latest_worksheet
from muara.steps.letters.agency import worksheet_letter


def note_of_agency(
    task: Task,
    referral: Referral,
    *,
    verb: str,
    by: User,
    at: datetime,
    facts: Mapping[str, object],
    note: str = "",
    stamp: Stamp,
) -> Moved:
    """Record an act of the agency during its review; any of its people may, received or not.

    Raises:
        NotYours: the person does not speak for this referral's agency, or the case is not under review.
    """
    if task.step.activity != "review" or referral.case_id != task.case_id:
        raise NotYours
    if not may_work_on_task(by, task, at=at) or not speaks_for(by, referral, actor=task.actor, at=at):
        raise NotYours
    facts = {"referral": referral.pk, **facts}
    return note_from_outside(task.pk, verb=verb, by=by, at=at, facts=facts, note=note, stamp=stamp)


def colleagues(referral: Referral, *, actor: str, at: datetime) -> list[User]:
    """Who holds the agency's actor that day."""
    held = Holding.objects.current(office_day(at)).filter(
        actor=actor, office=referral.agency_id, user__is_active=True
    )
    return list(User.objects.filter(pk__in=held.values("user")))


def dispose(
    task: Task,
    *,
    referral: Referral,
    to: User,
    instruction: str,
    by: User,
    at: datetime,
    stamp: Stamp = NO_FORM,
) -> Moved:
    """Pass a referral to a colleague of the agency with an instruction; it bars nobody from working.

    Raises:
        Refused: the colleague is not of the agency that day, or nothing is said.
    """
    if not instruction.strip():
        raise Refused("Tuliskan arahan untuk penerima disposisi.", "instruction")
    if not is_of_agency(to, referral.agency, actor=task.actor, at=at):
        raise Refused("Penerima disposisi bukan anggota tim teknis OPD ini.", "to")
    with act(stamp):
        moved = note_of_agency(
            task,
            referral,
            verb="review.dispose",
            by=by,
            at=at,
            facts={"to": to.pk},
            note=instruction,
            stamp=stamp,
        )
        Disposition.objects.create(referral=referral, by=by, to=to, instruction=instruction, at=at)
        return moved


def record_presentation(
    task: Task,
    *,
    referral: Referral,
    held_on: date,
    place: str,
    attendance: str,
    result: str,
    by: User,
    at: datetime,
    stamp: Stamp = NO_FORM,
) -> Moved:
    """Step 10.d: a meeting with the applicant, or their presentation: who came and what came of it."""
    told = {"place": place, "attendance": attendance, "result": result}
    labels = {"place": "tempat pertemuan", "attendance": "siapa yang hadir", "result": "hasil pertemuan"}
    for field, text in told.items():
        if not text.strip():
            raise Refused(f"Isi {labels[field]}.", field)
    if held_on > office_day(at):
        raise Refused("Tanggal pertemuan tidak boleh sesudah hari ini.", "held_on")
    with act(stamp):
        moved = note_of_agency(
            task,
            referral,
            verb="review.present",
            by=by,
            at=at,
            facts={"held_on": held_on.isoformat()},
            stamp=stamp,
        )
        Presentation.objects.create(
            referral=referral, held_on=held_on, recorded_by=by, recorded_at=at, **told
        )
        return moved


def write_worksheet(
    task: Task,
    *,
    referral: Referral,
    analysis: str,
    said: Substance,
    by: User,
    at: datetime,
    stamp: Stamp = NO_FORM,
) -> Moved:
    """Steps 10.a and 10.e: work the recommendation out; a changed worksheet voids every paraf before.

    Raises:
        Refused: there is no analysis, nothing is said, or nothing has changed.
    """
    if not analysis.strip():
        raise Refused("Tuliskan hasil telaah yang menjadi dasar rekomendasi.", "analysis")
    with act(stamp):
        check_substance(task.case, said)
        content = canonical({"analysis": analysis, **said.data()})
        sha256 = digest(content)
        before = latest_worksheet(referral)
        if before is not None and before.sha256 == sha256:
            raise Refused("Lembar kerja ini sama dengan yang sudah ada.")
        moved = note_of_agency(
            task,
            referral,
            verb="review.worksheet",
            by=by,
            at=at,
            facts={"worksheet": sha256},
            stamp=stamp,
        )
        number = before.number + 1 if before else 1
        Worksheet.objects.create(
            referral=referral,
            number=number,
            content=content,
            sha256=sha256,
            letter=worksheet_letter(
                referral, number=number, analysis=analysis, said=said.data(), step=task.step_key, by=by, at=at
            ),
            made_by=by,
            made_at=at,
        )
        if before is not None:
            valid = before.endorsements.filter(voided_at=None)
            valid.update(voided_at=at, void_reason=f"Diganti lembar kerja ke-{number}.")
        return moved


def analysis_of(worksheet: Worksheet) -> str:
    return str(json.loads(worksheet.content)["analysis"])


def next_signer(worksheet: Worksheet) -> AgencySigner | None:
    """Whose paraf a worksheet waits for, by the agency's signing order; None when it has them all."""
    given = set(worksheet.endorsements.filter(voided_at=None).values_list("by", flat=True))
    signers = worksheet.referral.agency.signers.select_related("user")
    return next((signer for signer in signers if signer.user_id not in given), None)


def endorse_worksheet(
    task: Task,
    *,
    worksheet: Worksheet,
    sha256: str,
    by: User,
    at: datetime,
    stamp: Stamp = NO_FORM,
) -> Moved:
    """Give a paraf to exactly the worksheet that was shown, each signer in their turn.

    Raises:
        Refused: the worksheet changed since it was shown, or it is somebody else's turn.
    """
    referral = worksheet.referral
    with act(stamp):
        current = latest_worksheet(referral)
        if current is None or current.pk != worksheet.pk or current.sha256 != sha256:
            raise Refused("Lembar kerja sudah berubah sejak halaman ini dibuka. Baca yang baru lebih dahulu.")
        signer = next_signer(current)
        if signer is None:
            raise Refused("Lembar kerja ini sudah diparaf lengkap.")
        if signer.user_id != by.pk:
            raise Refused(f"Paraf berikutnya giliran {signer.position}, {signer.user.name}.")
        moved = note_of_agency(
            task, referral, verb="review.paraf", by=by, at=at, facts={"worksheet": sha256}, stamp=stamp
        )
        WorksheetEndorsement.objects.create(
            worksheet=current, position=signer.position, by=by, at=at, sha256=sha256
        )
        return moved
