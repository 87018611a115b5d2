"""The registers refuse a decision of another kind: a refused case numbered in the permit series.

A CHECK cannot look into another table, so triggers do; they are installed after every migrate, because
remaking a table drops its triggers on SQLite.
"""

from __future__ import annotations

from typing import Any

from django.db import connections

WRONG = "wrong register"


def install(table: str, right: str, *, using: str) -> None:
    """Make a register take only rows of which a condition over NEW holds."""
    connection = connections[using]
    statements = _sqlite(table, right) if connection.vendor == "sqlite" else _postgresql(table, right)
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def of_kind(kind: str) -> str:
    """The condition: a draft of this kind, with a number of that kind's series."""
    return (
        "EXISTS (SELECT 1 FROM cases_draft d CROSS JOIN permits_number n "
        "JOIN permits_seriesyear y ON y.id = n.counter_id JOIN permits_series s ON s.id = y.series_id "
        "JOIN cases_case c ON c.id = d.case_id JOIN cases_revision r ON r.id = c.revision_id "
        f"WHERE d.id = NEW.draft_id AND n.id = NEW.number_id AND d.kind = '{kind}' AND s.key = '{kind}' "
        "AND d.case_id = NEW.case_id AND s.service = r.service)"
    )


# What came after the issue has a register of its own, never the permits'.
LATER = (
    "(NEW.number_id IS NULL OR EXISTS (SELECT 1 FROM permits_number n "
    "JOIN permits_seriesyear y ON y.id = n.counter_id JOIN permits_series s ON s.id = y.series_id "
    "JOIN permits_permit p ON p.id = NEW.permit_id JOIN cases_case c ON c.id = p.case_id "
    "JOIN cases_revision r ON r.id = c.revision_id "
    "WHERE n.id = NEW.number_id AND s.key = 'later' AND s.service = r.service))"
)
RIGHT = {"permit": of_kind("permit"), "refusal": of_kind("refusal"), "laterdecision": LATER}


def _sqlite(table: str, right: str) -> list[str]:
    return [
        statement
        for event in ("insert", "update")
        for statement in (
            f"DROP TRIGGER IF EXISTS {table}_right_{event}",
            f"CREATE TRIGGER {table}_right_{event} BEFORE {event.upper()} ON {table} WHEN NOT {right} "
            f"BEGIN SELECT RAISE(ABORT, '{WRONG}: {table}'); END",
        )
    ]


def _postgresql(table: str, right: str) -> list[str]:
    return [
        f"CREATE OR REPLACE FUNCTION {table}_right() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN IF NOT {right} THEN RAISE EXCEPTION '{WRONG}: {table}' "
        "USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN NEW; END $$",
        f"DROP TRIGGER IF EXISTS {table}_right ON {table}",
        f"CREATE TRIGGER {table}_right BEFORE INSERT OR UPDATE ON {table} FOR EACH ROW "
        f"EXECUTE FUNCTION {table}_right()",
    ]


def after_migrate(*, sender: Any, using: str, **_: Any) -> None:
    """Guard the registers once their tables are there."""
    tables = connections[using].introspection.table_names()
    for model, right in RIGHT.items():
        if (table := sender.get_model(model)._meta.db_table) in tables:
            install(table, right, using=using)
