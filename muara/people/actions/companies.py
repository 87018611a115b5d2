"""The people of a company: founded by whoever starts its first application, invited, removed, leaving.

Every act is recorded on `company:<pk>`; names and addresses go into the erasable note only. A form's `key`
and `body` are kept on the entry, so that the same form sent twice is known.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import transaction

from muara.audit.actions import record
from muara.people.actions import Refused
from muara.people.actions.notices import Addressee, notify
from muara.people.models import Company, Invitation, Membership, User
from muara.people.queries import confirmed_addresses
from muara.sop.values import ValueRefused, check_email

LASTS = timedelta(days=14)
MOST_OPEN = 10  # invitations of one company at a time: more would be a way to write to strangers


class NotMember(Exception):
    """Only a member of the company may do this, or only whom the invitation is for."""


def chain_of_company(company_id: int) -> str:
    return f"company:{company_id}"


def found_company(company: Company, *, by: User, at: datetime) -> Membership:
    """Make whoever starts an application for a new company its first member; call inside that act."""
    made = Membership.objects.create(company=company, user=by)
    _record(company.pk, "company.found", facts={"user": by.pk}, by=by, at=at)
    return made


@transaction.atomic
def invite(
    company_id: int, *, address: str, by: User, at: datetime, key: str | None = None, body: str = ""
) -> Invitation:
    """Invite whoever has an e-mail address, with or without an account, to act for the company.

    Raises:
        Refused: no e-mail address, a member's, or invited already. NotMember.
    """
    company = _locked(company_id, by)
    try:
        wanted = check_email(address).lower()
    except ValueRefused as refusal:
        raise Refused(refusal.message, "address") from None
    if company.memberships.filter(user__email__iexact=wanted).exists():
        raise Refused("Pemilik alamat ini sudah menjadi anggota perusahaan.", "address")
    asked = company.invitations.filter(accepted_at=None, withdrawn_at=None)
    asked.filter(expires_at__lte=at).update(withdrawn_by=by, withdrawn_at=at)
    if asked.filter(address=wanted).exists():
        raise Refused("Alamat ini sudah diundang. Tarik undangannya dahulu bila ingin mengulang.", "address")
    if asked.count() >= MOST_OPEN:
        raise Refused("Terlalu banyak undangan yang belum dijawab. Tarik salah satunya dahulu.", "address")
    made = Invitation.objects.create(
        company=company, address=wanted, made_by=by, made_at=at, expires_at=at + LASTS
    )
    _record(
        company.pk, "company.invite", {"invitation": made.pk}, note=wanted, by=by, at=at, key=key, body=body
    )
    notify(
        key=f"invitation:{made.pk}",
        kind="invitation",
        about=chain_of_company(company.pk),
        to=Addressee(name=wanted, email=wanted),
        subject=f"Undangan bertindak untuk {company.name}",
        text=(
            f"Yth. Bapak/Ibu,\n\n{by.name} mengundang Anda bertindak untuk {company.name}. Masuk atau daftar "
            "dengan alamat surel ini, lalu terima undangannya. Abaikan surel ini bila Anda tidak mengenalnya."
        ),
        link=f"/perusahaan/undangan/{made.token}/",
        at=at,
    )
    return made


@transaction.atomic
def withdraw_invitation(
    invitation: Invitation, *, by: User, at: datetime, key: str | None = None, body: str = ""
) -> None:
    """Take an invitation back; raises Refused when it was accepted or withdrawn before, NotMember."""
    company = _locked(invitation.company_id, by)
    still = Invitation.objects.filter(pk=invitation.pk, accepted_at=None, withdrawn_at=None)
    if not still.update(withdrawn_by=by, withdrawn_at=at):
        raise Refused("Undangan ini sudah diterima atau ditarik. Muat ulang halaman.")
    facts = {"invitation": invitation.pk}
    _record(company.pk, "company.withdraw_invitation", facts, by=by, at=at, key=key, body=body)


@transaction.atomic
def accept_invitation(
    invitation: Invitation, *, by: User, at: datetime, key: str | None = None, body: str = ""
) -> Membership:
    """Become a member, with the account whose confirmed address was invited.

    Raises:
        NotMember: the invitation is for another address. Refused: it is over, withdrawn or accepted.
    """
    if invitation.address not in confirmed_addresses(by):
        raise NotMember
    Company.objects.select_for_update().get(pk=invitation.company_id)
    if not Invitation.objects.open(at).filter(pk=invitation.pk).update(accepted_by=by, accepted_at=at):
        raise Refused("Undangan ini sudah tidak berlaku. Minta undangan baru kepada perusahaan.")
    made, _ = Membership.objects.get_or_create(company_id=invitation.company_id, user=by)
    facts = {"invitation": invitation.pk, "user": by.pk}
    _record(invitation.company_id, "company.join", facts, note=by.name, by=by, at=at, key=key, body=body)
    return made


@transaction.atomic
def remove_member(
    membership: Membership, *, by: User, at: datetime, key: str | None = None, body: str = ""
) -> None:
    """End a person's membership, or one's own; never the last one.

    Raises:
        Refused: nobody else would be left, or it was ended before. NotMember.
    """
    company = _locked(membership.company_id, by)
    if not company.memberships.filter(pk=membership.pk).exists():
        raise Refused("Orang ini sudah bukan anggota. Muat ulang halaman.")
    if company.memberships.count() == 1:
        raise Refused("Perusahaan harus mempunyai sedikitnya satu anggota. Undang penggantinya lebih dahulu.")
    name, user_id = membership.user.name, membership.user_id
    membership.delete()
    verb = "company.leave" if user_id == by.pk else "company.remove"
    _record(company.pk, verb, {"user": user_id}, note=name, by=by, at=at, key=key, body=body)


def _locked(company_id: int, by: User) -> Company:
    """The company, for its members; two that remove each other come one after the other."""
    company = Company.objects.select_for_update().get(pk=company_id)
    if not company.memberships.filter(user=by).exists():
        raise NotMember
    return company


def _record(
    company_id: int,
    verb: str,
    facts: Mapping[str, object],
    *,
    by: User,
    at: datetime,
    note: str = "",
    key: str | None = None,
    body: str = "",
) -> None:
    record(
        chain=chain_of_company(company_id),
        verb=verb,
        by_id=by.pk,
        at=at,
        facts=facts,
        note=note,
        key=key,
        body=body,
    )
