"""May this person do this to the registers and to a permit?"""

from __future__ import annotations

from datetime import datetime

from muara.cases.models import Revision
from muara.people.models import User
from muara.people.rules import ADMINISTRATOR
from muara.permits.models import Series


def may_reconcile(user: User, series: Series, *, at: datetime) -> bool:
    """Whoever numbers the service's decrees, or signs them: no administrator gives numbers back."""
    return user.is_active and bool(user.actors(at) & actors_doing(series.service, "number", "decide"))


def may_import_old(user: User, service: str, *, at: datetime) -> bool:
    """Whoever numbers the service's decrees keeps its register; an administrator sets it up."""
    actors = user.actors(at)
    return user.is_active and bool(actors & {ADMINISTRATOR, *actors_doing(service, "number")})


def actors_doing(service: str, *activities: str) -> set[str]:
    """The actors of the steps that do something, under any stored revision of a service."""
    rows = Revision.objects.filter(service=service).defer("files")
    return {step.actor for revision in rows for step in revision.process.steps if step.activity in activities}
