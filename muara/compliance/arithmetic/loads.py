"""Pollution load: how much of a parameter goes into the sea (domain 3.3), each figure with its working."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from muara.cases.terms import LimitKind
from muara.compliance.arithmetic.figures import Figure, Input
from muara.compliance.arithmetic.limits import FLOW, Limit, in_force
from muara.compliance.arithmetic.measured import Measured, Sign
from muara.compliance.arithmetic.units import (
    KG_PER_DAY,
    KG_PER_TON,
    M3_PER_DAY,
    M3_PER_TON,
    MG_PER_L,
    TON,
)
from muara.sop.values import ValueRefused

A_THOUSAND = Decimal(1000)  # grams in a kilogram: mg/L is g/m³
DAY = timedelta(days=1)


class NoLoad(ValueRefused):
    """Nothing is carried that could be weighed: pH, temperature, coliforms, transparency."""


@dataclass(frozen=True, slots=True)
class Sample:
    """A parameter's value in one sample, and where it is proved."""

    taken_on: date
    amount: Measured
    source: str = ""


def load_per_day(concentration: Measured, flow: Measured, *, source: str = "") -> Figure:
    """kg/hari = kadar (mg/L) × debit (m³/hari) ÷ 1000.

    Raises:
        NoLoad: the parameter is not told by mass in a volume.
    """
    level, water = _level(concentration), flow.within(M3_PER_DAY)
    return Figure(
        name="Beban pencemaran",
        value=level.value * water.value / A_THOUSAND,
        unit=KG_PER_DAY,
        formula="kadar × debit ÷ 1000",
        inputs=(Input("Kadar", level, source), Input("Debit", water, source)),
        at_most=level.sign is Sign.BELOW,
    )


def load_per_ton(concentration: Measured, water_per_ton: Measured, *, source: str = "") -> Figure:
    """kg/ton = kadar (mg/L) × debit (m³/ton) ÷ 1000; raises NoLoad."""
    level, water = _level(concentration), water_per_ton.within(M3_PER_TON)
    return Figure(
        name="Beban pencemaran per ton produk",
        value=level.value * water.value / A_THOUSAND,
        unit=KG_PER_TON,
        formula="kadar × debit per ton ÷ 1000",
        inputs=(Input("Kadar", level, source), Input("Debit per ton", water, source)),
        at_most=level.sign is Sign.BELOW,
    )


def water_per_ton(volume: Figure, production: Measured) -> Figure | None:
    """m³/ton = volume sebulan (m³) ÷ produksi sebulan (ton); None where nothing was produced."""
    made = production.within(TON)
    if made.value <= 0:
        return None
    return Figure(
        name="Debit per ton produk",
        value=volume.value / made.value,
        unit=M3_PER_TON,
        formula="volume sebulan ÷ produksi sebulan",
        inputs=(Input("Volume air limbah", volume.amount, volume.method), Input("Produksi", made)),
        lacks=volume.lacks,
    )


def volume(flows: Mapping[date, Decimal], *, first: date, last: date) -> Figure:
    """The wastewater of a period in m³: the sum of what was logged each day (m³/hari)."""
    days = [day for day in _days(first, last) if day in flows]
    lacking = (last - first).days + 1 - len(days)
    return Figure(
        name="Volume air limbah",
        value=sum((flows[day] for day in days), Decimal(0)),
        unit="m³",
        formula="jumlah debit harian",
        inputs=tuple(
            Input(f"Debit {day.isoformat()}", Measured(flows[day], M3_PER_DAY), "catatan harian")
            for day in days
        ),
        method=f"{len(days)} hari tercatat",
        lacks=f"{lacking} hari tanpa catatan debit" if lacking else "",
    )


def mean_concentration(samples: Sequence[Sample]) -> Figure | None:
    """The plain mean of a period's samples in mg/L; one below detection goes in with its limit of detection.

    None where there is no sample. Raises NoLoad.
    """
    if not samples:
        return None
    levels = [_level(sample.amount) for sample in samples]
    return Figure(
        name="Kadar rata-rata",
        value=sum((level.value for level in levels), Decimal(0)) / len(levels),
        unit=MG_PER_L,
        formula="jumlah kadar ÷ banyaknya contoh uji",
        inputs=tuple(
            Input(f"Contoh uji {sample.taken_on.isoformat()}", level, sample.source)
            for sample, level in zip(samples, levels, strict=True)
        ),
        method="nilai di bawah batas deteksi dihitung sebesar batas deteksinya",
        at_most=any(level.sign is Sign.BELOW for level in levels),
    )


def monthly_load(
    flows: Mapping[date, Decimal], samples: Sequence[Sample], *, first: date, last: date
) -> Figure | None:
    """Σ debit harian × kadar bulan itu ÷ 1000, in kg (domain 3.3); None while there is no sample.

    Days without a flow are not guessed: the figure then says what it lacks. Raises NoLoad.
    """
    level, water = mean_concentration(samples), volume(flows, first=first, last=last)
    if level is None:
        return None
    return Figure(
        name="Beban pencemaran sebulan",
        value=water.value * level.value / A_THOUSAND,
        unit="kg",
        formula="Σ debit harian × kadar bulan ini ÷ 1000",
        inputs=(
            Input("Volume air limbah", water.amount, water.method),
            Input("Kadar", level.amount, f"rata-rata {len(samples)} contoh uji"),
        ),
        method="debit setiap hari dikalikan kadar hasil uji bulan yang sama",
        at_most=level.at_most,
        lacks=water.lacks,
    )


