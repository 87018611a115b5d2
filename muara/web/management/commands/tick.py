"""`manage.py tick`: what the office does by itself when a day has come; run as often as you like."""

from __future__ import annotations

import time
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import close_old_connections
from django.utils import timezone

from muara.people.models import WITA
from muara.steps.actions.collection import remind_by_the_clock, send_reminders


class Command(BaseCommand):
    help = "Membuat dan mengirim pengingat yang jatuh tempo; aman dijalankan berulang."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--every", type=int, default=0, help="ulangi setiap sekian detik")
        parser.add_argument("--at", default="", help="waktu (WITA) yang dipakai, misalnya 2026-07-20T09:00")

    def handle(self, *args: Any, every: int, **options: Any) -> None:
        try:
            at = datetime.fromisoformat(options["at"]) if options["at"] else timezone.now()
        except ValueError:
            raise CommandError("Tulis waktunya seperti 2026-07-20T09:00.") from None
        self.tick(at if at.tzinfo else at.replace(tzinfo=WITA))
        while every:
            time.sleep(every)
            close_old_connections()
            self.tick(timezone.now())

    def tick(self, at: datetime) -> None:
        made = len(list(remind_by_the_clock(at=at)))
        sent = len(list(send_reminders(at=at)))
        self.stdout.write(f"pengingat pengambilan: {made} dibuat, {sent} dikirim")
