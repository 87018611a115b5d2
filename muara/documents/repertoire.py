"""Which characters the bundled fonts can print; anything else is refused where it is typed.

A PDF/A letter may not hold a character without a glyph, so an emoji in a company's name would fail the
letter weeks after it was typed. Every bundled face holds the ranges below (a test prints them all).
"""

from __future__ import annotations

import unicodedata

# Shared character map of the bundled TeX Gyre faces, without control, combining and private characters.
RANGES: tuple[tuple[int, int], ...] = (
    (0x20, 0x7E), (0xA0, 0xAC), (0xAE, 0x137), (0x139, 0x148), (0x14A, 0x165), (0x168, 0x17F),
    (0x18E, 0x18E), (0x192, 0x192), (0x1A0, 0x1A1), (0x1AF, 0x1B0), (0x1CD, 0x1D4), (0x1D7, 0x1DD),
    (0x1E6, 0x1E7), (0x1EA, 0x1EB), (0x1F0, 0x1F0), (0x1F4, 0x1F5), (0x1FA, 0x201), (0x204, 0x205),
    (0x208, 0x209), (0x20C, 0x20D), (0x210, 0x211), (0x214, 0x215), (0x218, 0x21B), (0x237, 0x237),
    (0x258, 0x259), (0x2BE, 0x2BF), (0x2C6, 0x2C7), (0x2D8, 0x2DD), (0x391, 0x3A1), (0x3A3, 0x3A9),
    (0x3B1, 0x3C9), (0x1E0C, 0x1E0F), (0x1E24, 0x1E27), (0x1E2A, 0x1E2B), (0x1E2E, 0x1E2F),
    (0x1E36, 0x1E39), (0x1E42, 0x1E47), (0x1E58, 0x1E5D), (0x1E62, 0x1E63), (0x1E6C, 0x1E6F),
    (0x1E80, 0x1E85), (0x1E92, 0x1E93), (0x1E97, 0x1E97), (0x1EA0, 0x1EF9), (0x2010, 0x2011),
    (0x2013, 0x2014), (0x2018, 0x201A), (0x201C, 0x201E), (0x2020, 0x2022), (0x2026, 0x2026),
    (0x2030, 0x2031), (0x2032, 0x2033), (0x2039, 0x203A), (0x2044, 0x2044), (0x2080, 0x2089),
    (0x20AC, 0x20AC), (0x2103, 0x2103), (0x2113, 0x2113), (0x2116, 0x2116), (0x2122, 0x2122),
    (0x2126, 0x2126), (0x2190, 0x2193), (0x2202, 0x2202), (0x2211, 0x2213), (0x221A, 0x221A),
    (0x221E, 0x221E), (0x2248, 0x2248), (0x2260, 0x2260), (0x2264, 0x2265),
)  # fmt: skip
# Not in the fonts; the letters' library sets them from other glyphs (a raised quote, a lowered digit).
COMPOSED = frozenset("′″₀₁₂₃₄₅₆₇₈₉")
PRINTED = frozenset(chr(code) for first, last in RANGES for code in range(first, last + 1)) | {"\n"}


class UnprintableCharacter(ValueError):
    """A text holds a character that a letter cannot print; the message is for the person who typed it."""

    def __init__(self, char: str) -> None:
        code = f"U+{ord(char):04X}"
        visible = unicodedata.category(char)[0] not in "CZM"
        shown = f"“{char}” ({code})" if visible else f"{code} (tidak terlihat)"
        super().__init__(f"Karakter {shown} tidak dapat dicetak pada surat. Hapus atau ganti karakter itu.")
        self.char = char


def allowed(char: str) -> bool:
    """Tell whether one character can be printed; a line break can."""
    return char in PRINTED


def printable(text: str) -> str:
    """Return the text in the form letters keep: composed accents, plain line breaks, no tabs."""
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " "))


def check_text(text: str) -> None:
    """Raise UnprintableCharacter naming the first character that letters cannot print."""
    kept = printable(text)
    if not PRINTED.issuperset(kept):
        raise UnprintableCharacter(next(char for char in kept if char not in PRINTED))
