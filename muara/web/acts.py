"""Between a form on a page and an act: the server-issued key, the body's digest, what came of it."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Mapping
from datetime import datetime
from enum import Enum
from typing import Any

from django import forms
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from muara.audit.chains import canonical
from muara.audit.models import Entry
from muara.cases.actions import AlreadyDone, NotYours, ProofWanted, Refused, Stale, Stamp
from muara.cases.models import Task, UnfinishedWork
from muara.documents.uploads import UploadRefused
from muara.people.models import User
from muara.web.second_factor import proof_of

KEY, VERSION = "kunci", "versi"
SIGNER = signing.Signer(salt="muara.act")
# Not part of what a form says: a digest of it would let somebody guess the passphrase.
UNCOUNTED = {"csrfmiddlewaretoken", KEY, "passphrase"}
SAVE, OPEN, SAVED = "simpan", "buka", "disimpan"
NOT_TYPED = {*UNCOUNTED, VERSION, SAVE, OPEN, SAVED}


class PowerOver(PermissionDenied):
    """What let somebody act for an applicant ended while the page was open: what they typed is given back.

    `own` tells a power of attorney of theirs from a request that a counter recorded the answer to.
    """

    def __init__(self, message: str, typed: list[tuple[str, str]], *, own: bool = True) -> None:
        super().__init__(message)
        self.message, self.typed, self.own = message, typed, own


class Came(Enum):
    """What came of a form: done (now or before), refused with a sentence, stale, or wanting a fresh proof.

    Each is the status of the page that then answers.
    """

    DONE = 200
    REFUSED = 422
    STALE = 409
    UNPROVEN = 428


def read_number(text: str | None) -> int:
    """Read a number that came with an address or a form; whatever is none counts as 0."""
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 10 else 0


def new_key() -> str:
    """Issue the key of a form that is about to be shown."""
    return SIGNER.sign(secrets.token_hex(16))


def stamp_of(request: HttpRequest) -> Stamp:
    """Read a posted form's key, digest and version; a key that we did not issue makes it stale.

    Raises:
        Stale: there is no key of ours, or no readable version.
    """
    try:
        key = SIGNER.unsign(request.POST.get(KEY, ""))
        version = int(request.POST[VERSION]) if VERSION in request.POST else None
    except (signing.BadSignature, ValueError):
        raise Stale from None
    said = {name: request.POST.getlist(name) for name in request.POST if name not in UNCOUNTED}
    files = {name: [_file_digest(f) for f in request.FILES.getlist(name)] for name in request.FILES}
    body = canonical({"path": request.path, "by": request.user.pk, "said": said, "files": files})
    digest = hashlib.sha256(body.encode()).hexdigest()
    return Stamp(key=key, body=digest, version=version, proof=proof_of(request))


def _file_digest(upload: UploadedFile[Any]) -> str:
    digest = hashlib.sha256()
    for chunk in upload.chunks():
        digest.update(chunk)
    upload.seek(0)
    return digest.hexdigest()


def was_answered(request: HttpRequest) -> bool:
    """The same form, key and body, was recorded before."""
    try:
        stamp = stamp_of(request)
    except Stale:
        return False
    return Entry.objects.filter(key=stamp.key, body=stamp.body).exists()


def save_typed(task: Task, by: User, form: forms.Form, name: str = "") -> None:
    """Keep what was typed in a form of a task, with its files; nothing of it is an act.

    What a form says is never kept (the number of an identity card) is left out.
    """
    form.full_clean()  # takes the files
    unkept = NOT_TYPED | set(getattr(form, "never_kept", ()))
    typed = {key: form.data.getlist(key) for key in form.data if key not in unkept}  # type: ignore[attr-defined]
    task.unfinished.update_or_create(
        user=by, form=name, defaults={"typed": typed, "saved_at": timezone.now()}
    )


def forget_moot_work() -> int:
    """Throw away what was typed for tasks that are done: whoever typed it cannot send it any more.

    A signature drawn for the counter, which is somebody's own, lasts no longer than the task that it was for.
    """
    gone, _ = UnfinishedWork.objects.filter(task__closed_at__isnull=False).delete()
    return gone


def attempt(request: HttpRequest, form: forms.Form, carry_out: Callable[[Stamp, datetime], object]) -> Came:
    """Carry out what a valid form asks; a refusal becomes an error on the form, which keeps what was typed.

    Raises:
        PermissionDenied: the person may not do this.
    """
    try:
        carry_out(stamp_of(request), timezone.now())
    except AlreadyDone:
        return Came.DONE
    except ProofWanted as wanted:
        form.add_error(None, wanted.message)
        return Came.UNPROVEN
    except Refused as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        return Came.REFUSED
    except UploadRefused as refusal:
        form.add_error(None, refusal.message)
        return Came.REFUSED
    except Stale:
        return Came.STALE
    except NotYours:
        raise PermissionDenied from None
    return Came.DONE


def form_page(
    request: HttpRequest, template: str, form: forms.Form, came: Came | None, context: Mapping[str, object]
) -> HttpResponse:
    """Show a page with its form under a new key; what came of it, where it was posted, is the status."""
    shown = {"form": form, "kunci": new_key(), "stale": came is Came.STALE, **context}
    return render(request, template, shown, status=came.value if came else 200)
