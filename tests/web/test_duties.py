"""The holder's pages: a day on the phone, a month as a table, an import with its preview, certificates."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from time_machine import TimeMachineFixture

from muara.compliance.actions.obligations import designate
from muara.compliance.actions.readings import Entry, enter_readings
from muara.compliance.arithmetic.presets import Ecosystem, Use
from muara.compliance.models import Certificate, Laboratory, Reading
from muara.web.acts import new_key
from muara.web.demo import officer, other_applicant, sample_pdf
from muara.web.sheets import as_csv, as_xlsx
from tests.clock import MONDAY, at
from tests.holders import Holder
from tests.remembered import case_at

pytestmark = pytest.mark.django_db

NOW = at("2026-08-10 09:00")
TODAY, HEAD = date(2026, 8, 10), ["Tanggal", "Titik", "Debit (m³/hari)", "pH"]


@pytest.fixture
def client_of(holder: Holder, time_machine: TimeMachineFixture) -> Client:
    time_machine.move_to(NOW, tick=False)
    client = Client()
    client.force_login(holder.person)
    return client


def said(answer: Any) -> str:
    """A page's words without its markup."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.content.decode())).split())


def daily(holder: Holder, **typed: str) -> dict[str, str]:
    place = f"p{holder.outlet.pk}"
    named = {f"{place}.{name}": text for name, text in typed.items() if name in ("flow", "ph")}
    rest = {name: text for name, text in typed.items() if name not in ("flow", "ph")}
    return {"kunci": new_key(), **named, **rest}


def test_a_day_is_logged_and_corrected_on_one_page(holder: Holder, client_of: Client) -> None:
    path = f"/kewajiban/{holder.discharge.pk}/harian/"
    assert "belum tercatat" in said(client_of.get("/kewajiban/"))

    assert client_of.post(path, daily(holder, flow="1.000", ph="7,1")).status_code == 422
    assert client_of.post(path, daily(holder, flow="1200", ph="70")).status_code == 422
    assert not Reading.objects.exists()
    kept = client_of.post(path, daily(holder, flow="1200,5", ph="7,1"), follow=True)
    assert "Catatan 10 Agustus tersimpan." in said(kept)
    assert 'value="1200,5"' in kept.content.decode()
    assert "hari ini tercatat" in said(client_of.get("/kewajiban/"))

    again = client_of.post(path, daily(holder, flow="1250", ph="7,1"))
    assert again.status_code == 422
    assert "Tuliskan alasan perbaikannya" in said(again)
    assert 'name="reason"' in again.content.decode()
    client_of.post(path, daily(holder, flow="1250", ph="7,1", reason="Salah baca"))
    assert Reading.objects.get(current=True).flow == 1250
    emptied = client_of.post(path, daily(holder, flow="", ph="7,1"))
    assert "tidak dapat dikosongkan" in said(emptied)


def test_an_odd_value_is_asked_about_on_the_page(holder: Holder, client_of: Client) -> None:
    path = f"/kewajiban/{holder.discharge.pk}/harian/"
    enter_readings(
        holder.discharge,
        [Entry(holder.outlet.pk, TODAY - timedelta(days=1), Decimal(100), Decimal(7))],
        by=holder.person,
        at=NOW,
    )

    asked = client_of.post(path, daily(holder, flow="1300", ph="7,1"))

    assert asked.status_code == 422
    assert "sepuluh kali nilai sebelumnya (100). Benarkah?" in said(asked)
    assert client_of.post(path, daily(holder, flow="1300", ph="7,1", sure="on")).status_code == 302


def test_a_form_sent_twice_is_kept_once(holder: Holder, client_of: Client) -> None:
    path, form = f"/kewajiban/{holder.discharge.pk}/harian/", daily(holder, flow="1200", ph="7,1")

    assert client_of.post(path, form).status_code == 302
    assert client_of.post(path, form).status_code == 302
    assert client_of.post(path, {**form, "kunci": "palsu"}).status_code == 409
    assert Reading.objects.count() == 1


