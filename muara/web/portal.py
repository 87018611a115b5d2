"""The applicant's pages: ask, apply, answer, follow, receive (SOP steps 1, 3, 8 and 18).

Counter officers use the same pages for people without an account; `own_application` lets both in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Prefetch, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from muara.cases.actions import NotYours, Refused, Stamp
from muara.cases.forecast import forecast
from muara.cases.models import (
    Application,
    Case,
    CaseLetter,
    Correction,
    Draft,
    EarlyEnd,
    Handover,
    Meeting,
    Participant,
    Revision,
    SiteVisit,
    Task,
    UnfinishedWork,
)
from muara.cases.models.case import definition_of
from muara.cases.queries import is_with_applicant, promise_due
from muara.cases.rules import (
    Doing,
    done_as_applicant,
    held_powers,
    is_on_applicants_side,
    is_recused,
    may_act_as_applicant,
    serves_the_counter,
    why_not,
)
from muara.contacts.actions.consultations import ask
from muara.contacts.models import Consultation, Questionnaire
from muara.documents.uploads import UploadRefused
from muara.people.calendar import office_calendar
from muara.people.models import Company, User, office_day
from muara.permits.models import Decision, Earlier, Permit
from muara.permits.queries import decision_of, decisions_to_read, old_permits_of, permits_of
from muara.records.searching import FOR_APPLICANTS
from muara.sop.definition import ApplicationKind
from muara.steps.actions import endings, filing, issuance, verification
from muara.steps.actions.drafting import decree
from muara.steps.actions.signing import electronic_of
from muara.steps.forms.requests import ending_of
from muara.steps.letters.issuance import rights
from muara.web.acts import NOT_TYPED, SAVE, Came, PowerOver, attempt, new_key, save_typed, was_answered
from muara.web.dossier import legs, remedies, talk_before
from muara.web.files import person
from muara.web.form_fields import PreviousPermit, offer_permits
from muara.web.lives import badges_of, decided_later, papers_of
from muara.web.maps import map_of
from muara.web.progress import (
    address_of,
    case_of,
    gaps,
    open_request,
    papers,
    parts,
    review_of,
    standing,
    timeline,
    touched,
)
from muara.web.public import revision_by_slug, revisions_in_force
from muara.web.replies import AnswerForm, Asked, SubmitForm, WithdrawForm, asked_of

PER_PAGE = 30

# --- loading: the permission is here -------------------------------------------------------------------


def own_application(request: HttpRequest, reference: str) -> Application:
    """Load an application that the person may act for.

    Raises:
        Http404: there is none, or it is another's.
    """
    found = (
        Application.objects.select_related(
            "company", "case__permit__number", "case__refusal__number", "predecessor__case"
        )
        .prefetch_related("case__tasks__pauses", "case__corrections__items")
        .filter(reference=reference)
        .first()
    )
    if found is None:
        raise Http404
    user, at = person(request), timezone.now()
    if may_act_as_applicant(user, found, at=at, doing=Doing.SEE):
        return found
    if request.method == "POST" and was_answered(request):
        return found
    own = why_not(user, found, at=at, doing=Doing.SEE)
    told = own or _answered_meanwhile(user, found, at=at)
    if told and request.method == "POST":
        raise PowerOver(told, _typed(request, found), own=bool(own))
    raise Http404


def _answered_meanwhile(user: User, found: Application, *, at: datetime) -> str:
    """What a counter officer is told who recorded an answer that the office waits for no more."""
    case = case_of(found)
    if case is None or found.applicant_id is None or not case.corrections.all():
        return ""
    if not serves_the_counter(user, at=at) or is_recused(user, case_id=case.pk):
        return ""
    return (
        "Permintaan kepada pemohon sudah dijawab atau berakhir; tidak ada yang dapat dicatat di loket lagi."
    )


def _overview(request: HttpRequest, found: Application) -> HttpResponse:
    """The application's page; the case's for an officer who has recorded what they came to record."""
    case = case_of(found)
    if case is None or may_act_as_applicant(person(request), found, at=timezone.now(), doing=Doing.SEE):
        return redirect("application", found.reference)
    return redirect("case", case.pk)


def _typed(request: HttpRequest, found: Application) -> list[tuple[str, str]]:
    """What a form that came too late says, under the labels that the person saw."""
    labels = {field.key: field.label for field in definition_of(found.revision_id).form.fields}
    return [
        (labels.get(name, "Isian"), text)
        for name in request.POST
        if name not in NOT_TYPED
        for text in request.POST.getlist(name)
        if text.strip()
    ]


def application_context(request: HttpRequest, application: Application, **more: object) -> dict[str, object]:
    """What each of an application's pages shows besides its own; `may` names what the person may do."""
    service, user, at = definition_of(application.revision_id), person(request), timezone.now()
    on_behalf = not is_on_applicants_side(user, application)
    return {
        "application": application,
        "case": case_of(application),
        "service": service,
        "process": service.process,
        "kind": service.process.kind(application.kind),
        "on_behalf": on_behalf,
        "powers": held_powers(user, application, at=at),
        "may": {doing.value: True for doing in done_as_applicant(user, application, at=at)},
        "editable": is_with_applicant(application),
        "overview": address_of(application),
        **more,
    }


