"""The places of an application on a map drawn here: land, sea and numbered points, as SVG."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from muara.sop.form import Form, Spot, spots
from muara.sop.places import UNCERTAIN, beside_the_sea, clipped, land
from muara.sop.values import Coordinate, show_coordinate

WIDTH, HEIGHT = 640, 420
LEAST = 0.06  # degrees: a window of about 7 km shows the shore near a single point
MARGIN = 1.5
SCALES = (0.5, 1, 2, 5, 10, 20, 50, 100)  # kilometres


@dataclass(frozen=True, slots=True)
class Mark:
    """A numbered point of the map with its words."""

    number: int
    spot: Spot
    x: float
    y: float
    point: str
    beside: str


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
    found = spots(form, values)
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
    marks = tuple(
        Mark(
            number,
            spot,
            *place(float(spot.longitude), float(spot.latitude)),
            point=show_coordinate(Coordinate(spot.latitude, spot.longitude)),
            beside=beside_the_sea(spot.latitude, spot.longitude),
        )
        for number, spot in enumerate(found, start=1)
    )
    per_km = WIDTH / (wide * 111.2 * math.cos(math.radians(middle_north)))
    scale = max((km for km in SCALES if km * per_km <= WIDTH / 4), default=SCALES[0])
    return Map(paths, marks, scale, round(scale * per_km, 1))
