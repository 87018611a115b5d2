"""Signing electronically (SOP steps 15 and 16): the head signs, the number is filled in, the seal closes.

A signature takes a moment and may need a service that does not answer, so it never happens inside a
transaction. `sign` first records the head's decision over exactly the prepared bytes (a row of
ElectronicDecree), then lets the bytes be signed, then closes step 15 with them. Whatever fails in between
leaves the row waiting, and the case where it was: nothing says "signed" before it is. The office's own keys
are tried again by the worker (`finish_pending`); a BSrE signature needs the official, whose passphrase is
kept nowhere.
"""

from __future__ import annotations

import io
import logging
from collections.abc import Collection, Iterator
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import F

from muara.audit.actions import record
from muara.cases.actions import (
    NO_FORM,
    Moved,
    NotYours,
    Refused,
    Stale,
    Stamp,
    act,
    note_from_outside,
    note_on,
)
from muara.cases.models import Case, Draft, ElectronicDecree, SigningWay, Task
from muara.documents.blobs import keep_blob
from muara.documents.indonesian import tanggal
from muara.documents.letters import LETTER_LIMIT, PDF, pdf
from muara.documents.models import Blob, Certificate, Letter
from muara.documents.signing import bsre, form, local
from muara.documents.signing.certificates import (
    CertificateRefused,
    key_of,
    official_certificate,
    revoke,
    seal_certificate,
    trust,
)
from muara.documents.signing.local import CannotSign
from muara.documents.signing.timestamps import timestamps
from muara.documents.signing.validate import Expected, Fault, Verdict, read_number, validate
from muara.documents.store import BlobStore
from muara.people.models import User, office_day
from muara.people.rules import may_administer
from muara.permits.models import Decision, Number, Permit, Refusal
from muara.steps.actions import approval
from muara.steps.actions.drafting import current_draft
from muara.steps.letters import electronic_copy

logger = logging.getLogger(__name__)
Way = SigningWay.Way
FIRST_PAUSE, DOUBLINGS = timedelta(seconds=30), 7  # between two tries of the worker: at most an hour
NOT_THIS_PERSON = (
    "Anda belum mempunyai sertifikat tanda tangan yang berlaku. Minta administrator menyiapkannya."
)


# --- how a service signs --------------------------------------------------------------------------


def way_of(case: Case, *, at: datetime) -> str:
    """In ink or electronically, and by whom certified: what the office decided for the case's service."""
    return SigningWay.objects.on(case.process.code, office_day(at))


def set_way(
    *,
    service: str,
    way: str,
    effective_from: date,
    basis: str,
    by: User | None,
    at: datetime,
    stamp: Stamp = NO_FORM,
) -> SigningWay:
    """Decide how a service's decrees are signed from a day on; a signature already asked for goes its way.

    Raises:
        NotYours: not the administrator. Refused: no basis, a past day, a second choice for the day, or what
            the way needs is not there.
    """
    if by is not None and not may_administer(by, at=at):
        raise NotYours
    if way not in Way.values:
        raise Refused("Pilih cara penandatanganan.", "way")
    if not basis.strip():
        raise Refused("Tuliskan dasar ketentuan ini.", "basis")
    if by is not None and effective_from < office_day(at):
        raise Refused(
            "Ketentuan tidak dapat berlaku surut. Pilih hari ini atau sesudahnya.", "effective_from"
        )
    if way != Way.INK and seal_certificate(at=at) is None:
        raise Refused("Kantor belum mempunyai sertifikat segel. Buat atau impor lebih dahulu.", "way")
    if way == Way.BSRE and not bsre.is_configured():
        raise Refused("Layanan BSrE belum diatur pada server ini.", "way")
    with transaction.atomic():
        if SigningWay.objects.filter(service=service, effective_from=effective_from).exists():
            raise Refused("Sudah ada ketentuan yang berlaku sejak tanggal itu.", "effective_from")
        row = SigningWay.objects.create(
            service=service, way=way, effective_from=effective_from, basis=basis.strip()[:200]
        )
        record(
            chain=f"setting:signing:{service}",
            verb="signing.set",
            by_id=by.pk if by else None,
            at=at,
            facts={"way": way, "effective_from": effective_from.isoformat(), "basis": row.basis},
            key=stamp.key,
            body=stamp.body,
        )
    return row


def revoke_certificate(
    certificate: Certificate, *, reason: str, by: User, at: datetime, stamp: Stamp = NO_FORM
) -> None:
    """Revoke a certificate from now on; what it signed before stays good where the moment is proved.

    Raises:
        NotYours: not the administrator. Refused: no reason, or it is revoked already.
    """
    if not may_administer(by, at=at):
        raise NotYours
    try:
        revoke(certificate, reason=reason, by=by, at=at, key=stamp.key, body=stamp.body)
    except CertificateRefused as refused:
        raise Refused(str(refused), "reason") from None


