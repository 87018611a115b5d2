"""The queue under a busy morning: how long from a call until every display shows it.

`python -m bench.queue` makes a fictional office in a temporary folder, serves it with `manage.py serve` (one
worker) on loopback, and for about 30 seconds lets 20 displays poll every two seconds as their page does, 10
counters poll their console every three seconds while they call, start and finish, and visitors take numbers.
Everything goes over HTTP: forms with their CSRF token and form key. Reported: the delay from the moment that
an officer pressed until a display had the answer that shows the call; the target is at most 3 s for all.
"""

from __future__ import annotations

import http.client
import os
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import urlencode, urlsplit

PROJECT = Path(__file__).resolve().parent.parent
DISPLAYS, COUNTERS, SECONDS = 20, 10, 30
POLL, CONSOLE = 2.0, 3.0  # seconds between two questions of a display and of a console
VISITORS_A_SECOND = 1.5
TARGET = 3.0

SET_UP = """
import django
django.setup()
from django.conf import settings
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from muara.contacts.actions.queue import save_counter
from muara.contacts.models import QueueSeries
from muara.web.demo import officer, open_always, seed_office
call_command("migrate", verbosity=0)
at = timezone.now()
seed_office(at)
open_always(at)
a = QueueSeries.objects.get(letter="A")
for number in range(10):
    counter = save_counter(None, name=f"Meja {number}", series=[a.pk], active=True, by=None, at=at)
    client = Client()
    client.force_login(officer("information_officer"))
    print(counter.pk, client.cookies[settings.SESSION_COOKIE_NAME].value)
print("series", a.pk)
"""


@dataclass
class Browser:
    """A connection that is kept open, with cookies and the tokens of the last page."""

    address: str
    cookies: dict[str, str] = field(default_factory=dict)
    page: str = ""
    _line: http.client.HTTPConnection | None = None

    def ask(
        self, path: str, *, form: dict[str, str] | None = None, htmx: bool = False
    ) -> tuple[int, str, str]:
        """Ask once; give status, body and where it sends one."""
        if self._line is None:
            self._line = http.client.HTTPConnection(urlsplit(self.address).netloc, timeout=20)
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if htmx:
            headers["HX-Request"] = "true"
        body = None
        if form is not None:
            token = found(r'name="csrfmiddlewaretoken" value="([^"]+)"', self.page)
            key = found(r'name="kunci" value="([^"]+)"', self.page)
            body = urlencode({"csrfmiddlewaretoken": token, "kunci": key, **form})
            headers |= {"Content-Type": "application/x-www-form-urlencoded", "Referer": self.address}
        self._line.request("POST" if form is not None else "GET", path, body, headers)
        answer = self._line.getresponse()
        text = answer.read().decode()
        for line in answer.headers.get_all("Set-Cookie") or []:
            self.cookies |= {name: item.value for name, item in SimpleCookie(line).items()}
        return answer.status, text, answer.headers.get("Location") or ""

    def open(self, path: str) -> str:
        """Ask for a whole page and keep it for its forms."""
        _, self.page, _ = self.ask(path)
        return self.page


def found(pattern: str, text: str) -> str:
    """The first group of a pattern, "" where there is none."""
    match = re.search(pattern, text)
    return match[1] if match else ""


