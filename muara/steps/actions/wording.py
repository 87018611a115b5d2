"""Approving a newer wording of a decree: proposed by whoever drafts or endorses, approved by the head."""

from __future__ import annotations

from datetime import date, datetime

from muara.audit.actions import record
from muara.cases.actions import NO_FORM, NotYours, Refused, Stamp, act
from muara.cases.models import DecreeTemplate, Revision
from muara.documents.letters import canonical, digest
from muara.documents.repertoire import UnprintableCharacter
from muara.people.models import User, office_day
from muara.sop.service import Service
from muara.sop.wording import LABELS, DecreeWording, known_places, unknown_places

PROPOSE = ("draft", "endorse")
APPROVE = ("decide",)


def may_propose(user: User, service: Service, *, at: datetime) -> bool:
    """Whoever drafts or endorses the service's decrees may propose how they are worded."""
    return _holds(user, service, PROPOSE, at=at)


def may_approve(user: User, service: Service, *, at: datetime) -> bool:
    """Whoever signs the service's decrees may approve how they are worded."""
    return _holds(user, service, APPROVE, at=at)


def propose_wording(
    revision: Revision,
    *,
    kind: str,
    wording: DecreeWording,
    effective_from: date,
    by: User,
    at: datetime,
    stamp: Stamp = NO_FORM,
) -> DecreeTemplate:
    """Propose a wording for a kind of decree, to count from a day once it is approved.

    Raises:
        NotYours: the person neither drafts nor endorses. Refused: a list is empty, a place is unknown,
            or a sign cannot be printed.
    """
    service = revision.definition
    if not may_propose(by, service, at=at) or kind not in service.process.drafted:
        raise NotYours
    if effective_from < office_day(at):
        raise Refused("Tanggal berlaku paling awal hari ini.", "effective_from")
    if not wording.considering or not wording.laws:
        raise Refused("Bagian Menimbang dan Mengingat tidak boleh kosong.", "considering")
    if kind == "permit" and service.process.renews and not wording.considering_again:
        raise Refused("Bagian Menimbang untuk perpanjangan tidak boleh kosong.", "considering_again")
    if kind == "refusal" and not wording.remedies:
        raise Refused("Keputusan penolakan harus memuat upaya hukum.", "remedies")
    for where, place in unknown_places(wording, known_places(service.process, service.document)):
        name, _, item = where.partition(" ")
        raise Refused(
            f"Isian {{{place}}} tidak dikenal ({LABELS[name]}, {item}). Pakai isian yang tercantum di "
            "halaman ini, atau hapus kurung kurawalnya.",
            name,
        )
    try:
        text = canonical(wording.data())
    except UnprintableCharacter as problem:
        raise Refused(str(problem)) from None
    with act(stamp):
        made = DecreeTemplate.objects.create(
            service=service.process.code,
            kind=kind,
            text=text,
            sha256=digest(wording.data()),
            effective_from=effective_from,
            proposed_by=by,
            proposed_at=at,
        )
        _record(made, "wording.propose", by=by, at=at, stamp=stamp)
        return made


def approve_wording(
    template: DecreeTemplate, revision: Revision, *, by: User, at: datetime, stamp: Stamp = NO_FORM
) -> None:
    """Approve a proposed wording; drafts of its day and later are made from it.

    Raises:
        NotYours: the person does not sign the service's decrees. Refused: it is their own proposal, its
            day has passed, or it was approved before.
    """
    if not may_approve(by, revision.definition, at=at):
        raise NotYours
    if template.proposed_by_id == by.pk:
        raise Refused("Usulan sendiri harus disetujui orang lain.")
    if template.effective_from < office_day(at):
        raise Refused("Tanggal berlakunya sudah lewat. Minta diusulkan kembali dengan tanggal baru.")
    with act(stamp):
        waiting = DecreeTemplate.objects.filter(pk=template.pk, approved_at=None)
        if not waiting.update(approved_by=by, approved_at=at):
            raise Refused("Susunan kata ini sudah disetujui.")
        _record(template, "wording.approve", by=by, at=at, stamp=stamp)


def _holds(user: User, service: Service, activities: tuple[str, ...], *, at: datetime) -> bool:
    actors = {step.actor for step in service.process.steps if step.activity in activities}
    return not user.actors(at).isdisjoint(actors)


def _record(template: DecreeTemplate, verb: str, *, by: User, at: datetime, stamp: Stamp) -> None:
    record(
        chain=f"wording:{template.service}.{template.kind}",
        verb=verb,
        by_id=by.pk,
        at=at,
        facts={"sha256": template.sha256, "effective_from": template.effective_from.isoformat()},
        key=stamp.key,
        body=stamp.body,
    )
