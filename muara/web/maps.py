"""The places of an application on a map drawn here: land, sea and numbered points, as SVG."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from muara.sop.form import Form, Spot, spots
from muara.sop.places import UNCERTAIN, beside_the_sea, clipped, land
from muara.sop.siting import doubts
from muara.sop.values import Coordinate, show_coordinate

WIDTH, HEIGHT = 640, 420
LEAST = 0.06  # degrees: a window of about 7 km shows the shore near a single point
MARGIN = 1.5
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


def map_of(form: Form, values: Mapping[str, object]) -> Map | None:
    """Draw the places of an application; None where it gives none."""
    found = spots(form.fields, values)
    if not found:
        return None
    easts, norths = [float(s.longitude) for s in found], [float(s.latitude) for s in found]
    middle_east, middle_north = (min(easts) + max(easts)) / 2, (min(norths) + max(norths)) / 2
    wide = max(
        (max(easts) - min(easts)) * MARGIN, (max(norths) - min(norths)) * MARGIN * WIDTH / HEIGHT, LEAST
    )
    west, north = middle_east - wide / 2, middle_north + wide * HEIGHT / WIDTH / 2
    east, south = west + wide, north - wide * HEIGHT / WIDTH

    def place(longitude: float, latitude: float) -> tuple[float, float]:
        return round((longitude - west) / wide * WIDTH, 1), round((north - latitude) / wide * WIDTH, 1)

    rings = (clipped(ring, west=west, east=east, south=south, north=north) for ring in land())
    paths = tuple(
        "M" + "L".join("{},{}".format(*place(*point)) for point in ring) + "Z" for ring in rings if ring
    )
    points = [place(float(spot.longitude), float(spot.latitude)) for spot in found]
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
    per_km = WIDTH / (wide * 111.2 * math.cos(math.radians(middle_north)))
    scale = max((km for km in SCALES if km * per_km <= WIDTH / 4), default=SCALES[0])
    return Map(paths, marks, scale, round(scale * per_km, 1))


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
