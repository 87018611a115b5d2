"""The letters of the steps, composed from the case: what each says is data, how it looks is Typst.

Values of the application form are found by their well-known keys (docs/glossary.md); a service whose
form has none of a key leaves that line out.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction

from muara.audit.checkpoints import Witness, witness_of
from muara.audit.keys import PERMIT, NoKey, UnsafeKey, signer
from muara.cases import terms as recommended
from muara.cases.changes import PLACES
from muara.cases.models import (
    Case,
    CaseLetter,
    Checklist,
    ChecklistMark,
    DecreeTemplate,
    Draft,
    PowerOfAttorney,
    Recommendation,
    Recusal,
    Submission,
)
from muara.cases.queries import control_sheet as control_lines
from muara.cases.queries import latest_submission, submitted
from muara.documents.contents import (
    Content,
    ControlRow,
    ControlSheet,
    CoverLetter,
    Enclosure,
    EndorsementBox,
    Flow,
    Letterhead,
    Limit,
    Monitoring,
    Particular,
    Permit,
    Point,
    Proxy,
    Receipt,
    Signatory,
    Verdict,
    VerificationForm,
)
from muara.documents.contents.refusal import Reason
from muara.documents.indonesian import angka, tanggal, waktu
from muara.documents.letters import canonical, compose, digest, keep_template, set_letter
from muara.documents.models import Letter
from muara.people.models import Holding, Office, User, office_day
from muara.people.queries import holder, issuing_office
from muara.permits.qr import signed_address
from muara.permits.queries import earlier_permit, number_blanks
from muara.sop.definition import ApplicationKind, Process
from muara.sop.form import show
from muara.sop.wording import DecreeWording, fill, quotable, wording_of

if TYPE_CHECKING:
    from muara.steps.actions.verification import Request

VARYING = ("copy", "copy_purpose", "status", "endorsements")
GROUPS = {"document": "A. Persyaratan", "obligation": "B. Kewajiban"}
# What a decree repeats from the application, and the well-known field of the form that says it.
REPEATED = {
    "business": "activity_name",
    "location": "site_address",
    "office_address": "office_address",
    "responsible": "responsible_name",
    "responsible_position": "responsible_position",
    "nib": "company_nib",
    "npwp": "company_npwp",
    "receiving_sea": "receiving_sea",
}
SOURCES = "wastewater_sources"


# What letter "g" of step 6 promises besides the time, on the receipt and in the notice of registration.
FOLLOW_UP = "Bila ada yang perlu diperbaiki, petugas CS menyampaikannya kepada pemohon melalui Muara."
COLLECTION = (
    "Surat izin diambil di loket pengambilan dengan tanda terima dan kartu identitas.",
    "Pengambilan oleh orang lain memerlukan surat kuasa pengurusan.",
)


class NoOffice(RuntimeError):
    """The installation has no issuing office yet (`manage.py setup`)."""


def the_office() -> Office:
    office = issuing_office()
    if office is None:
        raise NoOffice
    return office


def letterhead(office: Office) -> Letterhead:
    reach = [
        f"Telepon {office.phone}" if office.phone else "",
        f"Surel {office.email}" if office.email else "",
        f"Laman {office.website}" if office.website else "",
    ]
    address = ", ".join(part for part in (office.address, office.seat, office.postal_code) if part)
    return Letterhead(
        government=office.government,
        office=office.name,
        address=address,
        contact=", ".join(part for part in reach if part),
    )


def signatory(office: Office, case: Case, *, on: date) -> Signatory:
    """The head on a day who does not keep out of this case, with "Plt." or "Plh." where that is so."""
    barred = Recusal.objects.filter(case=case).values_list("user", flat=True)
    holding = holder("head_of_office", on=on, barred=barred)
    if holding is None:
        return Signatory(position=office.head_title, name="")
    return Signatory(
        position=office.head_title,
        name=holding.user.name,
        rank=holding.user.rank,
        nip=holding.user.nip,
        standing="" if holding.status == Holding.Status.DEFINITIVE else holding.get_status_display(),
        on_behalf_of=office.on_behalf_of,
    )


def case_values(case: Case) -> dict[str, object]:
    values = submitted(latest_submission(case))["values"]
    assert isinstance(values, dict)
    return values


def kind_of(case: Case) -> ApplicationKind:
    """What was last applied for: a new permit, or an earlier one's renewal or change."""
    return case.process.kind(str(submitted(latest_submission(case))["kind"]))


