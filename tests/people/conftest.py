"""The fictional office, for every test of people."""

from __future__ import annotations

import pytest

from muara.web.demo import seed_office
from tests.clock import MONDAY


@pytest.fixture
def _office(db: None) -> None:
    seed_office(MONDAY)
