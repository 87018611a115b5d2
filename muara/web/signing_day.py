"""The head's page for several decrees on a day: read each, sign the read ones at once (SOP step 15)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from muara.cases.actions import Stamp
from muara.cases.models import Case, Draft, ElectronicDecree, SigningWay, Task, UnfinishedWork
from muara.cases.queries import tasks_doing
from muara.cases.rules import open_tasks_for
from muara.people.calendar import office_calendar
from muara.steps.actions import signing_day
from muara.steps.actions.signing import way_of
from muara.steps.actions.signing_day import READING, Reading, reading_of
from muara.steps.forms import ReadThrough
from muara.web.acts import Came, attempt, new_key, read_number
from muara.web.desk import SIGNERS, Officer, desk_links, desk_officer, later_turns
from muara.web.dossier import Due, task_due, with_standing
from muara.web.second_factor import ask_for_proof, doorway
from muara.web.tasks import draft_view, one_page

AT_ONCE = 50  # decrees on the page; what is signed makes room for the next
CHOSEN = "surat_dipilih"  # in the session, while a code is asked for: which decrees were ticked


@dataclass(frozen=True, slots=True)
class Waiting:
    """A decree that waits for the head's signature, and whether they have read it."""

    task: Task
    due: Due
    draft: Draft | None
    reading: Reading | None
    way: str
    pending: bool  # decided on, and the electronic signature has not come yet

    @property
    def is_read(self) -> bool:
        """It was read as it stands now."""
        reading = self.reading
        return (
            reading is not None
            and self.draft is not None
            and (reading.draft_sha256, reading.version) == (self.draft.sha256, self.task.case.version)
        )


class Confirmation(forms.Form):
    """Which of the decrees that were read are signed now."""

    use_required_attribute = False
    surat = forms.TypedMultipleChoiceField(
        label="Surat yang ditandatangani",
        coerce=int,
        error_messages={
            "required": "Pilih sekurang-kurangnya satu surat yang sudah Anda baca.",
            "invalid_choice": "Salah satu surat belum Anda baca, atau tidak menunggu lagi. Muat ulang.",
        },
    )

    passphrase = forms.CharField(
        label="Passphrase BSrE",
        help_text="Hanya diteruskan ke layanan BSrE untuk tanda tangan ini; tidak disimpan.",
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        strip=False,
        required=False,
    )

    def __init__(self, data: object = None, *, tasks: Iterable[Task] = ()) -> None:
        super().__init__(data)  # type: ignore[arg-type]
        field = self.fields["surat"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(task.pk, str(task.pk)) for task in tasks]


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_day(request: HttpRequest) -> HttpResponse:
    """List what waits for the signature, what was read of it, and sign the ticked ones."""
    here = _head(request)
    if request.method != "POST":
        return _list(request, here)
    posted = {read_number(key) for key in request.POST.getlist("surat")}
    # A form sent twice names decrees that are signed by now; each gives its first answer again.
    mine = UnfinishedWork.objects.filter(user=here.user, form=READING, task__in=posted)
    tasks = list(Task.objects.select_related("case__application__company").filter(unfinished__in=mine))
    form, results = Confirmation(request.POST, tasks=tasks), []
    came = Came.REFUSED
    if form.is_valid():
        chosen = [task for task in tasks if task.pk in form.cleaned_data["surat"]]

        def sign(stamp: Stamp, at: datetime) -> None:
            phrase = form.cleaned_data["passphrase"]
            results.extend(signing_day.sign_read(chosen, passphrase=phrase, by=here.user, at=at, stamp=stamp))

        came = attempt(request, form, sign)
    if came is Came.UNPROVEN:
        request.session[CHOSEN] = sorted(posted)
        return ask_for_proof(request, back=reverse("sign_day"))
    if came is Came.DONE:
        return _list(request, here, results=results)
    return _list(request, here, form=form, came=came, ticked=posted)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_day_draft(request: HttpRequest, pk: int) -> HttpResponse:
    """One decree with its page pictures and its one-page summary; to read it through."""
    here = _head(request)
    waiting = _waiting(here)
    place = next((number for number, one in enumerate(waiting) if one.task.pk == pk), None)
    if place is None:
        raise Http404
    task = waiting[place].task
    form = ReadThrough(task, at=here.at, data=request.POST if request.method == "POST" else None)
    came = None
    if request.method == "POST":
        came = Came.REFUSED
        if form.is_valid():
            came = attempt(request, form, lambda stamp, at: form.carry_out(by=here.user, at=at, stamp=stamp))
        if came is Came.DONE:
            messages.success(request, f"{task.case.application.company}: dibaca dan siap ditandatangani.")
            following = next((one for one in waiting[place + 1 :] if not one.is_read), None)
            return redirect("sign_day_draft", following.task.pk) if following else redirect("sign_day")
    context = {
        "task": task,
        "case": task.case,
        "step": task.step,
        "waiting": waiting[place],
        "number": place + 1,
        "count": len(waiting),
        "before": waiting[place - 1].task if place else None,
        "after": waiting[place + 1].task if place + 1 < len(waiting) else None,
        "draft": draft_view(task.case, task, at=here.at),
        "summary": one_page(task.case, at=here.at),
        "form": form,
        "kunci": new_key(),
        "stale": came is Came.STALE,
    }
    return render(request, "desk/sign_day_draft.html", context, status=came.value if came else 200)