def test_a_month_is_logged_as_a_table_without_the_days_to_come(holder: Holder, client_of: Client) -> None:
    path = f"/kewajiban/{holder.discharge.pk}/bulan/?bulan=2026-08"
    typed = {f"d{day:02}.flow": str(1000 + day) for day in range(1, 11)}
    typed |= {f"d{day:02}.ph": f"7,{day}" for day in range(1, 11)}

    assert client_of.post(path, {"kunci": new_key(), **typed}).status_code == 302

    assert Reading.objects.count() == 10
    page = said(client_of.get(path))
    assert "Debit memenuhi batas pada 10 dari 10 hari" in page
    assert "11 Agustus" not in page


def upload(client: Client, holder: Holder, rows: list[list[object]], form: str = "xlsx") -> Any:
    data = (as_xlsx if form == "xlsx" else as_csv)(rows)  # type: ignore[arg-type]
    file = SimpleUploadedFile(f"log.{form}", data)
    return client.post(f"/kewajiban/{holder.discharge.pk}/impor/", {"table": file})


@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_a_table_is_shown_before_it_is_kept(holder: Holder, client_of: Client, form: str) -> None:
    rows: list[list[object]] = [[f"{day:02}/08/2026", "TP-01", 1000 + day, "7,1"] for day in range(1, 10)]

    preview = upload(client_of, holder, [list(HEAD), *rows], form)

    assert "Hari baru 9" in said(preview)
    assert not Reading.objects.exists()
    sealed = re.search(r'name="read"[^>]*value="([^"]+)"', preview.content.decode())
    assert sealed
    path = f"/kewajiban/{holder.discharge.pk}/impor/"
    done = client_of.post(path, {"kunci": new_key(), "read": sealed[1]}, follow=True)
    assert "9 hari dari tabel tersimpan." in said(done)
    assert {row.source for row in Reading.objects.all()} == {"sheet"}
    assert client_of.post(path, {"kunci": new_key(), "read": sealed[1] + "x"}).status_code == 409


def test_a_preview_shows_what_a_value_was_and_becomes(holder: Holder, client_of: Client) -> None:
    rows: list[list[object]] = [["01/08/2026", "TP-01", 1650, "7,1"], ["02/08/2026", "TP-01", 1700, "7,2"]]
    first = upload(client_of, holder, [list(HEAD), *rows])
    assert "Nilai yang berubah" not in said(first)
    sealed = re.search(r'name="read"[^>]*value="([^"]+)"', first.content.decode())
    assert sealed
    client_of.post(f"/kewajiban/{holder.discharge.pk}/impor/", {"kunci": new_key(), "read": sealed[1]})

    page = said(upload(client_of, holder, [list(HEAD), ["01/08/2026", "TP-01", 1640, "7,1"], rows[1]]))

    assert "Mengubah catatan lama 1" in page
    assert "1 Agustus 2026 TP-01 debit (m³/hari) 1.650 1.640" in page
    assert "Nilai baru" not in page
    assert "1.700" not in page


def test_a_preview_names_each_bad_cell_and_keeps_nothing(holder: Holder, client_of: Client) -> None:
    answer = upload(
        client_of,
        holder,
        [list(HEAD), ["11/08/2026", "TP-01", 1200, 7], ["09/08/2026", "TP-01", 1200, 70]],
    )

    page = said(answer)
    assert answer.status_code == 422
    assert "baris 2 11 Agustus 2026 belum tiba." in page
    assert "D3 pH 70 tidak mungkin. Apakah maksudnya 7?" in page
    assert 'name="read"' not in answer.content.decode()


