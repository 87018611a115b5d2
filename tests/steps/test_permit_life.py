"""What a holder is told as the end of their permit comes near: each once, and never of one that ended."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from muara.people.models import Notice, Office
from muara.people.reading import only_reading
from muara.permits.models import LaterDecision, Permit
from muara.steps.actions.permit_life import being_renewed, expiring, remind_of_expiry
from muara.steps.letters.later import Verdict
from muara.web.demo import Clock, Walk, applicant
from tests.clock import MONDAY, at
from tests.later import because, carry_through
from tests.remembered import case_at
from tests.renewals import fill, start

pytestmark = pytest.mark.django_db

Kind = LaterDecision.Kind
# Before Sunday, 6 July 2031: five years after the issue. All four are working days.
DAYS = {180: "2031-01-07", 90: "2031-04-07", 60: "2031-05-07", 30: "2031-06-06"}


@pytest.fixture
def permit(office: Office) -> Permit:
    return Permit.objects.get(case=case_at("hand_over", at=MONDAY))


def reminded(day: str, hour: str = "09:00") -> list[str]:
    return [one.key.rpartition("expiry:")[2] for one in remind_of_expiry(at=at(f"{day} {hour}"))]


def test_a_holder_is_invited_to_renew_once_on_each_of_the_four_days(permit: Permit) -> None:
    assert reminded("2031-01-06") == []
    for days, day in DAYS.items():
        assert reminded(day) == [str(days)]
        assert reminded(day, "09:01") == []
    assert reminded("2031-07-06") == reminded("2031-07-09") == []

    rows = Notice.objects.filter(kind="expiry").order_by("made_at")
    assert [row.important for row in rows] == [False, False, True, True]
    assert {row.recipient for row in rows} == {applicant()}
    first = rows[0]
    assert first.subject == f"Izin nomor {permit.number.text} berlaku sampai 6 Juli 2031"
    assert "180 hari lagi" in first.text
    assert "masa berlakunya berakhir pada 7 Juli 2031" in first.text


def test_a_weekend_is_told_on_the_working_day_before_and_a_missed_day_within_a_week(permit: Permit) -> None:
    Permit.objects.update(expires_on="2031-07-04")  # 30 days before: Wednesday, 4 June; 90: Saturday, 5 April
    assert reminded("2031-04-03") == []
    assert reminded("2031-04-04") == ["90"]
    assert reminded("2031-06-11") == ["30"]
    Notice.objects.filter(kind="expiry").delete()
    assert reminded("2031-06-12") == []


@pytest.mark.parametrize("kind", [Kind.REVOCATION, Kind.ANNULMENT])
def test_a_permit_that_ended_early_is_not_reminded_of(permit: Permit, kind: LaterDecision.Kind) -> None:
    assert reminded(DAYS[180]) == ["180"]
    when = at("2031-01-08 09:00")
    said = because(when.date())
    if kind is Kind.ANNULMENT:
        verdict = Verdict(court="PTUN Contoh", number="1/G/2031", dated=when.date())
        said = replace(said, warnings=(), told_on=None, heard="", verdict=verdict)
    carry_through(permit, kind, said, at=when)

    assert reminded(DAYS[90]) == []
    assert Notice.objects.get(kind="expiry").withdrawn_at == when


def test_a_permit_is_not_reminded_of_while_it_is_renewed_nor_after(permit: Permit) -> None:
    application = start("renewal", permit, at=at("2031-01-08 09:00"))
    fill(application, at=at("2031-01-08 09:00"))
    assert being_renewed([permit]) == {}  # not handed in yet
    walk = Walk(Clock(at("2031-01-08 09:00")), applicant(), application=application)
    case = walk.submit()
    assert being_renewed([permit]) == {permit.pk: case}
    assert reminded(DAYS[180]) == []
    while case.tasks.filter(closed_at=None, companion=False).exists():
        walk.forward()

    permit.refresh_from_db()
    assert permit.replaced_on is not None
    assert reminded(DAYS[90]) == []


def test_the_tick_reminds_and_a_suspended_permit_is_reminded_of_too(permit: Permit) -> None:
    carry_through(permit, Kind.SUSPENSION, because(at("2030-12-02 09:00").date()), at=at("2030-12-02 09:00"))
    for _ in range(2):
        call_command("tick", at=f"{DAYS[180]}T09:00")
    assert Notice.objects.filter(kind="expiry").count() == 1


@pytest.mark.slow
def test_who_ends_soon_costs_the_same_for_one_as_for_three(permit: Permit) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as seen, only_reading():
            being_renewed(expiring(at("2031-02-03 09:00").date(), within=180))
        return len(seen)

    queries()
    one = queries()
    for company in ("PT Tanjung Andaikan Pupuk", "PT Karang Umpama Batubara"):
        case_at("hand_over", at=MONDAY, company=company)
    assert queries() == one
