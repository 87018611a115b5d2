"""A decree that was signed, numbered and sealed as the office does it, with keys made for one test run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from muara.documents.letters import canonical, set_letter
from muara.documents.signing import form, local, pki
from muara.documents.signing.validate import Expected, Signer, Trust
from tests.documents import samples, samples_refusal

LETTERS = Path(__file__).resolve().parents[2] / "muara/sop/services/lhp-02/rev03/letters"
STARTS = datetime(2026, 1, 1, tzinfo=UTC)
SIGNED_AT = datetime(2026, 12, 28, 1, 30, tzinfo=UTC)
SEALED_AT = datetime(2026, 12, 29, 2, 0, tzinfo=UTC)
READ_AT = datetime(2027, 3, 1, tzinfo=UTC)
NUMBER = "503/268/DPMPTSP-III/2026"
VALUES = {"nomor": NUMBER, "tanggal": "29 Desember 2026", "berlaku": "29 Desember 2031"}
EXPECTED = Expected(number=NUMBER, dates={key: VALUES[key] for key in ("tanggal", "berlaku")})
ORGANISATION = "CONTOH DPMPTSP"


@dataclass(frozen=True)
class Office:
    """A root, an official and a seal, each certified by it."""

    root: pki.Pair
    official: pki.Pair
    seal: pki.Pair

    @property
    def named(self) -> tuple[tuple[str, pki.Pair], ...]:
        return ("root", self.root), ("official", self.official), ("seal", self.seal)

    @property
    def trust(self) -> Trust:
        rows = {"official": self.official, "seal": self.seal}
        signers = [signer(pair, role) for role, pair in rows.items()]
        return Trust((pki.pem([self.root.certificate]),), {one.fingerprint: one for one in signers})


def signer(pair: pki.Pair, role: str, *, revoked_at: datetime | None = None) -> Signer:
    return Signer(
        fingerprint=pki.fingerprint(pair.certificate),
        role=role,
        name=pki.common_name(pair.certificate),
        starts=pair.certificate.not_valid_before_utc,
        ends=pair.certificate.not_valid_after_utc,
        revoked_at=revoked_at,
    )


def key_file(*pairs: tuple[str, pki.Pair], revoked: Mapping[str, datetime] | None = None) -> dict[str, Any]:
    """The file of public keys of an office that names these (role, pair), as it publishes them.

    `revoked` tells when the certificate of a role was.
    """
    rows = [
        {
            "role": role,
            "subject": pki.common_name(pair.certificate),
            "sha256": pki.fingerprint(pair.certificate),
            "not_before": pair.certificate.not_valid_before_utc.isoformat(),
            "not_after": pair.certificate.not_valid_after_utc.isoformat(),
            "revoked_at": revoked[role].isoformat() if revoked and role in revoked else None,
            "pem": pki.pem([pair.certificate, *pair.chain]),
        }
        for role, pair in pairs
    ]
    return {"format": "muara/keys/1", "office": ORGANISATION, "keys": [], "certificates": rows}


def key(pair: pki.Pair) -> local.Key:
    assert pair.key is not None
    private = pair.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    return local.Key(pair.certificate, pair.chain, private)


def certify(root: pki.Pair, name: str, *, ends: datetime = STARTS + timedelta(days=730)) -> pki.Pair:
    return pki.issue(root, common_name=name, organisation=ORGANISATION, starts=STARTS, ends=ends)


def make_office() -> Office:
    root = pki.make_root(
        common_name="CONTOH Akar",
        organisation=ORGANISATION,
        starts=STARTS,
        ends=STARTS + timedelta(days=3650),
    )
    return Office(root, certify(root, "CONTOH Kepala Dinas"), certify(root, "CONTOH Segel Kantor"))


@cache
def office() -> Office:
    return make_office()


@cache
def stranger() -> Office:
    """Somebody who made certificates with the very same names."""
    return make_office()


def letter(kind: str = "permit", company: str = samples.COMPANY) -> bytes:
    """A decree as Typst sets it for an electronic original."""
    if kind == "refusal":
        content = samples_refusal.contents()[0]
    else:
        content = samples.permit(status="final", company=company)
    data = content.data() | {"electronic": True, "certifier": "", "copy": 0, "endorsements": []}
    source = (LETTERS / f"{kind}.typ").read_text()
    return set_letter(source=source, content=canonical(data), title="Keputusan", dated=date(2026, 12, 10))


@cache
def prepared(kind: str = "permit") -> bytes:
    return form.prepare(letter(kind), seal_subject="CONTOH Segel Kantor")


def sign(pair: pki.Pair, *, pdf: bytes | None = None, at: datetime = SIGNED_AT) -> bytes:
    return local.sign(pdf or prepared(), key=key(pair), at=at, reason="Menandatangani keputusan")


@cache
def signed() -> bytes:
    return sign(office().official)


Change = Callable[[IncrementalPdfFileWriter], None]


def seal(
    pair: pki.Pair,
    *,
    pdf: bytes | None = None,
    values: Mapping[str, str] = VALUES,
    at: datetime = SEALED_AT,
    but: Change | None = None,
) -> bytes:
    """Number and seal a decree; `but` changes something more before the seal is set."""
    writer = local.grown(pdf or signed())
    local.fill_blanks(writer, values)
    if but is not None:
        but(writer)
    return local.put_signature(
        writer, form.SEAL, key=key(pair), at=at, reason="Segel kantor", timestamps=None
    )


@cache
def sealed() -> bytes:
    """A genuine decree."""
    return seal(office().seal)


def revoked(role: str, at: datetime) -> Trust:
    """What the office's trust says after one of its certificates was revoked."""
    pair = office().official if role == "official" else office().seal
    known = signer(pair, role, revoked_at=at)
    return replace(office().trust, signers={**office().trust.signers, known.fingerprint: known})
