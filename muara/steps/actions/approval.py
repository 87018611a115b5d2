"""Endorsing and signing a draft, and what a way back undoes (SOP steps 12, 13 and 15)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from muara.cases.actions import NO_FORM, Moved, Refused, Stamp, act, complete
from muara.cases.models import Draft, ElectronicDecree, Endorsement, SigningWay, Task
from muara.documents.models import Blob
from muara.people.models import User, office_day
from muara.steps.actions.drafting import current_draft, decree, keep_endorsement, print_copies
from muara.steps.actions.endings import turn_to_applicant
from muara.steps.actions.examination import examine
from muara.steps.actions.requests import Asked
from muara.steps.actions.review import call_back
from muara.steps.letters import outdated


def endorse(
    task: Task,
    *,
    outcome: str,
    draft_sha256: str = "",
    clauses: Collection[str] = (),
    advice: str = "",
    by: User,
    at: datetime,
    note: str = "",
    asked: Sequence[Asked] = (),
    stamp: Stamp = NO_FORM,
) -> Moved:
    """Steps 12 and 13: a head examines the draft, and gives a paraf, sends it back or calls a meeting.

    `clauses` are the printed "Memastikan …" that the head ticked; `advice` is for the next heads (12.c,
    13.c).

    Raises:
        Refused: the draft shown is no longer the current one, a clause is not ticked, the paraf before is
            missing, or the draft says otherwise than what was last submitted.
    """
    with act(stamp):
        current = current_draft(task.case)
        if outcome == "endorsed":
            _demand_shown(current, draft_sha256)
            _demand_paraf(current, task)
            _demand_facts(current)
        moved = complete(
            task.pk,
            outcome=outcome,
            by=by,
            at=at,
            note=note,
            facts={"draft": current.sha256},
            stamp=stamp,
            activity="endorse",
        )
        examine(task, current, outcome=outcome, clauses=clauses, advice=advice, by=by, at=at)
        if outcome == "endorsed":
            keep_endorsement(current, task, kind=Endorsement.Kind.PARAF, by=by, at=at)
            print_copies(current, step=task.step_key, at=at, only_first=True)
        else:
            void_what_must_be_done_again(current, task, outcome, at=at, note=note)
            turn_to_applicant(task, outcome, asked=asked, note=note, by=by, at=at)
        return moved


def decide(
    task: Task,
    *,
    outcome: str,
    draft_sha256: str,
    clauses: Collection[str] = (),
    by: User,
    at: datetime,
    note: str = "",
    asked: Sequence[Asked] = (),
    signed: Blob | None = None,
    stamp: Stamp = NO_FORM,
) -> Moved:
    """Step 15: the head signs exactly the draft that was shown (its hash), or sends it back.

    In ink, or with `signed`, the file that bears the electronic signature (muara.steps.actions.signing).

    Raises:
        Refused: the draft shown is no longer the current one, a clause is not ticked, a paraf is missing,
            the draft says otherwise than what was last submitted, or the office signs in another way.
    """
    with act(stamp):
        current = current_draft(task.case)
        if outcome == "signed":
            if signed is None:
                _demand_ink(task, at=at)
            demand_ready_to_sign(current, task, shown=draft_sha256, by=by, at=at)
        moved = complete(
            task.pk,
            outcome=outcome,
            by=by,
            at=at,
            note=note,
            facts={"draft": current.sha256} | ({"signed": signed.sha256} if signed else {}),
            stamp=stamp,
            activity="decide",
            proven=signed is not None,  # whoever decided on the file proved then who they are
        )
        examine(task, current, outcome=outcome, clauses=clauses, advice="", by=by, at=at)
        if outcome == "signed":
            keep_endorsement(current, task, kind=Endorsement.Kind.SIGNATURE, by=by, at=at)
            if signed is None:  # an electronic original is no paper: its copies stay the drafts they were
                print_copies(current, final=True, step=task.step_key, at=at)
        else:
            void_what_must_be_done_again(current, task, outcome, at=at, note=note)
            turn_to_applicant(task, outcome, asked=asked, note=note, by=by, at=at)
        return moved


def demand_ready_to_sign(current: Draft, task: Task, *, shown: str, by: User, at: datetime) -> None:
    """Refuse to sign what was not shown, lacks a paraf, went stale or names another signatory."""
    _demand_shown(current, shown)
    _demand_paraf(current, task)
    _demand_facts(current)
    _demand_signatory(current, task, by=by, at=at)


def _demand_ink(task: Task, *, at: datetime) -> None:
    way = SigningWay.objects.on(task.case.process.code, office_day(at))
    if way != SigningWay.Way.INK:
        raise Refused("Keputusan layanan ini ditandatangani secara elektronik. Muat ulang halaman ini.")


def _demand_shown(current: Draft, shown: str) -> None:
    if shown != current.sha256:
        raise Refused(
            "Draf telah berubah sejak halaman ini dibuka. Baca draf yang baru sebelum memaraf atau "
            "menandatanganinya."
        )


def _demand_facts(current: Draft) -> None:
    """The decree repeats what was last submitted: a repair after the draft needs a new one."""
    if stale := outdated(current):
        raise Refused(
            f"Data permohonan berubah sesudah draf dibuat ({', '.join(stale)}). Kembalikan untuk diperbaiki "
            "agar drafnya diperbarui."
        )


def _demand_paraf(current: Draft, task: Task) -> None:
    """No next paraf without the one before: every endorsing step before this one has given its own."""
    valid = current.endorsements.filter(voided_at=None, sha256=current.sha256, kind=Endorsement.Kind.PARAF)
    given = set(valid.values_list("step_key", flat=True))
    for step in task.case.process.steps:
        before = step.activity == "endorse" and step.number < task.step.number
        if before and step.key not in given:
            raise Refused(f"Draf ini belum diparaf pada langkah {step.number}, {step.title}.")


def _demand_signatory(current: Draft, task: Task, *, by: User, at: datetime) -> None:
    """The name under the decree, and "Plt." or "Plh." before it, are those of whoever signs."""
    printed = decree(current)["signatory"]
    assert isinstance(printed, dict)
    held = by.holdings.current(office_day(at)).filter(actor=task.actor)
    standings = {
        "" if holding.status == holding.Status.DEFINITIVE else holding.get_status_display()
        for holding in held
    }
    if (printed["name"], printed["nip"]) != (by.name, by.nip) or printed["standing"] not in standings:
        raise Refused(
            f"Draf ini disiapkan untuk ditandatangani {printed['name'] or 'pejabat lain'}. Kembalikan kepada "
            "kepala seksi agar penandatangannya diperbarui."
        )


def void_what_must_be_done_again(
    current: Draft, task: Task, outcome: str, *, at: datetime, note: str
) -> None:
    """A way back to a step undoes the paraf of that step and of all that follow it, and the signature."""
    process = task.case.process
    chosen = task.step.outcome(outcome)
    if chosen.kind != "return":
        return
    if chosen.to in process.doing("review"):
        call_back(task.case, reason=note, at=at)
    number = process.step(chosen.to).number
    again = {step.key for step in process.steps if step.number >= number}
    undone = current.endorsements.filter(voided_at=None, step_key__in=again)
    signed = undone.filter(kind=Endorsement.Kind.SIGNATURE).exists()
    reason = f"Dikembalikan dari langkah {task.step.number}: {note}"
    undone.update(voided_at=at, void_reason=reason[:300])
    # A decree that was signed, or waits for it, electronically: its file never becomes an original.
    ElectronicDecree.objects.standing().filter(draft=current, task__step_key__in=again).update(
        withdrawn_at=at
    )
    print_copies(current, only_first=not signed, step=task.step_key, at=at)
