"""The only code that moves a case.

An act is one transaction of four statements (docs/adr/0005): lock the case by its version, close the
task by its id, open the next one, append the entry. They are hand-written SQL, the same text on SQLite
and PostgreSQL, because in this path the ORM cost ten times the bare database. Chapters (muara.steps)
add their own rows inside the same transaction, after the lock:

    with act(stamp):
        moved = complete(task_id, outcome="complete", by=officer, at=at, stamp=stamp)
        Checklist.objects.create(...)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.db.models import Max, OuterRef, Subquery

from muara.audit.actions import insert, record
from muara.audit.chains import GENESIS, Wording, word
from muara.audit.models import Entry
from muara.cases.models import Application, Assignment, Case, PowerOfAttorney, Revision, Task
from muara.cases.models.case import chain_of, definition_of
from muara.cases.rules import (
    Doing,
    is_member,
    may_end,
    may_record_for_applicant,
    may_work_on,
    power_for,
    shortfall,
    why_not,
    why_not_take,
)
from muara.documents.repertoire import UnprintableCharacter, check_text
from muara.people.actions import Refused as Refused
from muara.people.calendar import HEAD as CALENDAR_HEAD
from muara.people.calendar import office_calendar, read_calendar
from muara.people.models import User, midnight, office_day
from muara.people.rules import Proof, has_second_factor
from muara.sop.definition import CALLER, END, Outcome, Process, Step
from muara.sop.service import digest, read_service
from muara.sop.working_time import Calendar, due

# What binds the office, and so takes a fresh proof of who does it (docs/adr/0017): these activities' ways
# forward (a paraf, a signature, the issue), and these acts beside an outcome (an electronic signature that is
# decided on, the number).
BINDING = frozenset({"endorse", "decide", "number"})
BINDING_ACTS = frozenset({"decide.sign", "number.assign"})
AT_ONCE = 500  # rows in one statement


class NotYours(Exception):
    """The person does not hold the step's actor, or may not do this step after what they did before."""


class ProofWanted(Refused):
    """What binds the office takes a fresh proof of who does it; `missing`: they have no second factor."""

    def __init__(self, *, missing: bool) -> None:
        super().__init__(
            "Paraf, tanda tangan, dan nomor memerlukan pengaman dua langkah. Aktifkan di halaman Akun, lalu "
            "kirim lagi formulir ini."
            if missing
            else "Paraf, tanda tangan, dan nomor memerlukan kode dari ponsel Anda yang ditulis paling lama "
            "lima menit sebelumnya. Tulis kodenya, lalu kirim lagi formulir ini."
        )
        self.missing = missing


class Stale(Exception):
    """The case has moved since the page was shown: nothing was changed."""


class KeyReused(Stale):
    """The same form key came back with another body: nothing was changed."""


