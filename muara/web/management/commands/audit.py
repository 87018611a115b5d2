"""`manage.py audit verify`: recompute every chain and name the first entry that does not hold."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from muara.audit.checkpoints import Faulty, latest, make_index_anew, witnessed
from muara.audit.models import Entry
from muara.audit.queries import breaks, heads
from muara.cases.queries import case_heads


class Command(BaseCommand):
    help = "Memeriksa rantai pengendali: tidak ada entri yang diubah, dihapus, atau disisipkan."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "what",
            choices=["verify", "reindex"],
            help="verify: hitung ulang semua rantai; reindex: baca ulang semua titik periksa dari berkasnya, "
            "bila ada yang hilang untuk selamanya (tercatat)",
        )

    def handle(self, *args: Any, what: str, **options: Any) -> None:
        if what == "reindex":
            self.stdout.write(f"{make_index_anew(at=timezone.now())} titik periksa dibaca ulang")
        else:
            self.verify()

    def verify(self) -> None:
        told = [*heads(), *case_heads()]
        try:
            seen = witnessed()
        except Faulty as fault:
            raise CommandError(f"Titik periksa tidak dapat dipercaya: {fault}.") from None
        found = breaks(told, witnessed=seen)
        for broken in found:
            self.stdout.write(f"PUTUS {broken}")
        if found:
            raise CommandError(f"{len(found)} dari {len(told)} rantai putus.")
        last = latest()
        covered = f", {last.number} titik periksa (sampai {last.told['at']})" if last else ""
        self.stdout.write(f"utuh: {len(told)} rantai, {Entry.objects.count()} entri{covered}")
