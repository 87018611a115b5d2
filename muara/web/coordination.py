"""Between office and agency: questions that move nothing, the liaison's round, the monitoring form."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Exists, F, OuterRef, Prefetch, Q, Subquery
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from muara.cases.models import Case, DeliveryRound, MonitoringNote, Question, Referral, Task, TaskQuerySet
from muara.cases.queries import tasks_doing
from muara.cases.rules import open_tasks_for
from muara.people.calendar import office_calendar
from muara.people.models import Office, User, office_day
from muara.sop.working_time import Calendar, working_days_in
from muara.steps.actions.coordination import may_answer, works_for
from muara.steps.forms.coordination import AnswerQuestion
from muara.steps.forms.delivery import DeliverRound
from muara.steps.letters import coordination as letters
from muara.web.acts import Came, attempt, new_key, read_number, was_answered
from muara.web.desk import A_PAGE, Officer, desk_links, desk_officer
from muara.web.files import file_name, pdf_answer
from muara.web.paging import AT_MOST, Pages

LIAISON = "liaison"
OUTSIDERS = frozenset({"technical_team", "administrator"})
ROUNDS = 8
A_ROUND = 50  # cases that are offered for one way to an agency: more than anybody carries


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def question(request: HttpRequest, pk: int) -> HttpResponse:
    """A question to an agency, with its answer or the form for it."""
    here = desk_officer(request)
    found = _question(here.user, pk, at=here.at)
    theirs = works_for(here.user, found.agency_id, at=here.at)
    may = may_answer(here.user, found, at=here.at)
    form = AnswerQuestion(found, request.POST or None, for_agency=theirs)
    came = None
    if request.method == "POST":
        if not may and found.answered_at is None and not was_answered(request):
            raise PermissionDenied
        came = Came.REFUSED
        if form.is_valid():
            came = attempt(request, form, lambda stamp, at: form.carry_out(by=here.user, at=at, stamp=stamp))
        if came is Came.DONE:
            messages.success(request, "Jawaban tersimpan. Berkas tetap pada langkahnya.")
            return redirect("question", found.pk)
    return render(
        request,
        "desk/question.html",
        {
            "question": found,
            "case": found.case,
            "step": found.case.process.step(found.step_key),
            "may_answer": may,
            "theirs": theirs,
            "reads_case": Case.objects.visible_to(here.user, at=here.at).filter(pk=found.case_id).exists(),
            "form": form,
            "kunci": new_key(),
            "stale": came is Came.STALE,
            **_beside(here),
        },
        status=came.value if came else 200,
    )


def _question(user: User, pk: int, *, at: datetime) -> Question:
    """A question to the person's agency, or of a case that they may read; else 404."""
    rows = Question.objects.select_related(
        "agency", "asked_by", "recorded_by", "case__application__company", "case__revision"
    )
    found = rows.filter(pk=pk).first()
    if found is None:
        raise Http404
    seen = Case.objects.visible_to(user, at=at).filter(pk=found.case_id).exists()
    if not works_for(user, found.agency_id, at=at) and (not seen or _is_other_agencys(user, at=at)):
        raise Http404
    return found


def _is_other_agencys(user: User, *, at: datetime) -> bool:
    return user.actors(at) == {"technical_team"}


# --- the liaison's round (step 9) ------------------------------------------------------------------------


@dataclass(slots=True)
class Load:
    """What waits longest to be brought to one agency, with the form of the round."""

    agency: Office
    tasks: list[Task]
    form: DeliverRound
    more: bool  # others wait that are not shown


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def deliveries(request: HttpRequest) -> HttpResponse:
    """Several cases in one round to one agency: print the list, come back with it signed, record it."""
    here = _liaison(request)
    agencies = Office.objects.filter(kind=Office.Kind.AGENCY)
    posted = agencies.filter(pk=read_number(request.POST.get("agency"))).first()
    if request.method == "POST" and posted is None:
        raise Http404
    waiting, came = _waiting_to_go(here), None
    loads = []
    to_go = Referral.objects.filter(delivered_at=None).order_by().values("agency")
    for agency in agencies.filter(Q(pk__in=to_go) | Q(pk=posted.pk if posted else None)):
        given = (request.POST, request.FILES) if agency == posted else ()
        tasks, more = _longest_waiting(waiting, agency, chosen=given[0].getlist("tasks") if given else [])
        loads.append(Load(agency, tasks, DeliverRound(agency, tasks, *given, at=here.at), more))
    chosen = next((load for load in loads if load.agency == posted), None)
    if chosen is not None:
        if "cetak" in request.POST:
            return _list_to_sign(chosen, request.POST.getlist("tasks"), here)
        came = Came.REFUSED
        if chosen.form.is_valid():
            form = chosen.form
            came = attempt(request, form, lambda stamp, at: form.carry_out(by=here.user, at=at, stamp=stamp))
        if came is Came.DONE:
            messages.success(request, f"Penyerahan kepada {chosen.agency.name} dicatat.")
            return redirect("deliveries")
    return render(
        request,
        "desk/deliveries.html",
        {
            "loads": [load for load in loads if load.tasks or load.form.is_bound],
            "several": _for_several(waiting),
            "rounds": DeliveryRound.objects.select_related("agency", "delivered_by").annotate(
                cases=Count("referrals")
            )[:ROUNDS],
            "kunci": new_key(),
            "stale": came is Came.STALE,
            **_beside(here, "deliveries"),
        },
        status=came.value if came else 200,
    )


def _liaison(request: HttpRequest) -> Officer:
    here = desk_officer(request)
    if LIAISON not in here.actors:
        raise PermissionDenied
    return here