class AlreadyDone(Exception):
    """The same key and body were recorded before: the first answer stands, nothing was done twice."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """What a form knows of itself: its server-issued key, its body's digest, the case version it showed.

    `proof` is the last one that whoever sends it gave of who they are.
    """

    key: str | None = None
    body: str = ""
    version: int | None = None
    proof: Proof | None = None


NO_FORM = Stamp()


@dataclass(frozen=True, slots=True)
class Standing:
    """A task and its case as one SELECT saw them, before anything is written.

    `held` tells whether the person asking holds the task's actor that day, `was_here` whether they
    finished a step of this case before, `own` whether they are on the applicant's side, `recused` whether
    they declared a conflict of interest; `calendar` is the head of the office calendar's chain.
    """

    task_id: int
    step_key: str
    actor: str
    companion: bool
    closed: bool
    received_by_id: int | None
    assigned_to_id: int | None
    case_id: int
    revision_id: int
    version: int
    head: str
    callers: tuple[str, ...]
    registered_on: date | None
    recommended_on: date | None
    held: bool
    was_here: bool
    own: bool
    recused: bool
    calendar: str

    @property
    def process(self) -> Process:
        return definition_of(self.revision_id).process

    @property
    def step(self) -> Step:
        return self.process.step(self.step_key)


@dataclass(frozen=True, slots=True)
class Moved:
    """What an act left behind: the case, and the task now open (None when the case has ended)."""

    case_id: int
    seq: int
    task_id: int | None
    step_key: str | None


@contextmanager
def act(stamp: Stamp = NO_FORM) -> Iterator[None]:
    """One act, one transaction; a form sent twice is answered once.

    Raises:
        AlreadyDone: the stamp's key and body were recorded before.
        KeyReused: the stamp's key was recorded with another body.
        Stale: the case moved since the form was shown.
    """
    try:
        with transaction.atomic():
            yield
    except (Stale, Refused, NotYours, IntegrityError):
        # The first time may have changed what the second time is judged by: look for its answer first.
        if stamp.key is not None:
            body = Entry.objects.filter(key=stamp.key).values_list("body", flat=True).first()
            if body is not None:
                raise (AlreadyDone if body == stamp.body else KeyReused) from None
        raise


LOAD = (
    "SELECT t.id, t.step_key, t.actor, t.companion, t.closed_at IS NOT NULL, t.received_by_id, "
    "(SELECT g.to_id FROM cases_assignment g WHERE g.task_id = t.id AND g.replaced_at IS NULL), "
    "c.id, c.revision_id, c.version, c.head, c.callers, c.registered_on, c.recommended_on, "
    "EXISTS (SELECT 1 FROM people_holding h WHERE h.user_id = %s AND h.actor = t.actor "
    "AND h.starts <= %s AND (h.ends IS NULL OR h.ends >= %s)), "
    "EXISTS (SELECT 1 FROM cases_task d "
    "WHERE d.case_id = c.id AND d.closed_by_id = %s AND NOT d.companion), "
    "EXISTS (SELECT 1 FROM cases_application a WHERE a.id = c.application_id AND (a.applicant_id = %s "
    "OR EXISTS (SELECT 1 FROM people_membership m WHERE m.company_id = a.company_id AND m.user_id = %s) "
    "OR EXISTS (SELECT 1 FROM cases_powerofattorney p WHERE p.company_id = a.company_id "
    "AND p.holder_id = %s AND (p.application_id IS NULL OR p.application_id = a.id)))), "
    "EXISTS (SELECT 1 FROM cases_recusal r WHERE r.case_id = c.id AND r.user_id = %s), "
    "(SELECT head FROM audit_chain WHERE key = 'calendar') "
    "FROM cases_task t JOIN cases_case c ON c.id = t.case_id WHERE t.id = %s"
)
LOCK_CASE = (
    "UPDATE cases_case SET version = %s, head = %s, callers = %s, closed_at = %s, result = %s "
    "WHERE id = %s AND version = %s"
)
CLOSE_TASK = (
    "UPDATE cases_task SET closed_at = %s, closed_by_id = %s, outcome = %s "
    "WHERE id = %s AND closed_at IS NULL"
)
OPEN_TASK = (
    "INSERT INTO cases_task (case_id, step_key, actor, companion, opened_at, due_on, outcome) "
    "VALUES (%s, %s, %s, %s, %s, %s, '') RETURNING id"
)
# The same, where a step's later pass has another limit, or none: the table knows which pass this is.
OPEN_TASK_AGAIN = (
    "INSERT INTO cases_task (case_id, step_key, actor, companion, opened_at, due_on, outcome) "
    "SELECT %s, %s, %s, %s, %s, CASE WHEN EXISTS (SELECT 1 FROM cases_task p WHERE p.case_id = %s "
    "AND p.step_key = %s AND NOT p.companion AND p.closed_at >= %s) THEN %s ELSE %s END, '' RETURNING id"
)
CLOSE_COMPANION = (
    "UPDATE cases_task SET closed_at = %s, outcome = %s "
    "WHERE case_id = %s AND companion AND closed_at IS NULL"
)
TAKE_TASK = (
    "UPDATE cases_task SET received_at = COALESCE(received_at, %s), received_by_id = %s "
    "WHERE id = %s AND closed_at IS NULL"
)
TOUCH_CASE = "UPDATE cases_case SET version = %s, head = %s WHERE id = %s AND version = %s"


def _execute(sql: str, params: list[Any]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return int(cursor.rowcount)


def _moment(at: datetime) -> Any:
    return connection.ops.adapt_datetimefield_value(at)


def _day(value: Any) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) else value


def standing(task_id: int, *, by: User | None, at: datetime, stamp: Stamp = NO_FORM) -> Standing:
    """Load a task with its case, refusing a closed task or a case that moved since the form was shown.

    Every act on a case begins here, so whoever declared a conflict of interest gets no further.
    """
    day = connection.ops.adapt_datefield_value(office_day(at))
    who = by.pk if by else 0
    with connection.cursor() as cursor:
        cursor.execute(LOAD, [who, day, day, who, who, who, who, who, task_id])
        row = cursor.fetchone()
    if row is None:
        raise Stale
    found = Standing(
        task_id=row[0],
        step_key=row[1],
        actor=row[2],
        companion=bool(row[3]),
        closed=bool(row[4]),
        received_by_id=row[5],
        assigned_to_id=row[6],
        case_id=row[7],
        revision_id=row[8],
        version=row[9],
        head=row[10],
        callers=tuple(row[11].split()),
        registered_on=_day(row[12]),
        recommended_on=_day(row[13]),
        held=bool(row[14]),
        was_here=bool(row[15]),
        own=bool(row[16]),
        recused=bool(row[17]),
        calendar=row[18] or "",
    )
    if found.recused:
        raise NotYours
    if found.closed or (stamp.version is not None and stamp.version != found.version):
        raise Stale
    return found


def act_for_applicant(
    application: Application,
    *,
    doing: Doing,
    by: User,
    at: datetime,
    shown: PowerOfAttorney | None = None,
) -> PowerOfAttorney | None:
    """Demand that somebody may do this for the applicant; return the power that they do it by.

    None is the applicant themself: a member of the company, or who stands at the counter. `shown` is the
    power of whoever stands there instead, where an officer records what they do.

    Raises:
        Refused: the power does not cover it, or not today. NotYours: the person has none.
    """
    if is_member(by, application.company_id):
        return None
    held = power_for(by, application, at=at, doing=doing)
    if held is not None:
        return held
    if may_record_for_applicant(by, application, at=at, doing=doing):
        if shown is not None:
            demand_power(shown, application, doing=doing, at=at)
        return shown
    if told := why_not(by, application, at=at, doing=doing):
        raise Refused(told)
    raise NotYours


def by_power(power: PowerOfAttorney | None) -> dict[str, object]:
    """What an entry says of the power that an act was done by; nothing where the applicant acted."""
    return {"power": power.pk} if power else {}


def demand_power(
    power: PowerOfAttorney, application: Application, *, doing: Doing, at: datetime, field: str = "stands"
) -> None:
    """Demand that a power shown at the counter is of this company, for this, in force; raises Refused."""
    if not PowerOfAttorney.objects.covering(application).filter(pk=power.pk).exists():
        raise Refused(f"Surat kuasa {power.holder_name} bukan untuk permohonan ini.", field)
    if told := shortfall(power, doing=doing, at=at, whose=f"Kuasa {power.holder_name}"):
        raise Refused(told, field)


def take_over(task_id: int, *, by: User, at: datetime, stamp: Stamp = NO_FORM) -> Moved:
    """Receive the file ("Menerima …"): touch time runs from here, in this person's name.

    Raises:
        Refused: a colleague who is there has it, or shall have it. NotYours, Stale: as for complete.
    """
    with act(stamp):
        found = standing(task_id, by=by, at=at, stamp=stamp)
        _demand(found, by=by, at=at)
        others = {found.received_by_id, found.assigned_to_id} - {None, by.pk}
        if others:  # rare, so its rules may read models
            task = Task.objects.select_related("case__application", "received_by").get(pk=task_id)
            if told := why_not_take(by, task, at=at):
                raise Refused(told)
        facts: dict[str, object] = {"step": found.step_key}
        if found.received_by_id in others:
            facts["instead_of"] = found.received_by_id
        seq = _touch(found, verb="take_over", by=by, at=at, facts=facts, stamp=stamp)
        if not _execute(TAKE_TASK, [_moment(at), by.pk, task_id]):
            raise Stale
        if found.assigned_to_id in others:
            Assignment.objects.filter(task=task_id, replaced_at=None).update(replaced_at=at)
        return Moved(found.case_id, seq, task_id, found.step_key)


def complete(
    task_id: int,
    *,
    outcome: str,
    by: User,
    at: datetime,
    note: str = "",
    facts: Mapping[str, object] | None = None,
    stamp: Stamp = NO_FORM,
    activity: str = "",
    proven: bool = False,
) -> Moved:
    """Finish a task and open the one the SOP puts after it; call inside `act`.

    A chapter names the `activity` that it is about: an act of step 4 cannot finish a task of step 7.
    `proven`: what binds the office here was decided in an act before, which asked for the proof.

    Raises:
        Refused: the outcome needs a reason, the file was not received by this person first, or what binds
            the office is done without a fresh proof of who does it (ProofWanted).
        NotYours: the person may not do this step of this case.
        Stale: the task is closed or the case moved.
    """
    found = standing(task_id, by=by, at=at, stamp=stamp)
    _demand(found, by=by, at=at)
    step = found.step
    if activity and step.activity != activity:
        raise NotYours
    chosen = step.outcome(outcome)
    if found.companion:
        raise Refused("Pemantauan ini ditutup dengan sendirinya ketika langkah yang dipantau selesai.")
    if step.actor != "applicant" and found.received_by_id != by.pk:
        raise Refused("Terima berkas ini lebih dahulu, baru catat hasilnya.")
    facts = dict(facts or {})
    if step.activity in BINDING and chosen.kind == "forward" and not proven:
        facts |= demand_proof(stamp, by=by, at=at)
    _printable(note)
    if chosen.needs_reason and not note.strip():
        raise Refused("Tuliskan alasannya agar penerima tahu apa yang harus dikerjakan.", "note")
    following, callers = _where_to(found, step, chosen)
    return _move(found, chosen, following, callers, by=by, at=at, note=note, facts=facts, stamp=stamp)


def demand_proof(stamp: Stamp, *, by: User, at: datetime) -> dict[str, object]:
    """Ask for a fresh proof of who binds the office; what the entry says of it.

    Raises:
        ProofWanted: there is none, or it is older than FRESH.
    """
    if not settings.MUARA_SECOND_FACTOR:
        return {}
    if stamp.proof is None or not stamp.proof.is_fresh(at=at):
        raise ProofWanted(missing=not has_second_factor(by))
    return {"proof": {"means": stamp.proof.means, "at": stamp.proof.at.isoformat()}}


def _printable(note: str) -> None:
    """An entry is for ever, and so is the control sheet that prints it."""
    try:
        check_text(note)
    except UnprintableCharacter as problem:
        raise Refused(str(problem), "note") from None


def _where_to(found: Standing, step: Step, chosen: Outcome) -> tuple[str | None, tuple[str, ...]]:
    """Name the next step and the callers that are left waiting (design: detours are a stack)."""
    if chosen.to == END:
        return None, ()
    if chosen.to == CALLER:
        if not found.callers:
            raise Refused("Tidak ada langkah yang menunggu berkas ini; pilih hasil lain.", "outcome")
        return found.callers[-1], found.callers[:-1]
    if chosen.kind == "detour":
        return chosen.to, (*found.callers, step.key)
    # Whoever called waits on while the case stays on the detour; any other way leaves it for good.
    return chosen.to, found.callers if found.callers and found.process.is_detour(chosen.to) else ()


def _move(
    found: Standing,
    chosen: Outcome,
    following: str | None,
    callers: tuple[str, ...],
    *,
    by: User,
    at: datetime,
    note: str,
    facts: Mapping[str, object],
    stamp: Stamp,
) -> Moved:
    process = found.process
    moment = _moment(at)
    wording = _close(
        found,
        verb=f"{found.step_key}.{chosen.key}",
        outcome=chosen.key,
        callers=callers,
        ends=following is None,
        by=by,
        at=at,
        note=note,
        facts={**facts, "to": following or END},
    )
    opened = None
    if process.companions(found.step_key):
        _execute(CLOSE_COMPANION, [moment, chosen.key, found.case_id])
    if following is not None:
        opened = _open(found, process, following, moment)
        for step in process.companions(following):
            _open(found, process, step.key, moment, companion=True)
    insert(wording, key=stamp.key, body=stamp.body)
    return Moved(found.case_id, wording.seq, opened, following)


def _close(
    found: Standing,
    *,
    verb: str,
    outcome: str,
    callers: tuple[str, ...],
    ends: bool,
    by: User,
    at: datetime,
    note: str,
    facts: Mapping[str, object],
) -> Wording:
    """Lock the case by its version and close the task by its id; return the entry still to be written."""
    moment = _moment(at)
    wording = word(
        chain=chain_of(found.case_id),
        seq=found.version + 1,
        prev=found.head,
        verb=verb,
        by_id=by.pk,
        at=at,
        facts=facts,
        note=note,
        task_id=found.task_id,
    )
    closed, result = (moment, outcome) if ends else (None, "")
    locked = _execute(
        LOCK_CASE,
        [wording.seq, wording.hash, " ".join(callers), closed, result, found.case_id, found.version],
    )
    if not locked:
        raise Stale
    if not _execute(CLOSE_TASK, [moment, by.pk, outcome, found.task_id]):
        raise Stale
    return wording


def end_case(
    task_id: int,
    *,
    ending: str,
    by: User,
    at: datetime,
    note: str,
    facts: Mapping[str, object] | None = None,
    stamp: Stamp = NO_FORM,
) -> Moved:
    """End a case at whatever step it stands, in a way that the SOP does not print; call inside `act`.

    Raises:
        Refused: no reason was given, or it is too late. NotYours: the person may not end it so.
        Stale: the task is closed or the case moved.
    """
    found = standing(task_id, by=by, at=at, stamp=stamp)
    process = found.process
    chosen = process.ending(ending)
    if found.companion or not may_end(by, case_id=found.case_id, ending=chosen, at=at):
        raise NotYours
    _printable(note)
    if not note.strip():
        raise Refused("Tuliskan alasannya.", "note")
    if found.step.number >= process.step(chosen.before).number:
        raise Refused("Keputusan sudah ditandatangani, jadi permohonan tidak dapat diakhiri dengan cara ini.")
    wording = _close(
        found,
        verb=f"{END}.{ending}",
        outcome=ending,
        callers=(),
        ends=True,
        by=by,
        at=at,
        note=note,
        facts={**(facts or {}), "step": found.step_key},
    )
    _execute(CLOSE_COMPANION, [_moment(at), ending, found.case_id])
    insert(wording, key=stamp.key, body=stamp.body)
    return Moved(found.case_id, wording.seq, None, None)


def _open(found: Standing, process: Process, key: str, moment: Any, *, companion: bool = False) -> int:
    step = process.step(key)
    sql, row = OPEN_TASK, [found.case_id, key, step.actor, companion, moment]
    base = None if companion else day_zero_of(step, process, found.registered_on, found.recommended_on)
    if base is None:
        row.append(None)
    else:
        calendar, day = read_calendar(found.calendar), connection.ops.adapt_datefield_value
        first = day(due(calendar, step.limit, base))
        if step.limit is not None and step.limit.tells_passes_apart:
            later = day(due(calendar, step.limit, base, again=True))
            sql = OPEN_TASK_AGAIN
            row += [found.case_id, key, _moment(midnight(base)), later]
        row.append(first)
    with connection.cursor() as cursor:
        cursor.execute(sql, row)
        return int(cursor.fetchone()[0])


def due_day(
    step: Step,
    *,
    process: Process,
    registered_on: date | None,
    recommended_on: date | None,
    calendar: Calendar,
    last_done: datetime | None = None,
) -> date | None:
    """The last working day of a step's cumulative limit; None while its clock has not begun.

    `last_done` is when the step was last finished in this case: once its clock ran, the step's limit for
    later passes counts, if it has one.
    """
    base = day_zero_of(step, process, registered_on, recommended_on)
    if base is None:
        return None
    again = last_done is not None and office_day(last_done) >= base
    return due(calendar, step.limit, base, again=again)


def day_zero_of(
    step: Step, process: Process, registered_on: date | None, recommended_on: date | None
) -> date | None:
    """Day 0 of a step's limit; None where it has none, or while its clock has not begun."""
    if step.limit is None or step.limit.days is None or step.limit.clock is None:
        return None
    return process.day_zero(step.limit.clock, registered_on=registered_on, recommended_on=recommended_on)


