"""Writing entries. A case writes its own (cases.actions); every other chain goes through `record`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import connection, transaction

from muara.audit.chains import GENESIS, Wording, digest, word
from muara.audit.models import Chain

INSERT_ENTRY = (
    "INSERT INTO audit_entry "
    "(chain, seq, at, by_id, task_id, verb, text, prev, hash, note, salt, key, body) "
    "VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
)


def insert(wording: Wording, *, key: str | None = None, body: str = "") -> None:
    """Append a worded entry; the caller holds the chain's head in the same transaction."""
    with connection.cursor() as cursor:
        cursor.execute(
            INSERT_ENTRY,
            [
                wording.chain,
                wording.seq,
                connection.ops.adapt_datetimefield_value(wording.at),
                wording.by_id,
                wording.task_id,
                wording.verb,
                wording.text,
                wording.prev,
                wording.hash,
                wording.note,
                wording.salt,
                key or None,
                body,
            ],
        )


@transaction.atomic
def record(
    *,
    chain: str,
    verb: str,
    by_id: int | None,
    at: datetime,
    facts: Mapping[str, object],
    note: str = "",
    key: str | None = None,
    body: str = "",
) -> Wording:
    """Append an act to a chain that is not a case (calendar, series, user, office …)."""
    Chain.objects.get_or_create(key=chain, defaults={"head": GENESIS})
    row = Chain.objects.select_for_update().get(key=chain)
    wording = word(
        chain=chain, seq=row.seq + 1, prev=row.head, verb=verb, by_id=by_id, at=at, facts=facts, note=note
    )
    row.seq, row.head = wording.seq, wording.hash
    row.save(update_fields=["seq", "head"])
    insert(wording, key=key, body=body or digest(wording.text))
    return wording
