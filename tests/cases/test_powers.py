"""What a power of attorney covers (SOP U.3, U.4): by scope and act, to the day, for whose application."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from muara.cases.actions import NotYours, Refused, act_for_applicant, take_over
from muara.cases.models import Application, Case, PowerOfAttorney
from muara.cases.rules import Doing, is_on_applicants_side, may_act_as_applicant, may_do_step
from muara.people.models import Office, User, office_day
from muara.steps.actions.powers import revoke_power
from muara.web.demo import Clock, Walk, applicant, officer, other_applicant
from tests.clock import MONDAY, at
from tests.powers import given
from tests.remembered import case_at

pytestmark = [pytest.mark.django_db, pytest.mark.both]

# docs/adr/0012: what each of the SOP's two letters covers.
COVERED = {
    "signing": {"see", "sign"},
    "handling": {"see", "fill", "answer", "visit", "collect", "report"},
}


@pytest.fixture
def application(office: Office) -> Application:
    return Walk(Clock(MONDAY), applicant()).prepare()


def may(user: User, application: Application, doing: str, *, when: datetime = MONDAY) -> bool:
    return may_act_as_applicant(user, application, at=when, doing=Doing(doing))


@pytest.mark.parametrize("doing", [item.value for item in Doing])
@pytest.mark.parametrize("scope", ["signing", "handling"])
def test_a_power_covers_what_its_scope_says_and_nothing_else(
    application: Application, scope: str, doing: str
) -> None:
    given(application, to=other_applicant(), scope=scope)

    assert may(other_applicant(), application, doing) is (doing in COVERED[scope])
    assert may(applicant(), application, doing) is True


def test_who_holds_both_letters_may_do_what_either_covers(application: Application) -> None:
    for scope in ("signing", "handling"):
        given(application, to=other_applicant(), scope=scope)
    allowed = {item.value for item in Doing if may(other_applicant(), application, item.value)}
    assert allowed == COVERED["signing"] | COVERED["handling"]


@pytest.mark.parametrize(
    ("moment", "holds"),
    [
        ("2026-07-06 23:59", False),
        ("2026-07-07 00:00", True),  # still 6 July in UTC
        ("2026-07-31 23:59", True),
        ("2026-08-01 00:00", False),  # still 31 July in UTC
    ],
)
def test_a_power_holds_from_its_first_to_its_last_day_in_makassar(
    application: Application, moment: str, holds: bool
) -> None:
    given(application, to=other_applicant(), starts=date(2026, 7, 7), ends=date(2026, 7, 31))

    assert may(other_applicant(), application, "fill", when=at(moment)) is holds
    mine = Application.objects.of_applicant(other_applicant(), on=office_day(at(moment)))
    assert list(mine) == ([application] if holds else [])
    assert Case.objects.visible_to(other_applicant(), at=at(moment)).count() == 0


def test_a_power_without_an_end_holds_until_it_is_revoked(application: Application) -> None:
    power = given(application, to=other_applicant(), ends=None)
    later = at("2031-01-01 09:00")
    assert may(other_applicant(), application, "see", when=later)

    revoke_power(power, reason="Urusan selesai.", by=applicant(), at=later)

    assert not may(other_applicant(), application, "see", when=later)


def test_a_power_is_for_its_application_or_for_all_of_its_company(application: Application) -> None:
    another = Walk(Clock(MONDAY), applicant()).prepare()
    theirs = Walk(Clock(MONDAY), officer("information_officer"), company="PT Teluk Rekaan Kimia").prepare()
    assert another.company == application.company
    given(application, to=other_applicant())
    seen = [may(other_applicant(), item, "see") for item in (application, another, theirs)]
    assert seen == [True, False, False]

    given(application, to=other_applicant(), everything=True)

    seen = [may(other_applicant(), item, "see") for item in (application, another, theirs)]
    assert seen == [True, True, False]


def test_a_power_that_was_not_taken_up_covers_nothing_and_bars_nobody(application: Application) -> None:
    head = officer("head_of_office")
    given(application, to=None)
    PowerOfAttorney.objects.update(holder_address=head.email)
    assert not may(head, application, "see")
    assert not is_on_applicants_side(head, application)


SENTENCES = [
    ({"ends": date(2026, 7, 6)}, "fill", "2026-07-07 09:00",
     "Kuasa Anda berakhir pada 6 Juli 2026; minta surat kuasa baru."),
    ({"starts": date(2026, 7, 8)}, "fill", "2026-07-07 09:00", "Kuasa Anda baru berlaku pada 8 Juli 2026."),
    ({}, "sign", "2026-07-07 09:00", "Kuasa Anda untuk pengurusan"),
    ({"scope": "signing"}, "collect", "2026-07-07 09:00", "Kuasa Anda untuk penandatanganan saja."),
    ({}, "withdraw", "2026-07-07 09:00", "Kuasa Anda tidak mencakup penarikan permohonan"),
]  # fmt: skip


@pytest.mark.parametrize(("changed", "doing", "moment", "sentence"), SENTENCES)
def test_who_lacks_power_is_told_why_in_a_sentence(
    application: Application, changed: dict[str, Any], doing: str, moment: str, sentence: str
) -> None:
    given(application, to=other_applicant(), **changed)
    with pytest.raises(Refused) as refusal:
        act_for_applicant(application, doing=Doing(doing), by=other_applicant(), at=at(moment))
    assert refusal.value.message.startswith(sentence)


def test_a_revoked_power_says_since_when(application: Application) -> None:
    power = given(application, to=other_applicant())
    revoke_power(power, reason="Tidak dipercaya lagi.", by=applicant(), at=MONDAY)
    with pytest.raises(Refused, match=r"Kuasa Anda dicabut pada 6 Juli 2026; minta surat kuasa baru\."):
        act_for_applicant(application, doing=Doing.FILL, by=other_applicant(), at=MONDAY)


def test_a_stranger_is_told_nothing(application: Application) -> None:
    with pytest.raises(NotYours):
        act_for_applicant(application, doing=Doing.SEE, by=other_applicant(), at=MONDAY)


def test_an_official_who_ever_held_a_power_examines_nothing_of_it(office: Office) -> None:
    case = case_at("check", at=MONDAY)
    cs = officer("customer_service")
    task = case.main_task
    assert task is not None
    assert may_do_step(cs, task, at=MONDAY)
    power = given(case.application, to=cs)
    revoke_power(power, reason="Bentrok kepentingan.", by=cs, at=MONDAY)

    assert not may_do_step(cs, task, at=MONDAY)
    with pytest.raises(NotYours):
        take_over(task.pk, by=cs, at=MONDAY + timedelta(hours=1))


def test_whoever_started_it_and_left_the_company_sees_it_no_more(application: Application) -> None:
    application.company.memberships.create(user=other_applicant())
    application.company.memberships.filter(user=applicant()).delete()
    assert not may(applicant(), application, "see")
    assert is_on_applicants_side(applicant(), application)


@pytest.mark.parametrize(
    "changed",
    [
        {"ends": date(2026, 6, 30)},
        {"scope": "everything"},
        {"giver": ""},
        {"holder_name": ""},
        {"taken_up_at": None},
        {"holder_address": ""},
        {"revoked_at": MONDAY},
        {"revoke_reason": "Tanpa orang."},
    ],
)
def test_the_database_keeps_no_power_that_contradicts_itself(
    application: Application, changed: dict[str, Any]
) -> None:
    given(application, to=other_applicant())
    with pytest.raises(IntegrityError), transaction.atomic():
        PowerOfAttorney.objects.update(**changed)
