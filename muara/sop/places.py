"""Regencies, bounding boxes and the shore of Kalimantan Timur: rough checks of what people type."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, lru_cache
from itertools import pairwise
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

LAND = Path(__file__).parent / "data" / "land_kaltim.json"
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


Ring = tuple[tuple[float, float], ...]
EDGES = ({115.5, 119.75}, {-3.1, 3.2})  # where the land of the file was cut off: no shore
KNOWN = _box("-3.1", "3.2", "115.5", "119.75")  # beyond the file's edges nothing is known of land and sea


@cache
def land() -> tuple[Ring, ...]:
    """Read the rings of land (longitude, latitude), lakes left out; source and licence stand in the file."""
    shapes = json.loads(LAND.read_text())["geometry"]["coordinates"]
    return tuple(tuple((east, north) for east, north in shape[0]) for shape in shapes)


@cache
def _shore() -> tuple[tuple[tuple[float, float], tuple[float, float]], ...]:
    return tuple(
        (here, there)
        for ring in land()
        for here, there in pairwise(ring)
        if not any(here[axis] == there[axis] and here[axis] in EDGES[axis] for axis in (0, 1))
    )


def metres_from_shore(latitude: Decimal, longitude: Decimal) -> float:
    """Measure how far a point lies from the nearest shore, of the mainland or of an island.

    The shore is GSHHG's, simplified by at most 55 m; sources of the shoreline differ among themselves by
    100 to 300 m. It decides nothing.
    """
    north, east = float(latitude), float(longitude)
    high = math.radians(1) * EARTH
    wide = high * math.cos(math.radians(north))
    return min(
        _from_segment(
            (here[0] - east) * wide,
            (here[1] - north) * high,
            (there[0] - east) * wide,
            (there[1] - north) * high,
        )
        for here, there in _shore()
    )


def _from_segment(x: float, y: float, to_x: float, to_y: float) -> float:
    """Measure from the origin to a segment of a plane."""
    along, up = to_x - x, to_y - y
    length = along * along + up * up
    part = min(max(-(x * along + y * up) / length, 0.0), 1.0) if length else 0.0
    return math.hypot(x + part * along, y + part * up)


def is_on_land(latitude: Decimal, longitude: Decimal) -> bool:
    """Tell whether a point lies inside a ring of land."""
    north, east = float(latitude), float(longitude)
    return any(_holds(ring, east, north) for ring in land())


def _holds(ring: Ring, east: float, north: float) -> bool:
    inside = False
    for (here_x, here_y), (there_x, there_y) in pairwise(ring):
        if (here_y > north) != (there_y > north):
            crossing = here_x + (north - here_y) * (there_x - here_x) / (there_y - here_y)
            inside ^= east < crossing
    return inside


NEAR = 500  # metres: nearer to the shore, no source can tell land from sea
REACH = 12  # nautical miles of the province from the coastline (UU 23/2014, Pasal 27; PP 22/2021, Pasal 221)
UNCERTAIN = (
    "Menurut garis pantai GSHHG. Sumber garis pantai berbeda 100 sampai 300 m satu sama lain, jadi ini "
    "petunjuk, bukan keputusan."
)


@dataclass(frozen=True, slots=True)
class Position:
    """How a point lies to the shore: metres to it, and on which side; within NEAR no side is told."""

    metres: float
    inland: bool

    @property
    def near(self) -> bool:
        return self.metres < NEAR

    @property
    def on_land(self) -> bool:
        return self.inland and not self.near

    @property
    def beyond(self) -> bool:
        """Tell whether it lies at sea, farther out than the province reaches."""
        return not self.inland and self.metres > REACH * NAUTICAL_MILE

    @property
    def far(self) -> str:
        """Say the distance in metres and nautical miles."""
        return f"sekitar {show_metres(self.metres)} ({show_miles(self.metres)})"


@lru_cache(maxsize=1024)
def position(latitude: Decimal, longitude: Decimal) -> Position:
    """Find how a point lies to the shore; advice, as uncertain as the shore (`metres_from_shore`)."""
    return Position(metres_from_shore(latitude, longitude), is_on_land(latitude, longitude))


def show_metres(metres: float) -> str:
    """Write a distance in metres, to ten of them: 1.920 m."""
    return f"{round(metres, -1):,.0f} m".replace(",", ".")


def show_miles(metres: float) -> str:
    """Write a distance in nautical miles: 1,04 mil laut."""
    return f"{metres / NAUTICAL_MILE:.2f} mil laut".replace(".", ",")


def beside_the_sea(latitude: Decimal, longitude: Decimal) -> str:
    """Say where a point lies: at sea, too near the shore to tell, or on land, and how far from the shore."""
    if not KNOWN.holds(latitude, longitude):
        return "Di luar peta Muara, yang hanya memuat pesisir Kalimantan Timur dan sekitarnya."
    here = position(latitude, longitude)
    if here.near:
        return f"Dalam {NEAR} m dari garis pantai: periksa. Jaraknya {here.far} dari garis pantai."
    return f"{'Di darat' if here.on_land else 'Di laut'}, {here.far} dari garis pantai."


def clipped(ring: Ring, *, west: float, east: float, south: float, north: float) -> Ring:
    """Cut a ring to a window (Sutherland and Hodgman); empty where nothing of it lies inside."""
    for axis, edge, sign in ((0, west, 1), (0, east, -1), (1, south, 1), (1, north, -1)):
        kept: list[tuple[float, float]] = []
        for here, there in pairwise((*ring, *ring[:1])):
            was, comes = sign * (here[axis] - edge) >= 0, sign * (there[axis] - edge) >= 0
            if was:
                kept.append(here)
            if was != comes:
                part = (edge - here[axis]) / (there[axis] - here[axis])
                kept.append((here[0] + part * (there[0] - here[0]), here[1] + part * (there[1] - here[1])))
        ring = tuple(kept)
    return ring
