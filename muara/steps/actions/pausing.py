"""Pauses: the file waits for somebody outside the office, so the net clock stands (domain 1.8.3)."""

from __future__ import annotations

from datetime import datetime

from muara.cases.actions import NO_FORM, Moved, NotYours, Refused, Stamp, act, note_from_outside
from muara.cases.models import Pause, Task
from muara.cases.queries import open_correction
from muara.cases.rules import may_do_step
from muara.people.models import User
from muara.steps.actions.requests import may_permit_late_defect

CATEGORIES = dict(Pause.Category.choices)


def may_pause(user: User, task: Task, *, at: datetime) -> bool:
    """Whoever works on the file, and their superiors; the applicant's own steps need no pause."""
    if task.actor == "applicant":
        return False
    return may_do_step(user, task, at=at) or may_permit_late_defect(user, task, at=at)


def running_pause(task: Task) -> Pause | None:
    return next((one for one in task.pauses.all() if one.ends is None), None)


def begin_pause(
    task: Task,
    *,
    category: str,
    reason: str,
    starts: datetime,
    by: User,
    at: datetime,
    stamp: Stamp = NO_FORM,
) -> Moved:
    """Record since when the file waits for somebody else, and why; it moves nothing.

    Raises:
        NotYours: the person neither works on the file nor stands above who does.
        Refused: it begins in the future, before the file came here, or within another pause; no reason.
    """
    if not may_pause(by, task, at=at):
        raise NotYours
    if category not in CATEGORIES:
        raise Refused("Pilih siapa atau apa yang ditunggu.", "category")
    if not reason.strip():
        raise Refused("Tuliskan mengapa berkas menunggu.", "reason")
    with act(stamp):
        moved = note_from_outside(
            task.pk,
            verb="pause.begin",
            by=by,
            at=at,
            facts={"step": task.step_key, "category": category, "starts": starts.isoformat()},
            note=reason,
            stamp=stamp,
        )
        _demand_free(task, starts, at=at)
        Pause.objects.create(
            task=task, category=category, reason=reason, starts=starts, begun_by=by, begun_at=at
        )
        return moved


def _demand_free(task: Task, starts: datetime, *, at: datetime) -> None:
    """The time from `starts` on belongs to this task and to no other pause; called under the case's lock."""
    if starts > at:
        raise Refused("Jeda tidak dapat dimulai di masa depan.", "starts")
    if starts < task.opened_at:
        raise Refused("Jeda tidak dapat dimulai sebelum berkas sampai di langkah ini.", "starts")
    asked = open_correction(task.case)
    if asked is not None and asked.with_applicant:
        raise Refused("Berkas sedang di tangan pemohon, jadi waktunya sudah tidak dihitung bagi kantor.")
    for other in task.pauses.all():
        if other.ends is None:
            raise Refused("Jeda yang lain masih berjalan; catat akhirnya lebih dahulu.")
        if starts < other.ends:
            raise Refused("Jeda ini bertumpuk dengan jeda sebelumnya pada langkah ini.", "starts")
    for one in task.case.corrections.filter(answered_at__gt=starts, sent_at__lte=at):
        if one.sent_at and one.answered_at:
            raise Refused("Sebagian waktu itu berkas ada di tangan pemohon; mulailah sesudahnya.", "starts")


def end_pause(task: Task, *, ends: datetime, by: User, at: datetime, stamp: Stamp = NO_FORM) -> Moved:
    """Record until when the file waited.

    Raises:
        NotYours: as for begin_pause. Refused: no pause runs, or its end is in the future or before its start.
    """
    if not may_pause(by, task, at=at):
        raise NotYours
    with act(stamp):
        moved = note_from_outside(
            task.pk,
            verb="pause.end",
            by=by,
            at=at,
            facts={"step": task.step_key, "ends": ends.isoformat()},
            stamp=stamp,
        )
        pause = Pause.objects.filter(task=task, ends=None).first()
        if pause is None:
            raise Refused("Tidak ada jeda yang sedang berjalan.")
        if ends > at:
            raise Refused("Jeda tidak dapat berakhir di masa depan.", "ends")
        if ends <= pause.starts:
            raise Refused("Akhir jeda harus sesudah mulainya.", "ends")
        pause.ends, pause.ended_by, pause.ended_at = ends, by, at
        pause.save(update_fields=["ends", "ended_by", "ended_at"])
        return moved
