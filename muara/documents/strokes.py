"""A signature drawn on a screen: strokes as numbers, checked, then a picture for a letter.

A drawing proves that somebody signed at the counter, as ink would; nothing is read from how it was drawn.
"""

from __future__ import annotations

import re

WIDTH, HEIGHT = 600, 200  # the sheet on the screen; coordinates outside it are refused
LONGEST = 20_000  # characters
FEWEST = 12  # points: a dot or a slip of the finger is no signature
_STROKES = re.compile(r"(?:M\d{1,3} \d{1,3}(?: L\d{1,3} \d{1,3})+(?: |$))+")
_POINT = re.compile(r"[ML](\d{1,3}) (\d{1,3})")


class NoSignature(ValueError):
    """What was sent is not a signature drawn on the sheet; the message says what to do."""

    def __init__(self) -> None:
        super().__init__("Tanda tangan belum terbaca. Hapus, lalu minta pemohon menandatangani sekali lagi.")


def picture(strokes: str) -> str:
    """Draw strokes ("M10 20 L12 22 …") as an SVG picture.

    Raises:
        NoSignature: they are not strokes, too few, too many, or off the sheet.
    """
    text = " ".join(strokes.split())
    points = [(int(x), int(y)) for x, y in _POINT.findall(text)]
    drawn = len(text) <= LONGEST and _STROKES.fullmatch(text) and len(points) >= FEWEST
    if not drawn or any(x > WIDTH or y > HEIGHT for x, y in points):
        raise NoSignature
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}">'
        f'<path d="{text}" fill="none" stroke="#10243a" stroke-width="4" '
        'stroke-linecap="round" stroke-linejoin="round"/></svg>'
    )
