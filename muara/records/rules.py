"""May this person look over the whole office (SOP P: superiors at every level, the auditor)? Its books?"""

from __future__ import annotations

from datetime import datetime

from muara.people.models import Office, User, office_day
from muara.people.rules import AUDITOR

OVERSEERS = frozenset({"section_head", "division_head", "head_of_office", AUDITOR})


def may_oversee(user: User, *, at: datetime) -> bool:
    """The heads of section, division and office (P.2–P.4), and the auditor, who changes nothing."""
    if not user.is_authenticated or not user.is_active:
        return False
    held = user.holdings.current(office_day(at))
    return held.filter(actor__in=OVERSEERS, office__kind=Office.Kind.ISSUING).exists()


def reads_registers(user: User, *, at: datetime) -> bool:
    """Whoever reads the issuing office's cases: its actors and the auditor, no agency, no administrator."""
    held = user.holdings.current(office_day(at)).filter(office__kind=Office.Kind.ISSUING)
    return held.exclude(actor="administrator").exists()