def carried_out(form: forms.Form, act: Callable[[], object]) -> bool:
    """Do what a form asks, where no case moves; a refusal becomes an error that keeps what was typed.

    Raises:
        PermissionDenied: the person may not do this.
    """
    try:
        act()
    except Refused as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        return False
    except UploadRefused as refusal:
        form.add_error("file" if "file" in form.fields else None, refusal.message)
        return False
    except NotYours:
        raise PermissionDenied from None
    return True


def status_of(form: forms.Form, came: Came | None = None) -> int:
    if came is not None:
        return came.value
    return 422 if form.is_bound and form.errors else 200


# --- my applications ------------------------------------------------------------------------------------


def _shown(keys: Iterable[int]) -> QuerySet[Application]:
    return (
        Application.objects.filter(pk__in=list(keys))
        .select_related("company", "case__permit__number", "case__refusal__number")
        .prefetch_related(
            Prefetch("case__tasks", Task.objects.filter(closed_at=None).prefetch_related("pauses")),
            Prefetch("case__corrections", Correction.objects.open()),
            decided_later("case__permit__later"),
        )
        .order_by("-updated_at", "-pk")
    )


@login_required
@require_safe
@never_cache
def applications(request: HttpRequest) -> HttpResponse:
    """The person's applications: where each stands, whose court, what to do next."""
    today = office_day(timezone.now())
    mine = Application.objects.of_applicant(person(request), on=today)
    # First which ones, then what is said of each: joined before the page is cut, every case is read.
    keys = mine.order_by("-updated_at", "-pk").values_list("pk", flat=True)
    page = Paginator(keys, PER_PAGE).get_page(request.GET.get("halaman"))
    rows = [
        {
            "application": item,
            "case": case_of(item),
            "standing": standing(item),
            "badges": badges_of(item, on=today),
            "touched": touched(item),
            "process": definition_of(item.revision_id).process,
        }
        for item in _shown(page.object_list)
    ]
    return render(request, "portal/applications.html", {"page": page, "rows": rows})


class StartForm(forms.Form):
    """What is applied for, and for which company."""

    use_required_attribute = False
    NEW = "baru"
    kind = forms.ChoiceField(
        label="Apa yang diajukan?",
        widget=forms.RadioSelect,
        error_messages={"required": "Pilih jenis permohonan.", "invalid_choice": "Pilih jenis permohonan."},
    )
    company = forms.ChoiceField(
        label="Untuk perusahaan mana?",
        widget=forms.RadioSelect,
        error_messages={"required": "Pilih perusahaan.", "invalid_choice": "Pilih perusahaan dari daftar."},
    )
    company_name = forms.CharField(
        label="Nama perusahaan baru",
        help_text="Sesuai akta pendirian. Isi bila perusahaan Anda belum ada di daftar.",
        max_length=160,
        required=False,
        widget=forms.TextInput({"autocomplete": "organization"}),
    )

    previous = PreviousPermit()

    def __init__(
        self,
        data: object,
        *,
        kinds: tuple[ApplicationKind, ...],
        companies: list[Company],
        permits: Sequence[Earlier],
    ) -> None:
        super().__init__(data)  # type: ignore[arg-type]
        offer_permits(self, permits)
        if self.data.get("company_name", "").strip() and not self.data.get("company"):
            self.data = MultiValueDict(self.data)
            self.data["company"] = self.NEW  # who types a new name means another company
        self.companies = {str(item.pk): item for item in companies}
        kind, company = self.fields["kind"], self.fields["company"]
        assert isinstance(kind, forms.ChoiceField)
        assert isinstance(company, forms.ChoiceField)
        kind.choices = [(item.key, item.label) for item in kinds]
        kind.initial = kinds[0].key
        company.choices = [
            *((key, item.name) for key, item in self.companies.items()),
            (self.NEW, "Perusahaan lain"),
        ]
        if not companies:
            del self.fields["company"]
            name = self.fields["company_name"]
            name.label, name.help_text, name.required = "Nama perusahaan", "Sesuai akta pendirian.", True
            name.error_messages["required"] = "Tuliskan nama perusahaan sesuai akta."

    @property
    def chosen(self) -> Company | None:
        return self.companies.get(self.cleaned_data.get("company", self.NEW))


