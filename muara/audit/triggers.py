"""Append-only tables: the database itself refuses UPDATE and DELETE.

Installed after every migrate, because remaking a table drops its triggers on SQLite.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import connections

if TYPE_CHECKING:
    from django.db.models import Model

REFUSAL = "append-only"


def install(model: type[Model], *, erasable: tuple[str, ...] = (), using: str = "default") -> None:
    """Make a table append-only; columns named in `erasable` may become NULL, nothing else may change."""
    connection = connections[using]
    table = model._meta.db_table
    columns = [field.column for field in model._meta.concrete_fields if field.column]
    statements = (
        _sqlite(table, columns, erasable)
        if connection.vendor == "sqlite"
        else _postgresql(table, columns, erasable)
    )
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def _kept(columns: list[str], erasable: tuple[str, ...], *, differs: str) -> str:
    """Word the condition under which an update is refused."""
    tests = [f'NEW."{name}" {differs} OLD."{name}"' for name in columns if name not in erasable]
    tests += [f'(NEW."{name}" IS NOT NULL AND NEW."{name}" {differs} OLD."{name}")' for name in erasable]
    return " OR ".join(tests)


def _sqlite(table: str, columns: list[str], erasable: tuple[str, ...]) -> list[str]:
    raised = f"SELECT RAISE(ABORT, '{REFUSAL}: {table}');"
    return [
        f"DROP TRIGGER IF EXISTS {table}_no_update",
        f"DROP TRIGGER IF EXISTS {table}_no_delete",
        f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} "
        f"WHEN {_kept(columns, erasable, differs='IS NOT')} BEGIN {raised} END",
        f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} BEGIN {raised} END",
    ]


def _postgresql(table: str, columns: list[str], erasable: tuple[str, ...]) -> list[str]:
    return [
        f"CREATE OR REPLACE FUNCTION {table}_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{REFUSAL}: {table}' "
        "USING ERRCODE = 'integrity_constraint_violation'; END $$",
        f"DROP TRIGGER IF EXISTS {table}_no_update ON {table}",
        f"DROP TRIGGER IF EXISTS {table}_no_delete ON {table}",
        f"DROP TRIGGER IF EXISTS {table}_no_truncate ON {table}",
        f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} FOR EACH ROW "
        f"WHEN ({_kept(columns, erasable, differs='IS DISTINCT FROM')}) EXECUTE FUNCTION {table}_refuse()",
        f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} FOR EACH ROW "
        f"EXECUTE FUNCTION {table}_refuse()",
        f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} EXECUTE FUNCTION {table}_refuse()",
    ]


def after_migrate(*, sender: Any, using: str, **_: Any) -> None:
    """Install the triggers of an app's `append_only` tables (the app's config lists them)."""
    tables = connections[using].introspection.table_names()
    for name, erasable in sender.append_only.items():
        model = sender.get_model(name)
        if model._meta.db_table in tables:  # `migrate <app> zero` has just dropped it
            install(model, erasable=erasable, using=using)
