"""The officer's task page: what the SOP prints for a step, the file, the form (SOP steps 3 to 18)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, TypeVar

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Q, prefetch_related_objects
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from muara.audit.models import Entry
from muara.cases import actions
from muara.cases.actions import BINDING
from muara.cases.changes import Change
from muara.cases.models import Case, CaseLetter, DraftCopy, DraftRemark, Endorsement, Submission, Task
from muara.cases.queries import (
    VERBS,
    authority_of,
    control_sheet,
    court_of,
    latest_submission,
    open_correction,
    verb_label,
)
from muara.cases.rules import (
    is_recused,
    is_separated,
    may_do_step,
    may_record_answer,
    who_may_do,
    why_not_take,
)
from muara.documents.contents.review import Said, Summary
from muara.documents.letters import pdf
from muara.people.calendar import office_calendar
from muara.people.models import User, office_day
from muara.permits.queries import decision_of
from muara.sop.definition import Outcome
from muara.steps.actions.drafting import changed_since, decree, latest_draft
from muara.steps.actions.meeting import last_decision, meeting_of
from muara.steps.actions.review import binding_terms
from muara.steps.actions.signing import original_to_sign
from muara.steps.forms import ASIDES, FORMS, MORE, ActForm, Review, RowsForm, StepForm, aside, first_act
from muara.steps.letters.review import advice_on, summary
from muara.web.acts import OPEN, SAVE, SAVED, Came, attempt, new_key, save_typed, was_answered
from muara.web.desk import desk_officer
from muara.web.dossier import (
    agency_work,
    due_of,
    exposure,
    folders,
    parts,
    referrals_of,
    scans,
    sealed_paper,
    talks,
    who,
)
from muara.web.files import person
from muara.web.renewals import SHOWS_EARLIER, earlier_of
from muara.web.rounds import Round, rounds
from muara.web.second_factor import Doorway, ask_for_proof, came_back, doorway

RECENT = 8
REQUESTS_AT = frozenset({"apply", "check", "verify", "correct", "review", "endorse", "meet", "decide"})
# A joint decision binds whoever gets the case next (SOP 14.d): 8, 10, 11, 12, 13, 15, or another meeting.
BOUND_BY_MEETING = frozenset({"correct", "review", "draft", "endorse", "meet", "decide"})
SHOWS_AGENCY = frozenset({"review", "draft"})
EXAMINES_DRAFT = frozenset({"endorse", "meet", "decide", "number"})


AnyForm = TypeVar("AnyForm", bound=ActForm)


class TakeOver(forms.Form):
    """Nothing is typed: the act is the button; a refusal is shown at it."""


@login_required
@require_http_methods(["GET", "POST"])
def task(request: HttpRequest, pk: int) -> HttpResponse:
    item = visible_task(request, pk)
    form_class = None if item.companion else FORMS.get(item.step.activity)
    if request.method != "POST":
        came_back(request)
        return task_page(request, item)
    _demand(request, item)
    if form_class is None:
        raise PermissionDenied
    return _carry_out(request, item, form_class)


@login_required
@require_http_methods(["GET", "POST"])
def take_over(request: HttpRequest, pk: int) -> HttpResponse:
    item = visible_task(request, pk)
    if request.method != "POST":
        return redirect("task", item.pk)
    _demand(request, item)
    form = TakeOver(request.POST)
    form.full_clean()
    came = attempt(
        request,
        form,
        lambda stamp, at: actions.take_over(item.pk, by=person(request), at=at, stamp=stamp),
    )
    if came is Came.DONE:
        messages.success(request, "Berkas Anda terima. Waktu kerja langkah ini dihitung dari sekarang.")
        return redirect("task", item.pk)
    return task_page(request, item, bound=form, came=came)


@login_required
@require_http_methods(["GET", "POST"])
def task_act(request: HttpRequest, pk: int, act: str) -> HttpResponse:
    """An act beside the outcomes, on a page of its own: what stands half typed at the task is not lost."""
    item = visible_task(request, pk)
    form_class = aside(item, act)
    if form_class is None:
        raise Http404
    if request.method != "POST":
        return task_page(request, item, act=form_class)
    if not form_class.may(person(request), item, at=timezone.now()) and not was_answered(request):
        raise PermissionDenied
    return _carry_out(request, item, form_class, done=form_class.done)


def visible_task(request: HttpRequest, pk: int) -> Task:
    """A task of a case that the person may read; the desk's pages are for people who hold an actor."""
    me, at = person(request), timezone.now()
    found = get_object_or_404(
        Task.objects.select_related(
            "case__application__company", "case__application__applicant", "received_by", "closed_by"
        ),
        pk=pk,
        case__in=Case.objects.visible_to(me, at=at),
    )
    if not me.actors(at):
        raise Http404
    return found


