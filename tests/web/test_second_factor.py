"""The second factor: optional for applicants, demanded of officials before they bind the office."""

from __future__ import annotations

import base64
import hmac
import re
import struct
from datetime import datetime

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from django.db import connection
from django.test import Client
from django.utils import timezone
from pytest_django import Settings
from time_machine import TimeMachineFixture

from muara.audit.models import Entry
from muara.cases.actions import take_over
from muara.cases.models import Case
from muara.people.actions.notices import send_due
from muara.people.models import User
from muara.steps.notices import is_still_theirs
from muara.web.demo import PASSWORD, applicant, officer, seed_office
from tests.clock import MONDAY, at
from tests.remembered import case_at
from tests.web.page_forms import forms_on
from tests.web.test_public import plain


@pytest.fixture(autouse=True)
def _office(db: None, blobs: object, time_machine: TimeMachineFixture) -> None:
    seed_office(at("2026-01-05 08:00"))
    time_machine.move_to(MONDAY, tick=False)


def totp(secret: str, moment: datetime) -> str:
    """A telephone's code, by RFC 6238: SHA-1, 30 seconds, 6 digits."""
    counter = struct.pack(">Q", int(moment.timestamp()) // 30)
    digest = hmac.digest(base64.b32decode(secret), counter, "sha1")
    offset = digest[-1] & 0xF
    number = struct.unpack(">I", digest[offset : offset + 4])[0] & 0x7FFFFFFF
    return f"{number % 1_000_000:06d}"


def signed_in(user: User) -> Client:
    client = Client()
    answer = client.post("/akun/masuk/", {"login": user.email, "password": PASSWORD})
    assert answer.status_code == 302
    return client


def activate(client: Client) -> str:
    client.post("/akun/sandi-lagi/", {"password": PASSWORD})
    page = client.get("/akun/pengaman/aktifkan/").content.decode()
    found = re.search(r"<code>([A-Z2-7]+)</code>", page)
    assert found
    answer = client.post("/akun/pengaman/aktifkan/", {"code": totp(found[1], MONDAY)})
    assert answer["Location"] == "/akun/pengaman/kode/"
    return found[1]


def key_on(client: Client, page: str) -> str:
    (form,) = [found for found in forms_on(client.get(page)) if "reason" in found.names]
    return form.values["kunci"][0]


def test_after_activating_a_password_alone_opens_nothing(time_machine: TimeMachineFixture) -> None:
    secret = activate(signed_in(applicant()))
    time_machine.move_to(at("2026-06-15 11:00"), tick=False)
    client = signed_in(applicant())

    assert client.get("/permohonan/").status_code == 302
    wrong = client.post("/akun/masuk/kode/", {"code": "000000"})
    assert "Kode ini tidak cocok" in plain(wrong.content.decode())
    right = client.post("/akun/masuk/kode/", {"code": totp(secret, at("2026-06-15 11:00"))})
    assert (right.status_code, client.get("/permohonan/").status_code) == (302, 200)


def test_the_owner_is_told_when_it_is_switched_off() -> None:
    client = signed_in(applicant())
    activate(client)

    client.post("/akun/pengaman/matikan/")

    list(send_due(clock=timezone.now, still_theirs=is_still_theirs))
    assert mail.outbox[-1].to == [applicant().email]
    assert "dimatikan" in str(mail.outbox[-1].body)
    assert not Authenticator.objects.filter(user=applicant()).exists()


def test_a_copy_of_the_database_does_not_tell_the_secret() -> None:
    secret = activate(signed_in(applicant()))

    with connection.cursor() as cursor:
        cursor.execute("SELECT data FROM mfa_authenticator")
        assert all(secret not in str(row[0]) for row in cursor.fetchall())


def test_a_recovery_code_stands_in_for_a_lost_telephone_once() -> None:
    client = signed_in(applicant())
    activate(client)
    page = client.get("/akun/pengaman/kode/").content.decode()
    code = re.findall(r"<li><code>(\d+)</code></li>", page)[0]

    first, again = signed_in(applicant()), signed_in(applicant())

    assert first.post("/akun/masuk/kode/", {"code": code}).status_code == 302
    assert again.post("/akun/masuk/kode/", {"code": code}).status_code == 200
    assert again.get("/permohonan/").status_code == 302


def test_a_head_endorses_only_with_a_second_factor(settings: Settings) -> None:
    settings.MUARA_SECOND_FACTOR = True
    case = case_at("endorse_section", at=MONDAY)
    head, task = officer("section_head"), case.tasks.get(closed_at=None, companion=False)
    take_over(task.pk, by=head, at=MONDAY)
    client = signed_in(head)
    page = f"/meja/tugas/{task.pk}/"
    (form,) = [found for found in forms_on(client.get(page)) if "outcome" in found.names]

    refused = client.post(page, form.filled(outcome="endorsed", note="Sudah diperiksa."))

    assert refused.status_code == 422
    assert "memerlukan pengaman dua langkah" in plain(refused.content.decode())
    assert "Sudah diperiksa." in refused.content.decode()
    assert (
        Case.objects.get(pk=case.pk).tasks.get(closed_at=None, companion=False).step_key == "endorse_section"
    )


def test_an_administrator_takes_a_lost_second_factor_off_and_not_their_own() -> None:
    activate(signed_in(applicant()))
    client = signed_in(officer("administrator"))
    page = f"/kantor/pengguna/{applicant().pk}/pengaman/"
    kunci = key_on(client, page)

    empty = client.post(page, {"kunci": kunci, "reason": ""})
    assert "Tuliskan alasannya, misalnya ponselnya hilang." in plain(empty.content.decode())
    client.post(page, {"kunci": kunci, "reason": "Ponsel hilang, datang dengan KTP."})

    assert not Authenticator.objects.filter(user=applicant()).exists()
    assert Entry.objects.latest("pk").verb == "user.second_factor_removed"
    signed_in(applicant())

    activate(client)
    own = f"/kantor/pengguna/{officer('administrator').pk}/pengaman/"
    refused = client.post(own, {"kunci": key_on(client, own), "reason": "Ponsel hilang."})
    assert "Minta administrator lain" in plain(refused.content.decode())
    assert Authenticator.objects.filter(user=officer("administrator")).exists()
