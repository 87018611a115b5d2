"""Signing with a key that the office holds: the official's signature, then number, dates and seal in one.

PAdES baseline B-B; with a timestamp service B-T. Both are approval signatures in fields that `form.prepare`
made.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from asn1crypto import keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils import generic, layout
from pyhanko.pdf_utils.content import AnnotAppearances
from pyhanko.pdf_utils.generic import pdf_name, pdf_string
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.writer import BasePdfFileWriter
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.general import SigningError
from pyhanko.sign.signers import SimpleSigner
from pyhanko.sign.signers.pdf_signer import PdfSignatureMetadata, PdfSigner, PdfSigningSession
from pyhanko.sign.timestamps import TimeStamper
from pyhanko.sign.timestamps.common_utils import TimestampRequestError
from pyhanko.stamp import BaseStamp, BaseStampStyle
from pyhanko_certvalidator.registry import SimpleCertificateStore

from muara.documents.signing.apart import apart
from muara.documents.signing.form import (
    FONT_NAME,
    OFFICIAL,
    READ_ONLY,
    SEAL,
    appearance,
    fits,
    is_blank,
    kind_of,
)
from muara.documents.signing.pki import common_name
from muara.people.models import WITA


class CannotSign(Exception):
    """A file that cannot take the signature, or a key or a service that does not give it now.

    `says` is for people, and may be shown and kept; the cause is for the log.
    """

    def __init__(self, says: str) -> None:
        super().__init__(says)
        self.says = says


@dataclass(frozen=True, slots=True)
class Key:
    """What signs: the certificate, its chain up to the root, and the private key (DER, PKCS#8)."""

    certificate: x509.Certificate
    chain: tuple[x509.Certificate, ...]
    private: bytes


def sign(pdf: bytes, *, key: Key, at: datetime, reason: str, timestamps: TimeStamper | None = None) -> bytes:
    """Put the official's signature into its field, over everything that the file says now.

    Raises:
        CannotSign: the certificate is not valid at that moment, the file has no free field for it, or the
            timestamp service did not answer.
    """
    return put_signature(grown(pdf), OFFICIAL, key=key, at=at, reason=reason, timestamps=timestamps)


def seal(
    pdf: bytes,
    *,
    values: Mapping[str, str],
    key: Key,
    at: datetime,
    reason: str,
    timestamps: TimeStamper | None = None,
) -> bytes:
    """Fill every copy of number and dates (`values` by blank: "nomor") and close the file, in one revision.

    Raises:
        CannotSign: as `sign`; or a blank has no value, or a value does not fit its place.
    """
    writer = grown(pdf)
    fill_blanks(writer, values)
    return put_signature(writer, SEAL, key=key, at=at, reason=reason, timestamps=timestamps)


def grown(pdf: bytes) -> IncrementalPdfFileWriter:
    """A file that is about to grow by one revision."""
    try:
        writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    except (PdfError, ValueError) as error:
        raise CannotSign("Berkas keputusan tidak dapat ditandatangani: susunannya rusak.") from error
    # The metadata were signed: pyHanko would write them anew with every revision.
    writer._update_meta = lambda: None  # type: ignore[method-assign]
    return writer


def _fields(writer: IncrementalPdfFileWriter) -> dict[str, generic.DictionaryObject]:
    if "/AcroForm" not in writer.root:
        return {}
    found = (reference.get_object() for reference in writer.root["/AcroForm"]["/Fields"])
    return {str(field["/T"]): field for field in found}


def fill_blanks(writer: IncrementalPdfFileWriter, values: Mapping[str, str]) -> None:
    """Write every copy of each value, and draw it; nobody fills it in again."""
    for name, field in _fields(writer).items():
        if not is_blank(name):
            continue
        text = values.get(kind_of(name), "")
        left, bottom, right, top = (float(side) for side in field["/Rect"])
        width, height = round(right - left, 2), round(top - bottom, 2)
        if not text or not fits(text, width=width):
            raise CannotSign(
                f"“{text}” tidak muat pada tempat nomor atau tanggal."
                if text
                else "Nomor atau tanggal kosong."
            )
        drawing = _drawing(writer, appearance(text, width=width, height=height), width, height)
        field[pdf_name("/V")] = pdf_string(text)
        field[pdf_name("/AP")] = generic.DictionaryObject({pdf_name("/N"): drawing})
        field[pdf_name("/Ff")] = generic.NumberObject(int(field["/Ff"]) | READ_ONLY)
        writer.update_container(field)


def put_signature(
    writer: IncrementalPdfFileWriter,
    field: str,
    *,
    key: Key,
    at: datetime,
    reason: str,
    timestamps: TimeStamper | None,
) -> bytes:
    certificate = key.certificate
    if not certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc:
        raise CannotSign("Sertifikat penanda tangan tidak berlaku pada waktu ini.")
    chain = SimpleCertificateStore()
    chain.register_multiple([_asn1(one) for one in key.chain])
    signer = SimpleSigner(
        signing_cert=_asn1(certificate),
        signing_key=keys.PrivateKeyInfo.load(key.private),
        cert_registry=chain,
    )
    meta = PdfSignatureMetadata(
        field_name=field, md_algorithm="sha256", subfilter=SigSeedSubFilter.PADES, reason=reason
    )
    moment = at.astimezone(WITA).replace(microsecond=0)
    style = Mark(lines=(common_name(certificate), f"{moment:%d-%m-%Y %H.%M} WITA"))
    signing = SigningAt(meta, signer, timestamper=timestamps, stamp_style=style)
    signing.moment = moment
    out = io.BytesIO()
    try:
        apart(lambda: signing.sign_pdf(writer, existing_fields_only=True, output=out))
    except (TimestampRequestError, OSError) as error:
        raise CannotSign("Layanan stempel waktu tidak menjawab.") from error
    except (SigningError, PdfError, ValueError) as error:
        raise CannotSign("Tanda tangan tidak dapat dibubuhkan pada berkas ini.") from error
    return out.getvalue()


class SigningAt(PdfSigner):
    """A signer that is told the time: pyHanko would ask the machine's clock."""

    moment: datetime

    def init_signing_session(
        self, pdf_out: BasePdfFileWriter, existing_fields_only: bool = False
    ) -> PdfSigningSession:
        session = super().init_signing_session(pdf_out, existing_fields_only)
        session.system_time = self.moment
        return session


@dataclass(frozen=True)
class Mark(BaseStampStyle):
    """What a reader of PDF shows in a signature's place: who and when, in the letter's own face."""

    lines: tuple[str, ...] = ()

    def create_stamp(
        self, writer: BasePdfFileWriter, box: layout.BoxConstraints, text_params: dict[str, object]
    ) -> MarkDrawing:
        return MarkDrawing(writer, self.lines, width=float(box.width), height=float(box.height))


class MarkDrawing(BaseStamp):
    """The drawing of a mark; only what a signature's field asks of a stamp."""

    def __init__(
        self, writer: BasePdfFileWriter, lines: tuple[str, ...], *, width: float, height: float
    ) -> None:
        self.pdf, self.lines, self.width, self.height = writer, lines, width, height

    def apply_appearance(self, annotation: generic.DictionaryObject) -> None:
        drawing = _drawing(self.pdf, self._drawn(), self.width, self.height)
        annotation[pdf_name("/AP")] = AnnotAppearances(normal=drawing).as_pdf_object()

    def _drawn(self) -> bytes:
        size, parts = 6.0, [b"q 0.35 w 0.6 G 0.5 0.5 %.2f %.2f re S" % (self.width - 1, self.height - 1)]
        rows = [row for line in self.lines for row in _broken(line, self.width - 6, size)]
        top = self.height / 2 + len(rows) * (size + 1.5) / 2 - size
        for index, row in enumerate(rows):
            text = row.encode("ascii", "replace").replace(b"\\", b"\\\\")
            text = text.replace(b"(", b"\\(").replace(b")", b"\\)")
            parts.append(
                b"BT %s %.1f Tf 0 g 3 %.2f Td (%s) Tj ET"
                % (FONT_NAME.encode(), size, top - index * (size + 1.5), text)
            )
        return b" ".join([*parts, b"Q"])


def _drawing(
    writer: BasePdfFileWriter, content: bytes, width: float, height: float
) -> generic.IndirectObject:
    """A drawing of this size in the face that the form carries."""
    form = cast("generic.DictionaryObject", writer.root["/AcroForm"])
    face = generic.DictionaryObject({pdf_name(FONT_NAME): form["/DR"]["/Font"].raw_get(FONT_NAME)})
    sides = (0, 0, width, height)
    return writer.add_object(
        generic.StreamObject(
            {
                pdf_name("/Type"): pdf_name("/XObject"),
                pdf_name("/Subtype"): pdf_name("/Form"),
                pdf_name("/BBox"): generic.ArrayObject([generic.FloatObject(side) for side in sides]),
                pdf_name("/Resources"): generic.DictionaryObject({pdf_name("/Font"): face}),
            },
            stream_data=content,
        )
    )


def _broken(text: str, width: float, size: float) -> list[str]:
    """A line in rows that fit, broken at spaces; some 0.6 of the size a character."""
    room, rows = max(int(width / (size * 0.58)), 8), [""]
    for word in text.split():
        joined = f"{rows[-1]} {word}".strip()
        if len(joined) <= room:
            rows[-1] = joined
        else:
            rows.append(word)
    return [row[:room] for row in rows if row]


def _asn1(certificate: x509.Certificate) -> asn1_x509.Certificate:
    return asn1_x509.Certificate.load(certificate.public_bytes(Encoding.DER))