def _demand(request: HttpRequest, item: Task) -> None:
    """Forbid, unless this very form was answered before: then the act gives its first answer again."""
    if not may_do_step(person(request), item, at=timezone.now()) and not was_answered(request):
        raise PermissionDenied


def _carry_out(
    request: HttpRequest, item: Task, form_class: type[ActForm], *, done: str = ""
) -> HttpResponse:
    at = timezone.now()
    if MORE in request.POST and issubclass(form_class, RowsForm):
        longer = form_class.with_more_rows(item, at=at, data=request.POST, files=request.FILES)
        return task_page(request, item, bound=longer, act=form_class)
    form = form_class(item, at=at, data=request.POST, files=request.FILES)
    if SAVE in request.POST and item.is_open:
        return _save_for_later(request, item, form)
    if OPEN in request.POST and item.is_open:
        return _open_act(request, item, form)
    came = Came.REFUSED
    if form.is_valid():
        came = attempt(
            request,
            form,
            lambda stamp, at: form.carry_out(by=person(request), at=at, stamp=stamp),
        )
    if came is Came.REFUSED and not item.is_open:
        came = Came.STALE  # whatever else is wrong with it, the case has gone on
    if came is Came.UNPROVEN and not _was_saved_elsewhere(request, item, form):
        return _prove_first(request, item, form)
    if came is not Came.DONE:
        return task_page(request, item, bound=form, came=came, act=form_class)
    item.unfinished.filter(user=person(request), form=form.slug).delete()
    if not done:
        assert isinstance(form, StepForm)
        done = f"Langkah {item.step.number} dicatat: {form.chosen_label}."
    messages.success(request, f"{form.told()}{done}")
    return redirect("task", _next_task(item).pk if form_class.goes_on else item.pk)


def _next_task(item: Task) -> Task:
    """The case's open task, for work that goes on without leaving the counter."""
    return Task.objects.open().main().filter(case=item.case_id).first() or item


def _was_saved_elsewhere(request: HttpRequest, item: Task, form: ActForm) -> bool:
    """Half-done work of this form was saved in another window since this page was opened: say so once."""
    work = item.unfinished.filter(user=person(request), form=form.slug).first()
    if work is None or work.saved_at.isoformat() == request.POST.get(SAVED, ""):
        return False
    form.add_error(
        None,
        "Isian ini sudah disimpan dari jendela lain. Yang Anda ketik masih ada di sini dan belum disimpan; "
        "tekan sekali lagi untuk menggantikan isian dari jendela lain itu.",
    )
    return True


def _save_for_later(request: HttpRequest, item: Task, form: ActForm) -> HttpResponse:
    if _was_saved_elsewhere(request, item, form):
        return task_page(request, item, bound=form, came=Came.REFUSED, act=type(form))
    save_typed(item, person(request), form, form.slug)
    messages.success(request, "Isian disimpan dan belum dicatat sebagai hasil. Lanjutkan kapan saja.")
    return redirect("task", item.pk)


def _prove_first(request: HttpRequest, item: Task, form: ActForm) -> HttpResponse:
    """Ask who this is, and bring them back to this page; what they typed waits for them half done."""
    if form.visible_fields():
        save_typed(item, person(request), form, form.slug)
    return ask_for_proof(request, back=request.path if form.slug else reverse("task", args=[item.pk]))


def _open_act(request: HttpRequest, item: Task, form: ActForm) -> HttpResponse:
    """Go to the page of an act beside this form; what was typed here so far waits half done."""
    wanted = aside(item, request.POST[OPEN])
    if wanted is None:
        raise Http404
    me = person(request)
    if _was_saved_elsewhere(request, item, form):
        return task_page(request, item, bound=form, came=Came.REFUSED, act=type(form))
    if form.has_changed() or item.unfinished.filter(user=me, form=form.slug).exists():
        save_typed(item, me, form, form.slug)
        messages.info(request, "Yang sudah Anda isi pada langkah ini disimpan dan menunggu Anda kembali.")
    return redirect("task_act", item.pk, wanted.slug)


