"""Rounds of requests to the applicant: pinned, counted, answered once; late defects; early ends."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from muara.audit.models import Entry
from muara.cases.actions import NotYours, Refused
from muara.cases.models import (
    Application,
    Case,
    Confirmation,
    Correction,
    CorrectionItem,
    EarlyEnd,
    LateDefectPermission,
    Submission,
    Task,
)
from muara.cases.queries import ended_early, is_with_applicant
from muara.documents.models import Blob
from muara.people.actions import set_office_setting
from muara.people.models import Office, OfficeSetting, User
from muara.steps.actions import approval, endings, filing, intake, requests, review, verification
from muara.steps.actions.checklists import Mark
from muara.steps.actions.requests import Asked, Reply
from muara.steps.forms.verification import Verify
from muara.web.demo import (
    Clock,
    Walk,
    all_fit,
    answered_with_a_dispute,
    applicant,
    asked_several_things,
    officer,
    sample_upload,
    told_to_apply_anew,
)
from tests.clock import MONDAY
from tests.remembered import case_at

pytestmark = [pytest.mark.django_db, pytest.mark.both]
LATER = MONDAY + timedelta(days=1)
SCHEME, OUTFALL = 5, 7  # requirements with files (section G)
ITEMS = (Asked("Peta outfall kabur.", requirement=OUTFALL), Asked("Benarkah musiman?", kind="confirm"))


def walk_of(case: Case) -> Walk:
    return Walk(Clock(LATER), applicant(), case=Case.objects.get(pk=case.pk))


def against(task: Task, reasons: Mapping[int, str]) -> dict[int, Mark]:
    return all_fit(task) | {number: Mark("unfit", reason) for number, reason in reasons.items()}


def sent_back(walk: Walk, reasons: Mapping[int, str]) -> Correction:
    """Step 7 finds defects; the CS passes them on."""
    task = walk.take()
    verification.verify(
        task,
        outcome="incomplete",
        marks=against(task, reasons),
        by=walk.who(task),
        at=walk.clock.tick(),
        note="Belum lengkap.",
    )
    task = walk.take()
    verification.ask_applicant(task, by=walk.who(task), at=walk.clock.tick())
    return Correction.objects.open().get(case=task.case_id)


def answered(walk: Walk, asked: Correction) -> None:
    walk.mend(asked)
    verification.answer_correction(
        Case.objects.get(pk=asked.case_id), answer="Sudah.", by=applicant(), at=walk.clock.tick()
    )


def handed_back(walk: Walk) -> Task:
    task = walk.task
    verification.hand_back(task, by=walk.who(task), at=walk.clock.tick())
    return walk.take()


def scan() -> Blob:
    return sample_upload("Surat bertanda tangan", at=MONDAY).blob


# --- a round ----------------------------------------------------------------------------------------


def test_every_mark_against_is_an_item_of_its_own_kind_on_the_submission_examined(office: Office) -> None:
    case = asked_several_things(at=MONDAY)

    asked = Correction.objects.get(case=case)

    assert [(item.requirement, item.kind) for item in asked.items.all()] == [
        (5, "repair"),
        (8, "confirm"),
        (15, "additional"),
    ]
    assert asked.submission == Submission.objects.get(application=case.application)
    assert (asked.number, asked.raised_at_step, asked.with_applicant) == (1, "verify", True)
    # Monday 6 July 2026 and ten working days, no holiday between (PP 22/2021 Pasal 250).
    assert asked.due_on == date(2026, 7, 20)
    assert set(case.letters.values_list("kind", flat=True)) >= {"problem_note", "correction_request"}


def test_the_cs_sends_what_was_raised_and_explains_it_without_changing_it(office: Office) -> None:
    walk = walk_of(case_at("correct", at=MONDAY))
    task = walk.take()
    before = [item.reason for item in Correction.objects.get().items.all()]

    with pytest.raises(Refused, match="sesudah hari ini"):
        verification.ask_applicant(task, by=walk.who(task), at=LATER, due_on=LATER.date())
    verification.ask_applicant(
        task, explanation="Telepon kami bila perlu.", by=walk.who(task), at=LATER, due_on=date(2026, 7, 31)
    )

    asked = Correction.objects.get()
    assert [item.reason for item in asked.items.all()] == before
    assert (asked.explanation, asked.due_on) == ("Telepon kami bila perlu.", date(2026, 7, 31))


def test_an_answer_says_of_each_item_what_was_done_or_why_not(office: Office) -> None:
    case = answered_with_a_dispute(at=MONDAY)

    asked = Correction.objects.get(case=case)
    mended, confirmed, disputed = asked.items.all()

    assert (mended.disputed, confirmed.disputed, disputed.disputed) == (False, False, True)
    assert confirmed.answer == "Benar, debit maksimum 75 m³ per jam."
    assert disputed.grounds.startswith("Prosedur pompa mati sudah ada")
    assert asked.answering is not None
    assert asked.answering.number == 2
    # What was asked stays pinned to the first.
    assert asked.submission.number == 1


def test_what_is_asked_is_mended_or_disputed_with_grounds(office: Office) -> None:
    walk = walk_of(case_at("verify", at=MONDAY))
    asked = sent_back(walk, {SCHEME: "Skema belum lengkap."})
    case = Case.objects.get(pk=asked.case_id)

    with pytest.raises(Refused, match="belum berubah"):
        verification.answer_correction(case, answer="Sudah.", by=applicant(), at=walk.clock.tick())
    with pytest.raises(Refused, match="alasan keberatan"):
        verification.answer_correction(
            case, replies={1: Reply(disputed=True)}, by=applicant(), at=walk.clock.tick()
        )
    verification.answer_correction(
        case,
        replies={1: Reply(disputed=True, grounds="Ada di halaman 3.")},
        by=applicant(),
        at=walk.clock.tick(),
    )

    assert asked.items.get().grounds == "Ada di halaman 3."


def test_a_request_is_answered_once(office: Office) -> None:
    walk = walk_of(case_at("verify", at=MONDAY))
    asked = sent_back(walk, {SCHEME: "Skema belum lengkap."})
    answered(walk, asked)

    with pytest.raises(Refused, match="Tidak ada permintaan perbaikan yang menunggu"):
        verification.answer_correction(
            Case.objects.get(pk=asked.case_id), answer="Lagi.", by=applicant(), at=walk.clock.tick()
        )

    assert Correction.objects.get().answer == "Sudah."
    assert Submission.objects.count() == 2


def test_the_cs_may_ask_once_more_before_passing_the_file_on(office: Office) -> None:
    walk = walk_of(case_at("verify", at=MONDAY))
    first = sent_back(walk, {SCHEME: "Skema belum lengkap."})
    answered(walk, first)
    cs = officer("customer_service")

    verification.ask_again(
        walk.task,
        asked=[Asked("Kapasitas masih belum tertulis.", requirement=SCHEME)],
        note="Sekali lagi.",
        by=cs,
        at=walk.clock.tick(),
    )

    second = Correction.objects.open().get()
    assert (second.number, second.submission.number, second.with_applicant) == (2, 2, True)
    with pytest.raises(Refused, match="belum diterima"):
        verification.hand_back(walk.task, by=cs, at=walk.clock.tick())
    answered(walk, second)
    assert handed_back(walk).step_key == "verify"


def test_the_verifier_may_return_a_mended_file_once_more(office: Office) -> None:
    walk = walk_of(case_at("verify", at=MONDAY))
    answered(walk, sent_back(walk, {SCHEME: "Skema belum lengkap."}))
    handed_back(walk)

    second = sent_back(walk, {SCHEME: "Skema baru tidak terbaca."})

    assert second.number == 2


@pytest.mark.parametrize(
    ("step_key", "act_there"),
    [
        ("review", lambda task, by, at: review.find_unfit(task, asked=ITEMS, note="Kurang.", by=by, at=at)),
        (
            "endorse_section",
            lambda task, by, at: approval.endorse(
                task, outcome="unmet", asked=ITEMS, note="Kurang.", by=by, at=at
            ),
        ),
        (
            "decide",
            lambda task, by, at: approval.decide(
                task, outcome="unmet", draft_sha256="", asked=ITEMS, note="Kurang.", by=by, at=at
            ),
        ),
    ],
)
def test_the_same_rows_serve_every_step_that_may_ask(
    office: Office, step_key: str, act_there: object
) -> None:
    walk = walk_of(case_at(step_key, at=MONDAY))
    task = walk.take()

    act_there(task, walk.who(task), walk.clock.tick())  # type: ignore[operator]

    asked = Correction.objects.open().get()
    assert asked.raised_at_step == step_key
    assert [(item.requirement, item.kind) for item in asked.items.all()] == [(7, "repair"), (None, "confirm")]
    assert walk.task.step.activity == "correct"


def test_a_note_alone_is_the_one_item_of_its_round(office: Office) -> None:
    walk = walk_of(case_at("review", at=MONDAY))
    task = walk.take()

    review.find_unfit(task, note="Kajian sebaran belum ada.", by=walk.who(task), at=walk.clock.tick())

    item = CorrectionItem.objects.get()
    assert (item.reason, item.requirement) == ("Kajian sebaran belum ada.", None)


# --- all at once ------------------------------------------------------------------------------------


def test_a_later_defect_on_unchanged_material_needs_a_superiors_word(office: Office) -> None:
    walk = walk_of(case_at("verify", at=MONDAY))
    answered(walk, sent_back(walk, {SCHEME: "Skema belum lengkap."}))
    handed_back(walk)

    with pytest.raises(Refused, match="Kekurangan susulan pada nomor 7, Lokasi outfall"):
        sent_back(walk, {OUTFALL: "Peta outfall kabur."})
    task = walk.task
    requests.permit_late_defect(
        task, requirement=OUTFALL, reason="Peta baru terbaca di layar.", by=officer("section_head"), at=LATER
    )
    sent_back(walk, {OUTFALL: "Peta outfall kabur."})

    assert Correction.objects.open().get().items.get().requirement == OUTFALL
    assert LateDefectPermission.objects.get().granted_by == officer("section_head")


def test_a_step_before_that_told_the_applicant_all_binds_the_steps_after_it(office: Office) -> None:
    walk = walk_of(case_at("check", at=MONDAY))
    task = walk.take()
    intake.check(
        task,
        outcome="incomplete",
        marks=against(task, {SCHEME: "Skema belum lengkap."}),
        by=walk.who(task),
        at=walk.clock.tick(),
        note="Belum lengkap.",
    )
    for _ in range(3):  # 3, 4, 6
        walk.forward()

    with pytest.raises(Refused, match="Kekurangan susulan"):
        sent_back(walk, {OUTFALL: "Peta outfall kabur."})
    # What the applicant has changed since is new, and may be found wanting again.
    assert sent_back(walk, {SCHEME: "Skema baru tidak terbaca."}).number == 2


def test_a_first_examination_by_another_step_is_free(office: Office) -> None:
    walk = walk_of(case_at("verify", at=MONDAY))  # the CS found everything fit at step 4
    assert sent_back(walk, {OUTFALL: "Peta outfall kabur."}).number == 1


def test_a_second_round_starts_from_the_marks_on_what_did_not_change(office: Office) -> None:
    walk = walk_of(case_at("verify", at=MONDAY))
    assert Verify(walk.take(), at=LATER).carried == frozenset()
    answered(walk, sent_back(walk, {SCHEME: "Skema IPAL belum lengkap.", OUTFALL: "Peta kabur."}))
    form = Verify(handed_back(walk), at=walk.clock.tick())

    # Mended were 5 and 7; what they were asked about is looked at anew, all else was fit and is the same.
    assert not form.carried & {SCHEME, OUTFALL}
    assert {1, 2, 16, 17} <= form.carried
    assert [form[f"mark_{number}"].value() for number in (1, SCHEME)] == ["fit", None]


def test_a_superior_gives_the_applicant_more_time_with_a_reason(office: Office) -> None:
    walk = walk_of(case_at("verify", at=MONDAY))
    # Asked on Tuesday 7 July: ten working days.
    before, later = date(2026, 7, 21), date(2026, 8, 3)
    assert sent_back(walk, {SCHEME: "Skema belum lengkap."}).due_on == before
    told: dict[str, Any] = {"reason": "Menunggu laboratorium.", "at": walk.clock.tick()}
    head = officer("section_head")

    with pytest.raises(NotYours):
        requests.extend_time(walk.task, due_on=later, by=officer("customer_service"), **told)
    with pytest.raises(Refused, match="sesudah batas"):
        requests.extend_time(walk.task, due_on=before, by=head, **told)
    with pytest.raises(Refused, match="mengapa"):
        requests.extend_time(walk.task, due_on=later, by=head, **(told | {"reason": " "}))
    requests.extend_time(walk.task, due_on=later, by=head, **told)

    assert Correction.objects.get().due_on == later
    entry = Entry.objects.get(verb="correct.extend")
    assert entry.note == "Menunggu laboratorium."
    assert json.loads(entry.text)["facts"]["before"] == "2026-07-21"
    assert not Correction.objects.get().is_late(before + timedelta(days=1))


@pytest.mark.parametrize("actor", ["verifier", "customer_service", "registrar"])
def test_only_superiors_permit_a_late_defect(office: Office, actor: str) -> None:
    task = walk_of(case_at("verify", at=MONDAY)).take()
    with pytest.raises(NotYours):
        requests.permit_late_defect(task, requirement=OUTFALL, reason="Ada.", by=officer(actor), at=LATER)


def test_a_section_head_permits_nothing_to_their_own_step(office: Office) -> None:
    task = walk_of(case_at("endorse_section", at=MONDAY)).take()
    with pytest.raises(NotYours):
        requests.permit_late_defect(
            task, requirement=OUTFALL, reason="Ada.", by=officer("section_head"), at=LATER
        )
    with pytest.raises(Refused, match="mengapa"):
        requests.permit_late_defect(
            task, requirement=OUTFALL, reason=" ", by=officer("division_head"), at=LATER
        )


# --- after the agency -------------------------------------------------------------------------------


def repaired_after_the_agency(section_key: str, **changed: str) -> tuple[Walk, Task]:
    """Step 12 asks; the applicant changes an answer; the file is back at step 7."""
    walk = walk_of(case_at("endorse_section", at=MONDAY))
    task = walk.take()
    approval.endorse(task, outcome="unmet", note="Jelaskan.", by=walk.who(task), at=walk.clock.tick())
    task = walk.take()
    verification.ask_applicant(task, by=walk.who(task), at=walk.clock.tick())
    application = task.case.application
    section = application.revision.definition.form.section(section_key)
    values = {**application.data, **changed}
    filing.save_section(application, section=section, raw=values, by=applicant(), at=walk.clock.tick())
    verification.answer_correction(
        Case.objects.get(pk=task.case_id), answer="Sudah.", by=applicant(), at=walk.clock.tick()
    )
    return walk, handed_back(walk)


def resume(walk: Walk, task: Task) -> None:
    verification.verify(task, outcome="resumed", marks=all_fit(task), by=walk.who(task), at=walk.clock.tick())


def test_what_the_recommendation_cites_has_changed_so_only_the_agency_may_go_on(office: Office) -> None:
    walk, task = repaired_after_the_agency("activity", activity_name="Kegiatan lain")

    with pytest.raises(Refused, match="Bidang usaha atau kegiatan"):
        resume(walk, task)
    walk.forward()  # a new cover letter

    assert walk.task.step_key == "deliver"


def test_a_change_that_the_recommendation_does_not_cite_goes_back_to_whoever_asked(office: Office) -> None:
    walk, task = repaired_after_the_agency("company", office_phone="0541 123456")

    resume(walk, task)

    assert walk.task.step_key == "endorse_section"


# --- confirming -------------------------------------------------------------------------------------


def test_a_confirmation_is_recorded_and_moves_nothing(office: Office) -> None:
    walk = walk_of(case_at("endorse_section", at=MONDAY))
    task = walk.take()

    requests.confirm(
        task,
        asked_of="Sari Contohwati",
        channel=Confirmation.Channel.PHONE,
        question="Apakah debit musiman?",
        answer="Tidak.",
        by=walk.who(task),
        at=walk.clock.tick(),
    )

    assert Confirmation.objects.get().task == task
    assert walk.task == task
    assert not Correction.objects.exists()


# --- a new application ------------------------------------------------------------------------------


def test_a_new_application_closes_the_case_and_leaves_a_filled_in_successor(office: Office) -> None:
    case = told_to_apply_anew(at=MONDAY)

    successor = Application.objects.get(predecessor=case.application)

    assert (case.result, ended_early(case)) == ("new_application", "Ditutup: permohonan baru diminta")
    assert EarlyEnd.objects.get(case=case).reason.startswith("Lokasi outfall berpindah")
    assert successor.data == case.application.data
    assert [(a.requirement, a.blob_id) for a in successor.attachments.all()] == [
        (a.requirement, a.blob_id) for a in case.application.attachments.all()
    ]
    assert [item.kind for item in Correction.objects.get(case=case).items.all()] == ["new"]
    assert is_with_applicant(successor)
    assert not is_with_applicant(case.application)
    assert case.letters.filter(kind="ending_notice").exists()
    # It can be sent as it stands.
    filing.submit(successor, by=applicant(), at=LATER)
    assert Case.objects.get(application=successor).main_task is not None


# --- on behalf --------------------------------------------------------------------------------------


def test_what_an_officer_records_for_an_applicant_rests_on_a_signed_paper(office: Office) -> None:
    cs = officer("customer_service")
    walk = Walk(Clock(MONDAY), applicant(), on_behalf_by=cs)
    application = walk.prepare()

    with pytest.raises(Refused, match="ditandatangani pemohon"):
        filing.submit(application, by=cs, at=LATER)
    filing.submit(application, by=cs, at=LATER, proof=scan())

    assert Submission.objects.get().proof == scan()


def test_an_answer_on_behalf_rests_on_a_signed_paper(office: Office) -> None:
    cs = officer("customer_service")
    case = case_at("correct", at=MONDAY, on_behalf_by=cs)
    walk = Walk(Clock(LATER), applicant(), case=case, on_behalf_by=cs)
    task = walk.take()
    verification.ask_applicant(task, by=cs, at=walk.clock.tick())
    walk.mend(Correction.objects.get())

    with pytest.raises(Refused, match="ditandatangani pemohon"):
        verification.answer_correction(
            Case.objects.get(pk=case.pk), answer="Sudah.", by=cs, at=walk.clock.tick()
        )
    verification.answer_correction(
        Case.objects.get(pk=case.pk), answer="Sudah.", proof=scan(), by=cs, at=walk.clock.tick()
    )

    answering = Correction.objects.get().answering
    assert answering is not None
    assert answering.proof == scan()


# --- ends -------------------------------------------------------------------------------------------


def test_the_cs_records_a_withdrawal_with_the_applicants_letter(office: Office) -> None:
    task = walk_of(case_at("review", at=MONDAY)).task
    cs = officer("customer_service")

    with pytest.raises(Refused, match="ditandatangani pemohon"):
        endings.withdraw_application(task, reason="Batal.", by=cs, at=LATER)
    with pytest.raises(NotYours):
        endings.withdraw_application(task, reason="Batal.", by=officer("verifier"), at=LATER, proof=scan())
    endings.withdraw_application(task, reason="Batal.", by=cs, at=LATER, proof=scan())

    case = Case.objects.get(pk=task.case_id)
    assert (case.result, ended_early(case)) == ("withdrawn", "Ditarik oleh pemohon")
    assert case.early_end.proof == scan()
    assert case.letters.filter(kind="ending_notice").exists()


def test_a_withdrawal_ends_the_round_that_was_open(office: Office) -> None:
    case = asked_several_things(at=MONDAY)
    task = case.main_task
    assert task is not None

    endings.withdraw_application(task, reason="Batal.", by=applicant(), at=LATER)

    asked = Correction.objects.get()
    assert (asked.ended_at, asked.answered_at, asked.is_open) == (LATER, None, False)
    assert not is_with_applicant(Application.objects.get())


def test_a_case_lapses_only_after_the_silence_that_the_office_has_set(office: Office) -> None:
    case = asked_several_things(at=MONDAY)  # due on Monday 20 July 2026
    task = case.main_task
    assert task is not None
    cs = officer("customer_service")
    # Twenty working days after 20 July; Monday 17 August is Independence Day.
    day = {"friday": 14, "tuesday": 18}

    with pytest.raises(Refused, match="mulai 18 Agustus 2026"):
        endings.let_lapse(task, reason="Diam.", by=cs, at=MONDAY.replace(month=8, day=day["friday"]))
    with pytest.raises(NotYours):
        endings.let_lapse(task, reason="Diam.", by=applicant(), at=MONDAY.replace(month=8, day=18))
    endings.let_lapse(task, reason="Diam.", by=cs, at=MONDAY.replace(month=8, day=day["tuesday"]))

    assert Case.objects.get(pk=case.pk).result == "lapsed"


def test_nothing_lapses_that_waits_for_no_answer_or_for_no_rule(office: Office) -> None:
    cs = officer("customer_service")
    waiting = walk_of(case_at("verify", at=MONDAY)).task
    with pytest.raises(Refused, match="menunggu jawaban"):
        endings.let_lapse(waiting, reason="Diam.", by=cs, at=LATER)
    case = asked_several_things(at=MONDAY)
    OfficeSetting.objects.filter(key=OfficeSetting.Key.SILENCE_DAYS).delete()
    task = case.main_task
    assert task is not None
    with pytest.raises(Refused, match="Kantor belum mengatur"):
        endings.let_lapse(task, reason="Diam.", by=cs, at=MONDAY.replace(year=2027))


def test_the_days_in_force_are_those_of_their_day(office: Office) -> None:
    def days(value: int, since: date, by: User | None = None) -> None:
        set_office_setting(
            setting="correction_days", value=value, effective_from=since, basis="SK", by=by, at=MONDAY
        )

    days(5, date(2026, 7, 7))
    assert requests.days_to_answer(date(2026, 7, 6)) == date(2026, 7, 20)
    assert requests.days_to_answer(date(2026, 7, 7)) == date(2026, 7, 14)
    with pytest.raises(Refused, match="berlaku surut"):
        days(5, date(2026, 7, 1), by=officer("administrator"))


# --- what the database holds to ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "wrong",
    [
        {"answered_at": LATER},
        {"sent_at": None, "sent_by": None, "answered_at": LATER},
        {"number": 1, "ended_at": LATER, "pk": None},
        {"number": 2, "pk": None},
    ],
    ids=["an answer without a submission", "an answer before the request", "a number twice", "two open"],
)
def test_the_database_refuses_an_impossible_round(office: Office, wrong: dict[str, object]) -> None:
    asked_several_things(at=MONDAY)
    row = Correction.objects.get()
    for name, value in wrong.items():
        setattr(row, name, value)

    with pytest.raises(IntegrityError), transaction.atomic():
        row.save()


def test_the_database_refuses_a_dispute_without_grounds(office: Office) -> None:
    asked_several_things(at=MONDAY)

    with pytest.raises(IntegrityError), transaction.atomic():
        CorrectionItem.objects.update(disputed=True)


def test_a_round_is_not_raised_while_another_is_open(office: Office) -> None:
    case = asked_several_things(at=MONDAY)
    walk = walk_of(case)
    task = walk.task
    with pytest.raises(Refused, match="belum selesai"):
        verification.ask_again(
            task, asked=[], note="Lagi.", by=officer("customer_service"), at=walk.clock.tick()
        )
