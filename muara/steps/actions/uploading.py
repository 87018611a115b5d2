"""Handing in a big file piece by piece, over a line that breaks (SOP step 3)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import IO

from django.conf import settings
from django.db import transaction
from django.db.models import Sum

from muara.cases.actions import NotYours, Refused
from muara.cases.models import Application, Upload
from muara.cases.rules import Doing, may_act_as_applicant
from muara.documents import partial
from muara.documents.uploads import UploadRefused, accept_file, readable_size
from muara.people.models import User
from muara.steps.actions import filing

KEPT = timedelta(days=7)  # after the last piece
CHANGED = (
    "Berkas ini berbeda dari yang mulai diunggah: isi atau ukurannya berubah. "
    "Pilih berkas yang semula, atau batalkan unggahan itu dan mulai dari awal."
)


class WrongOffset(Exception):
    """The piece does not begin where the file ends."""


class TooBig(Refused):
    """The file is larger than may be handed in, or all files together are."""


class FileChanged(Exception):
    """The piece is of another file than the one that was begun."""


def begin_upload(
    application: Application,
    *,
    requirement: int,
    filename: str,
    length: int,
    fingerprint: str,
    by: User,
    at: datetime,
) -> Upload:
    """Announce a file of `length` bytes for a requirement.

    Raises:
        NotYours: another's application. Refused: not now. TooBig: no room for it.
    """
    filing.demand_change(application, by=by, at=at)
    if not any(item.number == requirement for item in application.revision.process.uploads()):
        raise Refused("Persyaratan ini tidak memerlukan berkas.")
    if length > settings.MUARA_RESUMABLE_LIMIT:
        limit = readable_size(settings.MUARA_RESUMABLE_LIMIT)
        raise TooBig(f"Berkas ini lebih besar dari {limit}. Perkecil atau bagi, lalu unggah kembali.")
    waiting = Upload.objects.filter(owner=by, attachment=None, expires_at__gt=at)
    announced = waiting.aggregate(size=Sum("length"))["size"] or 0
    held = application.attachments.filter(withdrawn_at=None).aggregate(size=Sum("blob__size"))["size"] or 0
    if held + announced + length > settings.MUARA_APPLICATION_QUOTA:
        raise TooBig(
            "Semua berkas permohonan ini terlalu besar. Tarik atau perkecil salah satunya, atau batalkan "
            "unggahan yang belum selesai."
        )
    upload = Upload.objects.create(
        application=application,
        owner=by,
        requirement=requirement,
        filename=filename,
        length=length,
        fingerprint=fingerprint,
        created_at=at,
        expires_at=at + KEPT,
    )
    partial.begin(upload.key)
    return upload


def upload_of(key: str, *, by: User, at: datetime) -> Upload:
    """Find an upload of one's own that has not expired; raises NotYours, whatever the reason."""
    found = Upload.objects.select_related("application").filter(key=key, owner=by, expires_at__gt=at).first()
    if found is None or not may_act_as_applicant(by, found.application, at=at, doing=Doing.FILL):
        raise NotYours
    return found


def receive(
    upload: Upload, *, offset: int, stream: IO[bytes], fingerprint: str, by: User, at: datetime
) -> Upload:
    """Append a piece; the last one is checked, stored and attached as any file handed in.

    No transaction is open while the piece comes in: the line may be slow. What was promised (`received`)
    only grows once it is durable.

    Raises:
        WrongOffset, FileChanged, partial.Busy, partial.Lost. Refused: not now.
        UploadRefused: the whole file cannot be taken; nothing of it stays.
    """
    if fingerprint and upload.fingerprint and fingerprint != upload.fingerprint:
        raise FileChanged
    filing.demand_change(upload.application, by=by, at=at)
    if offset != upload.received:
        raise WrongOffset
    with (
        partial.spooled(stream, room=upload.length - offset) as piece,
        partial.locked(upload.key) as file,
    ):
        upload.refresh_from_db(fields=["received"])
        if offset != upload.received:  # another piece came in meanwhile
            raise WrongOffset
        reached = partial.append(file, piece, offset=offset)
        if reached == upload.length:
            if upload.fingerprint not in {"", partial.fingerprint(file, size=upload.length)}:
                _discard(upload)
                raise UploadRefused(CHANGED)
            _take(upload, by=by, at=at)
        else:
            _promise(upload, reached, at=at)
    return upload


def _take(upload: Upload, *, by: User, at: datetime) -> None:
    try:
        accepted = accept_file(
            partial.path_of(upload.key), name=upload.filename, at=at, limit=settings.MUARA_RESUMABLE_LIMIT
        )
        with transaction.atomic():
            upload.attachment = filing.attach(
                upload.application, requirement=upload.requirement, accepted=accepted, by=by, at=at
            )
            _promise(upload, upload.length, at=at)
    except (UploadRefused, Refused):
        _discard(upload)
        raise
    partial.drop(upload.key)  # still there when the store held the same bytes already


def _promise(upload: Upload, reached: int, *, at: datetime) -> None:
    upload.received, upload.expires_at = reached, at + KEPT
    upload.save(update_fields=["received", "attachment", "expires_at"])


def cancel(upload: Upload) -> None:
    """Give up an upload that is not finished; what is attached stays."""
    if upload.attachment_id is None:
        _discard(upload)


def _discard(upload: Upload) -> None:
    Upload.objects.filter(pk=upload.pk).delete()
    partial.drop(upload.key)


def clean_up(*, at: datetime) -> Iterator[Upload]:
    """Forget uploads that nobody went on with, and the files that a crash left behind."""
    for upload in Upload.objects.filter(expires_at__lte=at):
        _discard(upload)
        yield upload
    for key in partial.forgotten(before=(at - KEPT).timestamp()):
        if not Upload.objects.filter(key=key).exists():
            partial.drop(key)
