"""Decisions about a permit after its issue: correction, suspension, its end, revocation, annulment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Literal

from muara.documents.contents import Content, EndorsementBox, Signatory


@dataclass(frozen=True, kw_only=True)
class Misprint:
    """What a decree says by a slip of the pen, and what it has to say."""

    printed: str
    corrected: str


@dataclass(frozen=True, kw_only=True)
class Ruling:
    """One of KESATU, KEDUA …; `items` is a list below its text, `misprints` a table."""

    text: str
    items: tuple[str, ...] = ()
    misprints: tuple[Misprint, ...] = ()


@dataclass(frozen=True, kw_only=True)
class LaterDecision(Content):
    """Keputusan Kepala Dinas about an issued permit (UU 30/2014, Pasal 63, 64 and 66; an extension).

    `subject` follows TENTANG. Number and date stay blank for ink; the paraf box is printed while `status` is
    "draft" and in the office's copy.
    """

    template: ClassVar[str] = "later_decision"

    status: Literal["draft", "final"] = "draft"
    number: str = ""
    number_before: str = ""
    number_after: str = ""
    place: str
    dated: date | None = None
    issuer: str
    subject: str
    considering: tuple[str, ...]
    laws: tuple[str, ...]
    rulings: tuple[Ruling, ...]
    remedies: tuple[str, ...] = ()
    signatory: Signatory
    copies_to: tuple[str, ...] = ()
    endorsements: tuple[EndorsementBox, ...] = ()
    verification_url: str

    def data(self) -> dict[str, object]:
        """Let the QR carry the verification address."""
        return super().data() | {"qr": self.qr or self.verification_url}
