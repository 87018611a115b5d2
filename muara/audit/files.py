"""Files that are there whole or not at all, whenever the machine stops."""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def write_once(path: Path, content: bytes, *, mode: int = 0o644) -> None:
    """Write a file that is never written over; FileExistsError when there is one of this name."""
    fresh = _written(path, content, mode)
    try:
        path.hardlink_to(fresh)
    finally:
        fresh.unlink()
    _sync_folder(path.parent)


def write_over(path: Path, content: bytes, *, mode: int = 0o644) -> None:
    """Put a file in the place of the one that is there."""
    _written(path, content, mode).replace(path)
    _sync_folder(path.parent)


def _written(path: Path, content: bytes, mode: int) -> Path:
    if not path.parent.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        _sync_folder(path.parent.parent)
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    return fresh


def _sync_folder(folder: Path) -> None:
    """Make a name durable, not only what is in the file."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
