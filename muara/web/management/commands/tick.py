"""`manage.py tick`: what the office does by itself when a day has come; run it as often as you like."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from muara.contacts.actions.queue import close_earlier_days
from muara.people.models import WITA
from muara.steps.actions.collection import remind_by_the_clock, send_reminders
from muara.steps.actions.uploading import clean_up


class Command(BaseCommand):
    help = (
        "Mengirim pengingat yang jatuh tempo, membuang unggahan yang kedaluwarsa; aman dijalankan berulang."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--at", default="", help="waktu (WITA) yang dipakai, misalnya 2026-07-20T09:00")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            at = datetime.fromisoformat(options["at"]) if options["at"] else timezone.now()
        except ValueError:
            raise CommandError("Tulis waktunya seperti 2026-07-20T09:00.") from None
        at = at if at.tzinfo else at.replace(tzinfo=WITA)
        self.stdout.write(f"antrean: {close_earlier_days(at=at)} nomor hari lalu ditutup")
        made = len(list(remind_by_the_clock(at=at)))
        sent = len(list(send_reminders(at=at)))
        self.stdout.write(f"pengingat pengambilan: {made} dibuat, {sent} dikirim")
        dropped = len(list(clean_up(at=at)))
        self.stdout.write(f"unggahan yang tidak dilanjutkan: {dropped} dibuang")
