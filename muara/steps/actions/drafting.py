"""Receiving the recommendation and making the draft (SOP step 11)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime

from muara.audit.chains import digest
from muara.cases.actions import NO_FORM, Moved, Refused, Stamp, act, complete, due_day, last_done, note_on
from muara.cases.changes import Change, changes, deviations
from muara.cases.models import (
    AdjustedTerms,
    Case,
    Checklist,
    Draft,
    DraftCopy,
    DraftRemark,
    Endorsement,
    Recommendation,
    Task,
)
from muara.cases.models.decision import new_token
from muara.cases.terms import Terms, read_terms
from muara.documents.contents import Content, EndorsementBox
from muara.people.calendar import office_calendar
from muara.people.models import User, office_day
from muara.sop.definition import Outcome
from muara.steps.actions.review import Binding, binding_terms, call_back, unbooked_recommendation
from muara.steps.letters import (
    Wording,
    company_name,
    decision_text,
    permit_content,
    permit_copy,
    preview_pdf,
    sealed_address,
    wording_in_force,
)
from muara.steps.letters.refusal import refusal_content
from muara.steps.notices import tell_recommended

NO_TOKEN = "0" * 32
SAID = 3  # how many changes a void paraf names one by one


def receive_recommendation(
    task: Task,
    *,
    agenda_number: str,
    received_on: date,
    by: User,
    at: datetime,
    reason: str = "",
    stamp: Stamp = NO_FORM,
) -> Moved:
    """Step 11: book a recommendation in the agenda, the oldest first.

    H, day 0 of the limits, is the last day of receipt of all that were asked for. A renewed
    recommendation is booked too, but the first H stays.

    Raises:
        Refused: the day is impossible, a past day has no reason, or there is nothing left to book.
    """
    today = office_day(at)
    with act(stamp):
        recommendation = unbooked_recommendation(task.case)
        if recommendation is None:
            raise Refused("Tidak ada rekomendasi teknis yang belum dibukukan.")
        if not agenda_number.strip():
            raise Refused("Isi nomor agenda surat masuk.", "agenda_number")
        if received_on > today:
            raise Refused("Tanggal terima tidak boleh sesudah hari ini.", "received_on")
        if received_on < recommendation.letter_date:
            raise Refused("Tanggal terima tidak boleh sebelum tanggal surat rekomendasi.", "received_on")
        if received_on < today and not reason.strip():
            raise Refused(
                "Tanggal terima sudah lewat. Tuliskan alasan mengapa baru dibukukan hari ini.", "reason"
            )
        moved = note_on(
            task.pk,
            verb="draft.receive",
            by=by,
            at=at,
            facts={"recommendation": recommendation.pk, "received_on": received_on.isoformat()},
            note=reason,
            stamp=stamp,
            activity="draft",
        )
        recommendation.agenda_number, recommendation.received_on = agenda_number, received_on
        recommendation.received_by, recommendation.booked_at = by, at
        recommendation.save(update_fields=["agenda_number", "received_on", "received_by", "booked_at"])
        case = Case.objects.select_related("revision").get(pk=task.case_id)
        binding = binding_terms(case)
        if case.recommended_on is None and binding is not None:
            last = max(item.received_on for item in binding.standing if item.received_on)
            Case.objects.filter(pk=case.pk).update(recommended_on=last)
            limit = due_day(
                task.step,
                process=case.process,
                registered_on=case.registered_on,
                recommended_on=last,
                calendar=office_calendar(),
                last_done=last_done(case.pk, task.step),
            )
            Task.objects.filter(pk=task.pk).update(due_on=limit)
            case.recommended_on = last
            tell_recommended(case, at=at)
        return moved


def booked_recommendation(case: Case) -> Recommendation | None:
    """The recommendation that leads the draft, once all are booked."""
    binding = binding_terms(case)
    return binding.recommendation if binding else None


def latest_draft(case: Case) -> Draft | None:
    return case.drafts.order_by("-number").first()


def decree(current: Draft) -> dict[str, object]:
    """The draft's canonical content as data (for pages)."""
    content: dict[str, object] = json.loads(current.content)
    return content


def may_draft(case: Case) -> bool:
    """Every recommendation that the service asks for is booked, none contradicts another, nothing is open."""
    if not case.process.doing("review"):
        return True
    binding = binding_terms(case)
    return binding is not None and not binding.disputes and not binding.lacks


