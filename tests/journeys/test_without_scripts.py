"""A phone without scripts is enough to apply, and to check an application."""

from __future__ import annotations

from collections.abc import Callable

from django.utils import timezone
from playwright.sync_api import Page, expect

from muara.cases.models import Application, Case, Task
from muara.web.demo import (
    APPLICANT,
    EXAMPLE,
    LOGINS,
    Clock,
    Walk,
    address_of,
    applicant,
    example,
    seed_office,
)
from tests.browser import LiveApp, assert_fits
from tests.journeys.people import Person

COMPANY = "PT Segara Contoh Makmur"
A_PHONE = {
    "viewport": {"width": 390, "height": 844},
    "is_mobile": True,
    "has_touch": True,
    "java_script_enabled": False,
}

MORE_PRODUCTS = [  # one more than the page has empty rows
    {"name": "Cangkang", "capacity": "100", "average": "80,5", "unit": "ton/bulan"},
    {"name": "Serabut", "capacity": "60", "average": "50", "unit": "ton/bulan"},
    {"name": "Abu boiler", "capacity": "20", "average": "15", "unit": "ton/bulan"},
]


def begun() -> Application:
    """An application filled in but for one file, and not sent."""
    walk = Walk(Clock(timezone.now()), applicant(), source=example())
    application = walk.prepare()
    application.attachments.get(requirement=7).delete()
    return application


def follow_the_menu(person: Person, name: str) -> None:
    """On a phone the places one may go lie behind "Menu"."""
    person.page.get_by_text("Menu", exact=True).click()
    person.follow(name)


def sign_in(person: Person, login: str) -> None:
    person.page.get_by_text("Menu", exact=True).click()
    person.sign_in(address_of(login))


def test_an_application_is_made_and_checked_on_a_phone_without_scripts(
    live_app: LiveApp, new_page: Callable[..., Page]
) -> None:
    seed_office(timezone.now())
    application = begun()

    sari = Person(new_page(**A_PHONE), live_app.url)
    sign_in(sari, APPLICANT[0])
    sari.follow(COMPANY)
    sari.follow("Kegiatan dan produksi")
    sari.write("Jam operasi per hari (jam/hari)", "18,5")
    products = application.revision.definition.form.section("activity").field("products")
    sari.fill_rows(products, [*example()["values"]["products"], *MORE_PRODUCTS])
    sari.press("Simpan")
    sari.sees("Bagian “Kegiatan dan produksi” tersimpan.")
    assert_fits(sari.page)

    sari.follow("7. Lokasi outfall")
    sari.hand_in("Pilih berkas", EXAMPLE / "lokasi-outfall.pdf")
    sari.press("Unggah")
    sari.sees("Berkas “lokasi-outfall.pdf” sudah diterima.")
    assert_fits(sari.page)
    sari.follow("Ke daftar isian dan berkas")

    sari.follow("Periksa dan kirim")
    for text in ("Cangkang", "80,5", "Abu boiler"):
        expect(sari.page.get_by_role("cell").filter(has_text=text).first).to_be_visible()
    assert_fits(sari.page)
    sari.press("Kirim permohonan")
    sari.sees("Periksa permohonan ini, lalu nyatakan bahwa isinya benar.")
    sari.tick("Saya sudah memeriksa permohonan ini dan menyatakan bahwa isinya benar.")
    sari.press("Kirim permohonan")
    sari.sees("Permohonan terkirim.")
    application.refresh_from_db()
    assert application.data["operating_hours"] == "18.5"

    citra = Person(new_page(**A_PHONE), live_app.url)
    sign_in(citra, LOGINS["customer_service"])
    citra.follow(COMPANY)
    citra.press("Terima berkas")
    citra.sees("Berkas Anda terima.")
    assert_fits(citra.page)
    for fit in citra.page.get_by_role("radio", name="Sesuai", exact=True).all():
        fit.check()
    citra.page.get_by_role("radio", name="Tidak sesuai", exact=True).nth(4).check()
    citra.page.get_by_role("radio", name="Kembalikan kepada pemohon untuk dilengkapi").check()
    citra.press("Catat hasil")
    citra.sees("Tuliskan alasannya.")
    citra.write("Alasan untuk nomor 5", "Kapasitas kolam belum disebut.")
    citra.conclude("Kembalikan kepada pemohon untuk dilengkapi", note="Sebutkan kapasitas kolam.")

    follow_the_menu(sari, "Permohonan saya")
    expect(sari.page.get_by_text("Perlu dilengkapi")).to_be_visible()
    assert Task.objects.get(case=Case.objects.get(), closed_at=None).step_key == "apply"
