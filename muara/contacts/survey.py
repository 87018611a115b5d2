"""The satisfaction survey's nine questions, its index and its sample, by PermenPAN-RB 14/2017; no tables.

Answers are kept by the code of their element, never by their place: the form asks about facilities (U9)
before complaints (U8). Everything is exact until it is rounded for print.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from math import floor, sqrt

FEWEST = 5  # answers; of fewer nothing is told, for then people could be recognised
WEIGHT = Fraction(1, 9)  # the regulation prints 0,11, with which nine fours would give 99
TO_HUNDRED = 25
SURE = 1.96  # standard deviations for 95 %
ENOUGH = 30  # answers, below which the index is indicative and an interval says nothing


@dataclass(frozen=True, slots=True)
class Question:
    """An element as the form asks it; the choices are worth 1 to 4."""

    code: str
    element: str
    text: str
    choices: tuple[str, str, str, str]

    @property
    def number(self) -> int:
        return int(self.code[1:])


# In the order in which they are asked.
QUESTIONS = (
    Question(
        "u1",
        "Persyaratan",
        "Bagaimana pendapat Saudara tentang kesesuaian persyaratan pelayanan dengan jenis pelayanannya?",
        ("Tidak sesuai", "Kurang sesuai", "Sesuai", "Sangat sesuai"),
    ),
    Question(
        "u2",
        "Sistem, mekanisme, dan prosedur",
        "Bagaimana pemahaman Saudara tentang kemudahan prosedur pelayanan di unit ini?",
        ("Tidak mudah", "Kurang mudah", "Mudah", "Sangat mudah"),
    ),
    Question(
        "u3",
        "Waktu penyelesaian",
        "Bagaimana pendapat Saudara tentang kecepatan waktu dalam memberikan pelayanan?",
        ("Tidak cepat", "Kurang cepat", "Cepat", "Sangat cepat"),
    ),
    Question(
        "u4",
        "Biaya/tarif",
        "Bagaimana pendapat Saudara tentang kewajaran biaya/tarif dalam pelayanan?",
        ("Sangat mahal", "Cukup mahal", "Murah", "Gratis"),
    ),
    Question(
        "u5",
        "Produk spesifikasi jenis pelayanan",
        "Bagaimana pendapat Saudara tentang kesesuaian produk pelayanan antara yang tercantum dalam standar "
        "pelayanan dengan hasil yang diberikan?",
        ("Tidak sesuai", "Kurang sesuai", "Sesuai", "Sangat sesuai"),
    ),
    Question(
        "u6",
        "Kompetensi pelaksana",
        "Bagaimana pendapat Saudara tentang kompetensi/kemampuan petugas dalam pelayanan?",
        ("Tidak kompeten", "Kurang kompeten", "Kompeten", "Sangat kompeten"),
    ),
    Question(
        "u7",
        "Perilaku pelaksana",
        "Bagaimana pendapat Saudara tentang perilaku petugas dalam pelayanan terkait kesopanan dan "
        "keramahan?",
        (
            "Tidak sopan dan ramah",
            "Kurang sopan dan ramah",
            "Sopan dan ramah",
            "Sangat sopan dan ramah",
        ),
    ),
    Question(
        "u9",
        "Sarana dan prasarana",
        "Bagaimana pendapat Saudara tentang kualitas sarana dan prasarana?",
        ("Buruk", "Cukup", "Baik", "Sangat baik"),
    ),
    Question(
        "u8",
        "Penanganan pengaduan, saran, dan masukan",
        "Bagaimana pendapat Saudara tentang penanganan pengaduan pengguna layanan?",
        ("Tidak ada", "Ada tetapi tidak berfungsi", "Berfungsi kurang maksimal", "Dikelola dengan baik"),
    ),
)
ELEMENTS = tuple(sorted(QUESTIONS, key=lambda question: question.code))
CODES = tuple(question.code for question in ELEMENTS)


# --- semesters -------------------------------------------------------------------------------------------


def semester_of(day: date) -> str:
    """The half of a year that a day falls into, as "2026-1" (SOP T: once in six months)."""
    return f"{day.year}-{1 if day.month <= 6 else 2}"


def days_of(semester: str) -> tuple[date, date]:
    """The first and the last day of a semester."""
    year, half = (int(part) for part in semester.split("-"))
    return (date(year, 1, 1), date(year, 6, 30)) if half == 1 else (date(year, 7, 1), date(year, 12, 31))


def last_day(semester: str) -> date:
    """Until when the questionnaires of a semester are taken: the end of the month after it."""
    year, half = (int(part) for part in semester.split("-"))
    return date(year, 7, 31) if half == 1 else date(year + 1, 1, 31)


def is_counted(semester: str, *, on: date) -> bool:
    """Whether the box of a semester has been opened: only then is anything of its answers told."""
    return on > last_day(semester)


def counted_from(semester: str) -> date:
    """The first day on which the answers of a semester are told."""
    return last_day(semester) + timedelta(days=1)


# --- the index -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Quality:
    """A quality and its name; the bounds are those of the regulation, on the value of 25 to 100."""

    letter: str
    told: str


BETTER_THAN = (
    (Decimal("88.30"), Quality("A", "Sangat baik")),
    (Decimal("76.60"), Quality("B", "Baik")),
)
SATISFIED = Decimal("65")


def rounded(value: Fraction, places: int = 2) -> Decimal:
    """Round half up, exactly."""
    whole = floor(value * 10**places + Fraction(1, 2))
    return Decimal(whole).scaleb(-places)


def quality_of(value: Decimal) -> Quality:
    """The quality of a value already rounded to two decimals, so that none falls between two intervals."""
    for bound, better in BETTER_THAN:
        if value > bound:
            return better
    return Quality("C", "Kurang baik") if value >= SATISFIED else Quality("D", "Tidak baik")


@dataclass(frozen=True, slots=True)
class Element:
    """An element's answers: how many, and their sum."""

    question: Question
    answers: int
    total: int

    @property
    def is_told(self) -> bool:
        return self.answers >= FEWEST

    @property
    def average(self) -> Fraction | None:
        """NRR: the mean of those who answered, 1 to 4; None where fewer than five did."""
        return Fraction(self.total, self.answers) if self.is_told else None

    @property
    def value(self) -> Decimal | None:
        """The mean on the scale of 25 to 100."""
        return None if self.average is None else rounded(self.average * TO_HUNDRED)

    @property
    def quality(self) -> Quality | None:
        return None if self.value is None else quality_of(self.value)


