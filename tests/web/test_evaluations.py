"""Section T on pages and paper: a sheet's way from comment to closing, the units, the year's assessment."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from zipfile import ZipFile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from time_machine import TimeMachineFixture

from muara.contacts.models import Assessment, Evaluation
from muara.people.models import User
from muara.web.acts import new_key
from muara.web.demo import officer
from tests.clock import at
from tests.remembered import case_at

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("office")]
JULY = at("2026-07-08 10:00")
MAY = at("2026-05-04 09:00")


@pytest.fixture
def july(time_machine: TimeMachineFixture) -> None:
    time_machine.move_to(JULY, tick=False)


def signed_in(actor: str) -> Client:
    client = Client()
    client.force_login(officer(actor))
    return client


def texts(xlsx: bytes) -> str:
    return ZipFile(io.BytesIO(xlsx)).read("xl/worksheets/sheet1.xml").decode()


@pytest.mark.usefixtures("july")
def test_an_official_comments_a_superior_closes_and_the_sheet_stands() -> None:
    case_at("deliver", at=MAY)
    vino = officer("verifier")
    sheet = f"/meja/penilaian/2026-1/{vino.pk}/"
    mine, kasi = signed_in("verifier"), signed_in("section_head")
    assert sheet in mine.get("/meja/penilaian/").content.decode()
    assert "Menurut unit" not in mine.get("/meja/penilaian/").content.decode()

    page = mine.get(sheet).content.decode()
    assert "Memverifikasi berkas" in page
    assert "1 dari 1 (100 %)" in page
    assert "tidak dapat dikaitkan dengan seorang pegawai" in page
    assert f"{sheet}tutup/" not in page
    assert f"{sheet}tutup/" not in kasi.get(sheet).content.decode()  # the official may still comment
    early = kasi.post(f"{sheet}tutup/", {"conclusion": "Baik.", "kunci": new_key()})
    assert early.status_code == 422
    assert "masih dapat menanggapi sampai 14 Juli 2026" in early.content.decode()
    assert "Baik." in early.content.decode()

    empty = mine.post(f"{sheet}tanggapan/", {"comment": " ", "kunci": new_key()})
    assert "Tuliskan tanggapan Anda" in empty.content.decode()
    mine.post(f"{sheet}tanggapan/", {"comment": "=Sudah <dibaca>.", "kunci": new_key()})
    assert "=Sudah &lt;dibaca&gt;." in kasi.get(f"{sheet}tutup/").content.decode()
    kasi.post(f"{sheet}tutup/", {"conclusion": "Tepat waktu.", "kunci": new_key()})

    row = Evaluation.objects.get()
    assert (row.closed_by, row.conclusion) == (officer("section_head"), "Tepat waktu.")
    # The figures stay, whatever happens to the person's name or what they were counted from.
    User.objects.filter(pk=vino.pk).update(name="Nama Baru")
    closed = mine.get(sheet).content.decode()
    assert "Vino Andaikata" in closed
    assert "Tepat waktu." in closed
    assert f"{sheet}tanggapan/" not in closed
    assert mine.get(f"{sheet}?unduh=pdf").content.startswith(b"%PDF-")
    told = texts(mine.get(f"{sheet}?unduh=xlsx").content)
    assert "'=Sudah &lt;dibaca&gt;." in told  # no formula
    assert mine.get(f"{sheet}?unduh=docx").status_code == 404


@pytest.mark.usefixtures("july")
def test_nobody_reads_a_colleagues_sheet_or_one_of_a_half_year_that_runs() -> None:
    vino = officer("verifier")
    for actor in ("registrar", "customer_service"):
        assert signed_in(actor).get(f"/meja/penilaian/2026-1/{vino.pk}/").status_code == 404
    mine = signed_in("verifier")
    for key in ("2026-2", "2027-1", "2026-3", "abcd-1", "2026"):
        assert mine.get(f"/meja/penilaian/{key}/{vino.pk}/").status_code == 404, key
    listed = mine.get("/meja/penilaian/").content.decode()
    assert set(re.findall(r"/meja/penilaian/2026-1/(\d+)/", listed)) == {str(vino.pk)}


@pytest.mark.usefixtures("july")
def test_heads_and_auditor_see_units_and_the_list_asks_no_more_for_more(
    time_machine: TimeMachineFixture,
) -> None:
    case_at("deliver", at=MAY)
    auditor = signed_in("auditor")
    page = auditor.get("/meja/penilaian/?semester=2026-1").content.decode()
    assert "Menurut unit" in page
    assert "termasuk waktu antre" in page
    for kind, begins in (("pdf", b"%PDF-"), ("xlsx", b"PK")):
        answer = auditor.get(f"/meja/penilaian/?semester=2026-1&unduh={kind}")
        assert answer.content.startswith(begins)

    def asked() -> int:
        time_machine.shift(timedelta(seconds=1))
        with CaptureQueriesContext(connection) as queries:
            auditor.get("/meja/penilaian/?semester=2026-1")
        return len(queries)

    before = asked()
    place = officer("verifier").holdings.get()
    for number in range(30):
        user = User.objects.create_user(email=f"v{number}@contoh.example", name=f"Pegawai {number}")
        place.pk, place.user = None, user
        place.save()
    assert asked() == before


@pytest.mark.usefixtures("july")
def test_the_administrator_writes_down_what_somebody_learned() -> None:
    vino, admin = officer("verifier"), signed_in("administrator")
    page = f"/meja/penilaian/kompetensi/{vino.pk}/"
    assert page in admin.get(f"/kantor/pengguna/{vino.pk}/").content.decode()
    said = {
        "kind": "peraturan",
        "title": "Pelatihan SOP",
        "issuer": "CONTOH",
        "obtained_on": "2026-03-02",
        "valid_until": "2026-05-31",
    }
    assert admin.post(page, {**said, "title": "", "kunci": new_key()}).status_code == 422
    assert admin.post(page, {**said, "kunci": new_key()}).status_code == 302
    told = signed_in("verifier").get(page).content.decode()
    assert "Habis masa berlaku" in told
    sheet = signed_in("verifier").get(f"/meja/penilaian/2026-1/{vino.pk}/").content.decode()
    assert "tidak berlaku pada akhir semester" in sheet


@pytest.mark.usefixtures("july")
def test_a_years_assessment_is_opened_answered_with_evidence_and_closed_by_the_head() -> None:
    kasi, head = signed_in("section_head"), signed_in("head_of_office")
    assert "Apakah" in kasi.get("/pengawasan/mutu/baru/").content.decode()
    wrong = kasi.post("/pengawasan/mutu/baru/", {"year": "2026", "questions": "A1 | x", "kunci": new_key()})
    assert "Baris 1: tulis kode" in wrong.content.decode()
    lines = "A1 | 10 | ya | Jelas?"
    kasi.post("/pengawasan/mutu/baru/", {"year": "2026", "questions": lines, "kunci": new_key()})
    page = "/pengawasan/mutu/2026/"
    assert "Contoh, belum resmi" in kasi.get(page).content.decode()
    png = bytes.fromhex(
        "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63f8ffff3f0005fe02"
        "fea739605b0000000049454e44ae426082"
    )
    answer = {"mark": "3", "note": "Ada.", "kunci": new_key()}
    broken = SimpleUploadedFile("bukti.png", b"bukan gambar")
    assert kasi.post(f"{page}A1/", {**answer, "file": broken}).status_code == 422
    done = kasi.post(f"{page}A1/", {**answer, "file": SimpleUploadedFile("bukti.png", png)})
    assert done.status_code == 302, done.content.decode()
    (evidence,) = set(re.findall(rf"{page}bukti/\d+/", head.get(page).content.decode()))
    assert b"".join(head.get(evidence).streaming_content) == png  # type: ignore[attr-defined]
    assert kasi.post(f"{page}tutup/", {"conclusion": "Cukup.", "kunci": new_key()}).status_code == 403
    head.post(f"{page}tutup/", {"conclusion": "Cukup.", "kunci": new_key()})
    assert Assessment.objects.get().conclusion == "Cukup."
    assert "75,00" in head.get(page).content.decode()
    assert head.get(f"{page}?unduh=pdf").content.startswith(b"%PDF-")
    assert "bukti.png" in texts(head.get(f"{page}?unduh=xlsx").content)


@pytest.mark.usefixtures("july")
def test_the_eleven_indicators_are_a_pdf(client: Client) -> None:
    case_at("deliver", at=MAY)
    client.force_login(officer("auditor"))
    answer = client.get("/pengawasan/kinerja.pdf?periode=2026-1")
    assert answer.content.startswith(b"%PDF-")
    assert "/pengawasan/kinerja.pdf" in client.get("/pengawasan/kinerja/?periode=2026-1").content.decode()
