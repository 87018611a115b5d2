"""The outbox: told once, sent once, tried again with patience, given up with a reason; on a real server."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from pytest_django import Settings

from muara.audit.models import Entry
from muara.people import channels
from muara.people.actions import NotAdministrator, Refused
from muara.people.actions.notices import (
    Addressee,
    addressee,
    digest_failures,
    notify,
    pause,
    send_again,
    send_due,
)
from muara.people.models import Notice, NoticeAttempt, Office, User
from muara.steps.notices import is_still_theirs
from muara.web.demo import applicant, officer
from tests.clock import FRIDAY, MONDAY, TUESDAY
from tests.databases import OwnDatabase
from tests.mail_server import MailServer, mail_server, wait_for

pytestmark = pytest.mark.both
SIMAS = Addressee(name="Simas Contoh", email="simas@contoh.example", phone="+628110000001")
PAGES = {"customer_service": "/telepon/", "administrator": "/gagal/"}


def tell(key: str = "case:1:registered", *, to: Addressee = SIMAS, **more: object) -> Notice:
    said = {"kind": "registered", "subject": "Terdaftar", "text": "Nomor 1.", "link": "/a/", "at": MONDAY}
    return notify(key=key, to=to, **(said | more))  # type: ignore[arg-type]


def send(at: datetime = MONDAY) -> list[Notice]:
    return list(send_due(clock=lambda: at, still_theirs=is_still_theirs))


@pytest.fixture
def server(settings: Settings) -> Iterator[MailServer]:
    with mail_server() as running:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", running.port, 1
        yield running


# --- told once -------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_same_thing_is_told_once() -> None:
    first = tell()
    assert tell(text="Nomor 2.", at=TUESDAY) == first
    assert Notice.objects.get().text == "Nomor 1."


@pytest.mark.django_db
def test_an_act_that_is_rolled_back_tells_nothing() -> None:
    with transaction.atomic():
        tell()
        transaction.set_rollback(True)
    assert not Notice.objects.exists()


@pytest.mark.django_db
def test_an_important_notice_is_about_a_case_and_never_secret() -> None:
    for wrong in ({"about": ""}, {"about": "case:1", "secret": True}):
        with pytest.raises(IntegrityError), transaction.atomic():
            tell(important=True, **wrong)
    tell(important=True, about="case:1")


# --- sent ------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_an_email_arrives_with_its_link_and_its_own_message_id(server: MailServer) -> None:
    made = tell()

    assert send(TUESDAY) == [made]

    [got] = server.taken
    assert (got["To"], got["Subject"]) == ("simas@contoh.example", "Terdaftar")
    assert got.get_content().split() == ["Nomor", "1.", "http://127.0.0.1:8000/a/"]
    assert got["Message-ID"] == channels.message_id(made)
    made.refresh_from_db()
    assert (made.sent_at, made.attempts, made.leased_until) == (TUESDAY, 1, None)
    assert send(TUESDAY) == []


@pytest.mark.django_db
def test_nothing_is_sent_before_its_time(server: MailServer) -> None:
    tell(due_at=TUESDAY)
    assert send(MONDAY) == []
    assert len(send(TUESDAY)) == 1


@pytest.mark.django_db
def test_a_secret_is_kept_until_it_is_sent_and_no_longer(server: MailServer) -> None:
    made = tell(secret=True, text="Tautan kata sandi")
    server.manner = "refuse"
    send(MONDAY)
    made.refresh_from_db()
    assert made.text == "Tautan kata sandi"
    server.manner = "accept"
    send(TUESDAY)
    made.refresh_from_db()
    assert (made.text, made.link) == ("", "")
    assert "Tautan kata sandi" in server.taken[0].get_content()


@pytest.mark.django_db
def test_a_person_without_email_gets_a_message_where_that_channel_is_on(settings: Settings) -> None:
    by_phone = Addressee(name="Tanpa Surel", phone="+628110000002")
    settings.MUARA_OUTBOX = settings.MUARA_BLOBS.parent / "outbox"
    settings.MUARA_CHANNELS = {"email": "", "message": "muara.people.channels.MessageFile"}
    made = tell(to=by_phone)
    tell("case:2:registered", to=by_phone)

    assert len(send()) == 2

    lines = (settings.MUARA_OUTBOX / "messages.jsonl").read_text().splitlines()
    first = json.loads(lines[0])
    assert len(lines) == 2
    assert (first["to"], first["id"]) == ("+628110000002", channels.message_id(made))
    assert first["text"].splitlines()[:2] == ["Terdaftar", "Nomor 1."]


@pytest.mark.django_db
def test_who_cannot_be_reached_by_any_channel_that_is_on_is_known_at_once(settings: Settings) -> None:
    settings.MUARA_CHANNELS = {"email": "muara.people.channels.Email", "message": ""}
    made = tell(to=Addressee(name="Tanpa Surel", phone="+628110000002"))
    assert made.failed_at == MONDAY
    assert "Tidak ada alamat" in made.last_error
    assert send() == []


# --- a mail server that does not do its part -------------------------------------------------------------


@pytest.mark.django_db
def test_a_server_that_refuses_is_asked_again_ever_later_and_given_up_after_most_of_a_day(
    server: MailServer, settings: Settings
) -> None:
    server.manner = "refuse"
    made, at = tell(), MONDAY
    while made.failed_at is None:
        [made] = send(at)
        assert send(at) == []  # not again before its time
        at = made.next_try_at
    assert made.attempts == settings.MUARA_NOTICE_TRIES == server.asked
    waited = made.failed_at - MONDAY
    assert timedelta(hours=18) < waited < timedelta(hours=30)
    assert made.last_error == "Server surel menolak alamat penerima (kode 451)."
    assert NoticeAttempt.objects.exclude(error="").count() == settings.MUARA_NOTICE_TRIES
    assert server.taken == []


@pytest.mark.django_db
def test_an_address_that_does_not_exist_is_given_up_at_once(server: MailServer) -> None:
    server.manner = "unknown"
    tell()
    [made] = send(TUESDAY)
    assert (made.failed_at, made.attempts) == (TUESDAY, 1)
    assert "simas" not in made.last_error


@pytest.mark.django_db
@pytest.mark.parametrize("manner", ["hang", "drip"])
def test_a_server_that_hangs_holds_the_worker_for_its_limit_only(
    server: MailServer, manner: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(channels, "HARD_LIMIT", 1.5)
    server.manner = manner
    tell()
    began = time.monotonic()
    [made] = send()
    assert time.monotonic() - began < 10
    assert made.failed_at is None
    assert made.next_try_at == MONDAY + pause(1)
    server.manner = "accept"
    assert send(TUESDAY)[0].sent_at == TUESDAY


@pytest.mark.django_db
def test_no_server_at_all_is_a_failure_like_others(settings: Settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    tell()
    [made] = send()
    assert made.last_error == "Server surel tidak dapat dihubungi (ConnectionRefusedError)."


@pytest.mark.django_db
@pytest.mark.parametrize("email", ["a@contoh.example\nBcc: b@contoh.example", "tanpa-alamat@@", "surel"])
def test_an_address_that_is_none_stops_nothing_else(server: MailServer, email: str) -> None:
    tell(to=Addressee(name="Salah", email=email))
    tell("case:2:registered")
    send()
    assert "simas@contoh.example" in [got["To"] for got in server.taken]


# --- several workers, killed workers ---------------------------------------------------------------------


def test_many_workers_send_each_notice_once(own_database: OwnDatabase, settings: Settings) -> None:
    settings.MUARA_OUTBOX = own_database.data / "outbox"
    settings.MUARA_CHANNELS = {"message": "muara.people.channels.MessageFile"}
    for number in range(40):
        tell(f"case:{number}:registered")

    sent = own_database.together(*[lambda: len(send())] * 6)

    assert sum(one for one in sent if isinstance(one, int)) == 40, sent
    lines = (settings.MUARA_OUTBOX / "messages.jsonl").read_text().splitlines()
    assert len({json.loads(line)["id"] for line in lines}) == len(lines) == 40
    assert NoticeAttempt.objects.count() == 40


def test_a_worker_killed_while_sending_leaves_a_notice_that_another_sends_under_the_same_id(
    own_database: OwnDatabase, settings: Settings
) -> None:
    made = tell()
    with mail_server("swallow") as server:
        environment = own_database.environment | {"MUARA_SMTP": server.url}
        worker = own_database.start(WORK, environment=environment)
        wait_for(lambda: server.taken)
        worker.send_signal(signal.SIGKILL)
        worker.communicate()
        server.manner = "accept"
        made.refresh_from_db()
        assert (made.sent_at, made.attempts) == (None, 1)
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        assert made.leased_until is not None
        assert send(made.leased_until - timedelta(seconds=1)) == []  # it may still be at it
        [again] = send(made.leased_until)
    assert again.sent_at == made.leased_until
    assert [got["Message-ID"] for got in server.taken] == [channels.message_id(made)] * 2
    assert [(one.number, one.ended_at is None) for one in made.tries.all()] == [(1, True), (2, False)]


WORK = """
from django.core.management import call_command
call_command("worker", once=True)
"""


def test_a_notice_that_kills_its_worker_every_time_is_given_up(
    own_database: OwnDatabase, settings: Settings
) -> None:
    settings.MUARA_NOTICE_TRIES = 3
    made, at = tell(), MONDAY
    for _ in range(3):
        Notice.objects.update(attempts=made.attempts + 1, leased_until=at)
        made.refresh_from_db()
    [made] = send(at)
    assert made.failed_at == at
    assert made.last_error == "Pengiriman berulang kali terputus."


def test_the_worker_ends_when_asked_after_what_it_is_sending(own_database: OwnDatabase) -> None:
    tell()
    with mail_server() as server:
        environment = own_database.environment | {"MUARA_SMTP": server.url}
        worker = own_database.start(WORK.replace(", once=True", ""), environment=environment)
        wait_for(lambda: Notice.objects.filter(sent_at__isnull=False).exists())
        worker.send_signal(signal.SIGTERM)
        out, err = worker.communicate(timeout=20)
    assert (worker.returncode, out, err) == (0, "", "")


# --- the digest ------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_officers_hear_once_a_day_of_what_failed_and_never_of_digests(
    office: Office, settings: Settings
) -> None:
    settings.MUARA_CHANNELS = {}
    tell()
    assert digest_failures(pages=PAGES, at=MONDAY) == []  # today is not over
    told = digest_failures(pages=PAGES, at=TUESDAY)
    readers = {officer("customer_service"): "/telepon/", officer("administrator"): "/gagal/"}
    assert {one.recipient: one.link for one in told} == readers
    assert "Terdaftar: Tidak ada alamat" in told[0].text
    assert "simas" not in told[0].text.lower()
    assert digest_failures(pages=PAGES, at=TUESDAY) == []
    # The digests failed too, and are told to nobody.
    assert all(one.failed_at for one in told)
    assert digest_failures(pages=PAGES, at=FRIDAY) == []


@pytest.mark.django_db
def test_an_addressee_is_copied_when_the_notice_is_made(office: Office) -> None:
    person = applicant()
    made = tell(to=addressee(person))
    person.email = "baru@contoh.example"
    person.save()
    made.refresh_from_db()
    assert made.recipient == person
    assert made.address != "baru@contoh.example"


# --- sent again by an administrator -------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_failed_notice_is_sent_again_as_the_same_row_to_the_address_of_today(
    office: Office, server: MailServer, settings: Settings
) -> None:
    settings.MUARA_NOTICE_TRIES = 2
    made = tell(to=addressee(applicant()))
    server.manner = "refuse"
    send(MONDAY)
    send(TUESDAY)
    made.refresh_from_db()
    assert (made.standing, made.attempts) == ("Gagal", 2)
    User.objects.filter(pk=applicant().pk).update(email="baru@contoh.example")
    server.manner = "accept"

    admin = officer("administrator")
    send_again(made.pk, by=admin, at=FRIDAY)
    send(FRIDAY)

    made.refresh_from_db()
    assert (made.standing, made.address, made.attempts) == ("Terkirim", "baru@contoh.example", 3)
    assert Notice.objects.filter(key=made.key).count() == 1
    assert [one.number for one in made.tries.all()] == [1, 2, 3]
    [entry] = Entry.objects.filter(chain=f"notice:{made.pk}")
    assert (entry.verb, entry.by_id) == ("notice.send_again", admin.pk)
    with pytest.raises(Refused, match="tidak lagi berstatus gagal"):
        send_again(made.pk, by=admin, at=FRIDAY)


@pytest.mark.django_db
def test_a_notice_sent_again_has_all_its_tries_anew(
    office: Office, server: MailServer, settings: Settings
) -> None:
    settings.MUARA_NOTICE_TRIES = 2
    made = tell()
    server.manner = "refuse"
    send(MONDAY)
    send(TUESDAY)
    send_again(made.pk, by=officer("administrator"), at=FRIDAY)
    send(FRIDAY)
    made.refresh_from_db()
    assert (made.standing, made.next_try_at) == ("Menunggu dikirim", FRIDAY + timedelta(minutes=1))
    send(FRIDAY + timedelta(minutes=1))
    made.refresh_from_db()
    assert (made.standing, made.attempts) == ("Gagal", 4)


@pytest.mark.django_db
def test_only_an_administrator_sends_again_and_never_a_secret_or_to_nowhere(
    office: Office, server: MailServer, settings: Settings
) -> None:
    settings.MUARA_NOTICE_TRIES = 1
    server.manner = "refuse"
    failed, secret = tell(), tell("account:1", secret=True)
    nowhere = tell("case:3:registered", to=Addressee(name="Tanpa Alamat"))
    send()
    for other in (officer("customer_service"), officer("auditor"), applicant()):
        with pytest.raises(NotAdministrator):
            send_again(failed.pk, by=other, at=TUESDAY)
    admin = officer("administrator")
    with pytest.raises(Refused, match="rahasia"):
        send_again(secret.pk, by=admin, at=TUESDAY)
    with pytest.raises(Refused, match="Tidak ada alamat"):
        send_again(nowhere.pk, by=admin, at=TUESDAY)
    assert Notice.objects.filter(failed_at=None).count() == 0
