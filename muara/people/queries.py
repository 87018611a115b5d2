"""Reading people and offices."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from muara.people.models import Absence, Holding, Office, OfficeSetting, User
from muara.people.rules import AGENCY_ACTORS, SUPERIORS, SYSTEM_ACTORS


def issuing_office() -> Office | None:
    return Office.objects.filter(kind=Office.Kind.ISSUING).first()


def holder(actor: str, *, on: date, barred: Iterable[int] = ()) -> Holding | None:
    """Who holds an actor of the issuing office on a day; an acting official before the definitive one.

    `barred` are people who may not act as such, by their ids.
    """
    found = (
        Holding.objects.current(on)
        .filter(actor=actor, office__kind=Office.Kind.ISSUING, user__is_active=True)
        .exclude(user__in=barred)
        .select_related("user", "office")
    )
    acting = [holding for holding in found if holding.status != Holding.Status.DEFINITIVE]
    return next(iter([*acting, *found]), None)


def office_setting(key: OfficeSetting.Key, *, on: date) -> int | None:
    """What the office has set, as in force on a day; None where it has set nothing yet."""
    in_force = OfficeSetting.objects.filter(key=key, effective_from__lte=on).order_by("-effective_from")
    return in_force.values_list("value", flat=True).first()


def rung_days(key: OfficeSetting.Key, *, on: date) -> int:
    """How many working days before or after a limit somebody is told, as in force on a day."""
    return office_setting(key, on=on) or OfficeSetting.RUNGS[key]


def report_day(key: OfficeSetting.Key, *, on: date) -> int:
    """When a holder's reports are due and reminded of, as in force on a day."""
    return office_setting(key, on=on) or OfficeSetting.REPORTS[key]


def published_quarters_set(*, on: date) -> int:
    """How many quarters of a permit's compliance the office publishes; 0, none, until it decides to."""
    return office_setting(OfficeSetting.Key.PUBLISHED_QUARTERS, on=on) or 0


def logger_share(*, on: date) -> int:
    """The percentage of a day's expected readings that must be there, as in force on a day."""
    key = OfficeSetting.Key.LOGGER_SHARE
    return office_setting(key, on=on) or OfficeSetting.LOGGERS[key]


def complaint_target(key: OfficeSetting.Key, *, on: date) -> int:
    """How many working days the office gives itself to answer a complaint, as in force on a day."""
    return office_setting(key, on=on) or OfficeSetting.COMPLAINTS[key]


def evaluation_days(*, on: date) -> int:
    """How many working days an official has to comment on an evaluation, as in force on a day."""
    key = OfficeSetting.Key.EVALUATION_COMMENT
    return office_setting(key, on=on) or OfficeSetting.EVALUATION[key]


@dataclass(frozen=True, slots=True)
class Post:
    """An official of the issuing office and the SOP's actors that they held at some time of a period."""

    user: User
    actors: frozenset[str]


def evaluated(first: date, last: date, *, user_id: int | None = None) -> dict[int, Post]:
    """Whose work is evaluated for these days (SOP T.1): who carried out the SOP, below the head of office.

    Nobody in the system stands above the head; an agency evaluates its own people.
    """
    rows = Holding.objects.filter(
        Q(ends=None) | Q(ends__gte=first), starts__lte=last, office__kind=Office.Kind.ISSUING
    ).exclude(actor__in=[*SYSTEM_ACTORS, *AGENCY_ACTORS, SUPERIORS[-1]])
    if user_id is not None:
        rows = rows.filter(user=user_id)
    found: dict[int, Post] = {}
    for row in rows.select_related("user").order_by("user__name", "user", "actor"):
        before = found.get(row.user_id)
        found[row.user_id] = Post(row.user, frozenset({row.actor}) | (before.actors if before else set()))
    return found


def absent_until(users: Iterable[int], *, on: date) -> dict[int, date]:
    """Which of these people are away on a day, each with the last day that is known of it."""
    rows = Absence.objects.on(on).filter(user__in=users).order_by("ends")
    return dict(rows.values_list("user", "ends"))


def confirmed_addresses(user: User) -> frozenset[str]:
    """The e-mail addresses that a person proved to read."""
    from allauth.account.models import EmailAddress  # its models refer to ours: not before they stand

    rows = EmailAddress.objects.filter(user=user, verified=True).values_list("email", flat=True)
    return frozenset(address.lower() for address in rows)
