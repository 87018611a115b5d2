"""Loads: the worked examples of domain.md 3.3, and a limit that changes within a month."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from muara.cases.terms import LimitKind
from muara.compliance.arithmetic.limits import FLOW, Certainty, Limit
from muara.compliance.arithmetic.loads import (
    NoLoad,
    Sample,
    excess_load,
    load_per_day,
    load_per_ton,
    mean_production,
    monthly_load,
    permitted_load,
    permitted_monthly_load,
    volume,
    water_per_ton,
)
from muara.compliance.arithmetic.measured import Measured, Sign, read_measured
from muara.compliance.arithmetic.units import convert, factor, read_unit
from muara.sop.values import ValueRefused

JULY, LAST_OF_JULY = date(2026, 7, 1), date(2026, 7, 31)


def mg(text: str) -> Measured:
    return read_measured(text, unit="mg/L")


def flow(text: str) -> Measured:
    return read_measured(text, unit="m³/hari")


def most(parameter: str, high: str, unit: str = "mg/L", **more: object) -> Limit:
    return Limit(
        parameter,
        parameter.upper(),
        LimitKind.MOST,
        unit,
        high=Decimal(high),
        certainty=Certainty.PERMIT,
        **more,  # type: ignore[arg-type]
    )


def test_the_worked_example_of_a_daily_load() -> None:
    """150 mg/L × 72 m³/hari = 10,8 kg/hari (domain 3.3)."""
    figure = load_per_day(mg("150"), flow("72"))

    assert figure.value == Decimal("10.8")
    assert figure.shown == "10,8 kg/hari"
    assert figure.formula == "kadar × debit ÷ 1000"
    assert [(item.label, item.shown) for item in figure.inputs] == [
        ("Kadar", "150 mg/L"),
        ("Debit", "72 m³/hari"),
    ]


@pytest.mark.parametrize(
    ("level", "load", "printed"),
    [("100", "0.25", "0,25 kg/ton"), ("250", "0.625", "0,625 kg/ton"), ("350", "0.875", "0,875 kg/ton")],
)
def test_the_worked_examples_of_a_load_per_ton(level: str, load: str, printed: str) -> None:
    """Palm oil, 2,5 m³/ton: BOD 0,25; TSS 0,625 (printed 0,63); COD 0,875 (printed 0,88) (domain 3.3)."""
    figure = load_per_ton(mg(level), Measured(Decimal("2.5"), "m³/ton"))

    assert (figure.value, figure.shown) == (Decimal(load), printed)


def test_a_flow_in_cubic_metres_a_second_is_86400_times_as_much_a_day() -> None:
    """The report form prints the flow in m³/dtk (domain 3.3)."""
    assert factor(read_unit("m3/dtk"), "m³/hari") == 86_400
    assert convert(Decimal("0.0173"), "m³/detik", "m³/hari") == Decimal("1494.72")


def test_a_load_from_below_detection_is_at_most_that() -> None:
    figure = load_per_day(mg("<0,005"), flow("1000"))

    assert (figure.value, figure.at_most, figure.shown) == (Decimal("0.005"), True, "≤ 0,005 kg/hari")


@pytest.mark.parametrize("unit", ["", "°C", "MPN/100 mL", "m", "NTU"])
def test_there_is_no_load_of_what_has_no_weight(unit: str) -> None:
    """No load for pH, temperature, coliform, kecerahan (domain 3.3)."""
    with pytest.raises(NoLoad):
        load_per_day(Measured(Decimal(7), unit), flow("72"))


def test_what_is_only_known_to_be_more_gives_no_load() -> None:
    with pytest.raises(NoLoad, match="Hanya diketahui"):
        load_per_day(mg(">1600"), flow("72"))


def test_a_months_load_multiplies_each_days_flow_by_the_months_mean() -> None:
    flows = {JULY.replace(day=day): Decimal(100 + day) for day in range(1, 32)}
    samples = [Sample(date(2026, 7, 3), mg("40")), Sample(date(2026, 7, 20), mg("60"))]

    figure = monthly_load(flows, samples, first=JULY, last=LAST_OF_JULY)

    assert figure is not None
    assert figure.value == Decimal(31 * 100 + 496) * 50 / 1000
    assert figure.lacks == ""


def test_a_months_load_says_what_it_lacks_and_guesses_nothing() -> None:
    flows = {date(2026, 7, 1): Decimal(100), date(2026, 7, 2): Decimal(100)}

    figure = monthly_load(flows, [Sample(date(2026, 7, 3), mg("50"))], first=JULY, last=LAST_OF_JULY)

    assert figure is not None
    assert (int(figure.value), figure.lacks) == (10, "29 hari tanpa catatan debit")
    assert monthly_load(flows, [], first=JULY, last=LAST_OF_JULY) is None


def test_water_per_ton_is_the_months_volume_by_its_production() -> None:
    flows = {JULY.replace(day=day): Decimal(50) for day in range(1, 32)}
    water = volume(flows, first=JULY, last=LAST_OF_JULY)

    figure = water_per_ton(water, Measured(Decimal(620), "ton"))

    assert figure is not None
    assert figure.value == Decimal("2.5")
    assert water_per_ton(water, Measured(Decimal(0), "ton")) is None


def test_the_permitted_load_is_limit_by_flow() -> None:
    figure = permitted_load(most("tss", "250"), most(FLOW, "1500", "m³/hari"))

    assert figure is not None
    assert figure.value == 375
    assert permitted_load(most("suhu", "40", "°C"), most(FLOW, "1500", "m³/hari")) is None


def test_a_load_that_the_permit_sets_itself_must_hold_too() -> None:
    flows = most(FLOW, "1500", "m³/hari")

    smaller = permitted_load(most("tss", "250", load_per_day=Decimal(300)), flows)
    greater = permitted_load(most("tss", "250", load_per_day=Decimal(400)), flows)

    assert smaller is not None
    assert greater is not None
    assert (int(smaller.value), smaller.formula) == (300, "tertulis dalam izin")
    assert greater.value == 375


def test_a_limit_that_changes_in_the_middle_of_a_month_counts_for_its_own_days() -> None:
    limits = [
        most("tss", "250", valid_from=date(2026, 1, 1), valid_to=date(2026, 7, 15)),
        most("tss", "100", valid_from=date(2026, 7, 16)),
        most(FLOW, "1000", "m³/hari", valid_from=date(2026, 1, 1)),
    ]

    figure = permitted_monthly_load(limits, "tss", first=JULY, last=LAST_OF_JULY)

    assert figure is not None
    assert figure.value == 15 * 250 + 16 * 100
    assert [item.shown for item in figure.inputs] == ["250 kg/hari", "100 kg/hari"]


def test_a_month_with_a_day_without_a_limit_has_no_permitted_load() -> None:
    limits = [
        most("tss", "100", valid_from=date(2026, 7, 2)),
        most(FLOW, "1000", "m³/hari", valid_from=date(2026, 1, 1)),
    ]

    assert permitted_monthly_load(limits, "tss", first=JULY, last=LAST_OF_JULY) is None


def test_excess_load_has_the_shape_of_the_law() -> None:
    """(kadar − baku mutu) × debit × lama (PP 22/2021, Pasal 517)."""
    figure = excess_load(mg("160"), most("tss", "100"), flow("500"), days=Decimal(3))

    assert figure is not None
    assert (int(figure.value), figure.unit) == (90, "kg")
    assert excess_load(mg("100"), most("tss", "100"), flow("500"), days=Decimal(3)) is None
    assert excess_load(mg("<160"), most("tss", "100"), flow("500"), days=Decimal(3)) is None


def test_excess_load_converts_what_laboratory_and_permit_tell_in_other_units() -> None:
    limit = most("cu", "1000", "µg/L")

    figure = excess_load(mg("1,5"), limit, read_measured("1", unit="L/detik"), days=Decimal(1))

    assert figure is not None
    assert figure.value == Decimal("0.0432")


def test_mean_production_is_over_the_months_that_were_entered() -> None:
    figure = mean_production({date(2026, 7, 1): Decimal(100), date(2026, 8, 1): Decimal(140)})

    assert figure is not None
    assert (figure.shown, len(figure.inputs)) == ("120 ton/bulan", 2)
    assert mean_production({}) is None


def test_a_ton_is_metric() -> None:
    assert convert(Decimal(1), "ton", "kg") == 1000


@pytest.mark.parametrize(
    ("typed", "unit"),
    [("MG / L", "mg/L"), ("μg/l", "µg/L"), ("m3/s", "m³/detik"), ("-", ""), ("mg/liter", "mg/L")],
)
def test_units_are_read_as_people_write_them(typed: str, unit: str) -> None:
    assert read_unit(typed) == unit


def test_ppm_and_strange_units_are_asked_back() -> None:
    with pytest.raises(ValueRefused, match="mg/L"):
        read_unit("ppm")
    with pytest.raises(ValueRefused, match="tidak dikenal"):
        read_unit("sendok/gelas")


@pytest.mark.parametrize(
    ("typed", "value", "sign"),
    [
        ("0,5", "0.5", Sign.EXACT),
        ("0.5", "0.5", Sign.EXACT),
        ("<0,005", "0.005", Sign.BELOW),
        ("< 0.005", "0.005", Sign.BELOW),
        ("≤0,005", "0.005", Sign.BELOW),
        (">1600", "1600", Sign.ABOVE),
        ("1.234,5", "1234.5", Sign.EXACT),
    ],
)
def test_results_are_read_as_certificates_print_them(typed: str, value: str, sign: Sign) -> None:
    assert read_measured(typed, unit="mg/L") == Measured(Decimal(value), "mg/L", sign)


@pytest.mark.parametrize(
    ("typed", "asked"),
    [
        ("1.000", "dapat berarti"),
        ("<1.000", "dapat berarti"),
        ("ttd", "batas deteksinya"),
        ("<0", "lebih dari nol"),
    ],
)
def test_what_may_mean_two_things_is_asked_back(typed: str, asked: str) -> None:
    with pytest.raises(ValueRefused, match=asked):
        read_measured(typed, unit="mg/L")
