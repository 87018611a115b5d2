"""`manage.py verify-permit FILE`: whether a signed and sealed decree is to be trusted, and why not."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from muara.documents.indonesian import waktu
from muara.documents.signing.published import NotAKeyFile, read_public_keys
from muara.documents.signing.validate import CERTIFIED, LARGEST, Found, Verdict, validate
from muara.steps.actions.signing import verify


class Command(BaseCommand):
    help = (
        "Memeriksa PDF keputusan yang ditandatangani secara elektronik. Kode keluar 0: sah, 1: tidak sah, "
        "2: tidak dapat diperiksa."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="berkas PDF")
        parser.add_argument(
            "--keys", type=Path, help="berkas kunci publik kantor (JSON): memeriksa tanpa basis data"
        )
        parser.add_argument("--json", action="store_true", help="putusan sebagai JSON")

    def handle(self, *args: Any, file: Path, keys: Path | None, **options: Any) -> None:
        at = timezone.now()
        content = _read(file)
        if keys is None:
            verdict = verify(content, at=at)
        else:
            try:
                trust = read_public_keys(_read(keys).decode("utf-8", "replace"))
            except NotAKeyFile:
                raise CommandError(f"{keys} bukan berkas kunci publik kantor.", returncode=2) from None
            verdict = validate(content, trust=trust, expected=None, at=at)
        if options["json"]:
            told = asdict(verdict) | {"valid": verdict.valid, "sentence": verdict.sentence}
            self.stdout.write(json.dumps(told, ensure_ascii=False, indent=2, default=str))
        else:
            self.tell(verdict)
        if not verdict.valid:
            raise CommandError("Jangan percayai berkas ini.", returncode=1)

    def tell(self, verdict: Verdict) -> None:
        self.stdout.write(verdict.sentence)
        for role, found in (("Ditandatangani", verdict.official), ("Disegel", verdict.seal)):
            if verdict.valid and found is not None:
                self.stdout.write(f"{role}: {_told(found)}")
        if verdict.valid and verdict.official is not None and verdict.official.certified:
            self.stdout.write(CERTIFIED)
        if verdict.valid:
            for name, label in (("tanggal", "Tanggal penetapan"), ("berlaku", "Berlaku sampai")):
                if name in verdict.values:
                    self.stdout.write(f"{label}: {verdict.values[name]}")
            if not verdict.against_register:
                self.stdout.write("Apakah keputusan masih berlaku dijawab register kantor, bukan berkas ini.")
        self.stdout.write(f"SHA-256 berkas: {verdict.sha256}")


def _told(found: Found) -> str:
    moment = waktu(found.at) if found.at else "tanpa waktu"
    proof = "dibuktikan stempel waktu" if found.timestamped else "menurut penanda tangan"
    return f"{found.name}, {moment} ({proof}), sertifikat {found.fingerprint[:16]}…"


def _read(path: Path) -> bytes:
    try:
        if path.stat().st_size > LARGEST:
            raise CommandError(f"{path} terlalu besar untuk sebuah keputusan.", returncode=2)
        return path.read_bytes()
    except OSError as problem:
        raise CommandError(f"{path} tidak dapat dibaca: {problem.strerror}.", returncode=2) from None
