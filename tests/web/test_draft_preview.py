"""The decree before it is handed on (step 11): what is typed, marked as a draft, and nothing filed."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from time_machine import TimeMachineFixture

from muara.audit.models import Entry
from muara.cases.actions import take_over
from muara.cases.models import Case, CaseLetter, Draft, Task
from muara.documents.models import Letter
from muara.people.models import Office
from muara.steps.actions import drafting
from muara.web.demo import officer
from tests.clock import MONDAY
from tests.remembered import case_at
from tests.web.page_forms import form_on

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _office(office: Office, time_machine: TimeMachineFixture) -> None:
    time_machine.move_to(MONDAY)


def words(answer: Any, folder: Path) -> str:
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    path = folder / "draft.pdf"
    path.write_bytes(answer.content)
    done = subprocess.run(["pdftotext", "-raw", path, "-"], capture_output=True, text=True, check=True)
    return " ".join(done.stdout.split())


def kept() -> tuple[int, ...]:
    return tuple(kind.objects.count() for kind in (Letter, CaseLetter, Draft, Entry))


def drafting_now() -> tuple[Client, Task]:
    """The drafter, with the recommendation booked."""
    task = Task.objects.get(case=case_at("draft", at=MONDAY), closed_at=None, companion=False)
    by, client = officer("processing_officer"), Client()
    take_over(task.pk, by=by, at=MONDAY)
    drafting.receive_recommendation(task, agenda_number="17", received_on=MONDAY.date(), by=by, at=MONDAY)
    client.force_login(by)
    return client, task


def test_the_drafter_sees_what_is_typed_as_it_would_be_handed_on(tmp_path: Path) -> None:
    client, task = drafting_now()
    page = f"/meja/tugas/{task.pk}/"
    preview, before = f"{page}pratinjau.pdf", kept()

    first = words(client.get(preview), tmp_path)
    assert "DRAF — BELUM BERLAKU" in first
    assert Case.objects.get(pk=task.case_id).application.data["company_name"].upper() in first.upper()
    typed = form_on(client.get(page), page).filled(
        considering="bahwa pratinjau ini dibaca", laws="UU 32/2009"
    )
    seen = words(client.post(preview, typed), tmp_path)
    assert "bahwa pratinjau ini dibaca" in seen
    assert "bahwa pratinjau ini dibaca" not in first
    assert kept() == before

    client.post(page, typed | {"simpan": "1"})
    assert "bahwa pratinjau ini dibaca" in words(client.get(preview), tmp_path)
    assert kept() == before
    assert Task.objects.get(pk=task.pk).is_open


def test_what_no_letter_can_print_is_told_at_its_field_and_kept() -> None:
    client, task = drafting_now()
    page = f"/meja/tugas/{task.pk}/"
    answer = client.post(
        f"{page}pratinjau.pdf", form_on(client.get(page), page).filled(considering="bahwa \U0001f600")
    )
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["considering"]
    assert "bahwa \U0001f600" in answer.content.decode()


def test_without_a_booked_recommendation_there_is_nothing_to_see() -> None:
    task = Task.objects.get(case=case_at("draft", at=MONDAY), closed_at=None, companion=False)
    by, client = officer("processing_officer"), Client()
    take_over(task.pk, by=by, at=MONDAY)
    client.force_login(by)
    assert "Lihat pratinjau" not in client.get(f"/meja/tugas/{task.pk}/").content.decode()
    answer = client.get(f"/meja/tugas/{task.pk}/pratinjau.pdf", follow=True)
    assert answer.redirect_chain == [(f"/meja/tugas/{task.pk}/", 302)]
    assert "bukukan rekomendasi teknis lebih dahulu" in answer.content.decode()


@pytest.mark.parametrize("actor", ["verifier", "section_head", "auditor", "technical_team"])
def test_only_the_drafter_who_received_the_file_sees_it(actor: str) -> None:
    _, task = drafting_now()
    client = Client()
    client.force_login(officer(actor))
    assert client.get(f"/meja/tugas/{task.pk}/pratinjau.pdf").status_code in {403, 404}
    assert client.post(f"/meja/tugas/{task.pk}/pratinjau.pdf", {}).status_code in {403, 404}
