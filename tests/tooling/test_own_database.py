"""The ground that tests of concurrency, kills and browsers stand on."""

from __future__ import annotations

import signal

import pytest
from django.contrib.sessions.models import Session
from django.db import connection, transaction

from tests.clock import MONDAY
from tests.databases import OwnDatabase

pytestmark = pytest.mark.both


def keep(key: str) -> str:
    Session.objects.create(session_key=key, session_data="", expire_date=MONDAY)
    return key


def kept() -> list[str]:
    return sorted(Session.objects.values_list("session_key", flat=True))


@pytest.mark.parametrize("turn", ["first", "second"])
def test_each_test_starts_from_an_empty_migrated_database(own_database: OwnDatabase, turn: str) -> None:
    assert kept() == []
    keep(turn)
    assert kept() == [turn]


def test_threads_work_at_the_same_time_on_connections_of_their_own(own_database: OwnDatabase) -> None:
    given = own_database.together(*(lambda key=f"key-{n}": keep(key) for n in range(8)))

    assert given == [f"key-{n}" for n in range(8)]
    assert kept() == given


def test_a_thread_that_fails_gives_its_error_and_stops_nobody(own_database: OwnDatabase) -> None:
    def fail() -> str:
        raise LookupError("nothing there")

    error, key = own_database.together(fail, lambda: keep("other"))

    assert isinstance(error, LookupError)
    assert key == "other"


def test_a_commit_is_seen_by_another_process(own_database: OwnDatabase) -> None:
    keep("from here")

    counted = own_database.manage("shell", "--no-imports", "-c", COUNT)

    assert counted.strip() == "1"


def test_what_a_killed_process_had_not_committed_is_gone(own_database: OwnDatabase) -> None:
    process = own_database.start(WRITE_AND_WAIT)
    assert process.stdout is not None
    assert process.stdout.readline() == "written\n"

    process.send_signal(signal.SIGKILL)
    process.communicate()

    with transaction.atomic():
        assert kept() == []


def test_the_append_only_triggers_are_in_the_copy(own_database: OwnDatabase) -> None:
    catalogue = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
        "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal",
    }
    with connection.cursor() as cursor:
        cursor.execute(catalogue[connection.vendor])
        triggers = {name for (name,) in cursor.fetchall()}
    assert {"audit_entry_no_update", "audit_entry_no_delete"} <= triggers


COUNT = """
from django.contrib.sessions.models import Session
print(Session.objects.count())
"""
WRITE_AND_WAIT = """
import time
from datetime import datetime, UTC
from django.contrib.sessions.models import Session
from django.db import transaction
with transaction.atomic():
    Session.objects.create(session_key="half", session_data="", expire_date=datetime(2026, 7, 6, tzinfo=UTC))
    print("written", flush=True)
    time.sleep(60)
"""
