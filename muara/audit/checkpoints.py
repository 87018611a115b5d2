"""Checkpoints: what the heads of the chains were at a moment, signed and kept outside the database.

Whoever keeps one of them can tell later whether anything that it covers was changed since: its signed body
holds the Merkle root over (chain, seq, head) of the heads that changed, and the hash of the one before.
One file a checkpoint (000000/000000017.json), written whole or not at all and never over another:

    {"body": "<canonical JSON>", "signature": "<hex>", "heads": [[chain, seq, head] …], "upto": <id>}

The table `Covered` is only the way from a chain to its file; it is made again from the files.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.conf import settings
from django.db import connection, transaction
from django.db.models import Max

from muara.audit.actions import record
from muara.audit.chains import GENESIS, canonical, digest
from muara.audit.files import write_once
from muara.audit.keys import CHECKPOINT, public_keys, signer
from muara.audit.merkle import leaf_hash, path, root
from muara.audit.models import Covered, Entry
from muara.audit.queries import Head

DOMAIN = "muara/checkpoint/1"
IN_A_FOLDER = 1000
HEADS_AT_ONCE = 20_000  # more changed than that: several checkpoints, one after the other
# Rows get their ids before they are committed, so one may turn up below an id that was already seen.
# Once a day every entry is looked at again; LOOKED says on which day that was done last.
OVERLAP = 2_000
LOOKED = "looked"


class Faulty(Exception):
    """A checkpoint file that does not hold: it was changed, or one is missing."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A checkpoint as it stands in its file; `body` is the very text that was signed."""

    body: str
    signature: str
    heads: tuple[Head, ...]
    upto: int

    @property
    def told(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.body)
        return found

    @property
    def number(self) -> int:
        return int(self.told["number"])

    @property
    def at(self) -> datetime:
        return datetime.fromisoformat(self.told["at"])

    @property
    def hash(self) -> str:
        return digest(f"{DOMAIN}\n{self.body}")

    @property
    def public(self) -> str:
        """What anybody may keep: the signed body, without the names of chains."""
        return json.dumps({"body": self.body, "signature": self.signature}) + "\n"

    def proof(self, chain: str) -> dict[str, object]:
        """Show that the head of a chain is under this root, without showing the others.

        Raises:
            KeyError: the checkpoint does not hold the chain.
        """
        for index, head in enumerate(self.heads):
            if head.chain == chain:
                way = path([leaf(head) for head in self.heads], index)
                return {
                    "chain": chain,
                    "seq": head.seq,
                    "head": head.head,
                    "path": [[side, beside.hex()] for side, beside in way],
                }
        raise KeyError(chain)


def leaf(head: Head) -> bytes:
    return leaf_hash(f"{head.chain}\n{head.seq}\n{head.head}".encode())


def signed_text(body: str) -> bytes:
    return f"{DOMAIN}\n{body}".encode()


# --- taking --------------------------------------------------------------------------------------------


def take(*, at: datetime) -> list[Checkpoint]:
    """Sign what changed since the last checkpoint; usually one, none when nothing changed.

    Two processes may try at once: one file stands, the other process takes its turn the next minute.

    Raises:
        NoKey, UnsafeKey: there is no key to sign with.
        Faulty: files are gone that the index knows; to go on would make two checkpoints of one number.
    """
    last = latest()
    catch_up(last)
    upto = Entry.objects.aggregate(Max("id"))["id__max"] or 0
    whole_log = last is None or last.upto > upto or not _looked_today(at)
    since = 0 if last is None or whole_log else last.upto - OVERLAP
    taken = []
    while heads := _changed(since):
        whole = len(heads) < HEADS_AT_ONCE
        made = _signed(heads, after=last, at=at, upto=upto if whole else last.upto if last else 0)
        try:
            write_once(file_of(made.number), _file(made))
        except FileExistsError:
            break
        _cover(made)
        taken.append(made)
        last = made
        if whole:
            break
    if whole_log and last is not None:
        (folder() / LOOKED).write_text(_day(at))
    return taken


def _looked_today(at: datetime) -> bool:
    looked = folder() / LOOKED
    return looked.is_file() and looked.read_text() == _day(at)


def _day(at: datetime) -> str:
    return at.astimezone(UTC).date().isoformat()


CHANGED = (
    "SELECT e.chain, e.seq, e.hash FROM audit_entry e LEFT JOIN audit_covered c ON c.chain = e.chain "
    "WHERE e.id > %s AND (c.seq IS NULL OR c.seq < e.seq) "
    "AND NOT EXISTS (SELECT 1 FROM audit_entry n WHERE n.chain = e.chain AND n.seq > e.seq) "
    "ORDER BY e.chain LIMIT %s"
)


def _changed(since: int) -> tuple[Head, ...]:
    """The last entries of chains that grew beyond what was covered, in the order of their keys."""
    with connection.cursor() as cursor:
        cursor.execute(CHANGED, [max(since, 0), HEADS_AT_ONCE])
        return tuple(Head(*row) for row in cursor.fetchall())


def _signed(heads: tuple[Head, ...], *, after: Checkpoint | None, at: datetime, upto: int) -> Checkpoint:
    key = signer(CHECKPOINT)
    at = at.astimezone(UTC)
    told: dict[str, object] = {
        "at": at.isoformat(timespec="microseconds"),
        "count": len(heads),
        "key": key.id,
        "number": after.number + 1 if after else 1,
        "prev": after.hash if after else GENESIS,
        "root": root([leaf(head) for head in heads]).hex(),
    }
    if after is not None and at < after.at:
        # The clock was set back: the order stands, and what the clock said is told beside it.
        told |= {"at": after.at.isoformat(timespec="microseconds"), "clock": told["at"]}
    body = canonical(told)
    return Checkpoint(body, key.sign(signed_text(body)).hex(), heads, upto)