# --- step 15 --------------------------------------------------------------------------------------


def electronic_of(draft: Draft) -> ElectronicDecree | None:
    """The electronic original that a draft is becoming; None: it is signed in ink, or not at all yet."""
    rows = ElectronicDecree.objects.standing().select_related("signed", "sealed", "prepared")
    return rows.filter(draft=draft).first()


def waiting_signature(case: Case) -> ElectronicDecree | None:
    """A signature that the head decided on and that has not come yet."""
    rows = ElectronicDecree.objects.standing().filter(signed=None, draft__case=case)
    return rows.select_related("requested_by").first()


def why_not_sign(case: Case, by: User, *, at: datetime) -> str:
    """What a person still lacks to sign this service's decrees electronically; empty: nothing."""
    way = way_of(case, at=at)
    if way == Way.LOCAL and official_certificate(by, at=at) is None:
        return NOT_THIS_PERSON
    if way != Way.INK and seal_certificate(at=at) is None:
        return "Kantor belum mempunyai sertifikat segel yang berlaku. Minta administrator menyiapkannya."
    return ""


def original_to_sign(draft: Draft, task: Task, *, at: datetime) -> Letter | None:
    """The letter that shows exactly what will be signed at step 15; None: it is signed in ink."""
    way = way_of(task.case, at=at)
    if task.step.activity != "decide" or not task.is_open or way == Way.INK:
        return None
    return electronic_copy(draft, certifier=_certifier(way), step=task.step_key, at=at)


def _certifier(way: str) -> str:
    return "bsre" if way == Way.BSRE else ""


def prepare(draft: Draft, *, way: str, step: str, at: datetime) -> tuple[Blob, int]:
    """The exact bytes that will be signed, stored, and the letter (its id) that shows them; outside any act.

    Raises:
        Refused: the decree's template has no places for an electronic signature, or there is no seal.
    """
    seal = seal_certificate(at=at)
    if seal is None:
        raise Refused(
            "Kantor belum mempunyai sertifikat segel yang berlaku. Minta administrator menyiapkannya."
        )
    letter = electronic_copy(draft, certifier=_certifier(way), step=step, at=at)
    with BlobStore().open(pdf(letter).sha256) as file:
        plain = file.read()
    try:
        prepared = form.prepare(plain, seal_subject=seal.subject, official_signs_here=way == Way.LOCAL)
    except form.NoPlaces:
        raise Refused(
            "Templat keputusan pada revisi SOP berkas ini belum mempunyai tempat untuk tanda tangan "
            "elektronik. Tandatangani dengan tinta: minta administrator mengubah caranya."
        ) from None
    return _keep(prepared, pages=pdf(letter).pages, at=at), letter.pk


def sign(
    task: Task,
    *,
    draft_sha256: str,
    clauses: Collection[str] = (),
    passphrase: str = "",
    by: User,
    at: datetime,
    note: str = "",
    stamp: Stamp = NO_FORM,
) -> ElectronicDecree:
    """Step 15, electronically: decide to sign exactly the draft that was shown, and sign it.

    Where the signature does not come (a service is down, slow, answers nonsense) the row that is returned
    still waits (`waits_for_signature`), with the reason in `failure`; the task stays open.

    Raises:
        Refused, NotYours, Stale: as `approval.decide`; Refused also without a certificate or a passphrase.
    """
    row = request_signature(
        task, draft_sha256=draft_sha256, clauses=clauses, by=by, at=at, note=note, stamp=stamp
    )
    sign_pending(row, passphrase=passphrase, at=at)
    row.refresh_from_db()
    return row


def request_signature(
    task: Task,
    *,
    draft_sha256: str,
    clauses: Collection[str] = (),
    by: User,
    at: datetime,
    note: str = "",
    stamp: Stamp = NO_FORM,
) -> ElectronicDecree:
    """The head's decision to sign, over bytes that are now fixed; asked again it stands as it was.

    Raises:
        Refused: as `approval.decide`, or what the signature needs is missing.
    """
    current, way = current_draft(task.case), way_of(task.case, at=at)
    if way == Way.INK:
        raise Refused("Keputusan layanan ini ditandatangani dengan tinta.")
    if lacking := why_not_sign(task.case, by, at=at):
        raise Refused(lacking)
    prepared, letter_id = prepare(current, way=way, step=task.step_key, at=at)
    with act(stamp):
        current = current_draft(task.case)
        approval.demand_ready_to_sign(current, task, shown=draft_sha256, by=by, at=at)
        note_on(
            task.pk,
            verb="decide.sign",
            by=by,
            at=at,
            facts={"draft": current.sha256, "file": prepared.sha256, "way": way},
            stamp=stamp,
            activity="decide",
        )
        # A signature that never came: the new decision takes its place.
        ElectronicDecree.objects.standing().filter(draft=current, signed=None).update(withdrawn_at=at)
        return ElectronicDecree.objects.create(
            draft=current,
            task=task,
            way=way,
            letter_id=letter_id,
            prepared=prepared,
            requested_by=by,
            requested_at=at,
            clauses=sorted(clauses),
            note=note,
            tried_at=at,
        )


