"""The map of a section over a weak line: nothing to press before it works, and another try when it fails."""

from __future__ import annotations

from collections.abc import Callable

from django.utils import timezone
from playwright.sync_api import Locator, Page, Route, expect

from muara.cases.models import Application
from muara.web.demo import applicant, seed_office
from tests.browser import LiveApp
from tests.journeys.test_big_upload import begun

PICKED = "sea_points-2-coordinate=0%2C505556"
LAND = "**/geo/land_kaltim*"


def opener(page: Page, control: str) -> Locator:
    return page.locator(f'[data-map-for="id_{control}"]')


def section_of(live_app: LiveApp, page: Page) -> Application:
    seed_office(timezone.now())
    application = begun()
    live_app.sign_in(page, applicant())
    page.goto(f"{live_app.url}/permohonan/{application.reference}/bagian/points/")
    return application


def test_the_maps_buttons_come_when_they_work_and_a_failure_can_be_tried_again(
    live_app: LiveApp, phone: Page
) -> None:
    section_of(live_app, phone)
    held: list[Route] = []
    phone.route(LAND, lambda route: held.append(route))
    state, take = phone.locator("[data-map-state]"), phone.locator("[data-map-take]")

    opener(phone, "outfall_coordinate").click()
    expect(state).to_have_text("Peta sedang dimuat …")
    expect(take).to_be_hidden()
    while not held:
        phone.wait_for_timeout(50)
    held[0].abort()
    expect(state).to_contain_text("Peta tidak dapat dimuat. Periksa sambungan, lalu tekan Coba lagi")
    expect(take).to_be_hidden()
    phone.unroute(LAND)
    phone.get_by_role("button", name="Coba lagi").click()

    expect(take).to_be_visible()
    expect(phone.locator("[data-map-told]")).to_contain_text("dari garis pantai")
    expect(state).to_be_hidden()
    take.click()
    expect(opener(phone, "outfall_coordinate")).to_have_attribute("aria-expanded", "false")
    expect(phone.locator("#id_outfall_coordinate")).not_to_have_value("")


def test_a_row_that_came_later_has_the_map_too_with_the_points_already_typed(
    live_app: LiveApp, new_page: Callable[..., Page]
) -> None:
    page = new_page()
    application = section_of(live_app, page)
    page.locator("#id_outfall_name").fill("OF-01")
    page.locator("#id_outfall_coordinate").fill("0°30'20\" LU 117°38'20\" BT")
    # A row as a script would add it: the second one's markup under the next number.
    page.locator("#tabel-sea_points [role=group]").nth(1).evaluate(
        "row => row.insertAdjacentHTML('afterend', row.outerHTML.replaceAll('points-1-', 'points-2-'))"
    )

    opener(page, "sea_points-2-coordinate").click()
    expect(page.locator("[data-map-told]")).to_contain_text("0,505556 LU; 117,638889 BT")
    expect(page.locator(".m-map__name")).to_have_text("OF-01")
    with page.expect_response(lambda answer: PICKED in (answer.request.post_data or "")) as saving:
        page.locator("[data-map-take]").click()

    expect(page.locator("#id_sea_points-2-coordinate")).to_have_value("0,505556 LU; 117,638889 BT")
    assert "Tersimpan" in saving.value.text()
    application.refresh_from_db()
    (row,) = application.data["sea_points"]
    assert row["coordinate"] == {"latitude": "+0.505556", "longitude": "117.638889"}
