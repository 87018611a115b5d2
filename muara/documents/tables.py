"""Tables that people hand in as CSV or XLSX, read as plain cells; what a table does not need is refused.

The least that ECMA-376 says of a workbook is read here by a streaming parser under limits: a file made to
exhaust memory ends at the limit, and nothing in it (formula, macro, entity, link) is ever carried out.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Context, Decimal, InvalidOperation
from xml.parsers import expat

from muara.documents.uploads import UploadRefused
from muara.sop.values import ValueRefused, parse_date, parse_decimal

MOST_BYTES = 5 * 1024**2
MOST_UNPACKED = 60 * 1024**2
MOST_PARTS = 200
MOST_ROWS = 10_000
MOST_COLUMNS = 40
MOST_TEXT = 2_000
EXACT = Context(prec=15)  # what a spreadsheet keeps of a number
CHUNK = 64 * 1024

TOO_LARGE = "Berkas ini lebih besar dari 5 MB. Bagi menjadi beberapa berkas, misalnya setahun satu."
BROKEN = "Berkas ini rusak atau bukan tabel. Simpan sebagai .xlsx atau .csv, lalu unggah lagi."
BOMB = "Isi berkas ini terlalu besar setelah dibuka. Salin datanya ke templat, lalu unggah lagi."
MACRO = "Berkas ini memuat makro. Simpan sebagai .xlsx tanpa makro, lalu unggah lagi."


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell as it was typed; a spreadsheet's own numbers come with their exact value."""

    text: str = ""
    number: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """The first sheet of a file, row by row; empty cells at a row's end are left out."""

    rows: tuple[tuple[Cell, ...], ...]
    dates_from_1904: bool = False


def column_name(index: int) -> str:
    """The letters of a column: 0 is A, 26 is AA."""
    name = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        name = chr(65 + rest) + name
    return name


def cell_name(row: int, column: int) -> str:
    """A cell as spreadsheets call it; both count from 0."""
    return f"{column_name(column)}{row + 1}"


EPOCHS = {False: date(1899, 12, 30), True: date(1904, 1, 1)}


def number_in(cell: Cell) -> Decimal:
    """A cell's number; raises ValueRefused."""
    return cell.number if cell.number is not None else parse_decimal(cell.text)


def day_in(cell: Cell, *, from_1904: bool) -> date:
    """A date as typed, or as a spreadsheet counts days; raises ValueRefused."""
    if cell.number is None:
        return parse_date(cell.text.partition("T")[0])
    if cell.number != int(cell.number) or not 0 < cell.number < 100_000:
        raise ValueRefused("Tulis tanggal sebagai hari, bulan, tahun, misalnya 10/12/2026.")
    return EPOCHS[from_1904] + timedelta(days=int(cell.number))


def read_table(data: bytes) -> Table:
    """Read the first sheet of a workbook, or a CSV; raises UploadRefused with a sentence."""
    if len(data) > MOST_BYTES:
        raise UploadRefused(TOO_LARGE)
    if not data.strip():
        raise UploadRefused("Berkas ini kosong. Pilih berkas yang benar.")
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise UploadRefused("Berkas .xls lama tidak dapat dibaca. Simpan sebagai .xlsx, lalu unggah lagi.")
    return _read_workbook(data) if data.startswith(b"PK") else _read_csv(data)


# --- CSV ----------------------------------------------------------------------------------------------


def _read_csv(data: bytes) -> Table:
    text = _decoded(data)
    if "\0" in text:
        raise UploadRefused(BROKEN)
    first = text.splitlines()[0] if text.splitlines() else ""
    mark = max(";\t,", key=first.count)
    rows = []
    try:
        for number, row in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=mark)):
            _check_size(number, len(row))
            rows.append(_trimmed([Cell(cell.strip()[:MOST_TEXT]) for cell in row]))
    except csv.Error:
        raise UploadRefused(BROKEN) from None
    return Table(tuple(rows))


