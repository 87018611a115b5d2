"""Administration: the working calendar, its holidays and leave, and the service hours."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse

from muara.cases.actions import Stamp, reproject
from muara.people import actions as people
from muara.people.calendar import office_calendar
from muara.people.hours import hours_in_force, next_opening, open_at
from muara.people.models import CalendarDay, ServiceHours, office_day
from muara.sop.working_time import is_working_day
from muara.web.acts import Came, read_number
from muara.web.office import GET_POST, _administrator, _carry_out, _is_decreed, _page, _reader
from muara.web.office_forms import (
    DayForm,
    Empty,
    HoursForm,
)


@dataclass(frozen=True, slots=True)
class Month:
    """A month of the calendar page: its days that differ, and how many the office works."""

    first: date
    days: list[CalendarDay]
    working: int


@login_required
@GET_POST
def calendar(request: HttpRequest) -> HttpResponse:
    by, at = _reader(request)
    form, came = DayForm(request.POST or None), Came.DONE
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
            reproject(at=at)

        came = _carry_out(request, form, add)
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
        "year": year,
        "years": sorted(there | {today.year, today.year + 1, year}),
        "months": months,
        "working": sum(month.working for month in months),
        "estimated": sum(day.estimated for day in days),
        "decreed": any(day.kind == CalendarDay.Kind.COLLECTIVE_LEAVE for day in days),
        "undecreed": [y for y in (today.year, today.year + 1) if not _is_decreed(y)],
    }
    return _page(request, "calendar", context, came=came)


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
    by, _ = _administrator(request)
    item = CalendarDay.objects.filter(pk=pk).first()
    if item is None and request.method == "POST":
        return redirect("calendar")  # the same button twice
    item = item or get_object_or_404(CalendarDay, pk=pk)
    form, came = Empty(request.POST), Came.DONE
    if request.method == "POST":
        form.is_valid()

        def remove(at: datetime, stamp: Stamp) -> None:
            people.remove_calendar_day(pk, by=by, at=at, key=stamp.key, body=stamp.body)
            reproject(at=at)

        came = _carry_out(request, form, remove)
        if came is Came.DONE:
            messages.success(request, f"{item.name} dihapus dari kalender. Jatuh tempo dihitung ulang.")
            return redirect(f"{reverse('calendar')}?tahun={item.date.year}")
    return _page(request, "remove_day", {"form": form, "day": item}, came=came)


# --- service hours ----------------------------------------------------------------------------------------


@login_required
@GET_POST
def service_hours(request: HttpRequest) -> HttpResponse:
    by, at = _reader(request)
    form, came = HoursForm(request.POST or None, initial={"effective_from": office_day(at)}), Came.DONE
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        came = _carry_out(
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
    return _page(request, "hours", context, came=came)
