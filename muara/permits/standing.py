"""How a permit stands on a day: in force, suspended, ended, and by which decision.

The one place that says so. It reads the permit's own dates, the office's calendar, and the decisions that
came after its issue (`permit.later`, fetched beforehand where there are many permits), never a stored status:
what held on a past day, for a report of that day, is read the same way.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from muara.people.calendar import office_calendar
from muara.sop.working_time import end_of_decision

if TYPE_CHECKING:
    from muara.permits.models import LaterDecision, Permit

EXPIRES_SOON = 180  # days before the end from which its holder is told to renew


class Status(StrEnum):
    """What the register says of a permit, in the words that everybody reads."""

    UNISSUED = "belum disahkan"
    ACTIVE = "berlaku"
    SUSPENDED = "dibekukan"
    EXPIRED = "berakhir"
    REPLACED = "diganti"
    REVOKED = "dicabut"
    ANNULLED = "dibatalkan"


# What may follow what. A court may annul a permit that ended in another way; nothing follows an annulment.
FOLLOWS = {
    Status.SUSPENDED: (Status.ACTIVE,),
    Status.ACTIVE: (Status.SUSPENDED,),
    Status.EXPIRED: (Status.ACTIVE, Status.SUSPENDED),
    Status.REPLACED: (Status.ACTIVE, Status.SUSPENDED, Status.EXPIRED),
    Status.REVOKED: (Status.ACTIVE, Status.SUSPENDED),
    Status.ANNULLED: (Status.ACTIVE, Status.SUSPENDED, Status.EXPIRED, Status.REPLACED, Status.REVOKED),
}


@dataclass(frozen=True, slots=True)
class Span:
    """A part of a permit's life: its first and last day (None: no end in sight), and what began it."""

    status: Status
    starts: date
    ends: date | None
    cause: LaterDecision | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """How a permit stands on a day; `since` and `until` are the first and last day of that."""

    status: Status
    since: date | None = None
    until: date | None = None
    cause: LaterDecision | None = None
    expires_soon: bool = False

    @property
    def is_in_force(self) -> bool:
        """What the permit allows may be done, and what it demands must be."""
        return self.status is Status.ACTIVE


def term_ends(permit: Permit) -> date:
    """The last day that a permit's term allows: the printed one, or the next working day (Pasal 58(3)).

    It is read, not stored: the holidays of that year are decreed long after the permit is printed.
    """
    return end_of_decision(office_calendar(), permit.expires_on)


def moved_end(permit: Permit) -> date | None:
    """The last day where it is not the printed one; None where it is."""
    last = term_ends(permit)
    return last if last != permit.expires_on else None


def life(permit: Permit) -> list[Span]:
    """The permit's life in spans without a gap, from its issue on; none before it counts."""
    if permit.scan_id is None:
        return []
    changes = [
        (decision.since, decision.pk, Status(decision.leads_to), decision)
        for decision in permit.later.all()
        if decision.since is not None and decision.leads_to
    ]
    # On one day a decision comes before what the calendar brings.
    last = max((pk for _, pk, *_ in changes), default=0) + 1
    until = term_ends(permit)
    ends: list[tuple[date, int, Status, LaterDecision | None]] = [
        (until + timedelta(days=1), last, Status.EXPIRED, None)
    ]
    if permit.replaced_on is not None:
        ends.append((permit.replaced_on, last, Status.REPLACED, None))
    spans = [Span(Status.ACTIVE, permit.issued_on, None)]
    for day, _, status, cause in sorted([*changes, *ends], key=lambda change: change[:2]):
        before = spans[-1]
        if before.status not in FOLLOWS[status]:
            continue
        lived = day > before.starts
        spans[-1:] = [Span(before.status, before.starts, _eve(day), before.cause)] if lived else []
        spans.append(Span(status, day, None, cause))
    if spans[-1].status in {Status.ACTIVE, Status.SUSPENDED}:
        spans[-1] = Span(spans[-1].status, spans[-1].starts, until, spans[-1].cause)
    return spans


def standing(permit: Permit, *, on: date) -> Standing:
    """How a permit stands on an office day; before its first day as on that day."""
    spans = life(permit)
    if not spans:
        return Standing(Status.UNISSUED)
    span = next((span for span in reversed(spans) if span.starts <= on), spans[0])
    soon = span.status is Status.ACTIVE and permit.expires_on - on < timedelta(days=EXPIRES_SOON)
    return Standing(span.status, span.starts, span.ends, span.cause, expires_soon=soon)


def _eve(day: date) -> date:
    return day - timedelta(days=1)