def _decoded(data: bytes) -> str:
    for encoding in ("utf-8-sig", "utf-16", "cp1252"):
        if encoding == "utf-16" and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
            continue
        with suppress(UnicodeDecodeError):
            return data.decode(encoding)
    raise UploadRefused(BROKEN)


def _check_size(row: int, columns: int) -> None:
    if row >= MOST_ROWS:
        raise UploadRefused("Tabel ini lebih dari 10.000 baris. Bagi menjadi beberapa berkas.")
    if columns > MOST_COLUMNS:
        raise UploadRefused(
            f"Tabel ini mempunyai isi di luar kolom ke-{MOST_COLUMNS} (baris {row + 1}). Pakai templatnya."
        )


def _trimmed(row: list[Cell]) -> tuple[Cell, ...]:
    while row and row[-1] == Cell():
        row.pop()
    return tuple(row)


# --- XLSX ---------------------------------------------------------------------------------------------


def _read_workbook(data: bytes) -> Table:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            return _Package(package).table()
    except (zipfile.BadZipFile, zlib.error, expat.ExpatError, KeyError, EOFError, NotImplementedError):
        raise UploadRefused(BROKEN) from None
    except RuntimeError:  # zipfile's way to say that a password is asked for
        raise UploadRefused("Berkas ini dikunci dengan kata sandi. Simpan tanpa kata sandi.") from None


class _Package:
    """The parts of a workbook, unpacked under one limit for all of them."""

    def __init__(self, package: zipfile.ZipFile) -> None:
        self.package, self.left = package, MOST_UNPACKED
        names = package.namelist()
        if len(names) > MOST_PARTS:
            raise UploadRefused(BOMB)
        if any("vbaproject" in name.casefold() or "macrosheets" in name.casefold() for name in names):
            raise UploadRefused(MACRO)
        self.names = set(names)

    def table(self) -> Table:
        texts = _Texts()
        if "xl/sharedStrings.xml" in self.names:
            self.parse("xl/sharedStrings.xml", texts)
        workbook = _Workbook()
        self.parse("xl/workbook.xml", workbook)
        sheet = _Sheet(texts.texts)
        self.parse(self.first_sheet(), sheet)
        return Table(sheet.table(), dates_from_1904=workbook.from_1904)

    def first_sheet(self) -> str:
        """Spreadsheets number their sheets from 1 in the order of their making."""
        sheets = sorted(
            (name for name in self.names if re.fullmatch(r"xl/worksheets/[^/]+\.xml", name)),
            key=lambda name: (len(name), name),
        )
        if not sheets:
            raise UploadRefused(BROKEN)
        return sheets[0]

    def parse(self, name: str, reader: _Reader) -> None:
        parser = expat.ParserCreate()
        parser.StartDoctypeDeclHandler = _no_doctype
        parser.StartElementHandler = lambda tag, attrs: reader.start(tag.rpartition(":")[2], attrs)
        parser.EndElementHandler = lambda tag: reader.end(tag.rpartition(":")[2])
        parser.CharacterDataHandler = reader.text
        for chunk in self.unpacked(name):
            parser.Parse(chunk, False)
        parser.Parse(b"", True)

    def unpacked(self, name: str) -> Iterator[bytes]:
        """A part piece by piece: what its header says of its size is not believed."""
        with self.package.open(name) as part:
            while chunk := part.read(CHUNK):
                self.left -= len(chunk)
                if self.left < 0:
                    raise UploadRefused(BOMB)
                yield chunk


def _no_doctype(*_: object) -> None:
    raise UploadRefused(BROKEN)


class _Reader:
    """What a streaming parser tells of a part."""

    def start(self, tag: str, attrs: dict[str, str]) -> None: ...

    def end(self, tag: str) -> None: ...

    def text(self, data: str) -> None: ...


class _Workbook(_Reader):
    from_1904 = False

    def start(self, tag: str, attrs: dict[str, str]) -> None:
        if tag == "workbookPr":
            self.from_1904 = attrs.get("date1904") in ("1", "true")


