"""A real application walks all 18 steps by clicks and typing alone, as 13 people in 13 browsers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from PIL import Image
from playwright.sync_api import Page, expect

from muara.cases.models import Case, Revision, Task
from muara.people.models import WITA, User, office_day
from muara.permits.models import Permit
from muara.sop.service import Service
from muara.web.demo import EXAMPLE, LOGINS, address_of, example, seed_office
from tests.browser import LiveApp
from tests.journeys.papers import ink_of, page_count, pages_of, token_in, words_of
from tests.journeys.people import Person

pytestmark = pytest.mark.both

COMPANY = "PT Segara Contoh Makmur"
APPLICANT = "Ratna Misalkan"
EMAIL, PHONE = "ratna@contoh.example", "0811 0000 0077"
MONTHS = "Januari Februari Maret April Mei Juni Juli Agustus September Oktober November Desember".split()
FORWARD = {  # what leads on, as the page words it
    "check": "Lengkap dan benar: setujui untuk didaftarkan",
    "advise": "Konsultasi selesai, kembali ke customer service",
    "register": "Terdaftar: beri nomor registrasi dan tanda terima",
    "verify": "Lengkap dan benar: buat surat pengantar ke OPD",
    "correct": "Perbaikan diterima: serahkan ke verifikasi",
    "deliver": "Berkas diterima OPD",
    "review": "Rekomendasi teknis diterbitkan",
    "draft": "Draf izin diserahkan kepada kepala seksi",
    "endorse_section": "Benar: paraf dan teruskan ke kepala bidang",
    "endorse_division": "Benar: paraf dan teruskan ke kepala dinas",
    "meet": "Keputusan bersama diambil: kembali kepada pengusul rapat",
    "decide": "Setujui dan tanda tangani",
    "number": "Izin bernomor dan disahkan: serahkan ke loket",
    "hand_over": "Izin diserahkan",
}


def spelled(day: date) -> str:
    """A date as Indonesians write it."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


@dataclass
class Way:
    """The office as this test walks it: who is signed in where, the application, the papers so far."""

    app: LiveApp
    new_page: Callable[..., Page]
    folder: Path
    service: Service
    source: Mapping[str, Any] = field(default_factory=example)
    people: dict[str, Person] = field(default_factory=dict)

    @property
    def values(self) -> dict[str, Any]:
        return dict(self.source["values"])

    @property
    def case(self) -> Case:
        return Case.objects.get()

    @property
    def number(self) -> str:
        return self.case.registration_number or ""

    def officer(self, actor: str) -> Person:
        """The holder of an actor, who signs in when first needed."""
        if actor not in self.people:
            login = address_of(LOGINS[actor])
            self.people[actor] = person = Person(self.new_page(), self.app.url, login)
            person.sign_in(login)
        return self.people[actor]

    @contextmanager
    def at(self, step_key: str, actor: str) -> Iterator[Person]:
        """Let the step's officer receive the file; afterwards the case has left the step."""
        before = Task.objects.get(case=self.case, closed_at=None, companion=False)
        assert before.step_key == step_key
        person = self.officer(actor)
        person.receive(COMPANY)
        yield person
        before.refresh_from_db()
        assert before.closed_at is not None, f"step {before.step.number} is still open"

    def paper(self, name: str) -> Path:
        return self.folder / name


def test_an_application_leaves_as_a_numbered_permit(
    live_app: LiveApp, new_page: Callable[..., Page], tmp_path: Path
) -> None:
    seed_office(timezone.now())
    way = Way(live_app, new_page, tmp_path, Revision.objects.latest("pk").definition)

    ask_and_inform(way)
    apply(way)
    check_with_advice(way)
    register(way)
    verify_after_a_correction(way)
    deliver(way)
    recommend(way)
    book_and_draft(way)
    examine_with_a_meeting(way)
    sign(way)
    number_and_issue(way)
    hand_over(way)
    receive(way)

    assert len(way.people) == 13
    others = ("admin", "auditor", "pengaduan", "privasi", "sari", "budi", "rahmat")
    unused = {address_of(login) for login in others}
    assert set(User.objects.filter(last_login=None).values_list("email", flat=True)) == unused
    done = Task.objects.filter(case=way.case, companion=False).order_by("opened_at", "pk")
    assert [task.step.number for task in done] == [
        *(3, 4, 5, 4, 6, 7, 8, 7, 9, 10, 11, 12, 14, 12, 13, 15, 16, 17, 18)
    ]
    anybody_checks_the_permit(way)
    the_control_sheet_tells_it_all(way)
    assert live_app.database.manage("audit", "verify").startswith("utuh: ")


