"""Running cases under another revision of their SOP: planned, shown, and done as one act or not at all.

A case stays pinned to the revision it began under until somebody moves it here (docs/adr/0015). The rows of a
case that name a step take the new name, so what was done under the old name still bars whom it barred;
the entries on its chain stay as they were written and are told under the revision of their day.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Case as Choose
from django.db.models import CharField, F, Model, Value, When

from muara.audit.actions import record
from muara.cases.actions import Refused, Shift, move_limits, note_from_outside, rehearse
from muara.cases.models import (
    Application,
    Case,
    CaseLetter,
    Correction,
    Endorsement,
    PaperCase,
    Question,
    Recusal,
    Revision,
    Task,
)
from muara.cases.queries import latest_submission, submitted
from muara.documents.indonesian import tanggal
from muara.documents.repertoire import allowed
from muara.people.models import User, office_day
from muara.sop.definition import Process, UnknownOutcome
from muara.sop.form import Form, clean_section

VERB = "sop.migrate"
# Every row of a case that names a step, by the path to its case.
NAMING: tuple[tuple[type[Model], str, str], ...] = (
    (Task, "case", "step_key"),
    (Endorsement, "draft__case", "step_key"),
    (Recusal, "case", "step_key"),
    (CaseLetter, "case", "step_key"),
    (PaperCase, "case", "step_key"),
    (Question, "case", "step_key"),
    (Correction, "case", "raised_at_step"),
)


class Unfit(Refused):
    """The plan would leave something in a state that the new revision does not know; nothing was changed."""

    def __init__(self, faults: tuple[str, ...]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class Standing:
    """How many running cases go from one step to another."""

    step: str
    becomes: str
    number: int
    title: str
    cases: int


@dataclass(frozen=True, slots=True)
class Plan:
    """What a migration would do; `faults` are the reasons for which it may not be done at all.

    `shifts` are the limits of open tasks that move, `drafts` counts the applications not yet handed in.
    """

    source: Revision
    target: Revision
    renamed: Mapping[str, str]
    cases: tuple[int, ...]
    standings: tuple[Standing, ...]
    shifts: tuple[Shift, ...]
    drafts: int
    faults: tuple[str, ...]


def plan_migration(source: Revision, target: Revision, *, renamed: Mapping[str, str]) -> Plan:
    """Say what moving every open case and application of a revision to another would do; changes nothing."""
    steps, faults = _steps(source, target, renamed)
    cases = list(Case.objects.filter(revision=source, closed_at=None).order_by("pk"))
    drafts = list(Application.objects.filter(revision=source, case=None).order_by("pk"))
    if not faults:
        for case in cases:
            faults += [f"{case}: {told}" for told in _case_faults(case, target, steps)]
        for application in drafts:
            found = _new_faults(application, application.data, source, target, complete=False)
            faults += [f"{application.reference} (belum diajukan): {told}" for told in found]
    return Plan(
        source=source,
        target=target,
        renamed=dict(renamed),
        cases=tuple(case.pk for case in cases),
        standings=_standings(source, target, steps),
        shifts=() if faults else _rehearse(source, target, steps, cases),
        drafts=len(drafts),
        faults=tuple(faults),
    )


@transaction.atomic
def migrate(
    source: Revision, target: Revision, *, renamed: Mapping[str, str], by: User | None, at: datetime
) -> Plan:
    """Move every open case and application of a revision to another, with an entry on each case's chain.

    Nobody (`by` None) is the command on the server.

    Raises:
        Unfit: something does not fit the new revision; nothing was changed.
        Refused: the new revision is not in force yet.
        Stale: a case moved meanwhile; nothing was changed.
    """
    plan = plan_migration(source, target, renamed=renamed)
    if plan.faults:
        raise Unfit(plan.faults)
    if target.effective_from > office_day(at):
        raise Refused(
            f"{target} baru berlaku pada {tanggal(target.effective_from)}; pindahkan sejak hari itu."
        )
    steps, _ = _steps(source, target, renamed)
    moved = {shift.case_id: shift for shift in plan.shifts}
    for task in Task.objects.open().main().filter(case__in=plan.cases).order_by("case"):
        shift = moved.get(task.case_id)
        facts = {
            "from": {"id": source.pk, "revision": source.number, "sha256": source.sha256},
            "to": {"id": target.pk, "revision": target.number, "sha256": target.sha256},
            "map": dict(renamed),
            "step": task.step_key,
            "becomes": steps[task.step_key],
            "due": shift.told if shift else None,
        }
        note_from_outside(task.pk, verb=VERB, by=by, at=at, facts=facts)
    _rename(plan.cases, source, target, steps)
    move_limits(plan.shifts)
    record(
        chain=f"sop:{source.service}",
        verb=VERB,
        by_id=by.pk if by else None,
        at=at,
        facts={
            "from": source.number,
            "to": target.number,
            "map": dict(renamed),
            "cases": len(plan.cases),
            "applications": plan.drafts,
        },
    )
    return plan


def _steps(
    source: Revision, target: Revision, renamed: Mapping[str, str]
) -> tuple[dict[str, str], list[str]]:
    """Where each step of the old revision goes (those without a place are left out), and what is wrong."""
    if source.service != target.service or source.pk == target.pk:
        return {}, ["Pilih dua revisi yang berbeda dari layanan yang sama."]
    old = {step.key: step for step in source.process.steps}
    new = {step.key: step for step in target.process.steps}
    faults = [
        f"Peta {key}={to}: {where} tidak mempunyai langkah '{wrong}'."
        for key, to in renamed.items()
        for wrong, known, where in (
            (key, old, source),
            (to, new, target),
        )
        if wrong not in known
    ]
    if faults:
        return {}, faults
    steps = {key: to for key in old if (to := renamed.get(key, key)) in new}
    faults += [
        f"Langkah '{to}' menampung lebih dari satu langkah lama; pemisahan tugas akan hilang."
        for to, times in Counter(steps.values()).items()
        if times > 1
    ]
    faults += [
        f"Langkah '{key}' mengerjakan hal lain daripada '{to}' revisi {target.number}."
        for key, to in steps.items()
        if old[key].activity != new[to].activity
    ]
    return steps, faults


def _case_faults(case: Case, target: Revision, steps: Mapping[str, str]) -> Iterator[str]:
    process = target.process
    for task in case.tasks.all():
        if task.step_key not in steps:
            how = "berdiri di" if task.is_open else "pernah melalui"
            yield f"{how} langkah '{task.step_key}', yang tidak ada pada {target}; beri petanya."
        elif task.outcome and not task.companion and not _knows(process, steps[task.step_key], task.outcome):
            yield f"langkah '{task.step_key}' berhasil '{task.outcome}', yang tidak ada pada revisi baru."
    for key in case.call_stack:
        if key not in steps:
            yield f"langkah '{key}' menunggu berkas ini dan tidak ada pada {target}; beri petanya."
    yield from _companion_faults(case, process, steps)
    submission = latest_submission(case)
    content = submitted(submission)
    assert isinstance(content["values"], dict)
    yield from _new_faults(case.application, content["values"], case.revision, target, complete=True)


def _knows(process: Process, step: str, outcome: str) -> bool:
    try:
        process.way_out(step, outcome)
    except UnknownOutcome:
        return False
    return True


def _companion_faults(case: Case, process: Process, steps: Mapping[str, str]) -> Iterator[str]:
    running = [task for task in case.tasks.all() if task.is_open]
    main = next((task for task in running if not task.companion), None)
    if main is None or any(task.step_key not in steps for task in running):
        return
    due = {step.key for step in process.companions(steps[main.step_key])}
    if due != {steps[task.step_key] for task in running if task.companion}:
        yield f"pekerjaan pendamping langkah '{main.step_key}' lain pada revisi baru."


def _new_faults(
    application: Application,
    values: Mapping[str, object],
    source: Revision,
    target: Revision,
    *,
    complete: bool,
) -> Iterator[str]:
    """What the new form does not take and the old one did: a case from paper may lack answers under both."""
    known = set(_answers(application, values, source, complete=complete))
    yield from (
        told for told in _answers(application, values, target, complete=complete) if told not in known
    )


def _answers(
    application: Application, values: Mapping[str, object], target: Revision, *, complete: bool
) -> Iterator[str]:
    """What of an application the new form does not take: an answer, a file, the kind of application."""
    form: Form = target.definition.form
    process = target.process
    if application.kind not in {kind.key for kind in process.kinds}:
        yield f"jenis permohonan '{application.kind}' tidak ada pada revisi {target.number}."
    known = {item.key for item in form.fields}
    for key in values:
        if key not in known:
            yield f"isian '{key}' tidak ditanyakan pada revisi {target.number}."
    for section in form.sections:
        wrong = clean_section(section, values, printable=allowed, complete=complete).errors
        for key, told in wrong.items():
            yield f"isian '{section.field(key).label}': {told}"
    files = set(
        application.attachments.filter(withdrawn_at=None).values_list("requirement", flat=True).order_by()
    )
    wanted = {requirement.number for requirement in process.uploads()}
    for number in sorted(files - wanted):
        yield f"berkas untuk persyaratan {number} tidak diminta pada revisi {target.number}."
    if complete:
        for number in sorted(wanted - files - _covered(process, files)):
            yield f"berkas untuk persyaratan {number} belum ada."


def _covered(process: Process, files: set[int]) -> set[int]:
    return {item.number for item in process.requirements if item.covered_by in files}


def _standings(source: Revision, target: Revision, steps: Mapping[str, str]) -> tuple[Standing, ...]:
    waiting = Counter(
        Task.objects.open().main().filter(case__revision=source).order_by().values_list("step_key", flat=True)
    )
    found = []
    for step in source.process.steps:
        if waiting[step.key]:
            to = steps.get(step.key, "")
            title = target.process.step(to).title if to else ""
            found.append(Standing(step.key, to, step.number, title, waiting[step.key]))
    return tuple(found)


def _rehearse(
    source: Revision, target: Revision, steps: Mapping[str, str], cases: list[Case]
) -> tuple[Shift, ...]:
    """Which limits of these cases would move: the rows are changed, counted, and put back."""
    ids = tuple(case.pk for case in cases)
    moving, moved = frozenset(ids), rehearse(lambda: _rename(ids, source, target, steps))
    return tuple(shift for shift in moved if shift.case_id in moving)


def _rename(ids: tuple[int, ...], source: Revision, target: Revision, steps: Mapping[str, str]) -> None:
    """Give every row of the cases the new names, and the cases and open applications the new revision."""
    others = {old: new for old, new in steps.items() if old != new}
    for model, path, field in NAMING if others else ():
        rows: Any = model._default_manager.filter(**{f"{path}__in": ids, f"{field}__in": list(others)})
        whens = [When(**{field: old}, then=Value(new)) for old, new in others.items()]
        if "__" in path:
            rows = model._default_manager.filter(pk__in=list(rows.values_list("pk", flat=True)))
        rows.update(**{field: Choose(*whens, default=F(field), output_field=CharField())})
    for case in Case.objects.filter(pk__in=ids).exclude(callers=""):
        Case.objects.filter(pk=case.pk).update(callers=" ".join(steps[key] for key in case.call_stack))
    for step in target.process.steps:
        passed_on = Task.objects.open().filter(case__in=ids, step_key=step.key).exclude(actor=step.actor)
        passed_on.update(actor=step.actor, received_at=None, received_by=None)
    Application.objects.filter(case__in=ids).update(revision=target)
    Application.objects.filter(revision=source, case=None).update(revision=target)
    Case.objects.filter(pk__in=ids).update(revision=target)
