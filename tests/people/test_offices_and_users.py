"""Setting up offices and accounts: what is refused, and what is recorded."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from muara.audit.models import Entry
from muara.audit.queries import breaks, heads
from muara.people.actions import (
    NotAdministrator,
    OfficeDetails,
    Profile,
    Refused,
    add_agency,
    change_agency,
    change_user,
    create_user,
    invite,
    save_office,
)
from muara.people.models import Holding, Office, User
from muara.people.queries import issuing_office
from muara.web.demo import CAST, officer
from tests.clock import MONDAY

pytestmark = pytest.mark.usefixtures("_office")

DETAILS = OfficeDetails(
    name="DINAS CONTOH",
    short_name="DC",
    government="PEMERINTAH CONTOH",
    head_title="KEPALA DINAS CONTOH",
    seat="Samarinda",
)
PERSON = Profile(email="baru@contoh.example", name="Baru Contohwan")


def last_entry(chain: str) -> Entry:
    return Entry.objects.filter(chain=chain).order_by("-seq")[0]


def facts(entry: Entry) -> dict[str, object]:
    told: dict[str, object] = json.loads(entry.text)["facts"]
    return told


def test_the_issuing_office_stays_one_however_often_it_is_saved() -> None:
    by = officer("administrator")
    for name in ("DINAS CONTOH", "DINAS CONTOH BARU"):
        save_office(details=replace(DETAILS, name=name), by=by, at=MONDAY)
    office = issuing_office()
    assert office is not None
    assert office.name == "DINAS CONTOH BARU"
    assert Office.objects.filter(kind="issuing").count() == 1
    entry = last_entry(f"office:{office.pk}")
    assert (entry.verb, entry.by_id) == ("office.change", by.pk)
    assert facts(entry) == {"kind": "issuing", "set": {"name": "DINAS CONTOH BARU"}}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": " "}, "name"),
        ({"head_title": ""}, "head_title"),
        ({"name": "DINAS \x00"}, "name"),
        ({"name": "DINAS 🌊"}, "name"),
        ({"postal_code": "7512"}, "postal_code"),
        ({"email": "dinas"}, "email"),
        ({"seat": "S" * 61}, "seat"),
    ],
)
def test_an_office_with_a_field_that_cannot_be_used_is_refused(change: dict[str, Any], field: str) -> None:
    before = Entry.objects.count()
    with pytest.raises(Refused) as refusal:
        save_office(details=replace(DETAILS, **change), by=officer("administrator"), at=MONDAY)
    assert refusal.value.field == field
    assert Entry.objects.count() == before


def test_two_agencies_do_not_share_a_name() -> None:
    by = officer("administrator")
    add_agency(details=DETAILS, by=by, at=MONDAY)
    with pytest.raises(Refused) as refusal:
        add_agency(details=replace(DETAILS, name="dinas contoh"), by=by, at=MONDAY)
    assert refusal.value.field == "name"


def test_an_agency_keeps_its_own_name_when_it_is_changed() -> None:
    by = officer("administrator")
    made = add_agency(details=DETAILS, by=by, at=MONDAY)
    change_agency(made.pk, details=replace(DETAILS, short_name="DC2"), by=by, at=MONDAY)
    assert Office.objects.get(pk=made.pk).short_name == "DC2"


@pytest.mark.parametrize("actor", [person.actor for person in CAST if person.actor != "administrator"])
def test_nobody_but_an_administrator_sets_anything_up(actor: str) -> None:
    by = officer(actor)
    with pytest.raises(NotAdministrator):
        save_office(details=DETAILS, by=by, at=MONDAY)
    with pytest.raises(NotAdministrator):
        add_agency(details=DETAILS, by=by, at=MONDAY)
    with pytest.raises(NotAdministrator):
        create_user(profile=PERSON, by=by, at=MONDAY)
    with pytest.raises(NotAdministrator):
        change_user(by.pk, profile=PERSON, active=True, by=by, at=MONDAY)
    with pytest.raises(NotAdministrator):
        invite(by.pk, by=by, at=MONDAY)


def test_an_account_without_a_password_signs_in_nowhere_until_its_owner_sets_one() -> None:
    user = create_user(profile=PERSON, by=officer("administrator"), at=MONDAY)
    assert not user.has_usable_password()


def test_names_and_addresses_of_persons_stay_out_of_the_hashed_text() -> None:
    user = create_user(profile=PERSON, by=officer("administrator"), at=MONDAY)
    entry = last_entry(f"user:{user.pk}")
    assert facts(entry) == {"password": False}
    assert entry.note == "Baru Contohwan <baru@contoh.example>"
    assert "Contohwan" not in entry.text
    assert breaks(heads()) == []


@pytest.mark.parametrize("password", ["sebelas-hrf", "1q2w3e4r5t6y", "baru@contoh.exampl"])
def test_a_weak_first_password_is_refused(password: str) -> None:
    with pytest.raises(Refused) as refusal:
        create_user(profile=PERSON, password=password, by=officer("administrator"), at=MONDAY)
    assert refusal.value.field == "password"
    assert not User.objects.filter(email=PERSON.email).exists()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"email": "SARI@contoh.example"}, "email"),
        ({"email": "sari@"}, "email"),
        ({"name": ""}, "name"),
        ({"nip": "123"}, "nip"),
        ({"phone": "12"}, "phone"),
    ],
)
def test_an_account_with_a_field_that_cannot_be_used_is_refused(change: dict[str, str], field: str) -> None:
    with pytest.raises(Refused) as refusal:
        create_user(profile=replace(PERSON, **change), by=officer("administrator"), at=MONDAY)
    assert refusal.value.field == field


def test_a_change_names_the_fields_and_keeps_the_words_erasable() -> None:
    user = create_user(profile=PERSON, by=officer("administrator"), at=MONDAY)
    changed = replace(PERSON, rank="Penata", nip="19800101 200501 1 001")
    change_user(user.pk, profile=changed, active=True, by=officer("administrator"), at=MONDAY)
    entry = last_entry(f"user:{user.pk}")
    assert facts(entry) == {"fields": ["nip", "rank"]}
    assert entry.note == "nip:  → 198001012005011001; rank:  → Penata"


def test_saving_an_unchanged_account_records_nothing() -> None:
    user = create_user(profile=PERSON, by=officer("administrator"), at=MONDAY)
    before = Entry.objects.count()
    change_user(user.pk, profile=PERSON, active=True, by=officer("administrator"), at=MONDAY)
    assert Entry.objects.count() == before


def test_the_last_administrator_cannot_be_closed_and_the_last_but_one_can() -> None:
    first = officer("administrator")
    mine = Profile(email=first.email, name=first.name)
    with pytest.raises(Refused) as refusal:
        change_user(first.pk, profile=mine, active=False, by=first, at=MONDAY)
    assert refusal.value.field == "is_active"

    second = create_user(profile=PERSON, by=first, at=MONDAY)
    office = Office.objects.get(kind="issuing")
    Holding.objects.create(user=second, actor="administrator", office=office, starts=date(2026, 7, 1))
    change_user(first.pk, profile=mine, active=False, by=first, at=MONDAY)
    assert not User.objects.get(pk=first.pk).is_active


def test_no_link_is_made_out_for_a_closed_account() -> None:
    user = create_user(profile=PERSON, by=officer("administrator"), at=MONDAY)
    change_user(user.pk, profile=PERSON, active=False, by=officer("administrator"), at=MONDAY)
    with pytest.raises(Refused):
        invite(user.pk, by=officer("administrator"), at=MONDAY)
