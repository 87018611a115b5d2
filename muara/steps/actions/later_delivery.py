"""How a decision about an issued permit comes to its holder, once it is in force (UU 30/2014, Pasal 60, 62).

Whoever hands decisions over (the SOP's step 17) records a delivery on paper; whoever acts for the holder
confirms on the portal that they have read the file. The first of the two counts.
"""

from __future__ import annotations

from datetime import date, datetime

from muara.cases.actions import NO_FORM, NotYours, Refused, Stamp, act, act_for_applicant, by_power
from muara.cases.models import PowerOfAttorney
from muara.cases.rules import Doing, is_on_applicants_side
from muara.documents.indonesian import tanggal
from muara.documents.models import Blob
from muara.people.models import User, office_day
from muara.permits.models import LaterDecision, LaterDelivery, Permit
from muara.sop.definition import Process, Step
from muara.sop.working_time import Calendar, add_working_days
from muara.steps.actions.later import may_take, nothing_bars, record_later

Way = LaterDelivery.Way
ON_PAPER = (Way.COUNTER, Way.POST, Way.COURIER)
DELIVERED_IN = 5  # working days from the day of the decision (UU 30/2014, Pasal 62)


def delivers(process: Process) -> Step | None:
    """The step whose people hand decisions over."""
    return next((step for step in process.steps if step.activity == "hand_over"), None)


def delivery_of(decision: LaterDecision) -> LaterDelivery | None:
    found: LaterDelivery | None = getattr(decision, "delivery", None)
    return found


def waits_for_delivery(decision: LaterDecision) -> bool:
    return decision.since is not None and delivery_of(decision) is None


def delivery_limit(decision: LaterDecision, *, calendar: Calendar) -> date:
    """The last day to deliver it in time."""
    assert decision.since is not None
    return add_working_days(calendar, decision.since, DELIVERED_IN)


def may_deliver(user: User, decision: LaterDecision, *, at: datetime) -> bool:
    """Whoever hands decisions over, unless the permit is their own or they withdrew from its case."""
    step = delivers(decision.permit.case.process)
    return step is not None and may_take(user, decision.permit, step, done={}, at=at)


def to_deliver(user: User, *, at: datetime) -> list[tuple[LaterDecision, Step]]:
    """What is in force and has not reached its holder, for whoever hands it over; the oldest first."""
    held = user.actors(at)
    if not (user.is_active and held):
        return []
    rows = nothing_bars(user).filter(since__isnull=False, delivery=None).prefetch_related("endorsements")
    steps = [(one, delivers(one.permit.case.process)) for one in rows.order_by("since", "pk")]
    return [(one, step) for one, step in steps if step is not None and step.actor in held]


def deliver(
    decision: LaterDecision,
    *,
    way: str,
    receiver: str,
    capacity: str,
    received_on: date,
    tracking_number: str = "",
    proof: Blob | None,
    by: User,
    at: datetime,
    stamp: Stamp = NO_FORM,
) -> LaterDelivery:
    """Record that the decision came to its holder on paper.

    Raises:
        NotYours: not who hands decisions over. Refused: it is not in force, it was delivered before, or who
            received it, when, or the proof of it is missing.
    """
    with act(stamp):
        decision = _locked(decision)
        if not may_deliver(by, decision, at=at):
            raise NotYours
        _demand_undelivered(decision)
        if way not in ON_PAPER:
            raise Refused("Pilih cara penyampaiannya.", "way")
        if not receiver.strip():
            raise Refused("Tuliskan nama orang yang menerimanya.", "receiver")
        if not capacity.strip():
            raise Refused(
                "Tuliskan kedudukan penerimanya, misalnya direktur atau penerima kuasa.", "capacity"
            )
        assert decision.since is not None
        if not decision.since <= received_on <= office_day(at):
            raise Refused(
                f"Tanggal diterima antara {tanggal(decision.since)} (keputusan berlaku) dan hari ini.",
                "received_on",
            )
        if way != Way.COUNTER and not tracking_number.strip():
            raise Refused("Isi nomor resi pengirimannya.", "tracking_number")
        if proof is None:
            raise Refused("Unggah pindaian tanda terima yang ditandatangani penerima.", "proof")
        made = LaterDelivery.objects.create(
            decision=decision,
            way=way,
            receiver=receiver.strip(),
            capacity=capacity.strip(),
            received_on=received_on,
            tracking_number=tracking_number.strip() if way != Way.COUNTER else "",
            proof=proof,
            recorded_by=by,
            recorded_at=at,
        )
        facts: dict[str, object] = {"way": way, "received_on": received_on.isoformat(), "proof": proof.sha256}
        record_later(decision, "deliver", by=by, at=at, stamp=stamp, facts=facts)
        return made


def may_confirm(user: User, decision: LaterDecision, *, at: datetime) -> bool:
    """Somebody of the holder's own side who may take what the office gives, no officer in their stead."""
    try:
        _demand_holder(user, decision, at=at)
    except (NotYours, Refused):
        return False
    return True


def confirm(decision: LaterDecision, *, by: User, at: datetime, stamp: Stamp = NO_FORM) -> LaterDelivery:
    """The holder says on the portal that the decision was received: from now on it counts as delivered.

    Raises:
        NotYours: not of the holder's side. Refused: it is not in force, was delivered before, or the power
            does not cover it.
    """
    with act(stamp):
        decision = _locked(decision)
        power = _demand_holder(by, decision, at=at)
        _demand_undelivered(decision)
        company = decision.permit.company
        made = LaterDelivery.objects.create(
            decision=decision,
            way=Way.ELECTRONIC,
            receiver=by.name,
            capacity=f"Penerima kuasa dari {power.giver}, surat kuasa tanggal {tanggal(power.dated)}"
            if power
            else f"Bertindak untuk {company}",
            received_on=office_day(at),
            recorded_by=by,
            recorded_at=at,
        )
        facts: dict[str, object] = {"way": Way.ELECTRONIC.value, **by_power(power)}
        record_later(decision, "receive", by=by, at=at, stamp=stamp, facts=facts)
        return made


def _demand_holder(by: User, decision: LaterDecision, *, at: datetime) -> PowerOfAttorney | None:
    application = decision.permit.case.application
    if not is_on_applicants_side(by, application):
        raise NotYours
    return act_for_applicant(application, doing=Doing.COLLECT, by=by, at=at)


def _locked(decision: LaterDecision) -> LaterDecision:
    Permit.objects.select_for_update(of=("self",)).get(pk=decision.permit_id)
    return LaterDecision.objects.select_related(
        "delivery", "permit__number", "permit__case__revision", "permit__case__application__company"
    ).get(pk=decision.pk)


def _demand_undelivered(decision: LaterDecision) -> None:
    if decision.since is None:
        raise Refused("Keputusan ini belum berlaku, jadi belum dapat disampaikan.")
    given = delivery_of(decision)
    if given is not None:
        raise Refused(
            f"Penyampaian keputusan ini sudah tercatat: diterima {given.receiver} pada "
            f"{tanggal(given.received_on)}."
        )