def last_done(case_id: int, step: Step) -> datetime | None:
    """When a case last passed a step; asked only where a later pass has a limit of its own."""
    if step.limit is None or not step.limit.tells_passes_apart:
        return None
    passes = Task.objects.main().filter(case=case_id, step_key=step.key)
    found: datetime | None = passes.aggregate(last=Max("closed_at"))["last"]
    return found


def _demand(found: Standing, *, by: User, at: datetime) -> None:
    if not may_work_on(
        by,
        case_id=found.case_id,
        step=found.step,
        callers=found.callers,
        process=found.process,
        at=at,
        held=found.held,
        was_here=found.was_here,
        own=found.own,
    ):
        raise NotYours


def _touch(
    found: Standing,
    *,
    verb: str,
    by: User | None,
    at: datetime,
    facts: Mapping[str, object],
    note: str = "",
    stamp: Stamp,
) -> int:
    wording = word(
        chain=chain_of(found.case_id),
        seq=found.version + 1,
        prev=found.head,
        verb=verb,
        by_id=by.pk if by else None,
        at=at,
        facts=facts,
        note=note,
        task_id=found.task_id,
    )
    if not _execute(TOUCH_CASE, [wording.seq, wording.hash, found.case_id, found.version]):
        raise Stale
    insert(wording, key=stamp.key, body=stamp.body)
    return wording.seq


