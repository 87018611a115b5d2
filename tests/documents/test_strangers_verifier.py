"""`muara-verify pdf` beside the validator: what is not valid there, the stranger's tool never trusts."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from asn1crypto import keys as asn1_keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from django.test import Client
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.signers import SimpleSigner
from pyhanko.sign.signers.pdf_signer import PdfSignatureMetadata
from pyhanko.sign.timestamps import DummyTimeStamper
from pyhanko_certvalidator.registry import SimpleCertificateStore

from muara.audit.muara_verify import Broken, Permit, Unreadable, check_permit, from_pem, signature_holds
from muara.documents.models import Certificate
from muara.documents.signing import certificates, form, local, pki
from muara.documents.signing.apart import apart
from muara.documents.signing.published import read_public_keys
from muara.documents.signing.validate import Verdict, validate
from muara.web.demo import officer
from tests.documents import bsre_server
from tests.documents import signed as made
from tests.documents.signed import NUMBER, READ_AT, SEALED_AT, SIGNED_AT, VALUES, office, stranger
from tests.documents.test_tampering import TAMPERED, fields, flipped

# The office's own seal stands over another number: only the register knows better.
REGISTERS = {"a number that is not the register's", "an expiry that is not the register's"}
Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


def known(**revoked: datetime) -> dict[str, Any]:
    return made.key_file(*office().named, revoked=revoked)


def judged(pdf: bytes, told: dict[str, Any], at: datetime = READ_AT) -> tuple[Verdict, Permit | str]:
    """What the validator says of a file, and what the stranger's tool does (why not, where it does not)."""
    verdict = validate(pdf, trust=read_public_keys(json.dumps(told)), expected=None, at=at)
    try:
        permit = check_permit(pdf, told, at)
    except (Broken, Unreadable) as refused:
        return verdict, str(refused)
    assert permit is not None
    return verdict, permit


def test_a_genuine_decree_is_trusted_and_told() -> None:
    verdict, permit = judged(made.sealed(), known())

    assert verdict.valid
    assert isinstance(permit, Permit)
    assert permit.values == VALUES == verdict.values
    assert (permit.official.name, permit.official.at) == ("CONTOH Kepala Dinas", SIGNED_AT)
    assert (permit.seal.name, permit.seal.at) == ("CONTOH Segel Kantor", SEALED_AT)
    assert permit.sha256 == verdict.sha256
    refusal = made.seal(office().seal, pdf=made.sign(office().official, pdf=made.prepared("refusal")))
    assert isinstance(judged(refusal, known())[1], Permit)


def test_a_seal_from_elsewhere_may_carry_the_certificates_between_it_and_its_root() -> None:
    outer = from_elsewhere("CONTOH Segel Kantor")
    told = made.key_file(("official", office().official), ("seal", outer))

    verdict, permit = judged(made.seal(outer), told)

    assert verdict.valid, verdict.sentence
    assert isinstance(permit, Permit)


def from_elsewhere(name: str) -> pki.Pair:
    """A certificate as another issuer gives it: below one in between, which a root certified."""
    names = [x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, told)]) for told in ("Akar", "Antara", name)]
    keys = [ec.generate_private_key(ec.SECP256R1()) for _ in names]
    chain = []
    for place, (subject, key) in enumerate(zip(names, keys, strict=True)):
        above = max(place - 1, 0)
        is_issuer = place < 2
        usage = pki._usage(key_cert_sign=is_issuer, content_commitment=not is_issuer)
        builder = pki._builder(subject, names[above], key.public_key(), made.STARTS, READ_AT)
        chain.append(
            builder.add_extension(x509.BasicConstraints(ca=is_issuer, path_length=None), critical=True)
            .add_extension(usage, critical=True)
            .sign(keys[above], hashes.SHA256())
        )
    root, middle, own = chain
    return pki.Pair(own, keys[2], (middle, root))


