"""Patterns of registration and permit numbers: configurable tokens around a running number."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

_TOKEN = re.compile(r"\{([a-z0-9_]+)\}")
_PADDED = re.compile(r"urut([1-9])")
_ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII")


@dataclass(frozen=True, slots=True)
class Numbering:
    """A number pattern with default values of its office tokens; the office may configure both.

    Tokens: {urut} and {urut1}…{urut9} (running number, padded to that width), {tahun}, {bulan},
    {bulan_romawi}, and any token that `values` gives, such as {klasifikasi}, {unit}, {bidang_romawi}.
    """

    key: str
    label: str
    pattern: str
    values: tuple[tuple[str, str], ...]
    source: str


class UnknownToken(ValueError):
    """A number pattern names a token that has no value."""


def tokens(pattern: str) -> tuple[str, ...]:
    """List the tokens of a pattern in their order."""
    return tuple(_TOKEN.findall(pattern))


def unknown_tokens(pattern: str, *, values: Mapping[str, str]) -> tuple[str, ...]:
    """List the tokens that neither the running number, the date nor `values` can fill."""
    known = {"urut", "tahun", "bulan", "bulan_romawi", *values}
    return tuple(token for token in tokens(pattern) if token not in known and not _PADDED.fullmatch(token))


def render_number(pattern: str, *, sequence: int, on: date, values: Mapping[str, str]) -> str:
    """Write a number; raises UnknownToken where a token has no value (domain: number patterns, 6.4)."""
    missing = unknown_tokens(pattern, values=values)
    if missing:
        raise UnknownToken(f"Pola nomor '{pattern}' memuat token yang tidak dikenal: {', '.join(missing)}.")
    known = {
        "tahun": f"{on.year:04}",
        "bulan": f"{on.month:02}",
        "bulan_romawi": _ROMAN[on.month - 1],
        "urut": str(sequence),
        **values,
    }

    def fill(match: re.Match[str]) -> str:
        padded = _PADDED.fullmatch(match[1])
        return str(sequence).zfill(int(padded[1])) if padded else known[match[1]]

    return _TOKEN.sub(fill, pattern)
