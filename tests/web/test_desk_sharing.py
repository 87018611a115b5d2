"""The desk narrowed and counted, whose a task is, absence, the banner past the legal limit."""

from __future__ import annotations

import re
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from time_machine import TimeMachineFixture

from muara.cases.actions import take_over
from muara.cases.models import Assignment, Case, Task
from muara.people.actions.absences import record_absence
from muara.people.models import Absence, Holding, Office, User
from muara.steps.actions.sharing import assign
from muara.web.acts import new_key
from muara.web.demo import applicant, officer, seed_office
from tests.clock import MONDAY, at
from tests.remembered import case_at
from tests.web.page_forms import form_on
from tests.web.test_desk import companies, page, signed_in, text


@pytest.fixture(autouse=True)
def _office(db: None, blobs: object, time_machine: TimeMachineFixture) -> None:
    seed_office(at("2026-01-05 08:00"))
    time_machine.move_to(MONDAY, tick=False)


# To whom the case page leads on to the task of step 7: who does it, and the superiors.
SUPERIORS_AND_OTHERS = {
    "verifier": True,
    "section_head": True,
    "head_of_office": True,
    "registrar": False,
    "auditor": False,
}


def colleague(actor: str, name: str = "Vera Contohwati") -> User:
    user = User.objects.create_user(email="kedua@contoh.example", name=name)
    place = Office.objects.get(kind="issuing")
    Holding.objects.create(user=user, actor=actor, office=place, starts=date(2024, 1, 1))
    return user


def task_of(case: Case) -> Task:
    task = Case.objects.get(pk=case.pk).main_task
    assert task is not None
    return task


def counts(html: str) -> dict[str, int]:
    """What each choice says beside its label."""
    links = re.findall(
        r'<a\s+class="m-facet__link"[^>]*><span>([^<]+)</span> <span class="m-count">(\d+)</span>', html
    )
    return {label: int(count) for label, count in links if label != "Semua"}


def several() -> None:
    """Seen on Monday 6 July: H+2 of 1 July is Friday the 3rd, of 3 July Tuesday, H+11 of 30 June the 15th."""
    for step, day, company in (
        ("meet", "2026-06-30 14:00", "PT Rapat"),
        ("endorse_section", "2026-07-01 14:00", "PT Terlambat"),
        ("endorse_section", "2026-07-03 14:00", "PT Besok"),
    ):
        case_at(step, at=at(day), company=company)


def test_the_desk_counts_by_step_time_left_and_holder() -> None:
    several()

    shown = counts(page(officer("section_head"), "/meja/"))
    by_step = {label.partition(".")[0]: count for label, count in shown.items() if label[0].isdecimal()}
    assert by_step == {"12": 2, "14": 1}
    assert {label: count for label, count in shown.items() if not label[0].isdecimal()} == {
        "Terlambat": 1,
        "Paling lama 2 hari kerja lagi": 1,
        "Lebih lama lagi": 1,
    }  # nobody has received any of them: there is nothing to ask by holder


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("sisa=lewat", ["PT Terlambat"]),
        ("sisa=segera", ["PT Besok"]),
        ("sisa=nanti", ["PT Rapat"]),
        ("sisa=tanpa", []),
        ("langkah=meet", ["PT Rapat"]),
        ("langkah=endorse_section&sisa=lewat", ["PT Terlambat"]),
        ("milik=bebas", ["PT Terlambat", "PT Besok", "PT Rapat"]),
        ("milik=saya", []),
        ("sisa=kapan&langkah=tidak-ada&milik=%00", ["PT Terlambat", "PT Besok", "PT Rapat"]),
    ],
)
def test_the_desk_is_narrowed(query: str, found: list[str]) -> None:
    several()
    assert companies(page(officer("section_head"), f"/meja/?{query}")) == found


def test_counts_stand_beside_what_else_is_chosen() -> None:
    several()
    html = page(officer("section_head"), "/meja/?langkah=meet")
    shown = counts(html)
    assert (shown["14. Rapat gabungan"], "Terlambat" in shown) == (1, False)
    assert "?langkah=meet&amp;sisa=nanti" not in html  # the one task left is all of one kind
    both = page(officer("section_head"), "/meja/?langkah=endorse_section")
    assert counts(both)["Terlambat"] == counts(both)["Paling lama 2 hari kerja lagi"] == 1
    assert "?langkah=endorse_section&amp;sisa=lewat" in both


