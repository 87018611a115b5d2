"""After sending: following a case, answering returns and requests, receiving the permit, asking questions."""

from __future__ import annotations

import html
import re
from datetime import timedelta
from hashlib import sha256
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.formats import date_format
from time_machine import TimeMachineFixture

from muara.audit.models import Entry
from muara.cases.actions import NotYours, take_over
from muara.cases.models import Case, Correction, Handover, Submission, Task
from muara.contacts.models import Consultation
from muara.people.models import User, office_day
from muara.permits.models import Permit
from muara.steps.actions import issuance, verification
from muara.web.acts import new_key
from muara.web.demo import (
    CAST,
    answer_question,
    applicant,
    ask_question,
    officer,
    other_applicant,
    sample_pdf,
    sample_upload,
    seed_office,
)
from tests.clock import MONDAY, at
from tests.remembered import case_at
from tests.web.page_forms import PageForm, form_on


@pytest.fixture
def _office(db: None, blobs: object, time_machine: TimeMachineFixture) -> None:
    seed_office(at("2026-01-05 08:00"))
    time_machine.move_to(MONDAY, tick=False)


pytestmark = pytest.mark.usefixtures("_office")


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def shown_form(answer: Any) -> PageForm:
    """The page's own form: the one that is sent to the page itself."""
    return form_on(answer, "")


def plain(answer: Any) -> str:
    main = answer.content.decode().split("<main", 1)[1].split("</main>")[0]
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", main)).split())


def address(case: Case, page: str = "") -> str:
    return f"/permohonan/{case.application.reference}/{page}"


def open_task(case: Case) -> Task:
    return Task.objects.get(case=case, closed_at=None, companion=False)


def asked(case: Case) -> Case:
    """The CS has passed the verifier's complaint on to the applicant (step 8)."""
    task = open_task(case)
    take_over(task.pk, by=officer("customer_service"), at=MONDAY - timedelta(minutes=3))
    verification.ask_applicant(
        Task.objects.get(pk=task.pk),
        explanation="Skema IPAL belum menunjukkan kapasitas.",
        by=officer("customer_service"),
        at=MONDAY - timedelta(minutes=2),
    )
    return Case.objects.get(pk=case.pk)


# --- following --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("step", "court", "todo"),
    [
        ("check", "Petugas Customer Service dan Help Desk", ""),
        ("register", "Petugas Loket Pendaftaran", "menandatangani bukti awal proses"),
        ("verify", "Petugas Verifikasi", ""),
        ("review", "Tim Teknis (OPD)", ""),
        ("hand_over", "Petugas Loket Pengambilan", "Ambil surat keputusan di loket pengambilan"),
        ("receive", "Anda", "Konfirmasi bahwa surat keputusan sudah Anda terima"),
    ],
)
def test_the_page_says_whose_court_it_is_and_what_the_applicant_does(
    step: str, court: str, todo: str
) -> None:
    case = case_at(step, at=MONDAY)

    words = plain(signed_in(applicant()).get(address(case)))

    number = case.process.step(step).number
    assert f"Langkah {number} dari 18" in words
    assert f"Di tangan: {court}" in words
    assert (todo in words) if todo else ("Langkah Anda" not in words)
    assert court in plain(signed_in(applicant()).get("/permohonan/"))


def test_until_it_is_registered_the_number_is_marked_so_and_then_replaced() -> None:
    before, after = case_at("register", at=MONDAY), case_at("verify", at=MONDAY)

    assert "Belum terdaftar" in plain(signed_in(applicant()).get(address(before)))
    words = plain(signed_in(applicant()).get(address(after)))
    assert "Nomor registrasi LHP/2026/0001" in words
    assert "Belum terdaftar" not in words


