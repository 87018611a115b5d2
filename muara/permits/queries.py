"""Reading the register."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from muara.cases.models import Draft, Handover
from muara.people.models import office_day
from muara.permits.models import Decision, Permit, Refusal, Series
from muara.sop.working_time import Calendar, add_working_days


def decision_of(case_id: int) -> Decision | None:
    """What came of a case, once it has its number: its row in the register of permits or of refusals."""
    return _registered(case=case_id)


def decision_by_token(token: str) -> Decision | None:
    return _registered(draft__token=token)


def _registered(**wanted: object) -> Decision | None:
    for register in (Permit, Refusal):
        found = register.objects.select_related("number", "scan").filter(**wanted).first()
        if found is not None:
            return found
    return None


OBJECTION_DAYS = 21  # UU 30/2014, Pasal 77: working days to object; Pasal 78 gives ten more to appeal
SETTLED_IN = 10


@dataclass(frozen=True, slots=True)
class Remedies:
    """The legal remedies against a refusal, counted in working days from its receipt."""

    received_on: date
    objection_until: date
    settled_until: date


def remedies_of(refusal: Refusal, *, calendar: Calendar) -> Remedies | None:
    """How long a refused applicant may object; None while the refusal was not received (SOP step 18).

    `settled_until` is the last day to settle an objection that is lodged on the last day.
    """
    handed = Handover.objects.filter(case=refusal.case_id, confirmed_at__isnull=False).first()
    if handed is None or handed.confirmed_at is None:
        return None
    received_on = office_day(handed.confirmed_at)
    last = add_working_days(calendar, received_on, OBJECTION_DAYS)
    return Remedies(received_on, last, add_working_days(calendar, last, SETTLED_IN))


def draft_by_token(token: str) -> Draft | None:
    """A draft whose QR was printed; it may have been replaced, or not be numbered yet."""
    return Draft.objects.select_related("case").filter(token=token).first()


def number_blanks(service: str, series: str) -> tuple[str, str]:
    """What is printed before and after the blank that the registrar fills in by hand.

    Parts of the number that depend on the day of issue are left as dots: a draft may be numbered in
    another month or year.
    """
    register = Series.objects.filter(service=service, key=series).first()
    if register is None:
        return "", ""
    dots = {name: "……" for name in ("tahun", "bulan", "bulan_romawi")} | register.tokens
    before, after = re.split(r"\{urut\d?\}", register.pattern, maxsplit=1)
    before, after = (
        re.sub(r"\{(\w+)\}", lambda match: dots.get(match[1], ""), part) for part in (before, after)
    )
    return before, after
