"""The pages of periodic reports: the holder's, and the agency's review of them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from time_machine import TimeMachineFixture

from muara.compliance.models import Report, ReportDraft, ReportFile
from muara.web.acts import new_key
from muara.web.demo import officer, other_applicant, sample_pdf
from tests.clock import at
from tests.holders import Holder
from tests.web.test_duties import said

pytestmark = pytest.mark.django_db

NOW = at("2026-10-05 09:00")


@pytest.fixture
def sari(holder: Holder, time_machine: TimeMachineFixture) -> Client:
    time_machine.move_to(NOW, tick=False)
    return signed_in(holder.person)


def signed_in(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def status(client: Client, path: str) -> int:
    """Open an address, and read a file to its end."""
    answer = client.get(path)
    if answer.streaming:
        answer.getvalue()
    return answer.status_code


def pdf_file(title: str = "Peta") -> SimpleUploadedFile:
    return SimpleUploadedFile("peta.pdf", sample_pdf(title), "application/pdf")


def signature(**more: object) -> dict[str, Any]:
    return {
        "kunci": new_key(),
        "name": "Sari Contoh",
        "position": "Direktur",
        "signing": "account",
        "declared": "on",
        **more,
    }


def test_a_report_is_written_signed_and_handed_in(holder: Holder, sari: Client) -> None:
    here = f"/kewajiban/{holder.discharge.pk}/laporan/"
    assert "Laporan Triwulan III 2026 15 Oktober 2026 – jatuh tempo" in said(sari.get(here))
    page = f"{here}2026-TW3/"
    assert "Uraian “Kejadian dan keadaan tidak normal”." in said(sari.get(page))

    assert sari.post(page, {"kunci": new_key(), "events": "Tidak ada."}).status_code == 302
    assert ReportDraft.objects.get().told["events"] == "Tidak ada."
    assert "Uraian “Kejadian" not in said(sari.get(page))
    attached = {"kunci": new_key(), "title": "Peta titik penaatan", "file": pdf_file()}
    assert sari.post(f"{page}lampiran/", attached).status_code == 302
    assert sari.post(f"{page}lampiran/", {"kunci": new_key(), "title": ""}).status_code == 422
    draft = sari.get(f"{page}naskah.pdf")
    assert (draft.status_code, draft["Content-Type"]) == (200, "application/pdf")

    lacking = sari.post(f"{page}serahkan/", signature(declared="", position=""))
    assert lacking.status_code == 422
    assert "Beri tanda pada pernyataan" in said(lacking)
    assert 'value="Sari Contoh"' in lacking.content.decode()
    assert "Unggah pindaian" in said(sari.post(f"{page}serahkan/", signature(signing="ink")))
    form = signature()
    assert sari.post(f"{page}serahkan/", form).status_code == 302
    assert sari.post(f"{page}serahkan/", form).status_code == 302  # the same form again
    assert sari.post(f"{page}serahkan/", signature()).status_code == 422
    assert Report.objects.count() == 1
    done = said(sari.get(page))
    assert "diterima" in done
    assert "Versi 1" in done
    pdf = sari.get(f"/kewajiban/laporan/{Report.objects.get().pk}.pdf")
    assert pdf.getvalue()[:5] == b"%PDF-"
    assert "diserahkan" in said(sari.get(f"/kewajiban/{holder.discharge.pk}/"))


def test_a_report_signed_in_ink_is_read_by_office_and_agency(
    holder: Holder, sari: Client, time_machine: TimeMachineFixture
) -> None:
    page = f"/kewajiban/{holder.discharge.pk}/laporan/2026-TW3/"
    sari.post(f"{page}lampiran/", {"kunci": new_key(), "title": "Peta", "file": pdf_file()})
    file = ReportFile.objects.get()
    for reader in (officer("technical_team"), officer("processing_officer")):
        assert status(signed_in(reader), f"/kewajiban/lampiran/{file.pk}/") == 404
    sent = sari.post(f"{page}serahkan/", signature(signing="ink", scan=pdf_file("Bertanda tangan")))
    assert sent.status_code == 302
    report = Report.objects.get()
    papers = [f"/kewajiban/laporan/{report.pk}.pdf", f"/kewajiban/laporan/{report.pk}/pindaian/"]
    papers.append(f"/kewajiban/lampiran/{file.pk}/")
    for reader in (
        holder.person,
        officer("technical_team"),
        officer("processing_officer"),
        officer("auditor"),
    ):
        assert [status(signed_in(reader), path) for path in papers] == [200, 200, 200]
    for stranger in (other_applicant(), officer("administrator")):
        assert [status(signed_in(stranger), path) for path in papers] == [404, 404, 404]

    time_machine.move_to(NOW + timedelta(hours=1), tick=False)
    back = sari.post(f"/kewajiban/lampiran/{file.pk}/tarik/", {"kunci": new_key()})
    assert back.status_code == 302
    assert status(signed_in(officer("technical_team")), papers[2]) == 200


def test_strangers_find_no_report(holder: Holder, sari: Client) -> None:
    pk = holder.discharge.pk
    paths = [f"/kewajiban/{pk}/{name}" for name in ("grafik/", "laporan/", "laporan/2026-TW3/")]
    paths += [f"/kewajiban/{pk}/laporan/2026-TW3/{name}" for name in ("serahkan/", "naskah.pdf")]
    for stranger in (other_applicant(), officer("verifier"), officer("technical_team")):
        assert {signed_in(stranger).get(path).status_code for path in paths} == {404}
    assert {sari.get(path).status_code for path in paths} == {200}
    for odd in ("2026-TW9", "2025-TW3", "x", "2027-TW1"):
        assert sari.get(f"/kewajiban/{pk}/laporan/{odd}/").status_code == 404


def test_charts_are_drawn_with_their_tables_and_without_inline_style(holder: Holder, sari: Client) -> None:
    answer = sari.get(f"/kewajiban/{holder.discharge.pk}/grafik/?masa=2026-TW3")

    page = answer.content.decode()
    assert page.count('role="img"') == 3  # calendar, flow and pH: nothing was tested
    assert "style=" not in page.partition("<main")[2]
    assert "Hari tercatat" in page
    assert "Triwulan II 2026" in said(answer)
