"""No decree that was changed, cut, filled in or sealed by somebody else is taken for the office's."""

from __future__ import annotations

import io
import random
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pikepdf
import pytest
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name, pdf_string
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import SigFieldSpec, append_signature_field

from muara.documents.signing import form, local
from muara.documents.signing.validate import Expected, Trust, read_number, validate
from tests.documents import signed as made
from tests.documents.signed import EXPECTED, NUMBER, READ_AT, SEALED_AT, SIGNED_AT, VALUES, office, stranger

OTHER = "503/999/DPMPTSP-III/2026"


def fields(writer: IncrementalPdfFileWriter) -> dict[str, generic.DictionaryObject]:
    found = (reference.get_object() for reference in writer.root["/AcroForm"]["/Fields"])
    return {str(field["/T"]): field for field in found}


def grown(pdf: bytes, change: Callable[[IncrementalPdfFileWriter], None]) -> bytes:
    """A file with one more revision that somebody wrote behind it."""
    writer = local.grown(pdf)
    change(writer)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def flipped(pdf: bytes, place: int) -> bytes:
    return pdf[:place] + bytes([pdf[place] ^ 1]) + pdf[place + 1 :]


def in_a_page(pdf: bytes) -> int:
    """A place inside a page's own content."""
    return pdf.index(b"stream", pdf.index(b"<< /Filter /FlateDecode /Length ")) + 1000


def small(pdf: bytes) -> bytes:
    """The same seal, one of its hexadecimal letters written small."""
    start = pdf.rfind(b"/Contents <") + 11
    place = next(n for n in range(start, len(pdf)) if pdf[n : n + 1] in b"ABCDEF")
    return pdf[:place] + pdf[place : place + 1].lower() + pdf[place + 1 :]


def another_value(name: str, text: str) -> Callable[[IncrementalPdfFileWriter], None]:
    """One copy says something else, and shows it."""

    def change(writer: IncrementalPdfFileWriter) -> None:
        field = fields(writer)[name]
        local.fill_blanks(writer, VALUES | {form.kind_of(name): text})
        kept = field["/V"], field["/AP"]
        local.fill_blanks(writer, VALUES)
        field[pdf_name("/V")], field[pdf_name("/AP")] = kept

    return change


def another_picture(writer: IncrementalPdfFileWriter) -> None:
    """The number's first copy shows another number than it says."""
    field = fields(writer)["nomor_1"]
    drawing = field["/AP"]["/N"]
    drawing._data = drawing.data.replace(NUMBER.encode(), OTHER.encode())
    drawing._encoded_data = None


def another_face(writer: IncrementalPdfFileWriter) -> None:
    """The blanks are drawn in a face of which nobody knows what its letters look like."""
    face = generic.DictionaryObject(writer.root["/AcroForm"]["/DR"]["/Font"][form.FONT_NAME])
    fonts = writer.root["/AcroForm"]["/DR"]["/Font"]
    fonts[pdf_name(form.FONT_NAME)] = writer.add_object(face)
    writer.update_container(fonts)
    local.fill_blanks(writer, VALUES)


def more_pictures(writer: IncrementalPdfFileWriter) -> None:
    field = fields(writer)["nomor_1"]
    field["/AP"][pdf_name("/D")] = field["/AP"].raw_get("/N")


def hidden(writer: IncrementalPdfFileWriter) -> None:
    field = fields(writer)["nomor_1"]
    field[pdf_name("/F")] = generic.NumberObject(2)


def page_text(writer: IncrementalPdfFileWriter) -> None:
    page = writer.find_page_for_modification(0)[0].get_object()
    words = b"BT /Bonum 20 Tf 100 700 Td (PT Lain) Tj ET"
    page[pdf_name("/Contents")] = generic.ArrayObject(
        [page.raw_get("/Contents"), writer.add_object(generic.StreamObject(stream_data=words))]
    )
    writer.update_container(page)


def note_on_page(writer: IncrementalPdfFileWriter) -> None:
    page = writer.find_page_for_modification(0)[0].get_object()
    note = generic.DictionaryObject(
        {
            pdf_name("/Type"): pdf_name("/Annot"),
            pdf_name("/Subtype"): pdf_name("/FreeText"),
            pdf_name("/Rect"): generic.ArrayObject([generic.NumberObject(n) for n in (90, 600, 400, 640)]),
            pdf_name("/Contents"): pdf_string("Debit paling banyak 99.000 m3/hari"),
            pdf_name("/DA"): pdf_string("/Bonum 12 Tf 0 g"),
        }
    )
    page["/Annots"].append(writer.add_object(note))
    writer.update_container(page["/Annots"])
    writer.update_container(page)


