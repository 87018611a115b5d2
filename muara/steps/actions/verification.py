"""Verifying, mending and sending to the agency (SOP steps 7, 8 and 9)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from muara.cases.actions import (
    NO_FORM,
    Moved,
    NotYours,
    Refused,
    Stamp,
    act,
    complete,
    note_from_outside,
    note_on,
)
from muara.cases.models import Case, Correction, Referral, Task
from muara.cases.queries import latest_submission, open_correction
from muara.cases.rules import may_act_as_applicant
from muara.documents.models import Blob
from muara.people.models import Office, User, office_day
from muara.steps.actions.intake import (
    Mark,
    _editable,
    _snapshot,
    check_marks,
    defects,
    gaps,
    marks_digest,
    sign_checklist,
)
from muara.steps.letters import cover_letter, verification_form


@dataclass(frozen=True, slots=True)
class Request:
    """A technical recommendation to ask for: of which agency, of which kind, by which letter."""

    agency: Office
    subject: str
    letter_number: str
    letter_date: date


def verify(
    task: Task,
    *,
    outcome: str,
    marks: Mapping[int, Mark],
    requests: Sequence[Request] = (),
    by: User,
    at: datetime,
    note: str = "",
    kind: str = Correction.Kind.REPAIR,
    stamp: Stamp = NO_FORM,
) -> Moved:
    """Step 7: verify by the checklist; complete: cover letters to the agencies; else back through the CS.

    Raises:
        Refused: the checklist is not filled in or contradicts the outcome, or no agency is named.
    """
    refers, approves = outcome == "complete", outcome in {"complete", "resumed"}
    with act(stamp):
        if outcome == "new_application":
            return complete(task.pk, outcome=outcome, by=by, at=at, note=note, stamp=stamp, activity="verify")
        check_marks(task.case.process, marks, approving=approves)
        if refers and not requests and not task.case.referrals.filter(delivered_at=None).exists():
            raise Refused(
                "Tentukan jenis pertek dan OPD yang dituju, dengan surat pengantar baru bila yang lama sudah "
                "diserahkan (langkah 7, keterangan 2).",
                "agency",
            )
        submission = latest_submission(task.case)
        facts: dict[str, object] = {"submission": submission.sha256, "checklist": marks_digest(marks)}
        if refers:
            facts["letters"] = [request.letter_number for request in requests]
        moved = complete(
            task.pk,
            outcome=outcome,
            by=by,
            at=at,
            note=note,
            facts=facts,
            stamp=stamp,
            activity="verify",
        )
        checklist = sign_checklist(task, submission=submission, marks=marks, approved=approves, by=by, at=at)
        if refers:
            for request in requests:
                _refer(task.case, request, step=task.step_key, by=by, at=at)
        elif not approves:
            Correction.objects.create(
                case=task.case,
                raised_at_step=task.step_key,
                raised_by=by,
                raised_at=at,
                kind=kind,
                reason=defects(task.case.process, marks, note),
            )
        verification_form(task.case, checklist, note=note, at=at)
        return moved


def _refer(case: Case, request: Request, *, step: str, by: User, at: datetime) -> Referral:
    if request.letter_date > office_day(at):
        raise Refused("Tanggal surat pengantar tidak boleh sesudah hari ini.", "letter_date")
    if not request.letter_number.strip():
        raise Refused("Isi nomor surat pengantar dari buku agenda.", "letter_number")
    made = Referral.objects.create(
        case=case,
        agency=request.agency,
        subject=request.subject,
        letter_number=request.letter_number,
        letter_date=request.letter_date,
        cover_letter=cover_letter(case, step=step, request=request, at=at),
        made_by=by,
        made_at=at,
    )
    before = case.referrals.filter(agency=request.agency, replaced_by=None, made_at__lt=at)
    before.filter(subject__iexact=request.subject).update(replaced_by=made)
    return made


def ask_applicant(
    task: Task, *, reason: str, kind: str, by: User, at: datetime, stamp: Stamp = NO_FORM
) -> Moved:
    """Step 8: the CS passes the defects on; from now on the file is in the applicant's court."""
    if not reason.strip():
        raise Refused("Tuliskan apa yang harus diperbaiki pemohon.", "reason")
    with act(stamp):
        pending = open_correction(task.case)
        if pending is not None and pending.with_applicant:
            raise Refused("Permintaan perbaikan sudah ada pada pemohon; tunggu jawabannya.")
        moved = note_on(
            task.pk,
            verb="correct.ask",
            by=by,
            at=at,
            facts={"kind": kind},
            note=reason,
            stamp=stamp,
            activity="correct",
        )
        correction = pending or Correction(
            case=task.case, raised_at_step=task.step_key, raised_by=by, raised_at=at
        )
        correction.kind, correction.reason = kind, reason
        correction.sent_by, correction.sent_at = by, at
        correction.save()
        return moved


