"""The queue: kiosk, phone, ticket and display for everybody; counters and figures for officers."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import segno
from allauth.core.internal import ratelimit
from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from muara.cases.actions import Refused, Stamp
from muara.cases.models import Application
from muara.contacts.actions import queue as acts
from muara.contacts.models import Counter, Kiosk, QueueSeries, Ticket
from muara.contacts.queries import (
    Figures,
    ahead_of,
    expected_minutes,
    figures_of,
    last_calls,
    lines,
    middle,
    places,
    version_of,
    waiting_in,
    waits_by_hour,
)
from muara.contacts.rules import may_give_numbers, may_serve, series_served
from muara.people.hours import next_opening, open_at, opening_on
from muara.people.models import User, office_day
from muara.people.queries import issuing_office
from muara.records.rules import reads_registers
from muara.steps.letters.queue import poster_pdf, ticket_pdf, ticket_url
from muara.web.acts import Came, attempt, new_key, read_number, stamp_of
from muara.web.desk import Officer, desk_links, desk_officer
from muara.web.files import pdf_answer

GET_POST = require_http_methods(["GET", "HEAD", "POST"])
MINE = "antrean"  # the session's key: this browser's mark and its tickets
REMEMBERED = 6  # tickets that a browser is shown again
SLIP_STAYS, LONGER = 30, 180  # seconds that a kiosk shows a ticket
KIOSK_STAYS = 120  # seconds after which a kiosk begins anew, and learns whether the office is open
SHOWN_CALLS, SHOWN_NEXT = 6, 6
KIOSK, KIOSK_SALT, KIOSK_LASTS = "kios", "muara.kiosk", 400 * 24 * 60 * 60
TOO_MANY = "Terlalu banyak nomor diambil dari sambungan ini. Ambil nomor di kios, atau minta petugas."
# By address: a hall full of phones behind one line still gets its numbers, a program does not take them all.
PHONE_LIMIT = {"queue": "30/h/ip"}


# --- taking a number: kiosk and phone ----------------------------------------------------------------------


class Taking(forms.Form):
    """What somebody comes for, and whether they go first."""

    series = forms.ChoiceField(
        error_messages={"required": "Pilih keperluan Anda.", "invalid_choice": "Pilih keperluan Anda."}
    )
    priority = forms.ChoiceField(
        label="Apakah Anda didahulukan?",
        choices=Ticket.Priority.choices,
        widget=forms.RadioSelect,
        initial=Ticket.Priority.NONE,
        error_messages={
            "required": "Pilih jenis prioritas, atau “Bukan prioritas”.",
            "invalid_choice": "Pilih jenis prioritas dari daftar.",
        },
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = self.fields["series"]
        assert isinstance(chosen, forms.ChoiceField)
        self.offered = list(QueueSeries.objects.filter(active=True))
        chosen.choices = [(str(item.pk), item.name) for item in self.offered]

    def take(
        self,
        *,
        channel: str,
        at: datetime,
        stamp: Stamp,
        browser: str = "",
        kiosk: Kiosk | None = None,
        by: User | None = None,
    ) -> Ticket:
        """Take the number that was asked for."""
        said = self.cleaned_data
        return acts.take(
            series_id=int(said["series"]),
            priority=said["priority"],
            channel=channel,
            browser=browser,
            kiosk=kiosk,
            by=by,
            at=at,
            stamp=stamp,
        )


def _taken(
    request: HttpRequest, form: Taking, *, channel: str, **more: Any
) -> tuple[Came | None, Ticket | None]:
    """Take a number once, however often its form arrives."""
    if request.method != "POST":
        return None, None
    if not form.is_valid():
        return Came.REFUSED, None
    came = attempt(request, form, lambda stamp, at: form.take(channel=channel, at=at, stamp=stamp, **more))
    ticket = Ticket.objects.get(key=stamp_of(request).key) if came is Came.DONE else None
    return came, ticket


def _doors(at: datetime) -> dict[str, Any]:
    """Whether the office serves now; when it does not, when it does next."""
    opening = open_at(at)
    return {"opening": opening, "following": None if opening else next_opening(at)}


@never_cache
@GET_POST
def kiosk(request: HttpRequest) -> HttpResponse:
    """The touch page at the door: one tap gives a number; only at a kiosk of the office."""
    at = timezone.now()
    mine = _kiosk_of(request)
    officer = request.user if mine is None and isinstance(request.user, User) else None
    if not may_give_numbers(mine, officer, at=at):
        return render(request, "queue/no_kiosk.html", status=403)
    form = Taking(request.POST or None)
    came, ticket = _taken(request, form, channel=Ticket.Channel.KIOSK, kiosk=mine, by=officer)
    prints = "cetak" in request.GET
    if ticket is not None:
        return redirect(reverse("kiosk_ticket", args=[ticket.token]) + ("?cetak=1" if prints else ""))
    context = {"form": form, "kunci": new_key(), "stale": came is Came.STALE, **_doors(at)}
    answer = render(request, "queue/kiosk.html", context, status=came.value if came else 200)
    answer["Refresh"] = f"{KIOSK_STAYS}; url={request.get_full_path()}"
    if mine is not None:
        _remember(answer, mine)  # anew each time: browsers keep a cookie for some 400 days at most
    return answer


@never_cache
@require_safe
def install_kiosk(request: HttpRequest, secret: str) -> HttpResponse:
    """The administrator's link: from here on this browser is the kiosk, until it is revoked."""
    found = acts.kiosk_by_secret(secret)
    if found is None:
        return render(request, "queue/no_kiosk.html", {"dead_link": True}, status=403)
    answer = redirect(reverse("kiosk") + ("?cetak=1" if "cetak" in request.GET else ""))
    _remember(answer, found)
    return answer