def _waiting_to_go(here: Officer) -> TaskQuerySet:
    """The cases at step 9, the longest waiting first."""
    return (
        tasks_doing("deliver")
        .filter(open_tasks_for(here.user, at=here.at), actor=LIAISON)
        .select_related("case__application__company")
        .order_by("opened_at", "pk")
    )


def _longest_waiting(waiting: TaskQuerySet, agency: Office, *, chosen: list[str]) -> tuple[list[Task], bool]:
    """What waits for this agency alone: what was chosen, then the longest waiting; and if there is more."""
    referred = Referral.objects.filter(case=OuterRef("case"), delivered_at=None)
    theirs = waiting.filter(Exists(referred.filter(agency=agency)), ~Exists(referred.exclude(agency=agency)))
    picked = {found for told in chosen if (found := read_number(told)) is not None}
    longest = list(theirs.exclude(pk__in=picked)[: A_ROUND + 1])
    return [*(theirs.filter(pk__in=picked) if picked else ()), *longest[:A_ROUND]], len(longest) > A_ROUND


def _for_several(waiting: TaskQuerySet) -> list[Task]:
    """What waits for several agencies goes one by one; the longest waiting of these."""
    undelivered = Referral.objects.filter(delivered_at=None).order_by().values("case")
    several = undelivered.annotate(agencies=Count("agency", distinct=True)).filter(agencies__gt=1)
    return list(waiting.filter(case__in=several.values("case"))[:A_ROUND])


def _list_to_sign(load: Load, chosen: list[str], here: Officer) -> HttpResponse:
    """The list of the chosen cases (of all, when none is), with blanks for the agency to sign."""
    picked = [task for task in load.tasks if str(task.pk) in chosen] or load.tasks[:A_ROUND]
    if not picked:
        raise Http404
    referrals = Referral.objects.filter(
        case__in=[task.case_id for task in picked], agency=load.agency, delivered_at=None
    )
    rows = list(referrals.select_related("case__application__company", "case__revision").order_by("case"))
    content = letters.delivery_list(rows, agency=load.agency, by=here.user, at=here.at)
    return pdf_answer(content, file_name("Bukti tanda terima berkas"))


@login_required
@require_safe
def delivery_list(request: HttpRequest, pk: int) -> HttpResponse:
    """The list of a round as it was delivered, one line a case."""
    _office_person(request)
    made = DeliveryRound.objects.select_related("agency", "delivered_by").filter(pk=pk).first()
    if made is None:
        raise Http404
    rows = list(
        made.referrals.select_related("case__application__company", "case__revision").order_by("case")
    )
    content = letters.delivery_list(
        rows, agency=made.agency, by=made.delivered_by, at=made.delivered_at, made=made
    )
    return pdf_answer(content, file_name("Bukti tanda terima berkas"))


# --- monitoring (step 11.a) -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AtAgency:
    """A case at its agency: since when, what was said last, when to look again."""

    task: Task
    agency: Office | None
    since: date | None
    days: int
    last: MonitoringNote | None
    due: bool


@login_required
@never_cache
@require_safe
def monitoring(request: HttpRequest) -> HttpResponse:
    """Every case at an agency; first those that are to be looked at again."""
    here = _office_person(request)
    newest = MonitoringNote.objects.filter(case=OuterRef("case")).order_by("-at", "-pk")
    tasks = (
        Task.objects.open()
        .filter(companion=True)
        .select_related("case__application__company")
        .prefetch_related(
            Prefetch("case__referrals", Referral.objects.select_related("agency").order_by("made_at")),
            Prefetch("case__monitoring", MonitoringNote.objects.select_related("by")),
        )
        .annotate(again=Subquery(newest.values("follow_up_on")[:1]))
        .order_by(F("again").asc(nulls_last=True), "opened_at", "pk")
    )
    page = Pages(tasks, A_PAGE, at_most=AT_MOST).get_page(request.GET.get("halaman"))
    calendar = office_calendar()
    return render(
        request,
        "desk/monitoring.html",
        {
            "rows": [_at_agency(task, today=here.today, calendar=calendar) for task in page.object_list],
            "page": page,
            **_beside(here, "monitoring"),
        },
    )


def _at_agency(task: Task, *, today: date, calendar: Calendar) -> AtAgency:
    referral = next(reversed(list(task.case.referrals.all())), None)
    last = next(reversed(list(task.case.monitoring.all())), None)
    since = office_day(task.opened_at)
    return AtAgency(
        task=task,
        agency=referral.agency if referral else None,
        since=since,
        days=working_days_in(calendar, after=since, until=today),
        last=last,
        due=last is None or (last.follow_up_on is not None and last.follow_up_on <= today),
    )


@login_required
@require_safe
def monitoring_form(request: HttpRequest, pk: int) -> HttpResponse:
    """The monitoring form of a case, as it stands now."""
    here = _office_person(request)
    seen = Case.objects.visible_to(here.user, at=here.at)
    found = seen.select_related("application__company", "revision").filter(pk=pk).first()
    if found is None:
        raise Http404
    return pdf_answer(letters.monitoring_form(found, at=here.at), file_name(f"Form monitoring {found}"))


def _office_person(request: HttpRequest) -> Officer:
    """Somebody of the office who works on cases, or the auditor; not the agency, not the administrator."""
    here = desk_officer(request)
    if not here.actors - OUTSIDERS:
        raise PermissionDenied
    return here


def _beside(here: Officer, current: str = "") -> dict[str, Any]:
    return {"here": here, "side": desk_links(here, current), "side_title": "Meja kerja"}
