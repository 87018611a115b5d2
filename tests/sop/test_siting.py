"""Does a place lie where it should: PP 22/2021 Pasal 221 and the uncertain shore (domain.md 2.2, 9.2)."""

from __future__ import annotations

from decimal import Decimal

import pytest

from muara.sop.form import spots
from muara.sop.places import NAUTICAL_MILE, metres_from_shore, position
from muara.sop.service import load_folder, read_service, services_root
from muara.sop.siting import doubtful

FORM = read_service(load_folder(services_root() / "lhp-02" / "rev03")).form
SAMARINDA = {"latitude": "-0.500000", "longitude": "117.150000"}
OFF_BONTANG = {"latitude": "+0.050000", "longitude": "117.600000"}
OPEN_SEA = {"latitude": "+0.000000", "longitude": "118.500000"}
AT_THE_HARBOUR = {"latitude": "-1.273500", "longitude": "116.805000"}


def told(**values: object) -> dict[str, tuple[str, ...]]:
    return {place.spot.control: place.doubts for place in doubtful(FORM.fields, values)}


def metres(point: dict[str, str]) -> float:
    return metres_from_shore(Decimal(point["latitude"]), Decimal(point["longitude"]))


def test_an_outfall_on_land_is_doubtful_whatever_its_distance_says() -> None:
    ((doubt,),) = told(outfall_coordinate=SAMARINDA, outfall_distance="350").values()
    assert doubt.startswith("Titik ini terbaca di darat, sekitar ")


def test_an_outfall_beyond_twelve_miles_is_doubtful_but_none_on_land_is_beyond_them() -> None:
    far = told(outfall_coordinate=OPEN_SEA)["outfall_coordinate"]
    assert [doubt for doubt in far if "lebih dari 12 mil laut" in doubt] == list(far)
    inland = position(Decimal("-0.5"), Decimal("116.2"))
    assert (inland.metres > 12 * NAUTICAL_MILE, inland.beyond) == (True, False)


@pytest.mark.parametrize(
    ("off", "doubted"), [(-501, True), (-499, False), (0, False), (499, False), (501, True)]
)
def test_a_told_distance_is_doubted_where_no_source_of_the_shore_agrees(off: int, doubted: bool) -> None:
    distance = f"{metres(OFF_BONTANG) + off:.1f}"

    found = told(outfall_coordinate=OFF_BONTANG, outfall_distance=distance)

    assert bool(found) == doubted
    for doubts in found.values():
        assert "Jarak dari garis pantai tertulis" in doubts[0]


def test_what_is_told_is_repeated_as_it_was_told() -> None:
    ((doubt,),) = told(outfall_coordinate=OFF_BONTANG, outfall_distance="125.5").values()
    assert "tertulis 125,5 m, tetapi" in doubt


def test_near_the_shore_nothing_is_doubted_and_a_compliance_point_may_lie_on_land() -> None:
    assert told(outfall_coordinate=AT_THE_HARBOUR, outfall_distance="100") == {}
    assert told(compliance_coordinate=SAMARINDA) == {}
    assert told() == {}


def test_a_row_of_a_table_is_named_by_its_control_and_answers_its_tables_requirements() -> None:
    rows = [{"name": "TL-01", "coordinate": OFF_BONTANG}, {}, {"name": "TL-03", "coordinate": SAMARINDA}]

    (place,) = doubtful(FORM.fields, {"sea_points": rows})

    assert place.spot.control == "sea_points-2-coordinate"
    assert place.spot.title == "Titik pantau air laut: TL-03"
    assert place.spot.requirements == (7, 12)
    assert len(spots(FORM.fields, {"sea_points": rows})) == 2
