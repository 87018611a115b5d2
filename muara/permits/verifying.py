"""What a stranger's copy is compared with, and how often a QR was opened: verification by anyone."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path

from django.db import IntegrityError, transaction
from django.db.models import F, Q, Sum

from muara.cases.models import Draft, DraftCopy
from muara.documents.inspection import WorkerFailed, WorkerRefused, run_worker
from muara.permits.models import Decision, Lookups, Permit, Refusal
from muara.permits.queries import decision_by_token, draft_by_token

TOKEN = re.compile(r"(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])")
NUMBER = re.compile(r"\S*/\S+")  # a number is one word with a stroke in it
MOST_WORDS = 200  # of a stranger's file that are looked up
READ_PAGES, READ_CHARACTERS = 20, 100_000


class Likeness(StrEnum):
    """What a file turned out to be."""

    ORIGINAL = "original"  # byte for byte the scan of the signed, numbered, stamped original
    PRINT = "print"  # byte for byte a print of ours that is no decision by itself
    ALTERED = "altered"  # names a decision of the register, but is not what we keep of it
    OTHER = "other"  # belongs to another decision than the one it was compared with
    UNKNOWN = "unknown"  # nothing in it that we know


@dataclass(frozen=True, slots=True)
class Comparison:
    """A file held against the register: what it is, and whose decision it names."""

    likeness: Likeness
    decision: Decision | None = None
    draft: Draft | None = None


def count_lookup(draft: Draft, *, day: date) -> None:
    """Count that a QR was opened."""
    counter = Lookups.objects.filter(draft=draft, day=day)
    if counter.update(times=F("times") + 1):
        return
    try:
        with transaction.atomic():
            Lookups.objects.create(draft=draft, day=day, times=1)
    except IntegrityError:  # the first two of a day at once
        counter.update(times=F("times") + 1)


def lookups_of(draft: Draft) -> int:
    """How often a draft's QR was opened since it was made."""
    return Lookups.objects.filter(draft=draft).aggregate(times=Sum("times"))["times"] or 0


def compare(path: Path, sha256: str, *, with_: Decision | None = None) -> Comparison:
    """Hold a file that lies on our disk against the register: by its hash, else by what its text names.

    Nothing but decisions and their prints is looked for: whether another file of ours has this hash is
    nobody's business. With `with_` given, a file of another decision is OTHER.
    """
    found = _by_hash(sha256) or _by_text(path) or Comparison(Likeness.UNKNOWN)
    if with_ is not None and found.decision is not None and found.decision != with_:
        return Comparison(Likeness.OTHER, found.decision, found.draft)
    return found


def _by_hash(sha256: str) -> Comparison | None:
    for register in (Permit, Refusal):
        rows = register.objects.select_related("number", "draft", "case")
        if (kept := rows.filter(scan__sha256=sha256).first()) is not None:
            return Comparison(Likeness.ORIGINAL, kept, kept.draft)
    copy = DraftCopy.objects.select_related("draft").filter(letter__rendered__sha256=sha256).first()
    if copy is None:
        return None
    return Comparison(Likeness.PRINT, decision_by_token(copy.draft.token), copy.draft)


def _by_text(path: Path) -> Comparison | None:
    text = _text_of(path)
    for token in dict.fromkeys(TOKEN.findall(text.lower())[:MOST_WORDS]):
        if (draft := draft_by_token(token)) is not None:
            return Comparison(Likeness.ALTERED, decision_by_token(token), draft)
    words = [word.strip(".,;:()\"'") for word in NUMBER.findall(text)]
    numbered = _numbered(dict.fromkeys(words[:MOST_WORDS]))
    return Comparison(Likeness.ALTERED, numbered, numbered.draft) if numbered else None


def _numbered(words: Iterable[str]) -> Decision | None:
    wanted = Q(number__text__in=list(words))
    for register in (Permit, Refusal):
        rows = register.objects.select_related("number", "draft", "case").filter(wanted)
        if (found := rows.order_by("pk").first()) is not None:
            return found
    return None


def _text_of(path: Path) -> str:
    """The words of a PDF, read in the limited worker; none where it has none or cannot be opened."""
    try:
        told = run_worker(task="text", path=str(path), pages=READ_PAGES, characters=READ_CHARACTERS)
    except (WorkerRefused, WorkerFailed):
        return ""
    return str(json.loads(told)["text"])
