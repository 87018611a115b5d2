"""Opens files from strangers in a process of its own, with little memory and time and no way to write.

Run as `python -m muara.documents.inspect_worker <job as JSON>`; no Django here, so that it starts quickly.
`picture` prints a PNG, every other task JSON. Exit status 3: refused, with the reason on stdout.
"""

from __future__ import annotations

import io
import json
import resource
import sys
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import PIL.Image
    import pypdfium2

CPU_SECONDS = 20
ADDRESS_SPACE = 1536 * 1024 * 1024
REFUSED = 3
# The last trailer of a PDF ends with %%EOF; writers may leave a little padding behind it.
TRAILER_TAIL = 2048


class Refused(Exception):
    """The file cannot be taken; the argument is a key that uploads.py words for people."""


def main(job: dict[str, Any]) -> int:
    """Do one job, reading the file named in it; return the exit status."""
    limit_resources()
    try:
        if job["task"] == "picture":
            sys.stdout.buffer.write(picture(job))
        else:
            tasks = {"inspect": inspect, "exif": exif, "claims": claims, "judge": judge}
            sys.stdout.write(json.dumps(tasks[job["task"]](job)))
    except Refused as refusal:
        sys.stdout.write(json.dumps({"refused": refusal.args[0]}))
        return REFUSED
    return 0


def limit_resources() -> None:
    """Give up the right to much CPU, memory, files and core dumps, for good."""
    for kind, limit in (
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_AS, ADDRESS_SPACE),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
    ):
        resource.setrlimit(kind, (limit, limit))


def inspect(job: dict[str, Any]) -> dict[str, Any]:
    """Parse a whole file and count its pages; Refused names what is wrong."""
    if job["media_type"] == "application/pdf":
        return {"pages": _inspect_pdf(job)}
    return {"pages": _inspect_image(job)}


def _inspect_pdf(job: dict[str, Any]) -> int:
    with open(job["path"], "rb") as file:  # noqa: PTH123 - a path of our own store
        file.seek(0, io.SEEK_END)
        file.seek(max(file.tell() - TRAILER_TAIL, 0))
        if b"%%EOF" not in file.read():
            raise Refused("truncated")
    pdf = _open_pdf(job["path"])
    count = len(pdf)
    if count == 0:
        raise Refused("damaged")
    if count > job["max_pages"]:
        raise Refused("too_many_pages")
    for index in range(count):
        width, height = _page_size(pdf, index)
        if not 0 < max(width, height) <= job["max_points"]:
            raise Refused("page_too_large")
    return count


def _open_pdf(path: str) -> pypdfium2.PdfDocument:
    import pypdfium2
    import pypdfium2.raw as pdfium

    try:
        return pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as error:
        encrypted = getattr(error, "err_code", None) == pdfium.FPDF_ERR_PASSWORD
        raise Refused("encrypted" if encrypted else "damaged") from error


def _page_size(pdf: pypdfium2.PdfDocument, index: int) -> tuple[float, float]:
    import pypdfium2

    try:
        page = pdf[index]
    except pypdfium2.PdfiumError as error:
        raise Refused("damaged") from error
    width, height = page.get_size()
    page.close()
    return width, height


def _inspect_image(job: dict[str, Any]) -> int:
    _open_image(job).close()
    return 1


def _open_image(job: dict[str, Any]) -> PIL.Image.Image:
    from PIL import Image

    Image.MAX_IMAGE_PIXELS = None  # the size is checked below, before any pixel is read
    formats = ["PNG"] if job["media_type"] == "image/png" else ["JPEG", "MPO"]
    try:
        image = Image.open(job["path"], formats=formats)
        if image.width * image.height > job["max_pixels"]:
            raise Refused("image_too_large")
        image.load()
    except (Refused, MemoryError):
        raise
    except Exception as error:  # decoders raise whatever a broken file leads them to
        raise Refused("damaged") from error
    return image


# EXIF 2.32: the tags of the two sub-directories, of the moment and its zone, of the coordinates.
EXIF_IFD, GPS_IFD = 0x8769, 0x8825
TAKEN, ZONE = 36867, 36881
SOUTH_OR_NORTH, LATITUDE, EAST_OR_WEST, LONGITUDE = 1, 2, 3, 4


