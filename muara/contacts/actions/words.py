"""What somebody typed, as an act keeps it."""

from __future__ import annotations

from muara.cases.actions import Refused
from muara.documents.repertoire import allowed
from muara.sop.values import ValueRefused, clean_text

EMPTY = "Isi bagian ini."


def cleaned(text: str, field: str, *, limit: int, lines: bool = False, lacking: str = "") -> str:
    """Trim what was typed in a field, on one line unless `lines`.

    Raises:
        Refused: it cannot be printed or is too long; it is empty, and `lacking` says what is to be typed.
    """
    try:
        said = clean_text(text, printable=allowed, max_length=limit, lines=lines)
    except ValueRefused as refusal:
        raise Refused(refusal.message, field) from None
    if lacking and not said:
        raise Refused(lacking, field)
    return said