def _chosen_service(slug: str, *, on: date) -> Revision:
    """The service named in the address, or the office's first."""
    if slug:
        return revision_by_slug(slug, on=on)
    offered = revisions_in_force(on)
    if not offered:
        raise Http404
    return offered[0]


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def start(request: HttpRequest) -> HttpResponse:
    """Step 3 begins: the kind of application and the company."""
    user, today = person(request), office_day(timezone.now())
    revision = _chosen_service(request.GET.get("layanan", ""), on=today)
    service = revision.definition
    companies = list(Company.objects.filter(memberships__user=user))
    form = StartForm(
        request.POST or None,
        kinds=service.process.kinds,
        companies=companies,
        permits=[
            *permits_of(companies, service=revision.service),
            *old_permits_of(companies, service=revision.service),
        ],
    )
    came = None
    if request.method == "POST" and form.is_valid():
        made: list[Application] = []

        def begin(stamp: Stamp, at: datetime) -> None:
            made.append(
                filing.start_application(
                    revision=revision,
                    kind=form.cleaned_data["kind"],
                    company=form.chosen,
                    company_name=form.cleaned_data["company_name"],
                    previous=form.cleaned_data.get("previous"),
                    by=user,
                    at=at,
                    stamp=stamp,
                )
            )

        came = attempt(request, form, begin)
        if came is Came.DONE:
            return redirect("application", made[0].reference) if made else redirect("portal")
    return render(
        request,
        "portal/start.html",
        {
            "form": form,
            "service": service,
            "process": service.process,
            "regime": service.process.notice,
            "kunci": new_key(),
            "stale": came is Came.STALE,
        },
        status=409 if came is Came.STALE else status_of(form),
    )


def _newer_revision(found: Application, service: str) -> Revision | None:
    """The revision in force, where an application in preparation keeps an earlier one (docs/adr/0015)."""
    offered = revisions_in_force(office_day(timezone.now()))
    return next((item for item in offered if item.service == service and item.pk != found.revision_id), None)


# --- one application ------------------------------------------------------------------------------------


@login_required
@require_safe
@never_cache
def application(request: HttpRequest, reference: str) -> HttpResponse:
    """An application: what is still to fill in, or where its case stands and what came of it."""
    found = own_application(request, reference)
    context = application_context(request, found)
    service = definition_of(found.revision_id)
    given = Questionnaire.objects.filter(case__application=found).first()
    context["questionnaire"] = given if given and given.is_open(on=office_day(timezone.now())) else None
    context |= {"standing": standing(found), "parts": [], "papers": [], "gaps": []}
    if context["editable"]:
        context |= {
            "parts": parts(found, service),
            "papers": papers(found, service),
            "gaps": gaps(found),
        }
    case = case_of(found)
    if case is None:
        context["newer"] = _newer_revision(found, service.process.code)
        return render(request, "portal/draft.html", context | _replaced(found))
    task = case.main_task
    calendar = office_calendar()
    decision = decision_of(case.pk)
    if task is not None:
        context["promised"] = promise_due(case, calendar=calendar)
    context |= {
        "task": task,
        "expected": forecast(case, now=timezone.now(), calendar=calendar),
        "step_title": task.step.said(decision.kind if decision else "") if task else "",
        "request_open": open_request(case),
        "asked": asked_of(found, open_request(case)),
        "early_end": EarlyEnd.objects.filter(case=case).first(),
        "successor": Application.objects.filter(predecessor=found).first(),
        "may_withdraw": task is not None
        and ending_of(task, endings.WITHDRAWN) is not None
        and may_act_as_applicant(person(request), found, at=timezone.now(), doing=Doing.WITHDRAW),
        "legs": legs(case, talk=talk_before(case)),
        "events": timeline(case),
        "meeting": _meeting_to_come(case),
        "letters": CaseLetter.objects.filter(case=case, kind__in=FOR_APPLICANTS).select_related("letter"),
        "visits": SiteVisit.objects.filter(referral__case=case).select_related("referral__agency"),
        "decision": decision,
        "electronic": electronic_of(decision.draft) if decision else None,
        "handover": Handover.objects.filter(case=case).first(),
        "status": decision.status(office_day(timezone.now())) if decision else "",
        "later": decisions_to_read(decision, on=office_day(timezone.now()))
        if isinstance(decision, Permit)
        else [],
        "decided": papers_of(decision) if isinstance(decision, Permit) else [],
        "remedies": remedies(decision),
    }
    return render(request, "portal/case.html", context)


