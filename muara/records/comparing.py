"""A file that somebody was given, held against the register: its bytes, its signatures, what it names."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from muara.cases.models import CaseLetter, Draft, DraftCopy
from muara.documents.inspection import WorkerFailed, WorkerRefused, run_worker
from muara.documents.models import Letter
from muara.documents.signing.certificates import trust
from muara.permits.lookups import TOKEN
from muara.permits.models import Decision, LaterDecision, Permit, Refusal
from muara.permits.queries import decision_by_original, decision_by_token, draft_by_token
from muara.steps.actions.signing import expected_of

NUMBER = re.compile(r"\S*/\S+")  # a number is one word with a stroke in it
MOST_WORDS = 200  # of a stranger's file that are looked up
READ_PAGES, READ_CHARACTERS = 20, 100_000
# The kinds of letters that no service names, by what they are filed or set as.
KINDS = {
    "later_decision": "Cetakan keputusan setelah izin terbit, belum bernomor",
    "electronic_decree": "Cetakan keputusan elektronik, belum ditandatangani",
    "warning_letter": "Cetakan surat teguran",
    "periodic_report": "Laporan berkala pemegang izin",
    "notice_on_paper": "Pemberitahuan tertulis",
    "complaint_receipt": "Tanda terima pengaduan",
}
UNREADABLE = "Tanda tangan dalam berkas ini tidak dapat diperiksa."


class Likeness(StrEnum):
    """What a file turned out to be."""

    ORIGINAL = "original"  # byte for byte the original that we keep: the scan, or the electronic one
    SIGNED = "signed"  # an electronic original: both signatures hold, and it says what the register says
    PRINT = "print"  # byte for byte a print of ours that is no decision by itself
    LETTER = "letter"  # byte for byte another letter of ours: what kind, and no more
    ALTERED = "altered"  # names a decision of the register, but is not what we keep of it
    OTHER = "other"  # belongs to another decision than the one it was compared with
    UNKNOWN = "unknown"  # nothing in it that we know


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a file is, whose decision it names, and what is wrong with its signatures."""

    likeness: Likeness
    decision: Decision | None = None
    draft: Draft | None = None
    faults: tuple[str, ...] = ()
    kind: str = ""  # of a letter that is neither permit nor refusal


@dataclass(frozen=True, slots=True)
class Claims:
    """What a file says of itself, and nobody has to believe: its words, the number in its form."""

    text: str = ""
    number: str = ""
    signed: bool = False


def compare(path: Path, sha256: str, *, against: Decision | None = None, at: datetime) -> Comparison:
    """Hold a file that lies on our disk against the register.

    Only what the office itself made is looked for: whether somebody's own paper lies with us is nobody's
    business. Of a letter beside the decisions only its kind is told, not whose it is. A file of another
    decision than `against` is OTHER. What is read in the file is read in the limited worker; nothing of it is
    kept.
    """
    kept = _by_hash(sha256)
    if kept is not None and kept.likeness in {Likeness.PRINT, Likeness.LETTER}:
        found = kept
    else:
        claims = _claims(path)
        found = kept or _named(claims) or Comparison(Likeness.UNKNOWN)
        if claims.signed:
            found = _judged(found, path, at=at)
    if against is not None and found.decision is not None and found.decision != against:
        return replace(found, likeness=Likeness.OTHER)
    return found


def _by_hash(sha256: str) -> Comparison | None:
    if (kept := decision_by_original(sha256)) is not None:
        return Comparison(Likeness.ORIGINAL, kept, kept.draft)
    copy = DraftCopy.objects.select_related("draft").filter(letter__rendered__sha256=sha256).first()
    if copy is None:
        kind = _kind_of_letter(sha256)
        return Comparison(Likeness.LETTER, kind=kind) if kind else None
    return Comparison(Likeness.PRINT, decision_by_token(copy.draft.token), copy.draft)


def _kind_of_letter(sha256: str) -> str:
    """What kind of letter of ours has these bytes; empty where none has."""
    decided = LaterDecision.objects.filter(scan__sha256=sha256).exclude(since=None).first()
    if decided is not None:
        return f"Keputusan {decided.get_kind_display().lower()} izin"
    rows = Letter.objects.select_related("template", "filed__case__revision")
    letter = rows.filter(rendered__sha256=sha256).order_by("pk").first()
    if letter is None:
        return ""
    filed: CaseLetter | None = getattr(letter, "filed", None)
    titles = {one.key: one.title for one in filed.case.process.letters} if filed else {}
    names = titles | KINDS
    return names.get(filed.kind if filed else letter.template.name, "Surat kantor")


def _named(claims: Claims) -> Comparison | None:
    """The decision whose code or number stands in a file that is not ours."""
    for token in dict.fromkeys(TOKEN.findall(claims.text.lower())[:MOST_WORDS]):
        if (draft := draft_by_token(token)) is not None:
            return Comparison(Likeness.ALTERED, decision_by_token(token), draft)
    words = [word.strip(".,;:()\"'") for word in NUMBER.findall(claims.text)]
    numbered = _numbered(dict.fromkeys([claims.number, *words[:MOST_WORDS]]))
    return Comparison(Likeness.ALTERED, numbered, numbered.draft) if numbered else None


def _numbered(words: Iterable[str]) -> Decision | None:
    wanted = list(words)
    for register in (Permit, Refusal):
        rows = register.objects.select_related("number", "draft", "case").filter(number__text__in=wanted)
        if (found := rows.order_by("pk").first()) is not None:
            return found
    return None


def _judged(found: Comparison, path: Path, *, at: datetime) -> Comparison:
    """Judge a file's signatures against what the register says of the decision that it names."""
    expected = expected_of(found.decision) if found.decision else None
    told = {"trust": asdict(trust()), "expected": asdict(expected) if expected else None}
    answer = _work(task="judge", path=str(path), told=json.dumps(told, default=str), at=at.isoformat())
    faults = tuple(answer["faults"]) if answer else (UNREADABLE,)
    if not faults and expected is not None:
        return replace(found, likeness=Likeness.SIGNED)
    return replace(found, faults=faults)


def _claims(path: Path) -> Claims:
    """What a file says of itself; nothing where it is no PDF, or cannot be opened."""
    answer = _work(task="claims", path=str(path), pages=READ_PAGES, characters=READ_CHARACTERS)
    return Claims(**answer) if answer else Claims()


def _work(**job: str | int) -> dict[str, Any] | None:
    try:
        answer: dict[str, Any] = json.loads(run_worker(**job))
    except (WorkerRefused, WorkerFailed):
        return None
    return answer