# --- what the page says -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Arrival:
    """How the file came to this task: from which act, by whom, with what words."""

    label: str
    by: str
    at: datetime
    note: str
    kind: str


@dataclass(frozen=True, slots=True)
class DraftView:
    """The current draft as the heads examine it."""

    number: int
    kind: str
    sha256: str
    content: dict[str, Any]
    copies: Sequence[DraftCopy]
    endorsements: Sequence[Endorsement]
    deviations: Sequence[Mapping[str, str]]
    deviation_reason: str
    changed: Sequence[Change]
    previous: int
    remarks: Sequence[DraftRemark]
    advice: Sequence[Said]
    pages: Sequence[dict[str, Any]]

    @property
    def short(self) -> str:
        """The beginning of the hash in fours, as the control sheet prints it."""
        return " ".join(self.sha256[place : place + 4] for place in range(0, 16, 4))


@dataclass(slots=True)
class Desk:
    """What may be done on the page: take over, an act before the outcome, the outcome; or one act alone."""

    may_work: bool = False
    mine: bool = False
    holder: User | None = None
    first: ActForm | None = None
    asides: list[ActForm] = field(default_factory=list)
    alone: ActForm | None = None
    saved_at: datetime | None = None
    form: StepForm | None = None
    bound: forms.Form | None = None
    why_not: str = ""
    kept: str = ""  # why the file is not free to be received: a colleague who is there has it
    keys: dict[str, str] = field(default_factory=dict)
    doorway: Doorway | None = None  # where what is done here binds the office

    @property
    def is_typed_into(self) -> bool:
        """The page has a form whose text would be lost if another form beside it were sent."""
        form = self.form
        return self.first is not None or (form is not None and (form.is_bound or not form.blocked))


def task_page(
    request: HttpRequest,
    item: Task,
    *,
    bound: forms.Form | None = None,
    came: Came | None = None,
    act: type[ActForm] | None = None,
) -> HttpResponse:
    """The task's page; with `act`, the page of one act beside the outcomes where it stands there alone."""
    at, me = timezone.now(), person(request)
    item.refresh_from_db()
    fresh = get_object_or_404(
        Case.objects.select_related("application__company", "application__applicant", "revision")
        .defer("revision__files")
        .prefetch_related("tasks", "corrections"),
        pk=item.case_id,
    )
    item.case = fresh
    prefetch_related_objects([item], "pauses")
    desk = _desk(item, me, at, bound)
    if act is not None and act.slug:
        here = [form for form in (bound, *desk.asides) if type(form) is act and form is not desk.first]
        if not here and bound is None:
            return redirect("task", item.pk)
        desk.alone = here[0] if here else None
    step, process = item.step, fresh.process
    if desk.mine and step.activity in BINDING:
        desk.doorway = doorway(request, at=at)
    draft = draft_view(fresh, item, at=at) if step.activity in EXAMINES_DRAFT else None
    binding = binding_terms(fresh)
    court = court_of(fresh)
    submission, referrals, decision = latest_submission(fresh), referrals_of(fresh), decision_of(fresh.pk)
    original = sealed_paper(fresh, decision) if step.activity == "number" else None
    told, asked = _rounds(item, on=office_day(at))
    mended = fresh.corrections.filter(answered_at__isnull=False).order_by("-answered_at").first()
    context = {
        "task": item,
        "case": fresh,
        "step": step,
        "step_title": step.said(fresh.drafted_at(at)),
        "actor": process.actor(item.actor),
        "companion_title": step.companion.title if item.companion and step.companion else "",
        "guide": fresh.revision.definition.document.step(step.number),
        "guide_open": desk.may_work and not desk.mine,
        "due": due_of(item.due_on, today=office_day(at), calendar=office_calendar()),
        "exposure": exposure(fresh, today=office_day(at), calendar=office_calendar()),
        "assignment": item.assignments.filter(replaced_at=None).select_related("to", "by").first(),
        "court": court,
        "court_side": who(court, process),
        "correction": open_correction(fresh),
        "records_answer": may_record_answer(me, fresh, at=at),
        "asked_round": asked,
        "rounds": [] if asked else told,
        "arrival": _arrival(item),
        "authority": authority_of(fresh),
        "questions": list(fresh.questions.select_related("agency", "case__application__company")),
        "talks": talks(
            fresh,
            reads=desk_officer(request).read_desks,
            elsewhere=f"{reverse('case', args=[fresh.pk])}?bagian=perbaikan",
        ),
        "sections": parts(fresh, submission, previous=_before(submission) if mended else None),
        "folders": folders(fresh, submission),
        "scans": [
            paper
            for paper in scans(fresh, referrals=referrals, decision=decision)
            if original is None or paper.download != original.download  # it stands above already
        ],
        "referrals": referrals,
        "agency_work": agency_work(referrals) if step.activity in SHOWS_AGENCY else [],
        "letters": list(fresh.letters.select_related("letter").order_by("-made_at", "-pk")[:20]),
        "made": list(_made(item)),
        "history": control_sheet(fresh)[-RECENT:],
        "draft": draft,
        "original": original,
        "summary": one_page(fresh, at=at) if step.activity == "decide" else None,
        "earlier": earlier_of(fresh, me, at=at) if step.activity in SHOWS_EARLIER else None,
        "binding": binding,
        "meeting": meeting_of(item),
        "decided": last_decision(fresh) if step.activity in BOUND_BY_MEETING else None,
        "decision": decision,
        "result": item.result_label if not item.companion else "",
        "desk": desk,
        "form": bound or desk.form,
        "stale": came is Came.STALE,
        "layout": "layouts/page.html" if _is_wide(desk) else "layouts/dossier.html",
    }
    template = "desk/act.html" if desk.alone else "desk/task.html"
    return render(request, template, context, status=came.value if came else 200)


