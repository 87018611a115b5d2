"""The terms of a technical recommendation (PP 22/2021, Pasal 253): what the permit will bind to.

The binding limit is the one typed here from the agency's signed letter; presets are never used as such.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any, Protocol

from muara.sop.form import Proposal
from muara.sop.values import ValueRefused, parse_coordinate, parse_decimal, show_latitude, show_longitude


class Number(Protocol):
    """Reads a typed number at a place of the form, noting there what is wrong with it."""

    def __call__(self, value: object, place: str, *, required: bool = False) -> str: ...


class LimitKind(StrEnum):
    """How a measured value is held against the limit (pH is a range, dissolved oxygen a minimum)."""

    MOST = "maks"
    LEAST = "min"
    RANGE = "rentang"
    NONE = "nihil"
    NATURAL = "alami"

    @property
    def label(self) -> str:
        return {
            "maks": "paling banyak",
            "min": "paling sedikit",
            "rentang": "rentang",
            "nihil": "nihil (di bawah batas deteksi)",
            "alami": "alami",
        }[self.value]


# Which of its two numbers a kind of limit uses.
BOUNDS: Mapping[LimitKind, tuple[str, ...]] = {
    LimitKind.MOST: ("high",),
    LimitKind.LEAST: ("low",),
    LimitKind.RANGE: ("low", "high"),
    LimitKind.NONE: (),
    LimitKind.NATURAL: (),
}


class PointKind(StrEnum):
    """The three named places of Pasal 253 c–e."""

    COMPLIANCE = "penaatan"
    DISCHARGE = "pembuangan"
    SEA = "pantau"

    @property
    def label(self) -> str:
        return {
            "penaatan": "Titik penaatan",
            "pembuangan": "Titik pembuangan",
            "pantau": "Titik pantau air laut",
        }[self.value]


@dataclass(frozen=True, slots=True)
class Limit:
    """One parameter's limit; values are decimal texts with a point, `load` in kg a day."""

    parameter: str
    kind: LimitKind
    unit: str = ""
    low: str = ""
    high: str = ""
    load: str = ""
    basis: str = ""


@dataclass(frozen=True, slots=True)
class Point:
    """A named place; coordinates are WGS84 decimal degrees, south negative, six decimals."""

    kind: PointKind
    name: str
    latitude: str
    longitude: str

    @property
    def shown_latitude(self) -> str:
        return show_latitude(Decimal(self.latitude))

    @property
    def shown_longitude(self) -> str:
        return show_longitude(Decimal(self.longitude))

    @property
    def shown(self) -> str:
        return f"{self.shown_latitude} {self.shown_longitude}"


@dataclass(frozen=True, slots=True)
class Terms:
    """What the agency recommends: flows in m³, limits, points, duties and prohibitions."""

    flow_per_day: str = ""
    flow_per_hour: str = ""
    limits: tuple[Limit, ...] = ()
    points: tuple[Point, ...] = ()
    obligations: tuple[str, ...] = ()
    prohibitions: tuple[str, ...] = ()

    def data(self) -> dict[str, object]:
        """Return the terms as JSON holds them."""
        return asdict(self)


@dataclass
class TermsRefused(Exception):
    """Typed terms that cannot be read; `errors` names each place (`limits.2.high`) and what to do."""

    errors: dict[str, str] = field(default_factory=dict)


def read_terms(stored: Mapping[str, object]) -> Terms:
    """Read back what `Terms.data` wrote."""
    values: dict[str, Any] = dict(stored)
    limits = [Limit(**{**row, "kind": LimitKind(row["kind"])}) for row in values.pop("limits")]
    points = [Point(**{**row, "kind": PointKind(row["kind"])}) for row in values.pop("points")]
    obligations, prohibitions = (tuple(values.pop(name)) for name in ("obligations", "prohibitions"))
    return Terms(
        limits=tuple(limits),
        points=tuple(points),
        obligations=obligations,
        prohibitions=prohibitions,
        **values,
    )


@dataclass(frozen=True, slots=True)
class Gap:
    """What no permit can do without and terms do not say: its place in the form, its name, what to do."""

    place: str
    name: str
    message: str


def gaps(terms: Terms) -> list[Gap]:
    """List what terms lack for a permit (PP 22/2021, Pasal 253), whatever was asked for."""
    found = []
    if not terms.flow_per_day:
        found.append(Gap("flow_per_day", "debit maksimum per hari", "Isi angkanya."))
    if not terms.limits:
        found.append(Gap("limits", "baku mutu", "Isi paling sedikit satu parameter baku mutu."))
    there = {point.kind for point in terms.points}
    names = [kind.label.lower() for kind in PointKind if kind not in there]
    found += [Gap("points", name, f"Isi paling sedikit satu {name}.") for name in names]
    if not terms.obligations:
        found.append(Gap("obligations", "kewajiban", "Tuliskan kewajiban, satu baris satu butir."))
    if not terms.prohibitions:
        found.append(Gap("prohibitions", "larangan", "Tuliskan larangan, satu baris satu butir."))
    return found


