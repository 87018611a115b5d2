"""Judging a signed and sealed decree by four rules; nothing in the file is believed before they hold.

1. Both signatures are there, whole, and by the right signers with certificates that were valid.
2. The last one, the seal, covers the file to its last byte.
3. Between the official's signature and the seal only the blanks were filled in and the seal was set.
4. Every copy of the number and of the dates is equal, equal to what is drawn, and equal to the register.

The official's signature alone proves nothing about the number: whoever cuts the file after it can fill in
another.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from asn1crypto import cms
from asn1crypto import pem as asn1_pem
from asn1crypto import x509 as asn1_x509
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import HistoricalResolver, PdfFileReader
from pyhanko.sign.diff_analysis import (
    CatalogModificationRule,
    DSSCompareRule,
    FormUpdatingRule,
    GenericFieldModificationRule,
    ModificationLevel,
    ObjectStreamRule,
    SigFieldModificationRule,
    StandardDiffPolicy,
    XrefStreamRule,
)
from pyhanko.sign.general import CMSStructuralError, SigningError
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko.sign.validation.errors import SignatureValidationError, ValidationInfoReadingError
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko.sign.validation.status import PdfSignatureStatus, SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from muara.documents.signing.apart import apart
from muara.documents.signing.form import (
    FONT_NAME,
    OFFICIAL,
    READ_ONLY,
    SEAL,
    appearance,
    is_blank,
    kind_of,
)

LARGEST = 50 * 1024 * 1024
# Domain 6.6: said of a real signature of BSrE, and of nothing else.
CERTIFIED = (
    "Dokumen ini telah ditandatangani secara elektronik menggunakan sertifikat elektronik yang diterbitkan "
    "oleh Balai Sertifikasi Elektronik (BSrE), Badan Siber dan Sandi Negara."
)
ROLES = {"official": "pejabat", "seal": "segel kantor"}

# What may happen between signature and seal: nothing creates a field or touches the metadata, and no drawing
# that was signed is drawn over.
POLICY = StandardDiffPolicy(
    global_rules=[
        CatalogModificationRule(),
        XrefStreamRule().as_qualified(ModificationLevel.LTA_UPDATES),
        ObjectStreamRule().as_qualified(ModificationLevel.LTA_UPDATES),
        DSSCompareRule().as_qualified(ModificationLevel.LTA_UPDATES),
    ],
    form_rule=FormUpdatingRule(
        field_rules=[
            SigFieldModificationRule(allow_in_place_appearance_stream_changes=False),
            GenericFieldModificationRule(allow_in_place_appearance_stream_changes=False),
        ]
    ),
)


@dataclass(frozen=True, slots=True)
class Signer:
    """A certificate that may sign for the office: as which role, and until when it is believed."""

    fingerprint: str
    role: str  # "official" or "seal"
    name: str
    starts: datetime
    ends: datetime
    revoked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Trust:
    """Whom the verifier believes: roots (PEM), and the certificates that the office names, by fingerprint.

    `certifiers` are BSrE's roots (PEM): an official's certificate below one of them needs no naming.
    `timestampers` are roots of those who prove the time. `between` are the certificates (PEM) from a named
    one up to its root: they vouch for nobody, a signature may only carry them.
    """

    roots: tuple[str, ...]
    signers: Mapping[str, Signer]
    between: tuple[str, ...] = ()
    certifiers: tuple[str, ...] = ()
    timestampers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Expected:
    """What the register says of the decree: rule 4, and who has to have signed."""

    number: str
    dates: Mapping[str, str] = field(default_factory=dict)  # by blank: "tanggal", "berlaku"
    official: str = ""  # fingerprints; "": whoever the trust names
    seal: str = ""
    sha256: str = ""  # of the file that the register keeps


@dataclass(frozen=True, slots=True)
class Found:
    """A signature as it was found: by whom, when by its own words, with which certificate."""

    field: str
    name: str
    at: datetime | None
    fingerprint: str
    timestamped: bool = False
    certified: bool = False  # by BSrE, not by the office itself


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a file is not to be trusted: the rule that it breaks (1 to 4; 0: not readable), and a sentence."""

    rule: int
    says: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """The judgement over a file. `values` ("nomor", "tanggal", …) may be shown only where `valid`."""

    faults: tuple[Fault, ...]
    official: Found | None = None
    seal: Found | None = None
    values: Mapping[str, str] = field(default_factory=dict)
    sha256: str = ""
    against_register: bool = False

    @property
    def valid(self) -> bool:
        return not self.faults

    @property
    def number(self) -> str:
        return self.values.get("nomor", "")

    @property
    def sentence(self) -> str:
        if not self.valid:
            return "TIDAK SAH. " + " ".join(fault.says for fault in self.faults)
        against = (
            "sama dengan register kantor" if self.against_register else "belum dicocokkan dengan register"
        )
        return f"SAH. Tanda tangan pejabat dan segel kantor utuh; nomor {self.number} {against}."