def index(averages: Mapping[str, Fraction]) -> Decimal | None:
    """SKM on the scale of 25 to 100, half-up to two decimals; None unless all nine elements have a mean."""
    if set(averages) != set(CODES):
        return None
    return rounded(sum(averages.values(), Fraction()) * WEIGHT * TO_HUNDRED)


# --- the sample ------------------------------------------------------------------------------------------


def sample_size(population: int) -> int:
    """Krejcie and Morgan (1970): how many of so many must answer for 95 % confidence and 5 % error."""
    chi_square, variance, error = Fraction("3.841"), Fraction("0.25"), Fraction("0.0025")
    if population < 1:
        return 0
    needed = chi_square * population * variance / (error * (population - 1) + chi_square * variance)
    return floor(needed + Fraction(1, 2))


def margin(*, complete: int, total: int, squares: int, population: int) -> Decimal | None:
    """Half the 95 % interval of the index, from the sums and squares of complete answers (9 to 36 each).

    With the correction for a finite population: where everybody answered nothing is left to chance. None
    where fewer than thirty answered in full, for the normal approximation says nothing there.
    """
    if complete < ENOUGH:
        return None
    spread = (squares - total * total / complete) / (complete - 1)
    left_out = max(population - complete, 0) / max(population - 1, 1)
    return rounded(Fraction(SURE * sqrt(spread / complete * left_out) * TO_HUNDRED / len(CODES)))
