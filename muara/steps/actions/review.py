"""The agency's recommendations: given at step 10, and what binds where there are several (step 11)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import combinations

from muara.audit.chains import canonical, digest
from muara.cases.actions import NO_FORM, Moved, NotYours, Refused, Stamp, act, complete, note_on
from muara.cases.models import (
    BindingChoice,
    Case,
    Recommendation,
    Referral,
    Task,
    Worksheet,
)
from muara.cases.queries import latest_submission, submitted
from muara.cases.rules import is_of_agency, speaks_for
from muara.cases.terms import Contradiction, Terms, contradictions, gaps, lacking, read_terms, together
from muara.documents.models import Blob
from muara.people.models import User, office_day
from muara.sop.form import Proposal, proposals
from muara.steps.actions.endings import turn_to_applicant
from muara.steps.actions.requests import Asked

Verdict = Recommendation.Verdict


@dataclass(frozen=True, slots=True)
class Substance:
    """What a recommendation says: terms for the permit, or reasons against it.

    `omitted` gives, for each thing that the application asked for and the terms lack, the reason;
    a `partial` one leaves the rest to the other agencies that were asked.
    """

    verdict: str = Verdict.FOR
    terms: Terms | None = None
    reasons: str = ""
    omitted: Mapping[str, str] | None = None
    partial: bool = False

    def data(self) -> dict[str, object]:
        """Return what is said as JSON holds it; what the verdict has no use for is left out."""
        if self.verdict == Verdict.AGAINST:
            against = {"verdict": self.verdict, "reasons": self.reasons}
            return {**against, "terms": {}, "omitted": {}, "partial": False}
        terms = self.terms.data() if self.terms else {}
        return {
            "verdict": Verdict.FOR.value,
            "terms": json.loads(canonical(terms)),
            "reasons": "",
            "omitted": dict(self.omitted or {}),
            "partial": self.partial,
        }


def asked_for(case: Case) -> tuple[Proposal, ...]:
    """What the application, as last submitted, asks the decision to settle."""
    values = submitted(latest_submission(case))["values"]
    assert isinstance(values, dict)
    return proposals(case.revision.definition.form, values)


def is_shared(case: Case) -> bool:
    """Several recommendations were asked for, so that each may concern only some of the terms."""
    return case.referrals.live().count() > 1


def unsettled(terms: Terms, asked: Iterable[Proposal], *, omitted: Mapping[str, str]) -> list[str]:
    """Name what no permit can do without, or the application asked for, and nobody settles or explains."""
    explained = {name for name, reason in omitted.items() if reason.strip()}
    wanted = [one.name for one in lacking(terms, tuple(asked)) if one.name not in explained]
    return list(dict.fromkeys([*(gap.name for gap in gaps(terms)), *wanted]))


def check_substance(case: Case, said: Substance) -> None:
    """Refuse a recommendation that says nothing, or leaves out unsaid what the application asked for.

    What a partial one leaves to others is looked for when all are there (`Binding.lacks`).

    Raises:
        Refused: naming what is missing.
    """
    if said.verdict == Verdict.AGAINST:
        if not said.reasons.strip():
            raise Refused("Tuliskan alasan OPD tidak mendukung permohonan ini.", "reasons")
        return
    if said.terms is None:
        raise Refused("Isi ketentuan teknis dari surat rekomendasi.")
    if said.partial:
        if not is_shared(case):
            raise Refused(
                "Hanya satu rekomendasi yang diminta, jadi suratnya harus memuat semua ketentuan.", "partial"
            )
        return
    if unsaid := unsettled(said.terms, asked_for(case), omitted=said.omitted or {}):
        raise Refused(
            f"Rekomendasi belum memuat yang diminta dalam permohonan: {', '.join(unsaid)}. "
            "Lengkapi, atau tuliskan alasan tidak memuatnya."
        )


def referrals_of(user: User, task: Task, *, at: datetime) -> list[Referral]:
    """The live referrals of a case whose agency this person speaks for, those still unanswered first."""
    unanswered = set(task.case.referrals.unanswered().values_list("pk", flat=True))
    live = task.case.referrals.live().select_related("agency")
    theirs = [item for item in live if speaks_for(user, item, actor=task.actor, at=at)]
    return sorted(theirs, key=lambda item: item.pk not in unanswered)


def recommend(
    task: Task,
    *,
    referral: Referral,
    letter_number: str,
    letter_date: date,
    signed_by_name: str,
    scan: Blob | None,
    terms: Terms | None = None,
    verdict: str = Verdict.FOR,
    reasons: str = "",
    omitted: Mapping[str, str] | None = None,
    partial: bool = False,
    by: User,
    at: datetime,
    note: str = "",
    stamp: Stamp = NO_FORM,
) -> Moved:
    """Step 10.f: the agency gives its signed letter and, typed, its terms or its reasons against.

    The case moves on with the last recommendation that is waited for. For an agency that works on paper
    an officer enters it, recorded as done on its behalf.

    Raises:
        Refused: something of the letter is missing or impossible, a visit or a paraf is still due, or the
            application asked for something that is left out without a reason.
    """
    demand_letter(
        letter_number=letter_number,
        letter_date=letter_date,
        signed_by_name=signed_by_name,
        scan=scan,
        today=office_day(at),
    )
    assert scan is not None
    if referral.case_id != task.case_id or not speaks_for(by, referral, actor=task.actor, at=at):
        raise NotYours
    said = Substance(verdict=verdict, terms=terms, reasons=reasons, omitted=omitted, partial=partial)
    with act(stamp):
        check_substance(task.case, said)
        waiting = set(task.case.referrals.unanswered().values_list("pk", flat=True))
        if referral.pk not in waiting:
            raise Refused("Rekomendasi untuk surat pengantar ini sudah diberikan.")
        on_behalf = not is_of_agency(by, referral.agency, actor=task.actor, at=at)
        if not on_behalf:
            _demand_ready(referral, said)
        facts = {
            "referral": referral.pk,
            "scan": scan.sha256,
            "verdict": verdict,
            "terms": digest(canonical(said.data())),
            "on_behalf": on_behalf,
        }
        if waiting == {referral.pk}:
            moved = complete(
                task.pk,
                outcome="recommended",
                by=by,
                at=at,
                note=note,
                facts=facts,
                stamp=stamp,
                activity="review",
            )
        else:
            moved = note_on(
                task.pk,
                verb="review.recommend",
                by=by,
                at=at,
                facts=facts,
                note=note,
                stamp=stamp,
                activity="review",
            )
        Recommendation.objects.create(
            referral=referral,
            letter_number=letter_number,
            letter_date=letter_date,
            signed_by_name=signed_by_name,
            scan=scan,
            on_behalf=on_behalf,
            issued_by=by,
            issued_at=at,
            **said.data(),
        )
        return moved


def demand_letter(
    *, letter_number: str, letter_date: date, signed_by_name: str, scan: Blob | None, today: date
) -> None:
    """Refuse a recommendation whose signed letter is not fully told, or not there."""
    if not letter_number.strip():
        raise Refused("Isi nomor surat rekomendasi teknis.", "letter_number")
    if not signed_by_name.strip():
        raise Refused("Isi nama pejabat yang menandatangani rekomendasi.", "signed_by_name")
    if letter_date > today:
        raise Refused("Tanggal surat rekomendasi tidak boleh sesudah hari ini.", "letter_date")
    if scan is None:
        raise Refused("Unggah surat rekomendasi yang sudah ditandatangani.", "scan")


def what_is_due(referral: Referral) -> list[str]:
    """What the agency still owes before its letter may go out: a visit settled (10.b), its parafs."""
    return [due for due in (_visit_due(referral), _paraf_due(referral)) if due]


def _visit_due(referral: Referral) -> str:
    if referral.visits.filter(reported_at=None, cancelled_at=None).exists():
        return (
            "Peninjauan lapangan sudah direncanakan tetapi belum dilaporkan. Laporkan hasilnya atau batalkan."
        )
    if referral.visit_needed is None:
        return "Catat lebih dahulu apakah peninjauan lapangan diperlukan (langkah 10.b)."
    if referral.visit_needed and not referral.visits.filter(reported_at__isnull=False).exists():
        return "Peninjauan lapangan diperlukan tetapi belum dilaksanakan dan dilaporkan."
    return ""


def _paraf_due(referral: Referral) -> str:
    """The agency's signing order: every paraf stands on the current worksheet."""
    signers = list(referral.agency.signers.all())
    if not signers:
        return ""
    current = latest_worksheet(referral)
    if current is None:
        return "Buat lembar kerja rekomendasi dan mintakan paraf lebih dahulu."
    given = set(current.endorsements.filter(voided_at=None).values_list("by", flat=True))
    waiting = [signer.position for signer in signers if signer.user_id not in given]
    return f"Lembar kerja belum diparaf: {', '.join(waiting)}." if waiting else ""


