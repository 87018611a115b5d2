"""`manage.py worker`: sends what waits in the outbox and brings late signatures, until told to stop."""

from __future__ import annotations

import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import close_old_connections
from django.utils import timezone

from muara.people.actions.notices import send_due
from muara.steps.actions.signing import finish_pending
from muara.steps.notices import is_still_theirs

PAUSE = 2.0  # seconds between two looks at an empty outbox


class Command(BaseCommand):
    help = (
        "Mengirim pemberitahuan, dan membubuhkan tanda tangan dan segel elektronik yang tertunda. Beberapa "
        "pekerja boleh berjalan bersamaan."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="kirim yang jatuh tempo, lalu berhenti")

    def handle(self, *args: Any, once: bool, **options: Any) -> None:
        asked = threading.Event()
        if not once:
            # What is being sent is finished first: half an e-mail would be sent again.
            for number in (signal.SIGINT, signal.SIGTERM):
                signal.signal(number, lambda *_: asked.set())
        while not asked.is_set():
            close_old_connections()
            for notice in send_due(clock=timezone.now, still_theirs=is_still_theirs, stop=asked.is_set):
                if notice.last_error:  # what was sent is told by the pages
                    self.stdout.write(f"{notice.key}: {notice.standing}. {notice.last_error}")
            for told in finish_pending(at=timezone.now()):
                self.stdout.write(told)
            if once:
                return
            asked.wait(PAUSE)