def company_name(case: Case) -> str:
    """The company as it stands in what officers checked, whatever its row says by now (ADR 7)."""
    return str(submitted(latest_submission(case))["company"])


def text_of(case: Case, values: Mapping[str, object], key: str) -> str:
    """A form value as it is printed; empty when the form has no such field or it was left out."""
    form = case.revision.definition.form
    if key not in values or not any(
        field.key == key for section in form.sections for field in section.fields
    ):
        return ""
    return show(form.field(key), values[key])


def _file(
    case: Case,
    kind: str,
    content: Content | Mapping[str, object],
    *,
    step: str,
    title: str,
    dated: date,
    at: datetime,
) -> Letter:
    """Compose a letter from the template of the case's own revision, and file it in the case's folder."""
    template = keep_template(name=kind, source=case.revision.definition.letters[kind])
    letter = compose(template=template, content=content, title=title, dated=dated, at=at)
    CaseLetter.objects.create(case=case, letter=letter, kind=kind, step_key=step, made_at=at)
    return letter


def status_url(case: Case) -> str:
    """Where anybody who has the number and its code reads how far the case is."""
    return f"{settings.MUARA_BASE_URL}/lacak/?nomor={case.application.reference}"


def verification_url(token: str) -> str:
    return f"{settings.MUARA_BASE_URL}/izin/{token}/"


def sealed_address(token: str, *, kind: str, content_sha256: str, name: str) -> str:
    """What a decree's QR says: where its state is told, signed so that it can be checked without our site.

    Without a key that can sign it is the address alone (the tick says loudly that there is none).
    """
    address = verification_url(token)
    try:
        key = signer(PERMIT)
    except (NoKey, UnsafeKey):
        return address
    return signed_address(address, kind=kind, content_sha256=content_sha256, name=name, key=key)


def _handed_in(case: Case) -> tuple[Enclosure, ...]:
    process = case.process
    counted: dict[int, int] = {}
    for row in submitted(latest_submission(case))["files"]:  # type: ignore[attr-defined]
        counted[row["requirement"]] = counted.get(row["requirement"], 0) + 1
    return tuple(
        Enclosure(
            title=process.requirement(number).reading, amount=f"{count} berkas", remark=f"Nomor {number}"
        )
        for number, count in sorted(counted.items())
    )


def receipt(
    case: Case, *, step: str, by: User, at: datetime, signature: str = "", signer: str = ""
) -> Letter:
    """Step 6.d: the receipt with the registration number and the promise of letter "g".

    `signature` is the picture of what `signer` (empty: the applicant) drew on the counter's screen.
    """
    office, values = the_office(), case_values(case)
    applicant = applicant_name(case, values)
    content = Receipt(
        letterhead=letterhead(office),
        qr=status_url(case),
        demo=settings.MUARA_DEMO,
        registration_number=case.registration_number or "",
        registered_at=at,
        service=case.process.title,
        applicant=applicant,
        applicant_position=text_of(case, values, "applicant_position"),
        proxy=proxy_of(latest_submission(case)),
        signature_svg=signature,
        signer=(signer or applicant) if signature else "",
        company=company_name(case),
        nib=text_of(case, values, "company_nib"),
        location=text_of(case, values, "site_address"),
        items=_handed_in(case),
        service_days=case.process.promise_days,
        recommending_agency=recommending_agency(case.process),
        status_url=status_url(case),
        follow_code=case.application.follow_code,
        follow_up=(
            "Pindai kode QR atau buka alamat di bawah, lalu tulis kode rahasianya. Tanpa akun.",
            FOLLOW_UP,
        ),
        collection=COLLECTION,
        place=office.seat,
        officer=by.name,
        officer_nip=by.nip,
    )
    return _file(
        case,
        "receipt",
        content,
        step=step,
        title=f"Tanda terima {case.registration_number}",
        dated=office_day(at),
        at=at,
    )


def recommending_agency(process: Process) -> str:
    """Whose recommendation the promise waits for: by name where only one agency is asked; empty for none."""
    if not process.promise_awaits_agency:
        return ""
    agencies = Office.objects.filter(kind=Office.Kind.AGENCY)[:2]
    return agencies[0].name if len(agencies) == 1 else "instansi teknis yang berwenang"


