"""Talk with citizens at the information desk and the help desk (SOP steps 1, 2 and 5)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from muara.cases.actions import Stamp
from muara.cases.models import Revision
from muara.contacts.actions.consultations import ask, hand_on, inform, link_to
from muara.contacts.actions.queue import attach_consultation
from muara.contacts.models import Consultation, Ticket
from muara.contacts.rules import ANSWERS
from muara.people.models import Notice, User, office_day
from muara.sop.document import Clause
from muara.web.acts import Came, new_key
from muara.web.desk import A_PAGE, Officer, attempt_once, desk_links, desk_officer, visitor_at_counter
from muara.web.paging import AT_MOST, Pages
from muara.web.public import revisions_in_force
from muara.web.seen import saw_talk
from muara.web.talk_forms import Answering, Asking, LinkForm, letter_of

ACTIVITY = {Consultation.Desk.INFORMATION.value: "inform", Consultation.Desk.HELP_DESK.value: "advise"}
OTHER = {
    Consultation.Desk.INFORMATION.value: Consultation.Desk.HELP_DESK,
    Consultation.Desk.HELP_DESK.value: Consultation.Desk.INFORMATION,
}


def guide(revision: Revision | None, desk: str) -> list[Clause]:
    """What the SOP prints for this desk: the letters of step 2, or the sentences of step 5."""
    if revision is None:
        return []
    definition = revision.definition
    step = next((item for item in definition.process.steps if item.activity == ACTIVITY[desk]), None)
    if step is None:
        return []
    printed = definition.document.step(step.number).text
    return [
        clause for clause in printed if desk == Consultation.Desk.HELP_DESK or letter_of(clause).isalpha()
    ]


def revision_of(service: str, *, at: datetime) -> Revision | None:
    """The revision of a service in force, if it is still offered."""
    return next((item for item in revisions_in_force(office_day(at)) if item.service == service), None)


def talks_of(here: Officer) -> QuerySet[Consultation]:
    """The talks of the desks where this person answers, or all of them for the auditor."""
    rows = Consultation.objects.select_related("answered_by", "case__application", "application")
    return rows.filter(desk__in=here.read_desks)


def _reader(request: HttpRequest) -> Officer:
    here = desk_officer(request)
    if not here.reads_talks:
        raise PermissionDenied
    return here


def _answerer(request: HttpRequest) -> Officer:
    here = desk_officer(request)
    if not here.desks:
        raise PermissionDenied
    return here


def _talk(here: Officer, pk: int) -> Consultation:
    found = talks_of(here).select_related("person").prefetch_related("tickets__series").filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


@login_required
@never_cache
@require_safe
def consultations(request: HttpRequest) -> HttpResponse:
    """Questions, the unanswered first (the oldest of them first), then what was answered last."""
    here = _reader(request)
    rows = talks_of(here)
    page = Pages(rows.exclude(answered_at=None).order_by("-answered_at"), A_PAGE, at_most=AT_MOST)
    return render(
        request,
        "desk/consultations.html",
        {
            "here": here,
            "waiting": rows.filter(answered_at=None).order_by("asked_at"),
            "page": page.get_page(request.GET.get("halaman")),
            "both": len(here.desks) != 1,
            "side": desk_links(here, "consultations"),
            "side_title": "Meja kerja",
        },
    )


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def consultation(request: HttpRequest, pk: int) -> HttpResponse:
    """One question, and its answer."""
    here = _answerer(request) if request.method == "POST" else _reader(request)
    found = _talk(here, pk)
    revision = revision_of(found.service, at=here.at)
    letters = guide(revision, found.desk)
    saw_talk(here.user, found, at=here.at)
    form = Answering(
        request.POST or None,
        letters=letters,
        revision=revision,
        initial={"send_to": found.contact if "@" in found.contact else ""},
    )
    came = None
    if request.method == "POST":
        came = attempt_once(
            request,
            form,
            lambda stamp, at: inform(found.pk, **form.said(), by=here.user, at=at, stamp=stamp),
        )
        if came is Came.DONE:
            messages.success(request, f"Jawaban untuk {found.name} tersimpan.{_sent(found.pk)}")
            return redirect("consultations")
    return _page(request, here, found, form=form, came=came, revision=revision, letters=letters)


@login_required
@never_cache
@require_POST
def pass_on(request: HttpRequest, pk: int) -> HttpResponse:
    """Hand a question on to the other desk."""
    here = _answerer(request)
    found = _talk(here, pk)
    form, other = forms.Form(request.POST), OTHER[found.desk]
    came = attempt_once(
        request, form, lambda stamp, at: hand_on(found.pk, desk=other, by=here.user, at=at, stamp=stamp)
    )
    if came is Came.DONE:
        messages.success(request, f"Pertanyaan diteruskan ke {other.label.lower()}.")
        return redirect("consultations")
    for refused in form.non_field_errors():
        messages.error(request, str(refused))
    return _page(request, here, found, came=came)


@login_required
@never_cache
@require_POST
def link_talk(request: HttpRequest, pk: int) -> HttpResponse:
    """Tie a talk to the application that came of it."""
    here = _answerer(request)
    found = _talk(here, pk)
    form = LinkForm(request.POST)
    came = attempt_once(
        request,
        form,
        lambda stamp, at: link_to(
            found.pk, number=form.cleaned_data["number"], by=here.user, at=at, stamp=stamp
        ),
    )
    if came is Came.DONE:
        messages.success(request, "Konsultasi ditautkan dengan permohonannya.")
        return redirect("consultation", found.pk)
    return _page(request, here, found, link_form=form, came=came)


def _sent(pk: int) -> str:
    """Say where an answer goes by itself, with which forms; "" for one that was given face to face."""
    notice = Notice.objects.filter(key=f"consultation:{pk}:answered").exclude(address="").first()
    if notice is None:
        return ""
    forms = Consultation.objects.get(pk=pk).forms_given
    what = f"Formulir {', '.join(forms)} dan jawaban ini" if forms else "Jawaban ini"
    way = "lewat surel" if notice.channel == Notice.Channel.EMAIL else "sebagai pesan"
    return f" {what} dikirim {way} ke {notice.address}."


def _page(
    request: HttpRequest,
    here: Officer,
    found: Consultation,
    *,
    form: forms.Form | None = None,
    link_form: LinkForm | None = None,
    came: Came | None = None,
    revision: Revision | None = None,
    letters: list[Clause] | None = None,
) -> HttpResponse:
    revision = revision or revision_of(found.service, at=here.at)
    shown = guide(revision, found.desk) if letters is None else letters
    names = {item.code: item for item in revision.process.forms} if revision else {}
    return render(
        request,
        "desk/consultation.html",
        {
            "here": here,
            "talk": found,
            "answers": found.desk in here.desks,
            "other_desk": OTHER[found.desk].label.lower(),
            "form": form or Answering(letters=shown, revision=revision),
            "link_form": link_form or LinkForm(),
            "letters": [(clause, letter_of(clause) in found.covered) for clause in shown],
            "given_forms": [names[code] for code in found.forms_given if code in names],
            "slug": revision.process.slug if revision else "",
            "kunci": new_key(),
            "stale": came is Came.STALE,
            "side": desk_links(here, "consultations"),
            "side_title": "Meja kerja",
        },
        status=came.value if came else 200,
    )


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new_consultation(request: HttpRequest) -> HttpResponse:
    """A question that came to a desk, and its answer when there is one already."""
    here = _answerer(request)
    ticket = visitor_at_counter(request, here)
    desk = _desk(request, here, ticket)
    services = revisions_in_force(here.today)
    chosen = request.POST.get("service") or (services[0].service if services else "")
    revision = next((item for item in services if item.service == chosen), None)
    form = Asking(
        request.POST or None,
        services=services,
        letters=guide(revision, desk),
        revision=revision,
        initial={"channel": Consultation.Channel.VISIT} if ticket else {},
    )
    came, made = None, list[int]()
    if request.method == "POST":
        came = attempt_once(
            request,
            form,
            lambda stamp, at: made.append(
                _record(form, desk=desk, ticket=ticket, by=here.user, at=at, stamp=stamp)
            ),
        )
        if came is Came.DONE:
            name, sent = form.cleaned_data["name"], _sent(made[0]) if made else ""
            messages.success(request, f"Konsultasi dengan {name} tersimpan.{sent}")
            return redirect("queue_counter", ticket.counter_id) if ticket else redirect("consultations")
    return render(
        request,
        "desk/new_consultation.html",
        {
            "form": form,
            "ticket": ticket,
            "desk": Consultation.Desk(desk),
            "desks": [] if ticket else [Consultation.Desk(item) for item in sorted(here.desks)],
            "kunci": new_key(),
            "stale": came is Came.STALE,
            "side": desk_links(here, "consultations"),
            "side_title": "Meja kerja",
        },
        status=came.value if came else 200,
    )


def _desk(request: HttpRequest, here: Officer, ticket: Ticket | None) -> str:
    """At which desk this officer talks now: the one asked for, or the only one they answer at."""
    if ticket is not None:
        called_for = [desk for desk in here.desks if ANSWERS[desk] == ticket.waits_in.actor]
        if called_for:
            return called_for[0]
    wanted = request.GET.get("meja", "")
    return wanted if wanted in here.desks else sorted(here.desks, reverse=True)[0]


@transaction.atomic
def _record(form: Asking, *, desk: str, ticket: Ticket | None, by: User, at: datetime, stamp: Stamp) -> int:
    said: dict[str, Any] = form.cleaned_data
    asked = ask(
        service=said["service"],
        desk=desk,
        channel=said["channel"],
        name=said["name"],
        contact=said["contact"],
        question=said["question"],
        by=by,
        at=at,
        stamp=stamp,
    )
    if said["given"].strip():
        inform(asked.pk, **form.said(), by=by, at=at)
    if ticket is not None:
        attach_consultation(ticket, asked, by=by, at=at)
    return asked.pk
