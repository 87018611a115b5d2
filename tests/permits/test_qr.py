"""The signature in a permit's QR: checked without our site, and none that was changed passes."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from random import Random

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.core.management import CommandError, call_command
from pytest_django import Settings

from muara.audit import keys
from muara.audit.keys import Signer, key_id
from muara.audit.muara_verify import Broken, check_qr, main
from muara.permits.qr import NotGenuine, check, signed_address
from tests.clock import MONDAY
from tests.permits.mutated_qr import WAYS, changed, genuine


def signer(seed: int = 1) -> Signer:
    private = Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32)
    return Signer(key_id(private.public_key().public_bytes_raw()), private)


def published(key: Signer) -> dict[str, object]:
    return {"keys": [{"id": key.id, "use": "permit", "public": key.public.hex()}]}


def test_a_qr_says_what_it_is_for_whom_and_where_its_state_is_told() -> None:
    key = signer()
    text = signed_address(
        "https://izin.contoh.example/izin/0123456789abcdef0123456789abcdef/",
        kind="permit",
        content_sha256="ab" * 32,
        name="PT Contoh Muara",
        key=key,
    )

    seal = check(text, {signer(2).id: signer(2).public, key.id: key.public})

    assert (seal.kind, seal.name, seal.content, seal.key) == (
        "permit",
        "PT Contoh Muara",
        "ab" * 16,
        key.id,
    )
    assert seal.address.endswith("/izin/0123456789abcdef0123456789abcdef/")
    assert check_qr(text, published(key)) == {
        "address": seal.address,
        "kind": "izin",
        "content": "ab" * 16,
        "name": "PT Contoh Muara",
        "key": key.id,
    }


def test_a_long_name_is_cut_between_letters() -> None:
    key = signer()
    text = signed_address("https://x/", kind="refusal", content_sha256="0" * 64, name="é" * 200, key=key)
    assert check(text, {key.id: key.public}).name == "é" * 30


def test_no_changed_qr_passes_either_check() -> None:
    # bench/tampering.py changes a hundred thousand.
    key, random = signer(), Random(6)
    for number in range(300):
        other = changed(genuine(key, number), random)
        with pytest.raises(NotGenuine):
            check(other, {key.id: key.public})
    for number, way in enumerate(WAYS):
        text = genuine(key, number)
        while (other := way(text, random)).strip() == text:
            pass
        with pytest.raises(Broken):
            check_qr(other, published(key))


def test_a_stranger_s_signature_does_not_pass() -> None:
    with pytest.raises(NotGenuine):
        check(genuine(signer(2)), {signer().id: signer().public})
    payload = base64.urlsafe_b64encode(b"\x01P" + b"\x00" * 84).decode().rstrip("=")
    for text in ("", "#", "https://x/", "https://x/#abc", f"https://x/#{payload}"):
        with pytest.raises(NotGenuine):
            check(text, {signer().id: signer().public})


def test_the_command_reads_the_office_s_keys_or_a_file(
    settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.MUARA_KEYS = tmp_path / "keys"
    keys.make_keys(at=MONDAY)
    text = genuine(keys.signer("permit"))
    keys.rotate("permit", at=MONDAY)  # what was printed before stays genuine

    call_command("verify-qr", text)
    assert "ASLI: QR izin untuk PT Contoh Muara" in capsys.readouterr().out
    other = tmp_path / "lain.json"
    other.write_text(json.dumps(published(signer())))
    with pytest.raises(CommandError, match="TIDAK ASLI"):
        call_command("verify-qr", text, keys=other)
    other.write_text("bukan JSON")
    with pytest.raises(CommandError, match="bukan berkas kunci publik"):
        call_command("verify-qr", text, keys=other)


def test_an_address_without_a_signature_is_neither_genuine_nor_forged(
    settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.MUARA_KEYS = tmp_path / "keys"
    keys.make_keys(at=MONDAY)
    text = genuine(keys.signer("permit"))
    bare = text.partition("#")[0]
    (tmp_path / "kunci.json").write_text(keys.published("Kantor Contoh"))
    trusted = ["--keys", str(tmp_path / "kunci.json")]
    paper = tmp_path / "surat.pdf"

    def told(content: str) -> tuple[int, str]:
        paper.write_text(f"%PDF-1.7 {content}")
        return main(["pdf", str(paper), *trusted]), capsys.readouterr().out

    with pytest.raises(CommandError, match="QR ini tidak memuat tanda tangan") as refused:
        call_command("verify-qr", bare)
    assert refused.value.returncode == 2
    assert main(["qr", bare, *trusted]) == 2
    assert "QR ini tidak memuat tanda tangan" in capsys.readouterr().out
    status, said = told(f"/URI ({bare})")
    assert (status, said.partition(":")[0]) == (2, "QR ini tidak memuat tanda tangan")
    status, said = told("/URI (https://contoh.example/)")
    assert (status, "tidak memuat alamat keputusan" in said) == (2, True)
    # What was cut or changed is still refused, and a bare address beside it excuses nothing.
    for spoilt in (text[:-1], text[:-30], text[:-1] + "!", f"{bare}#", text.replace("/#", "/")):
        with pytest.raises(CommandError, match="TIDAK ASLI"):
            call_command("verify-qr", spoilt)
        assert main(["qr", spoilt, *trusted]) == 1
    for spoilt in (text[:-1], text[:-30], text[:-1] + "!"):
        assert told(f"/URI ({bare}) /URI ({spoilt})")[0] == 1
