"""Reading the queue (who is next, how long it takes, what the displays show) and the complaints."""

from __future__ import annotations

from collections import Counter as Tally
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import takewhile
from statistics import median

from django.db.models import TextChoices

from muara.cases.forecast import percentile
from muara.contacts.models import Complaint, Counter, QueueDay, QueueSeries, Ticket, TicketEvent
from muara.contacts.models.complaints import ComplaintQuerySet
from muara.contacts.rules import PRIORITY_RUN, call_order, comment_until, complaint_clocks
from muara.contacts.survey import days_of
from muara.people.calendar import office_calendar
from muara.people.models import WITA, Absence, OfficeSetting, User, midnight, office_day
from muara.people.queries import complaint_target, evaluation_days, office_setting
from muara.people.rules import AUDITOR, COMPLAINT_MANAGER
from muara.sop.working_time import DAY, Calendar

# A counter that has called or finished nobody for this long is taken for unattended.
ATTENDED = timedelta(minutes=30)
Kind = TicketEvent.Kind


def version_of(day: date) -> int:
    """The number that every act of the day raises: one row by its key, for whoever polls."""
    return QueueDay.objects.filter(day=day).values_list("version", flat=True).first() or 0


def comment_day(semester: str, user: User) -> date:
    """The last day on which an official may comment on their half year; days away do not count."""
    last = days_of(semester)[1]
    away = Absence.objects.standing().filter(user=user, ends__gt=last).values_list("starts", "ends")
    days = evaluation_days(on=last + DAY)
    return comment_until(last, days=days, calendar=office_calendar(), away=list(away))


def priority_limit(day: date) -> int:
    """How many priority numbers in a row may go before an ordinary one."""
    return office_setting(OfficeSetting.Key.PRIORITY_RUN, on=day) or PRIORITY_RUN


def priority_run(day: date, series: Iterable[QueueSeries], *, limit: int) -> int:
    """How many of the last calls in these series, without a break, went to priority numbers."""
    calls = TicketEvent.objects.filter(ticket__day=day, series__in=series, kind=Kind.CALL)
    return run_of(calls.order_by("-pk").values_list("ticket__priority", flat=True)[:limit])


def run_of(priorities: Iterable[str]) -> int:
    """Count the priority numbers before the first ordinary one, the latest call first."""
    return sum(1 for _ in takewhile(lambda priority: priority != Ticket.Priority.NONE, priorities))


def waiting_in(day: date, series: Sequence[QueueSeries]) -> list[Ticket]:
    """Who waits in these series, in the order in which they would be called together."""
    limit = priority_limit(day)
    waiting = Ticket.objects.waiting().filter(day=day, waits_in__in=series).select_related("series")
    return call_order(list(waiting), run=priority_run(day, series, limit=limit), limit=limit)


def middle(spans: Sequence[timedelta]) -> timedelta | None:
    """The median of some spans of time, by nearest rank as all our figures."""
    return percentile(spans, 50) if spans else None


@dataclass(slots=True)
class Figures:
    """What a day's events say of one series."""

    taken: int = 0
    done: int = 0
    left: int = 0
    skipped: int = 0
    closed: int = 0
    waits: list[timedelta] = field(default_factory=list)
    services: list[timedelta] = field(default_factory=list)


def figures_of(day: date, *, until: date | None = None) -> dict[int, Figures]:
    """Read waits and service times of a day, or of the days to `until`, from their events, by series.

    A wait runs from taking a number, or from being sent on, to the first call there. A service runs from
    the call that somebody followed to its end or to being sent on: the time that the counter was taken.
    """
    found: dict[int, Figures] = defaultdict(Figures)
    since: dict[int, datetime] = {}
    called: dict[int, datetime] = {}
    rows = TicketEvent.objects.filter(ticket__day__range=(day, until or day)).order_by("pk")
    for ticket, kind, at, series in rows.values_list("ticket", "kind", "at", "series"):
        here = found[series]
        match kind:
            case Kind.TAKE:
                here.taken += 1
                since[ticket] = at
            case Kind.CALL:
                if ticket in since:
                    here.waits.append(at - since.pop(ticket))
                called[ticket] = at
            case Kind.TRANSFER | Kind.FINISH:
                if ticket in called:
                    here.services.append(at - called.pop(ticket))
                if kind == Kind.FINISH:
                    here.done += 1
                else:
                    since[ticket] = at
            case Kind.SKIP:
                here.skipped += 1
            case Kind.LEAVE:
                here.left += 1
            case Kind.CLOSE:
                here.closed += 1
    return found


