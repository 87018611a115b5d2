"""`manage.py eventlog --format xes|ocel`: the cases of a period as an event log, without personal data."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from muara.records.histories import histories, pseudonym
from muara.sop.eventlog import ocel, xes
from muara.web.management.periods import add_period, read_period

FORMATS = {"xes": xes, "ocel": ocel}


class Command(BaseCommand):
    help = (
        "Menulis catatan peristiwa (XES atau OCEL 2.0) semua berkas yang berjalan dalam suatu masa, tanpa "
        "data pribadi: pejabat dengan nama samaran, pemohon hanya perannya."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--format", choices=FORMATS, required=True, help="xes (IEEE 1849) atau ocel (JSON)"
        )
        add_period(parser)
        parser.add_argument("--out", type=Path, help="berkas tujuan; tanpa ini ke keluaran baku")

    def handle(self, *args: Any, **options: Any) -> None:
        first, last = read_period(options["first"], options["last"])
        pieces = FORMATS[options["format"]](histories(first=first, last=last), pseudonym=pseudonym)
        path: Path | None = options["out"]
        if path is None:
            for piece in pieces:
                self.stdout.write(piece, ending="")
            return
        with ExitStack() as stack:
            try:
                out = stack.enter_context(path.open("x", encoding="utf-8"))
            except OSError as problem:
                raise CommandError(f"{path} tidak dapat ditulis: {problem.strerror}.") from None
            out.writelines(pieces)
        self.stdout.write(f"ditulis: {path}")
