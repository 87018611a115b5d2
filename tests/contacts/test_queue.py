"""The queue's rules: numbers without a gap, a fair order, every state reached by an act, a day that ends."""

from __future__ import annotations

from collections import Counter as Tally
from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as some

from muara.audit.queries import breaks, heads
from muara.cases.actions import AlreadyDone, NotYours, Refused, Stamp
from muara.contacts.actions import queue
from muara.contacts.models import Counter, QueueSeries, Ticket, TicketEvent
from muara.contacts.queries import ahead_of, figures_of, version_of, waiting_in
from muara.contacts.rules import call_order
from muara.people.actions import set_office_setting
from muara.people.models import Office, User, office_day
from muara.web.demo import officer, seed_office
from tests.clock import MONDAY, SATURDAY, TUESDAY, at
from tests.databases import OwnDatabase

ELDERLY = Ticket.Priority.ELDERLY


def minutes(later: int) -> datetime:
    return MONDAY + timedelta(minutes=later)


def series(letter: str) -> QueueSeries:
    return QueueSeries.objects.get(letter=letter)


def counter(number: int = 1) -> Counter:
    return Counter.objects.get(name=f"Loket {number}")


def information() -> User:
    return officer("information_officer")


def take(letter: str = "A", *, moment: datetime = MONDAY, priority: str = "none", **more: object) -> Ticket:
    return queue.take(
        series_id=series(letter).pk,
        priority=priority,
        channel="kiosk",
        at=moment,
        **more,  # type: ignore[arg-type]
    )


def call(moment: datetime = MONDAY) -> Ticket:
    return queue.call_next(counter(), by=information(), at=moment)


def serve(ticket: Ticket, *, start: datetime, finish: datetime) -> None:
    queue.start(ticket, counter=counter(), by=information(), at=start)
    queue.finish(ticket, counter=counter(), by=information(), at=finish)


def state_of(ticket: Ticket) -> str:
    return str(Ticket.objects.get(pk=ticket.pk).state)


# --- numbers ---------------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.both
def test_numbers_run_by_series_and_begin_anew_each_day(office: Office) -> None:
    given_ = [str(take("A")), str(take("B")), str(take("A")), str(take("A", moment=TUESDAY))]
    assert given_ == ["A-001", "B-001", "A-002", "A-001"]


@pytest.mark.both
def test_thirty_visitors_at_once_get_thirty_numbers_without_a_gap(own_database: OwnDatabase) -> None:
    seed_office(MONDAY)

    came = own_database.together(*[lambda letter=letter: take(letter) for letter in "AAB" * 10])

    assert [one for one in came if isinstance(one, Exception)] == []
    assert sorted(str(ticket) for ticket in came) == [
        *(f"A-{n:03d}" for n in range(1, 21)),
        *(f"B-{n:03d}" for n in range(1, 11)),
    ]
    assert version_of(office_day(MONDAY)) == 30
    assert breaks(heads()) == []


@pytest.mark.both
def test_a_double_tap_gives_one_number(own_database: OwnDatabase) -> None:
    seed_office(MONDAY)
    stamp = Stamp(key="k" * 32, body="b" * 64)

    came = own_database.together(*[lambda: take(stamp=stamp)] * 8)

    assert sum(isinstance(one, Ticket) for one in came) == 1
    assert sum(isinstance(one, AlreadyDone) for one in came) == 7
    assert Ticket.objects.get().key == stamp.key


@pytest.mark.both
def test_officers_who_call_at_once_never_get_the_same_number(own_database: OwnDatabase) -> None:
    seed_office(MONDAY)
    tickets = [take(moment=minutes(n)) for n in range(6)]
    desks = [
        queue.save_counter(None, name=f"Meja {n}", series=[series("A").pk], active=True, by=None, at=MONDAY)
        for n in range(8)
    ]
    by = information()

    came = own_database.together(
        *[lambda desk=desk: queue.call_next(desk, by=by, at=minutes(10)) for desk in desks]
    )

    called = [one for one in came if isinstance(one, Ticket)]
    assert sorted(ticket.pk for ticket in called) == [ticket.pk for ticket in tickets]
    assert sum(isinstance(one, Refused) for one in came) == 2
    assert breaks(heads()) == []


@pytest.mark.both
def test_two_officers_at_one_counter_call_one_visitor(own_database: OwnDatabase) -> None:
    seed_office(MONDAY)
    for n in range(3):
        take(moment=minutes(n))
    by = information()

    came = own_database.together(*[lambda: queue.call_next(counter(), by=by, at=minutes(5))] * 3)

    assert [str(one) for one in came if isinstance(one, Ticket)] == ["A-001"]
    assert sum(isinstance(one, Refused) for one in came) == 2


