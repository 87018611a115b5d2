"""The printed SOP laid beside the one received says the same: its PDF is read back and compared."""

from __future__ import annotations

import re
import subprocess
from collections import Counter
from io import StringIO
from pathlib import Path

import pikepdf
import pytest
from django.core.management import CommandError, call_command

from muara.documents.contents.sop import PrintedClause, Symbol
from muara.sop.document import Clause
from muara.sop.service import digest, read_service
from muara.steps.letters.sop import print_book, sop_book
from tests.sop.folders import EXAMPLE, example_files, real_files, text
from tests.sop.test_document import fold

FILES = real_files()
SERVICE = read_service(FILES)
DOCUMENT = SERVICE.document
# Where pages have their running head and foot, in points.
PORTRAIT = ("-x", "0", "-y", "112", "-W", "595", "-H", "680")
LANDSCAPE = ("-x", "0", "-y", "80", "-W", "842", "-H", "475")


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sop") / "sop.pdf"
    path.write_bytes(print_book(SERVICE, sha256=digest(FILES), copy=None))
    return path


def pages(path: Path, *window: str, first: int = 1, last: int = 0) -> list[str]:
    """The pages as poppler reads them, each with its white space drawn together."""
    span = ["-f", str(first), *(["-l", str(last)] if last else [])]
    done = subprocess.run(
        ["pdftotext", "-raw", *span, *window, path, "-"], capture_output=True, text=True, check=True
    )
    return [" ".join(page.split()) for page in done.stdout.split("\f")[:-1]]


def squeezed(words: str) -> str:
    """Leave out white space: lines break where they fit."""
    return re.sub(r"\s+", "", words)


def received(letter: str) -> str:
    """A section as received, without the page heads and the bars of its tables."""
    source = re.sub(
        r"\tDPMPTSP PROV\. KALTIM\t+STANDAR OPERASIONAL PROSEDUR\t*\n.*\n.*Halaman.*\n.*REV\. 03\n",
        " ",
        text("naskah.md"),
    )
    after = source[source.index(f"\n{DOCUMENT.section(letter).title}\n") :]
    following = chr(ord(letter) + 1)
    end = "LAYANAN PENERBITAN" if letter == "U" else f"\n{following}. "
    return fold(re.sub(r"^- (?=\|)|\||-{3,}", " ", after[: after.index(end)], flags=re.MULTILINE))


@pytest.mark.parametrize("letter", list("ABCDEFGHIJKLMNOPQRSTU"))
def test_a_section_says_what_the_sop_as_received_says(book: Path, letter: str) -> None:
    body = " ".join(pages(book, *PORTRAIT, first=5, last=10))
    start = body.index(DOCUMENT.section(letter).title)
    following = DOCUMENT.section(chr(ord(letter) + 1)).title if letter != "U" else ""
    printed = body[start : body.index(following, start) if following else len(body)]

    assert squeezed(printed) == squeezed(received(letter))


def test_each_page_begins_where_it_began_as_received(book: Path) -> None:
    starts = [page[:24] for page in pages(book, *PORTRAIT, first=2, last=10)]

    assert starts == [
        "DAFTAR ISI HALAMAN PENGE",
        "DAFTAR DISTRIBUSI DOKUME",
        "STATUS REVISI DAN PERSET",
        "A. DASAR HUKUM / REFEREN",
        "C. MAKSUD DAN TUJUAN 1. ",
        "Pembuangan air limbah ke",
        "K. PRODUK PELAYANAN Izin",
        "5. Pelaksanaan pengawasa",
        "U. PENCATATAN / PENDATAA",
    ]


def test_the_first_pages_say_what_the_sop_as_received_says(book: Path) -> None:
    cover, contents, distribution, history = pages(book, first=1, last=4)
    received_cover = fold(text("naskah.md").partition("\tDPMPTSP PROV.")[0].replace("**", ""))
    kept = squeezed(re.sub(r'<input type="checkbox"/>', "", received_cover))

    # The table of approvals is read row by row in both; ASLI / SALINAN are two boxes.
    assert squeezed(cover).startswith(kept.split("DIBUATOLEH")[0])
    for row in DOCUMENT.approvals:
        assert all(squeezed(part) in squeezed(cover) for part in (row.name, row.position, row.printed_date))
    for title, _ in DOCUMENT.contents:
        assert squeezed(title) in squeezed(contents)
    assert "tidak ada pada naskah yang diterima" in distribution
    assert "FM-SYS-02" in history
    for change in DOCUMENT.history:
        said = (change.number, change.printed_date, change.text, change.revised_by, change.approved_by)
        assert squeezed("".join(said)) in squeezed(history)


def test_contents_name_the_page_in_this_print_and_what_was_printed_where_they_differ(book: Path) -> None:
    contents = pages(book, first=2, last=2)[0]

    assert re.search(r"K\. PRODUK PELAYANAN[ .]+8 L\.", contents)
    assert "tercetak halaman lain: K. PRODUK PELAYANAN (halaman 7); Q. " in contents