def exif(job: dict[str, Any]) -> dict[str, str]:
    """Read when and where a photo says it was taken; what it does not say, or says brokenly, is left out."""
    held = _open_image(job).getexif()
    inner, place = held.get_ifd(EXIF_IFD), held.get_ifd(GPS_IFD)
    found = {"taken": str(inner.get(TAKEN, "")), "zone": str(inner.get(ZONE, ""))}
    try:
        latitude = _degrees(place[LATITUDE], negative=place.get(SOUTH_OR_NORTH) == "S")
        longitude = _degrees(place[LONGITUDE], negative=place.get(EAST_OR_WEST) == "W")
    except (KeyError, TypeError, ValueError, ZeroDivisionError):
        return found
    if abs(latitude) <= 90 and abs(longitude) <= 180:
        found |= {"latitude": f"{latitude:.6f}", "longitude": f"{longitude:.6f}"}
    return found


def _degrees(parts: Any, *, negative: bool) -> float:
    degrees, minutes, seconds = (float(part) for part in parts)
    angle = degrees + minutes / 60 + seconds / 3600
    return -angle if negative else angle


def picture(job: dict[str, Any]) -> bytes:
    """Return one page (1 is the first) as PNG, at most `width` pixels wide and `max_pixels` in all."""
    if job["media_type"] == "application/pdf":
        image = _pdf_page(job)
    else:
        image = _upright(_open_image(job))
        image.thumbnail((job["width"], max(1, job["max_pixels"] // job["width"])))
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def _pdf_page(job: dict[str, Any]) -> PIL.Image.Image:
    pdf = _open_pdf(job["path"])
    pdf.init_forms()  # numbers filled into form fields are invisible without it
    if not 1 <= job["page"] <= len(pdf):
        raise Refused("no_such_page")
    width, height = _page_size(pdf, job["page"] - 1)
    scale = min(job["width"] / width, (job["max_pixels"] / (width * height)) ** 0.5)
    scale *= 1 - 1e-6  # pdfium rounds up: 400.0001 would give 401 pixels
    image: PIL.Image.Image = pdf[job["page"] - 1].render(scale=scale, may_draw_forms=True).to_pil()
    return image.convert("RGB")


def claims(job: dict[str, Any]) -> dict[str, Any]:
    """Return the words of a PDF, the number that its form claims, and whether it bears a signature at all."""
    with open(job["path"], "rb") as file:  # noqa: PTH123 - a path of our own store
        content = file.read()
    signed = b"/ByteRange" in content
    number = ""
    if signed:
        from muara.documents.signing.validate import read_number

        number = read_number(content)
    return {"text": _text(job), "number": number, "signed": signed}


def _text(job: dict[str, Any]) -> str:
    """The words of the first pages, cut at `characters`."""
    pdf = _open_pdf(job["path"])
    found, left = [], job["characters"]
    for index in range(min(len(pdf), job["pages"])):
        page = pdf[index].get_textpage()
        found.append(page.get_text_range(0, min(page.count_chars(), left)))
        left -= len(found[-1])
        if left <= 0:
            break
    return "\n".join(found)[: job["characters"]]


def judge(job: dict[str, Any]) -> dict[str, Any]:
    """Judge a signed decree by the four rules; return what is wrong with it, and nothing where it holds."""
    from muara.documents.signing.validate import Expected, Signer, Trust, validate

    told = json.loads(job["told"])
    signers = {mark: Signer(**_with_moments(row)) for mark, row in told["trust"]["signers"].items()}
    roots = {key: tuple(pems) for key, pems in told["trust"].items() if key != "signers"}
    expected = Expected(**told["expected"]) if told["expected"] else None
    with open(job["path"], "rb") as file:  # noqa: PTH123 - a path of our own store
        content = file.read()
    at = datetime.fromisoformat(job["at"])
    verdict = validate(content, trust=Trust(**roots, signers=signers), expected=expected, at=at)
    return {"faults": [fault.says for fault in verdict.faults]}


def _with_moments(row: dict[str, Any]) -> dict[str, Any]:
    """A row of JSON with its moments as such."""
    moments = ("starts", "ends", "revoked_at")
    return row | {key: datetime.fromisoformat(row[key]) if row[key] else None for key in moments}


def _upright(image: PIL.Image.Image) -> PIL.Image.Image:
    from PIL import ImageOps

    return ImageOps.exif_transpose(image).convert("RGB")


if __name__ == "__main__":
    sys.exit(main(json.loads(sys.argv[1])))
