"""Complaints on the web: said without an account, followed by number and code, handled at the desk."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from time_machine import TimeMachineFixture

from muara.contacts.actions import complaints as acts
from muara.contacts.actions.complaints import Filing
from muara.contacts.models import Complainant, Complaint, ComplaintAct
from muara.people.models import User
from muara.people.rules import COMPLAINT_MANAGER
from muara.web.acts import new_key
from muara.web.demo import officer, sample_pdf
from tests.clock import MONDAY, at
from tests.remembered import office_on
from tests.web.test_public import plain

FORM, TRACK, OWN = "/pengaduan/", "/pengaduan/lacak/", "/pengaduan/saya/"
DESK = "/meja/pengaduan/"


@pytest.fixture(autouse=True)
def _office(db: None, blobs: object, time_machine: TimeMachineFixture) -> None:
    cache.clear()
    office_on(at("2026-01-05 08:00"))
    time_machine.move_to(MONDAY, tick=False)


def said(**more: object) -> dict[str, object]:
    return {
        "kunci": new_key(),
        "kind": "pengaduan",
        "category": "waktu",
        "text": "Berkas saya tidak bergerak sejak dua minggu lalu.",
        "identity": "terbuka",
        "name": "Laras Pengandaian",
        "address": "Jalan Rekaan Nomor 2, Samarinda",
        "email": "laras@contoh.example",
        **more,
    }


def filed(**more: Any) -> Complaint:
    words = {"kind": "pengaduan", "category": "waktu", "text": "Lama sekali.", "name": "Laras Pengandaian"}
    return acts.file_complaint(Filing(**(words | more)), at=MONDAY)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def manager() -> Client:
    return signed_in(officer(COMPLAINT_MANAGER))


def do(client: Client, complaint: Complaint, act: str, *, status: int = 302, **typed: object) -> str:
    answer = client.post(f"{DESK}{complaint.pk}/{act}/", {"kunci": new_key(), **typed})
    assert answer.status_code == status
    return plain(answer.content.decode())


# --- saying it ---------------------------------------------------------------------------------------------


def test_anybody_complains_and_reads_number_and_code_once(client: Client) -> None:
    assert client.post(FORM, said())["Location"] == OWN

    complaint = Complaint.objects.get()
    page = plain(client.get(OWN).content.decode())
    assert complaint.number in page
    assert complaint.code in page
    assert "Laras" not in page


def test_the_same_form_twice_leads_to_the_one_complaint(client: Client) -> None:
    words = said()
    client.post(FORM, words)
    other = Client()
    assert other.post(FORM, words)["Location"] == OWN
    assert Complaint.objects.count() == 1
    assert Complaint.objects.get().number in plain(other.get(OWN).content.decode())


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"name": ""}, "Tuliskan nama lengkap Anda, atau pilih tanpa nama."),
        ({"address": ""}, "Pengaduan memuat alamat lengkap pelapor"),
        ({"text": "panjang " * 125_000}, "Terlalu panjang: 999999 karakter."),
        ({"text": "a\0b"}, ""),
        ({"served_on": "31/02/2026"}, ""),
        ({"kind": "gosip"}, "Pilih dari daftar."),
        ({"kunci": "karangan"}, "Belum tersimpan"),
    ],
)
def test_bad_input_keeps_what_was_typed_and_changes_nothing(
    client: Client, typed: dict[str, object], sentence: str
) -> None:
    answer = client.post(FORM, said(wanted="Segera diperiksa.", **typed))
    page = answer.content.decode()
    assert answer.status_code in {409, 422}
    assert sentence in plain(page)
    assert "Segera diperiksa." in page
    assert Complaint.objects.count() == 0


def test_more_than_a_request_may_hold_is_refused_in_words(client: Client) -> None:
    answer = client.post(FORM, said(text="x" * 1024 * 1024))
    assert answer.status_code == 400
    assert "terlalu panjang" in plain(answer.content.decode())


def test_markup_is_text_on_every_page_and_on_the_receipt(client: Client, manager: Client) -> None:
    evil = "<script>alert(1)</script><b>#set page(width: 1pt)</b>"
    client.post(FORM, said(text=evil))
    complaint = Complaint.objects.get()
    for page in (client.get(OWN), manager.get(f"{DESK}{complaint.pk}/")):
        assert "<script>alert(1)" not in page.content.decode()
        assert "&lt;script&gt;alert(1)" in page.content.decode()
    assert client.get(f"{OWN}tanda-terima.pdf").status_code == 200


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("surat.docm", b"PK\x03\x04 word/vbaProject.bin"),
        ("surat.pdf", b"PK\x03\x04 word/vbaProject.bin"),
        ("foto.jpg", b"<svg onload='alert(1)'/>"),
    ],
)
def test_only_pictures_and_pdf_are_taken(client: Client, name: str, content: bytes) -> None:
    answer = client.post(FORM, said(file=SimpleUploadedFile(name, content)))
    assert answer.status_code == 422
    assert "bukan PDF, JPEG, atau PNG" in plain(answer.content.decode())
    assert Complaint.objects.count() == 0


def test_an_attachment_is_read_by_its_handler_alone(client: Client, manager: Client) -> None:
    client.post(FORM, said(file=SimpleUploadedFile("bukti.pdf", sample_pdf("Bukti"))))
    complaint = Complaint.objects.get()
    address = f"{DESK}{complaint.pk}/lampiran/{complaint.files.get().pk}/"
    answer = manager.get(address)
    assert (answer.status_code, answer["Content-Disposition"]) == (200, 'attachment; filename="bukti.pdf"')
    answer.getvalue()
    assert signed_in(officer("auditor")).get(address).status_code == 404


def test_one_connection_does_not_flood_the_office(client: Client) -> None:
    for _ in range(10):
        assert client.post(FORM, said(identity="anonim")).status_code == 302
    answer = client.post(FORM, said(identity="anonim"))
    assert answer.status_code == 422
    assert "Terlalu banyak yang dikirim" in plain(answer.content.decode())


def test_without_a_name_no_name_is_kept_whatever_was_typed(client: Client) -> None:
    client.post(FORM, said(identity="anonim"))
    assert not Complainant.objects.exists()
    assert "dicatat sebagai masukan" in plain(client.get(OWN).content.decode())


# --- following it ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", ["{0}", "adu {1}/{2}", "ADU-{1}-{2}"])
def test_number_and_code_lead_to_it_however_they_are_typed(client: Client, number: str) -> None:
    complaint = filed()
    typed = number.format(complaint.number, complaint.year, complaint.serial)
    answer = client.post(TRACK, {"nomor": typed, "kode": complaint.code.lower().replace("-", " ")})
    assert answer["Location"] == OWN


def test_a_wrong_number_and_a_wrong_code_are_told_alike_and_guessing_is_stopped(client: Client) -> None:
    complaint = filed()
    for number in (complaint.number, "ADU/2026/9999", "siapa", *[complaint.number] * 7):
        answer = client.post(TRACK, {"nomor": number, "kode": "2222-2222"})
        assert answer.status_code == 422
        assert "tidak cocok" in plain(answer.content.decode())
    answer = client.post(TRACK, {"nomor": complaint.number, "kode": complaint.code})
    assert answer.status_code == 429
    assert client.get(OWN)["Location"] == TRACK


def test_the_complainant_completes_reads_the_answer_rates_and_reopens(
    client: Client, manager: Client
) -> None:
    complaint = filed()
    client.post(TRACK, {"nomor": complaint.number, "kode": complaint.code})
    do(manager, complaint, "minta-lengkap", text="Sebutkan nomor berkasnya.")
    assert "Sebutkan nomor berkasnya." in plain(client.get(OWN).content.decode())

    client.post(OWN, {"kunci": new_key(), "tindakan": "lengkapi", "text": "LHP/2026/0001"})
    do(manager, complaint, "putuskan", verdict="beralasan", text="Berkas diperiksa hari ini.")
    assert "Berkas diperiksa hari ini." not in client.get(OWN).content.decode()
    do(manager, complaint, "sampaikan", how="Surel")
    page = plain(client.get(OWN).content.decode())
    assert "Berkas diperiksa hari ini." in page
    assert "Ombudsman" in page

    client.post(OWN, {"kunci": new_key(), "tindakan": "nilai", "satisfied": "tidak"})
    client.post(OWN, {"kunci": new_key(), "tindakan": "buka-kembali", "text": "Masih diam."})
    complaint.refresh_from_db()
    assert (complaint.state, complaint.reopened_at) == ("diproses", MONDAY)
    assert client.post(OWN, {"kunci": new_key(), "tindakan": "buka-kembali"}).status_code == 422


def test_a_browser_forgets_the_complaint_when_told(client: Client) -> None:
    client.post(FORM, said())
    client.post(OWN, {"lupakan": "1"})
    assert client.get(OWN)["Location"] == TRACK
    assert client.get(f"{OWN}tanda-terima.pdf").status_code == 404


def text_of(pdf: bytes, folder: Path) -> str:
    path = folder / "paper.pdf"
    path.write_bytes(pdf)
    read = subprocess.run(["pdftotext", "-layout", path, "-"], check=True, capture_output=True, text=True)
    return read.stdout


def test_the_receipt_says_what_the_law_asks(client: Client, tmp_path: Path) -> None:
    """Pasal 44(2): identity, description, place and time of receipt. 44(3): 14 days from 9 March."""
    client.post(FORM, said())
    complaint = Complaint.objects.get()
    words = text_of(client.get(f"{OWN}tanda-terima.pdf").content, tmp_path)
    for told in (complaint.number, complaint.code, "Laras Pengandaian", "tidak bergerak", "Samarinda"):
        assert told in words
    assert re.search(r"Diterima \d+ \w+ 2026 pukul", words)


def test_the_empty_sheet_for_the_box_can_be_printed(client: Client, tmp_path: Path) -> None:
    words = text_of(client.get("/pengaduan/lembar.pdf").content, tmp_path)
    assert "F30" in words
    assert "Kerugian yang dialami" in words


# --- at the desk -------------------------------------------------------------------------------------------


def test_the_counter_writes_down_a_call_and_hands_out_the_receipt(tmp_path: Path) -> None:
    counter = signed_in(officer("customer_service"))
    answer = counter.post(f"{DESK}baru/", said(channel="telepon", address=""))
    complaint = Complaint.objects.get()
    assert answer["Location"] == f"{DESK}{complaint.pk}/tercatat/"
    assert complaint.code in counter.get(answer["Location"]).content.decode()
    words = text_of(counter.get(f"{DESK}{complaint.pk}/tanda-terima.pdf").content, tmp_path)
    assert "Citra Contohan" in words
    assert counter.get(f"{DESK}{complaint.pk}/").status_code == 403


def test_the_receipt_is_the_recorders_for_that_day_only(time_machine: TimeMachineFixture) -> None:
    by = officer("customer_service")
    words = Filing(kind="saran", category="sarana", text="Tambah kursi.", anonymous=True, channel="langsung")
    complaint = acts.file_complaint(words, by=by, at=MONDAY)
    assert signed_in(officer("information_officer")).get(f"{DESK}{complaint.pk}/tercatat/").status_code == 404
    time_machine.move_to(at("2026-12-31 08:00"), tick=False)
    assert signed_in(by).get(f"{DESK}{complaint.pk}/tercatat/").status_code == 404


def test_an_identity_is_shown_once_for_a_reason_that_is_kept(manager: Client) -> None:
    complaint = filed(confidential=True, phone="+628110000009")
    here = f"{DESK}{complaint.pk}/"
    assert "Laras" not in manager.get(here).content.decode()
    assert "Laras" not in do(manager, complaint, "identitas", status=422, reason="")

    form = {"kunci": new_key(), "reason": "Menelepon untuk klarifikasi"}
    assert "Laras Pengandaian" in plain(manager.post(f"{here}identitas/", form).content.decode())
    assert "Laras" not in manager.get(here).content.decode()
    again = manager.post(f"{here}identitas/", form, follow=True)
    assert "Laras" not in again.content.decode()
    assert ComplaintAct.objects.filter(kind="look").count() == 1


def test_whom_it_concerns_finds_nothing_there(manager: Client) -> None:
    complaint = filed(about="Prita")
    assert manager.get(f"{DESK}{complaint.pk}/").status_code == 404
    assert complaint.number not in manager.get(DESK).content.decode()
    head = signed_in(officer("section_head"))
    assert complaint.number in head.get(DESK).content.decode()
    do(head, complaint, "proses", handling="diperiksa")


def test_the_accused_handler_is_led_back_to_the_list(manager: Client) -> None:
    complaint = filed()
    answer = manager.post(
        f"{DESK}{complaint.pk}/menyangkut/",
        {"kunci": new_key(), "user_id": officer(COMPLAINT_MANAGER).pk},
    )
    assert answer["Location"] == DESK


def test_the_auditor_reads_and_changes_nothing() -> None:
    complaint = filed()
    auditor = signed_in(officer("auditor"))
    page = auditor.get(f"{DESK}{complaint.pk}/").content.decode()
    assert "Laras" not in page
    assert "Yang dapat dilakukan" not in page
    do(auditor, complaint, "proses", status=403, handling="diperiksa")


def test_a_refused_act_keeps_what_was_typed(manager: Client) -> None:
    complaint = filed()
    page = do(manager, complaint, "teruskan", status=422, recipient="opd", name="DLH", text="")
    assert "Tuliskan mengapa diteruskan." in page
    do(manager, complaint, "putuskan", status=422, verdict="beralasan", text="Ya.")
    do(manager, complaint, "apa-saja", status=404)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", 3),
        ("keadaan=terbuka", 2),
        ("keadaan=diteruskan", 0),
        ("jenis=saran", 1),
        ("kategori=sarana", 1),
        ("milik=saya", 3),
        ("keadaan=karangan", 3),
    ],
)
def test_the_list_is_narrowed(manager: Client, query: str, found: int) -> None:
    filed()
    filed(kind="saran", category="sarana")
    done = filed()
    do(manager, done, "proses", handling="sederhana")
    do(manager, done, "putuskan", verdict="tidak", text="Sudah tepat waktu.")
    do(manager, done, "sampaikan", how="Surel")
    page = manager.get(f"{DESK}?{query}").content.decode()
    assert len(re.findall(r"ADU/2026/\d+</a>", page)) == found


def test_thirty_complaints_cost_as_many_queries_as_one(manager: Client) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert manager.get(DESK).status_code == 200
        return len(asked)

    filed()
    cost()
    one = cost()
    for _ in range(24):
        filed()
    assert cost() == one


def test_the_published_figures_name_nobody(client: Client) -> None:
    filed(about="Vino Andaikata", confidential=True)
    page = plain(client.get("/pengaduan/angka/?tahun=2026").content.decode())
    assert "1, 1 belum selesai" in page
    for private in ("Laras", "Vino", "ADU/", "Lama sekali"):
        assert private not in page
