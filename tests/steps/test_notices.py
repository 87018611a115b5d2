"""What people are told, act by act; and who telephones or writes when a notice reaches nobody."""

from __future__ import annotations

import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client
from pytest_django import Settings

from muara.audit.queries import breaks, heads
from muara.cases.actions import AlreadyDone, NotYours, Refused, Stamp
from muara.cases.models import Case, Reminder, SiteVisit
from muara.cases.queries import case_heads, open_correction
from muara.contacts.actions.consultations import inform
from muara.contacts.models import Consultation, NoticeLetter, PhoneCall, PhoneTask
from muara.documents import letters
from muara.documents.store import BlobStore
from muara.people.actions import companies
from muara.people.actions.notices import give_up, send_due
from muara.people.models import Membership, Notice, Office, User, office_day
from muara.steps.actions.powers import revoke_power
from muara.steps.actions.reminders import remind_of_answers
from muara.steps.actions.unreached import escalate, mark_posted, note_call
from muara.steps.notices import is_still_theirs
from muara.web.demo import (
    Clock,
    Walk,
    answer_question,
    applicant,
    ask_question,
    officer,
    told_to_apply_anew,
    visit_at,
    withdrawn,
)
from tests.clock import FRIDAY, MONDAY, NEXT_MONDAY, THURSDAY, TUESDAY, WEDNESDAY
from tests.powers import given
from tests.remembered import case_at

pytestmark = [pytest.mark.django_db, pytest.mark.both]


def told(case: Case) -> list[str]:
    rows = Notice.objects.about_case(case.pk).order_by("made_at", "pk")
    return [notice.key.removeprefix(f"{case.chain}:") for notice in rows]


def the_notice(case: Case, what: str) -> Notice:
    return Notice.objects.get(key=f"{case.chain}:{what}")


# --- act by act ------------------------------------------------------------------------------------------


def test_the_whole_way_tells_its_applicant_what_they_wait_for_once(office: Office) -> None:
    case = case_at("end", at=MONDAY)

    assert told(case) == ["submitted:1", "registered", "recommended", "ready", "delivered", "questionnaire"]
    assert {notice.recipient for notice in Notice.objects.about_case(case.pk)} == {applicant()}
    assert {notice.address for notice in Notice.objects.about_case(case.pk)} == {applicant().email}
    assert case.application.reference in the_notice(case, "submitted:1").text
    registered = the_notice(case, "registered").text
    assert case.registration_number is not None
    assert case.registration_number in registered
    assert "14 (empat belas) hari kerja sejak rekomendasi teknis diterima" in registered
    assert "Surat izin diambil di loket pengambilan" in registered
    assert case.application.follow_code in registered
    # H is Monday 6 July: 14 working days later it is Friday 24 July 2026.
    assert "24 Juli 2026 (14 (empat belas) hari kerja)" in the_notice(case, "recommended").text
    assert case.permit.number.text in the_notice(case, "ready").text
    assert "Tanda terima berkas permohonan" in the_notice(case, "ready").text


def test_what_is_asked_is_told_with_its_day_and_reminded_of_before_and_after(office: Office) -> None:
    case = case_at("apply", at=MONDAY)
    asked = open_correction(case)
    assert asked is not None
    notice = the_notice(case, "correction:1")
    assert "Skema IPAL belum lengkap." in notice.text
    asked.due_on = office_day(FRIDAY)
    asked.save()

    assert list(remind_of_answers(at=TUESDAY)) == []  # three working days left
    assert [one.key for one in remind_of_answers(at=WEDNESDAY)] == [f"{case.chain}:correction:1:reminder"]
    assert list(remind_of_answers(at=THURSDAY)) == list(remind_of_answers(at=FRIDAY)) == []
    assert [one.key for one in remind_of_answers(at=NEXT_MONDAY)] == [f"{case.chain}:correction:1:late"]
    assert list(remind_of_answers(at=NEXT_MONDAY + timedelta(days=1))) == []


def test_a_request_through_the_counter_is_told_when_it_is_sent(office: Office) -> None:
    case = case_at("correct", at=MONDAY)
    assert "correction:1" not in told(case)  # the CS has not passed it on yet


def test_a_planned_visit_is_told_with_its_time_and_a_new_plan_anew(office: Office) -> None:
    case = visit_at("visit_planned", at=MONDAY, company="PT Segara Contoh Makmur")
    planned = [key for key in told(case) if key.startswith("visit:")]
    visit = SiteVisit.objects.get(referral__case=case)
    assert len(planned) == 1
    assert visit.place in the_notice(case, planned[0]).text


