"""Administration: the office's identity, agencies, users and what they hold, number series, the calendar.

Administrators change; auditors read. Who reads a page is settled by the first line of its view.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from allauth.account.forms import default_token_generator
from allauth.account.models import EmailAddress
from allauth.account.utils import user_pk_to_url_str
from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Count, Prefetch, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from muara.cases.actions import Stamp, act, reproject
from muara.cases.models import Revision
from muara.cases.rules import stranded_tasks
from muara.people import actions as people
from muara.people.calendar import office_calendar
from muara.people.models import CalendarDay, Holding, Office, OfficeSetting, User, office_day
from muara.people.queries import holder, issuing_office, office_setting
from muara.people.rules import (
    AGENCY_ACTORS,
    SYSTEM_ACTORS,
    may_administer,
    may_read_administration,
)
from muara.permits.actions import set_up_series
from muara.permits.models import Series
from muara.sop.definition import Process
from muara.sop.numbering import render_number
from muara.sop.working_time import is_working_day
from muara.web.acts import Came, attempt, new_key
from muara.web.office_forms import (
    AgencyForm,
    DayForm,
    Empty,
    EndForm,
    GrantForm,
    IdentityForm,
    ProfileForm,
    SeriesForm,
    SettingForm,
    SignersForm,
    UserForm,
)

PAGE = 30
NOBODY = "tanpa"
LINK_DAYS = settings.PASSWORD_RESET_TIMEOUT // 86_400
GET_POST = require_http_methods(["GET", "HEAD", "POST"])


@dataclass(frozen=True, slots=True)
class SideLink:
    """A place in the administration."""

    label: str
    href: str
    current: bool


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that an office needs before it can work: there, or what to do about it."""

    label: str
    done: bool
    told: str
    href: str
    action: str


@dataclass(frozen=True, slots=True)
class Month:
    """A month of the calendar page: its days that differ, and how many the office works."""

    first: date
    days: list[CalendarDay]
    working: int


PLACES = (
    ("Ringkasan", "office", ("office",)),
    ("Identitas kantor", "office_identity", ("office_identity",)),
    ("OPD teknis", "agencies", ("agencies", "agency", "new_agency", "signers")),
    ("Pengguna", "users", ("users", "user", "new_user", "grant", "end_holding", "invite")),
    ("Seri nomor", "series", ("series", "edit_series")),
    ("Ketentuan", "office_settings", ("office_settings",)),
    ("Kalender kerja", "calendar", ("calendar", "remove_day")),
)


# --- who, and how a page is shown ------------------------------------------------------------------------


def _reader(request: HttpRequest) -> tuple[User, datetime]:
    """Let in who may read, and to a post only who may change."""
    at, user = timezone.now(), request.user
    may = may_administer if request.method == "POST" else may_read_administration
    if not isinstance(user, User) or not may(user, at=at):
        raise PermissionDenied
    return user, at


def _administrator(request: HttpRequest) -> tuple[User, datetime]:
    """Let in who may change: these pages are acts alone."""
    at, user = timezone.now(), request.user
    if not isinstance(user, User) or not may_administer(user, at=at):
        raise PermissionDenied
    return user, at


def _page(
    request: HttpRequest, template: str, context: dict[str, Any], *, came: Came = Came.DONE
) -> HttpResponse:
    """Show a page of the administration; an auditor's forms cannot be filled in."""
    here = request.resolver_match.url_name if request.resolver_match else ""
    links = [SideLink(label, reverse(name), here in names) for label, name, names in PLACES]
    administers = isinstance(request.user, User) and may_administer(request.user, at=timezone.now())
    form = context.get("form")
    if isinstance(form, forms.Form) and not administers:
        for field in form.fields.values():
            field.disabled = True
    shared = {
        "side": [{"title": "", "links": links}],
        "side_title": "Kantor",
        "administers": administers,
        "kunci": new_key(),
        "stale": came is Came.STALE,
    }
    return render(request, f"office/{template}.html", shared | context, status=came.value)