def test_a_finished_case_tells_its_way_without_officers_names_and_gives_its_letters() -> None:
    case = case_at("end", at=MONDAY)
    permit = Permit.objects.select_related("number").get()
    client = signed_in(applicant())
    page = client.get(address(case))
    words = plain(page)

    assert words.index("Penerimaan surat keputusan dikonfirmasi") < words.index("Permohonan disampaikan")
    assert permit.number.text in words
    for person in CAST:
        assert person.name not in words
    papers = re.findall(r'href="(/surat/\d+\.pdf|/pindaian/[^"]+)"', page.content.decode())
    # form, checklist, first proof, receipt, rights and duties, handover receipt, scan of the permit
    assert len(papers) == 7
    for path in papers:
        answer: Any = client.get(path)
        assert b"".join(answer.streaming_content).startswith(b"%PDF-")


def test_a_case_page_costs_the_same_after_many_steps_as_after_few() -> None:
    early, late = address(case_at("verify", at=MONDAY)), address(case_at("decide", at=MONDAY))
    client = signed_in(applicant())
    client.get(early)

    with CaptureQueriesContext(connection) as few:
        client.get(early)
    with CaptureQueriesContext(connection) as many:
        client.get(late)

    assert len(many) == len(few)


# --- a return at step 4 -----------------------------------------------------------------------------


def test_a_return_shows_its_reason_and_is_answered_by_sending_again() -> None:
    case = case_at("apply", at=MONDAY)
    client = signed_in(applicant())
    assert "Skema IPAL belum lengkap." in plain(client.get(address(case)))

    path = address(case, "berkas/5/")
    client.post(path, {"file": SimpleUploadedFile("skema-baru.pdf", sample_pdf("Skema baru"))})
    path = address(case, "kirim/")
    page = client.get(path)
    assert "Skema IPAL belum lengkap." in plain(page)
    client.post(
        path, shown_form(page).filled(truth="on", answer="Skema sudah diganti.", answer_1="Skema diganti.")
    )

    assert open_task(case).step_key == "check"
    assert Submission.objects.filter(application=case.application).count() == 2
    assert [entry.note for entry in Entry.objects.filter(chain=case.chain).order_by("-seq")[:1]] == [
        "Skema sudah diganti."
    ]
    assert not Correction.objects.filter(answered_at=None).exists()


def test_a_form_opened_before_the_case_moved_is_refused_and_keeps_what_was_typed() -> None:
    case = case_at("apply", at=MONDAY)
    client = signed_in(applicant())
    path = address(case, "kirim/")
    stale = shown_form(client.get(path)).filled(truth="on", answer="Catatan panjang saya.", answer_1="Ada.")
    stale["versi"] = [str(case.version - 1)]

    answer = client.post(path, stale)

    assert answer.status_code == 409
    assert "Berkas sudah berubah" in plain(answer)
    assert "Catatan panjang saya." in answer.content.decode()
    assert open_task(case).step_key == "apply"


# --- a request at step 8 ----------------------------------------------------------------------------


def test_a_request_is_shown_mended_and_answered_once() -> None:
    case = asked(case_at("correct", at=MONDAY))
    client = signed_in(applicant())
    words = plain(client.get(address(case)))
    assert "Skema IPAL belum menunjukkan kapasitas." in words
    assert "Jawab permintaan perbaikan" in words
    assert "Perlu diperbaiki" in plain(client.get("/permohonan/"))

    water = address(case, "bagian/water/")
    client.post(water, shown_form(client.get(water)).filled(treatment_capacity="1700", simpan="1"))
    path = address(case, "jawab/")
    sent = shown_form(client.get(path)).filled(answer_1="Kapasitas sudah ditulis.")
    first, second = client.post(path, sent), client.post(path, sent)

    assert (first["Location"], second["Location"]) == (address(case), address(case))
    answered = Correction.objects.get(case=case)
    assert (answered.items.get().answer, answered.answered_at) == ("Kapasitas sudah ditulis.", MONDAY)
    assert Submission.objects.filter(application=case.application).count() == 2
    assert open_task(case).step_key == "correct"
    assert client.get(path)["Location"] == address(case)


