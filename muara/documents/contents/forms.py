"""The SOP's own forms: the application, the checklist, powers of attorney, the first proof, the revisions.

Each of the first three is printed empty, to be filled in by hand, and filled in from a case: where a value
is missing there is a line for ink.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar, Literal

from muara.documents.contents import Content, Proxy

QuestionKind = Literal["line", "lines", "choices", "table", "statement"]


@dataclass(frozen=True, kw_only=True)
class Box:
    """An answer to tick."""

    label: str
    ticked: bool = False


@dataclass(frozen=True, kw_only=True)
class Question:
    """A field of the application form: `answer` or `rows` as submitted, else room for a hand to write.

    `statement` is what a "statement" declares; it is ticked by a non-empty `answer`.
    """

    kind: QuestionKind
    label: str
    help: str = ""
    unit: str = ""
    optional: bool = False
    answer: str = ""
    statement: str = ""
    boxes: tuple[Box, ...] = ()
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, kw_only=True)
class QuestionGroup:
    """A section of the application form."""

    title: str
    intro: str
    questions: tuple[Question, ...]


@dataclass(frozen=True, kw_only=True)
class HandedIn:
    """A file of a submission, with the beginning of its SHA-256; on the blank form, one to be handed in."""

    number: int
    title: str
    filename: str = ""
    digest: str = ""


@dataclass(frozen=True, kw_only=True)
class ApplicationForm(Content):
    """Formulir permohonan izin (SOP U.1): filled in from a submission, or blank.

    `proxy` is who submitted for the applicant.
    """

    template: ClassVar[str] = "application_form"

    blank: bool = False
    service: str
    kinds: tuple[Box, ...]
    company: str = ""
    reference: str = ""
    submission: int = 0
    submitted_at: datetime | None = None
    digest: str = ""
    sections: tuple[QuestionGroup, ...]
    files: tuple[HandedIn, ...]
    place: str
    applicant: str = ""
    proxy: Proxy | None = None


@dataclass(frozen=True, kw_only=True)
class Tick:
    """A requirement on the checklist: `verdict` None where nothing is ticked yet."""

    number: int
    group: str
    title: str
    help: str = ""
    verdict: Literal["fit", "unfit", "none"] | None = None
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class ChecklistForm(Content):
    """Checklist persyaratan (SOP U.2), ticked and signed by customer service in step 4, or blank."""

    template: ClassVar[str] = "checklist"

    service: str
    company: str = ""
    applicant: str = ""
    reference: str = ""
    ticks: tuple[Tick, ...]
    approved: bool | None = None
    place: str
    officer: str = ""
    officer_nip: str = ""
    signed_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class PowerOfAttorney(Content):
    """What both powers of attorney have: the permit and, where known, who gives the power."""

    service: str
    company: str = ""
    place: str


@dataclass(frozen=True, kw_only=True)
class PowerToSign(PowerOfAttorney):
    """Surat kuasa penandatanganan (SOP U.3): somebody signs for the company."""

    template: ClassVar[str] = "power_to_sign"


@dataclass(frozen=True, kw_only=True)
class PowerToHandle(PowerOfAttorney):
    """Surat kuasa pengurusan (SOP U.4): somebody hands in and collects for the company."""

    template: ClassVar[str] = "power_to_handle"


@dataclass(frozen=True, kw_only=True)
class FirstProof(Content):
    """Bukti awal proses in the folder (step 6.b and c): the applicant signs it at the counter.

    Before the file is registered the number is a blank for ink, and so are its day and time. `proxy` is who
    signs for the applicant. `signature_svg` is the signature where it was drawn on a screen; empty leaves
    room for ink.
    """

    template: ClassVar[str] = "first_proof"

    registration_number: str = ""
    registered_at: datetime | None = None
    service: str
    applicant: str
    applicant_position: str = ""
    proxy: Proxy | None = None
    company: str
    phone: str = ""
    email: str = ""
    location: str = ""
    reference: str
    ticks: tuple[Tick, ...]
    checked_by: str = ""
    checked_at: date | None = None
    place: str
    officer: str = ""
    officer_nip: str = ""
    signature_svg: str = ""


@dataclass(frozen=True, kw_only=True)
class FolderLabel(Content):
    """The label on a case's folder (SOP step 4.e); `number` is the registration number once there is one.

    `archived` is where the paper lies once the case is closed and filed (step 17).
    """

    template: ClassVar[str] = "folder_label"

    number: str
    reference: str
    registered_on: date | None = None
    service: str
    company: str
    location: str = ""
    archived: str = ""


@dataclass(frozen=True, kw_only=True)
class Within:
    """What lies in a place of the archive: its name there, and what it is."""

    name: str
    what: str


@dataclass(frozen=True, kw_only=True)
class ArchiveLabel(Content):
    """The label of a room, a cabinet or a box of the archive (17, U), with what lies in it."""

    template: ClassVar[str] = "archive_label"

    kind: str
    name: str
    room: str = ""
    cabinet: str = ""
    inner: str
    rows: tuple[Within, ...]
    printed_on: date


@dataclass(frozen=True, kw_only=True)
class Revised:
    """A row of the revision history."""

    number: str
    dated: str
    text: str
    revised_by: str
    approved_by: str


@dataclass(frozen=True, kw_only=True)
class Approver:
    """Who made, examined or approved the SOP."""

    role: str
    name: str
    position: str
    dated: str


@dataclass(frozen=True, kw_only=True)
class RevisionStatus(Content):
    """Status revisi dan persetujuan of the SOP itself, on its own printed form (FM-SYS-02)."""

    template: ClassVar[str] = "revision_status"

    form_code: str
    document: str
    document_title: str
    revision: str
    created: str
    revised: str
    effective: str
    history: tuple[Revised, ...]
    approvals: tuple[Approver, ...]
