"""A daily log that comes as a table: columns are found by their heads, what cannot be read is named."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from muara.compliance.actions.readings import Entry
from muara.compliance.arithmetic.plausible import unit_questions
from muara.compliance.arithmetic.units import M3_PER_DAY, convert, read_unit, same_dimension
from muara.documents.tables import Cell, Table, cell_name, column_name, day_in, number_in
from muara.sop.values import ValueRefused

HEAD = ("Tanggal", "Titik", "Debit (m³/hari)", "pH")
DAY, POINT, FLOW, PH = "tanggal", "titik", "debit", "ph"


class NoLog(ValueError):
    """The table is no daily log; `message` says what to do."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


@dataclass(frozen=True, slots=True)
class Sheet:
    """What was read of a table: entries, and a sentence for each cell that could not be read."""

    entries: tuple[Entry, ...]
    errors: Mapping[str, str]
    columns: Mapping[str, int] = field(default_factory=dict)

    def cell_of(self, place: str) -> str:
        """The cell that an act's place means: row "5", value "5.flow"."""
        row, _, name = place.partition(".")
        column = self.columns.get({"flow": FLOW, "ph": PH}.get(name, ""))
        return f"baris {row}" if column is None else f"{column_name(column)}{row}"


def read_log(table: Table, points: Mapping[str, int]) -> Sheet:
    """Read a daily log; `points` gives the key of each compliance point by its name.

    Without a column of points there must be only one point. A flow in another unit is converted by the head
    of its column, and two units in one column are asked about.

    Raises:
        NoLog: no column can be recognised, or nothing stands under them.
    """
    columns, unit, head = _columns(table)
    if POINT not in columns and len(points) != 1:
        raise NoLog(f"Tambahkan kolom Titik: izin ini mempunyai titik {', '.join(points)}.")
    errors: dict[str, str] = {}
    entries: list[Entry] = []
    known = {_plain(name): key for name, key in points.items()}
    for number, row in enumerate(table.rows[head + 1 :], start=head + 1):
        if any(cell.text for cell in row):
            entry = _entry(row, number, columns, unit, known, errors, from_1904=table.dates_from_1904)
            if entry is not None and not entry.is_empty:
                entries.append(entry)
    if not entries and not errors:
        raise NoLog("Tabel ini belum berisi catatan. Isi templatnya lebih dahulu.")
    flows = [entry.flow for entry in entries if entry.flow is not None]
    if question := unit_questions(flows, name="debit"):
        errors[f"kolom {column_name(columns[FLOW])}"] = question
    return Sheet(tuple(entries), errors, columns)


def _columns(table: Table) -> tuple[dict[str, int], str, int]:
    """The columns by what they hold, the flow's unit, and the row that the heads stand in."""
    for number, row in enumerate(table.rows[:10]):
        found: dict[str, int] = {}
        unit = M3_PER_DAY
        for column, cell in enumerate(row):
            name, _, rest = cell.text.partition("(")
            key = _plain(name)
            if key not in (DAY, POINT, FLOW, PH):
                continue
            if key in found:
                raise NoLog(f"Kolom {cell.text} ada dua. Hapus salah satunya.")
            found[key] = column
            if key == FLOW and rest:
                unit = _unit(rest.rstrip(") "))
        if DAY in found and (FLOW in found or PH in found):
            return found, unit, number
    raise NoLog(f"Judul kolom tidak ditemukan. Pakai templatnya: {', '.join(HEAD)}.")


def _unit(text: str) -> str:
    try:
        unit = read_unit(text)
    except ValueRefused as refusal:
        raise NoLog(refusal.message) from None
    if not same_dimension(unit, M3_PER_DAY):
        raise NoLog(f"Debit tidak dapat dinyatakan dalam {unit or 'tanpa satuan'}. Pakai m³/hari.")
    return unit


def _plain(text: str) -> str:
    return "".join(text.split()).casefold()


def _entry(
    row: tuple[Cell, ...],
    number: int,
    columns: Mapping[str, int],
    unit: str,
    points: Mapping[str, int],
    errors: dict[str, str],
    *,
    from_1904: bool,
) -> Entry | None:
    def cell(name: str) -> Cell:
        column = columns.get(name)
        return row[column] if column is not None and column < len(row) else Cell()

    def note(name: str, sentence: str) -> None:
        errors[cell_name(number, columns[name])] = sentence

    day = point = None
    try:
        day = day_in(cell(DAY), from_1904=from_1904)
    except ValueRefused as refusal:
        note(DAY, refusal.message)
    if POINT not in columns:
        point = next(iter(points.values()))
    elif (point := points.get(_plain(cell(POINT).text))) is None:
        note(POINT, f"Titik “{cell(POINT).text[:40]}” tidak ada pada izin ini.")
    values: dict[str, Decimal | None] = {}
    for name in (FLOW, PH):
        typed = cell(name)
        try:
            values[name] = None if not typed.text else number_in(typed)
        except ValueRefused as refusal:
            note(name, refusal.message)
    if day is None or point is None or len(values) < 2:
        return None
    flow = values[FLOW]
    if flow is not None and unit != M3_PER_DAY:
        flow = round(convert(flow, unit, M3_PER_DAY), 4)
    return Entry(point, day, flow, values[PH], place=str(number + 1))
