"""What each letter says: one frozen dataclass a letter, written into the letter's JSON by `data()`.

Values are given typed and stored as they are printed: a `date` becomes "10 Desember 2026", a `datetime`
"10 Desember 2026 pukul 09.30 WITA", a `Decimal` "1.234,5". An empty text or None leaves the field out, or
leaves a blank for ink where the letter has one (number, date). Texts are plain: markup is printed as typed.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import ClassVar, Literal

from muara.documents.indonesian import angka, angka_huruf, tanggal, waktu, waktu_ringkas

Paper = Literal["a4", "f4"]


@dataclass(frozen=True, kw_only=True)
class Letterhead:
    """The head of the office's paper; `logo_svg` is the text of an SVG picture of the regional emblem."""

    government: str
    office: str
    address: str = ""
    contact: str = ""
    logo_svg: str = ""


@dataclass(frozen=True, kw_only=True)
class Signatory:
    """Who signs: `position` in full; `standing` "", "Plt." or "Plh."; `on_behalf_of` prints "a.n."."""

    position: str
    name: str
    rank: str = ""
    nip: str = ""
    standing: str = ""
    on_behalf_of: str = ""


@dataclass(frozen=True, kw_only=True)
class Proxy:
    """Who acts for an applicant, and by which letter of power ("selaku kuasa …")."""

    name: str
    basis: str


@dataclass(frozen=True, kw_only=True)
class Content:
    """What every letter has: the head, the paper, the QR text (a URL, may be empty), the demo mark."""

    template: ClassVar[str]

    letterhead: Letterhead
    qr: str = ""
    paper: Paper = "a4"
    demo: bool = False

    def data(self) -> dict[str, object]:
        """Return the content as JSON holds it, every value as it will be printed."""
        return {field.name: _printed(getattr(self, field.name)) for field in fields(self)}


