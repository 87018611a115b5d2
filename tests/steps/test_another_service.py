"""One more permit needs data only: the same acts and forms walk a service that shares nothing else."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from django.test import Client

from muara.cases.models import Case, Revision, Task
from muara.documents.letters import pdf
from muara.people.models import Office
from muara.permits.models import Permit, Refusal, SeriesYear
from muara.steps.actions import approval, drafting
from muara.steps.forms import FORMS
from muara.web.case_page import SECTIONS
from muara.web.demo import Clock, Walk, applicant, officer, seed_service
from tests.clock import MONDAY
from tests.remembered import case_at

pytestmark = pytest.mark.django_db

FOLDER = Path(__file__).parent.parent / "sop" / "services" / "papan-nama" / "rev01"
SIGNBOARD = {
    "service": "PPN",
    "kind": "new",
    "values": {
        "company_name": "PT Segara Contoh Makmur",
        "applicant_name": "Sari Contohwati",
        "words": "TOKO CONTOH",
        "width": "1,5",
    },
}


@pytest.fixture
def signboards(office: Office) -> Revision:
    return seed_service(FOLDER, MONDAY)


def begin() -> Walk:
    walk = Walk(Clock(MONDAY), applicant(), source=SIGNBOARD)
    walk.submit()
    return walk


def finish(walk: Walk) -> Case:
    """Walk on by the acts, having asked each step's own form for its page."""
    assert walk.case is not None
    while Task.objects.filter(case=walk.case, closed_at=None).exists():
        if walk.task.step.activity in FORMS:
            FORMS[walk.task.step.activity](walk.task, at=walk.clock.now)
        walk.forward()
    return Case.objects.get(pk=walk.case.pk)


def refused() -> Walk:
    walk = begin()
    while walk.task.step.activity != "decide":
        walk.forward()
    task = walk.take()
    current = drafting.latest_draft(task.case)
    assert current is not None
    approval.decide(
        task,
        outcome="refuse",
        draft_sha256=current.sha256,
        by=walk.who(task),
        at=walk.clock.tick(),
        note="Mengganggu pandangan pengguna jalan.",
    )
    return walk


def test_a_permit_with_other_steps_actors_form_and_letters_needs_no_code(signboards: Revision) -> None:
    case = finish(begin())

    done = list(case.tasks.order_by("pk"))
    assert [task.step.number for task in done] == [1, 2, 4, 5, 6, 7, 8, 9]
    assert (case.result, case.registration_number) == ("received", "PPN-001/2026")
    permit = Permit.objects.get(case=case)
    assert permit.number.text == "1/PAPAN/VII/2026"
    assert permit.expires_on == date(2028, 7, 6)
    said = json.loads(permit.draft.content)
    assert said["laws"] == ["Peraturan Daerah Contoh Nomor 1 Tahun 2020 tentang Papan Nama"]
    assert said["particulars"] == [
        {"label": "Tulisan", "value": "TOKO CONTOH"},
        {"label": "Lebar", "value": "1,5 m"},
    ]
    for filed in case.letters.all():
        assert pdf(filed.letter).pages


def test_its_receipt_and_pages_promise_from_the_counter_and_name_no_agency(
    signboards: Revision, client: Client
) -> None:
    case = finish(begin())

    (receipt,) = case.letters.filter(kind="receipt")
    assert json.loads(receipt.letter.content)["recommending_agency"] == ""
    page = client.get("/layanan/papan-nama/").content.decode()
    assert "5 hari kerja sejak berkas diregistrasi" in " ".join(page.split())
    assert "rekomendasi teknis" not in page


def test_its_limits_run_from_the_day_of_registration(signboards: Revision) -> None:
    case = finish(begin())

    # Registered Monday 6 July 2026: two working days on is Wednesday, five on is the next Monday.
    limits = {task.step.key: task.due_on for task in case.tasks.all()}
    assert (limits["compose"], limits["give"]) == (date(2026, 7, 8), date(2026, 7, 13))


def test_its_clocks_tell_of_no_recommendation(signboards: Revision, client: Client) -> None:
    case = finish(begin())
    client.force_login(officer("auditor"))
    page = client.get(f"/meja/berkas/{case.pk}/?bagian=waktu").content.decode()

    assert "hari kerja sejak terdaftar" in page
    assert "rekomendasi teknis" not in page
    assert "H+" not in page


def test_it_refuses_by_its_own_data(signboards: Revision) -> None:
    case = finish(refused())

    assert Refusal.objects.get(case=case).number.text == "1/PAPAN-TOLAK/2026"
    assert not Permit.objects.exists()


def test_two_services_count_apart(signboards: Revision) -> None:
    finish(begin())
    case_at("end", at=MONDAY)

    last = {str(year.series): year.last for year in SeriesYear.objects.select_related("series")}
    assert last == {"LHP.permit": 1, "LHP.registration": 1, "PPN.permit": 1, "PPN.registration": 1}


@pytest.mark.parametrize("step", ["look", "enrol", "compose", "rule", "stamp", "give"])
def test_its_pages_open_for_whoever_works_on_them(signboards: Revision, client: Client, step: str) -> None:
    walk = begin()
    while walk.task.step_key != step:
        walk.forward()
    task = walk.take()
    client.force_login(walk.who(task))

    assert client.get(f"/meja/tugas/{task.pk}/").status_code == 200
    assert client.get("/meja/berkas/").status_code == 200
    for part in SECTIONS:
        assert client.get(f"/meja/berkas/{task.case_id}/?bagian={part}").status_code == 200
    client.force_login(applicant())
    assert client.get(f"/permohonan/{task.case.application.reference}/").status_code == 200
