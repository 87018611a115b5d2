"""Decisions about an issued permit on paper."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from muara.documents.letters import LIBRARY, canonical, set_letter
from tests.documents import samples_later
from tests.documents.test_letters import text_of


def test_a_later_decision_is_laid_out_as_a_decree_with_blanks_for_ink(tmp_path: Path) -> None:
    source = (LIBRARY / "later_decision.typ").read_text()
    texts = []
    for content in samples_later.contents():
        paper = tmp_path / "later.pdf"
        paper.write_bytes(
            set_letter(source=source, content=canonical(content), title="Uji", dated=date(2026, 7, 6))
        )
        texts.append(text_of(paper))
    corrected, revoked = texts

    for words in ("Menimbang", "Mengingat", "MEMUTUSKAN", "KESATU", "/PASCA/", "Tertulis", "Seharusnya"):
        assert words in corrected
    for words in (
        "Mencabut izin.",
        "upaya administratif",
        "KEEMPAT",
        "mulai berlaku pada tanggal ditetapkan",
    ):
        assert words in revoked
