"""How entries are worded, salted and hashed; pure functions, so that anyone can recompute them.

An entry's hash is SHA-256 over five lines: the domain, the chain's key, the place in the chain, the
previous hash and the canonical JSON text. Notes and personal data enter that text only as the digest
of salt and note, so that they can be erased without breaking the chain.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

DOMAIN = "muara/entry/1"
GENESIS = "0" * 64


def canonical(value: object) -> str:
    """Word a value as JSON with sorted keys and no spaces (RFC 8785 for what entries hold: no floats)."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def entry_hash(*, chain: str, seq: int, prev: str, text: str) -> str:
    return digest(f"{DOMAIN}\n{chain}\n{seq}\n{prev}\n{text}")


def note_digest(*, salt: str, note: str) -> str:
    return digest(f"{salt}\n{note}")


@dataclass(frozen=True, slots=True)
class Wording:
    """An entry before it is written: its place, its hashed text and the words beside it."""

    chain: str
    seq: int
    at: datetime
    by_id: int | None
    task_id: int | None
    verb: str
    text: str
    prev: str
    hash: str
    note: str
    salt: str


def word(
    *,
    chain: str,
    seq: int,
    prev: str,
    verb: str,
    by_id: int | None,
    at: datetime,
    facts: Mapping[str, object],
    note: str = "",
    task_id: int | None = None,
) -> Wording:
    """Word the entry that follows `prev` in a chain; `facts` must be JSON without personal data."""
    salt = secrets.token_hex(16)
    text = canonical(
        {
            "at": at.astimezone(UTC).isoformat(timespec="microseconds"),
            "by": by_id,
            "facts": facts,
            "note": note_digest(salt=salt, note=note) if note else None,
            "task": task_id,
            "verb": verb,
        }
    )
    hashed = entry_hash(chain=chain, seq=seq, prev=prev, text=text)
    return Wording(chain, seq, at, by_id, task_id, verb, text, prev, hashed, note, salt)
