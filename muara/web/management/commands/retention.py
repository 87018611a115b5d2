"""`manage.py retention`: what has passed its retention. It deletes nothing."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from muara.people.models import office_day
from muara.records.privacy import files_past_retention, older_than_kept


class Command(BaseCommand):
    help = (
        "Mendaftar yang sudah melewati masa simpannya: berkas menurut ketentuan arsip kantor, dan data lain "
        "menurut usulan yang belum ditetapkan. Tidak menghapus apa pun."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        today = office_day(timezone.now())
        count = 0
        for one in files_past_retention(on=today):
            count += 1
            assert one.retention is not None
            rule = one.retention.rule
            self.stdout.write(
                f"{one.case} · {one.case.application.company} · ditutup {one.retention.closed_on} · "
                f"retensi habis {one.retention.inactive_until} · {rule.get_fate_display().lower()}"
                f"{'' if rule.confirmed else ' (belum berdasar JRA resmi)'}"
            )
        self.stdout.write(f"{count} berkas melewati retensi arsip; dinilai panitia, tidak dihapus otomatis.")
        for item in older_than_kept(on=today):
            self.stdout.write(
                f"{item.activity.title}: {item.count} lebih tua dari {item.activity.keep_years} tahun "
                f"(usulan, belum ditetapkan kantor), sebelum {item.before}"
            )