@pytest.mark.parametrize("what", sorted(TAMPERED.keys() - REGISTERS))
def test_no_tampering_that_the_validator_refuses_gets_past_it(what: str) -> None:
    forge, _ = TAMPERED[what]

    with pytest.raises((Broken, Unreadable)):
        check_permit(forge(), known(), READ_AT)


def test_none_of_two_hundred_altered_bytes_gets_past_it() -> None:
    """More than their share of them where number and seal were written, and where the seal covers nothing."""
    genuine, places = made.sealed(), random.Random(6)
    start, hole = len(made.signed()), genuine.rfind(b"/Contents <")
    sampled = [places.randrange(len(genuine)) for _ in range(140)]
    sampled += [places.randrange(start, len(genuine)) for _ in range(30)]
    sampled += [places.randrange(hole, hole + 3000) for _ in range(30)]

    accepted = []
    for place in sampled:
        try:
            accepted.append((place, check_permit(flipped(genuine, place), known(), READ_AT)))
        except (Broken, Unreadable):
            continue

    assert accepted == []


@pytest.mark.parametrize("role", ["official", "seal"])
@pytest.mark.parametrize("days", [-400, -1, 30])
def test_a_revoked_certificate_is_refused_since_nothing_proves_when_it_signed(role: str, days: int) -> None:
    verdict, refused = judged(made.sealed(), known(**{role: SEALED_AT + timedelta(days=days)}))

    assert not verdict.valid
    assert "sudah dicabut" in str(refused)


def test_a_root_that_was_revoked_vouches_for_nobody() -> None:
    _, refused = judged(made.sealed(), known(root=SIGNED_AT - timedelta(days=1)))

    assert "CONTOH Akar) sudah dicabut" in str(refused)


def test_a_certificate_that_had_run_out_is_refused_and_one_that_runs_out_later_is_not() -> None:
    brief = made.certify(office().root, "CONTOH Segel Kantor", ends=SEALED_AT - timedelta(days=1))
    named = made.key_file(("root", office().root), ("official", office().official), ("seal", brief))
    verdict, refused = judged(sealed_with(brief, SEALED_AT), named)

    assert not verdict.valid
    assert "tidak berlaku pada waktu tanda tangan" in str(refused)
    after = made.STARTS + timedelta(days=4 * 365)
    assert isinstance(judged(made.sealed(), known(), after)[1], Permit)
    assert isinstance(judged(made.sealed(), known(), SIGNED_AT)[1], str)  # signed in the future


def test_who_the_office_does_not_name_is_refused_even_where_its_root_certified_them() -> None:
    other = made.certify(office().root, "CONTOH Segel Kantor")
    unnamed = made.seal(other)
    named = made.key_file(("official", office().official), ("seal", other))  # the roots they bring are enough

    assert isinstance(judged(unnamed, known())[1], str)
    assert isinstance(judged(unnamed, named)[1], Permit)
    swapped = made.key_file(("root", office().root), ("seal", office().official), ("official", office().seal))
    assert "bukan sertifikat pejabat" in str(judged(made.sealed(), swapped)[1])
    # A certificate that the office names, but below somebody else's root.
    fingerprint = pki.fingerprint(office().seal.certificate)
    orphan = made.key_file(*stranger().named)
    orphan["certificates"] += [
        row | {"pem": pki.pem([pair.certificate, stranger().root.certificate])}
        for row in known()["certificates"]
        for pair in (office().official, office().seal)
        if row["sha256"] == pki.fingerprint(pair.certificate)
    ]
    assert fingerprint in {row["sha256"] for row in orphan["certificates"]}
    verdict, refused = judged(made.sealed(), orphan)
    assert not verdict.valid
    assert isinstance(refused, str)


def test_a_signature_that_locks_nothing_is_refused() -> None:
    """The official's signature over a form whose lock would let anything be filled in."""
    unlocked = made.prepared().replace(b"/Action /Exclude", b"/Action /Include")
    first = made.sign(office().official, pdf=unlocked)

    assert "tidak mengunci isi keputusan" in str(judged(made.seal(office().seal, pdf=first), known())[1])