class Morning:
    """What all know: whether it goes on, when each number was called, when each display showed it."""

    def __init__(self, address: str, series: str) -> None:
        self.address, self.series = address, series
        self.closing, self.over = threading.Event(), threading.Event()
        self.called: dict[str, float] = {}
        self.shown: list[dict[str, float]] = [{} for _ in range(DISPLAYS)]
        self.unchanged = self.changed = self.taken = 0
        self.faults: list[str] = []

    def display(self, place: int) -> None:
        """A television: ask every two seconds with the version it has, as htmx does."""
        browser, seen = Browser(self.address), self.shown[place]
        version, text = "", browser.open("/antrean/layar/")
        time.sleep(place / DISPLAYS * POLL)  # they were not switched on together
        while not self.over.is_set():
            version = found(r'name="v" value="([^"]+)"', text) or version
            began = time.monotonic()
            status, text, _ = browser.ask(f"/antrean/layar/?v={version}", htmx=True)
            if status == 204:
                self.unchanged += 1
            elif status == 200:
                self.changed += 1
                now = time.monotonic()
                calls = text[text.index("Panggilan terakhir") : text.index("Berikutnya")]
                for number in re.findall(r"<strong>([A-Z]-\d+)</strong>", calls):
                    seen.setdefault(number, now)
                for number in re.findall(r'q-place__number">\s*([A-Z]-\d+)', text):
                    seen.setdefault(number, now)
            else:
                self.faults.append(f"display: {status}")
            time.sleep(max(0.0, POLL - (time.monotonic() - began)))

    def counter(self, pk: str, session: str) -> None:
        """An officer: call, start, finish, and a console that asks every three seconds."""
        browser, here = Browser(self.address, {"sessionid": session}), f"/meja/antrean/loket/{pk}/"
        while not self.closing.is_set():
            browser.open(here)
            pressed = time.monotonic()
            status, _, _ = browser.ask(f"{here}panggil/", form={})
            if status == 302:
                number = found(r'm-figure q-current">\s*([A-Z]-\d+)', browser.open(here))
                self.called[number] = pressed
                for act in ("mulai", "selesai"):
                    self.wait(browser, here)
                    ticket = found(r'name="tiket" value="(\d+)"', browser.open(here))
                    status, _, _ = browser.ask(f"{here}{act}/", form={"tiket": ticket})
                    if status != 302:
                        self.faults.append(f"{act}: {status}")
            elif status != 422:  # nobody waits
                self.faults.append(f"panggil: {status}")
            self.wait(browser, here)

    def wait(self, browser: Browser, here: str) -> None:
        self.closing.wait(CONSOLE)
        version = found(r'name="v" value="([0-9]+)"', browser.page)
        browser.ask(f"{here}?v={version}", htmx=True)

    def kiosk(self) -> None:
        """Visitors at the door, one after another."""
        browser = Browser(self.address)
        while not self.closing.is_set():
            browser.open("/antrean/kiosk/")
            status, _, _ = browser.ask("/antrean/kiosk/", form={"series": self.series, "priority": "none"})
            if status == 302:
                self.taken += 1
            else:
                self.faults.append(f"kiosk: {status}")
            self.closing.wait(1 / VISITORS_A_SECOND)

    def report(self) -> bool:
        """Print the figures; tell whether every call that a display had time to show came in time."""
        delays = [
            seen[number] - pressed
            for seen in self.shown
            for number, pressed in self.called.items()
            if number in seen
        ]
        missed = [number for seen in self.shown for number in self.called if number not in seen]
        ordered = sorted(delays)
        print(f"{self.taken} numbers taken, {len(self.called)} calls, {len(delays)} showings on displays")
        print(f"polls: {self.unchanged} unchanged (204), {self.changed} changed")
        print(
            f"delay from call to display: median {statistics.median(ordered):.2f} s, "
            f"95 % {ordered[int(len(ordered) * 0.95)]:.2f} s, largest {ordered[-1]:.2f} s"
            f" (target {TARGET:.0f} s)"
        )
        print(f"calls that a display never showed: {len(missed)}; faults: {self.faults or 'none'}")
        return not missed and not self.faults and ordered[-1] <= TARGET


def main() -> int:
    """Set up, serve, run the morning, report; 0 when the target is met."""
    with tempfile.TemporaryDirectory(prefix="muara-queue-") as folder:
        with socket.socket() as chosen:
            chosen.bind(("127.0.0.1", 0))
            port = chosen.getsockname()[1]
        address = f"http://127.0.0.1:{port}"
        environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "muara.settings",
            "MUARA_DATA": folder,
            "MUARA_BASE_URL": address,
            "MUARA_DEMO": "1",
        }
        told = subprocess.run(
            [sys.executable, "-c", SET_UP],
            cwd=PROJECT,
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        ).stdout.split("\n")
        *desks, series = [line.split() for line in told if line]
        server = subprocess.Popen(
            [sys.executable, "manage.py", "serve", "--port", str(port), "--workers", "1"],
            cwd=PROJECT,
            env=environment,
            stdout=subprocess.DEVNULL,
        )
        try:
            wait_for(address)
            morning = Morning(address, series[1])
            threads = [threading.Thread(target=morning.display, args=(place,)) for place in range(DISPLAYS)]
            threads += [threading.Thread(target=morning.counter, args=desk) for desk in desks]
            threads.append(threading.Thread(target=morning.kiosk))
            for thread in threads:
                thread.start()
            time.sleep(SECONDS)
            morning.closing.set()  # nobody is called any more; the displays show the last call
            time.sleep(TARGET + POLL)
            morning.over.set()
            for thread in threads:
                thread.join()
            return 0 if morning.report() else 1
        finally:
            server.terminate()
            server.wait()


def wait_for(address: str) -> None:
    """Wait until the server answers."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            if Browser(address).ask("/sehat/")[0] == 200:
                return
        except OSError:
            time.sleep(0.2)
    raise SystemExit("the server did not start")


if __name__ == "__main__":
    sys.exit(main())
