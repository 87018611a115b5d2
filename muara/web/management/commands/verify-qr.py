"""`manage.py verify-qr TEXT`: whether a permit's QR is this office's own, by its signature alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from muara.audit.keys import PERMIT, public_keys
from muara.permits.qr import NotGenuine, Unsigned, check


class Command(BaseCommand):
    help = (
        "Memeriksa tanda tangan dalam isi QR sebuah izin, tanpa basis data dan tanpa jaringan. Kode keluar "
        "0: asli, 1: tidak asli, 2: QR itu tidak memuat tanda tangan."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("text", help="alamat lengkap yang terbaca dari QR")
        parser.add_argument("--keys", type=Path, help="berkas kunci publik lain (JSON)")

    def handle(self, *args: Any, text: str, keys: Path | None, **options: Any) -> None:
        try:
            seal = check(text, _read(keys) if keys else _own())
        except Unsigned:
            raise CommandError(
                "QR ini tidak memuat tanda tangan: periksa alamatnya di register, atau tanda tangan "
                "elektronik PDF-nya.",
                returncode=2,
            ) from None
        except NotGenuine:
            raise CommandError(
                "TIDAK ASLI: isi QR ini tidak ditandatangani kunci yang dikenal, atau sudah diubah."
            ) from None
        kind = {"permit": "izin", "refusal": "penolakan"}[seal.kind]
        self.stdout.write(f"ASLI: QR {kind} untuk {seal.name}, kunci {seal.key}")
        self.stdout.write(f"alamat: {seal.address}")
        self.stdout.write(f"sidik isi keputusan: {seal.content}…")
        self.stdout.write(
            "QR dibuat ketika naskah disusun: ia tidak membuktikan nomor, tanda tangan, dan masa berlaku."
        )


def _own() -> dict[str, bytes]:
    return {key.id: bytes.fromhex(key.public) for key in public_keys() if key.use == PERMIT}


def _read(path: Path) -> dict[str, bytes]:
    try:
        rows = json.loads(path.read_text())["keys"]
        return {row["id"]: bytes.fromhex(row["public"]) for row in rows if row["use"] == PERMIT}
    except (OSError, ValueError, LookupError, TypeError) as problem:
        raise CommandError(f"{path} bukan berkas kunci publik: {problem}") from None