def _carry_out(
    request: HttpRequest, form: forms.Form, carry_out: Callable[[datetime, Stamp], object]
) -> Came:
    """Carry out an act of the administration once, however often its form arrives."""

    def once(stamp: Stamp, at: datetime) -> None:
        with act(stamp):
            carry_out(at, stamp)

    try:
        return attempt(request, form, once)
    except people.NotAdministrator:
        raise PermissionDenied from None


def _processes() -> list[Process]:
    """The newest revision of each service that is stored."""
    newest = {row.service: row.pk for row in Revision.objects.order_by("effective_from", "pk").defer("files")}
    return [row.process for row in Revision.objects.filter(pk__in=newest.values()).defer("files")]


def _actors(processes: list[Process] | None = None) -> dict[str, str]:
    """What an official may hold: the SOP's columns that stand for a person, and the system's own."""
    columns = {
        actor.key: actor.label
        for process in (processes if processes is not None else _processes())
        for actor in process.actors
        if actor.side not in {"applicant", "meeting"}  # whoever calls the joint meeting leads it
    }
    return columns | SYSTEM_ACTORS


# --- what is set up, and what is missing ------------------------------------------------------------------


@login_required
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    _, at = _reader(request)
    processes, day = _processes(), office_day(at)
    checks = [
        _check_identity(),
        _check_signatory(day),
        _check_agencies(day),
        _check_actors(processes, day),
        _check_administrators(day),
        _check_series(processes),
        _check_calendar(day),
        _check_settings(day),
    ]
    return _page(
        request,
        "index",
        {
            "checks": checks,
            "missing": sum(not check.done for check in checks),
            "stranded": stranded_tasks(at=at),
            "revisions": Revision.objects.defer("files"),
        },
    )


def _check_identity() -> Check:
    office = issuing_office()
    told = f"{office.name}, {office.seat or 'tempat kedudukan belum diisi'}" if office else "Belum diisi."
    done = office is not None and bool(office.seat) and bool(office.address)
    if office and not office.address:
        told += "; alamat belum diisi"
    return Check("Identitas dan kop surat", done, told, reverse("office_identity"), "Atur identitas")


def _check_signatory(day: date) -> Check:
    head = holder("head_of_office", on=day)
    if head is None:
        told, href = "Belum ada yang memegang jabatan kepala kantor.", reverse("users")
        return Check("Penandatangan izin", False, told, href, "Tugaskan kepala kantor")
    lacking = [label for label, value in (("pangkat", head.user.rank), ("NIP", head.user.nip)) if not value]
    told = f"{head.user.name} ({head.get_status_display()})"
    if lacking:
        told += f"; {' dan '.join(lacking)} belum diisi"
    return Check(
        "Penandatangan izin", not lacking, told, reverse("user", args=[head.user_id]), "Buka penggunanya"
    )


def _check_agencies(day: date) -> Check:
    agencies = list(_agencies(day))
    idle = [agency.short_name for agency in agencies if not agency.members and not agency.paper_only]
    if not agencies:
        told = "Belum ada OPD; langkah 9 tidak dapat mengirim berkas."
    elif idle:
        told = f"Belum punya tim teknis: {', '.join(idle)}."
    else:
        told = ", ".join(agency.short_name for agency in agencies)
    return Check("OPD dan tim teknisnya", bool(agencies) and not idle, told, reverse("agencies"), "Atur OPD")


def _check_actors(processes: list[Process], day: date) -> Check:
    held = set(
        Holding.objects.current(day).filter(user__is_active=True).values_list("actor", flat=True).distinct()
    )
    lacking = [
        label
        for key, label in _actors(processes).items()
        if key not in held and key not in SYSTEM_ACTORS and key not in AGENCY_ACTORS
    ]
    told = (
        f"Belum dipegang siapa pun hari ini: {', '.join(lacking)}." if lacking else "Semua ada pemegangnya."
    )
    return Check("Pelaksana SOP", not lacking, told, reverse("users"), "Atur pengguna")