def required_kind(case: Case) -> str:
    """What has to be drafted: as the newest outcome that binds the draft says, or the agency's advice.

    Advice given after such an outcome counts again, since whoever asked for it wanted to hear it.
    """
    process = case.process
    bound = [
        (task.closed_at, way.drafts)
        for task in case.tasks.filter(companion=False).order_by("closed_at", "pk")
        if task.closed_at is not None
        and isinstance(way := process.way_out(task.step_key, task.outcome), Outcome)
        and way.drafts
    ]
    advice = booked_recommendation(case)
    if bound and (advice is None or advice.issued_at <= bound[-1][0]):
        return bound[-1][1]
    return Draft.Kind.REFUSAL if advice is not None and not advice.is_for else Draft.Kind.PERMIT


def _demand_reasons(wording: Wording) -> None:
    """A refusal says why, and by which rule (UU 30/2014, Pasal 55), and what may be done about it."""
    if not wording.reasons:
        raise Refused("Tuliskan paling sedikit satu alasan penolakan.", "reasons")
    for reason in wording.reasons:
        if not reason.text.strip() or not reason.basis.strip():
            raise Refused(
                "Setiap alasan penolakan memerlukan dasar hukumnya. Tulis: alasan | dasar hukum.", "reasons"
            )
    if not wording.remedies:
        raise Refused("Susunan kata penolakan tidak memuat upaya hukum. Perbaiki templatnya.")


def _demand_monitoring(case: Case, wording: Wording, *, on: date) -> None:
    """What is watched, where and how often; none at all only where the service prescribes none."""
    prescribed, _ = wording_in_force(case, Draft.Kind.PERMIT, on=on)
    if prescribed.monitoring and not wording.monitoring:
        raise Refused("Bagian Pemantauan tidak boleh kosong.", "monitoring")
    for item in wording.monitoring:
        if not (item.subject and item.point and item.frequency):
            raise Refused(
                "Setiap pemantauan menyebut titik dan frekuensinya. Tulis: yang dipantau | titik | "
                "frekuensi | laporan.",
                "monitoring",
            )


def return_recommendation(
    task: Task,
    *,
    note: str,
    by: User,
    at: datetime,
    only: Sequence[Recommendation] = (),
    stamp: Stamp = NO_FORM,
) -> Moved:
    """Step 11: what an agency gave is incomplete, or contradicts another; it goes back to the agency.

    `only` names those that go back, where several were given; none named: all of them.
    """
    with act(stamp):
        moved = complete(
            task.pk,
            outcome="recommendation_incomplete",
            by=by,
            at=at,
            note=note,
            facts={"returned": [item.pk for item in only]},
            stamp=stamp,
            activity="draft",
        )
        call_back(task.case, reason=note, at=at, only=only or None)
        return moved


def adjusted_terms(case: Case, binding: Binding) -> AdjustedTerms | None:
    """What the drafter last set otherwise than recommended.

    It holds only for the recommendations that it was set against: one that came later asks anew.
    """
    booked = max(item.booked_at for item in binding.standing if item.booked_at)
    rows = case.adjusted_terms.filter(recommendation=binding.recommendation, at__gte=booked)
    return rows.order_by("-at", "-pk").first()


def adjust_terms(
    task: Task, *, terms: Terms, reason: str, by: User, at: datetime, stamp: Stamp = NO_FORM
) -> Moved:
    """Step 11: set terms otherwise than recommended; every difference will be marked to the heads.

    Raises:
        Refused: there is no settled recommendation to differ from, a refusal has to be drafted, or no
            reason. Taking every difference back needs none.
    """
    with act(stamp):
        case = Case.objects.get(pk=task.case_id)
        binding = binding_terms(case)
        if binding is None or binding.terms is None or binding.disputes or binding.lacks:
            raise Refused("Belum ada rekomendasi teknis yang dapat disesuaikan.")
        if required_kind(case) == Draft.Kind.REFUSAL:
            raise Refused("Yang disusun keputusan penolakan: tidak ada ketentuan teknis yang disesuaikan.")
        found = deviations(binding.terms, terms)
        if found and not reason.strip():
            raise Refused("Tuliskan alasan mengapa draf menyimpang dari rekomendasi teknis.", "reason")
        if not found and adjusted_terms(case, binding) is None:
            raise Refused("Ketentuan ini sama dengan rekomendasi teknis; tidak ada yang perlu dicatat.")
        moved = note_on(
            task.pk,
            verb="draft.adjust",
            by=by,
            at=at,
            facts={"places": [item.place for item in found]},
            note=reason,
            stamp=stamp,
            activity="draft",
        )
        AdjustedTerms.objects.create(
            case=case,
            recommendation=binding.recommendation,
            terms=terms.data(),
            reason=reason.strip() or "Kembali sesuai rekomendasi teknis.",
            by=by,
            at=at,
        )
        return moved