def test_an_early_end_is_told_with_its_reason(office: Office) -> None:
    for case in (withdrawn(at=MONDAY), told_to_apply_anew(at=MONDAY)):
        ended = the_notice(case, "ended")
        assert case.early_end.reason in ended.text
    assert case.application.successor.reference in ended.text


def test_an_answer_to_an_online_question_is_sent_and_one_given_at_the_desk_is_not(office: Office) -> None:
    answer_question(ask_question(at=MONDAY, text="Apa syaratnya?"), at=TUESDAY)
    [notice] = Notice.objects.filter(kind="answered")
    assert notice.recipient == applicant()
    assert "Formulir dan daftar periksa" in notice.text
    visit = ask_question(at=MONDAY, text="Berapa lama?")
    Consultation.objects.filter(pk=visit.pk).update(channel="datang")
    answer_question(visit, at=TUESDAY)
    assert Notice.objects.filter(kind="answered").count() == 1


@pytest.mark.parametrize(
    ("contact", "address"),
    [
        ("tamu@contoh.example", "tamu@contoh.example"),
        ("0811-0000-0001", "+6281100000001"),
        ("meja depan", None),
    ],
)
def test_a_question_by_email_is_answered_to_what_the_asker_left(
    office: Office, settings: Settings, contact: str, address: str | None
) -> None:
    settings.MUARA_CHANNELS = settings.MUARA_CHANNELS | {"message": "muara.people.channels.MessageFile"}
    asked = ask_question(at=MONDAY, text="Apa syaratnya?")
    Consultation.objects.filter(pk=asked.pk).update(person=None, channel="email", contact=contact)
    answer_question(asked, at=TUESDAY)
    assert list(Notice.objects.values_list("address", flat=True)) == ([address] if address else [])


def test_forms_are_sent_as_links_to_somebody_who_did_not_come(office: Office) -> None:
    asked = ask_question(at=MONDAY, text="Apa syaratnya?")
    Consultation.objects.filter(pk=asked.pk).update(person=None, channel="telepon", contact="")
    inform(
        asked.pk,
        given="Formulir terlampir.",
        covered=["c"],
        forms=["F03"],
        send_to="tamu@contoh.example",
        by=officer("information_officer"),
        at=TUESDAY,
    )
    notice = Notice.objects.get(kind="answered")
    assert notice.address == "tamu@contoh.example"
    path = "/layanan/pembuangan-air-limbah-ke-laut/formulir/F03.pdf"
    assert path in notice.text
    assert b"".join(Client().get(path).streaming_content).startswith(b"%PDF")  # type: ignore[attr-defined]


# --- everybody whom the company lets see it -----------------------------------------------------------------


def joined(case: Case, user: User) -> Membership:
    company = case.application.company
    invitation = companies.invite(company.pk, address=user.email, by=applicant(), at=MONDAY)
    return companies.accept_invitation(invitation, by=user, at=MONDAY)


def someone(name: str) -> User:
    return User.objects.create_user(
        email=f"{name.lower()}.misalnya@contoh.example", name=f"{name} Misalnya", phone="+628110000007"
    )


def register(case: Case) -> None:
    """Step 6, which tells the registration number."""
    assert Walk(Clock(TUESDAY), applicant(), case=case).forward() == "register"


def told_of(case: Case, what: str) -> dict[str, bool]:
    """Who was told something, and whether customer service telephones them if it cannot be sent."""
    about = Notice.objects.about_case(case.pk).filter(key__startswith=f"{case.chain}:{what}")
    return dict(about.values_list("address", "important"))


def test_members_and_the_holders_of_a_power_are_told_each_once_and_nobody_else(office: Office) -> None:
    case = case_at("register", at=MONDAY)
    budi, rahmat, wati, over = map(someone, ["Budi", "Rahmat", "Wati", "Tono"])
    joined(case, budi)
    given(case.application, to=rahmat)  # handling, July 2026
    given(case.application, to=rahmat, scope="signing")  # holds two, is told once
    given(case.application, to=over, ends=office_day(MONDAY))
    elsewhere = case_at("register", at=MONDAY, company="PT Teluk Rekaan Kimia")
    given(elsewhere.application, to=wati)

    register(case)

    assert told_of(case, "registered") == {applicant().email: True, budi.email: False, rahmat.email: False}
    told = Notice.objects.get(key=f"{case.chain}:registered:user:{budi.pk}")
    assert told.text.startswith("Yth. Budi Misalnya,")
    assert told.link == f"/permohonan/{case.application.reference}/"
    assert told_of(case, "submitted:1") == {applicant().email: False}  # nobody is told what was before them
    assert told_of(elsewhere, "registered") == {}


