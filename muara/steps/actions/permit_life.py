"""What follows when a permit's standing changes after its issue: one plain call for all that hangs on it."""

from __future__ import annotations

from datetime import datetime

from muara.compliance.actions.obligations import void_obligations
from muara.permits.models import LaterDecision
from muara.steps.notices import tell_later_decision


def after_change(decision: LaterDecision, *, at: datetime) -> None:
    """What follows when a later decision comes into force: called once, inside its act.

    A permit that ends for good ends what its holder owes; a suspended one is monitored on.
    """
    if decision.kind in LaterDecision.ENDS:
        assert decision.number is not None
        why = f"{decision.get_kind_display()} nomor {decision.number.text}"
        void_obligations(decision.permit, why, at=at, on=decision.since)
    tell_later_decision(decision, at=at)
