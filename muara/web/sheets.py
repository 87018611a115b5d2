"""Tables to take along, as CSV or XLSX; no cell of them can be read as a formula."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from django.http import Http404, HttpResponse

Cell = str | int | float | date | None

# A spreadsheet takes a text that begins so for a formula (CWE-1236), in wide letters too.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
NOT_XML = re.compile(r"[^\t\n\r\x20-\uD7FF\uE000-\uFFFD\U00010000-\U0010FFFF]")
TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def download(form: str, *, name: str, head: Sequence[str], rows: Iterable[Sequence[Cell]]) -> HttpResponse:
    """Answer with a table as a file; raises Http404 for a form that there is not."""
    if form not in TYPES:
        raise Http404
    table = [head, *rows]
    body = as_csv(table) if form == "csv" else as_xlsx(table)
    return HttpResponse(
        body,
        content_type=TYPES[form],
        headers={"Content-Disposition": f'attachment; filename="{name}.{form}"'},
    )


def json_file(told: Any, *, name: str) -> HttpResponse:
    """Answer with what is told, for programs."""
    return HttpResponse(
        json.dumps(told, ensure_ascii=False, indent=1),
        content_type="application/json; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}.json"'},
    )


def being_counted(told: str, *, seconds: int) -> HttpResponse:
    """Answer that a file is not counted yet, and after how long to ask again."""
    return HttpResponse(
        told,
        status=503,
        content_type="text/plain; charset=utf-8",
        headers={"Retry-After": str(seconds)},
    )


def safe(cell: Cell) -> Cell:
    """A text that would be a formula gets a quote before it; numbers and dates stay what they are."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell


def as_csv(table: Iterable[Sequence[Cell]]) -> bytes:
    """RFC 4180 in UTF-8, with the mark by which spreadsheets know it."""
    out = io.StringIO()
    csv.writer(out).writerows([[safe(cell) for cell in row] for row in table])
    return out.getvalue().encode("utf-8-sig")


def as_xlsx(table: Iterable[Sequence[Cell]]) -> bytes:
    """The least that ECMA-376 asks of a workbook: one sheet of numbers and inline texts."""
    lines = "".join(f"<row>{''.join(_cell(cell) for cell in row)}</row>" for row in table)
    out = io.BytesIO()
    with ZipFile(out, "w") as package:
        for path, text in {**PARTS, "xl/worksheets/sheet1.xml": SHEET.format(lines)}.items():
            # A fixed moment: the same figures give the same file.
            package.writestr(ZipInfo(path), text, ZIP_DEFLATED)
    return out.getvalue()


def _cell(cell: Cell) -> str:
    if cell is None:
        return "<c/>"
    if isinstance(cell, int | float):
        return f"<c><v>{cell}</v></c>"
    told = cell.isoformat() if isinstance(cell, date) else str(safe(cell))
    return f'<c t="inlineStr"><is><t xml:space="preserve">{escape(NOT_XML.sub("", told))}</t></is></c>'


XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
FORMATS = "http://schemas.openxmlformats.org"
MAIN = f'xmlns="{FORMATS}/spreadsheetml/2006/main"'
LINKS = f'xmlns="{FORMATS}/package/2006/relationships"'
OFFICE = f"{FORMATS}/officeDocument/2006/relationships"
KINDS = "application/vnd.openxmlformats-officedocument.spreadsheetml"
SHEET = f"{XML}<worksheet {MAIN}><sheetData>{{}}</sheetData></worksheet>"
PARTS = {
    "[Content_Types].xml": f'{XML}<Types xmlns="{FORMATS}/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{KINDS}.sheet.main+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{KINDS}.worksheet+xml"/></Types>',
    "_rels/.rels": f'{XML}<Relationships {LINKS}><Relationship Id="rId1" Type="{OFFICE}/officeDocument" '
    'Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'{XML}<workbook {MAIN} xmlns:r="{OFFICE}"><sheets>'
    '<sheet name="Data" sheetId="1" r:id="rId1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'{XML}<Relationships {LINKS}><Relationship Id="rId1" '
    f'Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
}
