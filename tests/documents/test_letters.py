"""Letters hold what they were given, as text, in archival and accessible PDF, the same every time."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import pikepdf
import pytest

from muara.documents.contents import Content, Paper, Permit, Point
from muara.documents.contents.refusal import Refusal
from muara.documents.contents.review import Fact, Said
from muara.documents.letters import (
    LIBRARY,
    LetterFailed,
    canonical,
    compose,
    digest,
    keep_template,
    pdf,
    render,
    set_letter,
)
from muara.documents.models import Blob, Letter, Template
from muara.documents.repertoire import UnprintableCharacter
from muara.documents.store import BlobStore
from tests.clock import MONDAY
from tests.databases import OwnDatabase
from tests.documents import samples, samples_correction, samples_forms, samples_issuance, samples_review

ROOT = Path(__file__).resolve().parents[2]
LETTERS = ROOT / "muara/sop/services/lhp-02/rev03/letters"
DATED = date(2026, 12, 10)
MARKUP = 'PT #set page *tebal* _miring_ $x$ <label> @ref [a] "q" \\ // /* `c` ~ -- ...'


def source(name: str) -> str:
    return (LETTERS / f"{name}.typ").read_text()


def set_in(folder: Path, content: Content, title: str = "Surat contoh") -> Path:
    """Set a letter and write it where independent readers find it."""
    path = folder / "letter.pdf"
    path.write_bytes(
        set_letter(source=source(content.template), content=canonical(content), title=title, dated=DATED)
    )
    return path


def run(*command: str | Path) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def text_of(path: Path) -> str:
    """The text as poppler reads it, every run of white space one space."""
    return " ".join(run("pdftotext", "-raw", path, "-").split())


def pages_of(path: Path) -> list[str]:
    return [" ".join(page.split()) for page in run("pdftotext", "-raw", path, "-").split("\f")[:-1]]


def letter(content: Content, title: str = "Surat contoh") -> Letter:
    template = keep_template(name=content.template, source=source(content.template))
    return compose(template=template, content=content, title=title, dated=DATED, at=MONDAY)


def named(name: str, text: str) -> Content:
    """A letter whose company, or else whatever it is about, is some text."""
    content = samples.every_content()[name]
    field = next(key for key in ("company", "document_title", "agency", "service") if hasattr(content, key))
    return replace(content, **{field: text})  # type: ignore[arg-type]


every_letter = pytest.mark.parametrize("name", sorted(samples.every_content()))


def test_every_template_of_the_service_has_its_content_and_the_other_way() -> None:
    assert {path.stem for path in LETTERS.glob("*.typ")} == set(samples.every_content())


@every_letter
@pytest.mark.parametrize("paper", ["a4", "f4"])
def test_a_letter_is_sound_archival_accessible_and_on_its_paper(
    name: str, paper: str, tmp_path: Path
) -> None:
    content = replace(samples.every_content()[name], paper=paper)  # type: ignore[arg-type]
    path = set_in(tmp_path, content)

    assert "No syntax or stream encoding errors found" in run("qpdf", "--check", path)
    info = run("pdfinfo", path)
    assert re.search(r"Title: +Surat contoh", info)
    assert re.search(r"Tagged: +yes", info)
    assert re.search(r"Encrypted: +no", info)
    with pikepdf.open(path) as document, document.open_metadata() as metadata:
        assert metadata["pdfaid:part"] == "2"
        assert metadata["pdfaid:conformance"] == "A"
        assert metadata["pdfuaid:part"] == "1"
        assert str(document.Root.Lang) == "id-ID"
        box = sorted(round(float(side) / 72 * 25.4) for side in document.pages[0].mediabox[2:])
    assert box == ([210, 297] if paper == "a4" else [215, 330])


@every_letter
def test_every_font_is_embedded(name: str, tmp_path: Path) -> None:
    fonts = run("pdffonts", set_in(tmp_path, samples.every_content()[name])).splitlines()[2:]

    assert fonts
    assert {line.split()[-5] for line in fonts} == {"yes"}


IN_ANOTHER_PROCESS = """
import datetime, django, hashlib, json, sys
django.setup()
from muara.documents.letters import set_letter
for source, content in json.load(sys.stdin):
    pdf = set_letter(source=source, content=content, title="Surat contoh", dated=datetime.date(2026, 12, 10))
    print(hashlib.sha256(pdf).hexdigest())
