"""Numbering, handing over and receiving the permit (SOP steps 16 to 18)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from muara.cases.actions import NO_FORM, Moved, Refused, Stamp, act, complete, note_on
from muara.cases.models import Case, Endorsement, Handover, Task
from muara.documents.models import Blob
from muara.people.models import User, office_day
from muara.permits.actions import attach_scan, enter_decision, take_number
from muara.permits.models import Decision
from muara.permits.queries import decision_of
from muara.steps.actions.approval import decree, latest_draft, void_what_must_be_done_again
from muara.steps.letters import handover_receipt


def signature(case: Case) -> Endorsement | None:
    """The valid signature under the current draft."""
    current = latest_draft(case)
    if current is None:
        return None
    return current.endorsements.filter(kind=Endorsement.Kind.SIGNATURE, voided_at=None).first()


def assign_number(task: Task, *, by: User, at: datetime, stamp: Stamp = NO_FORM) -> Decision:
    """Step 16.a: the next number of the decree's own series and today's date, to be written and stamped.

    Raises:
        Refused: the draft is not signed, or the case has a number already.
    """
    with act(stamp):
        case = Case.objects.select_related("application__company", "revision").get(pk=task.case_id)
        signed = signature(case)
        if signed is None:
            raise Refused("Keputusan ini belum ditandatangani Kepala Dinas.")
        if decision_of(case.pk) is not None:
            raise Refused("Keputusan berkas ini sudah bernomor.")
        # The case is locked before the series, always in this order.
        note_on(
            task.pk,
            verb="number.assign",
            by=by,
            at=at,
            facts={"draft": signed.sha256},
            stamp=stamp,
            activity="number",
        )
        number = take_number(
            service=case.process.code, series=signed.draft.kind, given_to=case.chain, by=by, at=at
        )
        return enter_decision(
            case=case,
            draft=signed.draft,
            company=str(decree(signed.draft)["company"]),
            signed_on=office_day(signed.at),
            number=number,
            years=case.process.validity_years,
        )


def issue(
    task: Task,
    *,
    scan: Blob | None,
    checked: Collection[str],
    by: User,
    at: datetime,
    note: str = "",
    stamp: Stamp = NO_FORM,
) -> Moved:
    """Step 16.b–d: the final checklist and the scan of the signed, numbered, stamped original.

    Raises:
        Refused: no number yet, an item of the final checklist is open, or the scan is missing.
    """
    with act(stamp):
        decision = decision_of(task.case_id)
        if decision is None:
            raise Refused("Berikan nomor keputusan lebih dahulu (langkah 16.a).")
        for item in task.case.process.final_checklist:
            if item.key not in checked:
                raise Refused(f"Pastikan butir checklist akhir ini: {item.label}.", "checked")
        if scan is None:
            raise Refused(
                "Unggah pindaian surat keputusan asli yang sudah bertanda tangan, bernomor dan bercap.",
                "scan",
            )
        facts = {"number": decision.number.text, "scan": scan.sha256}
        moved = complete(
            task.pk,
            outcome="issued",
            by=by,
            at=at,
            note=note,
            facts=facts,
            stamp=stamp,
            activity="number",
        )
        attach_scan(decision, scan=scan)
        return moved


def return_to_head(task: Task, *, note: str, by: User, at: datetime, stamp: Stamp = NO_FORM) -> Moved:
    """Step 16: the final checklist does not hold; the head looks at it again and the signature is void.

    Raises:
        Refused: a number was given already.
    """
    with act(stamp):
        if decision_of(task.case_id) is not None:
            raise Refused("Nomor sudah diberikan, jadi surat tidak dapat dikembalikan.")
        signed = signature(task.case)
        moved = complete(task.pk, outcome="faulty", by=by, at=at, note=note, stamp=stamp, activity="number")
        if signed is not None:
            void_what_must_be_done_again(signed.draft, task, "faulty", at=at, note=note)
        return moved


def hand_over(
    task: Task,
    *,
    receiver: str,
    capacity: str,
    identity: str,
    brought_receipt: bool,
    told_duties: bool,
    by: User,
    at: datetime,
    note: str = "",
    stamp: Stamp = NO_FORM,
) -> tuple[Moved, Handover]:
    """Step 17: give the decision to the right person, against the receipt, telling rights and duties.

    Raises:
        Refused: who takes it is not established, or a line of the step was left out.
    """
    if not receiver.strip():
        raise Refused("Tuliskan nama orang yang mengambil surat keputusan.", "receiver")
    if not identity.strip():
        raise Refused("Tuliskan bukti diri yang diperiksa, misalnya KTP dan surat kuasa.", "identity")
    if not brought_receipt:
        raise Refused("Minta bukti pengambilan (tanda terima berkas) sebelum menyerahkan.", "brought_receipt")
    if not told_duties:
        raise Refused(
            "Sampaikan isi keputusan: hak dan kewajiban, atau upaya hukumnya; lalu beri tanda.", "told_duties"
        )
    with act(stamp):
        case = Case.objects.select_related("application__company", "revision").get(pk=task.case_id)
        moved = complete(
            task.pk,
            outcome="handed_over",
            by=by,
            at=at,
            note=note,
            stamp=stamp,
            activity="hand_over",
        )
        handover = Handover(
            case=case, receiver=receiver, capacity=capacity, identity=identity, given_by=by, given_at=at
        )
        decision = decision_of(case.pk)
        assert decision is not None  # a case comes to this step by its number
        handover.letter = handover_receipt(
            case, step=task.step_key, decision=decision, handover=handover, at=at
        )
        handover.save()
        return moved, handover


def confirm_receipt(task: Task, *, by: User, at: datetime, note: str = "", stamp: Stamp = NO_FORM) -> Moved:
    """Step 18: the applicant has received the permit and signed for it; the case ends."""
    with act(stamp):
        moved = complete(
            task.pk,
            outcome="received",
            by=by,
            at=at,
            note=note,
            stamp=stamp,
            activity="receive",
        )
        Handover.objects.filter(case=task.case_id).update(confirmed_by=by, confirmed_at=at)
        return moved
