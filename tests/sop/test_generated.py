"""The generated documents: the way through, and the coverage of every clause."""

from __future__ import annotations

from pathlib import Path

import pytest

from muara.sop import coverage
from muara.sop.broken import BrokenSop
from muara.sop.coverage import answers_by_clause, read_coverage, render_coverage
from muara.sop.document import read_document
from muara.sop.path import render_path
from muara.sop.service import read_service
from tests.sop.folders import EXAMPLE, example_files, real_files, text

ROOT = Path(__file__).parents[2]
SERVICE = read_service(real_files())


def test_the_way_through_has_a_row_for_each_step() -> None:
    page = render_path(SERVICE.process)
    rows = [line for line in page.splitlines() if line.startswith("| ")][1:]

    assert len(rows) == 18
    assert rows[13] == (
        "| 14 `meet` *(optional)*<br>Rapat gabungan | Forum Rapat Gabungan | `meet` | "
        "`decided` → whoever called (12, 13, 15) (forward)<br>`redraft` → 11 (return, reason)<br>"
        "`unmet` → 8 (return, reason)<br>`review_again` → 10 (return, reason)<br>"
        "`refuse` → 11 (return, reason, *not printed*) | Hari H - H+11 (sesuai dengan jenis permohonan) | "
        "recommendation + 11 | Lampiran 1, langkah 14 |"
    )
    assert "    number -->|issued| hand_over" in page
    assert "    review -. beside .- draft" in page


def test_the_way_through_of_another_service_is_drawn_too() -> None:
    page = render_path(read_service(example_files()).process)

    assert "    look -->|hopeless| end_" in page
    assert "counter + 5 *derived*" in page


def test_every_clause_of_the_sop_is_answered() -> None:
    found = answers_by_clause(read_coverage(text(coverage.FILE)), SERVICE.document, root=ROOT)
    page = render_coverage(found, SERVICE.document)

    assert set(found) == {clause.id for clause in SERVICE.document.clauses}
    assert page.count("\n| ") - page.count("| clause |") == len(SERVICE.document.clauses)


EXAMPLE_DOCUMENT = read_document(text("document.toml", folder=EXAMPLE))
ANSWERS = """
[answers]
"A.*" = { later = "x" }
"L1.*" = { reason = "x" }
"L2.*" = { reason = "x" }
"L2.a" = { feature = "x", test = "tests/sop/test_generated.py::test_every_clause_of_the_sop_is_answered" }
"L3.1" = { reason = "x" }
"L4.1" = { reason = "x" }
"""


def test_the_longest_fitting_answer_counts() -> None:
    found = answers_by_clause(read_coverage(ANSWERS), EXAMPLE_DOCUMENT, root=ROOT)

    assert {key: answer.kind for key, answer in found.items() if key.startswith("L2")} == {
        "L2.1": "reason",
        "L2.a": "feature",
        "L2.waktu": "reason",
    }


@pytest.mark.parametrize(
    ("old", "new", "refusal"),
    [
        ('"L3.1" = { reason = "x" }\n', "", "coverage.toml, butir 'L3.1': tidak terjawab"),
        (
            '"A.*"',
            '"A.1" = { reason = "x" }\n"A.*"',
            "butir 'A.*': jawaban ini tidak berlaku bagi butir mana pun",
        ),
        ('"L3.1"', '"L9.1"', "butir 'L9.1': jawaban ini tidak berlaku bagi butir mana pun"),
        ("::test_every", "::test_no_such", "butir 'L2.a': uji 'tests/sop/test_generated.py::test_no_such"),
        ("test_generated.py", "test_gone.py", "butir 'L2.a': uji 'tests/sop/test_gone.py::"),
        ('later = "x"', 'later = "x", reason = "y"', "'A.*': jawaban harus tepat satu"),
        ('later = "x"', "", "'A.*': jawaban harus tepat satu dari feature, reason, later"),
        ('later = "x"', 'feature = "x"', "'A.*': feature harus menyebut ujinya, dan hanya feature"),
    ],
)
def test_a_clause_is_answered_exactly_once_and_by_a_test_that_exists(
    old: str, new: str, refusal: str
) -> None:
    source = ANSWERS.replace(old, new, 1)
    assert source != ANSWERS

    with pytest.raises(BrokenSop) as refused:
        answers_by_clause(read_coverage(source), EXAMPLE_DOCUMENT, root=ROOT)

    assert refusal in str(refused.value)


def test_the_committed_documents_are_up_to_date() -> None:
    found = answers_by_clause(read_coverage(text(coverage.FILE)), SERVICE.document, root=ROOT)

    assert (ROOT / "docs" / "path.md").read_text(encoding="utf-8") == render_path(SERVICE.process)
    assert (ROOT / "docs" / "sop_coverage.md").read_text(encoding="utf-8") == render_coverage(
        found, SERVICE.document
    )