def _head(request: HttpRequest) -> Officer:
    here = desk_officer(request)
    if not here.actors & SIGNERS:
        raise PermissionDenied
    return here


def _waiting(here: Officer) -> list[Waiting]:
    """What waits for this person's signature, the first due first."""
    cases = with_standing(Case.objects.all()).prefetch_related(
        Prefetch("drafts", Draft.objects.order_by("number").defer("content"))
    )
    readings = UnfinishedWork.objects.filter(user=here.user, form=READING)
    tasks = (
        tasks_doing("decide")
        .filter(open_tasks_for(here.user, at=here.at))
        .select_related("received_by")
        .prefetch_related(Prefetch("case", cases), Prefetch("unfinished", readings, to_attr="readings"))
        .by_due()
    )
    calendar = office_calendar()
    ways: dict[str, str] = {}
    pending = set(
        ElectronicDecree.objects.standing().filter(signed=None, task__in=tasks).values_list("task", flat=True)
    )
    return [
        Waiting(
            task=task,
            due=task_due(task, today=here.today, calendar=calendar),
            draft=next(iter(reversed(task.case.drafts.all())), None),
            reading=next(map(reading_of, task.readings), None),  # type: ignore[attr-defined]
            way=_way(task, ways, at=here.at),
            pending=task.pk in pending,
        )
        for task in tasks[:AT_ONCE]
    ]


def _way(task: Task, known: dict[str, str], *, at: datetime) -> str:
    """How a decree is signed; asked once for a service."""
    service = task.case.process.code
    if service not in known:
        known[service] = way_of(task.case, at=at)
    return known[service]


def _list(
    request: HttpRequest,
    here: Officer,
    *,
    results: Iterable[signing_day.Came] = (),
    form: Confirmation | None = None,
    came: Came | None = None,
    ticked: Iterable[int] | None = None,
) -> HttpResponse:
    waiting = _waiting(here)
    if ticked is None:
        ticked = request.session.pop(CHOSEN, None)
    read = [one for one in waiting if one.is_read]
    context = {
        "waiting": waiting,
        "turns": [one for one in later_turns(here) if one.step.activity == "decide"],
        "unread": next((one for one in waiting if not one.is_read), None),
        "read": read,
        "ticked": {one.task.pk for one in read} if ticked is None else set(ticked),
        "results": results,
        "form": form or Confirmation(),
        "in_ink": any(one.way == SigningWay.Way.INK for one in waiting),
        "by_bsre": any(one.way == SigningWay.Way.BSRE for one in read),
        "doorway": doorway(request, at=here.at),
        "kunci": new_key(),
        "stale": came is Came.STALE,
        "side": desk_links(here, "sign_day"),
        "side_title": "Meja kerja",
    }
    return render(request, "desk/sign_day.html", context, status=came.value if came else 200)