def test_a_file_that_is_no_table_gets_its_sentence(holder: Holder, client_of: Client) -> None:
    path = f"/kewajiban/{holder.discharge.pk}/impor/"

    for data, sentence in ((b"PK\x03\x04", "rusak"), (b"", "kosong"), (b"Hari;Air\n", "Judul kolom")):
        answer = client_of.post(path, {"table": SimpleUploadedFile("x.xlsx", data)})
        assert answer.status_code == 422
        assert sentence in said(answer)
    assert client_of.post(path, {}).status_code == 422


def test_the_template_can_be_filled_in_and_read_back(holder: Holder, client_of: Client) -> None:
    for form in ("xlsx", "csv"):
        answer = client_of.get(f"/kewajiban/{holder.discharge.pk}/templat.{form}")
        file = SimpleUploadedFile(f"t.{form}", answer.content)
        empty = client_of.post(f"/kewajiban/{holder.discharge.pk}/impor/", {"table": file})
        assert "belum berisi catatan" in said(empty)
    assert client_of.get(f"/kewajiban/{holder.discharge.pk}/templat.exe").status_code == 404


def certificate(holder: Holder, **more: object) -> dict[str, Any]:
    return {
        "kunci": new_key(),
        "taken_at": "2026-08-05T09:30",
        "taken_by": "Petugas Contoh",
        "laboratory": holder.laboratory.pk,
        "number": "C-1",
        "dated": "08/08/2026",
        "method": "SNI (contoh)",
        "r_tss": "310",
        "r_bod": "<2",
        "file": SimpleUploadedFile("c.pdf", sample_pdf("Sertifikat"), "application/pdf"),
        **more,
    }


def test_a_certificate_is_entered_read_and_corrected(holder: Holder, client_of: Client) -> None:
    here = f"/kewajiban/{holder.discharge.pk}/sertifikat/"

    assert "batas deteksinya" in said(client_of.post(f"{here}baru/", certificate(holder, r_tss="ttd")))
    assert client_of.post(f"{here}baru/", certificate(holder)).status_code == 302
    first = Certificate.objects.get()
    page = said(client_of.get(here))
    assert "TSS 310 mg/L" in page
    assert "BOD5 <2 mg/L" in page
    pdf = client_of.get(f"/kewajiban/sertifikat/{first.pk}/")
    assert (pdf["Content-Type"], pdf.getvalue()[:5]) == ("application/pdf", b"%PDF-")

    months = said(client_of.get(f"/kewajiban/{holder.discharge.pk}/ketaatan/?bulan=2026-08"))
    assert "310 mg/L di luar batas paling banyak 250 mg/L." in months
    assert "1,24 kali batas" in months

    mended = client_of.post(
        f"{here}baru/?perbaiki={first.pk}", certificate(holder, r_tss="31", reason="Salah salin")
    )
    assert mended.status_code == 302
    assert [row.reason for row in Certificate.objects.order_by("pk")] == ["", "Salah salin"]


def test_the_sea_is_held_against_the_standard_of_its_use(holder: Holder, client_of: Client) -> None:
    here = f"/kewajiban/{holder.discharge.pk}/sertifikat/baru/?titik={holder.sea.pk}"
    assert "Peruntukan laut belum ditetapkan" in said(client_of.get(here))
    designate(holder.sea, use=Use.BIOTA, ecosystem=Ecosystem.CORAL, by=None, at=NOW)

    form = certificate(holder, r_tss="21", r_pestisida="", r_do="5")
    del form["r_bod"]
    assert client_of.post(here, form).status_code == 302

    page = said(client_of.get(f"/kewajiban/{holder.discharge.pk}/ketaatan/?bulan=2026-08"))
    assert "TL-01, 5 Agustus 2026: TSS 21 mg/L melampaui" in page
    assert "Oksigen terlarut (DO) 5 mg/L taat" in page
    assert "PP 22/2021 Lampiran VIII (contoh: sumber sekunder, konfirmasikan)" in page


