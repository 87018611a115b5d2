"""Small pictures of figures, laid out on the server; the table beside each says the same in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 480, 190  # of a chart, in units of its own
BASE, TOP = 156, 26  # where a column stands, and the height that the largest value reaches up to
SIDE = 8


@dataclass(frozen=True, slots=True)
class Column:
    """A value of a chart: where its column stands, and the words above and below it."""

    label: str
    told: str
    x: float
    y: float
    width: float
    height: float
    known: bool

    @property
    def middle(self) -> float:
        return round(self.x + self.width / 2, 1)

    @property
    def above(self) -> float:
        return round(self.y - 7, 1)


@dataclass(frozen=True, slots=True)
class Chart:
    """Columns side by side; `line` is where the target lies, if there is one."""

    key: str
    title: str
    columns: tuple[Column, ...]
    line: float | None = None
    target: str = ""
    width: int = WIDTH
    height: int = HEIGHT
    base: int = BASE
    right: int = WIDTH - SIDE

    @property
    def told(self) -> str:
        """The chart in words, for whoever does not see it."""
        words = "; ".join(f"{column.label}: {column.told}" for column in self.columns)
        return f"{words}. {self.target}".strip()


def columns(
    key: str,
    title: str,
    values: Sequence[tuple[str, float | None, str]],
    *,
    target: float | None = None,
    target_told: str = "",
) -> Chart:
    """Lay out (label, value, value in words) as columns; None is a gap, never a zero."""
    most = max([*(value for _, value, _ in values if value is not None), target or 0, 1])
    room = (WIDTH - 2 * SIDE) / max(len(values), 1)
    width = min(room * 0.6, 56)
    laid = []
    for place, (label, value, told) in enumerate(values):
        height = round((value or 0) / most * (BASE - TOP), 1)
        x = round(SIDE + place * room + (room - width) / 2, 1)
        laid.append(Column(label, told, x, BASE - height, round(width, 1), height, value is not None))
    line = round(BASE - target / most * (BASE - TOP), 1) if target is not None else None
    return Chart(key, title, tuple(laid), line, target_told)


def lengths(values: Sequence[int]) -> list[float]:
    """How long the bar beside each number is, of 100; the largest is whole."""
    most = max([*values, 1])
    return [round(value / most * 100, 1) for value in values]
