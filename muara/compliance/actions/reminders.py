"""What the clock tells a holder whose report is nearly due or overdue, on the days that the office set."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db import transaction

from muara.compliance.arithmetic.schedule import Reminder, reminders
from muara.compliance.models import Discharge
from muara.compliance.notices import tell_report_due
from muara.compliance.queries import report_rule
from muara.compliance.reports import owed_reports
from muara.people.calendar import office_calendar
from muara.people.models import Notice, office_day

DAY = timedelta(days=1)
LOOKED_BACK = 120  # days: a report that ended longer ago was reminded of, or is a warning's business
STILL_GOOD = 7  # days: a reminder that a standing machine missed is told later, but not for ever


def remind_of_reports(*, at: datetime) -> Iterator[Notice]:
    """Remind of each report that was not handed in, once for each of the days that the office set."""
    today, calendar = office_day(at), office_calendar()
    rule = report_rule(on=today)
    discharges = list(Discharge.objects.select_related("company"))
    for owed in owed_reports(discharges, today=today, calendar=calendar, since=today - DAY * LOOKED_BACK):
        if owed.report is not None:
            continue
        reached = [one for one in reminders(owed.due_on, calendar=calendar, rule=rule) if one.day <= today]
        last: Reminder | None = reached[-1] if reached else None
        if last is None or last.day < today - DAY * STILL_GOOD:
            continue
        with transaction.atomic():
            made = tell_report_due(owed, last, at=at)
        yield from (notice for notice in made if notice.made_at == at)
