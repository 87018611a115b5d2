"""Agency and office look at what holders do: the overview, rulings, reviews, warnings, incidents."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from time_machine import TimeMachineFixture

from muara.compliance.models import Finding, Incident, Report, WarningLetter
from muara.web import discharges
from muara.web.acts import new_key
from muara.web.demo import officer, other_applicant
from muara.web.discharges import regency_name, sector_name
from tests.clock import MONDAY
from tests.compliance.test_oversight import confirmed, found, prepared, sent
from tests.compliance.test_reports import certify, handed_in, log
from tests.holders import Holder
from tests.remembered import case_at
from tests.web.test_duties import said
from tests.web.test_reports import NOW, pdf_file, signed_in, status

pytestmark = pytest.mark.django_db


@pytest.fixture
def agency(holder: Holder, time_machine: TimeMachineFixture) -> Client:
    time_machine.move_to(NOW, tick=False)
    return signed_in(officer("technical_team"))


def post(client: Client, path: str, **typed: Any) -> Any:
    return client.post(path, {"kunci": new_key(), **typed})


def test_the_overview_tells_what_is_detected_and_narrows(holder: Holder, agency: Client) -> None:
    log(holder, first=date(2026, 9, 1), last=date(2026, 10, 4), flow=1490)
    certify(holder, date(2026, 9, 5), "C-1", TSS="310")

    page = said(agency.get("/meja/pembuangan/"))

    assert "1 dari 1 izin melampaui baku mutu, 0 berhenti mencatat" in page
    assert "Ditegaskan petugas: 0 izin" in page
    assert "TSS 1 1 1,24" in page
    name = holder.discharge.company.name
    for narrowed in ("keadaan=melampaui", f"wilayah={holder.discharge.regency}", "sektor=xx"):
        assert name in said(agency.get(f"/meja/pembuangan/?{narrowed}"))
    assert "Tidak ada izin yang cocok" in said(agency.get("/meja/pembuangan/?keadaan=diam"))


def test_a_detection_is_confirmed_on_its_page_with_a_reason(holder: Holder, agency: Client) -> None:
    certify(holder, date(2026, 9, 5), "C-1", TSS="310")
    pk, key = holder.discharge.pk, next(one.key for one in found() if one.name == "TSS")
    path = f"/meja/pembuangan/{pk}/putusan/?temuan={key}"
    assert "310 mg/L di luar batas" in said(agency.get(path))

    empty = post(agency, path, outcome="confirmed", reason="")
    assert empty.status_code == 422
    assert post(agency, path, outcome="confirmed", reason="Sesuai sertifikat.").status_code == 302
    page = said(agency.get(f"/meja/pembuangan/{pk}/"))
    assert "Ditegaskan petugas TSS di TP-01 pada 5 September 2026" in page
    assert "Sesuai sertifikat." in page
    assert agency.get(f"/meja/pembuangan/{pk}/putusan/?temuan=x").status_code == 404
    assert signed_in(officer("processing_officer")).get(path).status_code == 403


def test_a_report_is_taken_and_asked_to_repair_part_by_part(holder: Holder, agency: Client) -> None:
    report = handed_in(holder)
    path = f"/meja/laporan/{report.pk}/"
    assert "Mulai pemeriksaan" in said(agency.get(path))
    assert post(signed_in(officer("processing_officer")), path).status_code == 403

    assert post(agency, path).status_code == 302
    assert "diperiksa" in said(agency.get(path))
    bare = post(agency, path, outcome="repair")
    assert bare.status_code == 422
    assert "apa yang perlu diperbaiki" in said(bare)
    assert post(agency, path, outcome="repair", c_log="Hari 1 sampai 3 kosong.").status_code == 302

    mine = f"/kewajiban/{holder.discharge.pk}/laporan/2026-TW3/"
    page = said(signed_in(holder.person).get(mine))
    assert "perlu perbaikan" in page
    assert "Debit dan pH Hari 1 sampai 3 kosong." in page
    assert "Tandatangani dan serahkan perbaikan" in page
    assert Report.objects.count() == 1


def test_a_warning_goes_from_what_was_confirmed_to_its_holder(holder: Holder, agency: Client) -> None:
    finding, pk = confirmed(holder), holder.discharge.pk
    office = signed_in(officer("processing_officer"))
    path = f"/meja/pembuangan/{pk}/teguran/"
    assert agency.get(path).status_code == 403
    assert "Teguran tingkat 1 dari 3" in said(office.get(path))
    assert post(office, path, demand="Perbaiki").status_code == 422
    typed = {"findings": [finding.pk], "demand": "Perbaiki IPAL", "answer_by": "19/10/2026"}
    assert post(office, path, **typed).status_code == 302
    row = WarningLetter.objects.get()
    here = f"/meja/teguran/{row.pk}/"
    assert status(office, f"/meja/teguran/{row.pk}.pdf") == 200
    assert status(signed_in(holder.person), f"/kewajiban/teguran/{row.pk}/") == 404
    assert post(agency, here, lakukan="kirim").status_code == 403
    assert post(office, here, lakukan="kirim", number="660/1").status_code == 422
    letter = {"number": "660/1", "dated": "05/10/2026", "scan": pdf_file("Teguran")}
    assert post(office, here, lakukan="kirim", **letter).status_code == 302

    sari = signed_in(holder.person)
    assert "Surat teguran I nomor 660/1" in said(sari.get(f"/kewajiban/{pk}/"))
    assert status(sari, f"/kewajiban/teguran/{row.pk}/") == 200
    assert status(signed_in(other_applicant()), f"/kewajiban/teguran/{row.pk}/") == 404
    assert "masih berjalan sampai 19 Oktober 2026" in said(office.get(path))
    assert post(office, here, lakukan="selesai", why="IPAL diperbaiki.").status_code == 302
    assert "selesai" in said(office.get(here))


def test_an_incident_is_reported_and_followed(holder: Holder, agency: Client) -> None:
    sari, pk = signed_in(holder.person), holder.discharge.pk
    path = f"/kewajiban/{pk}/kejadian/"
    typed = {
        "happened_at": "2026-10-03T06:00",
        "known_at": "2026-10-03T08:00",
        "what": "Pipa bocor.",
        "action": "Katup ditutup.",
        "point": str(holder.outlet.pk),
    }
    assert post(sari, path, **{**typed, "known_at": "2026-10-03T05:00"}).status_code == 422
    assert post(sari, path, **typed).status_code == 302
    assert "lebih dari 24 jam sesudah diketahui" in said(sari.get(path))
    row = Incident.objects.get()
    after = f"/kewajiban/kejadian/{row.pk}/"
    assert post(sari, after, text="Pipa diganti.", over="on").status_code == 302
    assert "Pipa diganti. pulih" in said(sari.get(after))
    assert "Pipa bocor." in said(agency.get(f"/meja/pembuangan/{pk}/"))
    for address in (path, after):
        assert signed_in(other_applicant()).get(address).status_code == 404


def test_strangers_oversee_nothing(holder: Holder, agency: Client) -> None:
    row = sent(prepared(holder, confirmed(holder), NOW), "660/1", NOW)
    pk, report = holder.discharge.pk, handed_in(holder)
    paths = [f"/meja/pembuangan/{pk}/", f"/meja/teguran/{row.pk}/", f"/meja/laporan/{report.pk}/"]
    admin = signed_in(officer("administrator"))
    for path in paths:
        assert admin.get(path).status_code == 404
        assert signed_in(holder.person).get(path).status_code == 403
        for reader in ("technical_team", "processing_officer", "section_head", "auditor"):
            assert signed_in(officer(reader)).get(path).status_code == 200
    assert holder.discharge.company.name not in said(admin.get("/meja/pembuangan/"))
    assert Finding.objects.count() == 1


@pytest.mark.slow
def test_the_overview_costs_the_same_for_one_as_for_three(holder: Holder, agency: Client) -> None:
    def queries(path: str = "/meja/pembuangan/") -> int:
        with CaptureQueriesContext(connection) as seen:
            assert agency.get(path).status_code == 200
        return len(seen)

    paths = ("/meja/pembuangan/", "/meja/pembuangan/peta/")
    queries()
    one = [queries(path) for path in paths]
    for company in ("PT Tanjung Andaikan Pupuk", "PT Karang Umpama Batubara"):
        case_at("hand_over", at=MONDAY, company=company)
    assert "dari 3 izin" in said(agency.get("/meja/pembuangan/"))
    assert [queries(path) for path in paths] == one
    # The three discharge at the same place: their points share marks, which lead nearer.
    html = agency.get(paths[1]).content.decode()
    together = re.findall(r'<a\s+href="(\?petak=[^"]+)"\s+aria-label="\d+\. 3 titik berdekatan', html)
    assert len(together) == holder.discharge.points.count()
    nearer = said(agency.get(f"{paths[1]}{together[0]}"))
    assert "Tampilkan semua titik" in nearer
    assert nearer.count("PT Karang Umpama Batubara") == 1


def test_the_map_says_in_shapes_words_and_a_table_how_points_stand(holder: Holder, agency: Client) -> None:
    log(holder, first=date(2026, 9, 1), last=date(2026, 10, 4))
    certify(holder, date(2026, 9, 5), "C-1", TSS="310")
    path, name, pk = "/meja/pembuangan/peta/", holder.discharge.company.name, holder.discharge.pk

    answer = agency.get(path)
    page, html = said(answer), answer.content.decode()
    assert "melampaui: 2 titik" in page
    assert f"{name}, TP-01" in page
    assert "TSS melampaui: 1 kali terdeteksi." in page
    table = html[html.index("<table") :]
    # Every mark has its number, its words and a link; every point stands in the table under its number.
    marks = re.findall(r'<a\s+href="([^"]+)"\s+aria-label="(\d+)\. ([^"]+)"', html)
    assert [int(number) for _, number, _ in marks] == list(range(1, len(marks) + 1))
    assert table.count(f'href="/meja/pembuangan/{pk}/"') == holder.discharge.points.count()
    assert "Tidak ada titik yang cocok" in said(agency.get(f"{path}?keadaan=taat"))
    assert name not in said(agency.get(f"{path}?petak=1,119,2,120"))
    for strange in ("petak=nan,1,2,3", "petak=x", "petak=1,2", "keadaan=x", "wilayah=x&sektor=y&halaman=z"):
        assert name in said(agency.get(f"{path}?{strange}"))


def test_a_holder_sees_their_own_points_and_nobody_elses(holder: Holder, agency: Client) -> None:
    path, name = "/kewajiban/peta/", holder.discharge.company.name
    assert name in said(signed_in(holder.person).get(path))
    assert "Peta titik dan keadaannya" in said(signed_in(holder.person).get("/kewajiban/"))
    assert name not in said(signed_in(other_applicant()).get(path))
    assert name not in said(signed_in(officer("administrator")).get("/meja/pembuangan/peta/"))
    assert signed_in(holder.person).get("/meja/pembuangan/peta/").status_code == 403


def test_the_overview_counts_by_regency_and_sector(holder: Holder, agency: Client) -> None:
    certify(holder, date(2026, 9, 5), "C-1", TSS="310")
    page = said(agency.get("/meja/pembuangan/"))

    # of one permit: it exceeds, it fell silent, its first report is not due yet, nothing was confirmed
    counts = "1 1 dari 1 1 dari 1 0 dari 1 0 dari 1"
    assert f"{regency_name(holder.discharge.regency)} {counts}" in page
    assert f"{sector_name(holder.discharge.kbli)} {counts}" in page


def test_a_page_that_cannot_look_at_every_permit_says_so(
    holder: Holder, agency: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    for most, told in ((1, False), (0, True)):
        monkeypatch.setattr(discharges, "MOST_LOOKED_AT", most)
        for path in ("/meja/pembuangan/", "/meja/pembuangan/peta/"):
            assert ("1 izin lain tidak dihitung di sini" in said(agency.get(path))) is told