def _replaced(found: Application) -> dict[str, object]:
    """Why an application takes the place of another."""
    if found.predecessor is None:
        return {}
    before = case_of(found.predecessor)
    return {"replaced": before, "early_end": EarlyEnd.objects.filter(case=before).first()}


def asked_about(found: Application, *numbers: int) -> list[Asked]:
    """What an open request asks about these requirements."""
    case = case_of(found)
    asked = asked_of(found, open_request(case) if case else None)
    return [item for item in asked if item.requirement in numbers]


# --- acts on the case -----------------------------------------------------------------------------------


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def submit(request: HttpRequest, reference: str) -> HttpResponse:
    """Step 3: everything as it will be sent, then send it; for the first time or after a return."""
    found = own_application(request, reference)
    case, user = case_of(found), person(request)
    if request.method != "POST" and not (is_with_applicant(found) and _stands_at(case, "apply")):
        return redirect("application", found.reference)
    asked = open_request(case) if case else None
    form = SubmitForm(
        request.POST or None,
        request.FILES or None,
        again=case is not None,
        application=found,
        correction=asked,
        by=user,
        at=timezone.now(),
        initial=_saved(case, user),
    )
    came = None
    if _saves(request, case, form):
        return redirect("application", found.reference)
    if request.method == "POST" and form.is_valid():
        came = attempt(
            request,
            form,
            lambda stamp, at: filing.submit(
                found,
                by=user,
                at=at,
                note=form.cleaned_data.get("answer", ""),
                replies=form.replies(),
                proof=form.cleaned_data.get("proof"),
                shown=form.shown(),
                appeared=form.appeared(),
                stamp=stamp,
            ),
        )
        if came is Came.DONE:
            _forget_saved(case, user)
            messages.success(request, _sent(found))
            return _overview(request, found)
    service = definition_of(found.revision_id)
    context = application_context(
        request,
        found,
        form=form,
        kunci=new_key(),
        versi=case.version if case else "",
        stale=came is Came.STALE,
        gaps=gaps(found),
        review=list(review_of(found, service)),
        papers=papers(found, service),
        printable="application_form" in service.letters,
        map=map_of(service.form, found.data),
        request_open=asked,
    )
    return render(request, "portal/submit.html", context, status=status_of(form, came))


ANSWER = "jawaban"  # the name under which an unfinished answer is kept


def _saves(request: HttpRequest, case: Case | None, form: forms.Form) -> bool:
    """Keep an answer for later, when that is the button that was pressed."""
    task = case.main_task if case else None
    if SAVE not in request.POST or task is None or not is_with_applicant(task.case.application):
        return False
    save_typed(task, person(request), form, ANSWER)
    messages.success(request, "Jawaban Anda disimpan dan belum dikirim. Lanjutkan kapan saja.")
    return True


def _saved(case: Case | None, user: User) -> dict[str, str]:
    """What the person typed and has not sent yet."""
    task = case.main_task if case else None
    work = task.unfinished.filter(user=user, form=ANSWER).first() if task else None
    return {name: values[-1] for name, values in work.typed.items() if values} if work else {}


def _forget_saved(case: Case | None, user: User) -> None:
    if case is not None:
        UnfinishedWork.objects.filter(task__case=case, user=user, form=ANSWER).delete()


def _stands_at(case: Case | None, activity: str) -> bool:
    """Nothing was submitted yet (where that is the question), or the case stands at the activity."""
    if case is None:
        return activity == "apply"
    return case.main_task is not None and case.main_task.step.activity == activity


