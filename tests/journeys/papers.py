"""Reading finished papers with poppler, as somebody without Muara would."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from PIL import Image


def run(*command: str | Path) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def pages_of(path: Path) -> list[str]:
    """The words of each page, every run of white space (no-break ones too) one space."""
    told = run("pdftotext", "-raw", path, "-")
    return [" ".join(page.split()) for page in told.split("\f")[:-1]]


def words_of(path: Path) -> str:
    return " ".join(pages_of(path))


def page_count(path: Path) -> int:
    found = re.search(r"^Pages: +(\d+)$", run("pdfinfo", path), re.MULTILINE)
    assert found, "pdfinfo names no number of pages"
    return int(found[1])


def ink_of(path: Path, *, folder: Path) -> list[float]:
    """What share of each page's picture is not white; an empty or a black page is a broken letter."""
    run("pdftoppm", "-r", "40", "-gray", path, folder / path.stem)
    shares = []
    for picture in sorted(folder.glob(f"{path.stem}-*.pgm")):
        with Image.open(picture) as image:
            dark = sum(image.histogram()[:200])
            shares.append(dark / (image.width * image.height))
    return shares


def token_in(path: Path) -> str:
    """The code that a permit's QR holds, from the address printed beside it."""
    found = re.search(r"/izin/([0-9a-f]{32})/", run("pdftotext", "-raw", path, "-").replace("\n", ""))
    assert found, f"{path.name} prints no address for checking it"
    return found[1]