def drawn_over(writer: IncrementalPdfFileWriter) -> None:
    """The seal's own place shows what the office never draws there."""
    field = fields(writer)[form.SEAL]
    field[pdf_name("/F")] = generic.NumberObject(4)
    writer.update_container(field)


def one_more_object(writer: IncrementalPdfFileWriter) -> None:
    writer.add_object(generic.StreamObject(stream_data=b"q Q"))


@pytest.mark.parametrize("change", [drawn_over, one_more_object])
def test_what_the_office_never_writes_is_refused_even_under_its_seal(
    change: Callable[[IncrementalPdfFileWriter], None],
) -> None:
    assert isinstance(judged(made.seal(office().seal, but=change), known())[1], str)


def test_bytes_between_the_parts_of_a_revision_are_accounted_for() -> None:
    """Whoever has the seal's key writes something between two objects that no table names."""
    genuine = made.sealed()
    start = len(made.signed())
    for slipped in (b"% a comment\n", b"999 0 obj\n<< >>\nendobj\n"):
        moved = genuine[:start] + slipped + genuine[start:]
        assert isinstance(judged(moved, known())[1], str)


# --- keys and algorithms that an imported certificate may have -----------------------------------------


USAGES = (
    "digital_signature content_commitment key_encipherment data_encipherment key_agreement key_cert_sign "
    "crl_sign encipher_only decipher_only"
).split()


def certify(key: Key, *, name: str, root: pki.Pair | None = None, clock: bool = False) -> pki.Pair:
    """Certify a key: by itself, or by the root; `clock` makes it a timestamp service's."""
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(root.certificate.subject if root else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(made.STARTS)
        .not_valid_after(made.STARTS + timedelta(days=730))
        .add_extension(x509.BasicConstraints(ca=root is None, path_length=None), critical=True)
    )
    if clock:
        usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
        builder = builder.add_extension(usage, critical=True)
    if root is not None and not clock:
        usage_bits = dict.fromkeys(USAGES, False) | {"digital_signature": True}
        builder = builder.add_extension(x509.KeyUsage(**usage_bits), critical=True)
    by = root.key if root else key
    assert isinstance(by, Key)
    signed = builder.sign(by, hashes.SHA384())
    return pki.Pair(signed, key, (root.certificate,) if root else ())


KEYS: dict[str, Callable[[], Key]] = {
    "RSA": lambda: rsa.generate_private_key(public_exponent=65537, key_size=2048),
    "P-384": lambda: ec.generate_private_key(ec.SECP384R1()),
}


@pytest.mark.parametrize("kind", KEYS)
def test_decrees_signed_by_other_kinds_of_keys_are_trusted(kind: str) -> None:
    root = certify(KEYS[kind](), name="CONTOH Penerbit Lain")
    official = certify(KEYS[kind](), name="CONTOH Kepala Dinas", root=root)
    seal = certify(KEYS[kind](), name="CONTOH Segel Kantor", root=root)
    named = made.key_file(("official", official), ("seal", seal))
    sealed = made.seal(seal, pdf=made.sign(official))
    verdict, permit = judged(sealed, named)

    assert verdict.faults == ()
    assert isinstance(permit, Permit)
    assert isinstance(judged(flipped(sealed, sealed.index(b"/Contents <") + 2900), named)[1], str)


def test_a_kind_of_key_that_it_does_not_know_is_named_and_judged_by_nobody() -> None:
    seal = certify(ec.generate_private_key(ec.SECP521R1()), name="CONTOH Segel Kantor", root=office().root)
    named = made.key_file(*office().named[:2], ("seal", seal))

    with pytest.raises(Unreadable, match=r"kurva 1\.3\.132\.0\.35, yang tidak dikenal"):
        check_permit(made.seal(seal), named, READ_AT)


PSS = padding.PSS(mgf=padding.MGF1(hashes.SHA256()), salt_length=32)