def _kiosk_of(request: HttpRequest) -> Kiosk | None:
    """The kiosk that this browser is, unless it was revoked."""
    key = request.get_signed_cookie(KIOSK, default="", salt=KIOSK_SALT)
    return Kiosk.objects.filter(pk=read_number(key), revoked_at=None).first() if key else None


def _remember(answer: HttpResponse, kiosk: Kiosk) -> None:
    answer.set_signed_cookie(
        KIOSK,
        str(kiosk.pk),
        salt=KIOSK_SALT,
        max_age=KIOSK_LASTS,
        path=reverse("kiosk"),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


@never_cache
@require_safe
def kiosk_ticket(request: HttpRequest, token: str) -> HttpResponse:
    """The number just taken, to print or to follow by phone; the kiosk goes back by itself."""
    ticket = _ticket(token)
    prints = "cetak" in request.GET
    back = reverse("kiosk") + ("?cetak=1" if prints else "")
    context = {
        "ticket": ticket,
        "qr": _data_uri(ticket_url(ticket)),
        "back": back,
        "longer": "?cetak=1&lama=1" if prints else "?lama=1",
        "prints": prints and "lama" not in request.GET,
        "seconds": SLIP_STAYS,
    }
    answer = render(request, "queue/kiosk_ticket.html", context)
    answer["Refresh"] = f"{LONGER if 'lama' in request.GET else SLIP_STAYS}; url={back}"
    return answer


def _data_uri(text: str) -> str:
    return str(segno.make(text, error="m", micro=False).svg_data_uri(border=2, scale=4))


@never_cache
@GET_POST
def queue(request: HttpRequest) -> HttpResponse:
    """Taking a number with one's own phone, and the numbers that this phone has."""
    at = timezone.now()
    day = office_day(at)
    mine = request.session.get(MINE) or {}
    form = Taking(request.POST or None)
    if request.method == "POST":
        if form.is_valid() and not ratelimit.consume(
            request, app="muara", action="queue", config=PHONE_LIMIT
        ):
            form.add_error(None, TOO_MANY)
        mine = {"browser": secrets.token_hex(16), "tokens": [], **mine}
        request.session[MINE] = mine
    came, ticket = _taken(request, form, channel=Ticket.Channel.PHONE, browser=str(mine.get("browser", "")))
    if ticket is not None:
        tokens = [token for token in mine["tokens"] if token != ticket.token]
        request.session[MINE] = {**mine, "tokens": [*tokens, ticket.token][-REMEMBERED:]}
        return redirect("ticket", ticket.token)
    tickets = Ticket.objects.filter(token__in=mine.get("tokens", []), day=day).select_related("series")
    context = {
        "form": form,
        "kunci": new_key(),
        "stale": came is Came.STALE,
        "lines": [
            (line, expected_minutes(line.series, people=line.waiting, at=at)) for line in lines(day, show=0)
        ],
        "mine": tickets,
        **_doors(at),
    }
    return render(request, "queue/queue.html", context, status=came.value if came else 200)


# --- a ticket ----------------------------------------------------------------------------------------------


def _ticket(token: str) -> Ticket:
    rows = Ticket.objects.select_related("series", "waits_in", "counter")
    return get_object_or_404(rows, token=token)


@never_cache
@GET_POST
def ticket(request: HttpRequest, token: str) -> HttpResponse:
    """A number's page on its visitor's phone: how many are before it, where it is called; leaving."""
    found, at = _ticket(token), timezone.now()
    version = f"{version_of(found.day)}"
    if request.headers.get("HX-Request") and request.GET.get("v") == version:
        return HttpResponse(status=204)
    form, came = forms.Form(request.POST or None), None
    if request.method == "POST":
        form.is_valid()
        came = attempt(request, form, lambda stamp, at: acts.leave(found, at=at, stamp=stamp))
        if came is Came.DONE:
            return redirect("ticket", token)
        found = _ticket(token)
    waits = found.state == Ticket.State.WAITING and found.day == office_day(at)
    context = {
        "ticket": found,
        "ahead": ahead_of(found, at=at) if waits else None,
        "leaves": found.state in (Ticket.State.WAITING, Ticket.State.CALLED),
        "past": found.day != office_day(at),
        "version": version,
        "form": form,
        "kunci": new_key(),
        "stale": came is Came.STALE,
    }
    template = "queue/ticket.html#turn" if request.headers.get("HX-Request") else "queue/ticket.html"
    answer = render(request, template, context, status=came.value if came else 200)
    answer["X-Robots-Tag"] = "noindex, nofollow"
    return answer


@never_cache
@require_safe
def ticket_paper(request: HttpRequest, token: str) -> HttpResponse:
    """The ticket as a PDF 80 mm wide."""
    found = _ticket(token)
    return pdf_answer(ticket_pdf(found), f"antrean-{found}.pdf")


@require_safe
def poster(request: HttpRequest) -> HttpResponse:
    """The poster at the door, with the QR of the phone's page."""
    if issuing_office() is None:
        raise Http404
    return pdf_answer(poster_pdf(at=timezone.now()), "poster-antrean.pdf")


# --- the display -------------------------------------------------------------------------------------------


@never_cache
@require_safe
def display(request: HttpRequest) -> HttpResponse:
    """The television in the waiting room; it asks every two seconds and mostly hears that nothing changed."""
    at = timezone.now()
    day = office_day(at)
    # The minute is part of it because the board carries the clock.
    version = f"{day:%Y%m%d}-{version_of(day)}-{timezone.localtime(at):%H%M}"
    asks = bool(request.headers.get("HX-Request"))
    if asks and request.GET.get("v") == version:
        return HttpResponse(status=204)
    calls = last_calls(day, show=SHOWN_CALLS)
    context = {
        "at": at,
        "version": version,
        "places": places(day),
        "calls": calls,
        "newest": calls[0].pk if calls else 0,
        "lines": lines(day, show=SHOWN_NEXT),
        "today": opening_on(day),
        **_doors(at),
    }
    return render(request, "queue/display.html#board" if asks else "queue/display.html", context)


# --- the officers' counters --------------------------------------------------------------------------------


def _beside(here: Officer) -> dict[str, Any]:
    return {"side": desk_links(here, "queue_desk"), "side_title": "Meja kerja", "here": here}


@login_required
@never_cache
@require_safe
def queue_desk(request: HttpRequest) -> HttpResponse:
    """The counters at which this officer may call, and whether somebody is there."""
    here = desk_officer(request)
    mine = [counter for counter in _counters() if may_serve(here.user, counter, at=here.at)]
    if not mine and not reads_registers(here.user, at=here.at):
        raise PermissionDenied
    at_counter = {place.counter.pk: place.ticket for place in places(here.today)}
    context = {
        "rows": [(counter, at_counter.get(counter.pk)) for counter in mine],
        "lines": lines(here.today, show=SHOWN_NEXT),
        **_doors(here.at),
        **_beside(here),
    }
    return render(request, "queue/desk.html", context)


def _counters() -> list[Counter]:
    return list(Counter.objects.filter(active=True).prefetch_related("series"))


def _counter(here: Officer, pk: int) -> Counter:
    counter = get_object_or_404(Counter.objects.prefetch_related("series"), pk=pk)
    if not may_serve(here.user, counter, at=here.at):
        raise PermissionDenied
    return counter


@login_required
@never_cache
@require_safe
def queue_counter(request: HttpRequest, pk: int) -> HttpResponse:
    """A counter: whom it has, who waits, who was skipped."""
    here = desk_officer(request)
    counter = _counter(here, pk)
    if request.headers.get("HX-Request") and request.GET.get("v") == str(version_of(here.today)):
        return HttpResponse(status=204)
    return _counter_page(request, here, counter)


def _counter_page(
    request: HttpRequest, here: Officer, counter: Counter, *, fault: str = "", came: Came | None = None
) -> HttpResponse:
    mine = series_served(here.user, counter, at=here.at)
    today = Ticket.objects.filter(day=here.today).select_related("series", "waits_in", "application__case")
    current = today.at_a_counter().filter(counter=counter).first()
    others = QueueSeries.objects.filter(active=True)
    context = {
        "counter": counter,
        "mine": mine,
        "current": current,
        "history": current.events.select_related("series", "counter") if current else [],
        "waiting": [(item, here.at - item.taken_at) for item in waiting_in(here.today, mine)],
        "skipped": today.filter(state=Ticket.State.SKIPPED, waits_in__in=mine).order_by("-ended_at"),
        "done": today.filter(state=Ticket.State.DONE, counter=counter).count(),
        "others": others.exclude(pk=current.waits_in_id) if current else others,
        "taking": Taking(request.POST if "series" in request.POST else None),
        "typed": request.POST.get("berkas", ""),
        "version": version_of(here.today),
        "fault": fault,
        "stale": came is Came.STALE,
        "kunci": new_key,
        **_doors(here.at),
        **_beside(here),
    }
    asks = request.headers.get("HX-Request") and request.method == "GET"
    template = "queue/counter.html#waiting" if asks else "queue/counter.html"
    return render(request, template, context, status=came.value if came else 200)


@dataclass(frozen=True, slots=True)
class Act:
    """A posted button of the console."""

    request: HttpRequest
    counter: Counter
    by: User
    at: datetime
    stamp: Stamp

    @property
    def ticket(self) -> Ticket:
        found = Ticket.objects.filter(pk=read_number(self.request.POST.get("tiket"))).first()
        if found is None:
            raise Refused(acts.GONE)
        return found

    @property
    def here(self) -> dict[str, Any]:
        return {"counter": self.counter, "by": self.by, "at": self.at, "stamp": self.stamp}


def _call_next(act: Act) -> str:
    return f"{acts.call_next(act.counter, by=act.by, at=act.at, stamp=act.stamp)} dipanggil."


def _transfer(act: Act) -> str:
    acts.transfer(act.ticket, to_id=read_number(act.request.POST.get("ke")), **act.here)
    return f"{act.ticket} dialihkan dan tetap memegang nomornya."


def _give(act: Act) -> str:
    form = Taking(act.request.POST)
    if not form.is_valid():
        raise Refused(" ".join(str(fault) for faults in form.errors.values() for fault in faults))
    given = acts.take(
        series_id=int(form.cleaned_data["series"]),
        priority=form.cleaned_data["priority"],
        channel=Ticket.Channel.DESK,
        by=act.by,
        at=act.at,
        stamp=act.stamp,
    )
    return f"Nomor {given} diberikan."


def _attach(act: Act) -> str:
    wanted = act.request.POST.get("berkas", "").replace("\0", "").strip()
    rows = Application.objects.filter(
        Q(reference__iexact=wanted) | Q(case__registration_number__iexact=wanted)
    )
    application = rows.exclude(case=None).select_related("case").first() if wanted else None
    if application is None:
        raise Refused("Berkas dengan nomor itu tidak ada. Periksa nomor pengajuan atau nomor registrasinya.")
    acts.attach_application(act.ticket, application, **act.here)
    return f"{act.ticket} terhubung dengan berkas {application.case}."


def _simply(carry_out: Callable[..., object], told: str) -> Callable[[Act], str]:
    def run(act: Act) -> str:
        carry_out(act.ticket, **act.here)
        return f"{act.ticket} {told}."

    return run


ACTS: dict[str, Callable[[Act], str]] = {
    "panggil": _call_next,
    "ulang": _simply(acts.recall, "dipanggil ulang"),
    "lewati": _simply(acts.skip, "dilewati; dapat dipanggil kembali hari ini"),
    "kembali": _simply(acts.call_back, "dipanggil kembali"),
    "mulai": _simply(acts.start, "mulai dilayani"),
    "selesai": _simply(acts.finish, "selesai"),
    "alihkan": _transfer,
    "beri": _give,
    "hubungkan": _attach,
}


@login_required
@never_cache
@require_POST
def queue_act(request: HttpRequest, pk: int, act: str) -> HttpResponse:
    """A button of the console: call, call again, skip, start, finish, send on, give a number."""
    here = desk_officer(request)
    counter = _counter(here, pk)
    if act not in ACTS:
        raise Http404
    form, told = forms.Form(request.POST), []
    form.is_valid()
    came = attempt(
        request, form, lambda stamp, at: told.append(ACTS[act](Act(request, counter, here.user, at, stamp)))
    )
    if came is not Came.DONE:
        fault = " ".join(map(str, form.non_field_errors()))
        return _counter_page(request, here, counter, fault=fault, came=came)
    for sentence in told:
        messages.success(request, sentence)
    return redirect("queue_counter", counter.pk)


# --- the day's figures -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Row:
    """A series' day as the table shows it, spans in whole minutes."""

    taken: int
    done: int
    left: int
    skipped: int
    wait: str
    longest: str
    service: str


def row_of(figures: Figures) -> Row:
    """Write a series' figures for the table."""
    return Row(
        figures.taken,
        figures.done,
        figures.left,
        figures.skipped,
        in_minutes(middle(figures.waits)),
        in_minutes(max(figures.waits, default=None)),
        in_minutes(middle(figures.services)),
    )


def in_minutes(span: timedelta | None) -> str:
    """Write a span of time in whole minutes."""
    return "–" if span is None else f"{round(span.total_seconds() / 60)} menit"


@dataclass(frozen=True, slots=True)
class Bar:
    """An hour's median wait as a bar of the picture; lengths in its own units."""

    hour: int
    minutes: int
    visitors: int
    x: int
    y: int
    height: int

    @property
    def middle(self) -> int:
        return self.x + 18

    @property
    def above(self) -> int:
        return self.y - 6


STEP, BASE, TALL = 52, 168, 130  # of the picture in queue/today.html, 640 × 200


def bars(waits: dict[int, list[timedelta]]) -> list[Bar]:
    """Lay out the median wait of each hour, the tallest bar filling the picture."""
    medians = {hour: middle(spans) or timedelta() for hour, spans in sorted(waits.items())}
    whole = {hour: round(span.total_seconds() / 60) for hour, span in medians.items()}
    tallest = max([*whole.values(), 1])
    found = []
    for place, (hour, minutes) in enumerate(whole.items()):
        height = round(minutes / tallest * TALL)
        found.append(Bar(hour, minutes, len(waits[hour]), 16 + place * STEP, BASE - height, height))
    return found


@login_required
@never_cache
@require_safe
def queue_today(request: HttpRequest) -> HttpResponse:
    """The waits, services and walk-aways of a day, by series and by hour."""
    here = desk_officer(request)
    if not reads_registers(here.user, at=here.at):
        raise PermissionDenied
    day = _day(request.GET.get("hari", ""), default=here.today)
    found = figures_of(day)
    series = QueueSeries.objects.all()
    context = {
        "day": day,
        "rows": [
            (item, row_of(found.get(item.pk, Figures())))
            for item in series
            if item.active or item.pk in found
        ],
        "bars": bars(waits_by_hour(day)),
        "reasons": Ticket.objects.filter(day=day, state=Ticket.State.CLOSED).count(),
        **_beside(here),
    }
    return render(request, "queue/today.html", context)


def _day(text: str, *, default: date) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return default
