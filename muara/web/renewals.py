"""The permit that a case renews or changes, as the verifier (step 7) and the agency (step 10) see it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from muara.cases.models import Case
from muara.cases.queries import latest_submission, submitted
from muara.compliance.past import Record, record_of
from muara.compliance.rules import overseen_by
from muara.people.calendar import office_calendar
from muara.people.models import User, office_day
from muara.permits.models import OldPermit, Permit
from muara.permits.queries import is_held_by, permit_by_number

SHOWS_EARLIER = frozenset({"verify", "review"})


@dataclass(frozen=True, slots=True)
class EarlierView:
    """What is known of the earlier permit: our row, an imported one, or only the number that was typed."""

    typed: str
    ours: Permit | None = None
    old: OldPermit | None = None
    status: str = ""
    record: Record | None = None
    may_open: bool = False  # the person oversees the discharge
    another_name: bool = False  # the old register names the holder otherwise than the applicant

    @property
    def permit(self) -> Permit | OldPermit | None:
        return self.ours or self.old


def earlier_of(case: Case, user: User, *, at: datetime) -> EarlierView | None:
    """The permit that a case renews or changes, with how it was kept; None for a new one."""
    today = office_day(at)
    said = submitted(latest_submission(case))
    values = said["values"]
    assert isinstance(values, dict)
    if not case.process.kind(str(said["kind"])).needs_permit:
        return None
    typed = str(values.get("previous_permit", ""))
    found = permit_by_number(typed)
    if isinstance(found, OldPermit):
        other = not is_held_by(found, case.application.company)
        return EarlierView(typed, old=found, status=found.status(today), another_name=other)
    if found is None:
        return EarlierView(typed)
    record = record_of(found, today=today, calendar=office_calendar())
    seen = record is not None and overseen_by(user, at=at).filter(pk=record.discharge).exists()
    return EarlierView(typed, ours=found, status=found.status(today), record=record, may_open=seen)
