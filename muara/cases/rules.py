"""May this person? Who holds the step's actor, for this case, after what they did before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum

from django.db import connection
from django.db.models import Exists, OuterRef, Q

from muara.cases.models import (
    Application,
    Assignment,
    Case,
    Correction,
    PowerOfAttorney,
    Recusal,
    Referral,
    Task,
)
from muara.cases.models.case import definition_of, stored_revisions
from muara.documents.indonesian import tanggal
from muara.people.models import Absence, Holding, Office, User, office_day
from muara.people.queries import absent_until
from muara.people.reading import answered
from muara.people.rules import superiors_of
from muara.sop.definition import Ending, Process, Step

TECHNICAL_TEAM = "technical_team"
ARCHIVISTS = frozenset({"collection_counter", "registrar"})  # step 17 names the former
COUNTER = ("customer_service", "registration_counter", "collection_counter")


class Doing(StrEnum):
    """What is done for an applicant, as far as powers of attorney tell it apart (docs/adr/0012)."""

    SEE = "see"
    FILL = "fill"  # fill in, hand in files and take them back, before submitting or to mend
    ANSWER = "answer"  # answer a correction request (step 8)
    VISIT = "visit"  # agree to a site visit, or ask for another time (step 10.b)
    SIGN = "sign"  # submit, with the statement of truth (step 3)
    REPORT = "report"  # log, test and report after the permit (G.10 to G.17)
    COLLECT = "collect"  # take the permit, and confirm that it was received (steps 17 and 18)
    WITHDRAW = "withdraw"  # give the application up: no power of the SOP's two covers it


Scope = PowerOfAttorney.Scope
COVERED: Mapping[str, frozenset[Doing]] = {
    Scope.SIGNING: frozenset({Doing.SEE, Doing.SIGN}),
    Scope.HANDLING: frozenset(
        {Doing.SEE, Doing.FILL, Doing.ANSWER, Doing.VISIT, Doing.COLLECT, Doing.REPORT}
    ),
}
# What somebody with an account may do in person, on paper, while the office waits for their answer.
IN_PERSON = frozenset({Doing.SEE, Doing.FILL, Doing.ANSWER, Doing.SIGN})
# What the applicant does by finishing a task of theirs.
DONE_AT = {"apply": Doing.SIGN, "receive": Doing.COLLECT}


def is_member(user: User, company_id: int) -> bool:
    """The person acts for a company in everything."""
    return answered(
        ("member", user.pk, company_id), lambda: user.memberships.filter(company=company_id).exists()
    )


def is_on_applicants_side(user: User, application: Application) -> bool:
    """The person started it, is a member of its company, or ever took up a power for it.

    Whoever is, examines nothing of it as an official (UU 30/2014, Pasal 42-45), reads nothing that stays in
    the office, and needs no paper as proof of what they do themselves.
    """
    return (
        application.applicant_id == user.pk
        or is_member(user, application.company_id)
        or _ever_had_power(user, application)
    )


def for_the_applicant(user: User) -> Q:
    """The condition for cases on whose applicant's side the person is: the same, asked of many at once."""
    given = PowerOfAttorney.objects.filter(holder=user)
    return (
        Q(application__applicant=user)
        | Q(application__company__in=user.memberships.values("company"))
        | Q(application__in=given.exclude(application=None).values("application"))
        | Q(application__company__in=given.filter(application=None).values("company"))
    )


def _ever_had_power(user: User, application: Application) -> bool:
    given = PowerOfAttorney.objects.covering(application).filter(holder=user)
    return answered(("power", user.pk, application.pk), given.exists)


def done_as_applicant(user: User, application: Application, *, at: datetime) -> frozenset[Doing]:
    """All that a person may do for the applicant today.

    A member does everything, the holder of a power what it covers; a counter officer what they may record.
    Source: SOP steps 3, 8, 17, 18 and U.3, U.4.
    """
    if is_member(user, application.company_id):
        return frozenset(Doing)
    held = PowerOfAttorney.objects.covering(application).filter(holder=user).in_force(office_day(at))
    covered = frozenset[Doing]().union(*(COVERED[power.scope] for power in held))
    return covered or recorded_at_the_counter(user, application, at=at)


