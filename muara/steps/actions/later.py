"""Decisions about a permit after its issue, on the way that its decree went.

Whoever drafts prepares it (11), the heads endorse it in their order (12, 13), the head of the office signs
(15), the registrar numbers it and files the scan (16); who may not follow whom is read from the SOP. The SOP
prints no such decisions: they are an extension, so they are no case and move none (ADR 20).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import QuerySet

from muara.audit.actions import record
from muara.audit.models import Entry
from muara.cases.actions import NO_FORM, NotYours, Refused, Stamp, act, demand_proof
from muara.cases.models import Case, Endorsement
from muara.cases.models.decision import new_token
from muara.cases.rules import for_the_applicant, is_on_applicants_side, is_recused, without_conflict
from muara.documents.contents import EndorsementBox
from muara.documents.letters import canonical, digest
from muara.documents.models import Blob
from muara.documents.repertoire import UnprintableCharacter
from muara.people.models import Holding, User, office_day
from muara.permits.actions import put_in_force, take_number, void_later_number
from muara.permits.models import LaterDecision, LaterEndorsement, Number, Permit
from muara.permits.standing import FOLLOWS, Standing, Status, standing
from muara.sop.definition import Process, Step
from muara.sop.working_time import Calendar, add_working_days
from muara.steps.actions.permit_life import after_change
from muara.steps.letters.later import BURDENS, VARYING, Said, content_of, draft_pdf, file_decision

Kind = LaterDecision.Kind
WAY = ("draft", "endorse", "decide", "number")
LEGAL_DAYS = {Kind.CORRECTION: 5, Kind.REVOCATION: 5}  # UU 30/2014, Pasal 63 and 64: working days


# --- whose turn it is ----------------------------------------------------------------------------------


def way_of(process: Process) -> list[Step]:
    """The steps that such a decision goes through, in the SOP's order."""
    return sorted((step for step in process.steps if step.activity in WAY), key=lambda step: step.number)


def done_by(decision: LaterDecision) -> dict[str, User]:
    """Who has done which step of a decision."""
    prepared = way_of(decision.permit.case.process)[0]
    done = {prepared.key: decision.proposed_by}
    done |= {item.step_key: item.by for item in decision.endorsements.all()}
    if decision.number is not None:
        numbered = way_of(decision.permit.case.process)[-1]
        done[numbered.key] = decision.number.given_by
    return done


def next_step(decision: LaterDecision) -> Step | None:
    """The step that a decision waits at; None once it is in force or dropped. Step 16 files the scan too."""
    if not decision.is_open:
        return None
    way, done = way_of(decision.permit.case.process), done_by(decision)
    return next((step for step in way if step.key not in done), way[-1])


def may_prepare(user: User, permit: Permit, *, at: datetime) -> bool:
    """Whoever drafts the service's decrees, nothing barring them from this permit's case."""
    return may_take(user, permit, way_of(permit.case.process)[0], done={}, at=at)


def may_do_next(user: User, decision: LaterDecision, *, at: datetime) -> bool:
    """The person holds the actor whose turn it is, and did nothing that bars them from this step."""
    step = next_step(decision)
    return step is not None and may_take(user, decision.permit, step, done=done_by(decision), at=at)


def may_take(user: User, permit: Permit, step: Step, *, done: Mapping[str, User], at: datetime) -> bool:
    """The person holds a step's actor, and neither the permit's case nor what is `done` bars them from it."""
    case = permit.case
    if not (user.is_active and user.holds(step.actor, at)) or is_recused(user, case_id=case.pk):
        return False
    if is_on_applicants_side(user, case.application):
        return False
    return not _is_separated(user, case.process, step, done=done)


def _is_separated(user: User, process: Process, step: Step, *, done: Mapping[str, User]) -> bool:
    return any(done.get(key) == user for key in process.separated_from(step.key))


def turns_of(user: User, *, at: datetime) -> list[LaterDecision]:
    """The open decisions that wait for this person, the oldest first; in as many queries however many."""
    held = user.actors(at)
    if not (user.is_active and held):
        return []
    rows = nothing_bars(user).filter(since=None, dropped_at=None).prefetch_related("endorsements__by")
    return [one for one in rows.order_by("pk") if _is_turn_of(user, one, held)]


