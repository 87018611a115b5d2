"""K1–K11 counted by hand from a few facts, and the facts read from walked cases."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from muara.audit.models import Entry
from muara.cases.actions import take_over
from muara.cases.models import Case, Task
from muara.people.models import Office
from muara.records.facts import decided_in, facts_of
from muara.records.figures import (
    NO_DATA,
    Decided,
    Facts,
    Indicator,
    Passage,
    Ref,
    Share,
    Spread,
    in_time,
    indicators,
    proofs,
    returns,
    right_at_once,
    sends_back,
    spread,
    touch,
)
from muara.records.periods import Period, between, semester, semesters, year
from muara.sop.definition import Process
from muara.web.demo import Clock, Walk, applicant, officer
from tests.clock import MONDAY, at
from tests.remembered import case_at

JULY = Period(date(2026, 7, 1), date(2026, 12, 31), "Semester 2 2026", "2026-2")


def ref(pk: int) -> Ref:
    return Ref(pk, f"{pk:03}/LHP/2026", "PT Contoh")


def decided(pk: int, gross: int, net: int, *, kind: str = "permit", gaps: tuple[str, ...] = ()) -> Decided:
    return Decided(ref(pk), kind, date(2026, 7, 31), gross, net, 14, gaps)


def passage(pk: int, step: str, day: int, **said: object) -> Passage:
    rest: dict[str, object] = {"days": 0, "returned": False, "first": True, **said}
    return Passage(ref(pk), step, date(2026, 7, day), date(2026, 7, day), **rest)  # type: ignore[arg-type]


def by_code(facts: Facts, process: Process) -> dict[str, Indicator]:
    return {one.code: one for one in indicators(facts, process)}


# --- periods ----------------------------------------------------------------------------------------------


def test_a_semester_is_compared_with_the_one_before() -> None:
    assert semester(date(2026, 6, 30)).key == "2026-1"
    assert semester(date(2026, 7, 1)) == JULY
    assert JULY.before == Period(date(2026, 1, 1), date(2026, 6, 30), "Semester 1 2026", "2026-1")
    assert JULY.before.before.key == "2025-2"
    assert year(2026).before == year(2025)
    assert between(date(2026, 3, 11), date(2026, 3, 20)).before == between(
        date(2026, 3, 1), date(2026, 3, 10)
    )
    assert [one.key for one in semesters(date(2026, 7, 6), count=3)] == ["2025-2", "2026-1", "2026-2"]


def test_a_period_ends_at_midnight_of_the_office() -> None:
    assert JULY.begins == at("2026-07-01 00:00")
    assert JULY.ends == at("2027-01-01 00:00")
    assert JULY.holds(date(2026, 12, 31))
    assert not JULY.holds(date(2027, 1, 1))


# --- arithmetic, by hand ----------------------------------------------------------------------------------


def test_the_median_and_the_95th_percentile_are_of_the_nearest_rank() -> None:
    # 20 values: the median is the 10th, the 95th percentile the 19th.
    assert spread(range(1, 21)) == Spread(20, 10, 19)
    assert spread([7]) == Spread(1, 7, 7)
    assert spread([]) is None
    assert Share(0, 0).percent is None


def test_first_passages_alone_are_measured_against_a_limit() -> None:
    due = date(2026, 7, 10)
    facts = [
        passage(1, "verify", 10, due=due),
        passage(2, "verify", 11, due=due),
        passage(2, "verify", 20, due=due, first=False),
        passage(3, "verify", 1),  # its clock has not begun
    ]
    assert in_time(facts, "verify") == Share(1, 2)


def test_returns_count_passages_and_first_time_right_counts_cases() -> None:
    facts = [
        passage(1, "check", 1, returned=True),
        passage(1, "check", 2, first=False),
        passage(2, "check", 3),
        passage(3, "check", 3),
    ]
    assert returns(facts, "check") == Share(1, 4)
    assert right_at_once(facts, "check") == Share(2, 3)


def test_touch_leaves_out_what_nobody_received() -> None:
    facts = [passage(1, "register", 1, minutes=4), passage(2, "register", 1, minutes=12)]
    assert touch([*facts, passage(3, "register", 1)], "register") == Spread(2, 4, 12)


@pytest.mark.django_db
def test_only_what_says_not_right_yet_is_a_return(office: Office) -> None:
    process = case_at("check", at=MONDAY).process
    found = {
        (step.number, way.key) for step in process.steps for way in step.outcomes if sends_back(way, process)
    }
    # The SOP's ways back (domain 1.8.1), without advice (4 → 5), meetings and decisions to refuse.
    assert found == {
        (4, "incomplete"),
        (4, "new_application"),
        (6, "not_approved"),
        (7, "incomplete"),
        (7, "new_application"),
        (10, "unfit"),
        (10, "new_application"),
        (11, "recommendation_incomplete"),
        (12, "faulty"),
        (12, "unmet"),
        (13, "faulty"),
        (13, "unmet"),
        (14, "redraft"),
        (14, "unmet"),
        (14, "review_again"),
        (15, "faulty_section"),
        (15, "faulty_division"),
        (15, "unmet"),
        (15, "review_again"),
        (16, "faulty"),
    }


@pytest.mark.django_db
def test_the_eleven_are_told_with_what_they_were_counted_from(office: Office) -> None:
    process = case_at("check", at=MONDAY).process
    facts = Facts(
        decided=[
            decided(1, 14, 9),
            decided(2, 15, 10),
            decided(3, 3, 3, gaps=("langkah 12 tanpa petugas",)),
            decided(4, 20, 20, kind="refusal"),
        ],
        waits=[timedelta(minutes=4), timedelta(minutes=10, seconds=40)],
    )
    told = by_code(facts, process)

    assert list(told) == [f"K{number}" for number in range(1, 12)]
    permits, refusals = told["K1"].lines
    # The 14th working day is in time, the 15th is not; refusals are counted by themselves.
    assert (permits.value, permits.counted, permits.target, permits.met) == (
        "66,7 %",
        "2 dari 3 izin",
        "100 %",
        False,
    )
    assert (refusals.value, refusals.counted) == ("0 %", "0 dari 1 keputusan penolakan")
    gross, net = told["K2"].lines
    assert gross.value == "median 14, persentil ke-95 15 hari kerja"
    assert net.value == "median 9, persentil ke-95 10 hari kerja"
    assert told["K10"].lines[0].counted == "2 dari 3 izin"
    assert told["K11"].lines[0].value == "median 4, persentil ke-95 11 menit"
    # K3 measures the steps with a limit; what the SOP does not print has no target.
    assert [line.label.split(".")[0] for line in told["K3"].lines] == "5 6 7 11 12 13 14 15 16 17 18".split()
    assert [line.label.split(".")[0] for line in told["K3"].lines if not line.target] == ["11", "17", "18"]
    assert [line.label.split(".")[0] for line in told["K4"].lines] == "5 6 7 12 13 16".split()
    assert [line.label.split(".")[0] for line in told["K5"].lines] == "4 7 10 12 13 15".split()
    assert all(line.met is None for line in (*told["K4"].lines, *told["K5"].lines, *told["K6"].lines))
    assert "tidak menetapkan target" in told["K6"].note


@pytest.mark.django_db
def test_nothing_measured_is_no_data_and_never_a_hundred_per_cent(office: Office) -> None:
    told = by_code(Facts(), case_at("check", at=MONDAY).process)
    for code in ("K1", "K2", "K3", "K5", "K6", "K7", "K8", "K10", "K11"):
        assert {line.value for line in told[code].lines} == {NO_DATA}, code
        assert {line.met for line in told[code].lines} == {None}, code


@pytest.mark.django_db
def test_the_proof_of_a_figure_begins_with_what_speaks_against_it(office: Office) -> None:
    process = case_at("check", at=MONDAY).process
    facts = Facts(decided=[decided(1, 14, 9), decided(2, 15, 10)])
    assert [(one.case.pk, one.against) for one in proofs("K1", facts, process)] == [(2, True), (1, False)]
    assert proofs("K9", facts, process) == []


# --- facts from walked cases ------------------------------------------------------------------------------


def walked(pace: timedelta = timedelta(minutes=5)) -> Case:
    return case_at("end", at=MONDAY, pace=pace)


def later(case: Case, when: str, *, pace: timedelta = timedelta(minutes=5)) -> Walk:
    """Somebody goes on with a case at another time."""
    return Walk(Clock(at(when), pace=pace), applicant(), application=case.application, case=case)


@pytest.mark.django_db
def test_a_case_walked_to_its_end_is_told_by_its_own_rows(office: Office) -> None:
    case = walked()
    facts = facts_of("LHP", JULY)

    tasks = Task.objects.filter(case=case, companion=False)
    assert [one.step for one in facts.passages] == [t.step_key for t in tasks.order_by("opened_at", "pk")]
    assert not any(one.returned for one in facts.passages)
    (decision,) = facts.decided
    # All in one day: H is day 0 of the promise, and the permit lay ready on H itself.
    assert (decision.kind, decision.gross, decision.net, decision.promise) == ("permit", 0, 0, 14)
    assert decision.gaps == ()
    assert decided_in("LHP", JULY) == [decision]
    (agency,) = facts.at_agency
    assert (agency.days, agency.in_hand) == (0, 0)
    assert facts_of("LHP", JULY.before) == Facts(
        passages=[], decided=[], at_agency=[], waits=[], complaints=[]
    )


@pytest.mark.django_db
def test_working_days_are_counted_between_the_days_of_the_acts(office: Office) -> None:
    """H on Friday 10 July 2026, ready on Monday the 27th: 13, 14, 15, 16, 17, 20 … 27 are eleven days."""
    case = case_at("endorse_section", at=at("2026-07-10 11:00"))
    assert Case.objects.get(pk=case.pk).recommended_on == date(2026, 7, 10)
    walk = later(case, "2026-07-27 09:00")
    while not Task.objects.filter(case=case, step_key="hand_over").exists():
        walk.forward()

    (decision,) = facts_of("LHP", JULY).decided
    assert (decision.gross, decision.net, decision.kept) == (11, 11, True)
    section = next(one for one in facts_of("LHP", JULY).passages if one.step == "endorse_section")
    # Its limit H+2 was Tuesday 14 July; it came on the 10th and went on the 27th.
    assert (section.due, section.closed, section.days) == (date(2026, 7, 14), date(2026, 7, 27), 11)


@pytest.mark.django_db
def test_minutes_are_those_of_the_office_s_hours_after_somebody_received_the_file(office: Office) -> None:
    case = case_at("register", at=at("2026-07-06 10:00"))
    task = Task.objects.get(case=case, step_key="register")
    take_over(task.pk, by=officer("registration_counter"), at=at("2026-07-06 18:50"))
    walk = later(case, "2026-07-07 08:20", pace=timedelta(0))
    walk.do_register(walk.task, officer("registration_counter"), task.step.outcome("registered"), "")

    (found,) = [one for one in facts_of("LHP", JULY).passages if one.step == "register"]
    # The SOP's hours: until 19.00 on Monday, from 08.00 on Tuesday.
    assert found.minutes == 10 + 20


@pytest.mark.django_db
def test_a_control_sheet_with_a_missing_receiver_is_not_complete(office: Office) -> None:
    case = walked()
    Task.objects.filter(case=case, step_key="endorse_division").update(received_at=None, received_by=None)

    (decision,) = facts_of("LHP", JULY).decided
    assert decision.gaps == ("langkah 13 tanpa petugas",)
    assert Entry.objects.filter(chain=case.chain).exists()


@pytest.mark.django_db
def test_what_was_asked_is_counted_by_step_and_kind(office: Office) -> None:
    case_at("correct", at=MONDAY)
    facts = facts_of("LHP", JULY)
    assert facts.asked == {("verify", "repair"): 1}
    assert returns(facts.passages, "verify") == Share(1, 1)


@pytest.mark.django_db
def test_thirty_cases_cost_as_many_queries_as_one(office: Office) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as caught:
            facts_of("LHP", JULY)
        return len(caught)

    walked()
    queries()  # the calendar and the SOP are remembered from here on
    one = queries()
    for hour in range(3):
        case_at("end", at=MONDAY + timedelta(days=hour + 1))
    assert queries() == one
