"""Databases that belong to one test alone, where commits are real.

The `db` fixture wraps a test in a transaction that is rolled back: quick, but threads and other processes see
nothing of it. Django's way round (TransactionTestCase, `transaction=True`, `live_server`) empties the tables
afterwards, which the append-only triggers refuse. So a test about concurrency, a kill or a browser asks for
`own_database`: a copy of a freshly migrated database, dropped afterwards. While it lasts, the test's own ORM
calls, its threads, and the processes it starts all speak to that copy, on SQLite and PostgreSQL alike.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

import pytest
from django.conf import settings as django_settings
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db import connection, connections
from pytest_django import DjangoDbBlocker

T = TypeVar("T")
PROJECT = Path(__file__).resolve().parent.parent
PATIENCE = 180  # seconds that threads and processes get
_numbers = count(1)


@dataclass(frozen=True, kw_only=True)
class OwnDatabase:
    """A migrated database and a data folder that nobody else uses."""

    name: str
    data: Path

    @property
    def environment(self) -> dict[str, str]:
        """What a process needs in its environment to work on this database."""
        environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "tests.settings",
            "MUARA_TEST_DATA": str(self.data),
        }
        if connection.vendor == "postgresql":
            server, _, _ = os.environ["DATABASE_URL"].rpartition("/")
            environment["DATABASE_URL"] = f"{server}/{self.name}"
        return environment

    def manage(self, *arguments: str) -> str:
        """Run a management command in a process of its own and give what it printed."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=PROJECT,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        assert done.returncode == 0, f"manage.py {' '.join(arguments)}:\n{done.stdout}{done.stderr}"
        return done.stdout

    def start(
        self, code: str, *arguments: str, environment: dict[str, str] | None = None
    ) -> subprocess.Popen[str]:
        """Start Python code in a process that may be killed: Django is set up, `sys.argv[1:]` as given."""
        return subprocess.Popen(
            [sys.executable, "-c", f"import django; django.setup()\n{code}", *arguments],
            cwd=PROJECT,
            env=environment or self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def together(self, *calls: Callable[[], T]) -> list[T | Exception]:
        """Run calls at the same moment, a thread and a connection each; give what each gave or raised."""
        gate = threading.Barrier(len(calls))

        def run(call: Callable[[], T]) -> T | Exception:
            try:
                connection.ensure_connection()
                gate.wait(PATIENCE)
                return call()
            except Exception as error:
                return error
            finally:
                connections.close_all()

        with ThreadPoolExecutor(max_workers=len(calls)) as pool:
            return list(pool.map(run, calls, timeout=PATIENCE))


@pytest.fixture(scope="session")
def migrated(django_test_environment: None, django_db_blocker: DjangoDbBlocker) -> OwnDatabase:
    """A freshly migrated database that tests copy and nobody changes."""

    def migrate(database: OwnDatabase) -> None:
        with _in_use(database):
            call_command("migrate", verbosity=0)

    with django_db_blocker.unblock():
        return _made_once("migrated", migrate)


@pytest.fixture(scope="session")
def django_db_setup(
    migrated: OwnDatabase, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[None]:
    """The database of the `db` fixture: each worker's own copy of the migrated one."""
    folder = tmp_path_factory.mktemp("db")
    with (
        django_db_blocker.unblock(),
        _made(folder, copy_of=migrated) as database,
        _in_use(database),
        django_db_blocker.block(),
    ):
        yield


@pytest.fixture(scope="session")
def furnished(migrated: OwnDatabase, django_db_blocker: DjangoDbBlocker) -> OwnDatabase:
    """The fictional office of `make demo`, which tests copy and nobody changes."""

    def furnish(database: OwnDatabase) -> None:
        database.manage("demo")

    with django_db_blocker.unblock():
        return _made_once("furnished", furnish, copy_of=migrated)


@pytest.fixture
def own_database(
    migrated: OwnDatabase, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[OwnDatabase]:
    """An empty, migrated database of this test's own; never together with `db`."""
    folder = tmp_path_factory.mktemp("own")
    with django_db_blocker.unblock(), _made(folder, copy_of=migrated) as database, _in_use(database):
        yield database


@pytest.fixture
def demo_database(
    furnished: OwnDatabase, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[OwnDatabase]:
    """The demo's office in a database of this test's own; never together with `db`."""
    folder = tmp_path_factory.mktemp("demo")
    with django_db_blocker.unblock(), _made(folder, copy_of=furnished) as database, _in_use(database):
        yield database


def _made_once(
    kind: str, fill: Callable[[OwnDatabase], None], *, copy_of: OwnDatabase | None = None
) -> OwnDatabase:
    """Make a database once for all workers of a run; it goes with the run's folder or the run's server."""
    shared = Path(os.environ["MUARA_TEST_ROOT"]) / f"{kind}-{connection.vendor}"
    shared.mkdir(exist_ok=True)
    told = shared / "name"
    with (shared / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not told.exists():
            database = _make(shared, copy_of=copy_of)
            fill(database)
            told.write_text(database.name)
    return OwnDatabase(name=told.read_text(), data=shared / "data")


@contextmanager
def _made(folder: Path, *, copy_of: OwnDatabase) -> Iterator[OwnDatabase]:
    """Copy a database with its files, and drop it in the end."""
    database = _make(folder, copy_of=copy_of)
    try:
        yield database
    finally:
        if connection.vendor == "postgresql":
            connections.close_all()
            _administer(f'DROP DATABASE "{database.name}" WITH (FORCE)')


def _make(folder: Path, *, copy_of: OwnDatabase | None = None) -> OwnDatabase:
    """Make a database, empty or as a copy with its files."""
    connections.close_all()  # PostgreSQL copies only what nobody has open
    data = folder / "data"
    if copy_of is None:
        data.mkdir()
    else:
        shutil.copytree(copy_of.data, data)
    if connection.vendor == "sqlite":
        return OwnDatabase(name=str(data / "muara.sqlite3"), data=data)
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    name = f"muara_{worker}_{os.getpid()}_{next(_numbers)}"
    template = "template0" if copy_of is None else copy_of.name
    _administer(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    return OwnDatabase(name=name, data=data)


@contextmanager
def _in_use(database: OwnDatabase) -> Iterator[None]:
    """Point this process (every thread of it) at a database and its data folder."""
    before, blobs = connection.settings_dict["NAME"], django_settings.MUARA_BLOBS
    _point_at(database.name, database.data / "blobs")
    try:
        yield
    finally:
        _point_at(before, blobs)


def _point_at(name: Any, blobs: Path) -> None:
    connections.close_all()
    ContentType.objects.clear_cache()
    # All threads' connections share this dictionary with settings.DATABASES.
    connection.settings_dict["NAME"] = name
    django_settings.MUARA_BLOBS = blobs


def _administer(statement: str) -> None:
    """Run a statement that no transaction may hold, from outside the database it is about."""
    import psycopg

    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as admin:
        admin.execute(statement)
