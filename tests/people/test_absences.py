"""Absence: who may record whose, what is refused, what is kept, and who ends it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from muara.audit.models import Entry
from muara.people.actions import Refused
from muara.people.actions.absences import NotTheirs, end_absence, record_absence
from muara.people.models import Absence, office_day
from muara.people.queries import absent_until
from muara.web.demo import applicant, officer
from tests.clock import MONDAY, TUESDAY, WEDNESDAY

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("office")]

FROM, TO = office_day(TUESDAY), office_day(TUESDAY) + timedelta(days=3)


@pytest.mark.parametrize(
    ("by", "of", "may"),
    [
        ("verifier", "verifier", True),
        ("section_head", "verifier", True),
        ("administrator", "verifier", True),
        ("division_head", "section_head", True),
        ("section_head", "division_head", False),
        ("registrar", "verifier", False),
        ("auditor", "verifier", False),
        ("section_head", "technical_team", False),
        ("technical_team", "technical_team", True),
        ("section_head", "administrator", False),
    ],
)
def test_an_official_their_superior_and_an_administrator_record_an_absence(
    by: str, of: str, may: bool
) -> None:
    said = {"starts": FROM, "ends": TO, "by": officer(by), "at": MONDAY}
    if may:
        record_absence(officer(of).pk, **said)  # type: ignore[arg-type]
    else:
        with pytest.raises(NotTheirs):
            record_absence(officer(of).pk, **said)  # type: ignore[arg-type]
    assert Absence.objects.count() == may


def test_an_applicant_has_no_absence_and_records_none() -> None:
    for by, of in ((applicant(), applicant()), (applicant(), officer("verifier"))):
        with pytest.raises(NotTheirs):
            record_absence(of.pk, starts=FROM, ends=TO, by=by, at=MONDAY)


@pytest.mark.parametrize(
    ("starts", "ends", "field"),
    [
        (TO, FROM, "ends"),
        (date(2026, 7, 1), date(2026, 7, 3), "ends"),  # over before Monday 6 July
        (date(2026, 7, 6), date(2027, 7, 7), "ends"),
        (date(2026, 7, 10), date(2026, 7, 20), "starts"),  # overlaps on its first day
    ],
)
def test_a_period_that_cannot_be_is_refused(starts: date, ends: date, field: str) -> None:
    me = officer("verifier")
    record_absence(me.pk, starts=FROM, ends=date(2026, 7, 10), by=me, at=MONDAY)
    with pytest.raises(Refused) as refusal:
        record_absence(me.pk, starts=starts, ends=ends, by=me, at=MONDAY)
    assert refusal.value.field == field
    assert Absence.objects.count() == 1


def test_the_first_and_the_last_day_are_days_away() -> None:
    me = officer("verifier")
    record_absence(me.pk, starts=FROM, ends=TO, by=me, at=MONDAY)
    days = [FROM - timedelta(days=1), FROM, TO, TO + timedelta(days=1)]
    assert [absent_until([me.pk], on=day) for day in days] == [{}, {me.pk: TO}, {me.pk: TO}, {}]


def test_coming_back_early_ends_it_yesterday_and_not_going_withdraws_it() -> None:
    me = officer("verifier")
    gone = record_absence(me.pk, starts=FROM, ends=TO, by=me, at=MONDAY)
    later = record_absence(me.pk, starts=date(2026, 8, 3), ends=date(2026, 8, 5), by=me, at=MONDAY)
    end_absence(gone.pk, by=officer("section_head"), at=WEDNESDAY)
    end_absence(later.pk, by=me, at=WEDNESDAY)

    rows = Absence.objects.order_by("starts").values_list("ends", "withdrawn_at")
    assert list(rows) == [(FROM, None), (date(2026, 8, 5), WEDNESDAY)]
    assert absent_until([me.pk], on=office_day(WEDNESDAY)) == {}
    with pytest.raises(Refused):
        end_absence(gone.pk, by=me, at=WEDNESDAY)
    verbs = Entry.objects.filter(chain=f"user:{me.pk}", verb__startswith="absence").order_by("seq")
    assert [entry.verb for entry in verbs] == ["absence.record"] * 2 + ["absence.end"] * 2


def test_the_database_keeps_the_period_whole() -> None:
    me = officer("verifier")
    with pytest.raises(IntegrityError), transaction.atomic():
        Absence.objects.create(user=me, starts=TO, ends=FROM, recorded_by=me, recorded_at=MONDAY)
