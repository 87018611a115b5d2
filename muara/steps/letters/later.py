"""What a decision about an issued permit says, kind by kind, from what was typed and the register."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings

from muara.cases.models import Case, CaseLetter
from muara.documents.contents import EndorsementBox
from muara.documents.contents.later import LaterDecision as Content
from muara.documents.contents.later import Misprint, Ruling
from muara.documents.indonesian import tanggal
from muara.documents.letters import LIBRARY, canonical, compose, keep_template, set_letter
from muara.documents.models import Letter
from muara.people.models import office_day
from muara.permits.models import LaterDecision, Permit
from muara.permits.queries import number_blanks
from muara.permits.standing import Standing
from muara.steps.letters import (
    EndorsementRows,
    company_name,
    letterhead,
    signatory,
    the_office,
    verification_url,
    wording_in_force,
)

Kind = LaterDecision.Kind
LETTER = "later_decision"
VARYING = ("status", "endorsements")
SUBJECTS = {
    Kind.CORRECTION: "Ralat atas Keputusan tentang",
    Kind.SUSPENSION: "Pembekuan",
    Kind.LIFTING: "Pengakhiran Pembekuan",
    Kind.REVOCATION: "Pencabutan",
    Kind.ANNULMENT: "Pembatalan",
}
BURDENS = frozenset({Kind.SUSPENSION, Kind.REVOCATION})  # the holder may object (UU 30/2014, Pasal 75-78)


@dataclass(frozen=True, kw_only=True)
class Warned:
    """A written warning that the holder was given: its date and its number."""

    dated: date
    number: str


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """The judgement that a court's annulment carries out."""

    court: str
    number: str
    dated: date


@dataclass(frozen=True, kw_only=True)
class Said:
    """What an officer prepares: why, by which rules, since when known; and what each kind needs beside it."""

    reasons: tuple[str, ...]
    bases: tuple[str, ...]
    found_on: date
    misprints: tuple[Misprint, ...] = ()
    warnings: tuple[Warned, ...] = ()
    told_on: date | None = None
    heard: str = ""
    verdict: Verdict | None = None


def content_of(
    permit: Permit, kind: Kind, said: Said, *, standing: Standing, token: str, at: datetime
) -> Content:
    """The decision's canonical content; number, date and signature stay blank for ink."""
    office, case = the_office(), permit.case
    product, company = case.process.product, company_name(case)
    before, after = number_blanks(case.process.code, LaterDecision.SERIES)
    return Content(
        letterhead=letterhead(office),
        demo=settings.MUARA_DEMO,
        number_before=before,
        number_after=after,
        place=office.seat,
        issuer=office.head_title,
        subject=f"{SUBJECTS[kind]} {product} atas nama {company}",
        considering=tuple(_considering(permit, kind, said, standing=standing)),
        laws=said.bases,
        rulings=tuple(_rulings(permit, kind, said, standing=standing)),
        remedies=_remedies(case, at=at) if kind in BURDENS else (),
        signatory=signatory(office, case, on=office_day(at)),
        copies_to=tuple(json.loads(permit.draft.content).get("tembusan", ())),
        verification_url=verification_url(token),
    )


def _named(permit: Permit) -> str:
    return f"Keputusan nomor {permit.number.text} tanggal {tanggal(permit.issued_on)}"


def _considering(permit: Permit, kind: Kind, said: Said, *, standing: Standing) -> list[str]:
    lines = [
        f"bahwa dengan {_named(permit)} telah diberikan {permit.case.process.product} kepada {permit.company}"
    ]
    if kind is Kind.LIFTING and standing.cause is not None and standing.cause.number is not None:
        lines.append(
            f"bahwa izin tersebut dibekukan dengan Keputusan nomor {standing.cause.number.text} tanggal "
            f"{tanggal(standing.cause.number.dated)}"
        )
    lines += [
        f"bahwa pemegang izin telah ditegur secara tertulis dengan surat nomor {warned.number} tanggal "
        f"{tanggal(warned.dated)}"
        for warned in said.warnings
    ]
    if said.told_on is not None:
        lines.append(
            f"bahwa rencana Keputusan ini telah diberitahukan kepada pemegang izin pada tanggal "
            f"{tanggal(said.told_on)} dan pemegang izin telah diberi kesempatan didengar: {said.heard}"
        )
    if said.verdict is not None:
        lines.append(
            f"bahwa {said.verdict.court} dengan putusan nomor {said.verdict.number} tanggal "
            f"{tanggal(said.verdict.dated)} telah menyatakan izin tersebut batal"
        )
    lines += [_because(reason) for reason in said.reasons]
    return [*lines, "bahwa berdasarkan pertimbangan tersebut perlu menetapkan Keputusan ini"]


