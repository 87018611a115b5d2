"""A measured value as a laboratory reports it: a number, or only that it lies below or above one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

from muara.compliance.arithmetic.units import factor
from muara.sop.values import ValueRefused, parse_decimal

NOT_FOUND = frozenset({"nd", "ttd", "tt", "nihil", "tidakterdeteksi", "notdetected"})


class Sign(StrEnum):
    """What a reported number says: the value itself, or a bound of it."""

    EXACT = ""
    BELOW = "<"  # below the limit of detection
    ABOVE = ">"  # above what the method counts to, as coliforms are reported


@dataclass(frozen=True, slots=True)
class Measured:
    """A value in a unit; with a sign, only its bound is known."""

    value: Decimal
    unit: str = ""
    sign: Sign = Sign.EXACT

    def within(self, unit: str) -> Measured:
        """The same in another unit; raises ValueRefused where that makes no sense."""
        return replace(self, value=self.value * factor(self.unit, unit), unit=unit)

    @property
    def shown(self) -> str:
        """As people read it: "<0,005 mg/L"."""
        return f"{self.sign}{exactly(self.value)} {self.unit}".rstrip()


def read_measured(text: str, *, unit: str = "", number: Callable[[str], Decimal] = parse_decimal) -> Measured:
    """Read "0,5", "0.5", "<0,005" or ">1600"; raises ValueRefused.

    "Not detected" without a number is asked back: without its limit of detection nothing can be judged.
    """
    typed = text.strip().replace("≤", "<").replace("≥", ">")
    if "".join(typed.split()).casefold().replace(".", "") in NOT_FOUND:
        raise ValueRefused("Tulis batas deteksinya, misalnya <0,005, seperti pada sertifikat.")
    sign = Sign(typed[0]) if typed[:1] in {"<", ">"} else Sign.EXACT
    value = number(typed.removeprefix(sign))
    if sign is Sign.BELOW and value <= 0:
        raise ValueRefused(
            "Batas deteksi harus lebih dari nol. Tulis seperti pada sertifikat, misalnya <0,005."
        )
    return Measured(value, unit, sign)


def exactly(number: Decimal) -> str:
    """Write a number with a comma and every digit it has, thousands grouped: 1.234,5."""
    text = f"{number:f}"
    whole, _, part = text.partition(".")
    sign, digits = ("-", whole[1:]) if whole.startswith("-") else ("", whole)
    part = part.rstrip("0")
    return sign + f"{int(digits):,}".replace(",", ".") + (f",{part}" if part else "")
