"""The joint meeting of step 14: called, attended, minuted, approved; what it decides binds the next step."""

from __future__ import annotations

from datetime import time, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from muara.cases.actions import NotYours, Refused, Stale, Stamp, take_over
from muara.cases.models import Case, CaseLetter, Meeting, Participant, Task
from muara.documents.letters import pdf
from muara.people.models import Holding, Office, User, office_day
from muara.steps.actions import approval, meeting
from muara.steps.actions.meeting import Guest, Plan
from muara.web.demo import applicant, officer, sample_upload
from tests.clock import MONDAY, TUESDAY
from tests.remembered import case_at

pytestmark = [pytest.mark.django_db, pytest.mark.both]
PLAN = Plan(day=office_day(MONDAY), starts=time(9), place="Ruang rapat", agenda="Pembahasan debit maksimum")
GUESTS = (
    Guest("Teguh Fiktif", "DLH (contoh)", "agency"),
    Guest("Sari Contohwati", "PT Segara Contoh Makmur", "applicant"),
)
LATER = MONDAY + timedelta(hours=1)


def at_the_meeting() -> Task:
    """A meeting that the section head has to call, with the file in hand."""
    case = case_at("meet", at=MONDAY)
    task = Task.objects.get(case=case, closed_at=None, companion=False)
    take_over(task.pk, by=officer("section_head"), at=MONDAY)
    return fresh(task)


def fresh(task: Task) -> Task:
    return Task.objects.select_related("case__revision", "case__application__company").get(pk=task.pk)


def called(task: Task, *, guests: tuple[Guest, ...] = GUESTS) -> Meeting:
    return meeting.plan(task, plan=PLAN, invited=guests, by=officer("section_head"), at=MONDAY)


def attended(task: Task) -> Meeting:
    present = [person.pk for person in called(task).participants.all()]
    return meeting.record_attendance(task, present=present, by=officer("section_head"), at=LATER)


def minuted(task: Task) -> Meeting:
    attended(task)
    return meeting.write_minutes(task, text="Debit dibahas.", by=officer("section_head"), at=LATER)


def approved(task: Task) -> Meeting:
    minuted(task)
    return meeting.approve_minutes(task, by=officer("section_head"), at=LATER)


def decide(task: Task, outcome: str = "decided", note: str = "") -> None:
    meeting.decide(
        task,
        outcome=outcome,
        decision="Debit maksimum tetap 1.500 m³/hari.",
        by=officer("section_head"),
        at=LATER,
        note=note,
    )


def test_a_meeting_without_attendance_or_approved_minutes_decides_nothing(office: Office) -> None:
    task = at_the_meeting()
    with pytest.raises(Refused, match="Undang rapat"):
        decide(task)
    called(task)
    with pytest.raises(Refused, match="siapa yang hadir"):
        decide(task)
    meeting.record_attendance(task, present=[], came_too=GUESTS[:1], by=officer("section_head"), at=LATER)
    with pytest.raises(Refused, match="Notulen belum disetujui"):
        decide(task)
    meeting.write_minutes(task, text="Debit dibahas.", by=officer("section_head"), at=LATER)
    with pytest.raises(Refused, match="Notulen belum disetujui"):
        decide(task)
    assert fresh(task).is_open


def test_minutes_are_approved_by_whoever_called_the_meeting(office: Office) -> None:
    task = at_the_meeting()
    minuted(task)

    with pytest.raises(NotYours):
        meeting.approve_minutes(task, by=officer("division_head"), at=LATER)
    meeting.approve_minutes(task, by=officer("section_head"), at=LATER)

    held = Meeting.objects.get(task=task)
    assert (held.approved_by, held.approved_at) == (officer("section_head"), LATER)


