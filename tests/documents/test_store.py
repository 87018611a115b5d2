"""The blob store keeps bytes under their hash, durably, and never writes over them."""

from __future__ import annotations

import hashlib
import os
from io import BytesIO
from pathlib import Path

import pytest

from muara.documents.store import BlobStore, StoredBlob, TooLarge

EMPTY_HASH = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
# NIST's SHA-256 example for "abc".
ABC_HASH = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


@pytest.fixture
def store(tmp_path: Path) -> BlobStore:
    return BlobStore(tmp_path / "blobs")


def test_a_file_lies_under_its_hash_in_two_levels(store: BlobStore) -> None:
    stored = store.put(BytesIO(b"abc"), limit_bytes=3)

    assert stored == StoredBlob(sha256=ABC_HASH, size=3)
    assert store.path(ABC_HASH) == store.root / "ba" / "78" / ABC_HASH
    with store.open(ABC_HASH) as file:
        assert file.read() == b"abc"


def test_the_same_bytes_are_kept_once_and_not_written_over(store: BlobStore) -> None:
    store.put(BytesIO(b"abc"), limit_bytes=3)
    before = store.path(ABC_HASH).stat()
    store.put(BytesIO(b"abc"), limit_bytes=3)

    assert store.path(ABC_HASH).stat().st_ino == before.st_ino
    assert store.path(ABC_HASH).stat().st_mtime_ns == before.st_mtime_ns


def test_a_file_over_its_limit_leaves_nothing(store: BlobStore) -> None:
    with pytest.raises(TooLarge):
        store.put(BytesIO(b"abcd"), limit_bytes=3)

    assert [path for path in store.root.rglob("*") if path.is_file()] == []


def test_a_stream_that_fails_leaves_nothing(store: BlobStore) -> None:
    class Broken(BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            if self.tell():
                raise OSError("the connection went away")
            return super().read(2)

    with pytest.raises(OSError, match="connection"):
        store.put(Broken(b"abcd"), limit_bytes=10)

    assert [path for path in store.root.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("key", ["", "../../etc/passwd", ABC_HASH.upper(), ABC_HASH[:-1], ABC_HASH + "\n"])
def test_a_key_that_is_no_hash_has_no_path(store: BlobStore, key: str) -> None:
    with pytest.raises(ValueError, match="SHA-256"):
        store.path(key)


def test_an_empty_stream_is_a_blob_too(store: BlobStore) -> None:
    assert store.put(BytesIO(b""), limit_bytes=1).sha256 == EMPTY_HASH


def test_bytes_reach_the_disk_before_the_name_and_the_name_before_the_answer(
    store: BlobStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    events: list[str] = []
    fsync, rename = os.fsync, Path.rename

    def seen_fsync(descriptor: int) -> None:
        events.append("folder" if Path(f"/proc/self/fd/{descriptor}").resolve().is_dir() else "file")
        fsync(descriptor)

    def seen_rename(self: Path, target: Path) -> Path:
        events.append("rename")
        return rename(self, target)

    monkeypatch.setattr(os, "fsync", seen_fsync)
    monkeypatch.setattr(Path, "rename", seen_rename)
    store.put(BytesIO(b"abc"), limit_bytes=3)

    assert events[:2] == ["file", "rename"]
    assert set(events[2:]) == {"folder"}
    assert len(events) == 5  # the blob's folder, the one above it, and the root got new names


def test_a_large_stream_is_hashed_in_pieces(store: BlobStore) -> None:
    content = os.urandom(3 * 1024 * 1024 + 7)
    stored = store.put(BytesIO(content), limit_bytes=len(content))

    assert stored == StoredBlob(hashlib.sha256(content).hexdigest(), len(content))
