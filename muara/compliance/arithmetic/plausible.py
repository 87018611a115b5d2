"""Questions about what was typed: never a refusal by guess, only what no measurement can be is refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

from muara.compliance.arithmetic.limits import PH, Parameter
from muara.compliance.arithmetic.measured import exactly

TEN = Decimal(10)
CONSTANT = 28  # days: a meter that shows the same for a month stands still
DAY = timedelta(days=1)


def impossible(value: Decimal, parameter: Parameter) -> str:
    """Why a value can be no measurement, as a sentence; empty where it can."""
    low = Decimal(0) if parameter.lowest is None else parameter.lowest
    high = parameter.highest
    if low <= value and (high is None or value <= high):
        return ""
    if parameter.key == PH and TEN <= value <= 140:
        return f"pH {exactly(value)} tidak mungkin. Apakah maksudnya {exactly(value / TEN)}?"
    span = (
        f"antara {exactly(low)} dan {exactly(high)}" if high is not None else f"paling sedikit {exactly(low)}"
    )
    return f"{parameter.name} {exactly(value)} tidak mungkin: nilainya {span}."


def questions(
    value: Decimal, *, name: str, day: date, others: Mapping[date, Decimal], most: Decimal | None = None
) -> list[str]:
    """What to ask about a day's value before it is kept, given the other days' values.

    Ten times the day before, or a tenth of it; the same for four weeks; ten times the permit's maximum.
    """
    asked = []
    before = next((others[day - DAY * back] for back in range(1, 8) if day - DAY * back in others), None)
    if before and value and not before / TEN < value < before * TEN:
        times = "paling sedikit sepuluh kali" if value > before else "paling banyak sepersepuluh"
        asked.append(f"{name} {exactly(value)} {times} nilai sebelumnya ({exactly(before)}). Benarkah?")
    if most and value >= most * TEN:
        asked.append(
            f"{name} {exactly(value)} sepuluh kali batas izin atau lebih ({exactly(most)}). Benarkah?"
        )
    run = [others.get(day - DAY * back) for back in range(1, CONSTANT)]
    if value and all(other == value for other in run):
        asked.append(
            f"{name} {exactly(value)} sama {CONSTANT} hari berturut-turut. Periksa alat ukurnya. Benarkah?"
        )
    return asked


def unit_questions(values: Sequence[Decimal], *, name: str) -> str:
    """Ask where one column seems to hold two units: values that lie a thousand times apart.

    Empty where nothing speaks for it.
    """
    positive = sorted(value for value in values if value > 0)
    if len(positive) < 2:
        return ""
    steps = pairwise(positive)
    gap = next(((low, high) for low, high in steps if high >= low * 500), None)
    if gap is None:
        return ""
    low, high = (exactly(value) for value in gap)
    return f"Kolom {name} tampak memuat dua satuan: {low} dan {high}. Samakan satuannya, lalu unggah lagi."
