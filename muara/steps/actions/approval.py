"""Receiving the recommendation, drafting, endorsing, meeting, deciding (SOP steps 11 to 15)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from muara.audit.chains import digest
from muara.cases.actions import NO_FORM, Moved, Refused, Stamp, act, complete, due_day, note_on
from muara.cases.models import (
    Case,
    Draft,
    DraftCopy,
    Endorsement,
    Meeting,
    Recommendation,
    Task,
)
from muara.cases.models.decision import new_token
from muara.documents.contents import EndorsementBox
from muara.documents.models import Blob
from muara.people.calendar import office_calendar
from muara.people.models import User, office_day
from muara.steps.actions.endings import turn_to_applicant
from muara.steps.actions.requests import Asked
from muara.steps.letters import Wording, decision_text, permit_content, permit_copy

COPIES = (1, 2, 3)


def receive_recommendation(
    task: Task,
    *,
    agenda_number: str,
    received_on: date,
    by: User,
    at: datetime,
    reason: str = "",
    stamp: Stamp = NO_FORM,
) -> Moved:
    """Step 11: book the recommendation in the agenda; its day of receipt is H, day 0 of the limits.

    A renewed recommendation is booked too, but the first H stays.

    Raises:
        Refused: the day is impossible, a past day has no reason, or there is nothing left to book.
    """
    today = office_day(at)
    with act(stamp):
        recommendation = unbooked_recommendation(task.case)
        if recommendation is None:
            raise Refused("Tidak ada rekomendasi teknis yang belum dibukukan.")
        if not agenda_number.strip():
            raise Refused("Isi nomor agenda surat masuk.", "agenda_number")
        if received_on > today:
            raise Refused("Tanggal terima tidak boleh sesudah hari ini.", "received_on")
        if received_on < recommendation.letter_date:
            raise Refused("Tanggal terima tidak boleh sebelum tanggal surat rekomendasi.", "received_on")
        if received_on < today and not reason.strip():
            raise Refused(
                "Tanggal terima sudah lewat. Tuliskan alasan mengapa baru dibukukan hari ini.", "reason"
            )
        moved = note_on(
            task.pk,
            verb="draft.receive",
            by=by,
            at=at,
            facts={"recommendation": recommendation.pk, "received_on": received_on.isoformat()},
            note=reason,
            stamp=stamp,
            activity="draft",
        )
        recommendation.agenda_number, recommendation.received_on = agenda_number, received_on
        recommendation.received_by, recommendation.booked_at = by, at
        recommendation.save(update_fields=["agenda_number", "received_on", "received_by", "booked_at"])
        case = Case.objects.select_related("revision").get(pk=task.case_id)
        if case.recommended_on is None:
            Case.objects.filter(pk=case.pk).update(recommended_on=received_on)
            limit = due_day(
                task.step,
                registered_on=case.registered_on,
                recommended_on=received_on,
                calendar=office_calendar(),
            )
            Task.objects.filter(pk=task.pk).update(due_on=limit)
        return moved


def unbooked_recommendation(case: Case) -> Recommendation | None:
    """The newest recommendation, while it is not booked; one sent back to the agency is never booked."""
    newest = Recommendation.objects.filter(referral__case=case).order_by("-issued_at", "-pk").first()
    return newest if newest is not None and newest.received_on is None else None


def booked_recommendation(case: Case) -> Recommendation | None:
    return (
        Recommendation.objects.filter(referral__case=case, received_on__isnull=False)
        .select_related("referral__agency")
        .order_by("-issued_at")
        .first()
    )


def latest_draft(case: Case) -> Draft | None:
    return case.drafts.order_by("-number").first()


def return_recommendation(task: Task, *, note: str, by: User, at: datetime, stamp: Stamp = NO_FORM) -> Moved:
    """Step 11: what the agency gave is incomplete; it goes back to the agency."""
    with act(stamp):
        return complete(
            task.pk,
            outcome="recommendation_incomplete",
            by=by,
            at=at,
            note=note,
            stamp=stamp,
            activity="draft",
        )


def draft(
    task: Task, *, wording: Wording, by: User, at: datetime, note: str = "", stamp: Stamp = NO_FORM
) -> Moved:
    """Step 11: make the draft from the recommendation, print three copies, give the drafter's paraf.

    A new draft voids every paraf on the one before.

    Raises:
        Refused: the recommendation is not booked (H is not set), or a list of the decree is empty.
    """
    with act(stamp):
        case = Case.objects.select_related("application__company", "revision").get(pk=task.case_id)
        recommendation = booked_recommendation(case)
        if recommendation is None or unbooked_recommendation(case) is not None:
            raise Refused("Bukukan penerimaan rekomendasi teknis lebih dahulu (menetapkan H).")
        if not wording.considering:
            raise Refused("Bagian Menimbang tidak boleh kosong.", "considering")
        if not wording.laws:
            raise Refused("Bagian Mengingat tidak boleh kosong.", "laws")
        token = new_token()
        content = permit_content(
            case, recommendation=recommendation, wording=wording, token=token, on=office_day(at)
        )
        text = decision_text(content.data())
        sha256 = digest(text)
        moved = complete(
            task.pk,
            outcome="drafted",
            by=by,
            at=at,
            note=note,
            facts={"draft": sha256},
            stamp=stamp,
            activity="draft",
        )
        previous = latest_draft(case)
        made = Draft.objects.create(
            case=case,
            recommendation=recommendation,
            number=previous.number + 1 if previous else 1,
            content=text,
            sha256=sha256,
            token=token,
            made_by=by,
            made_at=at,
        )
        if previous is not None:
            _void(previous, at=at, reason=f"Diganti oleh draf ke-{made.number}.")
        _endorse(made, task, kind=Endorsement.Kind.PARAF, by=by, at=at)
        for number in COPIES:
            letter = permit_copy(
                made, number=number, boxes=boxes(made), final=False, step=task.step_key, at=at
            )
            DraftCopy.objects.create(draft=made, number=number, letter=letter)
        return moved


def endorse(
    task: Task,
    *,
    outcome: str,
    by: User,
    at: datetime,
    note: str = "",
    asked: Sequence[Asked] = (),
    stamp: Stamp = NO_FORM,
) -> Moved:
    """Steps 12 and 13: a head examines the draft, and gives a paraf, sends it back or calls a meeting."""
    with act(stamp):
        current = _current(task.case)
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
        if outcome == "endorsed":
            _endorse(current, task, kind=Endorsement.Kind.PARAF, by=by, at=at)
            _reprint_first_copy(current, step=task.step_key, at=at)
        else:
            void_what_must_be_done_again(current, task, outcome, at=at, note=note)
            turn_to_applicant(task, outcome, asked=asked, note=note, by=by, at=at)
        return moved


@dataclass(frozen=True, slots=True)
class Minutes:
    """What a joint meeting leaves behind (step 14)."""

    held_on: date
    place: str
    agenda: str
    attendance: str
    minutes: str
    decision: str


def meet(
    task: Task,
    *,
    outcome: str,
    minutes: Minutes,
    scan: Blob | None = None,
    by: User,
    at: datetime,
    note: str = "",
    asked: Sequence[Asked] = (),
    stamp: Stamp = NO_FORM,
) -> Moved:
    """Step 14: attendance, minutes and the joint decision; "decided" goes back to whoever called it."""
    labels = {
        "place": "tempat rapat",
        "agenda": "acara rapat",
        "attendance": "daftar hadir",
        "minutes": "notulen",
        "decision": "keputusan bersama",
    }
    for field, label in labels.items():
        if not getattr(minutes, field).strip():
            raise Refused(f"Isi {label}.", field)
    if minutes.held_on > office_day(at):
        raise Refused("Tanggal rapat tidak boleh sesudah hari ini.", "held_on")
    with act(stamp):
        current = _current(task.case)
        facts = {
            "draft": current.sha256,
            "held_on": minutes.held_on.isoformat(),
            "scan": scan.sha256 if scan else None,
        }
        moved = complete(
            task.pk,
            outcome=outcome,
            by=by,
            at=at,
            note=note,
            facts=facts,
            stamp=stamp,
            activity="meet",
        )
        Meeting.objects.create(
            task=task,
            held_on=minutes.held_on,
            place=minutes.place,
            agenda=minutes.agenda,
            attendance=minutes.attendance,
            minutes=minutes.minutes,
            decision=minutes.decision,
            scan=scan,
        )
        void_what_must_be_done_again(current, task, outcome, at=at, note=note)
        turn_to_applicant(task, outcome, asked=asked, note=note, by=by, at=at)
        return moved


def decide(
    task: Task,
    *,
    outcome: str,
    draft_sha256: str,
    by: User,
    at: datetime,
    note: str = "",
    asked: Sequence[Asked] = (),
    stamp: Stamp = NO_FORM,
) -> Moved:
    """Step 15: the head signs in ink exactly the draft that was shown (its hash), or sends it back.

    Raises:
        Refused: the draft shown is no longer the current one, or a paraf is missing.
    """
    with act(stamp):
        current = _current(task.case)
        if outcome == "signed":
            if draft_sha256 != current.sha256:
                raise Refused(
                    "Draf telah berubah sejak halaman ini dibuka. Baca draf yang baru sebelum menandatangani."
                )
            _demand_paraf(current, task)
            _demand_signatory(current, task, by=by, at=at)
        moved = complete(
            task.pk,
            outcome=outcome,
            by=by,
            at=at,
            note=note,
            facts={"draft": current.sha256},
            stamp=stamp,
            activity="decide",
        )
        if outcome == "signed":
            _endorse(current, task, kind=Endorsement.Kind.SIGNATURE, by=by, at=at)
            for number in COPIES:
                letter = permit_copy(
                    current, number=number, boxes=boxes(current), final=True, step=task.step_key, at=at
                )
                DraftCopy.objects.filter(draft=current, number=number).update(letter=letter)
        else:
            void_what_must_be_done_again(current, task, outcome, at=at, note=note)
            turn_to_applicant(task, outcome, asked=asked, note=note, by=by, at=at)
        return moved


def _current(case: Case) -> Draft:
    current = latest_draft(case)
    if current is None:
        raise Refused("Belum ada draf untuk berkas ini.")
    return current


def _endorse(current: Draft, task: Task, *, kind: str, by: User, at: datetime) -> Endorsement:
    holding = by.holdings.current(office_day(at)).filter(actor=task.actor).first()
    acting = holding is not None and holding.status != holding.Status.DEFINITIVE
    standing = f"{holding.get_status_display()} " if holding is not None and acting else ""
    return Endorsement.objects.create(
        draft=current,
        task=task,
        kind=kind,
        step_key=task.step_key,
        title=f"{standing}{task.case.process.actor(task.actor).label}",
        by=by,
        at=at,
        sha256=current.sha256,
    )


def boxes(current: Draft) -> list[EndorsementBox]:
    """The endorsement box of copy 1: the drafter and every head whose paraf the SOP asks for."""
    process = current.case.process
    given = {item.step_key: item for item in current.endorsements.filter(voided_at=None)}
    rows = []
    for step in process.steps:
        if step.activity not in {"draft", "endorse"}:
            continue
        paraf = given.get(step.key)
        rows.append(
            EndorsementBox(
                position=paraf.title if paraf else process.actor(step.actor).label,
                name=paraf.by.name if paraf else "",
                at=paraf.at if paraf else None,
            )
        )
    return rows


def _reprint_first_copy(current: Draft, *, step: str, at: datetime) -> None:
    letter = permit_copy(current, number=1, boxes=boxes(current), final=False, step=step, at=at)
    DraftCopy.objects.filter(draft=current, number=1).update(letter=letter)


def _demand_paraf(current: Draft, task: Task) -> None:
    valid = current.endorsements.filter(voided_at=None, sha256=current.sha256, kind=Endorsement.Kind.PARAF)
    given = set(valid.values_list("step_key", flat=True))
    for step in task.case.process.steps:
        if step.activity == "endorse" and step.key not in given:
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


def _void(current: Draft, *, at: datetime, reason: str, steps: set[str] | None = None) -> None:
    valid = current.endorsements.filter(voided_at=None)
    if steps is not None:
        valid = valid.filter(step_key__in=steps)
    valid.update(voided_at=at, void_reason=reason[:300])


def void_what_must_be_done_again(
    current: Draft, task: Task, outcome: str, *, at: datetime, note: str
) -> None:
    """A way back to a step undoes the paraf of that step and of all that follow it."""
    process = task.case.process
    chosen = task.step.outcome(outcome)
    if chosen.kind != "return":
        return
    number = process.step(chosen.to).number
    again = {step.key for step in process.steps if step.number >= number}
    _void(current, at=at, reason=f"Dikembalikan dari langkah {task.step.number}: {note}", steps=again)
    _reprint_first_copy(current, step=task.step_key, at=at)


def decree(current: Draft) -> dict[str, object]:
    """The draft's canonical content as data (for pages)."""
    content: dict[str, object] = json.loads(current.content)
    return content
