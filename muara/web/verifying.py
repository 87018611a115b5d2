"""Verification by anybody: a file held against the register, and the register to search and take along."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from allauth.core.internal import ratelimit
from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from muara.compliance.models import Grant
from muara.documents.store import BlobStore, TooLarge
from muara.documents.uploads import MAGIC, readable_size
from muara.people.models import office_day
from muara.people.queries import published_quarters_set
from muara.permits.lookups import TOKEN
from muara.permits.models import Decision, OldPermit, Permit
from muara.permits.queries import decision_by_token, permit_by_number
from muara.permits.standing import Status
from muara.records.comparing import Comparison, compare
from muara.records.counted import recent
from muara.records.open_compliance import COLUMNS as OPEN_COMPLIANCE
from muara.records.open_compliance import compliance_key, compliance_of, count_compliance
from muara.records.open_register import (
    COLUMNS,
    LICENCE,
    LICENCE_NAME,
    PROPOSED,
    described,
    issued_permits,
    lines,
    meanings,
)
from muara.web import sheets
from muara.web.paging import AT_MOST, Pages
from muara.web.public import domain

PAGE = 30
PACE = {"compare": "10/m/ip,60/h/ip"}  # each opens a stranger's file in a process of its own
FILE_NAME, COMPLIANCE_NAME = "register-izin", "ketaatan-izin"
FEW_PERMITS = 20  # whose compliance a page counts for itself where the counter runs


class FileForm(forms.Form):
    """The file that somebody was given as a permit."""

    use_required_attribute = False
    berkas = forms.FileField(
        label="Berkas surat izin",
        error_messages={
            "required": "Pilih berkas surat izin yang ingin Anda bandingkan.",
            "empty": "Berkas ini kosong (0 bita). Pilih berkas yang benar.",
        },
        widget=forms.FileInput({"accept": ".pdf,.jpg,.jpeg,.png"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        limit = readable_size(settings.MUARA_UPLOAD_LIMIT)
        self.fields[
            "berkas"
        ].help_text = (
            f"PDF, JPEG, atau PNG, paling besar {limit}. Berkas ini hanya dibandingkan dan tidak disimpan."
        )

    def clean_berkas(self) -> UploadedFile[Any]:
        """Refuse what is no paper at all, by its first bytes."""
        given: UploadedFile[Any] = self.cleaned_data["berkas"]
        head = given.read(16)
        given.seek(0)
        if not any(head.startswith(magic) for magic in MAGIC.values()):
            raise forms.ValidationError(
                "Isi berkas ini bukan PDF, JPEG, atau PNG. Pilih berkas surat izinnya."
            )
        return given


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def compare_file(request: HttpRequest, token: str = "") -> HttpResponse:
    """Hold a file against the register; below a permit's page, against that permit."""
    expected = decision_by_token(token) if TOKEN.fullmatch(token) else None
    if token and expected is None:
        raise Http404
    at = timezone.now()
    posted = request.method == "POST"
    form = FileForm(request.POST, request.FILES) if posted else FileForm()
    found: Comparison | None = None
    status = 200
    if posted and form.is_valid():
        if ratelimit.consume(request, app="muara", action="compare", config=PACE):
            try:
                found = _compared(form.cleaned_data["berkas"], expected, at=at)
            except TooLarge:
                limit = readable_size(settings.MUARA_UPLOAD_LIMIT)
                form.add_error(
                    "berkas", f"Berkas ini lebih besar dari {limit}. Pilih berkas yang lebih kecil."
                )
        else:
            form.add_error(None, "Terlalu banyak percobaan. Tunggu beberapa menit, lalu coba lagi.")
            status = 429
    if form.errors and status == 200:
        status = 422
    status_told = found.decision.status(office_day(at)) if found and found.decision else ""
    context = {
        "form": form,
        "found": found,
        "expected": expected,
        "token": token,
        "status": status_told,
        "ended": found is not None and isinstance(found.decision, Permit) and status_told != Status.ACTIVE,
        "domain": domain(),
        "checked_at": at,
    }
    response = render(request, "public/compare.html", context, status=status)
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _compared(given: UploadedFile[Any], expected: Decision | None, *, at: datetime) -> Comparison:
    """Compare a file that lies on disk only while this lasts."""
    assert given.file is not None
    with BlobStore().staged(given.file, limit_bytes=settings.MUARA_UPLOAD_LIMIT) as staged:
        return compare(staged.path, staged.sha256, against=expected, at=at)


