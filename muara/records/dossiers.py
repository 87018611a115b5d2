"""A case as a stranger can check it: its chain, the checkpoints that saw it, and its documents by hash.

What was decided about its permit after the issue goes with it: that log is a chain of its own.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import IO, Any

from django.db.models import QuerySet

from muara.audit.exports import Document, export_chain
from muara.cases.models import (
    Attachment,
    CareActivity,
    Case,
    CaseLetter,
    EarlyEnd,
    Handover,
    Meeting,
    PaperDocument,
    PowerOfAttorney,
    Recommendation,
    Referral,
    SiteVisit,
    Submission,
    VisitPhoto,
)
from muara.documents.letters import pdf
from muara.documents.models import Blob
from muara.documents.store import BlobStore
from muara.documents.uploads import PREFERRED
from muara.people.queries import issuing_office
from muara.permits.models import LaterDecision, Permit, Refusal
from muara.steps.letters.later import endorsed_text


def export_dossier(target: Path | IO[bytes], case: Case, *, at: datetime) -> dict[str, Any]:
    """Write a case's dossier for `muara-verify`; return its table of contents.

    Raises:
        NoKey, UnsafeKey: there is no key to sign with.
    """
    office = issuing_office()
    return export_chain(
        target,
        case.chain,
        beside=[permit.chain for permit in Permit.objects.filter(case=case)],
        office=office.name if office else "",
        facts={"registration_number": case.registration_number or ""},
        documents=_documents(case),
        at=at,
    )


def _documents(case: Case) -> list[Document]:
    """Every document of a case once: what was handed in, what was written, scans, and the drafts' content."""
    found: dict[str, Document] = {}
    for blob, title in _blobs(case):
        name = blob.sha256 + PREFERRED.get(blob.media_type, "")
        found.setdefault(name, Document(name, title, partial(BlobStore().open, blob.sha256)))
    for draft in case.drafts.all():
        # What paraf and signature were given to: the log names its SHA-256, which is the file's name.
        name = f"{draft.sha256}.json"
        title = f"Isi draf keputusan ke-{draft.number} (teks kanonik)"
        found[name] = Document(name, title, partial(io.BytesIO, draft.content.encode()))
    for later in LaterDecision.objects.filter(permit__case=case):
        name = f"{later.sha256}.json"
        title = f"Isi {later.get_kind_display().lower()} izin (teks kanonik)"
        found[name] = Document(name, title, partial(io.BytesIO, endorsed_text(later).encode()))
    return list(found.values())


def _blobs(case: Case) -> Iterator[tuple[Blob, str]]:
    for attachment in Attachment.objects.filter(application=case.application_id).select_related("blob"):
        yield attachment.blob, f"Persyaratan {attachment.requirement}: {attachment.filename}"
    for filed in CaseLetter.objects.filter(case=case).select_related("letter__template", "letter__rendered"):
        yield pdf(filed.letter), filed.letter.title
    for label, rows, field in _scans(case):
        for row in rows.exclude(**{field: None}).select_related(field):
            yield getattr(row, field), label


def _scans(case: Case) -> list[tuple[str, QuerySet[Any], str]]:
    meetings, handovers = Meeting.objects.filter(task__case=case), Handover.objects.filter(case=case)
    decided = LaterDecision.objects.filter(permit__case=case)
    return [
        ("Pindaian izin bernomor", Permit.objects.filter(case=case), "scan"),
        ("Pindaian penolakan bernomor", Refusal.objects.filter(case=case), "scan"),
        ("Pindaian keputusan setelah izin terbit", decided, "scan"),
        ("Bukti keputusan setelah izin terbit", decided, "evidence"),
        ("Tanda terima OPD", Referral.objects.filter(case=case), "receipt_scan"),
        ("Rekomendasi teknis", Recommendation.objects.filter(referral__case=case), "scan"),
        ("Notulen rapat", meetings, "scan"),
        ("Pendapat tertulis rapat", meetings, "opinion_scan"),
        ("Bukti kegiatan", CareActivity.objects.filter(case=case), "scan"),
        ("Berita acara peninjauan", SiteVisit.objects.filter(referral__case=case), "signed_record"),
        ("Foto peninjauan", VisitPhoto.objects.filter(visit__referral__case=case), "blob"),
        ("Dokumen kertas", PaperDocument.objects.filter(case=case), "blob"),
        ("Surat kuasa", PowerOfAttorney.objects.covering(case.application), "scan"),
        ("Bukti pengiriman", handovers, "sending_proof"),
        ("Bukti serah terima", handovers, "receipt_scan"),
        ("Bukti penyampaian", Submission.objects.filter(application=case.application_id), "proof"),
        ("Bukti pengakhiran", EarlyEnd.objects.filter(case=case), "proof"),
    ]