# --- steps 1 to 3 ------------------------------------------------------------------------------------


def ask_and_inform(way: Way) -> None:
    """Steps 1 and 2, from a new account."""
    applicant = way.people["applicant"] = Person(way.new_page(), way.app.url, APPLICANT)
    applicant.sign_up(email=EMAIL, phone=PHONE)
    applicant.follow("Pertanyaan")
    applicant.write("Pertanyaan Anda", way.source["question"])
    applicant.press("Kirim pertanyaan")
    applicant.sees("Menunggu jawaban")

    officer = way.officer("information_officer")
    officer.follow(way.source["question"])
    answer = officer.page.get_by_role("textbox", name="Penjelasan yang diberikan")
    expect(answer).to_be_visible()
    for explained in officer.page.get_by_role("checkbox").all():
        explained.check()
    officer.write("Penjelasan yang diberikan", "Syarat ada di halaman layanan. Paling lama 14 hari; gratis.")
    officer.press("Simpan jawaban")
    officer.sees(f"Jawaban untuk {APPLICANT} tersimpan.")

    applicant.follow("Pertanyaan")
    applicant.sees("Paling lama 14 hari; gratis.")


def apply(way: Way) -> None:
    """Step 3: every section, every file, a last look, and off it goes."""
    applicant = way.people["applicant"]
    applicant.sign_out()
    applicant.sign_in(EMAIL)
    applicant.follow("Ajukan permohonan baru")
    applicant.choose("Apa yang diajukan?", "Izin baru")
    applicant.write("Nama perusahaan", COMPANY)
    applicant.press("Mulai mengisi")

    sections = way.service.form.sections
    applicant.follow(sections[0].title)
    for place, section in enumerate(sections, start=1):
        applicant.sees(f"Bagian {place} dari {len(sections)}")
        applicant.fill_in(section, way.values)
        applicant.press("Simpan dan lanjut" if place < len(sections) else "Simpan")
        applicant.sees(f"Bagian “{section.title}” tersimpan.")

    wanted = way.service.process.uploads()
    assert [str(item.number) for item in wanted] == list(way.source["files"])
    applicant.follow(f"{wanted[0].number}. {wanted[0].reading}")
    for item in wanted:
        upload(applicant, way.source["files"][str(item.number)])
        if item is not wanted[-1]:
            applicant.follow("Berkas berikutnya")
    applicant.follow("Ke daftar isian dan berkas")
    applicant.sees("Semua sudah lengkap")

    applicant.follow("Periksa dan kirim")
    for text in (
        COMPANY,
        "9999000000011",
        "CPO",
        "0°30′20,00″ LU",
        "Mangrove",
        "skema-ipal.pdf",
    ):
        applicant.sees(text)
    applicant.tick("Saya sudah memeriksa permohonan ini dan menyatakan bahwa isinya benar.")
    applicant.press("Kirim permohonan")
    applicant.sees(f"Permohonan terkirim. Nomor pengajuan Anda {way.case.application.reference}")
    applicant.sees("Belum terdaftar")


def upload(person: Person, name: str) -> None:
    person.hand_in("Pilih berkas", EXAMPLE / name)
    person.press("Unggah")
    person.sees(f"Berkas “{name}” sudah diterima.")


# --- steps 4 to 6 ------------------------------------------------------------------------------------


