"""What the QR of a decree says beside its address: a signature that can be checked without our site.

The text is `address#payload`; a browser never sends what stands behind the "#". The payload, as base64url, is

    1 byte   1, the version
    1 byte   "P" permit, "R" refusal
    4 bytes  the beginning of the key's id
    16 bytes the beginning of the SHA-256 of the decree's canonical content
    0-60     the name that the decree is given to, UTF-8, cut where it is longer
    64 bytes Ed25519 over "muara/permit-qr/1", the address, and all of the above

It is made with the draft, before there is a signature and a number: it proves which decree the office
printed, for whom, and at which address its state is told; never that it was signed, numbered, or still holds.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from muara.audit.keys import Signer

DOMAIN = b"muara/permit-qr/1\n"
KINDS = {"permit": b"P", "refusal": b"R"}
NAME_BYTES = 60
FIXED = 22
SIGNATURE = 64
BARE = re.compile(r"https?://[^\s#?]+/izin/[0-9a-f]{32}/")


class NotGenuine(Exception):
    """The text is no QR of this office, or somebody changed it."""


class Unsigned(NotGenuine):
    """The text is a decree's address and nothing more: no signature, so none that could be wrong."""


@dataclass(frozen=True, slots=True)
class Seal:
    """What a genuine QR says."""

    address: str
    kind: str
    content: str
    name: str
    key: str


def signed_address(address: str, *, kind: str, content_sha256: str, name: str, key: Signer) -> str:
    """Sign an address with what stands under it."""
    said = b"".join(
        [
            b"\x01",
            KINDS[kind],
            bytes.fromhex(key.id)[:4],
            bytes.fromhex(content_sha256)[:16],
            name.encode()[:NAME_BYTES].decode(errors="ignore").encode(),
        ]
    )
    signature = key.sign(_message(address, said))
    return f"{address}#{_written(said + signature)}"


def check(text: str, keys: Mapping[str, bytes]) -> Seal:
    """Read a QR's text that one of these keys (id to public bytes) signed.

    Raises:
        Unsigned: it carries no signature. NotGenuine: none of them signed it, or the text is not written in
            the one way there is.
    """
    if BARE.fullmatch(text.strip()):
        raise Unsigned
    address, _, written = text.strip().partition("#")
    try:
        payload = base64.b64decode(written + "=" * (-len(written) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise NotGenuine from None
    if len(payload) < FIXED + SIGNATURE or _written(payload) != written:
        raise NotGenuine
    said, signature = payload[:-SIGNATURE], payload[-SIGNATURE:]
    kind = next((kind for kind, mark in KINDS.items() if mark == said[1:2]), None)
    if said[0] != 1 or kind is None:
        raise NotGenuine
    for key, public in keys.items():
        if key.startswith(said[2:6].hex()):
            try:
                Ed25519PublicKey.from_public_bytes(public).verify(signature, _message(address, said))
                return Seal(address, kind, said[6:FIXED].hex(), said[FIXED:].decode(), key)
            except (InvalidSignature, UnicodeDecodeError):
                continue
    raise NotGenuine


def _message(address: str, said: bytes) -> bytes:
    return DOMAIN + address.encode() + b"\n" + said


def _written(payload: bytes) -> str:
    return base64.urlsafe_b64encode(payload).decode().rstrip("=")
