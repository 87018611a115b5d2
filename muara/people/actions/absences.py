"""Absence: an official is away, so others may take over their files and reminders go to who is there."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Q

from muara.audit.actions import record
from muara.people.actions import Refused
from muara.people.models import Absence, User, office_day
from muara.people.rules import may_record_absence

LONGEST = 366  # days; who is away longer is not away but has left the post


class NotTheirs(Exception):
    """The person is neither the absent official nor their superior nor an administrator."""


@transaction.atomic
def record_absence(
    user_id: int, *, starts: date, ends: date, by: User, at: datetime, key: str | None = None, body: str = ""
) -> Absence:
    """Record that an official is away from one day to another, both included.

    Raises:
        NotTheirs: the person may not. Refused: the period is none, over already, or overlaps another.
    """
    user = User.objects.select_for_update().get(pk=user_id)
    if not may_record_absence(by, user, at=at):
        raise NotTheirs
    if ends < starts:
        raise Refused("Hari terakhir tidak boleh sebelum hari pertamanya.", "ends")
    if ends < office_day(at):
        raise Refused(
            "Masa ini sudah lewat. Catat ketidakhadiran yang masih berjalan atau akan datang.", "ends"
        )
    if (ends - starts).days >= LONGEST:
        raise Refused(
            "Lebih dari setahun bukan ketidakhadiran; minta administrator mengakhiri penugasannya.", "ends"
        )
    other = Absence.objects.standing().filter(Q(user=user), starts__lte=ends, ends__gte=starts).first()
    if other is not None:
        raise Refused(
            f"Sudah tercatat tidak hadir {other.starts:%d-%m-%Y} sampai {other.ends:%d-%m-%Y}. Akhiri "
            "dahulu, atau pilih tanggal lain.",
            "starts",
        )
    made: Absence = Absence.objects.create(
        user=user, starts=starts, ends=ends, recorded_by=by, recorded_at=at
    )
    _record(made, "absence.record", by=by, at=at, key=key, body=body)
    return made


@transaction.atomic
def end_absence(
    absence_id: int, *, by: User, at: datetime, key: str | None = None, body: str = ""
) -> Absence:
    """The official is back today, or does not go after all: yesterday was the last day away.

    Raises:
        NotTheirs: the person may not. Refused: it is over, or withdrawn, already.
    """
    found: Absence = Absence.objects.select_for_update().select_related("user").get(pk=absence_id)
    if not may_record_absence(by, found.user, at=at):
        raise NotTheirs
    today = office_day(at)
    if found.withdrawn_at is not None or found.ends < today:
        raise Refused("Ketidakhadiran ini sudah berakhir. Muat ulang halaman.")
    if found.starts < today:
        found.ends = today - timedelta(days=1)
    else:
        found.withdrawn_at = at
    found.save(update_fields=["ends", "withdrawn_at"])
    _record(found, "absence.end", by=by, at=at, key=key, body=body)
    return found


def _record(row: Absence, verb: str, *, by: User, at: datetime, key: str | None, body: str) -> None:
    facts = {
        "absence": row.pk,
        "starts": row.starts.isoformat(),
        "ends": row.ends.isoformat(),
        "withdrawn": row.withdrawn_at is not None,
    }
    record(chain=f"user:{row.user_id}", verb=verb, by_id=by.pk, at=at, facts=facts, key=key, body=body)
