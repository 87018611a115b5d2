"""Signing a day's decrees: each is read, then each is signed in a transaction of its own (SOP step 15).

A reading is no act: it waits with the task, as half-done work does, and names the draft, the clauses and the
case's version that were before the head's eyes. What changed since then is not signed.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import DatabaseError

from muara.cases.actions import (
    NO_FORM,
    AlreadyDone,
    NotYours,
    Refused,
    Stale,
    Stamp,
    act,
    demand_proof,
    standing,
    take_over,
)
from muara.cases.models import SigningWay, Task, UnfinishedWork
from muara.cases.rules import may_do_step
from muara.people.models import User
from muara.steps.actions import approval, signing
from muara.steps.actions.drafting import current_draft
from muara.steps.actions.examination import demand_clauses

READING = "dibaca"  # the name under which a reading waits among a task's half-done work
SIGNED = "signed"
CHANGED = "Berkas ini berubah sesudah Anda membacanya. Buka dan baca lagi."
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Reading:
    """What the head read: which draft, the clauses made sure of, the case as it stood, and when."""

    draft_sha256: str
    clauses: tuple[str, ...]
    version: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Came:
    """What came of one decree among several: signed, or why not."""

    task: Task
    why_not: str = ""

    @property
    def is_signed(self) -> bool:
        return not self.why_not


def reading_of(work: UnfinishedWork) -> Reading:
    """A reading as it was kept."""
    said = work.typed
    return Reading(said["draft_sha256"], tuple(said["clauses"]), said["version"], work.saved_at)


def read_through(
    task: Task,
    *,
    draft_sha256: str,
    clauses: Collection[str],
    by: User,
    at: datetime,
    stamp: Stamp = NO_FORM,
) -> None:
    """Keep that the head read exactly this draft and made sure of its clauses; the file is received with it.

    Raises:
        Refused: it cannot be signed as it stands, and why. NotYours. Stale: the case moved meanwhile.
    """
    with act(stamp):
        version = standing(task.pk, by=by, at=at, stamp=stamp).version
        if not may_do_step(by, task, at=at):
            raise NotYours
        current = current_draft(task.case)
        approval.demand_ready_to_sign(current, task, shown=draft_sha256, by=by, at=at)
        demand_clauses(task, clauses)
        if task.received_by_id != by.pk:
            version = take_over(task.pk, by=by, at=at, stamp=stamp).seq
        typed = {"draft_sha256": current.sha256, "clauses": list(clauses), "version": version}
        task.unfinished.update_or_create(user=by, form=READING, defaults={"typed": typed, "saved_at": at})


def sign_read(
    tasks: Iterable[Task], *, passphrase: str = "", by: User, at: datetime, stamp: Stamp = NO_FORM
) -> list[Came]:
    """Sign what was read, one decree after the other; what fails leaves the others as they came.

    `passphrase` is for what BSrE signs, and is kept nowhere.

    Raises:
        ProofWanted: before anything is signed.
    """
    demand_proof(stamp, by=by, at=at)
    return [_sign(task, passphrase=passphrase, by=by, at=at, stamp=stamp) for task in tasks]


def _sign(task: Task, *, passphrase: str, by: User, at: datetime, stamp: Stamp) -> Came:
    work = task.unfinished.filter(user=by, form=READING).first()
    if work is None:
        return Came(task, "Surat ini belum Anda baca.")
    reading = reading_of(work)
    own = replace(stamp, key=f"{stamp.key}:{task.pk}" if stamp.key else None, version=reading.version)
    said: dict[str, Any] = {"draft_sha256": reading.draft_sha256, "clauses": reading.clauses}
    try:
        if signing.way_of(task.case, at=at) == SigningWay.Way.INK:
            approval.decide(task, outcome=SIGNED, **said, by=by, at=at, stamp=own)
        else:
            signing.sign(task, **said, passphrase=passphrase, by=by, at=at, stamp=own)
    except AlreadyDone:
        pass
    except Refused as refusal:
        return Came(task, refusal.message)
    except Stale:
        return Came(task, CHANGED)
    except NotYours:
        return Came(task, "Berkas ini tidak lagi menjadi tugas Anda.")
    except DatabaseError:
        logger.exception("signing task %s among several", task.pk)
        return Came(task, "Tidak tercatat karena gangguan basis data. Coba sekali lagi.")
    # An electronic signature may be decided on and not have come; then nothing says that it has.
    if (waits := signing.waiting_signature(task.case)) is not None:
        return Came(task, f"Belum ditandatangani. {waits.failure or 'Tanda tangannya sedang diproses.'}")
    return Came(task)
