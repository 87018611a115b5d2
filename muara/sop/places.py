"""Regencies and bounding boxes of Kalimantan Timur: rough checks of what people type."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


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