@pytest.mark.both
def test_a_visitor_leaves_or_is_called_but_not_both(own_database: OwnDatabase) -> None:
    seed_office(MONDAY)
    ticket, by = take(), information()

    left, called = own_database.together(
        lambda: queue.leave(ticket, at=minutes(1)),
        lambda: queue.call_next(counter(), by=by, at=minutes(1)),
    )

    # A visitor who was called may still leave; one who left is not called.
    assert left is None
    assert isinstance(called, (Ticket, Refused))
    assert state_of(ticket) == Ticket.State.LEFT


@pytest.mark.django_db
def test_a_ticket_is_given_in_service_hours_only(office: Office) -> None:
    with pytest.raises(Refused, match=r"13 Juli 2026 pukul 08\.00 WITA"):
        take(moment=SATURDAY)
    with pytest.raises(Refused, match=r"6 Juli 2026 pukul 08\.00"):
        take(moment=at("2026-07-06 07:59"))
    assert not Ticket.objects.exists()


@pytest.mark.django_db
def test_a_phone_holds_one_number_of_a_series_until_its_turn(office: Office) -> None:
    first = take(browser="telepon")
    with pytest.raises(Refused, match="A-001"):
        take(browser="telepon")
    assert str(take("B", browser="telepon")) == "B-001"
    assert str(take("A", browser="lain")) == "A-002"

    call(minutes(1))
    serve(first, start=minutes(2), finish=minutes(3))
    assert str(take(browser="telepon", moment=minutes(4))) == "A-003"


@pytest.mark.django_db
@pytest.mark.parametrize("wrong", [{"priority": "raja"}, {"series_id": 0}])
def test_a_ticket_of_no_series_or_an_unknown_priority_is_refused(
    office: Office, wrong: dict[str, object]
) -> None:
    said = {"series_id": series("A").pk, "priority": "none", "channel": "kiosk", "at": MONDAY}
    with pytest.raises(Refused):
        queue.take(**said | wrong)  # type: ignore[arg-type]


@pytest.mark.django_db
def test_a_closed_series_gives_no_numbers(office: Office) -> None:
    a = series("A")
    queue.save_series(
        a.pk, letter="A", name=a.name, purpose=a.purpose, actor=a.actor, active=False, by=None, at=MONDAY
    )
    with pytest.raises(Refused, match="keperluan"):
        take("A")


# --- the fair order --------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_priority_goes_first_but_after_two_of_them_one_ordinary_number(office: Office) -> None:
    for n, priority in enumerate(["none", "none", "lansia", "hamil", "menyusui", "disabilitas"]):
        take(moment=minutes(n), priority=priority)

    expected = ["A-003", "A-004", "A-001", "A-005", "A-006", "A-002"]
    assert [str(t) for t in waiting_in(office_day(MONDAY), [series("A")])] == expected
    called = []
    for n in range(6):
        ticket = call(minutes(10 + n))
        called.append(str(ticket))
        queue.skip(ticket, counter=counter(), by=information(), at=minutes(10 + n))
    assert called == expected


@pytest.mark.django_db
def test_the_office_sets_how_many_priority_numbers_go_in_a_row(office: Office) -> None:
    set_office_setting(
        setting="priority_run",
        value=1,
        effective_from=office_day(MONDAY),
        basis="Contoh",
        by=officer("administrator"),
        at=MONDAY,
    )
    for n, priority in enumerate(["none", "none", "lansia", "lansia"]):
        take(moment=minutes(n), priority=priority)
    assert [str(t) for t in waiting_in(office_day(MONDAY), [series("A")])] == [
        "A-003",
        "A-001",
        "A-004",
        "A-002",
    ]


@given(
    kinds=some.lists(some.sampled_from(["none", "lansia"]), max_size=30),
    run=some.integers(0, 4),
    limit=some.integers(1, 4),
)
def test_nobody_waits_for_ever(kinds: list[str], run: int, limit: int) -> None:
    """Everybody is called, in order among their like, and `limit` priority numbers in a row are the most."""
    waiting = [Ticket(pk=n, number=n, priority=kind) for n, kind in enumerate(kinds, start=1)]
    order = call_order(waiting, run=run, limit=limit)

    assert Tally(t.pk for t in order) == Tally(t.pk for t in waiting)
    for kind in ("none", "lansia"):
        same = [t.number for t in order if t.priority == kind]
        assert same == sorted(same)
    in_a_row = run
    for place, ticket in enumerate(order):
        in_a_row = in_a_row + 1 if ticket.has_priority else 0
        ordinary_waits = any(not t.has_priority for t in order[place:])
        assert in_a_row <= max(run, limit) or not ordinary_waits


