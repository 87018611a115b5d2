"""What anybody may read: the office and its services, a permit's authenticity, and the pages of refusal."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import urlsplit

from django import forms
from django.conf import settings
from django.db import DatabaseError, connection
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from muara.cases.models import Draft, Revision
from muara.documents.letters import pdf
from muara.documents.uploads import readable_size
from muara.people.hours import hours_in_force
from muara.people.models import office_day
from muara.people.queries import issuing_office
from muara.people.reading import answered
from muara.permits.lookups import TOKEN, behind, count_lookup, lookups_of
from muara.permits.models import Decision, Number, Permit
from muara.permits.queries import decisions_to_read, later_by_token, voided_numbers
from muara.permits.standing import moved_end
from muara.records.open_compliance import compliance_of
from muara.sop.definition import PrintedForm, Requirement, Step
from muara.sop.document import Clause, Document, StepText, UnknownClause
from muara.sop.phases import phases
from muara.steps.letters.forms import empty_form
from muara.web.acts import PowerOver

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class PrintedStep:
    """A step as it runs, beside its row in the SOP's Lampiran 1."""

    step: Step
    actor: str
    printed: StepText


@dataclass(frozen=True, slots=True)
class PrintedRequirement:
    """A requirement as we read it, beside what the SOP prints."""

    requirement: Requirement
    note: str


@dataclass(frozen=True, slots=True)
class EmptyForm:
    """A form to fill in by hand, with what its file weighs."""

    form: PrintedForm
    pages: int
    size: str


def revisions_in_force(on: date) -> list[Revision]:
    """The newest revision of each service that is in force on a day, without the bytes of its files."""
    rows = Revision.objects.filter(effective_from__lte=on).order_by("service", "-effective_from", "-pk")
    newest: dict[str, Revision] = {}
    for revision in answered(("revisions", on), lambda: list(rows.defer("files"))):
        newest.setdefault(revision.service, revision)
    return list(newest.values())


def revision_by_slug(slug: str, *, on: date) -> Revision:
    """Find the revision in force of the service with this address.

    Raises:
        Http404: there is none.
    """
    for revision in revisions_in_force(on):
        if revision.process.slug == slug:
            return revision
    raise Http404


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The office's front page: its services, how it works, checking a permit."""
    services = [revision.definition for revision in revisions_in_force(office_day(timezone.now()))]
    return render(
        request,
        "public/home.html",
        {
            "services": services,
            "phases": phases(services[0].process) if services else [],
            "check_form": PermitTokenForm(),
            "regime": services[0].process.notice if services else "",
        },
    )


@require_safe
def service(request: HttpRequest, slug: str) -> HttpResponse:
    """Everything about one permit, from its SOP."""
    at = timezone.now()
    revision = revision_by_slug(slug, on=office_day(at))
    found = revision.definition
    process, document = found.process, found.document
    requirements = [
        PrintedRequirement(item, _note(document, f"G.{item.number}")) for item in process.requirements
    ]
    return render(
        request,
        "public/service.html",
        {
            "service": found,
            "process": process,
            "document": document,
            "regime": process.notice,
            "definitions": _clauses(document, "F"),
            "documents": [item for item in requirements if item.requirement.group == "document"],
            "obligations": [item for item in requirements if item.requirement.group == "obligation"],
            "phases": phases(process),
            "steps": [
                PrintedStep(step, process.actor(step.actor).label, document.step(step.number))
                for step in process.steps
            ],
            "time": _clauses(document, "I"),
            "cost": _clauses(document, "J"),
            "validity": _clauses(document, "L"),
            "bases": _clauses(document, "A"),
            "hours": document.step(process.step(process.start).number).time,
            "hours_now": sorted(hours_in_force(office_day(at)).items()),
            "complaints": _clauses(document, "Q"),
            "kinds": process.kinds,
            "forms": _empty_forms(revision, at=at),
            "selfcheck": found.selfcheck,
        },
    )


def _empty_forms(revision: Revision, *, at: datetime) -> list[EmptyForm]:
    """The forms to take home; none before the office has its name."""
    if issuing_office() is None:
        return []
    return [
        EmptyForm(form, pages=blob.pages or 1, size=readable_size(blob.size))
        for form in revision.process.forms
        if form.empty
        for blob in [pdf(empty_form(revision, form, at=at))]
    ]


def _clauses(document: Document, letter: str) -> tuple[Clause, ...]:
    try:
        return document.section(letter).clauses
    except UnknownClause:
        return ()


def _note(document: Document, clause_id: str) -> str:
    try:
        return document.clause(clause_id).note
    except UnknownClause:
        return ""


