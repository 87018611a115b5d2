"""Merkle trees as RFC 6962 (2.1) hashes them: one digest over many leaves, and the way from a leaf to it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence


def leaf_hash(data: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def root(hashes: Sequence[bytes]) -> bytes:
    """The root over the hashes of leaves; an empty tree's is the hash of nothing."""
    if not hashes:
        return hashlib.sha256(b"").digest()
    return _levels(hashes)[-1][0]


def path(hashes: Sequence[bytes], index: int) -> list[tuple[str, bytes]]:
    """The neighbours from a leaf up to the root, each with the side on which it stands ("L" or "R")."""
    found = []
    for level in _levels(hashes)[:-1]:
        beside = index ^ 1
        if beside < len(level):
            found.append(("L" if beside < index else "R", level[beside]))
        index //= 2
    return found


def _levels(hashes: Sequence[bytes]) -> list[list[bytes]]:
    """Every level of the tree, leaves first.

    A node without a neighbour rises as it is, which gives the very tree of RFC 6962: there the left half is
    the largest power of two.
    """
    levels = [list(hashes)]
    while len(levels[-1]) > 1:
        below = levels[-1]
        above = [node_hash(below[at], below[at + 1]) for at in range(0, len(below) - 1, 2)]
        if len(below) % 2:
            above.append(below[-1])
        levels.append(above)
    return levels