def test_a_note_taker_writes_the_minutes_and_the_caller_approves_without_holding_the_file(
    office: Office,
) -> None:
    secretary = User.objects.create_user(email="notulis@contoh.example", name="Nola Misalnya")
    Holding.objects.create(user=secretary, actor="joint_meeting", office=office, starts=office_day(MONDAY))
    task = at_the_meeting()
    take_over(task.pk, by=secretary, at=MONDAY)
    held = meeting.plan(task, plan=PLAN, invited=GUESTS, by=secretary, at=MONDAY)
    present = [person.pk for person in held.participants.all()]
    meeting.record_attendance(task, present=present, by=secretary, at=LATER)
    meeting.write_minutes(task, text="Debit dibahas.", by=secretary, at=LATER)

    with pytest.raises(NotYours):
        meeting.approve_minutes(task, by=secretary, at=LATER)
    meeting.approve_minutes(task, by=officer("section_head"), at=LATER)


@pytest.mark.parametrize("again", ["minutes", "attendance", "opinion"])
def test_what_changes_after_the_approval_is_approved_again(office: Office, again: str) -> None:
    task = at_the_meeting()
    held, by = approved(task), officer("section_head")
    match again:
        case "minutes":
            meeting.write_minutes(task, text="Debit dibahas lagi.", by=by, at=LATER)
        case "attendance":
            present = [person.pk for person in held.participants.all()[:1]]
            meeting.record_attendance(task, present=present, by=by, at=LATER)
        case "opinion":
            scan = sample_upload("Pendapat hukum", at=LATER).blob
            meeting.attach_opinion(task, summary="Kewenangan provinsi.", scan=scan, by=by, at=LATER)
    with pytest.raises(Refused, match="Notulen belum disetujui"):
        decide(task)
    meeting.approve_minutes(task, by=by, at=LATER)
    decide(task)


def test_a_meeting_is_attended_when_it_has_begun_not_before(office: Office) -> None:
    task, by = at_the_meeting(), officer("section_head")
    tomorrow = Plan(day=office_day(TUESDAY), starts=time(9), place=PLAN.place, agenda=PLAN.agenda)
    held = meeting.plan(task, plan=tomorrow, invited=GUESTS, by=by, at=MONDAY)
    present = [person.pk for person in held.participants.all()]

    for early in (LATER, TUESDAY - timedelta(minutes=1)):
        with pytest.raises(Refused, match="belum dimulai"):
            meeting.record_attendance(task, present=present, by=by, at=early)
    meeting.record_attendance(task, present=present, by=by, at=TUESDAY)
    with pytest.raises(Refused, match="sudah berlangsung"):
        meeting.plan(task, plan=tomorrow, invited=GUESTS, by=by, at=TUESDAY)


def test_a_day_that_is_past_no_place_no_agenda_and_nobody_invited_are_refused(office: Office) -> None:
    task, by = at_the_meeting(), officer("section_head")
    for plan, guests in (
        (Plan(office_day(MONDAY - timedelta(days=1)), time(9), "Ruang rapat", "Debit"), GUESTS),
        (Plan(office_day(MONDAY), time(9), " ", "Debit"), GUESTS),
        (Plan(office_day(MONDAY), time(9), "Ruang rapat", " "), GUESTS),
        (PLAN, ()),
    ):
        with pytest.raises(Refused):
            meeting.plan(task, plan=plan, invited=guests, by=by, at=MONDAY)
    assert not Meeting.objects.exists()


def test_guests_without_an_account_sit_beside_the_office_the_agency_and_the_applicant(
    office: Office,
) -> None:
    task = at_the_meeting()
    held = called(task)
    expert = Guest("Nara Umpamawan", "Universitas Contoh", "expert")
    by = officer("section_head")
    absent = held.participants.get(side="applicant")
    meeting.record_attendance(
        task,
        present=[person.pk for person in held.participants.exclude(pk=absent.pk)],
        came_too=[expert],
        by=by,
        at=LATER,
    )
    assert list(
        Participant.objects.filter(meeting=held).values_list("side", "name", "invited", "present")
    ) == [
        ("agency", "Teguh Fiktif", True, True),
        ("applicant", "Sari Contohwati", True, False),
        ("expert", "Nara Umpamawan", False, True),
    ]


