"""May this person call here? And who is next: the fair order of a queue."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from muara.contacts.models import Consultation, Counter, Kiosk, QueueSeries, Ticket
from muara.people.models import User
from muara.people.rules import ADMINISTRATOR

# Whom the SOP puts before visitors; each series of numbers is called by one of them.
FRONT_OFFICE = ("information_officer", "customer_service", "registration_counter", "collection_counter")
HEADS = frozenset({"section_head", "division_head", "head_of_office"})
# Until the office sets it otherwise: how many priority numbers in a row may go before an ordinary one.
PRIORITY_RUN = 2


# Who answers at which desk: information (SOP steps 1 and 2), the help desk of customer service (step 5).
ANSWERS = {
    Consultation.Desk.INFORMATION.value: "information_officer",
    Consultation.Desk.HELP_DESK.value: "customer_service",
}


def may_answer(user: User, desk: str, *, at: datetime) -> bool:
    """Tell whether the person answers at this desk today."""
    return user.is_active and user.holds(ANSWERS[desk], at)


def may_serve(user: User, counter: Counter, *, at: datetime) -> bool:
    """Tell whether the person holds an actor whose series is called at this counter."""
    return counter.active and bool(series_served(user, counter, at=at))


def may_give_numbers(kiosk: Kiosk | None, user: User | None, *, at: datetime) -> bool:
    """A kiosk set up by the administrator gives numbers, and so does a browser opened by the front office."""
    if kiosk is not None and kiosk.revoked_at is None:
        return True
    return user is not None and user.is_active and bool(user.actors(at) & {*FRONT_OFFICE, ADMINISTRATOR})


def series_served(user: User, counter: Counter, *, at: datetime) -> list[QueueSeries]:
    """The series that this person may call at this counter."""
    actors = user.actors(at)
    return [series for series in counter.series.all() if series.actor in actors]


def may_plan_follow_up(user: User, *, at: datetime) -> bool:
    """The heads of section, division and office answer for what the survey found (SOP T)."""
    return user.is_active and bool(user.actors(at) & HEADS)


def may_give_questionnaires(user: User, *, at: datetime) -> bool:
    """The collection counter gives and takes them (17.4, 18.3); whoever serves in front helps."""
    return user.is_active and bool(user.actors(at) & {*FRONT_OFFICE})


def next_ticket(waiting: Sequence[Ticket], *, run: int, limit: int) -> Ticket | None:
    """Choose whom to call, after `run` priority numbers in a row; `waiting` is in the order of taking.

    Priority goes first, but after `limit` of them one ordinary number is called: nobody waits for ever.
    """
    priority = [ticket for ticket in waiting if ticket.has_priority]
    ordinary = [ticket for ticket in waiting if not ticket.has_priority]
    if priority and (run < limit or not ordinary):
        return priority[0]
    return ordinary[0] if ordinary else None


def call_order(waiting: Sequence[Ticket], *, run: int, limit: int) -> list[Ticket]:
    """The order in which the tickets would be called if nobody else came."""
    left, order = list(waiting), []
    while (chosen := next_ticket(left, run=run, limit=limit)) is not None:
        order.append(chosen)
        left.remove(chosen)
        run = run + 1 if chosen.has_priority else 0
    return order
