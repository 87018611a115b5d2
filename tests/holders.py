"""A company whose permit was issued on MONDAY, 6 July 2026, and is followed from then on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import pytest

from muara.cases.models import Case
from muara.cases.terms import PointKind, Terms
from muara.compliance.actions.laboratory import register_laboratory
from muara.compliance.actions.obligations import terms_of
from muara.compliance.models import Discharge, Laboratory, Point
from muara.people.models import Office, User
from muara.permits.models import Permit
from muara.web.demo import applicant
from tests.clock import MONDAY
from tests.remembered import case_at


@dataclass
class Holder:
    """The permit holder's side of the story."""

    case: Case
    permit: Permit
    discharge: Discharge
    laboratory: Laboratory

    @property
    def person(self) -> User:
        return applicant()

    @property
    def outlet(self) -> Point:
        return self.discharge.points.get(kind=PointKind.COMPLIANCE)

    @property
    def sea(self) -> Point:
        return self.discharge.points.get(name="TL-01")

    @property
    def terms(self) -> Terms:
        return terms_of(self.permit.grant)


@pytest.fixture
def holder(office: Office) -> Holder:
    case = case_at("hand_over", at=MONDAY)
    permit = Permit.objects.select_related("number").get(case=case)
    laboratory = register_laboratory(
        name="Laboratorium Contoh",
        registration="LAB-CONTOH-01",
        registered_from=date(2026, 1, 1),
        registered_to=date(2026, 12, 31),
        by=None,
        at=MONDAY,
    )
    return Holder(case, permit, permit.grant.discharge, laboratory)


def number(text: str) -> Decimal:
    return Decimal(text.replace(",", "."))
