"""Whose authority is it? What an application says that may take it out of the province's (domain 2.2).

PP 22/2021, Pasal 221: the Governor up to twelve nautical miles from the coastline, except oil and gas; the
Minister beyond them and in national strategic areas. All of it is advice: a person decides.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from muara.sop.form import Form, point_of
from muara.sop.places import NAUTICAL_MILE, NUSANTARA, REACH, position, regency
from muara.sop.values import is_oil_and_gas


def authority_warnings(form: Form, values: Mapping[str, object]) -> tuple[str, ...]:
    """List what in an application's values speaks against the province's authority, a sentence each."""
    return (*_oil_and_gas(form, values), *_place(form, values), *_nusantara(form, values))


def _oil_and_gas(form: Form, values: Mapping[str, object]) -> Iterator[str]:
    for item in form.fields:
        code = str(values.get(item.key) or "")
        if item.kind == "kbli" and is_oil_and_gas(code):
            yield f"KBLI {code} adalah kegiatan minyak dan gas bumi, yang bukan kewenangan gubernur."


def _place(form: Form, values: Mapping[str, object]) -> Iterator[str]:
    outfall = form.outfall
    if outfall is None:
        return
    point = point_of(values.get(outfall.key))
    if point is not None and position(*point).beyond:
        far = f"{position(*point).metres / NAUTICAL_MILE:.1f}".replace(".", ",")
        yield (
            f"Outfall berjarak sekitar {far} mil laut dari garis pantai, lebih dari {REACH} mil laut "
            "yang menjadi kewenangan gubernur."
        )
    place = regency(str(values.get(outfall.near) or ""))
    if place is not None and not place.coastal:
        yield f"{place.name} tidak mempunyai laut, tetapi disebut sebagai tempat outfall."


def _nusantara(form: Form, values: Mapping[str, object]) -> Iterator[str]:
    points = (point_of(values.get(item.key)) for item in form.fields if item.kind == "coordinate")
    if any(point is not None and NUSANTARA.holds(*point) for point in points):
        yield (
            "Lokasinya di dalam atau dekat Ibu Kota Nusantara, kawasan strategis nasional. Pastikan batasnya "
            "karena kotak pemeriksaan ini lebih luas daripada wilayahnya."
        )
