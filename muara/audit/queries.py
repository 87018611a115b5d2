"""Reading the chains, and checking them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter

from django.db import connection, transaction

from muara.audit.chains import DOMAIN, GENESIS, note_digest
from muara.audit.models import Chain


@dataclass(frozen=True, slots=True)
class Head:
    """Where a chain says that it ends."""

    chain: str
    seq: int
    head: str


@dataclass(frozen=True, slots=True)
class Break:
    """The first place at which a chain does not hold, and why."""

    chain: str
    seq: int
    reason: str

    def __str__(self) -> str:
        return f"{self.chain}, entri {self.seq}: {self.reason}"


def heads() -> list[Head]:
    return [Head(*row) for row in Chain.objects.order_by("key").values_list("key", "seq", "head")]


# An entry as it is checked. The moment comes as text, worded the way the hashed text words it: of a million
# entries most of the time would go into making datetimes and parsing JSON only to compare what is equal.
Row = tuple[str, int, str, int | None, int | None, str, str, str, str, str | None, str | None]
MOMENT = {
    "sqlite": "replace(at, ' ', 'T') || CASE length(at) WHEN 19 THEN '.000000' ELSE '' END",
    "postgresql": """to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US')""",
}
AT_ONCE = 5000


def _rows() -> Iterator[Row]:
    """Every entry, chain by chain; the caller holds a transaction, so that all are of one moment."""
    sql = (
        f"SELECT chain, seq, {MOMENT[connection.vendor]}, by_id, task_id, verb, text, prev, hash, note, salt "
        "FROM audit_entry ORDER BY chain, seq"
    )
    with connection.chunked_cursor() as cursor:
        cursor.execute(sql)
        while rows := cursor.fetchmany(AT_ONCE):
            yield from rows


def fault(row: Row, *, seq: int, prev: str) -> str:
    """Say what is wrong with the entry that should stand at `seq`; empty when it holds."""
    chain, place, at, by_id, task_id, verb, text, before, hashed, note, salt = row
    if place != seq:
        return f"entri {seq} hilang"
    if before != prev:
        return "tidak bersambung dengan entri sebelumnya"
    if hashlib.sha256(f"{DOMAIN}\n{chain}\n{seq}\n{prev}\n{text}".encode()).hexdigest() != hashed:
        return "isi tidak cocok dengan hash"
    # What the columns say, as canonical JSON words it around the facts (the keys are sorted).
    who = "null" if by_id is None else by_id
    what = f',"task":{"null" if task_id is None else task_id},"verb":{json.dumps(verb, ensure_ascii=False)}}}'
    if not (text.startswith(f'{{"at":"{at}+00:00","by":{who},"facts":') and text.endswith(what)):
        return "kolom berbeda dari isi yang di-hash"
    if note and (salt is None or json.loads(text)["note"] != note_digest(salt=salt, note=note)):
        return "catatan berbeda dari yang dicatat"
    return ""


Witnessed = Mapping[str, Mapping[int, str]]


def breaks(expected: Iterable[Head], *, witnessed: Witnessed | None = None) -> list[Break]:
    """Recompute every chain; return the first break of each broken one, in the order of the keys.

    `expected` are the heads kept outside the entries (chain rows and cases): without them, cutting off
    a chain's end would go unseen. `witnessed` are the heads that checkpoints saw, by chain and place.
    """
    told = {head.chain: head for head in expected}
    seen = dict(witnessed or {})
    found: dict[str, Break] = {}
    with transaction.atomic():
        for chain, entries in groupby(_rows(), key=itemgetter(0)):
            if broken := _first_break(chain, entries, told.pop(chain, None), seen.pop(chain, {})):
                found[chain] = broken
    for head in told.values():
        if head.seq:
            found[head.chain] = Break(head.chain, 1, "semua entri hilang")
    for chain in seen:
        found.setdefault(chain, Break(chain, 1, "semua entri hilang, padahal disaksikan titik periksa"))
    return sorted(found.values(), key=lambda item: item.chain)


def _first_break(
    chain: str, entries: Iterable[Row], head: Head | None, witnessed: Mapping[int, str]
) -> Break | None:
    seq, prev = 0, GENESIS
    for entry in entries:
        if reason := fault(entry, seq=seq + 1, prev=prev):
            return Break(chain, seq + 1, reason)
        seq, prev = seq + 1, entry[8]
        if witnessed and witnessed.get(seq, prev) != prev:
            return Break(chain, seq, "berbeda dari yang disaksikan titik periksa: ditulis ulang")
    if head is None:
        return Break(chain, seq, "rantai tidak punya kepala")
    if (head.seq, head.head) != (seq, prev):
        return Break(chain, min(seq, head.seq) + 1, "kepala rantai berbeda dari entri terakhir")
    if witnessed and max(witnessed) > seq:
        return Break(chain, seq + 1, "terpotong: titik periksa menyaksikan entri yang lebih baru")
    return None
