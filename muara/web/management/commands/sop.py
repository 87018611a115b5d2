"""`manage.py sop …`: the SOP as data, checked, written out, printed, kept and compared."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from muara.cases.actions import Refused, Stale, publish_revision, store_revision
from muara.cases.migrating import migrate, plan_migration
from muara.cases.models import Case, Revision
from muara.documents.indonesian import tanggal
from muara.permits.actions import set_up_missing
from muara.sop import coverage
from muara.sop.bpmn import Unbounded, render_bpmn
from muara.sop.broken import BrokenSop
from muara.sop.changes import changes
from muara.sop.definition import Process
from muara.sop.path import render_path
from muara.sop.service import Service, digest, folders, load_folder, read_service
from muara.steps.letters.sop import book_title, print_book


class Command(BaseCommand):
    help = "Memeriksa SOP, menulis dokumentasinya, atau menyimpan revisinya."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        which = parser.add_subparsers(dest="which", required=True)
        check = which.add_parser("check", help="baca semua layanan; sebut setiap kesalahan")
        check.add_argument("folders", nargs="*", type=Path, help="folder revisi; tanpa ini semua layanan")
        docs = which.add_parser("docs", help="tulis docs/path.md dan docs/sop_coverage.md")
        docs.add_argument("--check", action="store_true", help="jangan menulis; gagal bila ada yang usang")
        docs.add_argument("--out", type=Path, default=settings.BASE_DIR / "docs", help="folder tujuan")
        bpmn = which.add_parser("bpmn", help="tulis alur sebuah layanan sebagai BPMN 2.0")
        bpmn.add_argument(
            "folder", nargs="?", type=Path, help="folder revisi; tanpa ini layanan satu-satunya"
        )
        bpmn.add_argument(
            "--unfold",
            action="store_true",
            help="gambar langkah sekali untuk setiap pemanggil yang menunggu: tepat, untuk pembuktian",
        )
        which.add_parser("store", help="simpan revisi layanan ke basis data, dengan seri nomornya")
        publish = which.add_parser(
            "publish", help="simpan revisi baru, berlaku bagi permohonan baru sejak tanggalnya"
        )
        publish.add_argument("folder", type=Path, help="folder revisi")
        publish.add_argument("--effective-from", type=day, required=True, help="tanggal berlaku, TTTT-BB-HH")
        move = which.add_parser(
            "migrate", help="pindahkan berkas berjalan ke revisi lain; tanpa --apply hanya rencana"
        )
        move.add_argument("--service", help="kode layanan; tanpa ini satu-satunya layanan")
        move.add_argument("--from", dest="source", required=True, help="nomor revisi lama")
        move.add_argument("--to", dest="target", required=True, help="nomor revisi baru")
        move.add_argument(
            "--map", nargs="+", default=[], metavar="LAMA=BARU", help="langkah yang berganti nama"
        )
        move.add_argument("--apply", action="store_true", help="laksanakan rencananya")
        diff = which.add_parser(
            "diff", help="sebut perbedaan dua revisi; berakhir dengan 1 bila berbeda, 0 bila sama"
        )
        diff.add_argument("old", help="folder revisi, atau nomor revisi yang tersimpan")
        diff.add_argument("new", help="folder revisi, atau nomor revisi yang tersimpan")
        diff.add_argument("--service", help="kode layanan, bila nomor revisinya dipakai lebih dari satu")
        book = which.add_parser("print", help="cetak SOP lengkap sebagai PDF, dari data yang berjalan")
        book.add_argument("folder", nargs="?", type=Path, help="folder revisi; tanpa ini yang terbaru")
        copies = book.add_mutually_exclusive_group()
        copies.add_argument("--copy", type=copy_number, default=0, help="nomor salinan terkendali")
        copies.add_argument("--uncontrolled", action="store_true", help="salinan tidak terkendali")
        book.add_argument("-o", "--out", type=Path, required=True, help="berkas PDF tujuan")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["which"] == "check":
            self.check_folders(tuple(options["folders"]) or folders())
        elif options["which"] == "docs":
            self.docs(options["out"], only_check=options["check"])
        elif options["which"] == "bpmn":
            self.bpmn(options["folder"], unfold=options["unfold"])
        elif options["which"] == "print":
            copy = None if options["uncontrolled"] else options["copy"]
            self.print_book(options["folder"], copy=copy, out=options["out"])
        elif options["which"] == "diff":
            self.diff(*(revision(options[which], options["service"]) for which in ("old", "new")))
        elif options["which"] == "publish":
            self.publish(options["folder"], effective_from=options["effective_from"])
        elif options["which"] == "migrate":
            self.migrate(
                stored(options["source"], options["service"]),
                stored(options["target"], options["service"]),
                renamed=renamed_steps(options["map"]),
                apply=options["apply"],
            )
        else:
            self.store()

    def check_folders(self, paths: tuple[Path, ...]) -> None:
        """Read each folder; say OK, or every fault by file, step and reason."""
        broken = 0
        for path in paths:
            name = "/".join(path.parts[-2:])
            try:
                service = read_service(load_folder(path))
            except BrokenSop as refusal:
                broken += 1
                for fault in refusal.faults:
                    self.stdout.write(f"RUSAK {name}: {fault}")
                continue
            self.stdout.write(
                f"OK {name}: {service.process.title}, {len(service.process.steps)} langkah, "
                f"{len(service.process.requirements)} persyaratan"
            )
        if not paths:
            raise CommandError("Tidak ada layanan.")
        if broken:
            raise CommandError(f"{broken} dari {len(paths)} layanan tidak dapat dijalankan.")

    def docs(self, folder: Path, *, only_check: bool) -> None:
        """Write the generated documents, or tell which of them are stale."""
        try:
            texts = {folder / name: text for name, text in generated()}
        except BrokenSop as refusal:
            raise CommandError("\n".join(str(fault) for fault in refusal.faults)) from None
        stale = [path for path, text in texts.items() if not path.exists() or path.read_text() != text]
        if only_check:
            if stale:
                names = ", ".join(path.name for path in stale)
                raise CommandError(f"Usang: {names}. Jalankan: manage.py sop docs")
            return
        for path in stale:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(texts[path])
            self.stdout.write(f"ditulis: {path.name}")

    def bpmn(self, folder: Path | None, *, unfold: bool) -> None:
        """Write a service's process, to be redirected into a file."""
        process = read(load_folder(folder or self.only_folder())).process
        try:
            self.stdout.write(render_bpmn(process, unfold=unfold), ending="")
        except Unbounded as refusal:
            raise CommandError(str(refusal)) from None

    def print_book(self, folder: Path | None, *, copy: int | None, out: Path) -> None:
        """Print a revision: the original (`copy` 0), a numbered controlled copy, or an uncontrolled one."""
        if folder is None:
            folder = self.only_folder()
        files = load_folder(folder)
        service = read(files)
        out.write_bytes(print_book(service, sha256=digest(files), copy=copy))
        kind = "salinan tidak terkendali" if copy is None else f"salinan nomor {copy}" if copy else "asli"
        self.stdout.write(f"{book_title(service)}, {kind}: {out}")

    def only_folder(self) -> Path:
        """The newest folder of the only service; CommandError where it has to be named."""
        found = newest()
        if len(found) != 1:
            raise CommandError("Sebutkan folder revisinya: ada lebih dari satu layanan.")
        return found[0]

    @transaction.atomic
    def store(self) -> None:
        """Keep every revision that is not kept yet; set up the number series that are missing."""
        at = timezone.now()
        for path in folders():
            files = load_folder(path)
            process = read(files).process
            kept = store_revision(files=files, by_id=None, at=at, effective_from=process.effective)
            made = "disimpan" if kept.stored_at == at else "sudah tersimpan"
            self.stdout.write(f"{kept}: {made} ({kept.sha256[:12]})")
            self.set_up_numbers(process, at=at)

    def set_up_numbers(self, process: Process, *, at: datetime) -> None:
        """Set up the number series of a service that are missing."""
        for series in set_up_missing(process, at=at):
            self.stdout.write(f"seri nomor disiapkan: {series.label}, {series.pattern}")

    @transaction.atomic
    def publish(self, folder: Path, *, effective_from: date) -> None:
        """Keep a new revision from a day on."""
        at, files = timezone.now(), load_folder(folder)
        process = read(files).process
        try:
            kept = publish_revision(files=files, by_id=None, at=at, effective_from=effective_from)
        except Refused as refusal:
            raise CommandError(str(refusal)) from None
        self.set_up_numbers(process, at=at)
        self.stdout.write(
            f"{kept}: berlaku bagi permohonan baru sejak {tanggal(effective_from)}. Berkas berjalan dan "
            "permohonan yang sedang disusun tetap pada revisinya (manage.py sop migrate)."
        )

    def diff(self, old: Service, new: Service) -> None:
        """Tell what changed; the exit code is 1 where anything did."""
        found = changes(old, new)
        for change in found:
            self.stdout.write(str(change))
        if found:
            sys.exit(1)
        self.stdout.write("Tidak ada perbedaan.")

    def migrate(self, source: Revision, target: Revision, *, renamed: Mapping[str, str], apply: bool) -> None:
        """Show what moving the running cases would do, and do it where asked."""
        plan = plan_migration(source, target, renamed=renamed)
        self.stdout.write(
            f"Dari {source} ke {target}: {len(plan.cases)} berkas, {plan.drafts} permohonan disusun."
        )
        for row in plan.standings:
            to = f"{row.becomes} ({row.title})" if row.becomes else "TIDAK ADA TEMPATNYA"
            self.stdout.write(f"  langkah {row.number} {row.step}: {row.cases} berkas ke {to}")
        names = {
            case.pk: str(case)
            for case in Case.objects.filter(pk__in=plan.cases).select_related("application")
        }
        for shift in plan.shifts:
            was, becomes = (tanggal(day) if day else "tanpa batas" for day in (shift.was, shift.becomes))
            self.stdout.write(f"  batas {names[shift.case_id]}: {was} menjadi {becomes}")
        if plan.faults:
            raise CommandError("Tidak dapat dipindahkan:\n" + "\n".join(plan.faults))
        if not apply:
            self.stdout.write("Belum ada yang diubah. Tambahkan --apply untuk melaksanakannya.")
            return
        try:
            migrate(source, target, renamed=renamed, by=None, at=timezone.now())
        except Stale:
            raise CommandError(
                "Ada berkas yang bergerak sementara itu; tidak ada yang diubah. Ulangi."
            ) from None
        except Refused as refusal:
            raise CommandError(str(refusal)) from None
        self.stdout.write("Selesai dipindahkan.")


