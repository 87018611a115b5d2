"""Pattern cases: walked by the acts that the pages use, read as plain rows to be copied, and taken back.

A copy is thus never in a state that a person could not have brought its case to.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from django.apps import apps
from django.db import connection, models, transaction

from muara.cases.models import Case, Revision, Task
from muara.documents.models import Blob, Template
from muara.permits.models import SeriesYear
from muara.web import demo

# Ten o'clock in Samarinda on a Monday; copies lie whole weeks later, so weekdays stay.
AT = datetime(2024, 1, 8, 2, tzinfo=UTC)
PACES = (3, 7, 11, 16)  # whole hours between two acts: a copy's jitter below an hour never crosses a midnight
ROOMS = ("audit", "people", "documents", "cases", "permits", "compliance", "contacts")
# What all copies have in common, or what the copier makes itself.
SHARED = frozenset(
    "people_user people_company people_membership documents_blob documents_template "
    "permits_seriesyear".split()
)


@dataclass(frozen=True, slots=True)
class Table:
    """A table of one of the rooms: its columns, what they point at, and what is special about them."""

    name: str
    columns: tuple[str, ...]
    targets: Mapping[int, str]
    days: tuple[int, ...]
    moments: tuple[int, ...]
    unique: Mapping[int, int]  # place of a unique word, and how long it may be

    def at(self, column: str) -> int:
        return self.columns.index(column)


@dataclass(slots=True)
class Pattern:
    """The rows that one walk left behind, by table, in the order of their ids."""

    title: str
    opened: bool
    ends: datetime
    company: tuple[int, str]
    applicant: int | None
    series: dict[int, int] = field(default_factory=dict)  # of each counter that gave it a number
    rows: dict[str, list[list[Any]]] = field(default_factory=dict)


def tables() -> dict[str, Table]:
    """The tables that a walk may write to, those first that others point at.

    Only tables with counted ids: an answer to the survey is nobody's, and its id tells no order.
    """
    found = {}
    for room in ROOMS:
        for model in apps.get_app_config(room).get_models():
            counted = isinstance(model._meta.pk, models.AutoField)
            if counted and model._meta.db_table not in SHARED:
                found[model._meta.db_table] = _table(model)
    return found


def _table(model: type[models.Model]) -> Table:
    fields = [f for f in model._meta.concrete_fields]
    kind = [f.get_internal_type() for f in fields]
    return Table(
        model._meta.db_table,
        tuple(str(f.column) for f in fields),
        {
            place: f.related_model._meta.db_table
            for place, f in enumerate(fields)
            if f.is_relation and not isinstance(f.related_model, str) and f.related_model
        },
        tuple(place for place, told in enumerate(kind) if told == "DateField"),
        tuple(place for place, told in enumerate(kind) if told == "DateTimeField"),
        {
            place: f.max_length or 0
            for place, f in enumerate(fields)
            if f.unique and not f.is_relation and not f.primary_key
        },
    )


def walk_all(listed: Mapping[str, Table]) -> Iterator[Pattern]:
    """Walk a case to every step, and to every kind of end; each is a pattern."""
    shared = {model._meta.db_table: model for model in (Blob, Template)}
    for number, (title, walk) in enumerate(_walks()):
        before = {name: _highest(name) for name in [*listed, *shared]}
        with transaction.atomic():
            case = walk(company=f"PT Pola Contoh {number:02d}")
            found = _read(title, Case.objects.select_related("application__company").get(pk=case.pk))
            for name, table in listed.items():
                if rows := [row for row in _after(table, before[name]) if not _is_of_all(table, row)]:
                    found.rows[name] = rows
                    moments = (row[i] for row in rows for i in _past(table) if row[i])
                    found.ends = max([found.ends, *moments])
            kept = {name: list(model.objects.filter(pk__gt=before[name])) for name, model in shared.items()}
            # Each pattern is walked as the first: numbers and days begin anew.
            transaction.set_rollback(True)
        _keep(found, listed, {name: _kept(rows) for name, rows in kept.items()})
        yield found


def _read(title: str, case: Case) -> Pattern:
    company, applicant = case.application.company, case.application.applicant_id
    series = dict(SeriesYear.objects.values_list("pk", "series"))
    return Pattern(title, case.closed_at is None, AT, (company.pk, company.name), applicant, series)


def _is_of_all(table: Table, row: list[Any]) -> bool:
    """The row belongs to a chain that many cases write to; the copier goes on with it."""
    key = {"audit_entry": "chain", "audit_chain": "key"}.get(table.name)
    return key is not None and row[table.at(key)].startswith(("series:", "company:"))


def _kept(rows: list[models.Model]) -> dict[int, int]:
    """Write rows again that all copies share; give the new id of each."""
    told = {}
    for row in rows:
        values = {f.attname: getattr(row, f.attname) for f in row._meta.concrete_fields if not f.primary_key}
        again, _ = type(row)._default_manager.get_or_create(sha256=values.pop("sha256"), defaults=values)
        told[row.pk] = again.pk
    return told


def _keep(found: Pattern, listed: Mapping[str, Table], ids: Mapping[str, Mapping[int, int]]) -> None:
    for name, rows in found.rows.items():
        for at, target in listed[name].targets.items():
            if target in ids:
                for row in rows:
                    row[at] = ids[target].get(row[at], row[at])


def _past(table: Table) -> tuple[int, ...]:
    """The moments of a table that are never ahead of an act."""
    ahead = {"starts_at", "due_at", "next_try_at", "expires_at"}
    return tuple(i for i in table.moments if table.columns[i] not in ahead)


def _highest(name: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT COALESCE(MAX(id), 0) FROM {name}")
        return int(cursor.fetchone()[0])


def _after(table: Table, highest: int) -> list[list[Any]]:
    with connection.cursor() as cursor:
        columns = ", ".join(f'"{column}"' for column in table.columns)
        cursor.execute(f"SELECT {columns} FROM {table.name} WHERE id > %s ORDER BY id", [highest])
        return [list(row) for row in cursor.fetchall()]


def _walks() -> Iterator[tuple[str, Callable[..., Case]]]:
    steps = [step.key for step in Revision.objects.get(service="LHP").process.steps if step.number >= 3]
    for number, key in enumerate(steps):
        pace = timedelta(hours=PACES[number % len(PACES)])
        yield f"langkah {key}", partial(demo.case_at, key, at=AT, pace=pace)
    yield "langkah correct, ditanya", partial(demo.asked_several_things, at=AT)
    for hours in PACES:
        yield f"selesai, {hours} jam", partial(demo.case_at, "end", at=AT, pace=timedelta(hours=hours))
        yield f"selesai dengan perbaikan, {hours} jam", partial(_ended, hours, "verify", "incomplete")
    yield "selesai dengan rapat", partial(_ended, PACES[1], "endorse_section", "needs_meeting")
    yield "selesai, draf diulang", partial(_ended, PACES[1], "endorse_division", "faulty")
    yield "ditolak", partial(demo.refused, at=AT)
    yield "ditarik", partial(demo.withdrawn, at=AT)
    yield "dialihkan", partial(demo.sent_elsewhere, at=AT)


def _ended(hours: int, step: str, outcome: str, *, company: str) -> Case:
    """A case that took one way back or aside, and then went to its end."""
    pace = timedelta(hours=hours)
    case = demo.case_at(step, at=AT, company=company, pace=pace)
    last = Task.objects.filter(case=case).latest("opened_at").opened_at
    walk = demo.Walk(demo.Clock(last + pace, pace=pace), demo.applicant(), company=company, case=case)
    walk.application = case.application
    walk.forward(outcome, note=demo.INCOMPLETE)
    while Case.objects.get(pk=case.pk).closed_at is None:
        walk.forward()
    return Case.objects.get(pk=case.pk)
