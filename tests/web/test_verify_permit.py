"""`manage.py verify-permit` and `certificates`: what an administrator, and a stranger, read at a terminal."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
import time_machine
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12
from django.core.management import CommandError, call_command
from pytest_django import Settings

from muara.cases.models import SigningWay
from muara.documents.models import Certificate
from muara.documents.signing import certificates, pki
from muara.documents.signing.local import CannotSign
from muara.people.models import office_day
from muara.web.demo import officer
from tests.clock import MONDAY
from tests.documents import signed as made

pytestmark = pytest.mark.django_db


def run(*words: str) -> str:
    out = StringIO()
    call_command(*words, stdout=out)
    return out.getvalue()


@pytest.fixture
def now() -> Iterator[None]:
    with time_machine.travel(made.READ_AT, tick=False):
        yield


@pytest.fixture
def keys(tmp_path: Path, office: object) -> Path:
    """The office's public keys as it publishes them; the private ones came as PKCS#12."""
    for kind, pair in (("official", made.office().official), ("seal", made.office().seal)):
        bring(pair, kind)
    path = tmp_path / "kunci.json"
    path.write_text(run("keys", "publish"))
    return path


def bring(pair: pki.Pair, kind: str) -> Certificate:
    return certificates.import_bundle(
        bundle(pair),
        passphrase="rahasia",
        kind=kind,
        holder=officer("head_of_office") if kind == "official" else None,
        at=MONDAY,
    )


def bundle(pair: pki.Pair) -> bytes:
    return pkcs12.serialize_key_and_certificates(
        b"contoh",
        pair.key,  # type: ignore[arg-type]
        pair.certificate,
        list(pair.chain),
        BestAvailableEncryption(b"rahasia"),
    )


def test_one_command_makes_what_an_office_of_its_own_needs(office: object) -> None:
    head = officer("head_of_office")

    said = run("certificates", "set-up", "--for", head.email)

    assert sorted(Certificate.objects.values_list("kind", flat=True)) == ["official", "root", "seal"]
    assert Certificate.objects.get(kind="official").holder == head
    assert "sign-with local" in said
    with pytest.raises(CommandError, match="sudah mempunyai sertifikat akar"):
        run("certificates", "set-up", "--for", head.email)


@pytest.mark.usefixtures("now")
def test_a_stranger_decides_with_the_file_and_the_public_keys_alone(tmp_path: Path, keys: Path) -> None:
    path = tmp_path / "izin.pdf"
    path.write_bytes(made.sealed())

    told = run("verify-permit", str(path), "--keys", str(keys))

    assert told.splitlines()[0] == (
        f"SAH. Tanda tangan pejabat dan segel kantor utuh; nomor {made.NUMBER} belum dicocokkan dengan "
        "register."
    )
    assert "Ditandatangani: CONTOH Kepala Dinas, " in told
    assert "Berlaku sampai: 29 Desember 2031" in told
    assert "PRIVATE" not in keys.read_text()


@pytest.mark.usefixtures("now")
def test_a_forged_decree_is_told_apart_by_sentence_and_exit_code(tmp_path: Path, keys: Path) -> None:
    path = tmp_path / "izin.pdf"
    path.write_bytes(made.seal(made.stranger().seal))
    out = StringIO()

    with pytest.raises(CommandError) as problem:
        call_command("verify-permit", str(path), "--keys", str(keys), stdout=out)

    assert problem.value.returncode == 1
    assert out.getvalue().startswith("TIDAK SAH. Sertifikat segel kantor tidak berasal dari penerbit")
    assert "Berlaku sampai" not in out.getvalue()


@pytest.mark.usefixtures("now", "keys")
def test_a_number_that_the_register_does_not_know_is_not_valid(tmp_path: Path) -> None:
    path = tmp_path / "izin.pdf"
    path.write_bytes(made.sealed())
    out = StringIO()

    with pytest.raises(CommandError):
        call_command("verify-permit", str(path), "--json", stdout=out)

    told = json.loads(out.getvalue())
    assert told["sentence"] == "TIDAK SAH. Nomornya tidak ada dalam register keputusan elektronik."


