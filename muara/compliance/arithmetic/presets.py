"""Limits of regulations as examples to draft with. None of them binds: what binds is in the permit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from typing import Any

from muara.cases.terms import LimitKind
from muara.compliance.arithmetic.limits import Certainty, Limit, load_data, parameter


class Use(StrEnum):
    """What a sea is designated for (Kepmen LH 51/2004; PP 22/2021 Lampiran VIII)."""

    PORT = "pelabuhan"
    TOURISM = "wisata"
    BIOTA = "biota"
    OTHER = "lain"

    @property
    def label(self) -> str:
        return {
            "pelabuhan": "Pelabuhan",
            "wisata": "Wisata bahari",
            "biota": "Biota laut",
            "lain": "Peruntukan lain (memakai baku mutu biota laut)",
        }[self.value]


class Ecosystem(StrEnum):
    """What lives there: some limits for biota depend on it."""

    CORAL = "karang"
    SEAGRASS = "lamun"
    MANGROVE = "mangrove"


@dataclass(frozen=True, slots=True)
class Preset:
    """A set of limits of one regulation, with how certain it is."""

    code: str
    name: str
    basis: str
    certainty: Certainty
    limits: tuple[Limit, ...]
    water_per_ton: Decimal | None = None  # m³ a ton of product
    note: str = ""


@lru_cache(maxsize=1)
def effluent_presets() -> tuple[Preset, ...]:
    return tuple(
        Preset(
            code=row["code"],
            name=row["name"],
            basis=row["basis"],
            certainty=Certainty(row["certainty"]),
            limits=tuple(_limit(limit, row) for limit in row["limits"]),
            water_per_ton=Decimal(row["water_per_ton"]) if "water_per_ton" in row else None,
            note=row.get("note", ""),
        )
        for row in load_data("presets.toml")["effluent"]
    )


def sea_limits(use: Use, *, on: date, ecosystem: Ecosystem | None = None) -> tuple[Limit, ...]:
    """The seawater standard of a designated use in the regime of the day of sampling.

    A use without a standard of its own takes that of biota (PP 22/2021, Pasal 230(3)). Where a limit
    depends on the ecosystem and none is named there is no limit: it cannot be judged.
    """
    wanted = Use.BIOTA if use is Use.OTHER else use
    found = (
        limit
        for row, limit in _sea()
        if row["use"] == wanted and limit.holds_on(on) and _lives(row, ecosystem)
    )
    return tuple(found)


def _lives(row: Mapping[str, Any], ecosystem: Ecosystem | None) -> bool:
    return "ecosystem" not in row or row["ecosystem"] == ecosystem


@lru_cache(maxsize=1)
def _sea() -> tuple[tuple[Mapping[str, Any], Limit], ...]:
    return tuple(_rows(load_data("presets.toml")["sea"]))


def _rows(sets: Iterable[Mapping[str, Any]]) -> Iterable[tuple[Mapping[str, Any], Limit]]:
    for row in sets:
        for limit in row["limits"]:
            yield {**limit, "use": row["use"]}, _limit(limit, row)


def _limit(row: Mapping[str, Any], of: Mapping[str, Any]) -> Limit:
    numbers = {
        name: Decimal(row[name]) for name in ("low", "high", "load_per_day", "load_per_ton") if name in row
    }
    return Limit(
        parameter=row["parameter"],
        name=parameter(row["parameter"]).name,
        kind=LimitKind(row["kind"]),
        unit=row.get("unit", ""),
        basis=of["basis"],
        certainty=Certainty(row.get("certainty", of["certainty"])),
        valid_from=of.get("valid_from"),
        valid_to=of.get("valid_to"),
        note=row.get("note", ""),
        **numbers,
    )
