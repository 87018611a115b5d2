"""Files and letters, each through the permission of whoever owns it; a foreign one is not there (404)."""

from __future__ import annotations

from datetime import datetime
from typing import Any, TypeVar

from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_safe

from muara.cases.models import (
    Attachment,
    CareActivity,
    Case,
    CaseLetter,
    EarlyEnd,
    ElectronicDecree,
    Handover,
    Meeting,
    PaperDocument,
    PowerOfAttorney,
    Recommendation,
    Referral,
    SiteVisit,
    Submission,
    VisitPhoto,
)
from muara.cases.queries import submitted
from muara.cases.rules import Doing, is_on_applicants_side, may_act_as_applicant, may_read_power
from muara.compliance.models import Certificate, Discharge
from muara.contacts.models import NoticeLetter
from muara.documents import letters
from muara.documents.models import Blob, Letter
from muara.documents.pictures import NoPicture, page_picture
from muara.documents.store import SHA256, BlobStore
from muara.documents.uploads import PDF, PREFERRED, safe_name
from muara.people.models import User, office_day
from muara.permits.models import LaterDecision, Permit, Refusal, Series
from muara.permits.queries import register_years
from muara.records.rules import reads_registers
from muara.records.searching import letters_for
from muara.steps import letters as case_letters
from muara.steps.actions.drafting import latest_draft
from muara.steps.actions.registration import cs_approval
from muara.steps.actions.unreached import may_tell
from muara.steps.letters import issuance as issuance_letters
from muara.steps.letters.forms import empty_form, first_proof_to_sign
from muara.steps.letters.forms import folder_label as print_label
from muara.steps.letters.review import summary_pdf
from muara.steps.letters.sop import public_book
from muara.web.public import revision_by_slug
from muara.web.seen import FILE, saw_case, saw_power

Answer = TypeVar("Answer", bound=HttpResponseBase)
# A stranger's file never runs in our origin, and is never shown by the browser itself.
STRANGE = "sandbox; default-src 'none'"
# Our own PDF: the browser's reader may show it, and it may load nothing.
OWN = "default-src 'none'; frame-ancestors 'none'"
PICTURE = "default-src 'none'"
# Letters that tell the NIK, or how a person is reached.
TELLS_PERSONS = frozenset({"application_form", "handover_receipt"})


@login_required
@require_safe
def attachment(request: HttpRequest, pk: int) -> HttpResponseBase:
    found = _attachment(request, pk)
    return original(found.blob, found.filename)


@login_required
@require_safe
def attachment_page(request: HttpRequest, pk: int, page: int) -> HttpResponse:
    return _picture(_attachment(request, pk).blob, page)


@login_required
@require_safe
def letter(request: HttpRequest, pk: int) -> HttpResponseBase:
    found = _letter(request, pk).letter
    blob = letters.pdf(found)
    answer = FileResponse(
        BlobStore().open(blob.sha256), filename=file_name(found.title), content_type=blob.media_type
    )
    return guarded(answer, policy=OWN)


