"""The places of an application on a map drawn here: land, sea and numbered points, as SVG."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from muara.sop.form import Form, Spot, spots
from muara.sop.places import UNCERTAIN, beside_the_sea, clipped, land
from muara.sop.siting import doubts
from muara.sop.values import Coordinate, show_coordinate

WIDTH, HEIGHT = 640, 420
LEAST = 0.06  # degrees: a window of about 7 km shows the shore near a single point
MARGIN = 1.5
SEEN = 0.7  # of the picture's units: a shorter step along the shore is not drawn
SCALES = (0.5, 1, 2, 5, 10, 20, 50, 100)  # kilometres
RADIUS = 11  # of a number's disc; the template draws it
APART = 2 * RADIUS + 4  # between the centres of two discs that can both be read


@dataclass(frozen=True, slots=True)
class Mark:
    """A numbered point of the map with its words; its disc stands aside where another already is."""

    number: int
    spot: Spot
    x: float
    y: float
    disc_x: float
    disc_y: float
    point: str
    beside: str
    doubts: tuple[str, ...]

    @property
    def aside(self) -> bool:
        return (self.x, self.y) != (self.disc_x, self.disc_y)


@dataclass(frozen=True, slots=True)
class Map:
    """What the template draws: paths of land, marks, a scale bar."""

    land: tuple[str, ...]
    marks: tuple[Mark, ...]
    scale: float
    scale_width: float
    width: int = WIDTH
    height: int = HEIGHT
    source: str = UNCERTAIN


@dataclass(frozen=True, slots=True)
class Frame:
    """A window of the world on paper: where a place lies in it, its land, its scale bar."""

    west: float
    north: float
    wide: float  # degrees
    width: int = WIDTH
    height: int = HEIGHT

    def place(self, latitude: float, longitude: float) -> tuple[float, float]:
        return (
            round((longitude - self.west) / self.wide * self.width, 1),
            round((self.north - latitude) / self.wide * self.width, 1),
        )

    @property
    def land(self) -> tuple[str, ...]:
        """The land as paths, without what is too small to be seen."""
        east, south = self.west + self.wide, self.north - self.wide * self.height / self.width
        rings = (clipped(ring, west=self.west, east=east, south=south, north=self.north) for ring in land())
        drawn = (self._thinned(ring) for ring in rings if ring)
        return tuple("M" + "L".join(f"{x},{y}" for x, y in line) + "Z" for line in drawn if len(line) > 2)

    def _thinned(self, ring: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
        line: list[tuple[float, float]] = []
        for longitude, latitude in ring:
            here = self.place(latitude, longitude)
            if not line or math.dist(here, line[-1]) >= SEEN:
                line.append(here)
        return line

    @property
    def per_km(self) -> float:
        middle = self.north - self.wide * self.height / self.width / 2
        return self.width / (self.wide * 111.2 * math.cos(math.radians(middle)))

    @property
    def scale(self) -> float:
        """The kilometres of the scale bar."""
        return max((km for km in SCALES if km * self.per_km <= self.width / 4), default=SCALES[0])

    @property
    def scale_width(self) -> float:
        return round(self.scale * self.per_km, 1)


def frame_of(
    places: Sequence[tuple[float, float]], *, width: int = WIDTH, height: int = HEIGHT, least: float = LEAST
) -> Frame:
    """The window that shows some places (latitude, longitude) with a margin; `least` degrees wide."""
    norths, easts = [north for north, _ in places], [east for _, east in places]
    middle_east, middle_north = (min(easts) + max(easts)) / 2, (min(norths) + max(norths)) / 2
    wide = max(
        (max(easts) - min(easts)) * MARGIN, (max(norths) - min(norths)) * MARGIN * width / height, least
    )
    return Frame(middle_east - wide / 2, middle_north + wide * height / width / 2, wide, width, height)


def map_of(form: Form, values: Mapping[str, object]) -> Map | None:
    """Draw the places of an application; None where it gives none."""
    found = spots(form.fields, values)
    if not found:
        return None
    frame = frame_of([(float(spot.latitude), float(spot.longitude)) for spot in found])
    points = [frame.place(float(spot.latitude), float(spot.longitude)) for spot in found]
    marks = tuple(
        Mark(
            number,
            spot,
            *points[number - 1],
            *disc,
            point=show_coordinate(Coordinate(spot.latitude, spot.longitude)),
            beside=beside_the_sea(spot.latitude, spot.longitude),
            doubts=doubts(spot),
        )
        for number, (spot, disc) in enumerate(zip(found, _discs(points), strict=True), start=1)
    )
    return Map(frame.land, marks, frame.scale, frame.scale_width)


def _discs(points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Place a disc at each point, or the nearest free place around it, so that every number is read."""
    placed: list[tuple[float, float]] = []
    for point in points:
        free = (
            at
            for at in _around(*point)
            if RADIUS <= at[0] <= WIDTH - RADIUS
            and RADIUS <= at[1] <= HEIGHT - RADIUS
            and all(math.dist(at, other) >= APART for other in placed)
        )
        placed.append(next(free, point))
    return placed


def _around(x: float, y: float) -> Iterator[tuple[float, float]]:
    yield x, y
    for ring in range(1, 9):
        steps = 8 * ring
        for step in range(steps):
            angle = 2 * math.pi * step / steps
            away = ring * (APART + 1)
            yield round(x + away * math.cos(angle), 1), round(y - away * math.sin(angle), 1)