def test_a_choice_that_leaves_nothing_leads_back() -> None:
    several()
    assert "Hapus saringan" in page(officer("section_head"), "/meja/?milik=saya")


def test_two_working_days_from_a_saturday_end_on_tuesday(time_machine: TimeMachineFixture) -> None:
    case_at("endorse_section", at=at("2026-07-03 14:00"), company="PT Selasa")  # H+2: Tuesday 7 July
    time_machine.move_to(at("2026-07-04 10:00"))
    html = page(officer("section_head"), "/meja/?sisa=segera")
    assert companies(html) == ["PT Selasa"]
    assert "Sisa 2 hari kerja" in text(html)


def test_mine_free_and_a_colleagues_with_who_is_away_and_what_they_wrote() -> None:
    me, other = officer("verifier"), colleague("verifier")
    mine, theirs, meant, _ = (
        task_of(case_at("verify", at=MONDAY, company=name))
        for name in ("PT Saya", "PT Rekan", "PT Untuk Saya", "PT Bebas")
    )
    take_over(mine.pk, by=me, at=MONDAY)
    take_over(theirs.pk, by=other, at=MONDAY)
    assign(meant, to=me, note="Mohon didahulukan.", by=officer("section_head"), at=MONDAY)
    record_absence(other.pk, starts=date(2026, 7, 6), ends=date(2026, 7, 8), by=other, at=MONDAY)

    shown = {
        whose: sorted(companies(page(me, f"/meja/?milik={whose}"))) for whose in ("saya", "bebas", "rekan")
    }
    assert shown == {"saya": ["PT Saya", "PT Untuk Saya"], "bebas": ["PT Bebas"], "rekan": ["PT Rekan"]}
    html = text(page(me, "/meja/"))
    assert "Untuk Anda dari Seno Contohadi: “Mohon didahulukan.”" in html
    assert "Vera Contohwati 6 Juli 2026, 09.00 Tidak hadir sampai 8 Juli" in html
    assert "Mohon didahulukan." in page(me, f"/meja/tugas/{meant.pk}/")


@pytest.mark.slow
def test_thirty_meant_rows_cost_the_queries_of_one() -> None:
    me, other = officer("verifier"), colleague("verifier")
    client = signed_in(me)

    def queries() -> int:
        client.get("/meja/")
        with CaptureQueriesContext(connection) as captured:
            assert client.get("/meja/").status_code == 200
        return len(captured)

    def one(number: int) -> None:
        task = task_of(case_at("verify", at=MONDAY, company=f"PT Contoh {number}"))
        assign(task, to=(me, other)[number % 2], by=officer("section_head"), at=MONDAY)

    one(0)
    first = queries()
    for number in range(1, 30):
        one(number)
    assert queries() == first


def test_a_superior_assigns_on_the_page_and_the_task_says_for_whom() -> None:
    other = colleague("verifier")
    task = task_of(case_at("verify", at=MONDAY))
    head = signed_in(officer("section_head"))
    url = f"/meja/tugas/{task.pk}/tugaskan/"
    place = f"/meja/berkas/{task.case_id}/"
    ways = {
        who: f'href="/meja/tugas/{task.pk}/"' in page(officer(who), place) for who in SUPERIORS_AND_OTHERS
    }
    form = form_on(head.get(f"/meja/tugas/{task.pk}/"), url)
    answer = head.post(url, form.filled(to=str(other.pk), note="Tolong ini."))

    assert ways == SUPERIORS_AND_OTHERS
    assert (answer.status_code, Assignment.objects.get().to) == (302, other)
    shown = page(officer("verifier"), f"/meja/tugas/{task.pk}/")
    assert "Untuk Vera Contohwati" in shown
    assert "Terima berkas" not in text(shown)
    assert "Dipegang rekan" in shown
    assert "Terima berkas" in text(page(other, f"/meja/tugas/{task.pk}/"))


def test_an_assignment_without_a_colleague_is_refused_and_keeps_the_message() -> None:
    colleague("verifier")
    task = task_of(case_at("verify", at=MONDAY))
    head = signed_in(officer("section_head"))
    url = f"/meja/tugas/{task.pk}/tugaskan/"
    form = form_on(head.get(f"/meja/tugas/{task.pk}/"), url)
    for to in ("", "9999", str(applicant().pk)):
        answer = head.post(url, form.filled(to=to, note="Jangan hilang."))
        assert answer.status_code == 422
        assert "Jangan hilang." in answer.content.decode()
    assert not Assignment.objects.exists()