def cover_letter(case: Case, *, step: str, request: Request, at: datetime) -> Letter:
    """Step 7.b: the cover letter to the agency whose technical recommendation is asked for."""
    office, values = the_office(), case_values(case)
    content = CoverLetter(
        letterhead=letterhead(office),
        demo=settings.MUARA_DEMO,
        number=request.letter_number,
        place=office.seat,
        dated=request.letter_date,
        attachment="1 (satu) berkas",
        subject=f"Permohonan {request.subject} atas nama {company_name(case)}",
        addressee=(request.agency.head_title,),
        addressee_place=request.agency.seat or "Tempat",
        registration_number=case.registration_number or "",
        registered_on=case.registered_on or office_day(at),
        service=case.process.title,
        company=company_name(case),
        location=text_of(case, values, "site_address"),
        recommendation=request.subject,
        items=(Enclosure(title="Formulir permohonan", amount="1 berkas"), *_handed_in(case)),
        signatory=signatory(office, case, on=request.letter_date),
    )
    return _file(
        case,
        "cover_letter",
        content,
        step=step,
        title=f"Surat pengantar {request.letter_number}",
        dated=request.letter_date,
        at=at,
    )


def verification_form(case: Case, checklist: Checklist, *, note: str, at: datetime) -> Letter:
    """Step 7.b: the form on which the verifier's verdicts stand, requirement by requirement."""
    office, values, process = the_office(), case_values(case), case.process
    content = VerificationForm(
        letterhead=letterhead(office),
        demo=settings.MUARA_DEMO,
        registration_number=case.registration_number or "",
        registered_at=registered_at(case) or at,
        round=Checklist.objects.filter(task__case=case, task__step_key=checklist.task.step_key).count(),
        service=process.title,
        applicant=applicant_name(case, values),
        company=company_name(case),
        location=text_of(case, values, "site_address"),
        verdicts=tuple(
            Verdict(
                number=mark.requirement,
                group=GROUPS[process.requirement(mark.requirement).group],
                title=process.requirement(mark.requirement).reading,
                fits=FITS[ChecklistMark.Verdict(mark.verdict)],
                reason=mark.reason,
            )
            for mark in checklist.marks.all()
        ),
        complete=checklist.approved,
        conclusion=note,
        recommendations=tuple(case.referrals.values_list("subject", flat=True)),
        verifier=checklist.signed_by.name,
        verifier_nip=checklist.signed_by.nip,
        verified_at=at,
        place=office.seat,
    )
    return _file(
        case,
        "verification_form",
        content,
        step=checklist.task.step_key,
        title=f"Form verifikasi {case}",
        dated=office_day(at),
        at=at,
    )


FITS = {
    ChecklistMark.Verdict.FIT: True,
    ChecklistMark.Verdict.UNFIT: False,
    ChecklistMark.Verdict.NOT_APPLICABLE: None,
}


def registered_at(case: Case) -> date | None:
    """When the counter registered the file (step 6.d), only the day where it did so on paper; None before."""
    done = case.tasks.filter(step_key__in=case.process.doing("register"), outcome="registered")
    return done.values_list("closed_at", flat=True).last() or case.registered_on


def proxy_of(submission: Submission) -> Proxy | None:
    """Who handed it in for the applicant and by which power; None for the applicant themself."""
    proxy: Any = submitted(submission).get("proxy")
    return printed_proxy(proxy) if proxy else None


def printed_proxy(proxy: Mapping[str, str]) -> Proxy:
    """A proxy (`powers.named`) as the papers print it."""
    scope = PowerOfAttorney.Scope(proxy["scope"]).label.lower()
    dated = tanggal(date.fromisoformat(proxy["dated"]))
    basis = f"selaku kuasa {proxy['giver']}, surat kuasa {scope} tanggal {dated}"
    return Proxy(name=proxy["name"], basis=basis)


def applicant_name(case: Case, values: Mapping[str, object]) -> str:
    return text_of(case, values, "applicant_name") or str(case.application.applicant or "")


@dataclass(frozen=True, slots=True)
class Wording:
    """What the drafter may word: lists of the decree, one text an item; `template` is what it is from."""

    considering: tuple[str, ...]
    laws: tuple[str, ...]
    monitoring: tuple[Monitoring, ...] = ()
    tembusan: tuple[str, ...] = ()
    reasons: tuple[Reason, ...] = ()
    remedies: tuple[str, ...] = ()
    particulars: tuple[str, ...] = ()
    template: str = ""


