"""Charts of what was measured: drawn once, the same on the page and in the PDF, each with its table in words.

Colour never speaks alone: what exceeds is a diamond, what is missing a pale field, and the table says both.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import groupby

from muara.compliance.arithmetic.figures import rounded
from muara.compliance.arithmetic.limits import PH, Limit, in_force
from muara.compliance.arithmetic.measured import Measured
from muara.compliance.arithmetic.verdicts import Standing
from muara.documents.indonesian import tanggal
from muara.sop.matrix import Box, Field, Line, Point, Shape, Tone, Words
from muara.sop.svg import Drawing, draw_chart
from muara.sop.values import MONTHS, ValueRefused

DAY = timedelta(days=1)
WIDTH, HEIGHT = 560, 236
LEFT, RIGHT, TOP, FOOT = 62, 14, 14, 204  # the plot within the chart
SIZE = 13
SHORT = tuple(month[:3] for month in MONTHS)
CELL, ROW, HEAD = 15, 19, 22  # of the calendar
MONTH_ROOM = 74
ROUND, DIAMOND = 3.2, (10.0, 10.0)


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawn chart: its title, what it shows in a sentence, its SVG, and its figures as a table."""

    key: str
    title: str
    told: str
    svg: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Mark:
    """A value of a day and how it stands; None of a value is a day that was owed and not logged."""

    day: date
    value: Measured | None
    standing: Standing


# --- a value over time ----------------------------------------------------------------------------------


def over_time(
    key: str,
    title: str,
    unit: str,
    marks: Sequence[Mark],
    *,
    limits: Iterable[Limit],
    parameter: str,
    first: date,
    last: date,
    joined: bool,
) -> Chart:
    """Draw values against the limits of their days; `joined` days are a line, samples are dots."""
    held = _held(list(limits), parameter, first, last, unit)
    known = [(mark, _within(mark.value, unit)) for mark in marks if mark.value is not None]
    levels = [level for _, level in known if level is not None]
    bounds = [bound for _, _, limit in held for bound in (limit.low, limit.high) if bound is not None]
    low, high = _span(levels, bounds, from_zero=parameter != PH)
    days = max((last - first).days, 1)

    def across(day: date) -> float:
        return LEFT + (day - first).days / days * (WIDTH - LEFT - RIGHT)

    def down(level: Decimal) -> float:
        return float(FOOT - (level - low) / (high - low) * (FOOT - TOP))

    dots = [(mark, (across(mark.day), down(level))) for mark, level in known if level is not None]
    half = (WIDTH - LEFT - RIGHT) / days / 2
    gaps = [
        Field(Box(max(across(mark.day) - half, LEFT), TOP, min(2 * half, 12), FOOT - TOP), "gap")
        for mark in marks
        if mark.value is None
    ]
    lines = _stretches(dots) if joined else []
    shapes = [_dot(place, mark) for mark, place in dots if not joined or mark.standing is Standing.EXCEEDS]
    for start, end, limit in held:
        lines += [
            Line(((across(start), down(bound)), (across(end), down(bound))), "over", arrow=False, dashed=True)
            for bound in (limit.low, limit.high)
            if bound is not None
        ]
    grid, scale = _scale(low, high, down)
    drawing = Drawing(
        WIDTH,
        HEIGHT,
        tuple(gaps),
        tuple(grid),
        tuple(lines),
        tuple(shapes),
        (*scale, *_months(first, last, across)),
    )
    told = _told(marks, held, unit, joined=joined)
    named = f"{title} ({unit})" if unit else title
    svg = draw_chart(drawing, name=key, title=named, text=told)
    head, rows = _by_month(marks, unit) if joined else _by_sample(marks)
    return Chart(key, named, told, svg, head, rows)


