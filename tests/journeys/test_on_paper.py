"""Somebody with neither account nor e-mail: the counter records their acts, with the signed paper."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from django.utils import timezone
from playwright.sync_api import Page

from muara.cases.models import Case, Handover, Revision, Submission
from muara.web.demo import Clock, Walk, applicant, officer, sample_pdf, seed_office
from tests.browser import LiveApp
from tests.journeys.test_way_through import COMPANY, FORWARD, Way, upload


def test_the_counter_acts_for_an_applicant_who_has_only_paper(
    live_app: LiveApp, new_page: Callable[..., Page], tmp_path: Path
) -> None:
    seed_office(timezone.now())
    way = Way(live_app, new_page, tmp_path, Revision.objects.latest("pk").definition)
    signed = tmp_path / "ditandatangani.pdf"
    signed.write_bytes(sample_pdf("Ditandatangani pemohon"))

    enter_at_the_counter(way, signed)
    case = way.case
    assert case.application.applicant is None
    assert Submission.objects.get().proof is not None

    walk = Walk(Clock(timezone.now()), applicant(), on_behalf_by=officer("customer_service"))
    walk.application, walk.case = case.application, case
    while walk.task.step.activity != "hand_over":
        walk.forward()
    collect(way, signed)

    assert Case.objects.get().result == "received"
    handover = Handover.objects.get()
    assert handover.receipt_scan is not None
    assert live_app.database.manage("audit", "verify").startswith("utuh: ")


def enter_at_the_counter(way: Way, signed: Path) -> None:
    """Step 3: the CS fills in the form with the applicant, and scans what they signed."""
    cs = way.officer("customer_service")
    cs.follow("Meja kerja")
    cs.follow("Entri di loket")
    cs.write("Nama perusahaan", COMPANY)
    cs.choose("Jenis permohonan", "Izin baru")
    cs.press("Buat permohonan")
    sections = way.service.form.sections
    cs.follow(sections[0].title)
    for place, section in enumerate(sections, start=1):
        cs.fill_in(section, way.values)
        cs.press("Simpan dan lanjut" if place < len(sections) else "Simpan")
        cs.sees(f"Bagian “{section.title}” tersimpan.")
    wanted = way.service.process.uploads()
    cs.follow(f"{wanted[0].number}. {wanted[0].reading}")
    for item in wanted:
        upload(cs, way.source["files"][str(item.number)])
        if item is not wanted[-1]:
            cs.follow("Berkas berikutnya")
    cs.follow("Ke daftar isian dan berkas")
    cs.follow("Periksa dan kirim")
    cs.choose("Siapa yang menghadap?", "Pemohon sendiri")
    cs.page.locator("input[type=file]").set_input_files(signed)
    for box in cs.page.get_by_role("checkbox").all():  # the page is there: its radio was just chosen
        box.check()
    cs.press("Kirim permohonan")
    cs.sees("Permohonan terkirim.")


def collect(way: Way, signed: Path) -> None:
    """Steps 17 and 18 on one counter page: handed over, receipt signed and scanned."""
    with way.at("hand_over", "collection_counter") as counter:
        counter.choose("Bukti diri yang diperiksa", "KTP")
        counter.write("Nomor bukti diri", way.values["applicant_nik"])
        counter.tick("Bukti pengambilan (tanda terima berkas) sudah diterima")
        counter.tick(
            "Isi keputusan sudah disampaikan: hak dan kewajiban, termasuk kepada OPD; atau upaya hukumnya"
        )
        counter.page.get_by_role("radio", name=FORWARD["hand_over"], exact=True).check()
        counter.press("Catat hasil")
        counter.sees("Cetak bukti serah terima")
    counter.hand_in("Pindaian bukti serah terima yang sudah ditandatangani", signed)
    counter.press("Izin diterima")
    counter.sees("Langkah ini selesai")
