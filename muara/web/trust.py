"""What a stranger needs to check us: public keys, checkpoints to keep, the verifier, a page for QR codes."""

from __future__ import annotations

import hashlib
import io
import tempfile
import zipfile
from datetime import datetime
from pathlib import Path

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from muara.audit import checkpoints, muara_verify
from muara.audit.keys import CHECKPOINT, PERMIT, NoKey, UnsafeKey, public_keys
from muara.cases.models import Case
from muara.cases.rules import may_archive
from muara.documents.models import Certificate
from muara.documents.signing import published
from muara.people.models import User
from muara.people.queries import issuing_office
from muara.people.rules import AUDITOR
from muara.records.dossiers import export_dossier
from muara.web.files import person

OFFLINE = Path(__file__).resolve().parent / "offline"
PARTS = {  # of the page that checks a QR, which works from a disk too
    "periksa-qr.html": "text/html; charset=utf-8",
    "periksa-qr.css": "text/css; charset=utf-8",
    "periksa-qr.js": "text/javascript; charset=utf-8",
}
USES = {CHECKPOINT: "titik periksa dan ekspor", PERMIT: "QR pada surat izin"}
VERIFIER = Path(muara_verify.__file__)
RECENT = 10


@require_safe
def public_keys_page(request: HttpRequest) -> HttpResponse:
    """The office's public keys, its last checkpoints, and how to keep one for yourself."""
    keys = [
        {
            "key": key,
            "use": USES[key.use],
            "since": datetime.fromisoformat(key.since),
            "until": datetime.fromisoformat(key.until) if key.until else None,
        }
        for key in reversed(public_keys())
    ]
    at = timezone.now()
    certificates = [(row, row.standing(at)) for row in Certificate.objects.all()]
    newest = checkpoints.latest()
    first = max(1, newest.number - RECENT + 1) if newest else 1
    recent = reversed(list(checkpoints.checkpoints(first))) if newest else []
    verifier_digest = hashlib.sha256(VERIFIER.read_bytes()).hexdigest()
    return render(
        request,
        "public/keys.html",
        {
            "keys": keys,
            "certificates": certificates,
            "newest": newest,
            "recent": recent,
            "verifier": verifier_digest,
        },
    )


@require_safe
def public_keys_file(request: HttpRequest) -> HttpResponse:
    """Every public key and certificate there ever was, to keep."""
    return _taken(_published().encode(), "kunci-publik.json", "application/json")


def _published() -> str:
    office = issuing_office()
    return published.public_keys(office=office.name if office else "", at=timezone.now())


@require_safe
def latest_checkpoint(request: HttpRequest) -> HttpResponse:
    return _checkpoint(checkpoints.latest())


@require_safe
def public_checkpoint(request: HttpRequest, number: int) -> HttpResponse:
    try:
        return _checkpoint(checkpoints.read(number))
    except (FileNotFoundError, OverflowError, ValueError):
        raise Http404 from None


def _checkpoint(found: checkpoints.Checkpoint | None) -> HttpResponse:
    """The signed body; the names of chains stay here."""
    if found is None:
        raise Http404
    return _taken(found.public.encode(), f"titik-periksa-{found.number}.json", "application/json")


@require_safe
def verifier(request: HttpRequest) -> HttpResponse:
    return _taken(VERIFIER.read_bytes(), "muara-verify.py", "text/x-python; charset=utf-8")


@require_safe
def qr_check(request: HttpRequest) -> HttpResponse:
    """The page that checks a QR in the browser; a file of its own, since it is meant to be kept."""
    return HttpResponse((OFFLINE / "periksa-qr.html").read_bytes(), content_type=PARTS["periksa-qr.html"])


@require_safe
def qr_check_part(request: HttpRequest, name: str) -> HttpResponse:
    if name not in PARTS:
        raise Http404
    return HttpResponse((OFFLINE / name).read_bytes(), content_type=PARTS[name])


@require_safe
def qr_check_kit(request: HttpRequest) -> HttpResponse:
    """The page, its parts and the public keys in one ZIP, to be opened from a disk."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as kit:
        for name in PARTS:
            kit.write(OFFLINE / name, f"periksa-qr/{name}")
        kit.writestr("periksa-qr/kunci-publik.json", _published())
    return _taken(buffer.getvalue(), "periksa-qr.zip", "application/zip")


def may_take_dossier(user: User, case: Case, *, at: datetime) -> bool:
    """The auditor, and of a closed case whoever keeps the archive; where there is a key to sign with."""
    return (AUDITOR in user.actors(at) or may_archive(user, case, at=at)) and bool(public_keys())


def dossier_of(request: HttpRequest, pk: int) -> tuple[Case, datetime]:
    """The case whose dossier is asked for, and the moment; 404 unless the person may take it."""
    me, at = person(request), timezone.now()
    rows = Case.objects.visible_to(me, at=at).select_related("application__company", "revision")
    found = rows.filter(pk=pk).first()
    if found is None or not may_take_dossier(me, found, at=at):
        raise Http404
    return found, at


@login_required
@require_safe
def case_dossier(request: HttpRequest, pk: int) -> HttpResponseBase:
    """A case's chain, its checkpoints and all its documents as a ZIP for `muara-verify`."""
    found, at = dossier_of(request, pk)
    file = tempfile.TemporaryFile()  # noqa: SIM115  the answer closes it when it was read
    try:
        export_dossier(file, found, at=at)
    except (NoKey, UnsafeKey):
        file.close()
        raise Http404 from None
    file.seek(0)
    answer = FileResponse(
        file, as_attachment=True, filename=f"bukti-berkas-{pk}.zip", content_type="application/zip"
    )
    answer["Cache-Control"] = "private, no-store"
    return answer


def _taken(content: bytes, name: str, media_type: str) -> HttpResponse:
    answer = HttpResponse(content, content_type=media_type)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
