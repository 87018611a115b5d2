"""Numbering, handing over and receiving the permit (SOP steps 16 to 18)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from muara.cases.actions import (
    NO_FORM,
    Moved,
    NotYours,
    Refused,
    Stamp,
    act,
    act_for_applicant,
    by_power,
    complete,
    demand_power,
    note_on,
)
from muara.cases.models import Case, Endorsement, FinalCheck, Handover, PowerOfAttorney, Task
from muara.cases.rules import Doing, is_on_applicants_side
from muara.compliance.actions import obligations_for
from muara.contacts.actions.survey import give
from muara.documents.indonesian import tanggal
from muara.documents.models import Blob
from muara.people.models import User, office_day
from muara.permits.actions import (
    attach_scan,
    end_replaced,
    enter_decision,
    name_earlier,
    take_number,
    void_number,
)
from muara.permits.models import Decision, Permit
from muara.permits.queries import decision_by_original, decision_of, earlier_permit
from muara.sop.values import CARDS, ValueRefused, check_card, masked
from muara.steps.actions.approval import void_what_must_be_done_again
from muara.steps.actions.drafting import decree, latest_draft
from muara.steps.actions.powers import PowerLetter, demand_letter, keep_power
from muara.steps.actions.review import binding_terms
from muara.steps.actions.signing import demand_room, electronic_of
from muara.steps.letters import case_values, company_name, text_of
from muara.steps.letters import issuance as papers
from muara.steps.notices import no_longer, tell_delivered, tell_questionnaire, tell_ready


def signature(case: Case) -> Endorsement | None:
    """The valid signature under the current draft."""
    current = latest_draft(case)
    if current is None:
        return None
    return current.endorsements.filter(kind=Endorsement.Kind.SIGNATURE, voided_at=None).first()


def assign_number(task: Task, *, by: User, at: datetime, stamp: Stamp = NO_FORM) -> Decision:
    """Step 16.a: the next number of the decree's own series and today's date, to be written and stamped.

    Raises:
        Refused: the draft is not signed, or the case has a number already.
    """
    with act(stamp):
        case = Case.objects.select_related("application__company", "revision").get(pk=task.case_id)
        signed = signature(case)
        if signed is None:
            raise Refused("Keputusan ini belum ditandatangani Kepala Dinas.")
        if decision_of(case.pk) is not None:
            raise Refused("Keputusan berkas ini sudah bernomor.")
        # The case is locked before the series, always in this order.
        note_on(
            task.pk,
            verb="number.assign",
            by=by,
            at=at,
            facts={"draft": signed.sha256},
            stamp=stamp,
            activity="number",
        )
        number = take_number(
            service=case.process.code, series=signed.draft.kind, given_to=case.chain, by=by, at=at
        )
        decision = enter_decision(
            case=case,
            draft=signed.draft,
            company=str(decree(signed.draft)["company"]),
            signed_on=office_day(signed.at),
            number=number,
            years=case.process.validity_years,
        )
        demand_room(signed.draft, decision)
        if isinstance(decision, Permit) and (earlier := earlier_permit(case)) is not None:
            name_earlier(decision, earlier=earlier)
        return decision


def issue(
    task: Task,
    *,
    scan: Blob | None,
    checked: Collection[str],
    by: User,
    at: datetime,
    note: str = "",
    stamp: Stamp = NO_FORM,
) -> Moved:
    """Step 16.b–d: the final checklist and the scan of the signed, numbered, stamped original.

    An electronic original takes the scan's place once it is sealed.

    From here on the permit is in force and waits at the collection counter, with its sheet of rights and
    duties.

    Raises:
        Refused: no number yet, an item of the final checklist is open, the scan or the seal is missing, or
            the scan is another decision's.
    """
    with act(stamp):
        decision = decision_of(task.case_id)
        if decision is None:
            raise Refused("Berikan nomor keputusan lebih dahulu (langkah 16.a).")
        electronic = electronic_of(decision.draft)
        for item in task.case.process.final_checklist:
            if item.key not in checked:
                asked = item.said(decision.kind, electronic=electronic is not None)
                raise Refused(f"Pastikan butir checklist akhir ini: {asked}.", "checked")
        if electronic is not None:
            if electronic.sealed is None:
                raise Refused("Segel elektronik kantor belum dibubuhkan. Coba lagi sebentar lagi.")
            scan = electronic.sealed
        if scan is None:
            raise Refused(
                "Unggah pindaian surat keputusan asli yang sudah bertanda tangan, bernomor dan bercap.",
                "scan",
            )
        other = decision_by_original(scan.sha256)
        if other is not None and other != decision:
            raise Refused(
                f"Pindaian ini adalah surat keputusan nomor {other.number.text}. Unggah pindaian surat "
                "berkas ini.",
                "scan",
            )
        facts = {"number": decision.number.text, "scan": scan.sha256}
        moved = complete(
            task.pk,
            outcome="issued",
            by=by,
            at=at,
            note=note,
            facts=facts,
            stamp=stamp,
            activity="number",
        )
        attach_scan(decision, scan=scan)
        checks = _keep_checks(task, checked, decision=decision, by=by, at=at)
        if papers.CHECKLIST in task.step.letters:
            papers.final_checklist(task.case, decision, checks, step=task.step_key, by=by, at=at)
        if isinstance(decision, Permit):
            end_replaced(decision)
            # A permit needs settled terms to be drafted; one taken over from paper may have none.
            if (binding := binding_terms(task.case)) is not None and binding.terms is not None:
                obligations_for(decision, terms=binding.terms, by=by, at=at)
            if papers.DUTIES in task.step.letters:
                papers.rights_and_duties(task.case, decision, step=task.step_key, at=at)
        tell_ready(decision, at=at)
        return moved


def return_to_head(
    task: Task,
    *,
    note: str,
    by: User,
    at: datetime,
    checked: Collection[str] = (),
    stamp: Stamp = NO_FORM,
) -> Moved:
    """Step 16: the final checklist does not hold; the head looks at it again and the signature is void.

    A number that was given already is void with the same reason; a later round takes the next one.
    """
    with act(stamp):
        decision, signed = decision_of(task.case_id), signature(task.case)
        facts = {"void": decision.number.text} if decision is not None else {}
        moved = complete(
            task.pk,
            outcome="faulty",
            by=by,
            at=at,
            note=note,
            facts=facts,
            stamp=stamp,
            activity="number",
        )
        if decision is not None:
            _keep_checks(task, checked, decision=decision, by=by, at=at)
            void_number(decision, reason=note, by=by, at=at)
        if signed is not None:
            void_what_must_be_done_again(signed.draft, task, "faulty", at=at, note=note)
        return moved


def _keep_checks(
    task: Task, checked: Collection[str], *, decision: Decision, by: User, at: datetime
) -> list[FinalCheck]:
    electronic = electronic_of(decision.draft) is not None
    return FinalCheck.objects.bulk_create(
        FinalCheck(
            task=task,
            key=item.key,
            label=item.said(decision.kind, electronic=electronic),
            fits=item.key in checked,
            checked_by=by,
            checked_at=at,
        )
        for item in task.case.process.final_checklist
    )


@dataclass(frozen=True, slots=True)
class Mandate:
    """A letter of power that the counter reads for the first time, and the company that it names."""

    company: str
    letter: PowerLetter


@dataclass(frozen=True, slots=True)
class Taker:
    """Who came for the permit: the card that was checked, and by what power, where not the applicant.

    The power is on file, or a letter (`mandate`) that is recorded now.
    """

    name: str
    identity: str
    number: str
    mandate: Mandate | None = None
    power: PowerOfAttorney | None = None


def _demand_identity(taker: Taker) -> str:
    """Read the card's number without its spaces; a KTP has 16 digits (the NIK)."""
    if taker.identity not in CARDS:
        raise Refused("Pilih bukti diri yang diperiksa.", "identity")
    try:
        return check_card(taker.identity, taker.number)
    except ValueRefused as refusal:
        raise Refused(refusal.message, "number") from None


