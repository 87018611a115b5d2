"""The agency's own papers (step 10): visit form, record of the visit, worksheet of the recommendation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from muara.documents.contents import Content, Limit, Point
from muara.documents.indonesian import hari_tanggal


@dataclass(frozen=True, kw_only=True)
class Party:
    """Somebody who signs for a side: name and position."""

    name: str
    position: str


@dataclass(frozen=True, kw_only=True)
class Photo:
    """A photo in the list of proof: when, where, what."""

    taken_at: datetime
    place: str
    caption: str


@dataclass(frozen=True, kw_only=True)
class Sample:
    """A sample taken during the visit, and who tests it for what."""

    code: str
    point: str
    taken_at: datetime
    parameters: str
    laboratory: str


@dataclass(frozen=True, kw_only=True)
class AgencyPaper(Content):
    """What each of an agency's papers says of the case."""

    registration_number: str
    service: str
    company: str
    location: str = ""
    agency: str


@dataclass(frozen=True, kw_only=True)
class VisitPaper(AgencyPaper):
    """What both papers of a visit tell: where, when, what for, what was found, who was there."""

    place: str
    held_on: date
    purpose: str
    conditions: str
    findings: str
    samples: tuple[Sample, ...] = ()
    agency_side: tuple[Party, ...]


@dataclass(frozen=True, kw_only=True)
class VisitForm(VisitPaper):
    """F15, formulir tinjauan / pemeriksaan lapangan / pengujian (step 10.c)."""

    template: ClassVar[str] = "visit_form"

    tests: str = ""
    photos: tuple[Photo, ...] = ()
    recorded_by: str


@dataclass(frozen=True, kw_only=True)
class VisitRecord(VisitPaper):
    """F16, berita acara peninjauan: both sides sign it, and it is mandatory with the report (remark 3)."""

    template: ClassVar[str] = "visit_record"

    applicant_side: tuple[Party, ...]

    def data(self) -> dict[str, object]:
        """Name the weekday too, as the opening of a record does."""
        return super().data() | {"held_on": hari_tanggal(self.held_on)}


@dataclass(frozen=True, kw_only=True)
class WorksheetPaper(AgencyPaper):
    """F17, lembar kerja rekomendasi: the analysis, then terms or reasons against (steps 10.e and f)."""

    template: ClassVar[str] = "worksheet"

    subject: str
    number: int
    made_on: date
    made_by: str
    analysis: str
    verdict: str
    reasons: str = ""
    flows: tuple[str, ...] = ()
    limits: tuple[Limit, ...] = ()
    points: tuple[Point, ...] = ()
    obligations: tuple[str, ...] = ()
    prohibitions: tuple[str, ...] = ()
    omitted: tuple[str, ...] = ()
    earlier: str = ""
    record: tuple[str, ...] = ()
    signers: tuple[Party, ...] = ()
