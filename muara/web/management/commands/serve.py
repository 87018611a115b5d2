"""`manage.py serve`: check the database and the static files, then run the web server, the worker that sends
notices, the minute's tick and the counter of oversight's figures until told to stop."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from muara.records.counted import forget_all

PATIENCE = 20  # seconds that a process gets to finish what it is answering
LONGEST_WAIT = 60.0  # seconds before a helper that keeps ending is started again
STEADY = 120.0  # seconds after which a helper counts as well again
STOPPING = (signal.SIGINT, signal.SIGTERM)


class Command(BaseCommand):
    help = "Menjalankan Muara: memeriksa migrasi dan berkas statis, lalu melayani sampai dihentikan."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--workers", type=int, default=1)
        parser.add_argument("--threads", type=int, default=4, help="utas per pekerja")
        parser.add_argument("--migrate", action="store_true", help="terapkan migrasi yang belum diterapkan")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["migrate"]:
            call_command("migrate", verbosity=0)
        elif waiting := unapplied():
            raise CommandError(
                f"{len(waiting)} migrasi belum diterapkan (pertama: {waiting[0]}). "
                "Jalankan manage.py migrate, atau manage.py serve --migrate."
            )
        if not settings.DEBUG and static_is_stale():
            call_command("collectstatic", interactive=False, verbosity=0)
        forget_all()
        connection.close()
        self.stdout.write(f"Muara: http://{options['host']}:{options['port']}/ (Ctrl-C menghentikan)")
        ended = supervise(
            {"web": web_server(options)},
            helpers={
                "worker": manage("worker"),
                "tick": manage("tick", "--every", "60"),
                "count": manage("count"),
            },
        )
        if ended:
            raise CommandError(ended)


def web_server(options: dict[str, Any]) -> list[str]:
    """Word the command that serves the pages."""
    return [
        *(sys.executable, "-m", "granian", "--interface", "wsgi"),
        *("--host", options["host"], "--port", str(options["port"])),
        *("--workers", str(options["workers"]), "--blocking-threads", str(options["threads"])),
        *("--respawn-failed-workers", "--no-access-log", "--log-level", "warning"),
        "muara.wsgi:application",
    ]


def unapplied() -> list[str]:
    """Name the migrations that the database lacks."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _ in plan]


def static_is_stale() -> bool:
    """Tell whether a static file is newer than what was collected, or nothing was."""
    manifest = Path(settings.STATIC_ROOT) / "staticfiles.json"
    if not manifest.exists():
        return True
    collected = manifest.stat().st_mtime
    return any(
        Path(storage.path(name)).stat().st_mtime > collected
        for finder in get_finders()
        for name, storage in finder.list([])
    )


@dataclass(slots=True)
class Helper:
    """A process that the pages do without: started again when it ends, after a while that doubles."""

    name: str
    command: list[str]
    process: subprocess.Popen[bytes]
    began: float
    wait: float = 1.0
    again: float | None = None

    def look_after(self, now: float) -> None:
        code = self.process.poll()
        if code is None:
            return
        if self.again is None:
            self.wait = 1.0 if now - self.began > STEADY else min(self.wait * 2, LONGEST_WAIT)
            self.again = now + self.wait
            sys.stderr.write(
                f"{self.name} berhenti sendiri (kode {code}); dijalankan lagi dalam {self.wait:.0f} detik\n"
            )
        elif now >= self.again:
            self.process, self.began, self.again = start(self.command), now, None


def supervise(commands: dict[str, list[str]], helpers: dict[str, list[str]] | None = None) -> str:
    """Run processes until a signal asks to stop, or one of `commands` ends; then stop them all.

    Returns a sentence when one ended by itself, and nothing when it was asked for. A helper that ends is
    started again and stops nobody.
    """
    asked: list[int] = []

    def ask(number: int, _: FrameType | None) -> None:
        asked.append(number)

    before = {number: signal.signal(number, ask) for number in STOPPING}
    running: dict[str, subprocess.Popen[bytes]] = {}
    helping: list[Helper] = []
    try:
        for name, command in commands.items():
            running[name] = start(command)
        for name, command in (helpers or {}).items():
            helping.append(Helper(name, command, start(command), time.monotonic()))
        while not asked and all(process.poll() is None for process in running.values()):
            for helper in helping:
                helper.look_after(time.monotonic())
            time.sleep(0.2)
    finally:
        ended = {name: process.poll() for name, process in running.items()}
        stop([*running.values(), *(helper.process for helper in helping)])
        for number, handler in before.items():
            signal.signal(number, handler)
    if asked:
        return ""
    return "; ".join(
        f"{name} berhenti sendiri (kode {code})" for name, code in ended.items() if code is not None
    )


def start(command: list[str]) -> subprocess.Popen[bytes]:
    """Start a process as the leader of a session of its own, so that Ctrl-C reaches it once: from here."""
    return subprocess.Popen(command, cwd=settings.BASE_DIR, start_new_session=True)


def manage(*arguments: str) -> list[str]:
    """Word a management command as a process of its own."""
    return [sys.executable, str(Path(settings.BASE_DIR) / "manage.py"), *arguments]


def stop(processes: list[subprocess.Popen[bytes]]) -> None:
    """Ask processes to end, and end them after a while."""
    for process in processes:
        if process.poll() is None:
            process.terminate()
    until = time.monotonic() + PATIENCE
    for process in processes:
        try:
            process.wait(max(0.0, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