# --- at the counter --------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_visitor_is_called_served_and_done(office: Office) -> None:
    ticket = take()
    assert call(minutes(5)) == ticket
    queue.recall(ticket, counter=counter(), by=information(), at=minutes(6))
    serve(ticket, start=minutes(7), finish=minutes(19))

    assert [event.kind for event in ticket.events.all()] == ["take", "call", "recall", "start", "finish"]
    figures = figures_of(office_day(MONDAY))[series("A").pk]
    assert (figures.taken, figures.done) == (1, 1)
    assert figures.waits == [timedelta(minutes=5)]
    assert figures.services == [timedelta(minutes=14)]


@pytest.mark.django_db
def test_a_counter_has_one_visitor_at_a_time(office: Office) -> None:
    take(), take()
    first = call()
    with pytest.raises(Refused, match="masih melayani A-001"):
        call()
    queue.start(first, counter=counter(), by=information(), at=MONDAY)
    with pytest.raises(Refused, match="masih melayani A-001"):
        call()
    with pytest.raises(IntegrityError), transaction.atomic():
        Ticket.objects.filter(number=2).update(
            state="called", counter=counter(), called_by=information(), called_at=MONDAY
        )


@pytest.mark.django_db
def test_who_does_not_come_is_skipped_and_may_be_called_back(office: Office) -> None:
    absent, present = take(), take()
    call()
    queue.skip(absent, counter=counter(), by=information(), at=minutes(1))
    assert state_of(absent) == "skipped"

    assert call(minutes(2)) == present
    serve(present, start=minutes(2), finish=minutes(3))
    queue.call_back(absent, counter=counter(), by=information(), at=minutes(4))
    serve(absent, start=minutes(5), finish=minutes(6))
    assert state_of(absent) == "done"


@pytest.mark.django_db
def test_a_visitor_sent_on_keeps_number_and_place_and_both_waits_are_measured(office: Office) -> None:
    sent, cs = take("A"), officer("customer_service")
    later = take("B", moment=minutes(2))
    call(minutes(3))
    queue.start(sent, counter=counter(), by=information(), at=minutes(4))
    queue.transfer(sent, to_id=series("B").pk, counter=counter(), by=information(), at=minutes(8))

    assert [str(t) for t in waiting_in(office_day(MONDAY), [series("B")])] == ["A-001", "B-001"]
    assert queue.call_next(counter(2), by=cs, at=minutes(10)) == sent
    queue.start(sent, counter=counter(2), by=cs, at=minutes(11))
    queue.finish(sent, counter=counter(2), by=cs, at=minutes(15))

    figures = figures_of(office_day(MONDAY))
    assert figures[series("A").pk].waits == [timedelta(minutes=3)]
    assert figures[series("A").pk].services == [timedelta(minutes=5)]
    assert figures[series("B").pk].waits == [timedelta(minutes=2)]
    assert figures[series("B").pk].services == [timedelta(minutes=5)]
    assert state_of(later) == "waiting"


@pytest.mark.django_db
def test_a_visitor_is_not_sent_on_to_where_they_are(office: Office) -> None:
    ticket = take()
    call()
    with pytest.raises(Refused, match="seri tujuan"):
        queue.transfer(ticket, to_id=series("A").pk, counter=counter(), by=information(), at=MONDAY)


@pytest.mark.django_db
def test_only_the_actor_of_a_series_calls_it(office: Office) -> None:
    ticket = take()
    with pytest.raises(NotYours):
        queue.call_next(counter(), by=officer("customer_service"), at=MONDAY)
    call()
    with pytest.raises(NotYours):
        queue.finish(ticket, counter=counter(), by=officer("head_of_office"), at=MONDAY)


@pytest.mark.django_db
def test_an_act_on_a_number_that_is_elsewhere_changes_nothing(office: Office) -> None:
    ticket = take()
    for wrong in (queue.recall, queue.skip, queue.start, queue.finish):
        with pytest.raises(Refused, match="tidak di loket"):
            wrong(ticket, counter=counter(), by=information(), at=MONDAY)
    call()
    with pytest.raises(Refused, match="tidak di loket"):
        queue.finish(ticket, counter=counter(), by=information(), at=MONDAY)
    with pytest.raises(Refused, match="tidak di loket"):
        queue.call_back(ticket, counter=counter(), by=information(), at=MONDAY)
    assert state_of(ticket) == "called"


@pytest.mark.django_db
def test_who_is_being_served_has_not_left(office: Office) -> None:
    ticket = take()
    call()
    queue.start(ticket, counter=counter(), by=information(), at=MONDAY)
    with pytest.raises(Refused, match="tidak menunggu"):
        queue.leave(ticket, at=minutes(1))


@pytest.mark.django_db
@pytest.mark.parametrize(
    "impossible",
    [
        {"state": "called"},
        {"state": "done", "ended_at": MONDAY},
        {"state": "closed", "ended_at": MONDAY, "reason": ""},
        {"state": "waiting", "started_at": MONDAY},
        {"state": "left"},
        {"number": 0},
    ],
)
def test_the_database_refuses_a_state_that_its_times_contradict(
    office: Office, impossible: dict[str, object]
) -> None:
    ticket = take()
    with pytest.raises(IntegrityError), transaction.atomic():
        Ticket.objects.filter(pk=ticket.pk).update(**impossible)


