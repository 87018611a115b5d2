"""Where everything of the flow matrix stands: rows are steps, columns are actors; positions only, no ink.

A step's first way onward is drawn straight to its target where the columns between are free. Every other way
runs right, through the column that labels it, into the lane of its target, and along the lane to the target's
row: so no line crosses a text. Lengths are pixels.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from muara.sop.flow import LEGEND, Beside, Flow, Stage, Symbol, Way

Tone = Literal[
    "",
    "muted",
    "strong",
    "here",
    "done",
    "paper",
    "walked",
    "rest",
    "count",
    "inverse",
    "gap",
    "warn",
    "over",
]
Anchor = Literal["start", "middle", "end"]
Point = tuple[float, float]

TITLES, COLUMN, WAYS, LANE, SHEETS = 216, 42, 224, 18, 152
INPUTS, TIMES, OUTPUTS = 164, 124, 164
BIG, SMALL = 13, 11.5
LEAD = SMALL * 1.19
HEAD, CAPTION = 150, 24
BOX, DIAMOND = (32, 24), (34, 26)
ROUND = 15  # across a connector
SHEET = (20, 15)
PAD, GUTTER = 8, 11

# Widths in thousandths of the size: the widest of Inter (400 to 700) and TeX Gyre Heros, so that text which
# fits here fits on the web and in a PDF.
_WIDE = {
    280: "ijl",
    300: " I",
    320: "‘’",
    340: "!',.:·",
    360: ";",
    380: "()[]`t|",
    400: "/\\f",
    420: "r",
    480: "-{}",
    540: "”",
    560: '"*1_–“',
    580: "sz",
    600: "7J^acekvx",
    620: "?FLoy",
    640: "25bdghnpqu",
    660: "#$3689",
    680: "+04<=>EPSTZ~×",
    740: "&BCDKRXY",
    760: "AHUV",
    780: "GNOQ",
    860: "w",
    920: "m",
    940: "M",
    1000: "→",
    1020: "%@…",
    1040: "W",
}
_WIDTHS = {letter: width for width, letters in _WIDE.items() for letter in letters}


def width_of(text: str, size: float) -> float:
    """Measure a line of text, never too short; an unknown letter counts as a wide one."""
    return sum(_WIDTHS.get(letter, 1040) for letter in text) * size / 1000


def wrap(text: str, size: float, room: float) -> tuple[str, ...]:
    """Break a text into lines that fit the room; a word wider than the room is broken too."""
    lines: list[str] = []
    for word in text.split():
        joined = f"{lines[-1]} {word}" if lines else word
        if lines and width_of(joined, size) <= room:
            lines[-1] = joined
            continue
        while width_of(word, size) > room and len(word) > 1:
            part = next(n for n in range(len(word) - 1, 0, -1) if width_of(word[:n], size) <= room or n == 1)
            lines.append(word[:part])
            word = word[part:]
        lines.append(word)
    return tuple(lines)


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle by its corner and size."""

    x: float
    y: float
    w: float
    h: float

    @property
    def right(self) -> float:
        return self.x + self.w

    @property
    def bottom(self) -> float:
        return self.y + self.h

    @property
    def centre(self) -> Point:
        return self.x + self.w / 2, self.y + self.h / 2

    def overlaps(self, other: Box) -> bool:
        """Tell whether two rectangles share more than an edge."""
        return (
            self.x < other.right and other.x < self.right and self.y < other.bottom and other.y < self.bottom
        )


@dataclass(frozen=True, slots=True)
class Shape:
    """A symbol of the legend in its place; `step` is the row's number, 0 in the legend."""

    symbol: Symbol
    box: Box
    text: str = ""
    tone: Tone = ""
    step: int = 0
    title: str = ""


@dataclass(frozen=True, slots=True)
class Words:
    """Lines of text within their room; `upright` reads from bottom to top."""

    box: Box
    lines: tuple[str, ...]
    size: float
    tone: Tone = ""
    bold: bool = False
    anchor: Anchor = "start"
    upright: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """A stretch of the flow; `way` is (step, outcome, step reached or 0 for the end), or None."""

    points: tuple[Point, ...]
    tone: Tone = ""
    arrow: bool = True
    dashed: bool = False
    way: tuple[int, str, int] | None = None
    title: str = ""


