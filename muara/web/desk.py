"""The officer's desk: what is waiting for me, every case that I may read, talk with citizens, the counter."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from muara.cases.actions import Stamp
from muara.cases.limits import past_legal_limit, past_legal_limit_among
from muara.cases.models import (
    Application,
    ArchiveLoan,
    Assignment,
    Case,
    Question,
    Revision,
    Task,
    TaskQuerySet,
)
from muara.cases.queries import at_step_doing
from muara.cases.rules import (
    ARCHIVISTS,
    COUNTER,
    TECHNICAL_TEAM,
    open_tasks_for,
    serves_the_counter,
    without_conflict,
)
from muara.compliance.rules import REVIEWER, WARNER
from muara.contacts.actions.queue import attach_application
from muara.contacts.models import Complaint, Consultation, DataRequest, NoticeLetter, PhoneTask, Ticket
from muara.contacts.rules import (
    ANSWERS,
    FRONT_OFFICE,
    HANDLERS,
    PRIVACY_RECORDERS,
    RECORDERS,
    may_read_privacy,
    may_serve,
)
from muara.people.calendar import office_calendar
from muara.people.models import Company, User, office_day
from muara.people.queries import absent_until
from muara.people.reading import answered
from muara.people.rules import ADMINISTRATOR, AGENCY_ACTORS, AUDITOR, COMPLAINT_MANAGER, SYSTEM_ACTORS
from muara.permits.models import LaterDecision
from muara.permits.queries import old_permits_of, permits_of
from muara.records.rules import OVERSEERS
from muara.sop.definition import Step
from muara.steps.actions import later
from muara.steps.actions.later_delivery import delivery_limit, to_deliver
from muara.steps.actions.paper import MAY_ENTER
from muara.steps.actions.unreached import CALLER
from muara.web import dossier, inbox
from muara.web.acts import Came, attempt, new_key, read_number
from muara.web.desk_forms import CaseFilter, OnBehalf
from muara.web.files import person
from muara.web.paging import AT_MOST, Pages
from muara.web.public import revisions_in_force
from muara.web.wordings import may_open

A_PAGE = 25
TASKS_A_PAGE = 25
SHORT = 8  # rows of a list that only reminds
MATCHES = 15  # companies that a search offers
OUTSIDE_THE_SOP = SYSTEM_ACTORS | {"auditor": "Pemeriksa (hanya membaca)"}
MONITORS = frozenset({"liaison", "processing_officer", "section_head", "division_head", "head_of_office"})
READS_REGISTER = frozenset({"registrar", "head_of_office", "auditor"})
READS_ARCHIVE = ARCHIVISTS | OVERSEERS
DECIDES_LATER = MONITORS - {"liaison"} | READS_REGISTER | {"collection_counter"}
OVERSIGHT = (
    ("Papan berkas", "oversight"),
    ("Alur dan beban", "oversight_flow"),
    ("Hambatan dan beban", "bottlenecks"),
    ("Indikator kinerja", "performance"),
    ("Survei kepuasan", "survey_oversight"),
    ("Mutu pelayanan", "assessments"),
)
# Neither evaluates nor is evaluated here: an agency's people, and who only administers.
OUTSIDE_EVALUATIONS = AGENCY_ACTORS | {ADMINISTRATOR, COMPLAINT_MANAGER}
OVERSEES_DISCHARGES = OVERSEERS | {REVIEWER, WARNER}
SIGNERS = frozenset({"head_of_office"})
QUEUE_READERS = OVERSEERS | frozenset(FRONT_OFFICE)


# --- who is here ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Officer:
    """The person at the desk, the actors they hold today, and the moment of the request."""

    user: User
    actors: frozenset[str]
    at: datetime

    @property
    def today(self) -> date:
        return office_day(self.at)

    @property
    def at_the_counter(self) -> bool:
        return bool(self.actors & set(COUNTER))

    @property
    def desks(self) -> frozenset[str]:
        """At which desks this person answers citizens."""
        return frozenset(desk for desk, actor in ANSWERS.items() if actor in self.actors)

    @property
    def read_desks(self) -> frozenset[str]:
        """Of which desks this person reads the talks: their own, the auditor all."""
        return frozenset(ANSWERS) if "auditor" in self.actors else self.desks

    @property
    def reads_talks(self) -> bool:
        return bool(self.read_desks)


def desk_officer(request: HttpRequest) -> Officer:
    """The desk is for people who hold an actor today; anybody else is refused (403)."""
    me, at = person(request), timezone.now()
    actors = me.actors(at)
    if not actors:
        raise PermissionDenied
    return Officer(me, actors, at)


def beside_the_desk(here: Officer, current: str) -> dict[str, Any]:
    """What stands beside a page of the desk."""
    return {"side": desk_links(here, current), "side_title": "Meja kerja"}


def desk_links(here: Officer, current: str) -> list[dict[str, Any]]:
    """The links beside every page of the desk, for what this person does."""
    waiting = _unanswered(here).count() if here.desks else 0
    places = [("Tugas saya", "desk", 0), ("Semua berkas", "cases", 0)]
    if here.actors & SIGNERS:
        places.append(("Tanda tangan hari ini", "sign_day", 0))
    if here.reads_talks:
        places.append(("Konsultasi", "consultations", waiting))
    if here.actors & {*HANDLERS, AUDITOR}:
        mine = Complaint.objects.open().filter(handler=here.user).count()
        places.append(("Pengaduan", "complaints", mine))
    if here.actors & RECORDERS:
        places.append(("Catat pengaduan", "new_complaint", 0))
    if may_read_privacy(here.user, at=here.at):
        asked = DataRequest.objects.filter(answered_at=None).count()
        places.append(("Data pribadi", "privacy_desk", asked))
    if here.actors & PRIVACY_RECORDERS:
        places.append(("Catat permintaan data", "new_data_request", 0))
    if here.actors & QUEUE_READERS:
        places.append(("Antrean", "queue_desk", 0))
    if here.actors & set(FRONT_OFFICE):
        places.append(("Kuesioner survei", "survey_desk", 0))
    if CALLER in here.actors:
        told = NoticeLetter.objects.filter(posted_on=None).count()
        places.append(
            ("Telepon dan surat", "phone_tasks", told + PhoneTask.objects.filter(closed_at=None).count())
        )
    if "liaison" in here.actors:
        places.append(("Penyerahan ke OPD", "deliveries", 0))
    if here.actors & MONITORS:
        places.append(("Pemantauan di OPD", "monitoring", 0))
    if here.at_the_counter:
        places.append(("Entri di loket", "start_on_behalf", 0))
    if here.actors & MAY_ENTER:
        places.append(("Berkas dari kertas", "running_cases", 0))
        places.append(("Surat keputusan belum diambil", "uncollected", 0))
    if here.actors & READS_ARCHIVE:
        late = ArchiveLoan.objects.overdue(on=here.today).count() if here.actors & ARCHIVISTS else 0
        places.append(("Arsip", "archive", late))
    places.append(("Ketidakhadiran", "absences", 0))
    if here.actors - OUTSIDE_EVALUATIONS:
        places.append(("Penilaian kinerja", "evaluations", 0))
    if may_open(here.user, at=here.at):
        places.append(("Susunan kata keputusan", "wordings", 0))
    links = [
        {"label": label, "href": reverse(name), "current": name == current, "count": count}
        for label, name, count in places
    ]
    if here.actors - {ADMINISTRATOR, TECHNICAL_TEAM}:
        href = reverse("registers")
        links.append({"label": "Buku register", "href": href, "current": current == "register", "count": 0})
    if here.actors & {*READS_REGISTER, ADMINISTRATOR}:
        href, is_here = reverse("old_permits"), current == "old_permits"
        links.append({"label": "Izin dari register lama", "href": href, "current": is_here, "count": 0})
    if here.actors & DECIDES_LATER:
        href = reverse("later_decisions")
        mine = len(later_turns(here))
        links.append(
            {
                "label": "Keputusan setelah izin terbit",
                "href": href,
                "current": current == "later_decisions",
                "count": mine,
            }
        )
    if here.actors & OVERSEES_DISCHARGES:
        href, is_here = reverse("discharges"), current == "discharges"
        links.append({"label": "Kewajiban pemegang izin", "href": href, "current": is_here, "count": 0})
    groups = [{"title": "", "links": links}]
    if here.actors & OVERSEERS:
        seen = [
            {"label": label, "href": reverse(name), "current": name == current, "count": 0}
            for label, name in OVERSIGHT
        ]
        groups.append({"title": "Pengawasan", "links": seen})
    return groups


# --- decisions after the issue -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LaterTurn:
    """A decision about an issued permit that waits for the person at the desk, or for its delivery."""

    decision: LaterDecision
    step: Step
    since: datetime
    due: dossier.Due


def later_turns(here: Officer) -> list[LaterTurn]:
    """What waits for this person beside the tasks of cases; it is no case, so it is no task (ADR 20)."""
    return answered(("later turns", here.user.pk, here.at), lambda: _later_turns(here))


def _later_turns(here: Officer) -> list[LaterTurn]:
    calendar = office_calendar()
    turns = [
        LaterTurn(
            one,
            step,
            later.waits_since(one),
            dossier.due_of(later.legal_limit(one, calendar=calendar), today=here.today, calendar=calendar),
        )
        for one in later.turns_of(here.user, at=here.at)
        if (step := later.next_step(one)) is not None
    ]
    return turns + [
        LaterTurn(
            one,
            step,
            later.waits_since(one),
            dossier.due_of(delivery_limit(one, calendar=calendar), today=here.today, calendar=calendar),
        )
        for one, step in to_deliver(here.user, at=here.at)
    ]


# --- the inbox -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Waiting:
    """An open task on the desk."""

    task: Task
    row: dossier.Row
    barred: bool  # the same person did the other step of a separated pair
    away_until: date | None = None  # whoever received it, or shall receive it, is not there until then

    @property
    def href(self) -> str:
        return reverse("case", args=[self.task.case_id]) if self.barred else task_address(self.task)

    @property
    def meant(self) -> Assignment | None:
        """For whom it is meant while nobody has received it."""
        fetched: list[Assignment] = list(self.task.assignments.all())
        return fetched[0] if fetched and self.task.received_by_id is None else None

    @property
    def on_behalf(self) -> bool:
        return self.task.actor == "applicant"

    @property
    def with_applicant(self) -> bool:
        """It lies with the applicant, who was asked for something: nothing is to be done here."""
        return self.row.court.actor == "applicant" and not self.on_behalf

    @property
    def step(self) -> Step:
        return self.task.step

    @property
    def title(self) -> str:
        """What is done here: the step's title, or the monitoring that runs beside another step."""
        companion = self.step.companion
        return companion.title if self.task.companion and companion else self.step.title