class PermitTokenForm(forms.Form):
    """What a person read from the QR on a permit: its address, or the 32 characters at its end."""

    use_required_attribute = False
    token = forms.CharField(
        label="Alamat atau kode dari QR pada surat izin",
        help_text="Pindai QR dengan kamera ponsel, atau salin alamatnya ke sini.",
        max_length=500,
        error_messages={"required": "Tempel alamat atau kode dari QR pada surat izin."},
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"}),
    )

    def clean_token(self) -> str:
        """Find the token in what was pasted; an address that is not ours was printed by somebody else."""
        said = "".join(self.cleaned_data["token"].split())
        if "://" in said and (host := urlsplit(said).netloc.lower()) != domain().lower():
            raise forms.ValidationError(
                f"Alamat itu di {host}, bukan di {domain()}. Bila QR pada surat memuat alamat itu, suratnya "
                "bukan dari kami: jangan dipercaya, dan laporkan kepada kantor."
            )
        found = TOKEN.search(said.lower())
        if found is None:
            raise forms.ValidationError(
                "Kode itu tidak lengkap. Salin seluruh alamat dari QR; di dalamnya ada 32 huruf dan angka. "
                "Nomor izin dicari dalam register izin."
            )
        return found[0]


@require_http_methods(["GET", "HEAD", "POST"])
def verify_permit(request: HttpRequest) -> HttpResponse:
    """Go from what the QR says to the permit's page."""
    form = PermitTokenForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        return redirect("permit", form.cleaned_data["token"])
    return render(
        request,
        "public/verify_permit.html",
        {"form": form, "domain": domain()},
        status=422 if form.errors else 200,
    )


@require_safe
@never_cache
def permit(request: HttpRequest, token: str) -> HttpResponse:
    """Say what the register holds under a QR's token; no personal data."""
    at = timezone.now()
    found, draft = behind(token)
    decided = later_by_token(token) if found is None and draft is None and TOKEN.fullmatch(token) else None
    if decided is not None:
        shown = {"decision": decided, "domain": domain(), "checked_at": at}
        response = render(request, "public/later.html", shown)
    elif found is None and draft is None:
        response = render(request, "public/permit_unknown.html", {"domain": domain()}, status=404)
    else:
        context = {
            "decision": found,
            "status": found.status(office_day(at)) if found else "",
            "moved_to": moved_end(found) if isinstance(found, Permit) else None,
            "quarters": compliance_of(found, today=office_day(at)) if isinstance(found, Permit) else [],
            "later": decisions_to_read(found, on=office_day(at)) if isinstance(found, Permit) else [],
            "voided": _voided(found, draft),
            "replaced": draft is not None and _is_replaced(draft),
            "product": _product(found, draft),
            "domain": domain(),
            "checked_at": at,
            "token": token,
            "times": _counted(request, found.draft if found else draft, day=office_day(at)),
        }
        response = render(request, "public/permit.html", context)
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _counted(request: HttpRequest, draft: Draft | None, *, day: date) -> int:
    """Count this opening of a QR, and tell how many there were; a busy database hides no answer."""
    if draft is None:
        return 0
    try:
        if request.method == "GET":
            count_lookup(draft, day=day)
        return lookups_of(draft)
    except DatabaseError:
        logger.exception("counting a lookup")
        return 0


def _voided(found: Decision | None, draft: Draft | None) -> list[Number]:
    case = found.case if found else draft.case if draft else None
    return voided_numbers(case) if case else []


def _product(found: Decision | None, draft: Draft | None) -> str:
    case = found.case if found else draft.case if draft else None
    return case.process.product if case else ""


def _is_replaced(draft: Draft) -> bool:
    """A later draft of the case took its place: this print must not be used."""
    return Draft.objects.filter(case=draft.case_id, number__gt=draft.number).exists()


def domain() -> str:
    """The address that our pages have, and no look-alike."""
    return urlsplit(settings.MUARA_BASE_URL).netloc


@require_safe
@never_cache
def health(request: HttpRequest) -> HttpResponse:
    """Answer "ok" while the database answers; for whoever watches the server."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return HttpResponse("database", content_type="text/plain", status=503)
    return HttpResponse("ok", content_type="text/plain")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Explain a form that came without its safety mark: an old page, or cookies are off."""
    return render(request, "public/csrf_failure.html", status=403)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403: a page that this person may not use, or not any more."""
    if isinstance(exception, PowerOver):
        told = {"message": exception.message, "typed": exception.typed, "own": exception.own}
        return render(request, "portal/power_over.html", told, status=403)
    return render(request, "403.html", status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404: no such page, or not this person's."""
    return render(request, "404.html", status=404)


def broken(request: HttpRequest) -> HttpResponse:
    """500: without the database, which may be what is broken."""
    return HttpResponse(render_to_string("500.html"), status=500)