def _printed(value: object) -> object:
    if is_dataclass(value):
        return {field.name: _printed(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, (tuple, list)):
        return [_printed(part) for part in value]
    if isinstance(value, datetime):
        return waktu(value)
    if isinstance(value, date):
        return tanggal(value)
    if isinstance(value, Decimal):
        return angka(value)
    return value


def _brief(value: object) -> object:
    return waktu_ringkas(value) if isinstance(value, datetime) else _printed(value)


@dataclass(frozen=True, kw_only=True)
class Enclosure:
    """One line of what is sent, received or handed over: `amount` as printed, e.g. "1 berkas"."""

    title: str
    amount: str = ""
    remark: str = ""


@dataclass(frozen=True, kw_only=True)
class Receipt(Content):
    """Bukti registrasi / tanda terima berkas permohonan (SOP step 6.d), with the promise of section I.

    `proxy` is who handed the file in for the applicant. `follow_code` goes with the number at `status_url`,
    which says where the case stands to whoever has both. Without a `recommending_agency` the promise runs
    from the registration. `signature_svg` is what `signer` drew on the counter's screen, both empty for ink.
    """

    template: ClassVar[str] = "receipt"

    registration_number: str
    registered_at: datetime
    service: str
    applicant: str
    applicant_position: str = ""
    proxy: Proxy | None = None
    signature_svg: str = ""
    signer: str = ""
    company: str
    nib: str = ""
    location: str = ""
    items: tuple[Enclosure, ...]
    service_days: int = 14
    recommending_agency: str = ""
    fee: str = "Gratis (tidak dipungut biaya)"
    status_url: str = ""
    follow_code: str = ""
    follow_up: tuple[str, ...] = ()
    collection: tuple[str, ...] = ()
    place: str
    officer: str
    officer_nip: str = ""

    def data(self) -> dict[str, object]:
        """Add the promised days in figures and words."""
        return super().data() | {"service_days": angka_huruf(self.service_days)}


@dataclass(frozen=True, kw_only=True)
class CoverLetter(Content):
    """Surat pengantar to the head of the agency whose technical recommendation is asked (step 7.b)."""

    template: ClassVar[str] = "cover_letter"

    number: str = ""
    place: str
    dated: date | None = None
    nature: str = "Biasa"
    attachment: str
    subject: str
    addressee: tuple[str, ...]
    addressee_place: str = "Tempat"
    registration_number: str
    registered_on: date
    service: str
    company: str
    location: str
    recommendation: str = "rekomendasi teknis"
    items: tuple[Enclosure, ...]
    signatory: Signatory
    tembusan: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Limit:
    """One effluent limit: `level` and `load` as printed ("6–9", "≤ 100"), `load` "" where none applies."""

    parameter: str
    level: str
    unit: str
    load: str = ""
    basis: str = ""


@dataclass(frozen=True, kw_only=True)
class Point:
    """A named place; `kind` begins "Titik penaatan", "Titik pembuangan" or "Titik pantau"."""

    kind: str
    name: str
    latitude: str
    longitude: str
    remark: str = ""


@dataclass(frozen=True, kw_only=True)
class Flow:
    """The greatest flow at one point, in m³ a day and, where given, m³ an hour."""

    point: str
    source: str = ""
    per_day: Decimal
    per_hour: Decimal | None = None


@dataclass(frozen=True, kw_only=True)
class Monitoring:
    """What is measured where and how often: "Debit dan pH", "Titik penaatan 1", "setiap hari"."""

    subject: str
    point: str
    frequency: str
    report: str = ""


@dataclass(frozen=True, kw_only=True)
class Particular:
    """A line about the applicant or the place, as the form calls it and as it was answered."""

    label: str
    value: str


@dataclass(frozen=True, kw_only=True)
class EndorsementBox:
    """A row of the endorsement box on copy 1; without name and moment it stays blank for ink."""

    position: str
    name: str = ""
    at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Permit(Content):
    """Keputusan Kepala Dinas (domain 6.5): KESATU to KEDELAPAN, annex of limits and points.

    `number` "" and `dated` None leave blanks for ink: `number_before`, a blank, `number_after` are printed
    ("503/", "/DPMPTSP-III/2026"). `considering` is the list after Menimbang (each beginning "bahwa"), `laws`
    the list after Mengingat, `noting` after Memperhatikan; lists get their semicolons in print. `status`
    "draft" prints DRAF over each page. `particulars` are the answers that the service's wording repeats;
    `template_sha256` is the hash of the approved wording, which binds what is signed to it.
    """

    template: ClassVar[str] = "permit"

    status: Literal["draft", "final"] = "draft"
    copy: int = 2
    copy_purpose: str = ""
    number: str = ""
    number_before: str = "503/"
    number_after: str = ""
    place: str
    dated: date | None = None
    issuer: str
    service: str
    blessing: bool = False
    considering: tuple[str, ...]
    laws: tuple[str, ...]
    noting: tuple[str, ...] = ()
    company: str
    business: str
    location: str
    office_address: str
    responsible: str
    responsible_position: str
    nib: str
    npwp: str
    flows: tuple[Flow, ...]
    points: tuple[Point, ...]
    limits: tuple[Limit, ...]
    monitoring: tuple[Monitoring, ...]
    obligations: tuple[str, ...]
    prohibitions: tuple[str, ...]
    receiving_sea: str = ""
    validity_years: int = 5
    valid_until: date | None = None
    supervising_agency: str
    signatory: Signatory
    tembusan: tuple[str, ...] = ()
    endorsements: tuple[EndorsementBox, ...] = ()
    verification_url: str
    particulars: tuple[Particular, ...] = ()
    template_sha256: str = ""

    def data(self) -> dict[str, object]:
        """Add the validity in figures and words, and let the QR carry the verification address."""
        return super().data() | {
            "validity_years": angka_huruf(self.validity_years),
            "qr": self.qr or self.verification_url,
        }


@dataclass(frozen=True, kw_only=True)
class ControlRow:
    """One act on the control sheet; `digest` is the audit entry's hash (hex), printed shortened."""

    number: int
    step: str
    actor: str
    name: str
    received_at: datetime | None = None
    done_at: datetime | None = None
    result: str = ""
    note: str = ""
    digest: str = ""

    def data(self) -> dict[str, object]:
        """Return the row with its moments as "16-11-2026 09.30"."""
        return {field.name: _brief(getattr(self, field.name)) for field in fields(self)}


@dataclass(frozen=True, kw_only=True)
class ControlSheet(Content):
    """Lembar pengendali proses (SOP section P.5): every act of the case and the head of its chain."""

    template: ClassVar[str] = "control_sheet"

    registration_number: str
    registered_at: date | None = None
    service: str
    applicant: str
    company: str
    location: str = ""
    rows: tuple[ControlRow, ...]
    chain: str
    chain_head: str
    chain_length: int
    checkpoint: str = ""
    checkpoint_digest: str = ""
    printed_at: datetime

    def data(self) -> dict[str, object]:
        """Write the moments of the rows briefly: the table has many columns."""
        return super().data() | {"rows": [row.data() for row in self.rows]}


@dataclass(frozen=True, kw_only=True)
class HandoverReceipt(Content):
    """Bukti serah terima surat izin (steps 17 and 18); `sent_by` and `sent_to` where it was sent."""

    template: ClassVar[str] = "handover_receipt"

    registration_number: str
    service: str
    company: str
    permit_number: str
    permit_dated: date
    valid_until: date | None = None
    refused: bool = False
    items: tuple[Enclosure, ...]
    recipient: str
    recipient_capacity: str = "Pemohon"
    recipient_identity: str = ""
    sent_by: str = ""
    sent_to: str = ""
    handed_at: datetime
    officer: str
    officer_position: str = "Petugas Layanan Loket Pengambilan"
    officer_nip: str = ""
    rights: tuple[str, ...] = ()
    duties: tuple[str, ...] = ()
    place: str


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """One of the 17 items, numbered as in the SOP, under its `group`; `fits` None means not applicable."""

    number: int
    group: str
    title: str
    fits: bool | None
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class VerificationForm(Content):
    """Form verifikasi penerimaan berkas (step 7.b): verdict and reason for each item."""

    template: ClassVar[str] = "verification_form"

    registration_number: str
    registered_at: date
    round: int = 1
    service: str
    applicant: str
    company: str
    location: str = ""
    verdicts: tuple[Verdict, ...]
    complete: bool
    conclusion: str = ""
    recommendations: tuple[str, ...] = ()
    verifier: str
    verifier_nip: str = ""
    verified_at: datetime
    place: str
