"""`manage.py audit verify`: recompute every chain and name the first entry that does not hold."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from muara.audit.models import Entry
from muara.audit.queries import breaks, heads
from muara.cases.queries import case_heads


class Command(BaseCommand):
    help = "Memeriksa rantai pengendali: tidak ada entri yang diubah, dihapus, atau disisipkan."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=["verify"], help="verify: hitung ulang semua rantai")

    def handle(self, *args: Any, **options: Any) -> None:
        told = [*heads(), *case_heads()]
        found = breaks(told)
        for broken in found:
            self.stdout.write(f"PUTUS {broken}")
        if found:
            raise CommandError(f"{len(found)} dari {len(told)} rantai putus.")
        self.stdout.write(f"utuh: {len(told)} rantai, {Entry.objects.count()} entri")
