"""What the clock tells an applicant who has not answered: before the day that was set, and after it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db import transaction

from muara.cases.models import Correction
from muara.people.calendar import office_calendar
from muara.people.models import Notice, office_day
from muara.sop.working_time import working_days_between
from muara.steps.actions.endings import may_lapse_from
from muara.steps.notices import tell_correction_is_due, tell_correction_is_late

DAYS_BEFORE = 2  # working days before the last day to answer


def remind_of_answers(*, at: datetime) -> Iterator[Notice]:
    """Remind of each request that is nearly due or overdue, once of either."""
    asked = Correction.objects.open().filter(sent_at__lt=at, due_on__isnull=False)
    for request in asked.select_related("case__application__applicant").order_by("pk"):
        with transaction.atomic():
            made = _remind(request, at=at)
        if made is not None and made.made_at == at:
            yield made


def _remind(request: Correction, *, at: datetime) -> Notice | None:
    today = office_day(at)
    assert request.due_on is not None
    assert request.sent_at is not None
    if today > request.due_on:
        return tell_correction_is_late(request, may_lapse_from=may_lapse_from(request), at=at)
    left = working_days_between(office_calendar(), today, request.due_on)
    if left > DAYS_BEFORE or office_day(request.sent_at) == today:
        return None
    return tell_correction_is_due(request, at=at)