def _rounds(item: Task, *, on: date) -> tuple[list[Round], Round | None]:
    """The rounds to read at this task, the last first, and the one that the CS has still to pass on."""
    found = rounds(item.case, on=on)[::-1]
    asked = next((one for one in found if one.correction.is_open and not one.correction.sent_at), None)
    return found[:2] if item.step.activity in REQUESTS_AT else [], asked


def _is_wide(desk: Desk) -> bool:
    return isinstance(desk.form, Review)


def _desk(item: Task, me: User, at: datetime, bound: forms.Form | None) -> Desk:
    """Say what this person may do here now; a form that was just posted is shown as it was typed."""
    desk = Desk(may_work=item.is_open and may_do_step(me, item, at=at), holder=item.received_by)
    desk.mine = desk.may_work and (item.actor == "applicant" or item.received_by_id == me.pk)
    desk.keys = {name: new_key() for name in ("take", "first", "form")}
    desk.bound = bound
    if item.is_open and not desk.may_work:
        desk.why_not = _why_not(item, me, at)
    if desk.may_work and not desk.mine:
        desk.kept = why_not_take(me, item, at=at)
    first = first_act(item) if item.is_open else None
    if isinstance(bound, ActForm):
        outcome_form = FORMS.get(item.step.activity)
        if outcome_form is not None and isinstance(bound, outcome_form):
            desk.form = bound
        elif type(bound) is first:
            desk.first = bound
    saved = {work.form: work for work in item.unfinished.filter(user=me)} if item.is_open else {}
    if isinstance(bound, ActForm) and bound.slug in saved:
        bound.saved = saved[bound.slug].saved_at.isoformat()

    def begin(form_class: type[AnyForm]) -> AnyForm:
        work = saved.get(form_class.slug)
        if work is None:
            return form_class(item, at=at)
        desk.saved_at = work.saved_at
        form = form_class.resume(item, at=at, typed=work.typed)
        form.saved = work.saved_at.isoformat()
        return form

    if desk.mine:
        if first is not None and desk.first is None and first.may(me, item, at=at):
            desk.first = begin(first)
        form_class = FORMS.get(item.step.activity)
        if desk.form is None and form_class is not None and not item.companion:
            desk.form = begin(form_class)
    for act in ASIDES if item.is_open else ():
        if (act is first and desk.mine) or type(bound) is first is act or not act.belongs_to(item):
            continue
        if type(bound) is act:
            desk.asides.append(bound)
        elif (desk.mine or not act.for_holder) and act.offered(item) and act.may(me, item, at=at):
            desk.asides.append(begin(act))
    for number, form in enumerate(filter(None, [desk.first, *desk.asides])):
        form.name_inputs(f"lain{number}_%s")
    return desk


