"""Half a year of a tiny office, walked by its acts; what each officer's sheet must say is counted by hand."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from muara.cases.actions import take_over
from muara.cases.models import Case, Pause, Task
from muara.contacts.models import Complaint, ComplaintConcern
from muara.people.actions.absences import record_absence
from muara.people.models import Holding, Office, User, midnight
from muara.people.queries import evaluated
from muara.records.evaluation import AtStep, StepRef, days_left, days_used, measure, without
from muara.records.evaluation_report import actor_labels, sheet_of, units_of
from muara.records.figures import Share, Spread
from muara.records.periods import semester
from muara.records.tabled import Report
from muara.sop.working_time import Calendar
from muara.steps.actions.pausing import begin_pause, end_pause
from muara.steps.actions.recusal import recuse
from muara.steps.actions.sharing import pass_on
from muara.web.demo import Clock, Walk, applicant, officer
from tests.clock import at

HALF = semester(date(2026, 7, 6))
TEN = timedelta(minutes=10)


def colleague(actor: str, name: str) -> User:
    user = User.objects.create_user(email=f"{name.split()[0].lower()}@contoh.example", name=name)
    Holding.objects.create(
        user=user, actor=actor, office=Office.objects.get(kind="issuing"), starts=date(2024, 1, 1)
    )
    return user


def to_verify(day: str) -> Walk:
    """A case that was registered on a day and stands at step 7, whose limit is that day."""
    walk = Walk(Clock(at(f"{day} 08:00"), pace=timedelta(minutes=1)), applicant())
    walk.submit()
    walk.forward()  # 4
    walk.forward()  # 6
    walk.clock.pace = TEN
    return walk


def go(walk: Walk, when: str, outcome: str = "", *, note: str = "") -> None:
    """Receive the file at a moment and finish the step ten minutes later (or two times ten)."""
    walk.clock.now = at(when) - TEN
    walk.forward(outcome, note=note)


# --- arithmetic, by hand ----------------------------------------------------------------------------------


def test_days_of_others_and_days_away_do_not_count() -> None:
    # Monday 6 July to Monday 13 July: 7, 8, 9, 10, 13 are working days.
    monday, next_monday = date(2026, 7, 6), date(2026, 7, 13)
    calendar = Calendar()
    assert days_used(calendar, since=monday, until=next_monday) == 5
    # With the applicant from Tuesday to Thursday: Wednesday and Thursday are theirs (its first day is day 0).
    others = [(date(2026, 7, 7), date(2026, 7, 9))]
    assert days_used(calendar, since=monday, until=next_monday, others=others) == 3
    # Away from Thursday to the Monday, one of these days with the applicant too.
    away = [(date(2026, 7, 9), next_monday)]
    assert days_used(calendar, since=monday, until=next_monday, others=others, away=away) == 1
    assert days_left(calendar, since=monday, due=date(2026, 7, 8)) == 2
    assert days_left(calendar, since=date(2026, 7, 9), due=date(2026, 7, 8)) == -1


def test_days_away_are_cut_out_of_worked_time() -> None:
    begins, ends = at("2026-07-06 15:00"), at("2026-07-10 09:00")
    away = [(date(2026, 7, 9), date(2026, 7, 9)), (date(2026, 7, 7), date(2026, 7, 7))]
    assert list(without((begins, ends), away)) == [
        (begins, midnight(date(2026, 7, 7))),
        (midnight(date(2026, 7, 8)), midnight(date(2026, 7, 9))),
        (midnight(date(2026, 7, 10)), ends),
    ]
    assert list(without((begins, ends), [(date(2026, 7, 1), date(2026, 7, 31))])) == []


# --- an office's history ----------------------------------------------------------------------------------


@pytest.mark.django_db
def test_nobody_answers_for_others(office: Office) -> None:
    vino, vera = officer("verifier"), colleague("verifier", "Vera Contohwati")

    # 1. Received and finished on the day of its registration: in time, ten minutes.
    go(to_verify("2026-07-06"), "2026-07-06 10:00")

    # 2. Received that day, then with the applicant until Wednesday, and finished on Wednesday: in time.
    walk = to_verify("2026-07-06")
    walk.clock.now = at("2026-07-06 09:50")
    walk.take()
    begins, ends = at("2026-07-06 10:30"), at("2026-07-08 09:00")
    why, reason = Pause.Category.APPLICANT, "Pemohon meminta waktu."
    begin_pause(walk.task, category=why, reason=reason, starts=begins, by=vino, at=begins)
    end_pause(walk.task, ends=ends, by=vino, at=ends)
    go(walk, "2026-07-08 09:00")

    # 3. Received that day and finished on the next, for no reason: late.
    walk = to_verify("2026-07-06")
    walk.clock.now = at("2026-07-06 13:50")
    walk.take()
    go(walk, "2026-07-07 09:00")

    # 4. Nobody received it before its limit was past: not the officer's, but the unit's.
    go(to_verify("2026-07-06"), "2026-07-07 10:00")

    # 5. Vino received it and was away the next day; Vera took it over then: neither of them was late.
    walk = to_verify("2026-07-13")
    walk.clock.now = at("2026-07-13 09:50")
    walk.take()
    day = date(2026, 7, 14)
    record_absence(vino.pk, starts=day, ends=day, by=vino, at=at("2026-07-13 16:00"))
    finished(walk, vera, "2026-07-14 09:00")

    # 6. Vino received it, was kept out of it by a conflict of interest, and Vera did it a day later.
    walk = to_verify("2026-07-20")
    walk.clock.now = at("2026-07-20 09:50")
    walk.take()
    recuse(walk.task, reason="Kerabat pemohon.", by=vino, at=at("2026-07-20 11:00"))
    finished(walk, vera, "2026-07-21 09:00")

    # 7. Vino handed it on to Vera on the day itself, and she finished it that day: hers, in time.
    walk = to_verify("2026-07-22")
    walk.clock.now = at("2026-07-22 08:50")
    walk.take()
    pass_on(walk.task, to=vera, note="Tinggal surat pengantar.", by=vino, at=at("2026-07-22 10:00"))
    finished(walk, vera, "2026-07-22 11:00")

    # 8. A day late, but away on just that day: in time.
    walk = to_verify("2026-07-27")
    walk.clock.now = at("2026-07-27 09:50")
    walk.take()
    day = date(2026, 7, 28)
    record_absence(vino.pk, starts=day, ends=day, by=vino, at=at("2026-07-27 16:00"))
    go(walk, "2026-07-28 09:00")

    found = measure(HALF)
    verify = StepRef("LHP", 7, "Memverifikasi berkas")
    # Vino finished 1, 2, 3, 4 and 8; of 4 nothing is judged, 3 was late.
    # Minutes from receipt within the hours of service (8 to 19): 10; 30 + 10; 300 + 70; 10; and of 8 the
    # rest of Monday, 540. The median of 10, 10, 40, 370, 540 is 40.
    assert found.people[vino.pk].steps == (AtStep(verify, 5, Share(3, 4), 1, Spread(5, 40, 540), 0),)
    # Vera: 5 and 6 came to her when their limit was past, 7 in time; ten minutes each.
    assert found.people[vera.pk].steps == (AtStep(verify, 3, Share(1, 1), 2, Spread(3, 10, 10), 0),)
    assert found.people[vera.pk].cases == 3
    # The unit, from when files came: 3, 4, 5, 6 and 8 passed their day; 2 was with the applicant.
    assert found.units["verifier"].steps == (
        AtStep(verify, 8, Share(3, 8), 0, found.units["verifier"].steps[0].minutes, 0),
    )
    # A sheet of one officer says the same as the count of all.
    assert measure(HALF, only=vino.pk).people == {vino.pk: found.people[vino.pk]}
    assert measure(semester(date(2026, 1, 1))).units == {}


def finished(walk: Walk, by: User, when: str) -> None:
    """Somebody else than the cast's holder receives the file, and finishes it ten minutes later."""
    take_over(walk.task.pk, by=by, at=at(when))
    walk.clock.now, task = at(when), walk.task
    walk.do_verify(task, by, task.step.outcome("complete"), "")


