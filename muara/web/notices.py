"""What people were told: one's own notices, the calls and letters of customer service, what failed."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from muara.cases.actions import Stamp
from muara.cases.rules import without_conflict
from muara.contacts.models import NoticeLetter, PhoneTask
from muara.people.actions import notices as people
from muara.people.models import Notice, User
from muara.steps.actions.unreached import AGAIN, CALLER, mark_posted, may_tell, note_call
from muara.steps.forms.fields import Day, Line, Paragraph
from muara.steps.notices import still_theirs
from muara.web.acts import Came, attempt, form_page
from muara.web.desk import Officer, beside_the_desk, desk_officer
from muara.web.files import person
from muara.web.office import office_administrator, office_page, office_reader, record_once
from muara.web.seen import saw_case

A_PAGE = 25
DONE_SHOWN = 10
REASON = 1000


@login_required
@never_cache
@require_safe
def notices(request: HttpRequest) -> HttpResponse:
    """Everything that was sent to me, the newest first; nobody else's.

    What never reached somebody before they left the company stays unread.
    """
    me, at = person(request), timezone.now()
    mine = Notice.objects.filter(Q(recipient=me) | Q(recipient=None, address__iexact=me.email))
    page = Paginator(mine.order_by("-made_at", "-pk"), A_PAGE).get_page(request.GET.get("halaman"))
    rows = list(page)
    theirs = still_theirs([notice for notice in rows if notice.sent_at is None], me, at=at)
    shown = [notice for notice in rows if notice.sent_at is not None or notice in theirs]
    return render(request, "portal/notices.html", {"page": page, "notices": shown})


# --- customer service ------------------------------------------------------------------------------------


class CallForm(forms.Form):
    """What came of a call."""

    use_required_attribute = False
    outcome = forms.ChoiceField(
        label="Hasil telepon",
        choices=[
            (PhoneTask.Outcome.REACHED.value, "Tersambung, sudah disampaikan"),
            (AGAIN, "Tidak tersambung, coba lagi nanti"),
            (PhoneTask.Outcome.LETTER.value, "Tidak tersambung, kirim surat"),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": "Pilih hasil telepon ini."},
    )
    note = Paragraph(
        label="Catatan",
        help_text="Bila tidak tersambung, tuliskan sebabnya. Bila tersambung, dengan siapa Anda berbicara.",
        rows=3,
        longest=REASON,
        required=False,
    )


class PostForm(forms.Form):
    """When the letter went to the post."""

    use_required_attribute = False
    posted_on = Day(label="Tanggal diposkan", help_text="Misalnya 10/12/2026.")
    tracking_number = Line(label="Nomor resi", longest=80, required=False)


def _caller(request: HttpRequest) -> Officer:
    """Calls and letters are customer service's."""
    here = desk_officer(request)
    if CALLER not in here.actors:
        raise PermissionDenied
    return here


def _calls(me: User) -> QuerySet[PhoneTask]:
    rows = PhoneTask.objects.filter(without_conflict(me)).prefetch_related("calls__by")
    return rows.select_related("notice", "closed_by", "case__application__company")


def _papers(me: User) -> QuerySet[NoticeLetter]:
    rows = NoticeLetter.objects.filter(without_conflict(me))
    return rows.select_related("notice", "posted_by", "letter", "case__application__company")