def check_with_advice(way: Way) -> None:
    """Step 4, to the help desk (5) and back, then all 17 items and the CS's approval."""
    told = way.source["advice"]
    with way.at("check", "customer_service") as officer:
        officer.conclude("Arahkan ke help desk untuk konsultasi", note=told["question"])
    with way.at("advise", "customer_service") as officer:
        asked = officer.page.get_by_role("textbox", name="Masalah atau pertanyaan pemohon")
        expect(asked).to_have_value(told["question"])
        officer.write("Penjelasan teknis yang diberikan", told["given"])
        officer.conclude(FORWARD["advise"])
    with way.at("check", "customer_service") as officer:
        all_fit(officer)
        officer.conclude(FORWARD["check"])


def all_fit(officer: Person) -> None:
    fits = officer.page.get_by_role("radio", name="Sesuai", exact=True)
    expect(fits).to_have_count(17)
    for fit in fits.all():
        fit.check()


def register(way: Way) -> None:
    """Step 6: the registration number, and the receipt that the applicant takes home."""
    with way.at("register", "registration_counter") as officer:
        officer.sees("Disetujui customer service")
        officer.sign_on_screen()
        officer.conclude(FORWARD["register"])
        printed = officer.fetch(f"Tanda terima {way.number}", way.paper("receipt.pdf"))
    assert re.fullmatch(r"LHP/\d{4}/0001", way.number)

    applicant = way.people["applicant"]
    open_own(applicant)
    applicant.sees(way.number)
    taken_home = applicant.fetch(f"Tanda terima {way.number}", way.paper("receipt-of-the-applicant.pdf"))
    assert taken_home.read_bytes() == printed.read_bytes()
    words = words_of(taken_home)
    for text in (way.number, COMPANY, "14 (empat belas) hari kerja", "Penanggulangan dampak"):
        assert text in words


def open_own(applicant: Person) -> None:
    applicant.follow("Permohonan saya")
    applicant.follow(COMPANY)


# --- steps 7 to 9 ------------------------------------------------------------------------------------


def verify_after_a_correction(way: Way) -> None:
    """Step 7 sends the file back once (8); the applicant mends it; then the cover letter is made."""
    told = way.source["correction"]
    number = told["requirement"]
    with way.at("verify", "verifier") as officer:
        all_fit(officer)
        officer.page.get_by_role("radio", name="Tidak sesuai", exact=True).nth(number - 1).check()
        officer.write(f"Alasan untuk nomor {number}", told["reason"])
        officer.conclude("Kembalikan untuk dilengkapi melalui customer service", note=told["reason"])

    with way.at("correct", "customer_service") as officer:
        officer.sees(told["reason"])
        officer.press("Sampaikan kepada pemohon")
        officer.sees("Permintaan disampaikan kepada pemohon.")
        mend(way, told)
        officer.follow("Meja kerja")
        officer.follow(COMPANY)
        officer.conclude(FORWARD["correct"])

    with way.at("verify", "verifier") as officer:
        officer.sees(told["files"][str(number)])
        all_fit(officer)
        officer.write("Nomor surat pengantar", "500/001/CONTOH")
        officer.conclude(FORWARD["verify"])
        letter = officer.fetch("Surat pengantar 500/001/CONTOH", way.paper("cover-letter.pdf"))
    words = words_of(letter)
    for text in ("500/001/CONTOH", "Dinas Lingkungan Hidup", COMPANY, way.number, "TANDA TERIMA"):
        assert text in words


def mend(way: Way, told: Mapping[str, Any]) -> None:
    """The applicant changes an answer and a file, and says so."""
    applicant = way.people["applicant"]
    open_own(applicant)
    applicant.sees(told["reason"])
    (section,) = [
        part
        for part in way.service.form.sections
        if {item.key for item in part.fields} >= told["values"].keys()
    ]
    applicant.follow("Jawab permintaan perbaikan")
    applicant.follow(section.title)
    applicant.fill_in(section, told["values"])
    applicant.press("Simpan")

    applicant.follow("Jawab permintaan perbaikan")
    for number, name in told["files"].items():
        item = way.service.process.requirement(int(number))
        applicant.follow(f"{item.number}. {item.reading}")
        applicant.page.get_by_role("button", name="Tarik berkas ini").click()
        applicant.sees(f"Berkas “{way.source['files'][number]}” ditarik.")
        upload(applicant, name)
    applicant.follow("Ke daftar isian dan berkas")

    applicant.follow("Jawab permintaan perbaikan")
    applicant.write("Apa yang sudah Anda perbaiki?", told["answer"])
    applicant.press("Kirim perbaikan")
    applicant.sees("Perbaikan Anda tersampaikan kepada customer service.")


