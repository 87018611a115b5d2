"""The two services that tests read: the real one, and a made-up one that shares nothing with it but code."""

from __future__ import annotations

from pathlib import Path

from muara.sop.service import load_folder, services_root

REAL = services_root() / "lhp-02" / "rev03"
EXAMPLE = Path(__file__).parent / "services" / "contoh" / "rev01"


def real_files() -> dict[str, bytes]:
    """Read the files of the real service."""
    return load_folder(REAL)


def example_files() -> dict[str, bytes]:
    """Read the files of the made-up service."""
    return load_folder(EXAMPLE)


def text(name: str, *, folder: Path = REAL) -> str:
    """Read one file of a service."""
    return (folder / name).read_text(encoding="utf-8")
