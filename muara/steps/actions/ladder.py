"""What the clock does about a limit: reminders, then the superiors rung by rung, then the legal alert.

The SOP sets limits and says that superiors watch (P.1); whom a late file is told to, and when, is the
office's choice (OfficeSetting). docs/adr/0014 says what stops the ladder and what does not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime

from django.db import IntegrityError
from django.db.models import Exists, OuterRef

from muara.cases.actions import Stale, Stamp, act, note_from_outside
from muara.cases.limits import OUT, days_late, legal_limit, past_legal_limit
from muara.cases.models import Case, Correction, Escalation, LegalAlert, Pause, Rung, Task, TaskQuerySet
from muara.cases.rules import TECHNICAL_TEAM, is_there, kept_by, who_may_do
from muara.people.calendar import office_calendar
from muara.people.hours import opening_on
from muara.people.models import Holding, OfficeSetting, User, midnight, office_day
from muara.people.queries import absent_until, rung_days
from muara.people.rules import SUPERIORS, superiors_of
from muara.sop.working_time import DAY, Calendar, add_working_days, is_working_day, working_day_before
from muara.steps.staff_notices import tell_legal_limit, tell_limit

Key = OfficeSetting.Key
# The rungs above the officer, the lowest first, each with the setting that says after how many days.
ABOVE = {
    Rung.SECTION_HEAD: Key.TELL_SECTION_HEAD,
    Rung.DIVISION_HEAD: Key.TELL_DIVISION_HEAD,
    Rung.HEAD_OF_OFFICE: Key.TELL_HEAD_OF_OFFICE,
}
# Nobody in the office is pressed for these: they are an agency's, or the applicant's.
ELSEWHERE = ("applicant", TECHNICAL_TEAM)


def climb(*, at: datetime) -> Iterator[Escalation]:
    """Tell of every limit whose rung is reached today, each once; nothing on a day off or before opening.

    A rung that was missed is made up for on the next working day; of the officer's own two only the last.
    """
    today, calendar = office_day(at), office_calendar()
    if not _is_at_work(at, calendar):
        return
    for rung, waiting in _candidates(today, calendar):
        rows = waiting.select_related("case__application__company", "received_by").order_by("pk")
        for task in rows.prefetch_related("case__tasks__pauses", "case__corrections"):
            made = _fire(task, rung, calendar=calendar, at=at)
            if made is not None:
                yield made


def _is_at_work(at: datetime, calendar: Calendar) -> bool:
    day = office_day(at)
    opening = opening_on(day)
    return is_working_day(calendar, day) and (opening is None or at >= opening.begins)


def _candidates(today: date, calendar: Calendar) -> Iterator[tuple[Rung, TaskQuerySet]]:
    """The tasks that may have reached a rung, found by the database in gross days."""
    ahead = add_working_days(calendar, today, rung_days(Key.REMIND_BEFORE, on=today))
    yield (
        Rung.BEFORE,
        _untold(Rung.BEFORE).filter(due_on__gt=today, due_on__lte=ahead, opened_at__lt=midnight(today)),
    )
    yield Rung.DUE, _untold(Rung.DUE).filter(due_on__lte=today, opened_at__lt=midnight(today))
    for rung, setting in ABOVE.items():
        last = working_day_before(calendar, today, rung_days(setting, on=today))
        below = [rung.value, *superiors_of(rung.value)]  # nobody is told of their own work, or a superior's
        late = _untold(rung).filter(due_on__lte=last, opened_at__lt=midnight(last + DAY))
        yield rung, late.exclude(actor__in=below)


def _untold(rung: Rung) -> TaskQuerySet:
    """Open tasks with a limit that nobody was told of on this rung, and which the office can work on."""
    told = Escalation.objects.filter(task=OuterRef("pk"), rung=rung)
    paused = Pause.objects.filter(task=OuterRef("pk"), ends=None)
    asked = Correction.objects.with_applicant().filter(case=OuterRef("case"))
    tasks: TaskQuerySet = Task.objects.open().main().filter(due_on__isnull=False)
    return tasks.exclude(actor__in=ELSEWHERE).filter(~Exists(told), ~Exists(paused), ~Exists(asked))


def _fire(task: Task, rung: Rung, *, calendar: Calendar, at: datetime) -> Escalation | None:
    today = office_day(at)
    assert task.due_on is not None
    if task.step.activity in OUT:
        return None  # the decision is out: the counter's own reminders go to the applicant
    late = days_late(task, today=today, calendar=calendar)
    if rung in ABOVE and late < rung_days(ABOVE[rung], on=today):
        return None  # some of those days the file was with somebody else
    to = _superiors(rung.value, at=at) if rung in ABOVE else _officers(task, at=at)
    if not to:
        return None  # nobody is there to be told yet
    try:
        with act():
            note_from_outside(
                task.pk,
                verb=f"limit.{rung.value}",
                by=None,
                at=at,
                facts={"due_on": task.due_on.isoformat(), "late": late, "told": [user.pk for user in to]},
                stamp=Stamp(version=task.case.version),
            )
            made = Escalation.objects.create(task=task, rung=rung, due_on=task.due_on, late=late, at=at)
            tell_limit(task, rung, to=to, late=late, at=at)
    except (IntegrityError, Stale):
        return None  # the case moved, or another tick was quicker, in this very moment
    return made


def _officers(task: Task, *, at: datetime) -> list[User]:
    """Whose task it is; while they are away, or nobody has it yet, all who may do it; else the superior."""
    keeper = kept_by(task)
    if keeper is not None and is_there(keeper, task, at=at):
        return [keeper]
    there = _present(who_may_do(task, at=at), at=at)
    above = superiors_of(task.actor)
    return there or (_superiors(above[0], at=at) if above else [])


def _superiors(post: str, *, at: datetime) -> list[User]:
    """Who holds a post today; while they are all away, the next post above; at last whoever holds it."""
    held: list[User] = []
    for actor in (post, *superiors_of(post)):
        found = _holders(actor, at=at)
        held = held or found
        if there := _present(found, at=at):
            return there
    return held


def _holders(actor: str, *, at: datetime) -> list[User]:
    held = Holding.objects.current(office_day(at)).filter(actor=actor)
    return list(User.objects.filter(holdings__in=held, is_active=True).distinct().order_by("pk"))


def _present(users: Iterable[User], *, at: datetime) -> list[User]:
    found = list(users)
    away = absent_until((user.pk for user in found), on=office_day(at))
    return [user for user in found if user.pk not in away]


# --- the legal limit -----------------------------------------------------------------------------------


def warn_of_legal_limits(*, at: datetime) -> Iterator[LegalAlert]:
    """Tell the head of the office, once a case, that it is past its legal limit; nothing is ever granted.

    Neither a pause nor a request to the applicant holds it back: the promise is gross. Source: UU 30/2014
    Pasal 53, as amended by UU 11/2020 Pasal 175.
    """
    calendar, today = office_calendar(), office_day(at)
    if not _is_at_work(at, calendar):
        return
    late = past_legal_limit(today=today).filter(legal_alert=None).select_related("application__company")
    for case in late.prefetch_related("tasks").order_by("pk"):
        made = _warn(case, calendar=calendar, at=at)
        if made is not None:
            yield made


def _warn(case: Case, *, calendar: Calendar, at: datetime) -> LegalAlert | None:
    task, limit = case.main_task, legal_limit(case, calendar=calendar)
    to = _superiors(SUPERIORS[-1], at=at)
    if task is None or limit is None or not to:
        return None
    task.case = case
    try:
        with act():
            note_from_outside(
                task.pk,
                verb="limit.legal",
                by=None,
                at=at,
                facts={"limit_on": limit.isoformat(), "told": [user.pk for user in to]},
                stamp=Stamp(version=case.version),
            )
            made: LegalAlert = LegalAlert.objects.create(case=case, limit_on=limit, at=at)
            tell_legal_limit(case, task, limit=limit, to=to, at=at)
    except (IntegrityError, Stale):
        return None
    return made