def _power_of(taker: Taker, case: Case, *, by: User, at: datetime) -> PowerOfAttorney | None:
    """The power by which somebody else takes the permit: to handle, of this company, in force today.

    A letter not yet on file is recorded, for this case only.
    """
    if taker.power is not None:
        demand_power(taker.power, case.application, doing=Doing.COLLECT, at=at, field="capacity")
        if _plain(taker.power.holder_name) != _plain(taker.name):
            raise Refused(
                f"Kuasa ini diberikan kepada {taker.power.holder_name}. Cocokkan dengan bukti dirinya.",
                "receiver",
            )
        return taker.power
    if taker.mandate is None:
        return None
    letter = taker.mandate.letter
    if letter.scope != PowerOfAttorney.Scope.HANDLING:
        raise Refused(
            "Surat kuasa penandatanganan tidak cukup. Minta surat kuasa pengurusan untuk mengambilnya.",
            "scope",
        )
    if _plain(taker.mandate.company) != _plain(company_name(case)):
        raise Refused(
            f"Surat kuasa ini bukan dari {company_name(case)}. Surat keputusan tidak diserahkan.",
            "power_company",
        )
    demand_letter(letter, on=office_day(at))
    if office_day(at) < letter.starts:
        raise Refused("Surat kuasa ini belum berlaku hari ini.", "starts")
    application = case.application
    return keep_power(application.company, letter, application=application, by=by, at=at)


