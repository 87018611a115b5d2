"""The archive as it is read: what is closed and not filed, and until when a file is to be kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from muara.cases.models import ArchiveRule, Case
from muara.people.models import office_day
from muara.permits.models import Permit
from muara.permits.standing import Status, life
from muara.sop.working_time import add_years

CUT_SHORT = frozenset({Status.REPLACED, Status.REVOKED, Status.ANNULLED})


@dataclass(frozen=True, slots=True)
class Retention:
    """By which rule a file is kept and until when; a permit's end may still move, then `expected`."""

    rule: ArchiveRule
    closed_on: date
    active_until: date
    inactive_until: date
    expected: bool


def retention_of(case: Case, *, on: date) -> Retention | None:
    """When the file of a closed case stops being active and inactive; None before the office has set a rule.

    Both periods count from the closed file (PP 28/2012, explanation of Pasal 54), by the rule in force `on`.
    """
    if case.closed_at is None:
        return None
    rule, closed = ArchiveRule.objects.in_force(case.revision.service, on=on), closed_file_day(case)
    if rule is None or closed is None:
        return None
    active = add_years(closed, rule.active_years)
    return Retention(
        rule=rule,
        closed_on=closed,
        active_until=active,
        inactive_until=add_years(closed, rule.active_years + rule.inactive_years),
        expected=closed > on,
    )


def closed_file_day(case: Case) -> date | None:
    """The day a file is closed: a permit's when it ends or is bound to, any other's when its case ended.

    Our reading (domain 7): the law says "sejak kegiatan dinyatakan selesai".
    """
    if case.closed_at is None:
        return None
    permit = Permit.objects.prefetch_related("later").filter(case=case).first()
    if permit is None:
        return office_day(case.closed_at)
    ended = next((span for span in life(permit) if span.status in CUT_SHORT), None)
    return min(ended.starts, permit.expires_on) if ended else permit.expires_on
