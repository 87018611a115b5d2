"""Evaluations: opened after the half year, commented on first, closed by a superior, then never changed."""

from __future__ import annotations

from datetime import date, datetime
from hashlib import sha256

import pytest
from django.db import IntegrityError, transaction

from muara.audit.models import Entry
from muara.cases.actions import NotYours, Refused
from muara.contacts.actions import assessment, evaluation
from muara.contacts.assessment import example, read_questions, value_of
from muara.contacts.models import Assessment, AssessmentFile, AssessmentItem, Evaluation
from muara.contacts.queries import comment_day
from muara.contacts.rules import may_close_evaluation, may_read_evaluation
from muara.people.actions import Refused as PeopleRefused
from muara.people.actions import set_office_setting
from muara.people.actions.absences import record_absence
from muara.people.actions.competences import NotTheirs, record_competence, withdraw_competence
from muara.people.models import Competence, Holding, Office
from muara.people.queries import Post, evaluated
from muara.sop.values import ValueRefused
from muara.web.demo import applicant, officer, sample_upload
from tests.clock import MONDAY, at

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("office")]

HALF = "2026-1"
FIRST, LAST = date(2026, 1, 1), date(2026, 6, 30)
FIGURES = {"title": "Contoh", "lead": [["Berkas", "3"]]}
OVER = at("2026-07-15 09:00")  # ten working days after 30 June: 14 July


def post(actor: str) -> Post:
    return evaluated(FIRST, LAST)[officer(actor).pk]


def close(by: str, *, of: str = "verifier", when: datetime = OVER, said: str = "Baik.") -> Evaluation:
    return evaluation.close(
        HALF,
        user_id=officer(of).pk,
        conclusion=said,
        figures=FIGURES,
        by=officer(by),
        at=when,
    )


def comment(of: str, text: str, when: datetime) -> Evaluation:
    return evaluation.comment(HALF, text=text, by=officer(of), at=when)


# --- who --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "reads", "closes"),
    [
        ("verifier", True, False),
        ("registrar", False, False),
        ("section_head", True, True),
        ("division_head", True, True),
        ("head_of_office", True, True),
        ("auditor", True, False),
        ("administrator", False, False),
        ("technical_team", False, False),
    ],
)
def test_own_sheet_subordinates_all(who: str, reads: bool, closes: bool) -> None:
    of = post("verifier")
    assert may_read_evaluation(officer(who), of, at=MONDAY) is reads
    assert may_close_evaluation(officer(who), of, at=MONDAY) is closes


def test_who_was_promoted_since_neither_closes_their_own_nor_reads_their_superiors() -> None:
    verifier = officer("verifier")
    Holding.objects.filter(user=verifier).update(ends=LAST)
    kantor = Office.objects.get(kind="issuing")
    Holding.objects.create(user=verifier, actor="section_head", office=kantor, starts=date(2026, 7, 1))
    assert not may_close_evaluation(verifier, post("verifier"), at=MONDAY)
    assert may_close_evaluation(verifier, post("registrar"), at=MONDAY)
    assert not may_read_evaluation(verifier, post("division_head"), at=MONDAY)


def test_evaluated_is_who_carried_out_the_sop_in_those_days() -> None:
    Holding.objects.filter(user=officer("liaison")).update(ends=date(2025, 12, 31))
    Holding.objects.filter(user=officer("registrar")).update(ends=date(2026, 1, 1))
    found = evaluated(FIRST, LAST)
    assert officer("registrar").pk in found
    for actor in ("liaison", "head_of_office", "technical_team", "auditor", "administrator"):
        assert officer(actor).pk not in found, actor
    assert found[officer("section_head").pk].actors == {"section_head"}


# --- when -------------------------------------------------------------------------------------------------


def test_the_time_to_comment_is_working_days_and_none_of_them_away() -> None:
    # After Tuesday 30 June 2026: 1, 2, 3, 6, 7, 8, 9, 10, 13, 14 July are ten working days.
    me = officer("verifier")
    assert comment_day(HALF, me) == date(2026, 7, 14)
    record_absence(me.pk, starts=date(2026, 7, 9), ends=date(2026, 7, 10), by=me, at=MONDAY)
    assert comment_day(HALF, me) == date(2026, 7, 16)
    set_office_setting(
        setting="evaluation_comment",
        value=3,
        effective_from=date(2026, 7, 1),
        basis="Contoh",
        by=None,
        at=MONDAY,
    )
    assert comment_day(HALF, me) == date(2026, 7, 3)


