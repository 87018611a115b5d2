"""Regencies, bounding boxes and the shore of Kalimantan Timur: rough checks of what people type."""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Box:
    """A bounding box in decimal degrees, WGS84; south and west of zero are negative."""

    south: Decimal
    north: Decimal
    west: Decimal
    east: Decimal

    def holds(self, latitude: Decimal, longitude: Decimal) -> bool:
        """Tell whether a point lies inside."""
        return self.south <= latitude <= self.north and self.west <= longitude <= self.east


def _box(south: str, north: str, west: str, east: str, *, pad: str = "0") -> Box:
    edge = Decimal(pad)
    return Box(Decimal(south) - edge, Decimal(north) + edge, Decimal(west) - edge, Decimal(east) + edge)


# The sea off the province with its twelve miles, and the province's land with a margin (domain 9.2).
KALTIM_SEA = _box("-2.65", "2.80", "116.0", "119.3")
KALTIM_LAND = _box("-2.4096", "2.5664", "113.84", "119.0371", pad="0.25")
BOXES = {"sea": KALTIM_SEA, "land": KALTIM_LAND}
# The capital Nusantara with its sea, a national strategic area: a box round it, so a hint only (domain 2.2).
NUSANTARA = _box("-1.25883", "-0.63905", "116.52533", "117.30711")

SHORE = Path(__file__).parent / "data" / "shore_kaltim.txt"
EARTH = 6_371_000  # metres, mean radius
NAUTICAL_MILE = 1_852


@dataclass(frozen=True, slots=True)
class Regency:
    """A regency or city by its Kemendagri code; `box` is its land with a margin, None where not known."""

    code: str
    name: str
    coastal: bool
    box: Box | None


# Kepmendagri 300.2.2-2430/2025 (the codes of the statistics office differ); boxes: domain 9.2, padded.
REGENCIES = (
    Regency("64.01", "Kabupaten Paser", True, _box("-2.41", "-0.97", "115.62", "116.60", pad="0.25")),
    Regency(
        "64.02", "Kabupaten Kutai Kartanegara", True, _box("-1.14", "1.53", "115.23", "117.63", pad="0.25")
    ),
    Regency("64.03", "Kabupaten Berau", True, _box("0.98", "2.57", "116.18", "119.04", pad="0.25")),
    Regency("64.07", "Kabupaten Kutai Barat", False, None),
    Regency("64.08", "Kabupaten Kutai Timur", True, _box("0.02", "1.87", "115.97", "118.99", pad="0.25")),
    Regency(
        "64.09", "Kabupaten Penajam Paser Utara", True, _box("-1.60", "-0.80", "116.33", "116.95", pad="0.25")
    ),
    Regency("64.11", "Kabupaten Mahakam Ulu", False, None),
    Regency("64.71", "Kota Balikpapan", True, _box("-1.28", "-1.01", "116.73", "117.02", pad="0.25")),
    Regency("64.72", "Kota Samarinda", False, None),
    Regency("64.74", "Kota Bontang", True, _box("0.02", "0.20", "117.39", "117.56", pad="0.25")),
)


def regency(code: str) -> Regency | None:
    """Find a regency by its Kemendagri code."""
    return next((item for item in REGENCIES if item.code == code), None)


def metres_between(here: tuple[float, float], there: tuple[float, float]) -> float:
    """Measure the great circle between two points (latitude, longitude in degrees)."""
    (north, east), (other_north, other_east) = (map(math.radians, point) for point in (here, there))
    half = (
        math.sin((other_north - north) / 2) ** 2
        + math.cos(north) * math.cos(other_north) * math.sin((other_east - east) / 2) ** 2
    )
    return 2 * EARTH * math.asin(math.sqrt(half))


@cache
def shore() -> tuple[tuple[float, float], ...]:
    """Read the points of the shore (latitude, longitude); source and licence head the file."""
    lines = (line for line in SHORE.read_text().splitlines() if not line.startswith("#"))
    return tuple((float(north), float(east)) for north, east in map(str.split, lines))


def metres_from_shore(latitude: Decimal, longitude: Decimal) -> float:
    """Measure how far a point lies from the nearest shore, of the mainland or of an island.

    A point of the shore stands every half kilometre, so the answer may be too long by up to that much;
    sources of the shoreline differ among themselves by 100 to 300 m. It decides nothing.
    """
    here = (float(latitude), float(longitude))
    return min(metres_between(here, point) for point in shore())
