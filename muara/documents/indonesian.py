"""Numbers, dates and ordinals as an Indonesian official letter writes them."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

WITA = ZoneInfo("Asia/Makassar")
DAYS = ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu")
MONTHS = (
    "Januari", "Februari", "Maret", "April", "Mei", "Juni",
    "Juli", "Agustus", "September", "Oktober", "November", "Desember",
)  # fmt: skip
UNITS = (
    "nol", "satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan",
    "sepuluh", "sebelas",
)  # fmt: skip
SCALES = (
    (10**12, "triliun"),
    (10**9, "miliar"),
    (10**6, "juta"),
    (10**3, "ribu"),
    (100, "ratus"),
    (10, "puluh"),
)
ROMAN = (
    (1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL"),
    (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"),
)  # fmt: skip


def terbilang(n: int) -> str:
    """Write a whole number from 0 to 10^12 in words: 14 → "empat belas"; ValueError outside."""
    if not 0 <= n <= 10**12:
        raise ValueError(f"{n} is not between 0 and 10^12")
    return _words(n)


def _words(n: int) -> str:
    if n < len(UNITS):
        return UNITS[n]
    if n < 20:
        return f"{UNITS[n - 10]} belas"
    base, name = next(scale for scale in SCALES if n >= scale[0])
    count, rest = divmod(n, base)
    # "seratus" and "seribu", but "satu juta": only hundreds and thousands contract.
    head = f"se{name}" if count == 1 and base <= 1000 else f"{_words(count)} {name}"
    return f"{head} {_words(rest)}" if rest else head


def angka_huruf(n: int) -> str:
    """Write a whole number in figures and words, as letters do: 14 → "14 (empat belas)"."""
    return f"{angka(Decimal(n))} ({terbilang(n)})"


def tanggal(day: date) -> str:
    """Write a date as "10 Desember 2026"."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def hari_tanggal(day: date) -> str:
    """Write a date with its weekday: "Kamis, 10 Desember 2026"."""
    return f"{DAYS[day.weekday()]}, {tanggal(day)}"


def waktu(moment: datetime) -> str:
    """Write an aware moment in Central Indonesian Time: "10 Desember 2026 pukul 09.30 WITA"."""
    local = moment.astimezone(WITA)
    return f"{tanggal(local.date())} pukul {local:%H.%M} WITA"


def waktu_ringkas(moment: datetime) -> str:
    """Write an aware moment briefly for a table cell: "10-12-2026 09.30", in WITA."""
    return f"{moment.astimezone(WITA):%d-%m-%Y %H.%M}"


def angka(value: Decimal) -> str:
    """Write a number with a decimal comma and dots between thousands, keeping its decimals."""
    return f"{value:,f}".translate(str.maketrans(",.", ".,"))


def romawi(n: int) -> str:
    """Write a number from 1 to 3999 in Roman numerals; ValueError outside."""
    if not 1 <= n <= 3999:
        raise ValueError(f"{n} has no Roman numeral")
    written = ""
    for value, letters in ROMAN:
        count, n = divmod(n, value)
        written += letters * count
    return written


def ordinal_diktum(n: int) -> str:
    """Name the n-th ruling of a decree, 1 to 20: "KESATU", "KEDUA" … "KEDUA PULUH"; ValueError outside."""
    if not 1 <= n <= 20:
        raise ValueError(f"a decree has no ruling number {n}")
    return "KESATU" if n == 1 else f"KE{terbilang(n).upper()}"
