"""The timestamp service (RFC 3161), where one is configured."""

from __future__ import annotations

from django.conf import settings
from pyhanko.sign.timestamps import HTTPTimeStamper, TimeStamper


def timestamps() -> TimeStamper | None:
    """Who proves the moment of a signature from outside; None: signatures tell their own time (B-B)."""
    if not settings.MUARA_TIMESTAMP_URL:
        return None
    return HTTPTimeStamper(settings.MUARA_TIMESTAMP_URL, timeout=settings.MUARA_SIGNING_TIMEOUT)
