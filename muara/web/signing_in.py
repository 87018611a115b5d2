"""The sign-in page; in the demonstration it offers the fictional people, so that nobody looks for a list."""

from __future__ import annotations

from allauth.account import views as account
from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import urlencode

from muara.cases.models import Revision
from muara.people.models import User
from muara.web.demo import APPLICANT, CAST, COLLEAGUE, OTHER_APPLICANT, PASSWORD, address_of
from muara.web.desk import OUTSIDE_THE_SOP

CHOSEN = "akun"


def sign_in(request: HttpRequest) -> HttpResponseBase:
    """allauth's page; `?akun=kasi` fills in a person of the demonstration, and only there."""
    answer: HttpResponseBase = account.login(request)
    if not settings.MUARA_DEMO or not isinstance(answer, TemplateResponse) or answer.context_data is None:
        return answer
    logins = demo_logins(request)
    answer.context_data |= {"logins": logins, "demo_password": PASSWORD}
    form, chosen = answer.context_data["form"], request.GET.get(CHOSEN, "")
    if not form.is_bound and chosen in {one["login"] for one in logins}:
        form.initial |= {"login": address_of(chosen), "password": PASSWORD}
        form.fields["password"].widget = forms.PasswordInput(
            {**form.fields["password"].widget.attrs}, render_value=True
        )
    return answer


def demo_logins(request: HttpRequest) -> list[dict[str, str]]:
    """The fictional people who have an account here, with what they do and the link that fills them in."""
    newest = Revision.objects.order_by("-pk").first()
    labels = dict(OUTSIDE_THE_SOP)
    if newest is not None:
        labels |= {actor.key: actor.label for actor in newest.process.actors}
    people = [(one.login, one.name, labels.get(one.actor, one.actor)) for one in CAST]
    people += [(login, name, "Pemohon") for login, name in (APPLICANT, OTHER_APPLICANT, COLLEAGUE)]
    addresses = [address_of(login) for login, *_ in people]
    known = set(User.objects.filter(email__in=addresses).values_list("email", flat=True))
    kept = {key: request.GET[key] for key in ("next",) if key in request.GET}
    here = reverse("account_login")
    return [
        {"login": login, "name": name, "does": does, "href": f"{here}?{urlencode({**kept, CHOSEN: login})}"}
        for login, name, does in people
        if address_of(login) in known
    ]
