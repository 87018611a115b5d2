"""From the first word to the registered file (SOP steps 3 to 6)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.db import transaction
from django.db.models import Sum

from muara.audit.actions import record
from muara.audit.chains import canonical, digest
from muara.cases.actions import (
    NO_FORM,
    Moved,
    NotYours,
    Refused,
    Stamp,
    act,
    complete,
    end_case,
    note_on,
    open_case,
)
from muara.cases.models import (
    Application,
    Attachment,
    AuthorityCheck,
    Case,
    Checklist,
    ChecklistMark,
    Outfall,
    Revision,
    Submission,
    Task,
)
from muara.cases.queries import (
    authority_of,
    is_with_applicant,
    latest_submission,
    open_correction,
    submitted,
)
from muara.cases.rules import may_act_as_applicant, may_do_step, serves_the_counter
from muara.contacts.actions import link
from muara.contacts.models import Consultation
from muara.documents.models import Blob, Letter
from muara.documents.repertoire import UnprintableCharacter, allowed, check_text
from muara.documents.uploads import Accepted
from muara.people.models import Company, Membership, User, office_day
from muara.permits.actions import take_number
from muara.permits.models import Permit
from muara.permits.queries import permit_by_number
from muara.sop.definition import ApplicationKind, Process, Requirement
from muara.sop.form import Form, Section, clean_section, point_of
from muara.steps.actions.endings import REDIRECTED, replace_case, told_of_the_end
from muara.steps.actions.requests import (
    Asked,
    Kind,
    Reply,
    asks_applicant,
    asks_for_a_new_application,
    demand_proof,
    raise_round,
    record_replies,
)
from muara.steps.letters import receipt
from muara.steps.letters.correction import correction_request
from muara.steps.letters.forms import application_form, checklist_form, first_proof


@dataclass(frozen=True, slots=True)
class Mark:
    """An officer's verdict on one of the 17 requirements, and what a defect asks of the applicant."""

    verdict: str
    reason: str = ""
    kind: str = Kind.REPAIR


def start_application(
    *,
    revision: Revision,
    kind: str,
    company: Company | None,
    company_name: str,
    by: User,
    at: datetime,
    on_behalf: bool = False,
    previous: Permit | None = None,
    stamp: Stamp = NO_FORM,
) -> Application:
    """Begin an application; at the counter (`on_behalf`) for somebody without an account.

    A renewal or a change starts from what was last submitted for the permit `previous`.

    Raises:
        Refused: no company was named, or `previous` cannot be renewed or changed.
        NotYours: not a counter officer, or another's company.
    """
    if on_behalf and not serves_the_counter(by, at=at):
        raise NotYours
    wanted = revision.process.kind(kind)
    with act(stamp):
        if company is None:
            company = _new_company(company_name)
            if not on_behalf:
                Membership.objects.create(company=company, user=by)
        elif not on_behalf and not Membership.objects.filter(company=company, user=by).exists():
            raise NotYours
        data: dict[str, object] = {}
        if wanted.needs_permit and previous is not None:
            check_previous(previous, wanted, company=company, on=office_day(at), field="previous")
            data = _starting_from(previous, revision)
        application = Application.objects.create(
            service=revision.service,
            revision=revision,
            kind=kind,
            company=company,
            data=data,
            applicant=None if on_behalf else by,
            entered_by=by if on_behalf else None,
            created_at=at,
            updated_at=at,
        )
        record(
            chain=f"application:{application.reference}",
            verb="application.start",
            by_id=by.pk,
            at=at,
            facts={"service": revision.service, "kind": kind, "on_behalf": on_behalf},
            key=stamp.key,
            body=stamp.body,
        )
        return application


def check_previous(
    permit: Permit, kind: ApplicationKind, *, company: Company, on: date, field: str = "previous_permit"
) -> None:
    """Refuse a permit that this company may not renew or change on this day."""
    number = permit.number.text
    if permit.case.application.company_id != company.pk:
        raise Refused(f"Izin nomor {number} tercatat atas nama perusahaan lain. Periksa nomornya.", field)
    status = permit.status(on)
    if status == "belum disahkan":
        raise Refused(f"Izin nomor {number} belum disahkan. Tunggu sampai izin itu terbit.", field)
    if status == "diganti":
        raise Refused(f"Izin nomor {number} sudah diganti. Pilih izin yang menggantikannya.", field)
    if kind.while_valid and status != "berlaku":
        raise Refused(
            f"Izin nomor {number} sudah berakhir, jadi tidak dapat diubah. Ajukan perpanjangan.", field
        )


