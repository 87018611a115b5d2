"""Pictures of pages, so that officers read uploads without opening a stranger's file."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, tzinfo

from muara.documents.inspection import WorkerFailed, WorkerRefused, run_worker
from muara.documents.models import Blob
from muara.documents.store import BlobStore, write_atomically

WIDTHS = range(80, 2401)
MAX_PIXELS = 20_000_000


class NoPicture(Exception):
    """A page cannot be drawn: there is no such page, or drawing it takes too much."""


def page_picture(blob: Blob, page: int = 1, width: int = 1200) -> bytes:
    """Return a page (1 is the first) as PNG, `width` pixels wide (80 to 2400); NoPicture when impossible.

    Drawn once in the limited worker, then read from the store's derived folder.
    """
    if page < 1 or width not in WIDTHS:
        raise NoPicture(f"page {page}, width {width}")
    store = BlobStore()
    cached = store.derived(blob.sha256, f"{page}-{width}.png")
    if not cached.exists():
        write_atomically(cached, _draw(store, blob, page, width))
    return cached.read_bytes()


def _draw(store: BlobStore, blob: Blob, page: int, width: int) -> bytes:
    try:
        return run_worker(
            task="picture",
            path=str(store.path(blob.sha256)),
            media_type=blob.media_type,
            page=page,
            width=width,
            max_pixels=MAX_PIXELS,
        )
    except (WorkerRefused, WorkerFailed) as error:
        raise NoPicture(str(error)) from error


@dataclass(frozen=True, slots=True)
class PhotoFacts:
    """What a photo says of itself: when (None: it does not say), and where in degrees (or "")."""

    taken_at: datetime | None = None
    latitude: str = ""
    longitude: str = ""


def photo_facts(blob: Blob, *, zone: tzinfo) -> PhotoFacts:
    """Read a photo's own time and place; a camera that names no zone is taken to be in `zone`."""
    try:
        answer = run_worker(
            task="exif",
            path=str(BlobStore().path(blob.sha256)),
            media_type=blob.media_type,
            max_pixels=MAX_PIXELS * 4,
        )
    except (WorkerRefused, WorkerFailed):
        return PhotoFacts()
    held: dict[str, str] = json.loads(answer)
    return PhotoFacts(_taken(held, zone), held.get("latitude", ""), held.get("longitude", ""))


def _taken(held: dict[str, str], zone: tzinfo) -> datetime | None:
    """EXIF writes "2026:07:06 09:30:00" and, where the camera knows it, "+08:00" beside."""
    try:
        naive = datetime.strptime(held["taken"][:19], "%Y:%m:%d %H:%M:%S").replace(tzinfo=zone)
        return datetime.fromisoformat(f"{naive:%Y-%m-%dT%H:%M:%S}{held['zone']}") if held["zone"] else naive
    except ValueError:
        return None