def test_lampiran_1_says_every_clause_once_and_nothing_else(book: Path) -> None:
    landscape = pages(book, *LANDSCAPE, first=11)
    first = next(place for place, page in enumerate(landscape) if "URAIAN PROSES DAN MUTU BAKU" in page)
    last = next(place for place, page in enumerate(landscape) if "Disetujui Oleh :" in page)
    rest = squeezed(" ".join(landscape[first : last + 1]))
    rest = rest.replace("LAMPIRAN1.URAIANPROSESDANMUTUBAKU", "")
    rest = rest.replace("MUTUBAKUURAIANPROSESPN.JAWABPELAKSANAKETERANGANKELENGKAPANWAKTUOUTPUT", "")
    clauses = [clause for step in DOCUMENT.steps for clause in step.clauses] + list(DOCUMENT.legend)
    for clause in sorted(clauses, key=lambda clause: len(clause.text), reverse=True):
        assert squeezed(clause.text) in rest, clause.id
        rest = rest.replace(squeezed(clause.text), "|", 1)
    heads = [SERVICE.process.actor(step.actor).printed for step in SERVICE.process.steps]
    signed = [part for row in DOCUMENT.signatures for part in (row.role, row.name, row.position)]
    for words in sorted([*heads, *signed, "Keterangan :"], key=len, reverse=True):
        assert squeezed(words) in rest, words
        rest = rest.replace(squeezed(words), "|", 1)

    # The letters and numbers of the clauses, dashes, and the colons of the legend.
    assert re.sub(r"\d{1,2}\.|[a-i]\.|[-:|]", "", rest) == ""


def test_each_clause_is_in_the_book_once() -> None:
    content = sop_book(SERVICE, sha256=digest(FILES), copy=None)
    rows = [(r.text, r.completeness, r.time, r.output, r.remarks) for r in content.rows]
    printed: list[PrintedClause | Symbol] = [
        *(clause for section in content.sections for clause in section.clauses),
        *(clause for row in rows for part in row for clause in part),
        *content.legend,
    ]

    assert Counter(one.id for one in printed) == Counter(clause.id for clause in DOCUMENT.clauses)
    assert {one.id: one.text for one in printed} == {clause.id: clause.text for clause in DOCUMENT.clauses}


def test_the_matrix_shows_each_step_and_all_fourteen_actors(book: Path) -> None:
    sheets = [page for page in pages(book, *LANDSCAPE, first=11) if "HASIL DAN KE MANA" in page]

    for sheet in sheets:
        assert all(squeezed(actor.label) in squeezed(sheet) for actor in SERVICE.process.actors)
    for step in SERVICE.process.steps:
        # Lines wrap, and beside the title stands its number.
        assert any(squeezed(f"{step.number}{step.title}") in squeezed(sheet) for sheet in sheets), step.key
    assert "Keterangan simbol" in sheets[-1]


def test_where_the_reading_differs_both_are_shown(book: Path) -> None:
    notes = squeezed(" ".join(pages(book, *PORTRAIT, first=11)))
    corrected: list[Clause] = [clause for clause in DOCUMENT.clauses if clause.corrected]

    assert len(corrected) == 15
    for clause in corrected:
        assert squeezed(clause.id + clause.text + clause.corrected + clause.note) in notes
    assert squeezed("Bukan bagian dari SOP") in notes
    for line in DOCUMENT.missing:
        assert squeezed(line) in notes


def test_the_book_is_archival_accessible_and_the_same_each_time(book: Path) -> None:
    with pikepdf.open(book) as opened:
        told = opened.open_metadata()
        assert (told["pdfaid:part"], told["pdfaid:conformance"], told["pdfuaid:part"]) == ("2", "A", "1")
        assert told["dc:title"] == "SOP-LP2N-LHP-02 revisi 03"
        assert opened.Root.Lang == "id-ID"
    assert book.read_bytes() == print_book(SERVICE, sha256=digest(FILES), copy=None)


def test_a_copy_says_on_every_page_which_it_is(tmp_path: Path) -> None:
    def printed(*options: str) -> list[str]:
        call_command("sop", "print", *options, "-o", tmp_path / "sop.pdf", stdout=StringIO())
        return pages(tmp_path / "sop.pdf")

    copy, loose, original = printed("--copy", "7"), printed("--uncontrolled"), printed()

    assert all("SALINAN TERKENDALI NO. 7" in page for page in copy)
    assert "X SALINAN NO : 7" in copy[0]
    assert all("SALINAN TIDAK TERKENDALI" in page for page in loose)
    assert "X" not in loose[0].partition("STATUS DOKUMEN")[2].partition("NOMOR REVISI")[0]
    assert all("ASLI: dokumen terkendali" in page for page in original)
    assert "X ASLI" in original[0]


def test_pages_are_numbered_in_each_part(book: Path) -> None:
    told = pages(book)

    assert "Halaman 2 Dari 10" in told[1]
    assert "Halaman 10 Dari 10" in told[9]
    lampiran = [page for page in told if "LAMPIRAN 1 07/06/17 REV : 03" in page]
    assert [f"Halaman {n} Dari {len(lampiran)}" in page for n, page in enumerate(lampiran, 1)] == [
        True
    ] * len(lampiran)


@pytest.mark.parametrize("number", ["0", "-1", "1000", "tiga", "²"])
def test_a_copy_has_a_number_from_1(number: str, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="bilangan 1 sampai 999"):
        call_command("sop", "print", f"--copy={number}", "-o", tmp_path / "sop.pdf")
    assert not list(tmp_path.iterdir())


def test_another_service_is_printed_by_its_data_alone(tmp_path: Path) -> None:
    call_command("sop", "print", EXAMPLE, "-o", tmp_path / "sop.pdf", stdout=StringIO())
    told = " ".join(pages(tmp_path / "sop.pdf"))

    assert read_service(example_files()).document.title in told
    assert "Bila kurang, dikembalikan." in told
