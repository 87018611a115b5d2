"""Ink for the flow matrix and for charts: SVG that needs nothing from outside, for the web and Typst alike.

Only presentation attributes: the pages forbid inline styles, and a PDF has no style sheet.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal
from xml.sax.saxutils import escape, quoteattr

from muara.sop.flow import Symbol
from muara.sop.matrix import Box, Field, Line, Picture, Point, Shape, Tone, Words

Part = Literal["whole", "corner", "actors", "titles", "matrix"]

FONT = "Inter, 'TeX Gyre Heros', Arial, sans-serif"
INK, MUTED, RULE = "#16292f", "#4a5d63", "#d5dddd"
FILLS: dict[Tone, str] = {
    "": "#ffffff",
    "paper": "#f2f6f6",
    "here": "#fdf2df",
    "done": "#dcecec",
    "count": "#1b7f86",
    "gap": "#eef1f1",
    "warn": "#f0b95b",
    "over": "#b3261e",
}
SHAPE_FILLS: dict[Tone, str] = {**FILLS, "here": "#0b5c69", "count": "#0b5c69"}
STROKES: dict[Tone, str] = {"walked": "#0b5c69", "rest": "#a3b3b7", "muted": MUTED, "over": "#b3261e"}
TEXT: dict[Tone, str] = {"muted": MUTED, "here": "#7a4405", "inverse": "#ffffff", "over": "#8f1d17"}
ARROW = 5.0


@dataclass(frozen=True, slots=True)
class Drawing:
    """A picture of the same parts that is no matrix: a chart of what was measured."""

    width: float
    height: float
    fields: tuple[Field, ...] = ()
    rules: tuple[tuple[Point, Point], ...] = ()
    lines: tuple[Line, ...] = ()
    shapes: tuple[Shape, ...] = ()
    words: tuple[Words, ...] = ()


def draw(
    picture: Picture, *, part: Part = "whole", name: str = "alur", title: str = "", text: str = ""
) -> str:
    """Write the picture as one SVG element, whole or one of its four parts.

    `name` makes its ids unique on a page; a part without `title` is hidden from screen readers.
    """
    return _element(picture, _window(picture, part), name=name, title=title, text=text)


def draw_chart(drawing: Drawing, *, name: str, title: str, text: str) -> str:
    """Write a chart as one SVG element; `name` makes its ids unique on a page, `text` tells what it shows."""
    whole = Box(0, 0, drawing.width, drawing.height)
    return _element(drawing, whole, name=name, title=title, text=text)


def draw_strip(picture: Picture, *, top: float, bottom: float) -> str:
    """Write a strip of the picture over its whole width, for paper; lines end at its edges."""
    return _element(picture, Box(0, top, picture.width, bottom - top), name="alur", title="", text="")


def _element(picture: Picture | Drawing, window: Box, *, name: str, title: str, text: str) -> str:
    told = f'role="img" aria-labelledby="{name}-judul {name}-uraian"' if title else 'aria-hidden="true"'
    size = f"{_n(window.w)} {_n(window.h)}"
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{_n(window.x)} {_n(window.y)} {size}" '
        f'width="{_n(window.w)}" height="{_n(window.h)}" font-family="{FONT}" {told}>'
    ]
    if title:
        lines.append(f'<title id="{name}-judul">{escape(title)}</title>')
        lines.append(f'<desc id="{name}-uraian">{escape(text)}</desc>')
    lines += _inside(picture, window)
    lines.append("</svg>")
    return "\n".join(lines)


def _window(picture: Picture, part: Part) -> Box:
    """Cut the picture at its two edges: titles and matrix below, corner and actors above."""
    x, y = picture.frozen, picture.head
    beside, below = picture.width - x, picture.height - y
    return {
        "whole": Box(0, 0, picture.width, picture.height),
        "corner": Box(0, 0, x, y),
        "actors": Box(x, 0, beside, y),
        "titles": Box(0, y, x, below),
        "matrix": Box(x, y, beside, below),
    }[part]


def _inside(picture: Picture | Drawing, window: Box) -> Iterator[str]:
    """Write what belongs to the window; a field or rule that reaches beyond is cut by the view box."""
    yield _area(window, "#ffffff")
    for area in picture.fields:
        if area.box.overlaps(window):
            yield _area(area.box, FILLS[area.tone])
    rules = [
        f"M{_n(x1)} {_n(y1)}L{_n(x2)} {_n(y2)}"
        for (x1, y1), (x2, y2) in picture.rules
        if x1 <= window.right and x2 >= window.x and y1 <= window.bottom and y2 >= window.y
    ]
    yield f'<path d="{"".join(rules)}" stroke="{RULE}" fill="none"/>'
    for line in picture.lines:
        if _reaches(window, line):
            yield from _line(line)
    for shape in picture.shapes:
        if _holds(window, (shape.box.x, shape.box.y)):
            yield from _shape(shape)
    for words in picture.words:
        if _holds(window, (words.box.x, words.box.y)):
            yield from _words(words)


def _holds(window: Box, point: Point) -> bool:
    return window.x <= point[0] < window.right and window.y <= point[1] < window.bottom


def _reaches(window: Box, line: Line) -> bool:
    across, down = zip(*line.points, strict=True)
    return bool(
        min(across) < window.right
        and max(across) >= window.x
        and min(down) < window.bottom
        and max(down) >= window.y
    )


def _n(number: float) -> str:
    """Write a length without needless digits."""
    return f"{number:.2f}".rstrip("0").rstrip(".")


def _area(box: Box, fill: str) -> str:
    size = f'width="{_n(box.w)}" height="{_n(box.h)}"'
    return f'<rect x="{_n(box.x)}" y="{_n(box.y)}" {size} fill="{fill}"/>'


def _line(line: Line) -> Iterator[str]:
    points = [
        point for place, point in enumerate(line.points) if place == 0 or point != line.points[place - 1]
    ]
    way = "" if line.way is None else f" data-way={quoteattr(' '.join(map(str, line.way)))}"
    colour = STROKES.get(line.tone, MUTED)
    dash = ' stroke-dasharray="4 3"' if line.dashed else ""
    yield f'<g stroke="{colour}" stroke-width="{2.4 if line.tone == "walked" else 1.2}"{way}>'
    if line.title:
        yield f"<title>{escape(line.title)}</title>"
    drawn = "L".join(f"{_n(x)} {_n(y)}" for x, y in points)
    yield f'<path d="M{drawn}" fill="none" stroke-linejoin="round"{dash}/>'
    if line.arrow:
        yield f'<path d="{_head(points[-2], points[-1])}" fill="{colour}" stroke="none"/>'
    yield "</g>"


def _head(before: Point, tip: Point) -> str:
    (x, y), across = tip, ARROW * 0.7
    if before[0] == x:
        back = -ARROW if tip[1] > before[1] else ARROW
        return f"M{_n(x)} {_n(y)}l{_n(-across)} {_n(back)}h{_n(2 * across)}z"
    back = -ARROW if tip[0] > before[0] else ARROW
    return f"M{_n(x)} {_n(y)}l{_n(back)} {_n(-across)}v{_n(2 * across)}z"


def _shape(shape: Shape) -> Iterator[str]:
    box = shape.box
    fill = SHAPE_FILLS[shape.tone]
    dark = shape.tone in {"here", "count"}
    yield f'<g fill="{fill}" stroke="{INK}" stroke-width="1.2" data-symbol="{shape.symbol}">'
    if shape.title:
        yield f"<title>{escape(shape.title)}</title>"
    yield from _outline(shape)
    if shape.text:
        size = 12 if box.h >= 20 else 9.5
        x, y = box.centre
        ink = "#ffffff" if dark else INK
        yield (
            f'<text x="{_n(x)}" y="{_n(y + size * 0.36)}" font-size="{size}" font-weight="700" '
            f'text-anchor="middle" stroke="none" fill="{ink}">{escape(shape.text)}</text>'
        )
    yield "</g>"


def _outline(shape: Shape) -> Iterator[str]:
    box = shape.box
    x, y, w, h = map(_n, (box.x, box.y, box.w, box.h))
    if shape.symbol == "terminator":
        yield f'<rect x="{x}" y="{y}" width="{w}" height="{h}" rx="{_n(box.h / 2)}"/>'
    elif shape.symbol in {"activity", "supervised"}:
        yield f'<rect x="{x}" y="{y}" width="{w}" height="{h}"/>'
        if shape.symbol == "supervised":
            ink = ' stroke="#ffffff"' if shape.tone == "here" else ""
            yield f'<path d="M{_n(box.x + 4)} {y}v{h}M{_n(box.right - 4)} {y}v{h}"{ink}/>'
    elif shape.symbol == "decision":
        half, tall = _n(box.w / 2), _n(box.h / 2)
        yield f'<path d="M{_n(box.centre[0])} {y}l{half} {tall}l-{half} {tall}l-{half} -{tall}z"/>'
    elif shape.symbol == "connector":
        yield f'<circle cx="{_n(box.centre[0])}" cy="{_n(box.centre[1])}" r="{_n(box.w / 2)}"/>'
    elif shape.symbol == "form":
        yield _paper(box)
    elif shape.symbol == "forms":
        for back in (4, 2, 0):
            yield _paper(Box(box.x + back, box.y + 2 - back, box.w, box.h))


def _paper(box: Box) -> str:
    """A sheet with a wavy foot."""
    foot, half = box.h * 0.78, box.w / 2
    return (
        f'<path d="M{_n(box.x)} {_n(box.y)}h{_n(box.w)}v{_n(foot)}'
        f'q{_n(-half / 2)} {_n(-box.h * 0.22)} {_n(-half)} 0t{_n(-half)} 0z"/>'
    )


def _words(words: Words) -> Iterator[str]:
    box, leading = words.box, words.size * 1.19
    weight = ' font-weight="700"' if words.bold else ""
    colour = TEXT.get(words.tone, INK)
    if words.upright:
        # The lines stand beside each other in the middle of their column and read upwards.
        first = box.centre[0] - leading * (len(words.lines) - 1) / 2 + words.size * 0.36
        for place, line in enumerate(words.lines):
            across, foot = _n(first + leading * place), _n(box.bottom)
            yield (
                f'<text x="{across}" y="{foot}" transform="rotate(-90 {across} {foot})" '
                f'font-size="{words.size}" fill="{colour}"{weight}>{escape(line)}</text>'
            )
        return
    x = {"start": box.x, "middle": box.centre[0], "end": box.right}[words.anchor]
    anchor = "" if words.anchor == "start" else f' text-anchor="{words.anchor}"'
    for place, line in enumerate(words.lines):
        y = box.y + leading * place + words.size * 0.93
        yield (
            f'<text x="{_n(x)}" y="{_n(y)}" font-size="{words.size}" fill="{colour}"{anchor}{weight}>'
            f"{escape(line)}</text>"
        )


def emblem(symbol: Symbol) -> str:
    """Draw one symbol of the legend by itself, to stand beside a text that names it."""
    box = Box(4, 7, 22, 16) if symbol in {"form", "forms"} else Box(1, 3, 30, 22)
    box = Box(6, 4, 20, 20) if symbol == "connector" else box
    drawn = _line(Line(((1, 14), (31, 14)))) if symbol == "line" else _shape(Shape(symbol, box))
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 28" width="32" height="28" '
        f'aria-hidden="true">{"".join(drawn)}</svg>'
    )
