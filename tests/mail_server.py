"""A mail server of a few lines on 127.0.0.1: it takes what comes, refuses it, or never answers."""

from __future__ import annotations

import email
import email.policy
import socketserver
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path


@dataclass
class MailServer:
    """What it does is `manner`, and may be changed while it runs; what it took is `taken`.

    accept; refuse (451 to every recipient); unknown (550); hang (says nothing at all); drip (a byte now and
    then, for ever); swallow (takes the letter and never says so).
    """

    manner: str = "accept"
    port: int = 0
    taken: list[EmailMessage] = field(default_factory=list)
    asked: int = 0
    stopped: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"


class Talk(socketserver.StreamRequestHandler):
    """One conversation, as far as smtplib needs it (RFC 5321)."""

    def handle(self) -> None:
        server = self.server.mail  # type: ignore[attr-defined]
        server.asked += 1
        if server.manner == "hang":
            server.stopped.wait()
            return
        while server.manner == "drip" and not server.stopped.wait(0.05):
            self.wfile.write(b"2")
        self.say("220 contoh.example")
        while line := self.rfile.readline().decode().strip().upper():
            verb = line.split(" ")[0].split(":")[0]
            if verb == "QUIT":
                self.say("221 selesai")
                return
            if verb == "DATA":
                self.say("354 silakan")
                self.letter(server)
            elif verb == "RCPT" and server.manner in {"refuse", "unknown"}:
                self.say("451 coba lagi" if server.manner == "refuse" else "550 tidak dikenal")
            else:
                self.say("250 baik")

    def letter(self, server: MailServer) -> None:
        lines = []
        while (line := self.rfile.readline()) not in {b".\r\n", b""}:
            lines.append(line[1:] if line.startswith(b"..") else line)
        made = email.message_from_bytes(b"".join(lines), policy=email.policy.default)
        assert isinstance(made, EmailMessage)
        server.taken.append(made)
        if server.manner == "swallow":
            server.stopped.wait()
        self.say("250 diterima")

    def say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that went away in the middle of a talk is what some tests are about."""


@contextmanager
def mail_server(manner: str = "accept") -> Iterator[MailServer]:
    with _Server(("127.0.0.1", 0), Talk) as server:
        mail = MailServer(manner=manner, port=server.server_address[1])
        server.mail = mail  # type: ignore[attr-defined]
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield mail
        finally:
            mail.stopped.set()
            server.shutdown()
            thread.join()


def files_of(folder: Path) -> list[EmailMessage]:
    """The e-mails that the file backend wrote into a folder."""
    found = []
    for path in sorted(folder.glob("*.log")):
        for part in path.read_bytes().split(b"-" * 79 + b"\n"):
            if part.strip():
                made = email.message_from_bytes(part, policy=email.policy.default)
                assert isinstance(made, EmailMessage)
                found.append(made)
    return found


def wait_for(condition: object, seconds: float = 30) -> None:
    assert callable(condition)
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.05)
