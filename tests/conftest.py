"""What holds for every test."""

from __future__ import annotations

import secrets
from pathlib import Path

import hypothesis
import pytest
from pytest_django import Settings

from muara.people.models import Office
from tests.clock import MONDAY
from tests.remembered import office_on

# The same examples in every run: a failure that comes and goes helps nobody. Look further with
# `pytest --hypothesis-profile=explore`.
hypothesis.settings.register_profile("steady", derandomize=True, deadline=None, database=None)
hypothesis.settings.register_profile("explore", deadline=None, max_examples=2_000, database=None)
hypothesis.settings.load_profile("steady")

ON_A_SERVER = {"live_app", "demo_app", "guarded_app"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what drives a browser, and refuse what would empty append-only tables."""
    for item in items:
        fixtures = set(getattr(item, "fixturenames", ()))
        marker = item.get_closest_marker("django_db")
        if {"transactional_db", "live_server"} & fixtures or (marker and marker.kwargs.get("transaction")):
            raise pytest.UsageError(f"{item.nodeid}: append-only tables cannot be flushed; use own_database")
        if {"own_database", "demo_database"} & fixtures and ("db" in fixtures or marker):
            raise pytest.UsageError(f"{item.nodeid}: own_database and db are two databases; take one")
        if ON_A_SERVER & fixtures:
            item.add_marker(pytest.mark.slow)
        if "browser" in fixtures:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(autouse=True)
def _no_remembered_definitions(settings: Settings) -> None:
    """Forget parsed SOP revisions: a rolled-back row's key is given out again, to another revision.

    And the figures that stand for a minute: they were counted over another test's cases.
    """
    from django.core.cache import cache, caches

    from muara.cases.models.case import definition_of
    from muara.people.calendar import read_calendar

    definition_of.cache_clear()
    read_calendar.cache_clear()
    cache.clear()
    caches["counted"].clear()
    # Keys and checkpoints are files: another test's database knows nothing of them.
    apart = Path(settings.DATA_DIR) / secrets.token_hex(8)
    settings.MUARA_KEYS, settings.MUARA_CHECKPOINTS = apart / "keys", apart / "checkpoints"


@pytest.fixture
def blobs(settings: Settings, tmp_path: Path) -> Path:
    """A blob store of this test's own, empty, and books of numbers that fit its empty database."""
    settings.MUARA_BLOBS = tmp_path / "blobs"
    settings.MUARA_NUMBER_BOOKS = tmp_path / "numbers"
    return tmp_path / "blobs"


@pytest.fixture
def office(db: None, blobs: Path) -> Office:
    """The fictional office on MONDAY, without a case."""
    return office_on(MONDAY)