def who_sees(application: Application, *, at: datetime) -> list[User]:
    """Everybody whom the company lets see an application today: whoever started it first, members, proxies.

    Whoever left the company, gave their power back or closed their account is not among them.
    """
    holders = PowerOfAttorney.objects.covering(application).in_force(office_day(at)).exclude(holder=None)
    members = User.objects.filter(memberships__company=application.company_id).order_by("memberships__pk")
    proxies = User.objects.filter(powers__in=holders).order_by("pk")
    people = {user.pk: user for user in (*members, *proxies) if user.is_active}
    return sorted(people.values(), key=lambda user: user.pk != application.applicant_id)


def may_act_as_applicant(user: User, application: Application, *, at: datetime, doing: Doing) -> bool:
    return doing in done_as_applicant(user, application, at=at)


def recorded_at_the_counter(user: User, application: Application, *, at: datetime) -> frozenset[Doing]:
    """What a counter officer may write down that an applicant does before them.

    Everything of somebody without an account; of somebody who has one the answer to what they were asked.
    """
    if not serves_the_counter(user, at=at) or is_on_applicants_side(user, application):
        return frozenset()
    if Recusal.objects.filter(case__application=application, user=user).exists():
        return frozenset()
    if application.applicant_id is None:
        return frozenset(Doing)
    asked = Correction.objects.with_applicant().filter(case__application=application)
    return IN_PERSON if asked.exists() else frozenset()


def may_record_for_applicant(user: User, application: Application, *, at: datetime, doing: Doing) -> bool:
    return doing in recorded_at_the_counter(user, application, at=at)


def may_record_answer(user: User, case: Case, *, at: datetime) -> bool:
    """A counter officer may write down now what the applicant answers to a request (steps 3 and 8)."""
    asked = Correction.objects.with_applicant().filter(case=case)
    return asked.exists() and may_record_for_applicant(user, case.application, at=at, doing=Doing.ANSWER)


def power_for(user: User, application: Application, *, at: datetime, doing: Doing) -> PowerOfAttorney | None:
    """The power in force by which the person may do this, if they hold one."""
    held = PowerOfAttorney.objects.covering(application).filter(holder=user)
    scopes = [scope for scope, covered in COVERED.items() if doing in covered]
    return held.in_force(office_day(at)).filter(scope__in=scopes).last()


def held_powers(user: User, application: Application, *, at: datetime) -> list[PowerOfAttorney]:
    """The powers in force by which somebody who is no member sees an application; a member needs none."""
    if is_member(user, application.company_id):
        return []
    held = PowerOfAttorney.objects.covering(application).filter(holder=user)
    return list(held.in_force(office_day(at)))


def shortfall(power: PowerOfAttorney, *, doing: Doing, at: datetime, whose: str = "Kuasa Anda") -> str:
    """Why a power does not cover this today, as a sentence that says what to do; empty where it does."""
    day = office_day(at)
    if power.revoked_at is not None:
        return f"{whose} dicabut pada {tanggal(office_day(power.revoked_at))}; minta surat kuasa baru."
    if power.ends is not None and power.ends < day:
        return f"{whose} berakhir pada {tanggal(power.ends)}; minta surat kuasa baru."
    if day < power.starts:
        return f"{whose} baru berlaku pada {tanggal(power.starts)}."
    if doing in COVERED[power.scope]:
        return ""
    if doing is Doing.WITHDRAW:
        return f"{whose} tidak mencakup penarikan permohonan; hanya pemohon sendiri yang dapat menariknya."
    if power.scope == Scope.HANDLING:
        return (
            f"{whose} untuk pengurusan, jadi tidak mencakup penandatanganan. Minta pemohon mengirimnya "
            "sendiri, atau minta surat kuasa penandatanganan."
        )
    return (
        f"{whose} untuk penandatanganan saja. Mengisi, menjawab, dan mengambil memerlukan surat kuasa "
        "pengurusan."
    )


