"""A day out of an instrument's readings: mean flow, lowest, highest and mean pH, whether enough is there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from muara.compliance.arithmetic.figures import Figure, Input
from muara.compliance.arithmetic.measured import Measured
from muara.compliance.arithmetic.units import M3_PER_DAY

A_DAY = 24 * 60  # minutes


@dataclass(frozen=True, slots=True)
class Sent:
    """A reading: the minute of the day, the flow as m³/day, the pH."""

    minute: int
    flow: Decimal | None = None
    ph: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Series:
    """The readings of one quantity in a day: how many of the expected intervals have one, and its figures."""

    expected: int
    filled: int
    share: int  # per cent that must be there
    mean: Figure | None = None
    low: Decimal | None = None
    high: Decimal | None = None

    @property
    def is_complete(self) -> bool:
        return self.filled * 100 >= self.expected * self.share

    @property
    def needed(self) -> int:
        """The least number of intervals that make the day complete."""
        return -(-self.expected * self.share // 100)

    @property
    def shown(self) -> str:
        return f"{self.filled} dari {self.expected}"


def day_of(sent: Sequence[Sent], *, every: int, share: int) -> tuple[Series, Series]:
    """The flow and the pH of a day whose instrument reads every so many minutes.

    Two readings within one interval fill it once: an instrument that sends in bursts is not complete.
    """
    flows = [(one.minute, one.flow) for one in sent if one.flow is not None]
    phs = [(one.minute, one.ph) for one in sent if one.ph is not None]
    return (
        _series(flows, "Debit rata-rata", M3_PER_DAY, every=every, share=share),
        _series(phs, "pH rata-rata", "", every=every, share=share),
    )


def _series(rows: Sequence[tuple[int, Decimal]], name: str, unit: str, *, every: int, share: int) -> Series:
    expected = -(-A_DAY // every)
    filled = len({minute // every for minute, _ in rows})
    if not rows:
        return Series(expected, filled, share)
    values = [value for _, value in rows]
    total = sum(values, Decimal(0))
    mean = Figure(
        name=name,
        value=total / len(values),
        unit=unit,
        formula="jumlah bacaan ÷ banyaknya bacaan",
        inputs=(
            Input("Jumlah bacaan", Measured(total, unit), "alat ukur"),
            Input("Banyaknya bacaan", Measured(Decimal(len(values)))),
        ),
    )
    return Series(expected, filled, share, mean, min(values), max(values))


def kept(figure: Figure, places: int) -> Decimal:
    """A mean as the daily log keeps it."""
    return figure.value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