def _held(
    limits: list[Limit], parameter: str, first: date, last: date, unit: str
) -> list[tuple[date, date, Limit]]:
    """The stretches of a period with the limit that holds in each, as far as it can be drawn in the unit."""
    days = [first + DAY * number for number in range((last - first).days + 1)]
    found = []
    for limit, group in groupby(days, key=lambda day: in_force(limits, parameter, day)):
        stretch = list(group)
        if limit is not None and limit.unit == unit:
            found.append((stretch[0], stretch[-1], limit))
    return found


def _within(value: Measured, unit: str) -> Decimal | None:
    try:
        return value.within(unit).value
    except ValueRefused:
        return None


def _span(
    levels: Sequence[Decimal], bounds: Sequence[Decimal], *, from_zero: bool
) -> tuple[Decimal, Decimal]:
    every = [*levels, *bounds] or [Decimal(1)]
    low, high = (Decimal(0) if from_zero else min(every) - 1), max(every)
    high += (high - low) / 10
    return low, high if high > low else low + 1


def _stretches(dots: Sequence[tuple[Mark, Point]]) -> list[Line]:
    """The line through the days, broken where one is missing; a day alone is a short stroke."""
    lines: list[Line] = []
    run: list[Point] = []
    before: date | None = None
    for mark, place in dots:
        if before is not None and mark.day - before > DAY:
            lines.append(_run(run))
            run = []
        run.append(place)
        before = mark.day
    return [*lines, _run(run)] if run else lines


def _run(points: list[Point]) -> Line:
    if len(points) == 1:
        ((x, y),) = points
        points = [(x - 1.5, y), (x + 1.5, y)]
    return Line(tuple(points), "walked", arrow=False)


def _dot(place: Point, mark: Mark) -> Shape:
    (x, y), (w, h) = place, DIAMOND
    if mark.standing is Standing.EXCEEDS:
        return Shape("decision", Box(x - w / 2, y - h / 2, w, h), tone="over", title=_said(mark))
    # Hollow: only a bound of it is known, or it cannot be judged.
    hollow = mark.standing is Standing.UNJUDGED or (mark.value is not None and mark.value.sign)
    tone: Tone = "" if hollow else "count"
    return Shape("connector", Box(x - ROUND, y - ROUND, 2 * ROUND, 2 * ROUND), tone=tone, title=_said(mark))


def _said(mark: Mark) -> str:
    shown = mark.value.shown if mark.value is not None else "tidak tercatat"
    return f"{tanggal(mark.day)}: {shown}, {mark.standing.value}"


def _scale(low: Decimal, high: Decimal, down: object) -> tuple[list[tuple[Point, Point]], list[Words]]:
    assert callable(down)
    step = _step(high - low)
    level = (low / step).to_integral_value(rounding="ROUND_CEILING") * step
    rules: list[tuple[Point, Point]] = []
    words: list[Words] = []
    while level <= high:
        y = down(level)
        rules.append(((LEFT, y), (WIDTH - RIGHT, y)))
        words.append(
            Words(Box(0, y - SIZE * 0.6, LEFT - 8, SIZE), (rounded(level),), SIZE, "muted", anchor="end")
        )
        level += step
    return rules, words


def _step(span: Decimal) -> Decimal:
    """A round step that gives three to six of them."""
    size = Decimal(1).scaleb((span / 5).adjusted())
    return next(size * times for times in (1, 2, 5, 10) if span / (size * times) <= 6)


def _months(first: date, last: date, across: object) -> list[Words]:
    assert callable(across)
    words = []
    day = first
    while day <= last:
        after = (day.replace(day=1) + DAY * 32).replace(day=1)
        middle = (across(day) + across(min(after - DAY, last))) / 2
        room = across(min(after - DAY, last)) - across(day)
        if room > 24:
            text = f"{SHORT[day.month - 1]} {day.year}" if room > 60 else SHORT[day.month - 1]
            words.append(Words(Box(middle - 40, FOOT + 8, 80, SIZE), (text,), SIZE, "muted", anchor="middle"))
        day = after
    return words


