"""`manage.py journey FOLDER --out DIR`: one application through all 18 steps, then the proof."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from muara.audit.queries import breaks, heads
from muara.cases.queries import case_heads
from muara.people.queries import issuing_office
from muara.web.demo import seed_office
from muara.web.journey import BrokenFolder, travel


class Command(BaseCommand):
    help = (
        "Membawa permohonan dari sebuah folder melalui ke-18 langkah, dengan tindakan yang dipakai halaman."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, help="folder berisi application.toml dan berkas-berkasnya")
        parser.add_argument("--out", type=Path, required=True, help="folder untuk semua surat yang dibuat")

    def handle(self, *args: Any, folder: Path, out: Path, **options: Any) -> None:
        if not settings.MUARA_DEMO:
            raise CommandError(
                "Perjalanan ini memakai kantor rekaan dan memberi nomor izin. Jalankan dengan MUARA_DEMO=1 "
                "dan MUARA_DATA sendiri, atau pakai `make journey`."
            )
        at = timezone.now()
        if issuing_office() is None:
            seed_office(at)
        try:
            for line in travel(folder, out=out, at=at):
                self.stdout.write(str(line))
        except BrokenFolder as problem:
            raise CommandError(str(problem)) from None
        found = breaks([*heads(), *case_heads()])
        if found:
            raise CommandError("Jejak audit putus: " + "; ".join(map(str, found)))
        self.stdout.write(f"Jejak audit utuh. Surat ada di {out}.")
