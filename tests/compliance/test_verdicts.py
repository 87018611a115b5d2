"""Holding values against limits: bounds included, censored values, "incomplete" apart from "compliant"."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from muara.cases.terms import LimitKind
from muara.compliance.arithmetic.figures import Figure
from muara.compliance.arithmetic.limits import (
    Certainty,
    Limit,
    bounds_fit,
    in_force,
    known_parameters,
    parameter_key,
)
from muara.compliance.arithmetic.loads import Sample
from muara.compliance.arithmetic.measured import read_measured
from muara.compliance.arithmetic.plausible import impossible, questions, unit_questions
from muara.compliance.arithmetic.presets import Ecosystem, Use, effluent_presets, sea_limits
from muara.compliance.arithmetic.units import UNITS
from muara.compliance.arithmetic.verdicts import Standing, Tally, judge, judge_load, tally, trend

TSS = Limit("tss", "TSS", LimitKind.MOST, "mg/L", high=Decimal(100), certainty=Certainty.PERMIT)
DO = Limit("do", "DO", LimitKind.LEAST, "mg/L", low=Decimal(5))
PH = Limit("ph", "pH", LimitKind.RANGE, low=Decimal(6), high=Decimal(9))
NIHIL = Limit("pestisida", "Pestisida", LimitKind.NONE)
NATURAL = Limit("salinitas", "Salinitas", LimitKind.NATURAL)
COLIFORM = Limit("coliform", "Coliform", LimitKind.MOST, "MPN/100 mL", high=Decimal(1000))
COMPLIES, EXCEEDS, UNJUDGED = Standing.COMPLIES, Standing.EXCEEDS, Standing.UNJUDGED
JULY_1 = date(2026, 7, 1)


@pytest.mark.parametrize(
    ("limit", "typed", "standing"),
    [
        (TSS, "100", COMPLIES),  # the limit itself complies (domain 3.4)
        (TSS, "100,0001", EXCEEDS),
        (TSS, "0", COMPLIES),
        (TSS, "<5", COMPLIES),
        (TSS, "<100", COMPLIES),
        (TSS, "<150", UNJUDGED),  # the limit of detection lies above the limit (domain 3.1)
        (TSS, ">90", UNJUDGED),
        (TSS, ">100", EXCEEDS),
        (DO, "5", COMPLIES),
        (DO, "4,99", EXCEEDS),
        (DO, "<5", EXCEEDS),
        (DO, "<6", UNJUDGED),
        (DO, ">5", COMPLIES),
        (PH, "6", COMPLIES),
        (PH, "9", COMPLIES),
        (PH, "5,99", EXCEEDS),
        (PH, "9,01", EXCEEDS),
        (PH, "<6", EXCEEDS),
        (PH, "<7", UNJUDGED),
        (NIHIL, "<0,01", COMPLIES),  # "nihil" is below detection
        (NIHIL, "0", COMPLIES),
        (NIHIL, "0,01", EXCEEDS),
        (NATURAL, "33", UNJUDGED),
        (COLIFORM, ">1600", EXCEEDS),
        (COLIFORM, "<1,8", COMPLIES),
    ],
)
def test_a_value_is_held_against_its_limit(limit: Limit, typed: str, standing: Standing) -> None:
    assert judge(read_measured(typed, unit=limit.unit), limit).standing is standing


def test_units_are_converted_before_anything_is_judged() -> None:
    assert judge(read_measured("100000", unit="µg/L"), TSS).standing is COMPLIES
    assert judge(read_measured("100001", unit="µg/L"), TSS).standing is EXCEEDS
    assert judge(read_measured("1", unit="°C"), TSS).standing is UNJUDGED


def test_a_value_without_a_limit_cannot_be_judged() -> None:
    assert judge(read_measured("1", unit="mg/L"), None).standing is UNJUDGED


def test_the_ratio_tells_how_many_times_the_limit_it_was() -> None:
    assert judge(read_measured("250", unit="mg/L"), TSS).ratio == Decimal("2.5")
    assert judge(read_measured("7"), PH).ratio is None


@pytest.mark.parametrize(
    ("load", "more", "standing"),
    [
        ("10", {}, COMPLIES),
        ("11", {}, EXCEEDS),
        ("11", {"at_most": True}, UNJUDGED),  # detection limits went into it: it may be less
        ("9", {"at_most": True}, COMPLIES),
        ("9", {"lacks": "2 hari"}, UNJUDGED),  # days are missing: it may be more
        ("11", {"lacks": "2 hari"}, EXCEEDS),
    ],
)
def test_a_load_is_held_against_the_permitted_one(
    load: str, more: dict[str, Any], standing: Standing
) -> None:
    most = Figure("Batas", Decimal(10), "kg", "")

    assert judge_load(Figure("Beban", Decimal(load), "kg", "", **more), most) is standing


def test_a_month_counts_every_parameter_and_what_is_missing_is_not_compliant() -> None:
    good, bad = judge(read_measured("50", unit="mg/L"), TSS), judge(read_measured("150", unit="mg/L"), TSS)

    assert tally(["tss", "cod"], {"tss": [good]}) == Tally(required=2, complying=1)
    assert tally(["tss", "cod"], {"tss": [good]}).standing is Standing.INCOMPLETE
    assert tally(["tss"], {"tss": [good, bad]}).standing is EXCEEDS
    assert tally(["tss"], {"tss": [good]}).standing is COMPLIES
    assert tally(["tss"], {"tss": [], "cod": [good]}).standing is Standing.INCOMPLETE
    assert tally([], {}).standing is Standing.NOTHING


def test_a_proved_exceedance_outweighs_what_is_missing() -> None:
    found = Tally(required=30, complying=10, exceeding=1)

    assert (found.standing, found.missing, found.shown) == (EXCEEDS, 19, "10 dari 30")


def test_a_quarter_is_the_sum_of_its_months() -> None:
    quarter = Tally(3, 3) + Tally(3, 2, unjudged=1) + Tally(3, 1, exceeding=1, unjudged=1)

    assert quarter == Tally(9, 6, 1, 2)
    assert quarter.percent == Decimal(600) / 9


def samples(*values: str) -> list[Sample]:
    return [Sample(JULY_1.replace(month=6 + n), read_measured(v, unit="mg/L")) for n, v in enumerate(values)]


@pytest.mark.parametrize(
    ("values", "warns"),
    [
        (("60", "75", "82"), True),  # near the limit
        (("30", "50", "76"), False),  # neither near (80), nor leading past it (99)
        (("30", "50", "78"), True),  # leads to 102
        (("90", "85", "82"), False),  # falls
        (("82", "82", "82"), False),
        (("60", "75"), False),
        (("80", "90", "101"), False),  # that is an exceedance, not a warning
        (("<60", "75", "82"), False),
        (("10", "60", "75", "100"), True),
    ],
)
def test_a_rise_toward_the_limit_is_told_before_it_is_reached(values: tuple[str, ...], warns: bool) -> None:
    assert (trend(samples(*values), TSS) is not None) is warns


def test_the_limit_of_the_permit_comes_before_every_other() -> None:
    regulation = Limit("tss", "TSS", LimitKind.MOST, "mg/L", high=Decimal(50), certainty=Certainty.READ)
    old = Limit(
        "tss", "TSS", LimitKind.MOST, "mg/L", high=Decimal(200), certainty=Certainty.PERMIT, valid_to=JULY_1
    )

    assert in_force([regulation, old], "tss", JULY_1) is old
    assert in_force([regulation, old], "tss", date(2026, 7, 2)) is regulation
    assert in_force([regulation, old], "cod", JULY_1) is None


# --- presets ----------------------------------------------------------------------------------------------


def test_no_preset_binds_and_each_carries_its_badge() -> None:
    sets = effluent_presets()

    assert len(sets) == 17
    assert not any(limit.certainty.binds for preset in sets for limit in preset.limits)
    unverified = next(preset for preset in sets if preset.code == "BATUBARA-TAMBANG")
    assert {limit.certainty.badge for limit in unverified.limits} == {"contoh — belum diverifikasi"}
    assert [limit.shown for limit in unverified.limits] == [
        "paling banyak 400 mg/L",
        "paling banyak 7 mg/L",
        "paling banyak 4 mg/L",
        "6 sampai 9",
    ]


def test_every_shipped_limit_is_sound() -> None:
    shipped = [limit for preset in effluent_presets() for limit in preset.limits]
    shipped += [
        limit
        for use in Use
        for ecosystem in Ecosystem
        for day in (date(2020, 1, 1), JULY_1)
        for limit in sea_limits(use, on=day, ecosystem=ecosystem)
    ]

    assert [limit for limit in shipped if not bounds_fit(limit) or limit.unit not in UNITS] == []
    assert {limit.parameter for limit in shipped} <= set(known_parameters())


def test_the_revoked_domestic_standard_ended() -> None:
    domestic = next(preset for preset in effluent_presets() if preset.code == "DOMESTIK-P68")

    assert in_force(domestic.limits, "tss", date(2025, 7, 14)) is not None
    assert in_force(domestic.limits, "tss", date(2025, 7, 15)) is None


def sea(use: Use, key: str, day: date, ecosystem: Ecosystem | None = None) -> str | None:
    found = in_force(sea_limits(use, on=day, ecosystem=ecosystem), key, day)
    return found.shown if found else None


def test_the_regime_of_the_sea_goes_by_the_day_of_sampling() -> None:
    """PP 22/2021 took effect on 2 February 2021; NO3-N for tourism 0,008 → 0,06 (domain 3.2)."""
    before, after = date(2021, 2, 1), date(2021, 2, 2)

    assert sea(Use.TOURISM, "nitrat", before) == "paling banyak 0,008 mg/L"
    assert sea(Use.TOURISM, "nitrat", after) == "paling banyak 0,06 mg/L"
    assert sea(Use.TOURISM, "sulfida", before) == "nihil (di bawah batas deteksi)"
    assert sea(Use.TOURISM, "sulfida", after) == "paling banyak 0,002 mg/L"
    assert sea(Use.PORT, "hg", after) is None  # not legible: nothing is made up


def test_a_use_without_its_own_standard_takes_that_of_biota() -> None:
    """PP 22/2021, Pasal 230(3)."""
    assert sea_limits(Use.OTHER, on=JULY_1) == sea_limits(Use.BIOTA, on=JULY_1)


def test_some_limits_depend_on_what_lives_there() -> None:
    assert sea(Use.BIOTA, "tss", JULY_1, Ecosystem.CORAL) == "paling banyak 20 mg/L"
    assert sea(Use.BIOTA, "tss", JULY_1, Ecosystem.MANGROVE) == "paling banyak 80 mg/L"
    assert sea(Use.BIOTA, "tss", JULY_1) is None


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Minyak & Lemak", "minyak_lemak"),
        ("BOD₅", "bod"),
        ("NH3-N", "amonia"),
        ("ph", "ph"),
        ("Boron", "boron"),
    ],
)
def test_a_parameter_is_known_however_it_is_written(name: str, key: str) -> None:
    assert parameter_key(name) == key


# --- plausibility -----------------------------------------------------------------------------------------


def test_a_ph_of_70_is_taken_back_with_a_guess() -> None:
    ph = known_parameters()["ph"]

    assert impossible(Decimal(70), ph) == "pH 70 tidak mungkin. Apakah maksudnya 7?"
    assert "antara 0 dan 14" in impossible(Decimal("-1"), ph)
    assert impossible(Decimal("7.2"), ph) == ""
    assert impossible(Decimal("-0.1"), known_parameters()["tss"]) != ""
    assert impossible(Decimal("-0.1"), known_parameters()["suhu"]) == ""


def day(number: int) -> date:
    return date(2026, 7, number)


def test_ten_times_yesterday_is_asked_about() -> None:
    def ask(value: str) -> list[str]:
        return questions(Decimal(value), name="Debit", day=day(2), others={day(1): Decimal(120)})

    assert ask("1199") == []
    assert ask("1200") == ["Debit 1.200 paling sedikit sepuluh kali nilai sebelumnya (120). Benarkah?"]
    assert ask("12") == ["Debit 12 paling banyak sepersepuluh nilai sebelumnya (120). Benarkah?"]
    assert ask("0") == []  # a day on which nothing was discharged


def test_a_value_that_stands_still_for_a_month_is_asked_about() -> None:
    same = {day(number): Decimal("7.1") for number in range(1, 28)}

    assert questions(Decimal("7.1"), name="pH", day=day(28), others=same) == [
        "pH 7,1 sama 28 hari berturut-turut. Periksa alat ukurnya. Benarkah?"
    ]
    assert questions(Decimal("7.2"), name="pH", day=day(28), others=same) == []
    assert questions(Decimal("7.1"), name="pH", day=day(27), others=same) == []


def test_two_units_in_one_column_are_asked_about() -> None:
    assert unit_questions([Decimal(1200), Decimal("0.0139"), Decimal(1300)], name="debit") != ""
    assert unit_questions([Decimal(1200), Decimal(900), Decimal(0)], name="debit") == ""