@login_required
@never_cache
@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """What is waiting for me, by due date and as I narrow it; what is monitored; what else is open."""
    here = desk_officer(request)
    mine = _my_tasks(here)
    narrowed = inbox.narrow(
        mine,
        request.GET.dict(),
        steps=_case_steps(),
        user=here.user,
        today=here.today,
        calendar=office_calendar(),
    )
    found = Pages(_with_cases(narrowed.tasks), TASKS_A_PAGE, at_most=AT_MOST, counted=narrowed.count)
    page = found.get_page(request.GET.get("halaman"))
    waiting = _waiting(page.object_list, here)
    return render(
        request,
        "desk/desk.html",
        {
            "here": here,
            "roles": _role_labels(here),
            "page": page,
            "narrowed": narrowed,
            "exposed": _past_legal_limit(here, mine),
            "turns": later_turns(here),
            "todo": [item for item in waiting if not item.task.companion and not item.with_applicant],
            "away": [item for item in waiting if item.with_applicant],
            "watch": [item for item in waiting if item.task.companion],
            "questions": _unanswered(here)[:SHORT] if here.desks else [],
            "asked": _open_questions(here)[:SHORT],
            "begun": begun_at_the_counter()[:SHORT] if here.at_the_counter else [],
            "side": desk_links(here, "desk"),
            "side_title": "Meja kerja",
        },
    )


