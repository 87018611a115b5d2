"""A report of tables as a file to take along: PDF, or a spreadsheet without formulas."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.http import Http404, HttpResponse

from muara.people.queries import issuing_office
from muara.records.tabled import Report
from muara.web.files import pdf_answer
from muara.web.sheets import download


def answer_with(
    report: Report, kind: str, *, name: str, dated: date, texts: Sequence[tuple[str, str]] = ()
) -> HttpResponse:
    """Answer with the report as `kind` (pdf, xlsx, csv); raises Http404 for another."""
    if kind == "pdf":
        if issuing_office() is None:
            raise Http404
        return pdf_answer(report.pdf(dated=dated, texts=texts), f"{name}.pdf")
    return download(kind, name=name, head=(report.title,), rows=report.lines(texts))
