"""Taking a lost second factor off an account; setting one up is its owner's, on allauth's pages."""

from __future__ import annotations

from datetime import datetime
from uuid import uuid4

from allauth.mfa.models import Authenticator
from django.db import transaction

from muara.audit.actions import record
from muara.people.actions import REASON_LENGTH, NotAdministrator, Refused
from muara.people.actions.notices import addressee, notify
from muara.people.models import User
from muara.people.rules import may_administer
from muara.sop.values import ValueRefused, clean_text


@transaction.atomic
def remove_second_factor(
    user_id: int, *, reason: str, by: User | None, at: datetime, key: str | None = None, body: str = ""
) -> None:
    """Take a lost telephone's second factor and its recovery codes off an account, and tell its owner.

    Raises:
        NotAdministrator: the person may not.
        Refused: no reason is given, there is none, or administrators would help themselves.
    """
    if by is not None and not may_administer(by, at=at):
        raise NotAdministrator
    try:
        said = clean_text(reason, max_length=REASON_LENGTH)
    except ValueRefused as refusal:
        raise Refused(refusal.message, "reason") from None
    if not said:
        raise Refused("Tuliskan alasannya, misalnya ponselnya hilang.", "reason")
    user = User.objects.select_for_update().get(pk=user_id)
    if by is not None and by.pk == user.pk:
        raise Refused("Minta administrator lain melepas pengaman akun Anda sendiri.")
    if not Authenticator.objects.filter(user=user).delete()[0]:
        raise Refused("Akun ini tidak memakai pengaman dua langkah.")
    record(
        chain=f"user:{user.pk}",
        verb="user.second_factor_removed",
        by_id=by.pk if by else None,
        at=at,
        facts={},
        note=said,
        key=key,
        body=body,
    )
    notify(
        key=f"account:{uuid4()}",
        kind="account",
        to=addressee(user),
        subject="Pengaman dua langkah akun Anda dilepas",
        text=(
            f"Pengaman dua langkah akun Anda dilepas oleh {by.name if by else 'kantor'}. "
            f"Alasannya: {said}\n\n"
            "Pasang pengaman pada ponsel yang baru di halaman Akun sebelum memaraf, menandatangani, atau "
            "memberi nomor. Bila Anda tidak memintanya, ganti kata sandi Anda dan laporkan kepada kantor."
        ),
        at=at,
        link="/akun/pengaman/",
    )
