"""The office's old register as a table: columns are found by their heads, what cannot be read is named.

One row a permit. A row below it without a number is another outfall of the same permit. A limit has a
column of its own: the parameter, "min" or "maks", and the unit in brackets ("TSS maks (mg/L)").
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from muara.documents.indonesian import tanggal
from muara.documents.tables import Cell, Table, cell_name, day_in, number_in
from muara.permits.actions import OldRow
from muara.sop.places import REGENCIES, Regency
from muara.sop.values import ValueRefused, check_nib, clean_text, parse_coordinate

NUMBER, HOLDER, NIB = "Nomor izin", "Pemegang izin", "NIB"
ISSUED, EXPIRES = "Tanggal izin", "Berlaku sampai"
PLACE, REGENCY, BASIS = "Lokasi kegiatan", "Kabupaten/Kota", "Dasar hukum"
POINT, LATITUDE, LONGITUDE = "Nama titik", "Lintang", "Bujur"
NEEDED = (NUMBER, HOLDER, ISSUED, EXPIRES, REGENCY)
COLUMNS = (NUMBER, HOLDER, NIB, ISSUED, EXPIRES, PLACE, REGENCY, BASIS, POINT, LATITUDE, LONGITUDE)
LIMITS = (
    "Debit maks (m³/hari)",
    "pH min",
    "pH maks",
    "TSS maks (mg/L)",
    "COD maks (mg/L)",
    "BOD maks (mg/L)",
    "Minyak dan lemak maks (mg/L)",
)
HEAD = (*COLUMNS, *LIMITS)
LIMIT_HEAD = re.compile(r"(?P<name>.+?)\s+(?P<side>min|maks)\s*(?:\((?P<unit>[^)]{1,20})\))?", re.IGNORECASE)
LONGEST = {NUMBER: 160, HOLDER: 160, PLACE: 300, BASIS: 500, POINT: 80}


class NoRegister(ValueError):
    """The table is no register of permits; `message` says what to do."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


@dataclass(frozen=True, slots=True)
class OldRegister:
    """What was read of a table: permits, and a sentence for each cell that could not be read."""

    rows: tuple[OldRow, ...]
    errors: Mapping[str, str]


def read_old_register(table: Table, *, today: date) -> OldRegister:
    """Read a register of old permits.

    Raises:
        NoRegister: its columns cannot be recognised, or nothing stands under them.
    """
    columns, limits, head = _columns(table)
    reader = _Reader(columns, limits, from_1904=table.dates_from_1904, today=today)
    for number, row in enumerate(table.rows[head + 1 :], start=head + 1):
        if any(cell.text for cell in row):
            reader.read(row, number)
    if not reader.rows and not reader.errors:
        raise NoRegister("Tabel ini belum berisi izin. Isi templatnya lebih dahulu.")
    return OldRegister(tuple(reader.rows), reader.errors)


def _columns(table: Table) -> tuple[dict[str, int], dict[int, tuple[str, str, str]], int]:
    """The columns by what they hold, those of limits, and the row that the heads stand in."""
    known = {_plain(name): name for name in COLUMNS}
    for number, row in enumerate(table.rows[:10]):
        found: dict[str, int] = {}
        limits: dict[int, tuple[str, str, str]] = {}
        for column, cell in enumerate(row):
            name = known.get(_plain(cell.text))
            if name is not None and name in found:
                raise NoRegister(f"Kolom {cell.text} ada dua. Hapus salah satunya.")
            if name is not None:
                found[name] = column
            elif match := LIMIT_HEAD.fullmatch(cell.text.strip()):
                limit = (match["name"].strip(), match["side"].lower(), (match["unit"] or "").strip())
                if limit[:2] in {there[:2] for there in limits.values()}:
                    raise NoRegister(f"Kolom {cell.text} ada dua. Hapus salah satunya.")
                limits[column] = limit
        if NUMBER in found:
            if missing := [name for name in NEEDED if name not in found]:
                raise NoRegister(f"Kolom {', '.join(missing)} tidak ada. Pakai templatnya.")
            return found, limits, number
    raise NoRegister(f"Judul kolom tidak ditemukan. Pakai templatnya: {', '.join(COLUMNS)}.")


def _plain(text: str) -> str:
    return "".join(text.split()).casefold()


