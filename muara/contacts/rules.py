"""May this person call here, or handle this complaint? Who is next, and by when must it be answered?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from muara.contacts.models import Complaint, Consultation, Counter, Kiosk, QueueSeries, Ticket
from muara.people.models import User, office_day
from muara.people.queries import Post
from muara.people.rules import ADMINISTRATOR, AUDITOR, COMPLAINT_MANAGER, SUPERIORS, stands_above
from muara.sop.working_time import DAY, Calendar, add_working_days, is_working_day

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


# --- evaluations (SOP section T) --------------------------------------------------------------------------


def may_read_evaluation(user: User, post: Post, *, at: datetime) -> bool:
    """An official reads their own, a superior those of their subordinates, the head and the auditor all."""
    if not user.is_active:
        return False
    return user.pk == post.user.pk or user.holds(AUDITOR, at) or stands_above(user.actors(at), post.actors)


def may_close_evaluation(user: User, post: Post, *, at: datetime) -> bool:
    """A superior of what the official held in that half year; nobody their own."""
    return user.is_active and user.pk != post.user.pk and stands_above(user.actors(at), post.actors)


def comment_until(last: date, *, days: int, calendar: Calendar, away: Sequence[tuple[date, date]]) -> date:
    """The last day to comment on a half year that ended on `last`; working days away do not count."""
    day = last
    while days:
        day += DAY
        days -= is_working_day(calendar, day) and not any(first <= day <= until for first, until in away)
    return day


def may_close_assessment(user: User, *, at: datetime) -> bool:
    """The head of the office answers for what the office says of itself (T.2)."""
    return user.is_active and user.holds(SUPERIORS[-1], at)


def may_answer_assessment(user: User, *, at: datetime) -> bool:
    """The heads of section, division and office answer the questions."""
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


# --- complaints (SOP section Q) ----------------------------------------------------------------------------

# UU 25/2009 says "hari", not working days: calendar days bind the office more strictly (domain 5.2).
BELATED = timedelta(days=30)  # Pasal 42(2): to complain, from the service on
RESPOND = timedelta(days=14)  # Pasal 44(3): to say whether it is complete
SUPPLY = timedelta(days=30)  # Pasal 44(4): the complainant's, to complete it
DECIDE = timedelta(days=60)  # Pasal 50(1): from when it is complete
DELIVER = timedelta(days=14)  # Pasal 50(2): from the decision

# Whom a complaint goes to: its manager, and where it concerns them, their superiors from below.
HANDLERS = (COMPLAINT_MANAGER, *SUPERIORS)
# Who writes down what came by telephone, on paper or to a counter (Q.1, Q.2).
RECORDERS = frozenset({*FRONT_OFFICE, COMPLAINT_MANAGER})


def may_record_complaint(user: User, *, at: datetime) -> bool:
    """The front office and the complaint manager write down what others say to them."""
    return user.is_active and bool(user.actors(at) & RECORDERS)


def may_handle(user: User, complaint: Complaint, *, at: datetime) -> bool:
    """A complaint manager, or the superior whom it was given to; never somebody whom it concerns."""
    actors = user.actors(at)
    given = user.pk == complaint.handler_id and bool(actors & set(HANDLERS))
    if not user.is_active or not (given or COMPLAINT_MANAGER in actors):
        return False
    return not complaint.concerns.filter(user=user).exists()


def may_read_complaints(user: User, *, at: datetime) -> bool:
    """Tell whether the person has complaints to read: those who may handle one, and the auditor."""
    return user.is_active and bool(user.actors(at) & {*HANDLERS, AUDITOR})


@dataclass(frozen=True, slots=True)
class ComplaintClock:
    """A limit of a complaint: the law's and the office's own beside it, and when it was met."""

    label: str
    legal: date | None
    target: date | None = None
    met: date | None = None
    theirs: bool = False  # it is the complainant's to keep

    @property
    def due(self) -> date | None:
        """The stricter of the two."""
        return min((day for day in (self.legal, self.target) if day), default=None)

    def is_past(self, limit: date | None, *, on: date) -> bool:
        return limit is not None and (self.met or on) > limit

    def is_late(self, *, on: date) -> bool:
        """Tell whether the office broke the law's limit."""
        return not self.theirs and self.is_past(self.legal, on=on)


def complaint_clocks(
    complaint: Complaint, *, calendar: Calendar, targets: Mapping[str, int]
) -> list[ComplaintClock]:
    """The clocks that run or ran for a complaint.

    The law's are calendar days and for complaints alone; `targets` (working days, by "response" and by
    `Complaint.Handling`) are the office's own.
    """
    received, responded = office_day(complaint.received_at), _day(complaint.responded_at)
    complete, decided = _day(complaint.complete_at), _day(complaint.decided_at)
    law = complaint.is_formal

    def target(start: date | None, key: str) -> date | None:
        return add_working_days(calendar, start, targets[key]) if start and key in targets else None

    clocks = [
        ComplaintClock(
            "Tanggapan pertama",
            received + RESPOND if law else None,
            target(received, "response"),
            responded,
        )
    ]
    if responded and complaint.state in {Complaint.State.INCOMPLETE, Complaint.State.LAPSED}:
        clocks.append(ComplaintClock("Pelapor melengkapi", responded + SUPPLY, theirs=True))
    if complete and not complaint.recipient:
        clocks.append(
            ComplaintClock(
                "Keputusan",
                complete + DECIDE if law else None,
                target(complete, complaint.handling),
                decided,
            )
        )
    if decided:
        delivered = _day(complaint.delivered_at)
        clocks.append(ComplaintClock("Penyampaian", decided + DELIVER if law else None, met=delivered))
    return clocks


def _day(at: datetime | None) -> date | None:
    return None if at is None else office_day(at)