def more_fields(writer: IncrementalPdfFileWriter) -> None:
    page = writer.find_page_for_modification(0)[0]
    extra = generic.DictionaryObject(
        {
            pdf_name("/Type"): pdf_name("/Annot"),
            pdf_name("/Subtype"): pdf_name("/Widget"),
            pdf_name("/FT"): pdf_name("/Tx"),
            pdf_name("/T"): pdf_string("nomor_3"),
            pdf_name("/V"): pdf_string(NUMBER),
            pdf_name("/Rect"): generic.ArrayObject([generic.NumberObject(n) for n in (90, 600, 400, 640)]),
            pdf_name("/P"): page,
        }
    )
    writer.root["/AcroForm"]["/Fields"].append(writer.add_object(extra))
    writer.update_container(writer.root["/AcroForm"]["/Fields"])


def script(writer: IncrementalPdfFileWriter) -> None:
    writer.root[pdf_name("/OpenAction")] = generic.DictionaryObject(
        {pdf_name("/S"): pdf_name("/JavaScript"), pdf_name("/JS"): pdf_string("app.alert(1)")}
    )
    writer.update_root()


def another_default(writer: IncrementalPdfFileWriter) -> None:
    writer.root["/AcroForm"][pdf_name("/DA")] = pdf_string("/Bonum 1 Tf 1 g")
    writer.update_container(writer.root["/AcroForm"])


def officials_mark(writer: IncrementalPdfFileWriter) -> None:
    """The official's signature shows another name."""
    field = fields(writer)[form.OFFICIAL]
    drawing = generic.StreamObject(
        {
            pdf_name("/Type"): pdf_name("/XObject"),
            pdf_name("/Subtype"): pdf_name("/Form"),
            pdf_name("/BBox"): generic.ArrayObject([generic.NumberObject(n) for n in (0, 0, 90, 40)]),
        },
        stream_data=b"q Q",
    )
    field[pdf_name("/AP")] = generic.DictionaryObject({pdf_name("/N"): writer.add_object(drawing)})
    writer.update_container(field)


def properties(writer: IncrementalPdfFileWriter) -> None:
    metadata = writer.root["/Metadata"]
    metadata._data = metadata.data.replace(b"Keputusan", b"Keputusam")
    metadata._encoded_data = None
    writer.update_container(metadata)


def unfilled(pdf: bytes) -> bytes:
    """The seal of the office over a decree without its number."""
    return local.put_signature(
        local.grown(pdf), form.SEAL, key=made.key(office().seal), at=SEALED_AT, reason="", timestamps=None
    )


def saved_anew(pdf: bytes) -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as document:
        document.save(out)
    return out.getvalue()


def encrypted(pdf: bytes) -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as document:
        document.save(out, encryption=pikepdf.Encryption(owner="x", user=""))
    return out.getvalue()


def signed_again(pdf: bytes) -> bytes:
    """Somebody signs in a field of their own behind the seal."""
    writer = local.grown(pdf)
    append_signature_field(writer, SigFieldSpec("lain"))
    return local.put_signature(
        writer, "lain", key=made.key(stranger().seal), at=SEALED_AT, reason="", timestamps=None
    )


def crossed() -> bytes:
    """Official and seal each in the other's place."""
    first = local.put_signature(
        local.grown(made.prepared()),
        form.OFFICIAL,
        key=made.key(office().seal),
        at=SIGNED_AT,
        reason="",
        timestamps=None,
    )
    return made.seal(office().official, pdf=first)


def short_lived(role: str) -> bytes:
    """Signed with a certificate that had run out by then (the signer's own check left out)."""
    pair = made.certify(office().root, "CONTOH Habis", ends=SIGNED_AT - timedelta(days=1))
    early = SIGNED_AT - timedelta(days=2)
    if role == "official":
        return made.seal(office().seal, pdf=made.sign(pair, at=early))
    return made.seal(pair, at=early)


