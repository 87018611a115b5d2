"""The verifier that a stranger runs: it knows nothing of Muara, and nothing gets past it."""

from __future__ import annotations

import ast
import hashlib
import json
import subprocess
import sys
import zipfile
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.core.management import CommandError, call_command
from pytest_django import Settings

from muara.audit import keys, muara_verify
from muara.audit.actions import record
from muara.audit.checkpoints import latest, read, take
from muara.audit.exports import export_chain, export_log
from muara.audit.models import Entry
from muara.audit.muara_verify import Broken, check_log, ed25519_holds
from tests.audit.simulated_log import TAMPERINGS, Log, entry, simulated, tampered
from tests.clock import MONDAY

VERIFIER = Path(muara_verify.__file__)

# RFC 8032, 7.1: tests 1, 2, 3 and SHA(abc): public key, message, signature.
RFC_8032 = [
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
        "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
        "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
    (
        "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
        "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
        "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
        "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b589"
        "09351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704",
    ),
]


@pytest.mark.parametrize(("public", "message", "signature"), RFC_8032)
def test_ed25519_accepts_the_vectors_of_rfc_8032_and_no_neighbour(
    public: str, message: str, signature: str
) -> None:
    key, said, given = bytes.fromhex(public), bytes.fromhex(message), bytes.fromhex(signature)

    assert ed25519_holds(key, given, said)
    assert not ed25519_holds(key, given, said + b"x")
    assert not ed25519_holds(key, given[:32] + bytes([given[32] ^ 1]) + given[33:], said)
    # S + L is the same number to a careless verifier.
    s = int.from_bytes(given[32:], "little") + muara_verify.L
    assert not ed25519_holds(key, given[:32] + s.to_bytes(32, "little"), said)
    assert not ed25519_holds(key, given[:63], said)


def test_ed25519_judges_as_the_cryptography_library_does() -> None:
    random = Random(6)
    for _ in range(12):
        private = Ed25519PrivateKey.from_private_bytes(random.randbytes(32))
        message = random.randbytes(random.randint(0, 200))
        signature = bytearray(private.sign(message))
        public = private.public_key().public_bytes_raw()
        assert ed25519_holds(public, bytes(signature), message)
        signature[random.randrange(64)] ^= 1 << random.randrange(8)
        assert not ed25519_holds(public, bytes(signature), message)


