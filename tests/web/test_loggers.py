"""Data loggers: a token for one point, and an address that keeps the same reading once."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.test import Client
from time_machine import TimeMachineFixture

from muara.compliance.models import Logger, Reading
from muara.web.demo import other_applicant
from tests.holders import Holder
from tests.web.test_discharges import post
from tests.web.test_duties import NOW
from tests.web.test_reports import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def token(holder: Holder, time_machine: TimeMachineFixture) -> str:
    time_machine.move_to(NOW, tick=False)
    path = f"/kewajiban/{holder.discharge.pk}/alat/"
    answer = post(signed_in(holder.person), path, name="Flowmeter 1", point=str(holder.outlet.pk))
    found = re.search(r'm-code">([\w-]{43})<', answer.content.decode())
    assert found
    return found[1]


def send(token: str, body: Any) -> Any:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = {"Authorization": f"Bearer {token}"}
    client = Client(enforce_csrf_checks=True)
    return client.post("/api/catatan/", raw, content_type="application/json", headers=headers)


def day(**more: object) -> dict[str, Any]:
    return {"catatan": [{"hari": "2026-08-09", "debit": 1200.5, "ph": "7,1", **more}]}


def test_a_reading_sent_twice_is_kept_once(holder: Holder, token: str) -> None:
    answers = [send(token, day()).json() for _ in range(2)]

    assert [(one["baru"], one["sama"]) for one in answers] == [(1, 0), (0, 1)]
    row = Reading.objects.get()
    assert (str(row.flow), str(row.ph), row.source, row.point) == (
        "1200.5000",
        "7.100",
        "logger",
        holder.outlet,
    )
    other = send(token, day(debit=1300))
    assert other.status_code == 422
    assert "Tuliskan alasan perbaikannya" in other.content.decode().encode().decode("unicode_escape")
    assert send(token, {**day(debit=1300), "alasan": "Kalibrasi."}).json()["diperbaiki"] == 1


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"[1]", 400),
        (b"[" * 5000, 400),
        ({"catatan": []}, 400),
        ({"catatan": ["x"]}, 400),
        (day(hari="kemarin"), 400),
        (day(debit="banyak"), 400),
        (day(debit=True), 400),
        (b'{"catatan": [{"hari": "2026-08-09", "debit": NaN}]}', 400),
        (day(debit=1e40), 422),
        (day(ph=70), 422),
        (day(hari="2026-08-11"), 422),
        (day(hari="2026-07-05"), 422),
        (day(hari="0001-01-01"), 422),
        (day(hari="9999-12-31"), 422),
    ],
)
def test_what_cannot_be_kept_is_told_and_changes_nothing(token: str, body: Any, status: int) -> None:
    answer = send(token, body)

    assert (answer.status_code, Reading.objects.count()) == (status, 0)
    assert answer.json()["pesan"]


def test_a_token_counts_until_it_is_taken_back(holder: Holder, token: str) -> None:
    row = Logger.objects.get()
    assert token not in row.digest
    for wrong in ("", "x", token[:-1]):
        assert send(wrong, day()).status_code == 401
    assert post(signed_in(other_applicant()), f"/kewajiban/alat/{row.pk}/putus/").status_code == 404
    assert send(token, day()).status_code == 200
    assert post(signed_in(holder.person), f"/kewajiban/alat/{row.pk}/putus/").status_code == 302
    assert send(token, day()).status_code == 401
