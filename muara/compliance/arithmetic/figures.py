"""A figure that can show its working: formula, what went into it, and where each of that comes from."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from muara.compliance.arithmetic.measured import Measured, Sign, exactly

PLACES = 3


@dataclass(frozen=True, slots=True)
class Input:
    """Something a figure was computed from, and its source: a day's log, a certificate, the permit."""

    label: str
    amount: Measured
    source: str = ""

    @property
    def shown(self) -> str:
        return self.amount.shown


@dataclass(frozen=True, slots=True)
class Figure:
    """A computed amount, unrounded, with its working.

    `at_most` where a value below detection went in with its limit of detection. `lacks` says what is
    missing where not everything that it needs is there: such a figure is part of the truth.
    """

    name: str
    value: Decimal
    unit: str
    formula: str
    inputs: tuple[Input, ...] = ()
    method: str = ""
    at_most: bool = False
    lacks: str = ""

    @property
    def shown(self) -> str:
        """The figure as people read it, rounded to three decimals: "10,8 kg/hari"."""
        return f"{'≤ ' if self.at_most else ''}{rounded(self.value)} {self.unit}".rstrip()

    @property
    def amount(self) -> Measured:
        return Measured(self.value, self.unit, Sign.EXACT)


def rounded(number: Decimal, places: int = PLACES) -> str:
    """Round half up for display only; a small amount keeps three digits that say something."""
    if number and abs(number) < Decimal(1).scaleb(-places):
        places = -number.adjusted() + 2
    return exactly(number.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP))
