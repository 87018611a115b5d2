"""Single values as people type them; identifiers and points are made up (domain: fictional samples)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muara.sop.places import KALTIM_LAND, KALTIM_SEA, REGENCIES, regency
from muara.sop.values import (
    Coordinate,
    ValueRefused,
    check_email,
    check_kbli,
    check_nib,
    check_nik,
    check_npwp,
    check_phone,
    check_postal_code,
    clean_text,
    is_oil_and_gas,
    parse_coordinate,
    parse_date,
    parse_decimal,
    parse_integer,
    show_coordinate,
    split_coordinate,
)

BALIKPAPAN, BONTANG = regency("64.71"), regency("64.74")


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("0,5", "0.5"),
        ("0.5", "0.5"),
        ("1000", "1000"),
        ("1,000", "1.000"),
        ("0.500", "0.500"),
        ("1.234,5", "1234.5"),
        ("1,234.5", "1234.5"),
        ("1.000.000", "1000000"),
        ("12.5", "12.5"),
        (" 7 ", "7"),
        ("-3,25", "-3.25"),
        ("−3,25", "-3.25"),
    ],
)
def test_a_number_is_read_with_comma_or_point(typed: str, number: str) -> None:
    assert parse_decimal(typed) == Decimal(number)


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        (
            "1.000",
            "“1.000” dapat berarti 1000 atau 1 koma 000. Tulis 1000, atau 1,000 bila yang dimaksud pecahan.",
        ),
        (
            "12.50\x00",
            "“12.50�” bukan angka. Tulis angka saja, misalnya 1250 atau 0,5.",
        ),
        ("", "Isi angkanya."),
        ("seribu", "“seribu” bukan angka. Tulis angka saja, misalnya 1250 atau 0,5."),
        ("1e5", "“1e5” bukan angka. Tulis angka saja, misalnya 1250 atau 0,5."),
        ("NaN", "“NaN” bukan angka. Tulis angka saja, misalnya 1250 atau 0,5."),
        ("1.00.0", "“1.00.0” bukan angka. Tulis angka saja, misalnya 1250 atau 0,5."),
        ("1.000.000.5", "“1.000.000.5” bukan angka. Tulis angka saja, misalnya 1250 atau 0,5."),
        ("5\x00", "“5�” bukan angka. Tulis angka saja, misalnya 1250 atau 0,5."),
        ("٣", "“٣” bukan angka. Tulis angka saja, misalnya 1250 atau 0,5."),
        ("9" * 16, "Angka terlalu panjang. Tulis paling banyak 15 angka."),
    ],
)
def test_an_unclear_number_is_refused_with_what_to_do(typed: str, message: str) -> None:
    with pytest.raises(ValueRefused) as refused:
        parse_decimal(typed)

    assert refused.value.message == message


def test_a_whole_number_has_no_fraction() -> None:
    assert parse_integer("31") == 31
    assert [parse_integer(typed) for typed in ("1650", "1.650", " 1.234.567 ")] == [1650, 1650, 1234567]
    with pytest.raises(ValueRefused, match="bilangan bulat"):
        parse_integer("1,5")


@pytest.mark.parametrize(
    "typed", ["2026-12-10", "10/12/2026", "10-12-2026", "10 Desember 2026", "10 desember 2026"]
)
def test_a_date_is_read_as_people_write_it(typed: str) -> None:
    assert parse_date(typed) == date(2026, 5 if "mei" in typed else 12, 10)


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("31/02/2026", "tidak ada dalam kalender"),
        ("10 December 2026", "Tulis tanggal sebagai hari, bulan, tahun"),
        ("besok", "Tulis tanggal sebagai hari, bulan, tahun"),
        ("01/01/0026", "Tahun 26 tidak masuk akal"),
    ],
)
def test_an_impossible_date_is_refused(typed: str, reason: str) -> None:
    with pytest.raises(ValueRefused, match=reason):
        parse_date(typed)


@pytest.mark.parametrize(
    ("latitude", "longitude", "point"),
    [
        ("1°15'30\" LS", "117°02'10\" BT", ("-1.258333", "117.036111")),
        ("1°15'30,5\" LS", "117°02'10\" BT", ("-1.258472", "117.036111")),
        ("1°15′30.5″ LS", "117°02′10″ BT", ("-1.258472", "117.036111")),
        ("0°08'24\" LU", "117°30'00\" BT", ("0.140000", "117.500000")),
        ("LS 1°15'30\"", "BT 117°02'10\"", ("-1.258333", "117.036111")),
        ("1 15 30 LS", "117 2 10 BT", ("-1.258333", "117.036111")),
        ("1°15,5' lintang selatan", "117°2' bujur timur", ("-1.258333", "117.033333")),
        ("-1,258333", "117,036111", ("-1.258333", "117.036111")),
        ("−1.2583334", "117.0361111", ("-1.258333", "117.036111")),
        ("+0.14", "117.5", ("0.140000", "117.500000")),
        ("-1.258333 LS", "117.036111 BT", ("-1.258333", "117.036111")),
        ("0", "117.5", ("0", "117.500000")),
        ("2.75", "117.5", ("2.750000", "117.500000")),
    ],
)
def test_a_point_is_read_in_degrees_or_in_minutes_and_seconds(
    latitude: str, longitude: str, point: tuple[str, str]
) -> None:
    assert parse_coordinate(latitude, longitude) == Coordinate(Decimal(point[0]), Decimal(point[1]))


@pytest.mark.parametrize(
    ("latitude", "longitude", "reason"),
    [
        ("117°02'10\" BT", "1°15'30\" LS", "Lintang dan bujur tertukar"),
        ("117.036111", "-1.258333", "Lintang dan bujur tertukar"),
        ("1.258333", "117.036111", "belum menyebut utara atau selatan"),
        ("-1.258333", "-117.036111", "bujur timur"),
        ("-1.258333", "117.036111 BB", "bujur timur"),
        (
            "-6.2",
            "106.8",
            "di luar wilayah yang diterima: lintang −2,65 sampai 2,80, bujur 116,0 sampai 119,3",
        ),
        ("-1.25 LU", "117.03 BT", "bertentangan"),
        ("1°75'00\" LS", "117°02'10\" BT", "kurang dari 60"),
        ("1,5°15'00\" LS", "117°02'10\" BT", "bagian terakhir lintang"),
        ("LS 1°15'30\" LU", "117°02'10\" BT", "satu penanda"),
        ("di laut", "117°02'10\" BT", "Tulis lintang seperti"),
        ("-1.25", "timur", "Tulis bujur seperti"),
        ("1°15'30\" LS", "999° BT", "Derajat bujur terlalu besar"),
        ("-1.2\x00", "117", "Tulis lintang seperti"),
    ],
)
def test_an_unusable_point_is_refused_with_the_likely_cause(
    latitude: str, longitude: str, reason: str
) -> None:
    with pytest.raises(ValueRefused, match=reason):
        parse_coordinate(latitude, longitude)


def test_the_regency_tells_a_lost_sign_from_a_northern_point() -> None:
    with pytest.raises(ValueRefused, match=r"tulis LS atau tanda minus .* di luar Kota Balikpapan"):
        parse_coordinate("1.258333", "116.9", near=BALIKPAPAN)
    with pytest.raises(ValueRefused, match="di luar Kota Balikpapan"):
        parse_coordinate("1°15'30\" LU", "116°54'00\" BT", near=BALIKPAPAN)
    with pytest.raises(ValueRefused, match="belum menyebut"):
        parse_coordinate("0.14", "117.5", near=BONTANG)
    assert parse_coordinate("0.40", "117.5", near=BONTANG).latitude == Decimal("0.4")


def test_a_point_off_the_coast_is_inside_the_sea_box_and_inland_is_not() -> None:
    assert KALTIM_SEA.holds(Decimal("-1.30"), Decimal("116.95"))
    assert not KALTIM_SEA.holds(Decimal("0.1"), Decimal("115.9"))
    assert KALTIM_LAND.holds(Decimal("0.1"), Decimal("115.9"))


@pytest.mark.parametrize(
    ("typed", "parts"),
    [
        ("1°15'30\" LS 117°02'10\" BT", ("1°15'30\" LS", "117°02'10\" BT")),
        ("117°02'10\" BT, 1°15'30\" LS", ("1°15'30\" LS", "117°02'10\" BT")),
        ("LS 1°15'30\" BT 117°02'10\"", ("LS 1°15'30\"", "BT 117°02'10\"")),
        ("-1,258333; 117,036111", ("-1,258333", "117,036111")),
        ("-1.258333, 117.036111", ("-1.258333", "117.036111")),
        ("-1.258333,117.036111", ("-1.258333", "117.036111")),
        ("-1,258333,117,036111", ("-1,258333", "117,036111")),
        ("-1.258333 117.036111", ("-1.258333", "117.036111")),
    ],
)
def test_one_text_is_split_into_latitude_and_longitude(typed: str, parts: tuple[str, str]) -> None:
    assert split_coordinate(typed) == parts


@pytest.mark.parametrize("typed", ["", "-1.258333", "1 2 3 4 5", "laut", "117°02'10\" BT"])
def test_a_text_that_is_no_pair_is_refused(typed: str) -> None:
    with pytest.raises(ValueRefused, match="Tulis lintang lalu bujur"):
        split_coordinate(typed)


@given(
    st.decimals("-2.64", "2.79", places=6, allow_nan=False),
    st.decimals("116.01", "119.29", places=6, allow_nan=False),
)
def test_a_point_survives_being_written_in_degrees_minutes_and_seconds(
    latitude: Decimal, longitude: Decimal
) -> None:
    shown = show_coordinate(Coordinate(latitude, longitude))

    read = parse_coordinate(*split_coordinate(shown))

    assert abs(read.latitude - latitude) <= Decimal("0.000003")
    assert abs(read.longitude - longitude) <= Decimal("0.000003")


@pytest.mark.parametrize(
    ("check", "typed", "kept"),
    [
        (check_nib, "9999000000011", "9999000000011"),
        (check_nib, "9999 0000 00011", "9999000000011"),
        (check_npwp, "99.999.999.9-999.000", "999999999999000"),
        (check_npwp, "0999999999999000", "0999999999999000"),
        (check_nik, "6400004107809999", "6400004107809999"),
        (check_nik, "640000 290200 9999", "6400002902009999"),
        (check_phone, "+62 811-0000-0001", "+6281100000001"),
        (check_phone, "0811 0000 0001", "+6281100000001"),
        (check_phone, "(0541) 123456", "+62541123456"),
        (check_phone, "62811 0000 0001", "+6281100000001"),
        (check_kbli, "10431", "10431"),
        (check_postal_code, "75 123", "75123"),
        (check_email, " sari@contoh.example ", "sari@contoh.example"),
    ],
)
def test_an_identifier_is_kept_without_its_marks(check: Callable[[str], str], typed: str, kept: str) -> None:
    assert check(typed) == kept


COUNT = "terdiri atas {} angka; yang ditulis {}. Periksa kembali."
BIRTH = "Tanggal lahir dalam NIK (angka ke-7 sampai ke-12) tidak mungkin. Periksa kembali."
PHONE = "Tulis nomor telepon dengan awalan 0 atau +62, misalnya 0541-123456 atau +62 811-0000-0001."
MAIL = "Tulis alamat surel yang lengkap, misalnya nama@perusahaan.co.id."


@pytest.mark.parametrize(
    ("check", "typed", "message"),
    [
        (check_nib, "999900000001", f"NIB {COUNT.format(13, '12 angka')}"),
        (check_nib, "99990000000AB", f"NIB {COUNT.format(13, 'memuat huruf atau tanda lain')}"),
        (check_npwp, "1234", f"NPWP {COUNT.format('15 atau 16', '4 angka')}"),
        (check_nik, "6400003113809999", BIRTH),
        (check_nik, "6400007302809999", BIRTH),
        (check_nik, "6400000101800000", "Empat angka terakhir NIK tidak mungkin 0000. Periksa kembali."),
        (check_phone, "811 0000 0001", PHONE),
        (check_phone, "+1 202 555 0100", PHONE),
        (check_phone, "+62 0811 0000", PHONE),
        (check_phone, "0811", "Nomor telepon terlalu pendek atau terlalu panjang. Sertakan kode daerah."),
        (check_kbli, "104", f"KBLI {COUNT.format(5, '3 angka')}"),
        (check_postal_code, "07512", "Kode pos tidak diawali angka 0. Periksa kembali."),
        (check_email, "sari@contoh", MAIL),
        (check_email, "sa ri@contoh.example", MAIL),
        (check_email, "sari@contoh.example\x00", MAIL),
    ],
)
def test_an_identifier_of_wrong_shape_is_refused(
    check: Callable[[str], str], typed: str, message: str
) -> None:
    with pytest.raises(ValueRefused) as refused:
        check(typed)

    assert refused.value.message == message


def test_oil_and_gas_is_known_by_its_business_class() -> None:
    assert [is_oil_and_gas(kbli) for kbli in ("06100", "06202", "09100", "10431")] == [
        True,
        True,
        True,
        False,
    ]


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  PT   Segara\tContoh  ", "PT Segara Contoh"),
        ("e\N{COMBINING ACUTE ACCENT}", "é"),
        ("baris satu\r\nbaris dua", "baris satu baris dua"),
        ("#strong[PT] $x$ @ref", "#strong[PT] $x$ @ref"),
    ],
)
def test_a_text_is_kept_on_one_line_and_as_typed(typed: str, kept: str) -> None:
    assert clean_text(typed) == kept


def test_a_long_text_keeps_its_lines() -> None:
    assert clean_text("\n satu  dua \r\n\r\ntiga\n", lines=True) == "satu dua\n\ntiga"


HIDDEN = "Teks memuat karakter tak terlihat ({}). Ketik ulang bagian itu tanpa menyalin-tempel."
EMOJI = "Karakter “🙂” (U+1F642) tidak dapat dicetak pada surat. Hapus atau ganti karakter itu."


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("PT \x00 Contoh", HIDDEN.format("U+0000")),
        ("PT\N{ZERO WIDTH JOINER}", HIDDEN.format("U+200D")),
        ("PT Contoh 🙂", EMOJI),
    ],
)
def test_what_a_letter_cannot_print_is_refused_by_name(typed: str, message: str) -> None:
    with pytest.raises(ValueRefused) as refused:
        clean_text(typed)

    assert refused.value.message == message


def test_the_repertoire_is_the_callers() -> None:
    with pytest.raises(ValueRefused, match="U\\+00E9"):
        clean_text("café", printable=str.isascii)
    with pytest.raises(ValueRefused, match="paling banyak 3"):
        clean_text("abcd", max_length=3)


@given(st.text())
def test_any_text_is_cleaned_or_refused_and_stays_clean(typed: str) -> None:
    try:
        once = clean_text(typed)
    except ValueRefused:
        return
    assert clean_text(once) == once


def test_regencies_bear_the_codes_of_the_ministry_of_home_affairs() -> None:
    assert [(item.code, item.coastal) for item in REGENCIES] == [
        ("64.01", True),
        ("64.02", True),
        ("64.03", True),
        ("64.07", False),
        ("64.08", True),
        ("64.09", True),
        ("64.11", False),
        ("64.71", True),
        ("64.72", False),
        ("64.74", True),
    ]
    assert regency("6471") is None
