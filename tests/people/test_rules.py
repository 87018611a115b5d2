"""Who may administer, and which shape an official's number has."""

from __future__ import annotations

from datetime import timedelta

import pytest

from muara.people.models import Holding, User
from muara.people.rules import check_nip, may_administer, may_read_administration
from muara.sop.values import ValueRefused
from muara.web.demo import CAST, applicant, officer
from tests.clock import MONDAY, at


@pytest.mark.usefixtures("_office")
@pytest.mark.parametrize("actor", [person.actor for person in CAST])
def test_only_administrators_change_and_only_auditors_read_beside_them(actor: str) -> None:
    person = officer(actor)
    assert may_administer(person, at=MONDAY) == (actor == "administrator")
    assert may_read_administration(person, at=MONDAY) == (actor in {"administrator", "auditor"})


@pytest.mark.usefixtures("_office")
def test_an_applicant_neither_reads_nor_changes() -> None:
    assert not may_administer(applicant(), at=MONDAY)
    assert not may_read_administration(applicant(), at=MONDAY)


@pytest.mark.usefixtures("_office")
def test_a_closed_account_administers_nothing() -> None:
    User.objects.filter(pk=officer("administrator").pk).update(is_active=False)
    assert not may_administer(officer("administrator"), at=MONDAY)


@pytest.mark.usefixtures("_office")
def test_an_administrator_is_one_until_midnight_of_the_last_day_in_samarinda() -> None:
    person = officer("administrator")
    Holding.objects.filter(user=person).update(ends=MONDAY.date())
    assert may_administer(person, at=at("2026-07-06 23:59"))
    assert not may_administer(person, at=at("2026-07-06 23:59") + timedelta(minutes=1))


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("197003031995031003", "197003031995031003"),
        ("19700303 199503 1 003", "197003031995031003"),
        (" 198001012023212005 ", "198001012023212005"),  # a contract official: 21 where the month would be
    ],
)
def test_an_officials_number_is_kept_as_18_digits(typed: str, kept: str) -> None:
    assert check_nip(typed) == kept


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "12345",
        "1970030319950310031",
        "19700303199503100A",
        "１９７００３０３１９９５０３１００３",
        "197002301995031003",  # 30 February
        "197003031995131003",  # a thirteenth month
        "197003031960031003",  # appointed before birth
        "197003031995033003",  # neither 1 nor 2
    ],
)
def test_a_number_of_another_shape_is_refused(typed: str) -> None:
    with pytest.raises(ValueRefused):
        check_nip(typed)
