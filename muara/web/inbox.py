"""Narrowing the desk: by step, by time left, by whose task it is; each choice with its count."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from django.db.models import Case as Choose
from django.db.models import CharField, Count, Exists, OuterRef, Value, When

from muara.cases.models import Assignment, TaskQuerySet
from muara.people.models import User
from muara.records.board import SOON_DAYS
from muara.sop.definition import Step
from muara.sop.working_time import Calendar, working_day_after

STEP, LEFT, WHOSE = "langkah", "sisa", "milik"
TIMES = {
    "lewat": "Terlambat",
    "segera": f"Paling lama {SOON_DAYS} hari kerja lagi",
    "nanti": "Lebih lama lagi",
    "tanpa": "Tanpa batas waktu",
}
OWNERS = {"saya": "Milik saya", "bebas": "Belum ada yang memegang", "rekan": "Milik rekan"}


@dataclass(frozen=True, slots=True)
class Choice:
    """A way to narrow, and how many tasks it leaves beside what else is chosen."""

    label: str
    count: int
    query: str
    current: bool


@dataclass(frozen=True, slots=True)
class Facet:
    """One question that the desk can be narrowed by."""

    label: str
    choices: list[Choice]


@dataclass(frozen=True, slots=True)
class Narrowed:
    """The tasks that are left, the facets with their counts, and what was chosen as an address's query."""

    tasks: TaskQuerySet
    facets: list[Facet]
    chosen: Mapping[str, str]
    count: int

    @property
    def asked(self) -> list[Facet]:
        """The facets worth asking by: those that tell the tasks apart, or were chosen."""
        return [one for one in self.facets if len(one.choices) > 2 or any(c.current for c in one.choices[1:])]

    @property
    def query(self) -> str:
        return urlencode(self.chosen)


def narrow(
    tasks: TaskQuerySet,
    asked: Mapping[str, str],
    *,
    steps: Iterable[Step],
    user: User,
    today: date,
    calendar: Calendar,
) -> Narrowed:
    """Narrow open tasks as an address asks; what is no choice narrows nothing. All counts are one query."""
    left, whose = _left(working_day_after(calendar, today, SOON_DAYS), today), _whose(user)
    marked = tasks.annotate(left=left, whose=whose).order_by()
    rows = marked.values_list("step_key", "left", "whose").annotate(Count("pk"))
    counted = Counter({(step, left, whose): count for step, left, whose, count in rows})
    labels: dict[str, Mapping[str, str]] = {
        STEP: {step.key: f"{step.number}. {step.title}" for step in steps},
        LEFT: TIMES,
        WHOSE: OWNERS,
    }
    chosen = {key: asked[key] for key in labels if asked.get(key) in labels[key]}
    fields = {STEP: "step_key", LEFT: "left", WHOSE: "whose"}
    # What narrows nothing is not asked of the rows either: the page's order then comes off an index.
    known = tasks.alias(left=left, whose=whose)
    return Narrowed(
        known.filter(**{fields[key]: value for key, value in chosen.items()}) if chosen else tasks,
        [
            Facet(title, _choices(place, key, labels, chosen, counted))
            for place, (key, title) in enumerate(
                {STEP: "Langkah", LEFT: "Sisa waktu", WHOSE: "Pemegang"}.items()
            )
        ],
        chosen,
        sum(count for row, count in counted.items() if _fits(row, [chosen.get(key) for key in labels])),
    )


def _fits(row: tuple[str, str, str], wanted: Iterable[str | None]) -> bool:
    return all(want in {None, have} for want, have in zip(wanted, row, strict=True))


def _left(soon: date, today: date) -> Choose:
    return Choose(
        When(due_on=None, then=Value("tanpa")),
        When(due_on__lt=today, then=Value("lewat")),
        When(due_on__lte=soon, then=Value("segera")),
        default=Value("nanti"),
        output_field=CharField(),
    )


def _whose(user: User) -> Choose:
    """Whoever received it has it; before that whom it is meant for."""
    meant = Assignment.objects.filter(task=OuterRef("pk"), replaced_at=None)
    return Choose(
        When(received_by=user, then=Value("saya")),
        When(received_by__isnull=False, then=Value("rekan")),
        When(Exists(meant.filter(to=user)), then=Value("saya")),
        When(Exists(meant), then=Value("rekan")),
        default=Value("bebas"),
        output_field=CharField(),
    )


def _choices(
    place: int,
    key: str,
    labels: Mapping[str, Mapping[str, str]],
    chosen: Mapping[str, str],
    counted: Counter[tuple[str, str, str]],
) -> list[Choice]:
    """The choices of one facet that leave something, or are chosen; first the way back to all."""
    others = {name: value for name, value in chosen.items() if name != key}
    wanted = [others.get(name) for name in labels]
    left = Counter[str]()
    for row, count in counted.items():
        if _fits(row, wanted):
            left[row[place]] += count
    found = [
        Choice(label, left[value], urlencode({**others, key: value}), chosen.get(key) == value)
        for value, label in labels[key].items()
        if left[value] or chosen.get(key) == value
    ]
    return [Choice("Semua", left.total(), urlencode(others), key not in chosen), *found]