@pytest.mark.django_db
def test_a_return_counts_against_whose_work_was_faulty_and_for_whom_it_was_done_again(
    office: Office,
) -> None:
    walk = to_verify("2026-07-06")
    # 7 returns the file to the applicant through 8: nobody of the office caused that.
    walk.forward("incomplete", note="Skema IPAL belum ada.")
    while walk.task.step_key != "endorse_section":
        walk.forward()
    walk.forward("faulty", note="Dasar hukum keliru.")
    walk.forward()
    walk.forward()
    found = measure(HALF).people

    def told(actor: str) -> tuple[int, int, int]:
        one = found[officer(actor).pk]
        return sum(step.sent_back for step in one.steps), one.caused, one.received

    assert told("processing_officer") == (0, 1, 1)
    assert told("section_head") == (1, 0, 0)
    assert told("verifier") == (1, 0, 0)
    assert told("customer_service") == (0, 0, 0)
    assert officer("technical_team").pk not in found  # an agency evaluates its own people


@pytest.mark.django_db
def test_only_founded_complaints_that_are_the_officers_count(office: Office) -> None:
    vino = officer("verifier")
    moment = at("2026-08-03 10:00")
    for serial, (verdict, cause, decided) in enumerate(
        [
            ("beralasan", "", moment),
            ("sebagian", "office", moment),
            ("tidak", "", moment),
            ("beralasan", "agency", moment),
            ("beralasan", "", at("2027-01-04 10:00")),
        ],
        start=1,
    ):
        row = Complaint.objects.create(
            year=2026,
            serial=serial,
            filed_as="pengaduan",
            kind="pengaduan",
            category="perilaku",
            channel="web",
            text="Contoh.",
            received_at=at("2026-07-20 10:00"),
            state="diputus",
            responded_at=at("2026-07-21 10:00"),
            complete_at=at("2026-07-21 10:00"),
            verdict=verdict,
            cause=cause,
            decision="Contoh.",
            decided_at=decided,
        )
        ComplaintConcern.objects.create(complaint=row, user=vino)
    assert measure(HALF).people[vino.pk].complaints == 2


