"""The register books and the registers of numbers, and the permits that nobody has come for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from muara.cases.models import Case, Reminder, Task
from muara.cases.queries import tasks_doing
from muara.people.calendar import office_calendar
from muara.people.models import office_day
from muara.permits.models import Number, Series
from muara.permits.queries import differences, holders, register_years, with_holders
from muara.permits.queries import register as numbers_of
from muara.records.book_paper import book_pdf, told
from muara.records.books import BOOKS, Book, Line, books_for
from muara.records.periods import Period, year
from muara.records.rules import reads_registers
from muara.sop.working_time import Calendar, working_days_between
from muara.steps.actions.collection import days_waiting
from muara.web import dossier
from muara.web.acts import read_number
from muara.web.desk import A_PAGE, OVERSEES_DISCHARGES, Officer, desk_links, desk_officer
from muara.web.files import pdf_answer
from muara.web.oversight_forms import PeriodChoice
from muara.web.paging import AT_MOST, Pages
from muara.web.sheets import download

# What may be taken along at once: a longer book is narrowed by its days.
MOST = {"pdf": 2_000, "xlsx": AT_MOST, "csv": AT_MOST}
FILES = {"pdf": "Buku untuk dicetak (PDF)", "xlsx": "Tabel (XLSX)", "csv": "Tabel (CSV)"}
ABOUT = {"case": "case", "permit": "permit_life", "complaint": "complaint", "discharge": "overseen"}


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
    """The office's register books that I may read, and the series of numbers."""
    here = desk_officer(request)
    found = books_for(here.user, at=here.at)
    if not found:
        raise PermissionDenied
    context = {
        "books": found,
        "series": Series.objects.all() if reads_registers(here.user, at=here.at) else [],
        "side": desk_links(here, "register"),
        "side_title": "Meja kerja",
    }
    return render(request, "desk/registers.html", context)


@login_required
@never_cache
@require_safe
def register_book(request: HttpRequest, key: str) -> HttpResponse:
    """One book: the entries of a period, to read, to take along as a table, to print as a book."""
    here = desk_officer(request)
    book = BOOKS.get(key)
    if book is None:
        raise Http404
    if not book.may_read(here.user, here.at):
        raise PermissionDenied
    form = PeriodChoice(request.GET, today=here.today, unsaid=year(here.today.year))
    period = form.period()
    context: dict[str, Any] = {
        "book": book,
        "form": form,
        "period": period,
        "side": desk_links(here, "register"),
        "side_title": "Meja kerja",
    }
    if period is None:
        return render(request, "desk/register_book.html", context, status=422)
    pages = Pages(book.entries(period, by=here.user, at=here.at), A_PAGE, at_most=AT_MOST)
    offered = [kind for kind, most in MOST.items() if pages.count <= most and not pages.goes_on]
    kind = request.GET.get("unduh", "")
    if kind in offered:
        return _taken_along(book, kind, period, here)
    if kind and kind not in MOST:
        raise Http404
    page = pages.get_page(request.GET.get("halaman"))
    query = request.GET.copy()
    query.pop("halaman", None)
    query.pop("unduh", None)
    context |= {
        "page": page,
        "rows": [_book_row(book, line, here) for line in book.lines(list(page.object_list))],
        "start": page.start_index(),
        "query": query.urlencode(),
        "too_long": MOST.get(kind, 0),
        "files": [(FILES[one], one) for one in offered],
        "most": MOST,
    }
    return render(request, "desk/register_book.html", context, status=422 if kind else 200)


def _taken_along(book: Book, kind: str, period: Period, here: Officer) -> HttpResponse:
    lines = list(book.all_lines(book.entries(period, by=here.user, at=here.at)))
    name = f"register-{book.key}-{period.first:%Y%m%d}-{period.last:%Y%m%d}"
    if kind == "pdf":
        return pdf_answer(book_pdf(book, lines, period=period, by=here.user, at=here.at), f"{name}.pdf")
    head = ["No.", *(column.label for column in book.columns)]
    return download(
        kind, name=name, head=head, rows=[(place, *line.cells) for place, line in enumerate(lines, start=1)]
    )


def _book_row(book: Book, line: Line, here: Officer) -> dict[str, Any]:
    """A line for the page: its first cell leads to what it is about."""
    cells = [(column.label, told(cell)) for column, cell in zip(book.columns, line.cells, strict=True)]
    kind, key = line.about or ("", 0)
    opens = kind in ABOUT and (kind != "discharge" or bool(here.actors & OVERSEES_DISCHARGES))
    href = reverse(ABOUT[kind], args=[key]) if opens else ""
    return {"cells": cells, "href": href}


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
    chosen = asked if asked in years else next(iter(years), here.today.year)
    numbers = numbers_of(series, chosen).values_list("pk", flat=True)
    page = Pages(numbers, A_PAGE).get_page(request.GET.get("halaman"))
    shown = with_holders(Number.objects.filter(pk__in=list(page.object_list)).order_by("seq"))
    names = holders(shown)
    context = {
        "series": series,
        "differs": bool(differences(series)),
        "others": Series.objects.exclude(pk=series.pk),
        "years": years,
        "year": chosen,
        "page": page,
        "query": f"tahun={chosen}",
        "rows": [(number, names.get(number.pk, "")) for number in shown],
        "side": desk_links(here, "register"),
        "side_title": "Meja kerja",
    }
    return render(request, "desk/register.html", context)
