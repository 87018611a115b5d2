"""Resumable uploads by the tus protocol 1.0.0 (core, creation, expiration, termination), at /unggah/."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from functools import wraps
from typing import IO, cast

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import http_date
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from muara.cases.actions import NotYours, Refused
from muara.cases.models import Application, Upload
from muara.documents import partial
from muara.documents.uploads import UploadRefused
from muara.steps.actions import uploading
from muara.web.files import person

PROTOCOL = "1.0.0"
PIECE = "application/offset+octet-stream"
View = Callable[..., HttpResponse]
# What a person is told, in the answer's body; the status tells the program.
SAID: dict[type[Exception], tuple[int, str]] = {
    NotYours: (404, "Unggahan ini tidak ada atau sudah kedaluwarsa. Mulai dari awal."),
    uploading.WrongOffset: (409, "Bagian berkas ini tidak bersambung. Unggahan dilanjutkan dari yang ada."),
    uploading.FileChanged: (412, uploading.CHANGED),
    partial.Lost: (410, "Bagian yang sudah diunggah tidak ada lagi. Mulai dari awal."),
    partial.Busy: (423, "Bagian lain dari berkas ini sedang diterima. Coba lagi sebentar lagi."),
}


def _tus(view: View) -> View:
    """Speak the protocol: its version on every answer, refusals as statuses with a sentence."""

    @never_cache
    @wraps(view)
    def guarded(request: HttpRequest, **named: object) -> HttpResponse:
        if not request.user.is_authenticated:
            answer = _said(
                401, "Sesi Anda berakhir. Masuk kembali, lalu pilih berkas yang sama untuk melanjutkan."
            )
        elif request.method != "OPTIONS" and request.headers.get("Tus-Resumable") != PROTOCOL:
            answer = _said(412, "Versi protokol tus tidak dikenal.")
            answer["Tus-Version"] = PROTOCOL
        else:
            try:
                answer = view(request, **named)
            except tuple(SAID) as problem:
                answer = _said(*SAID[type(problem)])
            except uploading.TooBig as refusal:
                answer = _said(413, refusal.message)
            except (Refused, UploadRefused) as refusal:
                answer = _said(422, refusal.message)
        answer["Tus-Resumable"] = PROTOCOL
        return answer

    return guarded


def _said(status: int, sentence: str) -> HttpResponse:
    return HttpResponse(sentence, status=status, content_type="text/plain; charset=utf-8")


@require_http_methods(["OPTIONS", "POST"])
@_tus
def begin(request: HttpRequest) -> HttpResponse:
    """OPTIONS: what this server speaks. POST: announce a file and get its address."""
    if request.method == "OPTIONS":
        answer = HttpResponse(status=204)
        answer["Tus-Version"], answer["Tus-Extension"] = PROTOCOL, "creation,expiration,termination"
        answer["Tus-Max-Size"] = str(settings.MUARA_RESUMABLE_LIMIT)
        return answer
    told, length = _metadata(request.headers.get("Upload-Metadata", "")), _number(request, "Upload-Length")
    if told is None or length is None or not told.get("requirement", "").isdecimal():
        return _said(400, "Permintaan unggahan ini tidak lengkap. Muat ulang halaman, lalu coba lagi.")
    if length == 0:
        return _said(422, "Berkas ini kosong (0 bita). Pilih berkas yang benar.")
    application = Application.objects.filter(reference=told.get("application", "")).first()
    if application is None:
        raise NotYours
    upload = uploading.begin_upload(
        application,
        requirement=int(told["requirement"][:4]),
        filename=told.get("filename", "").replace("\x00", "")[:200],
        length=length,
        fingerprint=told.get("fingerprint", "")[:40],
        by=person(request),
        at=timezone.now(),
    )
    answer = HttpResponse(status=201)
    answer["Location"] = reverse("upload_piece", args=[upload.key])
    return _expiring(answer, upload)


@require_http_methods(["HEAD", "PATCH", "DELETE"])
@_tus
def piece(request: HttpRequest, key: str) -> HttpResponse:
    """HEAD: how far it is. PATCH: the next piece. DELETE: give it up."""
    user, now = person(request), timezone.now()
    upload = uploading.upload_of(key, by=user, at=now)
    if request.method == "DELETE":
        uploading.cancel(upload)
        return HttpResponse(status=204)
    if request.method == "PATCH":
        offset = _number(request, "Upload-Offset")
        if request.content_type != PIECE or offset is None:
            return _said(415, f"Bagian berkas dikirim sebagai {PIECE} dengan Upload-Offset.")
        upload = uploading.receive(
            upload,
            offset=offset,
            stream=cast("IO[bytes]", request),
            fingerprint=request.headers.get("Upload-Fingerprint", ""),
            by=user,
            at=now,
        )
        if upload.attachment:
            messages.success(request, f"Berkas “{upload.attachment.filename}” sudah diterima.")
    answer = HttpResponse(status=204 if request.method == "PATCH" else 200)
    answer["Upload-Offset"], answer["Upload-Length"] = str(upload.received), str(upload.length)
    return _expiring(answer, upload)


def _expiring(answer: HttpResponse, upload: Upload) -> HttpResponse:
    answer["Upload-Expires"] = http_date(upload.expires_at.timestamp())
    return answer


def _number(request: HttpRequest, header: str) -> int | None:
    text = request.headers.get(header, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 16 else None


def _metadata(header: str) -> dict[str, str] | None:
    """Read Upload-Metadata: keys with values in base64, parted by commas; None where that cannot be read."""
    told = {}
    for pair in header.split(","):
        key, _, value = pair.strip().partition(" ")
        try:
            told[key] = base64.b64decode(value, validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            return None
    return told