@pytest.mark.usefixtures("office")
def test_what_cannot_be_judged_is_told_apart_from_what_is_not_valid(tmp_path: Path) -> None:
    (tmp_path / "bukan.json").write_text("{}")
    (tmp_path / "izin.pdf").write_bytes(made.sealed())

    for words in (
        ("verify-permit", str(tmp_path / "tiada.pdf")),
        ("verify-permit", str(tmp_path / "izin.pdf"), "--keys", str(tmp_path / "bukan.json")),
    ):
        with pytest.raises(CommandError) as problem:
            run(*words)
        assert problem.value.returncode == 2


@pytest.mark.usefixtures("office")
def test_an_office_sets_itself_up_to_sign(capsys: pytest.CaptureFixture[str]) -> None:
    run("certificates", "make-root", "--name", "CONTOH Akar")
    run("certificates", "issue", "--for", "kadis@contoh.example", "--name", "CONTOH Kepala")
    seal = run("certificates", "issue", "--name", "CONTOH Segel")
    told = run("certificates", "sign-with", "local", "--basis", "Keputusan Kepala Dinas (contoh)")

    assert "Tanda tangan elektronik dengan sertifikat kantor" in told
    listed = run("certificates", "list")
    assert [listed.count(kind) for kind in ("Akar kantor", "Pejabat", "Segel kantor")] == [1, 1, 1]
    assert listed.count("dengan kunci") == 3

    run("certificates", "revoke", seal.split()[0], "--reason", "Kunci diganti")
    assert "dicabut" in run("certificates", "list")
    with pytest.raises(CommandError, match="belum mempunyai sertifikat segel"):
        run("certificates", "sign-with", "bsre", "--basis", "contoh")


@pytest.mark.usefixtures("office")
def test_nobody_signs_electronically_before_there_is_a_seal() -> None:
    with pytest.raises(CommandError, match="belum mempunyai sertifikat segel"):
        run("certificates", "sign-with", "local", "--basis", "contoh")

    assert SigningWay.objects.on("lhp-02", office_day(MONDAY)) == SigningWay.Way.INK


@pytest.mark.usefixtures("office")
def test_a_bundle_that_does_not_open_says_so_and_keeps_nothing() -> None:
    with pytest.raises(certificates.CertificateRefused, match="tidak terbuka dengan kata sandi itu"):
        certificates.import_bundle(
            bundle(made.office().seal), passphrase="salah", kind="seal", holder=None, at=MONDAY
        )

    assert not Certificate.objects.exists()


@pytest.mark.usefixtures("office")
def test_a_key_needs_the_secret_that_sealed_it(settings: Settings) -> None:
    row = bring(made.office().seal, "seal")
    assert certificates.key_of(row).certificate == made.office().seal.certificate

    settings.MUARA_SIGNING_SECRET = "another secret of an installation, long enough"
    with pytest.raises(CannotSign, match="tidak terbuka dengan rahasia server ini"):
        certificates.key_of(row)


def test_a_certificate_may_be_used_only_while_it_is_valid_and_not_revoked(office: object) -> None:
    seal = bring(made.office().seal, "seal")
    day = timedelta(days=1)
    assert certificates.seal_certificate(at=MONDAY) == seal
    assert certificates.seal_certificate(at=seal.ends + day) is None
    certificates.revoke(seal, reason="Hilang", by=None, at=MONDAY)

    assert certificates.seal_certificate(at=MONDAY) is None
    assert certificates.seal_certificate(at=MONDAY - day) == seal
    with pytest.raises(certificates.CertificateRefused, match="sudah dicabut"):
        certificates.revoke(seal, reason="Lagi", by=None, at=MONDAY)
