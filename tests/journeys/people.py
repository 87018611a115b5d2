"""A person at a browser: what is found by its role and its label, clicked and typed."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from playwright.sync_api import expect

from muara.people.models import Notice
from muara.sop.form import Field, Section
from muara.web.demo import PASSWORD

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

PATIENCE = 60_000  # milliseconds: other work may run on the same machine
expect.set_options(timeout=PATIENCE)


def called(label: str) -> re.Pattern[str]:
    """The whole label; what need not be answered says so after it."""
    words = re.escape(label).replace("/", r"\/")  # playwright writes the expression between slashes
    return re.compile(rf"^\s*{words}\s*(\(opsional\))?\s*$")


@dataclass
class Person:
    """Somebody with a browser of their own."""

    page: Page
    url: str
    name: str = ""

    def __post_init__(self) -> None:
        self.page.set_default_timeout(PATIENCE)
        self.page.goto(self.url)

    # --- what everybody does on a page ---------------------------------------------------------------

    def follow(self, name: str) -> None:
        """Click the first link of that name."""
        self.page.get_by_role("link", name=name, exact=True).filter(visible=True).first.click()

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()

    def write(self, label: str, text: str, *, within: Locator | None = None) -> None:
        (within or self.page).get_by_role("textbox", name=called(label)).fill(text)

    def choose(self, question: str, *answers: str) -> None:
        """Tick one or more answers of a question."""
        group = self.page.get_by_role("group", name=called(question))
        for answer in answers:
            group.get_by_label(answer, exact=True).check()

    def tick(self, label: str) -> None:
        self.page.get_by_role("checkbox", name=label, exact=True).check()

    def tick_all(self, group: str | re.Pattern[str]) -> int:
        """Tick every box of a group, once the page that has it is there; says how many."""
        boxes = self.page.get_by_role("group", name=group).get_by_role("checkbox")
        expect(boxes.first).to_be_visible()
        for box in boxes.all():
            box.check()
        return boxes.count()

    def sign_on_screen(self) -> None:
        """Draw a signature on the page's sheet, as a finger would."""
        sheet = self.page.locator("canvas")
        sheet.scroll_into_view_if_needed()
        box = sheet.bounding_box()
        assert box is not None
        self.page.mouse.move(box["x"] + 40, box["y"] + 100)
        self.page.mouse.down()
        for step in range(20):
            self.page.mouse.move(box["x"] + 40 + 15 * step, box["y"] + 100 + (-1) ** step * 30)
        self.page.mouse.up()
        self.sees("Sudah ditandatangani di layar.")

    def hand_in(self, label: str, path: Path) -> None:
        self.page.get_by_label(called(label)).set_input_files(path)

    def sees(self, text: str) -> None:
        expect(self.page.get_by_text(text).filter(visible=True).first).to_be_visible()

    def download(self, link: Locator, to: Path) -> Path:
        """Save what a link leads to."""
        answer = self.page.request.get(urljoin(self.page.url, link.get_attribute("href") or ""))
        assert answer.status == 200, f"{link}: {answer.status}"
        to.write_bytes(answer.body())
        return to

    def fetch(self, name: str | re.Pattern[str], to: Path) -> Path:
        """Save what the link of that name leads to."""
        return self.download(self.page.get_by_role("link", name=name).first, to)

    # --- coming in -----------------------------------------------------------------------------------

    def sign_up(self, *, email: str, phone: str) -> None:
        """Open an account, and confirm its address by the link that waits in the outbox."""
        self.follow("Daftar")
        self.write("Nama lengkap", self.name)
        self.write("Surel", email)
        self.write("Nomor telepon", phone)
        self.page.get_by_label(called("Kata sandi")).fill(PASSWORD)
        self.page.get_by_label(called("Ulangi kata sandi")).fill(PASSWORD)
        self.press("Buat akun")
        self.sees("Periksa surel Anda")
        letter = Notice.objects.get(kind="account", address=email).text
        link = re.search(r"/akun/surel/konfirmasi/\S+", letter)
        assert link is not None
        self.page.goto(f"{self.url}{link[0]}")
        self.press("Ya, benar")
        self.sees("Permohonan saya")

    def sign_in(self, email: str) -> None:
        self.follow("Masuk")
        self.write("Surel", email)
        self.page.get_by_label(called("Kata sandi")).fill(PASSWORD)
        self.press("Masuk")
        expect(self.page.get_by_role("heading", name="Masuk", exact=True)).to_have_count(0)

    def sign_out(self) -> None:
        self.page.get_by_role("button", name="Keluar").first.click()

    # --- the application form ------------------------------------------------------------------------

    def fill_in(self, section: Section, values: Mapping[str, Any]) -> None:
        """Answer what is known of a section; empty tables get as many rows as are needed."""
        for item in section.fields:
            if item.key in values:
                self.answer(item, values[item.key])

    def answer(self, item: Field, value: Any) -> None:
        label = f"{item.label} ({item.unit})" if item.unit else item.label
        match item.kind:
            case "table":
                self.fill_rows(item, value)
            case "confirm":
                self.tick(item.statement)
            case "choice":
                self.choose(label, label_of(item, value))
            case "multichoice":
                self.choose(label, *(label_of(item, key) for key in value))
            case "regency":
                self.page.get_by_role("combobox", name=called(label)).select_option(label_of(item, value))
            case _:
                self.write(label, value)

    def fill_rows(self, item: Field, rows: Sequence[Mapping[str, str]]) -> None:
        for number, row in enumerate(rows, start=1):
            group = self.page.get_by_role("group", name=f"Baris {number} {item.label}", exact=True)
            if not group.count():
                self.press(f"Tambah baris {item.label}")
            for column in item.columns:
                if column.key in row:
                    self.write(column.label, row[column.key], within=group)

    # --- the officer's desk --------------------------------------------------------------------------

    def receive(self, company: str) -> None:
        """Open the file that waits on one's desk, and take it over."""
        self.follow("Meja kerja")
        self.follow(company)
        self.press("Terima berkas")
        self.sees("Berkas Anda terima.")

    def conclude(self, outcome: str, note: str = "") -> None:
        """Choose how the step ends, where there is a choice, and record it."""
        answers = self.page.get_by_role("radio", name=outcome, exact=True)
        if note:
            self.page.get_by_role("textbox", name=re.compile("^Catatan")).fill(note)
        if answers.count():
            answers.check()
            self.press("Catat hasil")
        else:
            self.press(outcome)
        self.sees("Langkah ini selesai")


def label_of(item: Field, key: str) -> str:
    choice = item.choice(key)
    assert choice, f"{item.key} has no choice {key}"
    return choice.label