def release(
    task_id: int, *, to: User, verb: str, by: User, at: datetime, note: str, stamp: Stamp = NO_FORM
) -> Moved:
    """Mean a task for one person, taking it from whoever received it; the chapter has checked who may.

    Call inside `act`. The person still receives the file themself: touch time in their name runs from then.
    """
    found = standing(task_id, by=by, at=at, stamp=stamp)
    _printable(note)
    facts = {"step": found.step_key, "to": to.pk, "from": found.received_by_id}
    seq = _touch(found, verb=verb, by=by, at=at, facts=facts, note=note, stamp=stamp)
    Assignment.objects.filter(task=task_id, replaced_at=None).update(replaced_at=at)
    Assignment.objects.create(task_id=task_id, to=to, by=by, at=at, note=note.strip())
    Task.objects.filter(pk=task_id).update(received_by=None, received_at=None)
    return Moved(found.case_id, seq, task_id, found.step_key)


def note_on(
    task_id: int,
    *,
    verb: str,
    by: User,
    at: datetime,
    facts: Mapping[str, object],
    note: str = "",
    stamp: Stamp = NO_FORM,
    activity: str = "",
) -> Moved:
    """Record an act of the open task's actor that does not move the case; call inside `act`."""
    found = standing(task_id, by=by, at=at, stamp=stamp)
    _demand(found, by=by, at=at)
    if activity and found.step.activity != activity:
        raise NotYours
    if found.step.actor != "applicant" and found.received_by_id != by.pk:
        raise Refused("Terima berkas ini lebih dahulu.")
    if verb in BINDING_ACTS:
        facts = {**facts, **demand_proof(stamp, by=by, at=at)}
    _printable(note)
    seq = _touch(found, verb=verb, by=by, at=at, facts=facts, note=note, stamp=stamp)
    return Moved(found.case_id, seq, task_id, found.step_key)


