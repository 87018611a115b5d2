"""The decree that refuses an application (an extension: the SOP prints none)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar, Literal

from muara.documents.contents import Content, EndorsementBox, Particular, Signatory


@dataclass(frozen=True, kw_only=True)
class Reason:
    """Why an application is refused, and the rule that says so."""

    text: str
    basis: str


@dataclass(frozen=True, kw_only=True)
class Refusal(Content):
    """Keputusan Kepala Dinas tentang penolakan, with its reasons (UU 30/2014, 55) and remedies (75–78).

    Blanks, copies and status are as for a permit; `template_sha256` is the hash of the approved wording.
    """

    template: ClassVar[str] = "refusal"

    status: Literal["draft", "final"] = "draft"
    copy: Literal[1, 2, 3] = 2
    number: str = ""
    number_before: str = ""
    number_after: str = ""
    place: str
    dated: date | None = None
    issuer: str
    service: str
    considering: tuple[str, ...]
    laws: tuple[str, ...]
    company: str
    registration_number: str
    particulars: tuple[Particular, ...] = ()
    reasons: tuple[Reason, ...]
    remedies: tuple[str, ...]
    signatory: Signatory
    tembusan: tuple[str, ...] = ()
    endorsements: tuple[EndorsementBox, ...] = ()
    verification_url: str
    template_sha256: str = ""

    def data(self) -> dict[str, object]:
        """Let the QR carry the verification address."""
        return super().data() | {"qr": self.qr or self.verification_url}
