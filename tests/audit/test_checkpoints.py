"""Checkpoints outside the database: whole or not at all, in order, and signed by the key in use."""

from __future__ import annotations

import hashlib
import json
import os
import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from pytest_django import Settings

from muara.audit import checkpoints as module
from muara.audit import files, keys
from muara.audit.actions import record
from muara.audit.checkpoints import (
    Faulty,
    checkpoints,
    file_of,
    folder,
    latest,
    make_index_anew,
    take,
    witness_of,
    witnessed,
)
from muara.audit.merkle import leaf_hash, path, root
from muara.audit.models import Covered, Entry
from tests.clock import MONDAY

pytestmark = [pytest.mark.django_db, pytest.mark.both]
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def keyring(settings: Settings, tmp_path: Path) -> Path:
    settings.MUARA_KEYS = tmp_path / "keys"
    settings.MUARA_CHECKPOINTS = tmp_path / "checkpoints"
    keys.make_keys(at=MONDAY)
    return tmp_path / "keys"


def grow(*chains: str) -> None:
    for chain in chains:
        record(chain=chain, verb="uji.catat", by_id=7, at=MONDAY, facts={})


def test_a_checkpoint_holds_the_heads_that_changed_and_nothing_else() -> None:
    grow("satu", "dua", "satu")
    (first,) = take(at=MONDAY)
    grow("dua")
    (second,) = take(at=MONDAY + MINUTE)

    assert [(head.chain, head.seq) for head in first.heads] == [("dua", 1), ("satu", 2)]
    assert [(head.chain, head.seq) for head in second.heads] == [("dua", 2)]
    assert take(at=MONDAY + 2 * MINUTE) == []
    assert (second.told["number"], second.told["prev"]) == (2, first.hash)
    seen = {chain: witness_of(chain) for chain in ("satu", "dua", "tiga")}
    assert {chain: (found.checkpoint.number, found.seq) for chain, found in seen.items() if found} == {
        "satu": (1, 2),
        "dua": (2, 2),
    }


def test_a_checkpoint_is_made_by_the_published_recipe(keyring: Path) -> None:
    grow("satu")
    (made,) = take(at=MONDAY)

    body = made.body.encode()
    (public,) = (key for key in keys.public_keys() if key.use == "checkpoint")
    signed = b"muara/checkpoint/1\n" + body
    Ed25519PublicKey.from_public_bytes(bytes.fromhex(public.public)).verify(
        bytes.fromhex(made.signature), signed
    )
    head = Entry.objects.get(chain="satu").hash
    leaf = hashlib.sha256(b"\x00" + f"satu\n1\n{head}".encode()).hexdigest()
    assert json.loads(body)["root"] == leaf
    assert made.hash == hashlib.sha256(signed).hexdigest()


def test_a_clock_set_back_a_day_is_told_and_the_order_stands() -> None:
    grow("satu")
    (first,) = take(at=MONDAY)
    grow("satu")
    (second,) = take(at=MONDAY - timedelta(days=1))
    grow("satu")
    (third,) = take(at=MONDAY + MINUTE)

    assert second.at == first.at
    assert second.told["clock"] == (MONDAY - timedelta(days=1)).isoformat(timespec="microseconds")
    assert "clock" not in third.told
    assert third.at > second.at


