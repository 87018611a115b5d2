"""Limits as data: what a parameter may be, on whose authority, from when to when, and how certain that is."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from importlib.resources import files
from typing import Any

from muara.cases.terms import BOUNDS, LimitKind
from muara.compliance.arithmetic.measured import exactly
from muara.compliance.arithmetic.units import KG_PER_DAY, KG_PER_TON, MG_PER_L, same_dimension

FLOW, PH = "debit", "ph"


class Certainty(StrEnum):
    """How sure we are of a limit; only the permit's own binds."""

    PERMIT = "izin"
    READ = "terbaca"
    SECONDARY = "sekunder"
    UNVERIFIED = "ingatan"

    @property
    def binds(self) -> bool:
        return self is Certainty.PERMIT

    @property
    def badge(self) -> str:
        return {
            "izin": "mengikat: tertulis dalam izin",
            "terbaca": "contoh: terbaca pada salinan peraturan, konfirmasikan",
            "sekunder": "contoh: sumber sekunder, konfirmasikan",
            "ingatan": "contoh — belum diverifikasi",
        }[self.value]


@dataclass(frozen=True, slots=True)
class Parameter:
    """Something that is measured: its key, its name, the unit it is usually told in."""

    key: str
    name: str
    unit: str
    lowest: Decimal | None = None  # outside of these no measurement can be right
    highest: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Limit:
    """One parameter's limit: bounds included, in `unit`; a load beside the concentration must hold too.

    `load_per_day` in kg a day, `load_per_ton` in kg a ton of product. `valid_from` None: since before
    anything that we know; `valid_to` the last day, None: until further notice.
    """

    parameter: str
    name: str
    kind: LimitKind
    unit: str = ""
    low: Decimal | None = None
    high: Decimal | None = None
    load_per_day: Decimal | None = None
    load_per_ton: Decimal | None = None
    basis: str = ""
    certainty: Certainty = Certainty.UNVERIFIED
    valid_from: date | None = None
    valid_to: date | None = None
    note: str = ""

    def holds_on(self, day: date) -> bool:
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_to is None or day <= self.valid_to
        )

    @property
    def shown(self) -> str:
        """As people read it: "paling banyak 100 mg/L", "6 sampai 9"."""
        level = " sampai ".join(exactly(bound) for bound in (self.low, self.high) if bound is not None)
        words = "" if self.kind is LimitKind.RANGE else self.kind.label
        parts = [" ".join(part for part in (words, level, self.unit if level else "") if part)]
        loads = ((self.load_per_day, KG_PER_DAY), (self.load_per_ton, KG_PER_TON))
        parts += [f"beban {exactly(load)} {unit}" for load, unit in loads if load is not None]
        return ", ".join(part for part in parts if part)

    @property
    def limits_level(self) -> bool:
        """It says something of the measured value itself, not only of the load."""
        return self.kind is not LimitKind.MOST or self.high is not None

    @property
    def has_load(self) -> bool:
        """A load is computed of what is told by mass in a volume: not of pH, temperature, coliforms."""
        return self.kind is not LimitKind.LEAST and bool(self.unit) and same_dimension(self.unit, MG_PER_L)


def in_force(limits: Iterable[Limit], parameter: str, day: date) -> Limit | None:
    """The limit that a day's value of a parameter is held against.

    The permit's own before any other; of those that are equally certain the one that began last.
    """
    held = [limit for limit in limits if limit.parameter == parameter and limit.holds_on(day)]
    return max(held, key=_precedence, default=None)


def _precedence(limit: Limit) -> tuple[bool, date]:
    return limit.certainty.binds, limit.valid_from or date.min


# --- parameters -------------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def _table() -> tuple[Mapping[str, Parameter], Mapping[str, str]]:
    found: dict[str, Parameter] = {}
    names: dict[str, str] = {}
    for key, row in load_data("parameters.toml").items():
        low, high = (Decimal(row[name]) if name in row else None for name in ("lowest", "highest"))
        found[key] = Parameter(key, row["name"], row.get("unit", MG_PER_L), low, high)
        names |= {_squeezed(name): key for name in (key, row["name"], *row.get("also", ()))}
    return found, names


def parameter_key(name: str) -> str:
    """The key of a parameter however it is written: "Minyak & Lemak" is "minyak_lemak".

    One that we do not know gets a key of its own.
    """
    squeezed = _squeezed(name)
    return _table()[1].get(squeezed, squeezed[:40])


def parameter(key: str, *, name: str = "") -> Parameter:
    """A parameter by its key; an unknown one is told in mg/L unless its limit says otherwise."""
    return _table()[0].get(key) or Parameter(key, name or key, MG_PER_L)


def known_parameters() -> Mapping[str, Parameter]:
    return _table()[0]


def load_data(name: str) -> dict[str, Any]:
    """A table that ships with Muara (muara/compliance/data)."""
    return tomllib.loads(files("muara.compliance").joinpath("data", name).read_text(encoding="utf-8"))


def _squeezed(name: str) -> str:
    return re.sub(r"[^0-9a-z]", "", name.casefold().replace("&", "dan").replace("₃", "3").replace("₂", "2"))


def bounds_fit(limit: Limit) -> bool:
    """A limit has just the bounds that its kind uses, the lower one not above the upper one."""
    given = tuple(name for name in ("low", "high") if getattr(limit, name) is not None)
    if given != BOUNDS[limit.kind]:
        return not given and (limit.load_per_day is not None or limit.load_per_ton is not None)
    return limit.low is None or limit.high is None or limit.low <= limit.high