def why_not(user: User, application: Application, *, at: datetime, doing: Doing) -> str:
    """Why the powers that a person holds do not cover this: the one that comes nearest tells it."""
    held = list(PowerOfAttorney.objects.covering(application).filter(holder=user))
    if not held:
        return ""
    day = office_day(at)
    right = [power for power in held if doing in COVERED[power.scope]]
    nearest = right or [power for power in held if power.is_in_force(day)] or held
    return shortfall(nearest[-1], doing=doing, at=at)


def may_record_power(user: User, company_id: int, application: Application | None, *, at: datetime) -> bool:
    """A member for their company; a counter officer for one application that they record an answer to."""
    if is_member(user, company_id):
        return True
    return application is not None and may_record_for_applicant(user, application, at=at, doing=Doing.ANSWER)


def may_revoke_power(user: User, power: PowerOfAttorney, *, at: datetime) -> bool:
    """The company; its holder, to give it back (KUHPerdata Pasal 1813); the counter without an account."""
    if power.holder_id == user.pk or is_member(user, power.company_id):
        return True
    # To take a power back is no answer: who has an account does that themselves.
    application = power.application
    return application is not None and may_record_for_applicant(
        user, application, at=at, doing=Doing.WITHDRAW
    )


def may_read_power(user: User, power: PowerOfAttorney, *, at: datetime) -> bool:
    """Its company's members, its holder, and the counters, who check the letter of whoever comes."""
    return power.holder_id == user.pk or is_member(user, power.company_id) or serves_the_counter(user, at=at)


def serves_the_counter(user: User, *, at: datetime) -> bool:
    return not user.actors(at).isdisjoint(COUNTER)


def may_archive(user: User, case: Case, *, at: datetime) -> bool:
    """Who hands out the permit, or keeps the registers, files a closed case's paper (SOP step 17)."""
    return (
        case.closed_at is not None
        and keeps_archive(user, at=at)
        and not is_recused(user, case_id=case.pk)
        and not is_on_applicants_side(user, case.application)
    )


def keeps_archive(user: User, *, at: datetime) -> bool:
    return user.is_active and not user.actors(at).isdisjoint(ARCHIVISTS)


def is_recused(user: User, *, case_id: int) -> bool:
    """The person declared a conflict of interest in this case (UU 30/2014, Pasal 42-45)."""
    declared = Recusal.objects.filter(case=case_id, user=user)
    return answered(("recused", user.pk, case_id), declared.exists)


DONE_BY = "SELECT step_key FROM cases_task WHERE case_id = %s AND closed_by_id = %s AND NOT companion"


def is_separated(user: User, *, case_id: int, step: Step, process: Process) -> bool:
    """The person did a step of this case that the same person must not follow with this one."""
    forbidden = process.separated_from(step.key)
    if not forbidden:
        return False
    with connection.cursor() as cursor:
        cursor.execute(DONE_BY, [case_id, user.pk])
        return any(done in forbidden for (done,) in cursor.fetchall())


# Who enters what an agency without users of its own sent on paper: whoever carries its letters.
FOR_PAPER = ("liaison", "processing_officer")
REFERRED = (
    "SELECT 1 FROM cases_referral r JOIN people_office o ON o.id = r.agency_id "
    "JOIN people_holding h ON (h.office_id = o.id AND h.actor = %s) "
    "OR (o.paper_only AND h.actor IN (%s, %s)) "
    "WHERE r.case_id = %s AND r.delivered_at IS NOT NULL AND h.user_id = %s "
    "AND h.starts <= %s AND (h.ends IS NULL OR h.ends >= %s) LIMIT 1"
)


def _speaks_for_a_referred_agency(user: User, *, case_id: int, actor: str, at: datetime) -> bool:
    """An agency reviews only the cases that were delivered to it; for one on paper the office enters."""
    day = connection.ops.adapt_datefield_value(office_day(at))
    with connection.cursor() as cursor:
        cursor.execute(REFERRED, [actor, *FOR_PAPER, case_id, user.pk, day, day])
        return cursor.fetchone() is not None


