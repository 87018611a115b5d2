"""`manage.py sop …`: the SOP as data, checked, written out, printed, kept and compared."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from muara.cases.actions import store_revision
from muara.permits.actions import set_up_series
from muara.permits.models import Series
from muara.sop import coverage
from muara.sop.broken import BrokenSop
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
        which.add_parser("store", help="simpan revisi layanan ke basis data, dengan seri nomornya")
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
        elif options["which"] == "print":
            copy = None if options["uncontrolled"] else options["copy"]
            self.print_book(options["folder"], copy=copy, out=options["out"])
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
            revision = store_revision(files=files, by_id=None, at=at, effective_from=process.effective)
            made = "disimpan" if revision.stored_at == at else "sudah tersimpan"
            self.stdout.write(f"{revision}: {made} ({revision.sha256[:12]})")
            for numbering in process.numberings:
                if Series.objects.filter(service=process.code, key=numbering.key).exists():
                    continue
                set_up_series(
                    service=process.code,
                    key=numbering.key,
                    label=numbering.label,
                    pattern=numbering.pattern,
                    values=dict(numbering.values),
                    starts_at=1,
                    by=None,
                    at=at,
                )
                self.stdout.write(f"seri nomor disiapkan: {numbering.label}, {numbering.pattern}")


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
