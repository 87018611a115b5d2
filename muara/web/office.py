"""Administration: what is set up, the office's identity, agencies, number series, what the SOP leaves open.

Administrators change; auditors read. Who reads a page is settled by the first line of its view.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from muara.cases.actions import Stamp, act
from muara.cases.models import Revision
from muara.cases.queries import newest_processes
from muara.cases.rules import stranded_tasks
from muara.contacts.queries import priority_limit
from muara.documents.indonesian import tanggal
from muara.people import actions as people
from muara.people.hours import next_opening, open_at
from muara.people.models import CalendarDay, Holding, Notice, Office, OfficeSetting, User, office_day
from muara.people.queries import (
    complaint_target,
    evaluation_days,
    holder,
    issuing_office,
    logger_share,
    office_setting,
    published_quarters_set,
    report_day,
    rung_days,
)
from muara.people.rules import (
    AGENCY_ACTORS,
    SYSTEM_ACTORS,
    may_administer,
    may_read_administration,
)
from muara.permits.actions import set_up_series
from muara.permits.models import Series
from muara.permits.queries import differences
from muara.sop.definition import Process
from muara.sop.numbering import render_number
from muara.web.acts import Came, attempt, new_key
from muara.web.office_forms import (
    AgencyForm,
    IdentityForm,
    SeriesForm,
    SettingForm,
    SignersForm,
)

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


PLACES = (
    ("Ringkasan", "office", ("office",)),
    ("Identitas kantor", "office_identity", ("office_identity",)),
    ("OPD teknis", "agencies", ("agencies", "agency", "new_agency", "signers")),
    ("Pengguna", "users", ("users", "user", "new_user", "grant", "end_holding", "invite")),
    ("SOP", "sop_revisions", ("sop_revisions", "sop_difference", "sop_copies", "withdraw_copy")),
    ("Seri nomor", "series", ("series", "edit_series")),
    ("Tanda tangan elektronik", "signing_setup", ("signing_setup", "withdraw_certificate")),
    ("Ketentuan", "office_settings", ("office_settings",)),
    ("Retensi arsip", "archive_rules", ("archive_rules",)),
    ("Laboratorium", "laboratories", ("laboratories",)),
    ("Kalender kerja", "calendar", ("calendar", "remove_day", "import_days")),
    ("Pemberitahuan gagal", "failed_notices", ("failed_notices",)),
    ("Jam pelayanan", "service_hours", ("service_hours",)),
    (
        "Antrean dan loket",
        "queue_setup",
        (
            "queue_setup",
            "queue_series",
            "new_queue_series",
            "new_counter",
            "edit_counter",
            "kiosks",
            "revoke_kiosk",
        ),
    ),
)


# --- who, and how a page is shown ------------------------------------------------------------------------


def office_reader(request: HttpRequest) -> tuple[User, datetime]:
    """Let in who may read, and to a post only who may change."""
    at, user = timezone.now(), request.user
    may = may_administer if request.method == "POST" else may_read_administration
    if not isinstance(user, User) or not may(user, at=at):
        raise PermissionDenied
    return user, at


def office_administrator(request: HttpRequest) -> tuple[User, datetime]:
    """Let in who may change: these pages are acts alone."""
    at, user = timezone.now(), request.user
    if not isinstance(user, User) or not may_administer(user, at=at):
        raise PermissionDenied
    return user, at


def office_page(
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


def carry_out_once(
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


def record_once(request: HttpRequest, form: forms.Form, change: Callable[..., object]) -> Came:
    """Carry out an act of the room below, which is given the moment and the form's key and body."""
    return carry_out_once(request, form, lambda at, stamp: change(at=at, key=stamp.key, body=stamp.body))


def assignable_actors(processes: Iterable[Process] | None = None) -> dict[str, str]:
    """What an official may hold: the SOP's columns that stand for a person, and the system's own."""
    columns = {
        actor.key: actor.label
        for process in (processes if processes is not None else newest_processes().values())
        for actor in process.actors
        if actor.side not in {"applicant", "meeting"}  # whoever calls the joint meeting leads it
    }
    return columns | SYSTEM_ACTORS


# --- what is set up, and what is missing ------------------------------------------------------------------


