"""Compliance: a sample, a day, a month, a quarter; "incomplete" is never "compliant" (domain 3.4)."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise
from typing import Any

from muara.cases.terms import LimitKind
from muara.compliance.arithmetic.figures import Figure
from muara.compliance.arithmetic.limits import Limit
from muara.compliance.arithmetic.loads import Sample
from muara.compliance.arithmetic.measured import Measured, Sign, exactly
from muara.sop.values import ValueRefused

NEAR = Decimal("0.8")  # of the limit: from here on a rise is worth a warning
TREND = 3  # values that make a trend


class Standing(StrEnum):
    """How a value or a period stands to what is asked of it."""

    COMPLIES = "taat"
    EXCEEDS = "melampaui"
    UNJUDGED = "tidak dapat dinilai"
    INCOMPLETE = "tidak lengkap"
    NOTHING = "belum ada yang wajib"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of holding a value against its limit, and why in a sentence."""

    standing: Standing
    why: str
    measured: Measured
    limit: Limit | None

    @property
    def ratio(self) -> Decimal | None:
        """How many times the limit a value is, where the limit is a maximum above zero."""
        if self.limit is None or self.limit.kind is not LimitKind.MOST or not self.limit.high:
            return None
        try:
            return self.measured.within(self.limit.unit).value / self.limit.high
        except ValueRefused:
            return None


def judge(measured: Measured, limit: Limit | None) -> Verdict:
    """Hold a value against its limit; the limit itself complies (≤, ≥, a range with both ends).

    A value below detection complies if its limit of detection does; where detection begins above the
    limit nothing can be judged.
    """
    if limit is None:
        return Verdict(Standing.UNJUDGED, "Tidak ada baku mutu yang berlaku pada hari itu.", measured, None)
    if limit.kind is LimitKind.NATURAL:
        return Verdict(
            Standing.UNJUDGED, "Baku mutu “alami” dinilai petugas dengan nilai alaminya.", measured, limit
        )
    if limit.kind is LimitKind.NONE:
        return _none(measured, limit)
    try:
        value = measured.within(limit.unit)
    except ValueRefused as refusal:
        return Verdict(Standing.UNJUDGED, refusal.message, measured, limit)
    if limit.low is None and limit.high is None:
        return Verdict(Standing.UNJUDGED, "Hanya bebannya yang dibatasi.", measured, limit)
    sides = (_above(value, limit.low), _beneath(value, limit.high))
    for standing, why in (
        (Standing.EXCEEDS, f"{value.shown} di luar batas {limit.shown}."),
        (Standing.UNJUDGED, _unsure(value)),
    ):
        if standing in sides:
            return Verdict(standing, why, measured, limit)
    return Verdict(Standing.COMPLIES, f"{value.shown} memenuhi batas {limit.shown}.", measured, limit)


def _none(measured: Measured, limit: Limit) -> Verdict:
    found = measured.sign is not Sign.BELOW and measured.value > 0
    why = "Terdeteksi, padahal harus nihil." if found else "Di bawah batas deteksi."
    return Verdict(Standing.EXCEEDS if found else Standing.COMPLIES, why, measured, limit)


def _beneath(value: Measured, high: Decimal | None) -> Standing:
    """Does the true value lie at or below a bound?"""
    if high is None:
        return Standing.COMPLIES
    if value.sign is Sign.BELOW:
        return Standing.COMPLIES if value.value <= high else Standing.UNJUDGED
    if value.sign is Sign.ABOVE:
        return Standing.EXCEEDS if value.value >= high else Standing.UNJUDGED
    return Standing.COMPLIES if value.value <= high else Standing.EXCEEDS


def _above(value: Measured, low: Decimal | None) -> Standing:
    """Does the true value lie at or above a bound?"""
    if low is None:
        return Standing.COMPLIES
    if value.sign is Sign.ABOVE:
        return Standing.COMPLIES if value.value >= low else Standing.UNJUDGED
    if value.sign is Sign.BELOW:
        return Standing.EXCEEDS if value.value <= low else Standing.UNJUDGED
    return Standing.COMPLIES if value.value >= low else Standing.EXCEEDS


