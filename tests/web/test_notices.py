"""Pages of what people were told: one's own, the calls and letters of customer service, what failed."""

from __future__ import annotations

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings
from time_machine import TimeMachineFixture

from muara.contacts.models import NoticeLetter, PhoneTask
from muara.people.actions.notices import addressee, notify, send_due
from muara.people.models import Notice, Office, User
from muara.steps.actions.unreached import escalate
from muara.steps.notices import is_still_theirs
from muara.web.acts import new_key
from muara.web.demo import applicant, officer, other_applicant
from tests.clock import MONDAY, TUESDAY, WEDNESDAY
from tests.mail_server import mail_server
from tests.remembered import case_at

pytestmark = pytest.mark.django_db


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def task(office: Office, settings: Settings, time_machine: TimeMachineFixture) -> PhoneTask:
    """A call to make, because nothing could be sent on Tuesday; it is Wednesday."""
    case_at("verify", at=MONDAY)
    settings.MUARA_CHANNELS, settings.MUARA_NOTICE_TRIES = {"email": "", "message": ""}, 1
    list(send_due(clock=lambda: TUESDAY, still_theirs=is_still_theirs))
    list(escalate(at=TUESDAY))
    time_machine.move_to(WEDNESDAY, tick=False)
    return PhoneTask.objects.get()


def test_a_person_reads_what_was_sent_to_them_and_nobody_else_does(office: Office) -> None:
    case = case_at("verify", at=MONDAY)
    mine = signed_in(applicant()).get("/pemberitahuan/").content.decode()
    assert f"Terdaftar dengan nomor {case.registration_number}" in mine
    assert "14 (empat belas) hari kerja" in mine
    theirs = signed_in(other_applicant()).get("/pemberitahuan/").content.decode()
    assert str(case.registration_number) not in theirs
    assert 'href="/pemberitahuan/"' in signed_in(applicant()).get("/permohonan/").content.decode()


def test_a_password_link_is_sent_and_shown_on_no_page(office: Office) -> None:
    Client().post("/akun/lupa/", {"email": applicant().email})
    notice = Notice.objects.get(kind="account")
    assert "/akun/lupa/" in notice.text
    page = signed_in(applicant()).get("/pemberitahuan/").content.decode()
    assert notice.subject in page
    assert "/akun/lupa/" not in page


def test_a_mail_server_that_hangs_holds_up_no_page(office: Office, settings: Settings) -> None:
    with mail_server("hang") as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        Client().post("/akun/lupa/", {"email": applicant().email})
        case_at("verify", at=MONDAY)
        assert server.asked == 0
    assert Notice.objects.waiting().count() == 3  # the password link, the submission, the registration


def test_the_case_page_says_what_was_told_to_whom_and_what_came_of_it(task: PhoneTask) -> None:
    page = signed_in(officer("verifier")).get(f"/meja/berkas/{task.case_id}/?bagian=pemberitahuan")
    text = page.content.decode()
    assert "Saluran ini sedang dimatikan." in text
    assert "Menunggu ditelepon customer service." in text
    assert applicant().email in text
    assert signed_in(other_applicant()).get(f"/meja/berkas/{task.case_id}/").status_code == 404


def test_customer_service_notes_a_call_in_vain_and_the_letter_that_follows(task: PhoneTask) -> None:
    desk = signed_in(officer("customer_service"))
    assert task.phone in desk.get("/meja/telepon/").content.decode()
    here = f"/meja/telepon/{task.pk}/"
    assert desk.post(here, {"kunci": new_key(), "note": "Sibuk"}).status_code == 422
    kept = desk.post(here, {"kunci": new_key(), "outcome": "letter", "note": ""})
    assert kept.status_code == 422
    assert "Tuliskan mengapa tidak tersambung." in kept.content.decode()
    done = desk.post(here, {"kunci": new_key(), "outcome": "letter", "note": "Nomor tidak aktif"})
    assert done["Location"] == "/meja/telepon/"

    paper = NoticeLetter.objects.get()
    pdf = desk.get(f"/meja/surat-pemberitahuan/{paper.pk}.pdf")
    assert b"".join(pdf.streaming_content).startswith(b"%PDF")  # type: ignore[attr-defined]
    there = f"/meja/surat-pemberitahuan/{paper.pk}/"
    wrong = desk.post(there, {"kunci": new_key(), "posted_on": "kemarin", "tracking_number": "P-7"})
    assert wrong.status_code == 422
    assert "P-7" in wrong.content.decode()
    desk.post(there, {"kunci": new_key(), "posted_on": "8/7/2026", "tracking_number": "P-7"})
    paper.refresh_from_db()
    assert paper.tracking_number == "P-7"
    assert (
        "Surat diposkan" in signed_in(officer("administrator")).get("/kantor/pemberitahuan/").content.decode()
    )


def test_a_conflict_of_interest_hides_the_call(task: PhoneTask) -> None:
    cs = officer("customer_service")
    task.case.recusals.create(user=cs, reason="Saudara pemohon.", at=TUESDAY)
    desk = signed_in(cs)
    assert task.phone not in desk.get("/meja/telepon/").content.decode()
    assert desk.get(f"/meja/telepon/{task.pk}/").status_code == 404


def test_the_administration_lists_failures_without_texts_and_addresses(task: PhoneTask) -> None:
    page = signed_in(officer("administrator")).get("/kantor/pemberitahuan/").content.decode()
    assert task.notice.subject in page
    assert "Menunggu ditelepon" in page
    assert applicant().email not in page
    assert "hari kerja sejak" not in page


def test_an_administrator_has_a_failed_notice_sent_again_and_an_auditor_may_not(
    task: PhoneTask, settings: Settings
) -> None:
    settings.MUARA_CHANNELS = {"email": "muara.people.channels.Email", "message": ""}
    admin, path = signed_in(officer("administrator")), f"/kantor/pemberitahuan/{task.notice_id}/kirim-lagi/"
    assert path in admin.get("/kantor/pemberitahuan/").content.decode()
    auditor = signed_in(officer("auditor"))
    assert path not in auditor.get("/kantor/pemberitahuan/").content.decode()
    assert auditor.post(path, {"kunci": new_key()}).status_code == 403

    told = admin.post(path, {"kunci": new_key()}, follow=True).content.decode()

    assert "masuk antrean lagi" in told
    assert path not in told
    again = admin.post(path, {"kunci": new_key()}, follow=True).content.decode()
    assert "tidak lagi berstatus gagal" in again
    list(send_due(clock=lambda: WEDNESDAY, still_theirs=is_still_theirs))
    assert Notice.objects.get(pk=task.notice_id).standing == "Terkirim"
    assert mail.outbox[-1].to == [applicant().email]


@pytest.mark.parametrize(
    ("address", "who"),
    [
        ("/pemberitahuan/", applicant),
        ("/meja/telepon/", lambda: officer("customer_service")),
        ("/kantor/pemberitahuan/", lambda: officer("administrator")),
    ],
    ids=["own", "calls", "failures"],
)
def test_a_list_costs_the_same_for_one_row_and_for_three(task: PhoneTask, address: str, who: object) -> None:
    assert callable(who)
    client, counts = signed_in(who()), []
    client.get(address)
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
        counts.append(len(queries))
        for number in range(2):
            made = notify(
                key=f"{task.case.chain}:more:{number}",
                kind="more",
                about=task.case.chain,
                to=addressee(applicant()),
                subject=f"Lagi {number}",
                text="Yth.\n\nIsi.\n\nKantor",
                important=True,
                at=TUESDAY,
            )
            assert made.failed_at
        list(escalate(at=TUESDAY))
    assert counts[0] == counts[1]
