"""Single values as people type them: read, normalised, or refused with a sentence that says what to do."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from muara.sop.places import KALTIM_SEA, Box, Regency

MONTHS = (
    "Januari",
    "Februari",
    "Maret",
    "April",
    "Mei",
    "Juni",
    "Juli",
    "Agustus",
    "September",
    "Oktober",
    "November",
    "Desember",
)
OIL_AND_GAS = ("061", "062", "091")
MOST_DIGITS = 15
MICRODEGREE = Decimal("0.000001")

_DIGITS = re.compile(r"[0-9]+")
_PLAIN = re.compile(r"[0-9]+(?:[.,][0-9]+)?")
_GROUPED = re.compile(r"[0-9]{1,3}(?:(?P<mark>[.,])[0-9]{3})(?:(?P=mark)[0-9]{3})*(?P<rest>[.,][0-9]+)?")
_UNCLEAR = re.compile(r"[1-9][0-9]{0,2}\.[0-9]{3}")
_EMAIL = re.compile(r"[A-Za-z0-9._%+'-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}")
_ANGLE = re.compile(
    r"(?P<sign>[+-])?\s*(?P<before>LU|LS|BT|BB|N|S|E|W)?\s*"
    r"(?P<degrees>[0-9]{1,3}(?:[.,][0-9]+)?)\s*°?\s*"
    r"(?:(?P<minutes>[0-9]{1,2}(?:[.,][0-9]+)?)\s*'?\s*)?"
    r"(?:(?P<seconds>[0-9]{1,2}(?:[.,][0-9]+)?)\s*\"?\s*)?"
    r"(?P<after>LU|LS|BT|BB|N|S|E|W)?"
)
_HEMISPHERES = {
    "LU": ("latitude", 1),
    "N": ("latitude", 1),
    "LS": ("latitude", -1),
    "S": ("latitude", -1),
    "BT": ("longitude", 1),
    "E": ("longitude", 1),
    "BB": ("longitude", -1),
    "W": ("longitude", -1),
}
_SPELLED = {
    "LINTANG UTARA": "LU",
    "LINTANG SELATAN": "LS",
    "BUJUR TIMUR": "BT",
    "BUJUR BARAT": "BB",
    "L.U.": "LU",
    "L.S.": "LS",
    "B.T.": "BT",
    "B.B.": "BB",
    "−": "-",
    "–": "-",
    "º": "°",
    "˚": "°",
    "''": '"',
    "′": "'",
    "’": "'",
    "‘": "'",
    "´": "'",
    "`": "'",
    "″": '"',
    "”": '"',
    "“": '"',
}
SWAPPED = "Lintang dan bujur tertukar. Tulis lintang (LU/LS) lebih dahulu, lalu bujur (BT)."


class ValueRefused(ValueError):
    """A typed value cannot be used; `message` tells the person what to do."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


@dataclass(frozen=True, slots=True)
class Coordinate:
    """A point in decimal degrees, WGS84, six decimals; south and west are negative."""

    latitude: Decimal
    longitude: Decimal


def is_basic(char: str) -> bool:
    """Tell whether a character is a plain printed one: the fallback where no font repertoire is given."""
    return ord(char) < 0x2460 and unicodedata.category(char)[0] in "LNPSZ"


def clean_text(
    text: str,
    *,
    printable: Callable[[str], bool] = is_basic,
    max_length: int | None = None,
    lines: bool = False,
) -> str:
    """Return a text trimmed, composed and on one line unless `lines`; raises ValueRefused.

    `printable` tells which characters the letters' fonts hold; anything else is refused by name.
    """
    plain = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " "))
    for char in plain:
        if char != "\n" and not printable(char):
            raise ValueRefused(_unprintable(char))
    rows = [" ".join(row.split()) for row in plain.split("\n")]
    cleaned = "\n".join(rows).strip("\n") if lines else " ".join(row for row in rows if row)
    if max_length is not None and len(cleaned) > max_length:
        raise ValueRefused(
            f"Terlalu panjang: {len(cleaned)} karakter. Ringkas menjadi paling banyak {max_length}."
        )
    return cleaned