def clean_terms(raw: Mapping[str, object], *, partial: bool = False) -> Terms:
    """Read terms as an officer typed them ("0,5", DMS coordinates), refusing all that is unclear at once.

    `partial` terms, of a letter that concerns only some of it, may have gaps but say something.

    Raises:
        TermsRefused: with a sentence for every place that cannot be read.
    """
    errors: dict[str, str] = {}

    def number(value: object, place: str, *, required: bool = False) -> str:
        text = str(value or "").strip()
        if not text:
            if required:
                errors[place] = "Isi angkanya."
            return ""
        try:
            found = parse_decimal(text)
        except ValueRefused as refusal:
            errors[place] = refusal.message
            return ""
        if found < 0:
            errors[place] = "Angka tidak boleh negatif."
        return plain(found)

    limits = {
        f"limits.{index}": _limit(row, f"limits.{index}", number, errors)
        for index, row in enumerate(_rows(raw, "limits"))
        if _says(row, "parameter", "low", "high", "unit", "load", "basis")
    }
    points = {
        f"points.{index}": _point(row, f"points.{index}", errors)
        for index, row in enumerate(_rows(raw, "points"))
        if _says(row, "name", "latitude", "longitude")
    }
    for place in _twice({place: _same(limit.parameter) for place, limit in limits.items()}):
        errors.setdefault(f"{place}.parameter", "Parameter ini sudah ditulis di baris lain.")
    for place in _twice({place: (point.kind, _same(point.name)) for place, point in points.items()}):
        errors.setdefault(f"{place}.name", "Titik ini sudah ditulis di baris lain.")
    terms = Terms(
        flow_per_day=number(raw.get("flow_per_day"), "flow_per_day"),
        flow_per_hour=number(raw.get("flow_per_hour"), "flow_per_hour"),
        limits=tuple(limits.values()),
        points=tuple(points.values()),
        obligations=_lines(raw.get("obligations")),
        prohibitions=_lines(raw.get("prohibitions")),
    )
    if not partial:
        for gap in gaps(terms):
            errors.setdefault(gap.place, gap.message)
    elif terms == Terms() and not errors:
        errors["limits"] = "Isi paling sedikit satu ketentuan dari surat rekomendasi."
    if errors:
        raise TermsRefused(errors)
    return terms


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Two recommendations settle the same thing differently; values as people read them."""

    subject: str
    first: str
    second: str


def lacking(terms: Terms, proposals: Sequence[Proposal]) -> list[Proposal]:
    """List what an application asked for and the terms do not settle (PP 22/2021, Pasal 253)."""
    parameters = {_same(limit.parameter) for limit in terms.limits}
    return [asked for asked in proposals if not _settles(terms, parameters, asked)]


def _settles(terms: Terms, parameters: set[str], asked: Proposal) -> bool:
    if asked.kind == "limit":
        return _same(asked.name) in parameters
    if asked.kind in {"flow_per_day", "flow_per_hour"}:
        return bool(getattr(terms, asked.kind))
    place = asked.value if isinstance(asked.value, Mapping) else {}
    return any(
        point.kind == asked.kind
        and (
            _same(point.name) == _same(asked.name)
            or all(Decimal(str(place.get(axis, "NaN"))) == Decimal(getattr(point, axis)) for axis in AXES)
        )
        for point in terms.points
    )


AXES = ("latitude", "longitude")


def contradictions(first: Terms, second: Terms) -> list[Contradiction]:
    """Compare two recommendations: a different flow, limit or coordinate for the same thing."""
    found = [
        Contradiction(label, ours, theirs)
        for label, ours, theirs in (
            ("Debit maksimum (m³/hari)", first.flow_per_day, second.flow_per_day),
            ("Debit maksimum (m³/jam)", first.flow_per_hour, second.flow_per_hour),
        )
        if ours and theirs and Decimal(ours) != Decimal(theirs)
    ]
    limits = {_same(limit.parameter): limit for limit in second.limits}
    for limit in first.limits:
        other = limits.get(_same(limit.parameter))
        if other is not None and _differ(limit, other):
            found.append(Contradiction(limit.parameter, say_limit(limit), say_limit(other)))
    points = {(point.kind, _same(point.name)): point for point in second.points}
    for point in first.points:
        twin = points.get((point.kind, _same(point.name)))
        if twin is not None and _place(point) != _place(twin):
            found.append(Contradiction(f"{point.kind.label} {point.name}", point.shown, twin.shown))
    return found


def together(first: Terms, *others: Terms) -> Terms:
    """Join recommendations into one set of terms; where two settle the same thing, the first prevails."""
    for other in others:
        parameters = {_same(limit.parameter) for limit in first.limits}
        points = {(point.kind, _same(point.name)) for point in first.points}
        first = Terms(
            flow_per_day=first.flow_per_day or other.flow_per_day,
            flow_per_hour=first.flow_per_hour or other.flow_per_hour,
            limits=(*first.limits, *(one for one in other.limits if _same(one.parameter) not in parameters)),
            points=(
                *first.points,
                *(one for one in other.points if (one.kind, _same(one.name)) not in points),
            ),
            obligations=tuple(dict.fromkeys((*first.obligations, *other.obligations))),
            prohibitions=tuple(dict.fromkeys((*first.prohibitions, *other.prohibitions))),
        )
    return first


def say_limit(limit: Limit) -> str:
    """Word a limit for a page: "paling banyak 100 mg/L, beban 150 kg/hari"."""
    numbers = " sampai ".join(value.replace(".", ",") for value in (limit.low, limit.high) if value)
    level = " ".join(part for part in (limit.kind.label, numbers, limit.unit) if part)
    return f"{level}, beban {limit.load.replace('.', ',')} kg/hari" if limit.load else level


def _differ(first: Limit, second: Limit) -> bool:
    """Two limits of a parameter say different things; a load that only one names adds to the other."""
    if _measure(first) != _measure(second):
        return True
    return bool(first.load and second.load) and Decimal(first.load) != Decimal(second.load)


def _measure(limit: Limit) -> tuple[object, ...]:
    numbers = tuple(Decimal(value) if value else None for value in (limit.low, limit.high))
    return (limit.kind, *numbers, _same(limit.unit))


def _place(point: Point) -> tuple[Decimal, Decimal]:
    return Decimal(point.latitude), Decimal(point.longitude)


def _same(name: str) -> str:
    """A name as it is compared: neither case nor spaces make another thing of it."""
    return "".join(name.split()).casefold()


def plain(number: Decimal) -> str:
    """Write a decimal as stored: a point, no exponent, no superfluous zeros."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _rows(raw: Mapping[str, object], name: str) -> Sequence[Mapping[str, object]]:
    rows = raw.get(name)
    return rows if isinstance(rows, list | tuple) else ()


