"""Who is away from when to when, and who is there instead (SOP P.1): recorded by themselves or a superior."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from muara.people.actions import absences as people
from muara.people.models import Absence, Holding, User
from muara.people.queries import absent_until
from muara.people.rules import answers_for
from muara.web.acts import Came, new_key
from muara.web.desk import Officer, desk_links, desk_officer
from muara.web.office import assignable_actors, record_once
from muara.web.office_forms import Day, Empty


class AbsenceForm(forms.Form):
    """Who is away, and from which day to which."""

    use_required_attribute = False
    user = forms.ChoiceField(label="Pegawai", error_messages={"required": "Pilih pegawainya."})
    starts = Day(label="Mulai", help_text="Hari pertama tidak hadir. Misalnya 10/12/2026.")
    ends = Day(label="Sampai", help_text="Hari terakhir tidak hadir. Alasannya tidak perlu dicatat.")

    def __init__(self, *args: Any, people: dict[int, User], **options: Any) -> None:
        super().__init__(*args, **options)
        chosen = self.fields["user"]
        assert isinstance(chosen, forms.ChoiceField)
        chosen.choices = [(str(user.pk), user.name) for user in people.values()]
        if len(people) > 1:
            chosen.choices = [("", "Pilih pegawai"), *chosen.choices]


@dataclass(frozen=True, slots=True)
class Away:
    """An absence on the page: which posts it empties, and who holds each of them and is there today."""

    absence: Absence
    posts: list[tuple[str, list[User]]]
    now: bool
    key: str


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def absences(request: HttpRequest) -> HttpResponse:
    here = desk_officer(request)
    held = list(Holding.objects.current(here.today).select_related("user").order_by("user__name", "pk"))
    mine = _answered_for(here, held)
    form = AbsenceForm(request.POST or None, people=mine, initial={"user": str(here.user.pk)})
    came = Came.DONE
    if request.method == "POST":
        came = Came.REFUSED
        if form.is_valid():
            said = form.cleaned_data
            change = partial(
                people.record_absence,
                int(said["user"]),
                starts=said["starts"],
                ends=said["ends"],
                by=here.user,
            )
            came = _carried(request, form, change)
        if came is Came.DONE:
            messages.success(request, "Ketidakhadiran dicatat.")
            return redirect("absences")
    context = {
        "form": form,
        "away": _away(here, held, mine),
        "is_administrator": "administrator" in here.actors,
        "kunci": new_key(),
        "stale": came is Came.STALE,
        "side": desk_links(here, "absences"),
        "side_title": "Meja kerja",
    }
    return render(request, "desk/absences.html", context, status=came.value)


def _carried(request: HttpRequest, form: forms.Form, change: Any) -> Came:
    try:
        return record_once(request, form, change)
    except people.NotTheirs:
        raise PermissionDenied from None


def _answered_for(here: Officer, held: list[Holding]) -> dict[int, User]:
    """Myself, and everybody whose absence I may record, by name."""
    actors: dict[int, set[str]] = {}
    users = {}
    for holding in held:
        actors.setdefault(holding.user_id, set()).add(holding.actor)
        users[holding.user_id] = holding.user
    return {
        pk: user
        for pk, user in users.items()
        if pk == here.user.pk or (user.is_active and answers_for(here.actors, actors[pk]))
    }


def _away(here: Officer, held: list[Holding], mine: dict[int, User]) -> list[Away]:
    """Who of them is away now or later, with who is there for each post today."""
    rows = Absence.objects.standing().filter(user__in=mine, ends__gte=here.today).select_related("user")
    labels = assignable_actors()
    gone = absent_until({holding.user_id for holding in held}, on=here.today)

    def there(holding: Holding) -> list[User]:
        return [
            other.user
            for other in held
            if (other.actor, other.office_id) == (holding.actor, holding.office_id)
            and other.user_id != holding.user_id
            and other.user_id not in gone
            and other.user.is_active
        ]

    return [
        Away(
            absence=row,
            posts=[
                (labels.get(holding.actor, holding.actor), there(holding))
                for holding in held
                if holding.user_id == row.user_id
            ],
            now=row.starts <= here.today,
            key=new_key(),
        )
        for row in rows
    ]


@login_required
@require_POST
def end_absence(request: HttpRequest, pk: int) -> HttpResponse:
    """Back again, or not gone after all."""
    here = desk_officer(request)
    held = Holding.objects.current(here.today).select_related("user")
    found = get_object_or_404(Absence, pk=pk, user__in=_answered_for(here, list(held)))
    button = Empty(request.POST)
    button.is_valid()
    came = _carried(request, button, partial(people.end_absence, found.pk, by=here.user))
    if came is Came.DONE:
        messages.success(request, "Ketidakhadiran diakhiri.")
    else:
        told = " ".join(map(str, button.non_field_errors()))
        messages.error(request, told or "Halaman sudah usang. Coba sekali lagi.")
    return redirect("absences")