@pytest.mark.parametrize("bits", [2048, 2049, 3072])
@pytest.mark.parametrize("how", [padding.PKCS1v15(), PSS])
def test_rsa_is_judged_as_the_cryptography_library_does(
    bits: int, how: padding.PKCS1v15 | padding.PSS
) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=bits)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "CONTOH")])
    builder = x509.CertificateBuilder(name, name, key.public_key(), 7, made.STARTS, READ_AT)
    (one,) = from_pem(pki.pem([builder.sign(key, hashes.SHA256(), rsa_padding=how)]))
    message = one.signed.whole

    assert signature_holds(one.key, one.algorithm, message, one.signature)
    assert not signature_holds(one.key, one.algorithm, message + b"x", one.signature)
    assert not signature_holds(one.key, one.algorithm, message, flipped(one.signature, 40))
    assert not signature_holds(one.key, one.algorithm, message, b"\0" + one.signature)


# --- timestamps, and BSrE --------------------------------------------------------------------------------


def stamper(pair: pki.Pair, at: datetime) -> DummyTimeStamper:
    store = SimpleCertificateStore()
    key = asn1_keys.PrivateKeyInfo.load(made.key(pair).private)
    return DummyTimeStamper(asn1(pair.certificate), key, certs_to_embed=store, fixed_dt=at)


def asn1(certificate: x509.Certificate) -> asn1_x509.Certificate:
    return asn1_x509.Certificate.load(certificate.public_bytes(Encoding.DER))


def sealed_with(pair: pki.Pair, at: datetime, stamps: DummyTimeStamper | None = None) -> bytes:
    """A decree sealed at a moment, whether or not the certificate is valid then."""
    writer = local.grown(made.signed())
    local.fill_blanks(writer, VALUES)
    store = SimpleCertificateStore()
    store.register_multiple([asn1(one) for one in pair.chain])
    signer = SimpleSigner(
        signing_cert=asn1(pair.certificate),
        signing_key=asn1_keys.PrivateKeyInfo.load(made.key(pair).private),
        cert_registry=store,
    )
    meta = PdfSignatureMetadata(
        field_name=form.SEAL, md_algorithm="sha256", subfilter=SigSeedSubFilter.PADES, reason="Segel"
    )
    style = local.Mark(lines=("CONTOH Segel Kantor",))
    signing = local.SigningAt(meta, signer, timestamper=stamps, stamp_style=style)
    signing.moment = at
    out = apart(lambda: signing.sign_pdf(writer, existing_fields_only=True))
    return bytes(out.getbuffer())


def test_a_timestamp_proves_that_a_revoked_seal_is_older_and_only_one_of_a_service_that_is_named() -> None:
    root = certify(KEYS["P-384"](), name="CONTOH Akar Waktu")
    clock = certify(KEYS["RSA"](), name="CONTOH Layanan Waktu", root=root, clock=True)
    sealed = sealed_with(office().seal, SEALED_AT, stamper(clock, SEALED_AT))
    later = SEALED_AT + timedelta(days=30)
    named = made.key_file(*office().named, ("timestamper", root), revoked={"seal": later})
    verdict, permit = judged(sealed, named)

    assert verdict.faults == ()
    assert isinstance(permit, Permit)
    assert permit.seal.timestamped
    # The same without the service's name, with another one, and stamped after the revocation.
    assert "sudah dicabut" in str(judged(sealed, known(seal=later))[1])
    elsewhere = made.key_file(*office().named, ("timestamper", certify(KEYS["P-384"](), name="CONTOH Lain")))
    assert "tidak berasal dari penerbit" in str(judged(sealed, elsewhere)[1])
    late = sealed_with(office().seal, SEALED_AT, stamper(clock, later))
    assert [judged(late, named)[0].valid, isinstance(judged(late, named)[1], str)] == [False, True]
    # By a certificate that is no clock's.
    no_clock = stamper(certify(KEYS["RSA"](), name="CONTOH Bukan Jam", root=root), SEALED_AT)
    verdict, refused = judged(sealed_with(office().seal, SEALED_AT, no_clock), named)
    assert not verdict.valid
    assert "bukan dari layanan stempel waktu" in str(refused)


