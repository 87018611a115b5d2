"""A company's people: who starts is a member, invitations to confirmed addresses, removal, never the last."""

from __future__ import annotations

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction

from muara.audit.models import Entry
from muara.people.actions import Refused, companies
from muara.people.actions.companies import NotMember
from muara.people.models import Company, Invitation, Membership, Notice, User
from tests.clock import MONDAY, TUESDAY

pytestmark = [pytest.mark.django_db, pytest.mark.both]


@pytest.fixture
def sari() -> User:
    return User.objects.create_user(email="sari@contoh.example", name="Sari Contohwati")


@pytest.fixture
def budi() -> User:
    return User.objects.create_user(email="budi@contoh.example", name="Budi Misalnya")


@pytest.fixture
def company(sari: User) -> Company:
    made = Company.objects.create(name="PT Segara Contoh Makmur")
    companies.found_company(made, by=sari, at=MONDAY)
    return made


def invited(company: Company, by: User, address: str = "Budi@Contoh.example") -> Invitation:
    return companies.invite(company.pk, address=address, by=by, at=MONDAY)


def members(company: Company) -> set[str]:
    return set(company.memberships.values_list("user__name", flat=True))


def test_an_invited_address_joins_and_the_company_chain_tells_it(
    company: Company, sari: User, budi: User
) -> None:
    invitation = invited(company, sari)
    told_of = Notice.objects.get()
    assert (told_of.address, told_of.recipient) == ("budi@contoh.example", None)
    assert told_of.link == f"/perusahaan/undangan/{invitation.token}/"

    companies.accept_invitation(invitation, by=budi, at=TUESDAY)

    assert members(company) == {"Sari Contohwati", "Budi Misalnya"}
    told = Entry.objects.filter(chain=f"company:{company.pk}").order_by("seq")
    assert [entry.verb for entry in told] == ["company.found", "company.invite", "company.join"]
    assert (
        "budi" not in "".join(entry.text for entry in told).lower()
    )  # personal data is erasable: notes only


def test_only_the_account_that_confirmed_the_invited_address_accepts(
    company: Company, sari: User, budi: User
) -> None:
    invitation = invited(company, sari, "lain@contoh.example")
    with pytest.raises(NotMember):
        companies.accept_invitation(invitation, by=budi, at=TUESDAY)
    unproved = EmailAddress.objects.create(user=budi, email="lain@contoh.example", verified=False)
    with pytest.raises(NotMember):
        companies.accept_invitation(invitation, by=budi, at=TUESDAY)

    EmailAddress.objects.filter(pk=unproved.pk).update(verified=True)
    companies.accept_invitation(invitation, by=budi, at=TUESDAY)

    assert members(company) == {"Sari Contohwati", "Budi Misalnya"}


def test_an_invitation_ends_by_its_day_by_withdrawal_and_by_being_accepted(
    company: Company, sari: User, budi: User
) -> None:
    invitation = invited(company, sari)
    with pytest.raises(Refused):
        companies.accept_invitation(invitation, by=budi, at=invitation.expires_at)
    companies.withdraw_invitation(invitation, by=sari, at=MONDAY)
    with pytest.raises(Refused):
        companies.accept_invitation(invitation, by=budi, at=MONDAY)
    with pytest.raises(Refused):
        companies.withdraw_invitation(invitation, by=sari, at=MONDAY)
    assert members(company) == {"Sari Contohwati"}


def test_inviting_tells_nothing_of_accounts_and_has_its_limits(
    company: Company, sari: User, budi: User
) -> None:
    for address in ("budi@contoh.example", "tidak-ada@contoh.example"):  # with an account, and without
        assert invited(company, sari, address).address == address
    for refused in ("BUDI@contoh.example", "sari@contoh.example", "bukan alamat"):
        with pytest.raises(Refused) as refusal:
            invited(company, sari, refused)
        assert refusal.value.field == "address"
    for number in range(companies.MOST_OPEN - 2):
        invited(company, sari, f"orang{number}@contoh.example")
    with pytest.raises(Refused):
        invited(company, sari, "satu-lagi@contoh.example")
    later = MONDAY + companies.LASTS + timedelta(days=1)
    assert companies.invite(company.pk, address="budi@contoh.example", by=sari, at=later)


def test_a_stranger_neither_invites_nor_removes(company: Company, sari: User, budi: User) -> None:
    with pytest.raises(NotMember):
        invited(company, budi)
    with pytest.raises(NotMember):
        companies.withdraw_invitation(invited(company, sari), by=budi, at=MONDAY)
    with pytest.raises(NotMember):
        companies.remove_member(Membership.objects.get(), by=budi, at=MONDAY)


def test_a_member_is_removed_or_leaves_but_never_the_last(company: Company, sari: User, budi: User) -> None:
    mine = Membership.objects.get(user=sari)
    with pytest.raises(Refused):
        companies.remove_member(mine, by=sari, at=MONDAY)
    companies.accept_invitation(invited(company, sari), by=budi, at=MONDAY)
    theirs = Membership.objects.get(user=budi)

    companies.remove_member(mine, by=sari, at=MONDAY)
    with pytest.raises(Refused):
        companies.remove_member(theirs, by=budi, at=MONDAY)

    assert members(company) == {"Budi Misalnya"}
    assert [entry.verb for entry in Entry.objects.order_by("pk")][-2:] == ["company.join", "company.leave"]


def test_the_database_keeps_no_invitation_that_contradicts_itself(company: Company, sari: User) -> None:
    invitation = invited(company, sari)
    for changed in (
        {"accepted_at": TUESDAY},
        {"withdrawn_at": TUESDAY},
        {"accepted_at": TUESDAY, "accepted_by": sari, "withdrawn_at": TUESDAY, "withdrawn_by": sari},
        {"expires_at": MONDAY},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Invitation.objects.filter(pk=invitation.pk).update(**changed)
    with pytest.raises(IntegrityError), transaction.atomic():
        Invitation.objects.create(
            company=company, address=invitation.address, made_by=sari, made_at=MONDAY, expires_at=TUESDAY
        )