# --- how long --------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_wait_is_unknown_until_somebody_was_served_today(office: Office) -> None:
    take()
    second = take()
    assert (ahead_of(second, at=MONDAY).people, ahead_of(second, at=MONDAY).minutes) == (1, None)


@pytest.mark.django_db
def test_the_wait_is_the_median_service_times_people_by_counters(office: Office) -> None:
    """10, 20 and 12 minutes: median 12; three before: 36 minutes at one counter, 18 at two."""
    now = 0
    for length in (10, 20, 12):
        ticket = take(moment=minutes(now))
        call(minutes(now))
        serve(ticket, start=minutes(now), finish=minutes(now + length))
        now += length
    waiting = [take(moment=minutes(now)) for _ in range(4)]
    last = waiting[-1]
    assert ahead_of(last, at=minutes(now)).minutes == 36

    queue.save_counter(None, name="Loket 9", series=[series("A").pk], active=True, by=None, at=MONDAY)
    other = Counter.objects.get(name="Loket 9")
    queue.call_next(other, by=information(), at=minutes(now))
    assert (ahead_of(last, at=minutes(now)).people, ahead_of(last, at=minutes(now)).minutes) == (2, 12)


# --- the end of a day ------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_first_number_of_a_day_closes_what_the_day_before_left_open(office: Office) -> None:
    serving, waiting, skipped = take(), take(), take(priority=ELDERLY)
    call()
    queue.skip(skipped, counter=counter(), by=information(), at=MONDAY)
    call()
    queue.start(serving, counter=counter(), by=information(), at=MONDAY)

    first = take(moment=TUESDAY)

    assert [state_of(t) for t in (serving, waiting, skipped)] == ["closed", "closed", "skipped"]
    assert Ticket.objects.get(pk=waiting.pk).reason == queue.DAY_ENDED
    assert queue.call_next(counter(), by=information(), at=TUESDAY) == first
    with pytest.raises(Refused, match="tidak di loket"):
        queue.call_back(skipped, counter=counter(), by=information(), at=TUESDAY)


@pytest.mark.django_db
def test_closing_a_day_twice_closes_it_once(office: Office) -> None:
    take(), take()
    assert queue.close_earlier_days(at=MONDAY) == 0
    assert queue.close_earlier_days(at=TUESDAY) == 2
    assert queue.close_earlier_days(at=TUESDAY) == 0
    assert TicketEvent.objects.filter(kind="close").count() == 2
    assert breaks(heads()) == []


# --- setting up ------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_series_of_the_sop_are_there_and_another_may_be_added(office: Office) -> None:
    assert [str(s) for s in QueueSeries.objects.all()] == ["A Layanan informasi", "B Layanan CS"]
    queue.save_series(
        None,
        letter="c",
        name="Pengambilan izin",
        purpose="Mengambil surat izin",
        actor="collection_counter",
        active=True,
        by=officer("administrator"),
        at=MONDAY,
    )
    assert str(take("C")) == "C-001"


@pytest.mark.django_db
def test_the_queue_is_set_up_by_an_administrator_with_names_that_tell_apart(office: Office) -> None:
    admin, a = officer("administrator"), series("A")
    said = {"letter": "A", "name": "Lain", "purpose": "Lain", "actor": "customer_service", "active": True}
    with pytest.raises(NotYours):
        queue.save_series(None, **said, by=officer("auditor"), at=MONDAY)  # type: ignore[arg-type]
    with pytest.raises(Refused, match="seri lain"):
        queue.save_series(None, **said, by=admin, at=MONDAY)  # type: ignore[arg-type]
    with pytest.raises(Refused, match="satu huruf"):
        queue.save_series(None, **said | {"letter": "Ä"}, by=admin, at=MONDAY)  # type: ignore[arg-type]
    take("A")
    with pytest.raises(Refused, match="hurufnya tetap"):
        queue.save_series(a.pk, **said | {"letter": "Z"}, by=admin, at=MONDAY)  # type: ignore[arg-type]
    with pytest.raises(Refused, match="sudah dipakai"):
        queue.save_counter(None, name="loket 1", series=[a.pk], active=True, by=admin, at=MONDAY)
    with pytest.raises(Refused, match="satu seri"):
        queue.save_counter(None, name="Loket 7", series=[], active=True, by=admin, at=MONDAY)
    call()
    with pytest.raises(Refused, match="masih melayani"):
        queue.save_counter(counter().pk, name="Loket 1", series=[a.pk], active=False, by=admin, at=MONDAY)