@require_safe
def public_register(request: HttpRequest) -> HttpResponse:
    """The permits that were issued, to search; what the columns mean, and under which licence."""
    today, words = office_day(timezone.now()), " ".join(request.GET.get("cari", "").split())[:100]
    found = issued_permits(words) if "\0" not in words else OldPermit.objects.none()
    page = Pages(found, PAGE, at_most=AT_MOST).get_page(request.GET.get("halaman"))
    return render(
        request,
        "public/register.html",
        {
            "page": page,
            "rows": list(lines(page.object_list, day=today)),
            "cari": words,
            "query": urlencode({"cari": words}) if words else "",
            "columns": COLUMNS,
            "publishes": bool(published_quarters_set(on=today)),
            "compliance_columns": OPEN_COMPLIANCE,
            "licence": LICENCE,
            "licence_name": LICENCE_NAME,
            "proposed": PROPOSED,
        },
    )


@require_safe
@never_cache
def public_compliance(request: HttpRequest) -> HttpResponse:
    """The published compliance of one permit of the register ("?nomor="); else 404."""
    today, number = office_day(timezone.now()), request.GET.get("nomor", "")
    found = permit_by_number(number) if "\0" not in number else None
    if not isinstance(found, Permit) or found.scan_id is None or not published_quarters_set(on=today):
        raise Http404
    context = {"permit": found, "quarters": compliance_of(found, today=today)}
    return render(request, "public/compliance.html", context)


@require_safe
@never_cache
def compliance_download(request: HttpRequest, form: str) -> HttpResponse:
    """The published compliance of all permits as open data; 404 where the office publishes none."""
    at = timezone.now()
    today = office_day(at)
    if form not in (*sheets.TYPES, "json") or not published_quarters_set(on=today):
        raise Http404
    found = recent(
        compliance_key(today),
        at=at,
        count=lambda: count_compliance(today),
        is_quick=lambda: Grant.objects.count() <= FEW_PERMITS,
    )
    if found is None:
        return sheets.being_counted("Data sedang dihitung. Coba lagi beberapa menit lagi.", seconds=120)
    if form != "json":
        head = [column.key for column in OPEN_COMPLIANCE]
        return sheets.download(
            form, name=COMPLIANCE_NAME, head=head, rows=[list(row.values()) for row in found.value]
        )
    told = {
        **described("Ketaatan izin menurut triwulan"),
        "diambil": timezone.localtime(found.at).isoformat(timespec="seconds"),
        "kolom": meanings(OPEN_COMPLIANCE),
        "ketaatan": found.value,
    }
    return sheets.json_file(told, name=COMPLIANCE_NAME)


@require_safe
def register_download(request: HttpRequest, form: str) -> HttpResponse:
    """The whole register as open data: CSV or XLSX for people, JSON with its own description for programs."""
    at = timezone.now()
    rows = lines(issued_permits().iterator(), day=office_day(at))
    if form != "json":
        head = [column.key for column in COLUMNS]
        return sheets.download(form, name=FILE_NAME, head=head, rows=[row.cells() for row in rows])
    told = {
        **described("Register izin"),
        "diambil": timezone.localtime(at).isoformat(timespec="seconds"),
        "kolom": meanings(COLUMNS),
        "izin": [row.as_json() for row in rows],
    }
    return sheets.json_file(told, name=FILE_NAME)
