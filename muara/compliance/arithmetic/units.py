"""Units as laboratories and permits write them, converted by pint with exact decimals."""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING

from muara.sop.values import ValueRefused

if TYPE_CHECKING:
    from pint import UnitRegistry

MG_PER_L = "mg/L"
M3_PER_DAY = "m³/hari"
KG_PER_DAY = "kg/hari"
KG_PER_TON = "kg/ton"
M3_PER_TON = "m³/ton"
TON = "ton"
NO_UNIT = ""

# As shown → as pint reads it. "Ton" is the metric one: pint's own "ton" is the American short ton.
UNITS = {
    NO_UNIT: "dimensionless",
    MG_PER_L: "milligram/liter",
    "µg/L": "microgram/liter",
    "g/L": "gram/liter",
    "kg/m³": "kilogram/meter**3",
    M3_PER_DAY: "meter**3/day",
    "m³/jam": "meter**3/hour",
    "m³/detik": "meter**3/second",
    "L/detik": "liter/second",
    "L/hari": "liter/day",
    KG_PER_DAY: "kilogram/day",
    "g/hari": "gram/day",
    KG_PER_TON: "kilogram/tonne",
    M3_PER_TON: "meter**3/tonne",
    TON: "tonne",
    "kg": "kilogram",
    "m³": "meter**3",
    "m": "meter",
    "°C": "delta_degree_Celsius",
    "NTU": "NTU",
    "PtCo": "PtCo",
    "MPN/100 mL": "MPN/deciliter",
    "CFU/100 mL": "CFU/deciliter",
    "Bq/L": "becquerel/liter",
    "‰": "permille_salt",
}
OWN_UNITS = (
    "NTU = [turbidity]",
    "PtCo = [colour]",
    "MPN = [organisms]",
    "CFU = [colonies]",
    "permille_salt = [salinity]",
)

SPELLINGS = {
    "-": NO_UNIT,
    "mg/liter": MG_PER_L,
    "mgl": MG_PER_L,
    "ug/l": "µg/L",
    "μg/l": "µg/L",  # the Greek letter, not the micro sign
    "mcg/l": "µg/L",
    "m³/dtk": "m³/detik",
    "m³/s": "m³/detik",
    "m³/det": "m³/detik",
    "m³/h": "m³/jam",
    "m³/hr": M3_PER_DAY,
    "m³/d": M3_PER_DAY,
    "m³/day": M3_PER_DAY,
    "l/dtk": "L/detik",
    "l/s": "L/detik",
    "l/det": "L/detik",
    "kg/t": KG_PER_TON,
    "m³/t": M3_PER_TON,
    "c": "°C",
    "ºc": "°C",
    "mpn/100ml": "MPN/100 mL",
    "jml/100ml": "MPN/100 mL",
    "cfu/100ml": "CFU/100 mL",
    "tcu": "PtCo",
    "pt.co": "PtCo",
    "unitptco": "PtCo",
    "psu": "‰",
    "ppt": "‰",
}


def _plain(text: str) -> str:
    return "".join(text.split()).casefold().replace("m3", "m³").replace("m^3", "m³")


_KNOWN = {_plain(unit): unit for unit in UNITS} | SPELLINGS


def read_unit(text: str) -> str:
    """Return a typed unit as Muara writes it ("m3/dtk" is "m³/detik").

    Raises:
        ValueRefused: nobody would know what it means; the sentence asks.
    """
    typed = _plain(text)
    if typed == "ppm":
        raise ValueRefused(
            "Satuan “ppm” tidak jelas untuk air. Tulis mg/L bila itu yang dimaksud laboratorium."
        )
    try:
        return _KNOWN[typed]
    except KeyError:
        raise ValueRefused(
            f"Satuan “{text.strip()[:20]}” tidak dikenal. Tulis misalnya mg/L, µg/L, m³/hari, atau kg/hari."
        ) from None


def same_dimension(one: str, other: str) -> bool:
    """Tell whether an amount in one unit can be told in the other; of a strange unit only in itself."""
    if one not in UNITS or other not in UNITS:
        return one == other
    units = _registry()
    return bool(units.Unit(UNITS[one]).dimensionality == units.Unit(UNITS[other]).dimensionality)


@lru_cache(maxsize=256)
def factor(one: str, other: str) -> Decimal:
    """How many of the other unit are in one of the first: 86400 for m³/detik to m³/hari.

    Raises:
        ValueRefused: they measure different things.
    """
    if one == other:
        return Decimal(1)
    if not same_dimension(one, other):
        raise ValueRefused(
            f"Satuan {one or 'tanpa satuan'} tidak dapat diubah menjadi {other or 'tanpa satuan'}."
        )
    found: Decimal = _registry().Quantity(Decimal(1), UNITS[one]).to(UNITS[other]).magnitude
    return found


def convert(value: Decimal, one: str, other: str) -> Decimal:
    """Tell an amount in another unit, exactly; raises ValueRefused where that makes no sense."""
    return value * factor(one, other)


@lru_cache(maxsize=1)
def _registry() -> UnitRegistry[Decimal]:
    import pint  # most of a second, which only a conversion is worth

    units: UnitRegistry[Decimal] = pint.UnitRegistry(non_int_type=Decimal)
    for definition in OWN_UNITS:
        units.define(definition)
    return units
