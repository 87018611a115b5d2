"""After the signature: the registers of numbers, and the permits that nobody has come for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from muara.cases.models import Case, Reminder, Task
from muara.cases.queries import tasks_doing
from muara.people.calendar import office_calendar
from muara.people.models import office_day
from muara.permits.models import Number, Series
from muara.permits.queries import differences, holders, register_years, with_holders
from muara.permits.queries import register as numbers_of
from muara.sop.working_time import Calendar, working_days_between
from muara.steps.actions.collection import days_waiting
from muara.web import dossier
from muara.web.acts import read_number
from muara.web.desk import A_PAGE, desk_links, desk_officer
from muara.web.files import reads_registers
from muara.web.paging import AT_MOST, Pages


@dataclass(frozen=True, slots=True)
class Uncollected:
    """A permit at the collection counter: how long it has waited, and what was done about it."""

    task: Task
    waited: int
    due: int | None  # the working day whose reminder is due and not given
    to_send: bool

    @property
    def case(self) -> Case:
        return self.task.case

    @property
    def reminders(self) -> list[Reminder]:
        return list(self.case.reminders.all())


@login_required
@never_cache
@require_safe
def uncollected(request: HttpRequest) -> HttpResponse:
    """Step 17: the permits that nobody has come for, the longest waiting first."""
    here = desk_officer(request)
    if not here.at_the_counter:
        raise PermissionDenied
    cases = dossier.with_standing(Case.objects.all()).prefetch_related("reminders")
    tasks = tasks_doing("hand_over").order_by("opened_at", "pk").prefetch_related(Prefetch("case", cases))
    page = Pages(tasks, A_PAGE, at_most=AT_MOST).get_page(request.GET.get("halaman"))
    calendar = office_calendar()
    context = {
        "page": page,
        "rows": [_uncollected(task, at=here.at, calendar=calendar) for task in page.object_list],
        "side": desk_links(here, "uncollected"),
        "side_title": "Meja kerja",
    }
    return render(request, "desk/uncollected.html", context)


def _uncollected(task: Task, *, at: datetime, calendar: Calendar) -> Uncollected:
    waited, rules = days_waiting(task, at=at, calendar=calendar), task.case.process.collection
    past = [day for day in rules.remind_after if day <= waited]
    told = max(
        (
            working_days_between(calendar, office_day(task.opened_at), office_day(reminder.at))
            for reminder in task.case.reminders.all()
        ),
        default=0,
    )
    return Uncollected(
        task=task,
        waited=waited,
        due=past[-1] if past and told < past[-1] else None,
        to_send=rules.send_after is not None and waited >= rules.send_after,
    )


@login_required
@never_cache
@require_safe
def registers(request: HttpRequest) -> HttpResponse:
    """The registers of the office: the page of the first one, which leads to the others."""
    here = desk_officer(request)
    first = Series.objects.filter(key="permit").first() or Series.objects.first()
    if not reads_registers(here.user, at=here.at):
        raise PermissionDenied
    if first is None:
        raise Http404
    return redirect("register", first.service, first.key)


@login_required
@never_cache
@require_safe
def register(request: HttpRequest, service: str, key: str) -> HttpResponse:
    """Step 16.a: the register of a series, a year at a time, void numbers in their places."""
    here = desk_officer(request)
    if not reads_registers(here.user, at=here.at):
        raise PermissionDenied
    series = get_object_or_404(Series, service=service, key=key)
    years = register_years(series)
    asked = read_number(request.GET.get("tahun"))
    year = asked if asked in years else next(iter(years), here.today.year)
    numbers = numbers_of(series, year).values_list("pk", flat=True)
    page = Pages(numbers, A_PAGE).get_page(request.GET.get("halaman"))
    shown = with_holders(Number.objects.filter(pk__in=list(page.object_list)).order_by("seq"))
    names = holders(shown)
    context = {
        "series": series,
        "differs": bool(differences(series)),
        "others": Series.objects.exclude(pk=series.pk),
        "years": years,
        "year": year,
        "page": page,
        "query": f"tahun={year}",
        "rows": [(number, names.get(number.pk, "")) for number in shown],
        "side": desk_links(here, "register"),
        "side_title": "Meja kerja",
    }
    return render(request, "desk/register.html", context)
