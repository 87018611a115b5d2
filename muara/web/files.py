"""Files and letters, each through the permission of whoever owns it; a foreign one is not there (404)."""

from __future__ import annotations

from datetime import datetime
from typing import Any, TypeVar

from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone
from django.views.decorators.http import require_safe

from muara.cases.models import (
    Attachment,
    Case,
    CaseLetter,
    EarlyEnd,
    Meeting,
    Recommendation,
    Referral,
    Submission,
)
from muara.cases.queries import submitted
from muara.cases.rules import is_applicant_of, may_act_as_applicant
from muara.documents import letters
from muara.documents.models import Blob
from muara.documents.pictures import NoPicture, page_picture
from muara.documents.store import SHA256, BlobStore
from muara.documents.uploads import PDF, PREFERRED, safe_name
from muara.people.models import User
from muara.permits.models import Permit
from muara.steps import letters as case_letters

Answer = TypeVar("Answer", bound=HttpResponseBase)
# A stranger's file never runs in our origin, and is never shown by the browser itself.
STRANGE = "sandbox; default-src 'none'"
# Our own PDF: the browser's reader may show it, and it may load nothing.
OWN = "default-src 'none'; frame-ancestors 'none'"
PICTURE = "default-src 'none'"
# What an applicant takes home; cover letters, drafts and minutes stay in the office until issue.
FOR_APPLICANTS = frozenset({"receipt", "handover_receipt", "correction_request", "ending_notice"})


@login_required
@require_safe
def attachment(request: HttpRequest, pk: int) -> HttpResponseBase:
    found = _attachment(request, pk)
    return _original(found.blob, found.filename)


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
    return _guarded(answer, policy=OWN)


@login_required
@require_safe
def letter_page(request: HttpRequest, pk: int, page: int) -> HttpResponse:
    """A letter's page as a picture: heads read drafts on a tablet."""
    return _picture(letters.pdf(_letter(request, pk).letter), page)


@login_required
@require_safe
def scan(request: HttpRequest, case: int, sha256: str) -> HttpResponseBase:
    blob = _scan(request, case, sha256)
    return _original(blob, f"pindaian-{sha256[:12]}{PREFERRED.get(blob.media_type, '')}")


@login_required
@require_safe
def scan_page(request: HttpRequest, case: int, sha256: str, page: int) -> HttpResponse:
    return _picture(_scan(request, case, sha256), page)


@login_required
@require_safe
def control_sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """Set the control sheet as it stands now; nothing is kept of it."""
    at = timezone.now()
    case = _case(request, pk, at=at)
    if is_applicant_of(person(request), case.application):
        raise Http404
    answer = HttpResponse(case_letters.control_sheet(case, at=at), content_type=PDF)
    name = file_name(f"Lembar pengendali proses {case}")
    answer["Content-Disposition"] = f'inline; filename="{name}"'
    return _guarded(answer, policy=OWN)


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
    if may_act_as_applicant(me, found.application, at=at):
        return found
    if not Case.objects.visible_to(me, at=at).filter(application=found.application_id).exists():
        raise Http404
    if not _was_handed_in(found):
        raise Http404
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
    me = person(request)
    filed = CaseLetter.objects.select_related("letter__template", "letter__rendered", "case__application")
    found = filed.filter(letter__pk=pk, case__in=Case.objects.visible_to(me, at=timezone.now())).first()
    if found is None:
        raise Http404
    if found.kind in FOR_APPLICANTS or not is_applicant_of(me, found.case.application):
        return found
    if not _is_their_permit(found):
        raise Http404
    return found


def _is_their_permit(filed: CaseLetter) -> bool:
    """Copy 2 of the draft that became the permit (SOP step 11.b), once it is issued."""
    return Permit.objects.filter(
        case=filed.case_id,
        scan__isnull=False,
        draft__copies__number=2,
        draft__copies__letter=filed.letter_id,
    ).exists()


def _scan(request: HttpRequest, pk: int, sha256: str) -> Blob:
    """A scanned paper of this very case; the applicant reads only the issued permit."""
    if not SHA256.fullmatch(sha256):
        raise Http404
    case = _case(request, pk, at=timezone.now())
    held: list[QuerySet[Any]] = [Permit.objects.filter(case=case, scan__sha256=sha256)]
    if not is_applicant_of(person(request), case.application):
        held += [
            Referral.objects.filter(case=case, receipt_scan__sha256=sha256),
            Recommendation.objects.filter(referral__case=case, scan__sha256=sha256),
            Meeting.objects.filter(task__case=case, scan__sha256=sha256),
            Submission.objects.filter(application=case.application_id, proof__sha256=sha256),
            EarlyEnd.objects.filter(case=case, proof__sha256=sha256),
        ]
    if not any(rows.exists() for rows in held):
        raise Http404
    return Blob.objects.get(sha256=sha256)


def _original(blob: Blob, filename: str) -> FileResponse:
    answer = FileResponse(
        BlobStore().open(blob.sha256), as_attachment=True, filename=filename, content_type=blob.media_type
    )
    return _guarded(answer, policy=STRANGE)


def _picture(blob: Blob, page: int) -> HttpResponse:
    if not 1 <= page <= (blob.pages or 1):
        raise Http404
    try:
        png = page_picture(blob, page)
    except NoPicture:
        raise Http404 from None
    return _guarded(HttpResponse(png, content_type="image/png"), policy=PICTURE, seconds=3600)


def _guarded(answer: Answer, *, policy: str, seconds: int = 0) -> Answer:
    answer["Content-Security-Policy"] = policy
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = f"private, max-age={seconds}" if seconds else "private, no-store"
    return answer


def file_name(title: str) -> str:
    """Name a letter's file: "Tanda terima LHP/2026/0001" becomes "Tanda terima LHP-2026-0001.pdf"."""
    ascii_only = title.replace("/", "-").encode("ascii", "ignore").decode().strip()
    return safe_name(f"{ascii_only or 'surat'}.pdf", PDF)
