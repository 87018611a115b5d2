"""Pages about rounds of requests: answered item by item, compared side by side, asked by rows; early ends."""

from __future__ import annotations

import json
from datetime import timedelta
from hashlib import sha256
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from time_machine import TimeMachineFixture

from muara.audit.models import Entry
from muara.cases.actions import NotYours, act_for_applicant, take_over
from muara.cases.models import Application, Case, Correction, EarlyEnd, LateDefectPermission, Task
from muara.cases.rules import Doing
from muara.people.models import Notice, OfficeSetting, User
from muara.steps.actions import verification
from muara.steps.actions.checklists import Mark
from muara.steps.actions.powers import revoke_power
from muara.web import demo
from muara.web.demo import (
    Clock,
    Walk,
    answered_with_a_dispute,
    applicant,
    asked_several_things,
    officer,
    sample_pdf,
    seed_office,
    told_to_apply_anew,
)
from tests.clock import MONDAY, at
from tests.powers import given
from tests.remembered import case_at
from tests.web.page_forms import form_on

pytestmark = pytest.mark.usefixtures("_office")
NOW = MONDAY + timedelta(days=1)


@pytest.fixture
def _office(db: None, blobs: object, time_machine: TimeMachineFixture) -> None:
    seed_office(at("2026-01-05 08:00"))
    time_machine.move_to(NOW, tick=False)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def address(application: Application, page: str = "") -> str:
    return f"/permohonan/{application.reference}/{page}"


def words(answer: Any) -> str:
    return str(answer.content.decode())


def test_what_is_asked_stands_beside_the_section_that_is_to_be_changed() -> None:
    application = asked_several_things(at=MONDAY).application
    client = signed_in(applicant())

    assert "Yang diminta di sini" in words(client.get(address(application, "bagian/water/")))
    assert "kapasitas kolam aerobik" in words(client.get(address(application, "berkas/5/")))
    assert "Yang diminta di sini" not in words(client.get(address(application, "berkas/1/")))
    overview = words(client.get(address(application)))
    assert "Diminta</span>" in overview or ">Diminta<" in overview.replace("\n", "").replace(" ", "")


def test_an_answer_is_kept_half_done_and_then_sent_item_by_item() -> None:
    case = asked_several_things(at=MONDAY)
    client, path = signed_in(applicant()), address(case.application, "jawab/")
    page = client.get(path)

    client.post(path, form_on(page, "").filled(answer_2="Benar, 75.", simpan="1"))
    assert form_on(client.get(path), "").values["answer_2"] == ["Benar, 75."]
    empty = client.post(path, form_on(client.get(path), "").filled(answer_2="Benar, 75."))
    assert empty.status_code == 422
    assert "Hal 1: tuliskan jawaban Anda, atau nyatakan keberatan." in words(empty)
    unmended = client.post(
        path,
        form_on(client.get(path), "").filled(
            answer_1="Sudah.", answer_2="Benar, 75.", disputed_3="on", grounds_3="Ada di halaman 4."
        ),
    )
    assert unmended.status_code == 422
    assert "belum berubah" in words(unmended)
    assert "Ada di halaman 4." in words(unmended)
    upload = SimpleUploadedFile("skema.pdf", sample_pdf("Skema baru"))
    client.post(address(case.application, "berkas/5/"), {"file": upload})
    sent = client.post(
        path,
        form_on(client.get(path), "").filled(
            answer_1="Sudah.", answer_2="Benar, 75.", disputed_3="on", grounds_3="Ada di halaman 4."
        ),
    )

    assert sent["Location"] == address(case.application)
    assert [item.disputed for item in Correction.objects.get().items.all()] == [False, False, True]


def signed_letter() -> SimpleUploadedFile:
    return SimpleUploadedFile("surat.pdf", sample_pdf("Surat"), "application/pdf")


@pytest.mark.parametrize("button", [{}, {"simpan": "1"}], ids=["refused", "saved for later"])
def test_what_the_applicant_signed_is_chosen_once(button: dict[str, str]) -> None:
    counter = officer("customer_service")
    walk = Walk(Clock(MONDAY), applicant(), on_behalf_by=counter)
    walk.submit()
    while walk.task.step_key != "verify":
        walk.forward()
    task = walk.take()
    verification.verify(
        task,
        outcome="incomplete",
        marks=demo.all_fit(task) | {8: Mark("unfit", "Debit maksimum tidak sama.", "confirm")},
        by=walk.who(task),
        at=walk.clock.tick(),
        note="Satu hal perlu dipastikan.",
    )
    verification.ask_applicant(walk.take(), by=counter, at=walk.clock.tick())
    client, path = signed_in(counter), address(walk.task.case.application, "jawab/")

    first = client.post(path, form_on(client.get(path), "").filled(proof=signed_letter(), **button))
    page = client.get(path) if button else first
    assert "Sudah diunggah: <strong>surat.pdf</strong>" in words(page)
    sent = client.post(path, form_on(page, "").filled(answer_1="Benar, 75 m³ per jam.", stands="self"))

    assert sent.status_code == 302
    proof = walk.task.case.application.submissions.latest("number").proof
    assert proof is not None
    assert proof.sha256 == sha256(sample_pdf("Surat")).hexdigest()


