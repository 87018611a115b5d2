"""The service standard: the fourteen components of UU 25/2009, Pasal 21, read off the SOP."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from muara.sop.document import Clause, Document, UnknownClause

# Letter in Pasal 21, its name there, the SOP's section that answers it (domain 6.2), and its kind after
# PermenPANRB 15/2014: what concerns the delivery of the service, and what the office arranges for it.
COMPONENTS: tuple[tuple[str, str, str, Literal["delivery", "office"]], ...] = (
    ("a", "Dasar hukum", "A", "office"),
    ("b", "Persyaratan", "G", "delivery"),
    ("c", "Sistem, mekanisme, dan prosedur", "H", "delivery"),
    ("d", "Jangka waktu penyelesaian", "I", "delivery"),
    ("e", "Biaya/tarif", "J", "delivery"),
    ("f", "Produk pelayanan", "K", "delivery"),
    ("g", "Sarana, prasarana, dan/atau fasilitas", "M", "office"),
    ("h", "Kompetensi pelaksana", "O", "office"),
    ("i", "Pengawasan internal", "P", "office"),
    ("j", "Penanganan pengaduan, saran, dan masukan", "Q", "delivery"),
    ("k", "Jumlah pelaksana", "", "office"),
    ("l", "Jaminan pelayanan", "E", "office"),
    ("m", "Jaminan keamanan dan keselamatan pelayanan", "R", "office"),
    ("n", "Evaluasi kinerja pelaksana", "T", "office"),
)
REVIEW_YEARS = 3  # PP 96/2012, Pasal 33: a standard is reviewed every three years


@dataclass(frozen=True, slots=True)
class Component:
    """One of the fourteen: its letter in Pasal 21, its name, what the SOP prints of it (may be nothing)."""

    letter: str
    title: str
    section: str
    kind: Literal["delivery", "office"]
    clauses: tuple[Clause, ...]


def components(document: Document) -> tuple[Component, ...]:
    """List the fourteen components in the order of Pasal 21.

    Letter k, the number of officers, stands in no section: the office counts its own people.
    """
    return tuple(
        Component(letter, title, section, kind, _clauses(document, section))
        for letter, title, section, kind in COMPONENTS
    )


def _clauses(document: Document, section: str) -> tuple[Clause, ...]:
    try:
        return document.section(section).clauses if section else ()
    except UnknownClause:
        return ()
