"""May this person see a discharge, or enter what its holder owes?"""

from __future__ import annotations

from datetime import datetime

from muara.cases.models import Application
from muara.cases.rules import Doing, may_act_as_applicant
from muara.compliance.models import Discharge, Point
from muara.people.models import User, office_day
from muara.permits.models import Permit


def application_of(discharge: Discharge) -> Application:
    """The application of the latest permit: whose powers of attorney count."""
    rows = Permit.objects.filter(grant__discharge=discharge).select_related("case__application__company")
    return rows.latest("grant__starts", "pk").case.application


def may_see(user: User, discharge: Discharge, *, at: datetime) -> bool:
    """Its holder's people; what agency and office see is asked where they see it."""
    seen = Discharge.objects.of_holder(user, on=office_day(at))
    return seen.filter(pk=discharge.pk).exists()


def may_enter(user: User, discharge: Discharge, *, at: datetime) -> bool:
    """A member, the holder of a power to handle, or the counter for somebody without an account."""
    return may_act_as_applicant(user, application_of(discharge), at=at, doing=Doing.REPORT)


def has_data(point: Point) -> bool:
    """Something was measured there, corrected or not: such a point is never deleted."""
    return point.readings.exists() or point.samples.exists()
