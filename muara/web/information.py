"""What the office must tell everybody: its service standard, the SOP as a book, a self-check, privacy.

All of it is read off the SOP's data; the touchscreen in the hall shows these same pages.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django import forms
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from muara.people.models import Holding, office_day
from muara.sop.definition import Process
from muara.sop.selfcheck import Question, verdict
from muara.sop.standard import REVIEW_YEARS, Component, components
from muara.sop.working_time import add_years
from muara.web.context import TOUCHSCREEN
from muara.web.public import revision_by_slug, revisions_in_force


@dataclass(frozen=True, slots=True)
class Staff:
    """How many people hold an actor of the SOP today."""

    label: str
    people: int


def staff(process: Process, *, on: date) -> list[Staff]:
    """Component k, which the SOP does not print: the office's own people, counted by what they hold."""
    held = dict(
        Holding.objects.current(on)
        .values_list("actor")
        .annotate(people=Count("user", distinct=True))
        .order_by()
    )
    return [
        Staff(actor.label, held.get(actor.key, 0))
        for actor in process.actors
        if actor.side not in ("applicant", "meeting")
    ]


@require_safe
def service_standard(request: HttpRequest, slug: str) -> HttpResponse:
    """The fourteen components of the service standard, and the office's pledge."""
    today = office_day(timezone.now())
    found = revision_by_slug(slug, on=today).definition
    listed = components(found.document)
    review = add_years(found.process.effective, REVIEW_YEARS)
    return render(
        request,
        "public/standard.html",
        {
            "process": found.process,
            "document": found.document,
            "regime": found.process.notice,
            "groups": (
                ("Penyampaian pelayanan", _kind(listed, "delivery")),
                ("Pengelolaan pelayanan di kantor", _kind(listed, "office")),
            ),
            "staff": staff(found.process, on=today),
            "today": today,
            "review": review,
            "review_due": review <= today,
        },
    )


def _kind(listed: tuple[Component, ...], kind: str) -> list[Component]:
    return [component for component in listed if component.kind == kind]


@require_safe
def sop_book(request: HttpRequest, slug: str) -> HttpResponse:
    """The SOP as a book: every section and step letter by letter, our reading beside the damage."""
    found = revision_by_slug(slug, on=office_day(timezone.now())).definition
    rows = [
        (found.document.step(step.number), found.process.actor(step.actor).printed)
        for step in found.process.steps
    ]
    return render(
        request,
        "public/sop_book.html",
        {"process": found.process, "document": found.document, "regime": found.process.notice, "rows": rows},
    )


class SelfCheckForm(forms.Form):
    """A service's questions, one choice each."""

    use_required_attribute = False

    def __init__(self, questions: tuple[Question, ...], *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        for question in questions:
            self.fields[question.key] = forms.ChoiceField(
                label=question.text,
                help_text=question.help,
                choices=[(choice.key, choice.label) for choice in question.choices],
                widget=forms.RadioSelect,
                error_messages={
                    "required": "Pilih salah satu jawaban.",
                    "invalid_choice": "Pilih salah satu jawaban yang ada.",
                },
            )


@require_safe
def self_check(request: HttpRequest, slug: str) -> HttpResponse:
    """Is this permit mine to ask for? Questions and an answer; nothing is kept, and an officer decides."""
    found = revision_by_slug(slug, on=office_day(timezone.now())).definition
    if not found.selfcheck:
        raise Http404
    asked = any(question.key in request.GET for question in found.selfcheck) or "periksa" in request.GET
    form = SelfCheckForm(found.selfcheck, request.GET if asked else None)
    answered = verdict(found.selfcheck, form.cleaned_data) if asked and form.is_valid() else None
    means, advice = answered or ("", ())
    return render(
        request,
        "public/self_check.html",
        {
            "process": found.process,
            "regime": found.process.notice,
            "form": form,
            "means": means,
            "advice": advice,
            "questions": found.selfcheck,
        },
        status=422 if form.errors else 200,
    )


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """What is done with personal data, for whom and how long (UU 27/2022)."""
    return render(request, "public/privacy.html")


# --- the touchscreen in the hall ------------------------------------------------------------------------


@require_safe
def touchscreen(request: HttpRequest) -> HttpResponse:
    """The start page of the information screen; "?pasang=1" makes this browser the screen in the hall."""
    if "pasang" in request.GET:
        request.session[TOUCHSCREEN] = True
    services = [revision.definition for revision in revisions_in_force(office_day(timezone.now()))]
    return render(request, "public/touchscreen.html", {"services": services})


@require_safe
def leave_touchscreen(request: HttpRequest) -> HttpResponse:
    """Make this browser an ordinary one again."""
    request.session.pop(TOUCHSCREEN, None)
    return redirect("home")