def _check_administrators(day: date) -> Check:
    count = (
        Holding.objects.current(day)
        .filter(actor="administrator", user__is_active=True)
        .values("user")
        .distinct()
        .count()
    )
    told = f"{count} administrator." if count > 1 else "Hanya satu; sebaiknya ada penggantinya."
    return Check("Administrator", count > 0, told, reverse("users") + "?pelaksana=administrator", "Lihat")


def _check_series(processes: list[Process]) -> Check:
    there = set(Series.objects.values_list("service", "key"))
    lacking = [
        f"{numbering.label} ({process.code})"
        for process in processes
        for numbering in process.numberings
        if (process.code, numbering.key) not in there
    ]
    told = f"Belum disiapkan: {', '.join(lacking)}." if lacking else f"{len(there)} seri siap."
    return Check("Seri nomor", bool(there) and not lacking, told, reverse("series"), "Atur seri nomor")


def _check_calendar(day: date) -> Check:
    lacking = [str(year) for year in (day.year, day.year + 1) if not _is_decreed(year)]
    told = (
        f"Cuti bersama tahun {' dan '.join(lacking)} belum ada; jatuh tempo di tahun itu masih perkiraan."
        if lacking
        else "Libur dan cuti bersama tahun ini dan tahun depan sudah ada."
    )
    return Check("Kalender kerja", not lacking, told, reverse("calendar"), "Buka kalender")


def _check_settings(day: date) -> Check:
    lacking = [key.label.lower() for key in OfficeSetting.Key if office_setting(key, on=day) is None]
    told = (
        f"Belum diatur: {'; '.join(lacking)}. Selama itu permintaan perbaikan tidak berbatas waktu dan "
        "tidak ada berkas yang dapat digugurkan."
        if lacking
        else "Waktu menjawab dan waktu gugur sudah diatur."
    )
    return Check("Ketentuan kantor", not lacking, told, reverse("office_settings"), "Atur ketentuan")


# --- the office and its agencies --------------------------------------------------------------------------


@login_required
@GET_POST
def identity(request: HttpRequest) -> HttpResponse:
    by, at = _reader(request)
    form, came = IdentityForm(issuing_office(), data=request.POST or None), Came.DONE
    if request.method == "POST" and form.is_valid():
        came = _carry_out(
            request,
            form,
            lambda at, stamp: people.save_office(
                details=form.details(), by=by, at=at, key=stamp.key, body=stamp.body
            ),
        )
        if came is Came.DONE:
            messages.success(request, "Identitas kantor disimpan. Surat berikutnya memakai kop ini.")
            return redirect("office_identity")
    head = holder("head_of_office", on=office_day(at))
    return _page(request, "identity", {"form": form, "head": head}, came=came)


def _agencies(day: date) -> Any:
    current = Q(holdings__ends=None) | Q(holdings__ends__gte=day)
    members = Count(
        "holdings",
        filter=current & Q(holdings__starts__lte=day, holdings__actor__in=AGENCY_ACTORS),
    )
    return Office.objects.filter(kind=Office.Kind.AGENCY).annotate(members=members).order_by("name")


@login_required
@require_safe
def agencies(request: HttpRequest) -> HttpResponse:
    _, at = _reader(request)
    return _page(request, "agencies", {"agencies": _agencies(office_day(at))})


@login_required
@GET_POST
def new_agency(request: HttpRequest) -> HttpResponse:
    by, _ = _administrator(request)
    form, came = AgencyForm(None, data=request.POST or None), Came.DONE
    if request.method == "POST" and form.is_valid():
        came = _carry_out(
            request,
            form,
            lambda at, stamp: people.add_agency(
                details=form.details(), by=by, at=at, key=stamp.key, body=stamp.body
            ),
        )
        if came is Came.DONE:
            messages.success(request, f"{form.cleaned_data['name']} ditambahkan.")
            return redirect("agencies")
    return _page(request, "agency", {"form": form, "agency": None}, came=came)


