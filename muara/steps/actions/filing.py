"""Filling in an application and handing it in (SOP step 3)."""

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
    Stale,
    Stamp,
    act,
    act_for_applicant,
    by_power,
    complete,
    open_case,
)
from muara.cases.models import (
    Application,
    Attachment,
    Case,
    Outfall,
    PowerOfAttorney,
    Revision,
    Submission,
)
from muara.cases.queries import is_with_applicant, latest_submission, open_correction, submitted
from muara.cases.rules import Doing, is_on_applicants_side, serves_the_counter
from muara.contacts.actions.consultations import link
from muara.documents.models import Blob
from muara.documents.repertoire import UnprintableCharacter, allowed, check_text
from muara.documents.uploads import Accepted
from muara.people.actions.companies import found_company
from muara.people.models import Company, Membership, User, office_day
from muara.permits.models import Earlier, OldPermit
from muara.permits.queries import permit_by_number
from muara.permits.standing import Status
from muara.sop.definition import ApplicationKind
from muara.sop.form import Form, Section, clean_section, field_of, keep_section, point_of
from muara.steps.actions.powers import named
from muara.steps.actions.requests import Appeared, Reply, demand_proof, record_replies, recorded_for, said_for
from muara.steps.letters.forms import application_form
from muara.steps.notices import tell_recorded, tell_submitted


def start_application(
    *,
    revision: Revision,
    kind: str,
    company: Company | None,
    company_name: str,
    by: User,
    at: datetime,
    on_behalf: bool = False,
    previous: Earlier | None = None,
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
                found_company(company, by=by, at=at)
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
    permit: Earlier, kind: ApplicationKind, *, company: Company, on: date, field: str = "previous_permit"
) -> None:
    """Refuse a permit that this company may not renew or change on this day."""
    number = str(permit)
    # Whom an old register names is compared by people (step 7) where only the spelling of a name differs.
    theirs = (
        bool(permit.nib and company.nib and permit.nib != company.nib)
        if isinstance(permit, OldPermit)
        else permit.case.application.company_id != company.pk
    )
    if theirs:
        raise Refused(f"Izin nomor {number} tercatat atas nama perusahaan lain. Periksa nomornya.", field)
    status = permit.status(on)
    if status == "belum disahkan":
        raise Refused(f"Izin nomor {number} belum disahkan. Tunggu sampai izin itu terbit.", field)
    if status == "diganti":
        raise Refused(f"Izin nomor {number} sudah diganti. Pilih izin yang menggantikannya.", field)
    if status in {Status.REVOKED, Status.ANNULLED}:
        raise Refused(f"Izin nomor {number} sudah {status}. Ajukan permohonan izin baru.", field)
    if kind.while_valid and status == Status.SUSPENDED:
        raise Refused(
            f"Izin nomor {number} sedang dibekukan, jadi belum dapat diubah. Tunggu pembekuannya diakhiri.",
            field,
        )
    if kind.while_valid and status != "berlaku":
        raise Refused(
            f"Izin nomor {number} sudah berakhir, jadi tidak dapat diubah. Ajukan perpanjangan.", field
        )