def deliver(way: Way) -> None:
    """Step 9."""
    with way.at("deliver", "liaison") as officer:
        officer.write("Diterima di OPD oleh", "Penerima Contoh")
        officer.conclude(FORWARD["deliver"])


# --- step 10 -----------------------------------------------------------------------------------------


def visit(way: Way, officer: Person) -> None:
    """Steps 10.b and 10.c: planned with the applicant, held, and reported with a record signed by both."""
    photo = way.paper("foto.png")
    Image.new("RGB", (640, 480), "#0a5f6b").save(photo)
    opened = partial(officer.page.get_by_text, exact=True)
    opened("Perlu peninjauan lapangan? (10.b)").click()
    officer.choose("Peninjauan lapangan", "Diperlukan")
    officer.write("Alasan", "Outfall baru di dekat mangrove.")
    officer.press("Catat keputusan")
    opened("Rencanakan peninjauan lapangan").click()
    planned = timezone.now().astimezone(WITA) + timedelta(hours=2)
    officer.page.get_by_label("Waktu (WITA)").fill(f"{planned:%Y-%m-%dT%H:%M}")
    officer.write("Tempat", "Lokasi outfall")
    officer.write("Tujuan", "Memeriksa titik penaatan dan outfall.")
    officer.press("Usulkan kepada pemohon")
    officer.sees("Rencana peninjauan disampaikan kepada pemohon.")

    applicant = way.people["applicant"]
    open_own(applicant)
    applicant.follow("Jawab rencana peninjauan")
    applicant.choose("Jawaban", "Setuju, kami hadir")
    applicant.press("Kirim jawaban")

    officer.follow("Meja kerja")
    officer.follow(COMPANY)
    opened("Tambah foto peninjauan").click()
    officer.hand_in("Foto", photo)
    officer.write("Keterangan foto", "Outfall dari darat")
    taken = officer.page.get_by_label("Waktu pengambilan (WITA)").filter(visible=True)
    taken.fill(f"{timezone.now().astimezone(WITA):%Y-%m-%dT%H:%M}")
    officer.write("Tempat pengambilan", "Tepi pantai, titik OF-01")
    officer.press("Tambah foto")
    officer.sees("Foto ditambahkan.")
    opened("Catat hasil peninjauan (10.c)").click()
    officer.write("Tanggal pelaksanaan", f"{office_day(timezone.now()):%d/%m/%Y}")
    officer.write("Kondisi lapangan", "Cerah, laut tenang.")
    officer.write("Temuan", "Titik penaatan sesuai permohonan.")
    officer.write("Penandatangan pihak OPD", "Teguh Fiktif, Tim Teknis DLH")
    officer.write("Penandatangan pihak pemohon", f"{APPLICANT}, Pemohon")
    officer.press("Catat dan cetak berita acara")
    opened("Laporkan peninjauan").first.click()
    officer.hand_in("Berita acara yang ditandatangani kedua pihak", EXAMPLE / way.source["issue"]["scan"])
    officer.press("Laporkan peninjauan")
    officer.sees("Peninjauan dilaporkan.")


def recommend(way: Way) -> None:
    """Step 10: the agency types its signed letter, limit by limit and point by point."""
    told = way.source["recommendation"]
    with way.at("review", "technical_team") as officer:
        visit(way, officer)
        write_rows(officer, "Baku mutu air limbah", told["limits"], LIMIT)
        write_rows(officer, "Titik penaatan, titik pembuangan, titik pantau", told["points"], POINT)
        officer.write("Nomor surat rekomendasi", told["letter_number"])
        officer.write("Tanggal surat", f"{office_day(timezone.now()):%d/%m/%Y}")
        officer.write("Ditandatangani oleh", told["signed_by_name"])
        officer.hand_in("Surat rekomendasi yang sudah ditandatangani", EXAMPLE / told["scan"])
        officer.write("Debit maksimum (m³/hari)", told["flow_per_day"])
        officer.write("Debit maksimum (m³/jam)", told["flow_per_hour"])
        officer.write("Kewajiban", "\n".join(told["obligations"]))
        officer.write("Larangan", "\n".join(told["prohibitions"]))
        officer.conclude(FORWARD["review"])


