"""What the letters can print is known where it is typed."""

from __future__ import annotations

import json
from datetime import date

import pytest

from muara.documents.letters import set_letter
from muara.documents.repertoire import RANGES, UnprintableCharacter, allowed, check_text, printable

EVERY_CHARACTER = "".join(chr(code) for first, last in RANGES for code in range(first, last + 1))
SPECIMEN = """#import "/muara.typ": *
#show: letter
= Contoh
#for face in (serif, sans) { for weight in ("regular", "bold") [#text(font: face, weight: weight, data.all)] }
#text(font: serif, style: "italic", data.all)
#text(font: sans, style: "italic", data.all)
#text(font: mono, data.all)
"""


def test_every_allowed_character_has_a_glyph_in_every_face() -> None:
    head = {"government": "P", "office": "D", "address": "", "contact": "", "logo_svg": ""}
    content = {"all": EVERY_CHARACTER, "letterhead": head, "paper": "a4", "demo": False}

    # Typst refuses to write PDF/A with a character that has no glyph.
    assert set_letter(
        source=SPECIMEN, content=json.dumps(content), title="Contoh", dated=date(2026, 1, 2)
    ).startswith(b"%PDF")


@pytest.mark.parametrize(
    "text", ["PT Segara Contoh", "NH₃-N ≤ 0,5 mg/L", "0°31′12″ LU", "m³ ± 2 µg", "baris\nbaru"]
)
def test_ordinary_texts_pass(text: str) -> None:
    check_text(text)


@pytest.mark.parametrize(
    ("text", "char", "shown"),
    [
        ("PT Ria 🎉", "🎉", "“🎉” (U+1F389)"),
        ("PT\x00Nol", "\x00", "U+0000 (tidak terlihat)"),
        ("PT \u202eabc", "\u202e", "U+202E (tidak terlihat)"),
        ("PT 株式", "株", "“株” (U+682A)"),
        ("nol\u200blebar", "\u200b", "U+200B (tidak terlihat)"),
        ("\ud800", "\ud800", "U+D800 (tidak terlihat)"),
    ],
)
def test_a_character_without_a_glyph_is_named(text: str, char: str, shown: str) -> None:
    with pytest.raises(UnprintableCharacter) as refused:
        check_text(text)

    assert refused.value.char == char
    assert (
        str(refused.value)
        == f"Karakter {shown} tidak dapat dicetak pada surat. Hapus atau ganti karakter itu."
    )


def test_accents_typed_apart_are_put_together() -> None:
    assert printable("Cafe\u0301\tbaru\r\n") == "Café baru\n"
    check_text("Cafe\u0301")


def test_nothing_before_the_space_is_allowed_but_a_line_break() -> None:
    assert [chr(code) for code in range(0x20) if allowed(chr(code))] == ["\n"]