def note_from_outside(
    task_id: int,
    *,
    verb: str,
    by: User | None,
    at: datetime,
    facts: Mapping[str, object],
    note: str = "",
    stamp: Stamp = NO_FORM,
) -> Moved:
    """Record an act of somebody who is not the open task's actor; the chapter has checked that they may.

    Nobody (`by` None) is the clock: what the office does by itself when a day has come.
    """
    found = standing(task_id, by=by, at=at, stamp=stamp)
    _printable(note)
    seq = _touch(found, verb=verb, by=by, at=at, facts=facts, note=note, stamp=stamp)
    return Moved(found.case_id, seq, task_id, found.step_key)


def note_after_end(
    case_id: int,
    *,
    verb: str,
    by: User,
    at: datetime,
    facts: Mapping[str, object],
    note: str = "",
    stamp: Stamp = NO_FORM,
) -> int:
    """Record an act on a closed case, which stands at no task; the chapter has checked that they may.

    Call inside `act`. Returns the entry's number.

    Raises:
        Stale: the case still runs, or something was recorded since the form was shown.
    """
    case = Case.objects.get(pk=case_id)
    if case.closed_at is None or (stamp.version is not None and stamp.version != case.version):
        raise Stale
    _printable(note)
    wording = word(
        chain=case.chain,
        seq=case.version + 1,
        prev=case.head,
        verb=verb,
        by_id=by.pk,
        at=at,
        facts=facts,
        note=note,
    )
    if not _execute(TOUCH_CASE, [wording.seq, wording.hash, case.pk, case.version]):
        raise Stale
    insert(wording, key=stamp.key, body=stamp.body)
    return wording.seq


