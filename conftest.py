"""Fixtures for every test: databases of one's own, a browser, remembered rows, and a permit's holder."""

from __future__ import annotations

pytest_plugins = ["tests.databases", "tests.browser", "tests.remembered", "tests.holders"]