@login_required
@GET_POST
def agency(request: HttpRequest, pk: int) -> HttpResponse:
    by, at = _reader(request)
    item = get_object_or_404(Office, pk=pk, kind=Office.Kind.AGENCY)
    form, came = AgencyForm(item, data=request.POST or None), Came.DONE
    if request.method == "POST" and form.is_valid():
        came = _carry_out(
            request,
            form,
            lambda at, stamp: people.change_agency(
                pk, details=form.details(), by=by, at=at, key=stamp.key, body=stamp.body
            ),
        )
        if came is Came.DONE:
            messages.success(request, f"{form.cleaned_data['name']} disimpan.")
            return redirect("agencies")
    team = Holding.objects.current(office_day(at)).filter(office=item).select_related("user")
    signing = item.signers.select_related("user")
    return _page(
        request, "agency", {"form": form, "agency": item, "team": team, "signing": signing}, came=came
    )


@login_required
@GET_POST
def signers(request: HttpRequest, pk: int) -> HttpResponse:
    """Whose paraf an agency's worksheet needs before its letter may go out from here."""
    by, at = _reader(request)
    item = get_object_or_404(Office, pk=pk, kind=Office.Kind.AGENCY)
    held = Holding.objects.current(office_day(at)).filter(office=item, user__is_active=True)
    team = User.objects.filter(pk__in=held.values("user"))
    form, came = SignersForm(item, data=request.POST or None, team=team), Came.DONE
    if request.method == "POST" and form.is_valid():
        came = _carry_out(
            request,
            form,
            lambda at, stamp: people.set_signers(
                pk, signers=form.signers(), by=by, at=at, key=stamp.key, body=stamp.body
            ),
        )
        if came is Came.DONE:
            messages.success(request, "Urutan paraf disimpan.")
            return redirect("agency", item.pk)
    return _page(request, "signers", {"form": form, "agency": item}, came=came)


# --- users and what they hold -----------------------------------------------------------------------------


@login_required
@require_safe
def users(request: HttpRequest) -> HttpResponse:
    _, at = _reader(request)
    day, labels = office_day(at), _actors()
    words, actor = request.GET.get("cari", "").strip(), request.GET.get("pelaksana", "")
    held = Holding.objects.current(day)
    found = User.objects.prefetch_related(
        Prefetch("holdings", queryset=held.select_related("office"), to_attr="held")
    )
    if words:
        found = found.filter(Q(name__icontains=words) | Q(email__icontains=words) | Q(nip__icontains=words))
    if actor == NOBODY:
        found = found.exclude(pk__in=held.values("user"))
    elif actor:
        found = found.filter(pk__in=held.filter(actor=actor).values("user"))
    page = Paginator(found.order_by("name", "pk"), PAGE).get_page(request.GET.get("halaman"))
    rows = [
        (person, [_held_label(holding, labels) for holding in person.held])  # type: ignore[attr-defined]
        for person in page
    ]
    context = {
        "page": page,
        "rows": rows,
        "actors": labels,
        "nobody": NOBODY,
        "cari": words,
        "pelaksana": actor,
    }
    return _page(request, "users", context)


def _held_label(holding: Holding, labels: dict[str, str]) -> str:
    label = labels.get(holding.actor, holding.actor)
    if holding.status != Holding.Status.DEFINITIVE:
        label = f"{holding.get_status_display()} {label}"
    return f"{label} · {holding.office.short_name}" if holding.office.kind == Office.Kind.AGENCY else label


