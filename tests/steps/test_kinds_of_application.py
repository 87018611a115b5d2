"""New, renewal and change (SOP L): an earlier permit is named, checked, and ended by the new one."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client
from time_machine import TimeMachineFixture

from muara.cases.actions import Refused
from muara.cases.models import Application
from muara.documents.indonesian import tanggal
from muara.people.models import Office, office_day
from muara.permits.models import Number, Permit
from muara.steps.actions import filing
from muara.web.acts import new_key
from muara.web.demo import Clock, Walk, applicant, other_applicant
from tests.clock import MONDAY
from tests.remembered import case_at
from tests.renewals import LATER, fill, start, walk_to_the_end

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _office(office: Office) -> None:
    """The fictional office."""


def issued(company: str = "PT Segara Contoh Makmur") -> Permit:
    return case_at("end", at=MONDAY, company=company).permit


@pytest.mark.parametrize("kind", ["renewal", "change"])
def test_a_renewal_or_change_walks_to_a_permit_that_ends_the_old_one_on_its_day(kind: str) -> None:
    old = issued()
    application = start(kind, old)
    fill(application)
    new = walk_to_the_end(application).permit
    old.refresh_from_db()

    assert new.replaces == old
    assert new.issued_on == office_day(LATER)
    assert new.expires_on == date(new.issued_on.year + 5, new.issued_on.month, new.issued_on.day)
    assert old.replaced_on == new.issued_on
    assert old.status(new.issued_on - timedelta(days=1)) == "berlaku"
    assert (old.status(new.issued_on), new.status(new.issued_on)) == ("diganti", "berlaku")


def considerations(permit: Permit) -> list[str]:
    said: list[str] = json.loads(permit.draft.content)["considering"]
    return said


@pytest.mark.parametrize(("kind", "word"), [("renewal", "perpanjangan"), ("change", "perubahan")])
def test_its_decree_names_the_permit_that_it_renews_or_changes(kind: str, word: str) -> None:
    old = issued()
    application = start(kind, old)
    fill(application)

    first, second, *_, last = considerations(walk_to_the_end(application).permit)

    assert f"nomor {old.number.text} tanggal {tanggal(old.issued_on)}" in first
    assert f"permohonan {word} izin tersebut" in second
    assert "huruf a, huruf b, dan huruf c" in last


def test_a_new_permits_decree_names_no_other() -> None:
    assert [text for text in considerations(issued()) if "telah memiliki" in text] == []


def test_it_starts_from_what_was_submitted_for_the_permit_but_declares_anew() -> None:
    old = issued()
    application = start("renewal", old)

    assert application.data["previous_permit"] == old.number.text
    assert application.data["previous_permit_date"] == old.issued_on.isoformat()
    assert application.data["company_nib"] == old.case.application.data["company_nib"]
    assert "declares_truth" not in application.data


def test_a_new_application_copies_nothing() -> None:
    assert start("new", issued()).data == {}


def test_another_companys_permit_is_refused_at_the_start_and_when_its_number_is_typed() -> None:
    theirs = case_at("end", at=MONDAY, company="CV Ombak Misalnya", by=other_applicant()).permit
    own = issued()

    with pytest.raises(Refused, match="atas nama perusahaan lain") as refusal:
        start("renewal", theirs, company=own.case.application.company)
    assert refusal.value.field == "previous"

    application = start("renewal", own)
    fill(application, previous_permit=theirs.number.text)
    with pytest.raises(Refused, match="atas nama perusahaan lain"):
        filing.submit(application, by=applicant(), at=LATER)


def test_an_expired_permit_may_be_renewed_but_not_changed() -> None:
    old = issued()
    after = datetime(2031, 7, 8, 4, tzinfo=UTC)  # printed is Sunday the 6th, so Monday was its last day

    with pytest.raises(Refused, match="Ajukan perpanjangan"):
        start("change", old, at=after)
    assert start("renewal", old, at=after).kind == "renewal"


def test_a_change_is_still_possible_on_the_last_day() -> None:
    old = issued()
    last = datetime(2031, 7, 7, 4, tzinfo=UTC)

    assert start("change", old, at=last).kind == "change"


def test_a_replaced_permit_is_not_renewed_again() -> None:
    old = issued()
    application = start("change", old)
    fill(application)
    walk_to_the_end(application)
    old.refresh_from_db()

    with pytest.raises(Refused, match="sudah diganti"):
        start("renewal", old)


def test_of_two_cases_about_one_permit_only_the_first_takes_its_place() -> None:
    old = issued()
    first, second = start("renewal", old), start("change", old)
    for application in (first, second):
        fill(application)
    late = Walk(Clock(LATER), applicant(), application=second)
    late.submit()
    new = walk_to_the_end(first).permit
    while late.task.step.activity != "number":
        late.forward()
    given = Number.objects.count()

    with pytest.raises(Refused, match="sudah diganti izin lain"):
        late.forward()
    assert list(Permit.objects.filter(replaces=old)) == [new]
    assert Number.objects.count() == given


def test_a_permit_on_paper_only_is_named_by_number_and_date() -> None:
    application = start("renewal", None)
    application.data = dict(issued().case.application.data)
    application.save()
    fill(application, previous_permit="503/77/BPPMD-III/2014")

    assert [gap.label for gap in filing.gaps(application)] == [
        "Pemohon dan penanggung jawab: Tanggal izin sebelumnya"
    ]
    fill(application, previous_permit="503/77/BPPMD-III/2014", previous_permit_date="9 Mei 2014")
    permit = walk_to_the_end(application).permit
    assert permit.replaces is None
    assert "nomor 503/77/BPPMD-III/2014 tanggal 9 Mei 2014" in considerations(permit)[0]


def test_the_start_page_offers_the_companys_permits(time_machine: TimeMachineFixture) -> None:
    old, client = issued(), Client()
    time_machine.move_to(LATER)
    client.force_login(applicant())
    page = client.get("/permohonan/baru/").content.decode()
    assert f"{old.number.text}, {old.company}" in page

    answer = client.post(
        "/permohonan/baru/",
        {
            "kind": "renewal",
            "company": old.case.application.company_id,
            "previous": old.pk,
            "kunci": new_key(),
        },
    )
    assert answer.status_code == 302
    assert Application.objects.latest("pk").data["previous_permit"] == old.number.text


def test_the_public_page_tells_that_a_permit_was_replaced(time_machine: TimeMachineFixture) -> None:
    old = issued()
    application = start("renewal", old)
    fill(application)
    new = walk_to_the_end(application).permit
    time_machine.move_to(LATER + timedelta(days=1))

    assert "sudah diganti izin lain" in Client().get(f"/izin/{old.draft.token}/").content.decode()
    assert old.number.text in Client().get(f"/izin/{new.draft.token}/").content.decode()