def _demand_ready(referral: Referral, said: Substance) -> None:
    if due := what_is_due(referral):
        raise Refused(due[0])
    current = latest_worksheet(referral) if referral.agency.signers.exists() else None
    if current is not None and worksheet_substance(current) != said.data():
        raise Refused(
            "Ketentuan ini berbeda dari lembar kerja yang sudah diparaf. Perbarui lembar kerjanya dan "
            "mintakan paraf kembali."
        )


def latest_worksheet(referral: Referral) -> Worksheet | None:
    return referral.worksheets.order_by("-number").first()


def worksheet_substance(worksheet: Worksheet) -> dict[str, object]:
    """What a worksheet says, without the analysis that led there."""
    content: dict[str, object] = json.loads(worksheet.content)
    content.pop("analysis")
    return content


def find_unfit(
    task: Task,
    *,
    outcome: str = "unfit",
    asked: Sequence[Asked] = (),
    note: str,
    by: User,
    at: datetime,
    stamp: Stamp = NO_FORM,
) -> Moved:
    """Step 10: the file does not conform: back to the applicant through the CS (8), or a new application."""
    with act(stamp):
        moved = complete(
            task.pk,
            outcome=outcome,
            by=by,
            at=at,
            note=note,
            stamp=stamp,
            activity="review",
        )
        turn_to_applicant(task, outcome, asked=asked, note=note, by=by, at=at)
        return moved


