"""Keeping out of a case because of a conflict of interest (UU 30/2014, Pasal 42-45): at any step."""

from __future__ import annotations

from datetime import datetime

from muara.cases.actions import NO_FORM, Moved, NotYours, Refused, Stamp, act, note_from_outside
from muara.cases.models import Recusal, Task
from muara.cases.rules import may_do_step
from muara.people.models import User


def recuse(task: Task, *, reason: str, by: User, at: datetime, stamp: Stamp = NO_FORM) -> Moved:
    """Declare a conflict of interest: the file is released for another holder, the person is barred.

    Raises:
        Refused: no reason was given. NotYours: the step is not theirs to do anyway.
    """
    if task.actor == "applicant" or not may_do_step(by, task, at=at):
        raise NotYours
    if not reason.strip():
        raise Refused("Tuliskan konflik kepentingannya; hanya atasan dan auditor membacanya.", "reason")
    with act(stamp):
        moved = note_from_outside(
            task.pk, verb="recuse", by=by, at=at, facts={"step": task.step_key}, stamp=stamp
        )
        Recusal.objects.create(case=task.case, user=by, step_key=task.step_key, reason=reason, at=at)
        held = Task.objects.open().filter(case=task.case_id, received_by=by)
        held.update(received_by=None, received_at=None)
        return moved