class _Texts(_Reader):
    """Shared strings, in their order; readings aloud (rPh) are no part of them."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.parts: list[str] | None = None
        self.aloud = False

    def start(self, tag: str, attrs: dict[str, str]) -> None:
        if tag == "si":
            self.texts.append("")
        elif tag == "t" and not self.aloud:
            self.parts = []
        elif tag == "rPh":
            self.aloud = True

    def end(self, tag: str) -> None:
        if tag == "t" and self.parts is not None:
            self.texts[-1] = (self.texts[-1] + "".join(self.parts))[:MOST_TEXT]
            self.parts = None
        elif tag == "rPh":
            self.aloud = False

    def text(self, data: str) -> None:
        if self.parts is not None:
            self.parts.append(data)


@dataclass
class _Sheet(_Reader):
    """The cells of a sheet; merged cells and formulas are refused by name."""

    shared: list[str]
    rows: dict[int, dict[int, Cell]] = field(default_factory=dict)
    row: int = -1
    column: int = -1
    kind: str = ""
    parts: list[str] | None = None
    value: str = ""

    def start(self, tag: str, attrs: dict[str, str]) -> None:
        if tag == "row":
            self.row = int(attrs["r"]) - 1 if attrs.get("r", "").isdecimal() else self.row + 1
            self.column = -1
        elif tag == "c":
            self.column = _column(attrs["r"]) if "r" in attrs else self.column + 1
            self.kind, self.value = attrs.get("t", ""), ""
        elif tag in ("v", "t"):
            self.parts = []
        elif tag == "f":
            raise UploadRefused(
                f"Sel {cell_name(self.row, self.column)} memuat rumus. Salin, lalu tempel sebagai nilai."
            )
        elif tag == "mergeCell":
            where = re.sub(r"[^A-Z0-9:]", "", attrs.get("ref", ""))[:20]
            raise UploadRefused(f"Sel {where} digabung. Pisahkan sel itu, lalu unggah lagi.")

    def text(self, data: str) -> None:
        if self.parts is not None:
            self.parts.append(data)

    def end(self, tag: str) -> None:
        if tag in ("v", "t") and self.parts is not None:
            self.value += "".join(self.parts)
            self.parts = None
        elif tag == "c" and self.value.strip():
            _check_size(self.row, self.column + 1)
            self.rows.setdefault(self.row, {})[self.column] = self.cell()

    def cell(self) -> Cell:
        if self.kind == "s":
            index = int(self.value) if self.value.isdecimal() else -1
            if not 0 <= index < len(self.shared):
                raise UploadRefused(BROKEN)
            return Cell(self.shared[index].strip())
        if self.kind in ("", "n"):
            try:
                number = EXACT.create_decimal(self.value)
            except InvalidOperation:
                raise UploadRefused(BROKEN) from None
            if not number.is_finite() or abs(number.adjusted()) > 20:
                raise UploadRefused(f"Sel {cell_name(self.row, self.column)} bukan angka yang masuk akal.")
            return Cell(f"{number:f}", number)
        if self.kind == "e":
            raise UploadRefused(
                f"Sel {cell_name(self.row, self.column)} berisi kesalahan ({self.value[:10]}). Perbaiki dulu."
            )
        return Cell(self.value.strip()[:MOST_TEXT])

    def table(self) -> tuple[tuple[Cell, ...], ...]:
        return tuple(self._row(number) for number in range(max(self.rows, default=-1) + 1))

    def _row(self, number: int) -> tuple[Cell, ...]:
        cells = self.rows.get(number, {})
        return tuple(cells.get(column, Cell()) for column in range(max(cells, default=-1) + 1))


def _column(reference: str) -> int:
    letters = re.match(r"[A-Z]{1,3}", reference)
    if letters is None:
        raise UploadRefused(BROKEN)
    index = 0
    for letter in letters[0]:
        index = index * 26 + ord(letter) - 64
    return index - 1
