"""What a programmer of a data logger reads: the guide in Indonesian, and the same as OpenAPI 3."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from muara.people.models import office_day
from muara.people.queries import logger_share
from muara.web.loggers import MOST_BYTES, MOST_ROWS

NUMBER = {"oneOf": [{"type": "number"}, {"type": "string", "description": "Koma atau titik desimal."}]}
STATUSES = {
    "400": "Isi kiriman tidak terbaca.",
    "401": "Token tidak dikenal atau sudah diputus.",
    "403": "Yang menyambungkan alat tidak lagi bertindak untuk pemegang izin.",
    "422": "Isinya terbaca tetapi tidak dapat disimpan; tidak ada yang disimpan.",
}


@require_safe
def guide(request: HttpRequest) -> HttpResponse:
    """How an instrument sends, with examples to copy."""
    context = {
        "base": settings.MUARA_BASE_URL.rstrip("/"),
        "most_rows": MOST_ROWS,
        "most_kilobytes": MOST_BYTES // 1024,
        "share": logger_share(on=office_day(timezone.now())),
        "statuses": STATUSES,
    }
    return render(request, "public/api_guide.html", context)


@require_safe
def openapi(request: HttpRequest) -> JsonResponse:
    """The addresses for instruments as OpenAPI 3.0."""
    return JsonResponse(description(), json_dumps_params={"ensure_ascii": False, "indent": 1})


def description() -> dict[str, Any]:
    """The description of the API, as OpenAPI 3.0 words it."""
    return {
        "openapi": "3.0.3",
        "info": {
            "title": "Muara: catatan dari alat ukur",
            "version": "1",
            "description": "Alat ukur di titik penaatan mengirim bacaan atau nilai harian dengan tokennya.",
        },
        "servers": [{"url": settings.MUARA_BASE_URL.rstrip("/")}],
        "security": [{"token": []}],
        "paths": {
            "/api/bacaan/": _path("Kirim bacaan sepanjang hari", "Bacaan", "JawabanBacaan"),
            "/api/catatan/": _path("Kirim nilai harian", "Catatan", "JawabanCatatan"),
        },
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": _schemas(),
        },
    }


def _path(summary: str, sent: str, answered: str) -> dict[str, Any]:
    def body(schema: str) -> dict[str, Any]:
        return {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}}

    return {
        "post": {
            "summary": summary,
            "operationId": sent.lower(),
            "requestBody": {"required": True, "content": body(sent)},
            "responses": {
                "200": {
                    "description": "Tersimpan; yang sama dengan sebelumnya tidak ditambahkan.",
                    "content": body(answered),
                },
                **{
                    status: {"description": told, "content": body("Gagal")}
                    for status, told in STATUSES.items()
                },
            },
        }
    }


def _object(required: tuple[str, ...], **properties: Any) -> dict[str, Any]:
    return {"type": "object", "required": list(required), "properties": properties}


def _list(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "minItems": 1, "maxItems": MOST_ROWS, "items": items}


def _schemas() -> dict[str, Any]:
    whole, text = {"type": "integer"}, {"type": "string"}
    filled = _object(
        ("ada", "diharapkan", "lengkap"), ada=whole, diharapkan=whole, lengkap={"type": "boolean"}
    )
    day = {"type": "string", "format": "date"}
    return {
        "Bacaan": _object(
            ("bacaan",),
            satuan_debit={"type": "string", "default": "m³/jam", "example": "L/detik"},
            bacaan=_list(
                _object(
                    ("waktu",),
                    waktu={
                        "type": "string",
                        "format": "date-time",
                        "description": "Dengan selisih zona waktu.",
                        "example": "2026-08-10T07:05:00+08:00",
                    },
                    debit=NUMBER,
                    ph=NUMBER,
                )
            ),
        ),
        "JawabanBacaan": _object(
            ("pesan", "baru", "sama", "hari"),
            pesan=text,
            baru=whole,
            sama=whole,
            hari={
                "type": "array",
                "items": _object(("hari", "debit", "ph"), hari=day, debit=filled, ph=filled),
            },
        ),
        "Catatan": _object(
            ("catatan",),
            catatan=_list(
                _object(("hari",), hari=day, debit={**NUMBER, "description": "m³/hari"}, ph=NUMBER)
            ),
            alasan={
                "type": "string",
                "maxLength": 300,
                "description": "Wajib bila mengubah nilai yang tercatat.",
            },
            pasti={"type": "boolean", "description": "Benar bila nilai yang ditanyakan memang demikian."},
        ),
        "JawabanCatatan": _object(
            ("pesan", "baru", "diperbaiki", "sama"), pesan=text, baru=whole, diperbaiki=whole, sama=whole
        ),
        "Gagal": _object(
            ("pesan",),
            pesan=text,
            salah={"type": "object", "additionalProperties": text},
            tanya={"type": "object", "additionalProperties": {"type": "array", "items": text}},
        ),
    }
