"""A real Chromium against a real server: `live_app`, `demo_app`, `desktop`, `phone`, `assert_accessible`."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

import axe_playwright_python
import pytest
from django.conf import settings
from django.test import Client

from tests.databases import PROJECT, OwnDatabase
from tests.postgres import free_port

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Response

    from muara.people.models import User

AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js")
STARTING = 60  # seconds, on a machine that others keep busy
# Debian's Chromium, quiet: no updates, no first-run pages, nothing sent anywhere.
FLAGS = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@dataclass(kw_only=True)
class LiveApp:
    """The application as it is served: granian in processes of its own, on the test's own database."""

    database: OwnDatabase
    static: Path
    environment: dict[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)
    _server: subprocess.Popen[bytes] | None = None
    _output: IO[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> str:
        """Everything that the server has printed."""
        return (self.database.data / "server.log").read_text()

    def start(self) -> None:
        """Serve, and wait for the first answer."""
        self._output = (self.database.data / "server.log").open("ab")
        self._server = subprocess.Popen(
            [
                *(sys.executable, "-m", "granian", "--interface", "wsgi", "muara.wsgi:application"),
                *("--host", "127.0.0.1", "--port", str(self.port)),
                *("--workers", "1", "--blocking-threads", "4"),
            ],
            cwd=PROJECT,
            env={
                **self.database.environment,
                "MUARA_BASE_URL": self.url,
                "MUARA_TEST_STATIC": str(self.static),
                "PYTHONWARNINGS": "default",
                **self.environment,
            },
            stdin=subprocess.DEVNULL,
            stdout=self._output,
            stderr=self._output,
            start_new_session=True,  # so that the server and its workers can be stopped as one group
        )
        until = time.monotonic() + STARTING
        while not self._answers():
            if self._server.poll() is not None or time.monotonic() > until:
                self.kill()
                raise AssertionError(f"the server did not start:\n{self.log}")
            time.sleep(0.05)

    def stop(self) -> None:
        """Ask the server to end, as an administrator would."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End the server and its workers at once, as a power cut would."""
        self._end(signal.SIGKILL)

    def sign_in(self, page: Page, user: User) -> None:
        """Give a page the session of a user, without the sign-in form."""
        client = Client()
        client.force_login(user)
        session = client.cookies[settings.SESSION_COOKIE_NAME]
        page.context.add_cookies([{"name": session.key, "value": session.value, "url": self.url}])

    def _answers(self) -> bool:
        try:
            with urlopen(self.url, timeout=5):
                return True
        except HTTPError as answer:
            answer.close()
            return True
        except (URLError, ConnectionError, TimeoutError):
            return False

    def _end(self, how: signal.Signals) -> None:
        if self._server is None:
            return
        try:
            os.killpg(self._server.pid, how)
            self._server.wait(timeout=10)
        except ProcessLookupError:
            pass
        except subprocess.TimeoutExpired:
            os.killpg(self._server.pid, signal.SIGKILL)
        self._server.wait()
        self._server = None
        if self._output:
            self._output.close()


@pytest.fixture(scope="session")
def collected_static(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The static files as `collectstatic` leaves them, hashed and compressed; a missing one fails here."""
    folder = tmp_path_factory.mktemp("static")
    done = subprocess.run(
        [sys.executable, "manage.py", "collectstatic", "--no-input", "--verbosity=0"],
        cwd=PROJECT,
        env={**os.environ, "MUARA_TEST_STATIC": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return folder


@contextmanager
def _serving(database: OwnDatabase, static: Path, **environment: str) -> Iterator[LiveApp]:
    app = LiveApp(database=database, static=static, environment=environment)
    try:
        app.start()
        yield app
    finally:
        app.stop()
    assert "Internal Server Error" not in app.log, app.log


@pytest.fixture
def live_app(own_database: OwnDatabase, collected_static: Path) -> Iterator[LiveApp]:
    """A server on an empty, migrated database; the test's own ORM calls reach the same database."""
    with _serving(own_database, collected_static) as app:
        yield app


@pytest.fixture
def demo_app(demo_database: OwnDatabase, collected_static: Path) -> Iterator[LiveApp]:
    """A server on a copy of the demo's office; the test's own ORM calls reach the same database."""
    with _serving(demo_database, collected_static) as app:
        yield app


@pytest.fixture
def guarded_app(demo_database: OwnDatabase, collected_static: Path) -> Iterator[LiveApp]:
    """The demo as `make demo` serves it: what binds the office takes a code, and its pages show the code."""
    guarded = {"MUARA_TEST_SECOND_FACTOR": "1", "MUARA_DEMO": "1"}
    with _serving(demo_database, collected_static, **guarded) as app:
        yield app


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show what the server printed beside a failed test."""
    report = yield
    apps = [app for app in getattr(item, "funcargs", {}).values() if isinstance(app, LiveApp)]
    if report.failed:
        report.sections += [("server", app.log[-8_000:]) for app in apps]
    return report


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Use the system's Chromium (MUARA_CHROMIUM, else the PATH); playwright downloads nothing."""
    chromium = os.environ.get("MUARA_CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    return {**browser_type_launch_args, "executable_path": chromium, "args": [*FLAGS, *sandbox]}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    """A visitor from East Kalimantan; every page starts from this."""
    return {
        **browser_context_args,
        "locale": "id-ID",
        "timezone_id": "Asia/Makassar",
    }


@pytest.fixture
def new_page(new_context: Callable[..., BrowserContext]) -> Iterator[Callable[..., Page]]:
    """Open pages in browsers of their own (a person each); script faults and refused content fail the test.

    Keyword arguments are those of playwright's new_context (viewport, java_script_enabled=False, …).
    """
    faults: list[str] = []

    def on_console(message: ConsoleMessage) -> None:
        # A refused answer of the server is the test's own business; anything else is a fault of the page.
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            faults.append(f"console: {message.text}")

    def on_response(response: Response) -> None:
        if response.status >= 400 and response.request.resource_type in {
            "font",
            "image",
            "script",
            "stylesheet",
        }:
            faults.append(f"{response.status}: {response.url}")

    def open_page(**arguments: Any) -> Page:
        context = new_context(**{"viewport": {"width": 1280, "height": 900}, **arguments})
        context.set_default_timeout(15_000)
        page = context.new_page()
        page.on("console", on_console)
        page.on("pageerror", lambda error: faults.append(f"script: {error}"))
        page.on("response", on_response)
        return page

    yield open_page
    assert faults == []


@pytest.fixture
def desktop(new_page: Callable[..., Page]) -> Page:
    """A page 1,280 pixels wide."""
    return new_page()


@pytest.fixture
def phone(new_page: Callable[..., Page]) -> Page:
    """A page 390 pixels wide, with fingers instead of a mouse."""
    return new_page(
        viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True, device_scale_factor=2
    )


def assert_accessible(page: Page, *, without: tuple[str, ...] = ()) -> None:
    """Run axe-core on the page as it stands and ask for no violation of any rule but those in `without`."""
    page.evaluate(AXE.read_text())
    options = {"resultTypes": ["violations"], "rules": {rule: {"enabled": False} for rule in without}}
    found = page.evaluate("options => axe.run(document, options)", options)["violations"]
    told = [
        f"{violation['id']} ({violation['impact']}): {violation['help']}\n"
        + "\n".join(
            f"    {node['html'][:200]}\n      {node['failureSummary']}" for node in violation["nodes"][:5]
        )
        for violation in found
    ]
    assert not told, f"{page.url} has {len(told)} accessibility faults:\n" + "\n".join(told)


def assert_fits(page: Page) -> None:
    """Ask that nothing makes the page scroll sideways."""
    wide = page.evaluate("document.documentElement.scrollWidth")
    room = page.evaluate("document.documentElement.clientWidth")
    assert wide <= room, f"{page.url} is {wide} px wide in a window of {room}"
