"""The arithmetic against an independent computation by pandas, on made-up years of data."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal

import pandas as pd
import pytest

from muara.cases.terms import LimitKind
from muara.compliance.arithmetic.limits import FLOW, Certainty, Limit, in_force
from muara.compliance.arithmetic.loads import (
    Sample,
    excess_load,
    load_per_day,
    mean_production,
    monthly_load,
    permitted_monthly_load,
)
from muara.compliance.arithmetic.measured import Measured, Sign
from muara.compliance.arithmetic.schedule import Frequency, periods
from muara.compliance.arithmetic.verdicts import judge, tally

STARTS, ENDS, CHANGED = date(2025, 3, 10), date(2026, 11, 20), date(2025, 9, 17)


def made_up(seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Daily flows with gaps and lab results, a fifth of them below detection."""
    chance = random.Random(seed)
    days = [STARTS + timedelta(days=n) for n in range((ENDS - STARTS).days + 1)]
    flows = pd.DataFrame(
        [(day, chance.randrange(0, 2_000_000) / 1000) for day in days if chance.random() < 0.9],
        columns=["day", "flow"],
    )
    tests = pd.DataFrame(
        [
            (day, chance.randrange(1, 250_000) / 1000, chance.random() < 0.2)
            for day in days
            if chance.random() < 0.05
        ],
        columns=["day", "level", "below"],
    )
    return flows, tests


def exact(number: float) -> Decimal:
    return Decimal(str(number))


def limits() -> list[Limit]:
    common = {"certainty": Certainty.PERMIT}
    return [
        Limit("tss", "TSS", LimitKind.MOST, "mg/L", high=Decimal(150), valid_to=CHANGED, **common),  # type: ignore[arg-type]
        Limit(
            "tss",
            "TSS",
            LimitKind.MOST,
            "mg/L",
            high=Decimal(90),
            valid_from=CHANGED + timedelta(days=1),
            **common,  # type: ignore[arg-type]
        ),
        Limit(FLOW, "Debit", LimitKind.MOST, "m³/hari", high=Decimal(1500), **common),  # type: ignore[arg-type]
    ]


def by_month(column: pd.Series) -> pd.Series:
    return pd.to_datetime(column).dt.to_period("M").astype(str)


def samples_of(tests: pd.DataFrame) -> list[Sample]:
    return [
        Sample(row.day, Measured(exact(row.level), "mg/L", Sign.BELOW if row.below else Sign.EXACT))
        for row in tests.itertuples()
    ]


@pytest.mark.parametrize("seed", range(3))
def test_monthly_loads(seed: int) -> None:
    flows, tests = made_up(seed)
    daily: Mapping[date, Decimal] = {row.day: exact(row.flow) for row in flows.itertuples()}
    samples = samples_of(tests)

    theirs = (
        flows.groupby(by_month(flows["day"]))["flow"].sum()
        * tests.groupby(by_month(tests["day"]))["level"].mean()
        / 1000
    ).dropna()
    ours = {}
    for period in periods(Frequency.MONTHLY, starts=STARTS, ends=ENDS):
        of_month = [sample for sample in samples if period.first <= sample.taken_on <= period.last]
        figure = monthly_load(daily, of_month, first=period.first, last=period.last)
        if figure is not None:
            ours[f"{period.first:%Y-%m}"] = float(figure.value)

    assert ours == pytest.approx(theirs.to_dict(), rel=1e-12)


@pytest.mark.parametrize("seed", range(3))
def test_compliance_by_sample_and_month_under_a_limit_that_changes(seed: int) -> None:
    _, tests = made_up(seed)
    most = tests["day"].map(lambda day: 150 if day <= CHANGED else 90)
    theirs = pd.Series("taat", index=tests.index)
    theirs[~tests["below"] & (tests["level"] > most)] = "melampaui"
    theirs[tests["below"] & (tests["level"] > most)] = "tidak dapat dinilai"

    verdicts = [
        judge(sample.amount, in_force(limits(), "tss", sample.taken_on)) for sample in samples_of(tests)
    ]

    assert [verdict.standing.value for verdict in verdicts] == list(theirs)
    months = [f"{period.first:%Y-%m}" for period in periods(Frequency.MONTHLY, starts=STARTS, ends=ENDS)]
    worst = theirs.groupby(by_month(tests["day"])).agg(set)
    expected = {
        "complying": sum(kinds == {"taat"} for kinds in worst),
        "exceeding": sum("melampaui" in kinds for kinds in worst),
        "missing": len(months) - len(worst),
    }
    found = tally(
        months,
        {
            month: [
                verdict
                for verdict, day in zip(verdicts, tests["day"], strict=True)
                if f"{day:%Y-%m}" == month
            ]
            for month in months
        },
    )
    assert {name: getattr(found, name) for name in expected} == expected
    assert found.required == len(months)


def test_permitted_loads_by_month() -> None:
    days = pd.DataFrame({"day": pd.date_range(STARTS, ENDS).date})
    days["most"] = days["day"].map(lambda day: (150 if day <= CHANGED else 90) * 1500 / 1000)
    theirs = days.groupby(by_month(days["day"]))["most"].sum()

    ours = {}
    for period in periods(Frequency.MONTHLY, starts=STARTS, ends=ENDS):
        figure = permitted_monthly_load(limits(), "tss", first=period.first, last=period.last)
        assert figure is not None
        ours[f"{period.first:%Y-%m}"] = float(figure.value)

    assert ours == theirs.to_dict()


@pytest.mark.parametrize("seed", range(3))
def test_daily_and_excess_loads_and_mean_production(seed: int) -> None:
    flows, tests = made_up(seed)
    both = flows.merge(tests, on="day")
    most = both["day"].map(lambda day: 150 if day <= CHANGED else 90)
    loads = both["level"] * both["flow"] / 1000
    excess = ((both["level"] - most).clip(lower=0) * both["flow"] / 1000)[~both["below"]].sum()

    ours, over = [], Decimal(0)
    for row in both.itertuples():
        level = Measured(exact(row.level), "mg/L", Sign.BELOW if row.below else Sign.EXACT)
        water = Measured(exact(row.flow), "m³/hari")
        ours.append(float(load_per_day(level, water).value))
        limit = in_force(limits(), "tss", row.day)
        assert limit is not None
        more = excess_load(level, limit, water, days=Decimal(1))
        over += more.value if more else 0

    assert ours == pytest.approx(list(loads), rel=1e-12)
    assert float(over) == pytest.approx(excess, rel=1e-12)
    made = mean_production({row.day: exact(row.flow) for row in flows.itertuples()})
    assert made is not None
    assert float(made.value) == pytest.approx(flows["flow"].mean(), rel=1e-12)
