"""`manage.py sop check | docs | bpmn | store`: the SOP as data, checked, written out, and kept."""

from __future__ import annotations

from collections.abc import Iterator
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
from muara.sop.bpmn import Unbounded, render_bpmn
from muara.sop.broken import BrokenSop
from muara.sop.path import render_path
from muara.sop.service import Service, folders, load_folder, read_service


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

    def handle(self, *args: Any, **options: Any) -> None:
        if options["which"] == "check":
            self.check_folders(tuple(options["folders"]) or folders())
        elif options["which"] == "docs":
            self.docs(options["out"], only_check=options["check"])
        elif options["which"] == "bpmn":
            self.bpmn(options["folder"], unfold=options["unfold"])
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
        paths = [folder] if folder else newest()
        if len(paths) != 1:
            raise CommandError("Sebutkan folder revisi layanan yang dimaksud.")
        try:
            process = read_service(load_folder(paths[0])).process
            self.stdout.write(render_bpmn(process, unfold=unfold), ending="")
        except BrokenSop as refusal:
            raise CommandError("\n".join(str(fault) for fault in refusal.faults)) from None
        except Unbounded as refusal:
            raise CommandError(str(refusal)) from None

    @transaction.atomic
    def store(self) -> None:
        """Keep every revision that is not kept yet; set up the number series that are missing."""
        at = timezone.now()
        for path in folders():
            files = load_folder(path)
            try:
                process = read_service(files).process
            except BrokenSop as refusal:
                raise CommandError("\n".join(str(fault) for fault in refusal.faults)) from None
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