def parse_decimal(text: str) -> Decimal:
    """Read a number with decimal comma or point ("0,5", "0.5", "1.234,5"); raises ValueRefused.

    A single point before three digits is refused: "1.000" may mean a thousand or one.
    """
    typed = text.strip().replace("−", "-")
    sign, digits = (typed[0], typed[1:]) if typed[:1] in {"-", "+"} else ("", typed)
    if not typed:
        raise ValueRefused("Isi angkanya.")
    if _UNCLEAR.fullmatch(digits):
        whole, part = digits.split(".")
        raise ValueRefused(
            f"“{typed}” dapat berarti {whole}{part} atau {whole} koma {part}. "
            f"Tulis {whole}{part}, atau {whole},{part} bila yang dimaksud pecahan."
        )
    if _PLAIN.fullmatch(digits):
        number = digits.replace(",", ".")
    elif (grouped := _GROUPED.fullmatch(digits)) and (grouped["rest"] or "")[:1] != grouped["mark"]:
        whole, rest = digits.removesuffix(grouped["rest"] or ""), grouped["rest"] or ""
        number = whole.replace(grouped["mark"], "") + rest.replace(",", ".")
    else:
        raise ValueRefused(f"“{_shown(typed)}” bukan angka. Tulis angka saja, misalnya 1250 atau 0,5.")
    if sum(char.isdigit() for char in number) > MOST_DIGITS:
        raise ValueRefused(f"Angka terlalu panjang. Tulis paling banyak {MOST_DIGITS} angka.")
    return Decimal(("-" if sign == "-" else "") + number)


def parse_integer(text: str) -> int:
    """Read a whole number, with or without the points of thousands ("1650", "1.650"); raises ValueRefused.

    What may be a thousand or one where fractions are allowed is a thousand here.
    """
    typed = text.strip()
    number = Decimal(typed.replace(".", "")) if _UNCLEAR.fullmatch(typed) else parse_decimal(typed)
    if number != number.to_integral_value():
        raise ValueRefused("Tulis bilangan bulat, tanpa pecahan.")
    return int(number)


def parse_date(text: str) -> date:
    """Read "2026-12-10", "10/12/2026", "10-12-2026" or "10 Desember 2026"; raises ValueRefused."""
    typed = " ".join(text.split())
    unclear = ValueRefused("Tulis tanggal sebagai hari, bulan, tahun, misalnya 10/12/2026.")
    if match := re.fullmatch(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})", typed):
        year, month, day = (int(part) for part in match.groups())
    elif match := re.fullmatch(r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})", typed):
        day, month, year = (int(part) for part in match.groups())
    elif match := re.fullmatch(r"([0-9]{1,2}) ([A-Za-z]+) ([0-9]{4})", typed):
        names = [name.lower() for name in MONTHS]
        if match[2].lower() not in names:
            raise unclear
        day, month, year = int(match[1]), names.index(match[2].lower()) + 1, int(match[3])
    else:
        raise unclear
    if not 1900 <= year <= 2200:
        raise ValueRefused(f"Tahun {year} tidak masuk akal. Periksa kembali tanggalnya.")
    try:
        return date(year, month, day)
    except ValueError:
        raise ValueRefused(f"Tanggal {typed} tidak ada dalam kalender.") from None