# --- what binds (step 11) ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Dispute:
    """Two standing recommendations that settle the same thing differently."""

    first: Recommendation
    second: Recommendation
    points: tuple[Contradiction, ...]


@dataclass(frozen=True, slots=True)
class Binding:
    """What a draft is made from: the recommendation that leads it, all that stand, their terms together.

    `terms` is None where the agency advises against. `disputes` are contradictions that nobody settled,
    `lacks` what all of them together leave open: no draft is made while there are any.
    """

    recommendation: Recommendation
    standing: tuple[Recommendation, ...]
    terms: Terms | None
    disputes: tuple[Dispute, ...] = ()
    lacks: tuple[str, ...] = ()
    choice: BindingChoice | None = None


def standing_recommendations(case: Case) -> list[Recommendation]:
    """The recommendations that count, the oldest first."""
    rows = Recommendation.objects.filter(referral__case=case).standing().select_related("referral__agency")
    return list(rows.order_by("issued_at", "pk"))


def unbooked_recommendation(case: Case) -> Recommendation | None:
    """The oldest recommendation that stands and is not booked yet."""
    return next((item for item in standing_recommendations(case) if item.received_on is None), None)


def binding_terms(case: Case) -> Binding | None:
    """What binds the draft; None until every recommendation that was asked for is given and booked."""
    standing = standing_recommendations(case)
    unanswered = case.referrals.unanswered().exists()
    if not standing or unanswered or any(item.received_on is None for item in standing):
        return None
    disputes = disputes_among(standing)
    choice = _choice(case, standing) if disputes else None
    leading = choice.recommendation if choice else standing[0]
    leading = next(item for item in standing if item.pk == leading.pk)
    joined = [leading, *(item for item in standing if item.pk != leading.pk and item.is_for)]
    terms = together(*(read_terms(item.terms) for item in joined)) if leading.is_for else None
    return Binding(
        recommendation=leading,
        standing=tuple(standing),
        terms=terms,
        disputes=() if choice else tuple(disputes),
        lacks=tuple(_left_open(case, joined, terms)) if terms else (),
        choice=choice,
    )