def _starting_from(previous: Permit, revision: Revision) -> dict[str, object]:
    """What was last submitted for a permit, without declarations: those are made anew."""
    before = submitted(latest_submission(previous.case))["values"]
    assert isinstance(before, dict)
    asked = {field.key for field in revision.definition.form.fields if field.kind != "confirm"}
    return {
        **{key: value for key, value in before.items() if key in asked},
        "previous_permit": previous.number.text,
        "previous_permit_date": previous.issued_on.isoformat(),
    }


def _new_company(typed: str) -> Company:
    name = " ".join(typed.split())
    if not name:
        raise Refused("Tuliskan nama perusahaan sesuai akta.", "company_name")
    try:
        check_text(name)
    except UnprintableCharacter as problem:
        raise Refused(str(problem), "company_name") from None
    return Company.objects.create(name=name[:160])


def may_edit(user: User, application: Application, *, at: datetime) -> bool:
    """Before submitting, and whenever a return or a correction request is with the applicant."""
    return may_act_as_applicant(user, application, at=at) and is_with_applicant(application)


def _editable(application: Application, *, by: User, at: datetime) -> Application:
    """Lock the working copy for a change."""
    locked = Application.objects.select_for_update().get(pk=application.pk)
    if not may_act_as_applicant(by, locked, at=at):
        raise NotYours
    if not is_with_applicant(locked):
        raise Refused("Permohonan ini sedang diperiksa petugas dan tidak dapat diubah sekarang.")
    return locked


@transaction.atomic
def save_section(
    application: Application, *, section: Section, raw: Mapping[str, object], by: User, at: datetime
) -> dict[str, str]:
    """Keep what was typed in a section; return what is wrong with it, by field key.

    A section with gaps is kept (it is resumed later); a value that cannot be read is not, and nothing
    of the section changes.
    """
    locked = _editable(application, by=by, at=at)
    cleaned = clean_section(section, raw, printable=allowed, complete=False)
    if cleaned.errors:
        return dict(cleaned.errors)
    others = {key: value for key, value in locked.data.items() if key not in {f.key for f in section.fields}}
    locked.data = {**others, **cleaned.values}
    locked.updated_at = at
    locked.save(update_fields=["data", "updated_at"])
    _follow_company(locked)
    application.data, application.updated_at = locked.data, at
    return {}


def _follow_company(application: Application) -> None:
    """Keep the company's row equal to what its applicant says of it, until one of its cases depends on it."""
    data, company = application.data, application.company
    if Case.objects.filter(application__company=company).exists():
        return
    by_kind = {
        item.kind: str(data.get(item.key) or "")
        for section in application.revision.definition.form.sections
        for item in section.fields
        if item.kind in {"nib", "npwp"}
    }
    company.name = str(data.get("company_name") or company.name)
    company.nib, company.npwp = by_kind.get("nib") or company.nib, by_kind.get("npwp") or company.npwp
    company.save(update_fields=["name", "nib", "npwp"])


@transaction.atomic
def attach(
    application: Application, *, requirement: int, accepted: Accepted, by: User, at: datetime
) -> Attachment:
    """Hand in a file for a requirement; the same file twice is kept once."""
    locked = _editable(application, by=by, at=at)
    if not locked.revision.process.requirement(requirement).upload:
        raise Refused("Persyaratan ini tidak memerlukan berkas.")
    held = locked.attachments.filter(withdrawn_at=None).aggregate(size=Sum("blob__size"))["size"] or 0
    if held + accepted.blob.size > settings.MUARA_APPLICATION_QUOTA:
        raise Refused("Semua berkas permohonan ini terlalu besar. Tarik atau perkecil salah satunya dahulu.")
    same = locked.attachments.filter(requirement=requirement, blob=accepted.blob, withdrawn_at=None).first()
    return same or Attachment.objects.create(
        application=locked,
        requirement=requirement,
        blob=accepted.blob,
        filename=accepted.filename,
        uploaded_by=by,
        uploaded_at=at,
    )


