"""A case as a stranger can check it: its chain, the checkpoints that saw it, and its documents by hash.

What was decided about its permit after the issue goes with it: that log is a chain of its own.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.db.models import QuerySet
from django.template import Context, Engine

from muara.audit.checkpoints import witness_of
from muara.audit.exports import Document, Found, export_chain, look_at
from muara.cases.models import (
    Attachment,
    CareActivity,
    Case,
    CaseLetter,
    DeliveryRound,
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
from muara.contacts.models import NoticeLetter
from muara.documents.indonesian import waktu
from muara.documents.letters import pdf
from muara.documents.models import Blob
from muara.documents.store import BlobStore
from muara.documents.uploads import PREFERRED
from muara.people.queries import issuing_office
from muara.permits.models import LaterDecision, LaterDelivery, Permit, Refusal
from muara.steps.letters import control_sheet
from muara.steps.letters.later import endorsed_text

HERE = Path(__file__).resolve().parent / "dossier"
ENGINE = Engine(dirs=[str(HERE)])
STYLE = "daftar-isi.css"


def export_dossier(target: Path | IO[bytes], case: Case, *, at: datetime) -> dict[str, Any]:
    """Write a case's dossier for `muara-verify`, with a contents page to read; return its table of contents.

    A document that the store has lost or that is not what was kept is named there and left out or put in as
    it is; it is never passed over in silence.

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
        cover=partial(_cover, case, at=at),
        at=at,
    )


def look_into(case: Case) -> list[Found]:
    """What an export made now would find of every document of a case."""
    return look_at(_documents(case))


def _cover(case: Case, found: Sequence[Found], *, at: datetime) -> Iterator[tuple[str, bytes]]:
    """The control sheet as PDF, and the page that leads a person through the dossier from a disk."""
    yield "lembar-pengendali.pdf", control_sheet(case, at=at)
    yield STYLE, (HERE / STYLE).read_bytes()
    seen = witness_of(case.chain)
    page = ENGINE.get_template("daftar-isi.html").render(
        Context(
            {
                "case": case,
                "service": case.process.title,
                "decision": Permit.objects.filter(case=case).select_related("number").first()
                or Refusal.objects.filter(case=case).select_related("number").first(),
                "place": case.archive_places.current().first(),
                "documents": found,
                "lacking": [one for one in found if not one.whole],
                "checkpoint": seen.checkpoint.number if seen else None,
                "demo": settings.MUARA_DEMO,
                "at": waktu(at),
                "office": issuing_office(),
            }
        )
    )
    yield "daftar-isi.html", page.encode()


def _documents(case: Case) -> list[Document]:
    """Every document of a case once: what was handed in, what was written, scans, and the drafts' content."""
    found: dict[str, Document] = {}
    for blob, title in _blobs(case):
        name = blob.sha256 + PREFERRED.get(blob.media_type, "")
        found.setdefault(name, Document(name, title, partial(BlobStore().open, blob.sha256)))
    for submission in Submission.objects.filter(application=case.application_id):
        name = f"{submission.sha256}.json"
        title = f"Isi permohonan, penyampaian ke-{submission.number} (teks kanonik)"
        found[name] = Document(name, title, partial(io.BytesIO, submission.content.encode()))
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
        ended = " (ditarik atau diganti)" if attachment.withdrawn_at else ""
        yield attachment.blob, f"Persyaratan {attachment.requirement}: {attachment.filename}{ended}"
    for filed in CaseLetter.objects.filter(case=case).select_related("letter__template", "letter__rendered"):
        yield pdf(filed.letter), filed.letter.title
    posted = NoticeLetter.objects.filter(case=case).select_related("letter__template", "letter__rendered")
    for notice in posted:
        yield pdf(notice.letter), notice.letter.title
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
        ("Bukti penyampaian keputusan", LaterDelivery.objects.filter(decision__in=decided), "proof"),
        ("Tanda terima OPD", Referral.objects.filter(case=case), "receipt_scan"),
        ("Tanda terima OPD, bersama", DeliveryRound.objects.filter(referrals__case=case), "scan"),
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