class _Broken(Exception):
    def __init__(self, rule: int, says: str) -> None:
        super().__init__(says)
        self.fault = Fault(rule, says)


def read_number(pdf: bytes) -> str:
    """The number that a file claims ("" for none), to look it up in the register; it proves nothing."""
    try:
        reader = PdfFileReader(io.BytesIO(pdf))
        values = {name: _text(row) for name, row in _fields(reader).items() if kind_of(name) == "nomor"}
    except Exception:  # a stranger's file may break a parser anywhere
        return ""
    return next(iter(values.values()), "")


def validate(pdf: bytes, *, trust: Trust, expected: Expected | None, at: datetime) -> Verdict:
    """Judge a file; every fault is told, and whatever cannot be read is not valid. Never raises."""
    sha256 = hashlib.sha256(pdf).hexdigest()
    if len(pdf) > LARGEST or b"%PDF-" not in pdf[:1024]:
        return Verdict((Fault(0, "Berkas ini bukan PDF yang dapat diperiksa."),), sha256=sha256)
    try:
        return _Judging(pdf, trust, expected, at, sha256).verdict()
    except _Broken as broken:
        return Verdict((broken.fault,), sha256=sha256)
    except Exception:  # a stranger's file may break a parser anywhere: it is then not valid
        return Verdict((Fault(0, "Susunan berkas ini rusak sehingga tidak dapat diperiksa."),), sha256=sha256)