@transaction.atomic
def withdraw(attachment: Attachment, *, by: User, at: datetime) -> None:
    """Take a file back; it stays in the history, and in every submission that held it."""
    _editable(attachment.application, by=by, at=at)
    Attachment.objects.filter(pk=attachment.pk, withdrawn_at=None).update(withdrawn_at=at)


@dataclass(frozen=True, slots=True)
class Gap:
    """What an application still lacks: a section's field, or a requirement's file."""

    label: str
    section: str | None = None
    requirement: int | None = None


def gaps(application: Application) -> list[Gap]:
    """List all that keeps an application from being submitted, in the order of the form."""
    definition = application.revision.definition
    missing = [
        Gap(label=f"{section.title}: {definition.form.field(key).label}", section=section.key)
        for section in definition.form.sections
        for key in clean_section(section, application.data, printable=allowed, complete=True).errors
    ]
    if definition.process.kind(application.kind).needs_permit:
        missing += _earlier_gaps(application, definition.form)
    held = set(application.attachments.filter(withdrawn_at=None).values_list("requirement", flat=True))
    missing += [
        Gap(label=f"Berkas: {requirement.reading}", requirement=requirement.number)
        for requirement in definition.process.uploads()
        if requirement.number not in held
    ]
    return missing


def _earlier_gaps(application: Application, form: Form) -> list[Gap]:
    """The number of the earlier permit, and its date when the register does not know it."""
    number = str(application.data.get("previous_permit") or "")
    wanted = ["previous_permit", "previous_permit_date"]
    if number and permit_by_number(number) is not None:
        return []
    return [
        Gap(label=f"{section.title}: {field.label}", section=section.key)
        for section in form.sections
        for field in section.fields
        if field.key in wanted and not application.data.get(field.key)
    ]


def _snapshot(application: Application, *, by: User, at: datetime, proof: Blob | None) -> Submission:
    files = [
        {
            "attachment": item.pk,
            "requirement": item.requirement,
            "filename": item.filename,
            "sha256": item.blob.sha256,
        }
        for item in application.attachments.filter(withdrawn_at=None).select_related("blob")
    ]
    content = canonical(
        {
            "reference": application.reference,
            "kind": application.kind,
            "company": str(application.data.get("company_name") or application.company.name),
            "values": application.data,
            "files": files,
        }
    )
    _follow_outfall(application)
    return Submission.objects.create(
        application=application,
        number=application.submissions.count() + 1,
        content=content,
        sha256=digest(content),
        at=at,
        by=by,
        proof=proof,
    )


def _follow_outfall(application: Application) -> None:
    """Keep the place of the outfall as it is submitted, so that others near by are found."""
    outfall = application.revision.definition.form.outfall
    point = point_of(application.data.get(outfall.key)) if outfall else None
    if point is None:
        Outfall.objects.filter(application=application).delete()
        return
    latitude, longitude = map(float, point)
    Outfall.objects.update_or_create(
        application=application, defaults={"latitude": latitude, "longitude": longitude}
    )


def submit(
    application: Application,
    *,
    by: User,
    at: datetime,
    note: str = "",
    replies: Mapping[int, Reply] | None = None,
    proof: Blob | None = None,
    stamp: Stamp = NO_FORM,
) -> Moved:
    """Step 3: hand the file in, for the first time (opens the case) or after a return from step 4.

    `replies` answer what was asked then, item by item; `proof` is the paper that the applicant signed,
    needed where an officer hands in for them.

    Raises:
        Refused: something is missing; the message counts it. NotYours: not the applicant.
    """
    with act(stamp):
        locked = _editable(application, by=by, at=at)
        demand_proof(locked, proof, by=by)
        lacking = gaps(locked)
        if lacking:
            raise Refused(
                f"Permohonan belum lengkap: {len(lacking)} hal lagi. Lihat daftar kekurangan di bawah."
            )
        kind = locked.revision.process.kind(locked.kind)
        earlier = permit_by_number(str(locked.data.get("previous_permit", ""))) if kind.needs_permit else None
        if earlier is not None:
            check_previous(earlier, kind, company=locked.company, on=office_day(at))
        case = Case.objects.filter(application=locked).first()
        snapshot = _snapshot(locked, by=by, at=at, proof=proof)
        facts = {"submission": snapshot.number, "sha256": snapshot.sha256}
        if case is None:
            moved = open_case(locked, by=by, at=at, facts=facts, stamp=stamp)
            case = Case.objects.select_related("application", "revision").get(pk=moved.case_id)
            link(locked, case=case)
            application_form(case, snapshot, step=case.process.opens_after, at=at)
            return moved
        task = case.main_task
        if task is None or task.step.activity != "apply":
            raise Refused("Permohonan ini sudah disampaikan dan sedang diperiksa petugas.")
        moved = complete(
            task.pk,
            outcome="submitted",
            by=by,
            at=at,
            note=note,
            facts=facts,
            stamp=stamp,
            activity="apply",
        )
        asked = open_correction(case)
        if asked is not None:
            record_replies(asked, answer=note, replies=replies or {}, answering=snapshot, by=by, at=at)
        application_form(case, snapshot, step=task.step_key, at=at)
        return moved


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
                _demand_authority(task.case)
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
        return moved