def nothing_bars(user: User) -> QuerySet[LaterDecision]:
    """The decisions about permits that are neither the person's own nor of a case they withdrew from."""
    theirs = Case.objects.filter(for_the_applicant(user))
    rows = LaterDecision.objects.filter(without_conflict(user, case="permit__case"))
    return rows.exclude(permit__case__in=theirs).select_related(
        "proposed_by",
        "number__given_by",
        "permit__number",
        "permit__case__revision",
        "permit__case__application__company",
    )


def _is_turn_of(user: User, decision: LaterDecision, held: frozenset[str]) -> bool:
    step = next_step(decision)
    if step is None or step.actor not in held:
        return False
    return not _is_separated(user, decision.permit.case.process, step, done=done_by(decision))


def waits_since(decision: LaterDecision) -> datetime:
    """When it came to the step that it waits at."""
    came = [decision.proposed_at, *(item.at for item in decision.endorsements.all())]
    if decision.number is not None:
        came.append(decision.number.given_at)
    return max(came)


def legal_limit(decision: LaterDecision, *, calendar: Calendar) -> date | None:
    """The last day to decide in time, where the law names one."""
    days = LEGAL_DAYS.get(Kind(decision.kind))
    return add_working_days(calendar, decision.found_on, days) if days else None


def kinds_open_to(permit: Permit, *, at: datetime) -> list[Kind]:
    """What may be decided about a permit as it stands today."""
    now = standing(permit, on=office_day(at))
    return [kind for kind in Kind if not _why_not(kind, now)]


def _why_not(kind: Kind, now: Standing) -> str:
    """Why a permit that stands so cannot be decided about in this way; empty where it can."""
    leads_to = LaterDecision.LEADS_TO.get(kind)
    if now.status is Status.UNISSUED:
        return "Izin ini belum disahkan. Kembalikan berkasnya di langkah 16 bila ada yang keliru."
    if kind is Kind.LIFTING and now.status is not Status.SUSPENDED:
        return "Izin ini tidak sedang dibekukan."
    if leads_to is None and now.status not in {Status.ACTIVE, Status.SUSPENDED}:
        return f"Izin ini sudah {now.status}, jadi tidak diralat lagi."
    if leads_to is not None and now.status not in FOLLOWS[leads_to]:
        return f"Izin ini sedang {now.status}, jadi {kind.label.lower()} tidak dapat ditetapkan."
    return ""


VERBS = {
    "later.propose": "Menyiapkan keputusan",
    "later.endorse": "Memberi paraf",
    "later.sign": "Menandatangani",
    "later.number": "Memberi nomor",
    "later.issue": "Mengesahkan: keputusan berlaku",
    "later.drop": "Membatalkan keputusan",
    "later.deliver": "Menyampaikan kepada pemegang izin",
    "later.receive": "Menyatakan sudah menerima keputusan",
}


@dataclass(frozen=True, slots=True)
class Line:
    """An act on a permit after its issue: what was done, to which decision, by whom."""

    entry: Entry
    label: str
    kind: Kind
    by: str


def log_of(permit: Permit) -> list[Line]:
    """Every act about a permit after its issue; what came before is on the case's control sheet."""
    entries = list(Entry.objects.filter(chain=permit.chain).order_by("seq"))
    names = dict(User.objects.filter(pk__in={one.by_id for one in entries}).values_list("pk", "name"))
    return [
        Line(one, VERBS[one.verb], Kind(json.loads(one.text)["facts"]["kind"]), names.get(one.by_id or 0, ""))
        for one in entries
    ]


# --- the acts ------------------------------------------------------------------------------------------