def test_every_entry_is_looked_at_again_once_a_day_and_no_oftener(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also on days when nothing happens: else each minute of a Sunday would read the whole log."""
    monkeypatch.setattr(module, "OVERLAP", 0)
    grow("satu", "dua")
    take(at=MONDAY)
    tuesday = MONDAY + timedelta(days=1)
    assert take(at=tuesday) == []
    # An entry whose id was reserved long before it was committed.
    Covered.objects.filter(chain="satu").delete()
    assert take(at=tuesday + MINUTE) == []
    (found,) = take(at=tuesday + timedelta(days=1))
    assert [head.chain for head in found.heads] == ["satu"]


def test_a_checkpoint_that_was_written_before_the_machine_stopped_is_not_lost() -> None:
    grow("satu")
    take(at=MONDAY)
    Covered.objects.all().delete()  # stopped between the file and the index
    grow("dua")

    (second,) = take(at=MONDAY + MINUTE)

    assert [head.chain for head in second.heads] == ["dua"]
    assert {row.chain: row.checkpoint for row in Covered.objects.all()} == {"satu": 1, "dua": 2}


def test_half_a_file_is_no_checkpoint(monkeypatch: pytest.MonkeyPatch) -> None:
    grow("satu")

    def full(_: int) -> None:
        raise OSError("disk full")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="disk full"):
            take(at=MONDAY)
    assert latest() is None
    (made,) = take(at=MONDAY)
    assert made.number == 1
    assert list(checkpoints()) == [made]


def test_only_one_of_two_writers_gets_a_name(tmp_path: Path) -> None:
    target = tmp_path / "sekali"

    def write(number: int) -> bool:
        try:
            files.write_once(target, str(number).encode())
        except FileExistsError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(write, range(40))) == 1
    assert os.listdir(tmp_path).count("sekali") == 1  # noqa: PTH208
    assert [name for name in os.listdir(tmp_path) if name.startswith(".")] == []  # noqa: PTH208


def test_what_was_meddled_with_outside_the_database_is_named() -> None:
    for minute in range(3):
        grow("satu")
        take(at=MONDAY + minute * MINUTE)
    assert witnessed() == {"satu": dict(Entry.objects.values_list("seq", "hash"))}

    second = file_of(2)
    kept = second.read_text()
    second.write_text(kept.replace('\\"count\\":1', '\\"count\\":2'))
    with pytest.raises(Faulty, match="tanda tangan titik periksa 2"):
        witnessed()
    second.write_text(kept.replace('"satu"', '"dua"'))
    with pytest.raises(Faulty, match="kepala rantai dalam titik periksa 2"):
        witnessed()
    second.unlink()
    with pytest.raises(Faulty, match="titik periksa 2 hilang"):
        witnessed()


def test_the_last_files_gone_stops_new_ones_until_somebody_says_so() -> None:
    for minute in range(2):
        grow("satu")
        take(at=MONDAY + minute * MINUTE)
    file_of(2).unlink()
    grow("satu")

    with pytest.raises(Faulty, match="titik periksa 2 pernah dibuat"):
        take(at=MONDAY + 2 * MINUTE)
    assert make_index_anew(at=MONDAY + 3 * MINUTE) == 1
    (made,) = take(at=MONDAY + 3 * MINUTE)
    assert {head.chain for head in made.heads} == {"satu", "checkpoints"}


def test_private_keys_are_for_their_owner_alone(keyring: Path) -> None:
    files_there = sorted(keyring.glob("*.pem"))

    assert len(files_there) == 2
    assert {stat.S_IMODE(path.stat().st_mode) for path in files_there} == {0o600}
    assert stat.S_IMODE(keyring.stat().st_mode) == 0o700
    files_there[0].chmod(0o644)
    files_there[1].chmod(0o644)
    grow("satu")
    with pytest.raises(keys.UnsafeKey, match="chmod 600"):
        take(at=MONDAY)
    assert not folder().exists()


def test_a_passphrase_seals_the_private_key(settings: Settings, tmp_path: Path) -> None:
    settings.MUARA_KEYS = tmp_path / "sealed"
    settings.MUARA_KEY_PASSPHRASE = "muara yang tenang"
    keys.make_keys(at=MONDAY)

    assert all(b"ENCRYPTED" in path.read_bytes() for path in (tmp_path / "sealed").glob("*.pem"))
    assert keys.signer("permit").sign(b"x")
    settings.MUARA_KEY_PASSPHRASE = "lain"
    with pytest.raises(keys.UnsafeKey, match="MUARA_KEY_PASSPHRASE"):
        keys.signer("permit")


def test_a_new_key_is_introduced_by_the_old_one_which_signs_no_more(keyring: Path) -> None:
    grow("satu")
    take(at=MONDAY)
    old = keys.signer("checkpoint")

    new = keys.rotate("checkpoint", at=MONDAY + MINUTE)
    grow("satu")
    (second,) = take(at=MONDAY + 2 * MINUTE)

    assert second.told["key"] == new.id
    assert new.introduced_by == old.id
    assert new.introduction is not None
    old.private.public_key().verify(
        bytes.fromhex(new.introduction), f"muara/keys/1\ncheckpoint\n{new.public}".encode()
    )
    kept = {key.id: key.until for key in keys.public_keys() if key.use == "checkpoint"}
    assert kept == {old.id: new.since, new.id: None}
    assert not (keyring / f"{old.id}.pem").exists()
    assert witnessed()["satu"].keys() == {1, 2}
    assert keys.make_keys(at=MONDAY) == []


def test_a_lost_key_is_replaced_by_one_that_nobody_introduced(keyring: Path) -> None:
    lost = keys.signer("permit").id
    (keyring / f"{lost}.pem").unlink()

    with pytest.raises(keys.UnsafeKey, match="tidak ada"):
        keys.rotate("permit", at=MONDAY)
    new = keys.rotate("permit", at=MONDAY, lost=True)

    assert (new.introduced_by, new.introduction) == (None, None)
    assert keys.signer("permit").id == new.id
    assert [key.until for key in keys.public_keys() if key.id == lost] == [new.since]


def test_many_changes_make_several_checkpoints(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "HEADS_AT_ONCE", 2)
    grow(*"abcde", "a")

    made = take(at=MONDAY)

    assert [[(head.chain, head.seq) for head in one.heads] for one in made] == [
        [("a", 2), ("b", 1)],
        [("c", 1), ("d", 1)],
        [("e", 1)],
    ]
    assert take(at=MONDAY) == []
    assert witnessed().keys() == set("abcde")


def rfc_6962(hashes: list[bytes]) -> bytes:
    """The tree as section 2.1 defines it: split at the largest power of two."""
    if len(hashes) == 1:
        return hashes[0]
    half = 1
    while half * 2 < len(hashes):
        half *= 2
    return hashlib.sha256(b"\x01" + rfc_6962(hashes[:half]) + rfc_6962(hashes[half:])).digest()


@pytest.mark.parametrize("size", [1, 2, 3, 5, 7, 8, 11, 100])
def test_the_tree_is_that_of_rfc_6962_and_every_leaf_has_its_way_up(size: int) -> None:
    hashes = [leaf_hash(str(number).encode()) for number in range(size)]

    assert root(hashes) == rfc_6962(hashes)
    for index, here in enumerate(hashes):
        for side, beside in path(hashes, index):
            pair = beside + here if side == "L" else here + beside
            here = hashlib.sha256(b"\x01" + pair).digest()
        assert here == root(hashes)