class _Judging:
    def __init__(
        self, pdf: bytes, trust: Trust, expected: Expected | None, at: datetime, sha256: str
    ) -> None:
        self.reader = PdfFileReader(io.BytesIO(pdf))
        self.pdf, self.trust, self.expected, self.at = pdf, trust, expected, at
        self.sha256 = sha256
        self.faults: list[Fault] = []

    def verdict(self) -> Verdict:
        official, seal = self._two_signatures()
        people = (
            self._by_the_right_signer(official, "official"),
            self._by_the_right_signer(seal, "seal"),
        )
        self._covers_everything(seal)
        self._only_blanks_between(official)
        values = self._values(official)
        self._as_registered(values)
        return Verdict(
            tuple(self.faults), *people, values, self.sha256, against_register=self.expected is not None
        )

    def fault(self, rule: int, says: str) -> None:
        self.faults.append(Fault(rule, says))

    # Rule 1

    def _two_signatures(self) -> tuple[EmbeddedPdfSignature, EmbeddedPdfSignature]:
        if self.reader.encrypted:
            raise _Broken(0, "Berkas ini disandikan; keputusan kantor tidak pernah disandikan.")
        found = list(self.reader.embedded_regular_signatures)
        if not found:
            raise _Broken(1, "Berkas ini tidak memuat tanda tangan elektronik.")
        if len(found) == 1:
            which = found[0].field_name
            missing = "tanda tangan pejabat" if which == SEAL else "segel kantor"
            raise _Broken(
                1, f"Berkas ini belum memuat {missing}: keputusan sah hanya dengan tanda tangan dan segel."
            )
        if len(found) > 2:
            raise _Broken(1, "Berkas ini memuat tanda tangan lain selain milik pejabat dan segel kantor.")
        official, seal = found
        if seal.field_name != SEAL or (official.field_name != OFFICIAL and not self.trust.certifiers):
            raise _Broken(1, "Tanda tangan pejabat dan segel kantor tidak pada tempatnya.")
        return official, seal

    def _by_the_right_signer(self, signature: EmbeddedPdfSignature, role: str) -> Found:
        said = ROLES[role]
        certificate = signature.signer_cert
        mark = hashlib.sha256(certificate.dump()).hexdigest()
        # A certificate that the office does not name is believed only of a certifier, and for an official.
        certified = role == "official" and mark not in self.trust.signers
        roots = self.trust.certifiers if certified else self.trust.roots
        status = self._status(signature, role, roots)
        if not (status.intact and status.valid):
            self.fault(1, f"Tanda tangan {said} rusak: isinya berubah sesudah ditandatangani.")
        elif not status.trusted:
            self.fault(
                1, f"Sertifikat {said} tidak berasal dari penerbit yang dipercaya, atau tidak berlaku."
            )
        moment = signature.self_reported_timestamp
        stamped = status.timestamp_validity
        timestamped = stamped is not None and stamped.valid and stamped.intact and stamped.trusted
        if timestamped and stamped is not None:
            moment = stamped.timestamp
        self._named(mark, role, moment, timestamped=timestamped)
        return Found(
            field=str(signature.field_name),
            name=str(certificate.subject.native.get("common_name", certificate.subject.human_friendly)),
            at=moment,
            fingerprint=mark,
            timestamped=timestamped,
            certified=certified and status.trusted,
        )

    def _named(self, mark: str, role: str, moment: datetime | None, *, timestamped: bool) -> None:
        """The certificate is the office's for this role, was valid then, and not revoked."""
        said = ROLES[role]
        if moment is None or moment > self.at:
            self.fault(1, f"Waktu tanda tangan {said} tidak ada atau belum tiba.")
            return
        wanted = getattr(self.expected, "official" if role == "official" else "seal") if self.expected else ""
        if wanted and wanted != mark:
            self.fault(1, f"Tanda tangan {said} bukan dari penanda tangan yang tercatat dalam register.")
        signer = self.trust.signers.get(mark)
        if signer is None and role == "official" and self.trust.certifiers:
            return  # whether a certifier stands for it is judged by its chain
        if signer is None or signer.role != role:
            self.fault(1, f"Sertifikat tanda tangan ini bukan sertifikat {said}.")
            return
        if not signer.starts <= moment <= signer.ends:
            self.fault(1, f"Sertifikat {said} tidak berlaku pada waktu tanda tangan.")
        # A signature's own words about its time are worth nothing once somebody else may have the key.
        known = timestamped or bool(self.expected and self.expected.sha256 == self.sha256)
        if signer.revoked_at is not None and (moment >= signer.revoked_at or not known):
            self.fault(1, f"Sertifikat {said} sudah dicabut.")

    def _status(self, signature: EmbeddedPdfSignature, role: str, roots: Iterable[str]) -> PdfSignatureStatus:
        moment = signature.self_reported_timestamp or self.at
        try:
            return _status(signature, roots, self.trust.timestampers, moment=moment, at=self.at)
        except UNJUDGEABLE as error:
            raise _Broken(1, f"Tanda tangan {ROLES[role]} tidak dapat diperiksa.") from error

    # Rule 2

    def _covers_everything(self, seal: EmbeddedPdfSignature) -> None:
        covered = seal.evaluate_signature_coverage()
        start, _, after, rest = (int(number) for number in seal.byte_range)
        if covered != SignatureCoverageLevel.ENTIRE_FILE or after + rest != len(self.pdf) or start != 0:
            self.fault(2, "Ada yang ditambahkan sesudah segel kantor: segel tidak menutup seluruh berkas.")
        elif not self._is_as_written(seal):
            self.fault(2, "Berkas ini diubah pada bagian yang memuat segel kantor.")

    def _is_as_written(self, seal: EmbeddedPdfSignature) -> bool:
        """No byte was changed in the gap that the seal itself fills, the one place that it cannot cover.

        Its digits are upper case, nothing but zeros stands behind it, and it carries no certificate that
        nobody asks for: a changed byte in any of these would change nothing that a signature proves.
        """
        _, length, after, _ = (int(number) for number in seal.byte_range)
        gap = self.pdf[length:after]
        content = cms.ContentInfo.load(bytes(seal.pkcs7_content))
        written = content.dump()
        digits = written.hex().upper().encode()
        known = {one.fingerprint for one in self.trust.signers.values()} | {
            hashlib.sha256(one.dump()).hexdigest()
            for one in _certificates((*self.trust.roots, *self.trust.between))
        }
        carried = {
            hashlib.sha256(one.chosen.dump()).hexdigest() for one in content["content"]["certificates"]
        }
        return (
            gap[:1] == b"<"
            and gap[-1:] == b">"
            and gap[1:-1].startswith(digits)
            and not gap[1:-1][len(digits) :].strip(b"0")
            and carried <= known
        )

    # Rule 3

    def _only_blanks_between(self, official: EmbeddedPdfSignature) -> None:
        changes = official.diff_result
        level = getattr(changes, "modification_level", None)
        touched = {str(name) for name in getattr(changes, "changed_form_fields", set())}
        if level is None or level > ModificationLevel.FORM_FILLING:
            self.fault(3, "Isi keputusan diubah sesudah ditandatangani pejabat.")
        elif any(name != SEAL and not is_blank(name) for name in touched):
            self.fault(3, "Sesudah ditandatangani pejabat, yang diisi bukan hanya nomor dan tanggal.")
        if official.fieldmdp is None and official.field_name == OFFICIAL:
            self.fault(3, "Tanda tangan pejabat tidak mengunci isi keputusan.")

    # Rule 4

    def _values(self, official: EmbeddedPdfSignature) -> dict[str, str]:
        then = self.reader.get_historical_resolver(official.signed_revision)
        before, now = _fields(then), _fields(self.reader)
        # pyHanko lets a form's face and defaults change; ours were signed by the official.
        if _form_itself(then) != _form_itself(self.reader):
            self.fault(3, "Bentuk isian dalam berkas diubah sesudah ditandatangani.")
        if before.keys() != now.keys():
            self.fault(3, "Isian dalam berkas ditambah atau dikurangi sesudah ditandatangani.")
        values: dict[str, str] = {}
        for name, row in now.items():
            if not is_blank(name):
                if name not in (OFFICIAL, SEAL) and row.get("/FT") != "/Sig":
                    self.fault(4, "Berkas ini memuat isian lain selain nomor dan tanggal.")
                continue
            text = _text(row)
            if not text:
                self.fault(4, "Nomor atau tanggal keputusan belum diisi.")
            elif values.setdefault(kind_of(name), text) != text:
                self.fault(4, "Nomor atau tanggal tidak sama di semua tempatnya.")
            elif name in before and not _drawn_as_said(row, before[name], text, self.reader):
                self.fault(4, "Nomor atau tanggal yang terlihat tidak sama dengan isinya.")
        if not values.get("nomor"):
            self.fault(4, "Nomor keputusan tidak ada.")
        return values

    def _as_registered(self, values: Mapping[str, str]) -> None:
        if self.expected is None:
            return
        if values.get("nomor", "") != self.expected.number:
            self.fault(4, "Nomornya tidak sama dengan register.")
        for name, text in self.expected.dates.items():
            if values.get(name, "") != text:
                self.fault(4, "Tanggalnya tidak sama dengan register.")
        if not self.faults and self.expected.sha256 and self.expected.sha256 != self.sha256:
            self.fault(4, "Berkas ini bukan berkas yang diterbitkan kantor, walaupun nomornya sama.")