@login_required
@require_safe
def notice_on_paper(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The letter of a notice that reached nobody: customer service prints and posts it."""
    me, at = person(request), timezone.now()
    found = NoticeLetter.objects.select_related("letter", "case__application").filter(pk=pk).first()
    if found is None or not may_tell(me, found.case, at=at):
        raise Http404
    blob = letters.pdf(found.letter)
    answer = FileResponse(
        BlobStore().open(blob.sha256), filename=file_name(found.letter.title), content_type=blob.media_type
    )
    return guarded(answer, policy=OWN)


@login_required
@require_safe
def letter_page(request: HttpRequest, pk: int, page: int) -> HttpResponse:
    """A letter's page as a picture: heads read drafts on a tablet."""
    return _picture(letters.pdf(_letter(request, pk).letter), page)


@login_required
@require_safe
def scan(request: HttpRequest, case: int, sha256: str) -> HttpResponseBase:
    blob = _scan(request, case, sha256)
    return original(blob, f"pindaian-{sha256[:12]}{PREFERRED.get(blob.media_type, '')}")


@login_required
@require_safe
def scan_page(request: HttpRequest, case: int, sha256: str, page: int) -> HttpResponse:
    return _picture(_scan(request, case, sha256), page)


@login_required
@require_safe
def power_letter(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The signed letter of a power of attorney."""
    found = PowerOfAttorney.objects.select_related("scan", "application").filter(pk=pk).first()
    if found is None or not may_read_power(person(request), found, at=timezone.now()):
        raise Http404
    saw_power(person(request), found, at=timezone.now())
    return original(found.scan, f"surat-kuasa-{found.pk}{PREFERRED.get(found.scan.media_type, '')}")


@login_required
@require_safe
def certificate(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The PDF that proves a laboratory's results, for the permit holder's people."""
    mine = Discharge.objects.of_holder(person(request), on=office_day(timezone.now()))
    found = Certificate.objects.select_related("blob").filter(pk=pk, discharge__in=mine).first()
    if found is None:
        raise Http404
    return original(found.blob, found.filename)


@login_required
@require_safe
def control_sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """Set the control sheet as it stands now; nothing is kept of it."""
    at = timezone.now()
    case = _case(request, pk, at=at)
    if is_on_applicants_side(person(request), case.application):
        raise Http404
    sheet = case_letters.control_sheet(case, at=at)
    return pdf_answer(sheet, file_name(f"Lembar pengendali proses {case}"))


@login_required
@require_safe
def case_summary(request: HttpRequest, pk: int) -> HttpResponse:
    """Step 15: the one page for the head of the office, as things stand now."""
    at = timezone.now()
    case = _case(request, pk, at=at)
    draft = latest_draft(case)
    if draft is None or is_on_applicants_side(person(request), case.application):
        raise Http404
    return pdf_answer(summary_pdf(case, draft, at=at), file_name(f"Ringkasan {case}"))


@login_required
@require_safe
def first_proof(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Step 6.c: the sheet to sign before the number is given; once it is, the one filed with it."""
    at = timezone.now()
    case = _case(request, pk, at=at)
    if is_on_applicants_side(person(request), case.application):
        raise Http404
    if filed := case.letters.filter(kind="first_proof").first():
        return redirect("letter", filed.letter_id)
    if "first_proof" not in case.revision.definition.letters:
        raise Http404
    sheet = first_proof_to_sign(case, cs_approval(case), at=at)
    return pdf_answer(sheet, file_name(f"Bukti awal proses {case}"))


@require_safe
def form(request: HttpRequest, slug: str, code: str) -> HttpResponseBase:
    """An empty form of a service, for everybody."""
    at = timezone.now()
    found = revision_by_slug(slug, on=office_day(at))
    wanted = next((item for item in found.process.forms if item.empty and item.code == code), None)
    if wanted is None:
        raise Http404
    return _for_everybody(empty_form(found, wanted, at=at))


@require_safe
def sop_book(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The SOP in force on paper, as an uncontrolled copy, for everybody."""
    at = timezone.now()
    return _for_everybody(public_book(revision_by_slug(slug, on=office_day(at)), at=at))


@login_required
@require_safe
def folder_label(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The label of the case's folder, for officials."""
    at = timezone.now()
    case = _case(request, pk, at=at)
    if is_on_applicants_side(person(request), case.application):
        raise Http404
    return pdf_answer(print_label(case, at=at), file_name(f"Label map {case}"))


@login_required
@require_safe
def number_register(request: HttpRequest, service: str, key: str, year: int) -> HttpResponse:
    """F25: the register of one year, for people of the issuing office; set anew, nothing is kept of it."""
    at = timezone.now()
    series = Series.objects.filter(service=service, key=key).first()
    if series is None or year not in register_years(series) or not reads_registers(person(request), at=at):
        raise Http404
    content = issuance_letters.number_register(series, year=year, at=at)
    return pdf_answer(content, file_name(f"Register {series.label} {year}"))


def person(request: HttpRequest) -> User:
    """The signed-in person, behind `login_required`."""
    assert isinstance(request.user, User)
    return request.user


def _attachment(request: HttpRequest, pk: int) -> Attachment:
    """An applicant reads all their own files; officers read what was handed in."""
    me, at = person(request), timezone.now()
    found = Attachment.objects.select_related("blob", "application").filter(pk=pk).first()
    if found is None:
        raise Http404
    if may_act_as_applicant(me, found.application, at=at, doing=Doing.SEE):
        return found
    if not Case.objects.visible_to(me, at=at).filter(application=found.application_id).exists():
        raise Http404
    if not _was_handed_in(found):
        raise Http404
    case = found.application.case
    if case.process.requirement(found.requirement).personal:
        saw_case(me, case, place=f"lampiran/{found.pk}", what=found.filename[:160], at=at, kind=FILE)
    return found


def _was_handed_in(found: Attachment) -> bool:
    return any(
        row["attachment"] == found.pk
        for submission in found.application.submissions.all()
        for row in submitted(submission)["files"]  # type: ignore[attr-defined]
    )


def _case(request: HttpRequest, pk: int, *, at: datetime) -> Case:
    seen = Case.objects.visible_to(person(request), at=at)
    found = seen.select_related("application__company", "revision").filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _letter(request: HttpRequest, pk: int) -> CaseLetter:
    readable = letters_for(person(request), at=timezone.now())
    filed = readable.select_related("letter__template", "letter__rendered", "case__application")
    found = filed.filter(letter__pk=pk).first()
    if found is None:
        raise Http404
    if found.kind in TELLS_PERSONS:
        what = found.letter.title[:160]
        saw_case(person(request), found.case, place=f"surat/{pk}", what=what, at=timezone.now(), kind=FILE)
    return found


def _scan(request: HttpRequest, pk: int, sha256: str) -> Blob:
    """A scanned paper of this very case; the applicant reads only the issued decision."""
    if not SHA256.fullmatch(sha256):
        raise Http404
    me, at = person(request), timezone.now()
    case = _case(request, pk, at=at)
    held: list[QuerySet[Any]] = [
        register.objects.filter(case=case, scan__sha256=sha256) for register in (Permit, Refusal)
    ]
    later = LaterDecision.objects.filter(permit__case=case)
    held.append(later.filter(scan__sha256=sha256))
    if not is_on_applicants_side(me, case.application):
        # What comes from persons: a power, what they signed or showed. Opening it is kept.
        theirs: list[QuerySet[Any]] = [
            PaperDocument.objects.filter(case=case, blob__sha256=sha256),
            PowerOfAttorney.objects.covering(case.application).filter(scan__sha256=sha256),
            Handover.objects.filter(case=case, sending_proof__sha256=sha256),
            Handover.objects.filter(case=case, receipt_scan__sha256=sha256),
            Submission.objects.filter(application=case.application_id, proof__sha256=sha256),
            EarlyEnd.objects.filter(case=case, proof__sha256=sha256),
        ]
        if any(rows.exists() for rows in theirs):
            what = "pindaian dari pemohon: surat kuasa, tanda terima, atau naskah bertanda tangan"
            saw_case(me, case, place=f"pindaian/{sha256}", what=what, at=at, kind=FILE)
            return Blob.objects.get(sha256=sha256)
        held += [
            later.filter(evidence__sha256=sha256),
            later.filter(delivery__proof__sha256=sha256),
            ElectronicDecree.objects.filter(draft__case=case, sealed__sha256=sha256),
            Referral.objects.filter(case=case, receipt_scan__sha256=sha256),
            Recommendation.objects.filter(referral__case=case, scan__sha256=sha256),
            Meeting.objects.filter(task__case=case, scan__sha256=sha256),
            Meeting.objects.filter(task__case=case, opinion_scan__sha256=sha256),
            CareActivity.objects.filter(case=case, scan__sha256=sha256),
            SiteVisit.objects.filter(referral__case=case, signed_record__sha256=sha256),
            VisitPhoto.objects.filter(visit__referral__case=case, blob__sha256=sha256),
        ]
    if not any(rows.exists() for rows in held):
        raise Http404
    return Blob.objects.get(sha256=sha256)


def original(blob: Blob, filename: str) -> FileResponse:
    answer = FileResponse(
        BlobStore().open(blob.sha256), as_attachment=True, filename=filename, content_type=blob.media_type
    )
    return guarded(answer, policy=STRANGE)


def _picture(blob: Blob, page: int) -> HttpResponse:
    if not 1 <= page <= (blob.pages or 1):
        raise Http404
    try:
        png = page_picture(blob, page)
    except NoPicture:
        raise Http404 from None
    return guarded(HttpResponse(png, content_type="image/png"), policy=PICTURE, seconds=3600)


def _for_everybody(letter: Letter) -> HttpResponseBase:
    blob = letters.pdf(letter)
    answer = FileResponse(
        BlobStore().open(blob.sha256), filename=file_name(letter.title), content_type=blob.media_type
    )
    guarded(answer, policy=OWN)
    answer["Cache-Control"] = "public, max-age=3600"
    return answer


def pdf_answer(content: bytes, name: str) -> HttpResponse:
    """Answer with a PDF that was set just now, for the browser's reader."""
    answer = HttpResponse(content, content_type=PDF)
    answer["Content-Disposition"] = f'inline; filename="{name}"'
    return guarded(answer, policy=OWN)


def guarded(answer: Answer, *, policy: str, seconds: int = 0) -> Answer:
    answer["Content-Security-Policy"] = policy
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = f"private, max-age={seconds}" if seconds else "private, no-store"
    return answer


def file_name(title: str) -> str:
    """Name a letter's file: "Tanda terima LHP/2026/0001" becomes "Tanda terima LHP-2026-0001.pdf"."""
    ascii_only = title.replace("/", "-").encode("ascii", "ignore").decode().strip()
    return safe_name(f"{ascii_only or 'surat'}.pdf", PDF)