def _says(row: Mapping[str, object], *names: str) -> bool:
    return any(str(row.get(name) or "").strip() for name in names)


def _twice(names: Mapping[str, object]) -> list[str]:
    """The places whose name stands at an earlier place already."""
    first: dict[object, str] = {}
    return [place for place, name in names.items() if first.setdefault(name, place) != place]


def _lines(value: object) -> tuple[str, ...]:
    lines = value if isinstance(value, list | tuple) else str(value or "").splitlines()
    return tuple(line.strip() for line in map(str, lines) if line.strip())


def _limit(row: Mapping[str, object], place: str, number: Number, errors: dict[str, str]) -> Limit:
    parameter = str(row.get("parameter") or "").strip()
    if not parameter:
        errors[f"{place}.parameter"] = "Sebutkan nama parameternya."
    try:
        kind = LimitKind(str(row.get("kind") or "maks"))
    except ValueError:
        errors[f"{place}.kind"] = "Pilih jenis batas."
        kind = LimitKind.MOST
    low, high = (
        number(row.get(bound), f"{place}.{bound}", required=bound in BOUNDS[kind])
        for bound in ("low", "high")
    )
    for bound, typed in (("low", low), ("high", high)):
        if typed and bound not in BOUNDS[kind]:
            errors[f"{place}.{bound}"] = (
                f"Kosongkan, atau pilih jenis batas lain: batas “{kind.label}” tidak memakai angka ini."
            )
    if kind is LimitKind.RANGE and low and high and Decimal(low) > Decimal(high):
        errors[f"{place}.high"] = "Batas atas lebih kecil daripada batas bawah."
    return Limit(
        parameter=parameter,
        kind=kind,
        unit=str(row.get("unit") or "").strip(),
        low=low,
        high=high,
        load=number(row.get("load"), f"{place}.load"),
        basis=str(row.get("basis") or "").strip(),
    )


def _point(row: Mapping[str, object], place: str, errors: dict[str, str]) -> Point:
    name = str(row.get("name") or "").strip()
    if not name:
        errors[f"{place}.name"] = "Beri nama titik ini."
    try:
        kind = PointKind(str(row.get("kind") or ""))
    except ValueError:
        errors[f"{place}.kind"] = "Pilih jenis titik."
        kind = PointKind.COMPLIANCE
    latitude = longitude = ""
    try:
        place_found = parse_coordinate(str(row.get("latitude") or ""), str(row.get("longitude") or ""))
        latitude, longitude = (f"{place_found.latitude:.6f}", f"{place_found.longitude:.6f}")
    except ValueRefused as refusal:
        errors[f"{place}.latitude"] = refusal.message
    return Point(kind=kind, name=name, latitude=latitude, longitude=longitude)