def _because(reason: str) -> str:
    return reason if reason.lower().startswith("bahwa ") else f"bahwa {reason[:1].lower()}{reason[1:]}"


def _rulings(permit: Permit, kind: Kind, said: Said, *, standing: Standing) -> list[Ruling]:
    named, product = _named(permit), permit.case.process.product
    granted = f"{product} yang diberikan kepada {permit.company} dengan {named}"
    why = Ruling(text="Alasan Keputusan ini:", items=said.reasons)
    if kind is Kind.CORRECTION:
        return [
            Ruling(text=f"Memperbaiki kekeliruan penulisan dalam {named}:", misprints=said.misprints),
            Ruling(
                text=f"Ketentuan lain dalam {named} tetap berlaku, dan Keputusan ini merupakan bagian yang "
                "tidak terpisahkan darinya."
            ),
        ]
    if kind is Kind.SUSPENSION:
        return [
            Ruling(text=f"Membekukan {granted}."),
            why,
            Ruling(
                text="Selama pembekuan, kegiatan yang diizinkan tidak boleh dilakukan, sedangkan kewajiban "
                "pemegang izin tetap berlaku. Pembekuan tidak memperpanjang jangka waktu izin."
            ),
            Ruling(text="Pembekuan berlaku sampai diakhiri dengan Keputusan Kepala Dinas."),
        ]
    if kind is Kind.LIFTING:
        return [
            Ruling(text=f"Mengakhiri pembekuan {granted}."),
            why,
            Ruling(
                text=f"Izin tersebut berlaku kembali sampai dengan tanggal {tanggal(permit.expires_on)}, "
                "kecuali berakhir lebih awal berdasarkan Keputusan lain."
            ),
        ]
    if kind is Kind.REVOCATION:
        return [
            Ruling(text=f"Mencabut {granted}."),
            why,
            Ruling(
                text="Sejak Keputusan ini ditetapkan izin tersebut tidak berlaku dan kegiatan yang diizinkan "
                "tidak boleh dilakukan lagi."
            ),
        ]
    return [
        Ruling(text=f"Membatalkan {granted}, sebagai pelaksanaan putusan pengadilan."),
        why,
        Ruling(text="Sejak Keputusan ini ditetapkan izin tersebut tidak berlaku."),
    ]


def _remedies(case: Case, *, at: datetime) -> tuple[str, ...]:
    """As the service's refusals word them: the same law gives the holder of a permit the same remedies."""
    if "refusal" not in case.revision.definition.wordings:
        return ()
    words, _ = wording_in_force(case, "refusal", on=office_day(at))
    return tuple(words.remedies)


def decision_pdf(decision: LaterDecision, *, boxes: Sequence[EndorsementBox]) -> bytes:
    """The decision on its way, to read before it is endorsed or signed; nothing is kept of it."""
    content = json.loads(decision.content)
    return draft_pdf(content, boxes=boxes, title=_title(decision), dated=office_day(decision.proposed_at))


def draft_pdf(
    content: dict[str, object], *, boxes: Sequence[EndorsementBox], title: str, dated: date
) -> bytes:
    """A decision's content on paper, marked as a draft; nothing is kept of it."""
    data = content | {"endorsements": _rows(boxes)}
    return set_letter(source=_source(), content=canonical(data), title=title, dated=dated)


def endorsed_text(decision: LaterDecision) -> str:
    """What paraf and signature were given to, as canonical text: its SHA-256 is the decision's."""
    data = json.loads(decision.content)
    return canonical({key: value for key, value in data.items() if key not in VARYING})


def file_decision(
    decision: LaterDecision, *, boxes: Sequence[EndorsementBox], step: str, at: datetime
) -> Letter:
    """The print that the head signs in ink, filed in the folder of the permit's case."""
    data = json.loads(decision.content) | {"status": "final", "endorsements": _rows(boxes)}
    letter = compose(
        template=keep_template(name=LETTER, source=_source()),
        content=data,
        title=_title(decision),
        dated=office_day(decision.proposed_at),
        at=at,
    )
    CaseLetter.objects.create(
        case=decision.permit.case, letter=letter, kind=LETTER, step_key=step, made_at=at
    )
    return letter


def _rows(boxes: Sequence[EndorsementBox]) -> object:
    return EndorsementRows(letterhead=letterhead(the_office()), rows=tuple(boxes)).data()["rows"]


def _source() -> str:
    return (LIBRARY / f"{LETTER}.typ").read_text()


def _title(decision: LaterDecision) -> str:
    return f"{decision.get_kind_display()} izin {decision.permit.number.text}"
