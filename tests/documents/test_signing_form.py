"""The blanks of a decree as form fields: named, tagged, told to a screen reader, and the same every time."""

from __future__ import annotations

import io
import subprocess
from pathlib import Path

import pikepdf
import pytest
from pyhanko.pdf_utils.reader import PdfFileReader

from muara.documents.letters import canonical, set_letter
from muara.documents.signing import form, local
from tests.documents import samples
from tests.documents import signed as made


def test_a_permit_has_its_places_each_tagged_and_told() -> None:
    with pikepdf.open(io.BytesIO(made.prepared())) as document:
        fields = {str(field.T): field for field in document.Root.AcroForm.Fields}
        tree = pikepdf.NumberTree(document.Root.StructTreeRoot.ParentTree)
        tags = {name: str(tree[int(field.StructParent)].S) for name, field in fields.items()}

    assert sorted(fields) == [
        "berlaku_1", "nomor_1", "nomor_2", "segel", "tanggal_1", "tanggal_2", "ttd",
    ]  # fmt: skip
    assert set(tags.values()) == {"/Form"}


def test_a_refusal_ends_never_so_it_has_no_place_for_an_end() -> None:
    reader = PdfFileReader(io.BytesIO(made.prepared("refusal")))
    names = {str(field.get_object()["/T"]) for field in reader.root["/AcroForm"]["/Fields"]}

    assert names == {"nomor_1", "tanggal_1", "ttd", "segel"}


def test_the_same_letter_gives_the_same_bytes() -> None:
    assert form.prepare(made.letter(), seal_subject="CONTOH Segel Kantor") == made.prepared()


def test_a_letter_for_ink_has_no_places() -> None:
    content = samples.permit(status="final")
    source = (made.LETTERS / "permit.typ").read_text()
    ink = set_letter(source=source, content=canonical(content), title="Izin", dated=made.SIGNED_AT.date())

    with pytest.raises(form.NoPlaces):
        form.prepare(ink)


@pytest.mark.parametrize(
    "text", ["", "503/1/DINAS-PENANAMAN-MODAL-DAN-PELAYANAN-TERPADU-SATU-PINTU/2026", "503/１/2026"]
)
def test_a_value_that_cannot_be_drawn_in_its_place_is_refused(text: str) -> None:
    with pytest.raises(local.CannotSign):
        made.seal(made.office().seal, values=made.VALUES | {"nomor": text})


def test_what_was_filled_in_is_seen_by_readers_that_draw_forms(tmp_path: Path) -> None:
    path = tmp_path / "izin.pdf"
    path.write_bytes(made.sealed())

    told = subprocess.run(["pdftotext", path, "-"], capture_output=True, text=True, check=True).stdout

    assert told.count(made.NUMBER) == 2
    assert told.count("29 Desember 2026") == 2
    assert told.count("29 Desember 2031") == 1


def test_a_signed_permit_is_small() -> None:
    assert len(made.sealed()) <= 400 * 1024
