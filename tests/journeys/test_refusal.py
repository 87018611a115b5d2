"""A refused application walks on as a decision of its own kind, by clicks and typing alone."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from django.utils import timezone
from playwright.sync_api import Page

from muara.cases.models import Revision
from muara.people.models import office_day
from muara.permits.models import Permit, Refusal
from muara.web.demo import APPLICANT, EXAMPLE, address_of, seed_office
from tests.browser import LiveApp
from tests.journeys.people import Person
from tests.journeys.test_way_through import FORWARD, Way, make_sure
from tests.remembered import case_at

REFUSING = FORWARD | {  # what leads on with a refusal, as the page words it
    "draft": "Draf keputusan penolakan diserahkan kepada kepala seksi",
    "number": "Keputusan penolakan bernomor dan disahkan: serahkan ke loket",
    "hand_over": "Keputusan penolakan diserahkan",
}
REASON = "Titik pembuangan berada di kawasan konservasi | UU 32 Tahun 2009 Pasal 20"


def test_a_refused_application_gets_reasons_remedies_and_a_number_of_its_own(
    live_app: LiveApp, new_page: Callable[..., Page], tmp_path: Path
) -> None:
    seed_office(timezone.now() - timedelta(days=1))
    case_at("decide", at=timezone.now() - timedelta(hours=8))
    way = Way(live_app, new_page, tmp_path, Revision.objects.latest("pk").definition)

    with way.at("decide", "head_of_office") as officer:
        officer.conclude(
            "Tolak permohonan: minta keputusan penolakan disusun", note="Berada di kawasan konservasi."
        )
    with way.at("draft", "processing_officer") as officer:
        officer.write("Alasan penolakan", REASON)
        officer.conclude(REFUSING["draft"])
    for step, actor in (("endorse_section", "section_head"), ("endorse_division", "division_head")):
        with way.at(step, actor) as officer:
            make_sure(officer)
            officer.conclude(REFUSING[step])
    with way.at("decide", "head_of_office") as officer:
        make_sure(officer)
        officer.conclude(REFUSING["decide"])
    with way.at("number", "registrar") as officer:
        officer.press("Ambil nomor")
        officer.tick_all(re.compile("^Checklist akhir"))
        officer.hand_in("Pindaian surat keputusan asli", EXAMPLE / way.source["issue"]["scan"])
        officer.conclude(REFUSING["number"])
    with way.at("hand_over", "collection_counter") as officer:
        officer.choose("Bukti diri yang diperiksa", "KTP")
        officer.write("Nomor bukti diri", way.values["applicant_nik"])
        officer.tick("Bukti pengambilan (tanda terima berkas) sudah diterima")
        officer.tick(
            "Isi keputusan sudah disampaikan: hak dan kewajiban, termasuk kepada OPD; atau upaya hukumnya"
        )
        officer.page.get_by_role("radio", name=REFUSING["hand_over"], exact=True).check()
        officer.press("Catat hasil")
        officer.sees("Cetak bukti serah terima")

    login = address_of(APPLICANT[0])
    applicant = Person(new_page(), live_app.url, login)
    applicant.sign_in(login)
    applicant.follow("Permohonan saya")
    applicant.follow(way.values["company_name"])
    applicant.sees("Ditolak")
    applicant.follow("Konfirmasi penerimaan")
    applicant.sees("Titik pembuangan berada di kawasan konservasi")
    applicant.tick("Surat keputusan sudah saya terima, dan isinya di atas sudah saya baca.")
    applicant.press("Konfirmasi penerimaan")
    applicant.sees("Terima kasih. Penerimaan surat keputusan sudah tercatat.")

    refusal = Refusal.objects.get()
    assert not Permit.objects.exists()
    assert refusal.number.text.startswith("503/")
    assert str(office_day(timezone.now()).year) in refusal.number.text
    assert live_app.database.manage("audit", "verify").startswith("utuh: ")
