"""`manage.py keys`: make, list and rotate the keys that sign checkpoints and the QR of permits."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from muara.audit.actions import record
from muara.audit.keys import USES, NoKey, PublicKey, UnsafeKey, make_keys, public_keys, rotate
from muara.documents.signing import published
from muara.people.queries import issuing_office


class Command(BaseCommand):
    help = "Kunci Ed25519 untuk titik periksa dan QR izin: membuat yang belum ada, menyebut, atau mengganti."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "what",
            choices=["make", "list", "rotate", "publish"],
            help=(
                "make: buat yang belum ada; list: sebutkan; rotate: ganti; publish: berkas kunci publik dan "
                "sertifikat, ke keluaran baku"
            ),
        )
        parser.add_argument(
            "--lost", action="store_true", help="kunci lama hilang: yang baru tidak dapat diperkenalkannya"
        )
        parser.add_argument("--use", choices=USES, help="kegunaan kunci yang diganti")

    def handle(self, *args: Any, what: str, use: str | None, lost: bool, **options: Any) -> None:
        at = timezone.now()
        if what == "publish":
            office = issuing_office()
            text = published.public_keys(office=office.name if office else "", at=at)
            self.stdout.write(text, ending="")
        elif what == "list":
            for key in public_keys():
                self.stdout.write(told(key))
        elif what == "make":
            with transaction.atomic():
                for key in make_keys(at=at):
                    record(chain="keys", verb="key.make", by_id=None, at=at, facts=facts(key))
                    self.stdout.write(told(key))
        else:
            if use is None:
                raise CommandError("Sebutkan kunci yang diganti: --use checkpoint atau --use permit.")
            try:
                with transaction.atomic():
                    key = rotate(use, at=at, lost=lost)
                    record(chain="keys", verb="key.rotate", by_id=None, at=at, facts=facts(key))
            except NoKey:
                raise CommandError("Belum ada kunci; jalankan manage.py keys make.") from None
            except UnsafeKey as problem:
                raise CommandError(str(problem)) from None
            self.stdout.write(told(key))
            self.stdout.write("Umumkan kunci publik yang baru; yang lama tetap memeriksa tanda tangan lama.")


def facts(key: PublicKey) -> dict[str, object]:
    return {"id": key.id, "use": key.use, "public": key.public, "introduced_by": key.introduced_by}


def told(key: PublicKey) -> str:
    until = f"sampai {key.until}" if key.until else "dipakai"
    return f"{key.use} {key.id}: {key.public} (sejak {key.since}, {until})"
