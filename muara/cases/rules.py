"""May this person? Who holds the step's actor, for this case, after what they did before."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import connection
from django.db.models import Q

from muara.cases.models import Application, Case, Revision, Task
from muara.cases.models.case import definition_of
from muara.people.models import User, office_day
from muara.sop.definition import Ending, Process, Step

COUNTER = ("customer_service", "registration_counter", "collection_counter")


def is_applicant_of(user: User, application: Application) -> bool:
    """The person started the application, or acts for its company."""
    return (
        application.applicant_id == user.pk
        or user.memberships.filter(company=application.company_id).exists()
    )


def may_act_as_applicant(user: User, application: Application, *, at: datetime) -> bool:
    """The applicant, or a counter officer for somebody without an account (SOP steps 3, 8, 18)."""
    if is_applicant_of(user, application):
        return True
    return application.applicant_id is None and serves_the_counter(user, at=at)


def serves_the_counter(user: User, *, at: datetime) -> bool:
    return user.holdings.current(office_day(at)).filter(actor__in=COUNTER).exists()


DONE_BY = "SELECT step_key FROM cases_task WHERE case_id = %s AND closed_by_id = %s AND NOT companion"


def is_separated(user: User, *, case_id: int, step: Step, process: Process) -> bool:
    """The person did a step of this case that the same person must not follow with this one."""
    forbidden = process.separated_from(step.key)
    if not forbidden:
        return False
    with connection.cursor() as cursor:
        cursor.execute(DONE_BY, [case_id, user.pk])
        return any(done in forbidden for (done,) in cursor.fetchall())


REFERRED = (
    "SELECT 1 FROM people_holding h JOIN cases_referral r ON r.agency_id = h.office_id "
    "WHERE r.case_id = %s AND r.delivered_at IS NOT NULL AND h.user_id = %s AND h.actor = %s "
    "AND h.starts <= %s AND (h.ends IS NULL OR h.ends >= %s) LIMIT 1"
)


def _works_for_a_referred_agency(user: User, *, case_id: int, actor: str, at: datetime) -> bool:
    """An agency reviews only the cases that were delivered to it."""
    day = connection.ops.adapt_datefield_value(office_day(at))
    with connection.cursor() as cursor:
        cursor.execute(REFERRED, [case_id, user.pk, actor, day, day])
        return cursor.fetchone() is not None


def may_work_on(
    user: User,
    *,
    case_id: int,
    step: Step,
    callers: Sequence[str],
    process: Process,
    at: datetime,
    held: bool,
    own: bool,
    was_here: bool = True,
) -> bool:
    """Whether a person may take and finish a step of a case.

    `held`: they hold the step's actor that day; `was_here`: they may have finished a step of the case;
    `own`: the application is theirs, which bars an official (UU 30/2014, Pasal 42-45).
    """
    if not user.is_active:
        return False
    if step.actor == "applicant":
        if may_act_as_applicant(user, Application.objects.get(case=case_id), at=at):
            return True
        # A signed receipt is proof enough: the counter that has it closes step 18 for anybody.
        return step.activity == "receive" and serves_the_counter(user, at=at)
    if own:
        return False
    if step.activity == "meet" and callers and not held:
        # A joint meeting is a list of participants, not a user: whoever called it records it.
        held = user.holds(process.step(callers[-1]).actor, at)
    if step.activity == "review" and held:
        held = _works_for_a_referred_agency(user, case_id=case_id, actor=step.actor, at=at)
    return held and not (was_here and is_separated(user, case_id=case_id, step=step, process=process))


def may_end(user: User, *, case_id: int, ending: Ending, at: datetime) -> bool:
    """Whether a person may end a case so: the applicant, or an officer whose actor the ending names."""
    if not user.is_active:
        return False
    application = Application.objects.get(case=case_id)
    if "applicant" in ending.by and may_act_as_applicant(user, application, at=at):
        return True
    if is_applicant_of(user, application):
        return False
    return bool(user.actors(at) & set(ending.by))


def may_see(user: User, case: Case, *, at: datetime) -> bool:
    return Case.objects.visible_to(user, at=at).filter(pk=case.pk).exists()


def may_do_step(user: User, task: Task, *, at: datetime) -> bool:
    """The same question for a task that is at hand (pages), open or not."""
    case = task.case
    return may_work_on(
        user,
        case_id=case.pk,
        step=task.step,
        callers=case.call_stack,
        process=case.process,
        at=at,
        held=user.holds(task.actor, at),
        own=is_applicant_of(user, case.application),
    )


def may_work_on_task(user: User, task: Task, *, at: datetime) -> bool:
    return task.is_open and may_do_step(user, task, at=at)


def open_tasks_for(user: User, *, at: datetime) -> Q:
    """The condition for tasks whose actor the person holds today (an agency's: only its own cases)."""
    wanted = Q(pk__in=[])
    held = list(user.holdings.current(office_day(at)))
    for holding in held:
        if holding.actor == "technical_team":
            wanted |= Q(
                actor=holding.actor,
                case__referrals__agency=holding.office_id,
                case__referrals__delivered_at__isnull=False,
            )
        else:
            wanted |= Q(actor=holding.actor)
    for caller in _steps_of({holding.actor for holding in held}):
        wanted |= Q(actor="joint_meeting", case__callers=caller) | Q(
            actor="joint_meeting", case__callers__endswith=f" {caller}"
        )
    return wanted


def _steps_of(actors: set[str]) -> set[str]:
    """The steps, under any stored revision, that detour to a joint meeting and belong to these actors."""
    processes = [definition_of(pk).process for pk in Revision.objects.values_list("pk", flat=True)]
    return {
        key
        for process in processes
        for meeting in process.steps
        if meeting.activity == "meet"
        for key in process.callers(meeting.key)
        if process.step(key).actor in actors
    }
