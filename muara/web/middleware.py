"""What holds for every answer: no body without a limit, nothing personal left in a counter PC's cache."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.middleware.gzip import GZipMiddleware
from django.utils.cache import add_never_cache_headers

Answer = Callable[[HttpRequest], HttpResponse]
ROOM_FOR_THE_REST = 2 * 1024 * 1024  # a form's other fields beside its file


def refuse_huge_bodies(answer: Answer) -> Answer:
    """Refuse a body beyond the upload limit before any of it is read to disk."""

    def guarded(request: HttpRequest) -> HttpResponse:
        length = request.META.get("CONTENT_LENGTH") or "0"
        limit = settings.MUARA_UPLOAD_LIMIT
        if length.isdigit() and int(length) > limit + ROOM_FOR_THE_REST:
            megabytes = limit // 1024 // 1024
            return HttpResponse(
                f"Berkas lebih besar dari {megabytes} MB. Perkecil atau bagi berkasnya, lalu unggah lagi.",
                status=413,
                content_type="text/plain; charset=utf-8",
            )
        return answer(request)

    return guarded


def compress_pages(answer: Answer) -> Answer:
    """Send pages compressed, for weak networks; files and pictures are as small as they get.

    Django pads each answer by a random length and masks its CSRF tokens, so that lengths tell nothing.
    """
    gzip = GZipMiddleware(answer)

    def guarded(request: HttpRequest) -> HttpResponse:
        given = answer(request)
        if given.get("Content-Type", "").startswith("text/html"):
            return gzip.process_response(request, given)  # type: ignore[return-value]
        return given

    return guarded


def keep_private(answer: Answer) -> Answer:
    """Let no browser keep the pages of somebody who was signed in, unless a view says otherwise."""

    def guarded(request: HttpRequest) -> HttpResponse:
        given = answer(request)
        if request.user.is_authenticated and not given.has_header("Cache-Control"):
            add_never_cache_headers(given)
        return given

    return guarded