class _Reader:
    """Reads row by row; a permit's further outfalls stand in the rows below it."""

    def __init__(
        self,
        columns: Mapping[str, int],
        limits: Mapping[int, tuple[str, str, str]],
        *,
        from_1904: bool,
        today: date,
    ) -> None:
        self.columns, self.limits, self.from_1904, self.today = columns, limits, from_1904, today
        self.rows: list[OldRow] = []
        self.errors: dict[str, str] = {}
        self.goes_on = False  # the row above is a permit, read or named as wrong
        self.last_is_read = False
        self.near: Regency | None = None  # of the permit that is read: it settles a latitude without its side

    def read(self, row: tuple[Cell, ...], number: int) -> None:
        self.row, self.number = row, number
        before = len(self.errors)
        if self.cell(NUMBER).text:
            self.goes_on = True
            found = self.permit()
            point = self.point()
            self.last_is_read = found is not None and len(self.errors) == before
            if found is not None and self.last_is_read:
                self.rows.append(replace(found, points=[point] if point else []))
            return
        if not self.goes_on or any(self.cell(name).text for name in (HOLDER, ISSUED, EXPIRES)):
            self.note(
                NUMBER, "Isi nomor izinnya. Baris tanpa nomor hanya untuk titik lain dari izin di atasnya."
            )
            return
        point = self.point()
        if point and len(self.errors) == before and self.last_is_read:
            last = self.rows[-1]
            self.rows[-1] = replace(last, points=[*last.points, point])

    def cell(self, name: str) -> Cell:
        column = self.columns.get(name)
        return self.row[column] if column is not None and column < len(self.row) else Cell()

    def note(self, name: str, sentence: str) -> None:
        self.errors.setdefault(cell_name(self.number, self.columns[name]), sentence)

    def text(self, name: str) -> str:
        try:
            return clean_text(self.cell(name).text, max_length=LONGEST[name])
        except ValueRefused as refusal:
            self.note(name, refusal.message)
            return ""

    def day(self, name: str) -> date | None:
        if not self.cell(name).text:
            self.note(name, f"Isi {name.lower()}.")
            return None
        try:
            return day_in(self.cell(name), from_1904=self.from_1904)
        except ValueRefused as refusal:
            self.note(name, refusal.message)
            return None

    def permit(self) -> OldRow | None:
        issued, expires = self.day(ISSUED), self.day(EXPIRES)
        if issued is not None and issued > self.today:
            self.note(ISSUED, f"{tanggal(issued)} belum tiba. Periksa tahunnya.")
        if issued is not None and expires is not None and expires <= issued:
            self.note(EXPIRES, "Akhir masa berlaku harus sesudah tanggal izin.")
        holder = self.text(HOLDER)
        if not holder:
            self.note(HOLDER, "Isi nama pemegang izin.")
        nib = ""
        if self.cell(NIB).text:
            try:
                nib = check_nib(self.cell(NIB).text)
            except ValueRefused as refusal:
                self.note(NIB, refusal.message)
        place, basis, number = self.text(PLACE), self.text(BASIS), self.text(NUMBER)
        regency = self.regency()
        if issued is None or expires is None:
            return None
        return OldRow(
            cell=cell_name(self.number, self.columns[NUMBER]),
            number=number,
            company=holder,
            nib=nib,
            issued_on=issued,
            expires_on=expires,
            location=place,
            regency=regency,
            basis=basis,
        )

    def regency(self) -> str:
        """The regency's code, by its code or its name with or without "Kabupaten" or "Kota"."""
        typed = _plain(self.cell(REGENCY).text)
        for one in REGENCIES:
            kind, _, name = one.name.partition(" ")
            short = "kab." if kind == "Kabupaten" else "kota"
            if typed in {one.code, _plain(one.name), _plain(name), _plain(short + name)}:
                self.near = one
                return one.code
        self.near = None
        self.note(REGENCY, "Isi kabupaten atau kota di Kalimantan Timur, misalnya Kabupaten Paser.")
        return ""

    def point(self) -> dict[str, object]:
        """The outfall that a row names, with its limits; empty where it says nothing of one."""
        limits = self.read_limits()
        name, north, east = self.text(POINT), self.cell(LATITUDE), self.cell(LONGITUDE)
        told: dict[str, object] = {}
        if north.text or east.text:
            try:
                place = parse_coordinate(_degrees(north), _degrees(east), near=self.near)
                told = {"latitude": str(place.latitude), "longitude": str(place.longitude)}
            except ValueRefused as refusal:
                self.note(LATITUDE if LATITUDE in self.columns else LONGITUDE, refusal.message)
        if not (name or told or limits):
            return {}
        return {"name": name or "Titik pembuangan", **told, "limits": limits}

    def read_limits(self) -> list[dict[str, str]]:
        found: dict[str, dict[str, str]] = {}
        for column, (name, side, unit) in self.limits.items():
            cell = self.row[column] if column < len(self.row) else Cell()
            if not cell.text:
                continue
            try:
                value = number_in(cell)
                if value < 0:
                    raise ValueRefused("Baku mutu tidak kurang dari nol.")
            except ValueRefused as refusal:
                self.errors[cell_name(self.number, column)] = refusal.message
                continue
            limit = found.setdefault(name, {"parameter": name, "unit": unit})
            limit[side] = f"{value:f}"
            if "min" in limit and "maks" in limit and Decimal(limit["min"]) > Decimal(limit["maks"]):
                self.errors[cell_name(self.number, column)] = "Batas bawah lebih besar daripada batas atas."
        return list(found.values())


def _degrees(cell: Cell) -> str:
    """A spreadsheet's own number has a sign and a point; what was typed is read as it stands."""
    return cell.text if cell.number is None else f"{cell.number:f}"