@login_required
@never_cache
@require_safe
def phone_tasks(request: HttpRequest) -> HttpResponse:
    """Whom to telephone and which letters to post, the oldest first; then what was done last."""
    here = _caller(request)
    me = here.user
    page = Paginator(_calls(me).filter(closed_at=None).order_by("made_at", "pk"), A_PAGE)
    context = {
        "page": page.get_page(request.GET.get("halaman")),
        "to_post": _papers(me).filter(posted_on=None).order_by("made_at", "pk"),
        "called": _calls(me).exclude(closed_at=None).order_by("-closed_at")[:DONE_SHOWN],
        "posted": _papers(me).exclude(posted_on=None).order_by("-posted_on", "-pk")[:DONE_SHOWN],
        **beside_the_desk(here, "phone_tasks"),
    }
    return render(request, "desk/phone_tasks.html", context)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def phone_task(request: HttpRequest, pk: int) -> HttpResponse:
    """One call to make: whom, what to say, the calls so far."""
    here = _caller(request)
    me = here.user
    found = _calls(me).filter(pk=pk).first()
    if found is None or not may_tell(me, found.case, at=here.at):
        raise Http404
    saw_case(me, found.case, place="telepon", what="nama, telepon, isi pemberitahuan", at=here.at)
    form, came = CallForm(request.POST or None), None
    if request.method == "POST":

        def call(stamp: Stamp, at: datetime) -> object:
            said = form.cleaned_data
            return note_call(found, outcome=said["outcome"], note=said["note"], by=me, at=at, stamp=stamp)

        came = attempt(request, form, call) if form.is_valid() else Came.REFUSED
        if came is Came.DONE:
            messages.success(request, f"Hasil telepon kepada {found.name} tersimpan.")
            return redirect("phone_tasks")
    return _form_page(request, "phone_task", here, form, came, item=found)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def notice_letter(request: HttpRequest, pk: int) -> HttpResponse:
    """One letter to print and post."""
    here = _caller(request)
    me = here.user
    found = _papers(me).filter(pk=pk).first()
    if found is None or not may_tell(me, found.case, at=here.at):
        raise Http404
    saw_case(me, found.case, place="surat-pos", what="nama, alamat, isi pemberitahuan", at=here.at)
    form, came = PostForm(request.POST or None), None
    if request.method == "POST":

        def post(stamp: Stamp, at: datetime) -> object:
            return mark_posted(found, by=me, at=at, stamp=stamp, **form.cleaned_data)

        came = attempt(request, form, post) if form.is_valid() else Came.REFUSED
        if came is Came.DONE:
            messages.success(request, f"Surat kepada {found.name} tercatat diposkan.")
            return redirect("phone_tasks")
    return _form_page(request, "notice_letter", here, form, came, item=found)


def _form_page(
    request: HttpRequest, template: str, here: Officer, form: forms.Form, came: Came | None, *, item: object
) -> HttpResponse:
    context = {"item": item, **beside_the_desk(here, "phone_tasks")}
    return form_page(request, f"desk/{template}.html", form, came, context)


# --- the office ------------------------------------------------------------------------------------------


@login_required
@require_POST
def send_again(request: HttpRequest, pk: int) -> HttpResponse:
    """Let the worker try a notice once more that was given up."""
    by, _ = office_administrator(request)
    button = forms.Form(request.POST)
    button.is_valid()
    came = record_once(request, button, partial(people.send_again, pk, by=by))
    if came is Came.DONE:
        messages.success(request, "Pemberitahuan masuk antrean lagi; hasil pengirimannya tampil di sini.")
    for reason in button.non_field_errors() or (
        ["Halaman sudah usang. Coba sekali lagi."] if came is Came.STALE else []
    ):
        messages.error(request, str(reason))
    return redirect("failed_notices")


@login_required
@never_cache
@require_safe
def failed_notices(request: HttpRequest) -> HttpResponse:
    """What could not be sent, and what is being tried again; without addresses and texts."""
    office_reader(request)
    failed = Notice.objects.filter(failed_at__isnull=False, withdrawn_at=None).select_related(
        "phone_task", "on_paper"
    )
    page = Paginator(failed.order_by("-failed_at", "-pk"), A_PAGE)
    trying = Notice.objects.waiting().filter(attempts__gt=0).order_by("next_try_at")
    context = {
        "page": page.get_page(request.GET.get("halaman")),
        "trying": trying[:A_PAGE],
        "trying_count": trying.count(),
        "waiting": Notice.objects.waiting().filter(attempts=0).count(),
    }
    return office_page(request, "failed_notices", context)