def propose(
    permit: Permit,
    *,
    kind: Kind,
    said: Said,
    evidence: Blob | None = None,
    by: User,
    at: datetime,
    stamp: Stamp = NO_FORM,
) -> LaterDecision:
    """Prepare a decision about an issued permit; its text is fixed from here on.

    Raises:
        NotYours: not the person who drafts. Refused: the permit does not stand so that this may follow,
            another decision is on its way, or something is missing that the law or the kind asks for.
    """
    with act(stamp):
        permit = (
            Permit.objects.select_for_update(of=("self",))
            .select_related("number", "case__revision", "case__application__company")
            .get(pk=permit.pk)
        )
        token = new_token()
        content = _prepared(permit, kind, said, token=token, by=by, at=at)
        if kind is Kind.ANNULMENT and evidence is None:
            raise Refused("Unggah salinan putusan pengadilan.", "evidence")
        if permit.later.filter(since=None, dropped_at=None).exists():
            raise Refused("Keputusan lain tentang izin ini masih berjalan. Selesaikan atau batalkan dahulu.")
        made = LaterDecision.objects.create(
            permit=permit,
            kind=kind,
            content=canonical(content),
            sha256=digest({key: value for key, value in content.items() if key not in VARYING}),
            token=token,
            reasons=list(said.reasons),
            found_on=said.found_on,
            corrections=[{"printed": one.printed, "corrected": one.corrected} for one in said.misprints],
            evidence=evidence,
            proposed_by=by,
            proposed_at=at,
        )
        record_later(
            made, "propose", by=by, at=at, stamp=stamp, facts={"evidence": evidence and evidence.sha256}
        )
        return made


def preview(permit: Permit, *, kind: Kind, said: Said, by: User, at: datetime) -> bytes:
    """The letter as it would be prepared from what is typed now; nothing is recorded or kept.

    Raises:
        NotYours, Refused: as `propose` does, except that no evidence is asked for yet.
    """
    content = _prepared(permit, kind, said, token=new_token(), by=by, at=at)
    title = f"Pratinjau {kind.label.lower()} izin {permit.number.text}"
    rows = _boxes(permit.case.process, {})
    return draft_pdf(content, boxes=rows, title=title, dated=office_day(at))


def _prepared(
    permit: Permit, kind: Kind, said: Said, *, token: str, by: User, at: datetime
) -> dict[str, object]:
    """What the decision says, once all that its kind needs is there."""
    if not may_prepare(by, permit, at=at):
        raise NotYours
    now = standing(permit, on=office_day(at))
    if told := _why_not(kind, now):
        raise Refused(told)
    _demand_what_it_needs(permit, kind, said, at=at)
    try:
        content = content_of(permit, kind, said, standing=now, token=token, at=at).data()
        canonical(content)
    except UnprintableCharacter as problem:
        raise Refused(str(problem)) from None
    return content


def _demand_what_it_needs(permit: Permit, kind: Kind, said: Said, *, at: datetime) -> None:
    today = office_day(at)
    if not said.reasons:
        raise Refused("Tuliskan alasannya (UU 30/2014, Pasal 55).", "reasons")
    if not said.bases:
        raise Refused("Tuliskan dasar hukumnya.", "bases")
    if not permit.issued_on <= said.found_on <= today:
        raise Refused("Tanggal alasan diketahui antara tanggal izin terbit dan hari ini.", "found_on")
    if kind is Kind.CORRECTION:
        _demand_misprints(permit, said)
    if kind in BURDENS:
        if said.told_on is None or not said.heard.strip():
            raise Refused(
                "Pemegang izin harus diberi tahu dan diberi kesempatan didengar lebih dahulu. Isi tanggal "
                "pemberitahuan dan tanggapannya.",
                "told_on",
            )
        if not permit.issued_on <= said.told_on <= today:
            raise Refused("Tanggal pemberitahuan antara tanggal izin terbit dan hari ini.", "told_on")
    if kind is Kind.SUSPENSION and not said.warnings:
        raise Refused("Pembekuan didahului teguran tertulis. Isi tanggal dan nomor suratnya.", "warnings")
    if any(not permit.issued_on <= warned.dated <= today for warned in said.warnings):
        raise Refused("Tanggal surat teguran antara tanggal izin terbit dan hari ini.", "warnings")
    if kind is Kind.ANNULMENT:
        if said.verdict is None:
            raise Refused("Isi pengadilan, nomor, dan tanggal putusannya.", "court")
        if said.verdict.dated > today:
            raise Refused("Tanggal putusan tidak boleh sesudah hari ini.", "verdict_dated")


