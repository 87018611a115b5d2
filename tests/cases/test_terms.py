"""Technical terms as they are typed, compared and joined (PP 22/2021, Pasal 253)."""

from __future__ import annotations

from typing import Any

import pytest

from muara.cases.changes import deviations
from muara.cases.terms import Terms, TermsRefused, clean_terms, contradictions, say_limit
from muara.web.demo import example

BOD5 = {"parameter": "BOD5", "kind": "maks", "high": "100", "unit": "mg/L"}


def told(**more: Any) -> dict[str, Any]:
    found: dict[str, Any] = example()["recommendation"]
    return found | more


def terms(**more: Any) -> Terms:
    return clean_terms(told(**more))


def errors(**more: Any) -> dict[str, str]:
    with pytest.raises(TermsRefused) as refusal:
        terms(**more)
    return refusal.value.errors


def test_a_parameter_stands_once_however_it_is_written() -> None:
    assert errors(limits=[BOD5, {**BOD5, "parameter": "bod 5", "high": "50"}]) == {
        "limits.1.parameter": "Parameter ini sudah ditulis di baris lain."
    }


def test_a_place_stands_once_and_two_kinds_of_place_may_bear_one_name() -> None:
    points = told()["points"]
    assert errors(points=[*points, {**points[0], "name": points[0]["name"].lower()}]) == {
        f"points.{len(points)}.name": "Titik ini sudah ditulis di baris lain."
    }
    twin = {**points[0], "kind": "pantau"}
    assert len(terms(points=[*points, twin]).points) == len(points) + 1


@pytest.mark.parametrize(
    ("kind", "numbers", "place"),
    [
        ("maks", {"low": "5", "high": "100"}, "low"),
        ("min", {"low": "5", "high": "100"}, "high"),
        ("nihil", {"low": "", "high": "1"}, "high"),
    ],
)
def test_a_number_that_the_kind_of_limit_does_not_use_is_refused(
    kind: str, numbers: dict[str, str], place: str
) -> None:
    found = errors(limits=[{**BOD5, "kind": kind, **numbers}])
    assert list(found) == [f"limits.0.{place}"]
    assert "Kosongkan" in found[f"limits.0.{place}"]


def test_two_loads_of_a_parameter_contradict_and_one_load_adds() -> None:
    plain, loaded, heavier = (terms(limits=[{**BOD5, "load": load}]) for load in ("", "150", "200"))
    assert contradictions(plain, loaded) == []
    [found] = contradictions(loaded, heavier)
    assert (found.first, found.second) == (
        "paling banyak 100 mg/L, beban 150 kg/hari",
        "paling banyak 100 mg/L, beban 200 kg/hari",
    )
    assert say_limit(plain.limits[0]) == "paling banyak 100 mg/L"


def test_a_duty_that_speaks_of_the_flow_is_told_letter_by_letter() -> None:
    before = terms()
    duty = "Debit dicatat pukul 08.00, paling banyak 1.500 m³"
    after = terms(obligations=[*before.obligations, duty], flow_per_day="1500,5")
    assert [(one.place, one.after) for one in deviations(before, after)] == [
        ("Debit maksimum (m³/hari)", "1500,5"),
        (f"Kewajiban: {duty}", duty),
    ]


def test_terms_of_a_letter_that_concerns_only_some_of_it_may_have_gaps_but_say_something() -> None:
    points = told()["points"]
    narrow = clean_terms({"points": points}, partial=True)
    assert (narrow.flow_per_day, narrow.limits, len(narrow.points)) == ("", (), len(points))
    with pytest.raises(TermsRefused) as empty:
        clean_terms({}, partial=True)
    assert set(empty.value.errors) == {"limits"}
    with pytest.raises(TermsRefused) as refusal:
        clean_terms({"points": points})
    assert set(refusal.value.errors) == {"flow_per_day", "limits", "obligations", "prohibitions"}
