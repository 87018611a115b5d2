"""The satisfaction survey as it is told: the index and its elements by semester, counted in SQL.

Nothing is told of a semester before its box is opened (a month after it is over, when no more answers come
in: two readings never differ by one person), nor of fewer than five answers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import reduce
from operator import add
from typing import Any, cast

from django.db.models import Count, F, Q, QuerySet, Sum
from django.db.models.fields import BigIntegerField
from django.db.models.functions import Cast

from muara.contacts import survey
from muara.contacts.models import Questionnaire, SurveyAnswer, SurveySuggestion
from muara.contacts.survey import CODES, ELEMENTS, FEWEST, Element, Quality

LOWEST = 3  # elements that the regulation asks a follow-up for


@dataclass(frozen=True, slots=True)
class Results:
    """A semester of a service: how many were asked, how many answered, and what they said."""

    semester: str
    given: int
    answers: int
    elements: tuple[Element, ...]
    complete: int = 0
    total: int = 0
    squares: int = 0

    @property
    def label(self) -> str:
        year, half = self.semester.split("-")
        return f"Semester {half} {year}"

    @property
    def is_told(self) -> bool:
        return self.answers >= FEWEST

    @property
    def averages(self) -> dict[str, Fraction]:
        """NRR by element, of those with enough answers."""
        return {one.question.code: one.average for one in self.elements if one.average is not None}

    @property
    def index(self) -> Decimal | None:
        """The SKM; untold while one element has too few answers, for it would follow from the others."""
        return survey.index(self.averages) if self.is_told else None

    @property
    def quality(self) -> Quality | None:
        return None if self.index is None else survey.quality_of(self.index)

    @property
    def incomplete(self) -> int:
        """Answers that left an element open; they count where they said something."""
        return self.answers - self.complete

    @property
    def needed(self) -> int:
        """How many answers Krejcie and Morgan ask for."""
        return survey.sample_size(self.given)

    @property
    def is_enough(self) -> bool:
        return self.answers >= self.needed

    @property
    def is_indicative(self) -> bool:
        """So few that one answer moves the index visibly."""
        return self.answers < survey.ENOUGH

    @property
    def margin(self) -> Decimal | None:
        return survey.margin(
            complete=self.complete, total=self.total, squares=self.squares, population=self.given
        )

    @property
    def lowest(self) -> list[Element]:
        """The three elements that need something done, the lowest first."""
        told = [one for one in self.elements if one.average is not None]
        return sorted(told, key=lambda one: (one.average or 0, one.question.code))[:LOWEST]


def results(service: str, *, on: date, only: str = "") -> list[Results]:
    """The semesters whose box is open, the newest first; of fewer than five answers the numbers stay zero."""
    answers = SurveyAnswer.objects.filter(service=service)
    given = Questionnaire.objects.filter(service=service)
    if only:
        answers, given = answers.filter(semester=only), given.filter(semester=only)
    asked = dict(given.values_list("semester").annotate(Count("pk")).order_by("-semester"))
    told = {row["semester"]: row for row in _counted(answers)}
    semesters = sorted({*asked, *told}, reverse=True)
    return [
        _results(semester, given=asked.get(semester, 0), row=told.get(semester, {}))
        for semester in semesters
        if survey.is_counted(semester, on=on)
    ]


def _counted(answers: QuerySet[SurveyAnswer]) -> Iterable[Mapping[str, Any]]:
    """Every sum of every semester in one pass; `whole` is NULL where an element was left open."""
    whole = Cast(reduce(add, (F(code) for code in CODES)), BigIntegerField())
    sums = {f"{code}_sum": Sum(code) for code in CODES} | {f"{code}_n": Count(code) for code in CODES}
    totals = {"n": Count("pk"), "complete": Count(whole), "total": Sum(whole), "squares": Sum(whole * whole)}
    return cast(
        "Iterable[Mapping[str, Any]]", answers.order_by().values("semester").annotate(**totals, **sums)
    )


def _results(semester: str, *, given: int, row: Mapping[str, Any]) -> Results:
    answers = row.get("n", 0)
    if answers < FEWEST:
        return Results(semester, given, answers, tuple(Element(one, 0, 0) for one in ELEMENTS))
    elements = tuple(Element(one, row[f"{one.code}_n"], row[f"{one.code}_sum"] or 0) for one in ELEMENTS)
    sums = {name: row[name] or 0 for name in ("complete", "total", "squares")}
    return Results(semester, given, answers, elements, **sums)


@dataclass(frozen=True, slots=True)
class Running:
    """A semester whose box is still closed: how many were asked and how many have answered, no more."""

    semester: str
    given: int
    returned: int
    opens: date

    @property
    def label(self) -> str:
        year, half = self.semester.split("-")
        return f"Semester {half} {year}"


def running(service: str, *, on: date) -> list[Running]:
    """The semesters that still take answers, the newest first."""
    rows = Questionnaire.objects.filter(service=service).values_list("semester")
    counted = rows.annotate(given=Count("pk"), back=Count("pk", filter=Q(returned=True))).order_by(
        "-semester"
    )
    return [
        Running(semester, given, returned, survey.counted_from(semester))
        for semester, given, returned in counted
        if not survey.is_counted(semester, on=on)
    ]


def suggestions(service: str, *, on: date, wanted: str = "") -> QuerySet[SurveySuggestion]:
    """What was written in the open question, where the semester is told; narrowed to a text in it."""
    told = [one.semester for one in results(service, on=on) if one.is_told]
    found = SurveySuggestion.objects.filter(service=service, semester__in=told)
    return found.filter(text__icontains=wanted) if wanted else found