def open_case(
    application: Application, *, by: User, at: datetime, facts: Mapping[str, object], stamp: Stamp = NO_FORM
) -> Moved:
    """Open a case at the end of step 3: the applicant has handed the file in. Call inside `act`."""
    process = application.revision.process
    start = process.step(process.opens_after)
    chosen = start.outcome("submitted")
    case = Case.objects.create(
        application=application, revision_id=application.revision_id, head=GENESIS, opened_at=at
    )
    task_id = _open(_unopened(case, start), process, start.key, _moment(at))
    found = standing(task_id, by=by, at=at)
    return _move(found, chosen, chosen.to, (), by=by, at=at, note="", facts=facts, stamp=stamp)


def _unopened(case: Case, step: Step) -> Standing:
    """A case just made, about to stand at its first step."""
    with connection.cursor() as cursor:
        cursor.execute(CALENDAR_HEAD)
        calendar = cursor.fetchone()
    return Standing(
        task_id=0,
        step_key=step.key,
        actor=step.actor,
        companion=False,
        closed=False,
        received_by_id=None,
        assigned_to_id=None,
        case_id=case.pk,
        revision_id=case.revision_id,
        version=0,
        head=GENESIS,
        callers=(),
        registered_on=case.registered_on,
        recommended_on=case.recommended_on,
        held=True,
        was_here=False,
        own=True,
        recused=False,
        calendar=calendar[0] if calendar else "",
    )