TAMPERED: dict[str, tuple[Callable[[], bytes], int]] = {
    # what, and the rule that it breaks first
    "not a PDF": (lambda: b"GIF89a", 0),
    "nothing": (lambda: b"", 0),
    "cut in the middle": (lambda: made.sealed()[:90_000], 0),
    "saved anew by another program": (lambda: saved_anew(made.sealed()), 1),
    "encrypted": (lambda: encrypted(made.sealed()), 0),
    "not signed at all": (made.prepared, 1),
    "number never sealed": (made.signed, 1),
    "cut to the official's signature and filled in anew": (
        lambda: grown(made.signed(), lambda w: local.fill_blanks(w, VALUES | {"nomor": OTHER})),
        1,
    ),
    "cut, filled in and sealed by a stranger of the same name": (
        lambda: made.seal(stranger().seal, values=VALUES | {"nomor": OTHER}),
        1,
    ),
    "cut, filled in and closed by the official's own certificate": (
        lambda: made.seal(office().official, values=VALUES | {"nomor": OTHER}),
        1,
    ),
    "signed by a stranger of the official's name": (
        lambda: made.seal(office().seal, pdf=made.sign(stranger().official)),
        1,
    ),
    "signed and sealed by strangers throughout": (
        lambda: made.seal(stranger().seal, pdf=made.sign(stranger().official)),
        1,
    ),
    "official and seal in each other's place": (crossed, 1),
    "a certificate of the office that names neither": (
        lambda: made.seal(made.certify(office().root, "CONTOH Segel Kantor")),
        1,
    ),
    "signed again behind the seal": (lambda: signed_again(made.sealed()), 1),
    "one byte of what the decree says altered": (lambda: flipped(made.sealed(), in_a_page(made.sealed())), 1),
    "one byte of a certificate altered that the seal carries": (
        lambda: flipped(made.sealed(), made.sealed().rfind(b"/Contents <") + 400),
        2,
    ),
    "one zero behind the seal's signature altered": (
        lambda: flipped(made.sealed(), made.sealed().rfind(b"0000>")),
        2,
    ),
    "one digit of the seal written small": (lambda: small(made.sealed()), 2),
    "one digit of the number altered": (
        lambda: (
            made.sealed()[: len(made.signed())]
            + made.sealed()[len(made.signed()) :].replace(b"503/268", b"503/269")
        ),
        1,
    ),
    "a byte behind the seal": (lambda: made.sealed() + b"\n", 2),
    "another number behind the seal": (
        lambda: grown(made.sealed(), lambda w: local.fill_blanks(w, VALUES | {"nomor": OTHER})),
        2,
    ),
    "a note behind the seal": (lambda: grown(made.sealed(), note_on_page), 2),
    "other properties behind the seal": (lambda: grown(made.sealed(), properties), 2),
    # From here on the office's own seal is over it: a registrar or a program gone wrong.
    "text added before the seal": (lambda: made.seal(office().seal, but=page_text), 3),
    "a note before the seal": (lambda: made.seal(office().seal, but=note_on_page), 3),
    "another field before the seal": (lambda: made.seal(office().seal, but=more_fields), 3),
    "a script before the seal": (lambda: made.seal(office().seal, but=script), 3),
    "other properties before the seal": (lambda: made.seal(office().seal, but=properties), 3),
    "the official's mark redrawn": (lambda: made.seal(office().seal, but=officials_mark), 3),
    "the blanks' face replaced": (lambda: made.seal(office().seal, but=another_face), 3),
    "how blanks are drawn replaced": (lambda: made.seal(office().seal, but=another_default), 3),
    "sealed without a number": (lambda: unfilled(made.signed()), 4),
    "one copy of the number differs": (
        lambda: made.seal(office().seal, but=another_value("nomor_2", OTHER)),
        4,
    ),
    "one copy of the date differs": (
        lambda: made.seal(office().seal, but=another_value("tanggal_2", "30 Desember 2026")),
        4,
    ),
    "only the picture of the number differs": (lambda: made.seal(office().seal, but=another_picture), 4),
    "a second picture of the number": (lambda: made.seal(office().seal, but=more_pictures), 4),
    "the number hidden": (lambda: made.seal(office().seal, but=hidden), 4),
    "a number that is not the register's": (
        lambda: made.seal(office().seal, values=VALUES | {"nomor": OTHER}),
        4,
    ),
    "an expiry that is not the register's": (
        lambda: made.seal(office().seal, values=VALUES | {"berlaku": "29 Desember 2041"}),
        4,
    ),
}


@pytest.mark.parametrize("what", TAMPERED)
def test_a_tampered_decree_is_not_valid(what: str) -> None:
    forge, rule = TAMPERED[what]

    verdict = validate(forge(), trust=office().trust, expected=EXPECTED, at=READ_AT)

    assert not verdict.valid
    assert rule in {fault.rule for fault in verdict.faults}, verdict.sentence
    assert verdict.sentence.startswith("TIDAK SAH. ")


def test_any_one_byte_altered_is_noticed() -> None:
    """Even without the register's hash of the file; more places are tried by bench/signing.py."""
    genuine, places = made.sealed(), random.Random(6)

    accepted = [
        place
        for place in (places.randrange(len(genuine)) for _ in range(6))
        if validate(flipped(genuine, place), trust=office().trust, expected=EXPECTED, at=READ_AT).valid
    ]

    assert accepted == []


