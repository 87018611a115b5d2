"""Asking the applicant (steps 4, 7, 8, 10, 12 to 15): rounds of requests, late defects, confirmations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from muara.cases.actions import (
    NO_FORM,
    Moved,
    NotYours,
    Refused,
    Stamp,
    act,
    note_from_outside,
    note_on,
)
from muara.cases.models import (
    Application,
    Case,
    ChecklistMark,
    Confirmation,
    Correction,
    CorrectionItem,
    LateDefectPermission,
    Submission,
    Task,
)
from muara.cases.queries import latest_submission, material, open_correction
from muara.cases.rules import is_on_applicants_side
from muara.documents.models import Blob
from muara.people.calendar import office_calendar
from muara.people.models import OfficeSetting, User, office_day
from muara.people.queries import office_setting
from muara.people.rules import superiors_of
from muara.sop.definition import END, Process, Step
from muara.sop.working_time import add_working_days
from muara.steps.notices import no_longer

Kind = CorrectionItem.Kind
WHOLE_FORM = "seluruh formulir"


@dataclass(frozen=True, slots=True)
class Asked:
    """One thing to ask of the applicant; `requirement` None means the whole form."""

    reason: str
    kind: str = Kind.REPAIR
    requirement: int | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """The applicant's word on one item; a dispute gives its grounds and demands no change."""

    answer: str = ""
    disputed: bool = False
    grounds: str = ""


def asks_applicant(step: Step, outcome: str, process: Process) -> bool:
    """Tell whether an outcome asks something of the applicant: it leads to step 3 or 8."""
    return step.outcome(outcome).to in (*process.doing("correct"), *process.doing("apply"))


def asks_for_a_new_application(step: Step, outcome: str) -> bool:
    """Tell whether an outcome of a check closes the case: the fourth kind that the SOP prints."""
    return step.activity != "receive" and step.outcome(outcome).to == END


def requirement_name(process: Process, number: int | None) -> str:
    if number is None:
        return WHOLE_FORM
    return f"nomor {number}, {process.requirement(number).reading}"


def raise_round(
    task: Task, *, asked: Sequence[Asked], note: str, by: User, at: datetime, sent: bool = False
) -> Correction:
    """Keep a round of requests on what was last submitted; call inside the act that turned the case.

    Where nothing is asked item by item, the note is the one item. `sent` gives it to the applicant at once.

    Raises:
        Refused: an item says nothing or asks the impossible, a round is still open, or a defect comes late.
    """
    if open_correction(Case.objects.get(pk=task.case_id)) is not None:
        raise Refused("Masih ada permintaan perbaikan yang belum selesai untuk berkas ini.")
    items = tuple(asked) or (Asked(note),)
    _check_items(task.case.process, items)
    submission = latest_submission(task.case)
    _refuse_late(task, items, submission, by=by)
    correction = Correction.objects.create(
        case=task.case,
        number=task.case.corrections.count() + 1,
        submission=submission,
        raised_at_step=task.step_key,
        raised_by=by,
        raised_at=at,
        reason=note,
        due_on=days_to_answer(office_day(at)) if sent else None,
        sent_by=by if sent else None,
        sent_at=at if sent else None,
    )
    CorrectionItem.objects.bulk_create(
        CorrectionItem(
            correction=correction,
            number=number,
            kind=item.kind,
            requirement=item.requirement,
            reason=item.reason.strip(),
        )
        for number, item in enumerate(items, start=1)
    )
    return correction


def _check_items(process: Process, items: Iterable[Asked]) -> None:
    known = {item.number for item in process.requirements}
    for number, item in enumerate(items, start=1):
        if not item.reason.strip():
            raise Refused(f"Hal {number}: tuliskan apa yang harus dikerjakan pemohon.", "note")
        if item.kind not in Kind.values:
            raise Refused(f"Hal {number}: pilih jenis permintaannya.", "note")
        if item.requirement is not None and item.requirement not in known:
            raise Refused(f"Hal {number}: persyaratan nomor {item.requirement} tidak ada.", "note")


def days_to_answer(day: date) -> date | None:
    """The day until which an applicant has time to answer; None where the office has set no days."""
    days = office_setting(OfficeSetting.Key.CORRECTION_DAYS, on=day)
    return None if days is None else add_working_days(office_calendar(), day, days)


# --- defects that come late --------------------------------------------------------------------------------


