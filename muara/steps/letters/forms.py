"""The SOP's own forms (U.1 to U.4, step 6.c, FM-SYS-02): filled in from a case, or empty for everybody.

A service whose folder has no template for one of them makes none.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime

from django.conf import settings

from muara.audit import chains
from muara.cases.models import Application, Case, Checklist, ChecklistMark, Revision, Submission
from muara.cases.queries import approved_on_paper, latest_submission, submitted
from muara.documents.contents import Content, Proxy
from muara.documents.contents.brochure import Brochure, Described
from muara.documents.contents.forms import (
    ApplicationForm,
    Approver,
    ArchiveLabel,
    Box,
    ChecklistForm,
    FirstProof,
    FolderLabel,
    HandedIn,
    PowerOfAttorney,
    PowerToHandle,
    PowerToSign,
    Question,
    QuestionGroup,
    QuestionKind,
    Revised,
    RevisionStatus,
    Tick,
    Within,
)
from muara.documents.letters import LIBRARY, canonical, compose, keep_template, pdf, set_letter
from muara.documents.letters import digest as digest_of
from muara.documents.models import Letter
from muara.people.models import User, office_day
from muara.sop.definition import PrintedForm, Process
from muara.sop.form import Field, Form, show
from muara.sop.phases import phases
from muara.steps.letters import (
    GROUPS,
    _file,
    applicant_name,
    case_values,
    company_name,
    letterhead,
    proxy_of,
    status_url,
    text_of,
    the_office,
)

DIGITS = 16  # of a file's SHA-256: enough to find it by, short enough to read
VERDICTS = {
    ChecklistMark.Verdict.FIT: "fit",
    ChecklistMark.Verdict.UNFIT: "unfit",
    ChecklistMark.Verdict.NOT_APPLICABLE: "none",
}
KINDS: Mapping[str, QuestionKind] = {
    "textarea": "lines",
    "choice": "choices",
    "multichoice": "choices",
    "regency": "choices",
    "table": "table",
    "confirm": "statement",
}


# --- filled in, and filed in the case ------------------------------------------------------------------


def application_form(case: Case, submission: Submission, *, step: str, at: datetime) -> Letter | None:
    """U.1: a submission as the form prints it, every section and every file."""
    if "application_form" not in case.revision.definition.letters:
        return None
    content = replace(
        _application_form(case.application, submitted(submission), digest=submission.sha256),
        qr=status_url(case),
        submission=submission.number,
        submitted_at=submission.at,
        proxy=proxy_of(submission),
    )
    return _file(
        case,
        "application_form",
        content,
        step=step,
        title=f"Formulir permohonan {case.application.reference}, penyampaian ke-{submission.number}",
        dated=office_day(submission.at),
        at=at,
    )


def unsent_form(application: Application, content: str) -> ApplicationForm:
    """U.1 before it is sent: `content` is what a submission would hold, and has the same digest then."""
    return _application_form(application, json.loads(content), digest=chains.digest(content))


def unsent_form_pdf(application: Application, content: str, *, at: datetime) -> bytes:
    """U.1 to read, and to sign at the counter, before it is sent."""
    return set_letter(
        source=application.revision.definition.letters["application_form"],
        content=canonical(unsent_form(application, content)),
        title=f"Formulir permohonan {application.reference}, belum dikirim",
        dated=office_day(at),
    )


def _application_form(
    application: Application, said: Mapping[str, object], *, digest: str
) -> ApplicationForm:
    process, office = application.revision.process, the_office()
    values, files = said["values"], said["files"]
    assert isinstance(values, dict)
    assert isinstance(files, list)
    return ApplicationForm(
        letterhead=letterhead(office),
        demo=settings.MUARA_DEMO,
        service=process.title,
        kinds=_kinds(process, chosen=str(said["kind"])),
        company=str(said["company"]),
        reference=application.reference,
        digest=digest,
        sections=_sections(application.revision.definition.form, values),
        files=tuple(
            HandedIn(
                number=row["requirement"],
                title=process.requirement(row["requirement"]).reading,
                filename=row["filename"],
                digest=row["sha256"][:DIGITS],
            )
            for row in files
        ),
        place=office.seat,
        applicant=str(values.get("applicant_name") or application.applicant or ""),
    )


def checklist_form(case: Case, checklist: Checklist) -> Letter | None:
    """U.2, step 4.e: the checklist as customer service signed it."""
    if "checklist" not in case.revision.definition.letters:
        return None
    office = the_office()
    content = ChecklistForm(
        letterhead=letterhead(office),
        demo=settings.MUARA_DEMO,
        service=case.process.title,
        company=company_name(case),
        applicant=applicant_name(case, case_values(case)),
        reference=case.application.reference,
        ticks=_ticks(case.process, checklist),
        approved=checklist.approved,
        place=office.seat,
        officer=checklist.signed_by.name,
        officer_nip=checklist.signed_by.nip,
        signed_at=checklist.signed_at,
    )
    return _file(
        case,
        "checklist",
        content,
        step=checklist.task.step_key,
        title=f"Checklist persyaratan {case.application.reference}",
        dated=office_day(checklist.signed_at),
        at=checklist.signed_at,
    )


def first_proof(
    case: Case,
    approval: Checklist | None,
    *,
    step: str,
    by: User,
    at: datetime,
    signature: str = "",
    proxy: Proxy | None = None,
) -> Letter | None:
    """Step 6.b and c: the sheet of the folder, with the number that the file was given.

    `signature` is the picture of what was drawn on the counter's screen; ink leaves it empty. `proxy` is who
    signed at the counter in the applicant's place.
    """
    if "first_proof" not in case.revision.definition.letters:
        return None
    content = replace(
        _first_proof(case, approval, number=case.registration_number or "", at=at, by=by),
        signature_svg=signature,
        proxy=proxy,
    )
    return _file(
        case,
        "first_proof",
        content,
        step=step,
        title=f"Bukti awal proses {case.registration_number}",
        dated=office_day(at),
        at=at,
    )


def first_proof_to_sign(case: Case, approval: Checklist | None, *, at: datetime) -> bytes:
    """Step 6.c before the number is given: number, day, time and officer are blanks for ink."""
    return set_letter(
        source=case.revision.definition.letters["first_proof"],
        content=canonical(_first_proof(case, approval, number="", at=None, by=None)),
        title=f"Bukti awal proses {case.application.reference}",
        dated=office_day(at),
    )


def _first_proof(
    case: Case, approval: Checklist | None, *, number: str, at: datetime | None, by: User | None
) -> FirstProof:
    office, values, on_paper = the_office(), case_values(case), approved_on_paper(case)
    checked: tuple[str, date | None] = ("", None)
    if approval is not None:
        checked = (approval.signed_by.name, approval.signed_at)
    elif on_paper is not None:
        checked = (on_paper.checked_by, on_paper.checked_on)
    return FirstProof(
        letterhead=letterhead(office),
        demo=settings.MUARA_DEMO,
        registration_number=number,
        registered_at=at,
        service=case.process.title,
        applicant=applicant_name(case, values),
        applicant_position=text_of(case, values, "applicant_position"),
        proxy=proxy_of(latest_submission(case)),
        company=company_name(case),
        phone=text_of(case, values, "applicant_phone"),
        email=text_of(case, values, "applicant_email"),
        location=text_of(case, values, "site_address"),
        reference=case.application.reference,
        ticks=_ticks(case.process, approval),
        checked_by=checked[0],
        checked_at=checked[1],
        place=office.seat,
        officer=by.name if by else "",
        officer_nip=by.nip if by else "",
    )


def folder_label(case: Case, *, at: datetime) -> bytes:
    """The folder's label as PDF, set anew each time; its QR leads to the case on an officer's screen."""
    content = FolderLabel(
        letterhead=letterhead(the_office()),
        demo=settings.MUARA_DEMO,
        qr=f"{settings.MUARA_BASE_URL}/meja/berkas/{case.pk}/",
        number=str(case),
        reference=case.application.reference,
        registered_on=case.registered_on,
        service=case.process.title,
        company=company_name(case),
        location=text_of(case, case_values(case), "site_address"),
        archived=str(case.archive_places.current().first() or ""),
    )
    return set_letter(
        source=(LIBRARY / f"{content.template}.typ").read_text(),
        content=canonical(content),
        title=f"Label map {case}",
        dated=office_day(at),
    )


def archive_label(shelf: Sequence[str], rows: Sequence[tuple[str, str]], *, address: str, on: date) -> bytes:
    """The label of a room, cabinet or box (`shelf`: one, two or three names) as PDF, set anew each time."""
    kind, inner = ARCHIVE[len(shelf) - 1]
    content = ArchiveLabel(
        letterhead=letterhead(the_office()),
        demo=settings.MUARA_DEMO,
        qr=f"{settings.MUARA_BASE_URL}{address}",
        kind=kind,
        name=shelf[-1],
        room=shelf[0] if len(shelf) > 1 else "",
        cabinet=shelf[1] if len(shelf) > 2 else "",
        inner=inner,
        rows=tuple(Within(name=name, what=what) for name, what in rows),
        printed_on=on,
    )
    return set_letter(
        source=(LIBRARY / f"{content.template}.typ").read_text(),
        content=canonical(content),
        title=f"Label {kind.lower()} {shelf[-1]}",
        dated=on,
    )


ARCHIVE = (("Ruang", "Lemari"), ("Lemari", "Boks"), ("Boks", "Folder"))


def _kinds(process: Process, *, chosen: str = "") -> tuple[Box, ...]:
    return tuple(Box(label=kind.label, ticked=kind.key == chosen) for kind in process.kinds)


def _ticks(process: Process, checklist: Checklist | None, *, helped: bool = False) -> tuple[Tick, ...]:
    marks = {mark.requirement: mark for mark in checklist.marks.all()} if checklist else {}
    return tuple(
        Tick(
            number=item.number,
            group=GROUPS[item.group],
            title=item.reading,
            help=item.help if helped else "",
            verdict=VERDICTS[ChecklistMark.Verdict(marks[item.number].verdict)]  # type: ignore[arg-type]
            if item.number in marks
            else None,
            reason=marks[item.number].reason if item.number in marks else "",
        )
        for item in process.requirements
    )


def _sections(form: Form, values: Mapping[str, object] | None) -> tuple[QuestionGroup, ...]:
    """The form with the values of a submission; without values, empty."""
    return tuple(
        QuestionGroup(
            title=section.title,
            intro=section.intro,
            questions=tuple(_question(item, values) for item in section.fields),
        )
        for section in form.sections
    )


def _question(item: Field, values: Mapping[str, object] | None) -> Question:
    value = None if values is None else values.get(item.key)
    rows = value if item.kind == "table" and isinstance(value, list) else []
    kind = KINDS.get(item.kind, "line")
    return Question(
        kind=kind,
        label=item.label,
        help=item.help,
        unit=item.unit,
        optional=not item.required,
        answer="" if kind == "table" or value in (None, False) else show(item, value),
        statement=item.statement,
        boxes=tuple(Box(label=choice.label) for choice in item.choices),
        columns=tuple(column.label for column in item.columns),
        rows=tuple(
            tuple(show(column, row.get(column.key)) for column in item.columns)
            for row in rows
            if isinstance(row, Mapping)
        ),
    )


# --- empty, for everybody ------------------------------------------------------------------------------


def _empty_application(revision: Revision) -> ApplicationForm:
    process, office = revision.process, the_office()
    return ApplicationForm(
        letterhead=letterhead(office),
        demo=settings.MUARA_DEMO,
        blank=True,
        service=process.title,
        kinds=_kinds(process),
        sections=_sections(revision.definition.form, None),
        files=tuple(HandedIn(number=item.number, title=item.reading) for item in process.uploads()),
        place=office.seat,
    )


def _empty_checklist(revision: Revision) -> ChecklistForm:
    office = the_office()
    return ChecklistForm(
        letterhead=letterhead(office),
        demo=settings.MUARA_DEMO,
        service=revision.process.title,
        ticks=_ticks(revision.process, None, helped=True),
        place=office.seat,
    )


def _power(kind: type[PowerOfAttorney]) -> Callable[[Revision], PowerOfAttorney]:
    def empty(revision: Revision) -> PowerOfAttorney:
        office = the_office()
        return kind(
            letterhead=letterhead(office),
            demo=settings.MUARA_DEMO,
            service=revision.process.title,
            place=office.seat,
        )

    return empty


def _revision_status(revision: Revision) -> RevisionStatus:
    """FM-SYS-02: the SOP's own page, with the names that it prints."""
    document = revision.definition.document
    return RevisionStatus(
        letterhead=letterhead(the_office()),
        demo=settings.MUARA_DEMO,
        form_code=document.history_form,
        document=document.number,
        document_title=document.title,
        revision=document.revision,
        created=document.created,
        revised=document.revised,
        effective=document.effective,
        history=tuple(
            Revised(
                number=row.number,
                dated=row.printed_date,
                text=row.text,
                revised_by=row.revised_by,
                approved_by=row.approved_by,
            )
            for row in document.history
        ),
        approvals=tuple(
            Approver(role=row.role, name=row.name, position=row.position, dated=row.printed_date)
            for row in document.approvals
        ),
    )


