"""Verifying, mending and sending to the agency (SOP steps 7, 8 and 9)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from muara.cases.actions import (
    NO_FORM,
    Moved,
    Refused,
    Stamp,
    act,
    act_for_applicant,
    by_power,
    complete,
    note_from_outside,
    note_on,
)
from muara.cases.models import Case, Correction, PowerOfAttorney, Recommendation, Referral, Submission, Task
from muara.cases.queries import latest_submission, open_correction, submitted
from muara.cases.rules import Doing, is_on_applicants_side
from muara.documents.models import Blob
from muara.people.models import Office, User, office_day
from muara.steps.actions.checklists import Mark, asked_by, check_marks, marks_digest, sign_checklist
from muara.steps.actions.endings import replace_case
from muara.steps.actions.filing import gaps, locked_for_change, take_snapshot
from muara.steps.actions.requests import (
    Appeared,
    Asked,
    Reply,
    asks_for_a_new_application,
    days_to_answer,
    demand_proof,
    raise_round,
    record_replies,
    recorded_for,
    said_for,
)
from muara.steps.letters import cover_letter, verification_form
from muara.steps.letters.correction import correction_request, problem_note
from muara.steps.notices import tell_correction, tell_recorded


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
    stamp: Stamp = NO_FORM,
) -> Moved:
    """Step 7: verify by the checklist; complete: cover letters to the agencies; else back through the CS.

    Raises:
        Refused: the checklist is not filled in or contradicts the outcome, no agency is named, a defect
            comes late, or what the recommendation cites has changed and only the agency may go on.
    """
    refers, approves = outcome == "complete", outcome in {"complete", "resumed"}
    with act(stamp):
        if asks_for_a_new_application(task.step, outcome):
            moved = complete(
                task.pk, outcome=outcome, by=by, at=at, note=note, stamp=stamp, activity="verify"
            )
            replace_case(task, outcome=outcome, asked=asked_by(marks), note=note, by=by, at=at)
            return moved
        check_marks(task.case.process, marks, approving=approves)
        if refers and not requests and not task.case.referrals.filter(delivered_at=None).exists():
            raise Refused(
                "Tentukan jenis pertek dan OPD yang dituju, dengan surat pengantar baru bila yang lama sudah "
                "diserahkan (langkah 7, keterangan 2).",
                "agency",
            )
        if approves and not refers:
            _refuse_what_the_agency_must_see(task)
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
            asked = raise_round(task, asked=asked_by(marks), note=note, by=by, at=at)
            problem_note(asked, step=task.step_key, at=at)
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


def _refuse_what_the_agency_must_see(task: Task) -> None:
    """Back to whoever asked, but not past the agency when what its recommendation cites has changed."""
    process, case = task.case.process, task.case
    callers, reviews = case.call_stack, process.doing("review")
    after_the_review = callers and all(
        process.step(callers[-1]).number > process.step(key).number for key in reviews
    )
    if not after_the_review:
        return
    if changed := cited_changes(case):
        raise Refused(
            f"Isian yang dikutip rekomendasi teknis berubah: {', '.join(changed)}. Kirim kembali kepada OPD: "
            "pilih hasil yang membuat surat pengantar.",
            "outcome",
        )


def cited_changes(case: Case) -> list[str]:
    """The labels of what the latest recommendation cites and the applicant has changed since it was given."""
    told = Recommendation.objects.filter(referral__case=case).order_by("-issued_at", "-pk").first()
    if told is None:
        return []
    handed_in = Submission.objects.filter(application=case.application_id)
    then = handed_in.filter(at__lte=told.issued_at).order_by("-number")[0]
    before, now = (submitted(item)["values"] for item in (then, latest_submission(case)))
    assert isinstance(before, dict)
    assert isinstance(now, dict)
    fields = case.revision.definition.form.fields
    return [item.label for item in fields if item.cited and before.get(item.key) != now.get(item.key)]


def ask_applicant(
    task: Task,
    *,
    by: User,
    at: datetime,
    explanation: str = "",
    due_on: date | None = None,
    stamp: Stamp = NO_FORM,
) -> Moved:
    """Step 8: the CS passes the defects on; from now on the file is in the applicant's court.

    The items stay as they were raised; the CS may explain them, and sets the day (the office's by default).

    Raises:
        Refused: there is nothing to pass on, it is with the applicant already, or the day is past.
    """
    with act(stamp):
        pending = open_correction(task.case)
        if pending is None:
            raise Refused("Tidak ada permintaan yang menunggu untuk disampaikan.")
        if pending.with_applicant:
            raise Refused("Permintaan perbaikan sudah ada pada pemohon; tunggu jawabannya.")
        moved = note_on(
            task.pk,
            verb="correct.ask",
            by=by,
            at=at,
            facts={"round": pending.number, "items": pending.items.count()},
            note=explanation,
            stamp=stamp,
            activity="correct",
        )
        _send(pending, task, explanation=explanation, due_on=due_on, by=by, at=at)
        return moved


def ask_again(
    task: Task,
    *,
    asked: Sequence[Asked],
    note: str,
    by: User,
    at: datetime,
    due_on: date | None = None,
    stamp: Stamp = NO_FORM,
) -> Moved:
    """Step 8: the CS is not satisfied with an answer and asks once more: a further round, sent at once.

    Raises:
        Refused: a round is open, nothing is asked, a defect comes late, or the day is past.
    """
    with act(stamp):
        moved = note_on(
            task.pk,
            verb="correct.again",
            by=by,
            at=at,
            facts={"items": len(asked)},
            note=note,
            stamp=stamp,
            activity="correct",
        )
        made = raise_round(task, asked=asked, note=note, by=by, at=at)
        _send(made, task, explanation="", due_on=due_on, by=by, at=at)
        return moved


def _send(
    pending: Correction, task: Task, *, explanation: str, due_on: date | None, by: User, at: datetime
) -> None:
    due_on = due_on or days_to_answer(office_day(at))
    if due_on is None:
        raise Refused("Isi tanggal batas jawaban: kantor belum mengatur jangka waktunya.", "due_on")
    if due_on <= office_day(at):
        raise Refused("Beri pemohon waktu: pilih tanggal sesudah hari ini.", "due_on")
    pending.explanation, pending.due_on = explanation, due_on
    pending.sent_by, pending.sent_at = by, at
    pending.save(update_fields=["explanation", "due_on", "sent_by", "sent_at"])
    correction_request(pending, step=task.step_key, at=at)
    tell_correction(pending, at=at)


def answer_correction(
    case: Case,
    *,
    answer: str = "",
    replies: Mapping[int, Reply] | None = None,
    proof: Blob | None = None,
    shown: PowerOfAttorney | None = None,
    appeared: Appeared | None = None,
    by: User,
    at: datetime,
    stamp: Stamp = NO_FORM,
) -> Moved:
    """The applicant answers during step 8: a new snapshot goes to the CS; the task stays where it is.

    `shown` is the power of whoever stands at the counter in the applicant's place, `appeared` who came where
    the applicant has an account: they are told.

    Raises:
        NotYours: not the applicant's side. Refused: nothing is asked (any more), something is missing, an
            item is neither mended nor disputed, an officer answers without the paper that was signed or for
            nobody, or a power does not cover it.
    """
    with act(stamp):
        power = act_for_applicant(case.application, doing=Doing.ANSWER, by=by, at=at, shown=shown)
        task = case.main_task
        correction = open_correction(case)
        if (
            task is None
            or task.step.activity != "correct"
            or correction is None
            or not correction.with_applicant
        ):
            raise Refused("Tidak ada permintaan perbaikan yang menunggu jawaban.")
        application = locked_for_change(case.application, by=by, at=at, doing=Doing.ANSWER, shown=shown)
        demand_proof(application, proof, by=by)
        name = recorded_for(application, appeared, by=by)
        if lacking := gaps(application):
            raise Refused(
                f"Permohonan belum lengkap: {len(lacking)} hal lagi. Lihat daftar kekurangan di bawah."
            )
        snapshot = take_snapshot(application, by=by, at=at, proof=proof, power=power)
        moved = note_from_outside(
            task.pk,
            verb="correct.answer",
            by=by,
            at=at,
            facts={
                "submission": snapshot.number,
                "sha256": snapshot.sha256,
                "on_behalf": not is_on_applicants_side(by, application),
                "proof": proof.sha256 if proof else None,
                **by_power(power),
            },
            note=said_for(name, answer),
            stamp=stamp,
        )
        if name:
            tell_recorded(case, number=snapshot.number, name=name, by=by, at=at)
        record_replies(correction, answer=answer, replies=replies or {}, answering=snapshot, by=by, at=at)
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
