"""Reading the chains, and checking them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Any

from muara.audit.chains import GENESIS, entry_hash, note_digest
from muara.audit.models import Chain, Entry


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


COLUMNS = ("chain", "seq", "at", "by_id", "task_id", "verb", "text", "prev", "hash", "note", "salt")
SEQ, HASH = COLUMNS.index("seq"), COLUMNS.index("hash")


def fault(row: tuple[Any, ...], *, seq: int, prev: str) -> str:
    """Say what is wrong with the entry (its COLUMNS) that should stand at `seq`; empty when it holds."""
    chain, place, at, by_id, task_id, verb, text, before, hashed, note, salt = row
    if place != seq:
        return f"entri {seq} hilang"
    if before != prev:
        return "tidak bersambung dengan entri sebelumnya"
    if entry_hash(chain=chain, seq=place, prev=before, text=text) != hashed:
        return "isi tidak cocok dengan hash"
    told = json.loads(text)
    said = (told["verb"], told["by"], told["task"], datetime.fromisoformat(told["at"]))
    if said != (verb, by_id, task_id, at):
        return "kolom berbeda dari isi yang di-hash"
    if note and (salt is None or note_digest(salt=salt, note=note) != told["note"]):
        return "catatan berbeda dari yang dicatat"
    return ""


def breaks(expected: Iterable[Head]) -> list[Break]:
    """Recompute every chain; return the first break of each broken one, in the order of the keys.

    `expected` are the heads kept outside the entries (chain rows and cases): without them, cutting off
    a chain's end would go unseen.
    """
    told = {head.chain: head for head in expected}
    found: dict[str, Break] = {}
    # Plain rows from a cursor of the server: a model instance an entry would take longer than its hash.
    rows = Entry.objects.order_by("chain", "seq").values_list(*COLUMNS).iterator(chunk_size=5000)
    for chain, entries in groupby(rows, key=itemgetter(0)):
        seq, prev = 0, GENESIS
        for entry in entries:
            reason = fault(entry, seq=seq + 1, prev=prev)
            if reason:
                found[chain] = Break(chain, seq + 1, reason)
                break
            seq, prev = entry[SEQ], entry[HASH]
        else:
            head = told.pop(chain, None)
            if head is None:
                found[chain] = Break(chain, seq, "rantai tidak punya kepala")
            elif (head.seq, head.head) != (seq, prev):
                found[chain] = Break(
                    chain, min(seq, head.seq) + 1, "kepala rantai berbeda dari entri terakhir"
                )
            continue
        told.pop(chain, None)
    for head in told.values():
        if head.seq:
            found[head.chain] = Break(head.chain, 1, "semua entri hilang")
    return sorted(found.values(), key=lambda item: item.chain)