def _my_tasks(here: Officer) -> TaskQuerySet:
    mine = open_tasks_for(here.user, at=here.at)
    if here.at_the_counter:
        # Somebody without an account does their steps at the counter.
        theirs = Application.objects.filter(case=OuterRef("case"), applicant=None)
        mine |= Q(Exists(theirs), actor="applicant") & without_conflict(here.user)
        # The signature on the receipt of a permit is taken at the counter, for whoever came.
        mine |= Q(at_step_doing("receive"), companion=False)
    return Task.objects.open().filter(mine)


def _with_cases(tasks: TaskQuerySet) -> TaskQuerySet:
    meant = Assignment.objects.filter(replaced_at=None).select_related("to", "by")
    rows = tasks.select_related("received_by").prefetch_related(Prefetch("assignments", meant))
    return rows.prefetch_related(Prefetch("case", dossier.with_standing(Case.objects.all()))).by_due()


def _past_legal_limit(here: Officer, mine: TaskQuerySet) -> list[Case]:
    """The cases past their legal limit: all of them for superiors and auditors, else those on this desk."""
    if here.actors & OVERSEERS:
        cases = past_legal_limit(today=here.today)
    else:
        cases = past_legal_limit_among(mine, today=here.today, most=SHORT + 1)
    rows = cases.select_related("application__company").defer("application__data")
    return list(rows.order_by("recommended_on", "registered_on", "pk")[: SHORT + 1])