def test_production_is_typed_once_the_month_is_over(holder: Holder, client_of: Client) -> None:
    path = f"/kewajiban/{holder.discharge.pk}/ketaatan/"

    assert "sesudah bulan ini berakhir" in said(client_of.get(f"{path}?bulan=2026-08"))
    assert client_of.post(f"{path}?bulan=2026-07", {"kunci": new_key(), "tons": "620,5"}).status_code == 302
    assert holder.discharge.production.get().tons == Decimal("620.5")


def test_what_is_owed_is_listed_with_its_state(holder: Holder, client_of: Client) -> None:
    page = said(client_of.get(f"/kewajiban/{holder.discharge.pk}/"))

    assert "Catatan debit dan pH: TP-01 Juli 2026 (sejak 6 Juli sampai 31 Juli)" in page
    assert "0 dari 26" in page
    assert "paling banyak 1.500 m³/hari mengikat: tertulis dalam izin" in page
    assert "Menaati baku mutu air limbah di titik penaatan" in page


def test_strangers_find_nothing(holder: Holder, client_of: Client) -> None:
    pk = holder.discharge.pk
    client_of.post(f"/kewajiban/{pk}/sertifikat/baru/", certificate(holder))
    paths = [
        f"/kewajiban/{pk}/",
        *(f"/kewajiban/{pk}/{name}" for name in ("harian/", "bulan/", "impor/", "templat.csv", "ketaatan/")),
        *(f"/kewajiban/{pk}/{name}" for name in ("sertifikat/", "sertifikat/baru/")),
        f"/kewajiban/sertifikat/{Certificate.objects.get().pk}/",
    ]
    for person in (other_applicant(), officer("verifier"), officer("technical_team")):
        client = Client()
        client.force_login(person)
        assert {client.get(path).status_code for path in paths} == {404}
    assert {client_of.get(path).status_code for path in paths[:-1]} == {200}


def queries_for(client: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(path).status_code == 200
    return len(queries)


@pytest.mark.slow
def test_the_list_of_discharges_costs_the_same_for_one_as_for_three(
    holder: Holder, client_of: Client
) -> None:
    client_of.get("/kewajiban/")  # a process reads the SOP's definition once
    one = queries_for(client_of, "/kewajiban/")
    for company in ("PT Tanjung Andaikan Pupuk", "PT Karang Umpama Batubara"):
        case_at("hand_over", at=MONDAY, company=company)

    assert said(client_of.get("/kewajiban/")).count("Isi catatan hari ini") == 3
    assert queries_for(client_of, "/kewajiban/") == one


def test_a_discharge_costs_the_same_with_a_day_as_with_a_month(holder: Holder, client_of: Client) -> None:
    pk = holder.discharge.pk
    paths = [
        f"/kewajiban/{pk}/",
        f"/kewajiban/{pk}/bulan/?bulan=2026-07",
        f"/kewajiban/{pk}/ketaatan/?bulan=2026-07",
    ]

    def log(days: int) -> None:
        first = date(2026, 7, 6)
        entries = [
            Entry(holder.outlet.pk, first + timedelta(days=n), Decimal(1000 + n), Decimal(7))
            for n in range(days)
        ]
        enter_readings(holder.discharge, entries, by=holder.person, at=NOW, sure=True)

    log(1)
    queries_for(client_of, paths[0])  # the calendar is read once in a process
    few = [queries_for(client_of, path) for path in paths]
    log(26)
    assert [queries_for(client_of, path) for path in paths] == few


def test_the_administrator_enters_laboratories(holder: Holder) -> None:
    client = Client()
    client.force_login(officer("administrator"))
    form = {
        "kunci": new_key(),
        "name": "Laboratorium Kedua",
        "registration": "LAB-CONTOH-02",
        "registered_from": "01/01/2026",
        "registered_to": "31/12/2026",
    }

    assert client.post("/kantor/laboratorium/", form).status_code == 302
    again = client.post("/kantor/laboratorium/", {**form, "kunci": new_key()})
    assert (again.status_code, Laboratory.objects.count()) == (422, 2)
    assert "sudah tercatat" in said(again)
