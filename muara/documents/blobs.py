"""The row of a stored file, written only after the file is safe on disk."""

from __future__ import annotations

from datetime import datetime

from muara.documents.models import Blob


def keep_blob(*, sha256: str, size: int, media_type: str, pages: int | None, at: datetime) -> Blob:
    """Return the row of a stored file, written once however often its bytes come."""
    defaults = {"size": size, "media_type": media_type, "pages": pages, "created_at": at}
    return Blob.objects.get_or_create(sha256=sha256, defaults=defaults)[0]
