"""What became of every clause of the SOP: a feature and its tests, a named reason, or later work."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from muara.sop.broken import BrokenSop, Fault
from muara.sop.document import Clause, Document
from muara.sop.tables import Table, read_toml

FILE = "coverage.toml"

AnswerKind = Literal["feature", "reason", "later"]


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer for one clause id, or for all that begin alike ("M.*", "L7.keterangan.*")."""

    clauses: str
    kind: AnswerKind
    text: str
    tests: tuple[str, ...]

    def fits(self, clause_id: str) -> bool:
        """Tell whether the answer is for this clause."""
        if self.clauses.endswith(".*"):
            return clause_id.startswith(self.clauses[:-1])
        return clause_id == self.clauses


def read_coverage(text: str) -> tuple[Answer, ...]:
    """Read a `coverage.toml`; raises BrokenSop."""
    faults: list[Fault] = []
    top = read_toml(text, file=FILE, faults=faults)
    answers = tuple(_answer(key, table) for key, table in top.table("answers").items())
    top.finish()
    if faults:
        raise BrokenSop(faults)
    return answers


def answers_by_clause(answers: tuple[Answer, ...], document: Document, *, root: Path) -> dict[str, Answer]:
    """Give each clause its answer, the longest fitting one; `root` is the folder that holds `tests/`.

    Raises BrokenSop for a clause without an answer, an answer without a clause, and a test that does
    not exist.
    """
    found: dict[str, Answer] = {}
    faults = []
    for clause in document.clauses:
        fitting = [answer for answer in answers if answer.fits(clause.id)]
        if fitting:
            found[clause.id] = max(fitting, key=lambda answer: len(answer.clauses.removesuffix("*")))
        else:
            faults.append(_fault(clause.id, "tidak terjawab"))
    given = {answer.clauses for answer in found.values()}
    faults += [
        _fault(answer.clauses, "jawaban ini tidak berlaku bagi butir mana pun")
        for answer in answers
        if answer.clauses not in given
    ]
    faults += [
        _fault(answer.clauses, f"uji '{test}' tidak ada")
        for answer in answers
        for test in answer.tests
        if not _exists(test, root)
    ]
    if faults:
        raise BrokenSop(faults)
    return found


def render_coverage(answers: dict[str, Answer], document: Document) -> str:
    """Render docs/sop_coverage.md in Markdown: every clause with its answer."""
    return "\n".join(_lines(answers, document))


def _answer(key: str, table: Table) -> Answer:
    kinds: tuple[AnswerKind, ...] = ("feature", "reason", "later")
    given = [kind for kind in kinds if table.has(kind)]
    if len(given) != 1:
        table.refuse("jawaban harus tepat satu dari feature, reason, later")
    kind = given[0] if given else "later"
    text = table.text(kind)
    tests = table.texts("tests") or ((table.text("test"),) if table.has("test") else ())
    if bool(tests) != (kind == "feature"):
        table.refuse("feature harus menyebut ujinya, dan hanya feature")
    table.finish()
    return Answer(key, kind, text, tests)


def _exists(test: str, root: Path) -> bool:
    name, _, function = test.partition("::")
    path = root / name
    if not path.is_file() or not function:
        return False
    source = path.read_text()
    return all(
        re.search(rf"^\s*(?:async )?(?:def|class) {re.escape(part)}\b", source, re.MULTILINE)
        for part in function.split("::")
    )


def _lines(answers: dict[str, Answer], document: Document) -> Iterator[str]:
    counts = Counter(answer.kind for answer in answers.values())
    yield f"# Coverage of {document.number} rev. {document.revision}"
    yield ""
    yield "Generated from `coverage.toml`; do not edit. Every clause of the SOP is answered once."
    yield ""
    yield f"{len(answers)} clauses: {counts['feature']} answered by a feature with its test,"
    yield f"{counts['later']} waiting for later work,"
    yield f"{counts['reason']} outside a computer program for a named reason."
    for section in document.sections:
        yield from _table(section.title, section.clauses, answers)
    for step in document.steps:
        yield from _table(f"Langkah {step.number}", step.clauses, answers)
    yield from _table("Legenda", document.legend, answers)
    yield ""


def _table(title: str, clauses: tuple[Clause, ...], answers: dict[str, Answer]) -> Iterator[str]:
    yield ""
    yield f"## {title}"
    yield ""
    yield "| clause | printed | answer | test |"
    yield "|---|---|---|---|"
    for clause in clauses:
        answer = answers[clause.id]
        kind = "" if answer.kind == "feature" else f"*{answer.kind}*: "
        tests = "<br>".join(f"`{test}`" for test in answer.tests)
        cells = (clause.id, _short(clause.text), f"{kind}{answer.text}", tests)
        yield f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"


def _short(text: str) -> str:
    return text if len(text) <= 90 else f"{text[:89].rstrip()}…"


def _fault(clause: str, reason: str) -> Fault:
    return Fault(FILE, f"butir '{clause}'", reason)