def _demand_authority(case: Case) -> None:
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
            told_of_the_end(task, REDIRECTED, reason=reason, by=by, at=at, apply_to=apply_to)
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
    by: User,
    at: datetime,
    note: str = "",
    stamp: Stamp = NO_FORM,
) -> tuple[Moved, Letter | None]:
    """Step 6: number the file and make the receipt; nothing is accepted without the CS's approval.

    Raises:
        Refused: there is no CS approval, or the applicant has not signed in the folder (6.c).
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
        approval = cs_approval(case)
        if approval is None:
            raise Refused(
                "Berkas ini belum disetujui CS. Kembalikan ke CS: loket tidak menerima berkas tanpa "
                "daftar periksa yang ditandatangani (langkah 6, keterangan 1).",
                "outcome",
            )
        _demand_authority(case)
        if not applicant_signed:
            raise Refused(
                "Minta pemohon menandatangani bukti awal proses di map, lalu beri tanda (langkah 6.c).",
                "applicant_signed",
            )
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
            facts={"registration_number": number.text, "approval": approval.pk},
            stamp=stamp,
            activity="register",
        )
        Case.objects.filter(pk=case.pk).update(registration_number=number.text)
        case.registration_number, case.registered_on = number.text, day
        first_proof(case, approval, step=task.step_key, by=by, at=at)
        return moved, receipt(case, step=task.step_key, by=by, at=at)


def requirements_to_mark(process: Process) -> tuple[Requirement, ...]:
    """All 17 lines of section G: the checklist keeps the printed numbers."""
    return process.requirements


def check_marks(process: Process, marks: Mapping[int, Mark], *, approving: bool) -> None:
    """Refuse a checklist that is not filled in, or that contradicts the outcome."""
    for requirement in requirements_to_mark(process):
        mark = marks.get(requirement.number)
        field = f"mark_{requirement.number}"
        if mark is None or mark.verdict not in ChecklistMark.Verdict.values:
            raise Refused(f"Beri penilaian untuk nomor {requirement.number}, {requirement.reading}.", field)
        if mark.verdict != ChecklistMark.Verdict.FIT and not mark.reason.strip():
            raise Refused(f"Tuliskan alasan untuk nomor {requirement.number}, {requirement.reading}.", field)
        if approving and mark.verdict == ChecklistMark.Verdict.UNFIT:
            raise Refused(
                f"Nomor {requirement.number} dinilai tidak sesuai: berkas belum dapat dinyatakan lengkap.",
                field,
            )


def asked_by(marks: Mapping[int, Mark]) -> list[Asked]:
    """What a checklist asks of the applicant: each mark against is an item with its own kind."""
    return [
        Asked(mark.reason, mark.kind, number)
        for number, mark in sorted(marks.items())
        if mark.verdict == ChecklistMark.Verdict.UNFIT
    ]


def marks_digest(marks: Mapping[int, Mark]) -> str:
    return digest(canonical({str(number): mark.verdict for number, mark in sorted(marks.items())}))


def sign_checklist(
    task: Task, *, submission: Submission, marks: Mapping[int, Mark], approved: bool, by: User, at: datetime
) -> Checklist:
    """Keep a signed checklist of one submission."""
    checklist = Checklist.objects.create(
        task=task, submission=submission, approved=approved, signed_by=by, signed_at=at
    )
    ChecklistMark.objects.bulk_create(
        ChecklistMark(checklist=checklist, requirement=number, verdict=mark.verdict, reason=mark.reason)
        for number, mark in sorted(marks.items())
    )
    return checklist
