"""Letters: composed as data and a template, set by Typst on first reading, then served from the store."""

from __future__ import annotations

import hashlib
import io
import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import rfc8785
import segno
import typst

from muara.documents.blobs import keep_blob
from muara.documents.contents import Content
from muara.documents.models import Blob, Letter, Template
from muara.documents.repertoire import check_text, printable
from muara.documents.store import BlobStore

HERE = Path(__file__).resolve().parent
LIBRARY = HERE / "typst"
FONTS = HERE / "fonts"
SAMPLE_EMBLEM = LIBRARY / "lambang_contoh.svg"
PDF = "application/pdf"
STANDARDS: list[typst.PDFStandard] = ["a-2a", "ua-1"]
LETTER_LIMIT = 50 * 1024 * 1024
WORD = re.compile(r"[^\W_]+")
LONGEST_WORD = 40
MARKUP_FIELDS = frozenset({"logo_svg", "signature_svg", "chart_svg"})


class LetterFailed(RuntimeError):
    """Typst refused a letter: a fault in its template, or content that does not fit it."""


def keep_template(*, name: str, source: str) -> Template:
    """Return the template with this very source, stored once."""
    digest = _sha256(source)
    return Template.objects.get_or_create(sha256=digest, defaults={"name": name, "source": source})[0]


def compose(
    *, template: Template, content: Content | Mapping[str, object], title: str, dated: date, at: datetime
) -> Letter:
    """Write a letter down without setting it; UnprintableCharacter when a text cannot be printed.

    `dated` is the date inside the PDF's metadata; what the letter prints as its date is content.
    """
    check_text(title)
    text = canonical(content)
    return Letter.objects.create(
        template=template,
        content=text,
        content_sha256=_sha256(text),
        title=printable(title),
        words=_words_of(title, json.loads(text)),
        dated=dated,
        created_at=at,
    )


def compose_once(
    *, template: Template, content: Content | Mapping[str, object], title: str, dated: date, at: datetime
) -> Letter:
    """Return the letter that says just this, composed the first time it is asked for."""
    found = Letter.objects.filter(template=template, content_sha256=digest(content), title=title).first()
    return found or compose(template=template, content=content, title=title, dated=dated, at=at)


def canonical(content: Content | Mapping[str, object]) -> str:
    """Return a letter's content as canonical JSON (RFC 8785); UnprintableCharacter as in compose."""
    data = content.data() if isinstance(content, Content) else content
    for text in _texts(data):
        check_text(text)
    return rfc8785.dumps(_printable(data)).decode()


def digest(content: Content | Mapping[str, object]) -> str:
    """Return the SHA-256 (hex) of a content's canonical JSON: what endorsements are given to."""
    return _sha256(canonical(content))


def pdf(letter: Letter) -> Blob:
    """Return a letter's PDF, set on the first reading; readers at once get the same blob."""
    if letter.rendered is not None:
        return letter.rendered
    blob = _keep(render(letter), at=letter.created_at)
    Letter.objects.filter(pk=letter.pk, rendered=None).update(rendered=blob)
    letter.refresh_from_db(fields=["rendered"])
    return letter.rendered or blob


def render(letter: Letter) -> bytes:
    """Set a letter anew; the same letter gives the same bytes. LetterFailed when Typst refuses it."""
    return set_letter(
        source=letter.template.source, content=letter.content, title=letter.title, dated=letter.dated
    )


def set_letter(*, source: str, content: str, title: str, dated: date) -> bytes:
    """Set Typst source and JSON content as PDF/A-2a and PDF/UA-1 without touching the database."""
    inputs = {"data": content, "title": title, "qr": qr_svg(str(json.loads(content).get("qr", "")))}
    try:
        compiler = typst.Compiler(
            source.encode(),
            root=str(LIBRARY),
            font_paths=_fonts(),
            ignore_system_fonts=True,
            sys_inputs=inputs,
        )
        result = compiler.compile(
            format="pdf",
            pdf_standards=STANDARDS,
            timestamp=datetime(dated.year, dated.month, dated.day, tzinfo=UTC),
        )
    except typst.TypstError as error:
        raise LetterFailed(f"{title}: {error.diagnostic or error}") from error
    assert isinstance(result, bytes)
    return result


def qr_svg(text: str, *, scalable: bool = False) -> str:
    """Draw a text as a QR code (level M, no border); "" for an empty text.

    A `scalable` one fills whatever room a page's stylesheet gives it.
    """
    if not text:
        return ""
    buffer = io.BytesIO()
    segno.make(text, error="m", micro=False).save(
        buffer, kind="svg", border=0, svgclass=None, lineclass=None, omitsize=scalable
    )
    return buffer.getvalue().decode()


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONTS)])


def _keep(content: bytes, *, at: datetime) -> Blob:
    stored = BlobStore().put(io.BytesIO(content), limit_bytes=LETTER_LIMIT)
    return keep_blob(
        sha256=stored.sha256, size=stored.size, media_type=PDF, pages=_page_count(content), at=at
    )


def _page_count(content: bytes) -> int | None:
    """Read the number of pages that Typst writes into the metadata."""
    found = re.search(rb"<xmpTPg:NPages>(\d+)<", content)
    return int(found[1]) if found else None


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def words_in(text: str) -> list[str]:
    """The words and numbers of a text as they are searched: "503/12/DPMPTSP" is three."""
    return WORD.findall(text.casefold())


def _words_of(title: str, content: Mapping[str, object]) -> str:
    """Each word once; not those of the letterhead, which every letter has, and no digests or drawings."""
    said = {name: part for name, part in content.items() if name not in {"letterhead", "qr"}}
    found = (word for text in (title, *_texts(said)) for word in words_in(text))
    return " ".join(dict.fromkeys(word for word in found if len(word) <= LONGEST_WORD))


def _texts(value: object, key: str = "") -> Iterator[str]:
    if isinstance(value, str):
        if key not in MARKUP_FIELDS:
            yield value
    elif isinstance(value, Mapping):
        for name, part in value.items():
            yield from _texts(part, name)
    elif isinstance(value, (list, tuple)):
        for part in value:
            yield from _texts(part, key)


def _printable(value: object) -> Any:
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, Mapping):
        return {key: _printable(part) for key, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_printable(part) for part in value]
    return value
