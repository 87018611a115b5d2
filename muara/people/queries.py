"""Reading people and offices."""

from __future__ import annotations

from datetime import date

from muara.people.models import Holding, Office


def issuing_office() -> Office | None:
    return Office.objects.filter(kind=Office.Kind.ISSUING).first()


def holder(actor: str, *, on: date) -> Holding | None:
    """Who holds an actor of the issuing office on a day; an acting official before the definitive one."""
    found = (
        Holding.objects.current(on)
        .filter(actor=actor, office__kind=Office.Kind.ISSUING, user__is_active=True)
        .select_related("user", "office")
    )
    acting = [holding for holding in found if holding.status != Holding.Status.DEFINITIVE]
    return next(iter([*acting, *found]), None)