def proposed_wording(
    case: Case, recommendation: Recommendation | None, *, kind: str = "permit", on: date
) -> Wording:
    """The wording that a draft starts from: the template in force that day, filled from the case."""
    words, sha256 = wording_in_force(case, kind, on=on)
    values = _places(case, recommendation)
    considering = words.considering
    if words.considering_again and kind_of(case).needs_permit:
        considering, values = words.considering_again, values | _earlier(case)
    return Wording(
        considering=tuple(fill(text, values) for text in considering),
        laws=tuple(fill(text, values) for text in words.laws),
        monitoring=tuple(
            Monitoring(subject=item.subject, point=item.point, frequency=item.frequency, report=item.report)
            for item in words.monitoring
        ),
        tembusan=tuple(fill(text, values) for text in words.copies_to),
        reasons=_advised_against(recommendation) if kind == "refusal" else (),
        remedies=tuple(fill(text, values) for text in words.remedies),
        particulars=words.particulars,
        template=sha256,
    )


def wording_in_force(case: Case, kind: str, *, on: date) -> tuple[DecreeWording, str]:
    """The wording of a kind of decree on a day, and its hash: the office's, else the SOP's own."""
    service = case.revision.definition
    approved = DecreeTemplate.objects.in_force(service=service.process.code, kind=kind, on=on)
    words = wording_of(json.loads(approved.text)) if approved else service.wordings[kind]
    return words, digest(words.data())


def _places(case: Case, recommendation: Recommendation | None) -> dict[str, str]:
    service = case.revision.definition
    values = quotable(service.document) | {
        "company": company_name(case),
        "registration_number": case.registration_number or "",
        "registered_on": tanggal(case.registered_on) if case.registered_on else "",
        "service": service.process.title,
        "product": service.process.product,
    }
    if recommendation is not None:
        agency = recommendation.referral.agency
        values |= {
            "agency": agency.name,
            "agency_head": agency.head_title,
            "recommendation_number": recommendation.letter_number,
            "recommendation_date": tanggal(recommendation.letter_date),
        }
    return values


def _earlier(case: Case) -> dict[str, str]:
    """The permit that a case renews or changes: as the register has it, else as the applicant named it."""
    permit, values = earlier_permit(case), case_values(case)
    return {
        "application_kind": kind_of(case).label.lower(),
        "earlier_number": str(permit) if permit else text_of(case, values, "previous_permit"),
        "earlier_date": tanggal(permit.issued_on)
        if permit
        else text_of(case, values, "previous_permit_date"),
    }


def _advised_against(recommendation: Recommendation | None) -> tuple[Reason, ...]:
    """The agency's reasons, one a line, resting on its letter until the drafter names the rule."""
    if recommendation is None or recommendation.is_for:
        return ()
    basis = f"Rekomendasi teknis nomor {recommendation.letter_number}"
    lines = (line.strip() for line in recommendation.reasons.splitlines())
    return tuple(Reason(text=line, basis=basis) for line in lines if line)


def particulars(case: Case, keys: Sequence[str]) -> tuple[Particular, ...]:
    """The answers of the form that a decree repeats, those left out passed over."""
    form, values = case.revision.definition.form, case_values(case)
    found = ((form.field(key).label, text_of(case, values, key)) for key in keys)
    return tuple(Particular(label=label, value=value) for label, value in found if value)


def _level(limit: recommended.Limit) -> str:
    low, high = (angka(Decimal(value)) if value else "" for value in (limit.low, limit.high))
    match limit.kind:
        case recommended.LimitKind.RANGE:
            return f"{low}–{high}"
        case recommended.LimitKind.LEAST:
            return f"≥ {low}"
        case recommended.LimitKind.MOST:
            return f"≤ {high}"
        case _:
            return limit.kind.value


def _load(limit: recommended.Limit, flow_per_day: str) -> str:
    """The load in kg a day: as recommended, else mg/L × m³ a day ÷ 1000 (domain 3.3)."""
    if limit.load:
        return angka(Decimal(limit.load))
    if limit.kind is not recommended.LimitKind.MOST or limit.unit.casefold() != "mg/l" or not flow_per_day:
        return ""
    return angka(
        (Decimal(limit.high) * Decimal(flow_per_day) / 1000).quantize(Decimal("0.001")).normalize() + 0
    )


