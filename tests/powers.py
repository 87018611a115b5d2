"""Letters of power for tests, given by the acts that the pages use."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from muara.cases.models import Application, PowerOfAttorney
from muara.people.models import User
from muara.steps.actions.powers import PowerLetter, record_power, take_up
from muara.web.demo import applicant, sample_upload
from tests.clock import MONDAY

JULY = (date(2026, 7, 1), date(2026, 7, 31))


def letter(**changed: Any) -> PowerLetter:
    said: dict[str, Any] = {
        "scope": "handling",
        "giver": "Sari Contohwati",
        "giver_position": "Direktur",
        "holder_name": "Budi Misalnya",
        "dated": JULY[0],
        "starts": JULY[0],
        "ends": JULY[1],
        "scan": sample_upload("Surat kuasa", at=MONDAY).blob,
    }
    return PowerLetter(**said | changed)


def given(
    application: Application,
    *,
    to: User | None = None,
    everything: bool = False,
    at: datetime = MONDAY,
    by: User | None = None,
    **changed: Any,
) -> PowerOfAttorney:
    """A power for an application (or for all of its company's), taken up by `to`, if to an account."""
    power = record_power(
        application.company,
        letter(**changed),
        application=None if everything else application,
        holder_address=to.email if to else "",
        by=by or applicant(),
        at=at,
    )
    if to is not None:
        take_up(power, by=to, at=at)
        power.refresh_from_db()
    return power
