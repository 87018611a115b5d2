"""Ways for a notice to leave the house. Only the worker calls these: a server that hangs holds no page up.

An office adds a gateway of its own by a class with `send` and a line in the settings (MUARA_CHANNELS).
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import signal
import smtplib
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from types import FrameType
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils.module_loading import import_string

from muara.people.models import WITA, Notice

HARD_LIMIT = 60.0  # seconds that one e-mail may take altogether; far below the lease of a notice
AGAIN = 5.0


class Undelivered(Exception):
    """A notice could not be sent now; the message (Indonesian) says why and names nobody."""


class Rejected(Undelivered):
    """The address takes nothing, and trying again would not help."""


class Channel(ABC):
    """One way to send a notice."""

    @abstractmethod
    def send(self, notice: Notice) -> None:
        """Send it, or raise Undelivered. The same notice twice must be recognisable as one."""


def channel(name: str) -> Channel | None:
    """The channel that the settings have under a name; None when it is switched off."""
    where = settings.MUARA_CHANNELS.get(name)
    return _made(where) if where else None


@cache
def _made(where: str) -> Channel:
    made = import_string(where)()
    assert isinstance(made, Channel)
    return made


def whole_text(notice: Notice) -> str:
    """What is sent: the text, and where to read on."""
    return f"{notice.text}\n\n{settings.MUARA_BASE_URL}{notice.link}\n" if notice.link else f"{notice.text}\n"


def message_id(notice: Notice) -> str:
    """The same for every try of a notice: a mailbox that gets it twice can tell."""
    host = urlsplit(settings.MUARA_BASE_URL).hostname or "localhost"
    return f"<{hashlib.sha256(notice.key.encode()).hexdigest()[:32]}@{host}>"


class Email(Channel):
    """E-mail by Django's backend."""

    def send(self, notice: Notice) -> None:
        message = EmailMessage(
            subject=notice.subject,
            body=whole_text(notice),
            to=[notice.address],
            headers={"Message-ID": message_id(notice), "Auto-Submitted": "auto-generated"},
        )
        try:
            with hard_limit(HARD_LIMIT):
                message.send()
        except smtplib.SMTPRecipientsRefused as refused:
            codes = {code for code, _ in refused.recipients.values()}
            said = f"Server surel menolak alamat penerima (kode {', '.join(map(str, sorted(codes)))})."
            raise (Rejected if min(codes) >= 500 else Undelivered)(said) from None
        except smtplib.SMTPResponseException as refused:
            raise Undelivered(f"Server surel menolak (kode {refused.smtp_code}).") from None
        except TimeoutError:
            raise Undelivered("Server surel tidak menjawab dalam batas waktu.") from None
        except ValueError:  # the e-mail cannot even be written: a line break or a stray letter in the address
            raise Rejected("Alamat surel ini tidak dapat dipakai.") from None
        except (smtplib.SMTPException, OSError) as problem:
            raise Undelivered(f"Server surel tidak dapat dihubungi ({type(problem).__name__}).") from None


@contextmanager
def hard_limit(seconds: float) -> Iterator[None]:
    """Break off what takes longer, even a server that keeps a connection alive byte by byte.

    For the main thread of the worker, where signals arrive. It rings again, as clearing up may hang too.
    """

    def ring(number: int, frame: FrameType | None) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds, AGAIN)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


class MessageFile(Channel):
    """Stands in for an SMS or WhatsApp gateway on trial: a line of JSON a message in MUARA_DATA/outbox."""

    def send(self, notice: Notice) -> None:
        line = json.dumps(
            {
                "id": message_id(notice),
                "made_at": notice.made_at.astimezone(WITA).isoformat(timespec="seconds"),
                "to": notice.address,
                "text": f"{notice.subject}\n{whole_text(notice)}",
            },
            ensure_ascii=False,
        )
        path = Path(settings.MUARA_OUTBOX) / "messages.jsonl"
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("a", encoding="utf-8") as file:
                fcntl.flock(file, fcntl.LOCK_EX)
                file.write(line + "\n")
                file.flush()
                os.fsync(file.fileno())
        except OSError as problem:
            raise Undelivered(f"Berkas pesan tidak dapat ditulis ({type(problem).__name__}).") from None
