"""An important notice that could not be sent: customer service telephones, and writes where nobody answers.

The acts stand on a chain of their own (`notice:17`): they say how somebody was told, not where a case stands.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from django.db import transaction

from muara.audit.actions import record
from muara.cases.actions import NO_FORM, NotYours, Refused, Stamp, act
from muara.cases.models import Case
from muara.cases.rules import is_on_applicants_side, is_recused
from muara.contacts.models import NoticeLetter, PhoneCall, PhoneTask
from muara.people.models import Notice, User, office_day
from muara.steps.letters.notice import notice_on_paper, postal_address
from muara.steps.notices import is_still_theirs

CALLER = "customer_service"
AGAIN = "again"  # not reached, and the task stays open


def escalate(*, at: datetime) -> Iterator[PhoneTask | NoticeLetter]:
    """Make a phone task, or without a number a letter, of each important notice that was given up."""
    given_up = Notice.objects.filter(important=True, failed_at__isnull=False, withdrawn_at=None)
    waiting = given_up.filter(phone_task=None, on_paper=None).order_by("failed_at", "pk")
    for pk in list(waiting.values_list("pk", flat=True)):
        with transaction.atomic():
            notice = Notice.objects.select_for_update().get(pk=pk)
            if (
                PhoneTask.objects.filter(notice=notice).exists()
                or NoticeLetter.objects.filter(notice=notice).exists()
            ):
                continue  # another tick was quicker
            if not is_still_theirs(notice, at=at):
                notice.withdrawn_at = at
                notice.save(update_fields=["withdrawn_at"])
                continue  # they left the company: it is not theirs to hear
            made = _escalate(notice, at=at)
        yield made


def _escalate(notice: Notice, *, at: datetime) -> PhoneTask | NoticeLetter:
    case = _case_of(notice)
    if not notice.phone:
        return _write(notice, case, at=at)
    return PhoneTask.objects.create(
        notice=notice, case=case, name=notice.name, phone=notice.phone, say=notice.text, made_at=at
    )


def _case_of(notice: Notice) -> Case:
    rows = Case.objects.select_related("application__company", "revision")
    return rows.get(pk=int(notice.about.removeprefix("case:")))


def _write(notice: Notice, case: Case, *, at: datetime) -> NoticeLetter:
    address = postal_address(case)
    letter = notice_on_paper(notice, case, address=address, at=at)
    return NoticeLetter.objects.create(
        notice=notice, case=case, name=notice.name, address=address[:300], letter=letter, made_at=at
    )


def may_tell(user: User, case: Case, *, at: datetime) -> bool:
    """Customer service tells people; not in a case of their own or one with a conflict of interest."""
    if not user.is_active or not user.holds(CALLER, at):
        return False
    return not is_on_applicants_side(user, case.application) and not is_recused(user, case_id=case.pk)


def note_call(
    task: PhoneTask, *, outcome: str, note: str, by: User, at: datetime, stamp: Stamp = NO_FORM
) -> PhoneCall:
    """Customer service telephoned: reached, not reached (`again`), or not reached and to be written to.

    Raises:
        NotYours: not customer service. Refused: the task is done, or nothing is said of a call in vain.
    """
    if outcome not in {AGAIN, PhoneTask.Outcome.REACHED, PhoneTask.Outcome.LETTER}:
        raise Refused("Pilih hasil telepon ini.", "outcome")
    with act(stamp):
        held = (
            PhoneTask.objects.select_for_update()
            .select_related("notice", "case__application")
            .get(pk=task.pk)
        )
        if not may_tell(by, held.case, at=at):
            raise NotYours
        if held.closed_at is not None:
            raise Refused("Tugas telepon ini sudah diselesaikan petugas lain.")
        reached = outcome == PhoneTask.Outcome.REACHED
        if not reached and not note.strip():
            raise Refused("Tuliskan mengapa tidak tersambung.", "note")
        made = PhoneCall.objects.create(task=held, at=at, by=by, reached=reached, note=note.strip())
        if outcome != AGAIN:
            held.outcome, held.closed_at, held.closed_by = outcome, at, by
            held.save(update_fields=["outcome", "closed_at", "closed_by"])
        if outcome == PhoneTask.Outcome.LETTER:
            _write(held.notice, _case_of(held.notice), at=at)
        _record(held.notice, "call", by=by, at=at, facts={"outcome": outcome}, note=note, stamp=stamp)
        return made


def mark_posted(
    paper: NoticeLetter,
    *,
    posted_on: date,
    tracking_number: str,
    by: User,
    at: datetime,
    stamp: Stamp = NO_FORM,
) -> NoticeLetter:
    """Customer service printed the letter and took it to the post on a day.

    Raises:
        NotYours: not customer service. Refused: it is posted already, or the day is impossible.
    """
    with act(stamp):
        held = (
            NoticeLetter.objects.select_for_update()
            .select_related("notice", "case__application")
            .get(pk=paper.pk)
        )
        if not may_tell(by, held.case, at=at):
            raise NotYours
        if held.posted_on is not None:
            raise Refused("Surat ini sudah dicatat diposkan.")
        if posted_on > office_day(at):
            raise Refused("Tanggal pengeposan tidak boleh sesudah hari ini.", "posted_on")
        if posted_on < office_day(held.made_at):
            raise Refused("Tanggal pengeposan tidak boleh sebelum surat dibuat.", "posted_on")
        held.posted_on, held.posted_by, held.tracking_number = posted_on, by, tracking_number.strip()
        held.save(update_fields=["posted_on", "posted_by", "tracking_number"])
        facts: dict[str, object] = {"posted_on": posted_on.isoformat()}
        _record(held.notice, "post", by=by, at=at, facts=facts, note=tracking_number, stamp=stamp)
        return held


def _record(
    notice: Notice, verb: str, *, by: User, at: datetime, facts: dict[str, object], note: str, stamp: Stamp
) -> None:
    record(
        chain=f"notice:{notice.pk}",
        verb=f"notice.{verb}",
        by_id=by.pk,
        at=at,
        facts=facts,
        note=note,
        key=stamp.key,
        body=stamp.body,
    )
