"""The fresh proof of who binds the office: read from the session, asked for on allauth's own pages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlencode

from allauth.account.authentication import get_authentication_records
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from allauth.mfa.utils import decrypt
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from muara.people.models import User
from muara.people.rules import FRESH, Proof, has_second_factor

# The telephone of the demonstration's officials: known to everybody, and so good for nothing else.
DEMO_SECRET = "CONTOHMUARACONTOHMUARACONTOHMUAR"
TOTP_SECONDS = 30
RETURN = "sesudah_pengaman"  # in the session: the page of ours whose form waits for a second factor
ASKED = "menunggu_kode"  # in the session: the page whose form waits for a code


@dataclass(frozen=True, slots=True)
class Doorway:
    """What a page that binds the office says of who is before it: whether a code will be asked for."""

    has_factor: bool
    until: datetime | None  # the proof that stands does so until then


def proof_of(request: HttpRequest) -> Proof | None:
    """Read the last time that this session's person gave a code: when signing in, or when asked again."""
    if not isinstance(request.user, User):
        return None
    given = [one for one in get_authentication_records(request, request.user) if one.get("method") == "mfa"]
    last = given[-1] if given else None
    if last is None or not Authenticator.objects.filter(pk=last.get("id"), user=request.user).exists():
        return None  # what was proved with a telephone that was since taken off the account is no proof
    return Proof(means=str(last.get("type", "")), at=datetime.fromtimestamp(last["at"], tz=UTC))


def doorway(request: HttpRequest, *, at: datetime) -> Doorway | None:
    """Say whether a code will be asked for; None where the office works without a second factor."""
    if not settings.MUARA_SECOND_FACTOR or not isinstance(request.user, User):
        return None
    proof = proof_of(request)
    fresh = proof is not None and proof.is_fresh(at=at)
    return Doorway(has_second_factor(request.user), proof.at + FRESH if proof and fresh else None)


def ask_for_proof(request: HttpRequest, *, back: str) -> HttpResponse:
    """Go to where a code is asked for, and from there back; first to where a second factor is set up."""
    if not isinstance(request.user, User) or not has_second_factor(request.user):
        request.session[RETURN] = back
        messages.info(
            request,
            "Paraf, tanda tangan, dan nomor memerlukan pengaman dua langkah. Aktifkan di sini; yang sudah "
            "Anda isi disimpan dan menunggu Anda kembali.",
        )
        return redirect("mfa_index")
    request.session[ASKED] = back
    return redirect(f"{reverse('mfa_reauthenticate')}?{urlencode({'next': back})}")


def came_back(request: HttpRequest) -> None:
    """Forget the page that waited for a second factor or a code, now that it is open again.

    Whoever comes back with the code is told that what they sent is still to be sent.
    """
    if request.session.get(RETURN) == request.path:
        del request.session[RETURN]
    if request.session.get(ASKED) == request.path:
        del request.session[ASKED]
        proof = proof_of(request)
        if proof is not None and proof.is_fresh(at=timezone.now()):
            messages.info(request, "Kode diterima. Yang Anda kirim belum dicatat: periksa lagi, lalu kirim.")


def demo_code(user: User, *, at: datetime) -> str:
    """What the telephone of a demonstration's official shows now; nothing anywhere else."""
    if not settings.MUARA_DEMO:
        return ""
    factors = Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP)
    if not any(decrypt(factor.data["secret"]) == DEMO_SECRET for factor in factors):
        return ""
    return str(format_hotp_value(hotp_value(DEMO_SECRET, int(at.timestamp()) // TOTP_SECONDS)))
