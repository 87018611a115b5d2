"""Moments that tests speak of, in the office's own time (WITA)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

WITA = ZoneInfo("Asia/Makassar")


def at(text: str) -> datetime:
    """The moment that the office's clock shows as `text` ("2026-07-06 09:00"), in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=WITA).astimezone(UTC)


# Six weeks without a holiday or collective leave begin here (until 17 August 2026).
MONDAY = at("2026-07-06 09:00")
TUESDAY = MONDAY + timedelta(days=1)
WEDNESDAY = MONDAY + timedelta(days=2)
THURSDAY = MONDAY + timedelta(days=3)
FRIDAY = MONDAY + timedelta(days=4)
SATURDAY = MONDAY + timedelta(days=5)
NEXT_MONDAY = MONDAY + timedelta(days=7)
