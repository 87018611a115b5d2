"""A private PostgreSQL for one command: `python -m tests.postgres [--fast] -- pytest -m both`.

The cluster lives in a temporary folder, listens on a free loopback port behind a random password, and is gone
when the command ends, however it ends. The durable settings are PostgreSQL's own; `--fast` gives up surviving
a power cut, for tests that do not measure.
"""

from __future__ import annotations

import argparse
import ctypes
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}
FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
STARTING = 30  # seconds


class NoPostgres(Exception):
    """PostgreSQL is not installed, or its server did not start."""


@contextmanager
def cluster(
    *, durable: bool = True, settings: Mapping[str, str] | None = None, within: Path | None = None
) -> Iterator[str]:
    """Run a server and give its DATABASE_URL; raises NoPostgres.

    `settings` are further ones of the server's; `within` is where its temporary folder lies.
    """
    binaries, owner, password = _binaries(), _owner(), secrets.token_hex(16)
    with tempfile.TemporaryDirectory(prefix="muara-postgres-", dir=within) as folder:
        home = Path(folder)
        secret, data, log = home / "password", home / "data", home / "log"
        secret.write_text(password)
        for path in (home, secret):
            os.chown(path, owner.pw_uid, owner.pw_gid)
        as_owner = (
            {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []} if os.geteuid() == 0 else {}
        )
        made = subprocess.run(
            [
                binaries / "initdb",
                *("--username=muara", f"--pwfile={secret}", "--auth=scram-sha-256"),
                *("--encoding=UTF8", "--locale=C.UTF-8"),
                *("--no-sync", "--no-instructions", f"--pgdata={data}"),
            ],
            cwd=home,
            capture_output=True,
            text=True,
            check=False,
            **as_owner,  # type: ignore[call-overload]
        )
        if made.returncode:
            raise NoPostgres(made.stderr)
        port = free_port()
        told = {
            **(DURABLE if durable else FAST),
            **(settings or {}),
            "port": str(port),
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "",
            "max_connections": "100",
            "timezone": "UTC",
        }
        command: list[str | Path] = [binaries / "postgres", "-D", data]
        command += [word for name, value in told.items() for word in ("-c", f"{name}={value}")]
        url = f"postgresql://muara:{password}@127.0.0.1:{port}"
        with log.open("w") as output:
            server = subprocess.Popen(
                command,
                cwd=home,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,  # Ctrl-C is for the command; the server is stopped after it
                preexec_fn=_die_with_parent,
                **as_owner,  # type: ignore[call-overload]
            )
        try:
            _create_database(url, server, log)
            yield f"{url}/muara"
        finally:
            server.send_signal(signal.SIGINT)  # PostgreSQL's "fast shutdown"
            try:
                server.wait(timeout=20)
            except subprocess.TimeoutExpired:
                server.send_signal(signal.SIGQUIT)
                server.wait()


def free_port() -> int:
    """A loopback port that nobody listens on right now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def _binaries() -> Path:
    """Where initdb and postgres are: in MUARA_POSTGRES_BIN, else Debian's newest, else on the PATH."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: float(path.parent.name))
    on_path = shutil.which("initdb")
    folders = [Path(os.environ.get("MUARA_POSTGRES_BIN", "")), *reversed(debian)]
    folders += [Path(on_path).resolve().parent] if on_path else []
    for folder in folders:
        if (folder / "initdb").is_file() and (folder / "postgres").is_file():
            return folder.resolve()
    raise NoPostgres("PostgreSQL's initdb and postgres were not found; set MUARA_POSTGRES_BIN.")


def _owner() -> pwd.struct_passwd:
    """Who runs the server: ourselves, or (initdb refuses root) an account without rights."""
    if os.geteuid() != 0:
        return pwd.getpwuid(os.geteuid())
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise NoPostgres("PostgreSQL refuses to run as root, and there is no user 'postgres' or 'nobody'.")


def _die_with_parent() -> None:
    """Let the kernel stop the server even when this process is killed outright (Linux only)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGINT, 0, 0, 0)  # 1 = PR_SET_PDEATHSIG


def _create_database(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    """Wait until the server answers, then make the database `muara`."""
    import psycopg

    until = time.monotonic() + STARTING
    while True:
        try:
            with psycopg.connect(f"{url}/postgres", autocommit=True) as connection:
                connection.execute("CREATE DATABASE muara")
                return
        except psycopg.OperationalError:
            if server.poll() is not None or time.monotonic() > until:
                raise NoPostgres(log.read_text()) from None
            time.sleep(0.1)


def _run(command: list[str], url: str) -> int:
    """Run the command with DATABASE_URL set; Ctrl-C is its business, not ours."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    # The wrapper imports no settings of its own, so the command makes its own throw-away data.
    child = subprocess.Popen(command, env={**os.environ, "DATABASE_URL": url, "PATH": path})
    while True:
        try:
            return child.wait()
        except KeyboardInterrupt:
            continue
        except SystemExit:
            child.terminate()
            child.wait()
            raise


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.postgres", description=__doc__)
    speed = parser.add_mutually_exclusive_group()
    speed.add_argument("--durable", action="store_true", help="PostgreSQL's own settings (the default)")
    speed.add_argument("--fast", action="store_true", help="no fsync: for tests that do not measure")
    parser.add_argument("command", nargs="+", help="what to run, after --")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        with cluster(durable=not options.fast) as url:
            return _run(options.command, url)
    except NoPostgres as error:
        print(error, file=sys.stderr)  # noqa: T201  this is a command
        return 1


if __name__ == "__main__":
    sys.exit(main())