def split_coordinate(text: str) -> tuple[str, str]:
    """Split one text into latitude and longitude; raises ValueRefused where that cannot be told."""
    typed = _spelled_out(text)
    letters = re.findall(r"LU|LS|BT|BB|(?<![A-Z])[NSEW](?![A-Z])", typed)
    if len(letters) == 2:
        leading = typed.startswith(letters[0])
        cut = typed.index(letters[1], 1) if leading else typed.index(letters[0]) + len(letters[0])
        first, second = typed[:cut].strip(" ,;/"), typed[cut:].strip(" ,;/")
        axis = _HEMISPHERES[letters[0]][0]
        return (first, second) if axis == "latitude" else (second, first)
    for separator in (";", "/", ", ") if letters else (";", "/", ", ", " "):
        parts = [part.strip() for part in typed.split(separator) if part.strip()]
        if len(parts) == 2:
            return (parts[0].rstrip(","), parts[1])
    commas = [index for index, char in enumerate(typed) if char == ","]
    if len(commas) in {1, 3}:
        middle = commas[len(commas) // 2]
        return (typed[:middle].strip(), typed[middle + 1 :].strip())
    raise ValueRefused(
        "Tulis lintang lalu bujur, misalnya 1°15'30\" LS 117°02'10\" BT atau -1,258333; 117,036111."
    )


def parse_coordinate(
    latitude: str, longitude: str, *, box: Box | None = KALTIM_SEA, near: Regency | None = None
) -> Coordinate:
    """Read a point in decimal degrees or in degrees, minutes and seconds with LU/LS/BT; raises ValueRefused.

    The province lies on both sides of the equator, so a latitude needs LU, LS or a sign, unless the
    regency `near` which the point lies settles it (domain 9.2).
    """
    north, side = _angle(latitude, "latitude")
    east, _ = _angle(longitude, "longitude")
    if box is None or box.holds(north, east):
        _check_hemisphere(north, east, told=side, box=box, near=near)
    elif box.holds(east, north) or abs(north) > 90:
        raise ValueRefused(SWAPPED)
    elif box.holds(north, -east):
        raise ValueRefused("Bujur di sini adalah bujur timur. Tulis tanpa tanda minus, dengan BT.")
    elif box.holds(-north, east):
        raise ValueRefused(_flipped(north))
    else:
        raise ValueRefused(
            f"Titik ini di luar wilayah yang diterima: lintang {_shown_number(box.south)} sampai "
            f"{_shown_number(box.north)}, bujur {_shown_number(box.west)} sampai {_shown_number(box.east)}. "
            "Periksa kembali angka serta LU/LS."
        )
    return Coordinate(north, east)


def show_latitude(degrees: Decimal) -> str:
    """Write a latitude in degrees, minutes and seconds with two decimals: 1°15′30,50″ LS."""
    return f"{_sexagesimal(degrees)} {'LS' if degrees < 0 else 'LU'}"


def show_longitude(degrees: Decimal) -> str:
    """Write a longitude in degrees, minutes and seconds with two decimals: 117°02′10,00″ BT."""
    return f"{_sexagesimal(degrees)} {'BB' if degrees < 0 else 'BT'}"


def show_coordinate(point: Coordinate) -> str:
    """Write a point as latitude and longitude: 1°15′30,50″ LS 117°02′10,00″ BT."""
    return f"{show_latitude(point.latitude)} {show_longitude(point.longitude)}"


def check_nib(text: str) -> str:
    """Return a business number of 13 digits (PP 24/2018 art. 24; shape only); raises ValueRefused."""
    return _digits(text, "NIB", 13)


def check_npwp(text: str) -> str:
    """Return a tax number of 15 or 16 digits without marks (shape only); raises ValueRefused."""
    digits = _bare(text)
    if not _DIGITS.fullmatch(digits) or len(digits) not in {15, 16}:
        raise ValueRefused(
            f"NPWP terdiri atas 15 atau 16 angka; yang ditulis {_count(digits)}. Periksa kembali."
        )
    return digits


def check_nik(text: str) -> str:
    """Return a citizen's number of 16 digits with a possible date of birth; raises ValueRefused."""
    digits = _digits(text, "NIK", 16)
    day, month, year = int(digits[6:8]), int(digits[8:10]), int(digits[10:12])
    born = day - 40 if day > 40 else day
    if not any(_is_date(century + year, month, born) for century in (1900, 2000)):
        raise ValueRefused(
            "Tanggal lahir dalam NIK (angka ke-7 sampai ke-12) tidak mungkin. Periksa kembali."
        )
    if digits.endswith("0000"):
        raise ValueRefused("Empat angka terakhir NIK tidak mungkin 0000. Periksa kembali.")
    return digits


# What an office looks at to know somebody by, and how long its number is.
CARDS = {"ktp": (16, 16), "sim": (12, 16), "passport": (7, 9)}


def check_card(kind: str, text: str) -> str:
    """Return the number of a card (one of CARDS) without its spaces, shape only; raises ValueRefused."""
    number = "".join(text.split()).upper()
    least, most = CARDS[kind]
    plain = number.isdigit() if kind != "passport" else number.isalnum()
    if not (number.isascii() and plain and least <= len(number) <= most):
        if kind == "ktp":
            raise ValueRefused("Nomor KTP (NIK) terdiri dari 16 angka. Periksa kartunya.")
        raise ValueRefused("Nomor bukti diri tidak sesuai jenisnya. Periksa kartunya.")
    return number


def masked(number: str) -> str:
    """The number of a person as lists show it: 6472010101010001 becomes 6472••••••••0001."""
    shown = 4 if len(number) >= 12 else 2
    return f"{number[:shown]}{'•' * (len(number) - 2 * shown)}{number[-shown:]}"


def check_phone(text: str) -> str:
    """Return a telephone number as +62…; raises ValueRefused."""
    digits = _bare(text).removeprefix("+")
    national = digits.removeprefix("62") if text.strip().startswith("+") or digits[:2] == "62" else digits[1:]
    if not _DIGITS.fullmatch(digits) or not (digits.startswith(("0", "62"))) or national.startswith("0"):
        raise ValueRefused(
            "Tulis nomor telepon dengan awalan 0 atau +62, misalnya 0541-123456 atau +62 811-0000-0001."
        )
    if not 9 <= len(national) <= 13:
        raise ValueRefused("Nomor telepon terlalu pendek atau terlalu panjang. Sertakan kode daerah.")
    return f"+62{national}"


def check_kbli(text: str) -> str:
    """Return a business classification of 5 digits; raises ValueRefused."""
    return _digits(text, "KBLI", 5)


def is_oil_and_gas(kbli: str) -> bool:
    """Tell whether a business class is oil and gas, outside the governor's power (PP 22/2021 art. 221)."""
    return kbli.startswith(OIL_AND_GAS)


def check_postal_code(text: str) -> str:
    """Return a postal code of 5 digits; raises ValueRefused."""
    digits = _digits(text, "Kode pos", 5)
    if digits.startswith("0"):
        raise ValueRefused("Kode pos tidak diawali angka 0. Periksa kembali.")
    return digits


def check_email(text: str) -> str:
    """Return an e-mail address; raises ValueRefused."""
    typed = text.strip()
    if len(typed) > 254 or not _EMAIL.fullmatch(typed) or ".." in typed:
        raise ValueRefused("Tulis alamat surel yang lengkap, misalnya nama@perusahaan.co.id.")
    return typed


def _check_hemisphere(
    north: Decimal, east: Decimal, *, told: bool, box: Box | None, near: Regency | None
) -> None:
    here = near is not None and near.box is not None and near.box.holds(north, east)
    there = near is not None and near.box is not None and near.box.holds(-north, east)
    if near and there and not here:
        raise ValueRefused(f"{_flipped(north)} Titik ini di luar {near.name}; sebaliknya, di dalamnya.")
    both = box is not None and box.holds(-north, east)
    if not told and north != 0 and both and not (here and not there):
        raise ValueRefused(
            "Lintang ini belum menyebut utara atau selatan. Tambahkan LU atau LS (atau tanda + atau -)."
        )


def _flipped(north: Decimal) -> str:
    if north > 0:
        return "Tanda lintang mungkin hilang: tulis LS atau tanda minus untuk lintang selatan."
    return "Lintang selatan dan utara mungkin tertukar: tulis LU, tanpa tanda minus, untuk lintang utara."


def _angle(text: str, axis: str) -> tuple[Decimal, bool]:
    """Read one angle in degrees, and whether its side of the equator or meridian was told."""
    name, example = ("lintang", "1°15'30\" LS") if axis == "latitude" else ("bujur", "117°02'10\" BT")
    typed = _spelled_out(text)
    match = _ANGLE.fullmatch(typed)
    if match is None:
        raise ValueRefused(f"Tulis {name} seperti {example} atau sebagai derajat desimal.")
    letters = {letter for letter in (match["before"], match["after"]) if letter}
    if len(letters) > 1:
        raise ValueRefused(f"Tulis {name} dengan satu penanda saja, seperti {example}.")
    degrees, minutes, seconds = (
        Decimal((match[part] or "0").replace(",", ".")) for part in ("degrees", "minutes", "seconds")
    )
    _check_parts(match, minutes=minutes, seconds=seconds, name=name, example=example)
    value = (degrees + minutes / 60 + seconds / 3600).quantize(MICRODEGREE, ROUND_HALF_UP)
    if value > 180:
        raise ValueRefused(f"Derajat {name} terlalu besar. Tulis seperti {example}.")
    letter = letters.pop() if letters else ""
    if not letter:
        return (-value if match["sign"] == "-" else value, bool(match["sign"]))
    meant, direction = _HEMISPHERES[letter]
    if meant != axis:
        raise ValueRefused(SWAPPED)
    if match["sign"] and (match["sign"] == "-") != (direction < 0):
        raise ValueRefused(f"Tanda {match['sign']} dan {letter} bertentangan. Pakai salah satu saja.")
    return (value * direction, True)


def _check_parts(
    match: re.Match[str], *, minutes: Decimal, seconds: Decimal, name: str, example: str
) -> None:
    if minutes >= 60 or seconds >= 60:
        raise ValueRefused(f"Menit dan detik {name} harus kurang dari 60. Tulis seperti {example}.")
    given = [part for part in (match["degrees"], match["minutes"], match["seconds"]) if part]
    if any(mark in part for part in given[:-1] for mark in ".,"):
        raise ValueRefused(f"Hanya bagian terakhir {name} yang boleh berkoma. Tulis seperti {example}.")


def _spelled_out(text: str) -> str:
    typed = " ".join(text.upper().split())
    for spelled, sign in _SPELLED.items():
        typed = typed.replace(spelled, sign)
    return typed


def _sexagesimal(value: Decimal) -> str:
    hundredths = int((abs(value) * 360000).quantize(Decimal(1), ROUND_HALF_UP))
    minutes, rest = divmod(hundredths, 6000)
    seconds, part = divmod(rest, 100)
    return f"{minutes // 60}°{minutes % 60:02}′{seconds:02},{part:02}″"


def _digits(text: str, name: str, length: int) -> str:
    digits = _bare(text)
    if not _DIGITS.fullmatch(digits) or len(digits) != length:
        raise ValueRefused(
            f"{name} terdiri atas {length} angka; yang ditulis {_count(digits)}. Periksa kembali."
        )
    return digits


def _bare(text: str) -> str:
    return re.sub(r"[\s.,()/–-]", "", text)


def _count(digits: str) -> str:
    return f"{len(digits)} angka" if _DIGITS.fullmatch(digits) else "memuat huruf atau tanda lain"


def _is_date(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def _shown(typed: str) -> str:
    visible = "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in typed)
    return visible if len(visible) <= 30 else f"{visible[:29]}…"


def _shown_number(value: Decimal) -> str:
    return str(value).replace("-", "−").replace(".", ",")


def _unprintable(char: str) -> str:
    code = f"U+{ord(char):04X}"
    if unicodedata.category(char)[0] in "CMZ":
        return f"Teks memuat karakter tak terlihat ({code}). Ketik ulang bagian itu tanpa menyalin-tempel."
    return f"Karakter “{char}” ({code}) tidak dapat dicetak pada surat. Hapus atau ganti karakter itu."