def test_the_same_form_key_with_another_answer_changes_nothing() -> None:
    case = asked(case_at("correct", at=MONDAY))
    client = signed_in(applicant())
    path = address(case, "jawab/")
    sent = shown_form(client.get(path)).filled(disputed_1="on", grounds_1="Pertama.")
    client.post(path, sent)

    answer = client.post(path, sent | {"grounds_1": "Kedua."})

    assert answer.status_code == 409
    assert "Kedua." in answer.content.decode()
    assert Correction.objects.get(case=case).items.get().grounds == "Pertama."


def test_an_empty_answer_is_asked_for() -> None:
    case = asked(case_at("correct", at=MONDAY))
    client = signed_in(applicant())
    path = address(case, "jawab/")

    answer = client.post(path, shown_form(client.get(path)).filled(answer_1="  "))

    assert answer.status_code == 422
    assert "Hal 1: tuliskan jawaban Anda, atau nyatakan keberatan." in plain(answer)
    assert Correction.objects.get(case=case).answered_at is None


def test_a_request_that_the_cs_has_not_passed_on_is_not_the_applicants_turn() -> None:
    case = case_at("correct", at=MONDAY)
    client = signed_in(applicant())

    assert "Langkah Anda" not in plain(client.get(address(case)))
    assert client.get(address(case, "jawab/"))["Location"] == address(case)


# --- receiving --------------------------------------------------------------------------------------


def test_rights_and_duties_are_read_before_the_receipt_is_confirmed_once() -> None:
    case = case_at("receive", at=MONDAY)
    client = signed_in(applicant())
    path = address(case, "terima/")
    page = client.get(path)
    assert "Kewajiban Anda" in plain(page)
    assert "Larangan" in plain(page)

    unread = client.post(path, shown_form(page).filled())
    assert unread.status_code == 422
    sent = shown_form(client.get(path)).filled(received="on")
    first, second = client.post(path, sent), client.post(path, sent)

    assert (first["Location"], second["Location"]) == (address(case), address(case))
    closed = Case.objects.get(pk=case.pk)
    assert (closed.result, closed.closed_at) == ("received", MONDAY)
    assert Case.objects.get(pk=case.pk).handover.confirmed_by == applicant()
    assert Entry.objects.filter(chain=case.chain, verb="receive.received").count() == 1


def sent(way: str) -> Case:
    """A permit that nobody came for, sent to its holder."""
    case = case_at("hand_over", at=MONDAY)
    task, by = open_task(case), officer("collection_counter")
    take_over(task.pk, by=by, at=MONDAY)
    issuance.send(
        task,
        way=way,
        address="sari@contoh.example",
        tracking_number="SUREL-001",
        proof=sample_upload("Bukti kirim", at=MONDAY).blob,
        by=by,
        at=MONDAY,
    )
    return case


@pytest.mark.both
def test_what_was_sent_electronically_is_downloaded_and_then_confirmed() -> None:
    case = sent("electronic")
    client, path = signed_in(applicant()), address(case, "terima/")
    scan = Permit.objects.get(case=case).scan
    assert scan is not None
    page = client.get(path)
    assert f"/pindaian/{case.pk}/" not in page.content.decode()
    early = client.post(path, shown_form(page).filled(received="on"))
    assert "Unduh surat keputusannya lebih dahulu." in plain(early)

    said = shown_form(client.get(path)).filled(unduh="1")
    for _ in range(2):
        assert client.post(path, said)["Location"] == path
    (noted,) = Entry.objects.filter(chain=case.chain, verb="receive.download")
    handover = Handover.objects.get(case=case)
    assert (handover.downloaded_by, handover.downloaded_at) == (applicant(), MONDAY)
    assert noted.by_id == applicant().pk

    page = client.get(path)
    address_of_scan = f"/pindaian/{case.pk}/{scan.sha256}/"
    assert address_of_scan in page.content.decode()
    assert sha256(client.get(address_of_scan).getvalue()).hexdigest() == scan.sha256
    assert client.post(path, shown_form(page).filled(received="on"))["Location"] == address(case)
    assert Case.objects.get(pk=case.pk).result == "received"