def open_remarks(case: Case) -> list[DraftRemark]:
    """The remarks on the current draft that the drafter has to answer."""
    current = latest_draft(case)
    return list(current.remarks.filter(answered_in=None).select_related("by")) if current else []


def draft(
    task: Task,
    *,
    wording: Wording,
    answers: Mapping[int, str] | None = None,
    more_copies: Sequence[str] = (),
    by: User,
    at: datetime,
    note: str = "",
    stamp: Stamp = NO_FORM,
) -> Moved:
    """Step 11: make the draft of the kind that binds, print its copies, give the drafter's paraf.

    `answers` says, by the remark's id, what was done about it; `more_copies` are purposes of copies beside
    those of the SOP. A new draft voids every paraf on the one before, and says what changed.

    Raises:
        Refused: the recommendations are not all booked (H is not set), contradict each other or leave
            something open, a list of the decree is empty, a remark of a head is unanswered, or a refusal
            has a reason without its legal basis.
    """
    with act(stamp):
        case = Case.objects.select_related("application__company", "revision").get(pk=task.case_id)
        binding = binding_terms(case)
        if binding is not None and binding.disputes:
            raise Refused(
                "Rekomendasi teknis saling bertentangan. Kembalikan ke OPD, atau catat mana yang mengikat."
            )
        if binding is not None and binding.lacks:
            raise Refused(
                f"Rekomendasi teknis belum memuat: {', '.join(binding.lacks)}. Kembalikan ke OPD yang "
                "berwenang untuk dilengkapi."
            )
        if not may_draft(case):
            raise Refused("Bukukan penerimaan rekomendasi teknis lebih dahulu (menetapkan H).")
        kind = required_kind(case)
        if not wording.considering:
            raise Refused("Bagian Menimbang tidak boleh kosong.", "considering")
        if not wording.laws:
            raise Refused("Bagian Mengingat tidak boleh kosong.", "laws")
        if kind == Draft.Kind.PERMIT:
            _demand_monitoring(case, wording, on=office_day(at))
        remarks = open_remarks(case)
        for remark in remarks:
            if not (answers or {}).get(remark.pk, "").strip():
                raise Refused(f"Tanggapi catatan pada {remark.place}: {remark.text}", f"answer_{remark.pk}")
        if kind == Draft.Kind.REFUSAL:
            _demand_reasons(wording)
        adjusted = adjusted_terms(case, binding) if binding and kind == Draft.Kind.PERMIT else None
        terms = read_terms(adjusted.terms) if adjusted else binding.terms if binding else None
        differing = deviations(binding.terms, terms) if binding and binding.terms and terms else ()
        token = new_token()
        content = _content(
            case, kind=kind, binding=binding, terms=terms, wording=wording, token=token, on=office_day(at)
        )
        text = decision_text(content.data())
        sha256 = digest(text)
        moved = complete(
            task.pk,
            outcome="drafted",
            by=by,
            at=at,
            note=note,
            facts={"draft": sha256, "kind": kind},
            stamp=stamp,
            activity="draft",
        )
        previous = latest_draft(case)
        made = Draft.objects.create(
            case=case,
            kind=kind,
            recommendation=binding.recommendation if binding else None,
            number=previous.number + 1 if previous else 1,
            content=text,
            sha256=sha256,
            token=token,
            qr=sealed_address(token, kind=kind, content_sha256=sha256, name=company_name(case)),
            deviations=[asdict(item) for item in differing],
            deviation_reason=adjusted.reason if adjusted and differing else "",
            made_by=by,
            made_at=at,
        )
        if previous is not None:
            _replace(previous, made, at=at)
        for remark in remarks:
            remark.answer, remark.answered_in = (answers or {})[remark.pk].strip(), made
            remark.save(update_fields=["answer", "answered_in"])
        keep_endorsement(made, task, kind=Endorsement.Kind.PARAF, by=by, at=at)
        for number, purpose in enumerate(_purposes(case, more_copies), start=1):
            copy = DraftCopy(draft=made, number=number, purpose=purpose)
            print_copy(copy, step=task.step_key, at=at)
        return moved


def _content(
    case: Case,
    *,
    kind: str,
    binding: Binding | None,
    terms: Terms | None,
    wording: Wording,
    token: str,
    on: date,
) -> Content:
    if kind == Draft.Kind.REFUSAL:
        return refusal_content(case, wording=wording, token=token, on=on)
    return permit_content(
        case,
        recommendation=binding.recommendation if binding else None,
        terms=terms,
        wording=wording,
        token=token,
        on=on,
    )


