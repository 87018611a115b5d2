"""What the fixtures build again and again, built once in a worker and laid down as rows after that.

The fictional office takes half a second to make and a case at step 13 a whole one, by the acts of their
people: four fifths of the time of the tests that use them. So the rows that they added and changed are
remembered, and inserted the next time a test asks for the same upon the same beginnings. Nothing is written
by hand: what is laid down is what the acts wrote.

A test that has written anything else in between gets the real thing: every statement but reading is watched.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management.color import no_style
from django.db import connection
from django.db.models import Model

from muara.cases.models import Case
from muara.people.models import Office, User
from muara.web import demo

M = TypeVar("M", bound=Model)

Row = tuple[Any, ...]
Rows = dict[str, dict[Any, Row]]
FOLDERS = ("MUARA_BLOBS", "MUARA_NUMBER_BOOKS")
READING = ("SELECT", "SAVEPOINT", "RELEASE", "PRAGMA")


@dataclass
class Watch:
    """What a test did to its database so far: steps that are remembered, or (None) something else."""

    steps: tuple[Any, ...] | None = ()
    paused: bool = False

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if not self.paused and not sql.lstrip().startswith(READING):
            self.steps = None
        return execute(sql, params, many, context)


@dataclass(frozen=True)
class Difference:
    """The rows that one step added and changed, and the files that it kept."""

    added: dict[str, list[Row]]
    changed: dict[str, list[Row]]
    files: dict[str, bytes]
    answer: Any


def case_at(
    step_key: str,
    *,
    at: datetime,
    company: str = "",
    by: User | None = None,
    on_behalf_by: User | None = None,
    pace: timedelta = timedelta(minutes=5),
) -> Case:
    """`muara.web.demo.case_at`, walked once for the same beginnings."""
    key = ("case", step_key, at, company, by and by.pk, on_behalf_by and on_behalf_by.pk, pace)

    def walk() -> Case:
        return demo.case_at(step_key, at=at, company=company, by=by, on_behalf_by=on_behalf_by, pace=pace)

    return remembered(key, walk)


def office_on(at: datetime) -> Office:
    """`muara.web.demo.seed_office`, made once."""
    return remembered(("office", at), lambda: demo.seed_office(at))


_watch: Watch | None = None
_known: dict[tuple[Any, ...], Difference] = {}


@pytest.fixture(autouse=True)
def _watched(request: pytest.FixtureRequest) -> Iterator[None]:
    """Watch what a test with the `db` fixture writes, from before its first fixture on."""
    global _watch
    if "db" not in request.fixturenames:
        yield
        return
    request.getfixturevalue("db")
    if "blobs" in request.fixturenames:
        request.getfixturevalue("blobs")
    _watch = Watch()
    with connection.execute_wrapper(_watch):
        yield
    _watch = None


def remembered(key: tuple[Any, ...], make: Callable[[], M]) -> M:
    """Give the row that `make` would make, made or laid down; the same key must mean the same acts."""
    if _watch is None or _watch.steps is None or _has_keys():
        return make()
    steps = (*_watch.steps, (*key, _set_otherwise()))
    if steps in _known:
        with _paused(steps):
            _lay_down(_known[steps])
    else:
        before = _all_rows()
        files = _files()
        made = make()
        with _paused(steps):
            _known[steps] = _difference(before, files, answer=(type(made), made.pk))
    kind, pk = _known[steps].answer
    found: M = kind._default_manager.get(pk=pk)
    return found


def _has_keys() -> bool:
    """The test signs with keys of its own: what others signed is not what it would have made."""
    return any(Path(settings.MUARA_KEYS).glob("*"))


def _set_otherwise() -> tuple[tuple[str, str], ...]:
    """The settings that acts may depend on; folders are each test's own."""
    values = ((name, getattr(settings, name)) for name in _names())
    return tuple((name, repr(value)) for name, value in values if not isinstance(value, Path))


@cache
def _names() -> tuple[str, ...]:
    return tuple(name for name in sorted(dir(settings)) if name.startswith("MUARA_"))


@contextmanager
def _paused(steps: tuple[Any, ...]) -> Iterator[None]:
    assert _watch is not None
    _watch.paused = True
    yield
    _watch.paused, _watch.steps = False, steps


@cache
def _tables() -> dict[str, tuple[list[str], str]]:
    """Each table of ours with its columns, and the one that tells its rows apart."""
    models = [model for model in apps.get_models(include_auto_created=True) if model._meta.managed]
    return {
        model._meta.db_table: ([str(f.column) for f in model._meta.local_concrete_fields], _key(model))
        for model in models
    }


def _key(model: type[Model]) -> str:
    return str(model._meta.pk.column)


def _all_rows() -> Rows:
    rows: Rows = {}
    with connection.cursor() as cursor:
        for table, (columns, key) in _tables().items():
            # With a sign before it SQLite gives what is stored, not what the column's type makes of it.
            plain = "+" if connection.vendor == "sqlite" else ""
            names = ", ".join(f'{plain}"{column}"' for column in columns)
            cursor.execute(f'SELECT {names} FROM "{table}"')
            at = columns.index(key)
            rows[table] = {row[at]: tuple(row) for row in cursor.fetchall()}
    return rows


def _files() -> dict[str, bytes]:
    """What the acts wrote beside the database, by the setting that says where."""
    return {
        f"{setting}/{path.relative_to(root)}": path.read_bytes()
        for setting in FOLDERS
        if (root := Path(getattr(settings, setting))).exists()
        for path in root.rglob("*")
        if path.is_file()
    }


def _difference(before: Rows, files: dict[str, bytes], *, answer: Any) -> Difference:
    added, changed = {}, {}
    for table, rows in _all_rows().items():
        was = before[table]
        assert was.keys() <= rows.keys(), f"a remembered step deleted from {table}"
        added[table] = [row for key, row in rows.items() if key not in was]
        changed[table] = [row for key, row in rows.items() if key in was and was[key] != row]
    new = {name: content for name, content in _files().items() if files.get(name) != content}
    return Difference(
        {table: rows for table, rows in added.items() if rows},
        {table: rows for table, rows in changed.items() if rows},
        new,
        answer,
    )


def _lay_down(what: Difference) -> None:
    with connection.cursor() as cursor:
        for table, rows in what.added.items():
            columns, _ = _tables()[table]
            names, places = ", ".join(f'"{c}"' for c in columns), ", ".join(["%s"] * len(columns))
            cursor.executemany(f'INSERT INTO "{table}" ({names}) VALUES ({places})', rows)
        for table, rows in what.changed.items():
            columns, key = _tables()[table]
            names = ", ".join(f'"{c}" = %s' for c in columns)
            at = columns.index(key)
            cursor.executemany(
                f'UPDATE "{table}" SET {names} WHERE "{key}" = %s', [(*row, row[at]) for row in rows]
            )
        models = [m for m in apps.get_models(include_auto_created=True) if m._meta.db_table in what.added]
        for statement in connection.ops.sequence_reset_sql(no_style(), models):
            cursor.execute(statement)
    for name, content in what.files.items():
        setting, _, place = name.partition("/")
        path = Path(getattr(settings, setting)) / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