@login_required
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    _, at = office_reader(request)
    processes, day = list(newest_processes().values()), office_day(at)
    checks = [
        _check_identity(),
        _check_signatory(day),
        _check_agencies(day),
        _check_actors(processes, day),
        _check_administrators(day),
        _check_series(processes),
        _check_calendar(day),
        _check_mail(),
        _check_hours(at),
        _check_settings(day),
    ]
    return office_page(
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
        for key, label in assignable_actors(processes).items()
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
    lacking = [str(year) for year in (day.year, day.year + 1) if not is_decreed(year)]
    told = (
        f"Cuti bersama tahun {' dan '.join(lacking)} belum ada; jatuh tempo di tahun itu masih perkiraan."
        if lacking
        else "Libur dan cuti bersama tahun ini dan tahun depan sudah ada."
    )
    return Check("Kalender kerja", not lacking, told, reverse("calendar"), "Buka kalender")


def _check_mail() -> Check:
    """Nobody can be told anything without a mail server; the trial's files are meant to be files."""
    count = Notice.objects.filter(failed_at__isnull=False).count()
    told = f"Surel dikirim; {count} pemberitahuan gagal." if count else "Surel dikirim."
    if not settings.MUARA_SMTP:
        told = "Server surel belum diatur (MUARA_SMTP di server): surel hanya menjadi berkas di server."
    if settings.MUARA_DEMO:
        told = "Peragaan: surel tidak dikirim ke siapa pun, hanya menjadi berkas di komputer ini."
    done = bool(settings.MUARA_SMTP) or settings.MUARA_DEMO
    return Check("Pengiriman surel", done, told, reverse("failed_notices"), "Lihat yang gagal")


def _check_hours(at: datetime) -> Check:
    opens = open_at(at) or next_opening(at)
    told = f"Buka {tanggal(opens.day)} pukul {opens.told} WITA." if opens else "Belum ada jam pelayanan."
    return Check("Jam pelayanan", opens is not None, told, reverse("service_hours"), "Atur jam pelayanan")


def _check_settings(day: date) -> Check:
    lacking = [key.label.lower() for key in OfficeSetting.DAYS if office_setting(key, on=day) is None]
    told = (
        f"Belum diatur: {'; '.join(lacking)}. Selama itu permintaan perbaikan tidak berbatas waktu dan "
        "tidak ada berkas yang dapat digugurkan."
        if lacking
        else "Waktu menjawab dan waktu gugur sudah diatur."
    )
    return Check("Ketentuan kantor", not lacking, told, reverse("office_settings"), "Atur ketentuan")


def is_decreed(year: int) -> bool:
    """Collective leave is decreed a year at a time: without any, the year's deadlines are guesses."""
    return CalendarDay.objects.filter(date__year=year, kind=CalendarDay.Kind.COLLECTIVE_LEAVE).exists()


# --- the office and its agencies --------------------------------------------------------------------------


@login_required
@GET_POST
def identity(request: HttpRequest) -> HttpResponse:
    by, at = office_reader(request)
    form, came = IdentityForm(issuing_office(), data=request.POST or None), Came.DONE
    if request.method == "POST" and form.is_valid():
        came = record_once(request, form, partial(people.save_office, details=form.details(), by=by))
        if came is Came.DONE:
            messages.success(request, "Identitas kantor disimpan. Surat berikutnya memakai kop ini.")
            return redirect("office_identity")
    head = holder("head_of_office", on=office_day(at))
    return office_page(request, "identity", {"form": form, "head": head}, came=came)


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
    _, at = office_reader(request)
    return office_page(request, "agencies", {"agencies": _agencies(office_day(at))})


@login_required
@GET_POST
def new_agency(request: HttpRequest) -> HttpResponse:
    by, _ = office_administrator(request)
    form, came = AgencyForm(None, data=request.POST or None), Came.DONE
    if request.method == "POST" and form.is_valid():
        came = record_once(request, form, partial(people.add_agency, details=form.details(), by=by))
        if came is Came.DONE:
            messages.success(request, f"{form.cleaned_data['name']} ditambahkan.")
            return redirect("agencies")
    return office_page(request, "agency", {"form": form, "agency": None}, came=came)


@login_required
@GET_POST
def agency(request: HttpRequest, pk: int) -> HttpResponse:
    by, at = office_reader(request)
    item = get_object_or_404(Office, pk=pk, kind=Office.Kind.AGENCY)
    form, came = AgencyForm(item, data=request.POST or None), Came.DONE
    if request.method == "POST" and form.is_valid():
        came = record_once(request, form, partial(people.change_agency, pk, details=form.details(), by=by))
        if came is Came.DONE:
            messages.success(request, f"{form.cleaned_data['name']} disimpan.")
            return redirect("agencies")
    team = Holding.objects.current(office_day(at)).filter(office=item).select_related("user")
    signing = item.signers.select_related("user")
    return office_page(
        request, "agency", {"form": form, "agency": item, "team": team, "signing": signing}, came=came
    )


@login_required
@GET_POST
def signers(request: HttpRequest, pk: int) -> HttpResponse:
    """Whose paraf an agency's worksheet needs before its letter may go out from here."""
    by, at = office_reader(request)
    item = get_object_or_404(Office, pk=pk, kind=Office.Kind.AGENCY)
    held = Holding.objects.current(office_day(at)).filter(office=item, user__is_active=True)
    team = User.objects.filter(pk__in=held.values("user"))
    form, came = SignersForm(item, data=request.POST or None, team=team), Came.DONE
    if request.method == "POST" and form.is_valid():
        came = record_once(request, form, partial(people.set_signers, pk, signers=form.signers(), by=by))
        if came is Came.DONE:
            messages.success(request, "Urutan paraf disimpan.")
            return redirect("agency", item.pk)
    return office_page(request, "signers", {"form": form, "agency": item}, came=came)


# --- number series ----------------------------------------------------------------------------------------


@login_required
@require_safe
def series(request: HttpRequest) -> HttpResponse:
    _, at = office_reader(request)
    day = office_day(at)
    every = Series.objects.prefetch_related("years")
    rows = [(item, *_next(item, day)) for item in every]
    differing = [item for item in every if differences(item)]
    return office_page(request, "series", {"rows": rows, "year": day.year, "differing": differing})


@login_required
@GET_POST
def edit_series(request: HttpRequest, service: str, key: str) -> HttpResponse:
    by, at = office_reader(request)
    item = get_object_or_404(Series.objects.prefetch_related("years"), service=service, key=key)
    form, came = SeriesForm(item, data=request.POST or None), Came.DONE
    looking = request.method == "POST" and "contoh" in request.POST
    if request.method == "POST" and not looking and form.is_valid():
        said = form.cleaned_data
        came = carry_out_once(
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
    return office_page(request, template, context, came=came)


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
    by, at = office_reader(request)
    form = SettingForm(request.POST or None, initial={"effective_from": office_day(at)})
    came = Came.DONE
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        came = record_once(
            request,
            form,
            partial(
                people.set_office_setting,
                setting=said["setting"],
                value=said["value"],
                effective_from=said["effective_from"],
                basis=said["basis"],
                by=by,
            ),
        )
        if came is Came.DONE:
            messages.success(request, "Ketentuan disimpan. Nilai yang lama tetap tercatat.")
            return redirect("office_settings")
    day = office_day(at)
    in_force = {key: office_setting(key, on=day) for key in OfficeSetting.DAYS}
    in_force[OfficeSetting.Key.PRIORITY_RUN] = priority_limit(day)
    in_force |= {key: rung_days(key, on=day) for key in OfficeSetting.RUNGS}
    in_force |= {key: report_day(key, on=day) for key in OfficeSetting.REPORTS}
    in_force |= {key: logger_share(on=day) for key in OfficeSetting.LOGGERS}
    in_force |= {key: complaint_target(key, on=day) for key in OfficeSetting.COMPLAINTS}
    in_force[OfficeSetting.Key.EVALUATION_COMMENT] = evaluation_days(on=day)
    in_force[OfficeSetting.Key.PUBLISHED_QUARTERS] = published_quarters_set(on=day)
    context = {
        "form": form,
        "in_force": [(key.label, value, key.unit) for key, value in in_force.items()],
        "settings": OfficeSetting.objects.all(),
    }
    return office_page(request, "settings", context, came=came)