def open_running_case(
    application: Application,
    *,
    step: str,
    registration_number: str | None,
    registered_on: date | None,
    recommended_on: date | None,
    by: User,
    at: datetime,
    facts: Mapping[str, object],
    stamp: Stamp = NO_FORM,
) -> Moved:
    """Open a case that ran on paper so far, at the step where it stands; its first entry says so.

    Call inside `act`; the chapter has checked who may, and what paper says.
    """
    process = application.revision.process
    entered = process.step(step)
    case = Case.objects.create(
        application=application,
        revision_id=application.revision_id,
        head=GENESIS,
        opened_at=at,
        registration_number=registration_number,
        registered_on=registered_on,
        recommended_on=recommended_on,
    )
    found, moment = _unopened(case, entered), _moment(at)
    task_id = _open(found, process, step, moment)
    for companion in process.companions(step):
        _open(found, process, companion.key, moment, companion=True)
    said = {
        **facts,
        "from_paper": True,
        "step": step,
        "registration_number": registration_number,
        "registered_on": registered_on.isoformat() if registered_on else None,
        "recommended_on": recommended_on.isoformat() if recommended_on else None,
    }
    opened = replace(found, task_id=task_id)
    seq = _touch(opened, verb="paper.open", by=by, at=at, facts=said, stamp=stamp)
    return Moved(case.pk, seq, task_id, step)


@dataclass(frozen=True, slots=True)
class Shift:
    """An open task whose limit the calendar puts on another day."""

    task_id: int
    case_id: int
    was: date | None
    becomes: date | None

    @property
    def told(self) -> list[str | None]:
        """Both days as an entry keeps them."""
        return [day.isoformat() if day else None for day in (self.was, self.becomes)]