def _told(marks: Sequence[Mark], held: Sequence[tuple[date, date, Limit]], unit: str, *, joined: bool) -> str:
    known = [mark for mark in marks if mark.value is not None]
    over = [mark for mark in known if mark.standing is Standing.EXCEEDS]
    what = "hari tercatat" if joined else "hasil uji"
    parts = [f"{len(known)} dari {len(marks)} {what}" if joined else f"{len(known)} {what}"]
    if over:
        listed = ", ".join(
            f"{tanggal(mark.day)} ({mark.value.shown if mark.value else ''})" for mark in over[:6]
        )
        more = f" dan {len(over) - 6} lainnya" if len(over) > 6 else ""
        parts.append(f"{len(over)} melampaui: {listed}{more}")
    elif known:
        parts.append("tidak ada yang melampaui")
    limits = list(dict.fromkeys(limit.shown for _, _, limit in held))
    parts.append(f"batas {' lalu '.join(limits)}" if limits else "tidak ada batas yang dapat digambar")
    return _sentence("; ".join(parts))


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."


def _by_month(marks: Sequence[Mark], unit: str) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    rows = []
    for (year, month), group in groupby(marks, key=lambda mark: (mark.day.year, mark.day.month)):
        days = list(group)
        levels = [mark.value.value for mark in days if mark.value is not None]
        over = [str(mark.day.day) for mark in days if mark.standing is Standing.EXCEEDS]
        rows.append(
            (
                f"{MONTHS[month - 1]} {year}",
                f"{len(levels)} dari {len(days)}",
                rounded(min(levels)) if levels else "–",
                rounded(sum(levels, Decimal(0)) / len(levels)) if levels else "–",
                rounded(max(levels)) if levels else "–",
                ", ".join(over) or "–",
            )
        )
    return ("Bulan", "Hari tercatat", "Terendah", "Rata-rata", "Tertinggi", "Tanggal melampaui"), tuple(rows)


def _by_sample(marks: Sequence[Mark]) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    rows = tuple(
        (tanggal(mark.day), mark.value.shown if mark.value else "–", mark.standing.value) for mark in marks
    )
    return ("Tanggal contoh", "Hasil", "Penilaian"), rows


# --- amounts by month -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Amount:
    """A month's amount in words and as a number, with what is permitted; None where it was not computed."""

    label: str
    value: Decimal | None
    shown: str
    permitted: Decimal | None = None
    over: bool = False


def by_month(key: str, title: str, unit: str, amounts: Sequence[Amount]) -> Chart:
    """Draw a column a month, with a stroke across it where something is permitted."""
    every = [each for one in amounts for each in (one.value, one.permitted) if each is not None]
    low, high = _span([], every or [Decimal(1)], from_zero=True)

    def down(level: Decimal) -> float:
        return float(FOOT - (level - low) / (high - low) * (FOOT - TOP))

    room = (WIDTH - LEFT - RIGHT) / max(len(amounts), 1)
    width = min(room * 0.5, 60)
    fields, lines, words = [], [], []
    for place, one in enumerate(amounts):
        middle = LEFT + room * (place + 0.5)
        if one.value is not None:
            y = down(one.value)
            fields.append(Field(Box(middle - width / 2, y, width, FOOT - y), "over" if one.over else "count"))
        if one.permitted is not None:
            y = down(one.permitted)
            ends = ((middle - width * 0.7, y), (middle + width * 0.7, y))
            lines.append(Line(ends, "over", arrow=False, dashed=True))
        words.append(
            Words(Box(middle - room / 2, FOOT + 8, room, SIZE), (one.label,), SIZE, "muted", anchor="middle")
        )
    grid, scale = _scale(low, high, down)
    drawing = Drawing(WIDTH, HEIGHT, tuple(fields), tuple(grid), tuple(lines), (), (*scale, *words))
    over = [one.label for one in amounts if one.over]
    told = "; ".join(f"{one.label}: {one.shown}" for one in amounts) or "Belum ada yang dihitung"
    told += f". Melampaui yang diizinkan: {', '.join(over)}." if over else "."
    named = f"{title} ({unit})" if unit else title
    rows = tuple(
        (
            one.label,
            one.shown,
            f"{rounded(one.permitted)} {unit}" if one.permitted is not None else "–",
            "melampaui" if one.over else "–" if one.value is None or one.permitted is None else "memenuhi",
        )
        for one in amounts
    )
    svg = draw_chart(drawing, name=key, title=named, text=told)
    return Chart(key, named, told, svg, ("Bulan", "Beban", "Diizinkan", "Penilaian"), rows)


