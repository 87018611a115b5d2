"""Officers read pictures of pages; the file itself stays in the limited worker."""

from __future__ import annotations

import subprocess
import sys
from io import BytesIO
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from muara.documents.inspection import PACKAGE_ROOT, WorkerFailed, run_worker
from muara.documents.models import Blob
from muara.documents.pictures import NoPicture, page_picture
from muara.documents.store import BlobStore
from muara.documents.uploads import accept
from tests.clock import MONDAY
from tests.documents.broken_files import pdf, picture, png_bomb

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("blobs")]


def taken(name: str, content: bytes) -> Blob:
    return accept(SimpleUploadedFile(name, content), at=MONDAY).blob


def test_a_page_is_drawn_at_the_width_asked_for() -> None:
    blob = taken("a4.pdf", pdf(pages=2))
    image = Image.open(BytesIO(page_picture(blob, page=2, width=400)))

    assert image.format == "PNG"
    assert image.width == 400
    assert abs(image.height - 400 * 842 / 595) < 2


def test_a_picture_is_drawn_once_and_then_read() -> None:
    blob = taken("a.pdf", pdf())
    first = page_picture(blob, width=200)
    BlobStore().path(blob.sha256).unlink()

    assert page_picture(blob, width=200) == first


def test_an_uploaded_picture_is_scaled_down_but_not_up() -> None:
    blob = taken("peta.png", picture("PNG", (1000, 500)))

    assert Image.open(BytesIO(page_picture(blob, width=300))).size == (300, 150)
    assert Image.open(BytesIO(page_picture(blob, width=1200))).size == (1000, 500)


def test_a_photo_lies_as_it_was_taken_and_loses_its_hidden_data() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    exif[0x010E] = "koordinat rumah"
    buffer = BytesIO()
    Image.new("RGB", (400, 200), "teal").save(buffer, "JPEG", exif=exif)
    drawn = page_picture(taken("foto.jpg", buffer.getvalue()), width=400)

    assert Image.open(BytesIO(drawn)).size == (200, 400)
    assert b"koordinat" not in drawn


@pytest.mark.parametrize(("page", "width"), [(0, 400), (3, 400), (1, 79), (1, 2401)])
def test_a_page_or_width_that_cannot_be_has_no_picture(page: int, width: int) -> None:
    blob = taken("a.pdf", pdf(pages=2))
    with pytest.raises(NoPicture):
        page_picture(blob, page=page, width=width)


@pytest.mark.slow
def test_a_very_wide_page_stays_within_the_pixel_budget() -> None:
    blob = taken("lebar.pdf", pdf(size=(40, 5000)))
    image = Image.open(BytesIO(page_picture(blob, width=2400)))

    assert image.width * image.height <= 20_100_000


@pytest.mark.slow
def test_a_worker_that_asks_for_too_much_memory_is_stopped(tmp_path: Path) -> None:
    bomb = tmp_path / "bomb.png"
    bomb.write_bytes(png_bomb())
    job: dict[str, str | int] = {"task": "picture", "path": str(bomb), "media_type": "image/png"}

    with pytest.raises(WorkerFailed):
        run_worker(**job, page=1, width=400, max_pixels=10**10)


def test_a_worker_cannot_write_a_file(tmp_path: Path) -> None:
    code = (
        "import pathlib, sys; from muara.documents import inspect_worker as w; w.limit_resources();"
        "pathlib.Path(sys.argv[1]).write_bytes(b'x')"
    )
    target = tmp_path / "written"
    done = subprocess.run([sys.executable, "-c", code, target], cwd=PACKAGE_ROOT, check=False)

    assert done.returncode != 0
    assert not target.exists() or target.read_bytes() == b""