def _waiting(tasks: Iterable[Task], here: Officer) -> list[Waiting]:
    rows, calendar = list(tasks), office_calendar()
    done = _steps_done(here.user, rows)
    keepers = {task.pk: _keeper(task) for task in rows}
    away = absent_until({keeper for keeper in keepers.values() if keeper}, on=here.today)
    return [
        Waiting(
            task=task,
            row=dossier.row(task.case, task=task, today=here.today, calendar=calendar),
            barred=bool(task.case.process.separated_from(task.step_key) & done.get(task.case_id, set())),
            away_until=away.get(keepers[task.pk] or 0),
        )
        for task in rows
    ]


def _keeper(task: Task) -> int | None:
    """Who received a task, or for whom it is meant; from what the page has fetched."""
    return task.received_by_id or next((one.to_id for one in task.assignments.all()), None)


def _steps_done(user: User, tasks: list[Task]) -> dict[int, set[str]]:
    """The steps that a person has done in these cases (separation of duties), in one query."""
    done: dict[int, set[str]] = {}
    mine = Task.objects.main().filter(case__in={task.case_id for task in tasks}, closed_by=user)
    for case_id, step_key in mine.values_list("case", "step_key"):
        done.setdefault(case_id, set()).add(step_key)
    return done


def task_address(task: Task) -> str:
    """Where a task is worked on: its own page, or the applicant's page for the applicant's steps."""
    if task.actor == "applicant" and task.step.activity != "receive":
        return reverse("application", args=[task.case.application.reference])
    return reverse("task", args=[task.pk])


def _open_questions(here: Officer) -> QuerySet[Question]:
    """Questions that wait for my agency, or that I asked an agency."""
    agencies = here.user.holdings.current(here.today).filter(actor="technical_team").values("office")
    rows = Question.objects.filter(Q(agency__in=agencies) | Q(asked_by=here.user), answered_at=None)
    rows = rows.filter(case__closed_at=None).select_related("agency", "case__application__company")
    return rows.order_by("asked_at")


def _role_labels(here: Officer) -> list[str]:
    newest = Revision.objects.defer("files").order_by("-effective_from", "-pk").first()
    labels = {actor.key: actor.label for actor in newest.process.actors} if newest else {}
    labels |= OUTSIDE_THE_SOP
    return [labels[key] for key in labels if key in here.actors]


def _unanswered(here: Officer) -> QuerySet[Consultation]:
    return Consultation.objects.filter(answered_at=None, desk__in=here.desks).order_by("asked_at")


def begun_at_the_counter() -> QuerySet[Application]:
    """Applications entered at the counter that have not been submitted yet."""
    rows = Application.objects.entered_at_the_counter().filter(case=None)
    return rows.select_related("company", "entered_by").defer("data").order_by("-updated_at")


# --- all cases -----------------------------------------------------------------------------------------


