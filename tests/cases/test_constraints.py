"""What the database refuses by itself, whoever writes: states that no act leaves behind."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, models

from muara.cases.models import Case, Draft, Endorsement, Recommendation, Referral, Task
from muara.people.models import Office, OfficeSetting
from muara.permits.models import Permit
from tests.clock import MONDAY
from tests.remembered import case_at

pytestmark = [pytest.mark.django_db, pytest.mark.both]


@pytest.mark.parametrize(
    ("model", "wrong"),
    [
        (Case, {"result": ""}),
        (Case, {"callers": "verify"}),
        (Case, {"registered_on": None}),
        (Task, {"outcome": ""}),
        (Task, {"received_at": None}),
        (Referral, {"receiver": ""}),
        (Recommendation, {"terms": {}}),
        (Recommendation, {"returned_at": MONDAY}),
        (Draft, {"deviations": [{"place": "Titik", "before": "", "after": "x"}]}),
        (Endorsement, {"voided_at": MONDAY}),
        (Permit, {"signed_on": MONDAY.date().replace(year=2999)}),
        (OfficeSetting, {"value": 0}),
        (OfficeSetting, {"basis": ""}),
    ],
)
def test_a_half_written_state_is_refused(
    office: Office, model: type[models.Model], wrong: dict[str, object]
) -> None:
    case_at("end", at=MONDAY)
    rows = model._default_manager.all()
    if model is Task:
        rows = rows.filter(received_by__isnull=False)
    assert rows.exists()
    with pytest.raises(IntegrityError):
        rows.update(**wrong)