def _why_not(item: Task, me: User, at: datetime) -> str:
    case = item.case
    if is_recused(me, case_id=case.pk):
        others = ", ".join(user.name for user in who_may_do(item, at=at))
        next_one = (
            f"Langkah ini dapat dikerjakan {others}."
            if others
            else "Belum ada pejabat lain yang dapat mengerjakannya: minta administrator menunjuk Plh."
        )
        return f"Anda menyatakan konflik kepentingan pada berkas ini. {next_one}"
    if is_separated(me, case_id=case.pk, step=item.step, process=case.process):
        return "Anda sudah mengerjakan langkah lain berkas ini yang harus dikerjakan orang yang berbeda."
    return f"Langkah ini dikerjakan {case.process.actor(item.actor).label}. Anda dapat membacanya saja."


def _arrival(item: Task) -> Arrival | None:
    """The act that opened this task: the outcome, recorded at that moment, that leads here."""
    process = item.case.process
    entries = Entry.objects.filter(chain=item.case.chain, at=item.opened_at).exclude(verb__in=VERBS)
    steps = {step.key for step in process.steps}
    for entry in () if item.companion else entries.order_by("-seq"):
        key, _, outcome = entry.verb.partition(".")
        if key in steps and item.step_key in process.follows(key):
            said = verb_label(process, entry.verb, kind=item.case.drafted_at(entry.at))
            return Arrival(
                label=f"Langkah {process.step(key).number}: {said}",
                by=User.objects.filter(pk=entry.by_id or 0).values_list("name", flat=True).first() or "",
                at=entry.at,
                note=entry.note or "",
                kind=process.step(key).outcome(outcome).kind,
            )
    return None


def _before(submission: Submission) -> Submission | None:
    """What was submitted before this, so that what the applicant changed is marked."""
    return Submission.objects.filter(
        application=submission.application_id, number=submission.number - 1
    ).first()


def _made(item: Task) -> Iterator[CaseLetter]:
    """The letters that this task made, or has made so far, to be printed now.

    A decree that was sent back is printed again without what is void on it; that is nobody's to print now.
    """
    made = item.case.letters.filter(step_key=item.step_key, made_at__gte=item.opened_at)
    if item.closed_at is not None:
        made = made.filter(made_at__lte=item.closed_at)
        way = item.case.process.way_out(item.step_key, item.outcome)
        if isinstance(way, Outcome) and way.kind == "return":
            made = made.exclude(kind__in=item.case.process.drafted)
    yield from made.select_related("letter")


def one_page(case: Case, *, at: datetime) -> Summary | None:
    """The case on one page, as the head of the office reads it."""
    current = latest_draft(case)
    return summary(case, current, at=at) if current else None


def draft_view(case: Case, item: Task, *, at: datetime) -> DraftView | None:
    """The current draft as a head examines it, or the very file that is signed; None before the first."""
    current = latest_draft(case)
    if current is None:
        return None
    copies = list(current.copies.select_related("letter__rendered"))
    first = original_to_sign(current, item, at=at) or copies[0].letter
    before = current.case.drafts.filter(number=current.number - 1).first()
    return DraftView(
        number=current.number,
        kind=current.kind,
        sha256=current.sha256,
        content=decree(current),
        copies=copies,
        endorsements=list(current.endorsements.select_related("by")),
        deviations=current.deviations,
        deviation_reason=current.deviation_reason,
        changed=changed_since(before, current) if before else (),
        previous=before.number if before else 0,
        remarks=list(
            DraftRemark.objects.filter(Q(draft=current) | Q(answered_in=current)).select_related("by")
        ),
        advice=list(advice_on(case)),
        pages=[
            {"url": reverse("letter_page", args=[first.pk, number]), "number": number}
            for number in range(1, (pdf(first).pages or 1) + 1)
        ],
    )
