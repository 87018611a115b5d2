"""Keys and certificates: making them, and keeping private keys unreadable at rest. Knows no database."""

from __future__ import annotations

import os
import secrets
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID
from django.conf import settings

NONCE = 12  # bytes
LEAST_SECRET = 32  # characters of MUARA_SIGNING_SECRET


class KeyUnreadable(RuntimeError):
    """A private key that the installation's secret does not open."""


class BadBundle(ValueError):
    """A PKCS#12 file that does not open, or holds no key with its certificate."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A certificate with its private key (None: another's), and the certificates above it, its root last."""

    certificate: x509.Certificate
    key: PrivateKeyTypes | None
    chain: tuple[x509.Certificate, ...] = ()


def make_root(*, common_name: str, organisation: str, starts: datetime, ends: datetime) -> Pair:
    """Make a root of one's own; it signs certificates and lists of revoked ones, nothing else."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name(common_name, organisation)
    builder = _builder(name, name, key.public_key(), starts, ends).add_extension(
        x509.BasicConstraints(ca=True, path_length=0), critical=True
    )
    usage = _usage(key_cert_sign=True, crl_sign=True)
    return Pair(builder.add_extension(usage, critical=True).sign(key, hashes.SHA256()), key)


def issue(root: Pair, *, common_name: str, organisation: str, starts: datetime, ends: datetime) -> Pair:
    """Make a key and let the root certify that it signs documents for this name."""
    key = ec.generate_private_key(ec.SECP256R1())
    issuer = root.certificate
    builder = (
        _builder(_name(common_name, organisation), issuer.subject, key.public_key(), starts, ends)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(digital_signature=True, content_commitment=True), critical=True)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(
                issuer.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
            ),
            critical=False,
        )
    )
    assert isinstance(root.key, ec.EllipticCurvePrivateKey)  # a root that we made
    return Pair(builder.sign(root.key, hashes.SHA256()), key, (issuer,))


def read_bundle(data: bytes, *, passphrase: str) -> Pair:
    """Open a PKCS#12 file; BadBundle unless it holds a private key and its certificate."""
    try:
        key, certificate, chain = pkcs12.load_key_and_certificates(data, passphrase.encode())
    except ValueError as error:
        raise BadBundle("the file does not open with this passphrase") from error
    if key is None or certificate is None:
        raise BadBundle("the file holds no private key with its certificate")
    return Pair(certificate, key, tuple(chain))


def fingerprint(certificate: x509.Certificate) -> str:
    """The SHA-256 of a certificate, as 64 hex digits."""
    return certificate.fingerprint(hashes.SHA256()).hex()


def common_name(certificate: x509.Certificate) -> str:
    names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(names[0].value) if names else certificate.subject.rfc4514_string()


def pem(certificates: Sequence[x509.Certificate]) -> str:
    return "".join(one.public_bytes(serialization.Encoding.PEM).decode() for one in certificates)


def locked(key: PrivateKeyTypes, *, owner: str) -> bytes:
    """A private key as it is kept: sealed by the installation's secret, bound to its certificate."""
    plain = key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    nonce = os.urandom(NONCE)
    return nonce + AESGCM(_key()).encrypt(nonce, plain, owner.encode())


def unlocked(kept: bytes, *, owner: str) -> bytes:
    """The private key as DER (PKCS#8); KeyUnreadable where the secret or the owner is another one."""
    try:
        return AESGCM(_key()).decrypt(kept[:NONCE], kept[NONCE:], owner.encode())
    except InvalidTag as error:
        raise KeyUnreadable("the secret of this installation does not open the key") from error


def _key() -> bytes:
    derived = HKDF(hashes.SHA256(), 32, salt=None, info=b"muara signing keys v1")
    return derived.derive(_secret().encode())


def _secret() -> str:
    """MUARA_SIGNING_SECRET, or the file made at first use: apart from the database and from its backups."""
    if given := str(settings.MUARA_SIGNING_SECRET):
        if len(given) < LEAST_SECRET:
            raise KeyUnreadable(f"MUARA_SIGNING_SECRET needs at least {LEAST_SECRET} characters")
        return given
    path = Path(settings.DATA_DIR) / "signing_secret"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_name(f"signing_secret.{os.getpid()}")
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(48))
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):  # two processes may start at once: the first one's secret stands
            path.hardlink_to(fresh)
        fresh.unlink()
    return path.read_text()


def _name(common_name: str, organisation: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "ID"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation[:64]),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name[:64]),
        ]
    )


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, starts: datetime, ends: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(starts)
        .not_valid_after(ends)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _usage(**wanted: bool) -> x509.KeyUsage:
    none = dict.fromkeys(
        (
            "digital_signature", "content_commitment", "key_encipherment", "data_encipherment",
            "key_agreement", "key_cert_sign", "crl_sign", "encipher_only", "decipher_only",
        ),
        False,
    )  # fmt: skip
    return x509.KeyUsage(**(none | wanted))
