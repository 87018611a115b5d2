"""Following a case without an account: number and code, nothing personal, no guessing."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils.formats import date_format
from time_machine import TimeMachineFixture

from muara.cases.models import Application, Case
from muara.people.models import CalendarDay, Notice
from muara.web.demo import applicant, seed_office
from tests.clock import MONDAY, at
from tests.remembered import case_at
from tests.web.test_public import plain

PAGE = "/lacak/"


@pytest.fixture(autouse=True)
def _office(db: None, blobs: object, time_machine: TimeMachineFixture) -> None:
    cache.clear()
    seed_office(at("2026-01-05 08:00"))
    time_machine.move_to(MONDAY, tick=False)


def asked(number: str, code: str, status: int = 200) -> str:
    answer = Client().post(PAGE, {"nomor": number, "kode": code})
    assert answer.status_code == status
    return plain(answer.content.decode())


@pytest.fixture
def case() -> Case:
    return Case.objects.select_related("application").get(pk=case_at("verify", at=MONDAY).pk)


@pytest.mark.parametrize("dash", ["-", " ", "", " - "])
def test_number_and_code_tell_where_it_stands_however_they_are_typed(case: Case, dash: str) -> None:
    code = case.application.follow_code.lower().replace("-", dash)

    words = asked(case.registration_number or "", code)

    assert "Petugas Verifikasi" in words
    assert "Berkas terdaftar; tanda terima dibuat" in words
    assert "14 hari kerja; hitungannya mulai ketika rekomendasi teknis diterima" in words


def test_the_submission_number_works_as_well_as_the_registration_number(case: Case) -> None:
    words = asked(case.application.reference, case.application.follow_code)

    assert (case.registration_number or "?") in words


def test_the_applicant_reads_the_code_as_soon_as_the_application_is_sent(client: Client) -> None:
    case = Case.objects.select_related("application").get(pk=case_at("check", at=MONDAY).pk)
    client.force_login(applicant())

    page = client.get(f"/permohonan/{case.application.reference}/").content.decode()

    assert case.application.follow_code in page
    told = Notice.objects.get(key=f"case:{case.pk}:submitted:1").text
    assert case.application.follow_code in told


def test_nothing_personal_is_shown(case: Case) -> None:
    words = asked(case.application.reference, case.application.follow_code)

    for private in ("Sari", "Segara", "+6281", "sari@contoh.example", "640000"):
        assert private not in words


def test_the_promised_date_is_the_fourteenth_working_day_after_the_recommendation() -> None:
    case = Case.objects.select_related("application").get(pk=case_at("endorse_section", at=MONDAY).pk)
    closed = set(CalendarDay.objects.exclude(kind="HARI_KERJA_PENGGANTI").values_list("date", flat=True))
    day, left = case.recommended_on, 14  # section I; day 0 is the day it was received
    assert day is not None
    while left:
        day += timedelta(days=1)
        left -= day.weekday() < 5 and day not in closed

    words = asked(case.application.reference, case.application.follow_code)

    assert f"Paling lambat {date_format(day, 'j F Y')}" in words


def test_a_wrong_number_and_a_wrong_code_are_told_by_the_same_sentence(case: Case) -> None:
    other = Application.objects.exclude(pk=case.application_id).first()
    wrong_code = asked(case.application.reference, "2222-2222", 422)
    wrong_number = asked("2222-2222", case.application.follow_code, 422)

    assert "Nomor dan kode itu tidak cocok" in wrong_code
    assert "Nomor dan kode itu tidak cocok" in wrong_number
    assert other is None or other.follow_code != case.application.follow_code


def test_guessing_is_stopped(case: Case) -> None:
    for _ in range(10):
        asked(case.application.reference, "2222-2222", 422)

    assert "Terlalu banyak percobaan" in asked(case.application.reference, case.application.follow_code, 429)


def test_the_receipts_address_brings_the_number_along(case: Case) -> None:
    page = Client().get(PAGE, {"nomor": case.application.reference}).content.decode()

    assert f'value="{case.application.reference}"' in page