def test_what_was_sent_by_post_is_not_downloaded() -> None:
    case = sent("post")
    client, path = signed_in(applicant()), address(case, "terima/")

    client.post(path, shown_form(client.get(path)).filled(unduh="1"))

    assert Handover.objects.get(case=case).downloaded_at is None
    assert not Entry.objects.filter(verb="receive.download").exists()


def test_only_the_applicant_downloads() -> None:
    case = sent("electronic")
    with pytest.raises(NotYours):
        issuance.download(open_task(case), by=officer("collection_counter"), at=MONDAY)


@pytest.mark.both
def test_the_database_keeps_no_download_of_what_was_handed_over() -> None:
    case = case_at("receive", at=MONDAY)
    with pytest.raises(IntegrityError), transaction.atomic():
        Handover.objects.filter(case=case).update(downloaded_at=MONDAY, downloaded_by=applicant())


def test_a_permit_cannot_be_confirmed_before_it_was_handed_over() -> None:
    case = case_at("number", at=MONDAY)
    client = signed_in(applicant())
    path = address(case, "terima/")

    assert client.get(path)["Location"] == address(case)
    ready = case_at("receive", at=MONDAY)
    sent = shown_form(client.get(address(ready, "terima/"))).filled(received="on", versi=None)
    assert client.post(path, sent).status_code in {403, 409}
    assert Case.objects.get(pk=case.pk).closed_at is None


def test_the_counter_closes_step_18_on_its_own_page_with_the_signed_receipt() -> None:
    case = case_at("receive", at=MONDAY, on_behalf_by=officer("customer_service"))
    client = signed_in(officer("collection_counter"))
    task = Task.objects.get(case=case, closed_at=None)

    assert client.get(address(case, "terima/"))["Location"] == f"/meja/tugas/{task.pk}/"
    assert client.post(address(case, "terima/"), {})["Location"] == f"/meja/tugas/{task.pk}/"
    assert Case.objects.get(pk=case.pk).closed_at is None


def test_the_promise_is_told_as_a_date_once_h_is_known() -> None:
    # H is Monday 6 July 2026; fourteen working days on is Friday 24 July (no holiday between).
    case = case_at("endorse_section", at=MONDAY)

    words = plain(signed_in(applicant()).get(address(case)))

    assert "paling lambat 24 Juli 2026 (14 hari kerja)" in words


# --- questions --------------------------------------------------------------------------------------


def test_a_question_is_asked_online_and_its_answer_is_read_here() -> None:
    client = signed_in(applicant())

    body = {"question": "Apakah hotel kecil perlu izin ini?", "kunci": new_key()}
    client.post("/pertanyaan/", body)
    client.post("/pertanyaan/", body)  # a double click asks once
    asked_now = Consultation.objects.get()
    assert (asked_now.channel, asked_now.person, asked_now.asked_at) == ("daring", applicant(), MONDAY)
    assert "Menunggu jawaban" in plain(client.get("/pertanyaan/"))
    answer_question(asked_now, at=MONDAY)

    words = plain(client.get("/pertanyaan/"))
    assert "Formulir dan daftar periksa diberikan" in words
    assert "Menunggu jawaban" not in words


def test_an_empty_question_is_asked_for() -> None:
    answer = signed_in(applicant()).post("/pertanyaan/", {"question": " "})

    assert answer.status_code == 422
    assert "Tuliskan apa yang ingin Anda ketahui." in plain(answer)
    assert Consultation.objects.count() == 0


def test_another_persons_questions_are_not_shown() -> None:
    ask_question(at=MONDAY, text="Rahasia dagang kami?", person=other_applicant())

    assert "Rahasia dagang" not in plain(signed_in(applicant()).get("/pertanyaan/"))


def test_a_finished_case_stands_in_the_list_with_the_day_it_ended(client: Client) -> None:
    case = case_at("end", at=MONDAY)
    client.force_login(applicant())

    words = client.get("/permohonan/")

    assert words.status_code == 200
    assert case.closed_at is not None
    assert f"diperbarui {date_format(office_day(case.closed_at), 'j F Y')}" in " ".join(
        words.content.decode().split()
    )