def test_the_verifier_needs_python_and_nothing_else(tmp_path: Path) -> None:
    tree = ast.parse(VERIFIER.read_text())
    imported = {
        name.split(".")[0]
        for node in ast.walk(tree)
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    assert imported <= sys.stdlib_module_names

    log = simulated(Random(1))
    where = log.write(tmp_path / "ekspor")
    (tmp_path / "kunci.json").write_text(json.dumps(log.public))
    copied = tmp_path / "muara-verify.py"
    copied.write_text(VERIFIER.read_text())
    command = [sys.executable, "-I", "-S", str(copied), "log", where, "--keys", str(tmp_path / "kunci.json")]
    told = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert (told.returncode, told.stderr) == (0, "")
    assert told.stdout.startswith("UTUH: ")


@pytest.mark.parametrize("how", [*TAMPERINGS, "rewrite"])
def test_no_tampering_gets_past_it(tmp_path: Path, how: str) -> None:
    # bench/tampering.py runs a thousand of each.
    random = Random(how)
    for trial in range(6):
        log = simulated(random)
        whole = log.write(tmp_path / f"{trial}-utuh")
        assert check_log(whole, log.public, [("simpanan", log.kept(3))]).kept
        other, kept = tampered(log, how, random)
        where = other.write(tmp_path / f"{trial}-diubah")
        with pytest.raises(Broken):
            check_log(where, log.public, kept)


def test_a_rewrite_by_who_holds_the_key_shows_only_to_who_kept_a_checkpoint(tmp_path: Path) -> None:
    log = simulated(Random(3))
    other, kept = tampered(log, "rewrite", Random(4))
    where = other.write(tmp_path / "ekspor")

    assert check_log(where, log.public).entries
    with pytest.raises(Broken, match="berbeda dari simpanan Anda"):
        check_log(where, log.public, kept)


def test_an_export_cut_off_before_a_kept_checkpoint_shows(tmp_path: Path) -> None:
    log = simulated(Random(5))
    shorter = Log(log.key, log.chains, log.seen[:-1], log.moments[:-1])

    with pytest.raises(Broken, match="ekspornya terpotong"):
        check_log(shorter.write(tmp_path / "e"), log.public, [("simpanan", log.kept(len(log.seen)))])


def test_a_stranger_s_key_signs_nothing(tmp_path: Path) -> None:
    log = simulated(Random(7))
    with pytest.raises(Broken, match="yang tidak Anda percayai"):
        check_log(log.write(tmp_path / "e"), simulated(Random(8)).public)


@pytest.mark.parametrize("name", ["manifest.json", "keys.json", "checkpoints.jsonl", "entries.jsonl"])
def test_any_file_changed_after_the_export_shows(tmp_path: Path, name: str) -> None:
    log = simulated(Random(9))
    where = log.write(tmp_path / "e")
    path = tmp_path / "e" / name
    written = path.read_bytes()
    for place in Random(10).sample(range(len(written)), 6):
        path.write_bytes(written[:place] + bytes([written[place] ^ 1]) + written[place + 1 :])
        keyfile = tmp_path / "kunci.json"
        keyfile.write_text(json.dumps(log.public))
        assert muara_verify.main(["log", where, "--keys", str(keyfile)]) == 1


# --- what Muara itself exports ---------------------------------------------------------------------------


@pytest.fixture
def keyring(settings: Settings, tmp_path: Path, db: None) -> Path:
    settings.MUARA_KEYS = tmp_path / "keys"
    settings.MUARA_CHECKPOINTS = tmp_path / "checkpoints"
    keys.make_keys(at=MONDAY)
    return tmp_path / "keys"


def grow(minute: int) -> None:
    for chain in ("satu", "dua"):
        record(
            chain=chain,
            verb="uji.catat",
            by_id=7,
            at=MONDAY + timedelta(minutes=minute),
            facts={"menit": minute},
            note=f"catatan {minute}",
        )
    take(at=MONDAY + timedelta(minutes=minute))


@pytest.mark.both
@pytest.mark.parametrize("name", ["ekspor", "ekspor.zip"])
def test_what_muara_exports_holds_over_a_change_of_keys_and_erased_notes(
    keyring: Path, tmp_path: Path, name: str
) -> None:
    early = json.loads(keys.published("Kantor Contoh"))
    for minute in range(3):
        grow(minute)
    first = latest()
    assert first is not None
    keys.rotate("checkpoint", at=MONDAY + timedelta(minutes=3))
    grow(4)
    Entry.objects.filter(chain="satu", seq=2).update(note=None, salt=None)
    target = tmp_path / name

    export_log(target, office="Kantor Contoh", notes=True, at=MONDAY + timedelta(minutes=5))
    told = check_log(str(target), early, [("simpanan", first.public)], every=True)

    assert (told.entries, told.chains, told.checkpoints, told.signatures) == (8, 2, 4, 4)
    assert (told.erased, told.uncovered, len(told.kept), told.warnings) == (1, 0, 1, [])


def resigned(folder: Path, **changed: str) -> str:
    """Put other files into an export and sign it again, as whoever holds the key can."""
    manifest = json.loads((folder / "manifest.json").read_text())
    body = json.loads(manifest["body"])
    for stem, text in changed.items():
        name = f"{stem}.jsonl"
        (folder / name).write_text(text)
        body["files"][name] = hashlib.sha256(text.encode()).hexdigest()
    lines = (folder / "checkpoints.jsonl").read_text().splitlines()
    last = json.loads(json.loads(lines[-1])["body"])["number"]
    body |= {"checkpoints": {"count": len(lines), "last": last}}
    text = json.dumps(body)
    signature = keys.signer("checkpoint").sign(f"muara/export/1\n{text}".encode()).hex()
    (folder / "manifest.json").write_text(json.dumps({"body": text, "signature": signature}))
    return str(folder)


@pytest.mark.parametrize("hiding", ["proofs", "checkpoints"])
def test_a_dossier_cannot_leave_out_who_saw_what_was_rewritten(
    keyring: Path, tmp_path: Path, hiding: str
) -> None:
    for hour in range(4):
        grow(60 * hour)
    kept = [("simpanan", read(2).public)]
    trusted = json.loads(keys.published(""))
    folder = tmp_path / "e"
    export_chain(folder, "satu", office="", facts={}, documents=[], at=MONDAY)
    assert check_log(str(folder), trusted, kept).kept
    first, *others = (json.loads(line) for line in (folder / "entries.jsonl").read_text().splitlines())
    # The first act is another one now; the checkpoints that saw it keep silent, or are not there.
    rows, prev = [], "0" * 64
    for row in [first | {"text": first["text"].replace('"menit":0', '"menit":9')}, *others]:
        row |= {"prev": prev, "hash": entry("satu", row["seq"], prev, row["text"])["hash"]}
        prev = row["hash"]
        rows.append(json.dumps(row) + "\n")
    seen = [json.loads(line) for line in (folder / "checkpoints.jsonl").read_text().splitlines()]
    if hiding == "checkpoints":
        seen = seen[2:]
    told = "".join(json.dumps(row | {"proofs": []}) + "\n" for row in seen)

    where = resigned(folder, entries="".join(rows), checkpoints=told)
    with pytest.raises(Broken, match="tidak menyaksikannya"):
        check_log(where, trusted, kept)


def test_the_whole_log_cannot_leave_out_heads(keyring: Path, tmp_path: Path) -> None:
    grow(0)
    export_log(tmp_path / "e", office="", notes=False, at=MONDAY)
    (row,) = (json.loads(line) for line in (tmp_path / "e" / "checkpoints.jsonl").read_text().splitlines())
    told = json.dumps({"body": row["body"], "signature": row["signature"], "proofs": []}) + "\n"
    where = resigned(tmp_path / "e", checkpoints=told)
    (tmp_path / "kunci.json").write_text(keys.published(""))
    assert muara_verify.main(["log", where, "--keys", str(tmp_path / "kunci.json")]) == 1


def test_a_clock_set_back_is_told_instead(keyring: Path, tmp_path: Path) -> None:
    grow(3000)
    grow(0)
    export_log(tmp_path / "e", office="", notes=False, at=MONDAY)
    told = check_log(str(tmp_path / "e"), json.loads(keys.published("")))
    assert (len(told.set_back), len(told.late)) == (1, 2)


def test_an_entry_that_no_checkpoint_saw_yet_is_told(keyring: Path, tmp_path: Path) -> None:
    grow(0)
    record(chain="satu", verb="uji.catat", by_id=7, at=MONDAY, facts={})

    export_log(tmp_path / "e", office="", notes=False, at=MONDAY)

    assert check_log(str(tmp_path / "e"), json.loads(keys.published(""))).uncovered == 1
    assert "catatan 0" not in (tmp_path / "e" / "entries.jsonl").read_text()


def test_the_command_takes_a_last_checkpoint_and_writes_over_nothing(keyring: Path, tmp_path: Path) -> None:
    grow(0)
    record(chain="satu", verb="uji.catat", by_id=7, at=MONDAY, facts={})

    call_command("export-log", str(tmp_path / "e.zip"))

    assert check_log(str(tmp_path / "e.zip")).uncovered == 0
    with zipfile.ZipFile(tmp_path / "e.zip") as archive:
        assert {"BACA-SAYA.txt", "keys.json", "manifest.json"} < set(archive.namelist())
    with pytest.raises(CommandError, match="sudah ada"):
        call_command("export-log", str(tmp_path / "e.zip"))