def _file(made: Checkpoint) -> bytes:
    heads = [[head.chain, head.seq, head.head] for head in made.heads]
    told = {"body": made.body, "signature": made.signature, "heads": heads, "upto": made.upto}
    return json.dumps(told, ensure_ascii=False).encode()


# --- reading -------------------------------------------------------------------------------------------


def folder() -> Path:
    return Path(settings.MUARA_CHECKPOINTS)


def file_of(number: int) -> Path:
    return folder() / f"{number // IN_A_FOLDER:06}" / f"{number:09}.json"


def latest() -> Checkpoint | None:
    """The newest checkpoint in the folder; None before the first."""
    for place in sorted(folder().glob("[0-9]*"), reverse=True):
        if names := [name.stem for name in place.glob("[0-9]*.json")]:
            return read(int(max(names)))
    return None


def read(number: int) -> Checkpoint:
    """Read a checkpoint from its file; FileNotFoundError when there is none."""
    told = json.loads(file_of(number).read_bytes())
    heads = tuple(Head(*row) for row in told["heads"])
    return Checkpoint(told["body"], told["signature"], heads, told["upto"])


def checkpoints(first: int = 1, last: int | None = None) -> Iterator[Checkpoint]:
    """The checkpoints from one number to another (or the newest), one at a time."""
    newest = latest()
    end = newest.number if newest else 0
    for number in range(first, min(last or end, end) + 1):
        yield read(number)


@dataclass(frozen=True, slots=True)
class Witness:
    """The newest checkpoint that saw a chain, and up to which entry."""

    checkpoint: Checkpoint
    seq: int


def witness_of(chain: str) -> Witness | None:
    """Who saw a chain last; None while no checkpoint did, or where its file is gone."""
    row = Covered.objects.filter(chain=chain).first()
    if row is None:
        return None
    try:
        return Witness(read(row.checkpoint), row.seq)
    except FileNotFoundError:
        return None


# --- the index -----------------------------------------------------------------------------------------


def catch_up(last: Checkpoint | None) -> None:
    """Tell the index of files that it does not know: the machine stopped in between, or it is a backup.

    Raises:
        Faulty: the index knows of files that are gone.
    """
    known = _known(last)
    for number in range(known + 1, (last.number if last else 0) + 1):
        _cover(read(number))


def _known(last: Checkpoint | None) -> int:
    known = Covered.objects.aggregate(Max("checkpoint"))["checkpoint__max"] or 0
    if known > (last.number if last else 0):
        raise Faulty(f"titik periksa {known} pernah dibuat, tetapi berkasnya hilang dari {folder()}")
    return int(known)


def make_index_anew(*, at: datetime) -> int:
    """Read all files again and return how many; for when some are lost for good, and told on a chain."""
    last = latest()
    with transaction.atomic():
        before = Covered.objects.aggregate(Max("checkpoint"))["checkpoint__max"] or 0
        Covered.objects.all().delete()
        catch_up(last)
        number = last.number if last else 0
        facts = {"from": before, "to": number}
        record(chain="checkpoints", verb="checkpoint.reindex", by_id=None, at=at, facts=facts)
    return number


@transaction.atomic
def _cover(made: Checkpoint) -> None:
    Covered.objects.bulk_create(
        [Covered(chain=head.chain, seq=head.seq, checkpoint=made.number) for head in made.heads],
        update_conflicts=True,
        unique_fields=["chain"],
        update_fields=["seq", "checkpoint"],
        batch_size=2_000,
    )


# --- checking ------------------------------------------------------------------------------------------


def witnessed() -> dict[str, dict[int, str]]:
    """Check the whole row of checkpoints; return the heads that they saw, by chain and place.

    Raises:
        Faulty: one was changed, is missing, contradicts another, or is not signed by a key of ours.
    """
    keys = {
        key.id: Ed25519PublicKey.from_public_bytes(bytes.fromhex(key.public))
        for key in public_keys()
        if key.use == CHECKPOINT
    }
    seen: dict[str, dict[int, str]] = {}
    number, prev = 0, GENESIS
    _known(latest())
    try:
        for number, found in enumerate(checkpoints(), start=1):
            told = found.told
            if (told["number"], told["prev"]) != (number, prev):
                raise Faulty(f"titik periksa {number} tidak bersambung dengan yang sebelumnya")
            if told["root"] != root([leaf(head) for head in found.heads]).hex():
                raise Faulty(f"kepala rantai dalam titik periksa {number} diubah")
            keys[told["key"]].verify(bytes.fromhex(found.signature), signed_text(found.body))
            for head in found.heads:
                if seen.setdefault(head.chain, {}).setdefault(head.seq, head.head) != head.head:
                    raise Faulty(f"titik periksa {number} bertentangan dengan yang lebih lama: {head.chain}")
            prev = found.hash
    except (KeyError, InvalidSignature):
        raise Faulty(f"tanda tangan titik periksa {number} tidak sah") from None
    except FileNotFoundError:
        raise Faulty(f"titik periksa {number + 1} hilang") from None
    return seen