def revision(asked: str, service: str | None) -> Service:
    """Read a revision by its folder or, where there is no such folder, by the number it is stored under."""
    path = Path(asked)
    return read(load_folder(path)) if path.is_dir() else stored(asked, service).definition


def stored(number: str, service: str | None) -> Revision:
    """Find the newest stored revision of a number; CommandError where there is none or several services."""
    found = Revision.objects.filter(number=number).order_by("-effective_from", "-pk")
    if service:
        found = found.filter(service=service)
    if len(set(found.values_list("service", flat=True).order_by())) > 1:
        raise CommandError("Sebutkan layanannya dengan --service.")
    newest_first = found.first()
    if newest_first is None:
        raise CommandError(f"Revisi {number} tidak tersimpan.")
    return newest_first


def renamed_steps(pairs: list[str]) -> dict[str, str]:
    """Read OLD=NEW pairs; CommandError names one that is none, or a step mapped twice."""
    renamed: dict[str, str] = {}
    for pair in pairs:
        old, sign, new = pair.partition("=")
        if not (old and sign and new) or old in renamed:
            raise CommandError(f"Peta '{pair}' harus LAMA=BARU, setiap langkah lama sekali.")
        renamed[old] = new
    return renamed


def day(text: str) -> date:
    """Read a day written as in ISO 8601."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError("tanggal ditulis TTTT-BB-HH, misalnya 2026-12-01") from None


def read(files: Mapping[str, bytes]) -> Service:
    """Read a revision; CommandError with every fault."""
    try:
        return read_service(files)
    except BrokenSop as refusal:
        raise CommandError("\n".join(str(fault) for fault in refusal.faults)) from None


def copy_number(text: str) -> int:
    """Read the number of a controlled copy, from 1."""
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 999:
        raise argparse.ArgumentTypeError("nomor salinan harus bilangan 1 sampai 999")
    return int(text)


def generated() -> Iterator[tuple[str, str]]:
    """Render the documents that are made from the SOP: name and text; raises BrokenSop."""
    read = [(path, read_service(load_folder(path))) for path in newest()]
    yield "path.md", "\n".join(render_path(service.process) for _, service in read)
    yield "sop_coverage.md", "\n".join(answered(path, service) for path, service in read)


def newest() -> list[Path]:
    """List the last revision folder of each service."""
    return list({path.parent.name: path for path in folders()}.values())


def answered(path: Path, service: Service) -> str:
    """Render what became of every clause of a service's SOP; raises BrokenSop."""
    given = coverage.read_coverage((path / coverage.FILE).read_text())
    found = coverage.answers_by_clause(given, service.document, root=settings.BASE_DIR)
    return coverage.render_coverage(found, service.document)