def permitted_load(limit: Limit, flow_limit: Limit | None) -> Figure | None:
    """Beban paling banyak = baku mutu × debit maksimum ÷ 1000, in kg/hari; None where the limits give none.

    Where the permit sets a load as well both must hold: the smaller one is permitted.
    """
    own, reckoned = limit.load_per_day, None
    if limit.kind is LimitKind.MOST and limit.high is not None and limit.has_load:
        reckoned = _reckoned(limit, flow_limit)
    if own is None or (reckoned is not None and reckoned.value <= own):
        return reckoned
    amount = Measured(own, KG_PER_DAY)
    inputs = (Input("Beban menurut izin", amount, limit.basis),)
    return Figure("Beban paling banyak", own, KG_PER_DAY, "tertulis dalam izin", inputs)


def _reckoned(limit: Limit, flow_limit: Limit | None) -> Figure | None:
    if limit.high is None or flow_limit is None or flow_limit.high is None:
        return None
    level = Measured(limit.high, limit.unit).within(MG_PER_L)
    water = Measured(flow_limit.high, flow_limit.unit)
    return Figure(
        name="Beban paling banyak",
        value=load_per_day(level, water).value,
        unit=KG_PER_DAY,
        formula="baku mutu × debit maksimum ÷ 1000",
        inputs=(Input("Baku mutu", level, limit.basis), Input("Debit maksimum", water, flow_limit.basis)),
    )


def permitted_monthly_load(
    limits: Sequence[Limit], parameter: str, *, first: date, last: date
) -> Figure | None:
    """What may go out in a period in kg, day by day under the limits of each day: they may change in between.

    None where the limits of a day give none: then nothing is known.
    """
    days: dict[tuple[Limit, Limit | None], list[date]] = {}
    for day in _days(first, last):
        limit, flow = in_force(limits, parameter, day), in_force(limits, FLOW, day)
        if limit is None:
            return None
        days.setdefault((limit, flow), []).append(day)
    total, inputs = Decimal(0), []
    for (limit, flow), counted in days.items():
        a_day = permitted_load(limit, flow)
        if a_day is None:
            return None
        total += a_day.value * len(counted)
        when = f"{counted[0].isoformat()} sampai {counted[-1].isoformat()}, {len(counted)} hari"
        inputs.append(Input(f"Beban paling banyak {when}", a_day.amount, limit.basis))
    return Figure(
        name="Beban paling banyak sebulan",
        value=total,
        unit="kg",
        formula="Σ beban paling banyak setiap hari",
        inputs=tuple(inputs),
    )


def mean_production(by_month: Mapping[date, Decimal]) -> Figure | None:
    """The mean of monthly production in tons (SOP G.11); None while none was entered."""
    if not by_month:
        return None
    return Figure(
        name="Rata-rata produksi",
        value=sum(by_month.values(), Decimal(0)) / len(by_month),
        unit="ton/bulan",
        formula="jumlah produksi ÷ banyaknya bulan",
        inputs=tuple(
            Input(f"Produksi {month:%Y-%m}", Measured(tons, TON), "laporan produksi")
            for month, tons in sorted(by_month.items())
        ),
    )


def excess_load(concentration: Measured, limit: Limit, flow: Measured, *, days: Decimal) -> Figure | None:
    """Kelebihan beban = (kadar − baku mutu) × debit × lama, in kg: the shape of PP 22/2021, Pasal 517.

    None where nothing was exceeded, or the value is only a bound below the limit. Never told in rupiah.
    Raises NoLoad.
    """
    if limit.kind is not LimitKind.MOST or limit.high is None:
        raise NoLoad("Kelebihan beban hanya dihitung untuk baku mutu paling banyak.")
    level, water = _level(concentration), flow.within(M3_PER_DAY)
    most = Measured(limit.high, limit.unit).within(MG_PER_L)
    over = level.value - most.value
    if over <= 0 or level.sign is Sign.BELOW:
        return None
    return Figure(
        name="Kelebihan beban",
        value=over * water.value / A_THOUSAND * days,
        unit="kg",
        formula="(kadar − baku mutu) × debit ÷ 1000 × lama",
        inputs=(
            Input("Kadar", level),
            Input("Baku mutu", most, limit.basis),
            Input("Debit", water),
            Input("Lama", Measured(days, "hari")),
        ),
    )


def _level(concentration: Measured) -> Measured:
    if concentration.sign is Sign.ABOVE:
        raise NoLoad(f"Hanya diketahui bahwa kadarnya {concentration.shown}: bebannya tidak dapat dihitung.")
    try:
        return concentration.within(MG_PER_L)
    except ValueRefused:
        raise NoLoad(f"Beban tidak dihitung untuk satuan {concentration.unit or 'tanpa satuan'}.") from None


def _days(first: date, last: date) -> list[date]:
    return [first + DAY * number for number in range((last - first).days + 1)]
