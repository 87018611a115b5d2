"""Who may sign for the office: certificates and their keys, made here or brought in a PKCS#12 file."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_der_private_key
from django.db import IntegrityError, transaction

from muara.audit.actions import record
from muara.documents.models import Certificate
from muara.documents.signing import pki
from muara.documents.signing.local import CannotSign, Key
from muara.documents.signing.validate import Signer, Trust
from muara.people.models import User

CHAIN = "certificates"
Kind = Certificate.Kind
SIGNING = frozenset({Kind.OFFICIAL, Kind.SEAL})


class CertificateRefused(Exception):
    """A certificate that cannot be made, brought in or revoked; the sentence is for people."""


def make_root(
    *, common_name: str, organisation: str, starts: datetime, ends: datetime, at: datetime
) -> Certificate:
    """Make the office's own root. Keep an installation's root key away from the server where you can."""
    pair = pki.make_root(common_name=common_name, organisation=organisation, starts=starts, ends=ends)
    return _keep(pair, kind=Kind.ROOT, holder=None, at=at)


def issue(
    root: Certificate,
    *,
    kind: str,
    holder: User | None = None,
    common_name: str,
    organisation: str,
    starts: datetime,
    ends: datetime,
    at: datetime,
) -> Certificate:
    """Let the office's root certify an official, or the office's seal.

    Raises:
        CertificateRefused: the root's key is not here, the root is revoked, or ends before.
    """
    if root.kind != Kind.ROOT or root.key is None or root.revoked_at is not None:
        raise CertificateRefused("Sertifikat akar ini tidak dapat menerbitkan sertifikat.")
    if not root.starts <= starts < ends <= root.ends:
        raise CertificateRefused("Masa berlakunya harus berada di dalam masa berlaku sertifikat akar.")
    held = certificates_of(root)[0]
    key = load_der_private_key(pki.unlocked(bytes(root.key), owner=root.fingerprint), password=None)
    pair = pki.issue(
        pki.Pair(held, key), common_name=common_name, organisation=organisation, starts=starts, ends=ends
    )
    return _keep(pair, kind=kind, holder=holder, at=at)


def import_bundle(
    data: bytes, *, passphrase: str, kind: str, holder: User | None, at: datetime
) -> Certificate:
    """Bring in a key and certificate of another issuer (PKCS#12); the passphrase is kept nowhere.

    Raises:
        CertificateRefused: the file does not open, holds no key, or its certificate is known already.
    """
    try:
        pair = pki.read_bundle(data, passphrase=passphrase)
    except pki.BadBundle as error:
        raise CertificateRefused(
            "Berkas PKCS#12 ini tidak terbuka dengan kata sandi itu, atau tidak memuat kunci beserta "
            "sertifikatnya."
        ) from error
    return _keep(pair, kind=kind, holder=holder, at=at)


@transaction.atomic
def revoke(
    certificate: Certificate,
    *,
    reason: str,
    by: User | None,
    at: datetime,
    key: str | None = None,
    body: str = "",
) -> None:
    """Revoke a certificate from this moment on: what it signed before stays good where the moment is proved.

    Raises:
        CertificateRefused: no reason, or it is revoked already.
    """
    if not reason.strip():
        raise CertificateRefused("Tuliskan alasan pencabutan.")
    changed = Certificate.objects.filter(pk=certificate.pk, revoked_at=None).update(
        revoked_at=at, revocation_reason=reason.strip()[:300]
    )
    if not changed:
        raise CertificateRefused("Sertifikat ini sudah dicabut.")
    record(
        chain=CHAIN,
        verb="certificate.revoke",
        by_id=by.pk if by else None,
        at=at,
        facts={"fingerprint": certificate.fingerprint},
        note=reason,
        key=key,
        body=body,
    )
    certificate.refresh_from_db()


@transaction.atomic
def _keep(pair: pki.Pair, *, kind: str, holder: User | None, at: datetime) -> Certificate:
    mark = pki.fingerprint(pair.certificate)
    try:
        with transaction.atomic():
            kept = Certificate.objects.create(
                kind=kind,
                holder=holder,
                subject=pki.common_name(pair.certificate)[:200],
                fingerprint=mark,
                pem=pki.pem([pair.certificate, *pair.chain]),
                key=pki.locked(pair.key, owner=mark) if pair.key is not None else None,
                starts=pair.certificate.not_valid_before_utc,
                ends=pair.certificate.not_valid_after_utc,
                made_at=at,
            )
    except IntegrityError as error:
        raise CertificateRefused("Sertifikat ini sudah tercatat, atau pemegangnya tidak sesuai.") from error
    record(
        chain=CHAIN,
        verb="certificate.keep",
        by_id=None,
        at=at,
        facts={"fingerprint": mark, "kind": kind, "holder": holder.pk if holder else None},
    )
    return kept


def certificates_of(row: Certificate) -> list[x509.Certificate]:
    """The certificate itself, then those above it."""
    return x509.load_pem_x509_certificates(row.pem.encode())


def official_certificate(holder: User, *, at: datetime) -> Certificate | None:
    """The certificate with which a person signs now; None: they have none that may be used."""
    usable = Certificate.objects.usable(at).filter(kind=Kind.OFFICIAL, holder=holder)
    return usable.order_by("-starts", "-pk").first()


def seal_certificate(*, at: datetime) -> Certificate | None:
    return Certificate.objects.usable(at).filter(kind=Kind.SEAL).order_by("-starts", "-pk").first()


def key_of(row: Certificate) -> Key:
    """Unlock a certificate's key for one signature; CannotSign where this installation cannot open it."""
    own, *chain = certificates_of(row)
    if row.key is None:
        raise CannotSign("Kunci sertifikat ini tidak disimpan kantor.")
    try:
        return Key(own, tuple(chain), pki.unlocked(bytes(row.key), owner=row.fingerprint))
    except pki.KeyUnreadable as error:
        raise CannotSign("Kunci penanda tangan tidak terbuka dengan rahasia server ini.") from error


def believe(text: str, *, kind: str, at: datetime) -> list[Certificate]:
    """Take up roots of others (PEM): of BSrE, or of a timestamp service.

    Raises:
        CertificateRefused: the text holds no certificate, or one is known already.
    """
    try:
        found = x509.load_pem_x509_certificates(text.encode())
    except ValueError as error:
        raise CertificateRefused("Berkas ini tidak memuat sertifikat PEM.") from error
    return [_keep(pki.Pair(one, None), kind=kind, holder=None, at=at) for one in found]


def trust() -> Trust:
    """Whom the validator believes: what the register of certificates says now."""
    rows = list(Certificate.objects.all())
    return trust_in((row.kind, row.pem, signer_of(row)) for row in rows)


def signer_of(row: Certificate) -> Signer:
    return Signer(
        fingerprint=row.fingerprint,
        role=row.kind,
        name=row.subject,
        starts=row.starts,
        ends=row.ends,
        revoked_at=row.revoked_at,
    )


def trust_in(rows: Iterable[tuple[str, str, Signer]]) -> Trust:
    """Read kinds, certificates (PEM, with those above them) and signers as a trust.

    A certificate from elsewhere brings its own root: whoever names the certificate vouches for it.
    """
    roots: dict[str, list[str]] = {Kind.ROOT: [], Kind.CERTIFIER: [], Kind.TIMESTAMPER: []}
    signers: dict[str, Signer] = {}
    between: list[str] = []
    for kind, text, signer in rows:
        if kind in SIGNING:
            _, *above = certificates = x509.load_pem_x509_certificates(text.encode())
            signers[signer.fingerprint] = signer
            roots[Kind.ROOT].append(pki.pem(certificates[-1:]))
            between += [pki.pem([one]) for one in above[:-1]]
        else:
            roots[kind].append(text)
    return Trust(
        roots=tuple(dict.fromkeys(roots[Kind.ROOT])),
        signers=signers,
        between=tuple(dict.fromkeys(between)),
        certifiers=tuple(roots[Kind.CERTIFIER]),
        timestampers=tuple(roots[Kind.TIMESTAMPER]),
    )