def preview(task: Task, *, wording: Wording, at: datetime) -> bytes:
    """The decree as it would be handed on with this wording, as PDF marked as a draft; nothing is kept.

    Its QR leads nowhere: a token is given when the draft is made.

    Raises:
        Refused: there is nothing to draft from yet.
    """
    case = Case.objects.select_related("application__company", "revision").get(pk=task.case_id)
    if not may_draft(case):
        raise Refused("Belum ada yang dapat disusun: bukukan rekomendasi teknis lebih dahulu.")
    kind, binding = required_kind(case), binding_terms(case)
    adjusted = adjusted_terms(case, binding) if binding and kind == Draft.Kind.PERMIT else None
    content = _content(
        case,
        kind=kind,
        binding=binding,
        terms=read_terms(adjusted.terms) if adjusted else binding.terms if binding else None,
        wording=wording,
        token=NO_TOKEN,
        on=office_day(at),
    )
    return preview_pdf(case, kind, content.data(), at=at)


def _purposes(case: Case, more: Sequence[str]) -> list[str]:
    return [*(copy.purpose for copy in case.process.copies), *(text.strip() for text in more if text.strip())]


def changed_since(previous: Draft, made: Draft) -> tuple[Change, ...]:
    """What a draft says otherwise than the one before."""
    return changes(decree(previous), decree(made))


def _replace(previous: Draft, made: Draft, *, at: datetime) -> None:
    """Every paraf on the draft before is void, and says what changed; a return had voided some already."""
    said = f"Diganti oleh draf ke-{made.number}. {_what_changed(previous, made)}"
    for item in previous.endorsements.all():
        item.void_reason = f"{item.void_reason} {said}".strip()[:300]
        item.voided_at = item.voided_at or at
        item.save(update_fields=["voided_at", "void_reason"])


def _what_changed(previous: Draft, made: Draft) -> str:
    found = [item.place for item in changed_since(previous, made)]
    if not found:
        return "Isinya sama."
    more = f" dan {len(found) - SAID} tempat lain" if len(found) > SAID else ""
    return f"Berubah: {', '.join(found[:SAID])}{more}."


def keep_endorsement(current: Draft, task: Task, *, kind: str, by: User, at: datetime) -> Endorsement:
    holding = by.holdings.current(office_day(at)).filter(actor=task.actor).first()
    acting = holding is not None and holding.status != holding.Status.DEFINITIVE
    standing = f"{holding.get_status_display()} " if holding is not None and acting else ""
    return Endorsement.objects.create(
        draft=current,
        task=task,
        kind=kind,
        step_key=task.step_key,
        title=f"{standing}{task.case.process.actor(task.actor).label}",
        by=by,
        at=at,
        sha256=current.sha256,
    )


def current_draft(case: Case) -> Draft:
    current = latest_draft(case)
    if current is None:
        raise Refused("Belum ada draf untuk berkas ini.")
    return current


def print_copy(copy: DraftCopy, *, final: bool = False, step: str, at: datetime) -> None:
    copy.letter = permit_copy(
        copy.draft,
        number=copy.number,
        purpose=copy.purpose,
        boxes=boxes(copy.draft),
        final=final,
        step=step,
        at=at,
    )
    copy.save()


def print_copies(
    current: Draft, *, final: bool = False, only_first: bool = False, step: str, at: datetime
) -> None:
    """Print the copies anew: the first when a paraf is given, all when a signature is given or void."""
    for copy in current.copies.all():
        if copy.number == 1 or not only_first:
            print_copy(copy, final=final, step=step, at=at)


def boxes(current: Draft) -> list[EndorsementBox]:
    """The endorsement box of copy 1: the drafter and every head whose paraf the SOP asks for."""
    process = current.case.process
    given = {item.step_key: item for item in current.endorsements.filter(voided_at=None)}
    rows = _verified(current.case)
    for step in process.steps:
        if step.activity not in {"draft", "endorse"}:
            continue
        paraf = given.get(step.key)
        rows.append(
            EndorsementBox(
                position=paraf.title if paraf else process.actor(step.actor).label,
                name=paraf.by.name if paraf else "",
                at=paraf.at if paraf else None,
            )
        )
    return rows


def _verified(case: Case) -> list[EndorsementBox]:
    """The verifier's initials (7.c), of the last checklist that let the file pass."""
    signed = Checklist.objects.filter(
        task__case=case, task__step_key__in=case.process.doing("verify"), approved=True
    ).order_by("-signed_at")
    return [
        EndorsementBox(
            position=case.process.actor(item.task.actor).label, name=item.signed_by.name, at=item.signed_at
        )
        for item in signed.select_related("task", "signed_by")[:1]
    ]
