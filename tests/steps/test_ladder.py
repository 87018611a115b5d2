"""Reminders and the rungs above them: each once, on its working day, to who is there; nothing is granted."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction

from muara.audit.models import Entry
from muara.audit.queries import breaks, heads
from muara.cases.actions import take_over
from muara.cases.limits import legal_limit, past_legal_limit
from muara.cases.models import Case, Escalation, LegalAlert, Pause, Rung, Task
from muara.cases.queries import case_heads
from muara.people.actions import import_calendar, set_office_setting
from muara.people.actions.absences import record_absence
from muara.people.calendar import office_calendar
from muara.people.models import Holding, Notice, Office, User, office_day
from muara.steps.actions import pausing
from muara.steps.actions.ladder import climb, warn_of_legal_limits
from muara.web.demo import asked_several_things, officer
from tests.clock import MONDAY, at
from tests.databases import OwnDatabase
from tests.remembered import case_at

pytestmark = pytest.mark.both

# H is Monday 6 July 2026, and no holiday follows until 17 August: H+13 is Thursday 23 July, H+14 the 24th.
H = at("2026-07-06 14:00")


def task_of(case: Case) -> Task:
    task = Case.objects.get(pk=case.pk).main_task
    assert task is not None
    return task


def mornings(first: str, last: str) -> Iterator[datetime]:
    day = at(f"{first} 09:00")
    while day <= at(f"{last} 09:00"):
        yield day
        day += timedelta(days=1)


def days_fired(case: Case, first: str, last: str) -> dict[str, str]:
    """Let the clock run over every day, twice a day, and say on which each rung was told."""
    for morning in mornings(first, last):
        list(climb(at=morning))
        list(climb(at=morning + timedelta(hours=1)))
    return fired(case)


def fired(case: Case) -> dict[str, str]:
    rows = Escalation.objects.filter(task__case=case)
    return {row.rung: office_day(row.at).isoformat() for row in rows}


def told(rung: str) -> list[str]:
    """Whom a rung was told to, by the actor they hold in the cast."""
    rows = Notice.objects.filter(key__contains=f":limit:{rung}:")
    return sorted(row.recipient.email.partition("@")[0] for row in rows if row.recipient)


# --- the right day, once ---------------------------------------------------------------------------------


@pytest.mark.usefixtures("office")
def test_each_rung_is_told_once_on_its_working_day() -> None:
    case = case_at("number", at=H)

    # The limit of step 16 is H+13, Thursday the 23rd; 1, 3 and 5 working days later are 24, 28 and 30 July.
    assert days_fired(case, "2026-07-06", "2026-08-05") == {
        "before": "2026-07-22",
        "due": "2026-07-23",
        "section_head": "2026-07-24",
        "division_head": "2026-07-28",
        "head_of_office": "2026-07-30",
    }
    assert told("before") == told("due") == ["tatausaha"]
    assert (told("section_head"), told("division_head"), told("head_of_office")) == (
        ["kasi"],
        ["kabid"],
        ["kadis"],
    )
    verbs = Entry.objects.filter(chain=case.chain, verb__startswith="limit.").order_by("seq")
    assert [(entry.verb, entry.by_id) for entry in verbs] == [
        (f"limit.{rung}", None)
        for rung in ("before", "due", "section_head", "division_head", "head_of_office")
    ]
    assert breaks([*heads(), *case_heads()]) == []


@pytest.mark.usefixtures("office")
def test_nobody_is_told_of_their_own_lateness_as_a_superior() -> None:
    case = case_at("endorse_division", at=H)  # H+2 is Wednesday 8 July

    assert days_fired(case, "2026-07-06", "2026-07-30") == {
        "before": "2026-07-07",
        "due": "2026-07-08",
        "head_of_office": "2026-07-15",
    }
    assert told("due") == ["kabid"]


@pytest.mark.usefixtures("office")
def test_a_limit_on_the_day_the_file_came_is_not_told_while_it_has_just_come() -> None:
    case = case_at("verify", at=MONDAY)  # step 7: Hari ke H, the day of registration

    assert days_fired(case, "2026-07-06", "2026-07-07") == {"due": "2026-07-07", "section_head": "2026-07-07"}
    assert "Terlambat 1 hari kerja" in Notice.objects.filter(key__contains=":limit:due:").get().subject


@pytest.mark.usefixtures("office")
def test_a_file_that_comes_back_after_its_limit_is_late_from_that_day() -> None:
    case = case_at("endorse_section", at=H)
    Task.objects.filter(pk=task_of(case).pk).update(opened_at=at("2026-07-20 10:00"))  # H+2 was the 8th

    assert days_fired(case, "2026-07-20", "2026-07-27") == {
        "due": "2026-07-21",
        "division_head": "2026-07-23",
        "head_of_office": "2026-07-27",
    }


@pytest.mark.usefixtures("office")
def test_missed_days_are_made_up_for_and_of_the_officers_rungs_only_the_last() -> None:
    case = case_at("number", at=H)
    list(climb(at=at("2026-07-29 09:00")))  # the server stood still until four working days after the limit

    assert sorted(fired(case)) == ["division_head", "due", "section_head"]


@pytest.mark.usefixtures("office")
def test_a_weekend_a_holiday_and_the_hour_before_opening_are_silent() -> None:
    case = case_at("endorse_section", at=at("2026-08-12 14:00"))  # Wednesday; H+2 is Friday the 14th
    for moment in (
        "2026-08-13 07:59",
        "2026-08-15 09:00",  # Saturday
        "2026-08-16 09:00",  # Sunday
        "2026-08-17 09:00",  # Independence Day
    ):
        list(climb(at=at(moment)))
    before = fired(case)
    list(climb(at=at("2026-08-13 08:00")))

    assert (before, fired(case)) == ({}, {"before": "2026-08-13"})


@pytest.mark.usefixtures("office")
def test_a_second_before_midnight_is_the_same_day_and_the_year_changes_on_time() -> None:
    # domain.md topic 8: H Thursday 10 December 2026, H+13 Thursday 31 December, H+14 Monday 4 January 2027.
    case = case_at("number", at=at("2026-12-10 14:00"))

    list(climb(at=at("2026-12-31 23:59:59")))
    assert fired(case) == {"due": "2026-12-31"}
    list(climb(at=at("2027-01-01 00:00:00")))  # New Year's Day
    list(climb(at=at("2027-01-04 00:00:01")))  # before the office opens
    assert fired(case) == {"due": "2026-12-31"}
    list(climb(at=at("2027-01-04 08:00:00")))
    assert fired(case) == {"due": "2026-12-31", "section_head": "2027-01-04"}


@pytest.mark.usefixtures("office")
def test_a_clock_set_back_a_day_tells_nothing_twice() -> None:
    case = case_at("number", at=H)
    list(climb(at=at("2026-07-23 09:00")))
    count = Notice.objects.count()

    for moment in ("2026-07-22 09:00", "2026-07-23 09:00"):
        list(climb(at=at(moment)))

    # Back on the 22nd the reminder "before" is due, as that day says; the 23rd is told already.
    assert fired(case) == {"due": "2026-07-23", "before": "2026-07-22"}
    assert Notice.objects.count() == count + 1


def test_a_leap_day_is_a_working_day_like_any_other(office: Office) -> None:
    # 2024: H Tuesday 27 February, H+2 Thursday the 29th; one working day later is Friday 1 March.
    case = case_at("endorse_section", at=at("2024-02-27 14:00"))

    assert task_of(case).due_on == date(2024, 2, 29)
    assert days_fired(case, "2024-02-27", "2024-03-05") == {
        "before": "2024-02-28",
        "due": "2024-02-29",
        "division_head": "2024-03-05",
    }


def test_a_month_without_a_working_day_lies_between_two_rungs(office: Office) -> None:
    days = [date(2026, 8, number) for number in range(1, 32)]
    rows = [
        {"tanggal": f"{day}", "jenis": "PENUTUPAN_KANTOR", "nama": "Banjir", "perkiraan": "N"} for day in days
    ]
    import_calendar(rows=rows, source="Contoh", by=None, at=MONDAY)
    case = case_at("number", at=at("2026-07-14 14:00"))  # H+13 is Friday 31 July

    assert task_of(case).due_on == date(2026, 7, 31)
    assert days_fired(case, "2026-07-28", "2026-09-04") == {
        "before": "2026-07-30",
        "due": "2026-07-31",
        "section_head": "2026-09-01",
        "division_head": "2026-09-03",
    }


@pytest.mark.usefixtures("office")
def test_the_office_chooses_the_days_and_the_choice_holds_from_its_day() -> None:
    for key, days in (("remind_before", 3), ("tell_section_head", 2)):
        set_office_setting(
            setting=key, value=days, effective_from=date(2026, 7, 1), basis="SK contoh", by=None, at=MONDAY
        )
    case = case_at("number", at=H)

    found = days_fired(case, "2026-07-06", "2026-07-28")
    assert (found["before"], found["section_head"]) == ("2026-07-20", "2026-07-27")


@pytest.mark.usefixtures("office")
def test_the_database_keeps_a_rung_to_one_a_task() -> None:
    task = task_of(case_at("number", at=H))
    row = {"task": task, "rung": Rung.DUE, "due_on": task.due_on, "late": 0, "at": H}
    Escalation.objects.create(**row)
    with pytest.raises(IntegrityError), transaction.atomic():
        Escalation.objects.create(**row)


def test_two_ticks_at_once_tell_each_rung_once(own_database: OwnDatabase) -> None:
    from muara.web.demo import seed_office

    seed_office(MONDAY)
    case = case_at("number", at=H)
    now = at("2026-08-05 09:00")

    came = own_database.together(*[lambda: [*climb(at=now), *warn_of_legal_limits(at=now)] for _ in range(8)])

    assert [one for one in came if isinstance(one, Exception)] == []
    list(climb(at=now + timedelta(minutes=1)))  # what stepped aside for another is told by the next tick
    list(warn_of_legal_limits(at=now + timedelta(minutes=1)))
    assert sorted(fired(case)) == ["division_head", "due", "head_of_office", "section_head"]
    assert LegalAlert.objects.filter(case=case).count() == 1
    assert Notice.objects.filter(about=f"task:{task_of(case).pk}").count() == 5
    assert Entry.objects.filter(chain=case.chain, verb__startswith="limit.").count() == 5
    assert breaks([*heads(), *case_heads()]) == []


# --- whom it reaches, and when it waits ------------------------------------------------------------------


def second(actor: str, name: str = "Kedua Contoh") -> User:
    """A second holder of an actor of the office."""
    user = User.objects.create_user(email=f"{actor}2@contoh.example", name=name)
    Holding.objects.create(
        user=user, actor=actor, office=Office.objects.get(kind="issuing"), starts=date(2024, 1, 1)
    )
    return user


@pytest.mark.usefixtures("office")
def test_who_received_the_file_is_told_and_while_they_are_away_their_colleagues() -> None:
    second("registrar")
    case = case_at("number", at=H)
    take_over(task_of(case).pk, by=officer("registrar"), at=H + timedelta(hours=1))
    list(climb(at=at("2026-07-22 09:00")))
    record_absence(
        officer("registrar").pk,
        starts=date(2026, 7, 23),
        ends=date(2026, 7, 24),
        by=officer("registrar"),
        at=at("2026-07-22 10:00"),
    )
    list(climb(at=at("2026-07-23 09:00")))

    assert (told("before"), told("due")) == (["tatausaha"], ["registrar2"])


@pytest.mark.usefixtures("office")
def test_the_superior_is_told_when_no_colleague_is_there_and_the_next_when_the_superior_is_away() -> None:
    case_at("number", at=H)
    for who in ("registrar", "section_head"):
        record_absence(
            officer(who).pk, starts=date(2026, 7, 20), ends=date(2026, 7, 24), by=officer(who), at=MONDAY
        )
    list(climb(at=at("2026-07-24 09:00")))

    assert (told("due"), told("section_head")) == (["kabid"], ["kabid"])


@pytest.mark.usefixtures("office")
def test_no_rung_climbs_while_the_file_is_paused_and_the_days_away_do_not_count() -> None:
    case = case_at("number", at=H)
    task = task_of(case)
    pausing.begin_pause(
        task,
        category="applicant",
        reason="Menunggu pemohon.",
        starts=at("2026-07-22 08:00"),
        by=officer("section_head"),
        at=at("2026-07-22 08:00"),
    )
    away = days_fired(case, "2026-07-22", "2026-07-29")
    pausing.end_pause(
        task, ends=at("2026-07-29 15:00"), by=officer("section_head"), at=at("2026-07-29 15:00")
    )

    # Gross it is late since the 24th; net the first working day after the limit is Thursday the 30th.
    assert away == {}
    assert days_fired(case, "2026-07-30", "2026-08-03") == {
        "due": "2026-07-30",
        "section_head": "2026-07-30",
        "division_head": "2026-08-03",
    }


@pytest.mark.usefixtures("office")
def test_what_lies_with_the_applicant_or_waits_for_collection_presses_nobody() -> None:
    collected, asked = case_at("hand_over", at=H), asked_several_things(at=MONDAY)

    assert days_fired(collected, "2026-07-06", "2026-08-31") == {}
    assert fired(asked if isinstance(asked, Case) else Case.objects.exclude(pk=collected.pk).get()) == {}


# --- the legal limit -------------------------------------------------------------------------------------


@pytest.mark.usefixtures("office")
def test_past_the_legal_limit_the_head_is_told_once_and_nothing_is_granted() -> None:
    case = case_at("decide", at=H)
    calendar = office_calendar()
    days = {}
    for morning in mornings("2026-07-22", "2026-07-31"):
        for alert in warn_of_legal_limits(at=morning):
            days[alert.case_id] = office_day(morning).isoformat()

    # H+14 is Friday the 24th: it is over on Saturday, and told on Monday.
    assert legal_limit(Case.objects.get(pk=case.pk), calendar=calendar) == date(2026, 7, 24)
    assert not past_legal_limit(today=date(2026, 7, 24)).exists()
    assert past_legal_limit(today=date(2026, 7, 25)).get() == case
    assert days == {case.pk: "2026-07-27"}
    notice = Notice.objects.get(kind="legal_limit")
    assert notice.recipient == officer("head_of_office")
    assert "dianggap dikabulkan secara hukum" in notice.text
    after = Case.objects.get(pk=case.pk)
    assert (after.closed_at, task_of(after).step_key, hasattr(after, "permit")) == (None, "decide", False)
    assert Entry.objects.get(chain=case.chain, verb="limit.legal").by_id is None


@pytest.mark.usefixtures("office")
def test_a_pause_does_not_hold_the_legal_alert_back() -> None:
    case = case_at("decide", at=H)
    Pause.objects.create(
        task=task_of(case),
        category="applicant",
        reason="Menunggu.",
        starts=at("2026-07-10 09:00"),
        begun_by=officer("section_head"),
        begun_at=at("2026-07-10 09:00"),
    )

    assert [alert.case_id for alert in warn_of_legal_limits(at=at("2026-07-27 09:00"))] == [case.pk]


@pytest.mark.usefixtures("office")
def test_a_decision_that_is_out_or_a_clock_that_has_not_begun_is_no_exposure() -> None:
    case_at("hand_over", at=H)
    case_at("review", at=H, company="PT Tanpa H")

    assert not past_legal_limit(today=date(2027, 1, 31)).exists()


@pytest.mark.usefixtures("office")
def test_the_tick_does_it_all() -> None:
    case = case_at("number", at=H)
    for _ in range(2):
        call_command("tick", at="2026-07-30T09:00")

    assert sorted(fired(case)) == ["division_head", "due", "head_of_office", "section_head"]
    assert LegalAlert.objects.count() == 1