def printed_terms(terms: recommended.Terms) -> dict[str, Any]:
    """Terms as papers print them, but for the flows, which a decree ties to a point."""
    return {
        "limits": tuple(
            Limit(
                parameter=limit.parameter,
                level=_level(limit),
                unit=limit.unit,
                load=_load(limit, terms.flow_per_day),
                basis=limit.basis,
            )
            for limit in terms.limits
        ),
        "points": tuple(
            Point(
                kind=point.kind.label,
                name=point.name,
                latitude=point.shown_latitude,
                longitude=point.shown_longitude,
            )
            for point in terms.points
        ),
        "obligations": terms.obligations,
        "prohibitions": terms.prohibitions,
    }


def printed_flows(terms: recommended.Terms) -> tuple[str, ...]:
    """The flows that terms name: "1.500 m³/hari"."""
    flows = ((terms.flow_per_day, "m³/hari"), (terms.flow_per_hour, "m³/jam"))
    return tuple(f"{angka(Decimal(flow))} {unit}" for flow, unit in flows if flow)


def submitted_facts(case: Case) -> dict[str, Any]:
    """What a decree repeats from the application, as it stands in what was last submitted."""
    values = case_values(case)
    return {"company": company_name(case)} | {
        name: text_of(case, values, key) for name, key in REPEATED.items()
    }


def outdated(draft: Draft) -> list[str]:
    """The places where a draft says otherwise than what was last submitted: a repair came after it."""
    case, said = draft.case, json.loads(draft.content)
    values, form = case_values(case), case.revision.definition.form
    found = [PLACES[key] for key, now in submitted_facts(case).items() if said.get(key, now) != now]
    sources = text_of(case, values, SOURCES)
    found += [PLACES["flows"] for flow in said.get("flows", ()) if flow.get("source", "") != sources]
    now_said = {field.label: text_of(case, values, field.key) for field in form.fields}
    found += [
        item["label"] for item in said.get("particulars", ()) if now_said.get(item["label"]) != item["value"]
    ]
    return found


def permit_content(
    case: Case,
    *,
    recommendation: Recommendation | None,
    terms: recommended.Terms | None,
    wording: Wording,
    token: str,
    on: date,
) -> Permit:
    """The decree's content, the same for every copy; number, date and signature stay blank for ink."""
    office, values = the_office(), case_values(case)
    terms = terms or recommended.Terms("")
    before, after = number_blanks(case.process.code, "permit")
    compliance = [point for point in terms.points if point.kind is recommended.PointKind.COMPLIANCE]
    return Permit(
        letterhead=letterhead(office),
        demo=settings.MUARA_DEMO,
        status="draft",
        copy=1,
        number_before=before,
        number_after=after,
        place=office.seat,
        issuer=office.head_title,
        service=case.process.product,
        considering=wording.considering,
        laws=wording.laws,
        **submitted_facts(case),
        flows=tuple(
            Flow(
                point=point.name,
                source=text_of(case, values, SOURCES),
                per_day=Decimal(terms.flow_per_day),
                per_hour=Decimal(terms.flow_per_hour) if terms.flow_per_hour else None,
            )
            for point in compliance[:1]
        ),
        **printed_terms(terms),
        monitoring=wording.monitoring,
        validity_years=case.process.validity_years,
        supervising_agency=recommendation.referral.agency.name if recommendation else "",
        signatory=signatory(office, case, on=on),
        tembusan=wording.tembusan,
        verification_url=verification_url(token),
        particulars=particulars(case, wording.particulars),
        template_sha256=wording.template,
    )


def decision_text(content: Mapping[str, object]) -> str:
    """The canonical text that paraf and signature are given to: what all copies have in common."""
    return canonical({key: value for key, value in content.items() if key not in VARYING})


def permit_copy(
    draft: Draft,
    *,
    number: int,
    purpose: str,
    boxes: Sequence[EndorsementBox],
    final: bool = False,
    step: str,
    at: datetime,
) -> Letter:
    """One printed copy of a draft (SOP step 11: 1 with the endorsement box, 2 applicant, 3 archive)."""
    case = draft.case
    data = json.loads(draft.content) | {
        "copy": number,
        "copy_purpose": purpose,
        "status": "final" if final else "draft",
        "qr": draft.qr or verification_url(draft.token),
        "endorsements": EndorsementRows(letterhead=letterhead(the_office()), rows=tuple(boxes)).data()["rows"]
        if number == 1
        else [],
    }
    name = case.process.product if draft.kind == Draft.Kind.PERMIT else f"Penolakan {case.process.product}"
    return _file(
        case,
        draft.kind,
        data,
        step=step,
        title=f"{name} atas nama {company_name(case)}, rangkap {number}",
        dated=office_day(draft.made_at),
        at=at,
    )