def answer_correction(case: Case, *, answer: str, by: User, at: datetime, stamp: Stamp = NO_FORM) -> Moved:
    """The applicant answers during step 8: a new snapshot goes to the CS; the task stays where it is."""
    if not may_act_as_applicant(by, case.application, at=at):
        raise NotYours
    with act(stamp):
        task = case.main_task
        correction = open_correction(case)
        if (
            task is None
            or task.step.activity != "correct"
            or correction is None
            or not correction.with_applicant
        ):
            raise Refused("Tidak ada permintaan perbaikan yang menunggu jawaban.")
        application = _editable(case.application, by=by, at=at)
        if lacking := gaps(application):
            raise Refused(
                f"Permohonan belum lengkap: {len(lacking)} hal lagi. Lihat daftar kekurangan di bawah."
            )
        snapshot = _snapshot(application, by=by, at=at)
        moved = note_from_outside(
            task.pk,
            verb="correct.answer",
            by=by,
            at=at,
            facts={"submission": snapshot.number, "sha256": snapshot.sha256},
            note=answer,
            stamp=stamp,
        )
        correction.answered_by, correction.answered_at, correction.answer = by, at, answer
        correction.save(update_fields=["answered_by", "answered_at", "answer"])
        return moved


def hand_back(task: Task, *, by: User, at: datetime, note: str = "", stamp: Stamp = NO_FORM) -> Moved:
    """Step 8: the CS hands the mended file to the verifier.

    Raises:
        Refused: the applicant was not asked, or has not answered yet.
    """
    with act(stamp):
        if open_correction(task.case) is not None:
            raise Refused(
                "Perbaikan dari pemohon belum diterima. Sampaikan permintaan dan tunggu jawabannya."
            )
        if not task.case.corrections.filter(answered_at__gte=task.opened_at).exists():
            raise Refused("Sampaikan permintaan perbaikan kepada pemohon lebih dahulu.")
        return complete(
            task.pk,
            outcome="repaired",
            by=by,
            at=at,
            note=note,
            stamp=stamp,
            activity="correct",
        )


def deliver(
    task: Task,
    *,
    receiver: str,
    by: User,
    at: datetime,
    receipt_scan: Blob | None = None,
    note: str = "",
    stamp: Stamp = NO_FORM,
) -> Moved:
    """Step 9: the liaison hands letter and file to the agency and brings its receipt back."""
    if not receiver.strip():
        raise Refused("Tuliskan nama penerima di OPD sesuai bukti tanda terima.", "receiver")
    with act(stamp):
        moved = complete(
            task.pk,
            outcome="delivered",
            by=by,
            at=at,
            note=note,
            facts={"receipt": receipt_scan.sha256 if receipt_scan else None},
            stamp=stamp,
            activity="deliver",
        )
        task.case.referrals.filter(delivered_at=None).update(
            delivered_by=by, delivered_at=at, receiver=receiver, receipt_scan=receipt_scan
        )
        return moved
