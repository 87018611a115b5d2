"""pyHanko runs an event loop of its own, and a thread that already runs one cannot start another."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")


def apart(act: Callable[[], T]) -> T:
    """Do something in a thread of its own, and give what it gave or raise what it raised."""
    with ThreadPoolExecutor(max_workers=1) as thread:
        return thread.submit(act).result()
