"""`manage.py export-log TARGET`: what `muara-verify` needs to judge the whole log, or one case's dossier."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from muara.audit.checkpoints import Faulty, take
from muara.audit.exports import export_log
from muara.audit.keys import NoKey, UnsafeKey
from muara.cases.models import Case
from muara.people.queries import issuing_office
from muara.records.dossiers import export_dossier


class Command(BaseCommand):
    help = "Mengekspor seluruh catatan, atau satu berkas dengan dokumennya, untuk diperiksa muara-verify."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("target", type=Path, help="folder baru, atau nama berkas .zip")
        parser.add_argument("--case", type=int, help="hanya berkas permohonan ini (nomor rantainya)")
        parser.add_argument("--notes", action="store_true", help="sertakan catatan (memuat data pribadi)")

    def handle(self, *args: Any, target: Path, case: int | None, notes: bool, **options: Any) -> None:
        if target.exists():
            raise CommandError(f"{target} sudah ada; sebutkan nama lain.")
        at = timezone.now()
        office = issuing_office()
        try:
            take(at=at)
            if case is None:
                told = export_log(target, office=office.name if office else "", notes=notes, at=at)
            else:
                found = Case.objects.filter(pk=case).first()
                if found is None:
                    raise CommandError(f"Tidak ada berkas permohonan {case}.")
                told = export_dossier(target, found, at=at)
        except NoKey:
            raise CommandError("Belum ada kunci; jalankan manage.py keys make.") from None
        except (UnsafeKey, Faulty) as problem:
            raise CommandError(str(problem)) from None
        self.stdout.write(
            f"{target}: {told['entries']} entri, {told['checkpoints']['count']} titik periksa, "
            f"{len(told['files'])} berkas"
        )
        if lacking := told.get("lacking"):
            self.stderr.write(
                f"TIDAK LENGKAP: {len(lacking)} dokumen hilang atau berubah: {', '.join(lacking)}"
            )