def test_the_genuine_decree_is_valid() -> None:
    verdict = validate(made.sealed(), trust=office().trust, expected=EXPECTED, at=READ_AT)

    assert verdict.faults == ()
    assert verdict.values == VALUES
    assert verdict.official is not None
    assert verdict.official.name == "CONTOH Kepala Dinas"
    assert verdict.official.at == SIGNED_AT
    assert verdict.seal is not None
    assert verdict.seal.at == SEALED_AT
    assert verdict.sentence == (
        "SAH. Tanda tangan pejabat dan segel kantor utuh; nomor 503/268/DPMPTSP-III/2026 sama dengan "
        "register kantor."
    )


def test_without_a_register_the_verdict_says_so() -> None:
    verdict = validate(made.sealed(), trust=office().trust, expected=None, at=READ_AT)

    assert verdict.sentence.endswith("nomor 503/268/DPMPTSP-III/2026 belum dicocokkan dengan register.")


@pytest.mark.parametrize("role", ["official", "seal"])
def test_a_certificate_revoked_before_it_signed_counts_for_nothing(role: str) -> None:
    trust = made.revoked(role, SIGNED_AT - timedelta(days=1))

    verdict = validate(made.sealed(), trust=trust, expected=EXPECTED, at=READ_AT)

    assert [fault.rule for fault in verdict.faults] == [1]
    assert "sudah dicabut" in verdict.sentence


def test_revoked_since_is_believed_only_of_the_very_file_that_the_register_keeps() -> None:
    """Whoever has the key may write any time into a signature; the register knows what it issued when."""
    trust = made.revoked("seal", SEALED_AT + timedelta(days=30))
    genuine = validate(made.sealed(), trust=office().trust, expected=EXPECTED, at=READ_AT)
    kept = replace(EXPECTED, sha256=genuine.sha256)

    assert validate(made.sealed(), trust=trust, expected=kept, at=READ_AT).valid
    assert not validate(made.sealed(), trust=trust, expected=None, at=READ_AT).valid
    assert not validate(made.sealed(), trust=trust, expected=EXPECTED, at=READ_AT).valid


@pytest.mark.parametrize("role", ["official", "seal"])
def test_a_certificate_is_believed_only_while_it_is_valid(role: str) -> None:
    known = office().trust
    pair = office().official if role == "official" else office().seal
    early = replace(made.signer(pair, role), ends=SIGNED_AT - timedelta(days=1))
    trust = Trust(known.roots, {**known.signers, early.fingerprint: early})

    verdict = validate(made.sealed(), trust=trust, expected=EXPECTED, at=READ_AT)

    assert [fault.rule for fault in verdict.faults] == [1]
    assert "tidak berlaku pada waktu tanda tangan" in verdict.sentence


def test_an_expired_certificate_does_not_make_an_old_decree_invalid() -> None:
    """Certificates run two years, a permit five."""
    after = made.STARTS + timedelta(days=4 * 365)

    assert validate(made.sealed(), trust=office().trust, expected=EXPECTED, at=after).valid


def test_a_signature_from_the_future_is_not_believed() -> None:
    before = SIGNED_AT - timedelta(days=1)

    assert not validate(made.sealed(), trust=office().trust, expected=EXPECTED, at=before).valid


def test_another_decree_with_the_same_number_is_not_the_one_that_was_issued() -> None:
    other = form.prepare(made.letter(company="PT Lain Contoh"), seal_subject="CONTOH Segel Kantor")
    twin = made.seal(office().seal, pdf=made.sign(office().official, pdf=other))
    genuine = validate(made.sealed(), trust=office().trust, expected=EXPECTED, at=READ_AT)
    kept: Expected = replace(EXPECTED, sha256=genuine.sha256)

    verdict = validate(twin, trust=office().trust, expected=kept, at=READ_AT)

    assert [fault.says for fault in verdict.faults] == [
        "Berkas ini bukan berkas yang diterbitkan kantor, walaupun nomornya sama."
    ]


def test_the_signatory_has_to_be_the_one_of_the_register() -> None:
    deputy = made.certify(office().root, "CONTOH Plh. Kepala Dinas")
    known = office().trust
    trust = Trust(
        known.roots, {**known.signers, **{s.fingerprint: s for s in [made.signer(deputy, "official")]}}
    )
    by_deputy = made.seal(office().seal, pdf=made.sign(deputy))
    head = replace(EXPECTED, official=made.signer(office().official, "official").fingerprint)

    assert validate(by_deputy, trust=trust, expected=EXPECTED, at=READ_AT).valid
    assert not validate(by_deputy, trust=trust, expected=head, at=READ_AT).valid


def test_a_claimed_number_is_read_without_being_believed() -> None:
    assert read_number(made.sealed()) == NUMBER
    assert read_number(made.signed()) == ""
    assert read_number(b"%PDF-1.7 nonsense") == ""