def test_a_letter_of_withdrawal_is_chosen_once() -> None:
    counter = officer("customer_service")
    case = case_at("verify", at=MONDAY, on_behalf_by=counter)
    client, path = signed_in(counter), address(case.application, "penarikan/")

    refused = client.post(path, form_on(client.get(path), "").filled(proof=signed_letter(), sure="on"))
    assert refused.status_code == 422
    again = form_on(refused, "").filled(reason="Tidak jadi dibangun.", sure="on")
    assert client.post(path, again).status_code == 302
    assert EarlyEnd.objects.get().proof is not None


def test_an_answer_is_not_called_optional_and_still_gives_way_to_a_dispute() -> None:
    case = asked_several_things(at=MONDAY)
    client, path = signed_in(applicant()), address(case.application, "jawab/")
    label = words(client.get(path)).split('for="id_answer_1"')[1].split("</label>")[0]
    assert "opsional" not in label


def test_officers_see_before_and_after_side_by_side() -> None:
    case = answered_with_a_dispute(at=MONDAY)
    page = words(signed_in(officer("customer_service")).get(f"/meja/berkas/{case.pk}/perbaikan/1/"))

    for told in ("1.600 m³/hari", "1.700 m³/hari", "Pemohon berkeberatan", "5. Skematik sistem IPAL"):
        assert told in page
    assert page.count("/halaman/1.png") == 4  # a picture and its link, before and after


def test_rows_grow_and_ask_several_things_at_once() -> None:
    case = case_at("endorse_section", at=MONDAY)
    head, task = officer("section_head"), Task.objects.get(case=case, closed_at=None)
    take_over(task.pk, by=head, at=NOW)
    client, path = signed_in(head), f"/meja/tugas/{task.pk}/"
    typed = {
        "outcome": "unmet",
        "asked-0-requirement": "7",
        "asked-0-reason": "Peta outfall kabur.",
        "asked-1-kind": "confirm",
        "asked-1-reason": "Benarkah musiman?",
    }

    longer = client.post(path, form_on(client.get(path), path).filled(**typed, tambah="asked"))
    grown = form_on(longer, path)
    assert grown.values["asked-TOTAL_FORMS"] == ["4"]
    assert client.post(path, grown.filled(outcome="unmet")).status_code == 302

    items = Correction.objects.get().items.all()
    assert [(item.requirement, item.kind) for item in items] == [(7, "repair"), (None, "confirm")]


def test_a_superior_permits_a_late_defect_on_the_task_page() -> None:
    case = case_at("verify", at=MONDAY)
    task = Task.objects.get(case=case, closed_at=None)
    client, path = signed_in(officer("section_head")), f"/meja/tugas/{task.pk}/"
    act = f"{path}kekurangan-susulan/"

    sent = form_on(client.get(act), act).filled(requirement="7", reason="Baru terbaca.")
    assert client.post(act, sent).status_code == 302

    assert LateDefectPermission.objects.get().requirement == 7
    assert signed_in(officer("registrar")).post(act, sent).status_code == 403


def test_an_applicant_withdraws_after_a_page_that_says_what_it_means() -> None:
    case = case_at("review", at=MONDAY)
    client, path = signed_in(applicant()), address(case.application, "penarikan/")
    page = client.get(path)
    assert "Perluasan: SOP tidak mencetak penarikan permohonan." in words(page)

    unsure = client.post(path, form_on(page, "").filled(reason="Batal dibangun."))
    assert unsure.status_code == 422
    assert "Batal dibangun." in words(unsure)
    client.post(path, form_on(page, "").filled(reason="Batal dibangun.", sure="on"))

    assert EarlyEnd.objects.get().ending == "withdrawn"
    assert "Ditarik oleh pemohon" in words(client.get(address(case.application)))
    assert "Ditarik oleh pemohon" in words(signed_in(officer("verifier")).get(f"/meja/berkas/{case.pk}/"))


def test_a_closed_case_and_its_successor_know_each_other() -> None:
    case = told_to_apply_anew(at=MONDAY)
    successor = Application.objects.get(predecessor=case.application)
    client = signed_in(applicant())

    assert successor.reference in words(client.get(address(case.application)))
    draft = words(client.get(address(successor)))
    assert "Lokasi outfall berpindah" in draft
    assert address(case.application) in draft
    assert successor.reference in words(signed_in(officer("verifier")).get(f"/meja/berkas/{case.pk}/"))


