"""Handing out controlled copies of the SOP, and taking them back; each is on the chain of its service."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.db.models import Max

from muara.audit.actions import record
from muara.cases.actions import NO_FORM, NotYours, Refused, Stamp
from muara.cases.models import ControlledCopy, Revision
from muara.people.models import User, office_day
from muara.people.rules import may_administer

MOST = 999


def next_number(revision: Revision) -> int:
    """The number after the highest that was given for a revision."""
    found: int | None = revision.copies.aggregate(most=Max("number"))["most"]
    return (found or 0) + 1


@transaction.atomic
def hand_out(
    revision: Revision,
    *,
    number: int,
    holder: str,
    given_on: date,
    by: User,
    at: datetime,
    stamp: Stamp = NO_FORM,
) -> ControlledCopy:
    """Note who got which numbered print of a revision.

    Raises:
        NotYours: the person does not administer the office.
        Refused: the number is taken, the holder is missing, or the day lies ahead.
    """
    if not may_administer(by, at=at):
        raise NotYours
    holder = holder.strip()
    if not holder:
        raise Refused("Tuliskan siapa yang memegang salinan ini.", "holder")
    if given_on > office_day(at):
        raise Refused("Tanggal penyerahan belum tiba. Isi hari ini atau sebelumnya.", "given_on")
    if not 1 <= number <= MOST:
        raise Refused(f"Nomor salinan antara 1 dan {MOST}.", "number")
    Revision.objects.select_for_update().defer("files").get(pk=revision.pk)
    if revision.copies.filter(number=number).exists():
        raise Refused(
            f"Salinan nomor {number} dari revisi ini sudah tercatat. Nomor berikutnya "
            f"{next_number(revision)}.",
            "number",
        )
    made = ControlledCopy.objects.create(
        revision=revision, number=number, holder=holder, given_on=given_on, given_by=by
    )
    _record("sop.copy", made, day=given_on, by=by, at=at, note=holder, stamp=stamp)
    return made


@transaction.atomic
def withdraw(copy: ControlledCopy, *, by: User, at: datetime, stamp: Stamp = NO_FORM) -> None:
    """Note that a print came back, today.

    Raises:
        NotYours: the person does not administer the office. Refused: it came back before.
    """
    if not may_administer(by, at=at):
        raise NotYours
    out, day = ControlledCopy.objects.filter(pk=copy.pk, withdrawn_on=None), office_day(at)
    if not out.update(withdrawn_on=day, withdrawn_by=by):
        raise Refused("Salinan ini sudah ditarik.")
    _record("sop.copy_withdrawn", copy, day=day, by=by, at=at, stamp=stamp)


def _record(
    verb: str,
    copy: ControlledCopy,
    *,
    day: date,
    by: User,
    at: datetime,
    note: str = "",
    stamp: Stamp,
) -> None:
    revision = copy.revision
    record(
        chain=f"sop:{revision.service}",
        verb=verb,
        by_id=by.pk,
        at=at,
        facts={"revision": revision.number, "sha256": revision.sha256, "copy": copy.number, "on": str(day)},
        note=note,
        key=stamp.key,
        body=stamp.body,
    )
