"""`manage.py demo`: a fictional office with a login for every actor and a case at every step."""

from __future__ import annotations

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from muara.cases.models import Revision
from muara.people.models import User
from muara.people.queries import issuing_office
from muara.sop.service import load_folder, read_service, services_root
from muara.web.counters import kiosk_link
from muara.web.demo import (
    APPLICANT,
    CAST,
    COLLEAGUE,
    OTHER_APPLICANT,
    PASSWORD,
    address_of,
    kiosk_secret,
    open_always,
    seed_cases,
    seed_office,
    seed_queue,
    seed_second_factors,
)
from muara.web.demo_duties import seed_duties
from muara.web.demo_evaluation import seed_evaluations
from muara.web.demo_later import seed_later
from muara.web.demo_old_permits import seed_old_permits
from muara.web.demo_survey import seed_survey
from muara.web.desk import OUTSIDE_THE_SOP


class Command(BaseCommand):
    help = "Mengisi basis data kosong dengan kantor rekaan (CONTOH) untuk dicoba."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--if-empty", action="store_true", help="diam saja bila sudah terisi")
        parser.add_argument("--without-cases", action="store_true", help="kantornya saja, tanpa berkas")

    def handle(self, *args: Any, if_empty: bool, without_cases: bool, **options: Any) -> None:
        at = timezone.now()
        if issuing_office() is not None or User.objects.exists():
            if not if_empty:
                raise CommandError(
                    "Basis data ini sudah berisi kantor; contoh hanya untuk basis data kosong."
                )
        else:
            self.stdout.write("Menyiapkan kantor rekaan …")
            seed_office(at)
            seed_second_factors()
            call_command("keys", "make", stdout=self.stdout)
            open_always(at)
            if not without_cases:
                earlier = list(seed_survey(at))
                seed_queue(at)
                seed_old_permits(at, service=Revision.objects.latest("pk").service)
                for line in (
                    *earlier,
                    *seed_evaluations(at),
                    *seed_cases(at),
                    *seed_duties(at),
                    *seed_later(at),
                ):
                    self.stdout.write(f"  {line}")
        self.stdout.write(f"\nKios antrean: buka {kiosk_link(kiosk_secret())}")
        self.stdout.write(f"\nMasuk dengan salah satu akun ini, kata sandinya {PASSWORD}:")
        labels = _labels()
        for person in CAST:
            self.stdout.write(
                f"  {address_of(person.login):<28} {person.name}, {labels.get(person.actor, person.actor)}"
            )
        for key, name in (APPLICANT, OTHER_APPLICANT, COLLEAGUE):
            self.stdout.write(f"  {address_of(key):<28} {name}, pemohon")
        self.stdout.write(
            "\nKepala seksi, bidang, dan dinas serta tata usaha ditanyai kode ponsel juga; halamannya "
            "sendiri menampilkannya (CONTOH)."
        )


def _labels() -> dict[str, str]:
    folder = next(path for path in sorted(services_root().glob("*/*")) if path.is_dir())
    labels = {actor.key: actor.label for actor in read_service(load_folder(folder)).process.actors}
    return labels | OUTSIDE_THE_SOP
