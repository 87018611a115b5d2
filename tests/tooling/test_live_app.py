"""The server that browser tests talk to, and the browser itself."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.browser import LiveApp, assert_accessible, assert_fits

pytestmark = pytest.mark.both


def test_the_first_page_is_served_with_its_looks_and_its_policy(live_app: LiveApp, desktop: Page) -> None:
    answer = desktop.goto(live_app.url)

    assert answer is not None
    assert answer.status == 200
    assert "'unsafe-inline'" not in answer.headers["content-security-policy"]
    assert desktop.evaluate("getComputedStyle(document.body).fontFamily").startswith("Inter")


def test_the_first_page_fits_a_phone_and_is_accessible(live_app: LiveApp, phone: Page) -> None:
    phone.goto(live_app.url)

    assert_fits(phone)
    assert_accessible(phone)


def test_a_server_comes_back_after_a_kill(live_app: LiveApp, desktop: Page) -> None:
    live_app.kill()
    live_app.start()

    answer = desktop.goto(live_app.url)

    assert answer is not None
    assert answer.status == 200
