"""The installation's signing keys (Ed25519): files outside the database, never in the repository.

One key signs checkpoints and exports, another the QR of permits. `public.json` lists every public key there
ever was: a new one is introduced by the signature of the one before, so that whoever trusts an old file can
trust the new one. Only the key in use has a private file; it is readable by its owner alone, and encrypted
where MUARA_KEY_PASSPHRASE is set (docs/adr/0018).
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings

from muara.audit.files import write_once, write_over

FORMAT = "muara/keys/1"
CHECKPOINT, PERMIT = "checkpoint", "permit"
USES = (CHECKPOINT, PERMIT)


class NoKey(Exception):
    """There is no key for this use yet: `manage.py keys make`."""


class UnsafeKey(Exception):
    """A private key lies where others can read it, or cannot be opened: nothing is signed with it."""


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A published key: its id is the beginning of the SHA-256 of its 32 bytes; times are UTC (ISO 8601)."""

    id: str
    use: str
    public: str
    since: str
    until: str | None = None
    introduced_by: str | None = None
    introduction: str | None = None
    algorithm: str = "Ed25519"


@dataclass(frozen=True)
class Signer:
    """A private key in use."""

    id: str
    private: Ed25519PrivateKey

    @cached_property
    def public(self) -> bytes:
        return self.private.public_key().public_bytes_raw()

    def sign(self, message: bytes) -> bytes:
        return self.private.sign(message)


def key_id(public: bytes) -> str:
    return hashlib.sha256(public).hexdigest()[:16]


def introduction(use: str, public: str) -> bytes:
    """What the key before signs of the next one."""
    return f"{FORMAT}\n{use}\n{public}".encode()


def public_keys() -> list[PublicKey]:
    """Every public key there ever was, oldest first; empty before `make_keys`."""
    path = _folder() / "public.json"
    if not path.exists():
        return []
    return [PublicKey(**row) for row in json.loads(path.read_text())["keys"]]


def published(office: str) -> str:
    """The file of public keys as anybody may keep it."""
    keys = [asdict(key) for key in public_keys()]
    return json.dumps({"format": FORMAT, "office": office, "keys": keys}, ensure_ascii=False, indent=1) + "\n"


def signer(use: str) -> Signer:
    """The private key in use.

    Raises:
        NoKey: none was made. UnsafeKey: others can read its file, or the passphrase does not open it.
    """
    key = next((key for key in public_keys() if key.use == use and key.until is None), None)
    if key is None:
        raise NoKey(use)
    path = _private(key.id)
    if not path.exists():
        raise UnsafeKey(f"Kunci privat {path.name} tidak ada.")
    if path.stat().st_mode & 0o077:
        raise UnsafeKey(f"Kunci privat {path.name} dapat dibaca orang lain; jalankan chmod 600.")
    passphrase = settings.MUARA_KEY_PASSPHRASE.encode() or None
    data = path.read_bytes()
    if b"ENCRYPTED" not in data.split(b"\n", 1)[0]:
        passphrase = None  # made before there was a passphrase; the next rotation encrypts
    try:
        private = serialization.load_pem_private_key(data, passphrase)
    except (TypeError, ValueError):
        raise UnsafeKey(f"Kunci privat {path.name} tidak dapat dibuka dengan MUARA_KEY_PASSPHRASE.") from None
    assert isinstance(private, Ed25519PrivateKey)
    found = Signer(key.id, private)
    if found.public.hex() != key.public:
        raise UnsafeKey(f"Kunci privat {path.name} bukan pasangan kunci publiknya.")
    return found


def make_keys(*, at: datetime) -> list[PublicKey]:
    """Make the keys that are lacking, one a use; return those that were made."""
    there = {key.use for key in public_keys()}
    return [_add(use, at=at) for use in USES if use not in there]


def rotate(use: str, *, at: datetime, lost: bool = False) -> PublicKey:
    """Put a new key in use, introduced by the one before, whose private file is removed.

    A `lost` key introduces nothing: whoever trusts it has to get the new one from a place that they trust.

    Raises:
        NoKey: there is none to rotate. UnsafeKey: the old one cannot introduce the new one.
    """
    before = next((key for key in public_keys() if key.use == use and key.until is None), None)
    if before is None:
        raise NoKey(use)
    made = _add(use, at=at, introduced_by=None if lost else signer(use))
    _private(before.id).unlink(missing_ok=True)
    return made


def _add(use: str, *, at: datetime, introduced_by: Signer | None = None) -> PublicKey:
    if not _folder().exists():
        _folder().mkdir(parents=True)
        _folder().chmod(0o700)  # also where the umask would leave more
    private = Ed25519PrivateKey.generate()
    public = private.public_key().public_bytes_raw()
    text = public.hex()
    since = at.astimezone(UTC).isoformat(timespec="seconds")
    made = PublicKey(
        id=key_id(public),
        use=use,
        public=text,
        since=since,
        introduced_by=introduced_by.id if introduced_by else None,
        introduction=introduced_by.sign(introduction(use, text)).hex() if introduced_by else None,
    )
    write_once(_private(made.id), _sealed(private), mode=0o600)
    older = [
        replace(key, until=since) if key.use == use and key.until is None else key for key in public_keys()
    ]
    rows = [asdict(key) for key in [*older, made]]
    # From this rename on the new key is the one in use; what is left of the old one signs nothing.
    write_over(
        _folder() / "public.json", json.dumps({"format": FORMAT, "keys": rows}, indent=1).encode() + b"\n"
    )
    return made


def _sealed(private: Ed25519PrivateKey) -> bytes:
    passphrase = settings.MUARA_KEY_PASSPHRASE.encode()
    sealing = (
        serialization.BestAvailableEncryption(passphrase) if passphrase else serialization.NoEncryption()
    )
    return private.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, sealing)


def _folder() -> Path:
    return Path(settings.MUARA_KEYS)


def _private(key: str) -> Path:
    return _folder() / f"{key}.pem"
