"""Fixtures for every test: databases of one's own, and a browser."""

from __future__ import annotations

pytest_plugins = ["tests.databases", "tests.browser", "tests.remembered"]
