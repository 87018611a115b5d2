"""The dossier of one case for officers: where it stands, and one section of it at a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from muara.audit.checkpoints import witness_of
from muara.cases.models import Application, Case, EarlyEnd, Task
from muara.cases.queries import authority_of, control_sheet, court_of, folder_of, latest_submission
from muara.cases.rules import (
    is_on_applicants_side,
    may_archive,
    may_assign,
    may_record_answer,
    may_work_on_task,
)
from muara.contacts.rules import may_reveal_numbers
from muara.people.calendar import office_calendar
from muara.people.models import Notice, User, office_day
from muara.permits.models import Permit
from muara.permits.queries import decision_of
from muara.records.archive import retention_of
from muara.web import clocks, dossier, flow, rounds, trust
from muara.web.acts import read_number
from muara.web.desk import desk_officer, task_address
from muara.web.files import person
from muara.web.maps import map_of
from muara.web.seen import CONTACT, saw_case

# The sections that tell how a person is reached, and what of them.
SHOWS_PERSONS = {
    "data": f"{CONTACT}; NIK dan NPWP disamarkan",
    "perbaikan": "nama dan isian yang diperbaiki",
    "pemberitahuan": "nama, surel, telepon, isi pemberitahuan",
}
READ_CONFLICTS = frozenset({"head_of_office", "auditor"})  # the superior (UU 30/2014, Pasal 43)


@login_required
@never_cache
@require_safe
def case(request: HttpRequest, pk: int) -> HttpResponse:
    """The dossier: where it stands, and one section of it at a time."""
    me, at = person(request), timezone.now()
    found = _case(me, pk, at=at)
    if is_on_applicants_side(me, found.application):
        return redirect("application", found.application.reference)
    key = request.GET.get("bagian", "data")
    section = SECTIONS.get(key)
    if section is None:
        raise Http404
    if key in SHOWS_PERSONS:
        saw_case(me, found, place=f"berkas/{key}", what=SHOWS_PERSONS[key], at=at)
    court, main, decision = court_of(found), found.main_task, decision_of(found.pk)
    talk = dossier.talk_before(found)
    return render(
        request,
        section.template,
        {
            "case": found,
            "decision": decision,
            "remedies": dossier.remedies(decision),
            "court": court,
            "who": dossier.who(court, found.process),
            "main": main,
            "folder": folder_of(found),
            "archived": found.archive_places.current().first(),
            "due": dossier.task_due(main, today=office_day(at), calendar=office_calendar()),
            "exposure": dossier.exposure(found, today=office_day(at), calendar=office_calendar()),
            "legs": dossier.legs(found, talk=talk),
            "records_answer": may_record_answer(me, found, at=at),
            "work": _work(found, me, at=at),
            "oversees": main is not None and may_assign(me, main, at=at),
            "talk": talk,
            "early_end": EarlyEnd.objects.select_related("ended_by").filter(case=found).first(),
            "predecessor": Case.objects.select_related("application")
            .filter(application__successor=found.application_id)
            .first(),
            "successor": Application.objects.select_related("case__application")
            .filter(predecessor=found.application_id)
            .first(),
            "section": section,
            "side": _sections(found, key),
            "side_title": "Bagian berkas",
            **section.read(request, found, at),
        },
    )


def _case(user: User, pk: int, *, at: datetime) -> Case:
    """A case that the person may see, else 404."""
    rows = Case.objects.filter(pk__in=Case.objects.visible_to(user, at=at).filter(pk=pk).values("pk"))
    tasks = Task.objects.select_related("received_by", "closed_by").prefetch_related("pauses")
    found = (
        rows.select_related(
            "application__company", "application__applicant", "application__entered_by", "revision"
        )
        .prefetch_related(Prefetch("tasks", tasks), "corrections")
        .first()
    )
    if found is None:
        raise Http404
    return found


@dataclass(frozen=True, slots=True)
class Work:
    """An open task of the case that this person may do."""

    task: Task
    href: str


def _work(found: Case, user: User, *, at: datetime) -> list[Work]:
    return [
        Work(task, task_address(task))
        for task in found.tasks.all()
        if task.is_open and may_work_on_task(user, task, at=at)
    ]


Reader = Callable[[HttpRequest, Case, datetime], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Section:
    """A section of the case page: its template, and what it reads (only when it is open)."""

    title: str
    template: str
    read: Reader


def _read_data(request: HttpRequest, found: Case, at: datetime) -> dict[str, Any]:
    submissions = list(found.application.submissions.select_related("by", "power").order_by("number"))
    wanted = read_number(request.GET.get("penyampaian"))
    place = wanted - 1 if 1 <= wanted <= len(submissions) else -1
    shown = submissions[place]
    previous = next((item for item in submissions if item.number == shown.number - 1), None)
    return {
        "submissions": submissions,
        "shown": shown,
        "previous": previous,
        "parts": dossier.parts(found, shown, previous=previous),
        "kind": found.process.kind(found.application.kind),
        "reveals": may_reveal_numbers(person(request), found, at=at),
        "map": map_of(found.revision.definition.form, dossier.answers_in(shown)),
    }


def _read_papers(request: HttpRequest, found: Case, at: datetime) -> dict[str, Any]:
    referrals = dossier.referrals_of(found)
    submission = latest_submission(found)
    return {
        "submission": submission,
        "folders": dossier.folders(found, submission),
        "letters": dossier.filed_letters(found),
        "scans": dossier.scans(found, referrals=referrals, decision=decision_of(found.pk)),
    }


def _read_corrections(request: HttpRequest, found: Case, at: datetime) -> dict[str, Any]:
    return {
        "authority": authority_of(found),
        "verdicts": rounds.verdicts(found),
        "rounds": rounds.rounds(found, on=office_day(at)),
        "late_defects": rounds.late_defects(found),
        "confirmations": rounds.confirmations(found),
        "submissions": found.application.submissions.select_related("by").order_by("number"),
        "talks": dossier.talks(found, reads=desk_officer(request).read_desks),
    }


def _read_recommendation(request: HttpRequest, found: Case, at: datetime) -> dict[str, Any]:
    referrals = dossier.referrals_of(found)
    return {
        "referrals": referrals,
        "terms": dossier.terms_of(found),
        "agency_work": dossier.agency_work(referrals),
    }


def _read_drafts(request: HttpRequest, found: Case, at: datetime) -> dict[str, Any]:
    return {"drafts": dossier.drafts(found), "meetings": dossier.meetings(found)}


def _read_forms(request: HttpRequest, found: Case, at: datetime) -> dict[str, Any]:
    return {"forms": dossier.forms_by_state(found)}


def _read_flow(request: HttpRequest, found: Case, at: datetime) -> dict[str, Any]:
    return flow.read_case_flow(found, at)


def _read_clocks(request: HttpRequest, found: Case, at: datetime) -> dict[str, Any]:
    return {"clocks": clocks.clocks(found, now=at)}


def _read_notices(request: HttpRequest, found: Case, at: datetime) -> dict[str, Any]:
    told = Notice.objects.about_case(found.pk).prefetch_related("tries")
    rows = told.select_related("phone_task__closed_by", "on_paper__posted_by").order_by("made_at", "pk")
    return {"notices": rows.prefetch_related("phone_task__calls__by")}


def _read_archive(request: HttpRequest, found: Case, at: datetime) -> dict[str, Any]:
    return {
        "places": found.archive_places.select_related("by"),
        "loans": list(found.archive_loans.select_related("lent_by", "returned_to")),
        "today": office_day(at),
        "retention": retention_of(found, on=office_day(at)),
        "archives": may_archive(person(request), found, at=at),
        "takes_dossier": trust.may_take_dossier(person(request), found, at=at),
    }


def _read_control_sheet(request: HttpRequest, found: Case, at: datetime) -> dict[str, Any]:
    reads_reasons = bool(person(request).actors(at) & READ_CONFLICTS)
    return {
        "lines": control_sheet(found),
        "recusals": found.recusals.select_related("user"),
        "reads_reasons": reads_reasons,
        "seen": witness_of(found.chain),
        "decided_later": Permit.objects.filter(case=found, later__isnull=False).first(),
        "takes_dossier": trust.may_take_dossier(person(request), found, at=at),
    }


SECTIONS = {
    "data": Section("Data permohonan", "desk/case_data.html", _read_data),
    "dokumen": Section("Dokumen dan surat", "desk/case_papers.html", _read_papers),
    "formulir": Section("Surat dan formulir", "desk/case_forms.html", _read_forms),
    "perbaikan": Section("Pemeriksaan dan perbaikan", "desk/case_corrections.html", _read_corrections),
    "rekomendasi": Section("Rekomendasi teknis", "desk/case_recommendation.html", _read_recommendation),
    "draf": Section("Draf dan paraf", "desk/case_drafts.html", _read_drafts),
    "alur": Section("Alur berkas", "desk/case_flow.html", _read_flow),
    "waktu": Section("Batas waktu", "desk/case_clocks.html", _read_clocks),
    "pemberitahuan": Section("Pemberitahuan", "desk/case_notices.html", _read_notices),
    "arsip": Section("Arsip", "desk/case_archive.html", _read_archive),
    "pengendali": Section("Lembar pengendali", "desk/case_control_sheet.html", _read_control_sheet),
}


def _sections(found: Case, current: str) -> list[dict[str, Any]]:
    here = reverse("case", args=[found.pk])
    links = [
        {"label": section.title, "href": f"{here}?bagian={key}#bagian", "current": key == current}
        for key, section in SECTIONS.items()
    ]
    return [{"title": "", "links": links}]


@login_required
@never_cache
@require_safe
def correction(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """A round that was answered: what was asked and said, and before and after side by side."""
    here = desk_officer(request)
    found = _case(here.user, pk, at=here.at)
    if is_on_applicants_side(here.user, found.application):
        return redirect("application", found.application.reference)
    rows = found.corrections.select_related("submission__application", "answering", "answered_by")
    asked = get_object_or_404(rows.prefetch_related("items"), number=number)
    if asked.answering is None:
        return redirect(f"{reverse('case', args=[found.pk])}?bagian=perbaikan#bagian")
    saw_case(here.user, found, place="berkas/perbaikan", what=SHOWS_PERSONS["perbaikan"], at=here.at)
    before, after = asked.submission, asked.answering
    return render(
        request,
        "desk/correction.html",
        {
            "case": found,
            "view": rounds.a_round(asked, found, on=office_day(here.at)),
            "before": before,
            "after": after,
            "fields": rounds.changed_fields(found, before, after),
            "files": rounds.replaced_files(found, before, after),
        },
    )
