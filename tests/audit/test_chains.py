"""Entries cannot be changed; and where somebody gets round the database, `verify` names the place."""

from __future__ import annotations

import hashlib
import json

import pytest
from django.db import DatabaseError, connection, transaction

from muara.audit.actions import record
from muara.audit.chains import canonical, entry_hash
from muara.audit.models import Chain, Entry
from muara.audit.queries import Break, Head, breaks, heads
from tests.clock import MONDAY

pytestmark = [pytest.mark.django_db, pytest.mark.both]


def three_entries() -> list[Entry]:
    for number in range(3):
        record(
            chain="uji",
            verb="uji.catat",
            by_id=7,
            at=MONDAY,
            facts={"nomor": number},
            note=f"catatan {number}",
        )
    return list(Entry.objects.filter(chain="uji").order_by("seq"))


def without_triggers(sql: str) -> None:
    """Change rows as somebody would who owns the database file."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("DROP TRIGGER audit_entry_no_update")
            cursor.execute("DROP TRIGGER audit_entry_no_delete")
        else:
            cursor.execute("ALTER TABLE audit_entry DISABLE TRIGGER USER")
        cursor.execute(sql)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entry SET text = 'lain'",
        "UPDATE audit_entry SET note = 'lain'",
        "UPDATE audit_entry SET by_id = 8",
        "UPDATE audit_entry SET key = 'lain'",
        "DELETE FROM audit_entry",
        "UPDATE cases_revision SET number = '04'",
        "DELETE FROM cases_revision",
    ],
)
def test_the_database_refuses_to_change_what_is_append_only(office: object, statement: str) -> None:
    three_entries()

    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def test_postgresql_refuses_to_empty_the_table_too(db: None) -> None:
    if connection.vendor != "postgresql":
        return  # SQLite has no TRUNCATE: its DELETE without WHERE fires the row trigger, tested above
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("TRUNCATE audit_entry")


def test_a_note_may_be_erased_and_the_chain_still_holds(db: None) -> None:
    three_entries()

    Entry.objects.filter(chain="uji", seq=2).update(note=None, salt=None)

    assert breaks(heads()) == []


def test_a_hash_can_be_recomputed_from_the_published_recipe(db: None) -> None:
    first, second, _ = three_entries()

    lines = "\n".join(["muara/entry/1", "uji", "2", first.hash, second.text])

    assert second.hash == hashlib.sha256(lines.encode()).hexdigest()
    assert json.loads(second.text)["facts"] == {"nomor": 1}
    assert "catatan" not in second.text


@pytest.mark.parametrize(
    ("sql", "place"),
    [
        ("UPDATE audit_entry SET text = replace(text, '\"nomor\":1', '\"nomor\":9') WHERE seq = 2", 2),
        ("UPDATE audit_entry SET by_id = 8 WHERE seq = 2", 2),
        ("UPDATE audit_entry SET note = 'lain' WHERE seq = 3", 3),
        ("UPDATE audit_entry SET note = 'lain', salt = NULL WHERE seq = 3", 3),
        ("UPDATE audit_entry SET at = '2020-01-01 00:00:00' WHERE seq = 1", 1),
        ("UPDATE audit_entry SET prev = hash WHERE seq = 1", 1),
        ("DELETE FROM audit_entry WHERE seq = 2", 2),
        ("DELETE FROM audit_entry WHERE seq = 3", 3),
        ("DELETE FROM audit_entry WHERE chain = 'uji'", 1),
    ],
)
def test_verify_names_the_first_broken_entry(db: None, sql: str, place: int) -> None:
    three_entries()

    without_triggers(sql)

    assert [(found.chain, found.seq) for found in breaks(heads())] == [("uji", place)]


def test_an_entry_rewritten_with_a_fitting_hash_breaks_at_the_next(db: None) -> None:
    first, second, _ = three_entries()
    text = second.text.replace('"nomor":1', '"nomor":9')
    forged = entry_hash(chain="uji", seq=2, prev=first.hash, text=text)

    without_triggers(f"UPDATE audit_entry SET text = '{text}', hash = '{forged}' WHERE seq = 2")

    assert breaks(heads()) == [Break("uji", 3, "tidak bersambung dengan entri sebelumnya")]


def test_a_chain_whose_head_is_elsewhere_is_broken(db: None) -> None:
    three_entries()
    Chain.objects.filter(key="uji").update(seq=4)

    assert [found.seq for found in breaks(heads())] == [4]
    assert breaks([Head("lain", 2, "x" * 64)])[0].reason == "semua entri hilang"


def test_canonical_text_sorts_keys_and_keeps_letters() -> None:
    assert canonical({"b": 1, "a": "é", "c": None}) == '{"a":"é","b":1,"c":null}'
    with pytest.raises(ValueError, match=r"[Oo]ut of range"):
        canonical({"a": float("nan")})
