"""What changed between two texts of a decision, place by place, in the officers' words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from muara.cases.terms import Terms, say_limit

PLACES = {
    "considering": "Menimbang",
    "laws": "Mengingat",
    "noting": "Memperhatikan",
    "company": "Perusahaan",
    "business": "Kegiatan",
    "location": "Lokasi kegiatan",
    "office_address": "Alamat kantor",
    "responsible": "Penanggung jawab",
    "responsible_position": "Jabatan penanggung jawab",
    "nib": "NIB",
    "npwp": "NPWP",
    "flows": "Debit maksimum",
    "points": "Titik",
    "limits": "Baku mutu",
    "monitoring": "Pemantauan",
    "obligations": "Kewajiban",
    "prohibitions": "Larangan",
    "receiving_sea": "Laut penerima",
    "validity_years": "Masa berlaku",
    "supervising_agency": "OPD pengawas",
    "signatory": "Penanda tangan",
    "tembusan": "Tembusan",
    "reasons": "Alasan penolakan",
    "remedies": "Upaya administratif",
}
# Lists whose items go by a name: an item that moved is the same item.
NAMED = {"limits": "parameter", "points": "name", "flows": "point"}
# In which order the parts of an item are read; canonical content holds them by the alphabet.
READING = (
    *("standing", "position", "text", "subject", "parameter", "point", "source", "kind", "name"),
    *("level", "unit", "load", "basis", "latitude", "longitude", "per_day", "per_hour"),
    *("frequency", "report", "rank", "nip", "on_behalf_of"),
)


@dataclass(frozen=True, slots=True)
class Change:
    """One place that says something else; "" where it says nothing before or after."""

    place: str
    before: str
    after: str


def changes(before: Mapping[str, object], after: Mapping[str, object]) -> tuple[Change, ...]:
    """Compare two canonical contents of a decision in the order in which it is read."""
    old, new = _lines(before), _lines(after)
    return tuple(
        Change(place, old.get(place, ""), new.get(place, ""))
        for place in dict.fromkeys((*old, *new))
        if old.get(place, "") != new.get(place, "")
    )


def places(content: Mapping[str, object]) -> tuple[str, ...]:
    """Name every place of a decision to which a remark may be pinned."""
    return tuple(_lines(content))


def said_at(content: Mapping[str, object], place: str) -> str:
    """What a decision says at a place; empty where it has no such place."""
    return _lines(content).get(place, "")


def _lines(content: Mapping[str, object]) -> dict[str, str]:
    return {place: text for key, label in PLACES.items() for place, text in _of(key, label, content.get(key))}


def _of(key: str, label: str, value: object) -> Iterator[tuple[str, str]]:
    if value in (None, "", [], ()):
        return
    if isinstance(value, list | tuple):
        for number, item in enumerate(value, start=1):
            yield f"{label}: {_name(key, item, number)}", _text(item)
    else:
        yield label, _text(value)


def _name(key: str, item: object, number: int) -> str:
    named = str(item.get(NAMED[key]) or "") if key in NAMED and isinstance(item, Mapping) else ""
    if key == "points" and isinstance(item, Mapping):
        named = f"{str(item.get('kind') or '').lower()} {named}"
    if key == "considering":
        return chr(ord("a") + number - 1) if number <= 26 else str(number)
    return named or f"butir {number}"


def _text(item: object) -> str:
    if isinstance(item, Mapping):
        parts = [item.get(key) for key in READING] + [item[key] for key in item if key not in READING]
        return ", ".join(str(value) for value in parts if value not in (None, "", [], ()))
    return str(item)


def deviations(recommended: Terms, drafted: Terms) -> tuple[Change, ...]:
    """Where drafted terms differ from the recommended: every flow, limit, point, duty and prohibition."""
    old, new = _terms(recommended), _terms(drafted)
    return tuple(
        Change(place, old.get(place, ""), new.get(place, ""))
        for place in dict.fromkeys((*old, *new))
        if old.get(place, "") != new.get(place, "")
    )


def _terms(terms: Terms) -> dict[str, str]:
    found = {
        "Debit maksimum (m³/hari)": terms.flow_per_day.replace(".", ","),
        "Debit maksimum (m³/jam)": terms.flow_per_hour.replace(".", ","),
    }
    found |= {f"Baku mutu: {limit.parameter}": say_limit(limit) for limit in terms.limits}
    found |= {f"{point.kind.label}: {point.name}": point.shown for point in terms.points}
    found |= {f"Kewajiban: {text}": text for text in terms.obligations}
    return found | {f"Larangan: {text}": text for text in terms.prohibitions}