LIMIT = {
    "parameter": "Parameter",
    "kind": "Jenis batas",
    "low": "Paling rendah",
    "high": "Paling tinggi",
    "unit": "Satuan",
    "basis": "Dasar",
}
POINT = {
    "name": "Nama",
    "kind": "Jenis titik",
    "latitude": "Lintang (LU/LS)",
    "longitude": "Bujur (BT)",
}


def write_rows(
    officer: Person, caption: str, rows: Sequence[Mapping[str, str]], columns: Mapping[str, str]
) -> None:
    """Fill a table whose cells are called "<column>, baris <n>", asking for rows when they run out."""
    tables = officer.page.get_by_role("table", name=re.compile("^(Baku mutu air limbah|Titik penaatan,)"))
    place = [table.get_by_role("caption").inner_text() for table in tables.all()].index(caption)
    table = officer.page.get_by_role("table", name=caption)
    for number, row in enumerate(rows, start=1):
        start = table.get_by_label(f"{columns['kind']}, baris {number}", exact=True)
        if not start.count():
            officer.page.get_by_role("button", name=re.compile("^Tambah baris")).nth(place).click()
        start.select_option(row["kind"])
        for key in columns.keys() - {"kind"}:
            table.get_by_label(f"{columns[key]}, baris {number}", exact=True).fill(row.get(key, ""))


# --- steps 11 to 15 ----------------------------------------------------------------------------------


def book_and_draft(way: Way) -> None:
    """Step 11: the recommendation is booked (H), the draft made in three copies."""
    with way.at("draft", "processing_officer") as officer:
        officer.write("Nomor agenda surat masuk", "0145")
        officer.press("Bukukan penerimaan")
        officer.sees("H: rekomendasi teknis diterima")
        officer.conclude(FORWARD["draft"])
        copies_of_the_permit(officer, way, "draft")
    for number in (1, 2, 3):
        drafted = words_of(way.paper(f"draft-{number}.pdf"))
        assert "DRAF" in drafted.upper()


def copies_of_the_permit(officer: Person, way: Way, what: str) -> None:
    for number in (1, 2, 3):
        name = re.compile(rf"atas nama {COMPANY}, rangkap {number}$")
        officer.fetch(name, way.paper(f"{what}-{number}.pdf"))


SIDES = {
    "Dari kantor (DPMPTSP)": "office",
    "Dari OPD teknis": "agency",
    "Dari pemohon": "applicant",
}


def examine_with_a_meeting(way: Way) -> None:
    """Steps 12 and 13, with a joint meeting (14) that the section head calls and records."""
    told = way.source["meeting"]
    with way.at("endorse_section", "section_head") as officer:
        officer.conclude("Usulkan rapat gabungan", note=told["reason"])
    with way.at("meet", "section_head") as officer:
        officer.write("Hari rapat", f"{office_day(timezone.now()):%d/%m/%Y}")
        officer.write("Pukul (WITA)", f"{timezone.localtime():%H.%M}")
        officer.write("Tempat", told["place"])
        officer.write("Acara", told["agenda"])
        for label, side in SIDES.items():
            people = [one for one in told["invited"] if one["side"] == side]
            officer.write(label, "\n".join(f"{one['name']}; {one['institution']}" for one in people))
        officer.press("Buat undangan")
        for person in told["invited"]:
            officer.page.get_by_role("checkbox", name=re.compile(f"^{person['name']}")).check()
        officer.press("Simpan daftar hadir")
        officer.write("Notulen", told["minutes"])
        officer.press("Simpan notulen untuk disetujui")
        officer.press("Setujui notulen ini")
        officer.write("Keputusan bersama", told["decision"])
        officer.conclude(FORWARD["meet"])
    with way.at("endorse_section", "section_head") as officer:
        officer.sees(told["decision"])
        make_sure(officer)
        officer.conclude(FORWARD["endorse_section"])
    with way.at("endorse_division", "division_head") as officer:
        officer.sees("Seno Contohadi")
        make_sure(officer)
        officer.conclude(FORWARD["endorse_division"])


