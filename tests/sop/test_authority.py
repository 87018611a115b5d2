"""Whose authority: PP 22/2021 Pasal 221, the box of Nusantara of domain.md 2.2; golden places on the map."""

from __future__ import annotations

from decimal import Decimal

import pytest

from muara.sop.authority import authority_warnings
from muara.sop.places import NAUTICAL_MILE, beside_the_sea, land, metres_between, metres_from_shore
from muara.sop.service import load_folder, read_service, services_root

FORM = read_service(load_folder(services_root() / "lhp-02" / "rev03")).form
OFF_BONTANG = {"latitude": "+0.130000", "longitude": "117.520000"}
OPEN_SEA = {"latitude": "+0.000000", "longitude": "118.500000"}
OFF_NUSANTARA = {"latitude": "-0.950000", "longitude": "116.800000"}


def told(**values: object) -> list[str]:
    usual: dict[str, object] = {
        "kbli": "10431",
        "outfall_regency": "64.74",
        "outfall_coordinate": OFF_BONTANG,
    }
    return list(authority_warnings(FORM, usual | values))


def test_an_ordinary_factory_at_the_shore_is_the_provinces() -> None:
    assert told() == []
    assert list(authority_warnings(FORM, {})) == []


@pytest.mark.parametrize("kbli", ["06100", "06201", "09100"])
def test_oil_and_gas_is_not_the_governors(kbli: str) -> None:
    (warning,) = told(kbli=kbli)
    assert kbli in warning


def test_beyond_twelve_miles_is_the_ministers() -> None:
    (warning,) = told(outfall_coordinate=OPEN_SEA)
    assert "12 mil laut" in warning


def test_nusantara_is_a_national_strategic_area() -> None:
    (warning,) = told(outfall_coordinate=OFF_NUSANTARA)
    assert "Ibu Kota Nusantara" in warning


def test_a_regency_without_a_sea_has_no_outfall() -> None:
    (warning,) = told(outfall_regency="64.72")
    assert warning.startswith("Kota Samarinda")


def test_distances_are_those_of_the_sphere() -> None:
    # One minute of latitude is one nautical mile; a degree of longitude at the equator is sixty.
    assert metres_between((0, 117), (1 / 60, 117)) == pytest.approx(NAUTICAL_MILE, rel=0.002)
    assert metres_between((0, 117), (0, 118)) == pytest.approx(60 * NAUTICAL_MILE, rel=0.002)


def test_the_shore_is_where_it_is() -> None:
    # The harbour of Balikpapan lies at the sea; Makassar Strait at 118.5 E is some 40 miles out.
    assert metres_from_shore(Decimal("-1.27"), Decimal("116.80")) < 2_000
    assert 35 < metres_from_shore(Decimal("0"), Decimal("118.5")) / NAUTICAL_MILE < 45


@pytest.mark.parametrize(
    ("latitude", "longitude", "said"),
    [  # Sepinggan airport stands on land; the strait is sea; Samarinda lies far inland (domain 9.2, stack.md)
        ("0", "118.5", "Di laut, sekitar "),
        ("-1.40", "117.10", "Di laut, sekitar "),
        ("-0.50", "117.15", "Di darat, sekitar "),
        ("-1.25", "116.86", "Di darat, sekitar "),
        ("-1.2735", "116.805", "Dalam 500 m dari garis pantai: periksa. Jaraknya sekitar "),
    ],
)
def test_a_point_is_told_to_be_at_sea_on_land_or_too_near_to_tell(
    latitude: str, longitude: str, said: str
) -> None:
    assert beside_the_sea(Decimal(latitude), Decimal(longitude)).startswith(said)


def test_the_distance_to_the_shore_is_told_in_metres_and_nautical_miles() -> None:
    point = (Decimal("0"), Decimal("118.5"))
    metres = metres_from_shore(*point)

    miles = f"{metres / NAUTICAL_MILE:.2f}".replace(".", ",")
    assert f"({miles} mil laut) dari garis pantai" in beside_the_sea(*point)
    corners = [corner for ring in land() for corner in ring]  # another computation, from the corners alone
    nearest = min(metres_between((0, 118.5), (north, east)) for east, north in corners)
    assert -1 < nearest - metres < 3_000  # the plane against the sphere: less than a metre


def test_beyond_the_map_nothing_is_told_of_land_and_sea() -> None:
    # The middle of Borneo, some 450 km inland: the land's file ends at 115.5 degrees east.
    assert beside_the_sea(Decimal("1.208406"), Decimal("113.378906")).startswith("Di luar peta Muara")