def _demand_misprints(permit: Permit, said: Said) -> None:
    """A correction mends what the decree really says, and says something else."""
    if not said.misprints:
        raise Refused("Tuliskan yang tertulis dan yang seharusnya.", "printed_1")
    texts = "\n".join(_texts(json.loads(permit.draft.content)))
    for place, slip in enumerate(said.misprints, start=1):
        if slip.printed not in texts:
            raise Refused(
                f"“{slip.printed}” tidak ada dalam surat izin. Salin persis seperti yang tertulis di surat.",
                f"printed_{place}",
            )
        if slip.printed == slip.corrected:
            raise Refused("Yang seharusnya sama dengan yang tertulis.", f"corrected_{place}")


def _texts(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [text for part in parts for text in _texts(part)]


def endorse(decision: LaterDecision, *, shown: str, by: User, at: datetime, stamp: Stamp = NO_FORM) -> None:
    """Give the paraf or, as the head of the office, the signature to exactly the text that was shown.

    Raises:
        NotYours: it is not this person's turn. Refused: another text was shown, the permit stands otherwise
            by now, or the signatory printed is not who signs.
    """
    with act(stamp):
        decision, step = _locked(decision, by=by, at=at)
        if step.activity == "number":
            raise Refused("Keputusan ini sudah ditandatangani.")
        proof = demand_proof(stamp, by=by, at=at)
        if shown != decision.sha256:
            raise Refused(
                "Isi keputusan lain dari yang ditampilkan. Muat ulang halaman ini dan baca kembali."
            )
        _demand_still_fits(decision, at=at)
        signs = step.activity == "decide"
        if signs:
            _demand_signatory(decision, step, by=by, at=at)
        LaterEndorsement.objects.create(
            decision=decision,
            kind=Endorsement.Kind.SIGNATURE if signs else Endorsement.Kind.PARAF,
            step_key=step.key,
            title=decision.permit.case.process.actor(step.actor).label,
            by=by,
            at=at,
            sha256=decision.sha256,
        )
        if signs:
            decision.letter = file_decision(decision, boxes=boxes(decision), step=step.key, at=at)
            decision.save(update_fields=["letter"])
        facts = {"step": step.key, **proof}
        record_later(decision, "sign" if signs else "endorse", by=by, at=at, stamp=stamp, facts=facts)


def number(decision: LaterDecision, *, by: User, at: datetime, stamp: Stamp = NO_FORM) -> Number:
    """Step 16.a: the next number of the series of later decisions, to be written and stamped.

    Raises:
        NotYours: not the registrar's turn. Refused: it has its number, or the permit stands otherwise by now.
    """
    with act(stamp):
        decision, step = _locked(decision, by=by, at=at)
        if step.activity != "number":
            raise Refused("Keputusan ini belum ditandatangani Kepala Dinas.")
        if decision.number is not None:
            raise Refused("Keputusan ini sudah bernomor.")
        proof = demand_proof(stamp, by=by, at=at)
        _demand_still_fits(decision, at=at)
        permit = decision.permit
        given = take_number(
            service=permit.case.process.code,
            series=LaterDecision.SERIES,
            given_to=f"later:{decision.pk}",
            by=by,
            at=at,
        )
        decision.number = given
        decision.save(update_fields=["number"])
        record_later(decision, "number", by=by, at=at, stamp=stamp, facts={"number": given.text, **proof})
        return given


def bring_into_force(
    decision: LaterDecision, *, scan: Blob | None, by: User, at: datetime, stamp: Stamp = NO_FORM
) -> None:
    """Step 16.b-d: the scan of the signed, numbered original is there; from the number's day it counts.

    Raises:
        NotYours: not the registrar's turn. Refused: no number or no scan.
    """
    with act(stamp):
        decision, _ = _locked(decision, by=by, at=at)
        if decision.number is None:
            raise Refused("Berikan nomor keputusan lebih dahulu.")
        if scan is None:
            raise Refused("Unggah pindaian surat yang sudah bertanda tangan, bernomor, dan bercap.", "scan")
        _demand_still_fits(decision, at=at)
        put_in_force(decision, scan=scan)
        record_later(
            decision,
            "issue",
            by=by,
            at=at,
            stamp=stamp,
            facts={"number": decision.number.text, "scan": scan.sha256},
        )
        after_change(decision, at=at)


def drop(decision: LaterDecision, *, reason: str, by: User, at: datetime, stamp: Stamp = NO_FORM) -> None:
    """Whose turn it is finds it wanting: it goes no further; a number that it had is void with the reason.

    Raises:
        NotYours: it is not this person's turn. Refused: no reason.
    """
    with act(stamp):
        decision, _ = _locked(decision, by=by, at=at)
        if not reason.strip():
            raise Refused("Tuliskan alasannya, agar dapat disiapkan kembali dengan benar.", "note")
        if decision.number is not None:
            void_later_number(decision, reason=reason, by=by, at=at)
        LaterDecision.objects.filter(pk=decision.pk).update(dropped_by=by, dropped_at=at, drop_reason=reason)
        record_later(decision, "drop", by=by, at=at, stamp=stamp, note=reason)


# --- parts of them -------------------------------------------------------------------------------------


def boxes(decision: LaterDecision) -> list[EndorsementBox]:
    """The rows of the paraf box: every endorsing head, with name and moment once given."""
    given = {item.step_key: item for item in decision.endorsements.all()}
    return _boxes(decision.permit.case.process, given)


def _boxes(process: Process, given: Mapping[str, LaterEndorsement]) -> list[EndorsementBox]:
    rows = []
    for step in way_of(process):
        if step.activity == "endorse":
            item = given.get(step.key)
            name, moment = (item.by.name, item.at) if item else ("", None)
            rows.append(EndorsementBox(position=process.actor(step.actor).label, name=name, at=moment))
    return rows


def _locked(decision: LaterDecision, *, by: User, at: datetime) -> tuple[LaterDecision, Step]:
    """The decision with its permit locked, and the step that it waits at, which is this person's."""
    Permit.objects.select_for_update(of=("self",)).get(pk=decision.permit_id)
    found = LaterDecision.objects.select_related(
        "number__counter__series",
        "permit__number",
        "permit__draft",
        "permit__case__revision",
        "permit__case__application__company",
    ).get(pk=decision.pk)
    step = next_step(found)
    if step is None:
        raise Refused("Keputusan ini sudah selesai atau dibatalkan.")
    if not may_do_next(by, found, at=at):
        raise NotYours
    return found, step


def _demand_still_fits(decision: LaterDecision, *, at: datetime) -> None:
    """The permit may have ended while the decision went its way."""
    if told := _why_not(Kind(decision.kind), standing(decision.permit, on=office_day(at))):
        raise Refused(f"{told} Batalkan keputusan ini dengan alasan itu.")


def _demand_signatory(decision: LaterDecision, step: Step, *, by: User, at: datetime) -> None:
    printed = json.loads(decision.content)["signatory"]
    held = by.holdings.current(office_day(at)).filter(actor=step.actor)
    standings = {
        "" if holding.status == Holding.Status.DEFINITIVE else holding.get_status_display()
        for holding in held
    }
    if (printed["name"], printed["nip"]) != (by.name, by.nip) or printed["standing"] not in standings:
        raise Refused(
            f"Surat ini mencetak {printed['name'] or 'tanpa nama'} sebagai penanda tangan. Batalkan agar "
            "disiapkan kembali dengan penanda tangan yang sekarang."
        )


def record_later(
    decision: LaterDecision,
    what: str,
    *,
    by: User,
    at: datetime,
    stamp: Stamp,
    facts: dict[str, object] | None = None,
    note: str = "",
) -> None:
    """Enter an act about a later decision on its permit's own chain."""
    record(
        chain=decision.permit.chain,
        verb=f"later.{what}",
        by_id=by.pk,
        at=at,
        facts={"decision": decision.pk, "kind": decision.kind, "sha256": decision.sha256, **(facts or {})},
        note=note,
        key=stamp.key,
        body=stamp.body,
    )
