"""What follows when a permit's standing changes: one plain call for everything that hangs on its life."""

from __future__ import annotations

from datetime import datetime

from muara.permits.models import LaterDecision, Permit
from muara.steps.notices import tell_later_decision


def after_change(permit: Permit, *, decision: LaterDecision | None, at: datetime) -> None:
    """What follows when a permit's standing changed: called once a change, inside its act.

    `decision` is what changed it, None for its own issue and for the one that takes its place. What else
    hangs on a permit's life (its obligations) is called from here.
    """
    if decision is not None:
        tell_later_decision(decision, at=at)
