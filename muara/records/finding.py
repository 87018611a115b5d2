"""Finding rows by a part of a word, by words, or by something like a name: on both databases alike.

The only module that knows how. SQLite keeps a full-text table beside each searched column, filled by
triggers that are installed after every migrate (remaking a table drops them). PostgreSQL has expression
indexes; the extension pg_trgm serves parts and typing errors. Where its owner does not allow it, parts are
found by reading every row, and typing errors are not.
"""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import Any, TypeVar

from django.db import DatabaseError, connection, connections, models, transaction
from django.db.models.expressions import RawSQL

from muara.documents.letters import words_in

SHORTEST = 3  # characters: what a trigram has
PARTS = (
    ("people_company", "name"),
    ("people_user", "name"),
    ("cases_case", "registration_number"),
    ("cases_application", "reference"),
    ("permits_number", "text"),
    ("contacts_complaint", "text"),
)
WORDS = (("documents_letter", "words"),)
ALIKE = 0.75  # of 1: how like each word of a name must be to what was typed
CANDIDATES = 300
WORD_SIMILARITY = "0.4"  # of 1, as pg_trgm counts: who is looked at more closely

Row = TypeVar("Row", bound=models.Model)


def having_part(
    rows: models.QuerySet[Row], column: str, text: str, *, newest: int | None = None
) -> models.QuerySet[Row]:
    """The rows whose column has this text in it, in capitals or not; with `newest`, of the last so many."""
    if connection.vendor == "postgresql" or len(text) < SHORTEST:
        found = rows.filter(**{f"{column}__icontains": text})
        return rows.filter(pk__in=found.order_by("-pk").values("pk")[:newest]) if newest else found
    return rows.filter(pk__in=_matching(rows.model._meta.db_table, column, _quoted(text), newest))


def having_words(
    rows: models.QuerySet[Row], column: str, words: list[str], *, newest: int | None = None
) -> models.QuerySet[Row]:
    """The rows whose column has each of these words, the last of them perhaps only begun."""
    table = rows.model._meta.db_table
    if connection.vendor == "postgresql":
        asked = " & ".join(words) + ":*"
        has = RawSQL(  # table and column are ours
            f"""to_tsvector('simple', "{table}"."{column}") @@ to_tsquery('simple', %s)""",
            [asked],
            models.BooleanField(),
        )
        found = rows.filter(has)
        return rows.filter(pk__in=found.order_by("-pk").values("pk")[:newest]) if newest else found
    asked = " ".join(_quoted(word) for word in words) + "*"
    return rows.filter(pk__in=_matching(table, column, asked, newest))


def alike(rows: models.QuerySet[Row], column: str, text: str, *, most: int) -> list[Row]:
    """The rows whose column is spelt nearly so, the likest first: "Segra" finds "PT Segara Contoh"."""
    words = [word for word in words_in(text) if len(word) >= SHORTEST]
    if not words:
        return []
    if connection.vendor == "postgresql":
        near = _near_on_postgresql(rows, column, " ".join(words))
    else:
        near = list(rows.filter(pk__in=_sharing_trigrams(rows.model._meta.db_table, column, words)))
    told = [(_likeness(words, str(getattr(row, column))), row) for row in near]
    told.sort(key=lambda pair: (-pair[0], pair[1].pk))
    return [row for likeness, row in told if likeness >= ALIKE][:most]


def _likeness(words: list[str], name: str) -> float:
    """How well the worst of the words is met by a word of the name, of 1."""
    there = words_in(name)
    return min(
        max((SequenceMatcher(None, word, other).ratio() for other in there), default=0.0) for word in words
    )


# --- SQLite ------------------------------------------------------------------------------------------------


def _index(table: str, column: str) -> str:
    return f"{table}_by_{column}"


def _quoted(text: str) -> str:
    doubled = text.replace('"', '""')
    return f'"{doubled}"'


def _matching(table: str, column: str, asked: str, newest: int | None) -> RawSQL:
    index = _index(table, column)
    last = f" ORDER BY rowid DESC LIMIT {newest:d}" if newest else ""
    return RawSQL(f"SELECT rowid FROM {index} WHERE {index} MATCH %s{last}", [asked])  # ours