def is_of_agency(user: User, agency: Office | int, *, actor: str, at: datetime) -> bool:
    """The person holds the agency's actor there."""
    return user.holdings.current(office_day(at)).filter(actor=actor, office=agency).exists()


def speaks_for(user: User, referral: Referral, *, actor: str, at: datetime) -> bool:
    """The person may record what the referral's agency does: its own people, for one on paper the office."""
    if referral.delivered_at is None:
        return False
    if is_of_agency(user, referral.agency, actor=actor, at=at):
        return True
    return referral.agency.paper_only and bool(user.actors(at) & set(FOR_PAPER))


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
    `own`: they are on the applicant's side, which bars an official (UU 30/2014, Pasal 42-45).
    """
    if not user.is_active:
        return False
    if step.actor == "applicant":
        application = Application.objects.get(case=case_id)
        doing = DONE_AT.get(step.activity, Doing.SIGN)
        if may_act_as_applicant(user, application, at=at, doing=doing):
            return True
        # A signed receipt is proof enough: the counter that has it closes step 18 for anybody.
        return step.activity == "receive" and not own and serves_the_counter(user, at=at)
    if own:
        return False
    if step.activity == "meet" and callers and not held:
        # A joint meeting is a list of participants, not a user: whoever called it records it.
        held = user.holds(process.step(callers[-1]).actor, at)
    if step.activity == "review":
        held = _speaks_for_a_referred_agency(user, case_id=case_id, actor=step.actor, at=at)
    return held and not (was_here and is_separated(user, case_id=case_id, step=step, process=process))


def may_end(user: User, *, case_id: int, ending: Ending, at: datetime) -> bool:
    """Whether a person may end a case so: the applicant, or an officer whose actor the ending names."""
    if not user.is_active:
        return False
    application = Application.objects.get(case=case_id)
    if "applicant" in ending.by and may_act_as_applicant(user, application, at=at, doing=Doing.WITHDRAW):
        return True
    if is_on_applicants_side(user, application) or is_recused(user, case_id=case_id):
        return False
    return bool(user.actors(at) & set(ending.by))


def may_do_step(user: User, task: Task, *, at: datetime) -> bool:
    """The same question for a task that is at hand (pages), open or not."""
    case = task.case
    if is_recused(user, case_id=case.pk):
        return False
    return may_work_on(
        user,
        case_id=case.pk,
        step=task.step,
        callers=case.call_stack,
        process=case.process,
        at=at,
        held=user.holds(task.actor, at),
        own=is_on_applicants_side(user, case.application),
    )


def may_work_on_task(user: User, task: Task, *, at: datetime) -> bool:
    return task.is_open and may_do_step(user, task, at=at)


def who_may_do(task: Task, *, at: datetime) -> list[User]:
    """The officials who may do a task's step today: those whom nothing bars in this case."""
    actors = {task.actor}
    if task.step.activity == "meet" and task.case.call_stack:
        actors.add(task.case.process.step(task.case.call_stack[-1]).actor)
    if task.step.activity == "review":
        actors.update(FOR_PAPER)
    holders = User.objects.filter(
        holdings__in=Holding.objects.current(office_day(at)).filter(actor__in=actors)
    ).distinct()
    return [user for user in holders if may_do_step(user, task, at=at)]


# --- whose a task is -----------------------------------------------------------------------------------


def kept_by(task: Task) -> User | None:
    """Whose a task is among those who may do it: whoever received the file, or shall receive it."""
    if task.received_by is not None:
        return task.received_by
    assigned = Assignment.objects.filter(task=task, replaced_at=None).select_related("to").first()
    return assigned.to if assigned else None


def is_there(user: User, task: Task, *, at: datetime) -> bool:
    """The person may still do the task, and is not away today."""
    away = Absence.objects.on(office_day(at)).filter(user=user).exists()
    return not away and may_do_step(user, task, at=at)


