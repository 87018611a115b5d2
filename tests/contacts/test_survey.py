"""The satisfaction survey: once a case, after the handover, and nothing leads from an answer to a person."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from django.db import IntegrityError, connection, models, transaction
from django.test.utils import CaptureQueriesContext

from muara.audit.models import Entry
from muara.cases.actions import NotYours, Refused
from muara.contacts import survey as form
from muara.contacts.actions import survey
from muara.contacts.models import Questionnaire, SurveyAnswer, SurveyFollowUp, SurveySuggestion
from muara.contacts.survey import CODES, QUESTIONS, Element
from muara.people.models import Notice, Office
from muara.web import demo
from muara.web.demo import officer, seed_office
from tests.clock import MONDAY, at
from tests.databases import OwnDatabase
from tests.remembered import case_at

GOOD = dict.fromkeys(CODES, 3)
LAST, TOO_LATE = at("2027-01-31 23:59"), at("2027-02-01 00:00")


def given() -> Questionnaire:
    """The questionnaire of a case whose permit was handed over."""
    return Questionnaire.objects.get(case=case_at("receive", at=MONDAY))


# --- the form and its arithmetic (domain.md, topic 4) ------------------------------------------------------


def test_facilities_are_asked_before_complaints_and_both_keep_their_code() -> None:
    asked = [(question.code, question.element) for question in QUESTIONS]
    assert [code for code, _ in asked] == ["u1", "u2", "u3", "u4", "u5", "u6", "u7", "u9", "u8"]
    assert asked[-2:] == [
        ("u9", "Sarana dan prasarana"),
        ("u8", "Penanganan pengaduan, saran, dan masukan"),
    ]
    assert {question.code: question.choices for question in QUESTIONS}["u8"] == (
        "Tidak ada",
        "Ada tetapi tidak berfungsi",
        "Berfungsi kurang maksimal",
        "Dikelola dengan baik",
    )


@pytest.mark.parametrize(
    ("averages", "value", "letter"),
    [
        (["3"] * 9, "75.00", "C"),
        (["4"] * 9, "100.00", "A"),
        (["1"] * 9, "25.00", "D"),
        (["3.2", "3.1", "3.0", "4.0", "3.3", "3.2", "3.4", "3.5", "3.1"], "82.78", "B"),
    ],
)
def test_the_index_is_that_of_the_golden_values(averages: list[str], value: str, letter: str) -> None:
    found = form.index({code: Fraction(one) for code, one in zip(CODES, averages, strict=True)})
    assert found == Decimal(value)
    assert form.quality_of(found).letter == letter


def test_without_one_of_the_nine_there_is_no_index() -> None:
    assert form.index({code: Fraction(4) for code in CODES[1:]}) is None


@pytest.mark.parametrize(
    ("value", "letter"),
    [
        *(("25", "D"), ("64.99", "D"), ("65.00", "C"), ("76.60", "C"), ("76.61", "B")),
        *(("88.30", "B"), ("88.31", "A"), ("100", "A")),
    ],
)
def test_the_bounds_of_the_qualities(value: str, letter: str) -> None:
    assert form.quality_of(Decimal(value)).letter == letter


@pytest.mark.parametrize(
    ("value", "letter"),
    [("64.995", "C"), ("64.9949", "D"), ("76.605", "B"), ("76.6049", "C"), ("88.305", "A")],
)
def test_between_two_intervals_the_rounded_value_decides(value: str, letter: str) -> None:
    assert form.quality_of(form.rounded(Fraction(value))).letter == letter


@pytest.mark.parametrize(
    ("population", "needed"),
    [
        *((10, 10), (15, 14), (20, 19), (50, 44), (100, 80), (150, 108), (200, 132)),
        *((300, 169), (400, 196), (500, 217), (1000, 278), (5000, 357), (0, 0), (1, 1)),
    ],
)
def test_the_sample_is_that_of_the_printed_table(population: int, needed: int) -> None:
    assert form.sample_size(population) == needed


def test_an_interval_is_told_of_thirty_at_least_and_vanishes_when_everybody_answered() -> None:
    # 15 × 27 and 15 × 36 of the 36 points: mean 31.5, variance 607.5 / 29, by hand.
    sums = {"complete": 30, "total": 15 * 27 + 15 * 36, "squares": 15 * 27**2 + 15 * 36**2}
    assert form.margin(**sums, population=30) == Decimal("0.00")
    assert form.margin(**sums, population=1_000_000) == Decimal("4.55")
    assert form.margin(complete=29, total=29 * 30, squares=29 * 900, population=100) is None


def test_fewer_than_five_answers_to_an_element_are_not_told() -> None:
    assert Element(QUESTIONS[0], 4, 16).value is None
    assert Element(QUESTIONS[0], 5, 16).value == Decimal("80.00")


def test_a_semester_is_counted_a_month_after_it_is_over() -> None:
    assert form.semester_of(date(2026, 6, 30)) == "2026-1"
    assert form.semester_of(date(2026, 7, 1)) == "2026-2"
    assert not form.is_counted("2026-1", on=date(2026, 7, 31))
    assert form.is_counted("2026-1", on=date(2026, 8, 1))
    assert not form.is_counted("2026-2", on=date(2027, 1, 31))
    assert form.is_counted("2026-2", on=date(2027, 2, 1))


# --- giving and taking back --------------------------------------------------------------------------------


@pytest.mark.django_db
def test_before_the_handover_there_is_no_questionnaire_to_answer(office: Office) -> None:
    case = case_at("hand_over", at=MONDAY)
    assert not Questionnaire.objects.filter(case=case).exists()
    with pytest.raises(Questionnaire.DoesNotExist):
        survey.take_back("AAAA-AAAA-AAAA", marks=GOOD, at=MONDAY)


@pytest.mark.django_db
def test_the_handover_gives_one_questionnaire_and_tells_its_link(office: Office) -> None:
    found = given()
    assert (found.service, found.semester, found.returned) == ("LHP", "2026-2", False)
    assert f"/survei/{found.code}/" in Notice.objects.get(key=f"{found.case.chain}:questionnaire").text
    assert survey.give(found.case, at=LAST) == found


@pytest.mark.django_db
@pytest.mark.both
def test_an_answer_is_taken_once_and_a_replayed_link_is_refused(office: Office) -> None:
    found = given()
    survey.take_back(found.code, marks={**GOOD, "u4": None}, suggestion="  Parkir lebih luas. ", at=MONDAY)

    with pytest.raises(Refused, match="sudah diisi"):
        survey.take_back(found.code, marks=dict.fromkeys(CODES, 1), at=MONDAY)

    found.refresh_from_db()
    assert found.returned
    answer = SurveyAnswer.objects.get()
    assert [getattr(answer, code) for code in CODES] == [3, 3, 3, None, 3, 3, 3, 3, 3]
    assert SurveySuggestion.objects.get().text == "Parkir lebih luas."


@pytest.mark.both
def test_eight_who_hand_in_the_same_questionnaire_at_once_are_counted_once(own_database: OwnDatabase) -> None:
    seed_office(MONDAY)
    code = Questionnaire.objects.get(case=demo.case_at("receive", at=MONDAY)).code

    came = own_database.together(*[lambda: survey.take_back(code, marks=GOOD, at=MONDAY)] * 8)

    assert sum(isinstance(one, Refused) for one in came) == 7
    assert SurveyAnswer.objects.count() == 1


@pytest.mark.django_db
def test_after_the_last_day_nothing_is_taken(office: Office) -> None:
    code = given().code
    with pytest.raises(Refused, match="sampai 31 Januari 2027"):
        survey.take_back(code, marks=GOOD, at=TOO_LATE)
    survey.take_back(code, marks=GOOD, at=LAST)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("marks", "suggestion"),
    [({}, "Hanya saran"), (GOOD, "x" * 2001), (GOOD, "nol \0"), (GOOD, "x" * 1_000_000)],
)
def test_what_cannot_be_kept_is_refused_and_spends_nothing(
    office: Office, marks: dict[str, int | None], suggestion: str
) -> None:
    found = given()
    with pytest.raises(Refused):
        survey.take_back(found.code, marks=marks, suggestion=suggestion, at=MONDAY)
    assert not Questionnaire.objects.filter(returned=True).exists()
    assert not SurveyAnswer.objects.exists()


# --- nothing leads from an answer to a person --------------------------------------------------------------


def test_answers_and_suggestions_hold_no_key_no_time_and_no_order() -> None:
    def columns(model: type[models.Model]) -> set[str]:
        return {field.name for field in model._meta.get_fields()}

    assert columns(SurveyAnswer) == {"id", "service", "semester", *CODES}
    assert columns(SurveySuggestion) == {"id", "service", "semester", "text"}
    assert columns(Questionnaire) == {"id", "case", "code", "service", "semester", "returned"}
    for model in (SurveyAnswer, SurveySuggestion):
        assert isinstance(model._meta.pk, models.UUIDField)


@pytest.mark.django_db
def test_handing_in_leaves_no_entry(office: Office) -> None:
    code, entries, notices = given().code, Entry.objects.count(), Notice.objects.count()
    survey.take_back(code, marks=GOOD, suggestion="Baik", at=MONDAY)
    assert (Entry.objects.count(), Notice.objects.count()) == (entries, notices)


@pytest.mark.django_db
def test_every_questionnaire_of_the_semester_is_written_in_the_same_statement(office: Office) -> None:
    """On PostgreSQL a row tells the transaction that wrote it last: all must tell the same."""
    code = given().code
    with CaptureQueriesContext(connection) as asked:
        survey.take_back(code, marks=GOOD, at=MONDAY)
    (written,) = [one["sql"] for one in asked if one["sql"].startswith("UPDATE")]
    where = written.partition(" WHERE ")[2]
    assert "semester" in where
    assert '"id"' not in where
    assert "code" not in where


@pytest.mark.django_db
def test_suggestions_are_written_anew_in_another_order_with_each_that_comes(office: Office) -> None:
    earlier = [f"Saran {place}" for place in range(40)]
    for text in earlier:
        SurveySuggestion.objects.create(service="LHP", semester="2026-2", text=text)
    SurveySuggestion.objects.create(service="LHP", semester="2026-1", text="Lain")
    keys = set(SurveySuggestion.objects.filter(semester="2026-2").values_list("pk", flat=True))

    survey.take_back(given().code, marks=GOOD, suggestion="Baru", at=MONDAY)

    with connection.cursor() as cursor:
        table = SurveySuggestion._meta.db_table
        cursor.execute(f"SELECT id, text FROM {table} WHERE semester = '2026-2'")  # as the rows lie
        lying = [str(text) for _, text in cursor.fetchall()]
    assert sorted(lying) == sorted([*earlier, "Baru"])
    assert lying != [*earlier, "Baru"]
    now = SurveySuggestion.objects.filter(semester="2026-2").values_list("pk", flat=True)
    assert not keys & set(now)


@pytest.mark.django_db
def test_the_database_refuses_a_mark_that_there_is_not(office: Office) -> None:
    for wrong in ({"u1": 5}, {"u1": 0}, {}, {"u1": 1, "semester": "2026-3"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            SurveyAnswer.objects.create(**{"service": "LHP", "semester": "2026-2", **wrong})


# --- what follows ------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_heads_plan_for_a_counted_semester_and_say_what_came_of_it(office: Office) -> None:
    now = at("2027-02-01 09:00")
    plan = {
        "service": "LHP",
        "semester": "2026-2",
        "element": "u3",
        "plan": "Tambah petugas verifikasi.",
        "owner": "Kepala Seksi Layanan",
        "due": date(2027, 3, 31),
    }
    head = officer("section_head")
    with pytest.raises(NotYours):
        survey.plan_follow_up(**plan, by=officer("verifier"), at=now)  # type: ignore[arg-type]
    with pytest.raises(Refused, match="dibuka pada 1 Februari 2027"):
        survey.plan_follow_up(**plan, by=head, at=LAST)  # type: ignore[arg-type]
    for wrong in ({"element": "u0"}, {"due": date(2027, 1, 31)}, {"owner": " "}, {"plan": ""}):
        with pytest.raises(Refused):
            survey.plan_follow_up(**{**plan, **wrong}, by=head, at=now)  # type: ignore[arg-type]

    made = survey.plan_follow_up(**plan, by=head, at=now)  # type: ignore[arg-type]
    survey.finish_follow_up(made.pk, result="Dua petugas ditambah.", by=head, at=now)

    with pytest.raises(Refused, match="sudah dicatat selesai"):
        survey.finish_follow_up(made.pk, result="Lagi.", by=head, at=now)
    assert SurveyFollowUp.objects.get().result == "Dua petugas ditambah."
    assert list(Entry.objects.filter(chain="survey:LHP:2026-2").values_list("verb", flat=True)) == [
        "survey.plan",
        "survey.follow_up_done",
    ]