def _sharing_trigrams(table: str, column: str, words: list[str]) -> RawSQL:
    """The rows that have two fifths of the trigrams of these words, those that share most first."""
    grams = list(dict.fromkeys(word[at : at + 3] for word in words for at in range(len(word) - 2)))
    index = _index(table, column)
    each = " UNION ALL ".join(f"SELECT rowid AS row FROM {index} WHERE {index} MATCH %s" for _ in grams)
    return RawSQL(  # table and column are ours
        f"SELECT row FROM ({each}) GROUP BY row HAVING COUNT(*) >= {max(1, len(grams) * 2 // 5)} "
        f"ORDER BY COUNT(*) DESC LIMIT {CANDIDATES}",
        [_quoted(gram) for gram in grams],
    )


def _install_on_sqlite(table: str, column: str, options: str, *, using: str) -> None:
    index = _index(table, column)
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT 1 FROM sqlite_master WHERE name = %s", [index])
        is_new = cursor.fetchone() is None
        cursor.execute(
            f"CREATE VIRTUAL TABLE IF NOT EXISTS {index} "
            f"USING fts5({column}, content='{table}', content_rowid='id', {options})"
        )
        taken = f"INSERT INTO {index}({index}, rowid, {column}) VALUES ('delete', OLD.id, OLD.{column});"
        put = f"INSERT INTO {index}(rowid, {column}) VALUES (NEW.id, NEW.{column});"
        for event, what in (
            ("INSERT", put),
            ("DELETE", taken),
            (f"UPDATE OF {column}", taken + put),
        ):
            name = f"{index}_{event.split()[0].lower()}"
            cursor.execute(f"DROP TRIGGER IF EXISTS {name}")
            cursor.execute(f"CREATE TRIGGER {name} AFTER {event} ON {table} BEGIN {what} END")
        if is_new:
            cursor.execute(f"INSERT INTO {index}({index}) VALUES ('rebuild')")


# --- PostgreSQL --------------------------------------------------------------------------------------------


def _near_on_postgresql(rows: models.QuerySet[Row], column: str, text: str) -> list[Row]:
    """What pg_trgm finds like this, the likest first; nothing without it."""
    table = rows.model._meta.db_table
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_extension WHERE extname = 'pg_trgm'")
        if cursor.fetchone() is None:
            return []
        cursor.execute("SELECT set_config('pg_trgm.word_similarity_threshold', %s, true)", [WORD_SIMILARITY])
        name = f'UPPER("{table}"."{column}")'
        like = RawSQL(f"{name} %%> UPPER(%s)", [text], models.BooleanField())  # ours
        far = RawSQL(f"{name} <->> UPPER(%s)", [text], models.FloatField())  # ours
        return list(rows.filter(like).order_by(far, "pk")[:CANDIDATES])


def _install_on_postgresql(tables: list[str], *, using: str) -> None:
    with connections[using].cursor() as cursor:
        for table, column in WORDS:
            if table in tables:
                cursor.execute(
                    f"CREATE INDEX IF NOT EXISTS {_index(table, column)} ON {table} "
                    f"USING gin (to_tsvector('simple', \"{column}\"))"
                )
    try:
        with transaction.atomic(using), connections[using].cursor() as cursor:
            cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    except DatabaseError:
        return  # not installed beside the server, or its owner must allow it: searching reads every row
    with connections[using].cursor() as cursor:
        for table, column in PARTS:
            if table in tables:
                cursor.execute(
                    f"CREATE INDEX IF NOT EXISTS {table}_by_part_of_{column} ON {table} "
                    f'USING gin (UPPER("{column}") gin_trgm_ops)'
                )


def after_migrate(*, using: str, **_: Any) -> None:
    """Index what is searched, once its tables are there."""
    tables = connections[using].introspection.table_names()
    if connections[using].vendor == "postgresql":
        _install_on_postgresql(tables, using=using)
        return
    for table, column in PARTS:
        if table in tables:
            _install_on_sqlite(table, column, "tokenize='trigram'", using=using)
    for table, column in WORDS:
        if table in tables:
            _install_on_sqlite(table, column, "tokenize='unicode61', detail=none", using=using)