def _left_open(case: Case, joined: Iterable[Recommendation], terms: Terms) -> list[str]:
    """What the recommendations together leave open of what was last submitted."""
    omitted = {name: reason for item in joined for name, reason in item.omitted.items()}
    return unsettled(terms, asked_for(case), omitted=omitted)


def disputes_among(standing: Iterable[Recommendation]) -> list[Dispute]:
    """Find every pair that contradicts: for against against, or another value for the same thing."""
    found = []
    for first, second in combinations(standing, 2):
        points = _points_at_issue(first, second)
        if points:
            found.append(Dispute(first, second, tuple(points)))
    return found


def _points_at_issue(first: Recommendation, second: Recommendation) -> list[Contradiction]:
    if first.is_for and second.is_for:
        return contradictions(read_terms(first.terms), read_terms(second.terms))
    if first.is_for != second.is_for:
        opinions = [item.get_verdict_display().partition(":")[0] for item in (first, second)]
        return [Contradiction("Pendapat", *opinions)]
    return []


def _choice(case: Case, standing: Iterable[Recommendation]) -> BindingChoice | None:
    among = sorted(item.pk for item in standing)
    newest = case.binding_choices.select_related("recommendation", "by").order_by("-at", "-pk").first()
    return newest if newest is not None and newest.among == among else None


def choose_binding(
    task: Task, *, recommendation: Recommendation, reason: str, by: User, at: datetime, stamp: Stamp = NO_FORM
) -> Moved:
    """Step 11: the drafter records which of several contradicting recommendations binds, and why.

    Raises:
        Refused: no reason, or the recommendations do not contradict each other.
    """
    if not reason.strip():
        raise Refused("Tuliskan mengapa rekomendasi ini yang mengikat.", "reason")
    with act(stamp):
        binding = binding_terms(task.case)
        if binding is None or not disputes_among(binding.standing):
            raise Refused("Tidak ada rekomendasi yang bertentangan.")
        if recommendation.pk not in {item.pk for item in binding.standing}:
            raise Refused("Pilih salah satu rekomendasi yang berlaku.", "recommendation")
        among = sorted(item.pk for item in binding.standing)
        moved = note_on(
            task.pk,
            verb="draft.bind",
            by=by,
            at=at,
            facts={"recommendation": recommendation.pk, "among": among},
            note=reason,
            stamp=stamp,
            activity="draft",
        )
        BindingChoice.objects.create(
            case=task.case, recommendation=recommendation, among=among, reason=reason, by=by, at=at
        )
        return moved


def call_back(case: Case, *, reason: str, at: datetime, only: Iterable[Recommendation] | None = None) -> None:
    """Send recommendations back to their agencies: they no longer stand, and are asked for anew."""
    wanted = Recommendation.objects.filter(referral__case=case).standing()
    if only is not None:
        wanted = wanted.filter(pk__in=[item.pk for item in only])
    Recommendation.objects.filter(pk__in=list(wanted.values_list("pk", flat=True))).update(
        returned_at=at, return_reason=reason
    )
