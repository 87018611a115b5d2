"""What binds the office takes a code: a paraf by the detour, a day's signatures after signing in."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from playwright.sync_api import expect

from muara.audit.models import Entry
from muara.cases.models import Endorsement, Task
from muara.web.demo import address_of, officer
from tests.browser import LiveApp
from tests.journeys.people import Person

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

SURE = re.compile("Yang sudah dipastikan")


def give_the_code(person: Person, button: str) -> None:
    """Copy what the demonstration's telephone shows."""
    shown = person.page.locator("#kode-contoh").inner_text()
    person.write("Kode dari aplikasi", shown)
    person.press(button)


def test_a_paraf_is_given_after_a_detour_that_loses_nothing(
    guarded_app: LiveApp, new_page: Callable[..., Page]
) -> None:
    head = officer("section_head")
    task = Task.objects.open().filter(step_key="endorse_section").order_by("pk")[0]
    page = new_page()
    guarded_app.sign_in(page, head)  # a session that gave no code
    person = Person(page, f"{guarded_app.url}/meja/tugas/{task.pk}/")
    person.press("Terima berkas")
    person.sees("Berkas Anda terima.")
    person.tick_all(SURE)
    person.page.get_by_role("textbox", name=re.compile("^Catatan")).fill("Sudah saya periksa dua kali.")
    page.get_by_role("radio", name="Benar: paraf dan teruskan ke kepala bidang", exact=True).check()
    person.press("Catat hasil")
    expect(page.get_by_role("heading", name="Pastikan ini Anda")).to_be_visible()
    assert Task.objects.get(pk=task.pk).is_open

    give_the_code(person, "Lanjutkan")
    note = page.get_by_role("textbox", name=re.compile("^Catatan"))
    expect(note).to_have_value("Sudah saya periksa dua kali.")
    person.press("Catat hasil")

    person.sees("Langkah ini selesai")
    assert '"means":"totp"' in Entry.objects.get(task_id=task.pk, verb="endorse_section.endorsed").text


def test_the_head_signs_in_with_a_code_reads_and_signs_the_days_decrees(
    guarded_app: LiveApp, new_page: Callable[..., Page]
) -> None:
    task = Task.objects.open().get(step_key="decide")
    person = Person(new_page(), guarded_app.url)
    person.sign_in(address_of("kadis"))
    give_the_code(person, "Masuk")
    person.follow("Tanda tangan hari ini")
    person.follow("Baca surat berikutnya")
    expect(person.page.get_by_role("img", name=re.compile("halaman 1 ")).first).to_be_visible()
    person.sees(task.case.drafts.latest("number").sha256)
    person.tick_all(SURE)
    person.press("Sudah saya baca, siap ditandatangani")
    person.press("Tandatangani yang dipilih")

    person.sees("Yang terjadi pada tiap surat")
    signed = Endorsement.objects.filter(task=task, kind=Endorsement.Kind.SIGNATURE, voided_at=None)
    assert signed.get().by == officer("head_of_office")