UNJUDGEABLE = (SignatureValidationError, ValidationInfoReadingError, CMSStructuralError, SigningError)


def _status(
    signature: EmbeddedPdfSignature,
    roots: Iterable[str],
    timestampers: Iterable[str],
    *,
    moment: datetime,
    at: datetime,
) -> PdfSignatureStatus:
    """What pyHanko says of one signature, at the moment that it gives; nothing is fetched from anywhere."""
    context = ValidationContext(
        trust_roots=list(_certificates(roots)),
        allow_fetching=False,
        revocation_mode="soft-fail",
        moment=moment,
        best_signature_time=moment,
    )
    clocks = ValidationContext(trust_roots=list(_certificates(timestampers)), allow_fetching=False, moment=at)
    usage = KeyUsageConstraints(
        key_usage={"non_repudiation", "digital_signature"}, match_all_key_usages=False
    )
    return apart(
        lambda: validate_pdf_signature(
            signature,
            signer_validation_context=context,
            ts_validation_context=clocks,
            diff_policy=POLICY,
            key_usage_settings=usage,
        )
    )


def judge_official(signature: EmbeddedPdfSignature, *, trust: Trust, size: int, at: datetime) -> bool:
    """A signature that a service just gave is whole, over the whole file, and below a trusted certifier."""
    try:
        status = _status(signature, trust.certifiers, trust.timestampers, moment=at, at=at)
        start, _, after, rest = (int(number) for number in signature.byte_range)
    except (*UNJUDGEABLE, PdfError, ValueError):
        return False
    whole = start == 0 and after + rest == size
    return bool(status.intact and status.valid and status.trusted and whole)


