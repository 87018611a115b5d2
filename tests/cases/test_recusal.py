"""Conflict of interest (UU 30/2014, Pasal 42-45): who declares one keeps out, and the file goes on."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from time_machine import TimeMachineFixture

from muara.audit.models import Entry
from muara.cases.actions import NotYours, Refused, act, end_case, note_on, take_over
from muara.cases.models import Case, Recusal, Task
from muara.cases.rules import open_tasks_for, stranded_tasks, who_may_do
from muara.people.models import Holding, Office, User
from muara.steps.actions.drafting import decree
from muara.steps.actions.recusal import recuse
from muara.web.demo import Clock, Walk, applicant, current_draft, officer
from tests.clock import MONDAY
from tests.remembered import case_at
from tests.web.page_forms import form_on

pytestmark = [pytest.mark.django_db, pytest.mark.both]
LATER = MONDAY + timedelta(hours=1)


def main_task(case: Case) -> Task:
    return Task.objects.get(case=case, closed_at=None, companion=False)


def second_holder(actor: str, office: Office) -> User:
    user = User.objects.create_user(email="plh@contoh.example", name="Pelaksana Harian Rekaan")
    Holding.objects.create(
        user=user, actor=actor, office=office, status=Holding.Status.PLH, starts=date(2026, 1, 1)
    )
    return user


def test_who_declares_a_conflict_does_nothing_more_in_that_case(office: Office) -> None:
    task, other = main_task(case_at("verify", at=MONDAY)), main_task(case_at("verify", at=MONDAY))
    verifier = officer("verifier")
    take_over(task.pk, by=verifier, at=LATER)

    recuse(task, reason="Direkturnya kakak kandung saya.", by=verifier, at=LATER)

    with pytest.raises(NotYours):
        take_over(task.pk, by=verifier, at=LATER)
    with pytest.raises(NotYours), act():
        note_on(task.pk, verb="take_over", by=verifier, at=LATER, facts={})
    assert list(Task.objects.open().filter(open_tasks_for(verifier, at=LATER))) == [other]
    assert take_over(other.pk, by=verifier, at=LATER).task_id == other.pk


def test_the_file_is_released_for_another_holder(office: Office) -> None:
    task, verifier = main_task(case_at("verify", at=MONDAY)), officer("verifier")
    take_over(task.pk, by=verifier, at=LATER)
    acting = second_holder("verifier", office)

    recuse(task, reason="Hubungan usaha.", by=verifier, at=LATER)

    task.refresh_from_db()
    assert (task.received_by, task.received_at, task.closed_at) == (None, None, None)
    assert who_may_do(task, at=LATER) == [acting]
    assert stranded_tasks(at=LATER) == []
    take_over(task.pk, by=acting, at=LATER)


def test_a_file_without_another_holder_is_told(office: Office) -> None:
    task = main_task(case_at("decide", at=MONDAY))
    recuse(task, reason="Pemilik saham.", by=officer("head_of_office"), at=LATER)
    assert stranded_tasks(at=LATER) == [task]


def test_a_review_of_an_agency_on_paper_waits_for_whoever_enters_its_letters(office: Office) -> None:
    task = main_task(case_at("review", at=MONDAY))
    Office.objects.filter(kind=Office.Kind.AGENCY).update(paper_only=True)
    for actor in ("technical_team", "liaison"):
        recuse(task, reason="Hubungan keluarga.", by=officer(actor), at=LATER)
    assert who_may_do(task, at=LATER) == [officer("processing_officer")]
    assert stranded_tasks(at=LATER) == []


def test_a_conflict_needs_a_reason_and_somebody_whose_step_it_is(office: Office) -> None:
    task = main_task(case_at("verify", at=MONDAY))
    with pytest.raises(Refused):
        recuse(task, reason=" ", by=officer("verifier"), at=LATER)
    for stranger in (officer("registrar"), applicant()):
        with pytest.raises(NotYours):
            recuse(task, reason="Alasan.", by=stranger, at=LATER)


def test_who_has_a_conflict_ends_nothing_and_serves_no_applicant_at_the_counter(office: Office) -> None:
    cs = officer("customer_service")
    case = case_at("check", at=MONDAY, on_behalf_by=cs)
    recuse(main_task(case), reason="Keluarga.", by=cs, at=LATER)
    with pytest.raises(NotYours), act():
        end_case(main_task(case).pk, ending="withdrawn", by=cs, at=LATER, note="Batal.")


def test_a_decree_names_the_head_who_does_not_keep_out_of_the_case(office: Office) -> None:
    case, acting = case_at("decide", at=MONDAY), second_holder("head_of_office", office)
    walk = Walk(Clock(LATER), applicant(), case=case)
    recuse(walk.task, reason="Pemilik saham.", by=acting, at=LATER)

    walk.forward("faulty_section", note="Penandatangannya berganti.")
    walk.forward("faulty", note="Penandatangannya berganti.")
    walk.forward()

    signatory = decree(current_draft(walk.task))["signatory"]
    assert isinstance(signatory, dict)
    assert (signatory["name"], signatory["standing"]) == (officer("head_of_office").name, "")
    while walk.task.step.activity != "number":
        walk.forward()


def test_one_person_declares_it_once_in_a_case(office: Office) -> None:
    task = main_task(case_at("verify", at=MONDAY))
    recuse(task, reason="Keluarga.", by=officer("verifier"), at=LATER)
    with pytest.raises(IntegrityError), transaction.atomic():
        Recusal.objects.create(
            case=task.case, user=officer("verifier"), step_key="verify", reason="Lagi.", at=LATER
        )


def test_the_page_says_what_now_and_keeps_the_reason_for_the_superior(
    office: Office, client: Client, time_machine: TimeMachineFixture
) -> None:
    time_machine.move_to(LATER, tick=False)
    task = main_task(case_at("verify", at=MONDAY))
    client.force_login(officer("verifier"))
    address = f"/meja/tugas/{task.pk}/"
    form = form_on(client.get(f"{address}konflik-kepentingan/"), action=f"{address}konflik-kepentingan/")

    told = client.post(form.action, form.filled(reason="Direkturnya ipar saya."), follow=True)

    assert "minta administrator menunjuk Plh." in told.content.decode()
    assert Entry.objects.get(verb="recuse").note in {"", None}
    sheet = f"/meja/berkas/{task.case_id}/?bagian=pengendali"
    assert "Direkturnya ipar saya." not in client.get(sheet).content.decode()
    client.force_login(officer("head_of_office"))
    assert "Direkturnya ipar saya." in client.get(sheet).content.decode()
    client.force_login(officer("administrator"))
    assert "Berkas tanpa pejabat karena konflik kepentingan" in client.get("/kantor/").content.decode()
