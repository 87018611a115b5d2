"""Measuring one database in a process that has its settings to itself: Django reads them once."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable


def apart(url: str, run: Callable[[], object], *, failed: str, **more: str) -> None:
    """Run in a child process with a folder of its own; `url` "" is SQLite there, `more` are other settings.

    The officials of a bench have no telephones, so no codes are asked for.

    Raises:
        SystemExit: it failed, and says `failed`.
    """
    pid = os.fork()
    if not pid:
        with tempfile.TemporaryDirectory() as folder:
            os.environ |= {
                "DATABASE_URL": url,
                "MUARA_DATA": folder,
                "MUARA_SECOND_FACTOR": "0",
                "DJANGO_SETTINGS_MODULE": "muara.settings",
                **more,
            }
            os.environ.pop("MUARA_NUMBER_BOOKS", None)
            run()
            sys.stdout.flush()
        os._exit(0)
    if os.waitpid(pid, 0)[1]:
        raise SystemExit(failed)