ELECTRONIC = "electronic_decree"


def electronic_copy(draft: Draft, *, certifier: str, step: str, at: datetime) -> Letter:
    """The one original of a draft that is signed electronically, filed the first time it is asked for.

    It is the same decree as the printed copies, with places for number, dates, signature and seal.
    """
    case = draft.case
    data = json.loads(draft.content) | {
        "copy": 0,
        "copy_purpose": "",
        "status": "final",
        "qr": draft.qr or verification_url(draft.token),
        "endorsements": [],
        "electronic": True,
        "certifier": certifier,
    }
    name = case.process.product if draft.kind == Draft.Kind.PERMIT else f"Penolakan {case.process.product}"
    title = f"{name} atas nama {company_name(case)}, dokumen elektronik"
    filed = CaseLetter.objects.filter(case=case, kind=ELECTRONIC, letter__content_sha256=digest(data))
    if (found := filed.first()) is not None:
        return found.letter
    with transaction.atomic():
        Case.objects.select_for_update().get(pk=case.pk)  # two who open the page at once file one letter
        if (found := filed.all().first()) is not None:
            return found.letter
        template = keep_template(name=draft.kind, source=case.revision.definition.letters[draft.kind])
        letter = compose(template=template, content=data, title=title, dated=office_day(draft.made_at), at=at)
        CaseLetter.objects.create(case=case, letter=letter, kind=ELECTRONIC, step_key=step, made_at=at)
        return letter


def preview_pdf(case: Case, kind: str, content: Mapping[str, object], *, at: datetime) -> bytes:
    """A decree that is being drafted, to read before it is handed on; no letter is filed."""
    data = {
        **content,
        "copy": 1,
        "copy_purpose": "Pratinjau, belum diserahkan",
        "status": "draft",
        "endorsements": [],
    }
    return set_letter(
        source=case.revision.definition.letters[kind],
        content=canonical(data),
        title=f"Pratinjau draf keputusan {case}",
        dated=office_day(at),
    )


@dataclass(frozen=True, kw_only=True)
class EndorsementRows(Content):
    """Only the rows of the endorsement box, worded as letters word them."""

    rows: tuple[EndorsementBox, ...]


def checkpoint_said(seen: Witness | None, *, length: int) -> str:
    """Which checkpoint saw a case last, and how much of it."""
    if seen is None:
        return "belum ada yang menyaksikan catatan ini"
    moment = f"nomor {seen.checkpoint.number}, {waktu(seen.checkpoint.at)}"
    if seen.seq >= length:
        return f"{moment}; menyaksikan semua catatan"
    return f"{moment}; menyaksikan {seen.seq} dari {length} catatan"


def control_sheet(case: Case, *, at: datetime) -> bytes:
    """The control sheet as it stands now, as PDF: every act, who, when, the head of the chain (SOP P.5)."""
    values = case_values(case)
    rows = []
    for index, line in enumerate(control_lines(case), start=1):
        step = line.task.step if line.task else None
        rows.append(
            ControlRow(
                number=index,
                step=f"{step.number}. {step.title}" if step else line.label,
                actor=case.process.actor(line.task.actor).label if line.task else "",
                name=line.by,
                received_at=line.task.received_at if line.task else None,
                done_at=line.entry.at,
                result=line.label,
                note=line.entry.note or "",
                digest=line.entry.hash,
            )
        )
    seen = witness_of(case.chain)
    content = ControlSheet(
        letterhead=letterhead(the_office()),
        demo=settings.MUARA_DEMO,
        registration_number=case.registration_number or f"{case.application.reference} (belum terdaftar)",
        registered_at=registered_at(case),
        service=case.process.title,
        applicant=applicant_name(case, values),
        company=company_name(case),
        location=text_of(case, values, "site_address"),
        rows=tuple(rows),
        chain=f"catatan proses berkas permohonan nomor {case.pk} dalam sistem",
        chain_head=case.head,
        chain_length=case.version,
        checkpoint=checkpoint_said(seen, length=case.version),
        checkpoint_digest=seen.checkpoint.hash if seen else "",
        printed_at=at,
    )
    return set_letter(
        source=case.revision.definition.letters["control_sheet"],
        content=canonical(content),
        title=f"Lembar pengendali proses {case}",
        dated=office_day(at),
    )
