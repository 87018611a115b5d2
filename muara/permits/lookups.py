"""The codes of QRs: their shape, and how often each was opened."""

from __future__ import annotations

import re
from datetime import date

from django.db import IntegrityError, transaction
from django.db.models import F, Sum

from muara.cases.models import Draft
from muara.permits.models import Decision, Lookups
from muara.permits.queries import decision_by_token, draft_by_token

TOKEN = re.compile(r"(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])")


def behind(code: str) -> tuple[Decision | None, Draft | None]:
    """The decision whose QR has this code, else the draft that bears it; neither for what is no code."""
    if not TOKEN.fullmatch(code):
        return None, None
    found = decision_by_token(code)
    return found, None if found else draft_by_token(code)


def count_lookup(draft: Draft, *, day: date) -> None:
    """Count that a QR was opened."""
    counter = Lookups.objects.filter(draft=draft, day=day)
    if counter.update(times=F("times") + 1):
        return
    try:
        with transaction.atomic():
            Lookups.objects.create(draft=draft, day=day, times=1)
    except IntegrityError:  # the first two of a day at once
        counter.update(times=F("times") + 1)


def lookups_of(draft: Draft) -> int:
    """How often a draft's QR was opened since it was made."""
    return Lookups.objects.filter(draft=draft).aggregate(times=Sum("times"))["times"] or 0
