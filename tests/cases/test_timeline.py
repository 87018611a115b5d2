"""Who had a case when, what of its promise is gross and net, and pauses that tell the truth."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest
from django.db import IntegrityError, transaction

from muara.audit.models import Entry
from muara.cases.actions import NotYours, Refused, shifts, take_over
from muara.cases.forecast import ENOUGH, forecast, percentile
from muara.cases.models import Application, Case, Correction, Pause, Task
from muara.cases.queries import court_of
from muara.cases.timeline import AGENCY, APPLICANT, OFFICE, elapsed, timeline
from muara.people.calendar import office_calendar
from muara.people.models import User
from muara.sop.working_time import add_working_days
from muara.steps.actions import pausing
from muara.web.demo import officer, talked_over
from tests.clock import at
from tests.remembered import case_at

pytestmark = [pytest.mark.django_db, pytest.mark.both, pytest.mark.usefixtures("office")]

H = at("2026-12-10 14:00")  # domain.md topic 8: H+14 = 4 January 2027
LATER = at("2026-12-17 10:00")
HOUR = timedelta(hours=1)


def head() -> User:
    return officer("section_head")


def standing(step: str = "endorse_section") -> tuple[Case, Task]:
    case = case_at(step, at=H)
    case = Case.objects.get(pk=case.pk)
    task = case.main_task
    assert task is not None
    return case, task


def pause(task: Task, starts: datetime, *, now: datetime = LATER, by: User | None = None) -> None:
    pausing.begin_pause(
        task, category="agency", reason="Menunggu peta dari OPD.", starts=starts, by=by or head(), at=now
    )


def test_spans_touch_and_cover_the_whole_life() -> None:
    case, _ = standing()
    spans = timeline(case)

    assert spans[0].starts == case.opened_at
    for before, after in pairwise(spans):
        assert before.ends == after.starts
    assert spans[-1].ends is None
    assert {AGENCY, OFFICE} <= {span.side for span in spans}


def test_a_pause_is_not_counted_in_net_and_never_stops_gross() -> None:
    case, task = standing()
    take_over(task.pk, by=head(), at=H + timedelta(hours=1))
    pause(task, at("2026-12-11 09:00"))
    case = Case.objects.get(pk=case.pk)
    running = court_of(case)
    pausing.end_pause(task, ends=at("2026-12-16 09:00"), by=head(), at=LATER)
    case = Case.objects.get(pk=case.pk)

    # Thursday 10 December is H. Working days to the 17th: 11, 14, 15, 16, 17; away: 14, 15, 16.
    used = elapsed(timeline(case), office_calendar(), since=date(2026, 12, 10), until=date(2026, 12, 17))
    assert (used.gross, used.away, used.net) == (5, 3, 2)
    assert "menunggu OPD teknis" in running.label
    assert "menunggu" not in court_of(case).label
    verbs = Entry.objects.filter(chain=case.chain).values_list("verb", flat=True)
    assert {"pause.begin", "pause.end"} <= set(verbs)


def test_a_pause_over_a_holiday_counts_no_holiday() -> None:
    case, task = standing()
    pause(task, at("2026-12-23 09:00"), now=at("2026-12-29 08:00"))
    case = Case.objects.get(pk=case.pk)

    # 24 December is collective leave, 25 Christmas, 26 and 27 a weekend: only Monday 28 and Tuesday 29 count.
    used = elapsed(timeline(case), office_calendar(), since=date(2026, 12, 10), until=date(2026, 12, 29))
    assert used.away == 2


@pytest.mark.parametrize(
    ("starts", "told"),
    [
        (LATER + timedelta(days=1), "masa depan"),
        (H - timedelta(days=3), "sebelum berkas sampai"),
    ],
)
def test_a_pause_begins_neither_tomorrow_nor_before_the_file_came(starts: datetime, told: str) -> None:
    _, task = standing()
    before = Entry.objects.count()
    with pytest.raises(Refused, match=told):
        pause(task, starts)
    assert Entry.objects.count() == before
    assert not Pause.objects.exists()


def test_pauses_of_a_step_never_overlap() -> None:
    _, task = standing()
    pause(task, at("2026-12-11 09:00"))
    with pytest.raises(Refused, match="masih berjalan"):
        pause(task, at("2026-12-14 09:00"))
    pausing.end_pause(task, ends=at("2026-12-15 09:00"), by=head(), at=LATER)
    with pytest.raises(Refused, match="bertumpuk"):
        pause(Task.objects.get(pk=task.pk), at("2026-12-14 09:00"))
    pause(Task.objects.get(pk=task.pk), at("2026-12-15 09:00"))
    assert Pause.objects.count() == 2


@pytest.mark.parametrize(
    ("ends", "told"),
    [(LATER + timedelta(minutes=1), "masa depan"), (at("2026-12-11 08:00"), "sesudah mulainya")],
)
def test_a_pause_ends_neither_later_than_now_nor_before_it_began(ends: datetime, told: str) -> None:
    _, task = standing()
    pause(task, at("2026-12-11 09:00"))
    with pytest.raises(Refused, match=told):
        pausing.end_pause(task, ends=ends, by=head(), at=LATER)
    assert Pause.objects.get().ends is None


def test_a_clock_set_back_a_day_makes_no_pause_of_the_future() -> None:
    _, task = standing()
    with pytest.raises(Refused):
        pause(task, LATER, now=LATER - timedelta(days=1))


@pytest.mark.parametrize("who", ["customer_service", "auditor", "technical_team"])
def test_only_whoever_works_on_the_file_or_stands_above_pauses_it(who: str) -> None:
    _, task = standing()
    with pytest.raises(NotYours):
        pause(task, at("2026-12-11 09:00"), by=officer(who))


def test_the_superior_may_record_it() -> None:
    _, task = standing()
    pause(task, at("2026-12-11 09:00"), by=officer("head_of_office"))
    assert Pause.objects.get().begun_by == officer("head_of_office")


def test_a_pause_that_nobody_ended_ends_with_its_step() -> None:
    case, task = standing()
    pause(task, at("2026-12-11 09:00"))
    Task.objects.filter(pk=task.pk).update(closed_at=LATER, outcome="fit", closed_by=head())

    spans = timeline(Case.objects.get(pk=case.pk))
    assert spans[-1].pause is not None
    assert spans[-1].ends == LATER


def test_the_database_refuses_a_pause_of_tomorrow_and_two_at_once() -> None:
    _, task = standing()

    def make(starts: datetime, ends: datetime | None = None) -> None:
        Pause.objects.create(
            task=task, category="other", reason="x", starts=starts, begun_by=head(), begun_at=LATER,
            ends=ends, ended_by=head() if ends else None, ended_at=LATER if ends else None,
        )  # fmt: skip

    wrong: list[tuple[datetime, datetime | None]] = [
        (LATER + timedelta(days=1), None),
        (LATER - timedelta(days=2), LATER - timedelta(days=3)),
        (LATER - timedelta(days=2), LATER + timedelta(days=3)),
    ]
    for starts, ends in wrong:
        with pytest.raises(IntegrityError), transaction.atomic():
            make(starts, ends)
    make(LATER - timedelta(days=2))
    with pytest.raises(IntegrityError), transaction.atomic():
        make(LATER - timedelta(days=1))


def test_a_request_is_in_the_applicants_court_from_when_it_was_sent() -> None:
    case = case_at("correct", at=H)
    (asked,) = case.corrections.all()
    Correction.objects.filter(pk=asked.pk).update(sent_at=H + HOUR, sent_by=officer("customer_service"))

    *_, at_the_counter, with_them = timeline(Case.objects.get(pk=case.pk))

    assert (at_the_counter.side, at_the_counter.ends) == (OFFICE, H + HOUR)
    assert (with_them.side, with_them.starts, with_them.ends) == (APPLICANT, H + HOUR, None)


def test_after_a_meeting_the_section_head_is_bounded_by_the_decision_not_by_h_2() -> None:
    # domain.md 1.8.3: H+2 counts for the first examination; later passes are bounded by 15 (H+12).
    case = talked_over(at=H)
    task = Case.objects.get(pk=case.pk).main_task

    assert task is not None
    assert (task.step_key, task.due_on) == ("endorse_section", date(2026, 12, 30))
    first = case.tasks.filter(step_key="endorse_section").earliest("opened_at")
    assert first.due_on == date(2026, 12, 14)
    assert shifts() == []  # the calendar did not change, so no limit moves


# --- when it may be ready ------------------------------------------------------------------------------


def test_percentiles_are_by_nearest_rank() -> None:
    # 20 values: rank 2 is the 10th percentile, rank 18 the 90th.
    assert (percentile(range(1, 21), 10), percentile(range(1, 21), 90)) == (2, 18)


def earlier(case: Case, *, days: int) -> None:
    """Another case, which was ready so many working days after it came to step 12 on 2 November 2026."""
    came = at("2026-11-02 08:00")
    application = Application.objects.get(pk=case.application_id)
    application.pk, application.reference, application.follow_code = (
        None,
        f"{days:04}-TEST",
        f"{days:04}-CODE",
    )
    application.save()
    other = Case.objects.create(
        application=application, revision=case.revision, head="0" * 64, opened_at=came, closed_at=None
    )
    ready = at(f"{add_working_days(office_calendar(), came.date(), days)} 15:00")
    for step, opened, closed, outcome in (
        ("endorse_section", came, came + HOUR, "fit"),
        ("number", came + HOUR, ready, "issued"),
    ):
        Task.objects.create(
            case=other, step_key=step, actor="x", opened_at=opened, closed_at=closed, outcome=outcome,
            closed_by=officer("registrar"),
        )  # fmt: skip


def test_the_expected_finish_is_the_range_of_eight_in_ten_earlier_cases() -> None:
    case, _ = standing()
    for days in range(1, ENOUGH):
        earlier(case, days=days)
    assert forecast(case, now=H, calendar=office_calendar()) is None  # one too few to say anything

    earlier(case, days=ENOUGH)
    told = forecast(case, now=H, calendar=office_calendar())

    # Step 12 opened on Thursday 10 December: the 2nd working day after is the 14th; the 18th is 11 January
    # (no working days: 24 and 25 December, 1 and 5 January, weekends).
    assert told is not None
    assert (told.cases, told.soonest, told.latest, told.longer) == (
        ENOUGH,
        date(2026, 12, 14),
        date(2027, 1, 11),
        False,
    )
    late = forecast(case, now=at("2027-02-01 09:00"), calendar=office_calendar())
    assert late is not None
    assert late.longer