def sign_pending(row: ElectronicDecree, *, passphrase: str = "", at: datetime) -> Moved | None:
    """Let the bytes be signed, then close step 15 with them; None where the signature did not come.

    Call it outside any transaction. Two who do it at once sign twice, and the first to write counts.

    Raises:
        Refused, NotYours, Stale: the case went on, or its signatory may no longer sign.
    """
    if not row.waits_for_signature:
        return None
    try:
        content, mark = _signature(row, passphrase=passphrase, at=at)
    except CannotSign as failed:
        _failed(row, failed, at=at)
        return None
    signed = _keep(content, pages=row.prepared.pages, at=at)
    with act():
        moved = approval.decide(
            Task.objects.select_related("case__revision").get(pk=row.task_id),
            outcome="signed",
            draft_sha256=row.draft.sha256,
            clauses=row.clauses,
            signed=signed,
            by=row.requested_by,
            at=at,
            note=row.note,
        )
        changed = ElectronicDecree.objects.filter(pk=row.pk, signed=None, withdrawn_at=None).update(
            signed=signed, signed_at=at, signed_with=mark, failure="", tries=0
        )
        if not changed:
            raise Stale
    return moved


def _signature(row: ElectronicDecree, *, passphrase: str, at: datetime) -> tuple[bytes, str]:
    """The signed bytes, and the fingerprint of the certificate that signed them."""
    prepared = _read(row.prepared)
    if row.way == Way.BSRE:
        return bsre.sign_decree(
            prepared,
            email=row.requested_by.email,
            passphrase=passphrase,
            reason=_reason(row),
            trust=trust(),
            at=at,
        )
    certificate = official_certificate(row.requested_by, at=at)
    if certificate is None:
        raise CannotSign("Penanda tangan tidak mempunyai sertifikat yang berlaku.")
    content = local.sign(
        prepared, key=key_of(certificate), at=at, reason=_reason(row), timestamps=timestamps()
    )
    return content, certificate.fingerprint


def _reason(row: ElectronicDecree) -> str:
    return f"Menandatangani keputusan ini, draf ke-{row.draft.number}"


# --- step 16 --------------------------------------------------------------------------------------


def demand_room(draft: Draft, decision: Decision) -> None:
    """Refuse a number that its place in the electronic original cannot hold, before it is given."""
    if electronic_of(draft) is not None and not form.fits(decision.number.text, width=form.NUMBER_ROOM):
        raise Refused(
            "Nomor menurut pola register ini terlalu panjang untuk tempatnya pada keputusan elektronik. "
            "Minta administrator memendekkan polanya."
        )


def seal_pending(row: ElectronicDecree, *, at: datetime) -> bool:
    """Fill in number and dates as the register says and close the file with the office's seal.

    Call it outside any transaction, after the number was given. False: nothing to seal yet, or it did not
    come, and `failure` says why.
    """
    decision = _numbered(row.draft)
    if not row.waits_for_seal or decision is None or row.signed is None:
        return False
    seal = seal_certificate(at=at)
    try:
        if seal is None:
            raise CannotSign("Kantor tidak mempunyai sertifikat segel yang berlaku.")
        content = local.seal(
            _read(row.signed),
            values=values_of(decision),
            key=key_of(seal),
            at=at,
            reason=f"Nomor {decision.number.text} dan tanggal diisikan; segel kantor",
            timestamps=timestamps(),
        )
    except CannotSign as failed:
        _failed(row, failed, at=at)
        return False
    sealed = _keep(content, pages=row.prepared.pages, at=at)
    try:
        _close(row, decision, sealed, seal.fingerprint, at=at)
    except Stale:
        return False  # the case went on meanwhile, or somebody else sealed it: this file was never anybody's
    row.refresh_from_db()
    return True


