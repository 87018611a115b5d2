"""The case page: who may open it, where the case stands, and what each section says."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from time_machine import TimeMachineFixture

from muara.cases.actions import take_over
from muara.cases.models import Case, Correction, Task
from muara.contacts.actions.consultations import link
from muara.people.models import User, office_day
from muara.steps.actions import approval, checklists, drafting, filing, verification
from muara.steps.actions.review import binding_terms
from muara.steps.letters import proposed_wording
from muara.web import clocks, dossier
from muara.web.demo import (
    Clock,
    Walk,
    all_fit,
    answer_question,
    applicant,
    ask_question,
    officer,
    other_applicant,
    seed_office,
)
from tests.clock import MONDAY, at
from tests.remembered import case_at
from tests.web.test_forms_of_the_sop import words as pdf_words

SECTIONS = ("data", "dokumen", "formulir", "perbaikan", "rekomendasi", "draf", "alur", "waktu", "pengendali")


@pytest.fixture
def _office(db: None, blobs: object, time_machine: TimeMachineFixture) -> None:
    seed_office(at("2026-01-05 08:00"))
    time_machine.move_to(MONDAY, tick=False)


pytestmark = pytest.mark.usefixtures("_office")


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def text(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def section(case: Case, name: str, user: User | None = None) -> str:
    answer = signed_in(user or officer("auditor")).get(f"/meja/berkas/{case.pk}/", {"bagian": name})
    assert answer.status_code == 200
    return answer.content.decode()


def main_task(case: Case) -> Task:
    return Task.objects.select_related("case__revision").get(case=case, closed_at=None, companion=False)


# --- who ------------------------------------------------------------------------------------------------


def test_the_applicant_is_sent_to_the_page_that_is_meant_for_them() -> None:
    case = case_at("check", at=MONDAY)

    answer = signed_in(applicant()).get(f"/meja/berkas/{case.pk}/")

    assert (answer.status_code, answer["Location"]) == (302, f"/permohonan/{case.application.reference}/")


def test_another_applicants_case_is_not_there() -> None:
    case = case_at("check", at=MONDAY)

    assert signed_in(other_applicant()).get(f"/meja/berkas/{case.pk}/").status_code == 404
    assert signed_in(officer("administrator")).get(f"/meja/berkas/{case.pk}/").status_code == 404
    assert signed_in(officer("technical_team")).get(f"/meja/berkas/{case.pk}/").status_code == 404


def test_a_stranger_is_asked_to_sign_in() -> None:
    case = case_at("check", at=MONDAY)

    answer = Client().get(f"/meja/berkas/{case.pk}/")

    assert (answer.status_code, answer["Location"]) == (302, f"/akun/masuk/?next=/meja/berkas/{case.pk}/")


@pytest.mark.parametrize("number", ["999", "9999999999999999999999"])
def test_a_number_without_a_case_is_not_there(number: str) -> None:
    assert signed_in(officer("auditor")).get(f"/meja/berkas/{number}/").status_code == 404


def test_an_unknown_section_is_not_there() -> None:
    case = case_at("check", at=MONDAY)

    assert signed_in(officer("auditor")).get(f"/meja/berkas/{case.pk}/?bagian=lain").status_code == 404


def test_the_auditor_reads_and_posts_nothing() -> None:
    case = case_at("check", at=MONDAY)
    client = signed_in(officer("auditor"))

    assert client.get(f"/meja/berkas/{case.pk}/").status_code == 200
    assert client.post(f"/meja/berkas/{case.pk}/", {"outcome": "complete"}).status_code == 405


@pytest.mark.parametrize("name", SECTIONS)
@pytest.mark.parametrize("step", ["check", "end"])
def test_every_section_opens_at_the_beginning_and_at_the_end(step: str, name: str) -> None:
    case = case_at(step, at=MONDAY)

    html = section(case, name)

    assert html.count("<h1") == 1
    assert not re.search(r"<c-|\{\{|\{%", html)


def test_the_open_task_is_offered_to_whoever_may_do_it() -> None:
    case = case_at("review", at=MONDAY)
    tasks = {task.companion: f"/meja/tugas/{task.pk}/" for task in case.tasks.filter(closed_at=None)}

    offered = {
        actor: re.findall(r'href="(/meja/tugas/\d+/)"', section(case, "data", officer(actor)))
        for actor in ("technical_team", "processing_officer", "verifier", "auditor")
    }

    assert offered == {
        "technical_team": [tasks[False]],
        "processing_officer": [tasks[True]],
        "verifier": [],
        "auditor": [],
    }


def test_the_counter_goes_on_for_somebody_without_an_account() -> None:
    case = case_at("apply", at=MONDAY, on_behalf_by=officer("customer_service"))
    address = f'href="/permohonan/{case.application.reference}/"'

    assert address in section(case, "data", officer("registration_counter"))
    assert address not in section(case, "data", officer("verifier"))


# --- where it stands ------------------------------------------------------------------------------------


def states(case: Case) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for leg in dossier.legs(Case.objects.get(pk=case.pk), talk=None):
        found.setdefault(leg.state, []).append(leg.number)
    return found


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        ("check", {"done": [3], "now": [4], "skipped": [1, 2], "next": [*range(5, 19)]}),
        ("apply", {"now": [3], "again": [4], "skipped": [1, 2], "next": [*range(5, 19)]}),
        ("advise", {"done": [3], "again": [4], "now": [5], "skipped": [1, 2], "next": [*range(6, 19)]}),
        (
            "correct",
            {"done": [3, 4, 6], "again": [7], "now": [8], "skipped": [1, 2, 5], "next": [*range(9, 19)]},
        ),
        (
            "meet",
            {
                "done": [3, 4, 6, 7, 9, 10, 11],
                "again": [12],
                "now": [14],
                "skipped": [1, 2, 5, 8],
                "next": [13, 15, 16, 17, 18],
            },
        ),
        ("end", {"done": [3, 4, 6, 7, 9, 10, 11, 12, 13, 15, 16, 17, 18], "skipped": [1, 2, 5, 8, 14]}),
    ],
)
def test_the_stepper_tells_done_again_skipped_and_next(step: str, expected: dict[str, list[int]]) -> None:
    assert states(case_at(step, at=MONDAY)) == expected


def test_the_talk_before_the_case_makes_steps_1_and_2_done() -> None:
    question = answer_question(ask_question(at=MONDAY, text="Apa syaratnya?"), at=MONDAY)
    case = case_at("check", at=at("2026-07-06 12:00"))
    link(case.application, case=case)

    drawn = dossier.legs(Case.objects.get(pk=case.pk), talk=dossier.talk_before(case))

    assert [(leg.number, leg.state) for leg in drawn[:3]] == [(1, "done"), (2, "done"), (3, "done")]
    assert drawn[0].at == question.asked_at


def test_the_head_names_numbers_court_and_what_is_not_registered_yet() -> None:
    fresh, registered = case_at("check", at=MONDAY), case_at("review", at=MONDAY)

    told = text(section(fresh, "data"))
    assert "Langkah 4 dari 18" in told
    assert "belum terdaftar" in told
    assert fresh.application.reference in told
    assert "Di tangan: Petugas Customer Service dan Help Desk" in told

    told = text(section(registered, "data"))
    assert f"Nomor registrasi {registered.registration_number}" in told
    assert "belum terdaftar" not in told
    assert "Di tangan: Tim Teknis (OPD)" in told


# --- what the sections say ------------------------------------------------------------------------------


def test_the_data_are_those_submitted_not_those_being_changed() -> None:
    case = case_at("apply", at=MONDAY, company="PT Nama Disampaikan")
    application = case.application
    application.data = {**application.data, "activity_name": "Belum disampaikan"}
    application.save()

    html = section(case, "data")

    assert "Belum disampaikan" not in html
    assert "Penyampaian ke-1" in html


def test_what_a_later_submission_changed_is_marked() -> None:
    walk = Walk(Clock(MONDAY), applicant())
    case = walk.submit()
    walk.forward()  # 4
    walk.forward()  # 6
    task = walk.take()
    marks = all_fit(task) | {5: checklists.Mark("unfit", "Skema IPAL belum lengkap.")}
    verification.verify(
        task, outcome="incomplete", marks=marks, by=walk.who(task), at=walk.clock.tick(), note="Skema kurang."
    )
    task = walk.take()
    verification.ask_applicant(
        task, explanation="Perbaiki nama kegiatan.", by=walk.who(task), at=walk.clock.tick()
    )
    form = case.revision.definition.form
    part = next(s for s in form.sections if any(f.key == "activity_name" for f in s.fields))
    values = {**case.application.data, "activity_name": "Kegiatan yang diperbaiki"}
    filing.save_section(case.application, section=part, raw=values, by=applicant(), at=walk.clock.tick())
    walk.mend(Correction.objects.get(case=case))
    verification.answer_correction(case, answer="Sudah diperbaiki.", by=applicant(), at=walk.clock.tick())

    assert states(case)["done"] == [3, 4, 6]  # answered, still at 8; 7 is to be done again
    task = Task.objects.get(case=case, closed_at=None)
    verification.hand_back(task, by=officer("customer_service"), at=walk.clock.tick())
    assert (states(case)["now"], states(case)["done"]) == ([7], [3, 4, 6, 8])

    told = text(section(case, "data"))
    assert "Kegiatan yang diperbaiki diubah pada penyampaian ke-2" in told
    assert told.count("diubah pada penyampaian") == 1
    first = signed_in(officer("auditor")).get(f"/meja/berkas/{case.pk}/?bagian=data&penyampaian=1")
    assert "Kegiatan yang diperbaiki" not in first.content.decode()

    told = text(section(case, "perbaikan"))
    for words in ("Perbaiki nama kegiatan.", "Sudah diperbaiki.", "Skema IPAL belum lengkap."):
        assert words in told


def test_the_papers_are_shown_under_their_requirement() -> None:
    case = case_at("end", at=MONDAY)

    html = section(case, "dokumen")

    # Section G: these numbers are documents to upload (domain 1.4); the others are obligations.
    assert re.findall(r"<h4[^>]*>\s*(\d+)\.", html) == ["1", "2", "3", "5", "6", "7", "14", "15"]
    for item in case.application.attachments.all():
        assert f"/lampiran/{item.pk}/halaman/1.png" in html
        assert f'"/lampiran/{item.pk}/"' in html
    for filed in case.letters.all():
        assert f"/surat/{filed.letter_id}.pdf" in html
    assert case.permit.scan is not None
    assert f"/pindaian/{case.pk}/{case.permit.scan.sha256}/1.png" in html
    assert f"/meja/berkas/{case.pk}/lembar-pengendali.pdf" in html


def test_a_voided_paraf_stays_with_its_reason() -> None:
    case = case_at("endorse_division", at=MONDAY)
    task, by = main_task(case), officer("division_head")
    take_over(task.pk, by=by, at=MONDAY)
    approval.endorse(main_task(case), outcome="faulty", by=by, at=MONDAY, note="Debit salah ketik.")

    told = text(section(case, "draf"))

    assert told.count("Paraf batal") == 2  # the drafter's and the section head's
    assert "Dikembalikan dari langkah 13: Debit salah ketik." in told
    assert "Paraf berlaku" not in told


def test_the_limits_count_from_the_day_the_recommendation_came() -> None:
    # domain.md topic 8: H = Thursday 10 December 2026.
    case = case_at("endorse_section", at=at("2026-12-10 14:00"))

    told = text(section(case, "waktu"))

    assert "H: rekomendasi teknis diterima di kantor 10 Desember 2026" in told
    run = clocks.clocks(Case.objects.get(pk=case.pk), now=at("2026-12-10 14:00"))
    days = {item.step.number: item.due.on.isoformat() for item in run.deadlines if item.due.on is not None}
    assert {number: days[number] for number in (12, 13, 14, 15, 16)} == {
        12: "2026-12-14",
        13: "2026-12-14",
        14: "2026-12-29",
        15: "2026-12-30",
        16: "2026-12-31",
    }
    assert run.promise.on is not None
    assert run.promise.on.isoformat() == "2027-01-04"


def test_a_step_that_was_passed_over_is_not_late() -> None:
    case = case_at("endorse_section", at=at("2026-06-30 14:00"))

    run = clocks.clocks(Case.objects.get(pk=case.pk), now=MONDAY)

    # 5 (consultation) was not needed and 14 (meeting) may not be; 12 is awaited since H+2.
    assert [item.step.number for item in run.deadlines if item.counts] == [12, 13, 15, 16, 17, 18]
    assert [item.step.number for item in run.deadlines if item.state == "skipped"] == [5]
    assert {item.step.number: item.due.days for item in run.deadlines}[12] == -2
    assert "tidak diperlukan" in section(case, "waktu")


def test_before_h_the_limits_after_it_do_not_run() -> None:
    told = text(section(case_at("review", at=MONDAY), "waktu"))

    assert "belum diterima; batas langkah sesudahnya belum berjalan" in told
    assert "dihitung begitu H ditetapkan" in told


def test_the_page_says_who_holds_the_folder() -> None:
    case = case_at("verify", at=MONDAY)
    counter, verifier = officer("registration_counter"), officer("verifier")
    assert f"diserahkan {counter.name}" in text(section(case, "data"))
    assert "belum diterima Petugas Verifikasi" in text(section(case, "data"))

    take_over(case.tasks.get(closed_at=None).pk, by=verifier, at=MONDAY + timedelta(days=7))

    assert f"pada {verifier.name} sejak" in text(section(case, "data"))


def test_the_folders_label_leads_to_the_case(tmp_path: Path) -> None:
    case = case_at("verify", at=MONDAY)
    desk = signed_in(officer("verifier"))

    label = desk.get(f"/meja/berkas/{case.pk}/label.pdf")
    words = pdf_words(label.content, tmp_path)
    assert (str(case) in words, "PT Segara Contoh Makmur" in words) == (True, True)
    for typed in (f"http://127.0.0.1:8000/meja/berkas/{case.pk}/", f" /meja/berkas/{case.pk}/ "):
        scanned = desk.get("/meja/berkas/", {"cari": typed})
        assert (scanned.status_code, scanned["Location"]) == (302, f"/meja/berkas/{case.pk}/")


def test_the_control_sheet_has_a_line_for_every_act() -> None:
    case = case_at("end", at=MONDAY)

    html = section(case, "pengendali")

    numbers = [int(number) for number in re.findall(r'<th scope="row">(\d+)</th>', html)]
    assert numbers == list(range(1, case.version + 1))
    assert case.head in html
    assert "Citra Contohan" in html


def test_the_recommendation_and_its_terms_are_told() -> None:
    case = case_at("draft", at=MONDAY)
    told = text(section(case, "rekomendasi"))

    referral = case.referrals.get()
    assert referral.letter_number in told
    assert referral.recommendations.get().letter_number in told
    assert "belum dibukukan" in told
    assert "Ketentuan teknis menurut rekomendasi teknis" in told
    assert "Debit paling banyak 1.500 m³/hari" in told
    assert "BOD5 ≤ 100 mg/L" in told


def test_terms_that_the_draft_sets_otherwise_are_told_as_the_draft_says_them() -> None:
    walk = Walk(Clock(MONDAY - timedelta(hours=3)), applicant())
    case = walk.submit()
    while walk.task.step.activity != "draft":
        walk.forward()
    task, by = walk.take(), officer("processing_officer")
    drafting.receive_recommendation(
        task, agenda_number="9", received_on=office_day(MONDAY), by=by, at=walk.clock.tick()
    )
    binding = binding_terms(case)
    assert binding is not None
    assert binding.terms is not None
    first, *others = binding.terms.limits
    adjusted = replace(binding.terms, flow_per_day="1400", limits=(replace(first, high="75"), *others))
    drafting.adjust_terms(task, terms=adjusted, reason="Disepakati.", by=by, at=walk.clock.tick())
    assert "BOD5 ≤ 100 mg/L" in text(section(case, "rekomendasi"))
    drafting.draft(
        task,
        wording=proposed_wording(case, binding.recommendation, on=office_day(MONDAY)),
        by=by,
        at=walk.clock.tick(),
    )

    told = text(section(case, "rekomendasi"))
    assert "Ketentuan teknis menurut draf ke-1" in told
    assert "Debit paling banyak 1.400 m³/hari" in told
    assert "BOD5 ≤ 75 mg/L" in told