def _starting_from(previous: Earlier, revision: Revision) -> dict[str, object]:
    """What was last submitted for a permit, without declarations: those are made anew.

    Of an old permit no more is known than its register says.
    """
    if isinstance(previous, OldPermit):
        known = {
            "company_name": previous.company,
            "company_nib": previous.nib,
            "site_address": previous.location,
            "site_regency": previous.regency,
        }
        before: object = {key: value for key, value in known.items() if value}
    else:
        before = submitted(latest_submission(previous.case))["values"]
    assert isinstance(before, dict)
    asked = {field.key for field in revision.definition.form.fields if field.kind != "confirm"}
    return {
        **{key: value for key, value in before.items() if key in asked},
        "previous_permit": str(previous),
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


def demand_change(
    application: Application,
    *,
    by: User,
    at: datetime,
    doing: Doing = Doing.FILL,
    shown: PowerOfAttorney | None = None,
) -> None:
    """Before submitting, and whenever a return or a correction request is with the applicant.

    Raises:
        Refused: it is with the office now, or a power does not cover it. NotYours: not the applicant's side.
    """
    act_for_applicant(application, doing=doing, by=by, at=at, shown=shown)
    if not is_with_applicant(application):
        raise Refused("Permohonan ini sedang diperiksa petugas dan tidak dapat diubah sekarang.")


def locked_for_change(
    application: Application,
    *,
    by: User,
    at: datetime,
    doing: Doing = Doing.FILL,
    shown: PowerOfAttorney | None = None,
) -> Application:
    """Lock the working copy for a change; an officer's change for somebody with an account is recorded."""
    locked = Application.objects.select_for_update().get(pk=application.pk)
    demand_change(locked, by=by, at=at, doing=doing, shown=shown)
    if doing is Doing.FILL and locked.applicant_id is not None and not is_on_applicants_side(by, locked):
        record(
            chain=f"application:{locked.reference}",
            verb="application.fill_for",
            by_id=by.pk,
            at=at,
            facts={"on_behalf": True},
        )
    return locked


@dataclass(frozen=True, slots=True)
class Page:
    """A page that shows a section: its own key, and the key of the page that had saved it last."""

    key: str
    seen: str


@transaction.atomic
def save_section(
    application: Application,
    *,
    section: Section,
    raw: Mapping[str, object],
    by: User,
    at: datetime,
    page: Page | None = None,
) -> dict[str, str]:
    """Keep what was typed in a section; return what is wrong with it, by control.

    A section is kept with its gaps, and what cannot be read beside it as typed: it is resumed later, maybe
    elsewhere.

    Raises:
        Stale: another page than `page` saved the section since. Refused: the application is being examined.
    """
    locked = locked_for_change(application, by=by, at=at)
    if page is not None and locked.saved_from.get(section.key, "") not in {page.seen, page.key}:
        raise Stale
    kept = keep_section(section, raw, printable=allowed)
    own = {item.key for item in section.fields}
    others = {key: value for key, value in locked.data.items() if key not in own}
    unread = {control: text for control, text in locked.unread.items() if field_of(control) not in own}
    locked.data, locked.unread = {**others, **kept.values}, {**unread, **kept.unread}
    locked.saved_from = {**locked.saved_from, section.key: page.key if page else ""}
    locked.updated_at = at
    locked.save(update_fields=["data", "unread", "saved_from", "updated_at"])
    _follow_company(locked)
    application.data, application.unread, application.updated_at = locked.data, locked.unread, at
    return kept.errors


def unread_in(application: Application, section: Section) -> dict[str, str]:
    """What was typed in a section and could not be read, by control."""
    own = {item.key for item in section.fields}
    return {control: text for control, text in application.unread.items() if field_of(control) in own}


def lacking(application: Application, section: Section) -> list[str]:
    """The fields of a section that keep an application from being sent: left out, or not readable."""
    wrong = clean_section(section, application.data, printable=allowed, complete=True).errors
    unread = {field_of(control) for control in unread_in(application, section)}
    return [item.key for item in section.fields if item.key in wrong or item.key in unread]


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
    locked = locked_for_change(application, by=by, at=at)
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
    locked_for_change(attachment.application, by=by, at=at)
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
        for key in lacking(application, section)
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


def content_of(application: Application, *, power: PowerOfAttorney | None = None) -> str:
    """What an application says now, as a submission of it would be kept: the same words, the same bytes.

    `power` is that of a proxy, whom it then names.
    """
    files = [
        {
            "attachment": item.pk,
            "requirement": item.requirement,
            "filename": item.filename,
            "sha256": item.blob.sha256,
        }
        for item in application.attachments.filter(withdrawn_at=None).select_related("blob")
    ]
    return canonical(
        {
            "reference": application.reference,
            "kind": application.kind,
            "company": str(application.data.get("company_name") or application.company.name),
            "values": application.data,
            "files": files,
            **({"proxy": named(power)} if power else {}),
        }
    )


def take_snapshot(
    application: Application,
    *,
    by: User,
    at: datetime,
    proof: Blob | None,
    power: PowerOfAttorney | None = None,
) -> Submission:
    """Keep what the application says now; `power` is that of a proxy, whom the snapshot then names."""
    content = content_of(application, power=power)
    _follow_outfall(application)
    return Submission.objects.create(
        application=application,
        number=application.submissions.count() + 1,
        content=content,
        sha256=digest(content),
        at=at,
        by=by,
        proof=proof,
        power=power,
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
    shown: PowerOfAttorney | None = None,
    appeared: Appeared | None = None,
    stamp: Stamp = NO_FORM,
) -> Moved:
    """Step 3: hand the file in, for the first time (opens the case) or after a return from step 4.

    `replies` answer what was asked then, item by item; `proof` is the paper that the applicant signed,
    needed where an officer hands in for them, `shown` the power of who stands there in their place,
    `appeared` who came where the applicant has an account: they are told.

    Raises:
        Refused: something is missing, the message counts it; or a power does not cover signing.
        NotYours: not the applicant's side.
    """
    with act(stamp):
        locked = locked_for_change(application, by=by, at=at, doing=Doing.SIGN, shown=shown)
        power = act_for_applicant(locked, doing=Doing.SIGN, by=by, at=at, shown=shown)
        demand_proof(locked, proof, by=by)
        name = recorded_for(locked, appeared, by=by)
        missing = gaps(locked)
        if missing:
            raise Refused(
                f"Permohonan belum lengkap: {len(missing)} hal lagi. Lihat daftar kekurangan di bawah."
            )
        kind = locked.revision.process.kind(locked.kind)
        earlier = permit_by_number(str(locked.data.get("previous_permit", ""))) if kind.needs_permit else None
        if earlier is not None:
            check_previous(earlier, kind, company=locked.company, on=office_day(at))
        case = Case.objects.filter(application=locked).first()
        snapshot = take_snapshot(locked, by=by, at=at, proof=proof, power=power)
        facts = {
            "submission": snapshot.number,
            "sha256": snapshot.sha256,
            "on_behalf": not is_on_applicants_side(by, locked),
            "proof": proof.sha256 if proof else None,
            **by_power(power),
        }
        if case is None:
            moved = open_case(locked, by=by, at=at, facts=facts, stamp=stamp)
            case = Case.objects.select_related("application", "revision").get(pk=moved.case_id)
            link(locked, case=case)
            application_form(case, snapshot, step=case.process.opens_after, at=at)
            tell_submitted(case, number=snapshot.number, at=at)
            return moved
        task = case.main_task
        if task is None or task.step.activity != "apply":
            raise Refused("Permohonan ini sudah disampaikan dan sedang diperiksa petugas.")
        moved = complete(
            task.pk,
            outcome="submitted",
            by=by,
            at=at,
            note=said_for(name, note),
            facts=facts,
            stamp=stamp,
            activity="apply",
        )
        if name:
            tell_recorded(case, number=snapshot.number, name=name, by=by, at=at)
        asked = open_correction(case)
        if asked is not None:
            record_replies(asked, answer=note, replies=replies or {}, answering=snapshot, by=by, at=at)
        application_form(case, snapshot, step=task.step_key, at=at)
        tell_submitted(case, number=snapshot.number, at=at)
        return moved