def _plain(name: str) -> str:
    """A company's name without what people write differently: "PT. Maju" is "PT MAJU"."""
    return " ".join(name.casefold().replace(".", " ").replace(",", " ").split())


def hand_over(
    task: Task,
    *,
    taker: Taker,
    brought_receipt: bool,
    told_duties: bool,
    by: User,
    at: datetime,
    note: str = "",
    stamp: Stamp = NO_FORM,
) -> tuple[Moved, Handover]:
    """Step 17: give the decision to the right person, against the receipt, telling rights and duties.

    Raises:
        Refused: who takes it is not established, their mandate does not hold, or a line of the step was
            left out.
    """
    if not taker.name.strip():
        raise Refused("Tuliskan nama orang yang mengambil surat keputusan.", "receiver")
    number = _demand_identity(taker)
    if not brought_receipt:
        raise Refused("Minta bukti pengambilan (tanda terima berkas) sebelum menyerahkan.", "brought_receipt")
    if not told_duties:
        raise Refused(
            "Sampaikan isi keputusan: hak dan kewajiban, atau upaya hukumnya; lalu beri tanda.", "told_duties"
        )
    with act(stamp):
        case = _case(task)
        power = _power_of(taker, case, by=by, at=at)
        moved = complete(
            task.pk,
            outcome="handed_over",
            by=by,
            at=at,
            note=note,
            facts={"mandate": power.scan.sha256 if power else None},
            stamp=stamp,
            activity="hand_over",
        )
        handover = Handover(
            case=case,
            receiver=taker.name,
            capacity=f"Penerima kuasa dari {power.giver}, surat kuasa tanggal {tanggal(power.dated)}"
            if power
            else "Pemohon",
            identity=taker.identity,
            masked_number=masked(number),
            power=power,
            given_by=by,
            given_at=at,
        )
        return moved, _receipted(case, task, handover, at=at)


def send(
    task: Task,
    *,
    way: str,
    address: str,
    tracking_number: str,
    proof: Blob | None,
    by: User,
    at: datetime,
    note: str = "",
    stamp: Stamp = NO_FORM,
) -> tuple[Moved, Handover]:
    """Step 17, another way: nobody came, so the permit is sent (UU 30/2014, Pasal 62).

    Step 18 stays open until the receipt of the delivery is there.

    Raises:
        Refused: the way, the address, the tracking number or the proof of sending is missing.
    """
    if way not in Handover.Way.values or way == Handover.Way.COUNTER:
        raise Refused("Pilih cara pengiriman.", "way")
    if not address.strip():
        raise Refused("Isi alamat tujuan, atau alamat surel untuk pengiriman elektronik.", "address")
    if not tracking_number.strip():
        raise Refused("Isi nomor resi atau nomor bukti kirim.", "tracking_number")
    if proof is None:
        raise Refused("Unggah pindaian bukti kirim.", "proof")
    with act(stamp):
        case = _case(task)
        moved = complete(
            task.pk,
            outcome="sent",
            by=by,
            at=at,
            note=note,
            facts={"way": way, "proof": proof.sha256},
            stamp=stamp,
            activity="hand_over",
        )
        receiver = text_of(case, case_values(case), "applicant_name") or company_name(case)
        handover = Handover(
            case=case,
            way=way,
            receiver=receiver,
            capacity="Pemohon",
            address=address,
            tracking_number=tracking_number,
            sending_proof=proof,
            given_by=by,
            given_at=at,
        )
        return moved, _receipted(case, task, handover, at=at)


