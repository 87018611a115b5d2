"""A whole application without a mouse: keys alone, from the start page to the sent application."""

from __future__ import annotations

from collections.abc import Callable

from django.utils import timezone
from playwright.sync_api import Page, expect

from muara.cases.models import Application, Case
from muara.sop.form import Section
from muara.web.demo import EXAMPLE, applicant, example, seed_office
from muara.web.form_fields import EMPTY_ROWS, SectionForm
from tests.browser import LiveApp
from tests.web.test_portal_fill import typed

FAR = 400  # presses of Tab before we say that something cannot be reached
FOCUSED = """() => {
    const at = document.activeElement;
    return [at.id || at.name || '', (at.innerText || at.value || '').replace(/\\s+/g, ' ').trim()];
}"""


class Keys:
    """A person who has a keyboard and nothing else."""

    def __init__(self, page: Page) -> None:
        self.page, self.keyboard = page, page.keyboard

    def tab_to(self, wanted: Callable[[str, str], bool], what: str) -> str:
        for _ in range(FAR):
            self.keyboard.press("Tab")
            name, text = self.page.evaluate(FOCUSED)
            if wanted(name, text):
                return str(name)
        raise AssertionError(f"no Tab reaches {what} on {self.page.url}")

    def tab_to_id(self, wanted: str) -> None:
        self.tab_to(lambda name, _: name == wanted, wanted)

    def press(self, label: str) -> None:
        """Go to a button or link by its words, and press it."""
        self.tab_to(lambda _, text: text.startswith(label), label)
        self.keyboard.press("Enter")
        self.page.wait_for_load_state("load")

    def choose(self, control: str, place: int) -> None:
        self.tab_to(lambda name, _: name.startswith(f"{control}_"), control)
        self.keyboard.press("Space")
        for _ in range(place):
            self.keyboard.press("ArrowDown")

    def sees(self, text: str) -> None:
        expect(self.page.get_by_text(text).first).to_be_visible()


def fill(keys: Keys, section: Section) -> None:
    """Answer a section's questions in the order in which Tab meets them."""
    values = {
        key: value[:EMPTY_ROWS] if isinstance(value, list) and section_table(section, key) else value
        for key, value in example()["values"].items()
    }
    said = typed(section, values)
    for name, field in SectionForm(section, values={}).fields.items():
        if name not in said:
            continue
        control, kind = f"id_{name}", type(field.widget).__name__
        if kind == "RadioSelect":
            keys.choose(control, [key for key, _ in field.widget.choices].index(said[name]))
        elif kind == "CheckboxSelectMultiple":
            for place, (key, _) in enumerate(field.widget.choices):
                if key in said[name]:
                    keys.tab_to_id(f"{control}_{place}")
                    keys.keyboard.press("Space")
        elif kind == "CheckboxInput":
            keys.tab_to_id(control)
            keys.keyboard.press("Space")
        elif kind == "Select":
            keys.tab_to_id(control)
            keys.keyboard.type(str(dict(field.widget.choices)[said[name]]))
        else:
            keys.tab_to_id(control)
            keys.keyboard.press("Control+a")
            keys.keyboard.insert_text(str(said[name]))


def section_table(section: Section, key: str) -> bool:
    return any(item.key == key and item.kind == "table" for item in section.fields)


def test_a_whole_application_is_made_with_keys_alone(
    live_app: LiveApp, new_page: Callable[..., Page]
) -> None:
    seed_office(timezone.now())
    keys = Keys(new_page())
    live_app.sign_in(keys.page, applicant())
    keys.page.goto(f"{live_app.url}/permohonan/baru/")
    keys.choose("id_kind", 0)
    keys.tab_to_id("id_company_name")
    keys.keyboard.insert_text("PT Segara Contoh Makmur")
    keys.press("Mulai")
    keys.sees("Belum terdaftar")

    application = Application.objects.get()
    definition = application.revision.definition
    sections = definition.form.sections
    keys.press(sections[0].title)
    for place, section in enumerate(sections, start=1):
        keys.sees(f"Bagian {place} dari {len(sections)}")
        fill(keys, section)
        keys.press("Simpan dan lanjut" if place < len(sections) else "Simpan")
        keys.sees(f"Bagian “{section.title}” tersimpan.")

    uploads = definition.process.uploads()
    keys.press(uploads[0].reading if uploads[0].reading[0].isdigit() else f"{uploads[0].number}. ")
    for place, wanted in enumerate(uploads, start=1):
        keys.sees(f"Persyaratan nomor {wanted.number}")
        keys.tab_to_id("id_file")
        # What opens from here is the browser's own window, not the page's.
        keys.page.locator(":focus").set_input_files(EXAMPLE / "lokasi-outfall.pdf")
        keys.press("Unggah")
        keys.sees("Berkas “lokasi-outfall.pdf” sudah diterima.")
        keys.press("Berkas berikutnya" if place < len(uploads) else "Ke daftar isian dan berkas")

    keys.sees("Semua sudah lengkap")
    keys.press("Periksa dan kirim")
    keys.sees("persis seperti tertulis")
    keys.tab_to_id("id_truth")
    keys.keyboard.press("Space")
    keys.press("Kirim permohonan")
    keys.sees("Permohonan terkirim. Nomor pengajuan Anda")
    assert Case.objects.get(application=application).version == 1


def test_a_point_is_picked_on_the_map_with_keys_and_saves_itself(
    live_app: LiveApp, new_page: Callable[..., Page]
) -> None:
    seed_office(timezone.now())
    keys = Keys(new_page())
    live_app.sign_in(keys.page, applicant())
    keys.page.goto(f"{live_app.url}/permohonan/baru/")
    keys.choose("id_kind", 0)
    keys.tab_to_id("id_company_name")
    keys.keyboard.insert_text("PT Segara Contoh Makmur")
    keys.press("Mulai")
    keys.sees("Belum terdaftar")
    application = Application.objects.get()
    keys.page.goto(f"{live_app.url}/permohonan/{application.reference}/bagian/points/")

    keys.tab_to(lambda _, text: text.startswith("Pilih di peta") and "outfall" in text, "the map")
    keys.keyboard.press("Enter")
    told = keys.page.locator("[data-map-told]")
    expect(told).to_contain_text("dari garis pantai")
    before = told.inner_text()
    keys.keyboard.press("ArrowRight")
    expect(told).not_to_have_text(before)
    chosen = told.inner_text().partition(". ")[0]  # "0,100003 LU; 119,267578 BT"
    keys.press("Pakai titik ini")
    expect(keys.page.locator("#id_outfall_coordinate")).to_have_value(chosen)
    keys.sees("Tersimpan")

    application.refresh_from_db()
    longitude = chosen.partition("; ")[2].removesuffix(" BT")
    assert application.data["outfall_coordinate"]["longitude"] == longitude.replace(",", ".")
