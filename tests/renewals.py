"""A permit's renewal or change, as its holder goes about it half a year later."""

from __future__ import annotations

from datetime import datetime, timedelta

from muara.cases.models import Application, Case, Revision
from muara.people.models import Company
from muara.permits.models import Earlier, Permit
from muara.steps.actions import filing
from muara.web.demo import Clock, Walk, applicant, sample_upload
from tests.clock import MONDAY

LATER = MONDAY + timedelta(days=200)


def start(
    kind: str, permit: Earlier | None, *, at: datetime = LATER, company: Company | None = None
) -> Application:
    """Begin as the holder of a permit would."""
    owner = permit.case.application.company if isinstance(permit, Permit) else None
    return filing.start_application(
        revision=Revision.objects.latest("pk"),
        kind=kind,
        company=company or owner,
        company_name="PT Karang Umpama Batubara",
        previous=permit,
        by=applicant(),
        at=at,
    )


def fill(application: Application, *, at: datetime = LATER, **more: object) -> None:
    """Declare what is not copied, and hand in the files."""
    application.refresh_from_db()
    form = application.revision.definition.form
    typed = application.data | {item.key: "ya" for item in form.fields if item.kind == "confirm"} | more
    for section in form.sections:
        assert filing.save_section(application, section=section, raw=typed, by=applicant(), at=at) == {}
    for requirement in application.revision.process.uploads():
        upload = sample_upload(requirement.reading, at=at)
        filing.attach(application, requirement=requirement.number, accepted=upload, by=applicant(), at=at)


def walk_to_the_end(application: Application, *, at: datetime = LATER) -> Case:
    walk = Walk(Clock(at), applicant(), application=application)
    case = walk.submit()
    while case.tasks.filter(closed_at=None, companion=False).exists():
        walk.forward()
    return case