def _case(task: Task) -> Case:
    return Case.objects.select_related("application__company", "revision").get(pk=task.case_id)


def _receipted(case: Case, task: Task, handover: Handover, *, at: datetime) -> Handover:
    decision = decision_of(case.pk)
    assert decision is not None  # a case comes to this step by its number
    handover.letter = papers.handover_receipt(
        case, step=task.step_key, decision=decision, handover=handover, at=at
    )
    handover.save()
    no_longer(case, "ready", "uncollected", by=handover.given_by, at=at)
    tell_delivered(handover, decision, at=at)
    if handover.way == Handover.Way.COUNTER:
        tell_questionnaire(give(case, at=at), at=at)
    return handover


def download(task: Task, *, by: User, at: datetime, stamp: Stamp = NO_FORM) -> None:
    """Step 18 of what was sent electronically: the applicant takes the decree from the portal.

    The first time is kept; it is what an acknowledgement of receipt is by post.

    Raises:
        NotYours: not the applicant's side. Refused: the decree was not sent electronically, or a power
            does not cover it.
    """
    if not is_on_applicants_side(by, task.case.application):
        raise NotYours
    with act(stamp):
        power = act_for_applicant(task.case.application, doing=Doing.COLLECT, by=by, at=at)
        sent = Handover.objects.filter(case=task.case_id, way=Handover.Way.ELECTRONIC)
        decision = decision_of(task.case_id)
        if decision is None or decision.scan is None or not sent.exists():
            raise Refused("Surat keputusan ini tidak dikirim secara elektronik. Ambil aslinya di loket.")
        if not sent.filter(downloaded_at=None).exists():
            return
        note_on(
            task.pk,
            verb="receive.download",
            by=by,
            at=at,
            facts={"scan": decision.scan.sha256, **by_power(power)},
            stamp=stamp,
            activity="receive",
        )
        sent.update(downloaded_by=by, downloaded_at=at)


def confirm_receipt(
    task: Task,
    *,
    by: User,
    at: datetime,
    proof: Blob | None = None,
    note: str = "",
    stamp: Stamp = NO_FORM,
) -> Moved:
    """Step 18: the applicant, or a holder of a power to handle, has received the permit; the case ends.

    A counter officer may record it for them: the scan of the signed receipt is the proof.

    Raises:
        Refused: an officer has no scan of the signed receipt, the applicant has not downloaded what was sent
            electronically, or a power does not cover it.
    """
    application = task.case.application
    on_behalf = not is_on_applicants_side(by, application)
    if on_behalf and proof is None:
        raise Refused("Unggah pindaian bukti serah terima yang sudah ditandatangani penerima.", "proof")
    handed = Handover.objects.filter(case=task.case_id).first()
    if not on_behalf and handed is not None and handed.waits_for_download:
        raise Refused("Unduh surat keputusannya lebih dahulu.", "received")
    facts: dict[str, object] = {"on_behalf": on_behalf, "proof": proof.sha256 if proof else None}
    with act(stamp):
        if not on_behalf:
            facts |= by_power(act_for_applicant(application, doing=Doing.COLLECT, by=by, at=at))
        moved = complete(
            task.pk,
            outcome="received",
            by=by,
            at=at,
            note=note,
            facts=facts,
            stamp=stamp,
            activity="receive",
        )
        Handover.objects.filter(case=task.case_id).update(
            confirmed_by=by, confirmed_at=at, receipt_scan=proof
        )
        # What was sent is in their hands only now.
        tell_questionnaire(give(_case(task), at=at), at=at)
        return moved
