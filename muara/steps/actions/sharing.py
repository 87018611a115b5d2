"""Who of several does a task: a superior assigns it, whoever received the file hands it to a colleague."""

from __future__ import annotations

from datetime import datetime

from muara.cases.actions import NO_FORM, Moved, NotYours, Refused, Stamp, act, release
from muara.cases.models import Task
from muara.cases.rules import colleagues, may_assign, may_pass_on
from muara.people.models import User
from muara.steps.staff_notices import tell_meant_for


def assign(
    task: Task, *, to: User | None, note: str = "", by: User, at: datetime, stamp: Stamp = NO_FORM
) -> Moved:
    """A superior gives a task to one of those who may do it; a file that somebody received is released.

    Raises:
        NotYours: the person stands not above the step. Refused: that one may not do it, is away, or has it.
    """
    with act(stamp):
        if not may_assign(by, task, at=at):
            raise NotYours
        return _give(task, to, verb="assign", note=note, by=by, at=at, stamp=stamp)


def pass_on(
    task: Task, *, to: User | None, note: str, by: User, at: datetime, stamp: Stamp = NO_FORM
) -> Moved:
    """Whoever received a file hands it to a colleague, with what they must know.

    Raises:
        NotYours: the file is not theirs. Refused: the colleague may not do it or is away; nothing is said.
    """
    with act(stamp):
        if not may_pass_on(by, task, at=at):
            raise NotYours
        if not note.strip():
            raise Refused("Tuliskan sampai di mana pekerjaannya dan mengapa diserahkan.", "note")
        return _give(task, to, verb="pass_on", note=note, by=by, at=at, stamp=stamp)


def _give(
    task: Task, to: User | None, *, verb: str, note: str, by: User, at: datetime, stamp: Stamp
) -> Moved:
    if to is None or to not in colleagues(task, at=at):
        raise Refused(
            "Pilih rekan yang hari ini hadir dan boleh mengerjakan langkah ini, selain yang sekarang "
            "memegangnya.",
            "to",
        )
    moved = release(task.pk, to=to, verb=verb, by=by, at=at, note=note, stamp=stamp)
    tell_meant_for(task, to=to, by=by, seq=moved.seq, at=at)
    return moved
