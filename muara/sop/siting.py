"""Does a place of an application lie where it should? Advice on what is typed, never a refusal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from muara.sop.form import Field, Spot, show_decimal, spots
from muara.sop.places import KNOWN, NEAR, REACH, position


@dataclass(frozen=True, slots=True)
class Doubtful:
    """A place that lies doubtfully, with a sentence for each doubt."""

    spot: Spot
    doubts: tuple[str, ...]


def doubts(spot: Spot) -> tuple[str, ...]:
    """Say what is doubtful of a place: on land, beyond the province's sea, or not as far out as it is told.

    Sources of the shore differ by 100 to 300 m, so nothing less than NEAR counts (domain 2.2, 9.2).
    """
    here = position(spot.latitude, spot.longitude)
    if not KNOWN.holds(spot.latitude, spot.longitude):
        return ("Titik ini di luar peta Muara. Periksa koordinatnya.",) if spot.at_sea else ()
    if spot.at_sea and here.on_land:
        return (f"Titik ini terbaca di darat, {here.far} dari garis pantai. Periksa koordinatnya.",)
    found = []
    if spot.outfall and here.beyond:
        found.append(
            f"Titik ini terbaca {here.far} dari garis pantai, lebih dari {REACH} mil laut yang menjadi "
            "kewenangan provinsi. Periksa koordinatnya."
        )
    if spot.told is not None and abs(here.metres - float(spot.told)) > NEAR:
        found.append(
            f"Jarak dari garis pantai tertulis {show_decimal(spot.told)} m, tetapi titik ini terbaca "
            f"{here.far} dari garis pantai. Periksa jarak dan koordinatnya."
        )
    return tuple(found)


def doubtful(fields: Sequence[Field], values: Mapping[str, object]) -> tuple[Doubtful, ...]:
    """List the places of these fields that lie doubtfully, in the order of the form."""
    return tuple(Doubtful(spot, told) for spot in spots(fields, values) if (told := doubts(spot)))