def waits_by_hour(day: date) -> dict[int, list[timedelta]]:
    """The waits of a day, by the office hour in which the number was taken."""
    found: dict[int, list[timedelta]] = defaultdict(list)
    calls = TicketEvent.objects.filter(ticket__day=day, kind=Kind.CALL).order_by("pk")
    seen: set[int] = set()
    for ticket, taken, at in calls.values_list("ticket", "ticket__taken_at", "at"):
        if ticket not in seen:
            seen.add(ticket)
            found[taken.astimezone(WITA).hour].append(at - taken)
    return found


def attended_counters(series: QueueSeries, *, at: datetime) -> int:
    """How many counters that serve a series called or finished somebody lately; at least one."""
    events = TicketEvent.objects.filter(at__gt=at - ATTENDED, at__lte=at, counter__series=series)
    return max(1, events.filter(counter__active=True).values("counter").distinct().count())


@dataclass(frozen=True, slots=True)
class Ahead:
    """How long a waiting visitor has still to wait: people before, and minutes where today tells."""

    people: int
    minutes: int | None


def ahead_of(ticket: Ticket, *, at: datetime) -> Ahead:
    """Who goes before a waiting ticket, and the wait that today's service times lead one to expect.

    Median of today's service times in the series × people before ÷ attended counters, in whole minutes;
    None while nobody has been served today.
    """
    order = waiting_in(ticket.day, [ticket.waits_in])
    # Whoever was called since the ticket was read has nobody before them.
    people = next((place for place, other in enumerate(order) if other.pk == ticket.pk), 0)
    return Ahead(people, expected_minutes(ticket.waits_in, people=people, at=at))


def expected_minutes(series: QueueSeries, *, people: int, at: datetime) -> int | None:
    """Minutes until the counters of a series have served so many people, as today has gone so far."""
    service = middle(figures_of(office_day(at))[series.pk].services)
    if service is None:
        return None
    return round(service.total_seconds() * people / attended_counters(series, at=at) / 60)


@dataclass(frozen=True, slots=True)
class Place:
    """A counter on the display, and the ticket that is called or served there."""

    counter: Counter
    ticket: Ticket | None


@dataclass(frozen=True, slots=True)
class Line:
    """A series on the display: who comes next, and how many wait."""

    series: QueueSeries
    next: list[Ticket]
    waiting: int


def places(day: date) -> list[Place]:
    """The counters in use, each with whom it has."""
    here = Ticket.objects.at_a_counter().filter(day=day).select_related("series")
    at_counter = {ticket.counter_id: ticket for ticket in here}
    counters = Counter.objects.filter(active=True).order_by("name")
    return [Place(counter, at_counter.get(counter.pk)) for counter in counters]


def lines(day: date, *, show: int) -> list[Line]:
    """The open series, each with the numbers that come next; as many queries for ten series as for one."""
    limit = priority_limit(day)
    waiting: dict[int, list[Ticket]] = defaultdict(list)
    for ticket in Ticket.objects.waiting().filter(day=day).select_related("series"):
        waiting[ticket.waits_in_id].append(ticket)
    called: dict[int, list[str]] = defaultdict(list)
    calls = TicketEvent.objects.filter(ticket__day=day, kind=Kind.CALL).order_by("-pk")
    for series_id, priority in calls.values_list("series", "ticket__priority"):
        called[series_id].append(priority)
    found = []
    for series in QueueSeries.objects.filter(active=True):
        order = call_order(waiting[series.pk], run=run_of(called[series.pk]), limit=limit)
        found.append(Line(series, order[:show], len(order)))
    return found