def test_an_administrator_sets_the_days_and_the_old_ones_stay_on_record() -> None:
    client = signed_in(officer("administrator"))
    page = client.get("/kantor/ketentuan/")
    assert "10 hari" in words(page)

    form = form_on(page, "").filled(setting="correction_days", value="12", basis="SK Kepala Dinas")
    assert client.post("/kantor/ketentuan/", form).status_code == 302

    assert list(OfficeSetting.objects.filter(key="correction_days").values_list("value", flat=True)) == [
        12,
        10,
    ]
    assert Case.objects.count() == 0


def test_what_is_asked_is_said_once_to_whoever_passes_it_on() -> None:
    """Without items the note is the one item: the page repeats neither the note nor the arrival's."""
    walk = Walk(Clock(MONDAY), applicant())
    walk.submit()
    while walk.task.step_key != "endorse_section":
        walk.forward()
    walk.forward("unmet", note="Peta outfall tidak terbaca.")
    task = walk.take()

    shown = signed_in(officer("customer_service")).get(f"/meja/tugas/{task.pk}/").content.decode()

    work = shown[shown.index('id="kerja"') :]
    assert work.count("Peta outfall tidak terbaca.") == 1


def test_an_answer_brought_on_paper_is_recorded_for_somebody_who_has_an_account() -> None:
    case = asked_several_things(at=MONDAY)
    cs = officer("customer_service")
    client, path = signed_in(cs), address(case.application, "jawab/")
    assert "Catat jawaban pemohon" in words(client.get(f"/meja/berkas/{case.pk}/"))
    upload = SimpleUploadedFile("skema.pdf", sample_pdf("Skema dari kertas"))
    client.post(address(case.application, "berkas/5/"), {"file": upload})
    answers = {
        "answer_1": "Skema baru diserahkan.",
        "answer_2": "Benar, 75.",
        "disputed_3": "on",
        "grounds_3": "Ada di halaman 4.",
        "stands": "self",
    }

    page = form_on(client.get(path), "")
    nobody = client.post(path, page.filled(**answers))
    assert nobody.status_code == 422
    for sentence in ("Tuliskan nama yang menghadap", "Cocokkan dahulu identitas", "Unggah surat yang"):
        assert sentence in words(nobody)
    signed = SimpleUploadedFile("surat.pdf", sample_pdf("Surat jawaban"))
    sent = page.filled(**answers, appeared="Sari Contohwati", identity_seen="on", proof=signed)
    done = client.post(path, sent)

    assert (done.status_code, done["Location"]) == (302, f"/meja/berkas/{case.pk}/")
    correction = case.corrections.get()
    answering = correction.answering
    assert answering is not None
    assert (correction.answered_by, answering.by, answering.number) == (cs, cs, 2)
    assert answering.proof is not None
    entry = Entry.objects.get(chain=case.chain, verb="correct.answer")
    assert json.loads(entry.text)["facts"]["on_behalf"] is True
    assert "Dicatat di loket untuk Sari Contohwati" in (entry.note or "")
    fills = Entry.objects.filter(
        chain=f"application:{case.application.reference}", verb="application.fill_for"
    )
    assert [item.by_id for item in fills] == [cs.pk]
    notice = Notice.objects.get(kind="recorded")
    assert (notice.recipient, notice.about) == (applicant(), case.chain)
    assert "untuk Sari Contohwati" in notice.text
    # The same form once more is answered as before; afterwards nothing is the counter's any more.
    signed.seek(0)
    assert client.post(path, sent).status_code == 302
    assert case.application.submissions.count() == 2
    assert client.get(path).status_code == 404
    late = client.post(path, page.filled(**answers | {"kunci": "", "answer_1": "Terlambat."}))
    assert late.status_code == 403
    assert "sudah dijawab" in words(late)
    assert "Terlambat." in words(late)


@pytest.mark.parametrize("page", ["", "jawab/", "bagian/water/", "berkas/5/", "tarik/", "kuasa/"])
def test_the_counter_has_no_part_in_what_an_account_holder_does_before_something_is_asked(page: str) -> None:
    case = case_at("verify", at=MONDAY)
    assert signed_in(officer("customer_service")).get(address(case.application, page)).status_code == 404


@pytest.mark.parametrize("actor", ["verifier", "processing_officer", "head_of_office"])
def test_only_the_counter_records_an_answer(actor: str) -> None:
    case = asked_several_things(at=MONDAY)
    client = signed_in(officer(actor))
    assert client.get(address(case.application, "jawab/")).status_code == 404
    assert "Catat jawaban pemohon" not in words(client.get(f"/meja/berkas/{case.pk}/"))


def test_the_counter_withdraws_and_revokes_nothing_for_an_account_holder() -> None:
    case = asked_several_things(at=MONDAY)
    power = given(case.application, to=None, by=applicant())
    cs = officer("customer_service")
    with pytest.raises(NotYours):
        revoke_power(power, reason="Salah.", by=cs, at=NOW)
    with pytest.raises(NotYours):
        act_for_applicant(case.application, doing=Doing.WITHDRAW, by=cs, at=NOW)
    with pytest.raises(NotYours):
        act_for_applicant(case.application, doing=Doing.COLLECT, by=cs, at=NOW)