@login_required
@GET_POST
def new_user(request: HttpRequest) -> HttpResponse:
    by, _ = _administrator(request)
    form, came = ProfileForm(request.POST or None), Came.DONE
    if request.method == "POST" and form.is_valid():
        came = _carry_out(
            request,
            form,
            lambda at, stamp: people.create_user(
                profile=form.profile(), by=by, at=at, key=stamp.key, body=stamp.body
            ),
        )
        if came is Came.DONE:
            made = User.objects.get(email__iexact=form.cleaned_data["email"])
            messages.success(request, f"Akun {made.name} dibuat. Sekarang buat tautan kata sandinya.")
            return redirect("user", made.pk)
    return _page(request, "new_user", {"form": form}, came=came)


@login_required
@GET_POST
def user(request: HttpRequest, pk: int) -> HttpResponse:
    by, _ = _reader(request)
    person = get_object_or_404(User, pk=pk)
    form, came = UserForm(person, data=request.POST or None), Came.DONE
    if request.method == "POST" and form.is_valid():
        came = _carry_out(
            request,
            form,
            lambda at, stamp: people.change_user(
                pk,
                profile=form.profile(),
                active=form.cleaned_data["is_active"],
                by=by,
                at=at,
                key=stamp.key,
                body=stamp.body,
            ),
        )
        if came is Came.DONE:
            # allauth keeps addresses of its own: the old one must not sign in any longer.
            EmailAddress.objects.filter(user=pk).exclude(email__iexact=form.profile().email).delete()
            messages.success(request, f"Akun {form.cleaned_data['name']} disimpan.")
            return redirect("user", pk)
    return _user_page(request, person, form, came=came)


def _user_page(
    request: HttpRequest, person: User, form: forms.Form, *, came: Came = Came.DONE, link: str = ""
) -> HttpResponse:
    day, labels = office_day(timezone.now()), _actors()
    holdings = [
        (holding, labels.get(holding.actor, holding.actor), _period(holding, day))
        for holding in person.holdings.select_related("office").order_by("-starts", "actor")
    ]
    context = {
        "form": form,
        "person": person,
        "holdings": holdings,
        "link": link,
        "link_days": LINK_DAYS,
        "invite_key": new_key(),
    }
    return _page(request, "user", context, came=came)


def _period(holding: Holding, day: date) -> str:
    if holding.starts > day:
        return "nanti"
    return "berakhir" if holding.ends is not None and holding.ends < day else "berlaku"


@login_required
@require_POST
def invite(request: HttpRequest, pk: int) -> HttpResponse:
    """Make out a one-time link with which a user sets a password; it is shown to the administrator once."""
    by, _ = _administrator(request)
    person = get_object_or_404(User, pk=pk)
    button = Empty(request.POST)
    button.is_valid()
    came = _carry_out(
        request,
        button,
        lambda at, stamp: people.invite(pk, by=by, at=at, key=stamp.key, body=stamp.body),
    )
    if came is not Came.DONE:
        messages.error(
            request, " ".join(map(str, button.non_field_errors())) or "Halaman sudah usang. Coba sekali lagi."
        )
        return redirect("user", pk)
    keys = {"uidb36": user_pk_to_url_str(person), "key": default_token_generator.make_token(person)}
    link = settings.MUARA_BASE_URL + reverse("account_reset_password_from_key", kwargs=keys)
    answer = _user_page(request, person, UserForm(person), link=link)
    answer["Cache-Control"] = "no-store"
    return answer


@login_required
@GET_POST
def grant(request: HttpRequest, pk: int) -> HttpResponse:
    by, at = _administrator(request)
    person = get_object_or_404(User, pk=pk)
    offices = list(Office.objects.order_by("-kind", "name"))
    form = GrantForm(
        request.POST or None,
        actors=_actors(),
        offices=offices,
        initial={"starts": office_day(at), "office": str(offices[0].pk) if offices else ""},
    )
    came = Came.DONE
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        came = _carry_out(
            request,
            form,
            lambda at, stamp: people.grant(
                pk,
                actor=said["actor"],
                office_id=int(said["office"]),
                status=said["status"],
                starts=said["starts"],
                ends=said["ends"],
                reason=said["reason"],
                by=by,
                at=at,
                key=stamp.key,
                body=stamp.body,
            ),
        )
        if came is Came.DONE:
            messages.success(request, f"{person.name} ditugaskan.")
            return redirect("user", pk)
    return _page(request, "grant", {"form": form, "person": person, "own": person == by}, came=came)