OWN_LABEL = re.compile(r"^jam pelayanan:?\s+", re.IGNORECASE)  # the brochure has this label already


def _brochure(revision: Revision) -> Brochure:
    """M.24: the service on a sheet folded in three, from what the SOP says."""
    process, document, office = revision.process, revision.definition.document, the_office()
    hours = process.step(process.start).limit
    return Brochure(
        letterhead=letterhead(office),
        demo=settings.MUARA_DEMO,
        qr=f"{settings.MUARA_BASE_URL}/layanan/{process.slug}/",
        service=process.title,
        document=f"{document.number} revisi {document.revision}",
        notice=process.notice,
        promise=f"{process.promise_days} hari kerja sejak rekomendasi teknis diterima"
        if process.doing("review")
        else f"{process.promise_days} hari kerja",
        validity=f"{process.validity_years} tahun",
        documents=tuple(
            Described(title=item.reading, text=item.help)
            for item in process.requirements
            if item.group == "document" and item.covered_by is None
        ),
        obligations=tuple(item.reading for item in process.requirements if item.group == "obligation"),
        phases=tuple(Described(title=phase.title, text=phase.text) for phase in phases(process)),
        hours=OWN_LABEL.sub("", hours.printed) if hours else "",
    )


EMPTY: Mapping[str, Callable[[Revision], Content]] = {
    "application_form": _empty_application,
    "checklist": _empty_checklist,
    "power_to_sign": _power(PowerToSign),
    "power_to_handle": _power(PowerToHandle),
    "revision_status": _revision_status,
    "brochure": _brochure,
}


def empty_form(revision: Revision, form: PrintedForm, *, at: datetime) -> Letter:
    """An empty form, set once for as long as neither its template nor what it says changes."""
    content = EMPTY[form.letter](revision)
    template = keep_template(name=form.letter, source=revision.definition.letters[form.letter])
    kept = Letter.objects.filter(template=template, content_sha256=digest_of(content), filed=None)
    letter = kept.select_related("template", "rendered").first() or compose(
        template=template,
        content=content,
        title=f"{form.title}: {revision.process.title}",
        dated=revision.process.effective,
        at=at,
    )
    pdf(letter)
    return letter
