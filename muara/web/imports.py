"""A daily log from a table: upload, preview that names each bad cell, and only then keep."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from muara.cases.terms import PointKind
from muara.compliance.actions.readings import Entry, Preview, Value, enter_readings, preview_readings
from muara.compliance.arithmetic.measured import exactly
from muara.compliance.models import Discharge, Source
from muara.compliance.sheets import HEAD, NoLog, Sheet, read_log
from muara.documents.tables import MOST_BYTES, TOO_LARGE, Table, read_table
from muara.documents.uploads import UploadRefused
from muara.people.models import office_day
from muara.web.acts import Came
from muara.web.duties import duty_page, enter, followed, status_of
from muara.web.duty_forms import Answering
from muara.web.files import person
from muara.web.sheets import download

READ = signing.TimestampSigner(salt="muara.read-log")
A_DAY = 24 * 60 * 60
SHOWN = 50  # bad cells on one page


class TableForm(forms.Form):
    """The table to read; `sha256` is the hash of its file."""

    use_required_attribute = False
    table = forms.FileField(
        label="Tabel (.xlsx atau .csv)",
        allow_empty_file=True,
        error_messages={"required": "Pilih berkasnya."},
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv"}),
    )
    sha256 = ""

    def clean_table(self) -> Table:
        """Read the file as a table, or say why it is none."""
        upload = self.cleaned_data["table"]
        if upload.size > MOST_BYTES:
            raise forms.ValidationError(TOO_LARGE)
        data = upload.read()
        self.sha256 = hashlib.sha256(data).hexdigest()
        try:
            return read_table(data)
        except UploadRefused as refusal:
            raise forms.ValidationError(refusal.message) from None


def seal(signer: signing.TimestampSigner, *, of: object, **said: object) -> str:
    """What was read, sealed for the preview's form; `of` says for whom it may be kept."""
    return signer.sign_object({"of": of, **said}, compress=True)


def unseal(signer: signing.TimestampSigner, sealed: str, *, of: object) -> dict[str, Any] | None:
    """What was sealed within a day for the same, else None."""
    try:
        said: dict[str, Any] = signer.unsign_object(sealed, max_age=A_DAY)
    except signing.BadSignature:
        return None
    return said if said["of"] == of else None


def cells(name: str, told: Mapping[str, str]) -> dict[str, object]:
    """The first cells of which something is told, under a name, and how many more there are."""
    return {name: list(told.items())[:SHOWN], f"more_{name}": max(len(told) - SHOWN, 0)}


class KeepForm(Answering):
    """What was read, sealed: it is kept as it was shown."""

    read = forms.CharField(widget=forms.HiddenInput)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def import_log(request: HttpRequest, pk: int) -> HttpResponse:
    """Read a table and show what would come of it; kept only when it is sent again from the preview."""
    found = followed(request, pk)
    if "read" in request.POST:
        return _keep(request, found)
    form = TableForm(request.POST, request.FILES) if request.method == "POST" else TableForm()
    if request.method != "POST" or not form.is_valid():
        return duty_page(request, "import_log", found, {"form": form}, status=status_of(form, None))
    try:
        sheet = read_log(form.cleaned_data["table"], _points(found))
    except NoLog as refusal:
        form.add_error("table", refusal.message)
        return duty_page(request, "import_log", found, {"form": form}, status=422)
    preview = preview_readings(found, sheet.entries, at=timezone.now())
    errors = dict(sheet.errors) | {sheet.cell_of(place): why for place, why in preview.errors.items()}
    keep = KeepForm(initial={"read": _sealed(sheet.entries, found)})
    keep.wants_reason, keep.wants_answer = bool(preview.corrected), bool(preview.questions)
    return _preview(request, found, preview, keep, errors=errors, asked=_asked(sheet, preview))


def _asked(sheet: Sheet, preview: Preview) -> dict[str, str]:
    return {sheet.cell_of(place): " ".join(said) for place, said in preview.questions.items()}


def _preview(
    request: HttpRequest,
    found: Discharge,
    preview: Preview,
    form: KeepForm,
    *,
    errors: Mapping[str, str],
    asked: Mapping[str, str],
    came: Came | None = None,
) -> HttpResponse:
    context: dict[str, Any] = {
        "form": form,
        "preview": preview,
        **cells("errors", errors),
        **cells("asked", asked),
        "values": [
            (title, [_line(one) for one in values[:SHOWN]], len(values[SHOWN:]), opened)
            for title, values, opened in (
                ("Nilai yang berubah", preview.changes, True),
                ("Nilai baru", preview.additions, False),
            )
            if values
        ],
        "stale": came is Came.STALE,
    }
    status = 422 if errors else status_of(form, came)
    return duty_page(request, "import_preview", found, context, status=status)


def _line(value: Value) -> dict[str, object]:
    """A value of the preview as it is read: Indonesian commas and points."""
    old = "" if value.old is None else exactly(value.old)
    return {"point": value.point, "day": value.day, "name": value.name, "old": old, "new": exactly(value.new)}


def _keep(request: HttpRequest, found: Discharge) -> HttpResponse:
    form = KeepForm(request.POST)
    entries = _unsealed(request.POST["read"], found)
    if entries is None:
        context = {"form": TableForm(), "outdated": True}
        return duty_page(request, "import_log", found, context, status=409)
    came = None
    if form.is_valid():
        said = form.cleaned_data
        came = enter(
            request,
            form,
            lambda stamp, at: enter_readings(
                found,
                entries,
                by=person(request),
                at=at,
                reason=said["reason"],
                sure=said["sure"],
                source=Source.SHEET,
                stamp=stamp,
            ),
        )
        if came is Came.DONE:
            messages.success(request, f"{len(entries)} hari dari tabel tersimpan.")
            return redirect("discharge", found.pk)
    preview = preview_readings(found, entries, at=timezone.now())
    form.wants_reason, form.wants_answer = bool(preview.corrected), bool(preview.questions)
    asked = {f"baris {place}": " ".join(said) for place, said in preview.questions.items()}
    return _preview(request, found, preview, form, errors={}, asked=asked, came=came)


def _points(found: Discharge) -> dict[str, int]:
    return dict(found.points.filter(kind=PointKind.COMPLIANCE).values_list("name", "pk"))


def _sealed(entries: tuple[Entry, ...], found: Discharge) -> str:
    rows = [[row.point, row.day.isoformat(), _text(row.flow), _text(row.ph), row.place] for row in entries]
    return seal(READ, of=found.pk, rows=rows)


def _text(value: Decimal | None) -> str:
    return "" if value is None else str(value)


def _unsealed(sealed: str, found: Discharge) -> tuple[Entry, ...] | None:
    said = unseal(READ, sealed, of=found.pk)
    if said is None:
        return None
    return tuple(
        Entry(
            point,
            date.fromisoformat(day),
            Decimal(flow) if flow else None,
            Decimal(ph) if ph else None,
            place=place,
        )
        for point, day, flow, ph, place in said["rows"]
    )


@login_required
@require_safe
def log_template(request: HttpRequest, pk: int, ending: str) -> HttpResponse:
    """A table to fill in: this month's days at every compliance point."""
    found, today = followed(request, pk), office_day(timezone.now())
    first = today.replace(day=1)
    days = [first + timedelta(days=number) for number in range((today - first).days + 1)]
    rows = [[f"{day:%d/%m/%Y}", name, None, None] for day in days for name in _points(found)]
    return download(ending, name="catatan-harian", head=HEAD, rows=rows)
