"""What holds for every answer: no body without a limit, no text lost with a session, nothing in a cache."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.middleware.gzip import GZipMiddleware
from django.shortcuts import render, resolve_url
from django.utils.cache import add_never_cache_headers

from muara.people.reading import only_reading

Answer = Callable[[HttpRequest], HttpResponse]
# What a page sends beside what was typed: its key, its choices, slips of files, counts of rows.
NOT_TYPED = re.compile(
    r"csrfmiddlewaretoken|kunci|versi|disimpan|.*_sha256|.*_kept|.*-(TOTAL|INITIAL|MIN_NUM|MAX_NUM)_FORMS"
)
CHOICE = re.compile(r"[a-z_]*|[0-9]{1,3}")
# Cards and tax numbers are typed again rather than left on a screen; so are secrets.
NUMBER_OF_A_PERSON = re.compile(r"(\D?\d){15,}")
SECRET = re.compile(r"password|passphrase|sandi|code|nik|npwp|^number$", re.IGNORECASE)
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


def hand_back_text(answer: Answer) -> Answer:
    """Show what was typed to somebody whose session ended before it was sent, instead of losing it.

    It goes back to the browser that sent it and is kept nowhere; files have to be chosen again.
    """

    def guarded(request: HttpRequest) -> HttpResponse:
        given = answer(request)
        sign_in = resolve_url(settings.LOGIN_URL)
        sent_away = given.status_code == 302 and given.headers["Location"].startswith(f"{sign_in}?")
        if request.method != "POST" or request.user.is_authenticated or not sent_away:
            return given
        if not (typed := _typed(request)):
            return given
        # An act beside a step has its address below the page that shows it; both answer a GET.
        back = f"{sign_in}?{urlencode({'next': request.path})}"
        page = render(request, "session_ended.html", {"typed": typed, "back": back}, status=403)
        add_never_cache_headers(page)
        return page

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


def _typed(request: HttpRequest) -> list[str]:
    """The texts of a form in their order, without choices, secrets and the numbers of persons."""
    return [
        value
        for name, values in request.POST.lists()
        if not NOT_TYPED.fullmatch(name) and not SECRET.search(name)
        for value in values
        if not CHOICE.fullmatch(value.strip()) and not NUMBER_OF_A_PERSON.search(value)
    ]


def read_at_once(answer: Answer) -> Answer:
    """Ask a rule once for a page that only reads."""

    def guarded(request: HttpRequest) -> HttpResponse:
        if request.method not in {"GET", "HEAD"}:
            return answer(request)
        with only_reading():
            return answer(request)

    return guarded


def keep_private(answer: Answer) -> Answer:
    """Let no browser keep the pages of somebody who was signed in, unless a view says otherwise."""

    def guarded(request: HttpRequest) -> HttpResponse:
        given = answer(request)
        if request.user.is_authenticated and not given.has_header("Cache-Control"):
            add_never_cache_headers(given)
        return given

    return guarded