def test_an_official_of_bsre_is_believed_by_the_certifier_that_the_office_names() -> None:
    with bsre_server.running(SIGNED_AT) as service:
        decree = form.prepare(made.letter(), seal_subject="CONTOH Segel Kantor", official_signs_here=False)
        sealed = made.seal(office().seal, pdf=service.sign(decree))
        named = made.key_file(*office().named, ("certifier", service.root))

    verdict, permit = judged(sealed, named)
    assert verdict.faults == ()
    assert isinstance(permit, Permit)
    assert permit.official.certified
    assert isinstance(judged(sealed, known())[1], str)


# --- the stranger ----------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_stranger_decides_with_three_files_from_the_public_page(
    office: object, client: Client, tmp_path: Path
) -> None:
    """Only the PDF, the public keys and the verifier, in a Python that knows of nothing else."""
    now = datetime.now(UTC).replace(microsecond=0)
    root = pki.make_root(
        common_name="CONTOH Akar", organisation="CONTOH", starts=now - timedelta(9), ends=now + timedelta(9)
    )
    starts, ends = now - timedelta(days=8), now + timedelta(days=8)
    pairs = {
        role: pki.issue(root, common_name=f"CONTOH {role}", organisation="CONTOH", starts=starts, ends=ends)
        for role in ("official", "seal")
    }
    for role, pair in pairs.items():
        Certificate.objects.create(
            kind=role,
            holder=officer("head_of_office") if role == "official" else None,
            subject=pki.common_name(pair.certificate),
            fingerprint=pki.fingerprint(pair.certificate),
            pem=pki.pem([pair.certificate, *pair.chain]),
            starts=starts,
            ends=ends,
            made_at=now,
        )
    page = client.get("/kunci/").content.decode()
    assert "python3 muara-verify.py pdf IZIN.pdf --keys kunci-publik.json" in page
    assert pki.fingerprint(pairs["seal"].certificate) in page
    for name in ("kunci-publik.json", "muara-verify.py"):
        (tmp_path / name).write_bytes(client.get(f"/kunci/{name}").content)
    genuine = made.seal(pairs["seal"], pdf=made.sign(pairs["official"], pdf=sealable(), at=starts), at=now)

    def asked(pdf: bytes) -> tuple[int, str]:
        (tmp_path / "izin.pdf").write_bytes(pdf)
        words = ["muara-verify.py", "pdf", "izin.pdf", "--keys", "kunci-publik.json"]
        ran = subprocess.run(
            [sys.executable, "-I", "-S", *words], cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert ran.stderr == ""
        return ran.returncode, ran.stdout

    status, said = asked(genuine)
    assert status == 0, said
    assert said.startswith("SAH: tanda tangan pejabat dan segel kantor utuh; nomor " + NUMBER)
    status, said = asked(genuine + b"\n")
    assert (status, said.splitlines()) == (
        1,
        ["TIDAK SAH: ada yang ditambahkan sesudah segel kantor", "  Jangan percayai berkas ini."],
    )
    told = client.get("/kunci/kunci-publik.json").json()
    (tmp_path / "kunci-publik.json").write_text(json.dumps(told | {"certificates": []}))
    status, said = asked(genuine)
    assert (status, said.partition(":")[0]) == (2, "TIDAK DAPAT DIPERIKSA")
    certificates.revoke(Certificate.objects.get(kind="seal"), reason="Kunci hilang.", by=None, at=starts)
    (tmp_path / "kunci-publik.json").write_bytes(client.get("/kunci/kunci-publik.json").content)
    status, said = asked(genuine)
    assert (status, "sudah dicabut ketika ini ditandatangani" in said) == (1, True)


def sealable() -> bytes:
    """A prepared decree whose seal may be anybody's by name."""
    return form.prepare(made.letter())
