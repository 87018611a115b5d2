"""May this person see a discharge, enter what its holder owes, review, rule or warn?"""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet

from muara.cases.models import Application, Referral
from muara.cases.rules import Doing, may_act_as_applicant
from muara.compliance.models import Discharge, Grant, Point
from muara.people.models import Office, User, office_day
from muara.permits.models import Permit

REVIEWER, WARNER = "technical_team", "processing_officer"


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


def overseen_by(user: User, *, at: datetime) -> QuerySet[Discharge]:
    """The discharges that an official oversees: the issuing office all, an agency those that it recommended.

    The holder's own people see theirs elsewhere, and the administrator none.
    """
    held = list(user.holdings.current(office_day(at)).select_related("office"))
    if any(one.office.kind == Office.Kind.ISSUING and one.actor != "administrator" for one in held):
        return Discharge.objects.all()
    agencies = [
        one.office_id for one in held if one.office.kind == Office.Kind.AGENCY and one.actor == REVIEWER
    ]
    if not agencies:
        return Discharge.objects.none()
    referred = Referral.objects.filter(agency__in=agencies, delivered_at__isnull=False)
    granted = Grant.objects.filter(permit__case__in=referred.values("case"))
    return Discharge.objects.filter(pk__in=granted.values("discharge"))


def agency_that_reviews(user: User, discharge: Discharge, *, at: datetime) -> Office | None:
    """The agency for which somebody may review this holder's reports and rule on what was detected."""
    held = user.holdings.current(office_day(at)).filter(actor=REVIEWER, office__kind=Office.Kind.AGENCY)
    referred = Referral.objects.filter(
        case__in=Grant.objects.filter(discharge=discharge).values("permit__case"), delivered_at__isnull=False
    )
    found = held.filter(office__in=referred.values("agency")).select_related("office").first()
    return found.office if found else None


def may_warn(user: User, *, at: datetime) -> bool:
    """Whoever prepares the office's letters (step 11) prepares and sends a warning."""
    return user.holds(WARNER, at)