def make_sure(officer: Person) -> None:
    """Tick every printed assurance of the step."""
    assert officer.tick_all(re.compile("Yang sudah dipastikan")) == 4


def sign(way: Way) -> None:
    """Step 15: what the head signs in ink, in three copies, blank where the registrar writes."""
    with way.at("decide", "head_of_office") as officer:
        make_sure(officer)
        officer.conclude(FORWARD["decide"])
        copies_of_the_permit(officer, way, "permit")
    the_permit_reads_as_a_decree(way)


def the_permit_reads_as_a_decree(way: Way) -> None:
    today = spelled(office_day(timezone.now()))
    copies = [copy.purpose for copy in way.service.process.copies]
    for number, copy in enumerate(copies, start=1):
        path = way.paper(f"permit-{number}.pdf")
        pages = pages_of(path)
        words = " ".join(pages)
        place = 0
        for part in DECREE:
            place = words.find(part, place)
            assert place >= 0, f"copy {number} lacks {part!r} in its place"
        for text in (COMPANY, way.number, "660/045/CONTOH-DLH/2026", f"tanggal {today}", *TERMS):
            assert text in words, f"copy {number} lacks {text!r}"
        for point in way.source["recommendation"]["points"]:
            for angle in (point["latitude"], point["longitude"]):
                assert as_printed(angle).search(words), f"copy {number} lacks {angle}"
        assert all(f"Rangkap {number} — {copy}" in page for page in pages)
        assert "NOMOR : 503/ /DPMPTSP-III/" in words.replace("…", "").replace("_", "")
        assert "BUKAN DOKUMEN RESMI" not in words
        assert page_count(path) == len(pages)
        assert all(0.004 < share < 0.5 for share in ink_of(path, folder=way.folder))
    first, second = (words_of(way.paper(f"permit-{number}.pdf")) for number in (1, 2))
    assert ("Seno Contohadi" in first, "Seno Contohadi" in second) == (True, False)
    assert len({token_in(way.paper(f"permit-{number}.pdf")) for number in (1, 2, 3)}) == 1


def as_printed(angle: str) -> re.Pattern[str]:
    """An angle as the agency typed it (0°30'15,0" LU), in whichever signs and decimals a letter has."""
    degrees, minutes, seconds, side = re.split("[°'\"] *", angle)
    whole = seconds.removesuffix(",0")
    return re.compile(rf"{degrees}°{minutes}['′]{whole}(,0+)?[\"″] {side}")


DECREE = (
    *("KEPUTUSAN KEPALA DINAS", "NOMOR :", "TENTANG", "IZIN PEMBUANGAN AIR LIMBAH KE LAUT"),
    *("Menimbang", "Mengingat", "MEMUTUSKAN", "Menetapkan", "KESATU", "KEDUA", "KETIGA", "KEEMPAT"),
    *("KELIMA", "KEENAM", "5 (lima) tahun", "KETUJUH", "KEDELAPAN", "Ditetapkan di", "Samarinda"),
    *("pada tanggal", "Guntur Andaian", "NIP", "Tembusan", "LAMPIRAN", "Debit maksimum", "Baku mutu"),
)
TERMS = (
    *("1.500 m³/hari", "75 m³/jam", "BOD5 ≤ 100 mg/L 150", "COD ≤ 350 mg/L 525", "TSS ≤ 250 mg/L 375"),
    *("Minyak dan lemak ≤ 25 mg/L 37,5", "pH 6–9"),  # load: mg/L × m³ a day ÷ 1000
    *("Mengencerkan air limbah", "Mencatat debit dan pH air limbah setiap hari"),
)


# --- steps 16 to 18 ----------------------------------------------------------------------------------


