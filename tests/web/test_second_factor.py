"""The second factor: optional for applicants, demanded of officials before they bind the office."""

from __future__ import annotations

import base64
import hmac
import json
import re
import struct
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from django.db import connection
from django.test import Client
from django.utils import timezone
from pytest_django import Settings
from time_machine import TimeMachineFixture

from muara.audit.models import Entry
from muara.cases.actions import ProofWanted, Stamp, demand_proof, take_over
from muara.cases.models import Task
from muara.people.actions.notices import send_due
from muara.people.models import Notice, User
from muara.people.rules import Proof
from muara.steps.actions import signing
from muara.steps.actions.issuance import assign_number
from muara.steps.notices import is_still_theirs
from muara.web.demo import (
    PASSWORD,
    applicant,
    officer,
    seed_office,
    seed_second_factors,
    seed_signing,
    sign_electronically,
)
from muara.web.second_factor import DEMO_SECRET
from tests.clock import MONDAY, at
from tests.remembered import case_at
from tests.web.page_forms import PageForm, forms_on
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


@pytest.fixture
def guarded(settings: Settings) -> None:
    """What binds the office takes a code, as in an installation."""
    settings.MUARA_SECOND_FACTOR = True


def at_the_head() -> tuple[User, Task, str]:
    """A file that the head of the section has received, and the address of its page."""
    case = case_at("endorse_section", at=MONDAY)
    head, task = officer("section_head"), case.tasks.get(closed_at=None, companion=False)
    take_over(task.pk, by=head, at=MONDAY)
    return head, task, f"/meja/tugas/{task.pk}/"


def outcome_form(client: Client, page: str) -> PageForm:
    (form,) = [found for found in forms_on(client.get(page)) if "outcome" in found.names]
    return form


def stands_at(task: Task) -> str:
    return task.case.tasks.get(closed_at=None, companion=False).step_key


ENDORSED = {"outcome": "endorsed", "note": "Sudah diperiksa."}


def test_a_head_without_a_second_factor_is_led_to_set_one_up_and_back(guarded: None) -> None:
    head, task, page = at_the_head()
    client = signed_in(head)
    assert "Aktifkan pengaman dua langkah" in plain(client.get(page).content.decode())
    form = outcome_form(client, page)

    sent = client.post(page, form.filled(**ENDORSED))

    assert (sent.status_code, sent["Location"], stands_at(task)) == (302, "/akun/pengaman/", task.step_key)
    assert "menunggu Anda kembali" in plain(client.get("/akun/pengaman/").content.decode())
    activate(client)
    codes = client.get("/akun/pengaman/kode/").content.decode()
    assert f'href="{page}"' in codes
    assert "Sudah diperiksa." in client.get(page).content.decode()


def test_a_paraf_takes_a_code_of_the_last_five_minutes_and_keeps_what_was_typed(
    guarded: None, time_machine: TimeMachineFixture
) -> None:
    head, task, page = at_the_head()
    secret = activate(signed_in(head))
    client = signed_in(head)
    client.post("/akun/masuk/kode/", {"code": totp(secret, MONDAY)})
    later = MONDAY + timedelta(minutes=5, seconds=1)
    time_machine.move_to(later, tick=False)
    ticked = task.step.examines

    sent = client.post(page, outcome_form(client, page).filled(**ENDORSED, clauses=list(ticked)))

    ask = f"/akun/sandi-lagi/kode/?next={quote(page, safe='')}"
    assert (sent.status_code, sent["Location"], stands_at(task)) == (302, ask, task.step_key)
    wrong = client.post("/akun/sandi-lagi/kode/", {"code": "000000", "next": page})
    assert wrong.status_code == 200
    back = client.post("/akun/sandi-lagi/kode/", {"code": totp(secret, later), "next": page})
    assert back["Location"] == page
    kept = outcome_form(client, page)
    assert (kept.values["note"], kept.values["outcome"]) == (["Sudah diperiksa."], ["endorsed"])
    client.post(page, kept.filled())
    assert stands_at(task) != task.step_key
    proof = json.loads(Entry.objects.get(verb="endorse_section.endorsed").text)["facts"]["proof"]
    assert proof == {"means": "totp", "at": later.astimezone(UTC).isoformat()}


@pytest.mark.parametrize(
    ("after", "asks"),
    [(timedelta(minutes=5), False), (timedelta(minutes=5, microseconds=1), True), (-timedelta(days=1), True)],
    ids=["within five minutes", "after them", "the clock set back a day"],
)
def test_a_proof_stands_for_five_minutes(settings: Settings, after: timedelta, asks: bool) -> None:
    settings.MUARA_SECOND_FACTOR = True
    stamp = Stamp(proof=Proof("totp", MONDAY))

    with pytest.raises(ProofWanted) if asks else nullcontext():
        demand_proof(stamp, by=officer("section_head"), at=MONDAY + after)


def test_a_number_takes_a_code_too(guarded: None) -> None:
    task = case_at("number", at=MONDAY).tasks.get(closed_at=None, companion=False)
    registrar = officer("registrar")
    take_over(task.pk, by=registrar, at=MONDAY)

    with pytest.raises(ProofWanted):
        assign_number(task, by=registrar, at=MONDAY)


def test_an_electronic_signature_asks_for_the_code_once_when_it_is_decided_on(guarded: None) -> None:
    seed_signing(MONDAY)
    task = case_at("decide", at=MONDAY).tasks.get(closed_at=None, companion=False)
    sign_electronically(MONDAY)
    head = officer("head_of_office")
    take_over(task.pk, by=head, at=MONDAY)
    said: dict[str, Any] = {
        "draft_sha256": task.case.drafts.get().sha256,
        "clauses": task.step.examines,
        "by": head,
        "at": MONDAY,
    }

    with pytest.raises(ProofWanted):
        signing.sign(task, **said)
    row = signing.sign(task, **said, stamp=Stamp(proof=Proof("totp", MONDAY)))

    assert row.signed is not None
    assert "proof" in json.loads(Entry.objects.get(verb="decide.sign").text)["facts"]


def test_a_way_back_takes_no_code(guarded: None) -> None:
    head, task, page = at_the_head()
    client = signed_in(head)

    client.post(page, outcome_form(client, page).filled(outcome="faulty", note="Tanggalnya salah."))

    assert stands_at(task) == "draft"


def test_only_a_demonstration_shows_the_code_and_only_of_its_own_telephone(settings: Settings) -> None:
    seed_second_factors()
    settings.MUARA_DEMO = True
    head = officer("head_of_office")
    client = signed_in(head)

    shown = client.get("/akun/masuk/kode/").content.decode()

    assert f">{totp(DEMO_SECRET, MONDAY)}</strong>" in shown
    assert "CONTOH" in shown
    settings.MUARA_DEMO = False
    assert totp(DEMO_SECRET, MONDAY) not in client.get("/akun/masuk/kode/").content.decode()
    settings.MUARA_DEMO = True
    own = activate(signed_in(applicant()))
    assert totp(own, MONDAY) not in signed_in(applicant()).get("/akun/masuk/kode/").content.decode()


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
    told = Notice.objects.get(recipient=applicant(), subject="Pengaman dua langkah akun Anda dilepas")
    assert "Ponsel hilang, datang dengan KTP." in told.text
    signed_in(applicant())

    activate(client)
    own = f"/kantor/pengguna/{officer('administrator').pk}/pengaman/"
    refused = client.post(own, {"kunci": key_on(client, own), "reason": "Ponsel hilang."})
    assert "Minta administrator lain" in plain(refused.content.decode())
    assert Authenticator.objects.filter(user=officer("administrator")).exists()
