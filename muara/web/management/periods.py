"""Options that commands over a period share."""

from __future__ import annotations

from datetime import date

from django.core.management.base import CommandError, CommandParser


def add_period(parser: CommandParser) -> None:
    """Ask for the first and the last office day (WITA)."""
    parser.add_argument("--from", dest="first", required=True, help="hari pertama, misalnya 2026-01-01")
    parser.add_argument("--to", dest="last", required=True, help="hari terakhir, misalnya 2026-06-30")


def read_period(first: str, last: str) -> tuple[date, date]:
    """Read the two days; raises CommandError."""
    try:
        period = date.fromisoformat(first), date.fromisoformat(last)
    except ValueError:
        raise CommandError("Tulis tanggalnya seperti 2026-01-31.") from None
    if period[0] > period[1]:
        raise CommandError("Hari pertama (--from) harus sebelum atau sama dengan hari terakhir (--to).")
    if period[1] == date.max:
        raise CommandError("Hari terakhir terlalu jauh.")
    return period