def number_and_issue(way: Way) -> None:
    """Step 16: the number, the final checklist, the scan of the stamped original."""
    with way.at("number", "registrar") as officer:
        officer.press("Ambil nomor")
        officer.sees(f"503/1/DPMPTSP-III/{office_day(timezone.now()).year}")
        officer.tick_all(re.compile("^Checklist akhir"))
        officer.hand_in("Pindaian surat keputusan asli", EXAMPLE / way.source["issue"]["scan"])
        officer.conclude(FORWARD["number"])


def hand_over(way: Way) -> None:
    """Step 17."""
    with way.at("hand_over", "collection_counter") as officer:
        receiver = officer.page.get_by_role("textbox", name="Nama yang mengambil")
        expect(receiver).to_have_value(way.values["applicant_name"])
        officer.choose("Bukti diri yang diperiksa", "KTP")
        officer.write("Nomor bukti diri", way.values["applicant_nik"])
        officer.tick("Bukti pengambilan (tanda terima berkas) sudah diterima")
        officer.tick(
            "Isi keputusan sudah disampaikan: hak dan kewajiban, termasuk kepada OPD; atau upaya hukumnya"
        )
        officer.page.get_by_role("radio", name=FORWARD["hand_over"], exact=True).check()
        officer.press("Catat hasil")
        officer.sees("Cetak bukti serah terima")
        receipt = officer.fetch(re.compile("^Bukti serah terima"), way.paper("handover.pdf"))
    words = words_of(receipt)
    for text in (COMPANY, way.values["applicant_name"], "503/1/DPMPTSP-III/", way.number):
        assert text in words


def receive(way: Way) -> None:
    """Step 18: the applicant has the permit; the case is closed."""
    applicant = way.people["applicant"]
    open_own(applicant)
    applicant.follow("Konfirmasi penerimaan")
    applicant.sees("Mencatat debit dan pH air limbah setiap hari")
    applicant.tick("Surat keputusan sudah saya terima, dan isinya di atas sudah saya baca.")
    applicant.press("Konfirmasi penerimaan")
    applicant.sees("Terima kasih. Penerimaan surat keputusan sudah tercatat.")
    applicant.sees("Selesai")
    assert way.case.closed_at is not None


# --- afterwards --------------------------------------------------------------------------------------


def anybody_checks_the_permit(way: Way) -> None:
    """What the QR leads to: the register's row, and nothing about a person."""
    permit = Permit.objects.select_related("number").get()
    passer_by = Person(way.new_page(), way.app.url)
    passer_by.follow("Periksa izin")
    code = token_in(way.paper("permit-2.pdf"))
    passer_by.page.get_by_role("main").get_by_role("textbox").fill(f"{way.app.url}/izin/{code}/")
    passer_by.press("Periksa izin")
    passer_by.sees("Izin ini tercatat dan berlaku")
    told = passer_by.page.get_by_role("main").inner_text()
    for text in (permit.number.text, COMPANY, spelled(permit.issued_on), spelled(permit.expires_on)):
        assert text in told
    assert permit.expires_on.year == permit.issued_on.year + 5
    page = passer_by.page.content()
    for private in (APPLICANT, EMAIL, "110000077", *(way.values[key] for key in PERSONAL)):
        assert private not in page


PERSONAL = (
    *("applicant_name", "applicant_nik", "applicant_phone", "applicant_email", "applicant_position"),
    *("responsible_name", "responsible_position", "company_npwp"),
)


def the_control_sheet_tells_it_all(way: Way) -> None:
    """The registrar finds the case among all, and prints who did what and when."""
    officer = way.officer("registrar")
    officer.follow("Berkas")
    officer.follow(COMPANY)
    officer.follow("Lembar pengendali")
    sheet = officer.fetch("Lembar pengendali proses", way.paper("control-sheet.pdf"))
    words = words_of(sheet)
    for step in way.service.process.steps:
        if step.number >= 3:
            assert f"{step.number}. {step.title}" in words
    took_part = User.objects.exclude(last_login=None).exclude(email=address_of("informasi"))
    assert took_part.count() == 12
    for person in took_part:
        assert person.name in words
    assert way.case.head[:8] in words.replace(" ", "")
