"""Administration: the working calendar, its holidays and leave, and the service hours."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse

from muara.cases.actions import NO_FORM, Stamp, rehearse, reproject
from muara.cases.models import Case, Task
from muara.people import actions as people
from muara.people.calendar import office_calendar
from muara.people.hours import hours_in_force, next_opening, open_at
from muara.people.models import CalendarDay, ServiceHours, User, office_day
from muara.sop.definition import Step
from muara.sop.working_time import is_working_day
from muara.web.acts import Came, read_number
from muara.web.office import (
    GET_POST,
    carry_out_once,
    is_decreed,
    office_administrator,
    office_page,
    office_reader,
)
from muara.web.office_forms import (
    DayForm,
    Empty,
    HoursForm,
    TableForm,
)


@dataclass(frozen=True, slots=True)
class Month:
    """A month of the calendar page: its days that differ, and how many the office works."""

    first: date
    days: list[CalendarDay]
    working: int


PREVIEW = "tinjau"
SHOWN = 100  # limits that a preview lists; the rest is counted


@dataclass(frozen=True, slots=True)
class Moving:
    """An open limit that a change of the calendar would move."""

    case: Case
    step: Step
    was: date | None
    becomes: date | None
    passes: bool  # it would lie in the past

    @property
    def later(self) -> bool:
        return self.was is not None and self.becomes is not None and self.becomes > self.was


@dataclass(frozen=True, slots=True)
class Impact:
    """What a change of the calendar would move, before anybody makes it."""

    count: int
    rows: list[Moving]

    @property
    def more(self) -> int:
        return self.count - len(self.rows)


def impact(change: Callable[[], object], *, today: date) -> Impact:
    """Rehearse a change and say which limits it moves; raises what the change raises."""
    moved = rehearse(change)
    shown = moved[:SHOWN]
    tasks = Task.objects.select_related("case__application__company", "case__revision").in_bulk(
        [shift.task_id for shift in shown]
    )
    return Impact(
        len(moved),
        [
            Moving(
                case=tasks[shift.task_id].case,
                step=tasks[shift.task_id].step,
                was=shift.was,
                becomes=shift.becomes,
                passes=shift.becomes is not None and shift.becomes < today,
            )
            for shift in shown
        ],
    )


Change = Callable[[datetime, Stamp], object]


def _keep(request: HttpRequest, form: forms.Form, change: Change, *, by: User) -> Came:
    """Change the calendar, and count the limits anew in the same act."""

    def keep(at: datetime, stamp: Stamp) -> None:
        change(at, stamp)
        reproject(by=by, at=at)

    return carry_out_once(request, form, keep)


def _look_or_keep(
    request: HttpRequest, form: forms.Form, change: Change, *, by: User, at: datetime
) -> tuple[Came | None, Impact | None]:
    """Show what a change would move, where that was asked; else keep it. A refusal stands in the form."""
    if PREVIEW not in request.POST:
        return _keep(request, form, change, by=by), None
    try:
        return None, impact(lambda: change(at, NO_FORM), today=office_day(at))
    except people.Refused as refused:
        form.add_error(refused.field if refused.field in form.fields else None, refused.message)
        return None, None


@login_required
@GET_POST
def calendar(request: HttpRequest) -> HttpResponse:
    """The days of a year that differ; a new one is looked at before it is kept."""
    by, at = office_reader(request)
    form, came, shown = DayForm(request.POST or None), None, None
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data

        def add(at: datetime, stamp: Stamp) -> None:
            people.add_calendar_day(
                day=said["date"],
                kind=said["kind"],
                name=said["name"],
                basis=said["basis"],
                estimated=said["estimated"],
                by=by,
                at=at,
                key=stamp.key,
                body=stamp.body,
            )

        came, shown = _look_or_keep(request, form, add, by=by, at=at)
        if came is Came.DONE:
            messages.success(request, "Hari ditambahkan. Jatuh tempo yang terpengaruh dihitung ulang.")
            return redirect(f"{reverse('calendar')}?tahun={said['date'].year}")
    today = office_day(at)
    there = {day.year for day in CalendarDay.objects.dates("date", "year")}
    asked = read_number(request.GET.get("tahun"))
    year = asked if 1900 <= asked <= 2200 else today.year
    months = _months(year)
    days = [day for month in months for day in month.days]
    context = {
        "form": form,
        "impact": shown,
        "year": year,
        "years": sorted(there | {today.year, today.year + 1, year}),
        "months": months,
        "working": sum(month.working for month in months),
        "estimated": sum(day.estimated for day in days),
        "idle": [month.first for month in months if not month.working],
        "decreed": any(day.kind == CalendarDay.Kind.COLLECTIVE_LEAVE for day in days),
        "guessed": {y: _guessed(y) for y in (today.year, today.year + 1) if not is_decreed(y)},
    }
    return office_page(request, "calendar", context, came=came or Came.DONE)


def _guessed(year: int) -> int:
    """How many open limits fall in a year whose leave is not decreed."""
    return Task.objects.open().filter(due_on__year=year).count()


@login_required
@GET_POST
def import_days(request: HttpRequest) -> HttpResponse:
    """Many days at once: a table is read, its impact shown, and only then imported as a whole."""
    by, at = office_administrator(request)
    form, came, shown = TableForm(request.POST or None), None, None
    counted: list[int] = []
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data

        def bring_in(at: datetime, stamp: Stamp) -> None:
            counted.append(
                people.import_calendar(
                    rows=people.read_calendar_table(said["table"].encode()),
                    source=said["source"],
                    by=by,
                    at=at,
                    key=stamp.key,
                    body=stamp.body,
                )
            )

        came, shown = _look_or_keep(request, form, bring_in, by=by, at=at)
        if came is Came.DONE:
            told = f"{sum(counted)} hari ditambahkan. Jatuh tempo yang terpengaruh dihitung ulang."
            messages.success(request, told)
            return redirect("calendar")
    changes = []
    if shown is not None:
        said = form.cleaned_data
        rows = people.read_calendar_table(said["table"].encode())
        changes = people.calendar_changes(rows, source=said["source"])
    context = {
        "form": form,
        "impact": shown,
        "fresh": sum(counted),
        "changes": changes[:SHOWN],
        "more": len(changes[SHOWN:]),
    }
    return office_page(request, "import_days", context, came=came or Came.DONE)


def _months(year: int) -> list[Month]:
    rows = list(CalendarDay.objects.filter(date__year=year))
    arithmetic = office_calendar()
    months = []
    for number in range(1, 13):
        first = date(year, number, 1)
        length = monthrange(year, number)[1]
        working = sum(is_working_day(arithmetic, first + timedelta(days=n)) for n in range(length))
        months.append(Month(first, [row for row in rows if row.date.month == number], working))
    return months


@login_required
@GET_POST
def remove_day(request: HttpRequest, pk: int) -> HttpResponse:
    by, at = office_administrator(request)
    item = CalendarDay.objects.filter(pk=pk).first()
    if item is None and request.method == "POST":
        return redirect("calendar")  # the same button twice
    item = item or get_object_or_404(CalendarDay, pk=pk)
    form, came = Empty(request.POST), Came.DONE

    def remove(at: datetime, stamp: Stamp) -> None:
        people.remove_calendar_day(pk, by=by, at=at, key=stamp.key, body=stamp.body)

    if request.method == "POST":
        form.is_valid()
        came = _keep(request, form, remove, by=by)
        if came is Came.DONE:
            messages.success(request, f"{item.name} dihapus dari kalender. Jatuh tempo dihitung ulang.")
            return redirect(f"{reverse('calendar')}?tahun={item.date.year}")
    shown = impact(lambda: remove(at, NO_FORM), today=office_day(at))
    return office_page(request, "remove_day", {"form": form, "day": item, "impact": shown}, came=came)


# --- service hours ----------------------------------------------------------------------------------------


@login_required
@GET_POST
def service_hours(request: HttpRequest) -> HttpResponse:
    by, at = office_reader(request)
    form, came = HoursForm(request.POST or None, initial={"effective_from": office_day(at)}), Came.DONE
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        came = carry_out_once(
            request,
            form,
            lambda at, stamp: people.set_hours(
                weekdays=[int(day) for day in said["weekdays"]],
                opens=said["opens"],
                closes=said["closes"],
                on_holidays=said["on_holidays"],
                effective_from=said["effective_from"],
                basis=said["basis"],
                by=by,
                at=at,
                key=stamp.key,
                body=stamp.body,
            ),
        )
        if came is Came.DONE:
            messages.success(request, "Jam pelayanan disimpan. Jam yang lama tetap tercatat.")
            return redirect("service_hours")
    in_force = hours_in_force(office_day(at))
    context = {
        "form": form,
        "in_force": [(day.label, in_force.get(day.value)) for day in ServiceHours.Weekday],
        "history": ServiceHours.objects.order_by("-effective_from", "weekday"),
        "opening": open_at(at),
        "following": next_opening(at),
    }
    return office_page(request, "hours", context, came=came)