@transaction.atomic
def _close(row: ElectronicDecree, decision: Decision, sealed: Blob, mark: str, *, at: datetime) -> None:
    """Keep the sealed file, if the number is still the decree's; Stale where it is not."""
    task = Task.objects.open().main().filter(case=row.draft.case_id).first()
    if task is None:
        raise Stale
    note_from_outside(
        task.pk,
        verb="number.seal",
        by=None,
        at=at,
        facts={"number": decision.number.text, "file": sealed.sha256, "certificate": mark},
    )
    # The case is locked now: nobody voids the number, or seals, between these two.
    still = _numbered(row.draft)
    if still is None or still.number_id != decision.number_id:
        raise Stale
    changed = ElectronicDecree.objects.filter(pk=row.pk, sealed=None, withdrawn_at=None).update(
        sealed=sealed, sealed_at=at, sealed_with=mark, failure="", tries=0
    )
    if not changed:
        raise Stale


def values_of(decision: Decision) -> dict[str, str]:
    """What is filled into the blanks, as the register has it."""
    values = {"nomor": decision.number.text, "tanggal": tanggal(decision.issued_on)}
    if isinstance(decision, Permit):
        values["berlaku"] = tanggal(decision.expires_on)
    return values


def _numbered(draft: Draft) -> Decision | None:
    for register in (Permit, Refusal):
        found = register.objects.select_related("number").filter(draft=draft).first()
        if found is not None:
            return found
    return None


# --- the worker's part ----------------------------------------------------------------------------


def finish_pending(*, at: datetime) -> Iterator[str]:
    """Try again what a kill or a silent service left waiting, each thing at its time; tell what was done."""
    rows = ElectronicDecree.objects.standing().filter(sealed=None, tried_at__lte=at - FIRST_PAUSE)
    for row in rows.select_related("draft__case", "prepared", "signed", "requested_by", "task"):
        if row.tried_at > at - FIRST_PAUSE * 2 ** min(row.tries, DOUBLINGS):
            continue
        if row.waits_for_seal:
            if seal_pending(row, at=at):
                yield f"{row}: disegel"
        elif row.way == Way.LOCAL:
            try:
                if sign_pending(row, at=at) is not None:
                    yield f"{row}: ditandatangani"
            except (Refused, NotYours, Stale):
                ElectronicDecree.objects.filter(pk=row.pk, signed=None).update(withdrawn_at=at)
                yield f"{row}: ditarik, berkasnya sudah berlanjut"


def _failed(row: ElectronicDecree, failed: CannotSign, *, at: datetime) -> None:
    logger.warning("electronic decree %s waits: %s", row.pk, failed.says)
    ElectronicDecree.objects.filter(pk=row.pk).update(
        failure=failed.says[:300], tried_at=at, tries=F("tries") + 1
    )
    row.refresh_from_db()


# --- judging a file -------------------------------------------------------------------------------


def verify(content: bytes, *, at: datetime) -> Verdict:
    """Judge an uploaded PDF: the four rules, and whether the register knows its number."""
    number = read_number(content)
    decision = decision_by_number(number) if number else None
    expected = expected_of(decision) if decision is not None else None
    verdict = validate(content, trust=trust(), expected=expected, at=at)
    if verdict.faults or expected is not None:
        return verdict
    void = Number.objects.filter(text=number).exclude(voided_at=None).exists()
    said = (
        "Nomornya dibatalkan kantor." if void else "Nomornya tidak ada dalam register keputusan elektronik."
    )
    return _with(verdict, Fault(4, said))


def _with(verdict: Verdict, fault: Fault) -> Verdict:
    return Verdict(
        (*verdict.faults, fault), verdict.official, verdict.seal, verdict.values, verdict.sha256, True
    )


def decision_by_number(text: str) -> Decision | None:
    for register in (Permit, Refusal):
        rows = register.objects.select_related("number", "draft", "scan")
        found = rows.filter(number__text=text).first()
        if found is not None:
            return found
    return None


def expected_of(decision: Decision) -> Expected | None:
    """What the register says of an issued electronic original; None for a decree in ink."""
    row = electronic_of(decision.draft)
    if row is None or row.sealed is None:
        return None
    values = values_of(decision)
    return Expected(
        number=values.pop("nomor"),
        dates=values,
        official=row.signed_with,
        seal=row.sealed_with,
        sha256=row.sealed.sha256,
    )


def _keep(content: bytes, *, pages: int | None, at: datetime) -> Blob:
    stored = BlobStore().put(io.BytesIO(content), limit_bytes=LETTER_LIMIT)
    return keep_blob(sha256=stored.sha256, size=stored.size, media_type=PDF, pages=pages, at=at)


def _read(blob: Blob) -> bytes:
    with BlobStore().open(blob.sha256) as file:
        return file.read()