def why_not_take(user: User, task: Task, *, at: datetime) -> str:
    """Why a task is not free to be received by this person; empty where it is.

    A colleague's file stays theirs until they hand it over, a superior assigns it, they are recorded absent,
    or they may not do the step any more. Whoever acts in a post (Plt., Plh.) acts instead of its holder, and
    a joint meeting is everybody's who takes part.
    """
    shared = task.case.process.actor(task.actor).side in {"applicant", "meeting"}
    keeper = None if shared else kept_by(task)
    if keeper is None or keeper.pk == user.pk or not is_there(keeper, task, at=at):
        return ""
    posts = user.holdings.current(office_day(at)).filter(actor=task.actor)
    if posts.exclude(status=Holding.Status.DEFINITIVE).exists():
        return ""
    how = "diterima" if task.received_by_id else "ditugaskan kepada"
    return (
        f"Berkas ini sudah {how} {keeper.name}. Minta {keeper.name} menyerahkannya, minta atasan "
        "menugaskannya kepada Anda, atau catat ketidakhadirannya lebih dahulu."
    )


def may_assign(user: User, task: Task, *, at: datetime) -> bool:
    """A superior gives a task of the office to one who may do it; an agency shares out its own work."""
    if not task.is_open or task.companion or task.actor in {"applicant", TECHNICAL_TEAM}:
        return False
    case = task.case
    if is_on_applicants_side(user, case.application) or is_recused(user, case_id=case.pk):
        return False
    return bool(user.actors(at) & set(superiors_of(task.actor)))


def may_pass_on(user: User, task: Task, *, at: datetime) -> bool:
    """Whoever received a file, while it is theirs to work on, hands it to a colleague."""
    if task.companion or task.actor == "applicant" or task.received_by_id != user.pk:
        return False
    return may_work_on_task(user, task, at=at)


def colleagues(task: Task, *, at: datetime) -> list[User]:
    """Who may do a task and is there today, beside whoever has it now."""
    keeper = kept_by(task)
    others = [user for user in who_may_do(task, at=at) if keeper is None or user.pk != keeper.pk]
    away = absent_until((user.pk for user in others), on=office_day(at))
    return [user for user in others if user.pk not in away]


def stranded_tasks(*, at: datetime) -> list[Task]:
    """Open tasks that no official may take, because of a declared conflict of interest."""
    tasks = Task.objects.open().exclude(actor="applicant").filter(case__in=Recusal.objects.values("case"))
    rows = tasks.select_related("case__application__company").order_by("opened_at")
    return [task for task in rows if not who_may_do(task, at=at)]


def open_tasks_for(user: User, *, at: datetime) -> Q:
    """The condition for tasks whose actor the person holds today (an agency's: only its own cases)."""
    wanted = Q(pk__in=[])
    held = list(user.holdings.current(office_day(at)))
    # Asked task by task: few tasks are open, many referrals were ever delivered.
    delivered = Referral.objects.order_by().filter(case=OuterRef("case"), delivered_at__isnull=False)
    for holding in held:
        if holding.actor == TECHNICAL_TEAM:
            wanted |= Q(Exists(delivered.filter(agency=holding.office_id)), actor=holding.actor)
        else:
            wanted |= Q(actor=holding.actor)
        if holding.actor in FOR_PAPER:
            wanted |= Q(Exists(delivered.filter(agency__paper_only=True)), actor=TECHNICAL_TEAM)
    for caller in _steps_of({holding.actor for holding in held}):
        wanted |= Q(actor="joint_meeting", case__callers=caller) | Q(
            actor="joint_meeting", case__callers__endswith=f" {caller}"
        )
    return wanted & without_conflict(user)


def without_conflict(user: User, *, case: str = "case") -> Q:
    """The condition for rows (tasks, if not said) of cases in which the person declared no conflict."""
    return ~Q(**{f"{case}__in": Recusal.objects.filter(user=user).values("case")})


def _steps_of(actors: set[str]) -> set[str]:
    """The steps, under any stored revision, that detour to a joint meeting and belong to these actors."""
    processes = [definition_of(pk).process for pk in stored_revisions()]
    return {
        key
        for process in processes
        for meeting in process.steps
        if meeting.activity == "meet"
        for key in process.callers(meeting.key)
        if process.step(key).actor in actors
    }