def _unsure(value: Measured) -> str:
    if value.sign is Sign.BELOW:
        return f"Batas deteksi {value.shown.removeprefix('<')} lebih besar daripada baku mutunya."
    return f"Hanya diketahui bahwa nilainya {value.shown}."


def judge_load(load: Figure, most: Figure) -> Standing:
    """Hold a load against the load that is permitted, both in the same unit.

    A load that was computed from a limit of detection may be less than it says; one that lacks days is more.
    """
    if load.value > most.value:
        return Standing.UNJUDGED if load.at_most else Standing.EXCEEDS
    return Standing.UNJUDGED if load.lacks else Standing.COMPLIES


def hold_load(load: Figure, most: Decimal | None, limit: Limit) -> Verdict | None:
    """Hold a day's load or that of a ton against the limit's own load; None where it sets none."""
    if most is None:
        return None
    standing = judge_load(load, Figure("Batas beban", most, load.unit, "tertulis dalam izin"))
    return Verdict(
        standing, f"{load.name} {load.shown}, batas {exactly(most)} {load.unit}.", load.amount, limit
    )


@dataclass(frozen=True, slots=True)
class Tally:
    """How much of what was required complied: `complying` of `required`, never a percentage alone."""

    required: int = 0
    complying: int = 0
    exceeding: int = 0
    unjudged: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            self.required + other.required,
            self.complying + other.complying,
            self.exceeding + other.exceeding,
            self.unjudged + other.unjudged,
        )

    @property
    def missing(self) -> int:
        return self.required - self.complying - self.exceeding - self.unjudged

    @property
    def standing(self) -> Standing:
        """An exceedance that was proved outweighs what is missing; what is missing is never compliant."""
        if not self.required:
            return Standing.NOTHING
        if self.exceeding:
            return Standing.EXCEEDS
        if self.missing:
            return Standing.INCOMPLETE
        return Standing.UNJUDGED if self.unjudged else Standing.COMPLIES

    @property
    def percent(self) -> Decimal | None:
        """Complying ÷ required × 100, unrounded; None where nothing is required."""
        return Decimal(100) * self.complying / self.required if self.required else None

    @property
    def shown(self) -> str:
        return f"{self.complying} dari {self.required}"


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """Of several values of one day the one that exceeds, else the first."""
    found = list(verdicts)
    return next((one for one in found if one.standing is Standing.EXCEEDS), found[0])


def tally(required: Iterable[Hashable], found: Mapping[Any, Sequence[Verdict]]) -> Tally:
    """Count what was required, each by the worst of its verdicts; one without any is missing.

    The same arithmetic for a month (what is required are parameters of points) and for days.
    """
    total = Tally()
    for key in required:
        verdicts = [verdict.standing for verdict in found.get(key, ())]
        total += Tally(
            required=1,
            exceeding=int(Standing.EXCEEDS in verdicts),
            unjudged=int(Standing.UNJUDGED in verdicts and Standing.EXCEEDS not in verdicts),
            complying=int(bool(verdicts) and set(verdicts) == {Standing.COMPLIES}),
        )
    return total


@dataclass(frozen=True, slots=True)
class Trend:
    """A rise that leads to the limit before it is reached; `next_value` in the limit's unit."""

    next_value: Decimal
    why: str


def trend(samples: Sequence[Sample], limit: Limit | None) -> Trend | None:
    """Warn before a maximum is exceeded: three values in a row rise near the limit, or to beyond it.

    Near is 80 % of the limit. `samples` in the order of sampling; values that are only bounds say nothing
    about a trend. The next value is guessed by the mean step of the three.
    """
    if limit is None or limit.kind is not LimitKind.MOST or not limit.high:
        return None
    try:
        values = [sample.amount.within(limit.unit) for sample in samples[-TREND:]]
    except ValueRefused:
        return None
    if len(values) < TREND or any(value.sign is not Sign.EXACT for value in values):
        return None
    rising = all(early.value < late.value for early, late in pairwise(values))
    last = values[-1].value
    if not rising or last > limit.high:
        return None
    ahead = last + (last - values[0].value) / (TREND - 1)
    if last < NEAR * limit.high and ahead <= limit.high:
        return None
    shown = ", ".join(value.shown for value in values)
    return Trend(ahead, f"Naik tiga kali berturut-turut ({shown}) mendekati batas {limit.shown}.")
