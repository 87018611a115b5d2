"""The yearly self-assessment of quality (SOP T.2): its questions as lines of text, and its value.

The official criteria of the PTSP rating are not in our sources: what is shipped is an example.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

from muara.contacts.survey import rounded
from muara.documents.repertoire import allowed
from muara.sop.values import ValueRefused, clean_text

EXAMPLE = Path(__file__).parent / "data" / "mutu_contoh.txt"
HIGHEST = 4
MOST = 100  # questions, and the weight of one
EVIDENCE = {"ya": True, "tidak": False}
SHAPE = "kode | bobot | ya atau tidak | pertanyaan"


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as a line says it."""

    code: str
    weight: int
    needs_evidence: bool
    text: str


def example() -> str:
    """The questions that come with Muara."""
    return EXAMPLE.read_text(encoding="utf-8")


def read_questions(text: str) -> list[Asked]:
    """Read a question a line; raises ValueRefused, which names the line."""
    found: list[Asked] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip():
            one = _read(number, line)
            if one.code in {other.code for other in found}:
                raise ValueRefused(f"Baris {number}: kode {one.code} sudah dipakai.")
            found.append(one)
    if not found:
        raise ValueRefused(f"Tulis paling sedikit satu baris: {SHAPE}.")
    if len(found) > MOST:
        raise ValueRefused(f"Paling banyak {MOST} pertanyaan.")
    return found


def _read(number: int, line: str) -> Asked:
    parts = [part.strip() for part in line.split("|", 3)]
    if len(parts) != 4:
        raise ValueRefused(f"Baris {number}: tulis {SHAPE}.")
    code, weight, evidence, words = parts
    if not (code.isascii() and code.isalnum() and len(code) <= 12):
        raise ValueRefused(f"Baris {number}: kode terdiri atas huruf dan angka, paling panjang 12.")
    if not (weight.isascii() and weight.isdecimal() and 1 <= int(weight[:4]) <= MOST):
        raise ValueRefused(f"Baris {number}: bobot berupa bilangan 1 sampai {MOST}.")
    if evidence.lower() not in EVIDENCE:
        raise ValueRefused(f"Baris {number}: wajib bukti ditulis ya atau tidak.")
    try:
        question = clean_text(words, printable=allowed, max_length=300)
    except ValueRefused as refusal:
        raise ValueRefused(f"Baris {number}: {refusal.message}") from None
    if not question:
        raise ValueRefused(f"Baris {number}: pertanyaannya kosong.")
    return Asked(code.upper(), int(weight), EVIDENCE[evidence.lower()], question)


def value_of(answers: Iterable[tuple[int, int]]) -> Decimal | None:
    """The value of 100, from (weight, mark) of the answered questions; None without any."""
    rows = list(answers)
    whole = sum(weight for weight, _ in rows) * HIGHEST
    if not whole:
        return None
    return rounded(Fraction(100 * sum(weight * mark for weight, mark in rows), whole))
