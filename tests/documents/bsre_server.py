"""A signing service that answers as BSrE's does (version 2), on loopback, with a certifier of its own.

Written after public clients of the service: Basic auth, JSON in and out, an e-mail and a passphrase, files as
base64. It signs in a field that it adds itself. `mood` makes it behave as services do on a bad day.
"""

from __future__ import annotations

import base64
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from pyhanko.sign.fields import SigFieldSpec, append_signature_field

from muara.documents.signing import local, pki
from tests.documents import signed as made

USER, PASSWORD = "esign", "layanan-contoh"
EMAIL, PASSPHRASE = "kadis@contoh.example", "Rahasia-Contoh-2026"


@dataclass
class Service:
    """The service's state: its signers, what it was asked, and how it behaves now."""

    at: datetime
    root: pki.Pair
    official: pki.Pair
    mood: str = ""
    asked: list[dict[str, Any]] = field(default_factory=list)
    url: str = ""

    def sign(self, pdf: bytes, *, by: pki.Pair | None = None) -> bytes:
        writer = local.grown(pdf)
        append_signature_field(writer, SigFieldSpec("esign_contoh"))
        return local.put_signature(
            writer, "esign_contoh", key=made.key(by or self.official), at=self.at, reason="", timestamps=None
        )

    def answer(self, said: dict[str, Any]) -> tuple[int, bytes]:
        """What is answered to a request that was read and let in."""
        if self.mood == "broken":
            return 500, b"<html><h1>Internal Server Error</h1></html>"
        if self.mood == "garbage":
            return 200, b"\x00\xff{not json"
        if said.get("email") != EMAIL or said.get("passphrase") != PASSPHRASE:
            return 400, json.dumps({"status_code": 2031, "error": "Passphrase anda salah"}).encode()
        if self.mood == "repeats the passphrase":
            return 400, json.dumps({"error": f"gagal untuk {said['passphrase']}"}).encode()
        (asked,) = said["file"]
        pdf = base64.b64decode(asked)
        answers: dict[str, Callable[[], bytes]] = {
            "another file": lambda: self.sign(made.prepared("refusal")),
            "unsigned": lambda: pdf,
            "saved anew": lambda: self.sign(pdf).replace(b"%PDF-1.7", b"%PDF-1.6"),
            "a stranger": lambda: self.sign(pdf, by=made.stranger().official),
        }
        signed = answers.get(self.mood, lambda: self.sign(pdf))()
        files = [] if self.mood == "no file" else [base64.b64encode(signed).decode()]
        return 200, json.dumps({"time": 812, "file": files}).encode()


class Handler(BaseHTTPRequestHandler):
    service: Service

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        service = self.service
        expected = "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        if self.headers.get("Authorization") != expected:
            return self.say(401, b'{"error": "unauthorized"}')
        if self.path != "/api/v2/sign/pdf":
            return self.say(404, b'{"error": "not found"}')
        if service.mood == "hangs up":
            self.connection.close()
            return None
        if service.mood == "slow":
            time.sleep(3)
        if service.mood == "drips":
            return self.drip()
        said = json.loads(body)
        service.asked.append(said)
        return self.say(*service.answer(said))

    def say(self, code: int, content: bytes) -> None:
        try:
            self.send_response(code)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)
        except OSError:
            pass  # whoever asked did not wait

    def drip(self) -> None:
        """A byte now and then, for ever: no single wait is too long."""
        try:
            self.send_response(200)
            self.end_headers()
            for _ in range(100):
                self.wfile.write(b" ")
                self.wfile.flush()
                time.sleep(0.1)
        except OSError:
            pass

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: the tests read what was asked."""


@contextmanager
def running(at: datetime) -> Iterator[Service]:
    root = pki.make_root(
        common_name="CONTOH Akar BSrE",
        organisation="CONTOH BSrE",
        starts=made.STARTS,
        ends=made.STARTS.replace(year=2036),
    )
    service = Service(at, root, made.certify(root, "CONTOH Guntur Andaian (BSrE)"))
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Bound", (Handler,), {"service": service}))
    server.daemon_threads = True
    service.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield service
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
