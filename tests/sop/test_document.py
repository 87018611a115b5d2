"""The document says what the SOP prints: every verbatim string stands in the text as received."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

import pytest

from muara.sop.broken import BrokenSop
from muara.sop.definition import read_process
from muara.sop.document import UnknownClause, read_document
from tests.sop.folders import text

DOCUMENT = read_document(text("document.toml"))


def fold(source: str) -> str:
    """Take tags away and draw white space together, so that only the words are compared."""
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", source)).split())


SOURCE = fold(text("naskah.md"))

# What stands around the clauses of Lampiran 1: column heads with their variants, and page heads. "surat
# pengantar" is the tail of step 9's output, printed in the cell of step 8.
HEADINGS = frozenset(
    fold(
        """
        URAIAN PROSES PN. JAWAB PELAKSANA MUTU BAKU KETERANGAN KELENGKAPAN WAKTU OUTPUT
        PEMOHON PELANGGAN PETUGAS LAYANAN INFORMASI CUSTOMER SERVICE CS + HELP DESK LOKET PENDAFTARAN
        PEMROSESAN VERIFIKASI PENGHUBUNG ADM & MONITORING TIM TEKNIS TEKNIK TEKNIKIS OPD KEPALA SEKSI
        BIDANG PERIJINAN FORUM RAPAT GABUNGAN DPMPTSP DPMPSTP PROV. KALTIM TATA USAHA PENGAMBILAN
        PENERBITAN IZIN PEMBUANGAN AIR LIMBAH KE LAUT SOP LP2N LHP LAMPIRAN REV 1 02 03 06 07 17
        surat pengantar
        """
    ).split(" ")
)


def verbatim() -> Iterator[tuple[str, str]]:
    """List everything that claims to stand in the SOP, with where it is kept."""
    cover = ("office", "province", "kind", "title", "number", "revision", "created", "revised", "effective")
    running = ("running_office", "running_date")
    yield from ((f"cover.{name}", getattr(DOCUMENT, name)) for name in (*cover, *running))
    yield "cover.history_form", DOCUMENT.history_form
    for approval in DOCUMENT.approvals:
        for name in ("role", "name", "position", "printed_date"):
            yield f"approvals.{approval.role}.{name}", getattr(approval, name)
    for signature in DOCUMENT.signatures:
        for name in ("role", "name", "position"):
            yield f"signatures.{signature.role}.{name}", getattr(signature, name)
    for change in DOCUMENT.history:
        for name in ("number", "printed_date", "text", "revised_by", "approved_by"):
            yield f"history.{change.number}.{name}", getattr(change, name)
    yield from ((f"contents.{title}", f"{title} {page}") for title, page in DOCUMENT.contents)
    yield from ((section.letter, section.title) for section in DOCUMENT.sections)
    yield from ((f"L{step.number}.cell", step.cell) for step in DOCUMENT.steps)
    for clause in DOCUMENT.clauses:
        first, *others = clause.pieces or (clause.text,)
        yield clause.id, f"{clause.printed} {first}"
        yield from ((clause.id, piece) for piece in others)


@pytest.mark.parametrize(("place", "words"), list(verbatim()))
def test_every_verbatim_string_stands_in_the_sop_as_received(place: str, words: str) -> None:
    assert fold(words) in SOURCE


def test_a_torn_text_is_its_pieces_in_order() -> None:
    torn = {clause.id: clause for clause in DOCUMENT.clauses if clause.pieces}

    assert set(torn) == {"L11.c", *(f"B.{number}" for number in range(1, 11))}
    assert all(" ".join(clause.pieces) == clause.text for clause in torn.values())


def test_no_word_of_the_flow_is_left_out() -> None:
    """Strike every clause of Lampiran 1 from the source: only headings and page breaks may remain."""
    rest = SOURCE[SOURCE.index("URAIAN PROSES") : SOURCE.index("Keterangan : -")]
    words = [
        piece
        for step in DOCUMENT.steps
        for clause in step.clauses
        for piece in clause.pieces or [clause.text]
    ]
    for piece in sorted({fold(item) for item in words}, key=len, reverse=True):
        rest = rest.replace(piece, " ")

    left = set(re.sub(r"\b(?:[a-i]|\d{1,2})\.(?= |$)|[-/:!()\[\]]", " ", rest).split())

    assert left <= HEADINGS


def test_sections_run_from_a_to_u_and_steps_from_1_to_18() -> None:
    assert "".join(section.letter for section in DOCUMENT.sections) == "ABCDEFGHIJKLMNOPQRSTU"
    assert [step.number for step in DOCUMENT.steps] == list(range(1, 19))


def test_sections_hold_as_many_clauses_as_the_sop_prints() -> None:
    counts = {section.letter: len(section.clauses) for section in DOCUMENT.sections}

    assert {letter: counts[letter] for letter in "ABCEFMPRT"} == {
        "A": 16,
        "B": 10,
        "C": 4,
        "E": 5,
        "F": 4,
        "M": 24,
        "P": 5,
        "R": 4,
        "T": 3,
    }
    assert (counts["G"], counts["U"]) == (2 + 17, 1 + 5)


@pytest.mark.parametrize(
    ("clause_id", "beginning"),
    [
        ("A.13", "Peraturan Menteri Lingkungan Hidup Nomor 12 Tahun 2006"),
        ("G.3", "Layout Sistem"),
        ("U.3", "Formulir Surat Kuasa Penandatanganan"),
        ("R.1", "Izin ditandatangani langsung"),
        ("L6.i", "Menyerahkan berkas permohonan ke back office"),
        ("L7.b", "Memastikan kebenaran pengisian"),
        ("L7.b.2", "Jika belum lengkap dan benar"),
        ("L12.waktu", "Hari H - H+2"),
        ("L12.keterangan.5", "Membubuhkan paraf"),
        ("L17.3", "Memastikan penyerahan dilakukan sesuai"),
    ],
)
def test_a_clause_is_found_by_its_id(clause_id: str, beginning: str) -> None:
    assert DOCUMENT.clause(clause_id).text.startswith(beginning)


def test_damage_stays_and_the_corrected_reading_stands_beside_it() -> None:
    locket = DOCUMENT.clause("L18.1")

    assert ("Locket" in locket.text, "Locket" in locket.reading) == (True, False)
    assert DOCUMENT.clause("A.4").reading.startswith("Peraturan Presiden No. 97")
    assert DOCUMENT.clause("A.1").reading == DOCUMENT.clause("A.1").text


def test_what_runs_repeats_the_printed_words_of_the_document() -> None:
    process = read_process(text("process.toml"))
    for step in process.steps:
        row = DOCUMENT.step(step.number)
        assert step.inputs == tuple(clause.text for clause in row.completeness)
        assert step.outputs == tuple(clause.text for clause in row.output)
        assert (step.limit.printed if step.limit else "") == (row.time.text if row.time else "")
    for requirement in process.requirements:
        assert requirement.printed == DOCUMENT.clause(f"G.{requirement.number}").text
    for actor in process.actors:
        assert [name for name in (actor.printed, *actor.also_printed) if fold(name) not in SOURCE] == []


def test_unknown_clauses_have_a_named_error() -> None:
    with pytest.raises(UnknownClause, match=r"'L7\.z'"):
        DOCUMENT.clause("L7.z")
    with pytest.raises(UnknownClause, match="'Z'"):
        DOCUMENT.section("Z")
    with pytest.raises(UnknownClause, match="19"):
        DOCUMENT.step(19)


def test_a_clause_id_used_twice_is_refused() -> None:
    source = text("document.toml").replace(
        '{ id = "2", printed = "2.", text = "Peraturan', '{ id = "1", text = "P', 1
    )

    with pytest.raises(BrokenSop, match=r"document\.toml, butir 'A\.1': dipakai lebih dari sekali"):
        read_document(source)


def test_a_letter_that_the_print_lost_is_told_apart_from_a_printed_one() -> None:
    lost, printed = DOCUMENT.clause("L4.b"), DOCUMENT.clause("L4.g")

    assert (lost.printed, lost.inferred) == ("", "b")
    assert (printed.printed.rstrip("."), printed.inferred) == ("g", "")
