"""Tables that people hand in: read as plain cells; what a table does not need is refused by name."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

from muara.compliance.sheets import NoLog, Sheet, read_log
from muara.documents.tables import Cell, read_table
from muara.documents.uploads import UploadRefused
from muara.web.sheets import PARTS, SHEET, as_csv, as_xlsx
from muara.web.sheets import Cell as Value

POINTS = {"TP-01": 1, "TP-02": 2}
HEAD: list[Value] = ["Tanggal", "Titik", "Debit (m³/hari)", "pH"]
PLAIN: Mapping[str, str | bytes] = {}


def workbook(rows: str, more: Mapping[str, str | bytes] = PLAIN, *, after: str = "") -> bytes:
    """A workbook around the XML of its rows."""
    out = io.BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as package:
        sheet = SHEET.format(rows).replace("</sheetData>", f"</sheetData>{after}")
        for path, text in {**PARTS, "xl/worksheets/sheet1.xml": sheet, **more}.items():
            package.writestr(path, text)
    return out.getvalue()


def refused(data: bytes) -> str:
    with pytest.raises(UploadRefused) as refusal:
        read_table(data)
    return refusal.value.message


def test_what_is_written_is_read_again() -> None:
    table: list[list[Value]] = [HEAD, ["01/08/2026", "TP-01", 1200, 7.1], ["02/08/2026", "TP-01", None, 7]]

    assert read_table(as_xlsx(table)).rows[1] == (
        Cell("01/08/2026"),
        Cell("TP-01"),
        Cell("1200", Decimal(1200)),
        Cell("7.1", Decimal("7.1")),
    )
    assert read_table(as_csv(table)).rows[2] == (Cell("02/08/2026"), Cell("TP-01"), Cell(), Cell("7"))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("mark", [";", ",", "\t"])
def test_a_csv_is_read_as_any_spreadsheet_writes_it(encoding: str, mark: str) -> None:
    text = (
        f'Tanggal{mark}Titik{mark}"Debit (m³/hari)"{mark}pH\r\n1/8/2026{mark}TP-01{mark}"1200,5"{mark}7\r\n'
    )

    assert [cell.text for cell in read_table(text.encode(encoding)).rows[1]] == [
        "1/8/2026",
        "TP-01",
        "1200,5",
        "7",
    ]


def test_a_spreadsheets_numbers_are_those_that_it_shows() -> None:
    """7,1 is stored as 7.0999999999999996 by some."""
    table = read_table(workbook('<row r="1"><c r="A1"><v>7.0999999999999996</v></c></row>'))

    assert table.rows[0][0].number == Decimal("7.1")


def test_shared_strings_are_looked_up_and_broken_ones_refused() -> None:
    texts = "<sst><si><t>Tang</t><rPh><t>x</t></rPh><t>gal</t></si></sst>"
    row = '<row r="1"><c r="B1" t="s"><v>{}</v></c></row>'

    assert read_table(workbook(row.format(0), {"xl/sharedStrings.xml": texts})).rows[0] == (
        Cell(),
        Cell("Tanggal"),
    )
    assert "rusak" in refused(workbook(row.format(7), {"xl/sharedStrings.xml": texts}))


REFUSED = {
    "a formula": (
        workbook('<row r="3"><c r="C3"><f>A1+B2</f><v>3</v></c></row>'),
        "Sel C3 memuat rumus",
    ),
    "merged cells": (
        workbook(
            '<row r="1"><c r="A1"><v>1</v></c></row>',
            after='<mergeCells><mergeCell ref="A1:B2"/></mergeCells>',
        ),
        "Sel A1:B2 digabung",
    ),
    "a macro": (workbook("", {"xl/vbaProject.bin": b"x"}), "makro"),
    "16,384 columns": (workbook('<row r="1"><c r="XFD1"><v>1</v></c></row>'), "di luar kolom ke-40"),
    "20,001 rows": (workbook('<row r="20001"><c r="A20001"><v>1</v></c></row>'), "lebih dari 10.000 baris"),
    "an error": (workbook('<row r="1"><c r="A1" t="e"><v>#REF!</v></c></row>'), "Sel A1 berisi kesalahan"),
    "an absurd number": (workbook('<row r="1"><c r="A1"><v>1E+999</v></c></row>'), "masuk akal"),
    "broken XML": (workbook("<row"), "rusak"),
    "an entity": (workbook("", {"xl/workbook.xml": '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'}), "rusak"),
    "no zip": (b"PK\x03\x04 no zip", "rusak"),
    "an old workbook": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "xls lama"),
    "nothing": (b"  \n", "kosong"),
    "a NUL": (b"a\0b", "rusak"),
    "6 MB": (b"x" * (5 * 1024**2 + 1), "5 MB"),
    "a wide CSV": (";".join("x" * 50).encode(), "di luar kolom ke-40"),
    "a long CSV": (b"a\n" * 10_001, "lebih dari 10.000 baris"),
}


@pytest.mark.parametrize(("data", "sentence"), REFUSED.values(), ids=REFUSED.keys())
def test_what_a_table_does_not_need_is_refused_by_name(data: bytes, sentence: str) -> None:
    assert sentence in refused(data)


def test_a_bomb_ends_at_the_limit() -> None:
    """61 MB of zeros in 60 kB, and a part that lies about its size is not believed either."""
    assert "terlalu besar setelah dibuka" in refused(workbook(" " * (61 * 1024**2)))
    assert "terlalu besar setelah dibuka" in refused(workbook("", {f"x/{n}": "" for n in range(200)}))


def read(*rows: Sequence[Value], points: dict[str, int] = POINTS) -> Sheet:
    return read_log(read_table(as_xlsx(rows)), points)


def test_a_log_is_read_by_its_heads_wherever_they_stand() -> None:
    found = read(
        ["Catatan PT Contoh"],
        ["pH", "tanggal", "Debit (m3/hari)", "Titik", "Catatan"],
        [7.2, "1 Agustus 2026", "1.200,5", "tp-02", "hujan"],
        [],
        [7, 46236, 1300, "TP-01"],
    )

    assert found.errors == {}
    assert [(row.point, row.day, row.flow, row.ph, row.place) for row in found.entries] == [
        (2, date(2026, 8, 1), Decimal("1200.5"), Decimal("7.2"), "3"),
        (1, date(2026, 8, 2), 1300, 7, "5"),  # a day as spreadsheets count them
    ]
    assert (found.cell_of("5.flow"), found.cell_of("5.ph"), found.cell_of("5")) == ("C5", "A5", "baris 5")


def test_every_cell_that_cannot_be_read_is_named() -> None:
    found = read(
        HEAD,
        ["32/8/2026", "TP-01", 1200, 7],
        ["1/8/2026", "TP-09", "1.000", "tujuh"],
    )

    assert found.entries == ()
    assert found.errors == {
        "A2": "Tanggal 32/8/2026 tidak ada dalam kalender.",
        "B3": "Titik “TP-09” tidak ada pada izin ini.",
        "C3": "“1.000” dapat berarti 1000 atau 1 koma 000. "
        "Tulis 1000, atau 1,000 bila yang dimaksud pecahan.",
        "D3": "“tujuh” bukan angka. Tulis angka saja, misalnya 1250 atau 0,5.",
    }


def test_a_flow_in_another_unit_is_converted_by_the_head_of_its_column() -> None:
    found = read(["Tanggal", "Debit (m³/dtk)"], ["1/8/2026", 0.0173], points={"TP-01": 1})

    assert found.entries[0].flow == Decimal("1494.72")


def test_two_units_in_one_column_are_asked_about() -> None:
    found = read(HEAD, ["1/8/2026", "TP-01", 1200, 7], ["2/8/2026", "TP-01", 0.0139, 7])

    assert list(found.errors) == ["kolom C"]
    assert "dua satuan" in found.errors["kolom C"]


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ([["Hari", "Air"]], "Judul kolom tidak ditemukan"),
        ([["Tanggal", "Debit (kg)"]], "tidak dapat dinyatakan dalam kg"),
        ([["Tanggal", "pH", "ph"]], "ada dua"),
        ([["Tanggal", "pH"], ["1/8/2026", 7]], "Tambahkan kolom Titik"),
        ([HEAD], "belum berisi catatan"),
    ],
)
def test_a_table_that_is_no_log_says_what_to_do(rows: list[Sequence[Value]], sentence: str) -> None:
    with pytest.raises(NoLog, match=sentence):
        read(*rows)