# --- the compliance calendar ----------------------------------------------------------------------------

TONES: Mapping[Standing, tuple[Tone, str]] = {
    Standing.COMPLIES: ("done", ""),
    Standing.EXCEEDS: ("over", "!"),
    Standing.UNJUDGED: ("warn", "?"),
    Standing.INCOMPLETE: ("gap", "–"),
}
MEANING = "! melampaui, – tidak lengkap, ? tidak dapat dinilai, tanpa tanda: taat"


def calendar(key: str, title: str, days: Mapping[date, Standing], *, first: date, last: date) -> Chart:
    """Draw a row a month, a field a day: what complied, exceeded or is missing; not owed is left out."""
    months = []
    month = first.replace(day=1)
    while month <= last:
        months.append(month)
        month = (month + DAY * 32).replace(day=1)
    width = MONTH_ROOM + 31 * CELL + 10
    fields: list[Field] = []
    words = [
        Words(Box(MONTH_ROOM + (day - 1) * CELL, 3, CELL, 10), (str(day),), 10, "muted", anchor="middle")
        for day in (1, 5, 10, 15, 20, 25, 30)
    ]
    rows = []
    for place, month in enumerate(months):
        y = HEAD + place * ROW
        words.append(
            Words(
                Box(0, y + 1, MONTH_ROOM - 8, SIZE),
                (f"{SHORT[month.month - 1]} {month.year}",),
                SIZE,
                "muted",
            )
        )
        found = {
            day: kind for day, kind in days.items() if (day.year, day.month) == (month.year, month.month)
        }
        for day, standing in found.items():
            if standing not in TONES:
                continue
            tone, sign = TONES[standing]
            box = Box(MONTH_ROOM + (day.day - 1) * CELL + 1, y, CELL - 2, ROW - 3)
            fields.append(Field(box, tone))
            if sign:
                ink: Tone = "inverse" if tone == "over" else ""
                words.append(Words(Box(box.x, box.y + 1, box.w, 12), (sign,), 12, ink, True, "middle"))
        rows.append((f"{MONTHS[month.month - 1]} {month.year}", *(_listed(found, one) for one in TONES)))
    drawing = Drawing(width, HEAD + len(months) * ROW + 2, fields=tuple(fields), words=tuple(words))
    counts = {one: sum(kind is one for kind in days.values()) for one in TONES}
    told = "; ".join(f"{number} hari {one.value}" for one, number in counts.items() if number)
    told = f"{_sentence(told or 'belum ada hari yang wajib')} Tanda: {MEANING}."
    svg = draw_chart(drawing, name=key, title=title, text=told)
    head = ("Bulan", "Taat", "Tanggal melampaui", "Tanggal tidak dapat dinilai", "Tanggal tidak lengkap")
    return Chart(key, title, told, svg, head, tuple(rows))


def _listed(found: Mapping[date, Standing], wanted: Standing) -> str:
    days = sorted(day.day for day, kind in found.items() if kind is wanted)
    if wanted is Standing.COMPLIES:
        return f"{len(days)} hari"
    return ", ".join(spans(days)) or "–"


def spans(numbers: Sequence[int]) -> list[str]:
    """Numbers with runs drawn together: 1–3, 7."""
    found: list[list[int]] = []
    for number in numbers:
        if found and number == found[-1][-1] + 1:
            found[-1].append(number)
        else:
            found.append([number])
    return [str(run[0]) if len(run) == 1 else f"{run[0]}–{run[-1]}" for run in found]