"""


@pytest.mark.slow
def test_the_same_content_gives_the_same_bytes_in_another_process(tmp_path: Path) -> None:
    contents = samples.every_content().values()
    here = [hashlib.sha256(set_in(tmp_path, content).read_bytes()).hexdigest() for content in contents]
    jobs = [(source(content.template), canonical(content)) for content in contents]
    there = subprocess.run(
        [sys.executable, "-c", IN_ANOTHER_PROCESS],
        cwd=ROOT,
        input=json.dumps(jobs),
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()

    assert there == here


@every_letter
def test_a_demo_letter_says_so_on_every_page_and_a_real_one_nowhere(name: str, tmp_path: Path) -> None:
    content = samples.every_content()[name]
    assert all("CONTOH — BUKAN DOKUMEN RESMI" in page for page in pages_of(set_in(tmp_path, content)))
    assert "BUKAN DOKUMEN RESMI" not in text_of(set_in(tmp_path, replace(content, demo=False)))


@pytest.mark.parametrize("name", sorted(samples.every_content().keys() - {"brochure"}))  # it is folded
def test_pages_are_numbered_of_how_many(name: str, tmp_path: Path) -> None:
    pages = pages_of(set_in(tmp_path, samples.every_content()[name]))
    for number, page in enumerate(pages, start=1):
        assert f"Halaman {number} dari {len(pages)}" in page


@every_letter
def test_markup_in_a_name_is_printed_as_typed(name: str, tmp_path: Path) -> None:
    content = named(name, MARKUP)

    assert MARKUP.replace(" ", "") in text_of(set_in(tmp_path, content)).replace(" ", "")


@every_letter
@pytest.mark.parametrize("company", ["PT Ria 🎉", "PT\x00Nol", "PT \u202ekebalik"])
def test_what_cannot_be_printed_is_refused_before_a_letter_exists(name: str, company: str) -> None:
    content = named(name, company)

    with pytest.raises(UnprintableCharacter):
        canonical(content)


def test_the_receipt_promises_what_the_sop_promises(tmp_path: Path) -> None:
    text = text_of(set_in(tmp_path, samples.receipt()))

    assert "LHP/2026/0017" in text
    assert "14 (empat belas) hari kerja sejak rekomendasi teknis" in text
    assert "16 November 2026 pukul 09.30 WITA" in text
    assert "Gratis" in text
    assert "Rencana penanggulangan dampak" in text


def test_a_receipt_without_an_agency_promises_from_the_counter(tmp_path: Path) -> None:
    text = text_of(set_in(tmp_path, replace(samples.receipt(), recommending_agency="")))

    assert "14 (empat belas) hari kerja sejak berkas diregistrasi" in text
    assert "rekomendasi" not in text


def test_the_cover_letter_has_its_parts_in_order(tmp_path: Path) -> None:
    text = text_of(set_in(tmp_path, samples.cover_letter()))
    parts = [
        "Nomor", "Sifat", "Lampiran", "Hal", "Yth.", "Jenis yang dikirim", "Banyaknya", "Keterangan",
        "KEPALA DINAS", "Rahmat Andaian", "potong di sini", "TANDA TERIMA", "Yang menerima",
    ]  # fmt: skip
    places = [text.index(parts[0])]
    for part in parts[1:]:
        places.append(text.index(part, places[-1]))
    assert places == sorted(places)


def test_the_permit_is_laid_out_as_a_decree(tmp_path: Path) -> None:
    text = text_of(set_in(tmp_path, samples.permit(status="final")))
    parts = [
        "KEPUTUSAN KEPALA DINAS", "NOMOR :", "TENTANG", "Menimbang", "Mengingat", "Memperhatikan",
        "MEMUTUSKAN",
        "Menetapkan", "KESATU", "KEDUA", "KETIGA", "KEEMPAT", "KELIMA", "KEENAM", "5 (lima) tahun", "KETUJUH",
        "KEDELAPAN", "Ditetapkan di", "pada tanggal", "NIP. 19700101", "Tembusan", "LAMPIRAN",
        "KETENTUAN TEKNIS", "A. Debit", "B. Titik", "C. Baku mutu", "D. Pemantauan",
    ]  # fmt: skip
    place = 0
    for part in parts:
        place = text.index(part, place)
    assert "1.440 m³/hari atau 60 m³/jam;" in text.replace("\u00a0", " ")
    assert "Salinan cetak dari sistem Muara. Dokumen asli ditandatangani basah" in text
    assert "BSrE" not in text


def test_the_items_of_a_formal_list_end_alike_however_they_were_typed(tmp_path: Path) -> None:
    content = replace(
        samples.permit(), obligations=("menaati A", "mencatat B;", "melapor C; dan", "menjaga D;")
    )
    text = text_of(set_in(tmp_path, content))

    assert "a. menaati A; b. mencatat B; c. melapor C; dan d. menjaga D." in text


def test_a_permit_for_ink_has_blanks_and_a_numbered_one_none(tmp_path: Path) -> None:
    blank = text_of(set_in(tmp_path, samples.permit(status="final")))
    assert "NOMOR : 503/ /DPMPTSP-III/2026" in blank
    assert "2031" not in blank

    filled = text_of(set_in(tmp_path, samples.permit(status="final", number="503/0042/DPMPTSP-III/2026")))
    assert filled.count("503/0042/DPMPTSP-III/2026") == 2  # the decree and its annex
    assert "sampai dengan tanggal 29 Desember 2031" in filled


def test_only_the_first_copy_carries_the_endorsement_box(tmp_path: Path) -> None:
    marks = {1: "Untuk proses verifikasi", 2: "Untuk diberikan kepada pemohon", 3: "Untuk arsip tertinggal"}
    for copy, mark in marks.items():
        text = text_of(set_in(tmp_path, samples.permit(copy=copy, status="final")))
        assert f"Rangkap {copy} — {mark}" in text
        assert ("Paraf" in text) == (copy == 1)


def test_a_draft_says_so_on_every_page(tmp_path: Path) -> None:
    assert all("DRAF — BELUM BERLAKU" in page for page in pages_of(set_in(tmp_path, samples.permit())))
    assert "DRAF" not in text_of(set_in(tmp_path, samples.permit(status="final")))


def test_a_deputy_and_a_mandate_are_named(tmp_path: Path) -> None:
    content = samples.permit(status="final")
    signatory = replace(content.signatory, standing="Plt.", on_behalf_of="Gubernur Kalimantan Timur")
    text = text_of(set_in(tmp_path, replace(content, signatory=signatory)))

    assert "a.n. GUBERNUR KALIMANTAN TIMUR Plt. KEPALA DINAS" in text


@pytest.mark.parametrize("rows", range(1, 40, 3))
def test_a_signature_never_stands_alone_on_a_page(rows: int, tmp_path: Path) -> None:
    content = samples.permit(status="final")
    content = replace(
        content,
        points=tuple(
            Point(kind="Titik pantau", name=f"TL-{n}", latitude="0°", longitude="117°") for n in range(rows)
        ),
        monitoring=(content.monitoring * rows)[:rows],
    )
    for page in pages_of(set_in(tmp_path, content)):
        if "NIP. 19700101" in page:
            assert "KEDELAPAN" in page or "bagian yang tidak terpisahkan dari Keputusan" in page


@pytest.mark.parametrize("kind", ["permit", "refusal"])
@pytest.mark.parametrize("more", range(0, 24, 2))
def test_the_copies_to_are_never_parted_from_the_signature(kind: str, more: int, tmp_path: Path) -> None:
    content = samples.every_content()[kind]
    assert isinstance(content, Permit | Refusal)
    content = replace(content, laws=content.laws + content.laws[:1] * more)

    (page,) = [page for page in pages_of(set_in(tmp_path, content)) if "Tembusan" in page]
    assert "Ditetapkan di" in page
    assert "mulai berlaku pada tanggal ditetapkan" in page


def test_a_civil_servants_number_is_printed_in_its_groups(tmp_path: Path) -> None:
    letter = samples.cover_letter()
    letter = replace(letter, signatory=replace(letter.signatory, nip="197001011995011001"))

    assert "NIP. 19700101 199501 1 001" in text_of(set_in(tmp_path, letter))


@pytest.mark.parametrize(
    "content",
    [
        replace(samples.handover_receipt(), duties=samples.permit().obligations),
        samples_issuance.rights_and_duties(),
    ],
    ids=["receipt", "rights"],
)
def test_what_is_handed_over_the_counter_is_one_page(content: Content, tmp_path: Path) -> None:
    assert len(pages_of(set_in(tmp_path, content))) == 1


def test_a_notice_says_where_to_apply_instead_of_offering_to_apply_here(tmp_path: Path) -> None:
    here = replace(samples_correction.ending_notice(), successor="")
    elsewhere = replace(here, apply_to="Kementerian Lingkungan Hidup")
    offer = "Saudara dapat mengajukan permohonan baru kapan saja"

    text = text_of(set_in(tmp_path, elsewhere))
    assert "dapat Saudara ajukan kepada Kementerian Lingkungan Hidup, yang berwenang" in text
    assert offer not in text
    assert offer in text_of(set_in(tmp_path, here))


ALLOWED_BY_THE_FORM = "Keterangan yang panjang sekali tentang keadaan di lapangan. " * 35


@pytest.mark.parametrize("paper", ["a4", "f4"])
@pytest.mark.parametrize("much", [1, 8, 20, 60])
def test_the_summary_is_one_page_however_much_was_said(much: int, paper: Paper, tmp_path: Path) -> None:
    fact, said = (
        Fact(label="Titik pantau air laut", value=ALLOWED_BY_THE_FORM),
        Said(place="Menimbang, huruf b", text=ALLOWED_BY_THE_FORM),
    )
    content = replace(
        samples_review.summary(),
        paper=paper,
        company="PT " + "Segara Contoh Makmur " * 8,
        facts=(fact,) * much,
        limits=(Fact(label="Nitrogen total sebagai N", value="≤ 50 mg/L"),) * much,
        way=(fact,) * much,
        authority=(fact,) * 4,
        concerns=(said, Said(place="Baku mutu", before=ALLOWED_BY_THE_FORM, after="1")) * much,
        advice=(said,) * much,
    )

    path = set_in(tmp_path, content)

    assert re.search(r"^Pages: +1$", run("pdfinfo", path), re.MULTILINE)
    text = text_of(path)
    assert "selengkapnya ada pada halaman tugas" in text
    for heading in ("Yang diputuskan", "Kewenangan", "Baku mutu", "Yang perlu diperhatikan", "Pertimbangan"):
        assert heading in text


def test_an_ordinary_summary_cuts_nothing(tmp_path: Path) -> None:
    content = samples_review.summary()
    content = replace(
        content,
        limits=content.limits * 8,
        advice=(replace(content.advice[0], text="Perhatikan kedalaman outfall. " * 30),) * 3,
    )
    text = text_of(set_in(tmp_path, content))

    assert "…" not in text
    assert "Dipadatkan" not in text
    assert text.count("BOD5") + text.count("BOD₅") == 8


def test_an_empty_checklist_keeps_its_last_group_with_the_result(tmp_path: Path) -> None:
    form = samples_forms.checklist(blank=True)
    explained = tuple(replace(tick, help=f"{tick.help} " * 3) for tick in form.ticks)

    first, second = pages_of(set_in(tmp_path, replace(form, ticks=explained)))

    assert "A. Persyaratan" in first
    assert "B. Kewajiban" not in first
    assert "B. Kewajiban" in second
    assert "Hasil pemeriksaan" in second


@pytest.mark.parametrize("questions", range(1, 30, 2))
def test_the_applicants_declaration_stands_with_the_files_it_speaks_of(
    questions: int, tmp_path: Path
) -> None:
    form = samples_forms.application_form(blank=True)
    (section, *rest) = form.sections
    longer = replace(section, questions=(section.questions[0],) * questions)

    pages = pages_of(set_in(tmp_path, replace(form, sections=(longer, *rest))))

    (page,) = [page for page in pages if "Pemohon menyatakan bahwa" in page]
    assert "Berkas yang dilampirkan" in page


def test_sparse_content_still_makes_a_letter(tmp_path: Path) -> None:
    content = samples.permit(copy=1, status="final")
    content = replace(
        content,
        letterhead=replace(content.letterhead, office="Dinas", address="", contact="", logo_svg=""),
        signatory=replace(content.signatory, name="", rank="", nip=""),
        considering=(),
        noting=(),
        points=(),
        flows=(),
        limits=(),
        monitoring=(),
        tembusan=(),
        endorsements=(),
        receiving_sea="",
    )

    assert "KEDELAPAN" in text_of(set_in(tmp_path, content))


def test_the_control_sheet_shows_every_act_and_the_head_of_its_chain(tmp_path: Path) -> None:
    sheet = samples.control_sheet()
    text = text_of(set_in(tmp_path, sheet))

    assert all(row.step in text and row.digest[:12] in text for row in sheet.rows)
    assert sheet.chain_head in text.replace(" ", "")
    assert "12-11-2026 09.05" in text


def test_the_verification_form_gives_a_verdict_on_all_17_items(tmp_path: Path) -> None:
    text = text_of(set_in(tmp_path, samples.verification_form()))

    assert [title for title in samples.ITEMS if title not in text] == []
    assert text.count("TIDAK SESUAI") == 2
    assert "Kapasitas kolam aerasi tidak tercantum." in text
    assert "BELUM LENGKAP" in text


def test_the_qr_code_leads_to_the_verification_page(tmp_path: Path) -> None:
    content = samples.permit(status="final")
    assert content.data()["qr"] == samples.URL
    assert samples.URL in text_of(set_in(tmp_path, content)).replace(" ", "")


def test_content_is_canonical_and_its_digest_moves_with_every_word() -> None:
    content = samples.permit()
    assert canonical(content) == canonical(replace(content))
    assert digest(content) == hashlib.sha256(canonical(content).encode()).hexdigest()
    assert digest(content) != digest(replace(content, business=content.business + "."))


@pytest.mark.django_db
def test_a_template_is_kept_once_for_each_source() -> None:
    first = keep_template(name="receipt", source=source("receipt"))

    assert keep_template(name="receipt", source=source("receipt")) == first
    assert keep_template(name="receipt", source=source("receipt") + "\n") != first
    assert Template.objects.count() == 2


@pytest.mark.django_db
@pytest.mark.usefixtures("blobs")
def test_a_letter_is_set_on_the_first_reading_and_then_served() -> None:
    made = letter(samples.receipt())
    assert made.rendered is None

    blob = pdf(made)

    assert (blob.media_type, blob.pages) == ("application/pdf", 1)
    with BlobStore().open(blob.sha256) as file:
        assert file.read() == render(made)
    assert pdf(Letter.objects.get()) == blob
    assert Blob.objects.count() == 1


def test_ten_first_readers_get_one_blob(own_database: OwnDatabase) -> None:
    made = letter(samples.receipt())

    answers = own_database.together(*[lambda: pdf(Letter.objects.get(pk=made.pk)).pk for _ in range(10)])

    assert set(answers) == {Blob.objects.get().pk}
    assert Letter.objects.get().rendered_id == Blob.objects.get().pk


def test_a_broken_template_names_the_fault() -> None:
    with pytest.raises(LetterFailed, match="unknown variable"):
        set_letter(source="#tidakada", content="{}", title="Rusak", dated=DATED)


def test_a_template_reads_nothing_outside_its_library() -> None:
    outside = f'#read("{"/".join([".."] * 3)}/settings.py")'
    with pytest.raises(LetterFailed):
        set_letter(source=outside, content="{}", title="Keluar", dated=DATED)
    assert (LIBRARY / "muara.typ").exists()