def test_a_stranger_to_the_step_assigns_nothing() -> None:
    colleague("verifier")
    task = task_of(case_at("verify", at=MONDAY))
    answer = signed_in(officer("registrar")).post(f"/meja/tugas/{task.pk}/tugaskan/", {"kunci": new_key()})
    assert answer.status_code == 403


# --- absence ---------------------------------------------------------------------------------------------


def test_an_absence_is_recorded_shown_with_who_is_there_and_ended() -> None:
    me = officer("verifier")
    client = signed_in(me)
    said = {"kunci": new_key(), "user": str(me.pk), "starts": "6/7/2026", "ends": "8/7/2026"}
    assert client.post("/meja/ketidakhadiran/", said).status_code == 302
    assert client.post("/meja/ketidakhadiran/", said).status_code == 302  # the same form again: once

    row = Absence.objects.get()
    alone = text(client.get("/meja/ketidakhadiran/").content.decode())
    colleague("verifier")
    shared = text(client.get("/meja/ketidakhadiran/").content.decode())
    assert "tidak ada yang lain hari ini. Minta administrator menunjuk Plh." in alone
    assert "hadir hari ini Vera Contohwati" in shared

    ended = client.post(f"/meja/ketidakhadiran/{row.pk}/akhiri/", {"kunci": new_key()})
    row.refresh_from_db()
    assert (ended.status_code, row.withdrawn_at) == (302, MONDAY)


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"ends": "5/7/2026"}, "Hari terakhir tidak boleh sebelum hari pertamanya."),
        ({"starts": "31/2/2026"}, "starts"),
        ({"user": ""}, "Pilih pegawainya."),
        ({"ends": ""}, "ends"),
    ],
)
def test_a_period_that_cannot_be_is_refused_and_kept(said: dict[str, str], told: str) -> None:
    me = officer("verifier")
    typed = {"kunci": new_key(), "user": str(me.pk), "starts": "6/7/2026", "ends": "8/7/2026", **said}
    answer = signed_in(me).post("/meja/ketidakhadiran/", typed)
    assert answer.status_code == 422
    assert told in answer.content.decode()
    assert not Absence.objects.exists()


def test_nobody_sees_or_ends_the_absence_of_whom_they_do_not_answer_for() -> None:
    me = officer("verifier")
    row = record_absence(me.pk, starts=date(2026, 7, 6), ends=date(2026, 7, 8), by=me, at=MONDAY)
    stranger = signed_in(officer("registrar"))
    assert "Vino Andaikata" not in stranger.get("/meja/ketidakhadiran/").content.decode()
    assert stranger.post(f"/meja/ketidakhadiran/{row.pk}/akhiri/", {"kunci": new_key()}).status_code == 404
    assert "Vino Andaikata" in page(officer("section_head"), "/meja/ketidakhadiran/")


# --- the legal limit -------------------------------------------------------------------------------------


def test_past_the_legal_limit_case_task_and_desk_say_so_loudly(time_machine: TimeMachineFixture) -> None:
    case = case_at("number", at=MONDAY, company="PT Terpapar")  # H+14 is Friday 24 July
    places = ("/meja/", f"/meja/berkas/{case.pk}/", f"/meja/tugas/{task_of(case).pk}/")
    time_machine.move_to(at("2026-07-24 23:59:59"))
    on_time = [page(officer("head_of_office"), place) for place in places]
    time_machine.move_to(at("2026-07-25 00:00:00"))
    past = [page(officer("head_of_office"), place) for place in places]

    assert ["Lewat batas hukum" in html for html in on_time] == [False] * 3
    assert ["Lewat batas hukum" in html for html in past] == [True] * 3
    assert "PT Terpapar" in past[0]
    assert "Lewat batas hukum" in page(officer("registrar"), "/meja/")
    assert "Lewat batas hukum" not in page(officer("verifier"), "/meja/")
    assert page(officer("head_of_office"), "/meja/").count("PT Terpapar") == 1
    assert Case.objects.get(pk=case.pk).closed_at is None


def test_the_office_reads_and_sets_the_rungs() -> None:
    html = text(page(officer("administrator"), "/kantor/ketentuan/"))
    for said in (
        "Hari kerja sebelum jatuh tempo ketika pelaksana diingatkan 1 hari kerja",
        "sebelum kepala seksi diberi tahu 1 hari kerja",
        "sebelum kepala bidang diberi tahu 3 hari kerja",
        "sebelum kepala dinas diberi tahu 5 hari kerja",
    ):
        assert said in html
