"""Finding cases by a part of a number or a name.

On PostgreSQL a part of a word is found by its trigrams; without the extension pg_trgm, and on SQLite, every
row is read, which serves an office of some ten thousand cases.
"""

from __future__ import annotations

from typing import Any

from django.db import DatabaseError, connections, transaction
from django.db.models import QuerySet

from muara.cases.models import Case
from muara.permits.models import Permit, Refusal

# What is searched: by table its columns. Written as Django words "icontains".
SEARCHED = (
    ("cases_case", "registration_number"),
    ("cases_application", "reference"),
    ("people_company", "name"),
    ("permits_number", "text"),
)


def found_by(text: str) -> QuerySet[Any, Any]:
    """The keys of the cases whose number, reference, company, permit or refusal has this in it."""
    cases = Case.objects.order_by()
    # A union: each part is found by an index of its own, which an OR over five tables cannot use.
    return (
        cases.filter(registration_number__icontains=text)
        .values("pk")
        .union(
            cases.filter(application__reference__icontains=text).values("pk"),
            cases.filter(application__company__name__icontains=text).values("pk"),
            Permit.objects.order_by().filter(number__text__icontains=text).values("case"),
            Refusal.objects.order_by().filter(number__text__icontains=text).values("case"),
        )
    )


def after_migrate(*, using: str, **_: Any) -> None:
    """Index the searched columns by their trigrams, where PostgreSQL has them and lets us."""
    connection = connections[using]
    if connection.vendor != "postgresql":
        return
    tables = connection.introspection.table_names()
    try:
        with transaction.atomic(using), connection.cursor() as cursor:
            cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    except DatabaseError:
        return  # not installed beside the server, or its owner must allow it: searching reads every row
    with connection.cursor() as cursor:
        for table, column in SEARCHED:
            if table in tables:
                cursor.execute(
                    f"CREATE INDEX IF NOT EXISTS {table}_by_part_of_{column} ON {table} "
                    f'USING gin (UPPER("{column}") gin_trgm_ops)'
                )