@dataclass(frozen=True, slots=True)
class Field:
    """A filled area behind the picture."""

    box: Box
    tone: Tone


@dataclass(frozen=True, slots=True)
class Picture:
    """The matrix laid out.

    Left of `frozen` stand the steps' titles, above `head` the actors; both may stay while the rest scrolls.
    `feet` are where the rows end, in order; below the last stands the legend.
    """

    flow: Flow
    width: float
    height: float
    frozen: float
    head: float
    fields: tuple[Field, ...]
    rules: tuple[tuple[Point, Point], ...]
    lines: tuple[Line, ...]
    shapes: tuple[Shape, ...]
    words: tuple[Words, ...]
    feet: tuple[float, ...]

    def sheets(self, room: float) -> tuple[tuple[float, float], ...]:
        """Part the rows into sheets no taller than `room` below the actors: where each begins and ends.

        A row is never cut, so one that is taller than the room has its sheet; the legend ends the last.
        """
        tops = [self.head]
        ends = [*self.feet[:-1], self.height] if self.feet else [self.height]
        last = self.head
        for end in ends:
            if end - tops[-1] > room and last > tops[-1]:
                tops.append(last)
            last = end
        return tuple(zip(tops, [*tops[1:], self.height], strict=True))


@dataclass(slots=True)
class _Exit:
    way: Way
    lines: tuple[str, ...]
    top: float
    level: float


@dataclass(slots=True)
class _Row:
    stage: Stage
    top: float
    height: float
    x: float
    exits: list[_Exit]
    shape: Box
    decision: Box | None
    beside: Box | None

    @property
    def bottom(self) -> float:
        return self.top + self.height

    @property
    def foot(self) -> float:
        """Where its own symbols end."""
        return (self.decision or self.shape).bottom


def lay_out(flow: Flow, *, standards: bool = False) -> Picture:
    """Lay the matrix out, with the columns of the quality standard (mutu baku) where `standards` asks."""
    return _Drawing(flow, standards=standards).picture()


