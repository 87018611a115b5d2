"""The main line and the first ways back: what the SOP says opens after what (Lampiran 1, domain 1.8.1)."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial

import pytest

from muara.cases.actions import (
    AlreadyDone,
    KeyReused,
    NotYours,
    Refused,
    Stale,
    Stamp,
    act,
    complete,
    note_on,
    take_over,
)
from muara.cases.models import Case, Checklist, Correction, Task
from muara.documents.letters import render
from muara.people.models import Holding, Office
from muara.steps.actions import approval, drafting, filing, intake, registration, review, verification
from muara.steps.actions.checklists import Mark
from muara.steps.letters import Wording
from muara.web.demo import CAST, Clock, Walk, all_fit, applicant, example, officer
from tests.clock import MONDAY, at
from tests.remembered import case_at

pytestmark = [pytest.mark.django_db, pytest.mark.both]

MAIN_LINE = [3, 4, 6, 7, 9, 10, 11, 12, 13, 15, 16, 17, 18]  # 5, 8 and 14 lie off it (Lampiran 1)
WORKED_BY_OFFICERS = [
    "check",
    "advise",
    "register",
    "verify",
    "correct",
    "deliver",
    "review",
    "draft",
    "endorse_section",
    "endorse_division",
    "decide",
    "number",
    "hand_over",
]


def main_task(case: Case) -> Task:
    return Task.objects.select_related("case__revision").get(case=case, closed_at=None, companion=False)


def received(step_key: str) -> tuple[Task, Walk]:
    """A case at a step, received by the holder of its actor."""
    case = case_at(step_key, at=MONDAY)
    walk = Walk(Clock(MONDAY), applicant(), case=case)
    return walk.take(), walk


def test_an_application_goes_through_the_main_line_of_the_sop(office: Office) -> None:
    case = case_at("end", at=MONDAY)

    done = [task.step.number for task in case.tasks.filter(companion=False).order_by("pk")]

    assert done == MAIN_LINE
    assert case.result == "received"
    assert case.closed_at is not None


@pytest.mark.parametrize("step_key", WORKED_BY_OFFICERS)
def test_only_the_holder_of_a_steps_actor_may_receive_and_finish_it(office: Office, step_key: str) -> None:
    task = main_task(case_at(step_key, at=MONDAY))
    outcome = task.step.outcomes[0].key

    for person in CAST:
        if person.actor == task.actor:
            continue
        with pytest.raises(NotYours):
            take_over(task.pk, by=officer(person.actor), at=MONDAY)
        with pytest.raises(NotYours), act():
            complete(task.pk, outcome=outcome, by=officer(person.actor), at=MONDAY, note="x")
    with pytest.raises(NotYours):
        take_over(task.pk, by=applicant(), at=MONDAY)

    assert take_over(task.pk, by=officer(task.actor), at=MONDAY).step_key == step_key


def test_an_actor_whose_period_has_ended_may_do_nothing(office: Office) -> None:
    task = main_task(case_at("check", at=MONDAY))
    yesterday = date(2026, 7, 5)
    Holding.objects.filter(actor="customer_service").update(ends=yesterday)

    with pytest.raises(NotYours):
        take_over(task.pk, by=officer("customer_service"), at=MONDAY)


def test_nothing_is_finished_by_somebody_who_has_not_received_it(office: Office) -> None:
    task = main_task(case_at("check", at=MONDAY))

    with pytest.raises(Refused, match="Terima berkas ini lebih dahulu"):
        intake.check(task, outcome="complete", marks=all_fit(task), by=officer("customer_service"), at=MONDAY)

    assert main_task(task.case).step_key == "check"


def test_an_incomplete_file_goes_to_the_applicant_and_comes_back(office: Office) -> None:
    task, walk = received("check")
    marks = all_fit(task) | {5: Mark("unfit", "Skema IPAL belum ada.")}

    intake.check(
        task,
        outcome="incomplete",
        marks=marks,
        by=officer("customer_service"),
        at=MONDAY,
        note="Skema IPAL belum ada.",
    )
    assert main_task(task.case).step_key == "apply"
    assert Correction.objects.get(case=task.case).with_applicant

    walk.mend(Correction.objects.get(case=task.case))
    filing.submit(task.case.application, by=applicant(), at=MONDAY + timedelta(hours=1))
    assert main_task(task.case).step_key == "check"
    assert not Correction.objects.get(case=task.case).with_applicant


def test_the_help_desk_is_asked_by_the_cs_and_answers_to_the_cs(office: Office) -> None:
    case = case_at("advise", at=MONDAY)
    assert list(case.call_stack) == ["check"]

    Walk(Clock(MONDAY), applicant(), case=case).forward()

    case.refresh_from_db()
    assert main_task(case).step_key == "check"
    assert list(case.call_stack) == []


def test_the_counter_accepts_nothing_without_the_signed_approval_of_the_cs(office: Office) -> None:
    task, _ = received("register")
    Checklist.objects.filter(task__case=task.case).update(approved=False)

    with pytest.raises(Refused, match="belum disetujui CS"):
        registration.register(
            task,
            outcome="registered",
            applicant_signed=True,
            by=officer("registration_counter"),
            at=MONDAY,
        )

    task.case.refresh_from_db()
    assert task.case.registration_number is None
    assert main_task(task.case).step_key == "register"


def test_the_counter_sends_an_unapproved_file_back_to_the_cs(office: Office) -> None:
    task, _ = received("register")

    registration.register(
        task,
        outcome="not_approved",
        by=officer("registration_counter"),
        at=MONDAY,
        note="Daftar periksa belum ditandatangani.",
    )

    assert main_task(task.case).step_key == "check"


def test_the_counter_asks_for_the_applicants_signature(office: Office) -> None:
    task, _ = received("register")

    with pytest.raises(Refused, match=r"6\.c"):
        registration.register(task, outcome="registered", by=officer("registration_counter"), at=MONDAY)


SIGNATURE = "M20 100 " + " ".join(f"L{20 + 10 * step} {100 - 40 * (step % 2)}" for step in range(1, 20))


def test_a_signature_drawn_on_the_screen_is_on_the_first_proof(office: Office) -> None:
    task, _ = received("register")

    registration.register(
        task, outcome="registered", signature=SIGNATURE, by=officer("registration_counter"), at=MONDAY
    )

    proof = task.case.letters.get(kind="first_proof").letter
    assert f'd=\\"{SIGNATURE}\\"' in proof.content
    assert render(proof).startswith(b"%PDF")


@pytest.mark.parametrize(
    "strokes",
    [
        "M10 10 L11 11",  # a dot
        SIGNATURE.replace("L30", "L999"),  # off the sheet
        f'{SIGNATURE}" onload="alert(1)',
        "M10 10 " * 20,
        SIGNATURE * 100,
    ],
)
def test_what_is_no_signature_registers_nothing(office: Office, strokes: str) -> None:
    task, _ = received("register")

    with pytest.raises(Refused, match="Tanda tangan belum terbaca"):
        registration.register(
            task, outcome="registered", signature=strokes, by=officer("registration_counter"), at=MONDAY
        )

    assert Case.objects.get(pk=task.case_id).registration_number is None


def test_a_defect_at_verification_goes_through_the_cs_and_back(office: Office) -> None:
    case = case_at("correct", at=MONDAY)
    walk = Walk(Clock(MONDAY), applicant(), case=case)
    task = walk.take()
    cs = officer("customer_service")

    with pytest.raises(Refused, match="belum diterima"):
        verification.hand_back(task, by=cs, at=MONDAY)
    verification.ask_applicant(task, by=cs, at=MONDAY)
    with pytest.raises(Refused, match="belum diterima"):
        verification.hand_back(walk.task, by=cs, at=MONDAY)
    walk.mend(Correction.objects.get(case=case))
    verification.answer_correction(Case.objects.get(pk=case.pk), answer="Sudah.", by=applicant(), at=MONDAY)
    verification.hand_back(walk.task, by=cs, at=MONDAY)

    assert main_task(case).step_key == "verify"
    assert case.application.submissions.count() == 2


@pytest.mark.parametrize("step_key", ["endorse_section", "endorse_division"])
def test_a_faulty_draft_goes_back_to_drafting_and_both_heads_endorse_again(
    office: Office, step_key: str
) -> None:
    task, walk = received(step_key)

    approval.endorse(
        task, outcome="faulty", by=officer(task.actor), at=MONDAY, note="Nama parameter salah ketik."
    )
    assert main_task(task.case).step_key == "draft"

    assert [walk.forward() for _ in range(3)] == ["draft", "endorse_section", "endorse_division"]
    assert main_task(task.case).step_key == "decide"


@pytest.mark.parametrize("caller", ["endorse_section", "endorse_division", "decide"])
def test_a_joint_meeting_goes_back_to_whoever_called_it(office: Office, caller: str) -> None:
    task, walk = received(caller)
    by = officer(task.actor)
    if caller == "decide":
        current = drafting.latest_draft(task.case)
        assert current is not None
        approval.decide(
            task, outcome="meeting", draft_sha256=current.sha256, by=by, at=MONDAY, note="Perlu dibahas."
        )
    else:
        approval.endorse(task, outcome="needs_meeting", by=by, at=MONDAY, note="Perlu dibahas.")
    meeting = main_task(task.case)
    assert meeting.step_key == "meet"

    with pytest.raises(NotYours):
        take_over(meeting.pk, by=officer("registrar"), at=MONDAY)
    walk.forward()

    assert main_task(task.case).step_key == caller


def test_monitoring_opens_and_closes_with_the_agencys_review(office: Office) -> None:
    case = case_at("review", at=MONDAY)
    companion = case.tasks.get(companion=True)
    assert (companion.actor, companion.closed_at) == ("processing_officer", None)

    take_over(companion.pk, by=officer("processing_officer"), at=MONDAY)
    with act():
        note_on(
            companion.pk,
            verb="draft.monitor",
            by=officer("processing_officer"),
            at=MONDAY,
            facts={},
            note="Menurut DLH selesai pekan depan.",
        )
    with pytest.raises(Refused, match="ditutup dengan sendirinya"), act():
        complete(companion.pk, outcome="drafted", by=officer("processing_officer"), at=MONDAY)
    Walk(Clock(MONDAY), applicant(), case=case).forward()

    companion.refresh_from_db()
    assert companion.closed_at is not None
    assert not case.tasks.filter(companion=True, closed_at=None).exists()


def test_a_way_back_needs_a_reason(office: Office) -> None:
    task, _ = received("endorse_section")

    with pytest.raises(Refused) as refused:
        approval.endorse(task, outcome="faulty", by=officer("section_head"), at=MONDAY, note="  ")

    assert refused.value.field == "note"
    assert main_task(task.case).step_key == "endorse_section"


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("draft", "endorse_section"),
        ("draft", "endorse_division"),
        ("draft", "decide"),
        ("endorse_section", "endorse_division"),
        ("decide", "number"),
    ],
)
def test_the_same_person_may_not_do_two_separated_steps(office: Office, first: str, second: str) -> None:
    task = main_task(case_at(second, at=MONDAY))
    doer = Task.objects.get(case=task.case, step_key=first, companion=False).closed_by
    assert doer is not None
    Holding.objects.create(user=doer, actor=task.actor, office=office, starts=date(2024, 1, 1))

    with pytest.raises(NotYours):
        take_over(task.pk, by=doer, at=MONDAY)


def test_the_same_key_and_body_are_answered_once(office: Office) -> None:
    task, _ = received("deliver")
    stamp = Stamp(key="k" * 32, body="a" * 64, version=task.case.version)

    verification.deliver(task, receiver="Penerima", by=officer("liaison"), at=MONDAY, stamp=stamp)
    with pytest.raises(AlreadyDone):
        verification.deliver(task, receiver="Penerima", by=officer("liaison"), at=MONDAY, stamp=stamp)

    assert task.case.tasks.filter(step_key="review").count() == 1


def test_the_same_key_with_another_body_is_refused(office: Office) -> None:
    task, _ = received("deliver")
    version = task.case.version
    first, second = (Stamp(key="k" * 32, body=body * 64, version=version) for body in "ab")

    verification.deliver(task, receiver="Penerima", by=officer("liaison"), at=MONDAY, stamp=first)
    with pytest.raises(KeyReused):
        verification.deliver(task, receiver="Lain", by=officer("liaison"), at=MONDAY, stamp=second)

    assert task.case.referrals.get().receiver == "Penerima"


def test_a_form_shown_before_the_case_moved_is_stale(office: Office) -> None:
    task, walk = received("deliver")
    old = Stamp(key="o" * 32, body="a" * 64, version=task.case.version - 1)

    with pytest.raises(Stale):
        verification.deliver(task, receiver="Penerima", by=officer("liaison"), at=MONDAY, stamp=old)

    assert walk.task.step_key == "deliver"


def test_a_closed_task_cannot_be_finished_again(office: Office) -> None:
    task, _ = received("deliver")
    verification.deliver(task, receiver="Penerima", by=officer("liaison"), at=MONDAY)

    with pytest.raises(Stale):
        verification.deliver(task, receiver="Penerima", by=officer("liaison"), at=MONDAY)


# H and its limits: domain.md topic 8, "Golden dates".
GOLDEN = [
    ("2024-04-01", "2024-04-03", "2024-04-24", "2024-04-25", "2024-04-26", "2024-04-29"),
    ("2025-03-20", "2025-03-24", "2025-04-15", "2025-04-16", "2025-04-17", "2025-04-21"),
    ("2026-03-10", "2026-03-12", "2026-04-01", "2026-04-02", "2026-04-06", "2026-04-07"),
    ("2026-05-11", "2026-05-13", "2026-06-02", "2026-06-03", "2026-06-04", "2026-06-05"),
    ("2026-12-10", "2026-12-14", "2026-12-29", "2026-12-30", "2026-12-31", "2027-01-04"),
]


@pytest.mark.parametrize("row", GOLDEN, ids=lambda row: row[0])
def test_limits_run_from_the_day_the_recommendation_is_received(office: Office, row: tuple[str, ...]) -> None:
    day, plus_2, plus_11, plus_12, plus_13, plus_14 = row
    case = case_at("meet", at=at(f"{day} 11:00"))
    walk = Walk(Clock(at(f"{day} 15:00")), applicant(), case=case)
    while main_task(case).step_key != "receive":
        walk.forward()

    passes = list(case.tasks.filter(companion=False).order_by("opened_at", "pk"))
    due = {task.step_key: task.due_on for task in reversed(passes)}  # of each step's first pass
    again = {task.step_key: task.due_on for task in passes}
    # After the meeting, the section head is bounded by the head of office's limit (domain 1.8.3).
    assert again["endorse_section"] == date.fromisoformat(plus_12)
    expected = {
        "draft": plus_2,
        "endorse_section": plus_2,
        "endorse_division": plus_2,
        "meet": plus_11,
        "decide": plus_12,
        "number": plus_13,
        "hand_over": plus_14,
        "receive": plus_14,
    }
    assert {key: due[key] for key in expected} == {k: date.fromisoformat(v) for k, v in expected.items()}


def test_back_dating_the_receipt_of_paper_needs_a_reason(office: Office) -> None:
    task, _ = received("draft")
    receive = partial(
        drafting.receive_recommendation,
        task,
        agenda_number="007",
        by=officer("processing_officer"),
        at=MONDAY + timedelta(days=1),
    )

    with pytest.raises(Refused, match="alasan"):
        receive(received_on=date(2026, 7, 6))
    with pytest.raises(Refused, match="sesudah hari ini"):
        receive(received_on=date(2026, 7, 8))
    receive(received_on=date(2026, 7, 6), reason="Surat tiba sore hari.")

    task.case.refresh_from_db()
    assert task.case.recommended_on == date(2026, 7, 6)


def test_no_draft_is_made_before_h_is_booked(office: Office) -> None:
    task, _ = received("draft")

    with pytest.raises(Refused, match="Bukukan"):
        drafting.draft(
            task,
            wording=Wording(considering=("bahwa",), laws=("UU",)),
            by=officer("processing_officer"),
            at=MONDAY,
        )


def test_the_head_signs_only_the_draft_that_was_shown(office: Office) -> None:
    task, _ = received("decide")

    with pytest.raises(Refused, match="Draf telah berubah"):
        approval.decide(
            task, outcome="signed", draft_sha256="0" * 64, by=officer("head_of_office"), at=MONDAY
        )


def test_the_head_signs_nothing_that_lacks_a_paraf(office: Office) -> None:
    task, _ = received("decide")
    current = drafting.latest_draft(task.case)
    assert current is not None
    current.endorsements.filter(step_key="endorse_division").update(voided_at=MONDAY, void_reason="Uji")

    with pytest.raises(Refused, match="belum diparaf pada langkah 13"):
        approval.decide(
            task, outcome="signed", draft_sha256=current.sha256, by=officer("head_of_office"), at=MONDAY
        )


def test_the_decree_names_whoever_signs_it(office: Office) -> None:
    task, _ = received("decide")
    current = drafting.latest_draft(task.case)
    assert current is not None
    acting = officer("auditor")
    Holding.objects.create(
        user=acting,
        actor="head_of_office",
        office=office,
        status="plh",
        starts=date(2026, 7, 1),
        ends=date(2026, 7, 31),
    )
    take_over(task.pk, by=acting, at=MONDAY)

    with pytest.raises(Refused, match="disiapkan untuk ditandatangani Guntur Andaian"):
        approval.decide(task, outcome="signed", draft_sha256=current.sha256, by=acting, at=MONDAY)


def test_an_official_does_not_handle_an_application_of_their_own(office: Office) -> None:
    case = case_at("verify", at=MONDAY)
    Holding.objects.create(user=applicant(), actor="verifier", office=office, starts=date(2026, 1, 1))

    with pytest.raises(NotYours):
        take_over(main_task(case).pk, by=applicant(), at=MONDAY)


def test_an_act_of_one_step_cannot_finish_another(office: Office) -> None:
    task, _ = received("verify")

    with pytest.raises(NotYours):
        intake.check(task, outcome="complete", marks=all_fit(task), by=officer("verifier"), at=MONDAY)


def test_a_second_delivery_needs_a_new_cover_letter(office: Office) -> None:
    task, walk = received("review")
    review.find_unfit(task, note="Neraca air keliru.", by=officer("technical_team"), at=MONDAY)
    walk.forward()
    task = walk.take()

    with pytest.raises(Refused, match="surat pengantar baru"):
        verification.verify(task, outcome="complete", marks=all_fit(task), by=officer("verifier"), at=MONDAY)
    walk.forward()
    walk.forward()
    assert [referral.receiver for referral in task.case.referrals.all()] == ["Penerima Contoh"] * 2


def test_the_decree_names_the_company_that_officers_checked(office: Office) -> None:
    case = case_at("draft", at=MONDAY)
    other = filing.start_application(
        revision=case.revision,
        kind="new",
        company=case.application.company,
        company_name="",
        by=applicant(),
        at=MONDAY,
    )
    section = case.revision.definition.form.section("company")
    filing.save_section(other, section=section, raw={"company_name": "PT Lain"}, by=applicant(), at=MONDAY)
    Walk(Clock(MONDAY), applicant(), case=case).forward()

    current = drafting.latest_draft(case)
    assert current is not None
    assert drafting.decree(current)["company"] == "PT Segara Contoh Makmur"
    case.application.company.refresh_from_db()
    assert case.application.company.name == "PT Segara Contoh Makmur"
    assert case.application.company.nib == "9999000000011"


def test_what_the_control_sheet_could_not_print_is_refused_where_it_is_typed(office: Office) -> None:
    case = case_at("correct", at=MONDAY)
    walk = Walk(Clock(MONDAY), applicant(), case=case)
    task = walk.take()
    verification.ask_applicant(task, by=officer("customer_service"), at=MONDAY)
    walk.mend(Correction.objects.get(case=case))

    with pytest.raises(Refused):
        verification.answer_correction(
            Case.objects.get(pk=case.pk), answer="Sudah 🙏", by=applicant(), at=MONDAY
        )


def test_a_renewal_names_the_permit_that_it_renews(office: Office) -> None:
    walk = Walk(Clock(MONDAY), applicant(), source=example() | {"kind": "renewal"})
    walk.prepare()

    # Its number, and its date, since the register does not know it.
    with pytest.raises(Refused, match="belum lengkap: 2 hal"):
        walk.submit()


@pytest.mark.parametrize(
    ("moment", "limit"),
    [
        ("2026-07-06 08:30", "2026-07-06"),  # Monday, in service hours (Mon-Thu 08.00-19.00, Fri 08.00-11.00)
        ("2026-07-06 20:30", "2026-07-06"),  # after closing: the SOP counts days, never hours
        ("2026-07-10 11:30", "2026-07-10"),  # Friday, after closing at 11.00
        ("2026-07-06 23:59", "2026-07-06"),
        ("2026-07-07 00:30", "2026-07-07"),  # still 6 July in UTC; the law's day is Makassar's
        ("2026-07-11 09:00", "2026-07-13"),  # Saturday: day 0 is the next working day (domain 1.8.3)
    ],
)
def test_the_clock_starts_on_the_day_of_registration_whatever_the_hour(
    office: Office, moment: str, limit: str
) -> None:
    when = at(moment)
    walk = Walk(Clock(when - timedelta(hours=1)), applicant())
    walk.submit()
    while walk.task.step.activity != "register":
        walk.forward()
    registration.register(
        walk.take(), outcome="registered", applicant_signed=True, by=officer("registration_counter"), at=when
    )
    case = Case.objects.get()

    # Steps 5 to 7 are due on "Hari ke H", the day of registration.
    assert str(case.registered_on) == moment[:10]
    assert str(case.tasks.get(closed_at=None).due_on) == limit
