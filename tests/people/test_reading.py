"""A rule is asked once for a page that only reads, and anew by whoever writes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from muara.people.models import Holding, Office
from muara.people.reading import only_reading
from muara.web.demo import officer
from tests.clock import MONDAY

pytestmark = pytest.mark.django_db


def test_a_rule_asked_again_while_a_page_is_read_asks_the_database_once(office: Office) -> None:
    verifier = officer("verifier")
    with only_reading(), CaptureQueriesContext(connection) as caught:
        assert verifier.holds("verifier", MONDAY)
        assert not verifier.holds("liaison", MONDAY)
        assert officer("verifier").actors(MONDAY) == {"verifier"}
    assert sum("people_holding" in one["sql"] and "actor" in one["sql"] for one in caught) == 1


def test_another_day_and_another_person_are_other_questions(office: Office) -> None:
    verifier = officer("verifier")
    Holding.objects.filter(user=verifier).update(starts=MONDAY.date())
    with only_reading():
        assert verifier.holds("verifier", MONDAY)
        assert not verifier.holds("verifier", MONDAY - timedelta(days=1))
        assert not officer("liaison").holds("verifier", MONDAY)


def test_whoever_writes_is_told_what_holds_now(office: Office) -> None:
    verifier = officer("verifier")
    assert verifier.holds("verifier", MONDAY)
    Holding.objects.filter(user=verifier).delete()
    assert not verifier.holds("verifier", MONDAY)


def test_nothing_is_remembered_from_one_page_to_the_next(office: Office, client: Client) -> None:
    verifier = officer("verifier")
    client.force_login(verifier)
    assert client.get("/meja/").status_code == 200
    Holding.objects.filter(user=verifier).delete()
    assert client.get("/meja/").status_code == 403
