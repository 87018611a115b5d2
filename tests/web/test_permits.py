"""The pages of a permit after its issue, from the proposal to what anybody reads; and of restored numbers."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from muara.cases.actions import Refused
from muara.documents.contents.later import Misprint
from muara.documents.models import Blob
from muara.documents.store import BlobStore
from muara.people.models import Office, office_day
from muara.permits import marks
from muara.permits.actions import take_number
from muara.permits.models import LaterDecision, LaterDelivery, Number, Permit
from muara.steps.actions.later_delivery import confirm
from muara.web.demo import applicant, officer, other_applicant, sample_upload
from muara.web.lives import life_of
from tests.later import because, carry_through
from tests.remembered import case_at
from tests.web.page_forms import forms_on

pytestmark = pytest.mark.django_db
NOW = timezone.now()  # one moment for the module: a walked case is remembered by it


def permit_of_today() -> Permit:
    return Permit.objects.get(case=case_at("hand_over", at=NOW))


def as_(who: str) -> Client:
    client = Client()
    client.force_login(officer(who))
    return client


def press(client: Client, path: str, act: str, **typed: Any) -> Any:
    """Send the form of a page that does an act."""
    (form,) = [one for one in forms_on(client.get(path)) if one.values.get("lakukan") == [act]]
    return client.post(path, form.filled(**typed))


def a_pdf() -> SimpleUploadedFile:
    upload = sample_upload("Asli", at=timezone.now())
    with BlobStore().open(upload.blob.sha256) as blob:
        return SimpleUploadedFile("asli.pdf", blob.read(), content_type="application/pdf")


def pdf_text(content: bytes) -> str:
    done = subprocess.run(["pdftotext", "-", "-"], input=content, capture_output=True, check=True)
    return done.stdout.decode()


def test_a_suspension_goes_from_desk_to_desk_and_everybody_reads_it(office: Office, client: Client) -> None:
    permit, today = permit_of_today(), f"{office_day(timezone.now()):%d/%m/%Y}"
    here, public = f"/meja/izin/{permit.pk}/", f"/izin/{permit.draft.token}/"
    drafter = as_("processing_officer")
    assert "Pembekuan" in drafter.get(here).content.decode()
    assert "Siapkan keputusan" not in as_("auditor").get(here).content.decode()
    assert as_("section_head").get(f"{here}suspension/").status_code == 403
    assert drafter.get(f"{here}apa-saja/").status_code == 404

    form = next(one for one in forms_on(drafter.get(f"{here}suspension/")) if "reasons" in one.names)
    lacking = drafter.post(f"{here}suspension/", form.filled(reasons="Debit dilampaui."))
    assert lacking.status_code == 422
    assert "Debit dilampaui." in lacking.content.decode()
    said = {
        "reasons": "debit melampaui ketentuan",
        "bases": "Undang-Undang Nomor 30 Tahun 2014",
        "found_on": today,
        "told_on": today,
        "heard": "tidak menjawab sampai batas waktu",
    }
    for warnings in ("kemarin", f"{today}"):
        wrong = drafter.post(f"{here}suspension/", form.filled(**said, warnings=warnings))
        assert "Tulis tanggal lalu nomornya" in wrong.content.decode()
    draft = drafter.post(f"{here}suspension/pratinjau.pdf", form.filled(**said, warnings=f"{today} 660/12"))
    words = pdf_text(draft.content)
    assert "Membekukan" in words
    assert "debit melampaui ketentuan" in words
    assert "DRAF" in words
    unfit = drafter.post(f"{here}suspension/pratinjau.pdf", form.filled(**said, warnings=""))
    assert (unfit.status_code, 'action="' + here + 'suspension/"' in unfit.content.decode()) == (422, True)
    assert not LaterDecision.objects.exists()
    made = drafter.post(f"{here}suspension/", form.filled(**said, warnings=f"{today} 660/12"))
    decision = LaterDecision.objects.get()
    there = f"/meja/keputusan/{decision.pk}/"
    assert (made.status_code, made["Location"]) == (302, there)
    assert drafter.get(f"/meja/keputusan/{decision.pk}.pdf")["Content-Type"] == "application/pdf"

    assert there not in drafter.get("/meja/").content.decode()  # it is not the drafter's turn
    assert (
        "menunggu tanda tangan Anda ("
        not in as_("head_of_office").get("/meja/tanda-tangan/").content.decode()
    )
    for who in ("section_head", "division_head", "head_of_office"):
        head = as_(who)
        assert there in head.get("/meja/").content.decode()
        if who == "head_of_office":
            assert there in head.get("/meja/tanda-tangan/").content.decode()
        assert "Giliran Anda" in head.get("/meja/keputusan/").content.decode()
        told = "Surat ini ditandatangani dengan tinta" in head.get(there).content.decode()
        assert told is (who == "head_of_office")
        (once,) = [one for one in forms_on(head.get(there)) if one.values.get("lakukan") == ["paraf"]]
        for _ in range(2):  # a double click is answered once
            assert head.post(there, once.filled()).status_code == 302
    assert decision.endorsements.count() == 3
    registrar = as_("registrar")
    assert press(registrar, there, "nomor").status_code == 302
    assert client.get(f"/izin/{decision.token}/").status_code == 200
    assert "Izin ini tercatat dan berlaku" in client.get(public).content.decode()
    assert press(registrar, there, "sahkan").status_code == 422
    assert press(registrar, there, "sahkan", scan=a_pdf()).status_code == 302

    assert "sedang dibekukan" in client.get(public).content.decode()
    assert "tercatat dan berlaku" in client.get(f"/izin/{decision.token}/").content.decode()
    page = registrar.get(here).content.decode()
    assert "Riwayat berlakunya izin" in page
    assert "Mengesahkan: keputusan berlaku" in page
    sheet = as_("auditor").get(f"/meja/berkas/{permit.case_id}/?bagian=pengendali").content.decode()
    assert f"{here}#catatan" in sheet
    assert "503/1/PASCA/DPMPTSP-III/" in page
    assert as_("head_of_office").post(there, {"lakukan": "paraf"}).status_code == 403
    holder = Client()
    holder.force_login(applicant())
    assert (
        "Selama dibekukan" in holder.get(f"/permohonan/{permit.case.application.reference}/").content.decode()
    )
    for somebody in (applicant(), other_applicant()):
        stranger = Client()
        stranger.force_login(somebody)
        assert [stranger.get(path).status_code for path in (here, there)] == [403, 403]


def test_a_decision_counts_as_delivered_when_its_receipt_is_there_or_its_holder_says_so(
    office: Office,
) -> None:
    permit, today = permit_of_today(), office_day(timezone.now())
    reference = permit.case.application.reference
    slip = replace(
        because(today),
        misprints=(Misprint(printed=permit.company, corrected=f"{permit.company} Tbk"),),
    )
    kinds = LaterDecision.Kind
    corrected = carry_through(permit, kinds.CORRECTION, slip, at=timezone.now())
    frozen = carry_through(permit, kinds.SUSPENSION, because(today), at=timezone.now())
    holder, counter, stranger = Client(), as_("collection_counter"), Client()
    holder.force_login(applicant())
    stranger.force_login(other_applicant())
    theirs = f"/permohonan/{reference}/keputusan/{frozen.pk}/"

    listed = holder.get("/permohonan/").content.decode()
    assert "Izin dibekukan" in listed
    assert "Ada ralat" in listed
    assert theirs in listed
    assert "Izin dibekukan" in holder.get("/kewajiban/").content.decode()
    assert theirs in holder.get(f"/permohonan/{reference}/").content.decode()
    assert stranger.get(theirs).status_code == 404
    assert as_("customer_service").get(theirs).status_code == 404
    assert "Menunggu disampaikan" in counter.get("/meja/keputusan/").content.decode()
    assert f"/meja/keputusan/{corrected.pk}/" in counter.get("/meja/").content.decode()

    # The counter has the signed receipt of one; the holder confirms the other on the page.
    there = f"/meja/keputusan/{corrected.pk}/"
    assert "Catat penyampaian" not in as_("registrar").get(there).content.decode()
    given = {
        "way": "post",
        "receiver": "Rini Contoh",
        "capacity": "Petugas penerima surat",
        "received_on": f"{today:%d/%m/%Y}",
        "proof": a_pdf(),
    }
    lacking = press(counter, there, "sampaikan", **given)
    assert lacking.status_code == 422
    assert "Isi nomor resi" in lacking.content.decode()
    given |= {"proof": a_pdf(), "tracking_number": "RR123"}
    assert press(counter, there, "sampaikan", **given).status_code == 302
    assert "Rini Contoh" in as_("auditor").get(f"/meja/izin/{permit.pk}/").content.decode()
    assert frozen.scan is not None
    taken = holder.get(f"/pindaian/{permit.case_id}/{frozen.scan.sha256}/")
    assert (taken.status_code, taken.getvalue()[:4]) == (200, b"%PDF")  # to download proves nothing yet
    assert not LaterDelivery.objects.filter(decision=frozen).exists()
    (form,) = [one for one in forms_on(holder.get(theirs)) if "received" in one.names]
    assert holder.post(theirs, form.filled()).status_code == 422
    for _ in range(2):  # a double click is answered once
        assert holder.post(theirs, form.filled(received="on")).status_code == 302

    came = LaterDelivery.objects.get(decision=frozen)
    assert (came.way, came.receiver, came.received_on) == ("electronic", applicant().name, today)
    assert "Menyatakan sudah menerima" in as_("auditor").get(f"/meja/izin/{permit.pk}/").content.decode()
    assert "Catat penyampaian" not in counter.get(f"/meja/keputusan/{frozen.pk}/").content.decode()
    with pytest.raises(Refused, match="sudah tercatat"):
        confirm(frozen, by=applicant(), at=timezone.now())
    assert "Menunggu disampaikan" not in counter.get("/meja/keputusan/").content.decode()


def test_the_list_of_later_decisions_costs_the_same_for_one_and_for_thirty(office: Office) -> None:
    permit, registrar = permit_of_today(), officer("registrar")
    at, day = timezone.now(), office_day(timezone.now())

    def decide(number: int) -> None:
        for _ in range(number):
            given = take_number(service="LHP", series="later", given_to="uji", by=registrar, at=at)
            LaterDecision.objects.create(
                permit=permit,
                kind="correction",
                content="{}",
                sha256="0" * 64,
                reasons=[],
                found_on=day,
                proposed_by=registrar,
                proposed_at=at,
                number=given,
                scan=Blob.objects.all()[0],
                since=day,
            )

    def queries() -> int:
        client = as_("auditor")
        client.get("/meja/keputusan/")
        with CaptureQueriesContext(connection) as caught:
            assert client.get("/meja/keputusan/").status_code == 200
        return len(caught)

    decide(1)
    one = queries()
    decide(29)

    assert queries() == one
    assert Number.objects.filter(counter__series__key="later").count() == 30


def test_a_permits_life_fits_its_picture(office: Office) -> None:
    permit = permit_of_today()

    life = life_of(permit, on=office_day(timezone.now()))

    assert [bar.label for bar in life.bars] == ["berlaku", ""]
    assert all(bar.x >= 0 and bar.x + bar.width <= life.width for bar in life.bars)
    assert len(life.years) == 5


def test_a_restored_register_says_what_to_do_and_waits_for_the_registrar(office: Office) -> None:
    at, registrar = timezone.now(), officer("registrar")
    first = take_number(service="LHP", series="permit", given_to="case:1", by=registrar, at=at)
    lost = marks.Given(2, "503/2/HILANG", first.dated, "case:2")
    marks.issued("LHP.permit", first.dated.year, lost)
    there = "/meja/register/LHP/permit/selisih/"

    assert there in as_("auditor").get("/meja/register/LHP/permit/").content.decode()
    assert there in as_("administrator").get("/kantor/nomor/").content.decode()
    seen = as_("administrator").get(there).content.decode()
    assert "503/2/HILANG" in seen
    assert "Rekonsiliasi dilakukan tata usaha" in seen
    client = as_("registrar")
    form = next(one for one in forms_on(client.get(there)) if "last_used" in one.names)
    assert form.values["last_used"] == ["2"]
    assert client.post(there, form.filled(reason="")).status_code == 422
    assert client.post(there, form.filled(reason="Cadangan dipulihkan.")).status_code == 302

    assert "Tidak ada selisih" in client.get(there).content.decode()
    assert Number.objects.get(seq=2, counter__series__key="permit").text == "503/2/HILANG"
