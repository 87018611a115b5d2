"""The papers of the satisfaction survey: the questionnaire (F29) and the report of a semester."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import ClassVar

from muara.documents.contents import Content


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A question as it is asked, with its four choices."""

    text: str
    choices: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class SurveyForm(Content):
    """F29 on paper: nothing on it but its code tells whose it is; the QR leads to the same on a screen."""

    template: ClassVar[str] = "survey_form"

    service: str
    code: str
    address: str
    until: date
    questions: tuple[Asked, ...]


@dataclass(frozen=True, kw_only=True)
class ElementRow:
    """An element in the report; `share` is its value of a hundred as a number, for its bar."""

    code: str
    element: str
    answers: str
    average: str
    value: str
    quality: str
    share: float = 0


@dataclass(frozen=True, kw_only=True)
class PlanRow:
    """What is done about an element."""

    element: str
    plan: str
    owner: str
    due: date
    result: str = ""


@dataclass(frozen=True, kw_only=True)
class TrendRow:
    """A semester's index beside the others."""

    label: str
    value: str
    quality: str
    share: float = 0


@dataclass(frozen=True, kw_only=True)
class SurveyReport(Content):
    """The report of a semester, as the public reads it; `index` is None where it is not told."""

    template: ClassVar[str] = "survey_report"

    service: str
    semester: str
    given: str
    answers: str
    needed: str
    told: bool
    fewest: str
    index: Decimal | None = None
    quality: str = ""
    margin: Decimal | None = None
    incomplete: str = ""
    enough: bool = False
    indicative: bool = False
    elements: tuple[ElementRow, ...] = ()
    lowest: tuple[str, ...] = ()
    plans: tuple[PlanRow, ...] = ()
    trend: tuple[TrendRow, ...] = ()
