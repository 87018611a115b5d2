"""Administration: users, and what they hold and when."""

from __future__ import annotations

from datetime import date
from functools import partial

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Prefetch, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from muara.people import actions as people
from muara.people.actions import second_factor
from muara.people.models import Holding, Office, User, office_day
from muara.people.rules import has_second_factor, may_read_competence
from muara.web.acts import Came, new_key
from muara.web.files import person as signed_in
from muara.web.office import (
    GET_POST,
    assignable_actors,
    office_administrator,
    office_page,
    office_reader,
    record_once,
)
from muara.web.office_forms import (
    Empty,
    EndForm,
    GrantForm,
    ProfileForm,
    ReasonForm,
    UserForm,
)

PAGE = 30
NOBODY = "tanpa"
LINK_DAYS = settings.PASSWORD_RESET_TIMEOUT // 86_400


@login_required
@require_safe
def users(request: HttpRequest) -> HttpResponse:
    _, at = office_reader(request)
    day, labels = office_day(at), assignable_actors()
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
    return office_page(request, "users", context)


def _held_label(holding: Holding, labels: dict[str, str]) -> str:
    label = labels.get(holding.actor, holding.actor)
    if holding.status != Holding.Status.DEFINITIVE:
        label = f"{holding.get_status_display()} {label}"
    return f"{label} · {holding.office.short_name}" if holding.office.kind == Office.Kind.AGENCY else label


@login_required
@GET_POST
def new_user(request: HttpRequest) -> HttpResponse:
    by, _ = office_administrator(request)
    form, came = ProfileForm(request.POST or None), Came.DONE
    if request.method == "POST" and form.is_valid():
        came = record_once(request, form, partial(people.create_user, profile=form.profile(), by=by))
        if came is Came.DONE:
            made = User.objects.get(email__iexact=form.cleaned_data["email"])
            messages.success(request, f"Akun {made.name} dibuat. Sekarang buat tautan kata sandinya.")
            return redirect("user", made.pk)
    return office_page(request, "new_user", {"form": form}, came=came)


@login_required
@GET_POST
def user(request: HttpRequest, pk: int) -> HttpResponse:
    by, _ = office_reader(request)
    person = get_object_or_404(User, pk=pk)
    form, came = UserForm(person, data=request.POST or None), Came.DONE
    if request.method == "POST" and form.is_valid():
        came = record_once(
            request,
            form,
            partial(
                people.change_user, pk, profile=form.profile(), active=form.cleaned_data["is_active"], by=by
            ),
        )
        if came is Came.DONE:
            messages.success(request, f"Akun {form.cleaned_data['name']} disimpan.")
            return redirect("user", pk)
    return _user_page(request, person, form, came=came)


def _user_page(
    request: HttpRequest, person: User, form: forms.Form, *, came: Came = Came.DONE, link: str = ""
) -> HttpResponse:
    at, labels = timezone.now(), assignable_actors()
    day = office_day(at)
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
        "second_factor": has_second_factor(person),
        "reads_competences": may_read_competence(signed_in(request), person, at=at),
    }
    return office_page(request, "user", context, came=came)


@login_required
@GET_POST
def remove_second_factor(request: HttpRequest, pk: int) -> HttpResponse:
    """A telephone was lost: after seeing who asks, take the second factor off the account."""
    by, _ = office_administrator(request)
    person = get_object_or_404(User, pk=pk)
    form, came = ReasonForm(request.POST or None), Came.DONE
    if request.method == "POST" and form.is_valid():
        came = record_once(
            request,
            form,
            partial(second_factor.remove_second_factor, pk, reason=form.cleaned_data["reason"], by=by),
        )
        if came is Came.DONE:
            messages.success(request, f"Pengaman dua langkah akun {person.name} dilepas.")
            return redirect("user", pk)
    return office_page(request, "remove_second_factor", {"form": form, "person": person}, came=came)


def _period(holding: Holding, day: date) -> str:
    if holding.starts > day:
        return "nanti"
    return "berakhir" if holding.ends is not None and holding.ends < day else "berlaku"


@login_required
@require_POST
def invite(request: HttpRequest, pk: int) -> HttpResponse:
    """Make out a one-time link with which a user sets a password; it is shown to the administrator once."""
    by, _ = office_administrator(request)
    person = get_object_or_404(User, pk=pk)
    button = Empty(request.POST)
    button.is_valid()
    came = record_once(request, button, partial(people.invite, pk, by=by))
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
    by, at = office_administrator(request)
    person = get_object_or_404(User, pk=pk)
    offices = list(Office.objects.order_by("-kind", "name"))
    form = GrantForm(
        request.POST or None,
        actors=assignable_actors(),
        offices=offices,
        initial={"starts": office_day(at), "office": str(offices[0].pk) if offices else ""},
    )
    came = Came.DONE
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        came = record_once(
            request,
            form,
            partial(
                people.grant,
                pk,
                actor=said["actor"],
                office_id=int(said["office"]),
                status=said["status"],
                starts=said["starts"],
                ends=said["ends"],
                reason=said["reason"],
                by=by,
            ),
        )
        if came is Came.DONE:
            messages.success(request, f"{person.name} ditugaskan.")
            return redirect("user", pk)
    return office_page(request, "grant", {"form": form, "person": person, "own": person == by}, came=came)


@login_required
@GET_POST
def end_holding(request: HttpRequest, pk: int) -> HttpResponse:
    by, at = office_administrator(request)
    item = get_object_or_404(Holding.objects.select_related("user", "office"), pk=pk)
    form = EndForm(request.POST or None, initial={"ends": max(office_day(at), item.starts)})
    came = Came.DONE
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        came = record_once(
            request, form, partial(people.end_holding, pk, ends=said["ends"], reason=said["reason"], by=by)
        )
        if came is Came.DONE:
            messages.success(request, "Hari terakhirnya disimpan.")
            return redirect("user", item.user_id)
    label = assignable_actors().get(item.actor, item.actor)
    return office_page(request, "end_holding", {"form": form, "holding": item, "label": label}, came=came)