def _certificates(pems: Iterable[str]) -> Iterator[asn1_x509.Certificate]:
    for text in pems:
        for _, _, der in asn1_pem.unarmor(text.encode(), multiple=True):
            yield asn1_x509.Certificate.load(der)


def _fields(source: PdfFileReader | HistoricalResolver) -> dict[str, generic.DictionaryObject]:
    """The form's fields by name; a field inside another one, or two of one name, is not ours."""
    if "/AcroForm" not in source.root:
        return {}
    found: dict[str, generic.DictionaryObject] = {}
    for reference in source.root["/AcroForm"]["/Fields"]:
        row = reference.get_object()
        name = str(row["/T"])
        if name in found or "/Kids" in row or "/Parent" in row:
            raise _Broken(3, "Susunan isian dalam berkas ini bukan buatan kantor.")
        found[name] = row
    return found


def _form_itself(source: PdfFileReader | HistoricalResolver) -> dict[str, object]:
    """The form without its fields: the face in which blanks are drawn, and how."""
    form = source.root["/AcroForm"]
    told = {str(key): form.raw_get(key) for key in form if key != "/Fields"}
    if "/DR" in form:
        told |= {f"/DR{key}": form["/DR"].raw_get(key) for key in form["/DR"]}
        told |= {f"/DR/Font{key}": form["/DR"]["/Font"].raw_get(key) for key in form["/DR"]["/Font"]}
    return told


def _text(row: generic.DictionaryObject) -> str:
    return str(row["/V"]) if "/V" in row else ""


CHANGING = {"/V", "/AP", "/Ff"}


def _drawn_as_said(
    row: generic.DictionaryObject, before: generic.DictionaryObject, text: str, reader: PdfFileReader
) -> bool:
    """A blank shows exactly its value, in the face that the official signed, and changed in nothing else."""
    if {key: row.raw_get(key) for key in row if key not in CHANGING} != {
        key: before.raw_get(key) for key in before if key not in CHANGING
    }:
        return False
    if int(row["/Ff"]) != int(before["/Ff"]) | READ_ONLY or set(row["/AP"]) != {"/N"}:
        return False
    drawing = row["/AP"]["/N"]
    left, bottom, right, top = (float(side) for side in row["/Rect"])
    width, height = round(right - left, 2), round(top - bottom, 2)
    if not isinstance(drawing, generic.StreamObject) or set(drawing) - {
        "/Type", "/Subtype", "/BBox", "/Resources", "/Length", "/Filter",
    }:  # fmt: skip
        return False
    resources, face = drawing["/Resources"], reader.root["/AcroForm"]["/DR"]["/Font"].raw_get(FONT_NAME)
    try:
        wanted = appearance(text, width=width, height=height)
    except UnicodeEncodeError:
        return False
    return bool(
        set(resources) == {"/Font"}
        and set(resources["/Font"]) == {FONT_NAME}
        and resources["/Font"].raw_get(FONT_NAME) == face
        and [float(side) for side in drawing["/BBox"]] == [0, 0, width, height]
        and drawing.data == wanted
    )


__all__ = [
    "Expected", "Fault", "Found", "PdfError", "Signer", "Trust", "Verdict", "read_number", "validate",
]  # fmt: skip