def shifts() -> list[Shift]:
    """Which limits of open tasks the calendar, as it stands now, puts elsewhere than they were counted."""
    calendar = office_calendar()
    waiting = Task.objects.open().main().filter(case__registered_on__isnull=False)
    passes = Task.objects.main().filter(
        case=OuterRef("case"), step_key=OuterRef("step_key"), closed_at__isnull=False
    )
    rows = (
        waiting.order_by("due_on", "pk")
        .annotate(last_done=Subquery(passes.order_by("-closed_at").values("closed_at")[:1]))
        .values_list(
            "pk",
            "case",
            "step_key",
            "due_on",
            "case__revision",
            "case__registered_on",
            "case__recommended_on",
            "last_done",
        )
    )
    counted: dict[tuple[object, ...], date | None] = {}  # many cases share a step and a day
    found = []
    for pk, case_id, step, was, revision, registered_on, recommended_on, done in rows.iterator():
        key = (revision, step, registered_on, recommended_on, office_day(done) if done else None)
        if key not in counted:
            process = definition_of(revision).process
            counted[key] = due_day(
                process.step(step),
                process=process,
                registered_on=registered_on,
                recommended_on=recommended_on,
                calendar=calendar,
                last_done=done,
            )
        if counted[key] != was:
            found.append(Shift(pk, case_id, was, counted[key]))
    return found


def rehearse(change: Callable[[], object]) -> list[Shift]:
    """Which limits a change would move: it is made, looked at, and undone."""
    with transaction.atomic():
        change()
        moved = shifts()
        transaction.set_rollback(True)
    return moved


def reproject(*, by: User, at: datetime) -> list[Shift]:
    """Count the limits of all open tasks anew after the calendar changed, and record which moved."""
    moved = shifts()
    move_limits(moved)
    if moved:
        told = [[shift.task_id, *shift.told] for shift in moved]
        record(chain="calendar", verb="calendar.reproject", by_id=by.pk, at=at, facts={"moved": told})
    return moved


def move_limits(moved: Iterable[Shift]) -> None:
    """Put the limits of open tasks on their new days."""
    tasks: dict[date | None, list[int]] = {}
    for shift in moved:
        tasks.setdefault(shift.becomes, []).append(shift.task_id)
    for day, found in tasks.items():
        for start in range(0, len(found), AT_ONCE):
            some = found[start : start + AT_ONCE]
            Task.objects.filter(pk__in=some, closed_at=None).update(due_on=day)


def store_revision(
    *, files: Mapping[str, bytes], by_id: int | None, at: datetime, effective_from: date
) -> Revision:
    """Keep the bytes of a revision of the SOP; the same bytes are kept once.

    Raises:
        BrokenSop: the files do not make a sound SOP.
    """
    service = read_service(files)
    sha256 = digest(files)
    row, made = Revision.objects.get_or_create(
        sha256=sha256,
        defaults={
            "service": service.process.code,
            "number": service.process.revision,
            "files": {name: content.decode() for name, content in files.items()},
            "effective_from": effective_from,
            "stored_at": at,
        },
    )
    if made:
        record(
            chain=f"sop:{row.service}",
            verb="sop.store",
            by_id=by_id,
            at=at,
            facts={"revision": row.number, "sha256": sha256, "effective_from": effective_from.isoformat()},
        )
    return row


def publish_revision(
    *, files: Mapping[str, bytes], by_id: int | None, at: datetime, effective_from: date
) -> Revision:
    """Keep a new revision that counts for applications started from a day on; running cases stay pinned.

    Raises:
        BrokenSop: the files do not make a sound SOP.
        Refused: the day is past, or the service has a revision of this number already.
    """
    process = read_service(files).process
    if effective_from < office_day(at):
        raise Refused("Tanggal berlaku sudah lewat: revisi baru berlaku paling cepat hari ini.")
    if Revision.objects.filter(service=process.code, number=process.revision).exists():
        raise Refused(
            f"Revisi {process.revision} layanan {process.code} sudah tersimpan. Beri revisi ini nomor baru."
        )
    return store_revision(files=files, by_id=by_id, at=at, effective_from=effective_from)
