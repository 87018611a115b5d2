"""What people hold, and when: definitive, Plt and Plh, at the office and at the agency."""

from __future__ import annotations

import json
from datetime import date

import pytest

from muara.audit.models import Entry
from muara.people.actions import NotAdministrator, Refused, end_holding, grant
from muara.people.models import Holding, Office
from muara.people.queries import holder
from muara.web.demo import officer
from tests.clock import MONDAY, at

pytestmark = pytest.mark.usefixtures("_office")

JULY = date(2026, 7, 1)


def office() -> Office:
    return Office.objects.get(kind="issuing")


def agency() -> Office:
    return Office.objects.get(kind="agency")


def give(
    person: str,
    actor: str,
    *,
    where: Office | None = None,
    starts: date = JULY,
    ends: date | None = None,
    status: str = "definitif",
    by: str = "administrator",
    reason: str = "",
) -> Holding:
    """Grant an actor to the holder of another one."""
    return grant(
        officer(person).pk,
        actor=actor,
        office_id=(where or office()).pk,
        starts=starts,
        ends=ends,
        status=status,
        reason=reason,
        by=officer(by),
        at=MONDAY,
    )


def refused_field(*args: object, **kwargs: object) -> str | None:
    with pytest.raises(Refused) as refusal:
        give(*args, **kwargs)  # type: ignore[arg-type]
    return refusal.value.field


def test_the_day_before_and_the_day_after_a_period_are_not_in_it() -> None:
    give("section_head", "liaison", starts=date(2026, 7, 7), ends=date(2026, 7, 8))
    person = officer("section_head")
    held = [
        person.holds("liaison", at(f"2026-07-{day:02} {clock}"))
        for day, clock in ((6, "23:59"), (7, "00:00"), (8, "23:59"), (9, "00:00"))
    ]
    assert held == [False, True, True, False]


def test_an_acting_head_signs_while_the_definitive_one_is_away() -> None:
    give("division_head", "head_of_office", status="plt", starts=date(2026, 7, 6), ends=date(2026, 7, 10))
    names = [
        found.user.name if (found := holder("head_of_office", on=date(2026, 7, day))) else ""
        for day in (5, 6, 10, 11)
    ]
    assert names == ["Guntur Andaian", "Kartika Misalnya", "Kartika Misalnya", "Guntur Andaian"]


def test_two_definitive_heads_at_a_time_are_refused() -> None:
    assert refused_field("division_head", "head_of_office") == "starts"


def test_two_acting_heads_at_a_time_are_refused() -> None:
    give("division_head", "head_of_office", status="plt", ends=date(2026, 7, 10))
    days = {"starts": date(2026, 7, 10), "ends": date(2026, 7, 12)}
    assert refused_field("section_head", "head_of_office", status="plh", **days) == "starts"
    give("section_head", "head_of_office", status="plh", starts=date(2026, 7, 11), ends=date(2026, 7, 12))


def test_a_new_head_may_follow_the_day_after_the_old_one() -> None:
    old = Holding.objects.get(actor="head_of_office")
    end_holding(old.pk, ends=date(2026, 7, 31), by=officer("administrator"), at=MONDAY)
    assert refused_field("division_head", "head_of_office", starts=date(2026, 7, 31)) == "starts"
    give("division_head", "head_of_office", starts=date(2026, 8, 1))


def test_several_people_may_work_at_one_desk() -> None:
    give("liaison", "verifier")
    assert Holding.objects.current(JULY).filter(actor="verifier").count() == 2


def test_nobody_holds_the_same_desk_twice_at_a_time() -> None:
    assert refused_field("verifier", "verifier", starts=date(2026, 12, 1)) == "starts"


@pytest.mark.parametrize("status", ["plt", "plh"])
def test_who_acts_for_somebody_does_so_for_a_time(status: str) -> None:
    assert refused_field("section_head", "division_head", status=status) == "ends"


def test_a_period_does_not_end_before_it_starts() -> None:
    assert refused_field("section_head", "liaison", ends=date(2026, 6, 30)) == "ends"


def test_the_technical_team_works_at_an_agency_and_nobody_else_does() -> None:
    assert refused_field("liaison", "technical_team") == "office"
    assert refused_field("liaison", "verifier", where=agency()) == "office"
    give("liaison", "technical_team", where=agency())


def test_an_administrator_cannot_silently_take_part_in_the_procedure() -> None:
    assert refused_field("administrator", "registrar") == "reason"
    give("administrator", "registrar", reason="Surat perintah nomor 7, petugas sakit")
    entry = Entry.objects.filter(chain=f"user:{officer('administrator').pk}").order_by("-seq")[0]
    assert json.loads(entry.text)["facts"]["own"] is True
    assert entry.note == "Surat perintah nomor 7, petugas sakit"


@pytest.mark.parametrize("actor", ["head_of_office", "auditor", "verifier"])
def test_only_an_administrator_grants_and_ends(actor: str) -> None:
    with pytest.raises(NotAdministrator):
        give("liaison", "verifier", by=actor)
    held = Holding.objects.get(actor="verifier")
    with pytest.raises(NotAdministrator):
        end_holding(held.pk, ends=JULY, by=officer(actor), at=MONDAY)


def test_a_period_is_not_ended_before_it_began_nor_lengthened() -> None:
    by = officer("administrator")
    held = give("section_head", "liaison", ends=date(2026, 7, 10))
    for day in (date(2026, 6, 30), date(2026, 7, 11)):
        with pytest.raises(Refused) as refusal:
            end_holding(held.pk, ends=day, by=by, at=MONDAY)
        assert refusal.value.field == "ends"


def test_the_last_administrator_cannot_step_down() -> None:
    held = Holding.objects.get(actor="administrator")
    with pytest.raises(Refused) as refusal:
        end_holding(held.pk, ends=date(2026, 12, 31), by=officer("administrator"), at=MONDAY)
    assert refusal.value.field == "ends"
    give("auditor", "administrator")
    end_holding(held.pk, ends=date(2026, 12, 31), by=officer("administrator"), at=MONDAY)


def test_an_administrator_for_a_time_does_not_let_the_last_one_go() -> None:
    give("auditor", "administrator", status="plh", ends=date(2026, 7, 31))
    held = Holding.objects.get(user=officer("administrator"))
    with pytest.raises(Refused):
        end_holding(held.pk, ends=date(2026, 7, 7), by=officer("administrator"), at=MONDAY)