@login_required
@GET_POST
def end_holding(request: HttpRequest, pk: int) -> HttpResponse:
    by, at = _administrator(request)
    item = get_object_or_404(Holding.objects.select_related("user", "office"), pk=pk)
    form = EndForm(request.POST or None, initial={"ends": max(office_day(at), item.starts)})
    came = Came.DONE
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        came = _carry_out(
            request,
            form,
            lambda at, stamp: people.end_holding(
                pk, ends=said["ends"], reason=said["reason"], by=by, at=at, key=stamp.key, body=stamp.body
            ),
        )
        if came is Came.DONE:
            messages.success(request, "Hari terakhirnya disimpan.")
            return redirect("user", item.user_id)
    label = _actors().get(item.actor, item.actor)
    return _page(request, "end_holding", {"form": form, "holding": item, "label": label}, came=came)


# --- number series ----------------------------------------------------------------------------------------


@login_required
@require_safe
def series(request: HttpRequest) -> HttpResponse:
    _, at = _reader(request)
    day = office_day(at)
    rows = [(item, *_next(item, day)) for item in Series.objects.prefetch_related("years")]
    return _page(request, "series", {"rows": rows, "year": day.year})


@login_required
@GET_POST
def edit_series(request: HttpRequest, service: str, key: str) -> HttpResponse:
    by, at = _reader(request)
    item = get_object_or_404(Series.objects.prefetch_related("years"), service=service, key=key)
    form, came = SeriesForm(item, data=request.POST or None), Came.DONE
    looking = request.method == "POST" and "contoh" in request.POST
    if request.method == "POST" and not looking and form.is_valid():
        said = form.cleaned_data
        came = _carry_out(
            request,
            form,
            lambda at, stamp: set_up_series(
                service=service,
                key=key,
                label=said["label"],
                pattern=said["pattern"],
                values=form.values(),
                starts_at=said["starts_at"],
                by=by,
                at=at,
                stamp=stamp,
            ),
        )
        if came is Came.DONE:
            messages.success(request, f"Seri {said['label']} disimpan.")
            return redirect("series")
    day = office_day(at)
    last, _ = _next(item, day)
    given = item.years.exists()
    sequence = (last or 0) + 1 if given else None
    context = {
        "form": form,
        "series": item,
        "given": given,
        "example": form.example(sequence=sequence, on=day),
    }
    template = "edit_series"
    if looking and request.headers.get("HX-Request"):
        return render(request, f"office/{template}.html#example", context)
    return _page(request, template, context, came=came)


def _next(item: Series, day: date) -> tuple[int | None, str]:
    """The last number given this year, and the one that comes next."""
    years = list(item.years.all())
    last = next((year.last for year in years if year.year == day.year), None)
    sequence = last + 1 if last is not None else (1 if years else item.starts_at)
    return last, render_number(item.pattern, sequence=sequence, on=day, values=item.tokens)


# --- what the SOP leaves to the office ----------------------------------------------------------------------


@login_required
@GET_POST
def settings_page(request: HttpRequest) -> HttpResponse:
    by, at = _reader(request)
    form = SettingForm(request.POST or None, initial={"effective_from": office_day(at)})
    came = Came.DONE
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        came = _carry_out(
            request,
            form,
            lambda at, stamp: people.set_office_setting(
                setting=said["setting"],
                value=said["value"],
                effective_from=said["effective_from"],
                basis=said["basis"],
                by=by,
                at=at,
                key=stamp.key,
                body=stamp.body,
            ),
        )
        if came is Came.DONE:
            messages.success(request, "Ketentuan disimpan. Nilai yang lama tetap tercatat.")
            return redirect("office_settings")
    day = office_day(at)
    in_force = {key: office_setting(key, on=day) for key in OfficeSetting.Key}
    context = {
        "form": form,
        "in_force": [(key.label, value) for key, value in in_force.items()],
        "settings": OfficeSetting.objects.all(),
    }
    return _page(request, "settings", context, came=came)