def test_a_half_year_that_runs_is_neither_commented_on_nor_closed() -> None:
    evening = at("2026-06-30 23:00")
    with pytest.raises(Refused, match="Semester ini berjalan sampai 30 Juni 2026"):
        comment("verifier", "Sudah dibaca.", evening)
    with pytest.raises(Refused, match="Semester ini berjalan sampai 30 Juni 2026"):
        close("section_head", when=evening)
    assert not Evaluation.objects.exists()


def test_the_official_is_heard_before_a_superior_closes() -> None:
    with pytest.raises(Refused, match="masih dapat menanggapi sampai 14 Juli 2026"):
        close("section_head", when=at("2026-07-14 16:00"))
    comment("verifier", "Berkas 3 menunggu OPD.", at("2026-07-06 10:00"))
    comment("verifier", "Berkas 3 menunggu OPD dua pekan.", at("2026-07-07 10:00"))
    closed = close("section_head", when=at("2026-07-08 10:00"))
    assert closed.comment == "Berkas 3 menunggu OPD dua pekan."
    with pytest.raises(Refused, match="sudah ditutup"):
        comment("verifier", "Terlambat.", at("2026-07-09 10:00"))


def test_without_a_comment_it_is_closed_once_the_time_is_over_and_then_stands() -> None:
    with pytest.raises(Refused, match="Waktu menanggapi berakhir 14 Juli 2026"):
        comment("verifier", "Terlambat.", OVER)
    closed = close("division_head")
    assert closed.figures == FIGURES
    with pytest.raises(Refused, match="sudah ditutup"):
        close("section_head", said="Lain.")
    entry = Entry.objects.get(verb="evaluation.close")
    assert entry.chain == f"user:{officer('verifier').pk}"
    written = '{"lead":[["Berkas","3"]],"title":"Contoh"}'
    assert sha256(written.encode()).hexdigest() in entry.text
    assert "Baik." not in entry.text  # what is said of a person can be erased


def test_who_may_not_and_who_says_nothing_changes_nothing() -> None:
    for by in ("verifier", "registrar", "auditor", "administrator"):
        with pytest.raises(NotYours):
            close(by)
    for of in ("head_of_office", "technical_team"):
        with pytest.raises(NotYours):
            comment(of, "Saya.", OVER)
    with pytest.raises(NotYours):
        evaluation.comment(HALF, text="Saya.", by=applicant(), at=OVER)
    for said in ("  ", "x" * 4001, "a\0b"):
        with pytest.raises(Refused):
            close("section_head", said=said)
    assert not Evaluation.objects.exclude(closed_at=None).exists()
    assert not Entry.objects.filter(verb__startswith="evaluation.").exists()


