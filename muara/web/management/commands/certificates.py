"""`manage.py certificates`: who may sign electronically for the office, and with which certificate."""

from __future__ import annotations

import getpass
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from muara.cases.actions import Refused
from muara.cases.models import Revision, SigningWay
from muara.documents.models import Certificate
from muara.documents.signing import certificates
from muara.people.models import Office, User, office_day
from muara.people.queries import issuing_office
from muara.steps.actions.signing import set_way

Kind = Certificate.Kind
DAYS = {Kind.ROOT: 3650, Kind.OFFICIAL: 730, Kind.SEAL: 730}


class Command(BaseCommand):
    help = "Sertifikat tanda tangan dan segel elektronik kantor."

    def add_arguments(self, parser: CommandParser) -> None:
        acts = parser.add_subparsers(dest="act", required=True)
        acts.add_parser("list", help="sebutkan semua sertifikat dan keadaannya")
        own = acts.add_parser(
            "set-up",
            help="buat sertifikat akar kantor sendiri, segel kantor, dan sertifikat kepala sekaligus",
        )
        own.add_argument("--for", dest="holder", required=True, help="surel kepala kantor")
        root = acts.add_parser("make-root", help="buat sertifikat akar kantor sendiri")
        root.add_argument("--name", required=True, help="nama pada sertifikat")
        root.add_argument("--days", type=int, default=DAYS[Kind.ROOT])
        issue = acts.add_parser("issue", help="terbitkan sertifikat pejabat (--for) atau segel kantor")
        issue.add_argument("--for", dest="holder", default="", help="surel pejabat; tanpa ini: segel kantor")
        issue.add_argument("--name", default="", help="nama pada sertifikat")
        issue.add_argument("--days", type=int, default=DAYS[Kind.OFFICIAL])
        take = acts.add_parser("import", help="ambil kunci dan sertifikat dari berkas PKCS#12")
        take.add_argument("file", type=Path)
        take.add_argument("--for", dest="holder", default="", help="surel pejabat; tanpa ini: segel kantor")
        believe = acts.add_parser(
            "believe", help="percayai akar lain (PEM): BSrE, atau layanan stempel waktu"
        )
        believe.add_argument("file", type=Path)
        believe.add_argument("--as", dest="kind", choices=[Kind.CERTIFIER, Kind.TIMESTAMPER], required=True)
        revoke = acts.add_parser("revoke", help="cabut sertifikat mulai sekarang")
        revoke.add_argument("fingerprint", help="awal sidiknya, paling sedikit 8 angka")
        revoke.add_argument("--reason", required=True)
        way = acts.add_parser("sign-with", help="tetapkan cara menandatangani keputusan sebuah layanan")
        way.add_argument("way", choices=SigningWay.Way.values)
        way.add_argument("--service", default="", help="kode layanan; boleh kosong bila hanya satu")
        way.add_argument("--basis", required=True, help="dasar ketentuan, misalnya keputusan kepala dinas")
        way.add_argument(
            "--from", dest="first", default="", help="berlaku sejak (2026-12-31); kosong: hari ini"
        )

    def handle(self, *args: Any, act: str, **options: Any) -> None:
        at = timezone.now()
        try:
            getattr(self, act.replace("-", "_").replace("import", "take"))(at, options)
        except certificates.CertificateRefused as refused:
            raise CommandError(str(refused)) from None
        except Refused as refused:
            raise CommandError(refused.message) from None

    def list(self, at: datetime, options: dict[str, Any]) -> None:
        for row in Certificate.objects.all():
            self.tell(row, at)

    @transaction.atomic
    def set_up(self, at: datetime, options: dict[str, Any]) -> None:
        if Certificate.objects.filter(kind=Kind.ROOT).exists():
            raise CommandError("Kantor sudah mempunyai sertifikat akar; pakailah certificates issue.")
        _holder(options["holder"])  # refused before anything is made
        days = {"name": "", "days": DAYS[Kind.OFFICIAL]}
        self.make_root(at, {"name": f"Akar {_office().short_name}", "days": DAYS[Kind.ROOT]})
        self.issue(at, {"holder": "", **days})
        self.issue(at, {"holder": options["holder"], **days})
        self.stdout.write(
            "Surat tetap ditandatangani basah sampai kantor menetapkan lain: "
            'manage.py certificates sign-with local --basis "Keputusan Kepala …"'
        )

    def make_root(self, at: datetime, options: dict[str, Any]) -> None:
        starts = at.replace(microsecond=0)
        row = certificates.make_root(
            common_name=options["name"],
            organisation=_office().name,
            starts=starts,
            ends=starts + timedelta(days=options["days"]),
            at=at,
        )
        self.tell(row, at)

    def issue(self, at: datetime, options: dict[str, Any]) -> None:
        root = Certificate.objects.filter(kind=Kind.ROOT, key__isnull=False, revoked_at=None).first()
        if root is None:
            raise CommandError("Buat sertifikat akar lebih dahulu: certificates make-root --name …")
        holder, starts = _holder(options["holder"]), at.replace(microsecond=0)
        row = certificates.issue(
            root,
            kind=Kind.OFFICIAL if holder else Kind.SEAL,
            holder=holder,
            common_name=options["name"] or (holder.name if holder else f"Segel {_office().short_name}"),
            organisation=_office().name,
            starts=starts,
            ends=min(starts + timedelta(days=options["days"]), root.ends),
            at=at,
        )
        self.tell(row, at)

    def take(self, at: datetime, options: dict[str, Any]) -> None:
        holder = _holder(options["holder"])
        if sys.stdin.isatty():
            passphrase = getpass.getpass("Kata sandi berkas PKCS#12: ")
        else:
            passphrase = sys.stdin.readline().rstrip("\n")
        row = certificates.import_bundle(
            _read(options["file"]),
            passphrase=passphrase,
            kind=Kind.OFFICIAL if holder else Kind.SEAL,
            holder=holder,
            at=at,
        )
        self.tell(row, at)

    def believe(self, at: datetime, options: dict[str, Any]) -> None:
        text = _read(options["file"]).decode("ascii", "replace")
        for row in certificates.believe(text, kind=options["kind"], at=at):
            self.tell(row, at)

    def revoke(self, at: datetime, options: dict[str, Any]) -> None:
        mark = options["fingerprint"].lower()
        found = list(Certificate.objects.filter(fingerprint__startswith=mark)[:2]) if len(mark) >= 8 else []
        if len(found) != 1:
            raise CommandError("Tidak ada tepat satu sertifikat dengan sidik itu; lihat certificates list.")
        certificates.revoke(found[0], reason=options["reason"], by=None, at=at)
        self.tell(found[0], at)

    def sign_with(self, at: datetime, options: dict[str, Any]) -> None:
        codes = sorted({revision.process.code for revision in Revision.objects.all()})
        service = options["service"] or (codes[0] if len(codes) == 1 else "")
        if service not in codes:
            raise CommandError(f"Sebutkan layanannya dengan --service: {', '.join(codes)}.")
        try:
            first = datetime.fromisoformat(options["first"]).date() if options["first"] else office_day(at)
        except ValueError:
            raise CommandError("Tulis tanggalnya seperti 2026-12-31.") from None
        row = set_way(
            service=service,
            way=options["way"],
            effective_from=first,
            basis=options["basis"],
            by=None,
            at=at,
        )
        self.stdout.write(f"{row}, sejak {row.effective_from:%d-%m-%Y}")

    def tell(self, row: Certificate, at: datetime) -> None:
        key = "dengan kunci" if row.key is not None else "tanpa kunci"
        until = f"{office_day(row.starts):%d-%m-%Y} s.d. {office_day(row.ends):%d-%m-%Y}"
        self.stdout.write(f"{row.fingerprint[:16]} {row} ({key}), {until}: {row.standing(at)}")


def _office() -> Office:
    office = issuing_office()
    if office is None:
        raise CommandError("Kantor belum disiapkan: jalankan manage.py setup.")
    return office


def _holder(email: str) -> User | None:
    if not email:
        return None
    holder = User.objects.filter(email__iexact=email).first()
    if holder is None:
        raise CommandError(f"Tidak ada pengguna dengan surel {email}.")
    return holder


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as problem:
        raise CommandError(f"{path} tidak dapat dibaca: {problem.strerror}.") from None