@pytest.mark.django_db
def test_the_sheet_says_that_the_survey_is_nobodys_and_is_kept_word_for_word(office: Office) -> None:
    go(to_verify("2026-07-06"), "2026-07-06 10:00")
    vino = officer("verifier")
    post = evaluated(HALF.first, HALF.last)[vino.pk]
    sheet = sheet_of(post, measure(HALF, only=vino.pk).people[vino.pk], [], period=HALF, on=HALF.last)
    lead = dict(sheet.lead)
    assert lead["Langkah selesai dalam batas"] == "1 dari 1 (100 %)"
    assert lead["Berkas yang dikerjakan"] == "1"
    steps, survey, learned = sheet.tables
    assert steps.rows[0][2:] == (1, 1, 1, 0, 10, 0)
    assert "tidak dapat dikaitkan dengan seorang pegawai" in survey.note
    assert learned.note.startswith("Belum tercatat: Pendidikan (O.1)")
    assert Report.of_json(sheet.as_json()) == sheet
    assert sheet.pdf(dated=HALF.last, texts=[("Tanggapan", "Sudah dibaca.")]).startswith(b"%PDF-")
    units = units_of(measure(HALF), period=HALF)
    rows = {row[0]: row[1:5] for row in units.tables[0].rows}
    assert rows[actor_labels()["verifier"]] == (1, 1, 1, 1)


@pytest.mark.django_db
@pytest.mark.both
def test_counting_asks_as_often_for_one_case_as_for_several(office: Office) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            measure(HALF)
        return len(queries)

    go(to_verify("2026-07-06"), "2026-07-06 10:00")
    once = asked()
    for day in (7, 8):
        go(to_verify(f"2026-07-0{day}"), f"2026-07-0{day} 10:00")
    assert Case.objects.count() == 3
    assert Task.objects.filter(step_key="verify", closed_at__isnull=False).count() == 3
    assert asked() == once