def last_calls(day: date, *, show: int) -> list[TicketEvent]:
    """The latest calls, the newest first; a number called again stands once."""
    rows = TicketEvent.objects.filter(ticket__day=day, kind__in=(Kind.CALL, Kind.RECALL))
    found: dict[int, TicketEvent] = {}
    for event in rows.select_related("ticket__series", "counter").order_by("-pk")[: show * 3]:
        found.setdefault(event.ticket_id, event)
    return list(found.values())[:show]


# --- complaints --------------------------------------------------------------------------------------------


def complaint_targets(*, on: date) -> dict[str, int]:
    """The office's own targets in working days, as `complaint_clocks` reads them."""
    key, handling = OfficeSetting.Key, Complaint.Handling
    keys = {
        "response": key.COMPLAINT_RESPONSE,
        handling.SIMPLE.value: key.COMPLAINT_SIMPLE,
        handling.EXAMINED.value: key.COMPLAINT_EXAMINED,
        handling.FIELD.value: key.COMPLAINT_FIELD,
    }
    return {name: complaint_target(setting, on=on) for name, setting in keys.items()}


def complaints_for(user: User, *, at: datetime) -> ComplaintQuerySet:
    """What a complaint manager or the auditor reads, and a superior what was given to them."""
    actors = user.actors(at)
    rows: ComplaintQuerySet = Complaint.objects.not_about(user).select_related("handler", "case")
    return rows if actors & {COMPLAINT_MANAGER, AUDITOR} else rows.filter(handler=user)


def complaints_decided(first: date, last: date, *, calendar: Calendar) -> list[bool]:
    """Of each complaint decided in these days: whether it was answered and decided in the law's time."""
    rows = Complaint.objects.filter(
        kind__in=Complaint.FORMAL,
        decided_at__gte=midnight(first),
        decided_at__lt=midnight(last + timedelta(days=1)),
    )
    return [
        not any(
            clock.is_late(on=clock.met)
            for clock in complaint_clocks(row, calendar=calendar, targets={})
            if clock.met
        )
        for row in rows
    ]


@dataclass(frozen=True, slots=True)
class ComplaintFigures:
    """A year's complaints as the public may read them: counts alone, by one property at a time."""

    total: int
    open: int
    by_kind: list[tuple[str, int]]
    by_category: list[tuple[str, int]]
    by_channel: list[tuple[str, int]]
    formal: int
    on_time: int
    decision_days: float | None
    rated: int
    satisfied: int


def complaint_figures(first: date, last: date, *, on: date, calendar: Calendar) -> ComplaintFigures:
    """Count the complaints received from one day to another.

    On time: none of the law's limits was passed, up to `on`; of complaints alone (Pasal 44 and 50).
    """
    rows = list(
        Complaint.objects.filter(
            received_at__gte=midnight(first), received_at__lt=midnight(last + timedelta(days=1))
        ).defer("text", "harm", "wanted", "decision")
    )
    formal = [row for row in rows if row.is_formal]
    kept = [
        row
        for row in formal
        if not any(clock.is_late(on=on) for clock in complaint_clocks(row, calendar=calendar, targets={}))
    ]
    days = [
        (office_day(row.decided_at) - office_day(row.complete_at)).days
        for row in formal
        if row.decided_at and row.complete_at
    ]
    rated = [row for row in rows if row.satisfied is not None]

    def by(name: str, choices: type[TextChoices]) -> list[tuple[str, int]]:
        counted = Tally(getattr(row, name) for row in rows)
        return [(str(item.label), counted[item.value]) for item in choices if counted[item.value]]

    return ComplaintFigures(
        total=len(rows),
        open=sum(row.is_open for row in rows),
        by_kind=by("kind", Complaint.Kind),
        by_category=by("category", Complaint.Category),
        by_channel=by("channel", Complaint.Channel),
        formal=len(formal),
        on_time=len(kept),
        decision_days=median(days) if days else None,
        rated=len(rated),
        satisfied=sum(bool(row.satisfied) for row in rated),
    )