def _refuse_late(task: Task, items: Iterable[Asked], submission: Submission, *, by: User) -> None:
    """All defects are raised at once; one that comes later on unchanged material needs a superior's word."""
    process = task.case.process
    if process.actor(task.actor).side == "head":
        return  # nobody stands above the head, whose note says why
    permitted = set(task.late_defects.exclude(granted_by=by).values_list("requirement", flat=True))
    for item in items:
        if item.kind in {Kind.CONFIRM, Kind.NEW} or item.requirement in permitted:
            continue
        if is_late(task, item.requirement, submission):
            raise Refused(
                f"Kekurangan susulan pada {requirement_name(process, item.requirement)}: isian dan berkasnya "
                "tidak berubah sejak diperiksa tanpa keberatan. Minta atasan (kepala seksi, kepala bidang, "
                "atau kepala dinas) memberi izin beserta alasannya di halaman tugas ini.",
                "note",
            )


def is_late(task: Task, requirement: int | None, submission: Submission) -> bool:
    """Tell whether a defect should have been raised before: the same material was passed over then.

    So it was when this step examined it without objecting, or when a round raised at this step or at one
    before did not name it: the applicant has been told then all that was missing.
    """
    case = task.case
    process, number = case.process, task.step.number
    now = material(submission, requirement)
    same = {
        item.pk
        for item in Submission.objects.filter(application=case.application_id)
        if material(item, requirement) == now
    }
    for earlier in case.corrections.filter(submission__in=same).prefetch_related("items"):
        named = {item.requirement for item in earlier.items.all()}
        if process.step(earlier.raised_at_step).number <= number and requirement not in named:
            return True
    if requirement is None:
        return False
    fit = ChecklistMark.objects.filter(
        checklist__task__case=case,
        checklist__task__step_key=task.step_key,
        checklist__submission__in=same,
        requirement=requirement,
    ).exclude(checklist__task=task)
    return fit.exclude(verdict=ChecklistMark.Verdict.UNFIT).exists()


def may_permit_late_defect(user: User, task: Task, *, at: datetime) -> bool:
    """Those above whoever does the step."""
    return bool(user.actors(at) & set(superiors_of(task.actor))) and not is_on_applicants_side(
        user, task.case.application
    )


def permit_late_defect(
    task: Task, *, requirement: int | None, reason: str, by: User, at: datetime, stamp: Stamp = NO_FORM
) -> Moved:
    """A superior lets whoever examines the file raise a defect on material that was examined before.

    Raises:
        NotYours: the person stands not above the step. Refused: no reason, or permitted already.
    """
    if not may_permit_late_defect(by, task, at=at):
        raise NotYours
    if not reason.strip():
        raise Refused("Tuliskan mengapa kekurangan ini baru ditemukan sekarang.", "reason")
    with act(stamp):
        moved = note_from_outside(
            task.pk,
            verb="late_defect.permit",
            by=by,
            at=at,
            facts={"requirement": requirement},
            note=reason,
            stamp=stamp,
        )
        if task.late_defects.filter(requirement=requirement).exists():
            raise Refused("Kekurangan susulan untuk persyaratan ini sudah diizinkan.", "requirement")
        LateDefectPermission.objects.create(
            task=task, requirement=requirement, reason=reason, granted_by=by, granted_at=at
        )
        return moved


# --- more time ---------------------------------------------------------------------------------------------


def extend_time(
    task: Task, *, due_on: date, reason: str, by: User, at: datetime, stamp: Stamp = NO_FORM
) -> Moved:
    """A superior gives the applicant a later day to answer; the day before it stays in the entry.

    Raises:
        NotYours: the person stands not above the step. Refused: no request with a day is with the applicant,
            the new day is not later, or there is no reason.
    """
    if not may_permit_late_defect(by, task, at=at):
        raise NotYours
    if not reason.strip():
        raise Refused("Tuliskan mengapa waktu menjawab diperpanjang.", "reason")
    with act(stamp):
        asked = open_correction(Case.objects.get(pk=task.case_id))
        if asked is None or not asked.with_applicant or asked.due_on is None:
            raise Refused("Tidak ada permintaan dengan batas waktu yang menunggu jawaban pemohon.")
        if due_on <= max(asked.due_on, office_day(at)):
            raise Refused("Pilih hari sesudah hari ini dan sesudah batas yang sekarang.", "due_on")
        moved = note_from_outside(
            task.pk,
            verb="correct.extend",
            by=by,
            at=at,
            facts={"round": asked.number, "before": asked.due_on.isoformat(), "due_on": due_on.isoformat()},
            note=reason,
            stamp=stamp,
        )
        asked.due_on = due_on
        asked.save(update_fields=["due_on"])
        return moved


