"""What people send is taken only when it is what it says and opens."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from muara.documents.models import Blob
from muara.documents.store import BlobStore
from muara.documents.uploads import JPEG, PDF, PNG, UploadRefused, accept, readable_size, safe_name
from tests.clock import MONDAY
from tests.documents.broken_files import encrypted_pdf, pdf, picture, png_bomb

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("blobs")]


def refusal(name: str, content: bytes, **arguments: object) -> str:
    with pytest.raises(UploadRefused) as refused:
        accept(SimpleUploadedFile(name, content), at=MONDAY, **arguments)  # type: ignore[arg-type]
    return refused.value.message


def test_a_pdf_is_taken_with_its_pages() -> None:
    accepted = accept(SimpleUploadedFile("Profil.PDF", pdf(pages=3)), at=MONDAY)

    assert (accepted.filename, accepted.media_type, accepted.pages) == ("Profil.pdf", PDF, 3)
    assert accepted.blob == Blob.objects.get()
    assert (accepted.blob.size, accepted.blob.pages, accepted.blob.created_at) == (
        len(pdf(pages=3)),
        3,
        MONDAY,
    )
    with BlobStore().open(accepted.blob.sha256) as file:
        assert file.read() == pdf(pages=3)


@pytest.mark.parametrize(
    ("kind", "name", "media_type"), [("PNG", "peta.png", PNG), ("JPEG", "foto.jpeg", JPEG)]
)
def test_a_picture_is_taken_as_one_page(kind: str, name: str, media_type: str) -> None:
    accepted = accept(SimpleUploadedFile(name, picture(kind)), at=MONDAY)

    assert (accepted.filename, accepted.media_type, accepted.pages) == (name, media_type, 1)


def test_the_same_file_twice_is_one_blob() -> None:
    first = accept(SimpleUploadedFile("a.pdf", pdf()), at=MONDAY)
    second = accept(SimpleUploadedFile("b.pdf", pdf()), at=MONDAY)

    assert first.blob == second.blob
    assert (first.filename, second.filename) == ("a.pdf", "b.pdf")


def test_an_empty_file_is_refused() -> None:
    assert refusal("kosong.pdf", b"") == "Berkas ini kosong (0 bita). Pilih berkas yang benar."


def test_a_wrong_type_behind_a_right_name_is_refused() -> None:
    assert refusal("izin.pdf", b"MZ" + bytes(500)).startswith("Isi berkas ini bukan PDF, JPEG, atau PNG.")
    assert refusal("izin.pdf", picture("JPEG")) == (
        "Nama berkas berakhiran .pdf, tetapi isinya JPEG. Perbaiki namanya."
    )
    assert refusal("layout.png", pdf()) == "Nama berkas berakhiran .png, tetapi isinya PDF. Perbaiki namanya."


def test_a_type_that_is_not_wanted_here_is_refused() -> None:
    assert refusal("foto.png", picture("PNG"), allowed={PDF}).startswith("Isi berkas ini bukan PDF.")


def test_right_first_bytes_with_nothing_behind_them_are_refused() -> None:
    assert "rusak" in refusal("a.pdf", b"%PDF-1.7\nhalo\n%%EOF\n")
    assert "rusak" in refusal("a.png", b"\x89PNG\r\n\x1a\n" + bytes(100))
    assert "rusak" in refusal("a.jpg", b"\xff\xd8\xff\xe0" + bytes(100))


def test_a_pdf_with_a_password_is_refused() -> None:
    assert refusal("rahasia.pdf", encrypted_pdf()).startswith("Berkas PDF ini dikunci dengan kata sandi.")


def test_a_truncated_file_is_refused() -> None:
    content = pdf(pages=40)
    assert refusal("potong.pdf", content[: len(content) // 2]).startswith("Berkas PDF ini terpotong")
    assert "rusak" in refusal("potong.jpg", picture("JPEG", (800, 600))[:-2000])
    assert "rusak" in refusal("potong.png", picture("PNG", (800, 600))[:-200])


def test_a_file_over_the_limit_is_refused_naming_the_limit() -> None:
    assert refusal("besar.pdf", pdf() + bytes(3_000_000), limit=2_621_440) == (
        "Berkas ini lebih besar dari 2,5 MB. Perkecil atau bagi, lalu unggah kembali."
    )


def test_a_picture_that_unpacks_to_hundreds_of_megapixels_is_refused() -> None:
    bomb = png_bomb()
    assert len(bomb) < 1_000_000
    assert "80 megapiksel" in refusal("bom.png", bomb)


def test_a_pdf_with_too_many_pages_is_refused() -> None:
    assert "500 halaman" in refusal("tebal.pdf", pdf(pages=501))


def test_a_pdf_with_a_huge_page_is_refused_but_an_a0_drawing_is_taken() -> None:
    assert "176 cm" in refusal("raksasa.pdf", pdf(size=(14_400, 14_400)))
    assert accept(SimpleUploadedFile("a0.pdf", pdf(size=(2384, 3370))), at=MONDAY).pages == 1


def test_nothing_of_a_refused_file_stays(blobs: Path) -> None:
    refusal("rahasia.pdf", encrypted_pdf())
    refusal("bom.png", png_bomb())

    assert [path for path in blobs.rglob("*") if path.is_file()] == []
    assert Blob.objects.count() == 0


def test_a_pdf_with_scripts_and_attachments_is_only_data_to_us() -> None:
    with pikepdf.open(BytesIO(pdf())) as document:
        document.Root.OpenAction = pikepdf.Dictionary(
            S=pikepdf.Name.JavaScript, JS=pikepdf.String("app.alert(1)")
        )
        buffer = BytesIO()
        document.save(buffer)

    assert accept(SimpleUploadedFile("skrip.pdf", buffer.getvalue()), at=MONDAY).pages == 1


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("C:\\Dokumen\\Akta 1.PDF", "Akta 1.pdf"),
        ("nama\x00jahat.pdf", "namajahat.pdf"),
        ("🎉 izin 🎉.pdf", "izin.pdf"),
        ("kod\u202efdp.exe", "kodfdp.exe.pdf"),
        ("baris\nbaru.pdf", "barisbaru.pdf"),
        ("   .pdf", "berkas.pdf"),
        ("", "berkas.pdf"),
        ("tanpa akhiran", "tanpa akhiran.pdf"),
        ("Café résumé.pdf", "Café résumé.pdf"),
        ("a" * 300 + ".pdf", "a" * 120 + ".pdf"),
    ],
)
def test_a_file_name_is_made_safe(given: str, kept: str) -> None:
    assert safe_name(given, PDF) == kept


@pytest.mark.parametrize(("size", "words"), [(20_971_520, "20 MB"), (1536, "1,5 kB"), (2_621_440, "2,5 MB")])
def test_a_size_is_written_for_people(size: int, words: str) -> None:
    assert readable_size(size) == words