def _sent(found: Application) -> str:
    return (
        f"Permohonan terkirim. Nomor pengajuan Anda {found.reference}. Nomor registrasi, tanda terima, dan "
        "janji waktu pelayanan diberikan di loket pendaftaran setelah customer service menyatakan berkas "
        "lengkap."
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def answer(request: HttpRequest, reference: str) -> HttpResponse:
    """Step 8, the applicant's side: answer a correction request with the mended file."""
    found = own_application(request, reference)
    case, user = case_of(found), person(request)
    if case is None:
        raise Http404
    asked = open_request(case)
    if request.method != "POST" and (asked is None or not _stands_at(case, "correct")):
        return redirect("application", found.reference)
    form = AnswerForm(
        request.POST or None,
        request.FILES or None,
        application=found,
        # Answered by now, perhaps in another window: what was typed stays on the page.
        correction=asked or case.corrections.last(),
        by=user,
        at=timezone.now(),
        initial=_saved(case, user),
    )
    came = None
    if _saves(request, case, form):
        return redirect("application", found.reference)
    if request.method == "POST" and form.is_valid():
        came = attempt(
            request,
            form,
            lambda stamp, at: verification.answer_correction(
                case,
                answer=form.cleaned_data["answer"],
                replies=form.replies(),
                proof=form.cleaned_data.get("proof"),
                shown=form.shown(),
                appeared=form.appeared(),
                by=user,
                at=at,
                stamp=stamp,
            ),
        )
        if came is Came.DONE:
            _forget_saved(case, user)
            messages.success(request, "Perbaikan Anda tersampaikan kepada customer service.")
            return _overview(request, found)
    service = definition_of(found.revision_id)
    context = application_context(
        request,
        found,
        form=form,
        kunci=new_key(),
        versi=case.version,
        stale=came is Came.STALE,
        request_open=asked,
        gaps=gaps(found),
        parts=parts(found, service),
        papers=papers(found, service),
    )
    return render(request, "portal/answer.html", context, status=status_of(form, came))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def withdraw_case(request: HttpRequest, reference: str) -> HttpResponse:
    """The applicant withdraws, after a page that says what it means (an extension of the SOP)."""
    found = own_application(request, reference)
    case, user = case_of(found), person(request)
    task = case.main_task if case else None
    if case is None:
        raise Http404
    way = ending_of(task, endings.WITHDRAWN) if task else None
    if request.method != "POST" and way is None:
        return redirect("application", found.reference)
    form = WithdrawForm(
        request.POST or None,
        request.FILES or None,
        application=found,
        at=timezone.now(),
        on_behalf=not is_on_applicants_side(user, found),
    )
    came = None
    if request.method == "POST" and form.is_valid():
        target = task or _last_task(case)
        came = attempt(
            request,
            form,
            lambda stamp, at: endings.withdraw_application(
                target,
                reason=form.cleaned_data["reason"],
                proof=form.cleaned_data.get("proof"),
                by=user,
                at=at,
                stamp=stamp,
            ),
        )
        if came is Came.DONE:
            messages.success(request, "Permohonan ditarik dan berkasnya ditutup.")
            return redirect("application", found.reference)
    context = application_context(
        request,
        found,
        form=form,
        kunci=new_key(),
        versi=case.version,
        stale=came is Came.STALE,
        extension=way.note if way else "",
    )
    return render(request, "portal/withdraw.html", context, status=status_of(form, came))


DOWNLOAD = "unduh"


class ReceiveForm(forms.Form):
    """Step 18: received, and rights and duties read."""

    use_required_attribute = False
    received = forms.BooleanField(
        label="Surat keputusan sudah saya terima, dan isinya di atas sudah saya baca.",
        error_messages={"required": "Nyatakan bahwa surat keputusan sudah Anda terima."},
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def receive(request: HttpRequest, reference: str) -> HttpResponse:
    """Step 18: confirm the receipt of the permit, after rights and duties."""
    found = own_application(request, reference)
    case, user = case_of(found), person(request)
    if case is None:
        raise Http404
    task = case.main_task
    if task is None or task.step.activity != "receive":
        task = None
        if request.method != "POST":
            return redirect("application", found.reference)
    if task is not None and not is_on_applicants_side(user, found):
        return redirect("task", task.pk)  # at the counter the signed receipt is the proof
    target = task or _last_task(case)
    if DOWNLOAD in request.POST:
        return _download(request, found, target)
    form = ReceiveForm(request.POST or None)
    came = None
    if request.method == "POST" and form.is_valid():
        came = attempt(
            request, form, lambda stamp, at: issuance.confirm_receipt(target, by=user, at=at, stamp=stamp)
        )
        if came is Came.DONE:
            messages.success(request, "Terima kasih. Penerimaan surat keputusan sudah tercatat.")
            return redirect("application", found.reference)
    decision = decision_of(case.pk)
    context = application_context(
        request,
        found,
        form=form,
        kunci=new_key(),
        versi=case.version,
        stale=came is Came.STALE,
        decision=decision,
        handover=Handover.objects.filter(case=case).select_related("given_by").first(),
        told=_told(decision),
        sheet=CaseLetter.objects.filter(case=case, kind="rights_and_duties").select_related("letter").last(),
    )
    return render(request, "portal/receive.html", context, status=status_of(form, came))


def _download(request: HttpRequest, found: Application, target: Task) -> HttpResponse:
    """Note that the applicant takes what was sent electronically; the page then gives the file."""
    form, user = forms.Form(request.POST), person(request)
    form.full_clean()
    came = attempt(request, form, lambda stamp, at: issuance.download(target, by=user, at=at, stamp=stamp))
    if came is Came.DONE:
        messages.success(request, "Penerimaan kiriman tercatat. Unduh suratnya di bawah ini.")
    else:
        for reason in form.non_field_errors() or ["Halaman sudah usang. Coba sekali lagi."]:
            messages.error(request, str(reason))
    return redirect("confirm_receipt", found.reference)


def _meeting_to_come(case: Case) -> Meeting | None:
    """The joint meeting that the applicant is invited to, while it is still to be held."""
    called = Meeting.objects.filter(task__case=case, task__closed_at=None, attended_at=None)
    invited = called.filter(participants__side=Participant.Side.APPLICANT).distinct()
    return invited.select_related("invitation").first()


def _last_task(case: Case) -> Task:
    """The main task closed last: a form sent twice is answered as it was the first time."""
    return Task.objects.filter(case=case, companion=False).latest("opened_at", "pk")


@dataclass(frozen=True, slots=True)
class Told:
    """What is read out with a decision, under its heading."""

    title: str
    items: list[str]


def _told(decision: Decision | None) -> list[Told]:
    """Rights, duties and prohibitions of a permit; reasons and remedies of a refusal."""
    if decision is None:
        return []
    said: Any = decree(decision.draft)
    if decision.kind == Draft.Kind.REFUSAL:
        reasons = [f"{item['text']} ({item['basis']})" for item in said["reasons"]]
        found = [Told("Alasan penolakan", reasons), Told("Upaya hukum Anda", said["remedies"])]
    else:
        found = [
            Told("Hak Anda", list(rights(decision))),
            Told("Kewajiban Anda", said["obligations"]),
            Told("Larangan", said["prohibitions"]),
        ]
    return [item for item in found if item.items]


# --- questions ------------------------------------------------------------------------------------------


class QuestionForm(forms.Form):
    """Step 1 from a distance."""

    use_required_attribute = False
    question = forms.CharField(
        label="Pertanyaan Anda",
        max_length=2000,
        error_messages={"required": "Tuliskan apa yang ingin Anda ketahui."},
        widget=forms.Textarea({"rows": 5, "maxlength": 2000}),
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def questions(request: HttpRequest) -> HttpResponse:
    """Step 1: ask the information desk online, and read its answers."""
    user, now = person(request), timezone.now()
    form = QuestionForm(request.POST or None)
    came = None
    if form.is_valid():
        service = _chosen_service(request.GET.get("layanan", ""), on=office_day(now)).service
        came = attempt(
            request,
            form,
            lambda stamp, at: ask(
                service=service,
                channel=Consultation.Channel.ONLINE,
                name=user.name,
                contact=user.email,
                question=form.cleaned_data["question"],
                at=at,
                person=user,
                stamp=stamp,
            ),
        )
        if came is Came.DONE:
            messages.success(request, "Pertanyaan Anda terkirim. Jawaban petugas muncul di halaman ini.")
            return redirect("questions")
    mine = Consultation.objects.filter(person=user).select_related("answered_by")
    page = Paginator(mine, PER_PAGE).get_page(request.GET.get("halaman"))
    shown = {"form": form, "page": page, "kunci": new_key(), "stale": came is Came.STALE}
    return render(
        request, "portal/questions.html", shown, status=409 if came is Came.STALE else status_of(form)
    )