# --- the calendar -----------------------------------------------------------------------------------------


@login_required
@GET_POST
def calendar(request: HttpRequest) -> HttpResponse:
    by, at = _reader(request)
    form, came = DayForm(request.POST or None), Came.DONE
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data

        def add(at: datetime, stamp: Stamp) -> None:
            people.add_calendar_day(
                day=said["date"],
                kind=said["kind"],
                name=said["name"],
                basis=said["basis"],
                estimated=said["estimated"],
                by=by,
                at=at,
                key=stamp.key,
                body=stamp.body,
            )
            reproject(at=at)

        came = _carry_out(request, form, add)
        if came is Came.DONE:
            messages.success(request, "Hari ditambahkan. Jatuh tempo yang terpengaruh dihitung ulang.")
            return redirect(f"{reverse('calendar')}?tahun={said['date'].year}")
    today = office_day(at)
    there = {day.year for day in CalendarDay.objects.dates("date", "year")}
    year = _year(request.GET.get("tahun", ""), default=today.year)
    months = _months(year)
    days = [day for month in months for day in month.days]
    context = {
        "form": form,
        "year": year,
        "years": sorted(there | {today.year, today.year + 1, year}),
        "months": months,
        "working": sum(month.working for month in months),
        "estimated": sum(day.estimated for day in days),
        "decreed": any(day.kind == CalendarDay.Kind.COLLECTIVE_LEAVE for day in days),
        "undecreed": [y for y in (today.year, today.year + 1) if not _is_decreed(y)],
    }
    return _page(request, "calendar", context, came=came)


def _months(year: int) -> list[Month]:
    rows = list(CalendarDay.objects.filter(date__year=year))
    arithmetic = office_calendar()
    months = []
    for number in range(1, 13):
        first = date(year, number, 1)
        length = monthrange(year, number)[1]
        working = sum(is_working_day(arithmetic, first + timedelta(days=n)) for n in range(length))
        months.append(Month(first, [row for row in rows if row.date.month == number], working))
    return months


def _year(text: str, *, default: int) -> int:
    return int(text) if text.isascii() and text.isdigit() and 1900 <= int(text) <= 2200 else default


def _is_decreed(year: int) -> bool:
    """Collective leave is decreed a year at a time: without any, the year's deadlines are guesses."""
    return CalendarDay.objects.filter(date__year=year, kind=CalendarDay.Kind.COLLECTIVE_LEAVE).exists()


@login_required
@GET_POST
def remove_day(request: HttpRequest, pk: int) -> HttpResponse:
    by, _ = _administrator(request)
    item = CalendarDay.objects.filter(pk=pk).first()
    if item is None and request.method == "POST":
        return redirect("calendar")  # the same button twice
    item = item or get_object_or_404(CalendarDay, pk=pk)
    form, came = Empty(request.POST), Came.DONE
    if request.method == "POST":
        form.is_valid()

        def remove(at: datetime, stamp: Stamp) -> None:
            people.remove_calendar_day(pk, by=by, at=at, key=stamp.key, body=stamp.body)
            reproject(at=at)

        came = _carry_out(request, form, remove)
        if came is Came.DONE:
            messages.success(request, f"{item.name} dihapus dari kalender. Jatuh tempo dihitung ulang.")
            return redirect(f"{reverse('calendar')}?tahun={item.date.year}")
    return _page(request, "remove_day", {"form": form, "day": item}, came=came)