def test_the_database_keeps_a_sheet_whole() -> None:
    mine = officer("verifier")
    for wrong in (
        {"closed_at": OVER, "closed_by": mine, "conclusion": "Baik.", "figures": FIGURES},  # their own
        {"closed_at": OVER, "closed_by": officer("section_head"), "conclusion": "Baik."},
        {"comment": "Saya."},
        {"semester": "2026-3"},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Evaluation.objects.create(**{"user": mine, "semester": HALF, **wrong})


# --- competences (section O) ------------------------------------------------------------------------------


def test_a_superior_or_an_administrator_writes_down_what_somebody_learned() -> None:
    me = officer("verifier")
    said = {"kind": "peraturan", "title": "Pelatihan SOP", "issuer": "CONTOH", "obtained_on": LAST}
    for by in ("section_head", "administrator"):
        record_competence(me.pk, **said, by=officer(by), at=MONDAY)  # type: ignore[arg-type]
    for by in ("verifier", "registrar", "auditor", "technical_team"):
        with pytest.raises(NotTheirs):
            record_competence(me.pk, **said, by=officer(by), at=MONDAY)  # type: ignore[arg-type]
    with pytest.raises(NotTheirs):  # an applicant is no official
        record_competence(applicant().pk, **said, by=officer("administrator"), at=MONDAY)  # type: ignore[arg-type]
    for wrong in (
        {"obtained_on": date(2026, 7, 7)},
        {"valid_until": date(2026, 6, 29)},
        {"title": " "},
        {"kind": "lain-lain"},
    ):
        with pytest.raises(PeopleRefused):
            record_competence(me.pk, **said | wrong, by=officer("section_head"), at=MONDAY)  # type: ignore[arg-type]
    first, second = Competence.objects.order_by("pk")
    withdraw_competence(first.pk, by=officer("section_head"), at=MONDAY)
    with pytest.raises(PeopleRefused, match="sudah dibatalkan"):
        withdraw_competence(first.pk, by=officer("section_head"), at=MONDAY)
    assert list(Competence.objects.filter(withdrawn_at=None)) == [second]
    assert second.holds_on(LAST)
    assert not second.holds_on(date(2026, 6, 29))


# --- the self-assessment (T.2) ----------------------------------------------------------------------------


def test_questions_are_lines_and_a_broken_one_is_named() -> None:
    shipped = read_questions(example())
    assert sum(one.weight for one in shipped) == 100
    assert len({one.code for one in shipped}) == len(shipped)
    for text, told in (
        ("", "paling sedikit satu baris"),
        ("A1 | 5 | ya", "Baris 1: tulis kode"),
        ("A1 | 5 | ya | Satu?\nA1 | 5 | ya | Dua?", "Baris 2: kode A1 sudah dipakai"),
        ("A1 | 0 | ya | Satu?", "Baris 1: bobot"),
        ("A1 | ² | ya | Satu?", "Baris 1: bobot"),
        ("A1 | 5 | mungkin | Satu?", "Baris 1: wajib bukti"),
        ("A-1 | 5 | ya | Satu?", "Baris 1: kode"),
        ("\n\nA1 | 5 | ya |  ", "Baris 3: pertanyaannya kosong"),
    ):
        with pytest.raises(ValueRefused) as refusal:
            read_questions(text)
        assert told in refusal.value.message, text


def test_the_value_weighs_marks_of_answered_questions() -> None:
    # (10·4 + 20·2 + 5·0) / (35·4) = 80/140 = 57,142… of a hundred.
    assert str(value_of([(10, 4), (20, 2), (5, 0)])) == "57.14"
    assert str(value_of([(1, 4)])) == "100.00"
    assert value_of([]) is None


def test_the_head_closes_a_year_when_all_is_answered_and_proved() -> None:
    kasi, head = officer("section_head"), officer("head_of_office")
    lines = "A1 | 10 | ya | Jelas?\nA2 | 20 | tidak | Cepat?\nA3 | 5 | ya | Murah?"
    made = assessment.open_assessment(2026, questions=lines, by=kasi, at=MONDAY)
    assert not made.is_official
    with pytest.raises(Refused, match="sudah dibuka"):
        assessment.open_assessment(2026, questions=lines, by=head, at=MONDAY)
    with pytest.raises(Refused, match="sudah berjalan"):
        assessment.open_assessment(2027, questions=lines, by=head, at=MONDAY)
    one, two, three = made.items.all()
    for by in ("verifier", "auditor", "administrator"):
        with pytest.raises(NotYours):
            assessment.answer(one.pk, mark=4, by=officer(by), at=MONDAY)
    assessment.answer(one.pk, mark=4, note="Di laman.", by=kasi, at=MONDAY)
    assessment.answer(three.pk, mark=0, by=kasi, at=MONDAY)
    with pytest.raises(Refused, match="Belum dijawab: A2"):
        assessment.close_assessment(2026, conclusion="Cukup.", by=head, at=MONDAY)
    assessment.answer(two.pk, mark=2, by=kasi, at=MONDAY)
    # What is marked 0 has nothing to prove.
    with pytest.raises(Refused, match="bukti untuk: A1\\. Unggah"):
        assessment.close_assessment(2026, conclusion="Cukup.", by=head, at=MONDAY)
    assessment.answer(one.pk, mark=4, file=sample_upload("Bukti", at=MONDAY), by=kasi, at=MONDAY)
    with pytest.raises(NotYours):
        assessment.close_assessment(2026, conclusion="Cukup.", by=kasi, at=MONDAY)
    assessment.close_assessment(2026, conclusion="Cukup.", by=head, at=MONDAY)
    with pytest.raises(Refused, match="sudah ditutup"):
        assessment.answer(two.pk, mark=4, by=kasi, at=MONDAY)
    assert AssessmentItem.objects.get(pk=two.pk).mark == 2
    assert AssessmentFile.objects.get().item == one
    assert list(Entry.objects.filter(chain="assessment:2026").values_list("verb", flat=True)) == [
        "assessment.open",
        *["assessment.answer"] * 4,
        "assessment.close",
    ]
    assert Assessment.objects.get().closed_by == head