@dataclass(slots=True)
class _Drawing:
    flow: Flow
    standards: bool
    straight: dict[int, int] = field(default_factory=dict)  # step -> target drawn straight
    lanes: dict[int, int] = field(default_factory=dict)  # target -> its lane
    rows: dict[int, _Row] = field(default_factory=dict)
    fields: list[Field] = field(default_factory=list)
    rules: list[tuple[Point, Point]] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    shapes: list[Shape] = field(default_factory=list)
    words: list[Words] = field(default_factory=list)

    def picture(self) -> Picture:
        self._choose_straight()
        self._choose_lanes()
        top = float(HEAD + CAPTION)
        for stage in self.flow.stages:
            row = self._row(stage, top)
            self.rows[stage.number] = row
            top = row.bottom
        self._grid(top)
        for row in self.rows.values():
            self._titles(row)
            self._symbols(row)
            self._exits(row)
            self._margin(row)
        height = self._legend(top)
        # What was gone over lies on top.
        lines = sorted(self.lines, key=lambda line: line.tone == "walked")
        return Picture(
            self.flow,
            self.width,
            height,
            TITLES,
            HEAD + CAPTION,
            tuple(self.fields),
            tuple(self.rules),
            tuple(lines),
            tuple(self.shapes),
            tuple(self.words),
            tuple(row.bottom for row in self.rows.values()),
        )

    # --- columns -------------------------------------------------------------------------------------------

    @property
    def ways_left(self) -> float:
        return TITLES + COLUMN * len(self.flow.actors)

    @property
    def ways_right(self) -> float:
        return self.ways_left + WAYS

    @property
    def lanes_right(self) -> float:
        return self.ways_right + LANE * (max(self.lanes.values(), default=-1) + 1) + 4

    @property
    def margin(self) -> list[tuple[str, float, float]]:
        """The columns right of the lanes: title, left, width."""
        wanted = [("Formulir", SHEETS)] if any(stage.sheets for stage in self.flow.stages) else []
        if self.standards:
            wanted += [("Kelengkapan", INPUTS), ("Waktu", TIMES), ("Output", OUTPUTS)]
        found, left = [], self.lanes_right
        for title, wide in wanted:
            found.append((title, left, float(wide)))
            left += wide
        return found

    @property
    def width(self) -> float:
        return self.margin[-1][1] + self.margin[-1][2] if self.margin else self.lanes_right

    def _centre(self, column: int) -> float:
        return TITLES + COLUMN * (column + 0.5)

    def _lane(self, target: int) -> float:
        return self.ways_right + LANE * (self.lanes[target] + 0.5)

    # --- which way each line takes --------------------------------------------------------------------------

    def _choose_straight(self) -> None:
        for stage in self.flow.stages:
            onward = [way for way in stage.ways if way.kind == "forward" and len(way.targets) == 1]
            target = onward[0].targets[0] if onward else 0
            if target > stage.number and self._is_free(stage, self.flow.stage(target)):
                self.straight[stage.number] = target

    def _is_free(self, stage: Stage, target: Stage) -> bool:
        between = [item for item in self.flow.stages if stage.number < item.number < target.number]
        taken = {item.column for item in between}
        taken |= {item.beside.column for item in between if item.beside}
        return target.column not in taken

    def _is_straight(self, way: Way) -> bool:
        return way.targets == (self.straight.get(way.step),)

    def _choose_lanes(self) -> None:
        """Give each target a lane: short stretches inside, a lane shared only where rows do not meet."""
        spans: dict[int, tuple[int, int]] = {}
        for stage in self.flow.stages:
            for way in stage.ways:
                for target in () if self._is_straight(way) else way.targets:
                    low, high = spans.get(target, (target, target))
                    spans[target] = (min(low, stage.number), max(high, stage.number))
        used: list[list[tuple[int, int]]] = []
        for target, (low, high) in sorted(spans.items(), key=lambda item: (item[1][1] - item[1][0], item[0])):
            free = (
                place
                for place, others in enumerate(used)
                if all(high < first or last < low for first, last in others)
            )
            place = next(free, len(used))
            used[place:] = used[place:] or [[]]
            used[place].append((low, high))
            self.lanes[target] = place

    # --- rows --------------------------------------------------------------------------------------------

    def _row(self, stage: Stage, top: float) -> _Row:
        x = self._centre(stage.column)
        shape = Box(x - BOX[0] / 2, top + PAD + 4, *BOX)
        decision = Box(x - DIAMOND[0] / 2, shape.bottom + 6, *DIAMOND) if stage.decides else None
        foot = (decision or shape).bottom
        exits: list[_Exit] = []
        # The way in from the lane comes at the height of the symbol; labels stand below it.
        under = shape.centre[1] + 6 if stage.number in self.lanes else top + PAD
        for way in stage.ways:
            lines = wrap(way.label, SMALL, self._label_room(way))
            level = under + LEAD * len(lines) + 3
            if not stage.decides and not self._is_straight(way):
                level = max(level, foot + 8)  # its line leaves from below the symbol
            exits.append(_Exit(way, lines, level - 3 - LEAD * len(lines), level))
            under = level + 6
        beside = None
        if stage.beside:
            left = stage.beside.column < stage.column
            y = shape.y if left else max(under, foot + 6)
            beside = Box(self._centre(stage.beside.column) - BOX[0] / 2, y, *BOX)
        bottom = max(
            foot,
            under - 6,
            beside.bottom if beside else 0,
            top + PAD + self._titles_height(stage),
            top + PAD + self._margin_height(stage),
        )
        return _Row(stage, top, bottom + PAD + GUTTER - top, x, exits, shape, decision, beside)

    def _label_left(self, way: Way) -> float:
        return self.ways_left + (34 if way.taken else 8)

    def _label_room(self, way: Way) -> float:
        tail = 54 if way.ends else 46 if self._is_straight(way) else 4
        return self.ways_right - tail - self._label_left(way)

    def _title_parts(self, stage: Stage) -> Iterable[tuple[tuple[str, ...], float, Tone, bool]]:
        room = TITLES - 36 - 8
        yield wrap(stage.title, BIG, room), BIG, "strong", True
        yield wrap(stage.actor, SMALL, room), SMALL, "muted", False
        time = "" if self.standards else stage.time or stage.counted
        yield wrap(time, SMALL, room), SMALL, "muted", False
        yield wrap("Hanya bila diperlukan" if stage.optional else "", SMALL, room), SMALL, "muted", False
        for note in stage.notes:
            yield wrap(note, SMALL, room), SMALL, "here", True

    def _titles_height(self, stage: Stage) -> float:
        lines = sum(len(lines) * size * 1.22 for lines, size, _, _ in self._title_parts(stage))
        return lines + (10 if stage.load else 0)

    def _margin_height(self, stage: Stage) -> float:
        return max((self._column_height(stage, *column) for column in self.margin), default=0)

    def _column_height(self, stage: Stage, title: str, left: float, wide: float) -> float:
        if title == "Formulir":
            return sum(max(SHEET[1] + 5, LEAD * len(lines)) + 4 for _, lines in self._sheets(stage))
        return sum(LEAD * len(lines) + 3 for lines in self._standard(stage, title, wide))

    def _sheets(self, stage: Stage) -> list[tuple[Symbol, tuple[str, ...]]]:
        return [(sheet.symbol, wrap(sheet.title, SMALL, SHEETS - 48)) for sheet in stage.sheets]

    def _standard(self, stage: Stage, title: str, wide: float) -> list[tuple[str, ...]]:
        told = {
            "Kelengkapan": stage.inputs,
            "Waktu": tuple(filter(None, (stage.time or stage.counted,))),
            "Output": stage.outputs,
        }
        return [wrap(text, SMALL, wide - 16) for text in told[title]]

    # --- ink ------------------------------------------------------------------------------------------------

    def _grid(self, bottom: float) -> None:
        actors, top = self.flow.actors, float(HEAD + CAPTION)
        self.fields.append(Field(Box(0, 0, self.width, top), "paper"))
        for place in range(0, len(actors), 2):
            self.fields.append(Field(Box(TITLES + COLUMN * place, top, COLUMN, bottom - top), "paper"))
        for row in self.rows.values():
            if row.stage.state == "here":
                self.fields.append(Field(Box(0, row.top, self.width, row.height), "here"))
        groups = [("URAIAN PROSES", 0.0, float(TITLES)), ("PELAKSANA", TITLES, self.ways_left)]
        groups.append(("HASIL DAN KE MANA", self.ways_left, self.lanes_right))
        if self.standards and self.margin:
            groups.append(("MUTU BAKU", self.margin[-3][1], self.width))
        for text, left, right in groups:
            box = Box(left + 4, 4, right - left - 8, CAPTION - 6)
            self.words.append(Words(box, (text,), 11, "strong", bold=True, anchor="middle"))
        for place, label in enumerate(actors):
            box = Box(TITLES + COLUMN * place + 2, CAPTION + 4, COLUMN - 4, HEAD - 8)
            self.words.append(Words(box, wrap(label, SMALL, HEAD - 8), SMALL, "strong", upright=True))
        for title, left, wide in self.margin:
            box = Box(left + 8, HEAD + CAPTION - 20, wide - 16, 16)
            self.words.append(Words(box, (title,), 11, "strong", bold=True))
        edges = [0.0, TITLES, self.ways_left, *(left for _, left, _ in self.margin), self.width]
        self.rules += [((x, 0), (x, bottom)) for x in edges]
        self.rules += [((0, y), (self.width, y)) for y in (0.0, top)]
        self.rules += [((0, row.bottom), (self.width, row.bottom)) for row in self.rows.values()]
        self.rules.append(((TITLES, CAPTION), (self.ways_left, CAPTION)))

    def _titles(self, row: _Row) -> None:
        y = row.top + PAD
        number = Box(4, y, 28, BIG * 1.22)
        self.words.append(Words(number, (str(row.stage.number),), BIG, "strong", bold=True, anchor="end"))
        for lines, size, tone, bold in self._title_parts(row.stage):
            if lines:
                box = Box(38, y, TITLES - 36 - 8, len(lines) * size * 1.22)
                self.words.append(Words(box, lines, size, tone, bold=bold))
                y = box.bottom
        if row.stage.load:
            bar = Box(38, y + 3, max(3, (TITLES - 50) * row.stage.load), 5)
            self.fields.append(Field(bar, "count"))

    def _symbols(self, row: _Row) -> None:
        stage = row.stage
        tone: Tone = stage.state
        title = f"Langkah {stage.number}: {stage.title}. {stage.actor}. {stage.symbols}."
        self.shapes.append(Shape(stage.symbol, row.shape, str(stage.number), tone, stage.number, title))
        if row.decision:
            self.shapes.append(Shape("decision", row.decision, "", tone, stage.number, "Keputusan"))
            x, y = row.shape.centre[0], row.shape.bottom
            self.lines.append(
                Line(((x, y), (x, row.decision.y)), self._line_tone(bool(stage.state)), arrow=False)
            )
        if row.beside and stage.beside:
            self._companion(row, row.beside, stage.beside)

    def _companion(self, row: _Row, box: Box, beside: Beside) -> None:
        title = f"Berjalan di samping langkah {row.stage.number}: {beside.title}. {beside.actor}."
        self.shapes.append(Shape("supervised", box, str(beside.number), "", row.stage.number, title))
        y = box.centre[1]
        if box.x < row.shape.x:
            points: tuple[Point, ...] = ((row.shape.x, row.shape.centre[1]), (box.right, y))
        else:
            aside = row.shape.x - 3
            points = (
                (row.shape.x, row.shape.centre[1]),
                (aside, row.shape.centre[1]),
                (aside, y),
                (box.x, y),
            )
        self.lines.append(Line(points, "muted", arrow=False, dashed=True, title=title))

    def _line_tone(self, walked: bool) -> Tone:
        return "" if not self.flow.traced else "walked" if walked else "rest"

    def _exits(self, row: _Row) -> None:
        for exit_ in row.exits:
            way, left = exit_.way, self._label_left(exit_.way)
            box = Box(left, exit_.top, self._label_room(way), LEAD * len(exit_.lines))
            tone: Tone = "strong" if way.taken or not self.flow.traced else "muted"
            self.words.append(Words(box, exit_.lines, SMALL, tone))
            if way.taken:
                badge = Box(self.ways_left + 4, exit_.top - 1, 27, 14)
                self.shapes.append(Shape("terminator", badge, f"{way.taken}×", "count", row.stage.number))
            if self._is_straight(way):
                self._straight_line(row, way)
                box = Box(self.ways_right - 44, exit_.level - 2 - LEAD, 40, LEAD)
                self.words.append(Words(box, (f"ke {way.targets[0]}",), SMALL, tone, bold=True, anchor="end"))
            elif way.ends:
                pill = Box(self.ways_right - 50, exit_.level - 8, 46, 16)
                tone = "done" if 0 in way.walked else ""
                self.shapes.append(Shape("terminator", pill, "Selesai", tone, row.stage.number))
                self._leave(row, exit_, ((pill.x, exit_.level),), target=0)
            else:
                for target in way.targets:
                    self._lane_line(row, exit_, target)

    def _straight_line(self, row: _Row, way: Way) -> None:
        target = self.rows[way.targets[0]]
        turn = row.bottom - GUTTER + 3
        points: tuple[Point, ...] = ((row.x, row.foot),)
        if target.x != row.x:
            points += ((row.x, turn), (target.x, turn))
        points += ((target.x, target.shape.y),)
        self._line(way, points, target=target.stage.number)

    def _lane_line(self, row: _Row, exit_: _Exit, number: int) -> None:
        target, lane = self.rows[number], self._lane(number)
        y = target.shape.centre[1]
        self._leave(row, exit_, ((lane, exit_.level), (lane, y), (target.shape.right, y)), target=number)
        ring = Box(lane - ROUND / 2, exit_.level - ROUND / 2, ROUND, ROUND)
        tone: Tone = "done" if number in exit_.way.walked else ""
        title = f"Penyambung ke langkah {number}"
        self.shapes.append(Shape("connector", ring, str(number), tone, row.stage.number, title))

    def _leave(self, row: _Row, exit_: _Exit, rest: tuple[Point, ...], *, target: int) -> None:
        """Draw a way from the step's symbol to its level, and on."""
        if row.decision:
            x, y = row.decision.right, row.decision.centre[1]
            trunk = row.x + COLUMN / 2 - 2
            start: tuple[Point, ...] = ((x, y), (trunk, y), (trunk, exit_.level))
        else:
            start = ((row.x, row.shape.bottom), (row.x, exit_.level))
        self._line(exit_.way, (*start, *rest), target=target)

    def _line(self, way: Way, points: tuple[Point, ...], *, target: int) -> None:
        title = f"Langkah {way.step}: {way.label} ({way.leads})"
        key = (way.step, way.key, target)
        tone = self._line_tone(target in way.walked)
        self.lines.append(Line(points, tone, dashed=way.extension, way=key, title=title))

    def _margin(self, row: _Row) -> None:
        for title, left, wide in self.margin:
            y = row.top + PAD
            if title == "Formulir":
                for symbol, lines in self._sheets(row.stage):
                    box = Box(left + 10, y + 2, *SHEET)
                    self.shapes.append(Shape(symbol, box, "", "", row.stage.number, " ".join(lines)))
                    self.words.append(Words(Box(left + 42, y, wide - 48, LEAD * len(lines)), lines, SMALL))
                    y += max(SHEET[1] + 5, LEAD * len(lines)) + 4
                continue
            for lines in self._standard(row.stage, title, wide):
                self.words.append(Words(Box(left + 8, y, wide - 16, LEAD * len(lines)), lines, SMALL))
                y += LEAD * len(lines) + 3

    def _legend(self, top: float) -> float:
        """Explain the eight symbols below the matrix; return where the picture ends."""
        room, y = self.width - TITLES, top + 16
        across = max(1, min(4, int(room // 190)))
        wide = room / across
        title = Box(12, y + 4, TITLES - 20, BIG * 1.22)
        self.words.append(Words(title, ("Keterangan simbol",), BIG, "strong", bold=True))
        for first in range(0, len(LEGEND), across):
            entries = LEGEND[first : first + across]
            texts = [wrap(label, SMALL, wide - 56) for _, label in entries]
            tall = max(BOX[1], LEAD * max(map(len, texts))) + 8
            for place, ((symbol, label), lines) in enumerate(zip(entries, texts, strict=True)):
                left, middle = TITLES + wide * place + 8, y + tall / 2
                self._entry(symbol, label, left, middle)
                high = LEAD * len(lines)
                self.words.append(Words(Box(left + 44, middle - high / 2, wide - 56, high), lines, SMALL))
            y += tall
        y += 6
        for note in self._remarks():
            lines = wrap(note, SMALL, room - 20)
            self.words.append(Words(Box(TITLES + 8, y, room - 20, LEAD * len(lines)), lines, SMALL))
            y += LEAD * len(lines) + 4
        return y + 8

    def _entry(self, symbol: Symbol, label: str, left: float, middle: float) -> None:
        if symbol == "line":
            self.lines.append(Line(((left, middle), (left + 30, middle))))
            return
        sizes: dict[Symbol, tuple[float, float]] = {
            "form": SHEET,
            "forms": SHEET,
            "connector": (ROUND, ROUND),
            "decision": DIAMOND,
        }
        w, h = sizes.get(symbol, BOX)
        box = Box(left + (BOX[0] - w) / 2, middle - h / 2, w, h)
        self.shapes.append(Shape(symbol, box, "", title=label))

    def _remarks(self) -> Iterable[str]:
        ways = [way for stage in self.flow.stages for way in stage.ways]
        if self.flow.traced:
            yield "Garis tebal: jalan yang sudah ditempuh."
        if any(way.taken for way in ways):
            yield "Angka dengan × di depan hasil: berapa kali hasil itu diambil."
        if self.lanes:
            yield "Angka dalam lingkaran: nomor langkah yang dituju garis itu."
        if any(way.extension for way in ways):
            yield "Garis putus-putus: jalan yang tidak tercetak dalam SOP."
        if self.flow.endings:
            yield f"Dapat pula berakhir, di luar cetakan SOP: {'; '.join(self.flow.endings)}."
