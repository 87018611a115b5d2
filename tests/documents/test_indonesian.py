"""Numbers and dates as an official letter writes them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muara.documents.indonesian import (
    angka,
    angka_huruf,
    hari_tanggal,
    ordinal_diktum,
    romawi,
    tanggal,
    terbilang,
    waktu,
    waktu_ringkas,
)

VALUES = {
    "nol": 0, "satu": 1, "dua": 2, "tiga": 3, "empat": 4, "lima": 5, "enam": 6, "tujuh": 7, "delapan": 8,
    "sembilan": 9, "sepuluh": 10, "sebelas": 11, "seratus": 100, "seribu": 1000,
}  # fmt: skip
SCALES = {"ribu": 10**3, "juta": 10**6, "miliar": 10**9, "triliun": 10**12}


def read(words: str) -> int:
    """Read Indonesian number words back, by another method than the one that writes them."""
    total, part = 0, 0
    for word in words.split():
        if word in SCALES:
            total, part = total + part * SCALES[word], 0
        elif word == "ratus":
            part = part - part % 10 + part % 10 * 100
        elif word == "puluh":
            part = part - part % 10 + part % 10 * 10
        elif word == "belas":
            part += 10
        elif word == "seribu":
            total += 1000
        else:
            part += VALUES[word]
    return total + part


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "nol"),
        (5, "lima"),
        (10, "sepuluh"),
        (11, "sebelas"),
        (14, "empat belas"),
        (20, "dua puluh"),
        (21, "dua puluh satu"),
        (100, "seratus"),
        (111, "seratus sebelas"),
        (1000, "seribu"),
        (1100, "seribu seratus"),
        (2026, "dua ribu dua puluh enam"),
        (11_000, "sebelas ribu"),
        (100_000, "seratus ribu"),
        (1_000_000, "satu juta"),
        (3_000_000_000, "tiga miliar"),
        (10**12, "satu triliun"),
    ],
)
def test_whole_numbers_are_written_in_words(number: int, words: str) -> None:
    assert terbilang(number) == words


@given(st.integers(0, 10**12))
def test_words_read_back_to_the_number(number: int) -> None:
    assert read(terbilang(number)) == number


@pytest.mark.parametrize("number", [-1, 10**12 + 1])
def test_numbers_outside_the_range_are_refused(number: int) -> None:
    with pytest.raises(ValueError, match="between"):
        terbilang(number)


def test_a_number_stands_in_figures_and_words() -> None:
    assert angka_huruf(14) == "14 (empat belas)"


def test_dates_are_written_in_indonesian() -> None:
    assert tanggal(date(2026, 12, 10)) == "10 Desember 2026"
    assert hari_tanggal(date(2026, 12, 10)) == "Kamis, 10 Desember 2026"
    assert hari_tanggal(date(2027, 1, 1)) == "Jumat, 1 Januari 2027"


def test_moments_are_written_in_the_offices_time() -> None:
    late = datetime(2026, 12, 9, 17, 5, tzinfo=UTC)  # already the next day in Samarinda

    assert waktu(late) == "10 Desember 2026 pukul 01.05 WITA"
    assert waktu_ringkas(late) == "10-12-2026 01.05"


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("0.5", "0,5"),
        ("1234567.50", "1.234.567,50"),
        ("1000", "1.000"),
        ("-2.125", "-2,125"),
        ("1E+3", "1.000"),
    ],
)
def test_decimals_have_a_comma_and_thousands_dots(value: str, written: str) -> None:
    assert angka(Decimal(value)) == written


@pytest.mark.parametrize(
    ("number", "roman"), [(1, "I"), (3, "III"), (4, "IV"), (12, "XII"), (1994, "MCMXCIV")]
)
def test_roman_numerals(number: int, roman: str) -> None:
    assert romawi(number) == roman


def test_nothing_has_no_roman_numeral() -> None:
    with pytest.raises(ValueError, match="Roman"):
        romawi(0)


def test_rulings_are_named_as_decrees_name_them() -> None:
    # domain 6.5
    ten = "KESATU KEDUA KETIGA KEEMPAT KELIMA KEENAM KETUJUH KEDELAPAN KESEMBILAN KESEPULUH"
    assert [ordinal_diktum(n) for n in range(1, 11)] == ten.split()
    assert [ordinal_diktum(n) for n in (11, 12, 20)] == ["KESEBELAS", "KEDUA BELAS", "KEDUA PULUH"]
    with pytest.raises(ValueError, match="21"):
        ordinal_diktum(21)