@pytest.mark.parametrize(
    ("outcome", "step"),
    [
        ("decided", "endorse_section"),
        ("redraft", "draft"),
        ("unmet", "correct"),
        ("review_again", "review"),
    ],
)
def test_what_the_meeting_decided_is_read_by_whoever_gets_the_case(
    office: Office, outcome: str, step: str
) -> None:
    task = at_the_meeting()
    approved(task)
    decide(task, outcome, note="Menurut keputusan rapat.")
    following = Task.objects.get(case=task.case_id, closed_at=None, companion=False)
    assert following.step_key == step

    client = Client()
    client.force_login(officer(following.actor))
    page = client.get(f"/meja/tugas/{following.pk}/").content.decode()

    assert "Keputusan rapat gabungan 6 Juli 2026" in page
    assert "Debit maksimum tetap 1.500 m³/hari." in page


def test_a_case_may_meet_twice(office: Office) -> None:
    task = at_the_meeting()
    approved(task)
    decide(task)
    again = Task.objects.get(case=task.case_id, closed_at=None, companion=False)
    take_over(again.pk, by=officer("section_head"), at=LATER)
    approval.endorse(
        fresh(again), outcome="needs_meeting", by=officer("section_head"), at=LATER, note="Sekali lagi."
    )
    second = Task.objects.get(case=task.case_id, closed_at=None, companion=False)
    take_over(second.pk, by=officer("section_head"), at=LATER)

    approved(fresh(second))
    decide(fresh(second))

    assert Meeting.objects.filter(task__case=task.case_id, decided_at__isnull=False).count() == 2


def test_the_papers_of_a_meeting_are_made_on_the_way(office: Office) -> None:
    task = at_the_meeting()
    approved(task)
    decide(task)
    kinds = list(CaseLetter.objects.filter(case=task.case_id, step_key="meet").values_list("kind", flat=True))
    assert kinds == [
        "meeting_invitation",
        "attendance_list",
        "attendance_list",
        "meeting_minutes",
        "meeting_decision",
    ]
    for filed in CaseLetter.objects.filter(case=task.case_id, step_key="meet"):
        assert pdf(filed.letter).pages == 1


@pytest.mark.parametrize("invited", [True, False])
def test_an_invited_applicant_reads_the_invitation_and_no_other_paper(office: Office, invited: bool) -> None:
    task = at_the_meeting()
    held = called(task, guests=GUESTS if invited else GUESTS[:1])
    client = Client()
    client.force_login(applicant())

    page = client.get(f"/permohonan/{task.case.application.reference}/").content.decode()
    invitation = client.get(f"/surat/{held.invitation_id}.pdf")

    assert ("Undangan rapat gabungan" in page) is invited
    assert invitation.status_code == (200 if invited else 404)
    assert bool(invitation.getvalue()) or not invited
    sheet = CaseLetter.objects.get(case=task.case_id, kind="attendance_list")
    assert client.get(f"/surat/{sheet.letter_id}.pdf").status_code == 404


def test_minutes_that_changed_since_the_page_was_opened_are_not_approved(office: Office) -> None:
    task = at_the_meeting()
    minuted(task)
    shown = Case.objects.get(pk=task.case_id).version
    meeting.write_minutes(task, text="Isi lain.", by=officer("section_head"), at=LATER)
    with pytest.raises(Stale):
        meeting.approve_minutes(task, by=officer("section_head"), at=LATER, stamp=Stamp(version=shown))


def test_the_database_knows_no_decision_without_approved_minutes(office: Office) -> None:
    held = minuted(at_the_meeting())
    with pytest.raises(IntegrityError), transaction.atomic():
        Meeting.objects.filter(pk=held.pk).update(decision="Diteruskan.", decided_at=LATER)
    with pytest.raises(IntegrityError), transaction.atomic():
        Meeting.objects.filter(pk=held.pk).update(
            minutes="", approved_at=LATER, approved_by=officer("registrar")
        )
