"""What a decree says around its terms: texts with places to fill, read from `wording.toml`.

A place is written {so}. It names what every case knows ({company}), what a recommendation tells
({recommendation_number}), the permit that a case renews or changes ({earlier_number}; only where that is
told), or a clause of the SOP whose words are quoted as corrected ({A.1}).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Literal, get_args

from muara.sop.broken import BrokenSop, Fault
from muara.sop.definition import Process
from muara.sop.document import Document
from muara.sop.form import Form
from muara.sop.tables import Table, read_toml

FILE = "wording.toml"
DecreeKind = Literal["permit", "refusal"]
KINDS: tuple[DecreeKind, ...] = get_args(DecreeKind)
OF_A_CASE = frozenset({"company", "registration_number", "registered_on", "service", "product"})
OF_AN_EARLIER_PERMIT = frozenset({"application_kind", "earlier_number", "earlier_date"})
OF_A_RECOMMENDATION = frozenset({"agency", "agency_head", "recommendation_number", "recommendation_date"})
LABELS = {
    "considering": "Menimbang",
    "considering_again": "Menimbang, bila memperpanjang atau mengubah izin",
    "laws": "Mengingat",
    "remedies": "Upaya hukum",
    "rights": "Hak yang disampaikan saat penyerahan",
    "copies_to": "Tembusan",
}
_PLACE = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True, slots=True)
class Watch:
    """A line of the monitoring that a permit prescribes."""

    subject: str
    point: str
    frequency: str
    report: str


@dataclass(frozen=True, slots=True)
class DecreeWording:
    """The wording of one kind of decree; lists have one text an item.

    `considering_again` stands in the place of `considering` where a case renews or changes a permit;
    `particulars` are the fields of the application form that the decree repeats; `remedies` are the legal
    remedies that a refusal tells, `rights` what is told when a permit is handed over.
    """

    considering: tuple[str, ...]
    laws: tuple[str, ...]
    considering_again: tuple[str, ...] = ()
    copies_to: tuple[str, ...] = ()
    monitoring: tuple[Watch, ...] = ()
    particulars: tuple[str, ...] = ()
    remedies: tuple[str, ...] = ()
    rights: tuple[str, ...] = ()

    def data(self) -> dict[str, object]:
        """Return the wording as JSON holds it."""
        return asdict(self)

    def places(self) -> Iterator[tuple[str, str]]:
        """Name every place that is left to fill: where it stands, and what it is called."""
        lists = {
            "considering": self.considering,
            "considering_again": self.considering_again,
            "laws": self.laws,
            "copies_to": self.copies_to,
            "remedies": self.remedies,
            "rights": self.rights,
        }
        for name, texts in lists.items():
            for number, text in enumerate(texts, start=1):
                yield from ((f"{name} butir {number}", place) for place in _PLACE.findall(text))


def wording_of(data: Mapping[str, object]) -> DecreeWording:
    """Read back what `DecreeWording.data` gave."""
    lists: dict[str, list[str]] = {
        name: list(part)
        for name, part in data.items()
        if isinstance(part, list | tuple) and name != "monitoring"
    }
    watches: list[dict[str, str]] = data.get("monitoring", [])  # type: ignore[assignment]
    return DecreeWording(
        **{name: tuple(part) for name, part in lists.items()},
        monitoring=tuple(Watch(**row) for row in watches),
    )


def fill(text: str, values: Mapping[str, str]) -> str:
    """Put values in a text's places; KeyError where one has none (reading has refused those)."""
    return _PLACE.sub(lambda match: values[match[1]], text)


def quotable(document: Document) -> dict[str, str]:
    """The SOP's clauses by their id, as corrected and without the full stop."""
    return {
        clause.id: (clause.corrected or clause.text).rstrip(".")
        for section in document.sections
        for clause in section.clauses
    }


def known_places(process: Process, document: Document) -> frozenset[str]:
    """What the texts of a service may name; a service without an agency knows no recommendation."""
    told = OF_A_RECOMMENDATION if process.doing("review") else frozenset()
    return OF_A_CASE | told | quotable(document).keys()


def unknown_places(wording: DecreeWording, known: frozenset[str]) -> list[tuple[str, str]]:
    """List the places that nothing would fill: where, and what is written there."""
    return [
        (where, place)
        for where, place in wording.places()
        if place not in known
        and not (where.startswith("considering_again") and place in OF_AN_EARLIER_PERMIT)
    ]


def read_wording(text: str) -> dict[str, DecreeWording]:
    """Read a `wording.toml`: a wording for each kind of decree; raises BrokenSop listing every fault."""
    faults: list[Fault] = []
    top = read_toml(text, file=FILE, faults=faults)
    found: dict[str, DecreeWording] = {
        kind: _wording(kind, table) for kind in KINDS if (table := top.maybe_table(kind))
    }
    top.finish()
    if faults:
        raise BrokenSop(faults)
    return found


def _wording(kind: str, table: Table) -> DecreeWording:
    table.step = kind
    wording = DecreeWording(
        considering=table.texts("considering", None),
        laws=table.texts("laws", None),
        considering_again=table.texts("considering_again") if kind == "permit" else (),
        copies_to=table.texts("copies_to"),
        monitoring=tuple(_watch(item) for item in table.tables("monitoring", name="subject", required=False)),
        particulars=table.texts("particulars"),
        remedies=table.texts("remedies", None) if kind == "refusal" else (),
        rights=table.texts("rights") if kind == "permit" else (),
    )
    table.finish()
    return wording


def _watch(table: Table) -> Watch:
    watch = Watch(
        table.text("subject"), table.text("point"), table.text("frequency"), table.text("report", "")
    )
    table.finish()
    return watch


def loose_places(
    wordings: Mapping[str, DecreeWording], process: Process, document: Document, form: Form
) -> list[Fault]:
    """Find what the texts name that neither the case, the SOP nor the form has, and kinds that lack."""
    known, asked = known_places(process, document), {field.key for field in form.fields}
    faults = [Fault(FILE, kind, "bagian ini tidak ada") for kind in process.drafted if kind not in wordings]
    if process.renews and "permit" in wordings and not wordings["permit"].considering_again:
        faults.append(Fault(FILE, "permit", "'considering_again' tidak ada, padahal izin dapat diperpanjang"))
    for kind, wording in wordings.items():
        faults += [
            Fault(FILE, f"{kind}, {where}", f"isian {{{place}}} tidak dikenal")
            for where, place in unknown_places(wording, known)
        ]
        faults += [
            Fault(FILE, f"{kind}, particulars", f"isian formulir '{key}' tidak ada")
            for key in wording.particulars
            if key not in asked
        ]
    return faults
