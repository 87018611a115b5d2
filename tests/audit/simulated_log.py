"""A log as an office might export it, and what somebody who owns its database might do to it.

Written from the recipes that `muara-verify` prints, not with Muara's own code. Whoever tampers here owns the
database and lets the office export and sign what is left; only `rewrite` owns the signing key too.
"""

from __future__ import annotations

import copy
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

Entry = dict[str, Any]


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def entry(chain: str, seq: int, prev: str, text: str) -> Entry:
    hashed = sha256(f"muara/entry/1\n{chain}\n{seq}\n{prev}\n{text}")
    return {"chain": chain, "seq": seq, "prev": prev, "hash": hashed, "text": text}


def tree(leaves: list[bytes]) -> bytes:
    if len(leaves) == 1:
        return leaves[0]
    half = 1
    while half * 2 < len(leaves):
        half *= 2
    return hashlib.sha256(b"\x01" + tree(leaves[:half]) + tree(leaves[half:])).digest()


@dataclass
class Log:
    """Chains of entries, and the checkpoints that saw them while they grew."""

    key: Ed25519PrivateKey
    chains: dict[str, list[Entry]] = field(default_factory=dict)
    seen: list[dict[str, Any]] = field(default_factory=list)
    moments: list[dict[str, int]] = field(default_factory=list)  # how long each chain was at each checkpoint

    def sign(self, message: str) -> str:
        return self.key.sign(message.encode()).hex()

    @property
    def public(self) -> dict[str, Any]:
        public = self.key.public_key().public_bytes_raw()
        row = {"id": hashlib.sha256(public).hexdigest()[:16], "use": "checkpoint", "public": public.hex()}
        return {"format": "muara/keys/1", "keys": [row]}

    @property
    def key_id(self) -> str:
        return str(self.public["keys"][0]["id"])

    def grow(self, chain: str, text: str) -> None:
        entries = self.chains.setdefault(chain, [])
        entries.append(entry(chain, len(entries) + 1, entries[-1]["hash"] if entries else "0" * 64, text))

    def checkpoint(self) -> None:
        before = self.moments[-1] if self.moments else {}
        moment = {chain: len(entries) for chain, entries in self.chains.items()}
        heads = [
            [chain, seq, self.chains[chain][seq - 1]["hash"]]
            for chain, seq in sorted(moment.items())
            if seq != before.get(chain, 0)
        ]
        self.moments.append(moment)
        leaves = [hashlib.sha256(b"\x00" + "\n".join(map(str, head)).encode()).digest() for head in heads]
        number = len(self.seen) + 1
        body = {
            "at": f"2026-07-06T01:{number:02}:00.000000+00:00",
            "count": len(heads),
            "key": self.key_id,
            "number": number,
            "prev": sha256(f"muara/checkpoint/1\n{self.seen[-1]['body']}") if self.seen else "0" * 64,
            "root": tree(leaves).hex(),
        }
        text = json.dumps(body, sort_keys=True, separators=(",", ":"))
        self.seen.append(
            {"body": text, "signature": self.sign(f"muara/checkpoint/1\n{text}"), "heads": heads}
        )

    def kept(self, number: int) -> str:
        """What somebody outside the office kept of a checkpoint."""
        seen = self.seen[number - 1]
        return json.dumps({"body": seen["body"], "signature": seen["signature"]})

    def write(self, folder: Path) -> str:
        """Export it, as the office would: whatever is there, well signed."""
        rows = [item for chain in sorted(self.chains) for item in self.chains[chain]]
        files = {
            "keys.json": json.dumps(self.public),
            "checkpoints.jsonl": "".join(json.dumps(seen) + "\n" for seen in self.seen),
            "entries.jsonl": "".join(json.dumps(row) + "\n" for row in rows),
        }
        body = json.dumps(
            {
                "checkpoints": {"count": len(self.seen), "last": len(self.seen)},
                "entries": len(rows),
                "files": {name: sha256(text) for name, text in files.items()},
                "key": self.key_id,
                "kind": "log",
            }
        )
        manifest = {"body": body, "signature": self.sign(f"muara/export/1\n{body}")}
        folder.mkdir(exist_ok=True)
        for name, text in {**files, "manifest.json": json.dumps(manifest)}.items():
            (folder / name).write_text(text)
        return str(folder)


