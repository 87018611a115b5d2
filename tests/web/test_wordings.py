"""The page on which a wording is proposed, tried out and approved."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from time_machine import TimeMachineFixture

from muara.cases.models import DecreeTemplate
from muara.people.models import Office
from muara.sop.wording import OF_A_CASE, OF_A_RECOMMENDATION, OF_AN_EARLIER_PERMIT
from muara.web.demo import officer
from muara.web.wordings import PLACES
from tests.clock import MONDAY

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("office")]
PAGE = "/meja/susunan-kata/LHP/permit/"


@pytest.fixture(autouse=True)
def _today(time_machine: TimeMachineFixture) -> None:
    time_machine.move_to(MONDAY)


def key_on(client: Client) -> str:
    found = re.search(r'name="kunci" value="([^"]+)"', client.get(PAGE).content.decode())
    assert found is not None
    return found[1]


def typed(client: Client, **more: str) -> dict[str, str]:
    return {
        "considering": "bahwa {company} memohon",
        "considering_again": "bahwa {company} memegang izin nomor {earlier_number}",
        "laws": "{A.1}",
        "copies_to": "Arsip",
        "effective_from": "10/07/2026",
        "kunci": key_on(client),
    } | more


def test_the_drafter_proposes_and_the_head_approves(client: Client, office: Office) -> None:
    client.force_login(officer("processing_officer"))
    assert client.post(PAGE, typed(client)).status_code == 302
    made = DecreeTemplate.objects.get()

    client.force_login(officer("head_of_office"))
    client.post(PAGE, {"setujui": str(made.pk), "kunci": key_on(client)})

    made.refresh_from_db()
    assert made.approved_by == officer("head_of_office")


def test_an_unknown_place_keeps_what_was_typed_and_says_what_to_do(client: Client) -> None:
    client.force_login(officer("processing_officer"))
    answer = client.post(PAGE, typed(client, considering="bahwa {perusahaan} memohon"))

    assert answer.status_code == 422
    assert "Isian {perusahaan} tidak dikenal" in answer.content.decode()
    assert not DecreeTemplate.objects.exists()


def test_a_preview_quotes_the_sop_and_proposes_nothing(client: Client) -> None:
    client.force_login(officer("processing_officer"))
    page = client.post(PAGE, typed(client, lihat="1")).content.decode()

    assert "Undang-undang No. 25 Tahun 2009 Tentang Pelayanan Publik" in page
    assert not DecreeTemplate.objects.exists()


def test_the_drafter_approves_nothing(client: Client) -> None:
    client.force_login(officer("processing_officer"))
    client.post(PAGE, typed(client))
    answer = client.post(PAGE, {"setujui": str(DecreeTemplate.objects.get().pk), "kunci": key_on(client)})

    assert answer.status_code == 403


def test_a_proposal_is_read_in_the_officers_words(client: Client) -> None:
    client.force_login(officer("processing_officer"))
    client.post(PAGE, typed(client))
    page = client.get(PAGE).content.decode()

    proposal = page.split("Isi usulan")[1].split("</details>")[0]
    assert "Menimbang" in proposal
    assert "bahwa [nama perusahaan] memohon" in proposal
    assert "considering" not in proposal


def test_every_place_says_what_stands_in_it() -> None:
    assert set(PLACES) == OF_A_CASE | OF_A_RECOMMENDATION | OF_AN_EARLIER_PERMIT
