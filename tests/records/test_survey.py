"""The survey as it is told: figures by semester, counted by hand, and what stays untold."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from muara.cases.models import Revision
from muara.contacts.models import SurveyAnswer, SurveySuggestion
from muara.contacts.survey import CODES
from muara.people.models import Office
from muara.records.facts import facts_of
from muara.records.figures import NO_DATA, indicators
from muara.records.periods import Period, semester, year
from muara.records.survey import results, suggestions

pytestmark = [pytest.mark.django_db, pytest.mark.both]
COUNTED = date(2026, 8, 1)
STILL_OPEN = date(2026, 7, 31)


def say(*rows: str, semester: str = "2026-1", service: str = "LHP") -> None:
    """Put answers into the box, one text each, from U1 to U9; "-" was left open."""
    SurveyAnswer.objects.bulk_create(
        SurveyAnswer(
            service=service,
            semester=semester,
            **{code: None if mark == "-" else int(mark) for code, mark in zip(CODES, row, strict=True)},
        )
        for row in rows
    )


def test_the_index_counts_each_element_by_those_who_answered_it() -> None:
    # By hand: U1 19/6, U2 15/5 (one open), the other seven 18/6 = 3: (19/6 + 3 + 21)/9 × 25 = 75.46.
    say("433333333", "333333333", "333333333", "3-3333333", "333333333", "333333333")
    (found,) = results("LHP", on=COUNTED)
    assert (found.answers, found.complete, found.incomplete) == (6, 5, 1)
    assert found.averages["u1"] == Fraction(19, 6)
    assert found.averages["u2"] == 3
    assert found.index == Decimal("75.46")
    assert found.quality is not None
    assert found.quality.letter == "C"
    assert [one.question.code for one in found.lowest] == ["u2", "u3", "u4"]
    assert found.is_indicative


def test_nothing_is_told_before_the_box_is_opened() -> None:
    say(*["444444444"] * 6)
    assert results("LHP", on=STILL_OPEN) == []
    assert [one.index for one in results("LHP", on=COUNTED)] == [Decimal(100)]


def test_fewer_than_five_answers_are_not_told() -> None:
    say(*["444444444"] * 4)
    (found,) = results("LHP", on=COUNTED)
    assert (found.is_told, found.index, found.averages, found.lowest) == (False, None, {}, [])


def test_an_element_with_fewer_than_five_answers_hides_itself_and_the_index() -> None:
    say(*["44444444-"] * 2, *["444444444"] * 4)
    (found,) = results("LHP", on=COUNTED)
    assert "u9" not in found.averages
    assert found.averages["u1"] == 4
    assert found.index is None


def test_semesters_and_services_are_counted_apart() -> None:
    say(*["444444444"] * 5)
    say(*["333333333"] * 5, semester="2025-2")
    say(*["111111111"] * 5, service="LAIN")
    assert [(one.semester, one.index) for one in results("LHP", on=COUNTED)] == [
        ("2026-1", Decimal(100)),
        ("2025-2", Decimal(75)),
    ]


def test_suggestions_are_searched_as_they_are_written_and_only_where_the_semester_is_told() -> None:
    say(*["444444444"] * 5)
    say("111111111", semester="2025-2")
    for half, text in (("2026-1", "Parkir 100% penuh"), ("2026-1", "Ramah_sekali"), ("2025-2", "Parkir")):
        SurveySuggestion.objects.create(service="LHP", semester=half, text=text)

    def found(wanted: str) -> list[str]:
        return sorted(one.text for one in suggestions("LHP", on=COUNTED, wanted=wanted))

    assert found("") == ["Parkir 100% penuh", "Ramah_sekali"]
    assert found("parkir") == ["Parkir 100% penuh"]
    assert found("%") == ["Parkir 100% penuh"]
    assert found("_") == ["Ramah_sekali"]
    assert found("' OR 1=1 --") == []


def test_k8_reads_the_same_figures_and_only_of_a_semester(office: Office) -> None:
    say(*["344444444"] * 6)
    process = Revision.objects.latest("pk").process

    def k8(period: Period, *, on: date = COUNTED) -> list[str]:
        told = {one.code: one for one in indicators(facts_of("LHP", period, on=on), process)}
        return [line.value for line in told["K8"].lines]

    first = semester(date(2026, 3, 1))
    assert k8(first) == ["97,22", "75,00", *["100,00"] * 8]
    assert set(k8(first, on=STILL_OPEN)) == set(k8(year(2026))) == {NO_DATA}