@login_required
@never_cache
@require_safe
def cases(request: HttpRequest) -> HttpResponse:
    """Every case that I may read."""
    here = desk_officer(request)
    form = CaseFilter(request.GET, steps=_case_steps())
    readable = Case.objects.visible_to(here.user, at=here.at)
    if (scanned := form.scanned()) and (found := readable.filter(pk=scanned).first()):
        return redirect("case", found.pk)
    # First which cases, then what a row says of them: to join all of that before the page is cut takes long.
    listed = form.narrow(readable, today=here.today).values_list("pk", flat=True)
    page = Pages(listed, A_PAGE, at_most=AT_MOST).get_page(request.GET.get("halaman"))
    shown = dossier.with_standing(Case.objects.filter(pk__in=list(page.object_list)))
    calendar = office_calendar()
    rows = [dossier.row(case, task=case.main_task, today=here.today, calendar=calendar) for case in shown]
    query = request.GET.copy()
    query.pop("halaman", None)
    return render(
        request,
        "desk/cases.html",
        {
            "filter": form,
            "filtered": any(query.values()),
            "page": page,
            "rows": rows,
            "query": query.urlencode(),
            "side": desk_links(here, "cases"),
            "side_title": "Meja kerja",
        },
    )


def _case_steps() -> list[Step]:
    """The steps that cases stand at, over all services, by number."""
    found = {
        step.key: step
        for revision in revisions_in_force(office_day(timezone.now()))
        for step in revision.process.steps
        if step.activity not in dossier.BEFORE_THE_CASE
    }
    return sorted(found.values(), key=lambda step: step.number)


# --- who stands at my counter ---------------------------------------------------------------------------


def visitor_at_counter(request: HttpRequest, here: Officer) -> Ticket | None:
    """The visitor at this officer's counter whom the console's link names."""
    rows = Ticket.objects.at_a_counter().filter(pk=read_number(request.GET.get("tiket")), day=here.today)
    found = rows.select_related("series", "waits_in", "counter").first()
    if found is None or found.counter is None or not may_serve(here.user, found.counter, at=here.at):
        return None
    return found


def attempt_once(
    request: HttpRequest, form: forms.Form, carry_out: Callable[[Stamp, datetime], object]
) -> Came:
    """Carry out a valid form that moves no case; an invalid one is refused."""
    if not form.is_valid():
        return Came.REFUSED
    return attempt(request, form, carry_out)


# --- the counter: for somebody without an account ----------------------------------------------------------


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def start_on_behalf(request: HttpRequest) -> HttpResponse:
    """SOP step 3 at the counter: enter an application for somebody who has no account."""
    here = desk_officer(request)
    if not serves_the_counter(here.user, at=here.at):
        raise PermissionDenied
    ticket = visitor_at_counter(request, here)
    wanted = (request.POST.get("cari") or request.GET.get("cari") or "").replace("\0", "").strip()[:100]
    companies = list(_companies(wanted)[:MATCHES])
    services = revisions_in_force(here.today)
    permits = [
        permit
        for item in services
        for held_by in (permits_of, old_permits_of)
        for permit in held_by(companies, service=item.service)
    ]
    form = OnBehalf(request.POST or None, services=services, companies=companies, permits=permits)
    came, started = None, []
    if request.method == "POST":
        came = attempt_once(
            request,
            form,
            lambda stamp, at: started.append(_start(form, ticket=ticket, by=here.user, at=at, stamp=stamp)),
        )
        if came is Came.DONE:
            messages.success(
                request, "Permohonan dibuat. Isi formulirnya bersama pemohon, lalu unggah berkasnya."
            )
            return redirect("application", started[0].reference) if started else redirect("desk")
    return render(
        request,
        "desk/start_on_behalf.html",
        {
            "form": form,
            "ticket": ticket,
            "wanted": wanted,
            "companies": companies,
            "kunci": new_key(),
            "stale": came is Came.STALE,
            "side": desk_links(here, "start_on_behalf"),
            "side_title": "Meja kerja",
        },
        status=came.value if came else 200,
    )


@transaction.atomic
def _start(form: OnBehalf, *, ticket: Ticket | None, by: User, at: datetime, stamp: Stamp) -> Application:
    started = form.start(by=by, at=at, stamp=stamp)
    if ticket is not None and ticket.counter is not None:
        attach_application(ticket, started, counter=ticket.counter, by=by, at=at)
    return started


def _companies(wanted: str) -> QuerySet[Company]:
    if not wanted:
        return Company.objects.none()
    return Company.objects.filter(Q(name__icontains=wanted) | Q(nib=wanted)).order_by("name", "pk")
