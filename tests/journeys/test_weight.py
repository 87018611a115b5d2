"""What a first visit costs on a weak network: every public page, with nothing kept from before."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Error, Page

from muara.cases.models import Revision
from muara.web.demo import seed_office
from tests.browser import LiveApp
from tests.web.test_every_address import ADDRESSES, patterns

MOST = 130 * 1000  # bytes over the wire (issue: figures)
NO_PAGES = {"health"}


def public_pages() -> list[str]:
    """The addresses that answer anybody, and need nothing but a service to be named."""
    return [
        name
        for name, pattern in patterns().items()
        if ADDRESSES[name][0].split()[0] == "200"
        and set(pattern.pattern.regex.groupindex) <= {"slug"}
        and name not in NO_PAGES
    ]


def test_a_first_visit_to_any_public_page_is_light_and_asks_nobody_else(
    live_app: LiveApp, new_page: Callable[..., Page]
) -> None:
    seed_office(timezone.now())
    slug = Revision.objects.get().process.slug
    weights: dict[str, int] = {}
    strangers: set[tuple[str, str]] = set()
    for name in public_pages():
        page = new_page()
        network = page.context.new_cdp_session(page)
        network.send("Network.enable")
        sizes: list[int] = []
        network.on(
            "Network.loadingFinished", lambda done, sizes=sizes: sizes.append(done["encodedDataLength"])
        )
        page.on("request", lambda request: strangers.add(urlsplit(request.url)[:2]))
        slugged = "slug" in patterns()[name].pattern.regex.groupindex
        try:
            answer = page.goto(
                live_app.url + reverse(name, args=[slug] if slugged else []), wait_until="networkidle"
            )
        except Error as error:
            assert "Download is starting" in str(error)  # noqa: PT017  an address that hands out a file
            answer = None
        if answer and answer.headers["content-type"].startswith("text/html"):
            weights[name] = int(sum(sizes))
        page.context.close()

    assert len(weights) >= 12
    assert {name: weight for name, weight in weights.items() if weight > MOST} == {}
    asked = {host for scheme, host in strangers if scheme in {"http", "https", "ws", "wss"}}
    assert asked == {urlsplit(live_app.url).netloc}
