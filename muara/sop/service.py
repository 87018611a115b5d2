"""A service folder: its files as bytes, read whole or refused whole."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import TypeVar

from muara.sop import coverage, definition, document, form, selfcheck, wording
from muara.sop.broken import BrokenSop, Fault
from muara.sop.definition import Process
from muara.sop.document import Document
from muara.sop.form import Form
from muara.sop.selfcheck import Question
from muara.sop.wording import DecreeWording

LETTERS = "letters"
ABOUT_OUR_CODE = frozenset({coverage.FILE})

_Part = TypeVar("_Part")


@dataclass(frozen=True, slots=True)
class Service:
    """One revision of a service: what runs, what is printed, what is asked, and how it words decrees.

    `selfcheck` is what a visitor is asked before applying; a service may ask nothing.
    """

    process: Process
    document: Document
    form: Form
    letters: Mapping[str, str]
    wordings: Mapping[str, DecreeWording]
    selfcheck: tuple[Question, ...] = ()


def services_root() -> Path:
    """Return the folder of the services that come with Muara."""
    return Path(__file__).parent / "services"


def folders(root: Path | None = None) -> tuple[Path, ...]:
    """List every revision folder, `<service>/<revision>`, in order."""
    found = (root or services_root()).glob(f"*/*/{definition.FILE}")
    return tuple(sorted(path.parent for path in found))


def load_folder(path: Path) -> dict[str, bytes]:
    """Read the files of a revision, named by their path inside its folder.

    What speaks of our code and not of the SOP stays out: a new test must not make a new revision.
    """
    files = sorted(item for item in path.rglob("*") if item.is_file() and not item.name.startswith("."))
    found = {item.relative_to(path).as_posix(): item.read_bytes() for item in files}
    return {name: content for name, content in found.items() if name not in ABOUT_OUR_CODE}


def digest(files: Mapping[str, bytes]) -> str:
    """Return the SHA-256 (hex) of names and contents, each with its length, in the order of names."""
    summary = hashlib.sha256()
    for name in sorted(files):
        for part in (name.encode(), files[name]):
            summary.update(len(part).to_bytes(8, "big"))
            summary.update(part)
    return summary.hexdigest()


def read_service(files: Mapping[str, bytes]) -> Service:
    """Read a service from its files, once for the same bytes; raises BrokenSop listing every fault of all."""
    return _read_once(frozenset(files.items()))


@lru_cache(maxsize=32)
def _read_once(items: frozenset[tuple[str, bytes]]) -> Service:
    files = dict(items)
    faults: list[Fault] = []
    process = _read(files, definition.FILE, definition.read_process, faults)
    printed = _read(files, document.FILE, document.read_document, faults)
    asked = _read(files, form.FILE, form.read_form, faults)
    letters = _letters(files, faults)
    wordings: Mapping[str, DecreeWording] = {}
    if wording.FILE in files or (process and process.drafted):
        wordings = _read(files, wording.FILE, wording.read_wording, faults) or {}
    questions: tuple[Question, ...] = ()
    if selfcheck.FILE in files:
        questions = _read(files, selfcheck.FILE, selfcheck.read_selfcheck, faults) or ()
    if process and asked:
        faults += _loose_requirements(process, asked)
    if process:
        faults += _missing_letters(process, letters)
    if process and printed:
        faults += [*_unprinted(process, printed), *_unknown_clauses(process, printed)]
    if process and printed and asked and wordings:
        faults += wording.loose_places(wordings, process, printed, asked)
    if faults or not (process and printed and asked):
        raise BrokenSop(faults)
    return Service(process, printed, asked, letters, wordings, questions)


def _read(
    files: Mapping[str, bytes], name: str, read: Callable[[str], _Part], faults: list[Fault]
) -> _Part | None:
    if name not in files:
        faults.append(Fault(name, "", "berkas tidak ada"))
        return None
    try:
        return read(files[name].decode())
    except UnicodeDecodeError:
        faults.append(Fault(name, "", "bukan teks UTF-8"))
    except BrokenSop as broken:
        faults.extend(broken.faults)
    return None


def _letters(files: Mapping[str, bytes], faults: list[Fault]) -> dict[str, str]:
    templates = {}
    for name, content in files.items():
        path = PurePosixPath(name)
        if path.parent.as_posix() != LETTERS or path.suffix != ".typ":
            continue
        try:
            templates[path.stem] = content.decode()
        except UnicodeDecodeError:
            faults.append(Fault(name, "", "bukan teks UTF-8"))
    return templates


def _loose_requirements(process: Process, asked: Form) -> list[Fault]:
    known = {requirement.number for requirement in process.requirements}
    return [
        Fault(form.FILE, f"isian '{field.key}'", f"persyaratan {number} tidak dikenal")
        for field in asked.fields
        for number in field.requirements
        if number not in known
    ]


def _missing_letters(process: Process, letters: Mapping[str, str]) -> list[Fault]:
    due = {key: step for step in reversed(process.steps) for key in step.letters}
    return [
        Fault(
            f"{LETTERS}/{letter.key}.typ",
            f"langkah {due[letter.key].number} '{due[letter.key].key}'" if letter.key in due else "",
            "templat surat tidak ada",
        )
        for letter in process.letters
        if letter.key not in letters
    ]


def _unknown_clauses(process: Process, printed: Document) -> list[Fault]:
    written = {clause.id for clause in printed.clauses}
    return [
        Fault(definition.FILE, f"langkah {step.number} '{step.key}'", f"butir '{clause}' tidak tercetak")
        for step in process.steps
        for clause in step.examines
        if clause not in written
    ]


def _unprinted(process: Process, printed: Document) -> list[Fault]:
    written = {step.number for step in printed.steps}
    return [
        Fault(document.FILE, f"langkah {step.number} '{step.key}'", "teks langkah tidak ada")
        for step in process.steps
        if step.number not in written
    ]
