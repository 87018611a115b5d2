"""A morning at the office: twelve visitors, three counters, one television; a display without its server."""

from __future__ import annotations

from collections.abc import Callable

from django.utils import timezone
from playwright.sync_api import BrowserContext, Page, expect

from muara.audit.queries import breaks, heads
from muara.contacts.actions.queue import save_counter, save_series
from muara.contacts.models import Counter, Ticket
from muara.people.models import User
from muara.web.demo import kiosk_secret, officer, open_always, seed_office
from tests.browser import LiveApp
from tests.journeys.people import PATIENCE

PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}


def open_office() -> None:
    """The demonstration's office, open at whatever hour the test runs, with a third counter for permits."""
    at = timezone.now()
    seed_office(at)
    open_always(at)
    series = save_series(
        None,
        letter="C",
        name="Pengambilan izin",
        purpose="Mengambil surat izin yang sudah terbit",
        actor="collection_counter",
        active=True,
        by=None,
        at=at,
    )
    save_counter(None, name="Loket 3", series=[series.pk], active=True, by=None, at=at)


class Kiosk:
    """The touch screen at the door."""

    def __init__(self, page: Page, url: str) -> None:
        self.page, self.url = page, f"{url}/antrean/kiosk/"
        page.goto(f"{self.url}pasang/{kiosk_secret()}/")

    def take(self, purpose: str, priority: str = "") -> str:
        self.page.goto(self.url)
        if priority:
            self.page.get_by_label(priority).check()
        self.page.get_by_role("button", name=purpose).click()
        heading = self.page.get_by_role("heading", name="Nomor Anda")
        return heading.inner_text().split()[-1]


class Desk:
    """An officer at a counter."""

    def __init__(self, page: Page, app: LiveApp, user: User, counter: str) -> None:
        self.page = page
        app.sign_in(page, user)
        pk = Counter.objects.get(name=counter).pk
        page.goto(f"{app.url}/meja/antrean/loket/{pk}/")

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()

    def call(self, number: str) -> None:
        self.press("Panggil berikutnya")
        expect(self.page.locator(".q-current")).to_have_text(number)

    def serve(self) -> None:
        self.press("Mulai melayani")
        self.press("Selesai")
        expect(self.page.get_by_text("Loket kosong.")).to_be_visible()


def shows(tv: Page, counter: str, number: str) -> None:
    box = tv.locator(".q-place", has=tv.get_by_role("heading", name=counter, exact=True))
    expect(box).to_contain_text(number)
    expect(box).to_contain_text(f"Silakan ke {counter}")