def simulated(random: Random, *, chains: int = 4, checkpoints: int = 6) -> Log:
    """A log that grew between checkpoints; the last one saw everything."""
    log = Log(Ed25519PrivateKey.generate())
    for number in range(checkpoints):
        for _ in range(random.randint(2, 8)):
            log.grow(f"case:{random.randint(1, chains)}", json.dumps({"n": random.random()}))
        if number == checkpoints - 1:
            log.grow("case:1", json.dumps({"n": random.random()}))
        log.checkpoint()
    return log


# --- what may be done to it ----------------------------------------------------------------------------


def _rehash(entries: list[Entry]) -> None:
    """Number and hash a chain anew, as Muara would have."""
    prev = "0" * 64
    for seq, row in enumerate(entries, start=1):
        row |= entry(row["chain"], seq, prev, row["text"])
        prev = row["hash"]


def _somewhere(log: Log, random: Random, *, least: int = 1) -> list[Entry]:
    return random.choice([entries for entries in log.chains.values() if len(entries) >= least])


def _cover_up(entries: list[Entry], random: Random) -> None:
    if random.random() < 0.8:  # the clumsy leave the hashes as they were
        _rehash(entries)


def edit(log: Log, random: Random) -> None:
    entries = _somewhere(log, random)
    random.choice(entries)["text"] = json.dumps({"n": random.random()})
    _cover_up(entries, random)


def delete(log: Log, random: Random) -> None:
    entries = _somewhere(log, random, least=2)
    del entries[random.randrange(len(entries) - 1)]
    _cover_up(entries, random)


def insert(log: Log, random: Random) -> None:
    entries = _somewhere(log, random)
    row = entry(entries[0]["chain"], 0, "", json.dumps({"n": random.random()}))
    entries.insert(random.randrange(len(entries)), row)
    _cover_up(entries, random)


def reorder(log: Log, random: Random) -> None:
    entries = _somewhere(log, random, least=2)
    one, other = random.sample(range(len(entries)), 2)
    entries[one], entries[other] = entries[other], entries[one]
    _cover_up(entries, random)


def truncate(log: Log, random: Random) -> None:
    entries = _somewhere(log, random)
    chain = entries[0]["chain"]
    del entries[random.randrange(len(entries)) :]
    if not entries:
        del log.chains[chain]


TAMPERINGS: dict[str, Callable[[Log, Random], None]] = {
    "edit": edit,
    "delete": delete,
    "insert": insert,
    "reorder": reorder,
    "truncate": truncate,
}


def rewrite(log: Log, random: Random) -> int:
    """Change one act and make everything anew with the signing key: entries, checkpoints, signatures.

    Returns the number of a checkpoint that had seen the act: somebody outside may have kept it.
    """
    entries = _somewhere(log, random)
    chain, index = entries[0]["chain"], random.randrange(len(entries))
    entries[index]["text"] = json.dumps({"n": random.random()})
    _rehash(entries)
    saw = [number for number, moment in enumerate(log.moments, start=1) if moment.get(chain, 0) > index]
    whole, moments = log.chains, log.moments
    log.chains, log.seen, log.moments = {}, [], []
    for moment in moments:
        log.chains = {name: whole[name][:length] for name, length in moment.items()}
        log.checkpoint()
    return random.choice(saw)


def tampered(log: Log, how: str, random: Random) -> tuple[Log, list[tuple[str, str]]]:
    """A tampered copy of a log, and the checkpoints that somebody kept outside."""
    other = Log(log.key, copy.deepcopy(log.chains), list(log.seen), list(log.moments))
    if how == "rewrite":
        number = rewrite(other, random)
        return other, [("simpanan.json", log.kept(number))]
    TAMPERINGS[how](other, random)
    return other, []