def test_who_left_or_lost_their_power_is_told_no_more_and_what_waits_for_them_is_not_sent(
    office: Office,
) -> None:
    case = case_at("register", at=MONDAY)
    budi, rahmat = someone("Budi"), someone("Rahmat")
    membership = joined(case, budi)
    power = given(case.application, to=rahmat)
    register(case)
    companies.remove_member(membership, by=applicant(), at=TUESDAY)
    revoke_power(power, reason="Selesai.", by=applicant(), at=TUESDAY)

    list(send_due(clock=lambda: WEDNESDAY, still_theirs=is_still_theirs))

    sent = Notice.objects.filter(kind="registered").exclude(sent_at=None)
    assert [one.recipient for one in sent] == [applicant()]
    withdrawn = Notice.objects.filter(kind="registered").exclude(withdrawn_at=None)
    assert {one.recipient for one in withdrawn} == {budi, rahmat}
    client = Client()
    client.force_login(budi)
    assert str(case.registration_number) not in client.get("/pemberitahuan/").content.decode()


def test_the_member_of_longest_standing_is_reached_for_after_whoever_started_left(office: Office) -> None:
    case = case_at("register", at=MONDAY)
    budi = someone("Budi")
    joined(case, budi)
    companies.remove_member(case.application.company.memberships.get(user=applicant()), by=budi, at=MONDAY)

    register(case)

    assert told_of(case, "registered") == {budi.email: True}


# --- while nobody comes ----------------------------------------------------------------------------------


def test_somebody_without_an_account_is_told_at_the_address_of_their_application(office: Office) -> None:
    case = case_at("hand_over", at=MONDAY, on_behalf_by=officer("customer_service"))
    call_command("tick", at="2026-07-20T09:00")
    reminder = the_notice(case, "uncollected:10")
    assert reminder.recipient is None
    assert "@" in reminder.address
    assert reminder.link == f"/lacak/?nomor={case.application.reference}"
    assert Reminder.objects.get(case=case).channel == Reminder.Channel.EMAIL


def test_what_was_done_meanwhile_is_asked_no_more(office: Office) -> None:
    case = case_at("hand_over", at=MONDAY)
    call_command("tick", at="2026-07-09T09:00")
    give_up(the_notice(case, "uncollected:3"), why="Ditolak.", at=THURSDAY)
    [task] = escalate(at=THURSDAY)
    assert isinstance(task, PhoneTask)
    Walk(Clock(THURSDAY), applicant(), case=case).forward()
    assert the_notice(case, "ready").standing == "Tidak perlu lagi"
    task.refresh_from_db()
    assert (task.outcome, task.closed_by) == ("moot", officer("collection_counter"))
    sent = [notice.key for notice in send_due(clock=lambda: FRIDAY, still_theirs=is_still_theirs)]
    assert f"{case.chain}:ready" not in sent
    assert f"{case.chain}:delivered" in sent
    assert list(escalate(at=FRIDAY)) == []


# --- nobody is reached -----------------------------------------------------------------------------------


@pytest.fixture
def failed(office: Office, settings: Settings) -> Notice:
    """The notice of a registration, given up because nothing can be sent."""
    case = case_at("verify", at=MONDAY)
    settings.MUARA_CHANNELS = {"email": "", "message": ""}
    settings.MUARA_NOTICE_TRIES = 1
    list(send_due(clock=lambda: TUESDAY, still_theirs=is_still_theirs))
    return the_notice(case, "registered")


def call(
    task: PhoneTask, outcome: str, *, note: str = "Tidak diangkat.", by: str = "customer_service"
) -> PhoneCall:
    return note_call(task, outcome=outcome, note=note, by=officer(by), at=WEDNESDAY)


def test_only_an_important_notice_that_failed_becomes_one_phone_task(failed: Notice) -> None:
    assert failed.failed_at == TUESDAY
    [task] = escalate(at=TUESDAY)
    assert isinstance(task, PhoneTask)
    assert (task.notice, task.phone, task.say) == (failed, applicant().phone, failed.text)
    assert list(escalate(at=WEDNESDAY)) == []
    assert Notice.objects.filter(failed_at__isnull=False, important=False).exists()