# --- what the applicant says -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Appeared:
    """Who came to the counter, by the name on the proof of identity that the officer looked at."""

    name: str
    identity_seen: bool


def demand_proof(application: Application, proof: Blob | None, *, by: User) -> None:
    """What an officer records for somebody at the counter rests on a paper that they signed."""
    if proof is None and not is_on_applicants_side(by, application):
        raise Refused("Unggah pindaian surat atau formulir yang ditandatangani pemohon.", "proof")


def recorded_for(application: Application, appeared: Appeared | None, *, by: User) -> str:
    """Whom an officer records for at the counter where the applicant has an account; empty otherwise.

    Raises:
        Refused: nobody is named, or their identity was not looked at.
    """
    if application.applicant_id is None or is_on_applicants_side(by, application):
        return ""
    if appeared is None or not appeared.name.strip():
        raise Refused("Tuliskan nama yang menghadap sesuai kartu identitasnya.", "appeared")
    if not appeared.identity_seen:
        raise Refused("Cocokkan dahulu identitas yang menghadap dengan kartunya.", "identity_seen")
    return appeared.name.strip()


def said_for(name: str, answer: str) -> str:
    """The note of an entry: who appeared, then what was said."""
    return f"Dicatat di loket untuk {name}, identitas dicocokkan.\n{answer}".strip() if name else answer


def record_replies(
    correction: Correction,
    *,
    answer: str,
    replies: Mapping[int, Reply],
    answering: Submission,
    by: User,
    at: datetime,
) -> None:
    """Keep the applicant's answer, item by item; an item without a word of its own has the overall answer.

    Raises:
        Refused: a dispute has no grounds, or what was to be mended has not changed.
    """
    process = correction.case.process
    items = list(correction.items.all())
    for item in items:
        reply = replies.get(item.number, Reply())
        if reply.disputed and not reply.grounds.strip():
            raise Refused(f"Hal {item.number}: tuliskan alasan keberatan Anda.", f"grounds_{item.number}")
        if not reply.disputed and _is_unmended(item, correction.submission, answering, process):
            name = requirement_name(process, item.requirement)
            raise Refused(
                f"Hal {item.number}, {name}: isian dan berkasnya belum berubah. Perbaiki lebih dahulu, atau "
                "nyatakan keberatan dengan alasannya.",
                f"answer_{item.number}",
            )
        item.answer, item.disputed = reply.answer.strip(), reply.disputed
        item.grounds = reply.grounds.strip() if reply.disputed else ""
    CorrectionItem.objects.bulk_update(items, ["answer", "disputed", "grounds"])
    correction.answered_by, correction.answered_at = by, at
    correction.answer, correction.answering = answer, answering
    correction.save(update_fields=["answered_by", "answered_at", "answer", "answering"])
    no_longer(correction.case, f"correction:{correction.number}", by=by, at=at)


def _is_unmended(item: CorrectionItem, before: Submission, after: Submission, process: Process) -> bool:
    """A repair or an addition was asked for a requirement, and neither its answers nor its files changed."""
    if item.kind not in {Kind.REPAIR, Kind.ADDITIONAL} or item.requirement is None:
        return False
    return material(before, item.requirement) == material(after, item.requirement)


# --- confirming without moving the case ------------------------------------------------------------------


def confirm(
    task: Task,
    *,
    asked_of: str,
    channel: str,
    question: str,
    answer: str,
    by: User,
    at: datetime,
    stamp: Stamp = NO_FORM,
) -> Moved:
    """Steps 4, 7, 10, 12 to 15: what was confirmed with the applicant, of whom and how; nothing moves.

    Raises:
        Refused: something is not said, or the file was not received by this person first.
    """
    said = {"asked_of": asked_of, "question": question, "answer": answer}
    labels = {"asked_of": "siapa yang ditanya", "question": "apa yang ditanyakan", "answer": "jawabannya"}
    for field, label in labels.items():
        if not said[field].strip():
            raise Refused(f"Tuliskan {label}.", field)
    with act(stamp):
        moved = note_on(
            task.pk,
            verb="confirm",
            by=by,
            at=at,
            facts={"channel": channel},
            note=f"{question}\nJawaban: {answer}",
            stamp=stamp,
        )
        Confirmation.objects.create(task=task, channel=channel, made_by=by, made_at=at, **said)
        return moved
