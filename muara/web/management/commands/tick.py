"""`manage.py tick`: what the office does by itself when a day has come; run as often as you like."""

from __future__ import annotations

import time
from collections.abc import Sized
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import close_old_connections
from django.urls import reverse
from django.utils import timezone

from muara.audit.checkpoints import Faulty, take
from muara.audit.keys import PERMIT, NoKey, UnsafeKey, signer
from muara.compliance.actions.measuring import derive_days
from muara.compliance.actions.reminders import remind_of_reports
from muara.contacts.actions.complaints import find_handlers, lapse_uncompleted, warn_of_limits
from muara.contacts.actions.queue import close_earlier_days
from muara.people.actions.notices import digest_failures
from muara.people.models import WITA
from muara.permits.actions import settle_books
from muara.steps.actions.collection import remind_by_the_clock
from muara.steps.actions.ladder import climb, warn_of_legal_limits
from muara.steps.actions.permit_life import remind_of_expiry
from muara.steps.actions.reminders import remind_of_answers
from muara.steps.actions.unreached import escalate
from muara.steps.actions.uploading import clean_up
from muara.web.acts import forget_moot_work


class Command(BaseCommand):
    help = (
        "Membuat pengingat, tugas telepon dan ringkasan yang jatuh tempo, membuang unggahan yang "
        "kedaluwarsa; aman dijalankan berulang."
    )

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
        """Do what is due, each thing in transactions of its own; say only what there was."""
        closed = close_earlier_days(at=at)
        if closed:
            self.stdout.write(f"antrean: {closed} nomor hari lalu ditutup")
        dropped = len(list(clean_up(at=at)))
        if dropped:
            self.stdout.write(f"unggahan yang tidak dilanjutkan: {dropped} dibuang")
        if moot := forget_moot_work():
            self.stdout.write(f"isian untuk langkah yang sudah selesai: {moot} dibuang")
        done: dict[str, Sized] = {
            "pengingat pengambilan": list(remind_by_the_clock(at=at)),
            "pengingat perbaikan": list(remind_of_answers(at=at)),
            "catatan harian dari alat ukur": list(derive_days(at=at)),
            "pengingat laporan pemegang izin": list(remind_of_reports(at=at)),
            "pengingat masa berlaku izin": list(remind_of_expiry(at=at)),
            "pemberitahuan batas waktu": list(climb(at=at)),
            "peringatan batas hukum": list(warn_of_legal_limits(at=at)),
            "tugas telepon atau surat": list(escalate(at=at)),
            "pengaduan yang dianggap dicabut": list(lapse_uncompleted(at=at)),
            "penyerahan pengaduan kepada pengelola": list(find_handlers(at=at)),
            "pemberitahuan batas pengaduan": list(warn_of_limits(at=at)),
            "ringkasan pemberitahuan yang gagal": digest_failures(pages=digest_pages(), at=at),
            "buku nomor yang tertinggal": settle_books(),  # last: a full disk must not stop the rest
        }
        for label, made in done.items():
            if made:
                self.stdout.write(f"{label}: {len(made)} dibuat")
        self.checkpoint(at)

    def checkpoint(self, at: datetime) -> None:
        """Sign what changed, last: the acts above are in it. Without a key the rest goes on, loudly."""
        try:
            for made in take(at=at):
                said = f"titik periksa {made.number}: {len(made.heads)} rantai"
                if "clock" in made.told:
                    said += f"; jam mundur: {made.told['clock']} sebelum {made.told['at']}"
                self.stdout.write(said)
            signer(PERMIT)  # drafting does without it, in silence: say so here
        except NoKey:
            self.stderr.write(
                "Belum ada kunci untuk titik periksa dan QR izin: jalankan manage.py keys make."
            )
        except (UnsafeKey, Faulty) as problem:
            self.stderr.write(f"Titik periksa atau QR izin tidak dapat ditandatangani: {problem}")


def digest_pages() -> dict[str, str]:
    """Who reads the daily digest, and where it leads them."""
    return {"customer_service": reverse("phone_tasks"), "administrator": reverse("failed_notices")}
