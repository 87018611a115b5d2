"""`manage.py setup`: a real installation, ready for its first administrator; no demonstration data."""

from __future__ import annotations

import getpass
import secrets
import sys
from datetime import datetime
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from muara.contacts.actions.queue import open_shipped_queue
from muara.people.actions import (
    SHIPPED_CALENDAR,
    OfficeDetails,
    Profile,
    Refused,
    create_user,
    grant,
    import_calendar,
    import_hours,
    save_office,
    set_office_setting,
    shipped_calendar,
)
from muara.people.models import Holding, OfficeSetting, office_day
from muara.people.rules import ADMINISTRATOR

# Option, question, and what stands when nothing is answered (None: an answer is needed).
QUESTIONS: tuple[tuple[str, str, str | None], ...] = (
    ("office_name", "Nama kantor penerbit izin", None),
    ("short_name", "Nama singkat kantor", None),
    ("government", "Pemerintah daerah (baris pertama kop surat)", None),
    ("seat", "Tempat kedudukan (ditulis pada “Ditetapkan di …”)", None),
    ("head_title", "Sebutan jabatan kepala kantor", None),
    ("address", "Alamat kantor", ""),
    ("correction_days", f"{OfficeSetting.Key.CORRECTION_DAYS.label} (kosongkan bila belum ditetapkan)", ""),
    ("silence_days", f"{OfficeSetting.Key.SILENCE_DAYS.label} (kosongkan bila belum ditetapkan)", ""),
    ("days_basis", "Dasar jumlah hari itu, misalnya keputusan kepala dinas", ""),
    ("name", "Nama administrator pertama", None),
    ("email", "Alamat surel administrator pertama", None),
)


class Command(BaseCommand):
    help = (
        "Menyiapkan Muara untuk sebuah kantor: identitas, administrator pertama, kalender, SOP, seri nomor."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        for option, question, _ in QUESTIONS:
            parser.add_argument(f"--{option.replace('_', '-')}", help=question)
        parser.add_argument(
            "--no-input",
            action="store_false",
            dest="interactive",
            help="jangan bertanya; kata sandi dibuatkan dan ditampilkan sekali",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("migrate", verbosity=0)
        refuse_a_second_time()
        interactive = options["interactive"] and sys.stdin.isatty()
        answers = {
            option: self.answer(option, question, default, options, interactive=interactive)
            for option, question, default in QUESTIONS
        }
        typed = getpass.getpass("Kata sandi (kosongkan untuk dibuatkan): ") if interactive else ""
        password = typed or secrets.token_urlsafe(15)
        try:
            self.install(answers, password)
        except Refused as refusal:
            raise CommandError(f"{refusal.message} ({refusal.field or 'tidak ada yang diubah'})") from None
        if not typed:
            self.stdout.write(f"Kata sandi {answers['email']} (ditampilkan sekali ini saja): {password}")
            self.stdout.write("Ganti kata sandi itu setelah masuk pertama kali.")
        self.stdout.write(
            "Tanda tangan elektronik: belum ada; surat ditandatangani basah. Untuk menandatangani dengan "
            "sertifikat kantor sendiri, tambahkan kepala kantor sebagai pengguna, lalu jalankan "
            "manage.py certificates set-up --for SUREL-KEPALA (docs/signatures.md)."
        )
        self.stdout.write("Selesai. Jalankan manage.py serve, lalu lengkapi pengaturan di halaman Kantor.")

    def answer(
        self,
        option: str,
        question: str,
        default: str | None,
        options: dict[str, Any],
        *,
        interactive: bool,
    ) -> str:
        """Take an answer from the options, or ask; an answer that is needed is asked for again."""
        given = options[option]
        while given is None and interactive:
            given = input(f"{question}: ").strip() or default
        given = default if given is None else given
        if given is None:
            raise CommandError(f"Sebutkan --{option.replace('_', '-')}: {question}.")
        return str(given)

    @transaction.atomic
    def install(self, answers: dict[str, str], password: str) -> None:
        """Write everything or nothing."""
        at = timezone.now()
        office = save_office(
            details=OfficeDetails(
                name=answers["office_name"],
                short_name=answers["short_name"],
                government=answers["government"],
                seat=answers["seat"],
                head_title=answers["head_title"],
                address=answers["address"],
            ),
            by=None,
            at=at,
        )
        self.stdout.write(f"Kantor: {office.name}")
        person = Profile(email=answers["email"], name=answers["name"])
        user = create_user(profile=person, password=password, by=None, at=at)
        grant(user.pk, actor=ADMINISTRATOR, office_id=office.pk, starts=office_day(at), by=None, at=at)
        self.stdout.write(f"Administrator: {user.name} <{user.email}>")
        added = import_calendar(rows=shipped_calendar(), source=SHIPPED_CALENDAR, by=None, at=at)
        self.stdout.write(f"Kalender: {added} hari libur dan cuti bersama ditambahkan")
        import_hours(by=None, at=at)
        open_shipped_queue(at=at)
        self.stdout.write("Antrean: jam pelayanan menurut SOP, seri A dan B, dua loket")
        call_command("sop", "store", stdout=self.stdout)
        call_command("keys", "make", stdout=self.stdout)
        self.set_days(answers, at=at)

    def set_days(self, answers: dict[str, str], *, at: datetime) -> None:
        """Set the days that the SOP leaves to the office; what is undecided stays unset, and is told."""
        unset = []
        for setting in OfficeSetting.DAYS:
            days = answers[setting.value].strip()
            if not days:
                unset.append(setting.label.lower())
                continue
            if not (days.isascii() and days.isdigit()):
                raise Refused("Isi jumlah hari kerja dengan angka.", setting.value)
            row = set_office_setting(
                setting=setting,
                value=int(days),
                effective_from=office_day(at),
                basis=answers["days_basis"],
                by=None,
                at=at,
            )
            self.stdout.write(f"{setting.label}: {row.value}")
        if unset:
            self.stdout.write(
                f"Belum diatur: {'; '.join(unset)}. Selama itu permintaan perbaikan tidak berbatas waktu dan "
                "tidak ada berkas yang dapat digugurkan. Aturlah di halaman Kantor, Ketentuan kantor."
            )


def refuse_a_second_time() -> None:
    """Refuse once there is an administrator: this command must not become a way to gain an account."""
    if Holding.objects.filter(actor=ADMINISTRATOR).exists():
        raise CommandError(
            "Muara sudah disiapkan dan sudah punya administrator; tidak ada yang diubah. Administrator lain "
            "ditambahkan di halaman Kantor, revisi SOP baru dengan manage.py sop store."
        )
