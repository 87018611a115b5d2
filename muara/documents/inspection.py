"""Running the limited worker and reading its answer."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from muara.documents.inspect_worker import REFUSED

PACKAGE_ROOT = Path(__file__).resolve().parents[2]
WALL_SECONDS = 30


class WorkerRefused(Exception):
    """The worker looked at the file and refused it; `reason` is its key."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class WorkerFailed(Exception):
    """The worker ran out of time or memory, or crashed on the file."""


def run_worker(**job: str | int) -> bytes:
    """Run one job of inspect_worker and return what it printed; WorkerRefused or WorkerFailed otherwise."""
    command = [sys.executable, "-m", "muara.documents.inspect_worker", json.dumps(job)]
    try:
        done = subprocess.run(
            command, cwd=PACKAGE_ROOT, env={}, capture_output=True, timeout=WALL_SECONDS, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise WorkerFailed("timeout") from error
    if done.returncode == REFUSED:
        raise WorkerRefused(str(json.loads(done.stdout)["refused"]))
    if done.returncode != 0:
        raise WorkerFailed(done.stderr.decode(errors="replace")[-500:])
    return done.stdout