def test_a_call_that_reaches_closes_the_task_and_one_in_vain_does_not(failed: Notice) -> None:
    [task] = escalate(at=TUESDAY)
    assert isinstance(task, PhoneTask)
    with pytest.raises(Refused, match="mengapa tidak tersambung"):
        call(task, "again", note=" ")
    call(task, "again")
    task.refresh_from_db()
    assert task.closed_at is None
    call(task, "reached", note="Berbicara dengan yang bersangkutan.")
    task.refresh_from_db()
    assert (task.outcome, task.closed_by) == ("reached", officer("customer_service"))
    assert list(task.calls.values_list("reached", flat=True)) == [False, True]
    with pytest.raises(Refused, match="sudah diselesaikan"):
        call(task, "reached")
    assert not NoticeLetter.objects.exists()
    assert breaks([*heads(), *case_heads()]) == []


def test_only_customer_service_calls_and_posts(failed: Notice) -> None:
    [task] = escalate(at=TUESDAY)
    assert isinstance(task, PhoneTask)
    for actor in ("verifier", "administrator", "information_officer"):
        with pytest.raises(NotYours):
            call(task, "reached", by=actor)


def test_a_form_sent_twice_notes_one_call(failed: Notice) -> None:
    [task] = escalate(at=TUESDAY)
    assert isinstance(task, PhoneTask)
    stamp = Stamp(key="k" * 32, body="b" * 64)
    cs = officer("customer_service")
    note_call(task, outcome="reached", note="", by=cs, at=WEDNESDAY, stamp=stamp)
    with pytest.raises(AlreadyDone):
        note_call(task, outcome="reached", note="", by=cs, at=WEDNESDAY, stamp=stamp)
    assert PhoneCall.objects.count() == 1


def test_after_a_call_in_vain_a_letter_is_printed_and_posted(failed: Notice, tmp_path: Path) -> None:
    [task] = escalate(at=TUESDAY)
    assert isinstance(task, PhoneTask)
    call(task, "letter")
    paper = NoticeLetter.objects.get()
    assert (paper.notice, paper.posted_on) == (failed, None)
    printed = pdf_text(paper, tmp_path)
    assert failed.subject in printed
    assert "14 (empat belas) hari kerja sejak rekomendasi teknis diterima" in printed
    assert "Sari Contohwati" in printed
    assert paper.address
    assert printed.count("Yth.") == 1

    cs = officer("customer_service")
    for day, told_so in (
        (office_day(FRIDAY), "sesudah hari ini"),
        (office_day(TUESDAY), "sebelum surat dibuat"),
    ):
        with pytest.raises(Refused, match=told_so):
            mark_posted(paper, posted_on=day, tracking_number="", by=cs, at=THURSDAY)
    mark_posted(paper, posted_on=office_day(THURSDAY), tracking_number="P-1", by=cs, at=THURSDAY)
    paper.refresh_from_db()
    assert (paper.posted_on, paper.posted_by, paper.tracking_number) == (office_day(THURSDAY), cs, "P-1")
    with pytest.raises(Refused, match="sudah dicatat"):
        mark_posted(paper, posted_on=office_day(THURSDAY), tracking_number="", by=cs, at=THURSDAY)


def pdf_text(paper: NoticeLetter, folder: Path) -> str:
    path = folder / "letter.pdf"
    with BlobStore().open(letters.pdf(paper.letter).sha256) as file:
        path.write_bytes(file.read())
    done = subprocess.run(["pdftotext", "-raw", path, "-"], capture_output=True, text=True, check=True)
    return " ".join(done.stdout.split())


def test_without_a_telephone_number_a_letter_is_made_at_once(failed: Notice) -> None:
    Notice.objects.update(phone="")
    [paper] = escalate(at=TUESDAY)
    assert isinstance(paper, NoticeLetter)
    assert not PhoneTask.objects.exists()


def test_the_tick_does_all_of_it_and_twice_no_more(failed: Notice) -> None:
    call_command("tick", at="2026-07-08T09:00")
    call_command("tick", at="2026-07-08T09:05")
    assert PhoneTask.objects.count() == 1
    digests = Notice.objects.filter(kind="digest")
    assert {one.recipient for one in digests} == {officer("customer_service"), officer("administrator")}
    assert digests.count() == 2