def test_a_morning_with_twelve_visitors_three_counters_and_one_television(
    live_app: LiveApp, new_page: Callable[..., Page]
) -> None:
    open_office()
    kiosk = Kiosk(new_page(viewport={"width": 1080, "height": 1400}), live_app.url)
    tv = new_page(viewport={"width": 1920, "height": 1080})
    tv.goto(f"{live_app.url}/antrean/layar/")
    expect(tv.get_by_text("Belum ada panggilan hari ini.")).to_be_visible()
    information = Desk(new_page(), live_app, officer("information_officer"), "Loket 1")
    cs = Desk(new_page(), live_app, officer("customer_service"), "Loket 2")
    collection = Desk(new_page(), live_app, officer("collection_counter"), "Loket 3")
    leaving, staying = new_page(**PHONE), new_page(**PHONE)

    # The twelve come.
    taken = [
        kiosk.take("Layanan informasi"),
        kiosk.take("Layanan informasi"),
        kiosk.take("Layanan informasi", "Lanjut usia"),
        kiosk.take("Layanan CS"),
        kiosk.take("Layanan CS", "Ibu hamil"),
        kiosk.take("Pengambilan izin"),
        kiosk.take("Layanan informasi"),
    ]
    assert taken == ["A-001", "A-002", "A-003", "B-001", "B-002", "C-001", "A-004"]
    for phone, number in ((leaving, "A-005"), (staying, "A-006")):
        phone.goto(f"{live_app.url}/antrean/")
        phone.get_by_role("button", name="Layanan informasi").click()
        expect(phone.get_by_role("heading", name=number)).to_be_visible()
    expect(staying.get_by_text("5 orang sebelum Anda")).to_be_visible()
    expect(staying.get_by_text("belum dapat diperkirakan")).to_be_visible()
    assert kiosk.take("Layanan CS") == "B-003"
    information.page.get_by_text("Beri nomor kepada pengunjung").click()
    information.page.get_by_label("Penyandang disabilitas").check()
    information.press("C Pengambilan izin")
    expect(information.page.get_by_text("Nomor C-002 diberikan.")).to_be_visible()
    assert kiosk.take("Layanan informasi", "Ibu menyusui") == "A-007"

    # Priority first, at every counter; the television shows each call.
    information.call("A-003")
    shows(tv, "Loket 1", "A-003")
    cs.call("B-002")
    shows(tv, "Loket 2", "B-002")
    collection.call("C-002")
    shows(tv, "Loket 3", "C-002")
    for desk in (information, cs, collection):
        desk.serve()

    # One does not come, one is sent on, one goes away.
    information.call("A-007")
    information.press("Panggil ulang")
    information.press("Tidak datang")
    information.call("A-001")
    information.press("Mulai melayani")
    information.page.get_by_text("Alihkan, hubungkan dengan berkas, riwayat").click()
    information.page.get_by_label("Alihkan ke").select_option(label="B Layanan CS")
    information.press("Alihkan")
    leaving.get_by_role("button", name="Tinggalkan antrean").click()
    expect(leaving.get_by_text("Anda meninggalkan antrean")).to_be_visible()

    # Whoever was sent on keeps the number and comes before who arrived later.
    for number in ("A-001", "B-001", "B-003"):
        cs.call(number)
        shows(tv, "Loket 2", number)
        cs.serve()
    collection.call("C-001")
    collection.serve()
    for number in ("A-002", "A-004"):
        information.call(number)
        information.serve()
    information.call("A-006")
    expect(staying.get_by_text("Silakan ke Loket 1")).to_be_visible(timeout=PATIENCE)
    information.serve()
    expect(staying.get_by_text("Selesai dilayani")).to_be_visible(timeout=PATIENCE)
    information.press("Panggil kembali A-007")
    shows(tv, "Loket 1", "A-007")
    information.serve()

    # Nobody waits any more, and the day's figures tell what happened.
    expect(tv.get_by_text("Tidak ada yang menunggu")).to_have_count(3)
    expect(tv.locator(".q-calls li").first).to_contain_text("A-007")
    information.page.goto(f"{live_app.url}/meja/antrean/hari-ini/")
    expect(information.page.locator("tbody tr")).to_have_count(3)
    rows = [row.inner_text().split("\t")[1:5] for row in information.page.locator("tbody tr").all()]
    # taken, done, went away, did not come
    assert rows == [["7", "5", "1", "1"], ["3", "4", "0", "0"], ["2", "2", "0", "0"]]
    states = list(Ticket.objects.order_by("series__letter", "number").values_list("state", flat=True))
    assert states == [*["done"] * 4, "left", *["done"] * 7]
    assert breaks(heads()) == []


def test_a_display_says_that_the_server_is_away_and_when_it_is_back(
    live_app: LiveApp, new_page: Callable[..., Page], new_context: Callable[..., BrowserContext]
) -> None:
    open_office()
    tv = new_context().new_page()  # its browser may complain that nobody answers
    tv.goto(f"{live_app.url}/antrean/layar/")

    live_app.stop()
    expect(tv.get_by_text("Layar terputus dari server")).to_be_visible()
    live_app.start()
    expect(tv.get_by_text("Tersambung kembali.")).to_be_visible()
    expect(tv.get_by_text("Layar terputus dari server")).to_be_hidden()

    kiosk = Kiosk(new_page(), live_app.url)
    assert kiosk.take("Layanan informasi") == "A-001"
    expect(tv.locator(".q-nexts")).to_contain_text("A-001")


def test_a_kiosk_without_scripts_gives_one_number_for_two_taps(
    live_app: LiveApp, new_page: Callable[..., Page]
) -> None:
    open_office()
    page = new_page(java_script_enabled=False)
    page.goto(f"{live_app.url}/antrean/kiosk/pasang/{kiosk_secret()}/")
    page.get_by_role("button", name="Layanan CS").dblclick()
    expect(page.get_by_role("heading", name="Nomor Anda")).to_contain_text("B-001")
    assert Ticket.objects.count() == 1
    expect(page.get_by_role("button", name="Cetak")).to_be_hidden()
    expect(page.get_by_role("img", name="Kode QR halaman nomor B-001")).to_be_visible()
