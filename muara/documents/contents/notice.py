"""A notice on paper, for somebody whom neither e-mail, message nor telephone reached."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from muara.documents.contents import Content, Signatory


@dataclass(frozen=True, kw_only=True)
class NoticeOnPaper(Content):
    """Surat pemberitahuan: the office's own paper for every service; lines within a paragraph stay."""

    template: ClassVar[str] = "notice_on_paper"

    number: str = ""
    place: str
    dated: date
    subject: str
    reference: str
    applicant: str
    company: str
    address: str = ""
    paragraphs: tuple[str, ...]
    signatory: Signatory
